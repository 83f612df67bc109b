package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodPower = "power_rate_ratio"

// ratePower sets up the conditional test: given N events together, the first count is binomial with share null when the
// rates are equal. before is how many events are expected in the first exposure.
type ratePower struct {
	before, null, alpha float64
	exact               *frontier // made when it is first needed
}

// powerExactUpTo is the expected total above which the normal approximation is used: it is then good to three digits,
// and adding up outcomes would take seconds.
const powerExactUpTo = 20000

// RatePower gives the probability that the exact conditional test of two Poisson rates at two-sided level alpha finds
// a difference, when before and after events are expected in exposures of the given sizes. It adds up all pairs of counts
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
	p := ratePower{before: before, null: exposureBefore / (exposureBefore + exposureAfter), alpha: alpha}
	return p.of(after), nil
}

func checkAlpha(alpha float64) error {
	if !(alpha > 0 && alpha <= 0.5) {
		return Refuse(methodPower, OutOfRange, "alpha is %g; needs more than 0 and at most 0.5", alpha)
	}
	return nil
}

// of gives the power when after events are expected in the second exposure.
func (p *ratePower) of(after float64) float64 {
	switch mean := p.before + after; {
	case mean == 0:
		return 0
	case mean > powerExactUpTo:
		return p.approximate(after)
	}
	if p.exact == nil {
		p.exact = newFrontier(p.before, p.null, p.alpha)
	}
	return p.exact.power(after)
}

// spread is how far from its mean a Poisson count is looked at; what lies outside weighs less than 10⁻¹².
func spread(mean float64) float64 { return 8*math.Sqrt(mean) + 30 }

// frontier says of each first count that is likely which second counts reject equality: those of at least fewest[i] (the
// first is too low) and those of at most highest[i] (it is too high). Neither depends on the ratio of the rates, so that one
// frontier serves every ratio that is tried.
type frontier struct {
	null, alpha     float64
	mean            float64 // of the first count
	from            float64 // the first count that index 0 stands for
	chance          []float64
	fewest, highest []float64
}

// newFrontier finds the frontier for a mean of the first count. Both of its ends move up with the first count.
func newFrontier(mean, null, alpha float64) *frontier {
	f := &frontier{null: null, alpha: alpha, mean: mean, from: math.Max(0, math.Floor(mean-spread(mean)))}
	fewest, highest := 0.0, -1.0
	for x := f.from; x <= math.Ceil(mean+spread(mean)); x++ {
		fewest = climb(fewest, func(y float64) bool { return f.rejectsLow(x, x+y) })
		highest = climb(highest+1, func(y float64) bool { return !f.rejectsHigh(x, x+y) }) - 1
		f.chance = append(f.chance, chanceOf(x, mean))
		f.fewest, f.highest = append(f.fewest, fewest), append(f.highest, highest)
	}
	return f
}

// chanceOf is the Poisson probability of a count, also where none is expected.
func chanceOf(count, mean float64) float64 {
	switch {
	case mean > 0:
		return distribution.PoissonProb(count, mean)
	case count == 0:
		return 1
	}
	return 0
}

// beyond is more events than are added up one by one.
const beyond = 2 * powerExactUpTo

// climb finds the lowest count from y on for which test holds, or beyond: in growing steps, then by bisection.
func climb(y float64, test func(float64) bool) float64 {
	if y >= beyond || test(y) {
		return y
	}
	low, step := y, 1.0 // the test does not hold at low
	for ; !test(low + step); step *= 2 {
		if low += step; low >= beyond {
			return beyond
		}
	}
	high := low + step
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if test(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// power adds up the chances of all pairs of counts that reject, when the second has this mean.
func (f *frontier) power(mean float64) float64 {
	from := math.Max(0, math.Floor(mean-spread(mean)))
	below := make([]float64, 1, int(2*spread(mean))+3) // below[i] is the chance of fewer than from+i
	chance := chanceOf(from, mean)
	for y := from; y <= math.Ceil(mean+spread(mean)); y++ {
		below = append(below, below[len(below)-1]+chance)
		chance *= mean / (y + 1)
	}
	fewer := func(y float64) float64 { return below[int(math.Max(0, math.Min(y-from, float64(len(below)-1))))] }
	sum := 0.0
	for i, p := range f.chance {
		sum += p * (fewer(beyond) - fewer(f.fewest[i]) + fewer(f.highest[i]+1))
	}
	return math.Min(1, sum)
}

func (f *frontier) rejectsLow(x, n float64) bool {
	return 2*distribution.BinomialCDF(x, n, f.null) <= f.alpha
}

func (f *frontier) rejectsHigh(x, n float64) bool {
	return 2*distribution.BinomialUpper(x, n, f.null) <= f.alpha
}

func (p *ratePower) approximate(after float64) float64 {
	if math.IsInf(1/p.before, 1) || math.IsInf(1/after, 1) { // none of the more than 20 000 in one of the two
		return 1
	}
	ratio := p.before / after * (1 - p.null) / p.null
	shift := math.Abs(math.Log(ratio)) / math.Sqrt(1/p.before+1/after)
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
	test := ratePower{before: before, null: exposureBefore / (exposureBefore + exposureAfter), alpha: alpha}
	reaches := func(ratio float64) bool { return test.of(equal*ratio) >= power }
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
