package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodTrend = "trend_poisson"

// RateSeries is a count for every year with the population that it arose in.
type RateSeries struct {
	Years       []int // strictly increasing; gaps are allowed
	Counts      []float64
	Populations []float64
}

// Slope is the coefficient of time in a log-linear model and what follows from it.
type Slope struct {
	Intercept, Slope     float64 // of ln(rate per 1) at the first year, and per year
	SEIntercept, SESlope float64
	P                    *float64 // two-sided; nil where no residual variation is left to test against
	APC                  Estimate // annual percent change 100·(exp(slope)−1)
}

// PoissonTrend is a Poisson regression of counts on the year.
type PoissonTrend struct {
	Slope
	Deviance, PearsonChi2 float64
	LogLikelihood         float64
	DF                    int
}

// QuasiPoissonTrend is the same fit with the spread that the data show.
type QuasiPoissonTrend struct {
	Slope                  // what pages show: dispersion at least 1, Student's t
	Dispersion     float64 // Pearson's χ² over degrees of freedom, as found
	Unfloored      Slope   // with the dispersion as found, below 1 too
	OverDispersion bool    // dispersion above 1.5: counts vary more than chance
}

// CountTrend holds the models of a trend in counts. Quasi-Poisson is the one to show.
type CountTrend struct {
	Poisson      PoissonTrend
	QuasiPoisson QuasiPoissonTrend
	Negative     *NegativeBinomialTrend // only when the counts are over-dispersed and the fit settles
	Weighted     *Slope                 // least squares of ln(rate) with weight count; only without zero counts
}

// leastTrendPoints is two coefficients and one degree of freedom.
const leastTrendPoints = 3

// TrendPoisson fits ln E(count) = a + b·t + ln(population), t in years since the first (McCullagh & Nelder 1989;
// negative binomial: Lawless 1987, Venables & Ripley 2002). Zero counts stay in. Limits: normal for Poisson and
// negative binomial, Student's t for quasi-Poisson and least squares.
//
// Errors: unequal_lengths, too_few_points (fewer than 3 years), unordered, negative_count, no_population, not_finite,
// too_few_events (no event in any year), not_converged (events in one end year only), out_of_range.
func TrendPoisson(s RateSeries, level float64) (CountTrend, error) {
	if err := s.check(level); err != nil {
		return CountTrend{}, err
	}
	m := s.model()
	fit, err := m.poisson()
	if err != nil {
		return CountTrend{}, err
	}
	out := CountTrend{}
	z := zOf(level)
	df := float64(len(s.Years) - 2)
	out.Poisson = PoissonTrend{Slope: m.slope(fit, 1, z, level, distribution.NormalTwoSided), Deviance: fit.deviance, PearsonChi2: fit.pearson,
		LogLikelihood: fit.logLik, DF: len(s.Years) - 2}
	t := distribution.StudentQuantile(1-(1-level)/2, df)
	tail := func(v float64) float64 { return distribution.StudentTwoSided(v, df) }
	q := QuasiPoissonTrend{Dispersion: fit.pearson / df}
	q.OverDispersion = q.Dispersion > 1.5
	q.Slope = m.slope(fit, math.Max(1, q.Dispersion), t, level, tail)
	q.Unfloored = m.slope(fit, q.Dispersion, t, level, tail)
	out.QuasiPoisson = q
	if q.Dispersion > 1 {
		if nb, ok := m.negativeBinomial(fit, z, level); ok {
			out.Negative = &nb
		}
	}
	if w, ok := m.weighted(t, level, tail); ok {
		out.Weighted = &w
	}
	if !finite(fit.deviance, fit.pearson, fit.logLik) || !out.Poisson.sound() || !q.Slope.sound() || !q.Unfloored.sound() {
		return CountTrend{}, Refuse(methodTrend, NotConverged, "the slope is not determined by these counts")
	}
	return out, nil
}

func (s RateSeries) check(level float64) error {
	if err := checkLevel(methodTrend, level); err != nil {
		return err
	}
	if len(s.Years) != len(s.Counts) || len(s.Years) != len(s.Populations) {
		return Refuse(methodTrend, UnequalLengths, "%d years, %d counts, %d populations", len(s.Years), len(s.Counts), len(s.Populations))
	}
	if len(s.Years) < leastTrendPoints {
		return Refuse(methodTrend, TooFewPoints, "%d years; needs %d", len(s.Years), leastTrendPoints)
	}
	total := 0.0
	for i := range s.Years {
		if i > 0 && s.Years[i] <= s.Years[i-1] {
			return Refuse(methodTrend, Unordered, "year %d follows %d", s.Years[i], s.Years[i-1])
		}
		if err := firstError(checkCount(methodTrend, "a count", s.Counts[i]), checkPopulation(methodTrend, "a population", s.Populations[i])); err != nil {
			return err
		}
		total += s.Counts[i]
	}
	if total == 0 {
		return Refuse(methodTrend, TooFewEvents, "no events in any year")
	}
	if float64(s.Years[len(s.Years)-1])-float64(s.Years[0]) > 10000 {
		return Refuse(methodTrend, OutOfRange, "years from %d to %d", s.Years[0], s.Years[len(s.Years)-1])
	}
	return nil
}

// perfectFit is the dispersion below which what is left is rounding, and a test against it means nothing.
const perfectFit = 1e-12

// slope describes the fitted slope with a dispersion, a quantile for its limits and a two-sided tail for its P value.
func (m countModel) slope(fit countFit, dispersion, quantile, level float64, tail func(float64) float64) Slope {
	scale := math.Sqrt(dispersion)
	s := Slope{Intercept: fit.a, Slope: fit.b, SEIntercept: fit.seA * scale, SESlope: fit.seB * scale}
	s.APC = percentChange(s.Slope, quantile*s.SESlope, level, m.total)
	if dispersion < perfectFit {
		s.APC.Flags |= PerfectFit
		return s
	}
	p := tail(s.Slope / s.SESlope)
	s.P = &p
	return s
}

// percentChange is 100·(exp(b)−1) with limits from b ± half.
func percentChange(b, half, level, events float64) Estimate {
	return Estimate{Value: 100 * math.Expm1(b), Lower: 100 * math.Expm1(b-half), Upper: 100 * math.Expm1(b+half), Level: level,
		Method: LogWald, Events: events, Flags: eventFlags(events)}
}

func (s Slope) sound() bool {
	return finite(s.Intercept, s.Slope, s.SEIntercept, s.SESlope, s.APC.Value, s.APC.Lower, s.APC.Upper) && (s.P == nil || finite(*s.P))
}
