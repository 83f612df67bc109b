package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"utfall/ingest/protect"
	"utfall/schema"
)

// maxProtected is the largest delivery that disclosure control takes: it must see the whole of it at a time.
const maxProtected = 2_000_000

// readProtected decodes a delivery that nobody has published yet. Its rows are held in memory until disclosure control has
// emptied what must not be shown: the store, its staging tables included, never sees a small count.
func (r *run) readProtected(ctx context.Context) error {
	var batches []*schema.Batch
	rows := 0
	err := r.decoded(func(b *schema.Batch) error {
		if rows += b.Len(); rows > maxProtected {
			return &RefusedError{r.delivery.Dataset, fmt.Sprintf("more than %d rows: disclosure control looks at a delivery as a whole; divide it into datasets, or say with --published-by who has published it already", maxProtected), nil}
		}
		batches = append(batches, b)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for i := range r.rejects {
		r.rejects[i].Raw = "" // a row in quarantine was not looked at, and the store is no place for it
	}
	visible, err := r.o.Writer.Visible(ctx, protect.Indicators(r.o.Catalogue, batches))
	if err != nil {
		return err
	}
	report, err := protect.Apply(protect.Input{Catalogue: r.o.Catalogue, Dataset: r.delivery.Dataset, Batches: batches, Visible: visible, Afresh: r.delivery.Afresh})
	var contradiction *protect.ContradictionError
	if errors.As(err, &contradiction) {
		return &RefusedError{r.delivery.Dataset, contradiction.Error(), nil}
	}
	if err != nil {
		return err
	}
	r.protected = report
	for _, b := range batches {
		if r.delivery.Contract != nil {
			r.delivery.Contract.Watch(b)
		}
		if err := r.o.Writer.Append(ctx, r.release.Seq, b); err != nil {
			return err
		}
	}
	return nil
}

// exposures says what of a protected delivery a person must decide on.
func (r *run) exposures() (out []string) {
	for _, c := range r.protected.Exposed {
		out = append(out, c+" must be hidden and cannot be: what is public already gives it away; withdraw that first, or leave the figure out")
	}
	for _, c := range r.protected.Unjudged {
		out = append(out, c+" is a rate or a share of an unknown number: disclosure control cannot tell how few it is of; deliver its counts with it, or say with --published-by who has published it")
	}
	return out
}

// withheld writes down what disclosure control did; nothing for figures that passed.
func (r *run) withheld() []schema.Withheld {
	line := func(reason string, cells uint64) schema.Withheld {
		return schema.Withheld{Release: r.release.Seq, Dataset: r.delivery.Dataset, Reason: reason, Cells: cells}
	}
	if r.delivery.PublishedBy != "" {
		return nil
	}
	out := []schema.Withheld{line(schema.Examined, r.protected.Cells)}
	for _, reason := range slices.Sorted(maps.Keys(r.protected.Hidden)) {
		out = append(out, line(string(reason), r.protected.Hidden[reason]))
	}
	return out
}
