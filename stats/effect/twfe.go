package effect

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"utfall/stats"
)

// TwoWay is a two-way fixed effects estimate: one number for "treated and after" with unit and period effects.
type TwoWay struct {
	Estimate     float64
	SE           float64  // least squares; too small when units are followed over time
	ClusterRaw   *float64 // clustered by unit, without correction
	Cluster      *float64 // times √(G/(G−1)·(n−1)/(n−k)) (HC1): the one behind the limits; nil with one treated unit
	Lower, Upper *float64 // t limits with G−1 degrees of freedom
	P            *float64
	Clusters     int // G
	Treated      int // units ever treated
	Permutation  *float64
	FewClusters  bool // under 30: clustered errors are too small, look at Permutation
	Staggered    bool // treated at different times: this average can even have the wrong sign, use GroupTimes
}

const (
	permutations    = 999
	permutationWork = 1 << 29  // bounds the time of a large panel to a second or so
	permutationSeed = 20110131 // fixed: the same data give the same p value
)

// TwoWayFixedEffects regresses y on unit effects, period effects and post (1 when treated), by partialling out
// (Frisch & Waugh 1933), with standard errors clustered by unit (Liang & Zeger 1986; HC1) on t(G−1), and a permutation
// p value from giving the treatment histories to units at random (Fisher 1935). Only with a single date of treatment is
// the estimate an effect (Goodman-Bacon 2021): Staggered says when it is not.
//
// Errors: unequal lengths, values that are not finite, post not 0 or 1, a unit with two values in a period, fewer
// than two units or periods, and post that follows from unit and period effects (collinear).
func TwoWayFixedEffects(unit []string, time []int, post, y []float64) (TwoWay, error) {
	w, err := newWithin(unit, time, post, y)
	if err != nil {
		return TwoWay{}, err
	}
	px, py := w.residual(post), w.residual(y)
	sxx, raw := dot(px, px), dot(post, post)
	if !(sxx > 1e-9*raw) {
		return TwoWay{}, stats.Refuse(methodPanel, stats.Collinear, "who is treated when follows from unit and period alone")
	}
	out := TwoWay{Estimate: dot(px, py) / sxx, Clusters: w.units, Treated: w.treated(post), Staggered: w.staggered(post)}
	n, k := len(y), w.units+w.periods
	if n <= k {
		return TwoWay{}, stats.Refuse(methodPanel, stats.TooFewPoints, "%d observations for %d coefficients", n, k)
	}
	var rss float64
	scores := make([]float64, w.units)
	for i := range y {
		e := py[i] - out.Estimate*px[i]
		rss += e * e
		scores[w.unit[i]] += px[i] * e
	}
	out.SE = math.Sqrt(rss / float64(n-k) / sxx)
	out.FewClusters = out.Clusters < 30
	if out.Treated > 1 {
		out.cluster(math.Sqrt(dot(scores, scores))/sxx, n, k)
	}
	out.Permutation = w.permute(post, py, out.Estimate)
	if !allFinite(out.Estimate, out.SE) {
		return TwoWay{}, stats.Refuse(methodPanel, stats.NotDefined, "the estimate is not finite")
	}
	return out, nil
}

func (o *TwoWay) cluster(raw float64, n, k int) {
	g := float64(o.Clusters)
	se := raw * math.Sqrt(g/(g-1)*float64(n-1)/float64(n-k))
	if !finite(se) || se == 0 {
		return
	}
	half := studentQuantile(0.95, g-1) * se
	lower, upper, p := o.Estimate-half, o.Estimate+half, studentTail(o.Estimate/se, g-1)
	o.ClusterRaw, o.Cluster, o.Lower, o.Upper, o.P = &raw, &se, &lower, &upper, &p
}

// within takes unit and period effects out of a column.
type within struct {
	unit, time     []int // numbered from 0
	units, periods int
	size           []float64  // observations of each unit
	q              *mat.Dense // orthonormal basis of the period columns within units
}

func newWithin(unit []string, time []int, post, y []float64) (*within, error) {
	n := len(y)
	if n == 0 || len(unit) != n || len(time) != n || len(post) != n {
		return nil, stats.Refuse(methodPanel, stats.UnequalLengths, "%d units, %d times, %d marks of treatment, %d values", len(unit), len(time), len(post), n)
	}
	w := &within{}
	w.unit, w.units = number(unit)
	w.time, w.periods = number(time)
	if w.units < 2 || w.periods < 2 {
		return nil, stats.Refuse(methodPanel, stats.TooFewPoints, "%d units in %d periods; it takes two of each", w.units, w.periods)
	}
	if w.units*w.periods > 1<<24 || w.periods > 2000 {
		return nil, stats.Refuse(methodPanel, stats.OutOfRange, "%d units in %d periods is more than this method takes", w.units, w.periods)
	}
	w.size = make([]float64, w.units)
	seen := make([]bool, w.units*w.periods)
	for i := range y {
		if !allFinite(y[i]) || post[i] != 0 && post[i] != 1 {
			return nil, stats.Refuse(methodPanel, stats.NotFinite, "observation %d: y %v, post %v; y must be finite, post 0 or 1", i, y[i], post[i])
		}
		cell := w.unit[i]*w.periods + w.time[i]
		if seen[cell] {
			return nil, stats.Refuse(methodPanel, stats.Unordered, "unit %q has two values in period %d", unit[i], time[i])
		}
		seen[cell] = true
		w.size[w.unit[i]]++
	}
	return w, w.periodBasis(n)
}

