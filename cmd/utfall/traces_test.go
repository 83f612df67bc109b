package main

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"utfall/dashboard"
)

// receiver is a collector that keeps the spans it is sent.
type receiver struct {
	mu  sync.Mutex
	got []*spans.Span
	raw strings.Builder
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var body io.Reader = q.Body
	if q.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(q.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = z
	}
	b, err := io.ReadAll(body)
	var m collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(b, &m)
	}
	if err != nil || q.URL.Path != "/v1/traces" {
		http.Error(w, "no traces", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raw.Write(b)
	for _, x := range m.ResourceSpans {
		for _, s := range x.ScopeSpans {
			r.got = append(r.got, s.Spans...)
		}
	}
}

// below gives the names of the spans whose parent a span is.
func (r *receiver) below(parent *spans.Span) (names []string) {
	for _, s := range r.got {
		if slices.Equal(s.ParentSpanId, parent.SpanId) {
			names = append(names, s.Name)
		}
	}
	return names
}

// A page and a run are traced from their beginning to their queries, if a collector is named, and nothing in a trace says who
// asked or for what.
func TestTraces(t *testing.T) {
	collecting := &receiver{}
	server := httptest.NewServer(collecting)
	defer server.Close()
	dir := t.TempDir()
	env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL + "/", "UTFALL_DATA_DIR": dir, "UTFALL_LOG_FORMAT": "json", "UTFALL_LOG_LEVEL": "info"}
	file := write(t, filepath.Join(t.TempDir(), "lvm.csv"), head+"lvm_in_care,,SE,2022-11-01,T,18+,325,persons,,,SoS,Test\n")
	code, _, log := call(t, env, "ingest", "--file", file)
	if code != done {
		t.Fatal(log)
	}
	h, err := app{env: os.Getenv, stdout: t.Output(), stderr: t.Output()}.open(t.Context(), common{dataDir: dir, traces: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := dashboard.New(dashboard.Config{Reader: h.Store, Catalogue: h.catalogue, Tracer: h.traces.Tracer()})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/kvalitet?q=nagons-namn", nil)
	const traceID, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	r.Header.Set("traceparent", "00-"+traceID+"-"+parent+"-01")
	r.Header.Set("User-Agent", "Someone's browser")
	r.Header.Set("X-Forwarded-For", "192.0.2.77")
	if res, err := pages.Test(r); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	collecting.mu.Lock()
	defer collecting.mu.Unlock()
	var request, ingested *spans.Span
	for _, s := range collecting.got {
		if hex.EncodeToString(s.TraceId) == traceID && s.Name == "GET /kvalitet" {
			request = s
		}
		if s.Name == "ingest run" {
			ingested = s
		}
	}
	if request == nil || ingested == nil {
		t.Fatalf("of %d spans none is the request's, or none is a run", len(collecting.got))
	}
	if hex.EncodeToString(request.ParentSpanId) != parent || !slices.Contains(collecting.below(request), "Reader.Coverage") {
		t.Errorf("the request: %v, below it %v", request, collecting.below(request))
	}
	for _, step := range []string{"keep payload", "read", "judge", "compare", "publish", "Store.Ledger", "insert"} {
		if !slices.Contains(collecting.below(ingested), step) {
			t.Errorf("no span %q below the run's: %v", step, collecting.below(ingested))
		}
	}
	for _, personal := range []string{"nagons-namn", "192.0.2.77", "browser"} {
		if strings.Contains(collecting.raw.String(), personal) {
			t.Errorf("the traces hold %q", personal)
		}
	}
	// One line of the log a run, which leads on.
	if !regexp.MustCompile(`"msg":"run","dataset":"[^"]+","release":(\d+),"outcome":"published".*"page":"/drift#release-\d+","show":"utfall release show \d+","trace_id":"[0-9a-f]{32}"`).MatchString(log) {
		t.Errorf("the log's lines of runs: %.1000s", log)
	}
}
