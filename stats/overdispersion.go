package stats

import (
	"math"
	"slices"
)

// Overdispersed is how much areas vary beyond chance, and the funnel widened by that.
type Overdispersed struct {
	Z         []float64 // (√(O/E) − 1)·2√E, in the order of the areas
	Phi       float64   // mean of the squares of the winsorised Z
	Tau2      float64   // variance between areas on the square-root scale; 0: none beyond chance
	ZAdjusted []float64 // with Tau2
	Limits    []WidenedLimit
	FewAreas  bool // fewer than 10 areas: Phi and Tau2 are too uncertain to widen a funnel with
}

// WidenedLimit is the widened funnel at one area, around 1. Root limits are on the scale of √(O/E); the others are
// their squares, on the scale of O/E, for plotting.
type WidenedLimit struct {
	RootLower95, RootUpper95, RootLower998, RootUpper998 float64
	Lower95, Upper95, Lower998, Upper998                 float64
}

const (
	winsorise        = 0.1
	zWidened         = 3.090232 // the 99.8 % point as FunnelPlotR has it, to six decimals
	overdispersAreas = 10
)

// Overdispersion measures over-dispersion of observed over expected counts with the square-root transformation, 10 %
// of Z winsorised at either end, φ = ΣZ²/k and τ² = max(0, (kφ−(k−1)) / (Σw − Σw²/Σw)) with w = 4E (Spiegelhalter
// 2005; DerSimonian & Laird 1986).
//
// Errors: too_few_points (fewer than 2 areas), negative_count, no_population (nothing expected), not_finite.
func Overdispersion(areas []FunnelArea) (Overdispersed, error) {
	if _, err := funnelBaseline(FunnelRatio, areas); err != nil {
		return Overdispersed{}, err
	}
	if len(areas) < 2 {
		return Overdispersed{}, Refuse(methodFunnel, TooFewPoints, "%d area; over-dispersion needs 2 or more", len(areas))
	}
	k := float64(len(areas))
	out := Overdispersed{FewAreas: len(areas) < overdispersAreas}
	sum, squares := 0.0, 0.0
	for _, a := range areas {
		out.Z = append(out.Z, (math.Sqrt(a.Events/a.Denominator)-1)*2*math.Sqrt(a.Denominator))
		w := 4 * a.Denominator
		sum += w
		squares += w * w
	}
	sorted := slices.Sorted(slices.Values(out.Z))
	low, high := sortedQuantile(sorted, winsorise), sortedQuantile(sorted, 1-winsorise)
	for _, z := range out.Z {
		z = math.Max(low, math.Min(high, z))
		out.Phi += z * z / k
	}
	out.Tau2 = math.Max(0, (k*out.Phi-(k-1))/(sum-squares/sum))
	for _, a := range areas {
		s := math.Sqrt(1/(4*a.Denominator) + out.Tau2)
		out.ZAdjusted = append(out.ZAdjusted, (math.Sqrt(a.Events/a.Denominator)-1)/s)
		l := WidenedLimit{RootLower95: 1 - z95*s, RootUpper95: 1 + z95*s, RootLower998: 1 - zWidened*s, RootUpper998: 1 + zWidened*s}
		l.Lower95, l.Upper95 = squareAbove0(l.RootLower95), squareAbove0(l.RootUpper95)
		l.Lower998, l.Upper998 = squareAbove0(l.RootLower998), squareAbove0(l.RootUpper998)
		out.Limits = append(out.Limits, l)
	}
	if !finite(out.Phi, out.Tau2) || !finite(out.Z...) || !finite(out.ZAdjusted...) {
		return Overdispersed{}, Refuse(methodFunnel, OutOfRange, "the ratios are too large for a number")
	}
	return out, nil
}

func squareAbove0(v float64) float64 { return math.Max(0, v) * math.Max(0, v) }
