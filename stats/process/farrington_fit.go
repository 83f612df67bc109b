package process

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

// quasiPoisson fits log μ = offset + a_season + b·time by iterated reweighted least squares. The information matrix of
// season levels and one slope is an arrow: the levels can be solved away one by one, so that a step costs one pass over
// the data and the fits of hundreds of areas stay cheap. The slices are kept from period to period.
type quasiPoisson struct {
	y, x, offset, weight []float64
	season               []int
	eta, mu              []float64 // fitted logarithm without the offset, and mean
	work, z              []float64 // working weight and response
	yLogY                []float64 // the part of the deviance that does not change
	maxY                 float64
	s0, s1, a            []float64 // per season: Σw, Σwx / Σw, intercept
	b, info              float64   // slope and its information
	trend                bool
	empty                []bool // seasons without a case: fitted by 0, and left out with their intercept
	seasons              int    // season levels with cases
	n                    int    // references in those
}

// prognosis is the model's word on the tested period.
type prognosis struct {
	mean, se   float64 // se of the mean, on the scale of counts
	dispersion float64
	trend      bool
}

func (q *quasiPoisson) load(counts, population []float64, refs []reference, o FarringtonOptions) {
	q.y, q.x, q.offset, q.weight, q.season = q.y[:0], q.x[:0], q.offset[:0], q.weight[:0], q.season[:0]
	cases := make([]float64, o.Seasons)
	present := make([]bool, o.Seasons)
	for _, r := range refs {
		cases[r.season] += counts[r.at]
		present[r.season] = true
	}
	q.maxY, q.seasons, q.empty = 0, 0, make([]bool, o.Seasons)
	for k := range cases {
		q.empty[k] = cases[k] == 0
		if present[k] && !q.empty[k] {
			q.seasons++
		}
	}
	for _, r := range refs {
		if q.empty[r.season] {
			continue
		}
		off := 0.0
		if len(population) > 0 {
			off = math.Log(population[r.at])
		}
		q.y, q.x, q.offset = append(q.y, counts[r.at]), append(q.x, float64(r.at)), append(q.offset, off)
		q.weight, q.season = append(q.weight, 1), append(q.season, r.season)
		q.maxY = max(q.maxY, counts[r.at])
	}
	q.n = len(q.y)
	q.eta, q.mu, q.work = resize(q.eta, q.n), resize(q.mu, q.n), resize(q.work, q.n)
	q.z, q.yLogY = resize(q.z, q.n), resize(q.yLogY, q.n)
	for i, y := range q.y {
		q.yLogY[i] = 0
		if y > 0 {
			q.yLogY[i] = y * math.Log(y)
		}
	}
	q.s0, q.s1, q.a = resize(q.s0, o.Seasons), resize(q.s1, o.Seasons), resize(q.a, o.Seasons)
}

func resize(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}

// model runs the whole of Farrington's procedure on the loaded references: fit, weigh down, fit again, and again
// without the trend when that is not kept.
func (q *quasiPoisson) model(at, offset float64, o FarringtonOptions) (prognosis, stats.Reason) {
	if q.empty[0] {
		return prognosis{}, stats.TooFewEvents // no case at this time of year: no mean, and no threshold, can be given
	}
	if o.Trend && q.n > q.seasons+1 && q.fitReweighted(true, o) {
		p := q.predict(at, offset)
		if o.KeepTrend || o.Years >= 3 && p.mean <= q.maxY && q.trendP() < 0.05 {
			return p, ""
		}
	}
	if q.n <= q.seasons || !q.fitReweighted(false, o) {
		return prognosis{}, stats.NotConverged
	}
	return q.predict(at, offset), ""
}

func (q *quasiPoisson) fitReweighted(trend bool, o FarringtonOptions) bool {
	for i := range q.weight {
		q.weight[i] = 1
	}
	if !q.fit(trend) {
		return false
	}
	if !o.Reweight {
		return true
	}
	q.reweigh(o.ReweightAt)
	return q.fit(trend)
}

// fit iterates to a relative change of the deviance under 1e-8, as R's glm does, so that thresholds agree with those
// of the reference to the digits it prints; false when 50 steps do not get there.
func (q *quasiPoisson) fit(trend bool) bool {
	q.trend = trend
	for i, y := range q.y {
		q.mu[i] = y + 0.1
		q.eta[i] = math.Log(q.mu[i]) - q.offset[i]
	}
	last := q.deviance()
	for range 50 {
		if !q.step() {
			return false
		}
		dev := q.deviance()
		if !finite(dev) {
			return false
		}
		if math.Abs(dev-last) < 1e-8*(math.Abs(dev)+0.1) {
			return true
		}
		last = dev
	}
	return false
}

