package backup_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/internal/backup"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// house is a data directory whose engine runs.
type house struct {
	*store.Store
	engine *engine.Engine
	dir    string
}

func begin(t *testing.T, dir string) house {
	t.Helper()
	e, err := engine.Start(t.Context(), engine.Options{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), e.Connection().URL())
	if err != nil {
		t.Fatal(err)
	}
	h := house{s, e, dir}
	t.Cleanup(h.end)
	return h
}

func (h house) end() {
	_ = h.Close()
	_ = h.engine.Stop(context.Background())
}

func (h house) place() backup.Place {
	return backup.Place{DataDir: h.dir, Exchange: h.engine.Backups(), ClickHouse: h.engine.Connection().Version}
}

func (h house) deliver(t *testing.T, dataset string, rows ...string) schema.Release {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := ingest.New(ingest.Options{Writer: h.Store, Catalogue: c, DataDir: h.dir, Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	text := "indicator,area,period,value,unit,source,citation\n"
	for _, x := range rows {
		text += "drug_induced_deaths," + x + ",deaths,A,B\n"
	}
	res, err := r.Run(t.Context(), ingest.Delivery{Dataset: dataset, Name: dataset + ".csv", PublishedBy: "an authority", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return res.Release
}

// furnished is a data directory with every kind of line: published, revised, deleted, withdrawn, unchanged, and a briefing.
func furnished(t *testing.T) house {
	t.Helper()
	h := begin(t, t.TempDir())
	if err := h.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.deliver(t, "t/a", "FR,2014,614", "FR,2015,661", "FR,2016,590")
	h.deliver(t, "t/a", "FR,2014,614", "FR,2015,675", "FR,2017,626")
	gone := h.deliver(t, "t/b", "ES,2014,1", "ES,2015,2")
	gone.WithdrawnAt, gone.Reason = time.Now(), "a test"
	if err := h.Record(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	h.deliver(t, "t/a", "FR,2014,614", "FR,2015,675", "FR,2017,626")
	body := []byte("a briefing")
	if err := h.KeepBriefing(t.Context(), schema.FrozenBriefing{ID: "b", Version: 1, AsOf: time.Now(), Published: time.Now(), Body: body,
		Hash: "0a64da8a208e0c42643c3b3c6bd64d42fa25b5cd9f3ca64e66d71f01b98088fb"}); err != nil {
		t.Fatal(err)
	}
	return h
}

// contents writes out every line of the ledger and every figure as of each moment at which something changed.
func contents(t *testing.T, h house) string {
	t.Helper()
	lines, err := h.Ledger(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	moments := []time.Time{{}}
	for _, l := range lines {
		fmt.Fprintf(&b, "%+v\n", l)
		moments = append(moments, l.PublishAt, l.WithdrawnAt)
	}
	for _, m := range moments {
		figures, err := h.Series(t.Context(), schema.Query{AsOf: m})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			f.Lower, f.Upper = nil, nil
			fmt.Fprintf(&b, "%s: %+v\n", m, f)
		}
	}
	revisions, err := h.Revisions(t.Context(), "drug_induced_deaths", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	artifacts, err := h.Artifacts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := h.BriefingBody(t.Context(), "b", 1)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%+v\n%+v\n%s\n", revisions, artifacts, text)
	return b.String()
}
