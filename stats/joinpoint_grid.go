package stats

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// joinGrid searches the places of joinpoints. Years are centred and scaled so that small systems stay well posed.
type joinGrid struct {
	in       JoinpointInput
	x, t     []float64 // years; the same from −1 to 1
	half     float64   // half the range of the years
	y, w     []float64 // ln(rate), weights over their mean
	meanW    float64
	fits     int
	tooMany  bool
	smallest float64
	chosen   []int
}

func newJoinGrid(in JoinpointInput) *joinGrid {
	n := len(in.X)
	g := &joinGrid{in: in, x: in.X, t: make([]float64, n), y: make([]float64, n), w: make([]float64, n)}
	g.half = (in.X[n-1] - in.X[0]) / 2
	for _, w := range in.Weights {
		g.meanW += w / float64(n)
	}
	for i := range in.X {
		g.t[i] = (in.X[i]-in.X[0])/g.half - 1
		g.y[i] = math.Log(in.Rates[i])
		g.w[i] = in.Weights[i] / g.meanW
	}
	return g
}

// best gives the indices of the k joinpoints with the smallest sum of squares.
func (g *joinGrid) best(k int) ([]int, error) {
	g.smallest, g.chosen, g.tooMany = math.Inf(1), nil, false
	g.search(make([]int, 0, k), k)
	if g.tooMany {
		return nil, Refuse(methodJoinpoint, OutOfRange, "more than %d places to try; use fewer joinpoints", joinpointMostFits)
	}
	if g.chosen == nil {
		return nil, Refuse(methodJoinpoint, Collinear, "no placement of %d joinpoints can be fitted", k)
	}
	return g.chosen, nil
}

func (g *joinGrid) search(at []int, k int) {
	if g.tooMany {
		return
	}
	if len(at) == k {
		g.fits++
		if g.fits > joinpointMostFits {
			g.tooMany = true
			return
		}
		if sse, ok := g.sse(at); ok && sse < g.smallest {
			g.smallest, g.chosen = sse, append([]int{}, at...)
		}
		return
	}
	first := g.in.AtEnds
	if len(at) > 0 {
		first = at[len(at)-1] + g.in.Between + 1
	}
	left := k - len(at) - 1
	last := len(g.x) - 1 - g.in.AtEnds - left*(g.in.Between+1)
	for i := first; i <= last; i++ {
		g.search(append(at, i), k)
	}
}

// row fills the regressors of observation i: 1, t and (t−τ)₊ for every joinpoint.
func (g *joinGrid) row(row []float64, i int, at []int) {
	row[0], row[1] = 1, g.t[i]
	for j, c := range at {
		row[2+j] = math.Max(0, g.t[i]-g.t[c])
	}
}

// sse is the weighted sum of squares for given places, by the normal equations: quick, and good enough to choose.
func (g *joinGrid) sse(at []int) (float64, bool) {
	p := 2 + len(at)
	var row [2 + joinpointMost]float64
	var a [2 + joinpointMost][2 + joinpointMost]float64
	var b [2 + joinpointMost]float64
	total := 0.0
	for i := range g.t {
		g.row(row[:], i, at)
		for r := 0; r < p; r++ {
			wr := g.w[i] * row[r]
			for c := 0; c <= r; c++ {
				a[r][c] += wr * row[c]
			}
			b[r] += wr * g.y[i]
		}
		total += g.w[i] * g.y[i] * g.y[i]
	}
	for r := 0; r < p; r++ { // Cholesky, and the right side with it
		for c := 0; c <= r; c++ {
			s := a[r][c]
			for k := 0; k < c; k++ {
				s -= a[r][k] * a[c][k]
			}
			if r == c {
				if s <= 0 {
					return 0, false
				}
				a[r][r] = math.Sqrt(s)
			} else {
				a[r][c] = s / a[c][c]
			}
		}
		s := b[r]
		for k := 0; k < r; k++ {
			s -= a[r][k] * b[k]
		}
		b[r] = s / a[r][r]
		total -= b[r] * b[r]
	}
	return total, true
}

// rounding is the sum of squares that is left of points which lie on the lines.
func (g *joinGrid) rounding() float64 {
	sum := 0.0
	for i, y := range g.y {
		sum += g.w[i] * g.meanW * (1 + y*y)
	}
	return 64 * machineEpsilon * machineEpsilon * sum
}

// joinFit is the final fit: slopes per year and their standard errors, one per segment.
type joinFit struct {
	sse         float64
	slopes, ses []float64
}

// final fits by QR and takes the covariance from the Jacobian, which has, besides the regressors, the derivative by
// each place: −δ for the years after it.
func (g *joinGrid) final(at []int) (joinFit, error) {
	n, k := len(g.t), len(at)
	x, y := mat.NewDense(n, 2+k, nil), mat.NewVecDense(n, nil)
	row := make([]float64, 2+k)
	for i := range g.t {
		root := math.Sqrt(g.w[i])
		g.row(row, i, at)
		for c, v := range row {
			x.Set(i, c, root*v)
		}
		y.SetVec(i, root*g.y[i])
	}
	var qr mat.QR
	qr.Factorize(x)
	var coef, fitted mat.VecDense
	if err := qr.SolveVecTo(&coef, false, y); err != nil {
		return joinFit{}, Refuse(methodJoinpoint, Collinear, "the lines cannot be told apart: %v", err)
	}
	fitted.MulVec(x, &coef)
	var f joinFit
	for i := range n {
		e := y.AtVec(i) - fitted.AtVec(i)
		f.sse += e * e * g.meanW
	}
	jacobian := mat.NewDense(n, 2+2*k, nil)
	for i := range n {
		for c := range row {
			jacobian.Set(i, c, x.At(i, c))
		}
		for j, c := range at {
			if i > c {
				jacobian.Set(i, 2+k+j, -coef.AtVec(2+j)*math.Sqrt(g.w[i]))
			}
		}
	}
	var information, covariance mat.Dense
	information.Mul(jacobian.T(), jacobian)
	if err := covariance.Inverse(&information); err != nil {
		if c := mat.Condition(0); !errors.As(err, &c) || math.IsInf(float64(c), 1) {
			return joinFit{}, Refuse(methodJoinpoint, Collinear, "the slopes have no standard errors: %v", err)
		}
	}
	sigma2 := f.sse / g.meanW / float64(n-2*(k+1))
	slope, variance := 0.0, 0.0
	for s := 0; s <= k; s++ { // the slope of a segment is the sum of the first and all changes up to it
		slope += coef.AtVec(1 + s)
		for j := 0; j < s; j++ {
			variance += 2 * covariance.At(1+j, 1+s)
		}
		variance += covariance.At(1+s, 1+s)
		f.slopes = append(f.slopes, slope/g.half)
		f.ses = append(f.ses, math.Sqrt(math.Max(0, sigma2*variance))/g.half)
	}
	return f, nil
}
