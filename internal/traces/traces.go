// Package traces sends spans to an OpenTelemetry collector, if the operator names one. It owns the exporter and what a trace says
// of this program; it may import the OpenTelemetry SDK, which no other room does, and nothing of the rest of the program. The
// rooms whose work is traced take the tracer that it gives, and none at all where no collector is named.
package traces

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Exporter sends spans. The nil exporter sends none and gives no tracer.
type Exporter struct{ provider *sdk.TracerProvider }

// New makes an exporter to a collector that takes OTLP over HTTP at endpoint, such as http://127.0.0.1:4318; "" gives the nil
// exporter. Nothing is sent yet, so a collector that is away is no error: spans are dropped then, and the work goes on. Headers,
// certificates and the sampler are taken from the variables OTEL_… that every program with OpenTelemetry knows.
func New(ctx context.Context, endpoint, version string) (*Exporter, error) {
	if endpoint == "" {
		return nil, nil
	}
	client, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimRight(endpoint, "/")+"/v1/traces"),
		otlptracehttp.WithTimeout(5*time.Second))
	if err != nil {
		return nil, fmt.Errorf("traces to %s: %w", endpoint, err)
	}
	// Who runs the program, and on which machine, stays out of it.
	about := resource.NewSchemaless(attribute.String("service.name", "utfall"), attribute.String("service.version", version))
	return &Exporter{sdk.NewTracerProvider(sdk.WithBatcher(client), sdk.WithResource(about))}, nil
}

// Tracer gives what begins spans, nil for the nil exporter.
func (e *Exporter) Tracer() trace.Tracer {
	if e == nil {
		return nil
	}
	return e.provider.Tracer("utfall")
}

// Query makes a span of a query that has ended, below a parent; without one there is no span, so that what the program asks
// for itself makes no traces.
func (e *Exporter) Query(parent trace.SpanContext, name string, started time.Time, err error) {
	if e == nil || !parent.IsValid() {
		return
	}
	_, span := e.Tracer().Start(trace.ContextWithSpanContext(context.Background(), parent), name, trace.WithTimestamp(started),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("db.system.name", "clickhouse"), attribute.String("db.operation.name", name)))
	if err != nil {
		span.SetStatus(codes.Error, "the query failed") // the error may hold the query's text
	}
	span.End()
}

// Close sends what is left and ends.
func (e *Exporter) Close() error {
	if e == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return e.provider.Shutdown(ctx)
}
