package main

import (
	"context"
	"slices"
	"time"

	"utfall/ingest"
	"utfall/ingest/derive"
	"utfall/ingest/fetch"
	"utfall/ingest/reference"
	"utfall/ingest/source"
	"utfall/ingest/tidy"
	"utfall/internal/ops"
	"utfall/internal/store"
)

// metrics makes the program's metrics, their label sets taken from the catalogues. asked are the sources that have a
// schedule in this program.
func (h *house) metrics(collection []reference.Dataset, known, asked []source.Source) *ops.Metrics {
	o := ops.Options{Version: version, Queries: store.QueryNames(), Reasons: tidy.Reasons(), DataDir: h.dataDir}
	for _, d := range collection {
		o.Datasets = append(o.Datasets, ops.Dataset{Name: d.Name})
	}
	for _, ind := range h.catalogue.Derived() {
		o.Datasets = append(o.Datasets, ops.Dataset{Name: derive.Prefix + ind.ID})
	}
	for _, s := range known {
		d := ops.Dataset{Name: s.Dataset, Next: s.Calendar.Next, Last: func(at time.Time) time.Time { return newestDate(s.Calendar, at) }}
		if slices.ContainsFunc(asked, func(a source.Source) bool { return a.ID == s.ID }) {
			d.Every = longestGap(s.Schedule, time.Now())
		}
		o.Datasets = append(o.Datasets, d)
		o.Hosts = append(o.Hosts, s.Request.Hosts...)
	}
	slices.Sort(o.Hosts)
	o.Hosts = slices.Compact(o.Hosts)
	return ops.New(o)
}

// longestGap is the longest time between two runs of a schedule, over the coming year at most.
func longestGap(line string, now time.Time) time.Duration {
	plan, err := source.ParseSchedule(line)
	if err != nil {
		return 0 // the file was checked; a source without a schedule is never asked
	}
	var longest time.Duration
	at := plan.Next(now)
	for range 400 {
		next := plan.Next(at)
		if next.IsZero() || next.Sub(now) > 366*24*time.Hour && longest > 0 {
			break
		}
		longest, at = max(longest, next.Sub(at)), next
	}
	return longest
}

// newestDate is the newest date of a publisher's calendar up to a moment, within the year before it; zero if there is none.
func newestDate(c *source.Calendar, at time.Time) (newest time.Time) {
	for from := at.AddDate(-1, 0, 0); ; {
		next := c.Next(from)
		if next.IsZero() || next.After(at) {
			return newest
		}
		newest, from = next, next.AddDate(0, 0, 1)
	}
}

// follower reads from the ledger what has changed since it last did.
type follower struct {
	*house
	since time.Time          // of the newest line that was handed over
	given map[[2]uint64]bool // lines that were written shortly before that, by number and version
	whole time.Time          // when the contents of every dataset were last read
}

// Lines may become visible a little out of order when several processes write; and a release with a date in the future
// becomes visible without a line.
const (
	overlap   = time.Minute
	wholeEach = time.Hour
)

// read gives what the metrics are to say. Each line of the ledger that ended a run is given once.
func (f *follower) read(ctx context.Context) (ops.Reading, error) {
	var x ops.Reading
	state, err := f.Store.Engine(ctx)
	if err != nil {
		return x, err
	}
	x.Engine = ops.Engine(state)
	if now := time.Now(); f.since.After(now) { // the clock was set back: lines to come are older than the newest
		f.since = now
	}
	lines, err := f.RunsSince(ctx, f.since.Add(-overlap))
	if err != nil {
		return x, err
	}
	standing, err := f.Standing(ctx)
	if err != nil {
		return x, err
	}
	for _, s := range standing {
		x.Standing = append(x.Standing, ops.Standing(s))
	}
	var changed []string
	given, since := map[[2]uint64]bool{}, f.since
	for _, l := range lines {
		key := [2]uint64{l.Seq, l.Version}
		given[key] = true
		if f.given[key] || !l.Ended.After(f.since) && f.given == nil {
			continue
		}
		x.Runs = append(x.Runs, runOf(l)...)
		changed = append(changed, l.Dataset)
		if l.Ended.After(since) {
			since = l.Ended
		}
	}
	now := time.Now()
	all := now.Sub(f.whole) >= wholeEach
	if all {
		changed = nil
	}
	if all || len(changed) > 0 {
		slices.Sort(changed)
		contents, err := f.Contents(ctx, slices.Compact(changed)...)
		if err != nil {
			return x, err
		}
		for _, c := range contents {
			x.Contents = append(x.Contents, ops.Contents(c))
		}
	}
	if all {
		f.whole = now
	}
	f.given, f.since = given, since
	return x, nil
}

// runOf gives a line as a run; a dry run is none, and neither is a held release that a newer one took the place of.
func runOf(l store.EndedRun) []ops.Run {
	outcome := l.Outcome
	if l.Withdrawn {
		outcome = "withdrawn"
	}
	if outcome == "abandoned" && l.Reason != store.ReasonDied {
		return nil
	}
	r := ops.Run{Dataset: l.Dataset, Outcome: outcome, Reasons: l.Reasons,
		Read: l.Read, New: l.New, Changed: l.Changed, Deleted: l.Deleted, Unchanged: l.Unchanged, Rejected: l.Rejected}
	if l.Withdrawn || outcome == "abandoned" {
		return []ops.Run{{Dataset: l.Dataset, Outcome: outcome}} // its rows were counted when it was published
	}
	if !l.Began.IsZero() {
		r.Took = l.Ended.Sub(l.Began)
	}
	return []ops.Run{r}
}

// observed has the metrics look at the ledger after a run, or count a run that did not come as far as the ledger.
func observed(metrics *ops.Metrics) func(string, ingest.Result) {
	return func(dataset string, r ingest.Result) {
		if r.Release.Outcome == "" {
			metrics.RunUnrecorded(dataset)
			return
		}
		metrics.Look()
	}
}

// requests hands what asking publishers costs to the metrics.
type requests struct{ *ops.Metrics }

// Attempt counts one exchange.
func (r requests) Attempt(a fetch.Attempt) {
	r.SourceRequest(a.Host, a.Status, a.Took, a.Bytes, a.Retried)
}
