package disclosure

import (
	"math"
	"strconv"
	"strings"

	"utfall/stats"
)

const methodInvert = "sdc_invert"

// Printed is a figure as it was published: with so many decimals, rounded either way at a half.
type Printed struct {
	Value    float64
	Decimals int
}

// PrintedAs takes a number to be printed with the decimals that writing it down needs. A reader who knows that more were
// printed (4,0 and not 4) knows more.
func PrintedAs(v float64) Printed {
	_, after, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return Printed{Value: v, Decimals: len(after)}
}

// fits tells whether a number is printed so: −1 if it is too small, 1 if it is too large. The last bits of a division are
// forgiven.
func (p Printed) fits(v float64) int {
	half := 0.5*math.Pow(10, -float64(p.Decimals)) + 1e-12*math.Max(1, math.Abs(p.Value))
	switch {
	case v < p.Value-half:
		return -1
	case v > p.Value+half:
		return 1
	}
	return 0
}

// Behind gives the counts of 0 to most whose figure is printed so. The figure must not fall when the count rises, as rates,
// shares and the limits of both do. Errors: those of figure; NotDefined if no count gives what is printed; OutOfRange for a
// figure that is no number or an end above 2⁴⁰.
func Behind(p Printed, most int64, figure func(count int64) (float64, error)) (Range, error) {
	if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Decimals < 0 || p.Decimals > 20 || most < 0 || most > largest {
		return Range{}, stats.Refuse(methodInvert, stats.OutOfRange, "figure %v with %d decimals, counts up to %d", p.Value, p.Decimals, most)
	}
	// first gives the first count whose figure is at least so.
	first := func(at int) (int64, error) {
		low, high := int64(0), most+1
		for low < high {
			mid := low + (high-low)/2
			v, err := figure(mid)
			if err != nil {
				return 0, err
			}
			if p.fits(v) >= at {
				high = mid
			} else {
				low = mid + 1
			}
		}
		return low, nil
	}
	low, err := first(0)
	if err != nil {
		return Range{}, err
	}
	after, err := first(1)
	if err != nil {
		return Range{}, err
	}
	if after <= low {
		return Range{}, stats.Refuse(methodInvert, stats.NotDefined, "no count of 0 to %d gives %v", most, p.Value)
	}
	return Range{Low: low, High: after - 1, RealLow: float64(low), RealHigh: float64(after - 1)}, nil
}

// BehindRate gives the counts that a published rate per multiplier of a known population can be of: a published rate times
// the population is the count.
func BehindRate(rate Printed, population, multiplier float64) (Range, error) {
	if !(population > 0) || !(multiplier > 0) || population > largest {
		return Range{}, stats.Refuse(methodInvert, stats.NoPopulation, "population %v, multiplier %v", population, multiplier)
	}
	top := math.Ceil((math.Abs(rate.Value)+1)*population/multiplier) + 1
	if !(top < largest) {
		return Range{}, stats.Refuse(methodInvert, stats.OutOfRange, "rate %v of a population of %v", rate.Value, population)
	}
	return Behind(rate, int64(top), func(n int64) (float64, error) { return float64(n) / population * multiplier, nil })
}

// BehindShare gives the numerators that a published share (times multiplier, 100 for per cent) of a known whole can have.
func BehindShare(share Printed, whole int64, multiplier float64) (Range, error) {
	if whole < 1 || whole > largest || !(multiplier > 0) {
		return Range{}, stats.Refuse(methodInvert, stats.NoPopulation, "a share of %d, multiplier %v", whole, multiplier)
	}
	return Behind(share, whole, func(n int64) (float64, error) { return float64(n) / float64(whole) * multiplier, nil })
}

// BehindLimits gives the counts whose limits are printed so, either of which may be nil. limits is the method that they
// were made by: stats.CountExact (Garwood), stats.CountByar, stats.Count, or a rate or proportion (Wilson) of the count.
func BehindLimits(lower, upper *Printed, most int64, limits func(count int64) (stats.Estimate, error)) (Range, error) {
	r := Range{Low: 0, High: most}
	for _, end := range []struct {
		printed *Printed
		of      func(stats.Estimate) float64
	}{{lower, func(e stats.Estimate) float64 { return e.Lower }}, {upper, func(e stats.Estimate) float64 { return e.Upper }}} {
		if end.printed == nil {
			continue
		}
		one, err := Behind(*end.printed, most, func(n int64) (float64, error) {
			e, err := limits(n)
			return end.of(e), err
		})
		if err != nil {
			return Range{}, err
		}
		r.Low, r.High = max(r.Low, one.Low), min(r.High, one.High)
	}
	if r.Low > r.High {
		return Range{}, stats.Refuse(methodInvert, stats.NotDefined, "no count of 0 to %d has both limits", most)
	}
	r.RealLow, r.RealHigh = float64(r.Low), float64(r.High)
	return r, nil
}

// Windows are the sums of width consecutive counts of a series, as rolling periods publish them: the first is of counts 0
// to width−1.
func Windows(sums []int64, width int) []Known {
	out := make([]Known, len(sums))
	for i, v := range sums {
		for j := range width {
			out[i].Sum = append(out[i].Sum, i+j)
		}
		out[i].Low, out[i].High = v, v
	}
	return out
}
