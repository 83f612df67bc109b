package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"utfall/schema"
)

// findings asks disclosure control and the contract, if the delivery would change anything, what is not as promised.
func (r *run) findings(ctx context.Context) ([]string, error) {
	c := r.release.Counts
	if c.New+c.Changed+c.Deleted == 0 {
		return nil, nil
	}
	if r.delivery.Contract == nil {
		return r.exposures(), nil
	}
	facts := Facts{Release: r.release, Last: r.last}
	if !r.first {
		var err error
		if facts.Differences, err = r.o.Writer.Preview(ctx, r.release.Seq, r.delivery.Dataset, MaxCompared); err != nil {
			return nil, err
		}
	}
	return append(r.exposures(), r.delivery.Contract.Findings(facts)...), nil
}

// hold stores a release whole and publishes nothing: the figures published before stay until a person decides. The same
// payload with the same findings is not stored a second time, so that the number which an operator was told stays good.
func (r *run) hold(ctx context.Context, findings []string) error {
	w, seq := r.o.Writer, r.release.Seq
	r.release.Outcome, r.release.Reason = schema.Held, strings.Join(findings, "; ")
	for _, h := range r.held {
		if h.ContentHash == r.release.ContentHash && h.Reason == r.release.Reason {
			r.release.Outcome, r.release.Reason = schema.Unchanged, fmt.Sprintf("the same payload as release %d, which is held: %s", h.Seq, h.Reason)
			r.sameAsHeld = h.Seq
			return nil
		}
	}
	return w.Keep(ctx, seq, r.delivery.Dataset, r.release.Counts)
}

// supersede clears away held releases that this run has made out of date.
func (r *run) supersede(ctx context.Context) error {
	for _, h := range r.held {
		if h.Seq == r.sameAsHeld {
			continue
		}
		if err := r.o.Writer.Discard(ctx, h.Seq); err != nil {
			return err
		}
		h.Outcome, h.Reason = schema.Abandoned, fmt.Sprintf("was held (%s) until release %d came", h.Reason, r.release.Seq)
		if err := r.o.Writer.Record(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// Publish makes a held release visible after a person has looked at it. It is refused if anything of its dataset was
// published or withdrawn since: the release was compared with what was visible when it was held.
func (r *Runner) Publish(ctx context.Context, seq uint64, reason string) (schema.Release, error) {
	if strings.TrimSpace(reason) == "" {
		return schema.Release{}, errors.New("ingest: say why the release is published all the same; it stands in the ledger")
	}
	lines, err := r.o.Writer.Ledger(ctx, ledgerLines)
	if err != nil {
		return schema.Release{}, err
	}
	var dataset string
	for _, l := range lines {
		if l.Seq == seq {
			dataset = l.Dataset
		}
	}
	if dataset == "" {
		return schema.Release{}, fmt.Errorf("there is no release %d; `utfall release list` lists them", seq)
	}
	unlock, err := lock(r.o.DataDir, dataset)
	if err != nil {
		return schema.Release{}, err
	}
	defer unlock()
	// Read again under the lock: a run may have ended in between.
	if lines, err = r.o.Writer.Ledger(ctx, ledgerLines, dataset); err != nil {
		return schema.Release{}, err
	}
	held, err := publishable(lines, seq)
	if err != nil {
		return held, err
	}
	at := r.o.Now()
	for _, l := range lines {
		if l.Outcome == schema.Published {
			at = later(at, l.PublishAt)
		}
	}
	held.Outcome, held.PublishAt, held.Reason = schema.Published, at, fmt.Sprintf("published by hand: %s; was held: %s", reason, held.Reason)
	return held, r.o.Writer.Record(ctx, held)
}

func publishable(lines []schema.Release, seq uint64) (held schema.Release, err error) {
	for _, l := range lines {
		if l.Seq == seq {
			held = l
		}
	}
	if held.Outcome != schema.Held {
		return held, fmt.Errorf("release %d is %s, not held: there is nothing to decide", seq, held.Outcome)
	}
	for _, l := range lines {
		if l.Outcome == schema.Published && l.Recorded.After(held.Recorded) {
			return held, fmt.Errorf("release %d of %s was published or withdrawn after release %d was held; run `utfall ingest %s` again and decide on what comes then",
				l.Seq, held.Dataset, seq, held.Dataset)
		}
	}
	return held, nil
}
