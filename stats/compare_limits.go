package stats

import "math"

const methodCompareLimits = "compare_estimates"

// CompareEstimates gives the ratio of two independent estimates, the first over the second, from their limits alone: on the
// logarithmic scale the standard error of each is the width of its limits over 2z, and that of the difference is the root
// of the sum of their squares (Altman & Bland 2003, BMJ 326:219). It serves rates and shares whose counts are not at hand;
// with counts RateRatio is exact. detectable gives the fall and the rise that would have been found with the given power.
//
// Errors: out_of_range (a value or limit that is not above 0, different levels, limits of no width), not_finite.
func CompareEstimates(a, b Estimate, power float64) (r Ratio, detectable Detectable, err error) {
	for _, e := range []Estimate{a, b} {
		if !finite(e.Value, e.Lower, e.Upper) {
			return r, detectable, Refuse(methodCompareLimits, NotFinite, "an estimate of %g with limits %g and %g", e.Value, e.Lower, e.Upper)
		}
		if !(e.Lower > 0 && e.Value >= e.Lower && e.Upper >= e.Value && e.Upper > e.Lower) {
			return r, detectable, Refuse(methodCompareLimits, OutOfRange, "an estimate of %g with limits %g and %g; all must be above 0 and in order", e.Value, e.Lower, e.Upper)
		}
		if err := checkLevel(methodCompareLimits, e.Level); err != nil {
			return r, detectable, err
		}
	}
	if a.Level != b.Level || !(power > 1-a.Level && power < 1) {
		return r, detectable, Refuse(methodCompareLimits, OutOfRange, "levels %g and %g, power %g", a.Level, b.Level, power)
	}
	z := zOf(a.Level)
	se := math.Hypot(math.Log(a.Upper/a.Lower), math.Log(b.Upper/b.Lower)) / (2 * z)
	value := a.Value / b.Value
	lower, upper := value*math.Exp(-z*se), value*math.Exp(z*se)
	reach := math.Exp((z + zOf(2*power-1)) * se)
	if !finite(value, upper, reach) || lower == 0 {
		return r, detectable, Refuse(methodCompareLimits, OutOfRange, "the ratio of %g to %g is too far from 1 for a number", a.Value, b.Value)
	}
	fall, rise := 1/reach, reach
	return Ratio{Value: &value, Lower: lower, Upper: &upper, Level: a.Level, Method: LogLimits, Events: a.Events + b.Events},
		Detectable{Fall: &fall, Rise: &rise, Power: power, Alpha: 1 - a.Level}, nil
}

// RatioP gives the two-sided P value of no difference from a ratio's 95 % limits: on the logarithmic scale z is the ratio
// over its standard error, which is the width of the limits over 2·1.96 (Altman & Bland 2011, BMJ 343:d2304).
//
// Errors: out_of_range (a ratio or limit that is not above 0, limits of no width, a level that is none), not_defined (no
// value).
func RatioP(r Ratio) (float64, error) {
	if r.Value == nil || r.Upper == nil {
		return 0, Refuse(methodCompareLimits, NotDefined, "a ratio without a value or an upper limit")
	}
	if !(r.Lower > 0 && *r.Value > 0 && *r.Upper > r.Lower) || !finite(*r.Value, *r.Upper) {
		return 0, Refuse(methodCompareLimits, OutOfRange, "a ratio of %g with limits %g and %g", *r.Value, r.Lower, *r.Upper)
	}
	if err := checkLevel(methodCompareLimits, r.Level); err != nil {
		return 0, err
	}
	z := math.Abs(math.Log(*r.Value)) / (math.Log(*r.Upper/r.Lower) / (2 * zOf(r.Level)))
	return math.Erfc(z / math.Sqrt2), nil
}
