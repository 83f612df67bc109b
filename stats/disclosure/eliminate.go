package disclosure

import (
	"slices"

	"utfall/stats"
)

// echelon is a system of equations over whole numbers in reduced row echelon form: each row has a column, its pivot, that
// no other row has. Rows are divided by their greatest common divisor, so numbers stay small.
type echelon struct {
	rows   [][]int64 // coefficients, then the right-hand side
	pivots []int     // column of each row's pivot, whose coefficient is above zero
	cols   int
}

// maxCoefficient and maxSide bound what a row may hold, so that the product of two never overflows. Tables have
// coefficients of 0 and 1 and reach nowhere near.
const (
	maxCoefficient = 1 << 20
	maxSide        = largest
)

// eliminate brings rows (coefficients, then the right-hand side) into reduced echelon form. Dependent rows vanish; an
// equation 0 = c is a contradiction.
func eliminate(rows [][]int64, cols int) (echelon, error) {
	e := echelon{cols: cols}
	for _, r := range rows {
		if err := e.add(slices.Clone(r)); err != nil {
			return e, err
		}
	}
	return e, nil
}

// add takes one more equation in.
func (e *echelon) add(row []int64) error {
	for i, p := range e.pivots {
		if row[p] != 0 {
			if err := subtract(row, e.rows[i], p, e.cols); err != nil {
				return err
			}
		}
	}
	at := slices.IndexFunc(row[:e.cols], func(v int64) bool { return v != 0 })
	if at < 0 {
		if row[e.cols] != 0 {
			return contradiction("the published sums contradict each other")
		}
		return nil
	}
	if row[at] < 0 {
		for i := range row {
			row[i] = -row[i]
		}
	}
	for _, other := range e.rows {
		if other[at] != 0 {
			if err := subtract(other, row, at, e.cols); err != nil {
				return err
			}
		}
	}
	e.rows, e.pivots = append(e.rows, row), append(e.pivots, at)
	return nil
}

// subtract takes the multiple of by from row that clears column at; row is multiplied first where it must be. The first
// cols numbers of a row are coefficients.
func subtract(row, by []int64, at, cols int) error {
	scale, times := by[at], row[at]
	if d := gcd(scale, times); d > 1 {
		scale, times = scale/d, times/d
	}
	var common int64
	for i := range row {
		row[i] = row[i]*scale - by[i]*times
		common = gcd(common, row[i])
	}
	for i := range row {
		if common > 1 {
			row[i] /= common
		}
		if v := max(row[i], -row[i]); i < cols && v > maxCoefficient || v > maxSide {
			return stats.Refuse(methodBounds, stats.NotConverged, "numbers grow too large to eliminate exactly")
		}
	}
	return nil
}

func gcd(a, b int64) int64 {
	a, b = max(a, -a), max(b, -b)
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// value gives what the equations alone say of a sum: numerator and denominator, or false if they leave it open.
func (e echelon) value(sum []int) (num, den int64, ok bool, err error) {
	row := make([]int64, e.cols+1)
	for _, j := range sum {
		row[j] = 1
	}
	// The row stands for den·Σx = num + row·x while it is reduced; subtract scales the whole of it, so den is a column.
	row = append(row, 1)
	for i, p := range e.pivots {
		if row[p] == 0 {
			continue
		}
		by := append(slices.Clone(e.rows[i]), 0)
		if err := subtract(row, by, p, e.cols); err != nil {
			return 0, 0, false, err
		}
	}
	if slices.ContainsFunc(row[:e.cols], func(v int64) bool { return v != 0 }) {
		return 0, 0, false, nil
	}
	return -row[e.cols], row[e.cols+1], true, nil
}
