package protect

import (
	"slices"
	"time"

	"utfall/schema"
	"utfall/stats/disclosure"
)

// table puts entries into a table. Each dimension says which labels are sums of which.
func (w *work) table(g group, entries []entry) (disclosure.Table, error) {
	axes := []*axis{w.areas(entries), periods(entries), sexes(entries), ages(entries), breakdowns(entries)}
	persons := g.ind.Kind == schema.PersonsInYear || g.ind.Kind == schema.PersonsOnDay || g.ind.Kind == schema.Entrants
	axes[0].mayOverlap = persons // treated in two municipalities, counted once in the region
	axes[3].mayOverlap = persons
	axes[4].mayOverlap = true // two substances in one death
	at := make([][]int, len(entries))
	for i, e := range entries {
		for d, label := range []string{e.area, e.cell.period, e.sex, e.cell.age, e.breakdown} {
			at[i] = append(at[i], slices.Index(axes[d].labels, label))
		}
	}
	var t disclosure.Table
	for d, a := range axes {
		if g.loose {
			a.loosen()
		} else if err := a.adjust(d, at, entries); err != nil {
			return t, err
		}
		t.Dimensions = append(t.Dimensions, a.dimension())
	}
	for i, e := range entries {
		t.Cells = append(t.Cells, disclosure.Cell{At: at[i], Count: e.count, Status: e.status, Why: e.why})
	}
	return t, nil
}

// areas follows the hierarchy of areas. An area that is not wholly made up of delivered ones has a part of its own.
func (w *work) areas(entries []entry) *axis {
	a := newAxis("area", entries, func(e entry) string { return e.area })
	inside := map[string]bool{} // areas that have a delivered one inside
	for _, l := range a.labels {
		above := w.ancestors(l)
		for _, p := range above {
			inside[p] = true
		}
	}
	for i, l := range a.labels {
		if inside[l] && w.covered(a, l) {
			continue
		}
		labels := []int{i}
		for _, p := range w.ancestors(l) {
			if k, ok := slices.BinarySearch(a.labels, p); ok {
				labels = append(labels, k)
			}
		}
		a.part(labels...)
	}
	return a
}

func (w *work) ancestors(code string) (out []string) {
	for a, ok := w.Catalogue.Areas.Get(code); ok && a.Parent != ""; a, ok = w.Catalogue.Areas.Get(a.Parent) {
		out = append(out, a.Parent)
	}
	return out
}

// covered tells whether the areas below one are all delivered, or covered themselves.
func (w *work) covered(a *axis, code string) bool {
	below := w.Catalogue.Areas.Children(code)
	for _, c := range below {
		if _, there := slices.BinarySearch(a.labels, c.Code); !there && !w.covered(a, c.Code) {
			return false
		}
	}
	return len(below) > 0
}

// periods and ages are intervals: the parts are what their ends cut the line into.
func periods(entries []entry) *axis {
	a := newAxis("period", entries, func(e entry) string { return e.cell.period })
	from, to := make([]int, len(a.labels)), make([]int, len(a.labels))
	for _, e := range entries {
		k, _ := slices.BinarySearch(a.labels, e.cell.period)
		from[k], to[k] = day(e.period.Start), day(e.period.End)+1
	}
	a.intervals(from, to)
	return a
}

func day(t time.Time) int { return int(t.Unix() / 86400) }

// beyond is above every age.
const beyond = 1000

func ages(entries []entry) *axis {
	a := newAxis("age", entries, func(e entry) string { return e.cell.age })
	from, to := make([]int, len(a.labels)), make([]int, len(a.labels))
	for _, e := range entries {
		k, _ := slices.BinarySearch(a.labels, e.cell.age)
		from[k], to[k] = e.age.From, e.age.To+1
		if e.age.To < 0 {
			to[k] = beyond
		}
	}
	a.intervals(from, to)
	return a
}

// sexes: the total is women and men.
func sexes(entries []entry) *axis {
	a := newAxis("sex", entries, func(e entry) string { return e.sex })
	total, hasTotal := slices.BinarySearch(a.labels, string(schema.BothSexes))
	for _, sex := range []schema.Sex{schema.Female, schema.Male} {
		var in []int
		if k, ok := slices.BinarySearch(a.labels, string(sex)); ok {
			in = append(in, k)
		}
		if hasTotal {
			in = append(in, total)
		}
		if len(in) > 0 {
			a.part(in...)
		}
	}
	return a
}

// breakdowns: the empty one is the total, and it may hold more than those that are named.
func breakdowns(entries []entry) *axis {
	a := newAxis("breakdown", entries, func(e entry) string { return e.breakdown })
	total, hasTotal := slices.BinarySearch(a.labels, "")
	for l, name := range a.labels {
		switch {
		case name == "":
			a.part(l)
		case hasTotal:
			a.part(l, total)
		default:
			a.part(l)
		}
	}
	return a
}
