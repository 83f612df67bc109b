package comparison

import (
	"math"
	"strconv"

	"utfall/schema"
	"utfall/stats"
)

// Count is a rate's numerator and denominator: events, and the persons or person-years that they happened among.
type Count struct{ Events, Population float64 }

// Without says why an indicator's figures have no counts to go by. It is stable: pages turn it into a sentence.
type Without string

// The reasons.
const (
	HasCounts      Without = ""
	NotACount      Without = "not_a_count"     // money, a mean, a share of what was not counted here
	OnlyTheRate    Without = "only_the_rate"   // published as a rate; its number is not published beside it
	NotIndependent Without = "not_independent" // several events to a person
	Standardised   Without = "standardised"    // adjusted for age: no one number and population give the rate
	NotMatched     Without = "not_matched"     // numbers and populations that give the rate are not there for enough areas
)

// CountsOf tells whether a rate can be taken apart into counts that chance moves.
func CountsOf(c *schema.Catalogue, ind schema.Indicator) Without {
	numerator, _ := c.Indicator(ind.Numerator)
	switch {
	case ind.Kind == schema.Rate && ind.Derive == nil:
		return OnlyTheRate
	case ind.Derive == nil || ind.Derive.Method != schema.DeriveRate:
		return NotACount
	case ind.Derive.Standard != "":
		return Standardised
	case !numerator.Kind.Independent():
		return NotIndependent
	}
	return HasCounts
}

// CountInputs are the indicators that counts are found in.
func CountInputs(ind schema.Indicator) []string { return []string{ind.Numerator, ind.Denominator} }

// Counts finds number and population behind every figure of the set, among the published figures of its inputs. Only those
// that give the very rate that is shown are taken, so that nothing is said of another number than the reader sees.
func (s Set) Counts(inputs []schema.Observation) map[string]Count {
	events, people := map[string]float64{}, map[string]schema.Observation{}
	for _, o := range inputs {
		if o.Missing != schema.Present {
			continue
		}
		year := strconv.Itoa(o.Period.Start.Year())
		switch o.Indicator {
		case s.Indicator.Numerator:
			if Of(o) == s.Stratum && (o.Period.Kind == schema.Year || o.Period.String() == s.Period.String()) {
				events[o.Area+year] = o.Value
			}
		case s.Indicator.Denominator:
			k := o.Area + year
			if old, ok := people[k]; o.Sex == s.Stratum.Sex && o.Age == s.Stratum.Age && o.Period.Kind == schema.Year && (!ok || o.Variant < old.Variant) {
				people[k] = o
			}
		}
	}
	out := map[string]Count{}
	for area, o := range s.Figures {
		if o.Missing != schema.Present {
			continue
		}
		var c Count
		whole := true
		for y := o.Period.Start.Year(); y <= o.Period.End.Year(); y++ {
			k := area + strconv.Itoa(y)
			x, known := events[k]
			n, there := people[k]
			whole = whole && known && there
			c.Events, c.Population = c.Events+x, c.Population+n.Value
		}
		if rate := c.Events / c.Population * s.Indicator.Derive.Times(); whole && c.Population > 0 && math.Abs(rate-o.Value) <= 1e-9*math.Max(1, o.Value) {
			out[area] = c
		}
	}
	return out
}

// group gives a count as stats wants it.
func (c Count) group() stats.RateGroup {
	return stats.RateGroup{Events: c.Events, Population: c.Population}
}

// minus leaves the rest of a whole that one of its parts was taken out of: a part is not compared with a whole that
// holds it. ok is false where the part is not smaller than the whole.
func (c Count) minus(part Count) (Count, bool) {
	rest := Count{c.Events - part.Events, c.Population - part.Population}
	return rest, rest.Events >= 0 && rest.Population > 0
}
