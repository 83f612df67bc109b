package store_test

import (
	"context"

	"utfall/schema"
)

// mortal passes every step of ingest to the real store until the step at which it dies.
type mortal struct{ *dying }

func (m mortal) Stage(ctx context.Context, seq uint64) error {
	if err := m.step("stage"); err != nil {
		return err
	}
	return m.Writer.Stage(ctx, seq)
}

func (m mortal) Append(ctx context.Context, seq uint64, b *schema.Batch) error {
	if err := m.step("append"); err != nil {
		return err
	}
	return m.Writer.Append(ctx, seq, b)
}

func (m mortal) Duplicates(ctx context.Context, seq uint64) ([]schema.Duplicate, error) {
	if err := m.step("duplicates"); err != nil {
		return nil, err
	}
	return m.Writer.Duplicates(ctx, seq)
}

func (m mortal) Count(ctx context.Context, seq uint64, dataset string) (schema.Counts, error) {
	if err := m.step("count"); err != nil {
		return schema.Counts{}, err
	}
	return m.Writer.Count(ctx, seq, dataset)
}

func (m mortal) Reject(ctx context.Context, rejects []schema.Reject) error {
	if err := m.step("reject"); err != nil {
		return err
	}
	return m.Writer.Reject(ctx, rejects)
}

func (m mortal) Attach(ctx context.Context, files []schema.Artifact) error {
	if err := m.step("attach"); err != nil {
		return err
	}
	return m.Writer.Attach(ctx, files)
}

func (m mortal) Keep(ctx context.Context, seq uint64, dataset string, counts schema.Counts) error {
	if err := m.step("keep"); err != nil {
		return err
	}
	if err := m.Writer.Keep(ctx, seq, dataset, counts); err != nil {
		return err
	}
	return m.step("kept")
}

func (m mortal) Record(ctx context.Context, r schema.Release) error {
	if err := m.step("record"); err != nil {
		return err
	}
	return m.Writer.Record(ctx, r)
}

func (m mortal) Unstage(ctx context.Context, seq uint64) error {
	if m.dead {
		return errKilled
	}
	return m.Writer.Unstage(ctx, seq)
}

func (m mortal) Discard(ctx context.Context, seq uint64) error {
	if m.dead {
		return errKilled
	}
	return m.Writer.Discard(ctx, seq)
}
