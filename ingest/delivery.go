package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"utfall/ingest/tidy"
	"utfall/schema"
)

// Part is one payload file.
type Part struct {
	Name string // its own name, for messages; no two parts of a delivery share one
	Size int64  // bytes, 0 if not known
	Open func() (io.ReadCloser, error)
}

// Delivery is what a source says of one dataset at one time, in one payload or several (pages, parts of a split query). It
// is a full delivery: what it lacks of the dataset is gone.
type Delivery struct {
	Dataset string
	Name    string // the file's name, for messages
	Size    int64  // bytes, 0 if not known
	Open    func() (io.ReadCloser, error)
	Parts   []Part // the payloads where there are several or where Decode is set; Name, Size and Open are then not used

	// Decode turns the kept payloads into observations; nil means one tidy CSV file. What it opens is closed for it.
	Decode func(parts []Part) (Batches, error)
	// Recipe identifies what the payloads are decoded by: the same bytes under another mapping are another delivery.
	Recipe string
	// PublishedBy says who has published these figures already: they pass as they are. Empty means that nobody has, and
	// disclosure control hides what must not be shown.
	PublishedBy string
	// Remark stands in the ledger beside the release.
	Remark string
	// Afresh has disclosure control do the whole table anew, whatever was shown and hidden of it before.
	Afresh bool
	// Contract, if set, says before publication whether the delivery is what its source promised.
	Contract Contract
}

// Batches gives a delivery's rows as observations, many at a time, with what could not be taken in; io.EOF comes with the
// last of them. Those of a source that says when its figures were last changed are also an Updater.
type Batches interface {
	Next() (*schema.Batch, []schema.Reject, error)
	Read() uint64 // rows so far, rejected ones included
}

// Updater gives the source's own time of its figures, zero if it gave none, once all rows are read.
type Updater interface{ Updated() time.Time }

// Contract watches a delivery on its way in and says in the end what is not as promised.
type Contract interface {
	Watch(b *schema.Batch)
	// Findings gives a sentence for each promise that was broken; none publishes the release, any holds it.
	Findings(f Facts) []string
}

// Facts is what is known of a delivery once it has been compared with what is visible.
type Facts struct {
	Release     schema.Release      // of this run, counts filled in
	Last        schema.Release      // the newest one that counts, zero if there is none
	Differences []schema.Difference // at most MaxCompared, changed cells first
}

// MaxCompared bounds the differences that a contract is shown.
const MaxCompared = 10_000

func (d Delivery) parts() []Part {
	if len(d.Parts) > 0 {
		return d.Parts
	}
	return []Part{{Name: d.Name, Size: d.Size, Open: d.Open}}
}

func (d Delivery) size() (n int64) {
	for _, p := range d.parts() {
		n += p.Size
	}
	return n
}

// contentHash is the payload's own hash for a plain file, else one over names, hashes and recipe.
func contentHash(recipe string, artifacts []schema.Artifact) string {
	if len(artifacts) == 1 && recipe == "" {
		return artifacts[0].SHA256
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "recipe %s\n", recipe)
	for _, a := range artifacts {
		_, _ = fmt.Fprintf(h, "%q %s\n", a.Name, a.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Take takes a dataset in whose delivery must first be got: the dataset is locked before that, so that two processes do
// not ask a publisher for the same thing. A delivery that cannot be got leaves a line in the ledger that says why.
func (r *Runner) Take(ctx context.Context, dataset string, get func(context.Context) (Delivery, error)) (Result, error) {
	unlock, err := lock(r.o.DataDir, dataset)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	return r.told(ctx, dataset, func(ctx context.Context, started time.Time) (Result, error) {
		asked := time.Now()
		d, err := get(ctx)
		r.span(ctx, "get", asked)
		if err != nil {
			return r.notGot(dataset, started, err)
		}
		d.Dataset = dataset
		return r.run(ctx, d, started)
	})
}

// notGot records that a delivery could not be got.
func (r *Runner) notGot(dataset string, started time.Time, cause error) (Result, error) {
	if r.o.DryRun {
		return Result{}, cause
	}
	// The caller's context may be what ended the run; the ledger's line gets time of its own.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rel := schema.Release{Dataset: dataset, Fetched: started, Program: r.o.Program}
	var err error
	if rel.Seq, err = r.begin(ctx, rel); err != nil {
		return Result{}, errors.Join(cause, err)
	}
	rel.Outcome, rel.Reason = schema.Failed, cause.Error()
	return Result{Release: rel}, errors.Join(cause, r.o.Writer.Record(ctx, rel))
}

// decode opens a delivery's kept payloads. The function that it gives back closes them and tells how much was read.
func (r *run) decode() (Batches, *opened, error) {
	o := &opened{}
	parts := make([]Part, len(r.artifacts))
	for i, a := range r.artifacts {
		parts[i] = Part{Name: a.Name, Size: a.Size, Open: func() (io.ReadCloser, error) { return o.open(r.openArtifact(a)) }}
	}
	if r.delivery.Decode != nil {
		b, err := r.delivery.Decode(parts)
		return b, o, err
	}
	payload, err := parts[0].Open()
	if err != nil {
		return nil, o, err
	}
	b, err := tidy.New(parts[0].Name, payload, r.o.Catalogue)
	return b, o, err
}

// opened keeps what was opened, to close it, and counts the bytes read.
type opened struct {
	files []io.Closer
	bytes int64
}

func (o *opened) open(f io.ReadCloser, err error) (io.ReadCloser, error) {
	if err != nil {
		return nil, err
	}
	o.files = append(o.files, f)
	return &counter{f, &o.bytes}, nil
}

func (o *opened) close() {
	for _, f := range o.files {
		_ = f.Close()
	}
}

// counter counts the bytes read of a payload. A decoder may close it early; closing twice does no harm, because what is
// below it allows that.
type counter struct {
	io.ReadCloser
	n *int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	*c.n += int64(n)
	return n, err
}
