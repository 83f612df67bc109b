package effect

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Solver chooses how weights are found.
type Solver int

// The solvers.
const (
	Exact      Solver = iota // the optimum
	FrankWolfe               // the steps of Arkhangelsky et al. (2021): stopped early, weights under a quarter of the largest dropped in between
)

const (
	fwFirst = 100    // steps before small weights are dropped
	fwLast  = 100000 // and at most after that; ten times the default of the authors, as the reference run had it
	fwStop  = 1e-5   // least decrease, in units of the noise
	fwKeep  = 0.25   // share of the largest weight under which one is dropped
)

// fwProblem is min ‖Aw − b‖²/rows + ζ²‖w‖² over the simplex.
type fwProblem struct {
	a    *mat.Dense
	b    []float64
	zeta float64
}

// frankWolfe walks from equal weights towards one vertex of the simplex at a time (Frank & Wolfe 1956), with an exact
// line search, in the two rounds that the authors of synthetic difference in differences use. It reproduces their
// published figures, which depend on where the walk stops.
func (p fwProblem) frankWolfe(noise float64) []float64 {
	_, n := p.a.Dims()
	w := p.walk(equalWeights(n), fwFirst, fwStop*noise)
	least := fwKeep * slices.Max(w)
	for j := range w {
		if w[j] <= least {
			w[j] = 0
		}
	}
	floats.Scale(1/floats.Sum(w), w)
	return p.walk(w, fwLast, fwStop*noise)
}

func (p fwProblem) walk(w []float64, steps int, stop float64) []float64 {
	last := math.Inf(1)
	for t := range steps {
		p.step(w)
		value := p.value(w)
		if t > 0 && last-value <= stop*stop {
			break
		}
		last = value
	}
	return w
}

func (p fwProblem) residual(w []float64) []float64 {
	var r mat.VecDense
	r.MulVec(p.a, mat.NewVecDense(len(w), w))
	out := r.RawVector().Data
	floats.Sub(out, p.b)
	return out
}

func (p fwProblem) value(w []float64) float64 {
	r := p.residual(w)
	return p.zeta*p.zeta*floats.Dot(w, w) + floats.Dot(r, r)/float64(len(r))
}

// step moves w towards the vertex with the lowest gradient, in place.
func (p fwProblem) step(w []float64) {
	r := p.residual(w)
	ridge := float64(len(r)) * p.zeta * p.zeta
	var g mat.VecDense
	g.MulVec(p.a.T(), mat.NewVecDense(len(r), r))
	half := g.RawVector().Data
	floats.AddScaled(half, ridge, w)
	to := floats.MinIdx(half)
	move := slices.Clone(w)
	floats.Scale(-1, move)
	move[to]++
	var change mat.VecDense
	change.MulVec(p.a, mat.NewVecDense(len(w), move))
	curve := floats.Dot(change.RawVector().Data, change.RawVector().Data) + ridge*floats.Dot(move, move)
	if curve == 0 {
		return
	}
	floats.AddScaled(w, min(1, max(0, -floats.Dot(half, move)/curve)), move)
}

// noise is the standard deviation of the donors' steps before treatment.
func (d Donors) noise() float64 {
	var steps []float64
	for _, row := range d.Donors {
		for t := 1; t < d.Before; t++ {
			steps = append(steps, row[t]-row[t-1])
		}
	}
	if len(steps) < 2 {
		return 0
	}
	return stat.StdDev(steps, nil)
}