// number gives each distinct value its place in their order.
func number[T cmp.Ordered](v []T) ([]int, int) {
	distinct := slices.Clone(v)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	out := make([]int, len(v))
	for i, x := range v {
		out[i], _ = slices.BinarySearch(distinct, x)
	}
	return out, len(distinct)
}

// periodBasis makes the period columns orthonormal after unit means are out (modified Gram-Schmidt, twice).
func (w *within) periodBasis(n int) error {
	w.q = mat.NewDense(w.periods-1, n, nil)
	for t := 1; t < w.periods; t++ {
		column := make([]float64, n)
		for i, at := range w.time {
			if at == t {
				column[i] = 1
			}
		}
		column = w.demean(column)
		before := dot(column, column)
		for range 2 {
			for s := range t - 1 {
				row := w.q.RawRowView(s)
				c := dot(row, column)
				for i := range column {
					column[i] -= c * row[i]
				}
			}
		}
		norm := dot(column, column)
		if !(norm > 1e-9*before) || before == 0 {
			return stats.Refuse(methodPanel, stats.Collinear, "the period effects cannot be told from the unit effects: no chain of units links period %d to the ones before", t)
		}
		for i := range column {
			w.q.Set(t-1, i, column[i]/math.Sqrt(norm))
		}
	}
	return nil
}

func (w *within) demean(v []float64) []float64 {
	sum := make([]float64, w.units)
	for i, x := range v {
		sum[w.unit[i]] += x
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x - sum[w.unit[i]]/w.size[w.unit[i]]
	}
	return out
}

// residual is a column with unit and period effects taken out.
func (w *within) residual(v []float64) []float64 {
	out := w.demean(v)
	for t := range w.periods - 1 {
		row := w.q.RawRowView(t)
		c := dot(row, out)
		for i := range out {
			out[i] -= c * row[i]
		}
	}
	return out
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func (w *within) treated(post []float64) int {
	count := 0
	for _, h := range w.histories(post) {
		if h.first < w.periods {
			count++
		}
	}
	return count
}

// history is when a unit was first treated and whether it stayed so.
type history struct {
	first int // w.periods: never
	stays bool
}

func (w *within) histories(post []float64) []history {
	out := make([]history, w.units)
	for u := range out {
		out[u] = history{first: w.periods, stays: true}
	}
	for i, p := range post {
		if p == 1 {
			out[w.unit[i]].first = min(out[w.unit[i]].first, w.time[i])
		}
	}
	for i, p := range post {
		if h := &out[w.unit[i]]; p == 0 && w.time[i] > h.first {
			h.stays = false
		}
	}
	return out
}

func (w *within) staggered(post []float64) bool {
	first := w.periods
	for _, h := range w.histories(post) {
		if !h.stays {
			return true
		}
		if h.first == w.periods {
			continue
		}
		if first != w.periods && h.first != first {
			return true
		}
		first = h.first
	}
	return false
}

// permute gives the histories to the units at random and counts how often the estimate is at least as far from zero.
// It is nil when a unit leaves treatment again, which no first period can describe, and for panels so large that not
// even 99 rounds can be afforded.
func (w *within) permute(post, py []float64, estimate float64) *float64 {
	histories := w.histories(post)
	for _, h := range histories {
		if !h.stays {
			return nil
		}
	}
	rounds := min(permutations, permutationWork/(len(post)*w.periods))
	if rounds < 99 {
		return nil
	}
	rng := rand.New(rand.NewPCG(permutationSeed, uint64(len(post))))
	column := make([]float64, len(post))
	extreme, done := 1.0, 1.0
	for range rounds {
		rng.Shuffle(len(histories), func(i, j int) { histories[i], histories[j] = histories[j], histories[i] })
		for i := range column {
			column[i] = 0
			if w.time[i] >= histories[w.unit[i]].first {
				column[i] = 1
			}
		}
		px := w.residual(column)
		sxx := dot(px, px)
		if !(sxx > 1e-9*float64(len(post))) {
			continue
		}
		done++
		if math.Abs(dot(px, py)/sxx) >= math.Abs(estimate)*(1-1e-12) {
			extreme++
		}
	}
	p := extreme / done
	return &p
}
