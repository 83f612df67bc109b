package disclosure

import (
	"slices"

	"utfall/stats"
)

// free is the inner count of a combination that no cell holds: nothing bounds it.
const free = largest

// unsolved marks inner counts that could not be found; no move goes over them.
const unsolved = -1

// complete gives inner counts that agree with every cell of the table, shown or not: those that are cells themselves, and
// for the others one of the ways in which they may be split. It is the table that the proof starts from. An attacker knows
// less than we do, so any such table is possible to him. A table whose parts contradict its totals is refused.
func (t Table) complete() ([]int64, error) {
	val := make([]int64, t.inner())
	for j := range val {
		val[j] = free
	}
	var totals []Total
	for _, c := range t.Cells {
		m := t.members(c.At)
		for _, j := range m {
			if val[j] == free {
				val[j] = unsolved
			}
		}
		totals = append(totals, Total{Members: m, Value: c.Count})
	}
	for _, c := range totals {
		if len(c.Members) == 1 {
			val[c.Members[0]] = c.Value
		}
	}
	for found := true; found; {
		found = false
		for i, c := range totals {
			rest, open := c.Value, -1
			several := false
			for _, j := range c.Members {
				if val[j] >= 0 {
					rest -= val[j]
				} else {
					several = several || open >= 0
					open = j
				}
			}
			if rest < 0 || open < 0 && rest > 0 {
				return nil, stats.Refuse(methodTable, stats.NotDefined, "cell %d is %d, its parts add up to %d", i, c.Value, c.Value-rest)
			}
			if open < 0 || several && rest > 0 {
				continue
			}
			for _, j := range c.Members {
				if val[j] < 0 {
					val[j], found = rest, true // the only one, or each of several that are zero together
				}
			}
		}
	}
	return val, t.split(totals, val)
}

// split finds whole counts for what the cells leave open.
func (t Table) split(totals []Total, val []int64) error {
	number := map[int]int{}
	var open []int
	for j, v := range val {
		if v == unsolved {
			number[j] = len(open)
			open = append(open, j)
		}
	}
	if len(open) == 0 {
		return nil
	}
	x, err := t.index()
	if err != nil {
		return err
	}
	s := System{Unknowns: len(open)}
	children := make([][][]int, len(t.Dimensions))
	for d, dim := range t.Dimensions {
		for c := range dim.Categories {
			children[d] = append(children[d], dim.children(c))
		}
	}
	for i, c := range totals {
		if implied(t.Cells[i].At, children, x) {
			continue
		}
		k := Known{}
		rest := c.Value
		for _, j := range c.Members {
			if n, ok := number[j]; ok {
				k.Sum = append(k.Sum, n)
			} else {
				rest -= val[j]
			}
		}
		if len(k.Sum) > 0 {
			k.Low, k.High = rest, rest
			s.Known = append(s.Known, k)
		}
	}
	point, err := s.point()
	if err != nil {
		return err
	}
	for n, j := range open {
		val[j] = point[n]
	}
	return nil
}

// implied tells whether a cell is the sum of cells that are there, so that it says nothing of its own.
func implied(at []int, children [][][]int, x index) bool {
	at = slices.Clone(at)
	for d := range at {
		own := at[d]
		parts, all := children[d][own], true
		for _, c := range parts {
			at[d] = c
			_, there := x.cell(x.key(at))
			all = all && there
		}
		at[d] = own
		if len(parts) > 0 && all {
			return true
		}
	}
	return false
}

// children gives the largest categories inside one that together make it up without overlap, none if there are no such.
func (d Dimension) children(c int) []int {
	within := func(a, b []int) bool {
		return len(a) < len(b) && !slices.ContainsFunc(a, func(p int) bool { _, in := slices.BinarySearch(b, p); return !in })
	}
	var out []int
	size := 0
	for k, cat := range d.Categories {
		if !within(cat, d.Categories[c]) {
			continue
		}
		if slices.ContainsFunc(d.Categories, func(o []int) bool { return within(cat, o) && within(o, d.Categories[c]) }) {
			continue
		}
		if slices.ContainsFunc(out, func(o int) bool { return slices.Equal(d.Categories[o], cat) }) {
			continue
		}
		out = append(out, k)
		size += len(cat)
	}
	if size != len(d.Categories[c]) {
		return nil
	}
	return out
}

// point gives whole counts that agree with all that is known; unsolved for those of a part that is too tangled. Errors are
// those of Bounds but for NotConverged.
func (s System) point() ([]int64, error) {
	if err := s.check(nil); err != nil {
		return nil, err
	}
	p, err := s.prepare(nil)
	if err != nil {
		return nil, err
	}
	values := slices.Clone(p.low)
	for part, members := range p.members {
		x, err := p.pointOf(part)
		switch {
		case stats.ReasonOf(err) == stats.NotConverged:
			for _, j := range members {
				values[j] = unsolved
			}
		case err != nil:
			return nil, err
		default:
			for _, j := range members {
				values[j] = p.low[j] + x[p.parts[part].column[j]]
			}
		}
	}
	out, used := make([]int64, s.Unknowns), map[int]bool{}
	for j, m := range s.merge(nil) {
		// Unknowns that were one share its value: the first takes all of it.
		if values[m] == unsolved || !used[m] {
			out[j] = values[m]
		}
		used[m] = true
	}
	return out, nil
}

func (p *problem) pointOf(part int) ([]int64, error) {
	l, err := p.linear(part)
	if err != nil {
		return nil, err
	}
	return l.point(make([]float64, l.cols))
}
