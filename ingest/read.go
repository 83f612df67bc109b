package ingest

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"utfall/schema"
)

// read decodes the kept payloads and stages their rows. Decoding and storing overlap: one batch is on its way to the store
// while the next is read, and no more than that is held.
func (r *run) read(ctx context.Context) error {
	if r.delivery.PublishedBy == "" {
		return r.readProtected(ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan *schema.Batch)
	group.Go(func() error {
		defer close(batches)
		return r.decoded(func(b *schema.Batch) error {
			if r.delivery.Contract != nil {
				r.delivery.Contract.Watch(b)
			}
			select {
			case batches <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	group.Go(func() error {
		for batch := range batches {
			if err := r.o.Writer.Append(ctx, r.release.Seq, batch); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// decoded hands over the batches of the kept payloads, one after the other.
func (r *run) decoded(take func(*schema.Batch) error) error {
	reader, payloads, err := r.decode()
	defer payloads.close()
	if err != nil {
		return err
	}
	var total int64
	for _, a := range r.artifacts {
		total += a.Size
	}
	for {
		batch, rejects, err := reader.Next()
		r.release.Counts.Read = reader.Read()
		r.release.Counts.Rejected += uint64(len(rejects))
		r.rejects = append(r.rejects, rejects[:min(len(rejects), maxKept-len(r.rejects))]...)
		r.o.Progress(Progress{Dataset: r.delivery.Dataset, Step: "read", Rows: reader.Read(), Bytes: payloads.bytes, Total: total})
		if u, ok := reader.(Updater); ok {
			r.release.SourceUpdated = u.Updated()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if batch != nil && batch.Len() > 0 {
			if err := take(batch); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
