package disclosure

import (
	"slices"

	"utfall/stats"
)

const methodTable = "sdc_table"

// Dimension is one way in which a table splits its counts: area, sex, age, time. It is cut into parts that do not overlap
// (municipalities, years of age); a category is a set of parts, so that totals, levels of a hierarchy, overlapping groups
// and rolling windows are all categories.
type Dimension struct {
	Name       string
	Parts      int
	Categories [][]int // the parts of each, at least one
}

// Status says what may be done with a cell.
type Status uint8

// The states of a cell.
const (
	Open   Status = iota // shown unless it must be hidden
	Public               // known already, from an authority or an earlier release: it cannot be hidden
	Unseen               // never shown, but known to us: what totals and parts leave over
)

// Cell is a count of a table.
type Cell struct {
	At     []int // a category of each dimension
	Count  int64
	Status Status
	Why    Reason // a primary reason to hide it, or Shown
}

// Table is counts over dimensions, with their totals. Not every combination of categories must be there.
type Table struct {
	Dimensions []Dimension
	Cells      []Cell
}

// maxInner bounds the combinations of parts that a table may span.
const maxInner = 1 << 23

// check finds what cannot be worked with.
func (t Table) check() error {
	inner := 1
	for _, d := range t.Dimensions {
		if d.Parts < 1 {
			return stats.Refuse(methodTable, stats.OutOfRange, "dimension %s has %d parts", d.Name, d.Parts)
		}
		if inner > maxInner/d.Parts {
			return stats.Refuse(methodTable, stats.OutOfRange, "the dimensions span more than %d combinations; split the table", maxInner)
		}
		inner *= d.Parts
		for i, c := range d.Categories {
			if len(c) == 0 {
				return stats.Refuse(methodTable, stats.OutOfRange, "dimension %s: category %d is empty", d.Name, i)
			}
			for k, p := range c {
				if p < 0 || p >= d.Parts || k > 0 && c[k-1] >= p {
					return stats.Refuse(methodTable, stats.OutOfRange, "dimension %s: category %d must list its parts, 0 to %d, in rising order", d.Name, i, d.Parts-1)
				}
			}
		}
	}
	for i, c := range t.Cells {
		switch {
		case len(c.At) != len(t.Dimensions):
			return stats.Refuse(methodTable, stats.UnequalLengths, "cell %d stands in %d dimensions, the table has %d", i, len(c.At), len(t.Dimensions))
		case c.Count < 0:
			return stats.Refuse(methodTable, stats.NegativeCount, "cell %d is %d", i, c.Count)
		case c.Count > largest:
			return stats.Refuse(methodTable, stats.OutOfRange, "cell %d is %d; at most 2^40 can be worked with", i, c.Count)
		case c.Status > Unseen:
			return stats.Refuse(methodTable, stats.OutOfRange, "cell %d has no known status", i)
		}
		for d, k := range c.At {
			if k < 0 || k >= len(t.Dimensions[d].Categories) {
				return stats.Refuse(methodTable, stats.OutOfRange, "cell %d: dimension %s has no category %d", i, t.Dimensions[d].Name, k)
			}
		}
	}
	return nil
}

// maxPlaces bounds the combinations of categories that a table may have.
const maxPlaces = 1 << 24

// index finds cells by their categories.
type index struct {
	stride []int
	places []int32 // 1 + the cell, 0 where there is none
}

// index makes the index. Two cells at one place are refused, and tables with too many places.
func (t Table) index() (index, error) {
	x := index{stride: make([]int, len(t.Dimensions))}
	size := 1
	for d := len(t.Dimensions) - 1; d >= 0; d-- {
		x.stride[d] = size
		n := max(1, len(t.Dimensions[d].Categories))
		if size > maxPlaces/n {
			return x, stats.Refuse(methodTable, stats.OutOfRange, "the categories span more than %d places; split the table", maxPlaces)
		}
		size *= n
	}
	x.places = make([]int32, size)
	for i, c := range t.Cells {
		k := x.key(c.At)
		if j := x.places[k]; j > 0 {
			return x, stats.Refuse(methodTable, stats.Unordered, "cells %d and %d stand at one place", j-1, i)
		}
		x.places[k] = int32(i) + 1
	}
	return x, nil
}

