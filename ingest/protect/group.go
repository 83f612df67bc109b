package protect

import (
	"cmp"
	"slices"
	"time"

	"utfall/schema"
	"utfall/stats/disclosure"
)

// group is the counts of one indicator that may add up.
type group struct {
	ind     schema.Indicator
	rule    disclosure.Rule
	entries []entry
	loose   bool // nothing adds up here
}

// entry is one count of a table: a row of the delivery, or a figure that is visible already.
type entry struct {
	cell
	count  int64
	period schema.Period
	age    schema.Age
	row    bool
	status disclosure.Status
	why    disclosure.Reason
}

// groups sorts the delivery's counts, and the counts behind its rates, into tables.
func (w *work) groups() []group {
	index := map[[2]string]int{}
	var out []group
	for _, c := range w.order {
		r := w.rows[c]
		ind, known := w.Catalogue.Indicator(c.indicator)
		if !known || r.b.Missing[r.i] != "" {
			continue
		}
		count, exact, ok := w.countOf(ind, c, r)
		if !ok {
			continue
		}
		k := [2]string{c.indicator, c.variant}
		n, there := index[k]
		if !there {
			n = len(out)
			index[k] = n
			out = append(out, group{ind: ind, rule: disclosure.Rule{Threshold: int64(max(1, ind.SmallestShown())), MinGroup: disclosure.DefaultRule().MinGroup}})
		}
		e, ok := newEntry(c, count)
		if !ok {
			continue
		}
		e.row = true
		w.report.Cells++
		out[n].loose = out[n].loose || !exact
		out[n].entries = append(out[n].entries, e)
	}
	for i := range out {
		w.judge(&out[i])
	}
	return out
}

func newEntry(c cell, count int64) (entry, bool) {
	p, err := schema.ParsePeriod(c.period)
	if err != nil {
		return entry{}, false // what came through the readers has a period and an age
	}
	a, err := schema.ParseAge(c.age)
	return entry{cell: c, count: count, period: p, age: a}, err == nil
}

// countOf gives the count that a row is, or that stands behind its rate or share; exact is false if rounding leaves several,
// of which the smallest is given. ok is false for what counts nobody (places, costs, means) and for a rate whose count is
// delivered itself, which it then follows.
func (w *work) countOf(ind schema.Indicator, c cell, r row) (count int64, exact, ok bool) {
	switch {
	case ind.Kind == schema.Units:
		return 0, false, false
	case ind.Kind.IsCount():
		v := r.b.Value[r.i]
		return int64(v), v == float64(int64(v)), v >= 0
	case ind.Kind != schema.Rate && ind.Kind != schema.Share:
		return 0, false, false
	}
	if _, delivered := w.rows[c.as(ind.Numerator)]; delivered {
		return 0, false, false
	}
	unit, _ := w.Catalogue.Unit(ind.Unit)
	whole, known := w.people[c.as(ind.Denominator)]
	if !known || unit.Per == 0 {
		if !w.unknown[ind.ID] && len(w.report.Unjudged) < maxNamed {
			w.report.Unjudged = append(w.report.Unjudged, c.String())
		}
		w.unknown[ind.ID] = true
		return 0, false, false
	}
	behind, err := disclosure.BehindRate(disclosure.PrintedAs(r.b.Value[r.i]), whole, unit.Per)
	if err != nil {
		return int64(r.b.Value[r.i] * whole / unit.Per), false, true
	}
	return behind.Low, behind.Exact(), true
}

// as gives the cell of another indicator's main variant at the same place.
func (c cell) as(indicator string) cell {
	c.indicator, c.variant = indicator, ""
	return c
}

// judge says of every count whether it must be hidden for its own sake, and of every one that was shown before with the
// same value that it is public. What is visible from others of the same indicator is public too.
func (w *work) judge(g *group) {
	for i := range g.entries {
		e := &g.entries[i]
		m := disclosure.Measure{Count: e.count}
		if whole := w.people[e.as(g.ind.Denominator)]; g.ind.Denominator != "" && g.ind.Kind.Independent() && int64(whole) >= e.count {
			m.Group = int64(whole)
		}
		e.why, _ = g.rule.Primary(m) // counts are not negative and within their group
		old, was := w.before[e.cell]
		switch {
		case !was || e.why != disclosure.Shown:
		case old.Missing.Suppressed():
			e.why = disclosure.Before
		case old.Missing != schema.Present || !g.ind.Kind.IsCount():
		case int64(old.Value) == e.count:
			e.status = disclosure.Public
		case g.rule.Revised(int64(old.Value), e.count):
			e.why = disclosure.Revision
		}
	}
}

// known gives what others have published of a group's indicator at places that the delivery does not have.
func (w *work) known(g group) []entry {
	if !g.ind.Kind.IsCount() {
		return nil
	}
	var out []entry
	seen := map[cell]bool{}
	for _, o := range w.others {
		c := cellOf(o)
		if _, delivered := w.rows[c]; delivered || seen[c] || o.Indicator != g.ind.ID || o.Missing != schema.Present || o.Value < 0 ||
			o.Variant != g.entries[0].variant || schema.HasFlag(o.Flags, schema.LowerBound) || schema.HasFlag(o.Flags, schema.GeneralLevel) {
			continue
		}
		if e, ok := newEntry(c, int64(o.Value)); ok {
			seen[c] = true
			e.status = disclosure.Public
			out = append(out, e)
		}
	}
	return out
}

// split divides a group by time: periods that do not overlap have no counts in common, and neither have overlapping ones of
// a kind that is not added up over time (a person in care in two quarters is one person in the year).
func (g group) split(known []entry) []group {
	all := append(slices.Clone(g.entries), known...)
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(a.period.Start.Compare(b.period.Start), b.period.End.Compare(a.period.End))
	})
	additive := addsOverTime(g.ind.Kind)
	var out []group
	at := map[string]int{}
	last := -1
	var until time.Time // the last day of the periods of the last group
	for _, e := range all {
		n := -1
		if additive {
			if last >= 0 && !e.period.Start.After(until) {
				n = last
			}
		} else if k, ok := at[e.cell.period]; ok {
			n = k
		}
		if n < 0 {
			n = len(out)
			out = append(out, group{ind: g.ind, rule: g.rule, loose: g.loose})
			at[e.cell.period] = n
		}
		out[n].entries = append(out[n].entries, e)
		if last = n; e.period.End.After(until) {
			until = e.period.End
		}
	}
	return slices.DeleteFunc(out, func(g group) bool { return !slices.ContainsFunc(g.entries, func(e entry) bool { return e.row }) })
}

func addsOverTime(k schema.Kind) bool {
	return k == schema.Events || k == schema.Episodes || k == schema.Entrants
}
