package faults

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

// standing is what the metrics of a dataset are set from, and the alerts rest on.
func (s site) standing(t *testing.T) store.Standing {
	t.Helper()
	list, err := s.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Dataset == dataset {
			return x
		}
	}
	t.Fatal("the dataset has no standing")
	return store.Standing{}
}

func TestSources(t *testing.T) {
	s := open(t, engine.Options{})
	s.edition(t, 1)
	t.Run("down for a week", func(t *testing.T) { downForAWeek(t, s) })
	t.Run("garbage", func(t *testing.T) { garbage(t, s) })
	t.Run("clock", func(t *testing.T) { clocks(t, s) })
}

// A publisher that does not answer for a week leaves seven lines that say so, the old figures up, and a standing from which
// the alerts fire; the day it answers all is well.
func downForAWeek(t *testing.T, s site) {
	before := s.standing(t)
	for day := range 7 {
		r, err := s.runner(s.Store, func() time.Time { return time.Now().AddDate(0, 0, day-7) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Take(t.Context(), dataset, func(context.Context) (ingest.Delivery, error) {
			return ingest.Delivery{}, errors.New("dial tcp: connection refused")
		}); err == nil {
			t.Fatal("a publisher that is away gave figures")
		}
	}
	if x := s.standing(t); x.Failures != 7 || !x.LastSuccess.Equal(before.LastSuccess) {
		t.Errorf("after a week: %+v, before: %+v", x, before)
	}
	if seen, err := s.look(t.Context(), 1); err != nil || seen.Edition != 1 {
		t.Errorf("meanwhile edition %d is shown (%v)", seen.Edition, err)
	}
	started := time.Now()
	s.edition(t, 2)
	if x := s.standing(t); x.Failures != 0 || !x.LastSuccess.After(before.LastSuccess) {
		t.Errorf("the day it answers: %+v", x)
	}
	s.end(t, outcome{fault: "source down for a week", times: 7, slowest: time.Since(started)}, 2)
}

// A publisher that answers nonsense with status 200 is refused, whatever the nonsense.
func garbage(t *testing.T, s site) {
	whole := text(3)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, whole)
	_ = z.Close()
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(rand.New(rand.NewPCG(1, uint64(i))).Uint32())
	}
	answers := map[string]string{
		"an HTML page": "<!doctype html><html><title>Underhåll</title><p>Tjänsten är stängd</html>", "nothing": "", "JSON": `{"error":"quota exceeded"}`,
		"half a file": whole[:len(whole)/2], "noise": string(noise), "zeros": strings.Repeat("\x00", 10_000), "a packed file": packed.String(),
		"only a header": "indicator,area,period,value,unit,source,citation\n", "other columns": "a,b\n1,2\n", "twice the same": whole + whole[strings.Index(whole, "\n")+1:],
		"no numbers": strings.NewReplacer(",deaths,", "x,deaths,").Replace(whole),
	}
	var now string
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, now) }))
	defer publisher.Close()
	r, err := s.runner(s.Store, nil)
	if err != nil {
		t.Fatal(err)
	}
	failures := s.standing(t).Failures
	for name, answer := range answers {
		now = answer
		res, err := r.Run(t.Context(), ingest.Delivery{Dataset: dataset, Name: "figures.csv", PublishedBy: "an authority", Open: func() (io.ReadCloser, error) {
			res, err := http.Get(publisher.URL)
			if err != nil {
				return nil, err
			}
			return res.Body, nil
		}})
		failures++
		if err == nil || res.Release.Outcome != schema.Refused {
			t.Errorf("%s: %s, %v", name, res.Release.Outcome, err)
		}
		if seen, err := s.look(t.Context(), 3); err != nil || seen.Edition != 2 {
			t.Fatalf("after %s edition %d is shown (%v)", name, seen.Edition, err)
		}
	}
	if x := s.standing(t); x.Failures != failures {
		t.Errorf("%d failures stand, want %d", x.Failures, failures)
	}
	started := time.Now()
	s.edition(t, 3)
	s.end(t, outcome{fault: "garbage with status 200", times: len(answers), slowest: time.Since(started)}, 3)
}

