package stats

import (
	"math"
	"testing"
)

// The worked example of Altman & Bland 2003 (BMJ 326:219): relative risks 0.67 (0.46 to 0.98) and 0.88 (0.71 to 1.08) give
// a log ratio of −0.2726 with standard error 0.2206.
func TestCompareEstimatesOfAltmanAndBland(t *testing.T) {
	a := Estimate{Value: 0.67, Lower: 0.46, Upper: 0.98, Level: Level95}
	b := Estimate{Value: 0.88, Lower: 0.71, Upper: 1.08, Level: Level95}
	r, _, err := CompareEstimates(a, b, 0.8)
	if err != nil || math.Abs(math.Log(*r.Value)+0.2726) > 5e-5 || math.Abs(math.Log(*r.Upper/r.Lower)/(2*z95)-0.2206) > 5e-5 {
		t.Errorf("%+v %v", r, err)
	}
}

// Beside the exact comparison of the same counts it is close where counts are large.
func TestCompareEstimatesBesideExact(t *testing.T) {
	a, err := Rate(519, 1e7, 1e5, Level95)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Rate(450, 1e7, 1e5, Level95)
	if err != nil {
		t.Fatal(err)
	}
	r, d, err := CompareEstimates(a, b, 0.8)
	if err != nil {
		t.Fatal(err)
	}
	exact, _, err := RateRatio(RateGroup{519, 1e7}, RateGroup{450, 1e7}, Level95)
	if err != nil || math.Abs(r.Lower-exact.Lower) > 0.005 || math.Abs(*r.Upper-*exact.Upper) > 0.005 {
		t.Errorf("%g to %g, exact %g to %g", r.Lower, *r.Upper, exact.Lower, *exact.Upper)
	}
	found, err := DetectableChange(450, 1, 1, 0.05, 0.8)
	if err != nil || math.Abs(*d.Rise-*found.Rise) > 0.02 || math.Abs(*d.Fall-*found.Fall) > 0.02 {
		t.Errorf("detectable %g and %g, exact %g and %g", *d.Fall, *d.Rise, *found.Fall, *found.Rise)
	}
}

func TestCompareEstimatesStaysSound(t *testing.T) {
	for _, v := range odd {
		for _, l := range odd {
			for _, u := range odd {
				r, d, err := CompareEstimates(Estimate{Value: v, Lower: l, Upper: u, Level: Level95}, Estimate{Value: 1, Lower: 0.5, Upper: 2, Level: Level95}, 0.8)
				sound(t, "compare", []any{r, d}, err)
			}
		}
	}
}

// The worked example of Altman & Bland 2011: a relative risk of 0.81 with limits 0.70 to 0.94 has P = 0.005.
func TestRatioP(t *testing.T) {
	value, upper := 0.81, 0.94
	p, err := RatioP(Ratio{Value: &value, Lower: 0.70, Upper: &upper, Level: Level95})
	if err != nil || math.Abs(p-0.005) > 0.0005 {
		t.Errorf("P %v, %v; the paper has 0.005", p, err)
	}
	one := 1.0
	if p, err := RatioP(Ratio{Value: &one, Lower: 0.5, Upper: &[]float64{2}[0], Level: Level95}); err != nil || p != 1 {
		t.Errorf("P of equal estimates %v, %v; want 1", p, err)
	}
	for _, r := range []Ratio{{}, {Value: &value, Lower: 0, Upper: &upper, Level: Level95}, {Value: &value, Lower: upper, Upper: &upper, Level: Level95}} {
		if p, err := RatioP(r); err == nil {
			t.Errorf("%+v gives P %v", r, p)
		}
	}
}
