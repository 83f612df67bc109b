package faults

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"utfall/ingest"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

// house is a data directory whose engine runs, and is started again when it ends, as in the program.
type house struct {
	*store.Store
	engine    *engine.Engine
	catalogue *schema.Catalogue
	dir       string
	stop      context.CancelFunc
	kept      chan *engine.Engine
	restarted chan time.Time
}

func enter(ctx context.Context, dir string, o engine.Options) (*house, error) {
	o.DataDir, o.Logger = dir, quiet()
	e, err := engine.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	h := &house{engine: e, dir: dir, kept: make(chan *engine.Engine, 1), restarted: make(chan time.Time, 1000)}
	ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() { h.kept <- engine.Keep(ctx, e, nil, func(*engine.Engine) { h.restarted <- time.Now() }) }()
	if h.Store, err = store.Open(ctx, e.Connection().URL()); err == nil {
		err = h.Migrate(ctx)
	}
	if err == nil {
		h.catalogue, err = schema.Load()
	}
	if err != nil {
		h.leave()
		return nil, err
	}
	return h, nil
}

func (h *house) leave() {
	if h.Store != nil {
		_ = h.Close()
	}
	h.stop()
	_ = (<-h.kept).Stop(context.Background())
}

// The figures that are delivered: edition k has other values than the edition before, lacks other cells and has cells that
// it lacked, so that each delivery changes, deletes and adds.
const (
	dataset   = "faults/figures"
	indicator = "drug_induced_deaths"
	cells     = 240
)

var areas = []string{"FR", "ES", "PT", "IT", "NL", "BE"}

// edition gives value by cell.
func edition(k int) map[string]float64 {
	out := map[string]float64{}
	for i := range cells {
		if (i+k)%7 != 0 {
			out[fmt.Sprintf("%s,%d", areas[i%len(areas)], 1960+i/len(areas))] = float64(1000*k + i)
		}
	}
	return out
}

func text(k int) string {
	var b strings.Builder
	b.WriteString("indicator,area,period,value,unit,source,citation\n")
	e := edition(k)
	for _, cell := range slices.Sorted(maps.Keys(e)) {
		fmt.Fprintf(&b, "%s,%s,%g,deaths,A,B\n", indicator, cell, e[cell])
	}
	return b.String()
}

func delivery(k int) ingest.Delivery {
	t := text(k)
	return ingest.Delivery{Dataset: dataset, Name: "figures.csv", PublishedBy: "an authority", Size: int64(len(t)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(t)), nil }}
}

func (h *house) runner(w ingest.Writer, now func() time.Time) (*ingest.Runner, error) {
	return ingest.New(ingest.Options{Writer: w, Catalogue: h.catalogue, DataDir: h.dir, Program: "test", Now: now})
}

func (h *house) deliver(ctx context.Context, k int) (ingest.Result, error) {
	r, err := h.runner(h.Store, nil)
	if err != nil {
		return ingest.Result{}, err
	}
	return r.Run(ctx, delivery(k))
}

// Seen is what a reader is shown.
type Seen struct {
	Edition int // the one that is shown whole, 0 if none is and -1 if it is a mixture of several
	Cells   int
	Faults  []string // what verification finds
}

// look tells which of the editions from 1 to newest is shown.
func (h *house) look(ctx context.Context, newest int) (Seen, error) {
	figures, err := h.Series(ctx, schema.Query{Indicators: []string{indicator}})
	if err != nil {
		return Seen{}, err
	}
	shown := map[string]float64{}
	for _, f := range figures {
		shown[f.Area+","+f.Period.String()] = f.Value
	}
	s := Seen{Edition: -1, Cells: len(figures)}
	if len(figures) == 0 {
		s.Edition = 0
	}
	for k := newest; k > 0 && len(figures) == len(shown); k-- {
		if same(shown, edition(k)) {
			s.Edition = k
			break
		}
	}
	s.Faults, err = h.Verify(ctx)
	return s, err
}

func same(a, b map[string]float64) bool {
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return len(a) == len(b)
}
