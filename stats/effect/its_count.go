package effect

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"utfall/stats"
)

const methodCount = "its_glm"

// CountSeries is an interrupted time series of counts.
type CountSeries struct {
	Counts     []float64 // one per period, oldest first
	Population []float64 // optional offset, one per period, above 0: the model is for rates
	Terms      []Term    // see Segmented and Harmonics; at least one is an intervention
	Poisson    bool      // standard errors of the pure Poisson model; else quasi-Poisson
	RawSpread  bool      // quasi-Poisson with a dispersion under 1 as it is; else it is taken as 1
	Level      float64   // of limits; 0 = 0.95
}

// RatioTerm is one coefficient of a log-linear model. Ratio is its exponential: for a term of 0 and 1 a rate ratio, for
// time the ratio per unit of time.
type RatioTerm struct {
	Name           string
	Estimate, SE   float64 // on the log scale
	Ratio          float64
	LowerZ, UpperZ float64 // normal limits of Ratio, as in most papers
	Lower, Upper   float64 // t limits of Ratio: the ones to publish
	P              float64 // two-sided, from t
	Intervention   bool
}

// Caution is a reason not to lean on an interrupted time series.
type Caution string

// The cautions of CountITS and LinearITS.
const (
	FewPeriods     Caution = "few_periods"     // under 8 periods on a side: too few for a slope (Penfold & Zhang 2013)
	FewEvents      Caution = "few_events"      // under 50 events on a side: show what could have been detected instead
	FewSeasons     Caution = "few_seasons"     // season terms with under 12 periods on a side
	Autocorrelated Caution = "autocorrelated"  // lag-1 autocorrelation of residuals beyond 1.96/√n: intervals too narrow
	Overdispersed  Caution = "overdispersed"   // dispersion over 1.5 in a pure Poisson model: intervals too narrow
	Underdispersed Caution = "under_dispersed" // dispersion under 1, taken as 1
)

// CountITS is a fitted interrupted time series of counts.
type CountITS struct {
	Terms      []RatioTerm // the constant first
	Dispersion float64     // that the standard errors use
	Deviance   float64
	PearsonChi float64
	DF         int
	ACF        []float64 // of the deviance residuals, lags 1 to 12; empty when they do not vary
	LjungBoxP  *float64  // of those lags
	Observed   float64   // events in the periods after the event
	Fitted     float64   // the model's, in the same periods
	Without    float64   // the model's had the intervention terms been 0: the counterfactual, a prediction
	Averted    Difference
	Cautions   []Caution
}

// Difference is an estimate with limits, in events.
type Difference struct{ Estimate, SE, Lower, Upper float64 }

// FitCountITS fits a segmented log-linear regression of counts with offset and season (Wagner et al. 2002; Lopez
// Bernal, Cummins & Gasparrini 2017): Poisson or quasi-Poisson with dispersion Pearson χ²/df, limits from z and from
// t(df), the counterfactual over the periods after the event, and the events averted with limits by the delta method.
// It says what the series did at a date fixed beforehand; another event at that date does the same.
//
// Errors: counts that are negative, broken or not finite, a population that is not above zero, unequal lengths, too few
// periods for the terms, no intervention term, collinear terms, no event on one side (too_few_events), a fit that does
// not settle.
func FitCountITS(in CountSeries) (CountITS, error) {
	level, err := confidence(methodCount, in.Level)
	if err != nil {
		return CountITS{}, err
	}
	offset, err := logOffset(methodCount, in.Counts, in.Population)
	if err != nil {
		return CountITS{}, err
	}
	d, err := newDesign(methodCount, len(in.Counts), in.Terms)
	if err != nil {
		return CountITS{}, err
	}
	post := after(in.Terms, len(in.Counts))
	if err := checkSides(in.Counts, post); err != nil {
		return CountITS{}, err
	}
	f, err := fitLogLinear(d, in.Counts, offset)
	if err != nil {
		return CountITS{}, err
	}
	out := CountITS{Dispersion: 1, Deviance: f.deviance, PearsonChi: f.pearson, DF: f.df}
	if !in.Poisson {
		out.Dispersion = f.scaled
		if !in.RawSpread {
			out.Dispersion = max(1, out.Dispersion)
		}
	}
	out.Terms = ratioTerms(d, f, in.Terms, out.Dispersion, level)
	out.counterfactual(d, f, in, offset, post, level)
	out.diagnose(f, in, post)
	return out, out.check()
}

// after marks the periods in which an intervention term is at work.
func after(terms []Term, n int) []bool {
	post := make([]bool, n)
	for _, t := range terms {
		for i, v := range t.Values {
			post[i] = post[i] || t.Intervention && v != 0
		}
	}
	return post
}

