package stats

import "math"

const methodCompareDSR = "dsr_ratio_difference"

// DSRComparison is two directly standardised rates beside each other.
type DSRComparison struct {
	Rate1, Rate2 float64 // per multiplier
	SE1, SE2     float64
	Ratio        Estimate // rate 1 over rate 2
	Difference   Estimate // rate 1 minus rate 2
}

// CompareDSR compares two areas or years that were standardised to the same weights: ratio exp(ln R ± z√(V1/D1²+V2/D2²))
// and difference ± z√(V1+V2) (Breslow & Day 1987; Boyle & Parkin 1991). One area must not contain the other: compare
// an area with its nation by ISR, or with the nation less the area.
//
// Errors: too_few_events (fewer than 10 in either), unequal_lengths and out_of_range when the bands or weights differ,
// and those of DSR.
func CompareDSR(first, second []Stratum, multiplier, level float64) (DSRComparison, error) {
	if err := firstError(checkMultiplier(methodCompareDSR, multiplier), checkLevel(methodCompareDSR, level), sameWeights(first, second)); err != nil {
		return DSRComparison{}, err
	}
	a, err := direct(methodCompareDSR, first)
	if err != nil {
		return DSRComparison{}, err
	}
	b, err := direct(methodCompareDSR, second)
	if err != nil {
		return DSRComparison{}, err
	}
	if a.events < fewEvents || b.events < fewEvents {
		return DSRComparison{}, Refuse(methodCompareDSR, TooFewEvents, "%g and %g events; needs %d in each", a.events, b.events, fewEvents)
	}
	if a.value == 0 || b.value == 0 {
		return DSRComparison{}, Refuse(methodCompareDSR, NotDefined, "all events are in bands without weight")
	}
	z := zOf(level)
	c := DSRComparison{Rate1: a.value * multiplier, Rate2: b.value * multiplier,
		SE1: math.Sqrt(a.variance) * multiplier, SE2: math.Sqrt(b.variance) * multiplier}
	ratio := a.value / b.value
	spread := math.Exp(z * math.Hypot(math.Sqrt(a.variance)/a.value, math.Sqrt(b.variance)/b.value))
	half := z * math.Hypot(c.SE1, c.SE2)
	events, people := a.events+b.events, a.people+b.people
	if c.Ratio, err = (Estimate{Value: ratio, Lower: ratio / spread, Upper: ratio * spread, Level: level, Method: Delta,
		Events: events, Denominator: people}).checked(methodCompareDSR); err != nil {
		return DSRComparison{}, err
	}
	c.Difference, err = Estimate{Value: c.Rate1 - c.Rate2, Lower: c.Rate1 - c.Rate2 - half, Upper: c.Rate1 - c.Rate2 + half,
		Level: level, Method: Delta, Events: events, Denominator: people}.checked(methodCompareDSR)
	if err == nil && !finite(c.Rate1, c.Rate2, c.SE1, c.SE2) {
		err = Refuse(methodCompareDSR, OutOfRange, "the rates are too large for a number")
	}
	if err != nil {
		return DSRComparison{}, err
	}
	return c, nil
}

func sameWeights(first, second []Stratum) error {
	if len(first) != len(second) {
		return Refuse(methodCompareDSR, UnequalLengths, "%d and %d age bands", len(first), len(second))
	}
	for i := range first {
		if first[i].Weight != second[i].Weight || first[i].Band != second[i].Band {
			return Refuse(methodCompareDSR, MissingBands, "band %d is %q with weight %g and %q with weight %g; both need the same standard", i+1,
				first[i].Band, first[i].Weight, second[i].Band, second[i].Weight)
		}
	}
	return nil
}
