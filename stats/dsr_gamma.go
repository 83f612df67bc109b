package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

// DSRGamma gives the directly standardised rate with limits from gamma distributions, which exist for any number of
// events, zero too. how is FayFeuer (Fay & Feuer 1997: never too narrow), Tiwari (Tiwari, Clegg & Zou 2006: less
// conservative) or MidPGamma (Fay & Kim 2017: mid-P, the least conservative).
//
// Errors: those of DSR but too_few_events; out_of_range for another method.
func DSRGamma(strata []Stratum, multiplier, level float64, how Method) (Estimate, error) {
	r, err := direct(methodDSR, strata)
	if err != nil {
		return Estimate{}, err
	}
	if err := firstError(checkMultiplier(methodDSR, multiplier), checkLevel(methodDSR, level)); err != nil {
		return Estimate{}, err
	}
	if r.largest == 0 {
		return Estimate{}, Refuse(methodDSR, OutOfRange, "the weights vanish beside the populations")
	}
	more, moreSquare := r.largest, r.largest*r.largest // what one event more would weigh
	if how == Tiwari {
		more, moreSquare = r.mean, r.meanSquare
	}
	lower := gammaOf(r.value, r.variance)
	upper := gammaOf(r.value+more, r.variance+moreSquare)
	tail := (1 - level) / 2
	e := Estimate{Value: r.value * multiplier, Level: level, Method: how, Events: r.events, Denominator: r.people}
	switch how {
	case FayFeuer, Tiwari:
		e.Lower, e.Upper = lower.quantile(tail)*multiplier, upper.quantile(1-tail)*multiplier
	case MidPGamma:
		e.Lower, e.Upper = midQuantile(lower, upper, tail)*multiplier, midQuantile(lower, upper, 1-tail)*multiplier
	default:
		return Estimate{}, Refuse(methodDSR, OutOfRange, "method %q is not one of gamma limits", how)
	}
	return e.flagged().checked(methodDSR)
}

// gammaShape is a gamma distribution; with shape 0 all its mass is at 0.
type gammaShape struct{ shape, scale float64 }

// gammaOf has the given mean and variance.
func gammaOf(mean, variance float64) gammaShape {
	if mean == 0 || variance == 0 {
		return gammaShape{}
	}
	return gammaShape{mean / variance * mean, variance / mean}
}

func (g gammaShape) quantile(p float64) float64 {
	if g.shape == 0 {
		return 0
	}
	return distribution.GammaQuantile(p, g.shape, g.scale)
}

func (g gammaShape) cdf(x float64) float64 {
	if g.shape == 0 {
		return 1
	}
	return distribution.GammaCDF(x, g.shape, g.scale)
}

// midPrecision is the share of the smaller bracket to which a mid-P limit is found. The program of the method's authors
// (asht) stops there, and limits that differ in the seventh digit help nobody.
const midPrecision = 1e-6

// midQuantile is the quantile of an even mixture of two gamma distributions, the second the larger.
func midQuantile(a, b gammaShape, p float64) float64 {
	if a.shape == 0 { // half of the mass is at 0
		return b.quantile(math.Max(0, 2*p-1))
	}
	low := a.quantile(p)
	return brent(low, b.quantile(p), low*midPrecision, func(x float64) float64 { return (b.cdf(x)+a.cdf(x))/2 - p })
}