func checkSides(counts []float64, post []bool) error {
	var sum, periods [2]float64
	for i, y := range counts {
		side := 0
		if post[i] {
			side = 1
		}
		sum[side] += y
		periods[side]++
	}
	switch {
	case periods[1] == 0:
		return stats.Refuse(methodCount, stats.OutsideSeries, "no intervention term is at work in any period")
	case periods[0] == 0:
		return stats.Refuse(methodCount, stats.OutsideSeries, "the intervention is at work in every period; there is no before")
	case sum[0] == 0 || sum[1] == 0:
		return stats.Refuse(methodCount, stats.TooFewEvents, "%v events before and %v after; a ratio needs events on both sides", sum[0], sum[1])
	}
	return nil
}

func ratioTerms(d design, f logLinear, terms []Term, dispersion, level float64) []RatioTerm {
	z, t := normalQuantile(level), studentQuantile(level, float64(f.df))
	var out []RatioTerm
	for j, b := range f.coef {
		se := math.Sqrt(dispersion * f.inv.At(j, j))
		r := RatioTerm{Name: d.names[j], Estimate: b, SE: se, Ratio: math.Exp(b), Intervention: j > 0 && terms[j-1].Intervention,
			LowerZ: math.Exp(b - z*se), UpperZ: math.Exp(b + z*se), Lower: math.Exp(b - t*se), Upper: math.Exp(b + t*se)}
		r.P = studentTail(b/se, float64(f.df))
		out = append(out, r)
	}
	return out
}

// counterfactual sums observed, fitted and without-the-event over the periods after; the variance of the difference
// follows from its gradient in the coefficients.
func (o *CountITS) counterfactual(d design, f logLinear, in CountSeries, offset []float64, post []bool, level float64) {
	k := len(f.coef)
	off := append([]float64(nil), f.coef...)
	for j := 1; j < k; j++ {
		if in.Terms[j-1].Intervention {
			off[j] = 0
		}
	}
	gradient := make([]float64, k)
	for i, eta := range d.times(off) {
		if !post[i] {
			continue
		}
		without := math.Exp(eta + offset[i])
		o.Observed += in.Counts[i]
		o.Fitted += f.mu[i]
		o.Without += without
		for j := range k {
			x := d.x.At(i, j)
			gradient[j] -= f.mu[i] * x
			if j == 0 || !in.Terms[j-1].Intervention {
				gradient[j] += without * x
			}
		}
	}
	variance := 0.0
	for p := range k {
		for q := range k {
			variance += gradient[p] * gradient[q] * f.inv.At(p, q)
		}
	}
	a := &o.Averted
	a.Estimate, a.SE = o.Without-o.Fitted, math.Sqrt(max(0, o.Dispersion*variance))
	half := studentQuantile(level, float64(f.df)) * a.SE
	a.Lower, a.Upper = a.Estimate-half, a.Estimate+half
}

func (o *CountITS) diagnose(f logLinear, in CountSeries, post []bool) {
	n := len(in.Counts)
	o.ACF = autocorrelation(devianceResiduals(in.Counts, f.mu), 12)
	if len(o.ACF) > 0 {
		_, p := ljungBox(o.ACF, n)
		o.LjungBoxP = &p
	}
	var before, beforeEvents float64
	for i, p := range post {
		if !p {
			before++
			beforeEvents += in.Counts[i]
		}
	}
	least := min(before, float64(n)-before)
	o.caution(least < 8, FewPeriods)
	o.caution(min(beforeEvents, floats.Sum(in.Counts)-beforeEvents) < 50, FewEvents)
	o.caution(least < 12 && len(in.Terms) > 3, FewSeasons)
	o.caution(len(o.ACF) > 0 && math.Abs(o.ACF[0]) > 1.96/math.Sqrt(float64(n)), Autocorrelated)
	o.caution(in.Poisson && f.scaled > 1.5, Overdispersed)
	o.caution(!in.Poisson && f.scaled < 1 && !in.RawSpread, Underdispersed)
}

func (o *CountITS) caution(when bool, c Caution) {
	if when {
		o.Cautions = append(o.Cautions, c)
	}
}

// check refuses a result of which a number ran over the range of floating point.
func (o *CountITS) check() error {
	for _, t := range o.Terms {
		if !allFinite(t.Estimate, t.SE, t.Ratio, t.LowerZ, t.UpperZ, t.Lower, t.Upper, t.P) {
			return stats.Refuse(methodCount, stats.NotDefined, "the limits of %q are not finite: the series says nothing about it", t.Name)
		}
	}
	if !allFinite(o.Without, o.Fitted, o.Averted.SE, o.Averted.Lower, o.Averted.Upper) {
		return stats.Refuse(methodCount, stats.NotDefined, "the counterfactual is not finite")
	}
	return nil
}
