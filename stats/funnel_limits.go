package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

// FunnelLimit is the funnel at one place of its horizontal axis.
type FunnelLimit struct {
	At                 float64 // population for proportions, events for ratios and rates
	Lower95, Upper95   float64 // limits in the unit of the values
	Lower998, Upper998 float64
	Baseline           float64
	// For ratios and rates, the denominator (expected events, or yearly population) at which so many events lie on the
	// limit.
	DenominatorLower95, DenominatorUpper95   float64
	DenominatorLower998, DenominatorUpper998 float64
}

const funnelPlaces = 100

// FunnelLimits gives the lines of a funnel at 100 places, closer together where populations are small. Proportions:
// score limits of the baseline, p̄ ± z√(p̄(1−p̄)/n), clamped to 0 and the multiplier. Ratios and rates: the
// denominators at which so many events have a chance of exactly 0.025 or 0.001 of being reached or not exceeded
// (Spiegelhalter 2005; the axis as in PHEindicatormethods). years is the number of years that the counts pool.
//
// Errors: those of FunnelSignificance, and out_of_range for multiplier or years.
func FunnelLimits(kind FunnelKind, areas []FunnelArea, multiplier, years float64) ([]FunnelLimit, error) {
	baseline, err := funnelBaseline(kind, areas)
	if err != nil {
		return nil, err
	}
	if err := firstError(checkMultiplier(methodFunnel, multiplier), checkMultiplier(methodFunnel, years)); err != nil {
		return nil, err
	}
	if baseline == 0 {
		return nil, Refuse(methodFunnel, NotDefined, "no area has any events; there is no funnel around 0")
	}
	out := make([]FunnelLimit, 0, funnelPlaces)
	for _, at := range funnelAxis(kind, areas, baseline, years) {
		l := FunnelLimit{At: at, Baseline: baseline * multiplier}
		if kind == FunnelProportion {
			l.Lower95, l.Upper95 = scoreLimits(baseline, at, z95, multiplier)
			l.Lower998, l.Upper998 = scoreLimits(baseline, at, z998, multiplier)
		} else {
			few95, many95 := funnelMeans(at, (1-Level95)/2)
			few998, many998 := funnelMeans(at, (1-Level998)/2)
			unit := at * baseline * multiplier
			l.Lower95, l.Upper95, l.Lower998, l.Upper998 = unit/many95, unit/few95, unit/many998, unit/few998
			per := baseline * years
			l.DenominatorLower95, l.DenominatorUpper95 = many95/per, few95/per
			l.DenominatorLower998, l.DenominatorUpper998 = many998/per, few998/per
		}
		if !finite(l.At, l.Baseline, l.Lower95, l.Upper95, l.Lower998, l.Upper998, l.DenominatorLower95, l.DenominatorUpper95, l.DenominatorLower998, l.DenominatorUpper998) {
			return nil, Refuse(methodFunnel, OutOfRange, "the limits are too large for a number")
		}
		out = append(out, l)
	}
	return out, nil
}

// funnelMeans gives the Poisson means under which at least, and at most, so many events have the chance tail: the exact
// limits of the count, found by halving the share v = mean/(1+events+mean) down to 10⁻⁷, so that lines agree with
// those of Fingertips to the last digit that those have.
func funnelMeans(events, tail float64) (few, many float64) {
	mean := func(v float64) float64 { return (1 + events) * v / (1 - v) }
	halve := func(tooLarge func(mean float64) bool) float64 {
		v := 0.5
		for dv := 0.5; dv > 1e-7; {
			dv /= 2
			if tooLarge(mean(v)) {
				v -= dv
			} else {
				v += dv
			}
		}
		return mean(v)
	}
	few = halve(func(m float64) bool { return distribution.PoissonUpper(events, m) > tail })
	many = halve(func(m float64) bool { return distribution.PoissonCDF(events, m) < tail })
	return few, many
}

func scoreLimits(p, n, z, multiplier float64) (lower, upper float64) {
	half := z * math.Sqrt(p*(1-p)/n)
	return math.Max(0, p-half) * multiplier, math.Min(1, p+half) * multiplier
}

// funnelAxis spreads 100 whole places evenly on a logarithmic scale from the smallest to the largest denominator, or
// from 1 when they differ more than twofold, each at least one from its neighbour.
func funnelAxis(kind FunnelKind, areas []FunnelArea, baseline, years float64) []float64 {
	smallest, largest := math.Inf(1), 0.0
	for _, a := range areas {
		if a.Denominator == 0 {
			continue
		}
		smallest, largest = math.Min(smallest, a.Denominator), math.Max(largest, a.Denominator)
	}
	if kind == FunnelProportion || kind == FunnelRatio {
		years = 1
	}
	first, last := 0.0, tidyAbove(largest/years)*years
	if largest <= 2*smallest {
		first = tidyBelow(smallest/years) * years
	}
	if kind == FunnelCrudeRate || kind == FunnelStandardised {
		first, last = math.Floor(first*baseline), math.Ceil(last*baseline)
	}
	axis := make([]float64, funnelPlaces)
	axis[0] = math.Max(1, first)
	for i := 1; i < funnelPlaces; i++ {
		left := float64(funnelPlaces - i)
		if kind == FunnelRatio { // the last place stays short of the end
			left++
		}
		axis[i] = math.Max(math.RoundToEven(math.Pow(last/axis[i-1], 1/left)*axis[i-1]), axis[i-1]+1)
	}
	return axis
}

// tidyBelow is 95 % of v cut to its first digit, tidyAbove 105 % of v raised to its first two.
func tidyBelow(v float64) float64 {
	v = math.Floor(v * 0.95)
	unit := math.Pow10(digits(v) - 1)
	return math.Floor(v/unit) * unit
}

func tidyAbove(v float64) float64 {
	unit := math.Pow10(digits(math.Ceil(v*1.05)) - 2)
	return math.Ceil(v*1.05/unit) * unit
}

// digits counts the digits of a whole number.
func digits(v float64) int {
	n := 1
	for v >= 10 {
		v /= 10
		n++
	}
	return n
}
