package protect

import (
	"fmt"
	"slices"

	"utfall/stats"
	"utfall/stats/disclosure"
)

// axis is one dimension of a table on its way: labels, each with the parts that it holds.
type axis struct {
	name   string
	labels []string
	holds  []map[int]bool
	parts  int
	// mayOverlap says that parts may add up to more than their total, because one person is in several of them; then
	// nothing is made of the total.
	mayOverlap bool
}

func newAxis(name string, entries []entry, label func(entry) string) *axis {
	a := &axis{name: name}
	seen := map[string]bool{}
	for _, e := range entries {
		if l := label(e); !seen[l] {
			seen[l] = true
			a.labels = append(a.labels, l)
		}
	}
	slices.Sort(a.labels)
	a.holds = make([]map[int]bool, len(a.labels))
	for i := range a.holds {
		a.holds[i] = map[int]bool{}
	}
	return a
}

// part makes a new part that the labels given hold.
func (a *axis) part(labels ...int) {
	for _, l := range labels {
		a.holds[l][a.parts] = true
	}
	a.parts++
}

func (a *axis) intervals(from, to []int) {
	cuts := slices.Concat(from, to)
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 1; i < len(cuts); i++ {
		var in []int
		for l := range a.labels {
			if from[l] <= cuts[i-1] && cuts[i] <= to[l] {
				in = append(in, l)
			}
		}
		if len(in) > 0 {
			a.part(in...)
		}
	}
}

// loosen makes every label a part of its own: nothing adds up.
func (a *axis) loosen() {
	a.parts = 0
	for l := range a.holds {
		a.holds[l] = map[int]bool{}
		a.part(l)
	}
}

// inside tells whether every part of label x is in y, and y has more.
func (a *axis) inside(x, y int) bool {
	if len(a.holds[x]) >= len(a.holds[y]) {
		return false
	}
	for p := range a.holds[x] {
		if !a.holds[y][p] {
			return false
		}
	}
	return true
}

// children gives the largest labels inside one, none if they overlap.
func (a *axis) children(l int) []int {
	var out []int
	held := map[int]bool{}
	for k := range a.labels {
		if !a.inside(k, l) || slices.ContainsFunc(a.indexes(), func(m int) bool { return a.inside(k, m) && a.inside(m, l) }) {
			continue
		}
		for p := range a.holds[k] {
			if held[p] {
				return nil
			}
			held[p] = true
		}
		out = append(out, k)
	}
	return out
}

func (a *axis) indexes() []int {
	out := make([]int, len(a.labels))
	for i := range out {
		out[i] = i
	}
	return out
}

// adjust holds what should add up against what does. Where the parts of a label always make up less than it, there is
// more in it than was delivered (sex or age not known). Where they could leave something over and never do, whoever reads
// the table will take it that they never do. Where they make up more, either one person is in several parts, and nothing
// is made of the total, or the delivery is wrong.
func (a *axis) adjust(d int, at [][]int, entries []entry) error {
	lines := map[[5]int]map[int]int64{} // counts along this axis, by the place on the others
	first := map[[5]int]int{}
	for i, e := range entries {
		var k [5]int
		copy(k[:], at[i])
		k[d] = 0
		if lines[k] == nil {
			lines[k] = map[int]int64{}
			first[k] = i
		}
		lines[k][at[i][d]] = e.count
	}
	for l := range a.labels {
		children := a.children(l)
		if len(children) == 0 {
			continue
		}
		whole, more, less := 0, false, -1
		for k, line := range lines {
			rest, complete := line[l], true
			if _, ok := line[l]; !ok {
				continue
			}
			for _, c := range children {
				n, ok := line[c]
				rest -= n
				complete = complete && ok
			}
			if rest < 0 {
				if less < 0 || first[k] < less {
					less = first[k]
				}
			}
			if complete {
				whole++
				more = more || rest > 0
			}
		}
		switch {
		case less >= 0 && a.mayOverlap:
			a.loosen()
			return nil
		case less >= 0:
			return stats.Refuse("adds_up", stats.NotDefined, "%s: the parts of %s %q are together more than it", entries[less], a.name, a.labels[l])
		case whole > 0:
			a.leftOver(l, children, more)
		}
	}
	return nil
}

// leftOver makes or takes away the part of a label that its children do not hold.
func (a *axis) leftOver(l int, children []int, more bool) {
	var over []int
	for p := range a.holds[l] {
		if !slices.ContainsFunc(children, func(c int) bool { return a.holds[c][p] }) {
			over = append(over, p)
		}
	}
	switch {
	case more && len(over) == 0:
		in := []int{l}
		for k := range a.labels {
			if a.inside(l, k) {
				in = append(in, k)
			}
		}
		a.part(in...)
	case !more:
		for _, p := range over {
			// A label beside this one that holds the part keeps it: there it may be something.
			if !slices.ContainsFunc(a.indexes(), func(k int) bool { return k != l && a.holds[k][p] && !a.inside(l, k) }) {
				for k := range a.labels {
					delete(a.holds[k], p)
				}
			}
		}
	}
}

// dimension numbers the parts anew, those that stand in the same labels being one.
func (a *axis) dimension() disclosure.Dimension {
	d := disclosure.Dimension{Name: a.name, Categories: make([][]int, len(a.labels))}
	number := map[string]int{}
	for p := range a.parts {
		var in []int
		for l := range a.labels {
			if a.holds[l][p] {
				in = append(in, l)
			}
		}
		if len(in) == 0 {
			continue
		}
		key := fmt.Sprint(in)
		if _, ok := number[key]; ok {
			continue
		}
		number[key] = d.Parts
		for _, l := range in {
			d.Categories[l] = append(d.Categories[l], d.Parts)
		}
		d.Parts++
	}
	return d
}
