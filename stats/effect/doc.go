// Package effect compares before with after: interrupted time series, difference in differences, synthetic control,
// and the check whether a change began before the event that is said to have caused it.
//
// It owns those formulas and the rules by which a result may be put into causal words. It may import the standard
// library, gonum and the parent package stats; it does no I/O and holds no state. Input that cannot be used is a
// *stats.Error; nothing here returns NaN or an infinity. Nothing here proves a cause: an estimate says what the series
// did, under the assumptions that its comment names.
package effect

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func allFinite(v ...float64) bool {
	for _, x := range v {
		if !finite(x) {
			return false
		}
	}
	return true
}

// normalTail is P(|Z| > |z|).
func normalTail(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// studentTail is P(|T| > |t|) with df degrees of freedom.
func studentTail(t, df float64) float64 {
	return min(1, 2*distuv.StudentsT{Sigma: 1, Nu: df}.Survival(math.Abs(t)))
}

func normalQuantile(level float64) float64 { return distuv.UnitNormal.Quantile((1 + level) / 2) }

func studentQuantile(level, df float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile((1 + level) / 2)
}

// confidence checks a level of limits; 0 takes 95 %.
func confidence(method string, level float64) (float64, error) {
	if level == 0 {
		return 0.95, nil
	}
	if !(level > 0 && level < 1) {
		return 0, stats.Refuse(method, stats.OutOfRange, "level %v; it lies between 0 and 1", level)
	}
	return level, nil
}
