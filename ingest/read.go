package ingest

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"utfall/ingest/tidy"
	"utfall/schema"
)

// read decodes the kept payload and stages its rows. Decoding and storing overlap: one batch is on its way to the store
// while the next is read, and no more than that is held.
func (r *run) read(ctx context.Context) error {
	payload, err := r.openArtifact(r.artifact)
	if err != nil {
		return err
	}
	defer func() { _ = payload.Close() }()
	counted := &counter{r: payload}
	reader, err := tidy.New(r.delivery.Name, counted, r.o.Catalogue)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan *schema.Batch)
	group.Go(func() error {
		defer close(batches)
		for {
			batch, rejects, err := reader.Next()
			r.release.Counts.Read = reader.Read()
			r.release.Counts.Rejected += uint64(len(rejects))
			r.rejects = append(r.rejects, rejects[:min(len(rejects), maxKept-len(r.rejects))]...)
			r.o.Progress(Progress{Dataset: r.delivery.Dataset, Step: "read", Rows: reader.Read(), Bytes: counted.n, Total: r.artifact.Size})
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if batch.Len() > 0 {
				select {
				case batches <- batch:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err != nil {
				return nil
			}
		}
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

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
