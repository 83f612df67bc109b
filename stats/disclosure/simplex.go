package disclosure

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"utfall/stats"
)

// simplex minimises cost·x over the equations and x ≥ 0. The rows are independent and each has a pivot; where all sides
// are at least zero the pivots are a starting point.
func (l *linear) simplex(cost []float64) (float64, []float64, error) {
	if len(l.echelon.rows) == l.cols { // as many equations as unknowns: nothing to minimise
		x := make([]float64, l.cols)
		value := 0.0
		for i, p := range l.pivots {
			row := l.echelon.rows[i]
			if x[p] = float64(row[l.cols]) / float64(row[p]); x[p] < 0 {
				return 0, nil, contradiction("a count would be below zero")
			}
			value += cost[p] * x[p]
		}
		return value, x, nil
	}
	// What fails in one order of the columns may do in another: the library is known to give up on solvable programmes.
	for _, backwards := range []bool{false, true} {
		value, x, err := l.solve(cost, backwards)
		switch {
		case err == nil:
			if l.solves(x) {
				return value, x, nil
			}
		case errors.Is(err, lp.ErrInfeasible):
			return 0, nil, contradiction("the published sums leave no counts of zero or more")
		case errors.Is(err, lp.ErrUnbounded):
			return math.Inf(-1), nil, nil
		}
	}
	return 0, nil, stats.Refuse(methodBounds, stats.NotConverged, "the linear programme could not be solved")
}

// solve calls the library, which may panic on what it cannot factorise.
func (l *linear) solve(cost []float64, backwards bool) (value float64, x []float64, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = lp.ErrLinSolve
		}
	}()
	place := func(c int) int {
		if backwards {
			return l.cols - 1 - c
		}
		return c
	}
	a := mat.NewDense(len(l.echelon.rows), l.cols, nil)
	b, c := make([]float64, len(l.echelon.rows)), make([]float64, l.cols)
	start := make([]int, 0, len(b))
	for i, row := range l.echelon.rows {
		sign := 1.0
		if row[l.cols] < 0 {
			sign = -1
			start = nil
		}
		for j, v := range row[:l.cols] {
			a.Set(i, place(j), sign*float64(v))
		}
		b[i] = sign * float64(row[l.cols])
		if start != nil {
			start = append(start, place(l.pivots[i]))
		}
	}
	for j, v := range cost {
		c[place(j)] = v
	}
	value, y, err := lp.Simplex(c, a, b, 0, start)
	if err != nil {
		return 0, nil, err
	}
	x = make([]float64, l.cols)
	for j := range x {
		x[j] = y[place(j)]
	}
	return value, x, nil
}

// solves checks what the library gave: not below zero, and every equation met.
func (l *linear) solves(x []float64) bool {
	for _, v := range x {
		if v < -whole || math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	for _, row := range l.echelon.rows {
		side := -float64(row[l.cols])
		for j, v := range row[:l.cols] {
			side += float64(v) * x[j]
		}
		if math.Abs(side) > whole*math.Max(1, math.Abs(float64(row[l.cols]))) {
			return false
		}
	}
	return true
}
