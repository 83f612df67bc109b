// Package distribution is the one door from stats to gonum's distributions: quantiles and tails by the names of the
// field, with corrections where gonum's own lose their digits.
//
// It may import the standard library and gonum. Parameters outside a distribution give NaN where gonum would panic;
// callers in stats check their input first and never pass NaN on.
package distribution

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

var nan = math.NaN()

func probability(p float64) bool { return p >= 0 && p <= 1 }

func positive(v ...float64) bool {
	for _, x := range v {
		if !(x > 0) || math.IsInf(x, 1) {
			return false
		}
	}
	return true
}

// NormalQuantile is z with P(Z ≤ z) = p.
func NormalQuantile(p float64) float64 {
	if !probability(p) {
		return math.NaN()
	}
	return distuv.UnitNormal.Quantile(p)
}

// NormalUpper is P(Z ≥ z). gonum's Survival is one minus the distribution function and loses its digits in the tail.
func NormalUpper(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// NormalTwoSided is P(|Z| ≥ |z|).
func NormalTwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// ChiSquaredQuantile is the quantile of χ² with df degrees of freedom; with none it is 0.
func ChiSquaredQuantile(p, df float64) float64 {
	if df == 0 && probability(p) {
		return 0
	}
	return 2 * GammaQuantile(p, df/2, 1)
}

// ChiSquaredUpper is P(X ≥ x) of χ² with df degrees of freedom.
func ChiSquaredUpper(x, df float64) float64 {
	if math.IsNaN(x) || !positive(df) {
		return math.NaN()
	}
	return distuv.ChiSquared{K: df}.Survival(x)
}

// StudentQuantile is the quantile of t with df degrees of freedom.
func StudentQuantile(p, df float64) float64 {
	if !probability(p) || !positive(df) {
		return math.NaN()
	}
	if p == 0 || p == 0.5 || p == 1 {
		return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(p)
	}
	tail := math.Min(p, 1-p)
	off := func(t float64) float64 { return tail - StudentUpper(t, df) }
	high := 1.0
	for off(high) < 0 && high < math.MaxFloat64/2 {
		high *= 2
	}
	return math.Copysign(settled(math.Abs(distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(p)), 0, high, tail, off), p-0.5)
}

// StudentUpper is P(T ≥ t) with df degrees of freedom.
func StudentUpper(t, df float64) float64 {
	if math.IsNaN(t) || !positive(df) {
		return math.NaN()
	}
	half := 0.5 * mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
	if t < 0 {
		return 1 - half
	}
	return half
}

// StudentTwoSided is P(|T| ≥ |t|) with df degrees of freedom.
func StudentTwoSided(t, df float64) float64 { return 2 * StudentUpper(math.Abs(t), df) }

// FisherUpper is P(F ≥ f) with d1 and d2 degrees of freedom.
func FisherUpper(f, d1, d2 float64) float64 {
	if math.IsNaN(f) || f < 0 || !positive(d1, d2) {
		return math.NaN()
	}
	return mathext.RegIncBeta(d2/2, d1/2, d2/(d2+d1*f))
}

// Digamma is the derivative of ln Γ at x > 0.
func Digamma(x float64) float64 {
	if !positive(x) {
		return math.NaN()
	}
	return mathext.Digamma(x)
}

// Trigamma is the second derivative of ln Γ at x > 0: Hurwitz' ζ(2, x).
func Trigamma(x float64) float64 {
	if !positive(x) {
		return math.NaN()
	}
	return mathext.Zeta(2, x)
}
