package stats

import (
	"math"
	"testing"
)

// R: x <- c(51.4, 49.5, 48.7, 49.3, 51.6); predict(lm(x ~ 1), data.frame(1), interval = "prediction") is
// mean ± qt(.975, 4) · sd(x) · sqrt(1 + 1/5) (the example of Hahn & Meeker 1991, chapter 3: 46.1 to 54.1 at 95 %).
func TestNextValueOfHahnAndMeeker(t *testing.T) {
	e, err := NextValue([]float64{51.4, 49.5, 48.7, 49.3, 51.6}, Level95)
	if err != nil || math.Abs(e.Value-50.10) > 0.005 || math.Abs(e.Lower-46.1) > 0.06 || math.Abs(e.Upper-54.1) > 0.06 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := NextValue([]float64{1, 2}, Level95); ReasonOf(err) != TooFewPoints {
		t.Errorf("two values: %v", err)
	}
	if _, err := NextValue([]float64{1, math.NaN(), 2}, Level95); ReasonOf(err) != NotFinite {
		t.Errorf("not a number: %v", err)
	}
}
