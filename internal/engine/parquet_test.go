package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"utfall/dashboard/export"
	"utfall/internal/engine"
	"utfall/schema"
)

// ClickHouse's own reader takes the Parquet files that people download: types, gaps, texts and moments are what was written.
func TestReadsOurParquet(t *testing.T) {
	running := start(t, engine.Options{FileAccess: true})
	client := connect(t, running.Connection())
	catalogue, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	format, _ := export.Find("parquet")
	file, err := os.Create(filepath.Join(running.Files(), "figures.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	released := time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC)
	w, err := format.Open(file, export.About{Catalogue: catalogue, Made: released, Lang: schema.SV})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for part := range 3 { // a row group each
		var figures []schema.Observation
		for i := range 400 {
			p, err := schema.ParsePeriod(fmt.Sprint(1950 + i%70))
			if err != nil {
				t.Fatal(err)
			}
			o := schema.Observation{Cell: schema.Cell{Indicator: "lvm_in_care", Area: fmt.Sprintf("SE-%04d", i), Period: p, Sex: "T", Age: "18+"}, Value: float64(part*400+i) + 0.25,
				Source: "Socialstyrelsen å\u202e", Release: 1<<63 + uint64(i), Released: released}
			if i%7 == 0 {
				o.Missing = schema.SuppressedPrimary
			} else {
				sum += o.Value
			}
			if i%5 == 0 {
				o.Lower, o.Upper = &o.Value, &o.Value
			}
			figures = append(figures, o)
		}
		if err := w.Write(figures); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	var got struct {
		rows, gaps, limits, largest uint64
		sum                         float64
		types, sources              string
		released                    time.Time
	}
	if err := client.QueryRow(context.Background(), `SELECT count(), countIf(value IS NULL AND missing = 'suppressed'), countIf(lower IS NOT NULL), max(release), sum(value),
		any(concat(toTypeName(value), ' ', toTypeName(release), ' ', toTypeName(released))), any(source), max(released) FROM file('figures.parquet', Parquet)`).
		Scan(&got.rows, &got.gaps, &got.limits, &got.largest, &got.sum, &got.types, &got.sources, &got.released); err != nil {
		t.Fatal(err)
	}
	if got.rows != 1200 || got.gaps != 3*58 || got.limits != 240 || got.largest != 1<<63+399 || got.sum != sum || got.sources != "Socialstyrelsen å\u202e" || !got.released.Equal(released) {
		t.Errorf("ClickHouse reads %+v, sum of what was written %v", got, sum)
	}
	if want := "Nullable(Float64) UInt64 DateTime64(6, 'UTC')"; got.types != want {
		t.Errorf("types %q, want %q", got.types, want)
	}
}