// A clock that ran a year ahead and is put right, and one that falls back by a day: what is shown is always one edition, and
// the newest as soon as a delivery comes in under the right clock.
func clocks(t *testing.T, s site) {
	deliver := func(k int, ahead time.Duration) {
		t.Helper()
		r, err := s.runner(s.Store, func() time.Time { return time.Now().Add(ahead) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context(), delivery(k)); err != nil {
			t.Fatal(err)
		}
	}
	shown := func(want int, when string) {
		t.Helper()
		if seen, err := s.look(t.Context(), 8); err != nil || seen.Edition != want {
			t.Errorf("%s edition %d is shown (%d cells), want %d (%v)", when, seen.Edition, seen.Cells, want, err)
		}
	}
	const year, day = 365 * 24 * time.Hour, 24 * time.Hour
	deliver(4, year)
	shown(3, "published by a clock a year ahead, seen under the right one:")
	deliver(5, year-day) // it falls back a little, and must not come before what it was compared with
	shown(3, "two of them:")
	started := time.Now()
	deliver(6, 0)
	shown(6, "after a delivery under the right clock")
	deliver(7, -day)
	shown(7, "after one under a clock a day behind")
	s.edition(t, 8)
	s.end(t, outcome{fault: "clock jumps", times: 4, slowest: time.Since(started)}, 8)
}

// many is a delivery of so many rows, one cell each.
func many(rows int) string {
	const days = 73_000 // from 1900 on, within the years that a period may lie in
	var b strings.Builder
	b.WriteString("indicator,area,period,age,value,unit,source,citation\n")
	for i := range rows {
		day, age := i/len(areas)%days, i/len(areas)/days
		fmt.Fprintf(&b, "%s,%s,%s,%d-%d,%d,deaths,A,B\n", indicator, areas[i%len(areas)], time.Date(1900, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), age, age+4, i)
	}
	return b.String()
}

// With 512 MiB for ClickHouse a large delivery goes in, or fails as a whole and clean, and pages are served all the while.
func TestLittleMemory(t *testing.T) {
	s := open(t, engine.Options{MemoryLimit: 512 << 20})
	s.edition(t, 1)
	rows := 300_000
	if *soak {
		rows = 3_000_000
	}
	large := many(rows)
	r, err := s.runner(s.Store, nil)
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	for k := range 2 { // the second is compared with the first
		d := ingest.Delivery{Dataset: "faults/large", Name: "large.csv", PublishedBy: "an authority", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(strings.Replace(large, ",deaths,", fmt.Sprintf("%d,deaths,", k), 1))), nil
		}}
		if _, err := r.Run(t.Context(), d); err != nil {
			if !store.Passing(err) {
				t.Fatal(err)
			}
			t.Logf("delivery %d: %v", k, err)
		}
		if status, _, err := s.get(fresh()); status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Errorf("status %d, %v", status, err)
		}
	}
	state, err := s.Engine(t.Context())
	if err != nil || state.Limit != 512<<20 || state.Memory > state.Limit {
		t.Errorf("%+v, %v", state, err)
	}
	stored, visible, err := s.Tally(t.Context(), "faults/large")
	if err != nil || visible != 0 && visible != uint64(rows) || visible == 0 && stored != 0 {
		t.Errorf("%d rows stored, %d cells visible, want all %d or none (%v)", stored, visible, rows, err)
	}
	o := outcome{fault: "memory of 512 MiB", times: 2, slowest: time.Since(started), remark: fmt.Sprintf("%d rows in, %d MiB used", visible, state.Memory>>20)}
	faults, err := s.Verify(t.Context())
	if o.doubled = len(faults); err != nil || len(faults) > 0 {
		t.Errorf("%q, %v", faults, err)
	}
	results.add(o)
}
