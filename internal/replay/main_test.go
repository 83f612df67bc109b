package replay

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/ingest/collect"
	"utfall/ingest/decode"
	"utfall/ingest/decode/formats"
	"utfall/ingest/fetch"
	"utfall/ingest/source"
	"utfall/ingest/sources"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

var address string // of the engine that all tests share

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(withEngine(m))
}

func withEngine(m *testing.M) int {
	dir, err := os.MkdirTemp("", "utfall-replay")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	e, err := engine.Start(context.Background(), engine.Options{DataDir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = e.Stop(context.Background()) }()
	address = e.Connection().URL()
	return m.Run()
}

// shared gives a recorded payload; where the collection of them is absent the test is skipped.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", name))
	if os.IsNotExist(err) {
		t.Skipf("the recorded payloads are not on this machine (../shared/data/%s)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// catalogue is the program's own with the indicators of testdata, for recordings of things that the program does not follow.
func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"catalogue", "area"} {
		if err := os.CopyFS(filepath.Join(dir, d), os.DirFS(filepath.Join("..", "..", "schema", d))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "catalogue", "indicator"), os.DirFS(filepath.Join("testdata", "indicator"))); err != nil {
		t.Fatal(err)
	}
	c, err := schema.LoadFS(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// publisher is the server that replays. Its answers can be changed between runs.
type publisher struct {
	*httptest.Server
	mu    sync.Mutex
	serve http.HandlerFunc
	log   []string // method, address and status of every answer
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(s int) { w.status = s; w.ResponseWriter.WriteHeader(s) }

func newPublisher(t *testing.T) *publisher {
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		serve := p.serve
		p.mu.Unlock()
		s := &statusWriter{w, http.StatusOK}
		serve(s, r)
		p.mu.Lock()
		p.log = append(p.log, fmt.Sprintf("%s %s %d", r.Method, r.URL.RequestURI(), s.status))
		p.mu.Unlock()
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) answer(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serve, p.log = h, nil
}

func (p *publisher) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.log...)
}

// bench is everything between the publisher and the reader.
type bench struct {
	t         *testing.T
	publisher *publisher
	store     *store.Store
	runner    *ingest.Runner
	collector *collect.Collector
	source    source.Source
}

// newBench takes a source, the program's own or one of testdata, and points it at the local publisher.
func newBench(t *testing.T, id string, change func(*source.Source)) *bench {
	t.Helper()
	c := catalogue(t)
	list, err := source.Load(sources.Files(), c, formats.Names())
	if err != nil {
		t.Fatal(err)
	}
	own, err := source.Load(os.DirFS(filepath.Join("testdata", "sources")), c, formats.Names())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, publisher: newPublisher(t)}
	for _, s := range append(list, own...) {
		if s.ID == id {
			b.source = s
		}
	}
	if b.source.ID == "" {
		t.Fatalf("there is no source %s", id)
	}
	b.redirect()
	if change != nil {
		change(&b.source)
	}
	if b.store, err = store.Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.store.Close() })
	if err := b.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if b.runner, err = ingest.New(ingest.Options{Writer: b.store, Catalogue: c, DataDir: dir, Program: "test"}); err != nil {
		t.Fatal(err)
	}
	client, err := fetch.New(fetch.Options{Program: "Utfall/test", Dir: t.TempDir(), Private: []string{"127.0.0.1"}, FirstWait: time.Millisecond,
		Rates: map[string]fetch.Rate{"127.0.0.1": {Calls: 100_000, Per: time.Second}}})
	if err != nil {
		t.Fatal(err)
	}
	b.collector = &collect.Collector{Client: client, Catalogue: c, DataDir: dir, Open: open,
		Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }}
	return b
}

// redirect keeps a source's path and query and takes its host away.
func (b *bench) redirect() {
	r := &b.source.Request
	r.Rate = nil // the local publisher is in no hurry to be spared
	local := func(address string) string {
		u, err := url.Parse(address)
		if err != nil || address == "" {
			return address
		}
		return strings.Replace(address, u.Scheme+"://"+u.Host, b.publisher.URL, 1)
	}
	r.URL = local(r.URL)
	if r.PxWeb2 != nil {
		px := *r.PxWeb2
		px.Base = local(px.Base)
		r.PxWeb2 = &px
	}
	if r.PxWeb1 != nil {
		px := *r.PxWeb1
		px.Base = local(px.Base)
		r.PxWeb1 = &px
	}
	u, _ := url.Parse(b.publisher.URL)
	r.Hosts = []string{u.Host}
}

func open(s source.Source, r io.Reader) (decode.Reader, error) {
	return formats.Open(s.Format, r, formats.Options{Table: s.Read.Options, Sheet: s.Read.Sheet, Range: s.Read.Range, Content: s.Read.Content})
}

// run asks the publisher once.
func (b *bench) run() (ingest.Result, error) {
	b.t.Helper()
	get := b.collector.Deliver(b.source)
	defer func() {
		if err := get.Close(); err != nil {
			b.t.Error(err)
		}
	}()
	r, err := b.runner.Take(b.t.Context(), b.source.Dataset, get.Delivery)
	if err == nil {
		err = get.Done()
	}
	return r, err
}

// runs asks the publisher once and checks what became of it.
func (b *bench) runs(outcome schema.Outcome, want schema.Counts) ingest.Result {
	b.t.Helper()
	r, err := b.run()
	if err != nil {
		b.t.Fatal(err)
	}
	if r.Release.Outcome != outcome || r.Release.Counts != want {
		b.t.Fatalf("%s %+v (%s), want %s %+v; rejects %v", r.Release.Outcome, r.Release.Counts, r.Release.Reason, outcome, want, r.Rejects)
	}
	return r
}

// shown gives what a reader sees of an indicator, as "area period sex age variant" -> value.
func (b *bench) shown(indicator string, at time.Time) map[string]float64 {
	b.t.Helper()
	list, err := b.store.Series(b.t.Context(), schema.Query{Indicators: []string{indicator}, AsOf: at})
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]float64{}
	for _, o := range list {
		if o.Dataset == b.source.Dataset && o.Missing == "" {
			key := fmt.Sprintf("%s %s %s %s", o.Area, o.Period, o.Sex, o.Age)
			if o.Variant != "" || o.Breakdown != "" {
				key += " " + o.Variant + o.Breakdown
			}
			out[key] = o.Value
		}
	}
	return out
}

func (b *bench) wantShown(indicator string, want map[string]float64) {
	b.t.Helper()
	got := b.shown(indicator, time.Time{})
	for k, v := range want {
		if g, ok := got[k]; !ok || g != v {
			b.t.Errorf("%s %s: %v (%t), want %v", indicator, k, g, ok, v)
		}
	}
}
