package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/schema"
)

// watched remembers what the pages ask of a store, and lets one of the questions hang.
type watched struct {
	dashboard.Reader
	mu    sync.Mutex
	asked []func(context.Context) // the questions, to be asked again
	hung  string                  // the question that hangs until its context ends
}

func (w *watched) see(ctx context.Context, name string, again func(context.Context)) error {
	w.mu.Lock()
	w.asked = append(w.asked, again)
	hung := w.hung == name
	w.mu.Unlock()
	if hung {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// taken gives what was asked since it was last called.
func (w *watched) taken() []func(context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.asked
	w.asked = nil
	return out
}

func (w *watched) Series(ctx context.Context, q schema.Query) ([]schema.Observation, error) {
	name := "figures"
	if len(q.Areas) > 0 {
		name = "other counts"
	}
	if err := w.see(ctx, name, func(ctx context.Context) { _, _ = w.Reader.Series(ctx, q) }); err != nil {
		return nil, err
	}
	return w.Reader.Series(ctx, q)
}

func (w *watched) Versions(ctx context.Context, q schema.Query) ([]schema.Version, error) {
	if err := w.see(ctx, "versions", func(ctx context.Context) { _, _ = w.Reader.Versions(ctx, q) }); err != nil {
		return nil, err
	}
	return w.Reader.Versions(ctx, q)
}

func (w *watched) Revisions(ctx context.Context, id string, at time.Time) ([]schema.Revision, error) {
	if err := w.see(ctx, "revisions", func(ctx context.Context) { _, _ = w.Reader.Revisions(ctx, id, at) }); err != nil {
		return nil, err
	}
	return w.Reader.Revisions(ctx, id, at)
}

func (w *watched) Releases(ctx context.Context, id string, at time.Time) ([]schema.Release, error) {
	if err := w.see(ctx, "releases", func(ctx context.Context) { _, _ = w.Reader.Releases(ctx, id, at) }); err != nil {
		return nil, err
	}
	return w.Reader.Releases(ctx, id, at)
}

func (w *watched) State(ctx context.Context, at time.Time) (schema.State, error) {
	if err := w.see(ctx, "state", func(ctx context.Context) { _, _ = w.Reader.State(ctx, at) }); err != nil {
		return schema.State{}, err
	}
	return w.Reader.State(ctx, at)
}

func (w *watched) Coverage(ctx context.Context, at time.Time) ([]schema.Coverage, error) {
	_ = w.see(ctx, "coverage", func(ctx context.Context) { _, _ = w.Reader.Coverage(ctx, at) })
	return w.Reader.Coverage(ctx, at)
}

func (w *watched) Ledger(ctx context.Context, n int, datasets ...string) ([]schema.Release, error) {
	_ = w.see(ctx, "ledger", func(ctx context.Context) { _, _ = w.Reader.Ledger(ctx, n, datasets...) })
	return w.Reader.Ledger(ctx, n, datasets...)
}

func watching(b *testing.B, ctx context.Context) (*watched, string) {
	b.Helper()
	w := &watched{}
	url := serve(b, ctx, func(r dashboard.Reader) dashboard.Reader { w.Reader = r; return w }, everything)
	return w, url
}

func timed(b *testing.B, url string) (time.Duration, string) {
	b.Helper()
	started := time.Now()
	res, err := client.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d, %v", url, res.StatusCode, err)
	}
	return time.Since(started), string(body)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkUncachedPage asks for an indicator page that is not kept, and then asks the store the same questions one after
// the other, in turns. ratio is the page's time over that of its own queries alone; queries is how many it asked.
func BenchmarkUncachedPage(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, url := watching(b, ctx)
	turn := 0
	for b.Loop() {
		var pages, alone []time.Duration
		queries := 0
		for i := range 41 {
			w.taken()
			turn++
			took, body := timed(b, fmt.Sprintf("%s%s?area=SE&vanta=%d", url, deathsPage, turn)) // never the same address
			if !strings.Contains(body, "474") {
				b.Fatal("the page does not show its figure")
			}
			asked := w.taken()
			queries = max(queries, len(asked))
			started := time.Now()
			for _, again := range asked {
				again(ctx)
			}
			if i > 0 { // the first warms both
				pages, alone = append(pages, took), append(alone, time.Since(started))
			}
		}
		b.ReportMetric(median(pages).Seconds()/median(alone).Seconds(), "ratio")
		b.ReportMetric(float64(median(pages).Microseconds())/1000, "ms-page")
		b.ReportMetric(float64(median(alone).Microseconds())/1000, "ms-queries")
		b.ReportMetric(float64(queries), "queries")
	}
}

// mostQueries is how many questions a page may ask the store.
const mostQueries = 8

// BenchmarkQueriesPerPage counts the questions that each page asks when it is not kept. queries is the most that one asked.
func BenchmarkQueriesPerPage(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, url := watching(b, ctx)
	catalogue, err := schema.Load()
	if err != nil {
		b.Fatal(err)
	}
	paths := []string{"/", "/?area=SE-1480", deathsPage + "?area=SE,DK&also=poisoning_deaths_medicines_narcotics", deathsPage + "?vy=definitioner", deathsPage + "?vy=styrdiagram",
		"/vardkedja", "/insatser", "/pastaenden", "/kvalitet", "/drift", "/metod", "/tillganglighet", "/genomgang"}
	for _, e := range catalogue.Events {
		paths = append(paths, "/insatser/"+e.ID)
	}
	for _, x := range catalogue.Claims {
		paths = append(paths, "/pastaenden/"+x.ID)
	}
	for b.Loop() {
		most := 0
		for _, path := range paths {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w.taken()
			timed(b, url+path+sep+"vanta=ja")
			n := len(w.taken())
			b.Logf("%d queries: %s", n, path)
			if n > mostQueries {
				b.Errorf("%s asks %d questions, more than %d", path, n, mostQueries)
			}
			most = max(most, n)
		}
		b.ReportMetric(float64(most), "queries")
	}
}

// BenchmarkHungPanel makes one query beside the figures of an indicator page hang and asks for the page. ms is the longest that the rest took.
func BenchmarkHungPanel(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, url := watching(b, ctx)
	timed(b, url+deathsPage+"?vanta=ja")
	for b.Loop() {
		var longest time.Duration
		for _, name := range []string{"other counts", "revisions", "releases", "state"} {
			time.Sleep(1100 * time.Millisecond) // the ledger's state is asked for once a second
			w.mu.Lock()
			w.hung = name
			w.mu.Unlock()
			took, body := timed(b, fmt.Sprintf("%s%s?area=SE&q=%s", url, deathsPage, strings.ReplaceAll(name, " ", "-")))
			if name != "state" && !strings.Contains(body, "data-late") {
				b.Errorf("%s hung and the page does not say so", name)
			}
			b.Logf("%s hung: the rest of the page after %.0f ms", name, took.Seconds()*1000)
			longest = max(longest, took)
		}
		w.mu.Lock()
		w.hung = ""
		w.mu.Unlock()
		b.ReportMetric(float64(longest.Milliseconds()), "ms")
	}
}
