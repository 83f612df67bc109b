package effect

import (
	"math"

	"utfall/stats"
)

// logLinear is a fitted Poisson regression with log link.
type logLinear struct {
	solution
	mu        []float64
	deviance  float64
	pearson   float64 // Pearson's χ²
	scaled    float64 // χ² over degrees of freedom, with the weights of the last step
	df        int
	converged bool
}

const (
	irlsSteps = 50
	irlsStop  = 1e-10 // largest change of a linear predictor: the next step would change it by the square of that
)

// fitLogLinear fits log E(y) = offset + Xb by iterated reweighted least squares (Nelder & Wedderburn 1972).
func fitLogLinear(d design, y, offset []float64) (logLinear, error) {
	n, k := d.x.Dims()
	f := logLinear{mu: make([]float64, n), df: n - k}
	eta, z, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range y {
		f.mu[i] = y[i] + 0.1
		eta[i] = math.Log(f.mu[i])
	}
	for range irlsSteps {
		for i := range y {
			w[i] = f.mu[i]
			z[i] = eta[i] - offset[i] + (y[i]-f.mu[i])/f.mu[i]
		}
		var err error
		if f.solution, err = d.solve(z, w); err != nil {
			return f, err
		}
		moved := 0.0
		for i, v := range d.times(f.coef) {
			moved = max(moved, math.Abs(v+offset[i]-eta[i]))
			eta[i] = v + offset[i]
			f.mu[i] = math.Exp(eta[i])
		}
		f.deviance = poissonDeviance(y, f.mu)
		if !finite(f.deviance) {
			return f, stats.Refuse(d.method, stats.NotConverged, "the fit ran away")
		}
		if moved < irlsStop {
			f.converged = true
			break
		}
	}
	return f, f.finish(d, y, w)
}

func (f *logLinear) finish(d design, y, w []float64) error {
	working := 0.0
	for i := range y {
		r := y[i] - f.mu[i]
		f.pearson += r * r / f.mu[i]
		working += w[i] * (r / f.mu[i]) * (r / f.mu[i])
		if f.mu[i] < 1e-8 {
			return stats.Refuse(d.method, stats.TooFewEvents, "the fit goes to zero in period %d: a stretch of the series has no event, and a ratio with it does not exist", i)
		}
	}
	if !f.converged {
		return stats.Refuse(d.method, stats.NotConverged, "the fit did not settle in %d steps", irlsSteps)
	}
	f.scaled = working / float64(f.df)
	return nil
}

func poissonDeviance(y, mu []float64) float64 {
	sum := 0.0
	for i := range y {
		sum += devianceTerm(y[i], mu[i])
	}
	return sum
}

func devianceTerm(y, mu float64) float64 {
	d := mu - y
	if y > 0 {
		d += y * math.Log(y/mu)
	}
	return 2 * d
}

// devianceResiduals are signed roots of the deviance terms.
func devianceResiduals(y, mu []float64) []float64 {
	out := make([]float64, len(y))
	for i := range y {
		out[i] = math.Copysign(math.Sqrt(max(0, devianceTerm(y[i], mu[i]))), y[i]-mu[i])
	}
	return out
}

// logOffset checks counts and populations and gives the logarithms of the populations, zeros without any.
func logOffset(method string, counts, population []float64) ([]float64, error) {
	if len(population) > 0 && len(population) != len(counts) {
		return nil, stats.Refuse(method, stats.UnequalLengths, "%d counts but %d populations", len(counts), len(population))
	}
	offset := make([]float64, len(counts))
	for i, y := range counts {
		switch {
		case !finite(y):
			return nil, stats.Refuse(method, stats.NotFinite, "count %d is %v", i, y)
		case y < 0:
			return nil, stats.Refuse(method, stats.NegativeCount, "count %d is %v", i, y)
		case y != math.Trunc(y):
			return nil, stats.Refuse(method, stats.NotWhole, "count %d is %v; give counts with populations, not rates", i, y)
		}
		if len(population) > 0 {
			if n := population[i]; !(n > 0) || !finite(n) {
				return nil, stats.Refuse(method, stats.NoPopulation, "population %d is %v", i, n)
			}
			offset[i] = math.Log(population[i])
		}
	}
	return offset, nil
}
