package process

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// gonum has no negative binomial distribution; its distribution function is a regularised incomplete beta function.

// negBinCDF is P(X ≤ k) for a negative binomial with mean mu > 0 and dispersion size > 0 (variance mu + mu²/size). It is
// NaN for parameters outside that, where gonum would panic.
func negBinCDF(k, mu, size float64) float64 {
	if !(mu > 0) || !(size > 0) || !finite(mu) || !finite(size) {
		return math.NaN()
	}
	if k < 0 {
		return 0
	}
	return mathext.RegIncBeta(size, k+1, size/(size+mu))
}

// negBinQuantile is the least whole k with P(X ≤ k) ≥ p. The search doubles, then halves; it stops at 2⁴⁰.
func negBinQuantile(p, mu, size float64) float64 {
	hi := 1.0
	if math.IsNaN(negBinCDF(hi, mu, size)) {
		return math.NaN()
	}
	for negBinCDF(hi, mu, size) < p {
		if hi *= 2; hi > 1<<40 {
			return math.Inf(1)
		}
	}
	lo := -1.0
	for hi-lo > 1 {
		mid := math.Floor((lo + hi) / 2)
		if negBinCDF(mid, mu, size) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// poissonQuantile is the least whole k with P(X ≤ k) ≥ p for a Poisson distribution with mean mu > 0.
func poissonQuantile(p, mu float64) float64 {
	if !(mu > 0) || !finite(mu) {
		return math.NaN()
	}
	lo, hi := -1.0, 1.0
	for mathext.GammaIncRegComp(hi+1, mu) < p {
		if hi *= 2; hi > 1<<40 {
			return math.Inf(1)
		}
	}
	for hi-lo > 1 {
		mid := math.Floor((lo + hi) / 2)
		if mathext.GammaIncRegComp(mid+1, mu) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

func negBinLogProb(k, mu, size float64) float64 {
	a, _ := math.Lgamma(k + size)
	b, _ := math.Lgamma(size)
	c, _ := math.Lgamma(k + 1)
	return a - b - c + size*math.Log(size/(size+mu)) + k*math.Log(mu/(size+mu))
}
