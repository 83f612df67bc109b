package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/internal/store"
	"utfall/schema"
)

// How a dataset stands is read off the ledger alone: what a restart must not change.
func TestStanding(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	base := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	const dataset = "test/standing"
	step := 0
	record := func(r schema.Release) uint64 {
		t.Helper()
		step++
		r.Dataset, r.Fetched = dataset, base.Add(time.Duration(step)*time.Minute)
		seq, err := s.Begin(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		r.Seq = seq
		if r.Outcome == schema.Published {
			r.PublishAt, r.SourceUpdated = r.Fetched.Add(time.Second), r.Fetched.Add(-time.Hour)
		}
		if err := s.Record(ctx, r); err != nil {
			t.Fatal(err)
		}
		return seq
	}
	get := func() store.Standing {
		t.Helper()
		list, err := s.Standing(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(x store.Standing) bool { return x.Dataset == dataset })
		if i < 0 {
			t.Fatal("the dataset is not there")
		}
		return list[i]
	}
	minute := func(n int) time.Time { return base.Add(time.Duration(n) * time.Minute) }
	record(schema.Release{Outcome: schema.Failed})
	if x := get(); x.Failures != 1 || !x.LastSuccess.IsZero() || !x.LastAttempt.Equal(minute(1)) || !x.LastPublished.IsZero() {
		t.Errorf("after a failure: %+v", x)
	}
	record(schema.Release{Outcome: schema.Published})
	record(schema.Release{Outcome: schema.Unchanged})
	record(schema.Release{Outcome: schema.Refused, Counts: schema.Counts{Read: 9, Rejected: 7}})
	record(schema.Release{Outcome: schema.Abandoned, Reason: "dry run"})
	record(schema.Release{Outcome: schema.Held, Counts: schema.Counts{Read: 9, Rejected: 2}})
	record(schema.Release{Outcome: schema.Failed})
	want := store.Standing{Dataset: dataset, LastSuccess: minute(3), LastAttempt: minute(7), LastPublished: minute(2).Add(time.Second),
		SourceUpdated: minute(2).Add(-time.Hour), Failures: 2, Held: 1, Rejected: 2}
	if x := get(); x != want {
		t.Errorf("got  %+v\nwant %+v", x, want)
	}
}

// Every line that ends a run is given once it is there, with its rejects by reason.
func TestRunsSince(t *testing.T) {
	s := open(t)
	ctx, since := t.Context(), time.Now()
	r := schema.Release{Dataset: "test/runs", Fetched: since}
	seq, err := s.Begin(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	r.Seq, r.Outcome, r.Counts = seq, schema.Refused, schema.Counts{Read: 9, Rejected: 3}
	reject := schema.Reject{Dataset: r.Dataset, Release: seq, File: "a.csv", Line: 1, Reason: "unit"}
	other := reject
	other.Reason = "value"
	if err := errors.Join(s.Reject(ctx, []schema.Reject{reject, reject, other}), s.Record(ctx, r)); err != nil {
		t.Fatal(err)
	}
	runs, err := s.RunsSince(ctx, since)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(runs, func(x store.EndedRun) bool { return x.Seq == seq })
	if i < 0 || runs[i].Outcome != "refused" || runs[i].Read != 9 || runs[i].Reasons["unit"] != 2 || runs[i].Reasons["value"] != 1 || runs[i].Ended.Before(since) {
		t.Errorf("%+v", runs)
	}
	if runs, err = s.RunsSince(ctx, time.Now()); err != nil || len(runs) != 0 {
		t.Errorf("%v %v", runs, err)
	}
}

func TestEngineState(t *testing.T) {
	s := open(t)
	x, err := s.Engine(t.Context())
	if err != nil || x.Version == "" || x.Memory == 0 || x.Limit != 2<<30 || x.Parts == 0 || time.Since(x.Started) > time.Hour || time.Since(x.Started) < 0 {
		t.Errorf("%+v %v", x, err)
	}
}

// Every query is heard of under its file's name, and a query that ran out of time says so.
func TestObserve(t *testing.T) {
	s := open(t)
	var mu sync.Mutex
	heard := map[string]error{}
	s.Observe(func(_ context.Context, name string, began time.Time, err error) {
		mu.Lock()
		defer mu.Unlock()
		heard[name] = err
		if took := time.Since(began); took <= 0 {
			t.Errorf("%s took %s", name, took)
		}
	})
	if _, err := s.Ledger(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	_, _ = s.Standing(late)
	if err, ok := heard["Store.Ledger"]; !ok || err != nil {
		t.Errorf("heard %v", heard)
	}
	if !errors.Is(heard["Store.Standing"], context.DeadlineExceeded) {
		t.Errorf("heard %v", heard)
	}
	if names := store.QueryNames(); !slices.Contains(names, "Reader.Series") || !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}

// What is visible of a dataset: suppressed cells, the newest period with a value, nothing of what was deleted or withdrawn.
func TestContents(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	const dataset = "test/contents"
	check := func(cells, suppressed uint64, latest string) {
		t.Helper()
		got, err := s.Contents(t.Context(), dataset)
		if err != nil || len(got) != 1 || got[0].Cells != cells || got[0].Suppressed != suppressed || got[0].LatestPeriod.Format(time.DateOnly) != latest {
			t.Errorf("%+v %v, want %d cells, %d suppressed, latest %s", got, err, cells, suppressed, latest)
		}
	}
	hidden := "drug_induced_deaths,SE,2023,,deaths,A,B,suppressed_primary\n"
	deliver(t, r, dataset, header+row("SE", "2020", "7")+row("SE", "2021", "8")+hidden, schema.Published, schema.Counts{Read: 3, New: 3})
	check(3, 1, "2021-12-31")
	second := deliver(t, r, dataset, header+row("SE", "2020", "7")+hidden, schema.Published, schema.Counts{Read: 2, Deleted: 1, Unchanged: 2})
	check(2, 1, "2020-12-31")
	second.WithdrawnAt = time.Now()
	if err := s.Record(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	check(3, 1, "2021-12-31")
	if got, err := s.Contents(t.Context(), "no/such"); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}
