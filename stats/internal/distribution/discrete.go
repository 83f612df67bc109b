package distribution

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// PoissonCDF is P(X ≤ k) with mean mu.
func PoissonCDF(k, mu float64) float64 {
	if math.IsNaN(k) || !(mu >= 0) || math.IsInf(mu, 1) {
		return math.NaN()
	}
	if k < 0 {
		return 0
	}
	if mu == 0 {
		return 1
	}
	return mathext.GammaIncRegComp(math.Floor(k)+1, mu)
}

// PoissonUpper is P(X ≥ k) with mean mu. gonum's Survival is one minus the distribution function, zero in the tail.
func PoissonUpper(k, mu float64) float64 {
	if math.IsNaN(k) || !(mu >= 0) || math.IsInf(mu, 1) {
		return math.NaN()
	}
	k = math.Ceil(k)
	if k <= 0 {
		return 1
	}
	if mu == 0 {
		return 0
	}
	return mathext.GammaIncReg(k, mu)
}

// PoissonProb is P(X = k) with mean mu > 0 for a whole k ≥ 0.
func PoissonProb(k, mu float64) float64 {
	lg, _ := math.Lgamma(k + 1)
	return math.Exp(k*math.Log(mu) - mu - lg)
}

// BinomialCDF is P(X ≤ k) of n trials with probability p.
func BinomialCDF(k, n, p float64) float64 {
	if math.IsNaN(k) || !(n >= 0) || math.IsInf(n, 1) || !probability(p) {
		return math.NaN()
	}
	k = math.Floor(k)
	if k < 0 {
		return 0
	}
	if k >= n {
		return 1
	}
	return mathext.RegIncBeta(n-k, k+1, 1-p)
}

// BinomialUpper is P(X ≥ k) of n trials with probability p.
func BinomialUpper(k, n, p float64) float64 {
	if math.IsNaN(k) || !(n >= 0) || math.IsInf(n, 1) || !probability(p) {
		return math.NaN()
	}
	k = math.Ceil(k)
	if k <= 0 {
		return 1
	}
	if k > n {
		return 0
	}
	return mathext.RegIncBeta(k, n-k+1, p)
}

// BinomialQuantile is the smallest k with P(X ≤ k) ≥ p of n trials with probability q, found by bisection. gonum has
// no quantile of the binomial.
func BinomialQuantile(p, n, q float64) float64 {
	if !probability(p) || !probability(q) || !(n >= 0) || math.IsInf(n, 1) {
		return math.NaN()
	}
	low, high := -1.0, math.Floor(n)
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if BinomialCDF(mid, n, q) >= p*(1-64*epsilon) { // rounding must not move an exact boundary up by one
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

const epsilon = 2.220446049250313e-16

// NegativeBinomialCDF is P(X ≤ k) with mean mu and dispersion size (variance mu + mu²/size). gonum has no negative
// binomial.
func NegativeBinomialCDF(k, size, mu float64) float64 {
	if math.IsNaN(k) || !positive(size) || !(mu >= 0) || math.IsInf(mu, 1) {
		return math.NaN()
	}
	k = math.Floor(k)
	if k < 0 {
		return 0
	}
	if mu == 0 {
		return 1
	}
	return mathext.RegIncBeta(size, k+1, size/(size+mu))
}
