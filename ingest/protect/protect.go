package protect

import (
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

// maxNamed bounds the cells that a report names.
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
