package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"utfall/ingest/decode"
	"utfall/ingest/protect"
	"utfall/ingest/tidy"
	"utfall/schema"
)

// Writer is what ingest needs of a store. Rows given to it count only once Record has published their release.
type Writer interface {
	Ledger(ctx context.Context, limit int, datasets ...string) ([]schema.Release, error)
	Begin(ctx context.Context, r schema.Release) (seq uint64, err error)
	Clear(ctx context.Context, dataset string) ([]uint64, error)
	Stage(ctx context.Context, seq uint64) error
	Append(ctx context.Context, seq uint64, b *schema.Batch) error
	Visible(ctx context.Context, indicators []string) ([]schema.Observation, error)
	Withhold(ctx context.Context, lines []schema.Withheld) error
	Duplicates(ctx context.Context, seq uint64) ([]schema.Duplicate, error)
	Count(ctx context.Context, seq uint64, dataset string) (schema.Counts, error)
	Preview(ctx context.Context, seq uint64, dataset string, limit int) ([]schema.Difference, error)
	Keep(ctx context.Context, seq uint64, dataset string, counts schema.Counts) error
	Attach(ctx context.Context, files []schema.Artifact) error
	Reject(ctx context.Context, rejects []schema.Reject) error
	Record(ctx context.Context, r schema.Release) error
	Unstage(ctx context.Context, seq uint64) error
	Discard(ctx context.Context, seq uint64) error
}

// Options say how deliveries are taken in. The zero value is valid but for Writer, Catalogue and DataDir.
type Options struct {
	Writer    Writer
	Catalogue *schema.Catalogue
	DataDir   string // artifacts and locks live below it
	Logger    *slog.Logger
	Program   string           // version, for the ledger
	Now       func() time.Time // clock

	MaxRejectShare float64 // of the rows read; above it a delivery is refused. Default 0.001
	MaxBytes       int64   // of a file, default 2 000 000 000
	DryRun         bool    // compare and show, publish nothing
	Progress       func(Progress)
	Tracer         trace.Tracer // makes spans of runs and their steps; nil for none
}

// Progress tells how far a delivery has come.
type Progress struct {
	Dataset string
	Step    string // get, keep, read, compare, publish
	Rows    uint64
	Bytes   int64 // of Total, while the file is read
	Total   int64
}

// Result is what became of a delivery.
type Result struct {
	Release     schema.Release
	Differences []schema.Difference // of a dry run, at most MaxShown
	Rejects     []schema.Reject     // the first MaxShown
	Same        bool                // the payload was taken in before; nothing was read
	Findings    []string            // what is not as the source promised; the release is held, or a dry run's would be
	Withheld    []schema.Withheld   // what disclosure control did
}

// MaxShown bounds the rows that a result carries for people to read.
const MaxShown = 100

// maxKept bounds the rejects that go into quarantine for one delivery.
const maxKept = 10_000

// RefusedError says that a delivery was not taken in. The figures published before stay up.
type RefusedError struct {
	Dataset string
	Reason  string
	Rejects []schema.Reject
}

// Error gives the dataset and the reason.
func (e *RefusedError) Error() string { return fmt.Sprintf("%s: refused: %s", e.Dataset, e.Reason) }

// Runner takes deliveries in.
type Runner struct{ o Options }

