package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// told does a run and tells of it once: as one line of the log whose number leads to /drift and to utfall release show, and as
// one trace.
func (r *Runner) told(ctx context.Context, dataset string, do func(context.Context, time.Time) (Result, error)) (Result, error) {
	started := r.o.Now()
	ctx, span := r.o.Tracer.Start(ctx, "ingest run", trace.WithAttributes(attribute.String("utfall.dataset", dataset)))
	defer span.End()
	result, err := do(ctx, started)
	rel := result.Release
	span.SetAttributes(attribute.Int64("utfall.release", int64(rel.Seq)), attribute.String("utfall.outcome", string(rel.Outcome)))
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	c := rel.Counts
	line := []slog.Attr{slog.String("dataset", dataset), slog.Uint64("release", rel.Seq), slog.String("outcome", string(rel.Outcome)),
		slog.Float64("seconds", r.o.Now().Sub(started).Seconds()), slog.Uint64("read", c.Read), slog.Uint64("new", c.New),
		slog.Uint64("changed", c.Changed), slog.Uint64("deleted", c.Deleted), slog.Uint64("unchanged", c.Unchanged), slog.Uint64("rejected", c.Rejected)}
	if rel.Seq != 0 {
		line = append(line, slog.String("page", fmt.Sprintf("/drift#release-%d", rel.Seq)), slog.String("show", fmt.Sprintf("utfall release show %d", rel.Seq)))
	}
	if s := span.SpanContext(); s.IsValid() {
		line = append(line, slog.String("trace_id", s.TraceID().String()))
	}
	if err != nil {
		line = append(line, slog.Any("error", err)) // who asked for the run tells it as an error of theirs
	}
	r.o.Logger.LogAttrs(ctx, slog.LevelInfo, "run", line...)
	return result, err
}

// step makes a span of the step that has just ended.
func (r *run) step(ctx context.Context, name string) {
	r.span(ctx, name, r.stepped)
	r.stepped = time.Now()
}

// span makes a span of something that began then and ends now. Nothing is done where nobody traces.
func (r *Runner) span(ctx context.Context, name string, began time.Time) {
	if trace.SpanFromContext(ctx).IsRecording() {
		_, span := r.o.Tracer.Start(ctx, name, trace.WithTimestamp(began))
		span.End()
	}
}
