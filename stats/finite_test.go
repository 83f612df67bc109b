package stats

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

// odd are the numbers that break formulas: the not finite, the negative, the tiny, the borders of methods, the huge.
var odd = []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, math.SmallestNonzeroFloat64, 1e-200, 1e-9, 0.5, 1, 2, 9, 10, 11.5, 20, 1000,
	1e6, 1e12, most, 2 * most, 1e200, math.MaxFloat64}

// sound fails the test when an outcome is neither a typed error nor all finite numbers.
func sound(t testing.TB, what string, result any, err error) {
	t.Helper()
	if err != nil {
		if ReasonOf(err) == "" {
			t.Fatalf("%s: an error that is not of this package: %v", what, err)
		}
		return
	}
	if where := notFinite(reflect.ValueOf(result), ""); where != "" {
		t.Fatalf("%s: %s is not finite in %+v", what, where, result)
	}
}

// notFinite walks a result and names the first number that is none.
func notFinite(v reflect.Value, path string) string {
	switch v.Kind() {
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return path + fmt.Sprintf(" (%g)", f)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return notFinite(v.Elem(), path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if where := notFinite(v.Field(i), path+"."+v.Type().Field(i).Name); where != "" {
				return where
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if where := notFinite(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); where != "" {
				return where
			}
		}
	}
	return ""
}

var oddLevels = []float64{math.NaN(), -1, 0, 0.89, 0.9, 0.95, 0.998, 0.9999999999, 1, 95}

func TestSingleEstimatesStaySound(t *testing.T) {
	for _, x := range odd {
		for _, level := range oddLevels {
			what := fmt.Sprintf("x=%g level=%g", x, level)
			for _, f := range []func(x, level float64) (Estimate, error){Count, CountExact, CountByar} {
				e, err := f(x, level)
				sound(t, what, e, err)
				ordered(t, what, e, err)
			}
			u, err := ByarUpper(x, level)
			sound(t, what, u, err)
			for _, n := range odd {
				for _, m := range []float64{1, 1e5, math.MaxFloat64, 0} {
					what := fmt.Sprintf("x=%g n=%g multiplier=%g level=%g", x, n, m, level)
					for _, f := range []func(x, n, m, level float64) (Estimate, error){Rate, Proportion, ProportionExact} {
						e, err := f(x, n, m, level)
						sound(t, what, e, err)
						ordered(t, what, e, err)
					}
				}
			}
		}
	}
}

// ordered wants lower ≤ value ≤ upper, but for the last digits.
func ordered(t testing.TB, what string, e Estimate, err error) {
	t.Helper()
	slack := 1e-9 * math.Max(math.Abs(e.Lower), math.Abs(e.Upper))
	if err == nil && (e.Lower > e.Value+slack || e.Upper < e.Value-slack || e.Method == "" || e.Level == 0) {
		t.Fatalf("%s: %+v is no estimate within its limits", what, e)
	}
}

func TestComparisonsStaySound(t *testing.T) {
	for _, x1 := range odd {
		for _, n1 := range odd {
			for _, x2 := range odd {
				for _, n2 := range []float64{math.NaN(), 0, 1e-200, 1, 20, 1e6, most, math.MaxFloat64} {
					comparisons(t, x1, n1, x2, n2, Level95)
				}
			}
		}
	}
}

func comparisons(t testing.TB, x1, n1, x2, n2, level float64) {
	what := fmt.Sprintf("%g/%g against %g/%g at %g", x1, n1, x2, n2, level)
	a, b := RateGroup{x1, n1}, RateGroup{x2, n2}
	r, p, err := RateRatio(a, b, level)
	sound(t, what, []any{r, p}, err)
	p, err = RatioP(Ratio{Value: &x1, Lower: n1, Upper: &x2, Level: level})
	sound(t, what, p, err)
	change, err := DetectableOnRootScale(x1, n1, n2, 1-level, 0.8)
	sound(t, what, change, err)
	for _, f := range []func(a, b RateGroup, level float64) (Ratio, error){RateRatioLogWald, RateRatioScore, RateRatioSkewScore} {
		r, err := f(a, b, level)
		sound(t, what, r, err)
	}
	for _, f := range []func(a, b RateGroup, m, level float64) (Estimate, error){RateDifference, RateDifferenceWald, RateDifferenceScore} {
		e, err := f(a, b, 1e5, level)
		sound(t, what, e, err)
		ordered(t, what, e, err)
	}
	for _, f := range []func(x1, n1, x2, n2, level float64) (Estimate, error){ProportionDifference, ProportionDifferenceScore} {
		e, err := f(x1, n1, x2, n2, level)
		sound(t, what, e, err)
		ordered(t, what, e, err)
	}
}

func TestPowerStaysSound(t *testing.T) {
	for _, x := range odd {
		for _, y := range []float64{math.NaN(), 0, 1e-9, 3, 500, most} {
			for _, n := range []float64{-1, 1e-200, 1, most} {
				for _, alpha := range []float64{math.NaN(), 0, 1e-9, 0.05, 0.9} {
					p, err := RatePower(x, y, n, 1, alpha)
					sound(t, fmt.Sprintf("power %g %g %g %g", x, y, n, alpha), p, err)
				}
			}
		}
	}
	for _, x := range []float64{math.NaN(), -1, 0, 1e-9, 3, 60, 1e6, most} {
		for _, n := range []float64{0, 1e-9, 1, 3, 1e9} {
			d, err := DetectableChange(x, n, 1, 0.05, 0.8)
			sound(t, fmt.Sprintf("detectable %g %g", x, n), d, err)
		}
	}
}
