package ingest

import (
	"context"
	"time"

	"utfall/schema"
)

// later is the later of two moments. A release says only what it changes, so it must never become visible before the one
// that it was compared with, however the clock was set in between.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// correct brings the moment at which a release becomes visible back to now where a clock that ran ahead wrote it. Such a
// line was fetched in the future, which nothing is; an embargo was fetched in the past.
func (r *run) correct(ctx context.Context, l schema.Release) (schema.Release, error) {
	now := r.started // one moment for all of a dataset's lines
	if l.Outcome != schema.Published || !l.Fetched.After(now) || !l.PublishAt.After(now) {
		return l, nil
	}
	r.o.Logger.Warn("a clock that ran ahead published a release in the future; it is visible from now", "dataset", l.Dataset, "release", l.Seq, "was", l.PublishAt)
	l.PublishAt = now
	if r.o.DryRun {
		return l, nil
	}
	return l, r.o.Writer.Record(ctx, l)
}
