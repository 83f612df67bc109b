package ops

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// serving is what the pages and their queries cost, and what of them failed.
type serving struct {
	routes   map[string]bool
	requests *prometheus.HistogramVec
	usual    map[answer]prometheus.Observer // the series made beforehand, found without hashing labels
	queries  *prometheus.HistogramVec
	faults   *prometheus.CounterVec
	panels   *prometheus.CounterVec
}

// answer is what tells the series of requests apart.
type answer struct {
	route  string
	status int
}

// How a query failed, as it stands in labels.
const (
	queryTimeout = "timeout"
	queryError   = "error"
)

func newServing(r prometheus.Registerer, o Options) serving {
	s := serving{routes: map[string]bool{other: true}, usual: map[answer]prometheus.Observer{},
		requests: histogram("utfall_http_request_duration_seconds", "Time to answer a request, by route and status.", prometheus.DefBuckets, "route", "status"),
		queries: histogram("utfall_query_duration_seconds", "Time until a query had given its last row, by the query's name.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}, "query"),
		faults: counter("utfall_query_errors_total", "Queries that failed, by name and whether they ran out of time.", "query", "kind"),
		panels: counter("utfall_panel_errors_total", "Pages that were shown without a panel because its figures could not be loaded.", "page"),
	}
	r.MustRegister(s.requests, s.queries, s.faults, s.panels)
	for _, q := range o.Queries {
		s.queries.WithLabelValues(q)
		s.faults.WithLabelValues(q, queryTimeout)
		s.faults.WithLabelValues(q, queryError)
	}
	return s
}

// Routes makes the series of the pages' routes; it is called once, before the first request.
func (s serving) Routes(routes []string) {
	for _, r := range append(slices.Clone(routes), other) {
		s.routes[r] = true
		for _, status := range []int{200, 304, 404, 503} {
			s.usual[answer{r, status}] = s.requests.WithLabelValues(r, strconv.Itoa(status))
		}
	}
}

// Pages makes the series of the pages' panels, once they are known.
func (s serving) Pages(pages []string) {
	for _, p := range pages {
		s.panels.WithLabelValues(p)
	}
}

// Request counts an answered request. An address that is no route's counts as other.
func (s serving) Request(route string, status int, took time.Duration) {
	if !s.routes[route] {
		route = other
	}
	series, ok := s.usual[answer{route, status}]
	if !ok {
		series = s.requests.WithLabelValues(route, strconv.Itoa(status))
	}
	series.Observe(took.Seconds())
}

// Query counts a query of the store. A query that its caller gave up is no fault.
func (s serving) Query(name string, took time.Duration, err error) {
	s.queries.WithLabelValues(name).Observe(took.Seconds())
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.Is(err, context.DeadlineExceeded):
		s.faults.WithLabelValues(name, queryTimeout).Inc()
	default:
		s.faults.WithLabelValues(name, queryError).Inc()
	}
}

// PanelFailed counts a page that was shown without one of its panels.
func (s serving) PanelFailed(page string) { s.panels.WithLabelValues(page).Inc() }
