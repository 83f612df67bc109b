package stats

import (
	"math"
	"testing"
)

// The short way must tell a reader nearly the same as adding up all outcomes.
func TestDetectableOnRootScaleIsCloseToExact(t *testing.T) {
	for _, before := range []float64{20, 50, 200, 1000} {
		for _, after := range []float64{2e5, 1e6, 5e6} {
			exact, err := DetectableChange(before, 1e6, after, 0.05, 0.8)
			if err != nil {
				t.Fatal(err)
			}
			short, err := DetectableOnRootScale(before, 1e6, after, 0.05, 0.8)
			if err != nil {
				t.Fatal(err)
			}
			if (exact.Rise == nil) != (short.Rise == nil) || exact.Rise != nil && math.Abs(math.Log(*exact.Rise / *short.Rise)) > 0.1 {
				t.Errorf("%g in 1e6 against %g: rise %v, exact %v", before, after, deref(short.Rise), deref(exact.Rise))
			}
			if exact.Fall != nil && short.Fall != nil && math.Abs(*exact.Fall-*short.Fall) > 0.08 {
				t.Errorf("%g in 1e6 against %g: fall %v, exact %v", before, after, deref(short.Fall), deref(exact.Fall))
			}
		}
	}
	if d, err := DetectableOnRootScale(0, 1, 1, 0.05, 0.8); err != nil || d.Fall != nil || d.Rise != nil {
		t.Errorf("without events %+v, %v: nothing can be found", d, err)
	}
	if d, err := DetectableOnRootScale(1, 1e6, 1e3, 0.05, 0.8); err != nil || d.Fall != nil || d.Rise != nil {
		t.Errorf("a thousandth of an event expected: %+v, %v; nothing can be found", d, err)
	}
	for _, bad := range [][5]float64{{-1, 1, 1, 0.05, 0.8}, {1, 0, 1, 0.05, 0.8}, {1, 1, 0, 0.05, 0.8}, {1, 1, 1, 0, 0.8}, {1, 1, 1, 0.05, 1}, {1, 1e-12, 1e15, 0.05, 0.8}} {
		if _, err := DetectableOnRootScale(bad[0], bad[1], bad[2], bad[3], bad[4]); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

func deref(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
