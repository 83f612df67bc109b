package bench

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/internal/ops"
	"utfall/internal/store"
	"utfall/schema"
)

// BenchmarkObservedPage asks for the same warm indicator page from a server whose requests are counted and from one whose are not,
// over one store, in turns. overhead-% is what counting costs of a page, by the median of the turns; the aim is below 2. Turns differ
// by more than that on a machine with others on it, so own-% says it in another way: the time of counting alone over a request's.
func BenchmarkObservedPage(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var reader dashboard.Reader
	plain := serve(b, ctx, func(r dashboard.Reader) dashboard.Reader { reader = r; return r }, deathsAlone) + deathsPage
	catalogue, err := schema.Load()
	if err != nil {
		b.Fatal(err)
	}
	metrics := ops.New(ops.Options{Version: "bench", Queries: store.QueryNames()})
	server, err := dashboard.New(dashboard.Config{Reader: reader, Catalogue: catalogue, Observe: metrics.Request, PanelFailed: metrics.PanelFailed, Patience: 5 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	metrics.Routes(server.Routes())
	metrics.Pages(server.Pages())
	l := listen(b)
	go func() { _ = server.Serve(ctx, l) }()
	observed := "http://" + l.Addr().String() + deathsPage
	for range 20 { // a page is kept once every panel was in time
		fetch(b, plain)
		fetch(b, observed)
	}
	for b.Loop() {
		var shares []float64
		var pages float64 // a second
		for range 12 {    // there and back again, so that what drifts weighs on both
			without, with := rate(b, plain), rate(b, observed)
			with += rate(b, observed)
			without += rate(b, plain)
			shares, pages = append(shares, 100*(without/with-1)), without/2
		}
		slices.Sort(shares)
		b.ReportMetric(shares[len(shares)/2], "overhead-%")
		b.ReportMetric(100*counting(metrics, server.Routes()[0]).Seconds()*pages/float64(runtime.GOMAXPROCS(0)), "own-%")
	}
}

// counting gives the time that one request's counting takes.
func counting(m *ops.Metrics, route string) time.Duration {
	const times = 1_000_000
	started := time.Now()
	for range times {
		m.Request(route, 200, 5*time.Millisecond)
	}
	return time.Since(started) / times
}
