package store_test

import (
	"testing"
	"time"

	"utfall/ingest"
	"utfall/schema"
)

// Editions that come in on a dataset's first day are its history; what changes later is a revision.
func TestStateCountsRevisionsOfTheMonth(t *testing.T) {
	s := open(t)
	first := time.Date(2001, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		at      time.Time
		value   string
		counts  schema.Counts
		revised uint64
	}{
		{first, "10", schema.Counts{Read: 1, New: 1}, 0},
		{first.Add(time.Minute), "11", schema.Counts{Read: 1, Changed: 1}, 0},
		{first.AddDate(0, 0, 10), "12", schema.Counts{Read: 1, Changed: 1}, 1},
		{first.AddDate(0, 0, 20), "13", schema.Counts{Read: 1, Changed: 1}, 2},
	} {
		deliver(t, runner(t, s, ingest.Options{Now: func() time.Time { return x.at }}), "t/state", header+row("SE", "2000", x.value), schema.Published, x.counts)
		state, err := s.State(t.Context(), x.at.Add(time.Second))
		if err != nil || state.RevisedMonth != x.revised || !state.LastReleased.Equal(x.at) {
			t.Errorf("after %s: %d revised, want %d; last at %s (%v)", x.at, state.RevisedMonth, x.revised, state.LastReleased, err)
		}
	}
	if state, err := s.State(t.Context(), first.AddDate(0, 2, 0)); err != nil || state.RevisedMonth != 0 {
		t.Errorf("two months later %d revised (%v)", state.RevisedMonth, err)
	}
}
