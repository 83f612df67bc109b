package ops_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"utfall/internal/ops"
)

// A scrape at 500 datasets, as Prometheus asks for it, beside the client library's own handler over the same registries.
// The aims are 5 ms and 200 kB.
func BenchmarkScrape(b *testing.B) {
	o := options()
	o.Reasons = []string{"fields", "indicator", "variant", "area", "period", "sex", "age", "unit", "value", "missing", "flags", "source"}
	for i := range 500 {
		o.Datasets = append(o.Datasets, ops.Dataset{Name: fmt.Sprintf("publisher/table_%03d", i), Every: time.Hour})
	}
	m := ops.New(o)
	x := ops.Reading{}
	for i, d := range o.Datasets {
		x.Standing = append(x.Standing, ops.Standing{Dataset: d.Name, LastSuccess: moment.Add(time.Duration(i) * time.Second), LastAttempt: moment, LastPublished: moment})
		x.Contents = append(x.Contents, ops.Contents{Dataset: d.Name, LatestPeriod: moment, Cells: uint64(i * 7919)})
		x.Runs = append(x.Runs, ops.Run{Dataset: d.Name, Outcome: "published", Took: time.Duration(i) * time.Millisecond, Read: uint64(i * 31), New: uint64(i)})
	}
	m.Take(moment, x)
	scrape := func(h http.Handler) int {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.Len()
	}
	ours, plain := handler(m), promhttp.HandlerFor(m.Gatherer(), promhttp.HandlerOpts{})
	scrape(ours)
	measure := func(h http.Handler) (time.Duration, int) {
		const n = 20
		started, size := time.Now(), 0
		for range n {
			size = scrape(h)
		}
		return time.Since(started) / n, size
	}
	for b.Loop() {
		baseline, full := measure(plain)
		took, size := measure(ours)
		started := time.Now()
		m.Take(moment, ops.Reading{})
		renewed := time.Since(started)
		b.ReportMetric(float64(took.Microseconds())/1000, "ms/scrape")
		b.ReportMetric(float64(size)/1000, "kB/scrape")
		b.ReportMetric(float64(baseline.Microseconds())/1000, "ms/plain")
		b.ReportMetric(float64(full)/1000, "kB/plain")
		b.ReportMetric(float64(took)/float64(baseline), "×plain")
		b.ReportMetric(float64(renewed.Microseconds())/1000, "ms/renewal")
	}
}
