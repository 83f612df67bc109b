package comparison

import (
	"cmp"
	"math"

	"utfall/schema"
	"utfall/stats"
)

// Method says how a difference was put against chance.
type Method string

// The methods.
const (
	NoMethod   Method = ""
	ByCounts   Method = "counts" // two counts, given their sum: exact
	ByLimits   Method = "limits" // two estimates by their limits
	OverYears  Method = "years"  // the ratio of the two, year by year, within the limits that one more year is expected in
	powerAsked        = 0.8
)

// Verdict says what is established of an area beside the chosen one.
type Verdict string

// The verdicts. NotShown never means that two areas are alike.
const (
	Higher    Verdict = "higher"
	Lower     Verdict = "lower"
	NotShown  Verdict = "not_shown"
	NotTested Verdict = "not_tested"
)

// Untested says why a difference was not put against chance.
type Untested string

// The reasons.
const (
	NoFigure     Untested = "no_figure"     // the area has none
	NoChosen     Untested = "no_chosen"     // there is nothing to compare with
	Bound        Untested = "bound"         // a figure that only bounds its value
	TooFewYears  Untested = "too_few_years" // no model of chance, and too few years to see what the ratio usually does
	NothingThere Untested = "nothing_there" // no events in either
	WithinWhole  Untested = "within_whole"  // one lies in the other, and its part cannot be taken out
)

// Difference is how an area differs from the chosen one. Ratios are the area over the chosen one.
type Difference struct {
	Method       Method
	Verdict      Verdict
	Why          Untested        // of NotTested
	Ratio        *float64        // nil where the chosen one has no events; over years the middle one
	Lower, Upper *float64        // 95 % limits of the ratio; over years those of one more year's
	Gap          *stats.Estimate // the area minus the chosen one, in the indicator's unit, with 95 % limits; by counts only
	P, Adjusted  *float64        // adjusted for the number of comparisons (Benjamini & Hochberg 1995)
	Fall, Rise   *float64        // ratios that would have been found four times in five; nil: none
	Years        int             // that the limits rest on
	Rest         bool            // the chosen one was compared without the area, which lies in it, or the other way round
}

const (
	// established is the adjusted P value below which a difference counts as shown.
	established = 0.05
	// yearsLeast and yearsMost bound the years that the limits rest on: with fewer they say nothing, and older ones
	// tell of other times.
	yearsLeast = 8
	yearsMost  = 10
)

// Differences puts every area of the set against the chosen one. counts may be nil.
func (s Set) Differences(areas *schema.Areas, counts map[string]Count) map[string]Difference {
	out := map[string]Difference{}
	var codes []string
	var p []float64
	for code, o := range s.Figures {
		if code == s.Chosen {
			continue
		}
		d := s.difference(areas, counts, code, o)
		out[code] = d
		if d.P != nil {
			codes, p = append(codes, code), append(p, *d.P)
		}
	}
	adjusted, err := stats.AdjustP(p, nil, stats.BenjaminiHochberg)
	for i, code := range codes {
		d := out[code]
		if err != nil {
			d.Verdict = NotShown
			out[code] = d
			continue
		}
		d.Adjusted = &adjusted[i]
		d.Verdict = NotShown
		if adjusted[i] < established {
			d.Verdict = side(d)
		}
		out[code] = d
	}
	return out
}

// side says which way an established difference goes. Without events in the chosen one the ratio has no value and the
// area is above it.
func side(d Difference) Verdict {
	if d.Ratio == nil || *d.Ratio > 1 {
		return Higher
	}
	return Lower
}

func (s Set) difference(areas *schema.Areas, counts map[string]Count, code string, o schema.Observation) Difference {
	chosen, ok := s.Figures[s.Chosen]
	switch {
	case o.Missing != schema.Present:
		return Difference{Verdict: NotTested, Why: NoFigure}
	case !ok || chosen.Missing != schema.Present:
		return Difference{Verdict: NotTested, Why: NoChosen}
	case !exact(o) || !exact(chosen):
		return Difference{Verdict: NotTested, Why: Bound}
	}
	a, counted := counts[code]
	b, too := counts[s.Chosen]
	if counted && too {
		return s.byCounts(areas, code, a, b)
	}
	inside := Lies(areas, code, s.Chosen) || Lies(areas, s.Chosen, code)
	if d, ok := byLimits(o, chosen); ok && !inside {
		return d
	}
	return s.overYears(code)
}

// exact tells whether a figure is the value itself and not a bound, a general level or a model's.
func exact(o schema.Observation) bool {
	for _, f := range []schema.Flag{schema.LowerBound, schema.GeneralLevel, schema.Predicted} {
		if schema.HasFlag(o.Flags, f) {
			return false
		}
	}
	return true
}

