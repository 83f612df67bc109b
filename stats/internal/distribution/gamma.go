package distribution

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// smallGamma is the standardised quantile below which one term of the series of the incomplete gamma function gives it
// to better than a part in 10¹².
const smallGamma = 1e-13

// GammaQuantile is the quantile of a gamma distribution with the given shape and scale. Far in the lower tail of small
// shapes gonum's quantile underflows; there P(a, x) = xᵃ/Γ(a+1) is inverted directly.
func GammaQuantile(p, shape, scale float64) float64 {
	if !probability(p) || !positive(shape, scale) {
		return math.NaN()
	}
	if p == 0 {
		return 0
	}
	lg, _ := math.Lgamma(shape + 1)
	if x := math.Exp((math.Log(p) + lg) / shape); x < smallGamma {
		return x * scale
	}
	return scale * mathext.GammaIncRegInv(shape, p)
}

// GammaCDF is P(X ≤ x) for a gamma distribution with the given shape and scale.
func GammaCDF(x, shape, scale float64) float64 {
	if math.IsNaN(x) || !positive(shape, scale) {
		return math.NaN()
	}
	if x <= 0 {
		return 0
	}
	return mathext.GammaIncReg(shape, x/scale)
}
