package bench

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard"
	"utfall/ingest"
	"utfall/ingest/reference"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

// BenchmarkPage asks for a warm indicator page and for the same bytes from a bare handler, in turns, over loopback. ratio
// is the page's requests per second over the bare handler's.
func BenchmarkPage(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	page := serve(b, ctx, nil, deathsAlone) + deathsPage
	body := fetch(b, page)
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/", func(c *fiber.Ctx) error { return c.Send(body) })
	listener := listen(b)
	go func() { _ = bare.Listener(listener) }()
	defer func() { _ = bare.Shutdown() }()
	for b.Loop() {
		var ours, theirs float64
		for range 3 {
			ours += rate(b, page)
			theirs += rate(b, "http://"+listener.Addr().String()+"/")
		}
		b.ReportMetric(ours/theirs, "ratio")
		b.ReportMetric(ours/3, "requests/s")
		b.ReportMetric(float64(len(body)), "bytes")
	}
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

const deathsPage = "/indikator/drug_induced_deaths"

func deathsAlone(dataset string) bool { return dataset == "reference/drug_induced_deaths" }

func everything(string) bool { return true }

// serve starts the dashboard on the real engine with the datasets of the collection that are wanted, and gives its address.
// The store is wrapped if a wrapper is given.
func serve(b *testing.B, ctx context.Context, wrap func(dashboard.Reader) dashboard.Reader, wanted func(string) bool) string {
	b.Helper()
	dir := b.TempDir()
	e, err := engine.Start(ctx, engine.Options{DataDir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Stop(context.Background()) })
	s, err := store.Open(ctx, e.Connection().URL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	catalogue, err := schema.Load()
	if err != nil {
		b.Fatal(err)
	}
	runner, err := ingest.New(ingest.Options{Writer: s, Catalogue: catalogue, DataDir: dir})
	if err != nil {
		b.Fatal(err)
	}
	sets, err := reference.Datasets()
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range sets {
		if !wanted(d.Name) {
			continue
		}
		content := d.Editions[len(d.Editions)-1].Content
		if _, err := runner.Run(ctx, ingest.Delivery{Dataset: d.Name, Name: d.Name, PublishedBy: reference.PublishedBy, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}}); err != nil {
			b.Fatal(err)
		}
	}
	var reader dashboard.Reader = s
	if wrap != nil {
		reader = wrap(s)
	}
	server, err := dashboard.New(dashboard.Config{Reader: reader, Catalogue: catalogue})
	if err != nil {
		b.Fatal(err)
	}
	l := listen(b)
	go func() { _ = server.Serve(ctx, l) }()
	return "http://" + l.Addr().String()
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}

func fetch(b *testing.B, url string) []byte {
	b.Helper()
	res, err := client.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d, %v", url, res.StatusCode, err)
	}
	return body
}

// rate gives requests per second by eight clients in one second.
func rate(b *testing.B, url string) float64 {
	b.Helper()
	var done atomic.Int64
	var group sync.WaitGroup
	started := time.Now()
	for range 8 {
		group.Go(func() {
			for time.Since(started) < time.Second {
				res, err := client.Get(url)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(started).Seconds()
}
