package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"utfall/ingest/reference"
	"utfall/ingest/schedule"
	"utfall/ingest/source"
	"utfall/schema"
)

// datasetStatus is what an operator wants to know of a dataset.
type datasetStatus struct {
	Dataset     string         `json:"dataset"`
	Source      string         `json:"source,omitempty"`      // id, of an official source
	Disabled    string         `json:"disabled,omitempty"`    // why the source is not enabled
	LastSuccess *time.Time     `json:"last_success"`          // last time it was taken in or found unchanged
	LastTried   *time.Time     `json:"last_tried"`            //
	LastOutcome schema.Outcome `json:"last_outcome"`          // of the last try
	LastReason  string         `json:"last_reason,omitempty"` //
	Release     uint64         `json:"release,omitempty"`     // the newest that is published
	Latest      string         `json:"latest_period,omitempty"`
	Rejected    uint64         `json:"rejected"`
	Held        []uint64       `json:"held,omitempty"`
	NextRun     *time.Time     `json:"next_run,omitempty"`    // if its source is switched on
	Expected    string         `json:"expected,omitempty"`    // date of the publisher's next release, as far as it has said
	ExpectedBy  string         `json:"expected_by,omitempty"` // where that was seen
	Publication *time.Time     `json:"publish_at,omitempty"`  // of the newest release, if that is to come
}

func (a app) status(ctx context.Context, args []string) error {
	var c common
	var s sourceFlags
	var asJSON bool
	f := a.flags("status", &c)
	f.BoolVar(&asJSON, "json", false, "one JSON object a dataset")
	s.defineSchedule(f)
	if err := a.parse(f, args); err != nil {
		return err
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	list, err := h.statuses(ctx, s, time.Now())
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(a.stdout)
		for _, d := range list {
			if err := e.Encode(d); err != nil {
				return err
			}
		}
		return nil
	}
	return printStatus(a.stdout, list)
}

// statuses puts together what the ledger, the store and the sources' files say.
func (h *house) statuses(ctx context.Context, s sourceFlags, now time.Time) ([]datasetStatus, error) {
	lines, err := h.Ledger(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	latest, err := h.LatestPeriods(ctx)
	if err != nil {
		return nil, err
	}
	var order []string
	byName := map[string]*datasetStatus{}
	of := func(dataset string) *datasetStatus {
		d, ok := byName[dataset]
		if !ok {
			d = &datasetStatus{Dataset: dataset, Latest: latest[dataset]}
			byName[dataset], order = d, append(order, dataset)
		}
		return d
	}
	for _, l := range lines { // newest first
		of(l.Dataset).add(l, now)
	}
	collection, err := reference.Datasets()
	if err != nil {
		return nil, err
	}
	for _, d := range collection {
		of(d.Name)
	}
	known, err := s.loadSources(h.catalogue)
	if err != nil {
		return nil, err
	}
	on, err := s.asked(known)
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		d := of(k.Dataset)
		d.Source = k.ID
		if !k.Enabled {
			d.Disabled = k.Reason
		}
		if next := k.Calendar.Next(now); !next.IsZero() {
			d.Expected, d.ExpectedBy = next.Format(time.DateOnly), k.Calendar.Basis
		}
	}
	for _, k := range on {
		if err := of(k.Dataset).schedule(k, now); err != nil {
			return nil, err
		}
	}
	out := make([]datasetStatus, len(order))
	for i, n := range order {
		out[i] = *byName[n]
	}
	return out, nil
}

// add takes a line of the ledger into account; newer lines come first.
func (d *datasetStatus) add(l schema.Release, now time.Time) {
	at := l.Recorded
	if d.LastTried == nil {
		d.LastTried, d.LastOutcome, d.LastReason, d.Rejected = &at, l.Outcome, l.Reason, l.Counts.Rejected
		if !l.WithdrawnAt.IsZero() {
			d.LastOutcome = "withdrawn"
		}
	}
	if d.LastSuccess == nil && (l.Outcome == schema.Published || l.Outcome == schema.Unchanged) {
		d.LastSuccess = &at
	}
	if l.Outcome == schema.Held {
		d.Held = append(d.Held, l.Seq)
	}
	if l.Outcome == schema.Published && l.WithdrawnAt.IsZero() && d.Release == 0 {
		d.Release = l.Seq
		if p := l.PublishAt; p.After(now) {
			d.Publication = &p
		}
	}
}

func (d *datasetStatus) schedule(s source.Source, now time.Time) error {
	cron, err := source.ParseSchedule(s.Schedule)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(schedule.Zone)
	if err != nil {
		return err
	}
	next := schedule.Next(cron, now, zone)
	d.NextRun = &next
	return nil
}

func printStatus(out io.Writer, list []datasetStatus) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "dataset\tlast tried\toutcome\tlast success\trelease\tlatest period\trejected\theld\tnext run\texpected\tremark")
	for _, d := range list {
		held := "-"
		if len(d.Held) > 0 {
			held = fmt.Sprint(d.Held)
		}
		outcome, remark := string(d.LastOutcome), d.LastReason
		if d.LastTried == nil {
			outcome = "never taken in"
		}
		if d.Disabled != "" {
			outcome, remark = "not enabled", d.Disabled
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", d.Dataset, moment(d.LastTried), outcome, moment(d.LastSuccess), number(d.Release),
			dash(d.Latest), d.Rejected, held, moment(d.NextRun), dash(d.Expected), shorten(remark))
	}
	return w.Flush()
}

func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.DateTime)
}

func number(n uint64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// shorten keeps a table's last column on one line; the whole text is in --json and in release show.
func shorten(s string) string {
	const most = 100
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
