package probe

import (
	"fmt"
	"math"
	"slices"

	"utfall/ingest/source"
	"utfall/schema"
)

// totals adds parts up. A group counts only where the total and every part has a value: a part that is suppressed leaves
// nothing to compare.
type totals struct {
	source.Total
	parts  map[string]bool
	groups map[cell]*group
	full   bool
}

type group struct {
	total, sum float64
	hasTotal   bool
	parts      int
}

func newTotals(t source.Total, catalogue *schema.Catalogue) *totals {
	out := &totals{Total: t, parts: map[string]bool{}, groups: map[cell]*group{}}
	for _, p := range t.Parts {
		out.parts[p] = true
	}
	if t.Level != "" {
		for _, a := range catalogue.Areas.All() {
			if string(a.Level) == t.Level && below(catalogue, a, t.Total) {
				out.parts[a.Code] = true
			}
		}
	}
	return out
}

// below tells whether an area lies in another.
func below(catalogue *schema.Catalogue, a schema.Area, top string) bool {
	for a.Parent != "" {
		if a.Parent == top {
			return true
		}
		a, _ = catalogue.Areas.Get(a.Parent)
	}
	return false
}

// over takes the part of the cell that is added over out of it.
func (t *totals) over(c *cell) string {
	field := map[string]*string{"sex": &c.sex, "age": &c.age, "area": &c.area, "breakdown": &c.breakdown}[t.Over]
	code := *field
	*field = ""
	return code
}

func (t *totals) watch(b *schema.Batch, i int) {
	c := cellOf(b, i)
	code := t.over(&c)
	isTotal := code == t.Total.Total
	if !isTotal && !t.parts[code] {
		return
	}
	g := t.groups[c]
	if g == nil {
		if len(t.groups) == maxCells {
			t.full = true
			return
		}
		g = &group{}
		t.groups[c] = g
	}
	if isTotal {
		g.total, g.hasTotal = b.Value[i], true
		return
	}
	g.sum += b.Value[i]
	g.parts++
}

// findings tells of the totals that do not fit, the worst first.
func (t *totals) findings() []string {
	if t.full {
		return []string{fmt.Sprintf("more than %d totals over %s: not all were checked", maxCells, t.Over)}
	}
	type miss struct {
		cell
		*group
		by float64
	}
	var wrong []miss
	for c, g := range t.groups {
		if by := math.Abs(g.sum - g.total); g.hasTotal && g.parts == len(t.parts) && by > t.Tolerance*math.Abs(g.total)+t.Absolute {
			wrong = append(wrong, miss{c, g, by})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	worst := slices.MaxFunc(wrong, func(a, b miss) int {
		if a.by != b.by {
			return int(math.Copysign(1, a.by-b.by))
		}
		return slices.Compare([]string{b.String()}, []string{a.String()})
	})
	return []string{fmt.Sprintf("%d totals over %s do not fit their parts, the worst: %s: the parts add up to %g, the total is %g", len(wrong), t.Over, worst.cell, worst.sum, worst.total)}
}
