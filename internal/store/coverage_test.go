package store_test

import (
	"slices"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/schema"
)

// The list of comparisons rests on where there are values: a reason is none, a deleted figure is none, and the past has its own.
func TestPlaces(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	first := deliver(t, r, "t/places", header+row("CY", "2014", "1")+row("LU", "2014", "2"), schema.Published, schema.Counts{Read: 2, New: 2})
	deliver(t, r, "t/places", header+row("CY", "2014", "1")+"drug_induced_deaths,MT,2014,,deaths,A,B,suppressed_primary\n", schema.Published, schema.Counts{Read: 2, New: 1, Deleted: 1, Unchanged: 1})
	for at, want := range map[time.Time][3]bool{{}: {true, false, false}, first.PublishAt: {true, true, false}, first.PublishAt.Add(-time.Millisecond): {false, false, false}} {
		places, err := s.Places(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range []string{"CY", "LU", "MT"} {
			if got := slices.Contains(places["drug_induced_deaths"], code); got != want[i] {
				t.Errorf("as of %v %s has a value: %v, want %v", at, code, got, want[i])
			}
		}
	}
}
