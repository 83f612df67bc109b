package effect

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"utfall/stats"
)

// simplexLeastSquares minimises ‖Aw − b‖² + ridge·‖w‖² over w ≥ 0 with Σw = 1; the columns of A are donors. It is an
// active set method (Lawson & Hanson 1974, with the sum as an equality): solve with the weights that are not zero, let
// go of one that would turn negative, take in the one that helps most, until no donor helps. It ends where the
// conditions of Karush, Kuhn and Tucker hold, so the result does not depend on where it started.
func simplexLeastSquares(method string, a *mat.Dense, b []float64, ridge float64) ([]float64, error) {
	rows, n := a.Dims()
	h, q := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	h.Mul(a.T(), a)
	q.MulVec(a.T(), mat.NewVecDense(rows, b))
	scale := 0.0
	for j := range n {
		h.Set(j, j, h.At(j, j)+ridge)
		scale = max(scale, h.At(j, j))
	}
	if !finite(scale) || !finite(mat.Norm(q, 2)) {
		return nil, stats.Refuse(method, stats.NotDefined, "the outcomes are too large to be squared")
	}
	s := &activeSet{h: h, q: q, w: make([]float64, n), free: make([]bool, n), barred: make([]bool, n), tol: 1e-12 * max(scale, math.SmallestNonzeroFloat64)}
	s.start()
	for range 20*n + 200 {
		j := s.helps()
		if j < 0 {
			return s.w, nil
		}
		s.take(j)
	}
	return nil, stats.Refuse(method, stats.NotConverged, "the weights of %d donors did not settle", n)
}

type activeSet struct {
	h      *mat.Dense
	q      *mat.VecDense
	w      []float64
	free   []bool // may differ from zero
	barred []bool // taken in without gain since the last step that gained: rounding, not descent
	tol    float64
}

// start puts all weight on the single donor that fits best.
func (s *activeSet) start() {
	best, at := math.Inf(1), 0
	for j := range s.w {
		if v := s.h.At(j, j)/2 - s.q.AtVec(j); v < best {
			best, at = v, j
		}
	}
	s.w[at], s.free[at] = 1, true
}

func (s *activeSet) gradient() []float64 {
	g := make([]float64, len(s.w))
	for i := range g {
		g[i] = -s.q.AtVec(i)
		for j, w := range s.w {
			if w != 0 {
				g[i] += s.h.At(i, j) * w
			}
		}
	}
	return g
}

func (s *activeSet) loss() float64 {
	v := 0.0
	for i, g := range s.gradient() {
		v += s.w[i] * (g - s.q.AtVec(i)) / 2
	}
	return v
}

// helps is the donor at zero whose weight lowers the loss most per unit, or -1 at the optimum.
func (s *activeSet) helps() int {
	g := s.gradient()
	level := 0.0
	for i, w := range s.w {
		level += w * g[i]
	}
	best, at := level-s.tol, -1
	for j := range g {
		if !s.free[j] && !s.barred[j] && g[j] < best {
			best, at = g[j], j
		}
	}
	return at
}

// take lets donor j in and moves to the best weights of the free donors, letting go of those that reach zero.
func (s *activeSet) take(j int) {
	before, old, free := s.loss(), append([]float64(nil), s.w...), append([]bool(nil), s.free...)
	s.free[j] = true
	for range len(s.w) + 1 {
		target, ok := s.equality()
		if !ok {
			break
		}
		if s.move(target) {
			break
		}
	}
	if s.loss() < before {
		clear(s.barred)
		return
	}
	copy(s.w, old)
	copy(s.free, free)
	s.barred[j] = true
}

// equality solves for the free weights with Σw = 1 and no sign constraint.
func (s *activeSet) equality() ([]float64, bool) {
	var index []int
	for j, f := range s.free {
		if f {
			index = append(index, j)
		}
	}
	m := len(index)
	kkt, rhs := mat.NewDense(m+1, m+1, nil), mat.NewVecDense(m+1, nil)
	unit := s.h.At(index[0], index[0])
	if !(unit > 0) {
		unit = 1
	}
	for a, i := range index {
		for b, j := range index {
			kkt.Set(a, b, s.h.At(i, j)/unit)
		}
		kkt.Set(a, m, 1)
		kkt.Set(m, a, 1)
		rhs.SetVec(a, s.q.AtVec(i)/unit)
	}
	rhs.SetVec(m, 1)
	var x mat.VecDense
	if err := x.SolveVec(kkt, rhs); err != nil {
		var poor mat.Condition
		if !errors.As(err, &poor) || math.IsInf(float64(poor), 1) {
			return nil, false
		}
	}
	target := make([]float64, len(s.w))
	for a, i := range index {
		if target[i] = x.AtVec(a); !finite(target[i]) {
			return nil, false
		}
	}
	return target, true
}

// move goes towards target as far as the signs allow; true when it got there.
func (s *activeSet) move(target []float64) bool {
	step, blocked := 1.0, -1
	for j, f := range s.free {
		if f && target[j] < 0 {
			if a := s.w[j] / (s.w[j] - target[j]); a < step {
				step, blocked = a, j
			}
		}
	}
	sum := 0.0
	for j, f := range s.free {
		if f {
			s.w[j] = max(0, s.w[j]+step*(target[j]-s.w[j]))
			sum += s.w[j]
		}
	}
	if blocked >= 0 {
		sum -= s.w[blocked]
		s.w[blocked], s.free[blocked] = 0, false
	}
	for j := range s.w {
		s.w[j] /= sum
	}
	return blocked < 0
}
