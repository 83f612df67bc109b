package engine_test

import (
	"context"
	"os"
	"testing"
	"time"

	"utfall/internal/engine"
)

// BenchmarkStart measures a start and a stop on a new data directory and on one with data, in milliseconds, and the
// start as a ratio to the least that it can take: a process that opens the library and ends.
func BenchmarkStart(b *testing.B) {
	for name, filled := range map[string]bool{"new": false, "filled": true} {
		b.Run(name, func(b *testing.B) {
			var starting, stopping, opening time.Duration
			for b.Loop() {
				dataDir := b.TempDir()
				if filled {
					fill(b, dataDir)
				}
				began := time.Now()
				if report := engine.Examine(b.Context(), os.Getenv, dataDir, nil); report.Loaded == "" {
					b.Fatalf("%+v", report)
				}
				opening += time.Since(began)
				began = time.Now()
				one, err := engine.Start(b.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
				if err != nil {
					b.Fatal(err)
				}
				starting += time.Since(began)
				began = time.Now()
				if err := one.Stop(context.Background()); err != nil {
					b.Fatal(err)
				}
				stopping += time.Since(began)
			}
			b.ReportMetric(starting.Seconds()*1000/float64(b.N), "start-ms")
			b.ReportMetric(stopping.Seconds()*1000/float64(b.N), "stop-ms")
			b.ReportMetric(starting.Seconds()/opening.Seconds(), "start/open")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func fill(b *testing.B, dataDir string) {
	b.Helper()
	one := start(b, engine.Options{DataDir: dataDir})
	client := connect(b, one.Connection())
	execute(b, client, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n",
		"INSERT INTO t SELECT number, toString(number) FROM numbers(1000000)")
	client.Close()
	if err := one.Stop(context.Background()); err != nil {
		b.Fatal(err)
	}
}
