package stats

import "math"

// DetectableOnRootScale gives the fall and the rise that a test of two Poisson rates would have found with the given power,
// close to DetectableChange and without adding up outcomes: square roots of counts have nearly the same variance whatever
// the count (Anscombe 1948), so that √R = 1 ∓ (z₁₋α/₂ + z_power)/2 · √(1/μ + 1/x). before events were seen in
// exposureBefore, and μ is what the same rate gives in exposureAfter. For tables of many areas; a single answer deserves
// the exact one.
//
// Errors: those of DetectableChange.
func DetectableOnRootScale(before, exposureBefore, exposureAfter, alpha, power float64) (Detectable, error) {
	if err := firstError(checkCount(methodPower, "the count before", before), checkPopulation(methodPower, "the exposure before", exposureBefore),
		checkPopulation(methodPower, "the exposure after", exposureAfter), checkAlpha(alpha)); err != nil {
		return Detectable{}, err
	}
	if !(power > alpha && power < 1) {
		return Detectable{}, Refuse(methodPower, OutOfRange, "power %g; needs more than alpha and less than 1", power)
	}
	d := Detectable{Power: power, Alpha: alpha}
	equal := before * exposureAfter / exposureBefore
	if before == 0 || equal == 0 {
		return d, nil
	}
	if !finite(equal) || equal > most {
		return Detectable{}, Refuse(methodPower, OutOfRange, "the exposure after is too large beside that before")
	}
	step := (zOf(1-alpha) + zOf(2*power-1)) / 2 * math.Sqrt(1/equal+1/before)
	if step <= 1 {
		fall := (1 - step) * (1 - step)
		d.Fall = &fall
	}
	if rise := (1 + step) * (1 + step); rise <= mostRise {
		d.Rise = &rise
	}
	return d, nil
}
