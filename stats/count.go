package stats

import (
	"math"
	"sync"

	"utfall/stats/internal/distribution"
)

const methodCount = "poisson_count_ci"

// CountExact gives the exact limits of a Poisson count: those means under which so few, or so many, would be seen with
// half of 1−level (Garwood 1936). x is a count, level two-sided. Value is x.
//
// Errors: negative_count, not_finite, out_of_range.
func CountExact(x, level float64) (Estimate, error) {
	if err := firstError(checkCount(methodCount, "the count", x), checkLevel(methodCount, level)); err != nil {
		return Estimate{}, err
	}
	l, u := garwood(x, level)
	return Estimate{Value: x, Lower: l, Upper: u, Level: level, Method: Garwood, Events: x}.flagged().checked(methodCount)
}

// CountByar gives Byar's approximate limits of a Poisson count (Breslow & Day 1987). The lower limit exists only where
// its cube is not negative: at a count of zero, and at 1 for high levels, there is none.
//
// Errors: too_few_events where the lower limit does not exist; negative_count, not_finite, out_of_range.
func CountByar(x, level float64) (Estimate, error) {
	if err := firstError(checkCount(methodCount, "the count", x), checkLevel(methodCount, level)); err != nil {
		return Estimate{}, err
	}
	z := zOf(level)
	l, ok := byarLower(x, z)
	if !ok {
		return Estimate{}, Refuse(methodCount, TooFewEvents, "Byar's lower limit does not exist for %g at level %g; use exact limits", x, level)
	}
	return Estimate{Value: x, Lower: l, Upper: byarUpper(x, z), Level: level, Method: Byar, Events: x}.flagged().checked(methodCount)
}

// ByarUpper gives Byar's upper limit of a Poisson count (Breslow & Day 1987), which exists where the lower does not.
//
// Errors: negative_count, not_finite, out_of_range.
func ByarUpper(x, level float64) (float64, error) {
	if err := firstError(checkCount(methodCount, "the count", x), checkLevel(methodCount, level)); err != nil {
		return 0, err
	}
	return byarUpper(x, zOf(level)), nil
}

// Count gives the limits that pages show for a count: exact under 10 (Garwood 1936), Byar's from 10 (Breslow & Day
// 1987), as Fingertips does.
//
// Errors: negative_count, not_finite, out_of_range.
func Count(x, level float64) (Estimate, error) {
	if err := firstError(checkCount(methodCount, "the count", x), checkLevel(methodCount, level)); err != nil {
		return Estimate{}, err
	}
	l, u, m := countLimits(x, level)
	return Estimate{Value: x, Lower: l, Upper: u, Level: level, Method: m, Events: x}.flagged().checked(methodCount)
}

// countLimits is the choice between exact and Byar for a count and a level that were checked.
func countLimits(x, level float64) (lower, upper float64, m Method) {
	if x < fewEvents {
		l, u := garwood(x, level)
		return l, u, Garwood
	}
	z := zOf(level)
	l, ok := byarLower(x, z)
	if !ok { // only beyond any level in use
		l, u := garwood(x, level)
		return l, u, Garwood
	}
	return l, byarUpper(x, z), Byar
}

// garwood is χ²(α/2; 2x)/2 and χ²(1−α/2; 2x+2)/2.
func garwood(x, level float64) (lower, upper float64) {
	if x < fewEvents && x == math.Floor(x) {
		i := int(x)
		switch level {
		case Level95:
			l := exact95()[i]
			return l[0], l[1]
		case Level998:
			l := exact998()[i]
			return l[0], l[1]
		}
	}
	return garwoodAt(x, level)
}

func garwoodAt(x, level float64) (lower, upper float64) {
	tail := (1 - level) / 2
	return distribution.ChiSquaredQuantile(tail, 2*x) / 2, distribution.ChiSquaredQuantile(1-tail, 2*x+2) / 2
}

// Small counts at the two levels are asked for by the million, and a quantile of χ² costs a microsecond: their limits
// are worked out once.
var (
	exact95  = sync.OnceValue(func() [fewEvents][2]float64 { return smallCounts(Level95) })
	exact998 = sync.OnceValue(func() [fewEvents][2]float64 { return smallCounts(Level998) })
)

func smallCounts(level float64) (limits [fewEvents][2]float64) {
	for x := range limits {
		limits[x][0], limits[x][1] = garwoodAt(float64(x), level)
	}
	return limits
}

func byarLower(x, z float64) (lower float64, ok bool) {
	if x == 0 {
		return 0, false
	}
	c := 1 - 1/(9*x) - z/(3*math.Sqrt(x))
	return x * c * c * c, c >= 0
}

func byarUpper(x, z float64) float64 {
	x++
	c := 1 - 1/(9*x) + z/(3*math.Sqrt(x))
	return x * c * c * c
}
