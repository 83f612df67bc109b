// Package probe holds a delivery against what its source's file promises, before anything of it is published: combinations
// that must be there, totals that must fit, changes that can be believed, a number of rows near the last one's, and a
// source's own time that moves with its figures.
//
// It owns the sentences that tell an operator what differs. It imports ingest's contract, package source and schema, and
// does no I/O.
package probe

import (
	"fmt"
	"strings"
	"time"

	"utfall/ingest"
	"utfall/ingest/source"
	"utfall/schema"
)

// Probe is the contract of one delivery. It is made anew for each.
type Probe struct {
	source   source.Source
	mapping  func() []string // what the mapping noticed
	required []required
	totals   []*totals
	jumps    *jumps
}

// New makes a probe. mapping gives what was noticed while the payloads were mapped; it may be nil.
func New(s source.Source, catalogue *schema.Catalogue, mapping func() []string) *Probe {
	p := &Probe{source: s, mapping: mapping}
	for _, r := range s.Validate.Required {
		p.required = append(p.required, required{Required: r})
	}
	for _, t := range s.Validate.Totals {
		p.totals = append(p.totals, newTotals(t, catalogue))
	}
	if s.Validate.Jump != nil {
		p.jumps = newJumps(*s.Validate.Jump)
	}
	return p
}

// Watch sees every batch that is taken in.
func (p *Probe) Watch(b *schema.Batch) {
	for i := range b.Len() {
		if b.Missing[i] != "" {
			continue
		}
		for n := range p.required {
			p.required[n].watch(b, i)
		}
		for _, t := range p.totals {
			t.watch(b, i)
		}
		if p.jumps != nil {
			p.jumps.watch(b, i)
		}
	}
}

// Findings gives a sentence for each promise that was broken.
func (p *Probe) Findings(f ingest.Facts) []string {
	var out []string
	if p.mapping != nil {
		out = append(out, p.mapping()...)
	}
	for _, r := range p.required {
		if !r.there {
			out = append(out, "no value for "+r.String()+", which must be there")
		}
	}
	out = append(out, p.rows(f)...)
	for _, t := range p.totals {
		out = append(out, t.findings()...)
	}
	if p.jumps != nil {
		out = append(out, p.jumps.findings(f)...)
	}
	return append(out, p.updated(f)...)
}

// rows compares the number of rows taken in with the bounds and with the last delivery's.
func (p *Probe) rows(f ingest.Facts) []string {
	var out []string
	v := p.source.Validate.Rows
	now := f.Release.Counts.Read - f.Release.Counts.Rejected
	if now < v.Min || v.Max > 0 && now > v.Max {
		out = append(out, fmt.Sprintf("%d rows, expected %s", now, bounds(v)))
	}
	share := v.Change
	if share == 0 {
		share = 0.2
	}
	last := f.Last.Counts.Read - f.Last.Counts.Rejected
	if d := float64(now) - float64(last); last > 0 && (d > share*float64(last) || -d > share*float64(last)) {
		out = append(out, fmt.Sprintf("%d rows, release %d had %d: a change of more than %.0f %%", now, f.Last.Seq, last, 100*share))
	}
	return out
}

func bounds(v source.Rows) string {
	if v.Max == 0 {
		return fmt.Sprintf("at least %d", v.Min)
	}
	return fmt.Sprintf("%d to %d", v.Min, v.Max)
}

// updated says when figures changed and the source's own time did not move, or went back.
func (p *Probe) updated(f ingest.Facts) []string {
	now, last := f.Release.SourceUpdated, f.Last.SourceUpdated
	switch {
	case now.IsZero() || last.IsZero():
		return nil
	case now.Before(last):
		return []string{fmt.Sprintf("the source says that its figures are from %s, release %d was from %s: it has gone back", stamp(now), f.Last.Seq, stamp(last))}
	case now.Equal(last) && p.source.Validate.Updated != "silent":
		c := f.Release.Counts
		return []string{fmt.Sprintf("figures differ (%d new, %d changed, %d gone) and the source's own time is still %s", c.New, c.Changed, c.Deleted, stamp(now))}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// required is a combination that must have a value.
type required struct {
	source.Required
	there bool
}

func (r *required) watch(b *schema.Batch, i int) {
	match := func(want, got string) bool { return want == "" || want == got }
	r.there = r.there || match(r.Indicator, b.Indicator[i]) && match(r.Area, b.Area[i]) && match(r.Sex, b.Sex[i]) && match(r.Age, b.Age[i]) && match(r.Period, b.Period[i])
}

// String names what is required.
func (r *required) String() string {
	var parts []string
	for _, x := range [][2]string{{"", r.Indicator}, {"area ", r.Area}, {"period ", r.Period}, {"sex ", r.Sex}, {"age ", r.Age}} {
		if x[1] != "" {
			parts = append(parts, x[0]+x[1])
		}
	}
	return strings.Join(parts, ", ")
}

// cell is a cell of a batch with one of its parts left out.
type cell struct{ indicator, variant, area, period, sex, age, breakdown string }

func cellOf(b *schema.Batch, i int) cell {
	return cell{b.Indicator[i], b.Variant[i], b.Area[i], b.Period[i], b.Sex[i], b.Age[i], b.Breakdown[i]}
}

// String names the parts that are there.
func (c cell) String() string {
	out := c.indicator
	if c.variant != "" {
		out += "/" + c.variant
	}
	for _, x := range [][2]string{{"", c.area}, {"", c.period}, {"sex ", c.sex}, {"age ", c.age}, {"", c.breakdown}} {
		if x[1] != "" {
			out += ", " + x[0] + x[1]
		}
	}
	return out
}

// maxCells bounds what one check remembers; a delivery beyond it is held, because it was not checked.
const maxCells = 5_000_000
