package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"utfall/ingest"
	"utfall/ingest/derive"
	"utfall/schema"
)

// derive computes the derived indicators from what is published now and publishes those that changed. It runs after every
// publication and every withdrawal, so that a computed figure never stays behind the figures that it rests on. done is told
// of each delivery that was taken in.
func (h *house) derive(ctx context.Context, runner *ingest.Runner, done func(dataset string, r ingest.Result)) error {
	derived := h.catalogue.Derived()
	q := schema.Query{Yearly: true}
	datasets := make([]string, len(derived))
	for i, ind := range derived {
		q.Indicators = append(q.Indicators, ind.Inputs()...)
		datasets[i] = derive.Prefix + ind.ID
	}
	if len(derived) == 0 {
		return nil
	}
	figures, err := h.Series(ctx, q)
	if err != nil {
		return err
	}
	lines, err := h.Ledger(ctx, 1_000_000, datasets...)
	if err != nil {
		return err
	}
	newest := map[string]string{}            // hash of the last payload that was taken in
	visible := map[string][]schema.Release{} // releases that count
	for _, l := range lines {
		if !l.WithdrawnAt.IsZero() || l.Outcome != schema.Published && l.Outcome != schema.Unchanged {
			continue
		}
		if _, ok := newest[l.Dataset]; !ok {
			newest[l.Dataset] = l.ContentHash
		}
		if l.Outcome == schema.Published {
			visible[l.Dataset] = append(visible[l.Dataset], l)
		}
	}
	for i, ind := range derived {
		computed, err := derive.Compute(h.catalogue, ind, figures)
		if err != nil {
			return err
		}
		if len(computed) == 0 { // its inputs have no figures, yet or any more
			if err := h.takeBack(ctx, visible[datasets[i]]); err != nil {
				return fmt.Errorf("taking back %s: %w", ind.ID, err)
			}
			continue
		}
		payload, err := derive.CSV(ind, computed)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(payload)
		if newest[datasets[i]] == hex.EncodeToString(sum[:]) {
			continue
		}
		result, err := runner.Run(ctx, ingest.Delivery{Dataset: datasets[i], Name: ind.ID + ".csv", Size: int64(len(payload)), PublishedBy: "utfall, computed from what is published",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(payload)), nil }})
		if err != nil {
			return fmt.Errorf("computing %s: %w", ind.ID, err)
		}
		done(datasets[i], result)
	}
	return nil
}

// takeBack withdraws the releases of a computed indicator whose inputs have no figures any more.
func (h *house) takeBack(ctx context.Context, releases []schema.Release) error {
	for _, l := range releases {
		l.WithdrawnAt, l.Reason = time.Now(), "the figures that it was computed from were withdrawn"
		if err := h.Record(ctx, l); err != nil {
			return err
		}
	}
	return nil
}
