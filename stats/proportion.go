package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const (
	methodProportion           = "proportion_ci"
	methodProportionDifference = "proportion_difference"
)

// Proportion gives x of n times multiplier (1, or 100 for per cent) with Wilson's score limits (Wilson 1927), without
// continuity correction. At x = 0 the lower limit is 0, at x = n the upper is the multiplier.
//
// Errors: negative_count, no_population, above_denominator, not_finite, out_of_range.
func Proportion(x, n, multiplier, level float64) (Estimate, error) {
	if err := checkProportion(methodProportion, x, n, multiplier, level); err != nil {
		return Estimate{}, err
	}
	l, u := wilson(x, n, zOf(level))
	e := Estimate{Value: x * multiplier / n, Lower: l * multiplier, Upper: u * multiplier, Level: level, Method: Wilson, Events: x, Denominator: n}
	return e.flagged().checked(methodProportion)
}

// ProportionExact is Proportion with exact limits from beta quantiles (Clopper & Pearson 1934): never too narrow,
// often too wide. Both numbers must be whole: it counts outcomes.
//
// Errors: those of Proportion, and not_whole.
func ProportionExact(x, n, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkProportion(methodProportion, x, n, multiplier, level),
		checkWhole(methodProportion, "the numerator", x), checkWhole(methodProportion, "the denominator", n)); err != nil {
		return Estimate{}, err
	}
	l, u := clopperPearson(x, n, level)
	e := Estimate{Value: x * multiplier / n, Lower: l * multiplier, Upper: u * multiplier, Level: level, Method: ClopperPearson, Events: x, Denominator: n}
	return e.flagged().checked(methodProportion)
}

func checkProportion(method string, x, n, multiplier, level float64) error {
	if err := firstError(checkCount(method, "the numerator", x), checkPopulation(method, "the denominator", n),
		checkMultiplier(method, multiplier), checkLevel(method, level)); err != nil {
		return err
	}
	if x > n {
		return Refuse(method, AboveDenominator, "%g of %g", x, n)
	}
	return nil
}

// wilson gives the score limits of x of n, clamped where rounding would leave 0 to 1.
func wilson(x, n, z float64) (lower, upper float64) {
	z2 := z * z
	mid, half := 2*x+z2, z*math.Sqrt(z2+4*x*(1-x/n))
	lower, upper = (mid-half)/2/(n+z2), (mid+half)/2/(n+z2)
	if x == 0 {
		lower = 0
	}
	if x == n {
		upper = 1
	}
	return math.Max(0, lower), math.Min(1, upper)
}

func clopperPearson(x, n, level float64) (lower, upper float64) {
	tail := (1 - level) / 2
	upper = 1
	if x > 0 {
		lower = distribution.BetaQuantile(tail, x, n-x+1)
	}
	if x < n {
		upper = distribution.BetaQuantile(1-tail, x+1, n-x)
	}
	return lower, upper
}

// ProportionDifference gives x1/n1 − x2/n2 with Newcombe's hybrid score limits (Newcombe 1998, method 10): those of
// the difference put together from the Wilson limits of its parts.
//
// Errors: those of Proportion.
func ProportionDifference(x1, n1, x2, n2, level float64) (Estimate, error) {
	if err := firstError(checkProportion(methodProportionDifference, x1, n1, 1, level), checkProportion(methodProportionDifference, x2, n2, 1, level)); err != nil {
		return Estimate{}, err
	}
	z := zOf(level)
	p1, p2 := x1/n1, x2/n2
	l1, u1 := wilson(x1, n1, z)
	l2, u2 := wilson(x2, n2, z)
	e := Estimate{Value: p1 - p2, Lower: p1 - p2 - math.Hypot(p1-l1, u2-p2), Upper: p1 - p2 + math.Hypot(u1-p1, p2-l2),
		Level: level, Method: Newcombe, Events: x1 + x2, Denominator: n1 + n2}
	return e.checked(methodProportionDifference)
}

// ProportionDifferenceScore gives x1/n1 − x2/n2 with score limits (Miettinen & Nurminen 1985): the differences that a
// score test does not reject, the variance taken under the difference and widened by N/(N−1).
//
// Errors: those of Proportion.
func ProportionDifferenceScore(x1, n1, x2, n2, level float64) (Estimate, error) {
	if err := firstError(checkProportion(methodProportionDifference, x1, n1, 1, level), checkProportion(methodProportionDifference, x2, n2, 1, level)); err != nil {
		return Estimate{}, err
	}
	if n1+n2 <= 1 {
		return Estimate{}, Refuse(methodProportionDifference, NoPopulation, "%g and %g; the score needs more than 1 together", n1, n2)
	}
	d, z := x1/n1-x2/n2, zOf(level)
	score := func(delta float64) float64 {
		p1, p2 := restrictedProportions(x1, n1, x2, n2, delta)
		v := (p1*(1-p1)/n1 + p2*(1-p2)/n2) * (n1 + n2) / (n1 + n2 - 1)
		return ratioOrSign(d-delta, math.Sqrt(math.Max(0, v)))
	}
	e := Estimate{Value: d, Level: level, Method: Score, Events: x1 + x2, Denominator: n1 + n2,
		Lower: bisect(-1, d, func(t float64) bool { return score(t) > z }),
		Upper: bisect(d, 1, func(t float64) bool { return score(t) > -z })}
	return e.checked(methodProportionDifference)
}

// restrictedProportions gives the most likely p1, p2 of two binomials whose difference is delta, from the cubic
// equation of Farrington & Manning (1990).
func restrictedProportions(x1, n1, x2, n2, delta float64) (p1, p2 float64) {
	theta := n2 / n1
	a := 1 + theta
	b := -(1 + theta + x1/n1 + theta*x2/n2 + delta*(theta+2))
	c := delta*delta + delta*(2*x1/n1+theta+1) + x1/n1 + theta*x2/n2
	d := -x1 / n1 * delta * (1 + delta)
	v := b*b*b/(27*a*a*a) - b*c/(6*a*a) + d/(2*a)
	u := math.Copysign(math.Sqrt(math.Max(0, b*b/(9*a*a)-c/(3*a))), v)
	w := math.Pi / 3
	if u != 0 {
		w = (math.Pi + math.Acos(math.Max(-1, math.Min(1, v/(u*u*u))))) / 3
	}
	p1 = math.Max(0, math.Min(1, 2*u*math.Cos(w)-b/(3*a)))
	p2 = math.Max(0, math.Min(1, p1-delta))
	return p1, p2
}

// ratioOrSign is a/b, and an infinity of a's sign where b vanishes: a score without variance rejects for certain.
func ratioOrSign(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	return a / b
}
