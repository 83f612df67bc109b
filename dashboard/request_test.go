package dashboard

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"utfall/schema"
)

// The id that a proxy gave comes back, a new one takes the place of what is none, and a failed page's line in the log has it,
// with the route and without what the reader asked for.
func TestRequestID(t *testing.T) {
	var log bytes.Buffer
	var routes []string
	s := server(t, &stubReader{fail: map[string]bool{"state": true}})
	s.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	s.Observe = func(route string, _ int, _ time.Duration) { routes = append(routes, route) }
	for given, taken := range map[string]bool{"0123456789abcdef": true, "4bf92f35-77b3_4da6": true, "short": false, "": false,
		"with space in it": false, "line\tbreak-0000": false, strings.Repeat("x", 65): false, "<script>alert(1)": false} {
		r := httptest.NewRequest(http.MethodGet, "/nowhere", nil)
		r.Header.Set("X-Request-Id", given)
		res, err := s.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		got := res.Header.Get("X-Request-Id")
		if (got == given) != taken || len(got) < 8 {
			t.Errorf("%q comes back as %q", given, got)
		}
		if res.StatusCode != http.StatusNotFound || routes[len(routes)-1] != "" {
			t.Errorf("%d, route %q", res.StatusCode, routes[len(routes)-1])
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/?q=nagons-namn", nil)
	r.Header.Set("X-Request-Id", "feedfeedfeedfeed")
	r.Header.Set("X-Forwarded-For", "192.0.2.77")
	res, err := s.Test(r)
	if err != nil {
		t.Fatal(err)
	}
	line := log.String()
	if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(line, `"request_id":"feedfeedfeedfeed"`) || !strings.Contains(line, `"route":"/"`) {
		t.Errorf("%d: %s", res.StatusCode, line)
	}
	for _, personal := range []string{"nagons-namn", "192.0.2.77"} {
		if strings.Contains(line, personal) {
			t.Errorf("the log has %s: %s", personal, line)
		}
	}
}

// The context that a panel's queries get leads to the request's span.
func TestSpanReachesQueries(t *testing.T) {
	if Span(context.Background()).IsValid() {
		t.Error("a span where there is no request")
	}
	var seen trace.SpanContext
	s := server(t, &stubReader{})
	s.Reader = spanReader{s.Reader, &seen}
	s.Tracer = noop.NewTracerProvider().Tracer("") // hands the proxy's span on
	r := httptest.NewRequest(http.MethodGet, "/kvalitet", nil)
	r.Header.Set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	if _, err := s.Test(r); err != nil {
		t.Fatal(err)
	}
	if seen.TraceID().String() != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("the query's context leads to trace %s", seen.TraceID())
	}
}

// spanReader keeps the span that the newest query belonged to.
type spanReader struct {
	Reader
	seen *trace.SpanContext
}

func (r spanReader) Coverage(ctx context.Context, at time.Time) ([]schema.Coverage, error) {
	*r.seen = Span(ctx)
	return r.Reader.Coverage(ctx, at)
}
