package process

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

const methodFarrington = "aberration_farrington"

// FarringtonOptions are the settings of Farrington. Classic and Flexible give the usual ones.
type FarringtonOptions struct {
	Frequency  int // periods in a year: 52 or 12
	Years      int // years of history (b)
	HalfWindow int // periods on either side of the same time of year (w)

	Alpha       float64 // level of the threshold; two-sided with the classic threshold, one-sided with NegativeBinomial
	Reweight    bool    // weigh down past outbreaks
	ReweightAt  float64 // Anscombe residual from which a period is weighed down
	Trend       bool    // fit a linear trend on the log scale
	KeepTrend   bool    // keep it whether or not it is significant; else only with p < 0.05, 3 years, and no prediction above every reference count
	Seasons     int     // 1: only the windows are references; more: the whole history with this many season levels
	SkipRecent  int     // periods just before the tested one that are left out
	NegBin      bool    // threshold from a negative binomial quantile instead of the normal one
	Power       Power   // of the normal threshold: the scale on which counts are near normal
	LeastCases  int     // no alarm unless there are this many cases …
	LeastWithin int     // … in this many periods up to the tested one

	Population []float64 // optional, one per period: the model is for rates
}

// Power is the transformation behind Farrington's normal threshold.
type Power int

// The powers of Farrington et al. (1996).
const (
	TwoThirds Power = iota // takes the skewness out of Poisson counts
	Half                   // makes their variance constant
	None                   // counts as they are
)

// Classic are the settings of Farrington et al. (1996) for weekly (52) or monthly (12) counts, with α = 0.01.
func Classic(frequency, years, halfWindow int) FarringtonOptions {
	return FarringtonOptions{Frequency: frequency, Years: years, HalfWindow: halfWindow, Alpha: 0.01, Reweight: true, ReweightAt: 1,
		Trend: true, Seasons: 1, LeastCases: 5, LeastWithin: 4}
}

// Flexible are the settings of Noufaily et al. (2013): the whole history with ten season levels, the trend always kept,
// only clear outbreaks (residual over 2.58) weighed down, the last half year left out, and a negative binomial
// threshold at the 99.5 % point.
func Flexible(frequency, years, halfWindow int) FarringtonOptions {
	return FarringtonOptions{Frequency: frequency, Years: years, HalfWindow: halfWindow, Alpha: 0.005, Reweight: true, ReweightAt: 2.58,
		Trend: true, KeepTrend: true, Seasons: 10, SkipRecent: frequency / 2, NegBin: true, LeastCases: 5, LeastWithin: 4}
}

// FarringtonPoint is one tested period.
type FarringtonPoint struct {
	At         int
	Observed   float64
	Expected   *float64     // mean of the model, from the past alone
	Upper      *float64     // threshold
	Quantile   *float64     // place of Observed in the predictive distribution, 0 to 1
	Score      *float64     // exceedance (Observed−Expected)/(Upper−Expected); above 1 is above the threshold
	Dispersion float64      // at least 1
	TrendUsed  bool         // the trend was kept
	Enough     bool         // the least number of recent cases is there; without it nothing alarms
	Alarm      bool         // Observed is above Upper and Enough
	Reason     stats.Reason // why there is no threshold; empty when there is one
}

// Farrington tests the periods at of a series of counts against the same time of year in earlier years: a quasi-Poisson
// log-linear model of the references, past outbreaks weighed down by γ·s⁻² from their Anscombe residuals s, and the
// threshold (μ^⅔ + z(1−α/2)·√(4/9·μ^⅓·(φ+se²/μ)))^(3/2) with φ ≥ 1 (Farrington et al. 1996; other Powers likewise), or with NegBin the
// negative binomial quantile of mean μ and variance φμ (Noufaily et al. 2013). A period whose references hold no case
// at all gets no threshold (Reason too_few_events), one whose model does not settle not_converged.
//
// Errors: a setting out of range, negative or broken counts, a population that is not above zero, slices of unequal
// length, a tested period outside the series or without Years years before it.
func Farrington(counts []float64, at []int, o FarringtonOptions) ([]FarringtonPoint, error) {
	if err := checkFarrington(counts, at, o); err != nil {
		return nil, err
	}
	out := make([]FarringtonPoint, 0, len(at))
	var fit quasiPoisson
	for _, t := range at {
		refs := o.references(t)
		fit.load(counts, o.Population, refs, o)
		out = append(out, testPeriod(&fit, counts, t, o))
	}
	return out, nil
}

