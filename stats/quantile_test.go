package stats

import (
	"math"
	"testing"
)

// R: quantile(c(7, 1, 3, 10), c(0, .25, .5, 1)) gives 1, 2.5, 5, 10.
func TestQuantile(t *testing.T) {
	for p, want := range map[float64]float64{0: 1, 0.25: 2.5, 0.5: 5, 1: 10} {
		if got, err := Quantile([]float64{7, 1, 3, 10}, p); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %g is %g, %v; want %g", p, got, err, want)
		}
	}
	if _, err := Quantile(nil, 0.5); ReasonOf(err) != TooFewPoints {
		t.Errorf("no values: %v", err)
	}
	if _, err := Quantile([]float64{math.NaN()}, 0.5); ReasonOf(err) != NotFinite {
		t.Errorf("not a number: %v", err)
	}
	if _, err := Quantile([]float64{1}, 1.1); ReasonOf(err) != OutOfRange {
		t.Errorf("p above 1: %v", err)
	}
}
