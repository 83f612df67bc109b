package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// A move changes inner counts so that every sum of them that is not hidden stays what it is. It is the product of one step
// a dimension: a step takes from one part and gives to another, which leaves every category alone that holds both or
// neither, or it only gives, which changes every category that holds the part. Over several dimensions the changed cells
// are the corners of a box (Repsilber's hypercube) and the totals over the dimensions that only give.
type move struct {
	cells []signed // cells that change, each by its sign
	inner []signed // inner counts that change
	cost  float64  // of hiding what is not hidden yet
}

type signed struct {
	at   int
	sign int64
}

// step is a move in one dimension.
type step struct {
	plus, minus int      // parts; minus is −1 if the step only gives
	changes     []signed // categories that change
	cost        float64  // of the cells that change if nothing moves in the other dimensions: to try cheap steps first
}

// mover looks for moves in a table whose hidden cells are given.
type mover struct {
	Table
	index
	holds   [][][]int // by dimension and part: the categories that hold it
	inside  [][][]bool
	val     []int64 // inner counts
	hidden  []bool  // cells that are not shown, Unseen ones included
	barred  []bool  // cells that may not be hidden
	weight  []float64
	strides []int // of inner counts
}

func newMover(t Table) (*mover, error) {
	m := &mover{Table: t, hidden: make([]bool, len(t.Cells)), barred: make([]bool, len(t.Cells)), weight: make([]float64, len(t.Cells)), strides: make([]int, len(t.Dimensions))}
	var err error
	if m.index, err = t.index(); err != nil {
		return nil, err
	}
	if m.val, err = t.complete(); err != nil {
		return nil, err
	}
	size := 1
	for d := len(t.Dimensions) - 1; d >= 0; d-- {
		m.strides[d] = size
		size *= t.Dimensions[d].Parts
	}
	for _, dim := range t.Dimensions {
		holds, inside := make([][]int, dim.Parts), make([][]bool, len(dim.Categories))
		for c, parts := range dim.Categories {
			inside[c] = make([]bool, dim.Parts)
			for _, p := range parts {
				holds[p] = append(holds[p], c)
				inside[c][p] = true
			}
		}
		m.holds, m.inside = append(m.holds, holds), append(m.inside, inside)
	}
	for i, c := range t.Cells {
		m.hidden[i] = c.Status == Unseen
		m.barred[i] = c.Status == Public
		m.weight[i] = weigh(c.Count)
	}
	return m, nil
}

// weigh says how much is lost by hiding a cell: a cell is a cell, a large one a little more. Zeros are hidden only where
// nothing else helps, because whoever knows that zeros are shown learns from every hidden cell that it is not one.
func weigh(count int64) float64 {
	if count == 0 {
		return 64
	}
	return 1 + math.Log2(float64(1+count))/4
}

// The number of moves that are looked at for one cell is bounded: the cheapest steps of each dimension are combined.
const (
	maxMoves = 700
	maxPairs = 400 // of a dimension, that are all weighed; of more, those of the cheapest parts
	fewParts = 4
)

// steps gives, by dimension, the cheapest steps that raise a cell.
func (m *mover) steps(cell int) [][]step {
	at := m.Cells[cell].At
	out := make([][]step, len(m.Dimensions))
	wide := 0
	for d := range m.Dimensions {
		out[d] = m.stepsIn(d, at)
		if len(out[d]) > 1 {
			wide++
		}
	}
	if wide > 0 {
		keep := max(2, int(math.Pow(maxMoves, 1/float64(wide))))
		for d := range out {
			out[d] = out[d][:min(keep, len(out[d]))]
		}
	}
	for d := range out {
		for k, s := range out[d] {
			out[d][k].changes = m.changes(d, s.plus, s.minus)
		}
	}
	return out
}

func (m *mover) stepsIn(d int, at []int) []step {
	own := m.Dimensions[d].Categories[at[d]]
	inside := m.inside[d][at[d]]
	var outside []int
	for p := range m.Dimensions[d].Parts {
		if !inside[p] {
			outside = append(outside, p)
		}
	}
	single := make([]step, 0, len(own))
	for _, p := range own {
		single = append(single, m.step(d, at, p, -1))
	}
	sortSteps(single)
	from := single
	if len(own)*len(outside) > maxPairs {
		from = single[:min(fewParts, len(single))]
	}
	out := append(make([]step, 0, len(single)+len(from)*len(outside)), single...)
	for _, s := range from {
		for _, q := range outside {
			out = append(out, m.step(d, at, s.plus, q))
		}
	}
	sortSteps(out)
	return out
}

func sortSteps(s []step) {
	slices.SortFunc(s, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.plus, b.plus), cmp.Compare(a.minus, b.minus))
	})
}

// step makes the step that gives to one part and takes from another, and prices it along its own dimension.
func (m *mover) step(d int, at []int, plus, minus int) step {
	s := step{plus: plus, minus: minus}
	base := m.key(at) - at[d]*m.stride[d]
	price := func(holds, other int) {
		for _, c := range m.holds[d][holds] {
			if other >= 0 && m.inside[d][c][other] {
				continue
			}
			i, ok := m.cell(base + c*m.stride[d])
			switch {
			case !ok || m.hidden[i]:
			case m.barred[i]:
				s.cost = math.Inf(1)
			default:
				s.cost += m.weight[i]
			}
		}
	}
	price(plus, minus)
	if minus >= 0 {
		price(minus, plus)
	}
	return s
}

// changes lists the categories that a step changes.
func (m *mover) changes(d, plus, minus int) (out []signed) {
	for _, c := range m.holds[d][plus] {
		if minus < 0 || !m.inside[d][c][minus] {
			out = append(out, signed{c, 1})
		}
	}
	if minus >= 0 {
		for _, c := range m.holds[d][minus] {
			if !m.inside[d][c][plus] {
				out = append(out, signed{c, -1})
			}
		}
	}
	return out
}

// combine makes the move that is the product of steps, none if it changes a cell that may not be hidden, costs more than
// most, or goes over inner counts that are not known.
func (m *mover) combine(steps []step, most float64) (move, bool) {
	out := move{cells: make([]signed, 0, 16), inner: make([]signed, 0, 8)}
	if !m.corners(steps, 0, 0, 1, most, &out) {
		return out, false
	}
	return out, m.points(steps, 0, 0, 1, &out)
}

func (m *mover) corners(steps []step, d, key int, sign int64, most float64, out *move) bool {
	if d == len(steps) {
		i, ok := m.cell(key)
		if !ok {
			return true // never delivered, so never shown
		}
		if !m.hidden[i] {
			if m.barred[i] {
				return false
			}
			if out.cost += m.weight[i]; out.cost > most {
				return false
			}
		}
		out.cells = append(out.cells, signed{i, sign})
		return true
	}
	for _, c := range steps[d].changes {
		if !m.corners(steps, d+1, key+c.at*m.stride[d], sign*c.sign, most, out) {
			return false
		}
	}
	return true
}

func (m *mover) points(steps []step, d, at int, sign int64, out *move) bool {
	if d == len(steps) {
		if m.val[at] == unsolved {
			return false
		}
		out.inner = append(out.inner, signed{at, sign})
		return true
	}
	s := steps[d]
	if !m.points(steps, d+1, at+s.plus*m.strides[d], sign, out) {
		return false
	}
	return s.minus < 0 || m.points(steps, d+1, at+s.minus*m.strides[d], -sign, out)
}
