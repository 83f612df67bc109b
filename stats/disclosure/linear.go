package disclosure

import (
	"math"
	"slices"

	"utfall/stats"
)

// The limits of what is solved. Beyond them nothing is concluded, and the caller must take the system for unsafe.
const (
	maxColumns = 400  // of one part, slacks included: the simplex is dense
	maxNodes   = 2000 // of the search for whole numbers, for one bound
	whole      = 1e-6 // a solution so near to whole numbers is whole
)

// linear is one part of a problem: unknowns measured from their lower ends, and the equations that bind them. A published
// range has slack columns behind the unknowns.
type linear struct {
	column map[int]int // of each unknown of the problem
	low    []int64     // by column
	rows   []Known     // over columns, measured from low
	echelon
}

// linear prepares a part when it is first asked for.
func (p *problem) linear(part int) (*linear, error) {
	if p.parts[part] != nil {
		return p.parts[part], nil
	}
	l := &linear{column: map[int]int{}}
	for _, j := range p.members[part] {
		l.column[j] = len(l.low)
		l.low = append(l.low, p.low[j])
	}
	for _, r := range p.rows {
		row := Known{Low: r.Low, High: r.High}
		mine := false
		for _, j := range r.Sum {
			row.Low -= p.low[j]
			if row.High != NoLimit {
				row.High -= p.low[j]
			}
			if c, ok := l.column[j]; ok && p.part[j] == part {
				mine = true
				row.Sum = append(row.Sum, c)
			}
		}
		if mine && p.binds(r) {
			l.rows = append(l.rows, row)
		}
	}
	if err := l.assemble(); err != nil {
		return nil, err
	}
	p.parts[part] = l
	return l, nil
}

// assemble writes the rows as equations with slacks and eliminates.
func (l *linear) assemble() error {
	n := len(l.low)
	cols := n
	for _, r := range l.rows {
		if r.Low == r.High {
			continue
		}
		if r.Low > 0 {
			cols++
		}
		if r.High != NoLimit {
			cols++
		}
	}
	if cols > maxColumns {
		return stats.Refuse(methodBounds, stats.NotConverged, "%d counts hang together; at most %d can be solved", cols, maxColumns)
	}
	var rows [][]int64
	slack := n
	for _, r := range l.rows {
		row := make([]int64, cols+1)
		for _, c := range r.Sum {
			row[c] = 1
		}
		switch {
		case r.Low == r.High:
			row[cols] = r.Low
		case r.Low <= 0: // Σx + u = High
			row[slack], row[cols] = 1, r.High
			slack++
		default: // Σx − s = Low, and s + u = High − Low
			row[slack], row[cols] = -1, r.Low
			if r.High != NoLimit {
				second := make([]int64, cols+1)
				second[slack], second[slack+1], second[cols] = 1, 1, r.High-r.Low
				rows = append(rows, second)
				slack++
			}
			slack++
		}
		rows = append(rows, row)
	}
	var err error
	l.echelon, err = eliminate(rows, cols)
	return err
}

// bound gives the range of a sum of unknowns of the part.
func (l *linear) bound(unknowns []int) (Range, error) {
	sum := make([]int, len(unknowns))
	var base int64
	for i, j := range unknowns {
		sum[i] = l.column[j]
		base += l.low[sum[i]]
	}
	r := Range{}
	num, den, fixed, err := l.value(sum)
	switch {
	case err != nil:
		return r, err
	case fixed && num%den != 0:
		return r, contradiction("a sum comes out as %d/%d", num, den)
	case fixed:
		r = Range{Low: num / den, High: num / den, RealLow: float64(num / den), RealHigh: float64(num / den)}
	default:
		if r.Low, r.RealLow, err = l.least(sum, 1); err != nil {
			return r, err
		}
		if r.High, r.RealHigh, err = l.least(sum, -1); err != nil {
			return r, err
		}
		r.RealHigh = -r.RealHigh
		if r.High != NoLimit {
			r.High = -r.High
		}
	}
	return r.plus(Range{Low: base, High: base, RealLow: float64(base), RealHigh: float64(base)}), nil
}

// least gives the smallest value of sign × the sum, over whole counts and over real ones. NoLimit and −Inf say that there
// is none.
func (l *linear) least(sum []int, sign float64) (int64, float64, error) {
	cost := make([]float64, l.cols)
	for _, c := range sum {
		cost[c] = sign
	}
	relaxed, x, err := l.simplex(cost)
	if err != nil {
		return 0, 0, err
	}
	if math.IsInf(relaxed, -1) {
		return NoLimit, relaxed, nil
	}
	w := wholes{best: NoLimit}
	if err := w.branch(l, cost, relaxed, x); err != nil {
		return 0, 0, err
	}
	if w.best == NoLimit {
		return 0, 0, contradiction("no whole numbers do")
	}
	return w.best, relaxed, nil
}

// point gives whole numbers that meet the equations, those of least cost.
func (l *linear) point(cost []float64) ([]int64, error) {
	relaxed, x, err := l.simplex(cost)
	if err != nil {
		return nil, err
	}
	w := wholes{best: NoLimit}
	if err := w.branch(l, cost, relaxed, x); err != nil {
		return nil, err
	}
	if w.best == NoLimit {
		return nil, contradiction("no whole numbers do")
	}
	return w.at, nil
}

// wholes is a search for the best whole solution.
type wholes struct {
	best  int64
	at    []int64
	nodes int
}

// branch looks for the best whole solution below a relaxed one: where an unknown came out broken, it must be at most the
// whole number below or at least the one above.
func (w *wholes) branch(l *linear, cost []float64, relaxed float64, x []float64) error {
	if w.nodes++; w.nodes > maxNodes {
		return stats.Refuse(methodBounds, stats.NotConverged, "no whole solution was found in %d steps", maxNodes)
	}
	floor := int64(math.Ceil(relaxed - whole))
	if w.best != NoLimit && floor >= w.best {
		return nil
	}
	broken, by := -1, whole
	for j := range l.low {
		if d := math.Abs(x[j] - math.Round(x[j])); d > by {
			broken, by = j, d
		}
	}
	if broken < 0 {
		w.best, w.at = floor, make([]int64, len(l.low))
		for j := range w.at {
			w.at[j] = int64(math.Round(x[j]))
		}
		return nil
	}
	down := int64(math.Floor(x[broken]))
	for _, side := range []Known{{Sum: []int{broken}, Low: 0, High: down}, {Sum: []int{broken}, Low: down + 1, High: NoLimit}} {
		child := &linear{low: l.low, rows: append(slices.Clone(l.rows), side)}
		err := child.assemble()
		var value float64
		var y []float64
		longer := make([]float64, child.cols)
		copy(longer, cost[:len(l.low)])
		if err == nil {
			value, y, err = child.simplex(longer)
		}
		switch {
		case stats.ReasonOf(err) == stats.NotDefined:
			continue
		case err != nil:
			return err
		}
		if err := w.branch(child, longer, value, y); err != nil {
			return err
		}
	}
	return nil
}
