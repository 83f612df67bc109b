package verdict

import (
	"math"

	"utfall/stats"
)

// share gives what part of two counts together the first is, in per cent with Wilson's limits; between two years the
// change in percentage points with Newcombe's. Rounded figures are taken at the ends of what they may stand for.
func (t *Tester) share(v *Variant, other []Point) {
	if v.Rule.From == "" {
		a, b, ok := t.samePeriod(v, other)
		if !ok {
			v.fail(NoFigures)
			return
		}
		v.Used = []Used{{Role: "top", Selection: *v.Series, Point: a}, {Role: "bottom", Selection: *v.Against, Point: b}}
		low, err := stats.Proportion(math.Floor(a.Low), math.Floor(a.Low)+math.Ceil(b.High), 100, stats.Level95)
		high, err2 := stats.Proportion(math.Ceil(a.High), math.Ceil(a.High)+math.Floor(b.Low), 100, stats.Level95)
		if err != nil || err2 != nil {
			v.fail(TooFew)
			return
		}
		v.decide(Estimate{100 * a.Value / (a.Value + b.Value), &low.Lower, &high.Upper, string(low.Method)})
		return
	}
	from, to, reason := t.twoYears(v, other)
	if reason != None {
		v.fail(reason)
		return
	}
	low, err := shareChange(lowest(to), highest(from))
	high, err2 := shareChange(highest(to), lowest(from))
	mid, err3 := shareChange(middle(to), middle(from))
	if err != nil || err2 != nil || err3 != nil {
		v.fail(TooFew)
		return
	}
	lower, upper := 100*low.Lower, 100*high.Upper
	v.decide(Estimate{100 * mid.Value, &lower, &upper, string(mid.Method)})
}

// both is a year of two series.
type both struct{ first, second Point }

type counts struct{ x, n float64 }

func lowest(b both) counts {
	x := math.Floor(b.first.Low)
	return counts{x, x + math.Ceil(b.second.High)}
}

func highest(b both) counts {
	x := math.Ceil(b.first.High)
	return counts{x, x + math.Floor(b.second.Low)}
}

func middle(b both) counts { return counts{b.first.Value, b.first.Value + b.second.Value} }

func shareChange(to, from counts) (stats.Estimate, error) {
	return stats.ProportionDifference(to.x, to.n, from.x, from.n, stats.Level95)
}

// twoYears finds both series in both years of a rule.
func (t *Tester) twoYears(v *Variant, other []Point) (from, to both, reason Reason) {
	year, okFrom := yearOf(v.Rule.From, v.Course)
	last, okTo := yearOf(v.Rule.To, v.Course)
	var found [4]bool
	from.first, found[0] = at(v.Course, year)
	from.second, found[1] = at(other, year)
	to.first, found[2] = at(v.Course, last)
	to.second, found[3] = at(other, last)
	if !okFrom || !okTo || found != [4]bool{true, true, true, true} {
		return from, to, NoFigures
	}
	v.Used = []Used{{Role: "from", Selection: *v.Series, Point: from.first}, {Role: "to", Selection: *v.Series, Point: to.first},
		{Role: "against_from", Selection: *v.Against, Point: from.second}, {Role: "against_to", Selection: *v.Against, Point: to.second}}
	if t.broken(*v.Series, year, last) || t.broken(*v.Against, year, last) {
		return from, to, NotComparable
	}
	return from, to, None
}

// replaces gives how much one series rose for each unit that the other fell. Its limits are only those of rounding.
func (t *Tester) replaces(v *Variant, other []Point) {
	from, to, reason := t.twoYears(v, other)
	if reason != None {
		v.fail(reason)
		return
	}
	fall, rise := from.first.Value-to.first.Value, to.second.Value-from.second.Value
	fallLow, fallHigh := from.first.Low-to.first.High, from.first.High-to.first.Low
	riseLow, riseHigh := to.second.Low-from.second.High, to.second.High-from.second.Low
	if fallLow <= 0 {
		v.fail(NoFall)
		return
	}
	e := Estimate{Value: rise / fall}
	if fallLow != fallHigh || riseLow != riseHigh {
		low := min(riseLow/fallLow, riseLow/fallHigh)
		high := max(riseHigh/fallLow, riseHigh/fallHigh)
		e.Lower, e.Upper, e.Method = &low, &high, "rounding"
	}
	v.decide(e)
}
