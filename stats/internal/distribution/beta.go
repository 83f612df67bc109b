package distribution

import "gonum.org/v1/gonum/stat/distuv"

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
	return distuv.Beta{Alpha: a, Beta: b}.Quantile(p)
}
