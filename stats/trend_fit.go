package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// countModel is a series made ready for fitting: years from the first, populations as offsets.
type countModel struct {
	t, y, offset []float64
	total        float64
}

func (s RateSeries) model() countModel {
	m := countModel{t: make([]float64, len(s.Years)), y: s.Counts, offset: make([]float64, len(s.Years))}
	for i := range s.Years {
		m.t[i] = float64(s.Years[i] - s.Years[0])
		m.offset[i] = math.Log(s.Populations[i])
		m.total += s.Counts[i]
	}
	return m
}

// line is a weighted least-squares line with the square roots of the diagonal of (X'WX)⁻¹.
type line struct{ a, b, seA, seB float64 }

// leastSquares fits z on t with weights w by QR, which keeps more digits than the normal equations.
func (m countModel) leastSquares(z, w []float64) (line, bool) {
	n := len(z)
	x, v := mat.NewDense(n, 2, nil), mat.NewVecDense(n, nil)
	for i := range z {
		root := math.Sqrt(w[i])
		x.Set(i, 0, root)
		x.Set(i, 1, root*m.t[i])
		v.SetVec(i, root*z[i])
	}
	var qr mat.QR
	qr.Factorize(x)
	var coef mat.VecDense
	if err := qr.SolveVecTo(&coef, false, v); err != nil {
		return line{}, false
	}
	var r mat.Dense
	qr.RTo(&r)
	r00, r01, r11 := r.At(0, 0), r.At(0, 1), r.At(1, 1)
	l := line{a: coef.AtVec(0), b: coef.AtVec(1), seA: math.Hypot(1/r00, r01/(r00*r11)), seB: 1 / math.Abs(r11)}
	return l, finite(l.a, l.b, l.seA, l.seB)
}

// countFit is a fitted log-linear model with standard errors at dispersion 1.
type countFit struct {
	line
	mu                        []float64
	deviance, pearson, logLik float64
}

const (
	fitSteps = 100
	fitStop  = 1e-12 // largest change of a linear predictor in the last step
)

// poisson fits by iterated reweighted least squares (Nelder & Wedderburn 1972).
func (m countModel) poisson() (countFit, error) {
	fit, ok := m.iterate(nil, func(mu float64) float64 { return mu })
	if !ok {
		return fit, Refuse(methodTrend, NotConverged, "the fit of %d years with %g events does not settle; events may stand in one end year only", len(m.y), m.total)
	}
	for i, mu := range fit.mu {
		y := m.y[i]
		lg, _ := math.Lgamma(y + 1)
		fit.logLik += y*math.Log(mu) - mu - lg
		fit.deviance += 2 * (yLog(y, mu) - (y - mu))
		fit.pearson += (y - mu) * (y - mu) / mu
	}
	return fit, nil
}

// yLog is y·ln(y/mu), 0 at y = 0.
func yLog(y, mu float64) float64 {
	if y == 0 {
		return 0
	}
	return y * math.Log(y/mu)
}

// iterate fits the log-linear model whose working weight at a mean is given, from start or from the counts.
func (m countModel) iterate(start []float64, weight func(mu float64) float64) (countFit, bool) {
	n := len(m.y)
	fit := countFit{mu: make([]float64, n)}
	eta, z, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range m.y {
		fit.mu[i] = m.y[i] + 0.1
		if start != nil {
			fit.mu[i] = start[i]
		}
		eta[i] = math.Log(fit.mu[i])
	}
	for range fitSteps {
		for i, mu := range fit.mu {
			z[i], w[i] = eta[i]-m.offset[i]+(m.y[i]-mu)/mu, weight(mu)
		}
		var ok bool
		if fit.line, ok = m.leastSquares(z, w); !ok {
			return fit, false
		}
		moved := 0.0
		for i := range eta {
			next := m.offset[i] + fit.a + fit.b*m.t[i]
			moved = math.Max(moved, math.Abs(next-eta[i]))
			eta[i], fit.mu[i] = next, math.Exp(next)
		}
		if !finite(moved) || !finite(fit.mu...) {
			return fit, false
		}
		if moved < fitStop*math.Max(1, math.Abs(eta[0])) {
			return fit, true
		}
	}
	return fit, false
}

// weighted fits ln(rate) on time with weight count, Var(ln rate) being about 1/count. It does not exist with a count of
// zero.
func (m countModel) weighted(quantile, level float64, tail func(float64) float64) (Slope, bool) {
	z := make([]float64, len(m.y))
	for i, y := range m.y {
		if y == 0 {
			return Slope{}, false
		}
		z[i] = math.Log(y) - m.offset[i]
	}
	l, ok := m.leastSquares(z, m.y)
	if !ok {
		return Slope{}, false
	}
	rest := 0.0
	for i, y := range m.y {
		e := z[i] - l.a - l.b*m.t[i]
		rest += y * e * e
	}
	s := m.slope(countFit{line: l}, rest/float64(len(m.y)-2), quantile, level, tail)
	return s, s.sound()
}
