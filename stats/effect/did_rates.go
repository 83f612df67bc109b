package effect

import (
	"math"

	"utfall/stats"
)

const methodRates = "did_poisson_2x2"

// Cell is one count with its population or person-years.
type Cell struct{ Count, Population float64 }

// RatioOfRatios is how the rate of the treated changed over how that of the controls changed.
type RatioOfRatios struct {
	LogRatio, SE float64
	Ratio        float64
	Lower, Upper float64
	P            float64 // two-sided
	Few          bool    // a cell under 10 events: the normal limits are rough
}

// DiDRates compares two rates before and after with two others: difference in differences on the log scale, which is a
// ratio of rate ratios, SE = √Σ1/count and normal limits (saturated Poisson regression; Card & Krueger 1994 for the
// design). It assumes that without the event both rates would have changed by the same factor, which four numbers
// cannot show.
//
// Errors: a count of zero (not_defined: no ratio exists), negative or broken counts, no population, level out of range.
func DiDRates(treatedBefore, treatedAfter, controlBefore, controlAfter Cell, level float64) (RatioOfRatios, error) {
	level, err := confidence(methodRates, level)
	if err != nil {
		return RatioOfRatios{}, err
	}
	cells := []Cell{treatedAfter, treatedBefore, controlBefore, controlAfter}
	signs := []float64{1, -1, 1, -1}
	out := RatioOfRatios{}
	zero := false
	for i, c := range cells {
		if _, err := logOffset(methodRates, []float64{c.Count}, []float64{c.Population}); err != nil {
			return RatioOfRatios{}, err
		}
		zero = zero || c.Count == 0
		out.Few = out.Few || c.Count < 10
		out.LogRatio += signs[i] * math.Log(c.Count/c.Population)
		out.SE += 1 / c.Count
	}
	if zero {
		return RatioOfRatios{}, stats.Refuse(methodRates, stats.NotDefined, "a cell has no events, and a ratio with it does not exist; pool more years")
	}
	out.SE = math.Sqrt(out.SE)
	half := normalQuantile(level) * out.SE
	out.Ratio, out.Lower, out.Upper = math.Exp(out.LogRatio), math.Exp(out.LogRatio-half), math.Exp(out.LogRatio+half)
	out.P = normalTail(out.LogRatio / out.SE)
	if !allFinite(out.LogRatio, out.SE, out.Ratio, out.Lower, out.Upper, out.P) {
		return RatioOfRatios{}, stats.Refuse(methodRates, stats.NotDefined, "the ratio is not finite")
	}
	return out, nil
}
