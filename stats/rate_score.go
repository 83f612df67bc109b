package stats

import "math"

// RateDifferenceScore gives rate 1 minus rate 2 per multiplier with score limits (Miettinen & Nurminen 1985): the
// differences that a score test does not reject, the variance taken under the difference.
//
// Errors: those of RateRatio.
func RateDifferenceScore(a, b RateGroup, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkGroups(a, b, level), checkMultiplier(methodCompareRates, multiplier)); err != nil {
		return Estimate{}, err
	}
	z := zOf(level)
	d := a.Events/a.Population - b.Events/b.Population
	score := func(delta float64) float64 {
		r1, r2 := restrictedRates(a, b, delta)
		return ratioOrSign(d-delta, math.Sqrt(r1/a.Population+r2/b.Population))
	}
	// no limit lies outside the limits of each rate alone by more than their widths together
	_, u1 := garwood(a.Events, level)
	_, u2 := garwood(b.Events, level)
	far := 4 * (u1/a.Population + u2/b.Population)
	lower := bisect(-far, d, func(t float64) bool { return score(t) > z })
	upper := bisect(d, far, func(t float64) bool { return score(t) > -z })
	return rateDifference(a, b, lower, upper, multiplier, level, Score)
}

// restrictedRates gives the most likely two rates whose difference is delta.
func restrictedRates(a, b RateGroup, delta float64) (r1, r2 float64) {
	n := a.Population + b.Population
	half := (n*delta - a.Events - b.Events) / 2
	root := math.Sqrt(math.Max(0, half*half+n*b.Events*delta))
	r2 = (root - half) / n
	if half > 0 { // the other form of the root cancels nothing
		r2 = 0
		if root+half > 0 {
			r2 = b.Events * delta / (root + half)
		}
	}
	r2 = math.Max(0, math.Max(r2, -delta))
	return math.Max(0, r2+delta), r2
}

// RateRatioSkewScore gives the rate ratio with score limits corrected for the skewness of the score (Laud 2017,
// after Gart & Nam 1988): closer to nominal in both tails where counts are small and populations unequal.
//
// Errors: those of RateRatio.
func RateRatioSkewScore(a, b RateGroup, level float64) (Ratio, error) {
	if err := checkGroups(a, b, level); err != nil {
		return Ratio{}, err
	}
	z := zOf(level)
	total := a.Events + b.Events
	if total == 0 {
		return newRatio(a, b, 0, 0, level, SkewScore)
	}
	at := func(logRatio float64) float64 { return skewScore(a, b, math.Exp(logRatio)) }
	middle := math.Log(b.Population / a.Population)
	if a.Events > 0 && b.Events > 0 {
		middle += math.Log(a.Events / b.Events)
	}
	lower, upper := 0.0, 0.0
	if a.Events > 0 {
		lower = math.Exp(bisect(middle-ratioReach, middle+ratioReach, func(t float64) bool { return at(t) > z }))
	}
	if b.Events > 0 {
		upper = math.Exp(bisect(middle-ratioReach, middle+ratioReach, func(t float64) bool { return at(t) > -z }))
	}
	return newRatio(a, b, lower, upper, level, SkewScore)
}

// ratioReach is how far from the observed ratio, as a logarithm, a limit is looked for.
const ratioReach = 60

// skewScore is the score of the ratio theta, freed of skewness: the root s of s + γ(s²−1)/6 = (r1−θr2)/√V, where γ is
// the third moment over V^1.5.
func skewScore(a, b RateGroup, theta float64) float64 {
	r1, r2 := a.Events/a.Population, b.Events/b.Population
	base := (a.Events + b.Events) / (a.Population*theta + b.Population) // rate 2 under theta
	first := base * theta / a.Population
	second := base / b.Population
	v := first + theta*theta*second
	plain := (r1 - theta*r2) / math.Sqrt(v)
	third := first/a.Population - theta*theta*theta*second/b.Population
	k := third / (6 * v * math.Sqrt(v))
	rest := 1 + 4*k*(plain+k)
	return 2 * (plain + k) / (1 + math.Sqrt(math.Max(0, rest)))
}
