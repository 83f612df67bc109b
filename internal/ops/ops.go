// Package ops is what an operator's tools talk to: the program's metrics, whether it lives and whether it is ready, on a
// listener of their own. It owns the metric registry; it may import the standard library and client_golang, and nothing
// of the rest of the program.
package ops

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is every metric of the program, on a registry of its own.
type Metrics struct {
	Registry *prometheus.Registry

	requests *prometheus.HistogramVec
	runs     *prometheus.CounterVec
	rows     *prometheus.CounterVec
	success  *prometheus.GaugeVec
	attempt  *prometheus.GaugeVec
}

// Outcomes of a run of ingest, as they stand in labels.
var outcomes = []string{"published", "unchanged", "refused", "failed"}

// What became of a row, as it stands in labels.
var rowResults = []string{"new", "changed", "deleted", "unchanged", "rejected"}

// New makes the registry. datasets are initialised, so that a counter exists before its first event.
func New(version string, datasets []string) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "utfall_http_request_duration_seconds",
			Help: "Time to answer a request, by route and status.", NativeHistogramBucketFactor: 1.1, Buckets: prometheus.DefBuckets}, []string{"route", "status"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "utfall_ingest_runs_total",
			Help: "Runs of ingest since start, by outcome."}, []string{"dataset", "outcome"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "utfall_ingest_rows_total",
			Help: "Rows of deliveries since start, by what became of them."}, []string{"dataset", "result"}),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "utfall_ingest_last_success_timestamp_seconds",
			Help: "When a dataset was last taken in or found unchanged."}, []string{"dataset"}),
		attempt: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "utfall_ingest_last_attempt_timestamp_seconds",
			Help: "When a dataset was last tried."}, []string{"dataset"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "utfall_build_info", Help: "Always 1; the program's version stands in the label."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.Registry.MustRegister(m.requests, m.runs, m.rows, m.success, m.attempt, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, d := range datasets {
		for _, o := range outcomes {
			m.runs.WithLabelValues(d, o)
		}
		for _, r := range rowResults {
			m.rows.WithLabelValues(d, r)
		}
	}
	return m
}

// Request counts an answered request.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Run counts a run of ingest. The counts are in rows: new, changed, deleted, unchanged, rejected.
func (m *Metrics) Run(dataset, outcome string, at time.Time, counts [5]uint64) {
	m.runs.WithLabelValues(dataset, outcome).Inc()
	for i, r := range rowResults {
		m.rows.WithLabelValues(dataset, r).Add(float64(counts[i]))
	}
	m.Seen(dataset, outcome, at)
}

// Seen sets when a dataset was last tried and last taken in; at start it is called with what the ledger says.
func (m *Metrics) Seen(dataset, outcome string, at time.Time) {
	m.attempt.WithLabelValues(dataset).Set(float64(at.Unix()))
	if outcome == "published" || outcome == "unchanged" {
		m.success.WithLabelValues(dataset).Set(float64(at.Unix()))
	}
}

// Handler answers /metrics, /healthz (the program lives) and /readyz (ready says nil: figures can be served).
func (m *Metrics) Handler(ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{Registry: m.Registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}

// Serve answers on a listener until ctx ends.
func (m *Metrics) Serve(ctx context.Context, l net.Listener, ready func(context.Context) error) error {
	server := &http.Server{Handler: m.Handler(ready), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
