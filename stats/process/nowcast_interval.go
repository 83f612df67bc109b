package process

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"utfall/stats"
)

// leastVintages is how many earlier states of a triangle it takes before its errors say anything about the next one.
const leastVintages = 8

// mostVintages bounds the work: older states of a triangle say less about today's reporting anyway.
const mostVintages = 60

// intervals learns how wrong this nowcast has been. The triangle is cut back to each earlier state that still has two
// complete rows, nowcast again, and what was predicted is set against what has been reported since; for each number of
// known delays a negative binomial dispersion is fitted to those pairs by maximum likelihood. The interval of a total
// is its reported part plus the quantiles of that distribution around the predicted rest. Under eight earlier states,
// or with reports taken back (no count distribution fits those), there is no interval and only the completeness is shown.
func (n *Nowcast) intervals(in NowcastInput, delays int) {
	pairs, vintages := pastErrors(in, delays)
	n.Vintages = vintages
	if vintages < leastVintages {
		n.IntervalReason = stats.TooFewPoints
		return
	}
	if hasNegative(in.Rows) || hasNegative([][]float64{n.Delay}) {
		n.IntervalReason = stats.NotDefined
		return
	}
	tail := (1 - in.Level) / 2
	for i := range n.Totals {
		t := &n.Totals[i]
		if !t.IsPredicted {
			t.Lower, t.Upper = defined(t.Total), defined(t.Total)
			continue
		}
		rest := t.Total - t.Reported
		known := pairs[n.Known[i]]
		if rest <= 0 || len(known) < leastVintages {
			if len(known) < leastVintages {
				n.IntervalReason = stats.TooFewPoints
			} else {
				t.Lower, t.Upper = defined(t.Total), defined(t.Total)
			}
			continue
		}
		size := negBinSize(known)
		t.Lower = defined(t.Reported + negBinQuantile(tail, rest, size))
		t.Upper = defined(t.Reported + negBinQuantile(1-tail, rest, size))
	}
}

// prediction is one past nowcast of the missing part of a row and what was reported of that part since.
type prediction struct{ expected, seen float64 }

// pastErrors nowcasts every earlier state of the triangle: s periods ago, row i was known as far as row i+s is today.
// It gives the pairs by the number of delays that were known.
func pastErrors(in NowcastInput, delays int) (map[int][]prediction, int) {
	pairs, vintages := map[int][]prediction{}, 0
	for s := 1; s < len(in.Rows) && vintages < mostVintages; s++ {
		then := make([][]float64, len(in.Rows)-s)
		for i := range then {
			then[i] = in.Rows[i][:len(in.Rows[i+s])]
		}
		rows := min(in.DelayRows, len(then))
		if len(then) < 2 || len(then[1]) < delays || len(then[len(then)-rows]) < delays {
			break
		}
		pmf, err := delayDistribution(then, delays, rows)
		if err != nil {
			continue // nothing had been reported yet
		}
		vintages++
		for i, row := range completeTriangle(then, pmf) {
			known, seen := len(then[i]), len(in.Rows[i])
			if known == delays || seen == known {
				continue
			}
			pairs[known] = append(pairs[known], prediction{floats.Sum(row[known:seen]), floats.Sum(in.Rows[i][known:])})
		}
	}
	return pairs, vintages
}

func hasNegative(rows [][]float64) bool {
	for _, row := range rows {
		for _, v := range row {
			if v < 0 {
				return true
			}
		}
	}
	return false
}

// negBinSize is the maximum likelihood dispersion of the pairs, by golden section on its logarithm. The upper end,
// 10⁶, is the Poisson distribution for all counts met here.
func negBinSize(pairs []prediction) float64 {
	loss := func(logSize float64) float64 {
		size, sum := math.Exp(logSize), 0.0
		for _, p := range pairs {
			if p.expected > 0 {
				sum -= negBinLogProb(p.seen, p.expected, size)
			}
		}
		return sum
	}
	lo, hi := math.Log(1e-3), math.Log(1e6)
	ratio := (math.Sqrt(5) - 1) / 2
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	lossA, lossB := loss(a), loss(b)
	for hi-lo > 1e-6 {
		if lossA <= lossB {
			hi, b, lossB = b, a, lossA
			a = hi - ratio*(hi-lo)
			lossA = loss(a)
		} else {
			lo, a, lossA = a, b, lossB
			b = lo + ratio*(hi-lo)
			lossB = loss(b)
		}
	}
	return math.Exp((lo + hi) / 2)
}
