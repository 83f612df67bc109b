package stats

import (
	"math"
	"testing"

	"utfall/stats/internal/distribution"
)

// powerByPairs is the definition: each pair of counts, tested.
func powerByPairs(before, after, null, alpha float64) float64 {
	sum := 0.0
	for x := 0.0; x <= before+10*math.Sqrt(before)+30; x++ {
		for y := 0.0; y <= after+10*math.Sqrt(after)+30; y++ {
			if n := x + y; 2*distribution.BinomialCDF(x, n, null) <= alpha || 2*distribution.BinomialUpper(x, n, null) <= alpha {
				sum += chanceOf(x, before) * chanceOf(y, after)
			}
		}
	}
	return sum
}

func TestRatePowerIsTheSumOverPairs(t *testing.T) {
	for _, x := range [][5]float64{{20, 12, 1, 1, 0.05}, {0, 20, 1, 1, 0.05}, {20, 0, 1, 1, 0.05}, {3, 40, 1, 10, 0.05}, {60, 2, 50, 1, 0.002}, {0.4, 0.4, 1, 1, 0.5}, {80, 110, 1, 1.2, 0.1}} {
		got, err := RatePower(x[0], x[1], x[2], x[3], x[4])
		if want := powerByPairs(x[0], x[1], x[2]/(x[2]+x[3]), x[4]); err != nil || math.Abs(got-want) > 1e-11 {
			t.Errorf("%v: %v, %v; want %v", x, got, err, want)
		}
	}
}
