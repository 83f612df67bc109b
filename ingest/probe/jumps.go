package probe

import (
	"fmt"
	"slices"
	"time"

	"utfall/ingest"
	"utfall/ingest/source"
	"utfall/schema"
)

// jumps looks for changes that are too large to be believed: from one period to the next within the delivery, and from
// what is published to what is delivered.
type jumps struct {
	source.Jump
	series map[series][]point
	n      int
	full   bool
}

// series is a cell without its period; form keeps years and months of one cell apart.
type series struct {
	cell
	form int
}

type point struct {
	period string
	start  time.Time
	value  float64
}

func newJumps(j source.Jump) *jumps {
	return &jumps{Jump: j, series: map[series][]point{}}
}

func (j *jumps) watch(b *schema.Batch, i int) {
	if j.n++; j.n > maxCells {
		j.full = true
		return
	}
	c := cellOf(b, i)
	c.period = ""
	k := series{c, len(b.Period[i])}
	j.series[k] = append(j.series[k], point{b.Period[i], b.Start[i], b.Value[i]})
}

// believable tells whether a figure may follow another.
func (j *jumps) believable(a, b float64) bool {
	if max(a, b) <= j.Above {
		return true
	}
	return b <= a*j.Factor && a <= b*j.Factor
}

// findings tells of jumps at cells that the delivery would change; a jump that is published already has been looked at.
func (j *jumps) findings(f ingest.Facts) []string {
	if j.full {
		return []string{fmt.Sprintf("more than %d figures: changes over time were not all checked", maxCells)}
	}
	var out []string
	touched := map[cell]bool{}
	revised := 0
	for _, d := range f.Differences {
		c := cell{d.Indicator, d.Variant, d.Area, d.Period, d.Sex, d.Age, d.Breakdown}
		touched[c] = true
		if d.Kind == "changed" && d.OldMissing == "" && d.NewMissing == "" && !j.believable(d.Old, d.New) {
			if revised++; revised == 1 {
				out = append(out, fmt.Sprintf("%s was %g and would be %g", c, d.Old, d.New))
			}
		}
	}
	if revised > 1 {
		out[0] += fmt.Sprintf(" (%d such revisions)", revised)
	}
	if s := j.overTime(touched, f.Last.Seq == 0); s != "" {
		out = append(out, s)
	}
	return out
}

func (j *jumps) overTime(touched map[cell]bool, all bool) string {
	var first string
	n := 0
	for k, points := range j.series {
		slices.SortFunc(points, func(a, b point) int { return a.start.Compare(b.start) })
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			ca, cb := k.cell, k.cell
			ca.period, cb.period = a.period, b.period
			if j.believable(a.value, b.value) || !all && !touched[ca] && !touched[cb] {
				continue
			}
			n++
			if s := fmt.Sprintf("%s: %g, and %g in %s", cb, b.value, a.value, a.period); first == "" || s < first {
				first = s
			}
		}
	}
	if n > 1 {
		first += fmt.Sprintf(" (%d such jumps)", n)
	}
	return first
}