func (x index) key(at []int) (k int) {
	for d, c := range at {
		k += c * x.stride[d]
	}
	return k
}

// cell gives the cell at a place.
func (x index) cell(key int) (int, bool) {
	i := x.places[key]
	return int(i) - 1, i > 0
}

// Flat gives the table as sums of inner counts, one for every combination of parts: what an auditor attacks. Unseen cells
// follow from the others and are left out of its knowledge, not of its targets.
func (t Table) Flat() (Flat, error) {
	if err := t.check(); err != nil {
		return Flat{}, err
	}
	f := Flat{Inner: t.inner()}
	for _, c := range t.Cells {
		f.Cells = append(f.Cells, Total{Members: t.members(c.At), Value: c.Count})
	}
	return f, nil
}

func (t Table) inner() int {
	n := 1
	for _, d := range t.Dimensions {
		n *= d.Parts
	}
	return n
}

// members lists the inner counts of a cell, in rising order.
func (t Table) members(at []int) []int {
	out := []int{0}
	for d, dim := range t.Dimensions {
		longer := make([]int, 0, len(out)*len(dim.Categories[at[d]]))
		for _, m := range out {
			for _, p := range dim.Categories[at[d]] {
				longer = append(longer, m*dim.Parts+p)
			}
		}
		out = longer
	}
	return out
}

// withRests adds what totals and parts leave over: where a part of a dimension is no category of its own (municipalities
// that were not delivered, ages outside 15–64), its counts follow from a category that holds it and from the others in that
// category. They are never shown, but who subtracts learns them, so they are protected like any other count.
func (t Table) withRests() (Table, error) {
	out := Table{Dimensions: slices.Clone(t.Dimensions), Cells: slices.Clone(t.Cells)}
	for d := range out.Dimensions {
		if err := out.addRests(d); err != nil {
			return t, err
		}
	}
	return out, nil
}

func (t *Table) addRests(d int) error {
	dim := &t.Dimensions[d]
	single := make([]int, dim.Parts) // the category that is a part alone
	for p := range single {
		single[p] = slices.IndexFunc(dim.Categories, func(c []int) bool { return len(c) == 1 && c[0] == p })
	}
	if !slices.Contains(single, -1) {
		return nil
	}
	dim.Categories = slices.Clone(dim.Categories)
	known := len(dim.Categories)
	for p, c := range single {
		if c < 0 {
			single[p] = len(dim.Categories)
			dim.Categories = append(dim.Categories, []int{p})
		}
	}
	x, err := t.index()
	if err != nil {
		return err
	}
	done := map[int]bool{}
	for _, c := range t.Cells[:len(t.Cells):len(t.Cells)] {
		at := slices.Clone(c.At)
		at[d] = 0
		if line := x.key(at); !done[line] {
			done[line] = true
			if err := t.restsOf(d, at, single, known, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// restsOf works along one line of cells that differ in one dimension alone.
func (t *Table) restsOf(d int, at, single []int, known int, x index) error {
	dim := t.Dimensions[d]
	for found := true; found; {
		found = false
		for c := range known {
			at[d] = c
			whole, ok := x.cell(x.key(at))
			if !ok || len(dim.Categories[c]) == 1 {
				continue
			}
			rest, open := t.Cells[whole].Count, -1
			for _, p := range dim.Categories[c] {
				at[d] = single[p]
				i, ok := x.cell(x.key(at))
				switch {
				case ok:
					rest -= t.Cells[i].Count
				case open < 0:
					open = p
				default:
					open = dim.Parts // more than one: this category does not tell
				}
			}
			if rest < 0 {
				return stats.Refuse(methodTable, stats.NotDefined, "cell %d is %d, less than the sum of its parts in dimension %s", whole, t.Cells[whole].Count, dim.Name)
			}
			if open >= 0 && open < dim.Parts {
				at[d] = single[open]
				x.places[x.key(at)] = int32(len(t.Cells)) + 1
				t.Cells = append(t.Cells, Cell{At: slices.Clone(at), Count: rest, Status: Unseen})
				found = true
			}
		}
	}
	return nil
}
