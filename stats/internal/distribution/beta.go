package distribution

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// gonum's incomplete beta function loses digits in proportion to a large parameter: eight are left at 10⁸.
const (
	largeBeta = 1e6  // above, a gamma distribution is used where it is better
	mostBeta  = 1e9  // above, there is nothing but the gamma distribution
	apart     = 1e-4 // share of the other parameter below which the gamma distribution is good to eight digits
)

// BetaQuantile is the quantile of a beta distribution. Where one parameter is large and the other is not, it is that of
// a gamma distribution, G/(b + (a−1)/2 + G/2) up to terms of (a/b)²; where both are beyond gonum's reach it is NaN.
func BetaQuantile(p, a, b float64) float64 {
	switch {
	case !probability(p) || !positive(a, b):
		return nan
	case b > largeBeta && a <= b*apart:
		g := GammaQuantile(p, a, 1)
		return g / (b + (a-1)/2 + g/2)
	case a > largeBeta && b <= a*apart:
		g := GammaQuantile(1-p, b, 1)
		return 1 - g/(a+(b-1)/2+g/2)
	case a > mostBeta || b > mostBeta:
		return nan
	}
	q := distuv.Beta{Alpha: a, Beta: b}.Quantile(p)
	tail := func(x float64) float64 { return mathext.RegIncBeta(a, b, x) - p }
	if p > 0.5 { // the smaller tail keeps its digits
		tail = func(x float64) float64 { return 1 - p - mathext.RegIncBeta(b, a, 1-x) }
	}
	return settled(q, 0, 1, math.Min(p, 1-p), tail)
}

// settled gives the quantile q where the tail beyond it is as large as asked, and searches between low and high where
// gonum's search stopped short, as it does far out in the tails of large parameters. off is the tail at a place less the
// wanted one, rising.
func settled(q, low, high, wanted float64, off func(x float64) float64) float64 {
	if wanted == 0 || math.Abs(off(q)) <= tailDigits*wanted {
		return q
	}
	for range 400 {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			break
		}
		if off(mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2
}

// tailDigits is how far the tail of a quantile may be off as a share of it.
const tailDigits = 1e-9
