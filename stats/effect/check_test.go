package effect

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"utfall/stats"
)

// wantReason fails unless err is a *stats.Error with the reason.
func wantReason(t *testing.T, err error, want stats.Reason) {
	t.Helper()
	var e *stats.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *stats.Error with reason %s", err, want)
	}
	if e.Reason != want || e.Method == "" || e.Detail == "" {
		t.Fatalf("got %v, want reason %s with method and detail", e, want)
	}
}

// sound fails on an untyped error and on a result that holds NaN or an infinity, which JSON cannot write.
func sound(t *testing.T, result any, err error) {
	t.Helper()
	var e *stats.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("untyped error %v", err)
	}
	if err != nil {
		return
	}
	if _, err := json.Marshal(result); err != nil {
		t.Fatalf("result with a number that is none: %v", err)
	}
}

// series reads a fuzzed byte string as numbers: mostly small counts, now and then something that must be refused.
func series(data []byte) []float64 {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0.5, 1e15, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64, -1e300}
	out := make([]float64, len(data))
	for i, b := range data {
		switch {
		case b < 200:
			out[i] = float64(b % 40)
		case b < 246:
			out[i] = float64(b) * 7
		default:
			out[i] = odd[b-246]
		}
	}
	return out
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol {
		t.Errorf("%s: got %v, want %v ± %v", what, got, want, tol)
	}
}

func upTo(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}
