package protect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"utfall/schema"
	"utfall/stats"
	"utfall/stats/disclosure"
)

// Input is a delivery that nobody has published yet, and what is visible beside it.
type Input struct {
	Catalogue *schema.Catalogue
	Dataset   string
	Batches   []*schema.Batch // the whole delivery; hidden cells are emptied in place
	// Visible is what is visible now, by dataset, of the delivery's indicators and of their denominators: what an attacker
	// knows already. The delivery's own dataset in it says what was shown and what was hidden before.
	Visible []schema.Observation
	// Afresh forgets what was shown and hidden before of the dataset: the whole table is done anew.
	Afresh bool
}

// Report says what became of a delivery's cells.
type Report struct {
	Cells    uint64                       // looked at
	Hidden   map[disclosure.Reason]uint64 // by reason
	Exposed  []string                     // hidden cells, in words, that what is public already gives away
	Unjudged []string                     // rates and shares, in words, shown although nobody knows how few they are of
}

// A cell may hold at most so many of the words that a report gives for it; the first ones do.
const maxNamed = 20

// Symbol stands in every hidden cell, whatever the reason. It is Statistics Sweden's for a figure that is not given out.
const Symbol = ".."

// Indicators lists what Visible must hold for a delivery: its indicators and what these are counted against.
func Indicators(c *schema.Catalogue, batches []*schema.Batch) []string {
	ids := map[string]bool{}
	for _, b := range batches {
		for _, id := range b.Indicator {
			if ids[id] {
				continue
			}
			ids[id] = true
			if ind, ok := c.Indicator(id); ok {
				for _, other := range []string{ind.Denominator, ind.Numerator} {
					if other != "" {
						ids[other] = true
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// ContradictionError says that a delivery's counts do not add up, or are too many to be seen as one table, so that nothing
// can be said of what they give away.
type ContradictionError struct {
	File   string
	Line   uint64 // of one of the cells, 0 if it is not known
	Detail string
}

// Error gives the place and the detail.
func (e *ContradictionError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Detail
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Detail)
}

// Apply hides what must not be shown. Counts come first, with all that adds up to them; then rates and shares, which are
// hidden where their count is, or where the population gives a small count away; then what else is computed from a hidden
// count. The error is a *ContradictionError if the delivery's own figures contradict each other.
func Apply(in Input) (Report, error) {
	w := newWork(in)
	for _, g := range w.groups() {
		if err := w.protect(g); err != nil {
			return w.report, err
		}
	}
	w.followers()
	return w.report, nil
}

// row is one observation of the delivery.
type row struct {
	b *schema.Batch
	i int
}

// cell is what a row is about.
type cell struct{ indicator, variant, area, period, sex, age, breakdown string }

func (r row) cell() cell {
	b, i := r.b, r.i
	return cell{b.Indicator[i], b.Variant[i], b.Area[i], b.Period[i], b.Sex[i], b.Age[i], b.Breakdown[i]}
}

// String names a cell for people.
func (c cell) String() string {
	s := fmt.Sprintf("%s, %s, %s, sex %s, age %s", c.indicator, c.area, c.period, c.sex, c.age)
	if c.variant != "" {
		s += ", " + c.variant
	}
	if c.breakdown != "" {
		s += ", " + c.breakdown
	}
	return s
}

type work struct {
	Input
	rows    map[cell]row
	order   []cell
	before  map[cell]schema.Observation // of this dataset
	others  []schema.Observation        // of other datasets
	people  map[cell]float64            // visible and delivered figures of every indicator, for denominators
	hidden  map[cell]bool               // now, by any reason
	report  Report
	unknown map[string]bool // indicators that are named as unjudged already
}

func newWork(in Input) *work {
	w := &work{Input: in, rows: map[cell]row{}, before: map[cell]schema.Observation{}, people: map[cell]float64{}, hidden: map[cell]bool{},
		report: Report{Hidden: map[disclosure.Reason]uint64{}}, unknown: map[string]bool{}}
	for _, o := range in.Visible {
		c := cellOf(o)
		if o.Missing == schema.Present {
			w.people[c] = o.Value
		}
		switch {
		case o.Dataset != in.Dataset:
			w.others = append(w.others, o)
		case !in.Afresh:
			w.before[c] = o
		}
	}
	for _, b := range in.Batches {
		for i := range b.Len() {
			r := row{b, i}
			c := r.cell()
			if _, twice := w.rows[c]; twice {
				continue // the delivery is refused for it, once it is stored
			}
			w.rows[c] = r
			w.order = append(w.order, c)
			if b.Missing[i] == "" {
				w.people[c] = b.Value[i]
			} else if hiddenCode(b.Missing[i]) {
				w.hidden[c] = true
			}
		}
	}
	return w
}

func cellOf(o schema.Observation) cell {
	return cell{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown}
}

func hiddenCode(code string) bool { return schema.Missing(code).Suppressed() }

// hide empties a row. What a source wrote beside a figure may repeat it, so its note and limits go too.
func (w *work) hide(c cell, why disclosure.Reason) {
	r := w.rows[c]
	b, i := r.b, r.i
	b.Value[i], b.Lower[i], b.Upper[i], b.Note[i], b.Symbol[i] = 0, nil, nil, "", Symbol
	b.Missing[i] = string(schema.SuppressedSecondary)
	if why.Primary() && why != disclosure.Before {
		b.Missing[i] = string(schema.SuppressedPrimary)
	}
	w.hidden[c] = true
	w.report.Hidden[why]++
}

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

// protect hides what a group must not show. Counts of others are taken into account if they agree with the delivery's;
// where they were counted otherwise, they give nothing away.
func (w *work) protect(g group) error {
	for _, part := range g.split(w.known(g)) {
		p, entries, err := w.decide(part, part.entries)
		if stats.ReasonOf(err) == stats.NotDefined {
			own := slices.DeleteFunc(slices.Clone(part.entries), func(e entry) bool { return !e.row })
			p, entries, err = w.decide(part, own)
		}
		if stats.ReasonOf(err) == stats.NotDefined && !part.ind.Kind.IsCount() {
			part.loose = true // counts behind rates need not add up: each was rounded, and populations differ
			p, entries, err = w.decide(part, part.entries)
		}
		if err != nil {
			return w.fault(part, err)
		}
		for i, e := range entries {
			if e.row && p.Cells[i].Hidden {
				w.hide(e.cell, p.Cells[i].Why)
			}
		}
		for _, i := range p.Exposed {
			if len(w.report.Exposed) < maxNamed {
				w.report.Exposed = append(w.report.Exposed, entries[i].String())
			}
		}
	}
	return nil
}

// fault names the delivery's first row of a part that cannot be protected.
func (w *work) fault(g group, err error) error {
	i := slices.IndexFunc(g.entries, func(e entry) bool { return e.row })
	r := w.rows[g.entries[i].cell]
	what := "disclosure control cannot work with it"
	if stats.ReasonOf(err) == stats.NotDefined {
		what = "correct the parts or their total"
	}
	return &ContradictionError{File: r.b.File, Line: r.b.Line[r.i], Detail: fmt.Sprintf("%s: %v; %s", g.ind.ID, err, what)}
}

func (w *work) decide(g group, entries []entry) (disclosure.Protection, []entry, error) {
	t, err := w.table(g, entries)
	if err != nil {
		return disclosure.Protection{}, nil, err
	}
	p, err := disclosure.Protect(t, disclosure.Rule{Threshold: g.rule.Threshold})
	return p, entries, err
}

// followers hides what is computed from a hidden count: rates, shares, means, costs and indices of the delivery that name
// it as their numerator.
func (w *work) followers() {
	for _, c := range w.order {
		r := w.rows[c]
		ind, _ := w.Catalogue.Indicator(c.indicator)
		if ind.Numerator == "" || r.b.Missing[r.i] != "" {
			continue
		}
		of := c.as(ind.Numerator)
		if same := of; w.hidden[same] || w.hidden[cell{of.indicator, c.variant, of.area, of.period, of.sex, of.age, of.breakdown}] {
			w.hide(c, disclosure.WithDerived)
		}
	}
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
	for _, e := range all {
		n := -1
		if additive {
			if last >= 0 && !e.period.Start.After(end(out[last].entries)) {
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
		last = n
	}
	return slices.DeleteFunc(out, func(g group) bool { return !slices.ContainsFunc(g.entries, func(e entry) bool { return e.row }) })
}

func addsOverTime(k schema.Kind) bool {
	return k == schema.Events || k == schema.Episodes || k == schema.Entrants
}
