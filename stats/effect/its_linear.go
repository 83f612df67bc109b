package effect

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"utfall/stats"
)

const methodLinear = "its_ols_neweywest"

// UsualLag asks LinearITS for the Newey-West lag ⌊4(n/100)^(2/9)⌋.
const UsualLag = -1

// LinearSeries is an interrupted time series of values (not counts: those have a likelihood, see CountSeries).
type LinearSeries struct {
	Y      []float64
	Terms  []Term
	Lag    int     // Newey-West lag; UsualLag for the formula
	Orders int     // Breusch-Godfrey order; 0 = 1
	Lags   int     // autocorrelations and Ljung-Box lags; 0 = 6
	Level  float64 // of limits; 0 = 0.95
}

// LinearTerm is one coefficient, in units of the series.
type LinearTerm struct {
	Name         string
	Estimate     float64
	SE           float64 // least squares
	SENeweyWest  float64
	SESmall      float64 // Newey-West times √(n/(n−k)): the one behind the limits
	Lower, Upper float64 // t limits with SESmall
	P            float64 // two-sided, with SESmall
}

// LinearITS is a fitted interrupted time series of values.
type LinearITS struct {
	Terms           []LinearTerm // the constant first
	Lag             int
	DF              int
	Sigma           float64 // residual standard deviation
	R2              float64
	DurbinWatson    float64
	BreuschGodfrey  float64 // χ² with as many degrees of freedom as orders
	BreuschGodfreyP float64
	ACF             []float64 // of the residuals
	LjungBox        float64
	LjungBoxP       float64
	Cautions        []Caution
}

// FitLinearITS fits a segmented linear regression by least squares with Newey-West standard errors (Newey & West 1987)
// and tests the residuals for autocorrelation (Durbin & Watson 1950; Breusch 1978 and Godfrey 1978; Ljung & Box 1978).
//
// Errors: values that are not finite, unequal lengths, too few periods for the terms, collinear terms, a lag or order
// out of range, and a perfect fit or a series that does not vary (not_defined): neither leaves residuals to judge by.
func FitLinearITS(in LinearSeries) (LinearITS, error) {
	level, err := confidence(methodLinear, in.Level)
	if err != nil {
		return LinearITS{}, err
	}
	d, err := in.prepare()
	if err != nil {
		return LinearITS{}, err
	}
	s, err := d.solve(in.Y, nil)
	if err != nil {
		return LinearITS{}, err
	}
	n, k := d.x.Dims()
	e := make([]float64, n)
	var rss, tss float64
	for i, v := range d.times(s.coef) {
		e[i] = in.Y[i] - v
		rss += e[i] * e[i]
		tss += math.Pow(in.Y[i]-stat.Mean(in.Y, nil), 2)
	}
	if !(rss > 1e-20*tss) || !finite(tss) || !(tss > 0) {
		return LinearITS{}, stats.Refuse(methodLinear, stats.NotDefined, "the residuals are zero; the series does not vary, or the terms follow it exactly")
	}
	out := LinearITS{Lag: in.Lag, DF: n - k, Sigma: math.Sqrt(rss / float64(n-k)), R2: 1 - rss/tss, DurbinWatson: durbinWatson(e)}
	out.linearTerms(d, s, e, level)
	if out.BreuschGodfrey, out.BreuschGodfreyP, err = breuschGodfrey(d, e, in.Orders); err != nil {
		return LinearITS{}, err
	}
	out.ACF = autocorrelation(e, in.Lags)
	out.LjungBox, out.LjungBoxP = ljungBox(out.ACF, n)
	out.cautions(in)
	return out, out.check()
}

// prepare fills in the usual settings and checks.
func (in *LinearSeries) prepare() (design, error) {
	n := len(in.Y)
	if in.Lag == UsualLag {
		in.Lag = neweyWestLag(n)
	}
	if in.Orders == 0 {
		in.Orders = 1
	}
	if in.Lags == 0 {
		in.Lags = min(6, max(n-1, 1))
	}
	for i, y := range in.Y {
		if !finite(y) {
			return design{}, stats.Refuse(methodLinear, stats.NotFinite, "value %d is %v", i, y)
		}
	}
	d, err := newDesign(methodLinear, n, in.Terms)
	if err != nil {
		return d, err
	}
	switch {
	case in.Lag < 0 || in.Lag >= n:
		return d, stats.Refuse(methodLinear, stats.OutOfRange, "lag %d for %d periods", in.Lag, n)
	case in.Lags < 1 || in.Lags >= n:
		return d, stats.Refuse(methodLinear, stats.OutOfRange, "%d autocorrelations of %d periods", in.Lags, n)
	case in.Orders < 1 || n < len(in.Terms)+1+in.Orders:
		return d, stats.Refuse(methodLinear, stats.TooFewPoints, "a test of order %d on %d periods and %d coefficients", in.Orders, n, len(in.Terms)+1)
	}
	return d, nil
}

func (o *LinearITS) linearTerms(d design, s solution, e []float64, level float64) {
	n, k := d.x.Dims()
	robust := neweyWest(d, s, e, o.Lag)
	small := math.Sqrt(float64(n) / float64(n-k))
	t := studentQuantile(level, float64(o.DF))
	for j, b := range s.coef {
		c := LinearTerm{Name: d.names[j], Estimate: b, SE: o.Sigma * math.Sqrt(s.inv.At(j, j)), SENeweyWest: math.Sqrt(max(0, robust.At(j, j)))}
		c.SESmall = c.SENeweyWest * small
		c.Lower, c.Upper = b-t*c.SESmall, b+t*c.SESmall
		c.P = 1
		if b != 0 {
			c.P = studentTail(b/c.SESmall, float64(o.DF))
		}
		o.Terms = append(o.Terms, c)
	}
}

func (o *LinearITS) cautions(in LinearSeries) {
	n := len(in.Y)
	before := 0
	for _, p := range after(in.Terms, n) {
		if !p {
			before++
		}
	}
	if min(before, n-before) < 8 {
		o.Cautions = append(o.Cautions, FewPeriods)
	}
	if math.Abs(o.ACF[0]) > 1.96/math.Sqrt(float64(n)) {
		o.Cautions = append(o.Cautions, Autocorrelated)
	}
}

func (o *LinearITS) check() error {
	for _, c := range o.Terms {
		if !allFinite(c.Estimate, c.SE, c.SENeweyWest, c.SESmall, c.Lower, c.Upper, c.P) {
			return stats.Refuse(methodLinear, stats.NotDefined, "the limits of %q are not finite", c.Name)
		}
	}
	if !allFinite(o.Sigma, o.R2, o.DurbinWatson, o.BreuschGodfrey, o.BreuschGodfreyP, o.LjungBox, o.LjungBoxP) {
		return stats.Refuse(methodLinear, stats.NotDefined, "the residual tests are not finite")
	}
	return nil
}
