package effect

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// autocorrelation gives the autocorrelations of lags 1 to most, fewer when the series is shorter; nil when it does not
// vary (Box & Jenkins 1970).
func autocorrelation(v []float64, most int) []float64 {
	m := stat.Mean(v, nil)
	var zero float64
	for _, x := range v {
		zero += (x - m) * (x - m)
	}
	if !(zero > 0) || !finite(zero) {
		return nil
	}
	var out []float64
	for lag := 1; lag <= most && lag < len(v); lag++ {
		sum := 0.0
		for i := lag; i < len(v); i++ {
			sum += (v[i] - m) * (v[i-lag] - m)
		}
		out = append(out, sum/zero)
	}
	return out
}

// ljungBox is the portmanteau statistic of the given autocorrelations (Ljung & Box 1978) and its p value.
func ljungBox(acf []float64, n int) (q, p float64) {
	for i, r := range acf {
		q += r * r / float64(n-i-1)
	}
	q *= float64(n) * float64(n+2)
	return q, distuv.ChiSquared{K: float64(len(acf))}.Survival(q)
}

// durbinWatson is the ratio of squared steps to squared residuals (Durbin & Watson 1950).
func durbinWatson(e []float64) float64 {
	var steps, sum float64
	for i, v := range e {
		sum += v * v
		if i > 0 {
			steps += (v - e[i-1]) * (v - e[i-1])
		}
	}
	return steps / sum
}

// breuschGodfrey tests residuals for autocorrelation up to the given order: n·R² of their regression on the design and
// their own lags, zeros before the start (Breusch 1978; Godfrey 1978).
func breuschGodfrey(d design, e []float64, order int) (lm, p float64, err error) {
	n, k := d.x.Dims()
	aux := design{method: d.method, names: append([]string(nil), d.names...), x: mat.NewDense(n, k+order, nil)}
	aux.x.Slice(0, n, 0, k).(*mat.Dense).Copy(d.x)
	for lag := 1; lag <= order; lag++ {
		aux.names = append(aux.names, "lagged residual")
		for i := lag; i < n; i++ {
			aux.x.Set(i, k+lag-1, e[i-lag])
		}
	}
	s, err := aux.solve(e, nil)
	if err != nil {
		return 0, 0, err
	}
	var fitted, total float64
	for i, v := range aux.times(s.coef) {
		fitted += v * v
		total += e[i] * e[i]
	}
	lm = float64(n) * fitted / total
	return lm, distuv.ChiSquared{K: float64(order)}.Survival(lm), nil
}

// neweyWestLag is the usual lag for n periods (Newey & West 1994, in the form of most textbooks).
func neweyWestLag(n int) int { return int(4 * math.Pow(float64(n)/100, 2.0/9)) }

// neweyWest is the covariance of least squares coefficients under heteroscedastic and autocorrelated errors, with
// Bartlett weights 1−l/(lag+1) and no prewhitening (Newey & West 1987).
func neweyWest(d design, s solution, e []float64, lag int) *mat.Dense {
	n, k := d.x.Dims()
	meat := mat.NewDense(k, k, nil)
	for l := 0; l <= lag && l < n; l++ {
		weight := 1 - float64(l)/float64(lag+1)
		for i := l; i < n; i++ {
			a, b, c := d.x.RawRowView(i), d.x.RawRowView(i-l), weight*e[i]*e[i-l]
			for p := range k {
				for q := range k {
					v := c * a[p] * b[q]
					meat.Set(p, q, meat.At(p, q)+v)
					if l > 0 {
						meat.Set(q, p, meat.At(q, p)+v)
					}
				}
			}
		}
	}
	var out mat.Dense
	out.Product(s.inv, meat, s.inv)
	return &out
}