// step solves the weighted least squares problem of the working response: seasons by their means, the slope by what
// varies within seasons.
func (q *quasiPoisson) step() bool {
	meanZ := q.a // intercepts are written over their sums
	for k := range q.s0 {
		q.s0[k], q.s1[k], meanZ[k] = 0, 0, 0
	}
	for i, k := range q.season {
		w := q.weight[i] * q.mu[i]
		q.work[i] = w
		q.s0[k] += w
		q.s1[k] += w * q.x[i]
		q.z[i] = q.eta[i] + (q.y[i]-q.mu[i])/q.mu[i]
		meanZ[k] += w * q.z[i]
	}
	for k, w := range q.s0 {
		if q.empty[k] || w == 0 {
			continue
		}
		q.s1[k] /= w
		meanZ[k] /= w
	}
	q.b = 0
	if q.trend {
		var cross float64
		q.info = 0
		for i, k := range q.season {
			dx := q.x[i] - q.s1[k]
			q.info += q.work[i] * dx * dx
			cross += q.work[i] * dx * (q.z[i] - meanZ[k])
		}
		if !(q.info > 0) {
			return false
		}
		q.b = cross / q.info
	}
	for i, k := range q.season {
		q.eta[i] = meanZ[k] + q.b*(q.x[i]-q.s1[k])
		q.mu[i] = math.Exp(q.offset[i] + q.eta[i])
	}
	return true
}

func (q *quasiPoisson) deviance() float64 {
	sum := 0.0
	for i, y := range q.y {
		sum += 2 * q.weight[i] * (q.mu[i] - y + q.yLogY[i] - y*(q.eta[i]+q.offset[i]))
	}
	return sum
}

func (q *quasiPoisson) parameters() int {
	if q.trend {
		return q.seasons + 1
	}
	return q.seasons
}

// pearsonDispersion is Pearson's χ² over the degrees of freedom, not floored, with the weights of the last step.
func (q *quasiPoisson) pearsonDispersion() float64 {
	sum := 0.0
	for i, y := range q.y {
		d := (y - q.mu[i]) / q.mu[i]
		sum += q.work[i] * d * d
	}
	return sum / float64(q.n-q.parameters())
}

// leverage is the i-th diagonal of the hat matrix.
func (q *quasiPoisson) leverage(i int) float64 {
	k := q.season[i]
	h := 1 / q.s0[k]
	if q.trend {
		dx := q.x[i] - q.s1[k]
		h += dx * dx / q.info
	}
	return q.work[i] * h
}

// reweigh weighs down references with Anscombe residuals over limit by their inverse square; the weights sum to n.
func (q *quasiPoisson) reweigh(limit float64) {
	phi := max(1, q.pearsonDispersion())
	sum := 0.0
	for i, y := range q.y {
		root := math.Sqrt(q.mu[i])
		s := 1.5 * (square(math.Cbrt(y))/math.Cbrt(root) - root) / math.Sqrt(phi*(1-q.leverage(i)))
		q.weight[i] = 1
		if s > limit { // also an infinite one: a reference that the model passes through exactly has no say
			q.weight[i] = 1 / (s * s)
		}
		sum += q.weight[i]
	}
	for i := range q.weight {
		q.weight[i] *= float64(q.n) / sum
	}
}

func square(v float64) float64 { return v * v }

// trendP is the two-sided p value of the slope with the dispersion as estimated.
func (q *quasiPoisson) trendP() float64 {
	t := math.Abs(q.b) / math.Sqrt(q.pearsonDispersion()/q.info)
	if math.IsNaN(t) {
		return 1
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: float64(q.n - q.parameters())}.Survival(t)
}

// predict gives the mean at time at in the season of the tested period, and its standard error.
func (q *quasiPoisson) predict(at, offset float64) prognosis {
	p := prognosis{dispersion: max(1, q.pearsonDispersion()), trend: q.trend}
	dx := at - q.s1[0]
	p.mean = math.Exp(offset + q.a[0] + q.b*dx)
	variance := 1 / q.s0[0]
	if q.trend {
		variance += dx * dx / q.info
	}
	p.se = p.mean * math.Sqrt(p.dispersion*variance)
	return p
}
