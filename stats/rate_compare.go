package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodCompareRates = "rate_ratio_difference"

// RateGroup is one of two rates that are compared: events and their person-time.
type RateGroup struct{ Events, Population float64 }

// Ratio is one rate over another. With no events in the second it has no value and no upper limit, which are nil and
// must be shown so; with none in either nothing is known.
type Ratio struct {
	Value, Upper *float64
	Lower        float64
	Level        float64
	Method       Method
	Events       float64 // of both
	Flags        Flags
}

func checkGroups(a, b RateGroup, level float64) error {
	return firstError(checkWhole(methodCompareRates, "the first count", a.Events), checkPopulation(methodCompareRates, "the first population", a.Population),
		checkWhole(methodCompareRates, "the second count", b.Events), checkPopulation(methodCompareRates, "the second population", b.Population),
		checkLevel(methodCompareRates, level))
}

// newRatio fills a ratio whose limits are given. Without events in the second group it has no value and no upper
// limit; anything else that is not a number is refused.
func newRatio(a, b RateGroup, lower, upper, level float64, how Method) (Ratio, error) {
	r := Ratio{Lower: lower, Level: level, Method: how, Events: a.Events + b.Events, Flags: eventFlags(math.Min(a.Events, b.Events))}
	if b.Events > 0 {
		value := a.Events / a.Population / (b.Events / b.Population)
		r.Value, r.Upper = &value, &upper
		if !finite(value, upper) {
			return Ratio{}, Refuse(methodCompareRates, OutOfRange, "the ratio of %g/%g to %g/%g is too large for a number", a.Events, a.Population, b.Events, b.Population)
		}
	}
	if !finite(lower) {
		return Ratio{}, Refuse(methodCompareRates, OutOfRange, "%g and %g events are too many for this method", a.Events, b.Events)
	}
	return r, nil
}

// RateRatio gives the first rate over the second with exact limits and the exact P value of no difference: given the
// total of events the first count is binomial (Przyborowski & Wilenski 1940; Clopper & Pearson 1934 for the limits).
// P is twice the smaller tail, so that it agrees with the limits (Fay 2010). Percent change is the ratio minus 1.
//
// Errors: not_whole, negative_count, no_population, not_finite, out_of_range.
func RateRatio(a, b RateGroup, level float64) (r Ratio, p float64, err error) {
	if err := checkGroups(a, b, level); err != nil {
		return Ratio{}, 0, err
	}
	total := a.Events + b.Events
	low, high := 0.0, 1.0
	if total > 0 {
		low, high = clopperPearson(a.Events, total, level)
	}
	scale := b.Population / a.Population
	if r, err = newRatio(a, b, scale*low/(1-low), scale*high/(1-high), level, Conditional); err != nil {
		return Ratio{}, 0, err
	}
	return r, centralP(a.Events, total, a.Population/(a.Population+b.Population)), nil
}

// centralP is twice the smaller tail of a binomial, at most 1.
func centralP(x, n, p float64) float64 {
	return math.Min(1, 2*math.Min(distribution.BinomialCDF(x, n, p), distribution.BinomialUpper(x, n, p)))
}

// RateRatioLogWald gives the rate ratio with limits θ·exp(±z√(1/x1+1/x2)) (Rothman & Greenland 1998). Rough under 10
// events in either: prefer RateRatio.
//
// Errors: not_defined (a count of zero), and those of RateRatio.
func RateRatioLogWald(a, b RateGroup, level float64) (Ratio, error) {
	if err := checkGroups(a, b, level); err != nil {
		return Ratio{}, err
	}
	if a.Events == 0 || b.Events == 0 {
		return Ratio{}, Refuse(methodCompareRates, NotDefined, "%g and %g events; the logarithm of a ratio needs some in both", a.Events, b.Events)
	}
	ratio := a.Events / a.Population / (b.Events / b.Population)
	spread := math.Exp(zOf(level) * math.Sqrt(1/a.Events+1/b.Events))
	return newRatio(a, b, ratio/spread, ratio*spread, level, LogWald)
}

// RateRatioScore gives the rate ratio with score limits (Miettinen & Nurminen 1985): the ratios θ with
// (r1 − θr2)² = z²·V(θ), where V is taken under θ. For Poisson counts that is a quadratic equation.
//
// Errors: those of RateRatio.
func RateRatioScore(a, b RateGroup, level float64) (Ratio, error) {
	if err := checkGroups(a, b, level); err != nil {
		return Ratio{}, err
	}
	r1, r2 := a.Events/a.Population, b.Events/b.Population
	z := zOf(level)
	v := z * z * (a.Events + b.Events) / a.Population / b.Population // z²·V(θ)/θ
	if a.Events+b.Events == 0 {
		return newRatio(a, b, 0, 0, level, Score)
	}
	// r2²θ² − (2r1r2+v)θ + r1² = 0; the smaller root from the product of both, which cancels nothing
	sum := 2*r1*r2 + v
	larger := sum + math.Sqrt(math.Max(0, v*(v+4*r1*r2)))
	return newRatio(a, b, 2*r1*r1/larger, larger/(2*r2*r2), level, Score)
}

// RateDifference gives rate 1 minus rate 2 per multiplier with limits from the exact limits of each (MOVER: Zou &
// Donner 2008 on Garwood 1936).
//
// Errors: those of RateRatio.
func RateDifference(a, b RateGroup, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkGroups(a, b, level), checkMultiplier(methodCompareRates, multiplier)); err != nil {
		return Estimate{}, err
	}
	l1, u1 := garwood(a.Events, level)
	l2, u2 := garwood(b.Events, level)
	r1, r2 := a.Events/a.Population, b.Events/b.Population
	down := math.Hypot(r1-l1/a.Population, u2/b.Population-r2)
	up := math.Hypot(u1/a.Population-r1, r2-l2/b.Population)
	return rateDifference(a, b, r1-r2-down, r1-r2+up, multiplier, level, MOVER)
}

// RateDifferenceWald gives rate 1 minus rate 2 with limits d ± z√(x1/n1²+x2/n2²) (Rothman & Greenland 1998). It is too
// narrow for small counts and of width zero for none: prefer RateDifference.
//
// Errors: those of RateRatio.
func RateDifferenceWald(a, b RateGroup, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkGroups(a, b, level), checkMultiplier(methodCompareRates, multiplier)); err != nil {
		return Estimate{}, err
	}
	d := a.Events/a.Population - b.Events/b.Population
	half := zOf(level) * math.Hypot(math.Sqrt(a.Events)/a.Population, math.Sqrt(b.Events)/b.Population)
	return rateDifference(a, b, d-half, d+half, multiplier, level, Wald)
}

func rateDifference(a, b RateGroup, lower, upper, multiplier, level float64, how Method) (Estimate, error) {
	d := a.Events/a.Population - b.Events/b.Population
	e := Estimate{Value: d * multiplier, Lower: lower * multiplier, Upper: upper * multiplier, Level: level, Method: how,
		Events: a.Events + b.Events, Denominator: a.Population + b.Population, Flags: eventFlags(math.Min(a.Events, b.Events))}
	return e.checked(methodCompareRates)
}
