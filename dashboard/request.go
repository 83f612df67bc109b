package dashboard

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// requestHeader carries the id by which a reader's answer, the log's lines and a trace are found together.
const requestHeader = "X-Request-Id"

type spanKey struct{}

// Span gives the span of the request whose context ctx is or comes from; it is not valid where requests are not traced.
func Span(ctx context.Context) trace.SpanContext {
	if s, ok := ctx.Value(spanKey{}).(trace.Span); ok {
		return s.SpanContext()
	}
	return trace.SpanContext{}
}

// traced gives a context that leads to the request's span and does not end with the request.
func (v *view) traced() context.Context {
	if v.span == nil {
		return context.Background()
	}
	return context.WithValue(context.Background(), spanKey{}, v.span)
}

// requestID takes over the id that a proxy has given the request, if it looks like one, and makes one otherwise. It says
// nothing of who asks.
func requestID(c *fiber.Ctx) string {
	if id := c.Get(requestHeader); len(id) >= 8 && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "" {
		return strings.Clone(id)
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// answered does a request and tells what became of it: to the metrics, to the log if it failed, to a trace if there is one.
func (s *Server) answered(c *fiber.Ctx, next func() error) error {
	started, id := time.Now(), requestID(c)
	c.Set(requestHeader, id)
	span := s.begin(c, id)
	err := next()
	route := strings.Clone(c.Route().Path)
	if unmatched := new(fiber.Error); errors.As(err, &unmatched) {
		route = "" // the last route that was tried is not the request's
	}
	if err != nil {
		err = s.fault(c, route, id, err)
	}
	status := c.Response().StatusCode()
	s.Observe(route, status, time.Since(started))
	if span != nil {
		span.SetName("GET " + route)
		span.SetAttributes(attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= fiber.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
	return err
}

// begin starts the span of a request, below the one that a proxy began; nil without a tracer. The address is not in it: it may
// hold what a reader searched for.
func (s *Server) begin(c *fiber.Ctx, id string) trace.Span {
	if s.Tracer == nil {
		return nil
	}
	carrier := propagation.MapCarrier{"traceparent": strings.Clone(c.Get("traceparent")), "tracestate": strings.Clone(c.Get("tracestate"))}
	parent := propagation.TraceContext{}.Extract(context.Background(), carrier)
	_, span := s.Tracer.Start(parent, "GET", trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", "GET"), attribute.String("utfall.request_id", id)))
	c.Context().SetUserValue(spanKey{}, span)
	return span
}