func checkFarrington(counts []float64, at []int, o FarringtonOptions) error {
	refuse := func(reason stats.Reason, detail string, args ...any) error {
		return stats.Refuse(methodFarrington, reason, detail, args...)
	}
	switch {
	case o.Frequency < 2 || o.Years < 1 || o.HalfWindow < 0 || 2*o.HalfWindow+1 > o.Frequency:
		return refuse(stats.OutOfRange, "%d periods a year, %d years, a window of ±%d", o.Frequency, o.Years, o.HalfWindow)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return refuse(stats.OutOfRange, "alpha %v; it lies between 0 and 1", o.Alpha)
	case o.Power < TwoThirds || o.Power > None:
		return refuse(stats.OutOfRange, "power %d", o.Power)
	case o.Reweight && !(o.ReweightAt > 0 && finite(o.ReweightAt)):
		return refuse(stats.OutOfRange, "reweighting from a residual of %v; it must be above 0", o.ReweightAt)
	case o.Seasons < 1 || o.Seasons > o.Frequency-2*o.HalfWindow:
		return refuse(stats.OutOfRange, "%d season levels in %d periods with a window of ±%d", o.Seasons, o.Frequency, o.HalfWindow)
	case o.SkipRecent < 0 || o.SkipRecent > o.Frequency:
		return refuse(stats.OutOfRange, "%d recent periods left out of %d a year", o.SkipRecent, o.Frequency)
	case o.LeastCases < 0 || o.LeastWithin < 0:
		return refuse(stats.OutOfRange, "at least %d cases in %d periods", o.LeastCases, o.LeastWithin)
	case len(o.Population) > 0 && len(o.Population) != len(counts):
		return refuse(stats.UnequalLengths, "%d counts but %d populations", len(counts), len(o.Population))
	}
	if err := checkCounts(methodFarrington, counts); err != nil {
		return err
	}
	for i, n := range o.Population {
		if !(n > 0) || !finite(n) {
			return refuse(stats.NoPopulation, "population %d is %v", i, n)
		}
	}
	for _, t := range at {
		if t < 0 || t >= len(counts) {
			return refuse(stats.OutsideSeries, "period %d of a series of %d", t, len(counts))
		}
		if first := t - o.Years*o.Frequency - o.HalfWindow; first < 0 {
			return refuse(stats.TooFewPoints, "period %d needs %d years and %d periods before it", t, o.Years, o.HalfWindow)
		}
		if len(o.references(t)) < o.Seasons+2 {
			return refuse(stats.TooFewPoints, "period %d has %d reference periods", t, len(o.references(t)))
		}
	}
	return nil
}

// reference is one past period: when it was and which season level it belongs to (0: that of the tested period).
type reference struct{ at, season int }

// references lists the past periods that the model of period t is fitted to, oldest first.
func (o FarringtonOptions) references(t int) []reference {
	var out []reference
	for back := o.Years; back >= 1; back-- {
		middle := t - back*o.Frequency
		for j := middle - o.HalfWindow; j <= middle+o.HalfWindow; j++ {
			if j < t-o.SkipRecent {
				out = append(out, reference{at: j})
			}
		}
		if o.Seasons > 1 {
			out = append(out, o.between(t, middle)...)
		}
	}
	return out
}

// between splits the periods from one window to the next into Seasons−1 levels as equal in length as can be.
func (o FarringtonOptions) between(t, middle int) []reference {
	var out []reference
	levels, gap := o.Seasons-1, o.Frequency-2*o.HalfWindow-1
	for k := range gap {
		at := middle + o.HalfWindow + 1 + k
		if at < t-o.SkipRecent && at < t-o.HalfWindow {
			out = append(out, reference{at: at, season: 1 + k*levels/gap})
		}
	}
	return out
}

// leastMean is the expected count under which a model has run off to zero.
const leastMean = 1e-9

func testPeriod(fit *quasiPoisson, counts []float64, t int, o FarringtonOptions) FarringtonPoint {
	p := FarringtonPoint{At: t, Observed: counts[t], Enough: enoughCases(counts, t, o)}
	offset := 0.0
	if len(o.Population) > 0 {
		offset = math.Log(o.Population[t])
	}
	m, reason := fit.model(float64(t), offset, o)
	if reason != "" {
		p.Reason = reason
		return p
	}
	if !(m.mean > leastMean) {
		p.Reason = stats.TooFewEvents
		return p
	}
	p.Dispersion, p.TrendUsed = m.dispersion, m.trend
	upper, quantile := threshold(m, counts[t], o)
	p.Expected, p.Upper, p.Quantile = defined(m.mean), defined(upper), defined(quantile)
	if p.Expected == nil || p.Upper == nil || !finite(p.Dispersion) {
		p.Dispersion = 0
		p.Reason, p.Expected, p.Upper, p.Quantile = stats.NotConverged, nil, nil, nil
		return p
	}
	if upper > m.mean {
		p.Score = defined((counts[t] - m.mean) / (upper - m.mean))
	}
	p.Alarm = p.Enough && counts[t] > upper
	return p
}

func enoughCases(counts []float64, t int, o FarringtonOptions) bool {
	sum := 0.0
	for k := max(0, t-o.LeastWithin+1); k <= t; k++ {
		sum += counts[k]
	}
	return sum >= float64(o.LeastCases)
}

// threshold gives the upper limit and the place of the observed count in the predictive distribution.
func threshold(m prognosis, observed float64, o FarringtonOptions) (upper, quantile float64) {
	if o.NegBin {
		if m.dispersion <= 1+1e-9 {
			return poissonQuantile(1-o.Alpha, m.mean), distuv.Poisson{Lambda: m.mean}.CDF(observed)
		}
		size := m.mean / (m.dispersion - 1)
		return negBinQuantile(1-o.Alpha, m.mean, size), negBinCDF(observed, m.mean, size)
	}
	tau := m.dispersion + m.se*m.se/m.mean
	power, se := 2.0/3, math.Sqrt(4.0/9*math.Cbrt(m.mean)*tau)
	switch o.Power {
	case Half:
		power, se = 0.5, math.Sqrt(tau/4)
	case None:
		power, se = 1, math.Sqrt(m.mean*tau)
	}
	root := math.Pow(m.mean, power)
	upper = math.Pow(root+distuv.UnitNormal.Quantile(1-o.Alpha/2)*se, 1/power)
	z := (math.Pow(observed, power) - root) / se
	return upper, 0.5 * math.Erfc(-z/math.Sqrt2)
}
