// Package ops is what an operator's tools talk to: the program's metrics, whether it lives and whether it is ready, on a
// listener of their own. It owns the metric registries and what metrics are called; it may import the standard library and
// the Prometheus client, and nothing of the rest of the program: what it counts is handed to it in plain types.
//
// What is said of datasets comes from the ledger and not from what this process happened to see, so that a restart, or a
// run in another process, neither fires nor hides an alert. Counters begin at zero when the program does, as Prometheus
// expects of them; the alerts rest on gauges that are read back.
package ops

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Options say what the label sets are. Nothing outside them becomes a label, except datasets that the ledger names, which
// are bounded.
type Options struct {
	Version  string
	Datasets []Dataset
	Hosts    []string         // of publishers that may be asked
	Queries  []string         // names of the store's queries
	Reasons  []string         // why rows are rejected
	DataDir  string           // whose file system is watched; "" for none
	Now      func() time.Time // default time.Now
}

// Metrics is every metric of the program, on registries of its own.
type Metrics struct {
	o        Options
	live     *prometheus.Registry // small, gathered at every scrape
	standing *prometheus.Registry // a few dozen series a dataset, rendered when something has changed
	rendered *exposition
	wake     chan struct{}

	serving
	sources
	engine
	datasets
	config
}

// New makes the registries. Every label set that is known beforehand is there from the start, so that a rate over a
// counter sees its first event.
func New(o Options) *Metrics {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Metrics{o: o, live: prometheus.NewRegistry(), standing: prometheus.NewRegistry(), wake: make(chan struct{}, 1)}
	build := gauge("utfall_build_info", "Always 1; what the program was built from stands in the labels.", "version", "go_version")
	build.WithLabelValues(o.Version, runtime.Version()).Set(1)
	m.live.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.serving = newServing(m.live, o)
	m.sources = newSources(m.live, o.Hosts)
	m.engine = newEngine(m.live, o.DataDir)
	m.config = newConfig(m.live)
	m.datasets = newDatasets(m.standing, o)
	m.rendered = newExposition(m.live, m.standing)
	m.rendered.renew()
	return m
}

// Gatherer gives every metric, for tests.
func (m *Metrics) Gatherer() prometheus.Gatherer {
	return prometheus.Gatherers{m.live, m.standing}
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// histogram is a native histogram; buckets, if given, are there as well for servers that do not take native ones.
func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour}, labels)
}

// unix writes a moment as seconds, zero for none.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// Handler answers /metrics, /healthz (the program lives) and /readyz (ready says nil: figures can be served).
func (m *Metrics) Handler(ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.rendered)
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
	server := &http.Server{Handler: m.Handler(ready), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute}
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
