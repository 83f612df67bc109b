package stats

import "utfall/stats/internal/distribution"

const methodTrendProportions = "chi2_trend_proportions"

// TestResult is a test statistic with its P value.
type TestResult struct {
	Statistic float64
	P         float64
}

// ProportionTrend tests for a linear trend in proportions x/n over scores: χ² on 1 degree of freedom (Cochran 1954;
// Armitage 1955). Scores nil means 1, 2, 3 and so on.
//
// Errors: unequal_lengths, too_few_points (fewer than 2 groups), negative_count, no_population, above_denominator,
// not_finite, not_defined (all or none have the property, or all scores are equal).
func ProportionTrend(x, n, scores []float64) (TestResult, error) {
	if scores == nil {
		scores = make([]float64, len(x))
		for i := range scores {
			scores[i] = float64(i + 1)
		}
	}
	if len(x) != len(n) || len(x) != len(scores) {
		return TestResult{}, Refuse(methodTrendProportions, UnequalLengths, "%d numerators, %d denominators, %d scores", len(x), len(n), len(scores))
	}
	if len(x) < 2 {
		return TestResult{}, Refuse(methodTrendProportions, TooFewPoints, "%d groups; needs 2 or more", len(x))
	}
	events, people := 0.0, 0.0
	for i := range x {
		if err := checkProportion(methodTrendProportions, x[i], n[i], 1, Level95); err != nil {
			return TestResult{}, err
		}
		if !finite(scores[i]) {
			return TestResult{}, Refuse(methodTrendProportions, NotFinite, "score %d is %g", i+1, scores[i])
		}
		events += x[i]
		people += n[i]
	}
	p, mean := events/people, 0.0
	for i := range n {
		mean += n[i] * scores[i] / people
	}
	slope, spread := 0.0, 0.0
	for i := range x {
		slope += (scores[i] - mean) * (x[i] - n[i]*p)
		spread += n[i] * (scores[i] - mean) * (scores[i] - mean)
	}
	v := p * (1 - p) * spread
	chi := slope / v * slope
	if !(v > 0) || !finite(chi) {
		return TestResult{}, Refuse(methodTrendProportions, NotDefined, "all groups have the same score, or none or all of %g have the property", people)
	}
	return TestResult{Statistic: chi, P: distribution.ChiSquaredUpper(chi, 1)}, nil
}
