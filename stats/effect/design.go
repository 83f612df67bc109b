package effect

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"utfall/stats"
)

// Term is one column of a regression, one value per period. The constant is not a term: every model here has one.
type Term struct {
	Name         string
	Values       []float64
	Intervention bool // 0 had the event not happened: this is what the counterfactual switches off
}

// Segmented makes the terms of an interrupted time series (Wagner et al. 2002; Lopez Bernal, Cummins & Gasparrini
// 2017): "post" 0 before and 1 from period after on, "time", and with slope also "time_after", which counts time since
// the last period before. time is in the unit that the slopes shall have and must increase; after is a position.
//
// Errors: fewer than two periods on a side (outside_series), times that do not increase or are not finite.
func Segmented(time []float64, after int, slope bool) ([]Term, error) {
	if after < 2 || after > len(time)-2 {
		return nil, stats.Refuse("its", stats.OutsideSeries, "the event comes after %d of %d periods; it needs two on either side", after, len(time))
	}
	if err := increasing("its", time); err != nil {
		return nil, err
	}
	post, since := make([]float64, len(time)), make([]float64, len(time))
	for i := after; i < len(time); i++ {
		post[i], since[i] = 1, time[i]-time[after-1]
	}
	terms := []Term{{Name: "post", Values: post, Intervention: true}, {Name: "time", Values: time}}
	if slope {
		terms = append(terms, Term{Name: "time_after", Values: since, Intervention: true})
	}
	return terms, nil
}

// Harmonics makes pairs of sine and cosine terms for a season of the given length, from each period's place in it
// (month 1 to 12 and length 12, say). Errors: a length that is not above 0, fewer than one pair, places not finite.
func Harmonics(place []float64, length float64, pairs int) ([]Term, error) {
	if !(length > 0) || !finite(length) || pairs < 1 || pairs > 12 {
		return nil, stats.Refuse("its", stats.OutOfRange, "%d pairs of harmonics of length %v", pairs, length)
	}
	var sines, cosines []Term
	for k := 1; k <= pairs; k++ {
		sin, cos := make([]float64, len(place)), make([]float64, len(place))
		for i, p := range place {
			if !finite(p) {
				return nil, stats.Refuse("its", stats.NotFinite, "place %d in the season is %v", i, p)
			}
			sin[i], cos[i] = math.Sincos(2 * math.Pi * float64(k) * p / length)
		}
		sines = append(sines, Term{Name: fmt.Sprintf("sin%d", k), Values: sin})
		cosines = append(cosines, Term{Name: fmt.Sprintf("cos%d", k), Values: cos})
	}
	return append(sines, cosines...), nil
}

func increasing(method string, time []float64) error {
	for i, t := range time {
		if !finite(t) {
			return stats.Refuse(method, stats.NotFinite, "time %d is %v", i, t)
		}
		if i > 0 && t <= time[i-1] {
			return stats.Refuse(method, stats.Unordered, "time %d is %v after %v; times must increase", i, t, time[i-1])
		}
	}
	return nil
}

// design is a checked model matrix, the constant first.
type design struct {
	method string
	names  []string
	x      *mat.Dense
}

func newDesign(method string, n int, terms []Term) (design, error) {
	d := design{method: method, names: []string{"intercept"}, x: mat.NewDense(max(n, 1), len(terms)+1, nil)}
	if n < len(terms)+2 {
		return d, stats.Refuse(method, stats.TooFewPoints, "%d periods for a model of %d coefficients; it needs at least %d", n, len(terms)+1, len(terms)+2)
	}
	for i := range n {
		d.x.Set(i, 0, 1)
	}
	for j, term := range terms {
		if len(term.Values) != n {
			return d, stats.Refuse(method, stats.UnequalLengths, "term %q has %d values for %d periods", term.Name, len(term.Values), n)
		}
		for i, v := range term.Values {
			if !finite(v) {
				return d, stats.Refuse(method, stats.NotFinite, "term %q is %v in period %d", term.Name, v, i)
			}
			d.x.Set(i, j+1, v)
		}
		d.names = append(d.names, term.Name)
	}
	return d, nil
}

// collinearAt is the share of a column that must be left after the columns before it have been taken out.
const collinearAt = 1e-9

// solution of a weighted least squares problem: coefficients and (XᵀWX)⁻¹.
type solution struct {
	coef []float64
	inv  *mat.Dense
}

// solve regresses z on the design with weights w (nil: equal) by QR decomposition, and names the first column that
// depends on those before it.
func (d design) solve(z, w []float64) (solution, error) {
	n, k := d.x.Dims()
	scaled, rhs, norm := mat.NewDense(n, k, nil), mat.NewVecDense(n, nil), make([]float64, k)
	for i := range n {
		root := 1.0
		if w != nil {
			root = math.Sqrt(w[i])
		}
		rhs.SetVec(i, root*z[i])
		for j := range k {
			v := root * d.x.At(i, j)
			scaled.Set(i, j, v)
			norm[j] = math.Hypot(norm[j], v)
		}
	}
	for j := range k {
		if !(norm[j] > 0) || !finite(norm[j]) {
			return solution{}, stats.Refuse(d.method, stats.Collinear, "column %q is 0 in every period", d.names[j])
		}
		for i := range n {
			scaled.Set(i, j, scaled.At(i, j)/norm[j])
		}
	}
	var qr mat.QR
	qr.Factorize(scaled)
	var r mat.Dense
	qr.RTo(&r)
	for j := range k {
		if !(math.Abs(r.At(j, j)) > collinearAt) {
			return solution{}, stats.Refuse(d.method, stats.Collinear, "column %q follows from the columns before it (%v)", d.names[j], d.names[:j])
		}
	}
	return d.unscale(&qr, &r, rhs, norm)
}

func (d design) unscale(qr *mat.QR, r *mat.Dense, rhs *mat.VecDense, norm []float64) (solution, error) {
	k := len(norm)
	var b mat.VecDense
	if err := qr.SolveVecTo(&b, false, rhs); err != nil && !finite(mat.Norm(&b, 2)) {
		return solution{}, stats.Refuse(d.method, stats.Collinear, "the columns %v cannot be told apart", d.names)
	}
	tri := mat.NewTriDense(k, mat.Upper, nil)
	for i := range k {
		for j := i; j < k; j++ {
			tri.SetTri(i, j, r.At(i, j))
		}
	}
	var inv mat.TriDense
	if err := inv.InverseTri(tri); err != nil {
		var poor mat.Condition
		if !errors.As(err, &poor) {
			return solution{}, stats.Refuse(d.method, stats.Collinear, "the columns %v cannot be told apart", d.names)
		}
	}
	s := solution{coef: make([]float64, k), inv: mat.NewDense(k, k, nil)}
	s.inv.Mul(&inv, inv.T())
	for i := range k {
		s.coef[i] = b.AtVec(i) / norm[i]
		for j := range k {
			s.inv.Set(i, j, s.inv.At(i, j)/norm[i]/norm[j])
		}
	}
	return s, nil
}

// times gives the linear predictor of the design for coefficients b.
func (d design) times(b []float64) []float64 {
	n, k := d.x.Dims()
	out := make([]float64, n)
	for i := range n {
		row := d.x.RawRowView(i)
		for j := range k {
			out[i] += row[j] * b[j]
		}
	}
	return out
}
