package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodPower = "power_rate_ratio"

// ratePower sets up the conditional test: given N events together, the first count is binomial with share null when the
// rates are equal and with share real as they are.
type ratePower struct{ mean, null, real, alpha float64 }

// powerExactUpTo is the expected total above which the normal approximation is used: it is then good to three digits,
// and adding up outcomes would take seconds.
const powerExactUpTo = 20000

// RatePower gives the probability that the exact conditional test of two Poisson rates at two-sided level alpha finds
// a difference, when before and after events are expected in exposures of the given sizes. It adds up all outcomes
// (Przyborowski & Wilenski 1940; Gu, Ng, Tang & Schucany 2008); above 20 000 events expected together it is
// Φ(|ln R|/√(1/μ1+1/μ2) − z).
//
// Errors: negative_count, no_population, not_finite, out_of_range (alpha outside 0 to 0.5).
func RatePower(before, after, exposureBefore, exposureAfter, alpha float64) (float64, error) {
	if err := firstError(checkCount(methodPower, "the count expected before", before), checkCount(methodPower, "the count expected after", after),
		checkPopulation(methodPower, "the exposure before", exposureBefore), checkPopulation(methodPower, "the exposure after", exposureAfter),
		checkAlpha(alpha)); err != nil {
		return 0, err
	}
	return ratePowerOf(before, after, exposureBefore/(exposureBefore+exposureAfter), alpha), nil
}

func checkAlpha(alpha float64) error {
	if !(alpha > 0 && alpha <= 0.5) {
		return Refuse(methodPower, OutOfRange, "alpha is %g; needs more than 0 and at most 0.5", alpha)
	}
	return nil
}

func ratePowerOf(before, after, null, alpha float64) float64 {
	mean := before + after
	if mean == 0 {
		return 0
	}
	p := ratePower{mean: mean, null: null, real: before / mean, alpha: alpha}
	if mean > powerExactUpTo {
		return p.approximate()
	}
	return p.exact()
}

// exact adds up, over all totals that are likely, the chance of a first count in the region of rejection.
func (p ratePower) exact() float64 {
	spread := 12*math.Sqrt(p.mean) + 40 // what lies outside weighs less than 10⁻¹²
	first := math.Max(0, math.Floor(p.mean-spread))
	last := math.Ceil(p.mean + spread)
	low, high := -1.0, 0.0 // reject at x ≤ low and at x ≥ high
	sum := 0.0
	for n := first; n <= last; n++ {
		if n == first {
			low, high = p.startRegion(n)
		} else {
			low, high = p.growRegion(n, low, high)
		}
		chance := 0.0
		if low >= 0 {
			chance += distribution.BinomialCDF(low, n, p.real)
		}
		if high <= n {
			chance += distribution.BinomialUpper(high, n, p.real)
		}
		sum += distribution.PoissonProb(n, p.mean) * chance
	}
	return math.Min(1, sum)
}

// startRegion finds the region of rejection for a total by bisection.
func (p ratePower) startRegion(n float64) (low, high float64) {
	low, top := -1.0, n+1
	for top-low > 1 {
		mid := math.Floor((low + top) / 2)
		if p.rejectsLow(mid, n) {
			low = mid
		} else {
			top = mid
		}
	}
	high, bottom := n+1, -1.0
	for high-bottom > 1 {
		mid := math.Ceil((high + bottom) / 2)
		if p.rejectsHigh(mid, n) {
			high = mid
		} else {
			bottom = mid
		}
	}
	return low, high
}

// growRegion moves the region of rejection from a total to the next: either end moves up by at most one.
func (p ratePower) growRegion(n, low, high float64) (float64, float64) {
	if p.rejectsLow(low+1, n) {
		low++
	}
	if !p.rejectsHigh(high, n) {
		high++
	}
	return low, high
}

func (p ratePower) rejectsLow(x, n float64) bool {
	return x >= 0 && 2*distribution.BinomialCDF(x, n, p.null) <= p.alpha
}

func (p ratePower) rejectsHigh(x, n float64) bool {
	return x <= n && 2*distribution.BinomialUpper(x, n, p.null) <= p.alpha
}

func (p ratePower) approximate() float64 {
	before, after := p.mean*p.real, p.mean*(1-p.real)
	if before == 0 || after == 0 {
		return 1
	}
	ratio := before / after * (1 - p.null) / p.null
	shift := math.Abs(math.Log(ratio)) / math.Sqrt(1/before+1/after)
	z := distribution.NormalQuantile(1 - p.alpha/2)
	return math.Min(1, distribution.NormalUpper(z-shift)+distribution.NormalUpper(z+shift))
}

// Detectable says which change of a rate could have been found.
type Detectable struct {
	Fall  *float64 // largest rate ratio below 1 that is found with the power; nil: not even a fall to zero
	Rise  *float64 // smallest rate ratio above 1 that is found with the power; nil: not even a hundredfold rise
	Power float64
	Alpha float64
}

// DetectableChange gives the fall and the rise that the exact test would have found with the given power (0.8 as a
// rule), when so many events were expected before. "No effect" must never be said without it.
//
// Errors: those of RatePower; out_of_range when the power is not between alpha and 1.
func DetectableChange(before, exposureBefore, exposureAfter, alpha, power float64) (Detectable, error) {
	if err := firstError(checkCount(methodPower, "the count expected before", before), checkPopulation(methodPower, "the exposure before", exposureBefore),
		checkPopulation(methodPower, "the exposure after", exposureAfter), checkAlpha(alpha)); err != nil {
		return Detectable{}, err
	}
	if !(power > alpha && power < 1) {
		return Detectable{}, Refuse(methodPower, OutOfRange, "power %g; needs more than alpha and less than 1", power)
	}
	equal := before * exposureAfter / exposureBefore
	if !finite(equal) || equal > most {
		return Detectable{}, Refuse(methodPower, OutOfRange, "the exposure after is too large beside that before")
	}
	null := exposureBefore / (exposureBefore + exposureAfter)
	reaches := func(ratio float64) bool { return ratePowerOf(before, equal*ratio, null, alpha) >= power }
	d := Detectable{Power: power, Alpha: alpha}
	if reaches(0) {
		fall := settle(0, 1, reaches)
		d.Fall = &fall
	}
	if reaches(mostRise) {
		rise := mostRise / math.Exp(settle(0, math.Log(mostRise), func(t float64) bool { return reaches(mostRise / math.Exp(t)) }))
		d.Rise = &rise
	}
	return d, nil
}

const mostRise = 100

// settle finds to half a thousandth where test stops to hold between low, where it does, and high.
func settle(low, high float64, test func(float64) bool) float64 {
	for high-low > 0.0005 {
		mid := (low + high) / 2
		if test(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