// New checks the options and fills in defaults.
func New(o Options) (*Runner, error) {
	if o.Writer == nil || o.Catalogue == nil || o.DataDir == "" {
		return nil, errors.New("ingest: a writer, a catalogue and a data directory are needed")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxRejectShare == 0 {
		o.MaxRejectShare = 0.001
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 2_000_000_000
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Tracer == nil {
		o.Tracer = noop.NewTracerProvider().Tracer("")
	}
	return &Runner{o}, nil
}

// ledgerLines is how far back a dataset's ledger is read.
const ledgerLines = 1_000_000

// Run takes one delivery in. The error is a *RefusedError, a *tidy.FileError or a *decode.Error if the delivery is at fault.
func (r *Runner) Run(ctx context.Context, d Delivery) (Result, error) {
	unlock, err := lock(r.o.DataDir, d.Dataset)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	return r.told(ctx, d.Dataset, func(ctx context.Context, started time.Time) (Result, error) { return r.run(ctx, d, started) })
}

// run takes a delivery of a locked dataset in.
func (r *Runner) run(ctx context.Context, d Delivery, started time.Time) (Result, error) {
	if dead, err := r.o.Writer.Clear(ctx, d.Dataset); err != nil {
		return Result{}, err
	} else if len(dead) > 0 {
		r.o.Logger.Warn("cleared away what an unfinished run had left", "dataset", d.Dataset, "releases", dead)
	}
	r.o.Progress(Progress{Dataset: d.Dataset, Step: "keep", Total: d.size()})
	run := &run{Runner: r, delivery: d, started: started, stepped: time.Now()}
	for _, p := range d.parts() {
		artifact, err := r.keepPayload(p)
		if err != nil {
			return Result{}, err
		}
		run.artifacts = append(run.artifacts, artifact)
	}
	run.step(ctx, "keep payload")
	if last, same, err := run.sameAsLast(ctx); err != nil {
		return Result{}, err
	} else if same {
		return run.unchanged(ctx, last)
	}
	return run.take(ctx)
}

// Known tells whether a dataset has ever taken in or refused a payload of this hash.
func (r *Runner) Known(ctx context.Context, dataset, hash string) (bool, error) {
	lines, err := r.o.Writer.Ledger(ctx, 1000, dataset)
	if err != nil {
		return false, err
	}
	for _, l := range lines {
		if l.ContentHash == hash && l.Outcome != schema.Begun && l.Outcome != schema.Abandoned && l.Outcome != schema.Failed {
			return true, nil
		}
	}
	return false, nil
}

// run is one delivery on its way in.
type run struct {
	*Runner
	delivery   Delivery
	artifacts  []schema.Artifact
	started    time.Time
	release    schema.Release
	rejects    []schema.Reject
	found      []string         // what is not as the source promised
	last       schema.Release   // the newest release that counts
	first      bool             // nothing of the dataset is published: every row is new
	held       []schema.Release // releases of the dataset that wait for a person
	sameAsHeld uint64           // one of them that this delivery repeats
	protected  protect.Report   // what disclosure control did, if nobody has published the figures before
	stepped    time.Time        // when the last step ended
}

// sameAsLast tells whether the newest release that counts was made from the same payload.
func (r *run) sameAsLast(ctx context.Context) (schema.Release, bool, error) {
	lines, err := r.o.Writer.Ledger(ctx, ledgerLines, r.delivery.Dataset)
	if err != nil {
		return schema.Release{}, false, err
	}
	r.first = true
	for _, l := range lines {
		if l, err = r.correct(ctx, l); err != nil {
			return schema.Release{}, false, err
		}
		switch {
		case l.Outcome == schema.Held:
			r.held = append(r.held, l)
		case r.first && l.Outcome == schema.Published && l.WithdrawnAt.IsZero():
			r.last, r.first = l, false
		}
	}
	return r.last, !r.first && !r.delivery.Afresh && r.last.ContentHash == contentHash(r.delivery.Recipe, r.artifacts), nil
}

func (r *run) unchanged(ctx context.Context, last schema.Release) (Result, error) {
	rel := r.line()
	rel.Outcome = schema.Unchanged
	rel.Counts = schema.Counts{Unchanged: last.Counts.Read - last.Counts.Rejected, Read: last.Counts.Read, Rejected: last.Counts.Rejected}
	rel.Reason = fmt.Sprintf("the same payload as release %d", last.Seq)
	if !r.o.DryRun {
		var err error
		if rel.Seq, err = r.begin(ctx, rel); err != nil {
			return Result{}, err
		}
		r.release = rel
		if err := r.supersede(ctx); err != nil {
			return Result{}, err
		}
		if err := r.o.Writer.Record(ctx, rel); err != nil {
			return Result{}, err
		}
	}
	return Result{Release: rel, Same: true}, nil
}

func (r *run) line() schema.Release {
	return schema.Release{Dataset: r.delivery.Dataset, ContentHash: contentHash(r.delivery.Recipe, r.artifacts), Fetched: r.started, Program: r.o.Program, Recipe: r.delivery.Recipe}
}

// begin takes the next sequence number; one process at a time may do so.
func (r *Runner) begin(ctx context.Context, rel schema.Release) (uint64, error) {
	unlock, err := wait(ctx, r.o.DataDir, "ledger")
	if err != nil {
		return 0, err
	}
	defer unlock()
	return r.o.Writer.Begin(ctx, rel)
}

// take reads, compares and publishes. Whatever fails, the run's rows are cleared away and the ledger says why.
func (r *run) take(ctx context.Context) (Result, error) {
	r.release = r.line()
	var err error
	if r.release.Seq, err = r.begin(ctx, r.release); err != nil {
		return Result{}, err
	}
	differences, err := r.steps(ctx)
	if err != nil {
		return Result{Release: r.release, Rejects: r.shown()}, r.giveUp(err)
	}
	return Result{Release: r.release, Differences: differences, Rejects: r.shown(), Findings: r.found, Withheld: r.withheld()}, nil
}

func (r *run) shown() []schema.Reject { return r.rejects[:min(len(r.rejects), MaxShown)] }

func (r *run) steps(ctx context.Context) ([]schema.Difference, error) {
	w, seq, dataset := r.o.Writer, r.release.Seq, r.delivery.Dataset
	if err := w.Stage(ctx, seq); err != nil {
		return nil, err
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	r.step(ctx, "read")
	if err := r.judge(ctx); err != nil {
		return nil, err
	}
	r.step(ctx, "judge")
	r.o.Progress(Progress{Dataset: dataset, Step: "compare", Rows: r.release.Counts.Read})
	counts, err := r.compare(ctx)
	if err != nil {
		return nil, err
	}
	r.step(ctx, "compare")
	counts.Read, counts.Rejected = r.release.Counts.Read, r.release.Counts.Rejected
	r.release.Counts = counts
	if r.found, err = r.findings(ctx); err != nil {
		return nil, err
	}
	if r.o.DryRun {
		return r.dryRun(ctx)
	}
	return nil, r.store(ctx)
}

// store keeps what the delivery changes and ends the run: published, unchanged or held.
func (r *run) store(ctx context.Context) error {
	w, seq, dataset := r.o.Writer, r.release.Seq, r.delivery.Dataset
	for i := range r.rejects {
		r.rejects[i].Dataset, r.rejects[i].Release = dataset, seq
	}
	if err := w.Reject(ctx, r.rejects); err != nil {
		return err
	}
	for i := range r.artifacts {
		r.artifacts[i].Release, r.artifacts[i].Part = seq, i+1
	}
	if err := w.Attach(ctx, r.artifacts); err != nil {
		return err
	}
	if err := w.Withhold(ctx, r.withheld()); err != nil {
		return err
	}
	c := r.release.Counts
	r.o.Progress(Progress{Dataset: dataset, Step: "publish", Rows: c.Read})
	r.release.Outcome = schema.Unchanged
	switch {
	case len(r.found) > 0:
		if err := r.hold(ctx, r.found); err != nil {
			return err
		}
	case c.New+c.Changed+c.Deleted > 0:
		if err := w.Keep(ctx, seq, dataset, c); err != nil {
			return err
		}
		r.step(ctx, "keep figures")
		r.release.Outcome, r.release.PublishAt, r.release.Reason = schema.Published, later(r.o.Now(), r.last.PublishAt), r.delivery.Remark
	}
	if err := r.supersede(ctx); err != nil {
		return err
	}
	if err := w.Record(ctx, r.release); err != nil {
		return err
	}
	r.step(ctx, "publish")
	if err := w.Unstage(ctx, seq); err != nil {
		r.o.Logger.Warn("the staging table stays until the next run", "dataset", dataset, "release", seq, "error", err)
	}
	return nil
}

// compare counts what the delivery would change. Where nothing is published there is nothing to compare with.
func (r *run) compare(ctx context.Context) (schema.Counts, error) {
	if r.first {
		return schema.Counts{New: r.release.Counts.Read - r.release.Counts.Rejected}, nil
	}
	return r.o.Writer.Count(ctx, r.release.Seq, r.delivery.Dataset)
}

func (r *run) dryRun(ctx context.Context) ([]schema.Difference, error) {
	list, err := r.o.Writer.Preview(ctx, r.release.Seq, r.delivery.Dataset, MaxShown)
	if err != nil {
		return nil, err
	}
	if err := r.o.Writer.Discard(ctx, r.release.Seq); err != nil {
		return nil, err
	}
	r.release.Outcome, r.release.Reason = schema.Abandoned, "dry run"
	return list, r.o.Writer.Record(ctx, r.release)
}

// judge refuses a delivery that has too many rejects or says two things of one cell.
func (r *run) judge(ctx context.Context) error {
	c := r.release.Counts
	if float64(c.Rejected) > r.o.MaxRejectShare*float64(c.Read) {
		first := r.rejects[0]
		return &RefusedError{r.delivery.Dataset, fmt.Sprintf("%d of %d rows cannot be taken in (at most %.1f %% may be); the first: %s",
			c.Rejected, c.Read, 100*r.o.MaxRejectShare, Place(first)), r.rejects}
	}
	doubles, err := r.o.Writer.Duplicates(ctx, r.release.Seq)
	if err != nil || len(doubles) == 0 {
		return err
	}
	d := doubles[0]
	what := "the same figure twice"
	if d.Different {
		what = "two different figures for one cell"
	}
	return &RefusedError{r.delivery.Dataset, fmt.Sprintf("%s:%d: %s: %s, lines %d; keep one (%d such cells)",
		r.artifacts[0].Name, d.Lines[len(d.Lines)-1], what, d.Cell, d.Lines, len(doubles)), nil}
}

// Place puts a reject's place and detail on one line.
func Place(r schema.Reject) string {
	if r.Column > 0 {
		return fmt.Sprintf("%s:%d: column %d: %s", r.File, r.Line, r.Column, r.Detail)
	}
	return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Detail)
}

// giveUp clears a failed run away and writes into the ledger why it failed.
func (r *run) giveUp(cause error) error {
	// The caller's context may be what ended the run; the clearing away gets time of its own.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if r.release.Outcome == schema.Published || r.release.Outcome == schema.Held {
		// The line that failed to be written may have been: it is taken back before the rows are. Where that fails too, the
		// release is whole or does not count, and is left to the next run.
		undone := r.release
		undone.Outcome = schema.Begun
		if err := r.o.Writer.Record(ctx, undone); err != nil {
			r.o.Logger.Error("whether a release was published is not known; the next run will tell", "dataset", r.delivery.Dataset, "release", r.release.Seq, "error", err)
			return cause
		}
	}
	r.release.Outcome, r.release.Reason = schema.Failed, cause.Error()
	var refused *RefusedError
	var file *tidy.FileError
	var payload *decode.Error
	if errors.As(cause, &refused) || errors.As(cause, &file) || errors.As(cause, &payload) {
		r.release.Outcome = schema.Refused
	}
	for i := range r.rejects {
		r.rejects[i].Dataset, r.rejects[i].Release = r.delivery.Dataset, r.release.Seq
	}
	if err := errors.Join(r.o.Writer.Discard(ctx, r.release.Seq), r.o.Writer.Reject(ctx, r.rejects), r.o.Writer.Record(ctx, r.release)); err != nil {
		r.o.Logger.Error("a failed run could not be cleared away; the next run will do so", "dataset", r.delivery.Dataset,
			"release", r.release.Seq, "error", err)
	}
	return cause
}
