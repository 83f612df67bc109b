package stats

import (
	"math"
	"slices"
)

const methodAdjust = "p_adjust"

// Adjustment is a way to allow for many tests at once.
type Adjustment string

// The adjustments.
const (
	BenjaminiHochberg  Adjustment = "bh"         // false discovery rate, independent tests (Benjamini & Hochberg 1995)
	BenjaminiYekutieli Adjustment = "by"         // false discovery rate, any dependence (Benjamini & Yekutieli 2001)
	Holm               Adjustment = "holm"       // family-wise error, step down (Holm 1979)
	Bonferroni         Adjustment = "bonferroni" // family-wise error
)

// AdjustP gives adjusted P values in the order of p. Where missing says that a test was not done (missing may be nil),
// the value is left at 0 and does not count among the tests.
//
// Errors: out_of_range (a P value outside 0 to 1, an unknown adjustment), not_finite, unequal_lengths.
func AdjustP(p []float64, missing []bool, how Adjustment) ([]float64, error) {
	if missing != nil && len(missing) != len(p) {
		return nil, Refuse(methodAdjust, UnequalLengths, "%d P values, %d marks", len(p), len(missing))
	}
	var order []int
	for i, v := range p {
		if missing != nil && missing[i] {
			continue
		}
		if !finite(v) {
			return nil, Refuse(methodAdjust, NotFinite, "P value %d is %g", i+1, v)
		}
		if v < 0 || v > 1 {
			return nil, Refuse(methodAdjust, OutOfRange, "P value %d is %g", i+1, v)
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	n := float64(len(order))
	switch how {
	case Bonferroni:
		for _, i := range order {
			out[i] = math.Min(1, p[i]*n)
		}
	case Holm:
		highest := 0.0
		for rank, i := range order {
			highest = math.Max(highest, math.Min(1, p[i]*(n-float64(rank))))
			out[i] = highest
		}
	case BenjaminiHochberg, BenjaminiYekutieli:
		factor := 1.0
		if how == BenjaminiYekutieli {
			factor = harmonic(len(order))
		}
		lowest := 1.0
		for rank := len(order) - 1; rank >= 0; rank-- {
			i := order[rank]
			lowest = math.Min(lowest, factor*n/float64(rank+1)*p[i])
			out[i] = lowest
		}
	default:
		return nil, Refuse(methodAdjust, OutOfRange, "no adjustment %q", how)
	}
	return out, nil
}

// harmonic is 1 + 1/2 + … + 1/n.
func harmonic(n int) float64 {
	sum := 0.0
	for i := 1; i <= n; i++ {
		sum += 1 / float64(i)
	}
	return sum
}