// byCounts compares two counts exactly. Where one area lies in the other, the rest of the larger one is compared.
func (s Set) byCounts(areas *schema.Areas, code string, a, b Count) Difference {
	d := Difference{Method: ByCounts}
	fits := true
	switch {
	case Lies(areas, code, s.Chosen):
		b, fits = b.minus(a)
		d.Rest = true
	case Lies(areas, s.Chosen, code):
		a, fits = a.minus(b)
		d.Rest = true
	}
	if !fits {
		return Difference{Verdict: NotTested, Why: WithinWhole}
	}
	if a.Events+b.Events == 0 {
		return Difference{Verdict: NotTested, Why: NothingThere}
	}
	r, p, err := stats.RateRatio(a.group(), b.group(), stats.Level95)
	if err != nil { // not whole counts after all
		return Difference{Verdict: NotTested, Why: Bound}
	}
	d.Ratio, d.Lower, d.Upper, d.P = r.Value, &r.Lower, r.Upper, &p
	if gap, err := stats.RateDifference(a.group(), b.group(), s.Indicator.Derive.Times(), stats.Level95); err == nil {
		d.Gap = &gap
	}
	if x, err := stats.DetectableOnRootScale(b.Events, b.Population, a.Population, 1-stats.Level95, powerAsked); err == nil {
		d.Fall, d.Rise = x.Fall, x.Rise
	}
	return d
}

// byLimits compares two estimates whose counts are not at hand.
func byLimits(o, chosen schema.Observation) (d Difference, ok bool) {
	if o.Lower == nil || o.Upper == nil || chosen.Lower == nil || chosen.Upper == nil {
		return d, false
	}
	estimate := func(o schema.Observation) stats.Estimate {
		return stats.Estimate{Value: o.Value, Lower: *o.Lower, Upper: *o.Upper, Level: stats.Level95}
	}
	r, found, err := stats.CompareEstimates(estimate(o), estimate(chosen), powerAsked)
	if err != nil {
		return d, false
	}
	p, err := stats.RatioP(r)
	if err != nil {
		return d, false
	}
	return Difference{Method: ByLimits, Ratio: r.Value, Lower: &r.Lower, Upper: r.Upper, P: &p, Fall: found.Fall, Rise: found.Rise}, true
}

// overYears serves what has no model of chance, such as money: the ratio of the two areas is followed from year to year, and
// they differ if the limits within which one more year's ratio is expected (stats.NextValue, on the logarithm) leave no room
// for a ratio of 1. That asks much more than that the mean ratio differs from 1, which it would in years that resemble each
// other; and a drift widens the limits. They say nothing of why.
func (s Set) overYears(code string) Difference {
	logs := s.ratios(code)
	if len(logs) < yearsLeast {
		return Difference{Verdict: NotTested, Why: TooFewYears}
	}
	next, err := stats.NextValue(logs, stats.Level95)
	if err != nil || next.Upper == next.Lower {
		return Difference{Verdict: NotTested, Why: TooFewYears}
	}
	middle, lower, upper := math.Exp(next.Value), math.Exp(next.Lower), math.Exp(next.Upper)
	half := (next.Upper - next.Lower) / 2
	fall, rise := math.Exp(-half), math.Exp(half)
	d := Difference{Method: OverYears, Verdict: NotShown, Ratio: &middle, Lower: &lower, Upper: &upper, Fall: &fall, Rise: &rise, Years: len(logs)}
	last := logs[len(logs)-1]
	switch {
	case lower > 1 && last > 0:
		d.Verdict = Higher
	case upper < 1 && last < 0:
		d.Verdict = Lower
	}
	return d
}

// ratios gives the logarithms of the area over the chosen one for the last years that both have figures for, from the last
// break on and up to the set's own period. A zero has no ratio and ends what can be followed.
func (s Set) ratios(code string) []float64 {
	chosen := map[string]schema.Observation{}
	for _, o := range s.Series[s.Chosen] {
		chosen[o.Period.String()] = o
	}
	mine := s.Series[code]
	var out []float64
	for i := len(mine) - 1; i >= 0 && len(out) < yearsMost; i-- {
		o := mine[i]
		c, ok := chosen[o.Period.String()]
		if !ok {
			continue
		}
		if o.Value <= 0 || c.Value <= 0 || !exact(o) || !exact(c) {
			break
		}
		out = append(out, math.Log(o.Value/c.Value))
		if schema.HasFlag(o.Flags, schema.SeriesBreak) || schema.HasFlag(c.Flags, schema.SeriesBreak) || i > 0 && len(s.Indicator.BreaksBetween(mine[i-1], o)) > 0 {
			break
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Tally counts the verdicts of some areas.
func Tally(differences map[string]Difference, codes []string) map[Verdict]int {
	out := map[Verdict]int{}
	for _, code := range codes {
		if d, ok := differences[code]; ok {
			out[cmp.Or(d.Verdict, NotTested)]++
		}
	}
	return out
}
