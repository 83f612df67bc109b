package stats

import "math"

// bisect finds the point between low and high up to which test holds, to the last bit.
func bisect(low, high float64, test func(float64) bool) float64 {
	for range 200 {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			break
		}
		if test(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2
}

const (
	rootSteps      = 1000
	machineEpsilon = 2.220446049250313e-16
)

// brent finds a root of f between a and b, where f changes its sign, to within tol (Brent 1973, Algorithms for
// minimization without derivatives, ch. 4): inverse quadratic or linear interpolation where that stays inside and
// converges, else bisection.
func brent(a, b, tol float64, f func(float64) float64) float64 {
	fa, fb := f(a), f(b)
	if fa == 0 {
		return a
	}
	if fb == 0 {
		return b
	}
	c, fc := a, fa // b is the best guess, c the other end of the bracket, a the guess before
	for range rootSteps {
		last := b - a
		if math.Abs(fc) < math.Abs(fb) {
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		least := 2*machineEpsilon*math.Abs(b) + tol/2
		step := (c - b) / 2
		if math.Abs(step) <= least || fb == 0 {
			return b
		}
		if math.Abs(last) >= least && math.Abs(fa) > math.Abs(fb) {
			step = interpolated(a, b, c, fa, fb, fc, last, least, step)
		}
		if math.Abs(step) < least {
			step = math.Copysign(least, step)
		}
		a, fa = b, fb
		b += step
		fb = f(b)
		if fb > 0 == (fc > 0) {
			c, fc = a, fa
		}
	}
	return b
}

// interpolated gives the step that interpolation through the known points proposes, or half where it would leave the
// bracket or converge too slowly.
func interpolated(a, b, c, fa, fb, fc, last, least, half float64) float64 {
	var p, q float64
	if a == c { // only two points are known
		t := fb / fa
		p, q = 2*half*t, 1-t
	} else {
		q = fa / fc
		t1, t2 := fb/fc, fb/fa
		p = t2 * (2*half*q*(q-t1) - (b-a)*(t1-1))
		q = (q - 1) * (t1 - 1) * (t2 - 1)
	}
	if p > 0 {
		q = -q
	} else {
		p = -p
	}
	if p < 1.5*half*q-math.Abs(least*q)/2 && p < math.Abs(last*q/2) {
		return p / q
	}
	return half
}
