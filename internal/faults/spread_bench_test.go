package faults

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/internal/engine"
)

// A delivery into two shards against the same delivery into one node, run by turns on this machine. The ratio is above 1
// where the shards are faster. Both shards and the program share this machine's cores, so it tells what a second shard costs
// here; what it brings needs a second machine. The floor in the table is what of the time no shard can take over: reading the
// payload, which the program does by itself.
func BenchmarkIngestOnTwoShards(b *testing.B) {
	one, err := enter(b.Context(), b.TempDir(), engine.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(one.leave)
	two := spread(b, 2)
	const rows = 300_000
	large := many(rows)
	take := func(h *house, k int) (all, read time.Duration) {
		b.Helper()
		var begun time.Time
		r, err := ingest.New(ingest.Options{Writer: h.Store, Catalogue: h.catalogue, DataDir: h.dir, Program: "test", Progress: func(p ingest.Progress) {
			switch {
			case p.Step == "read" && begun.IsZero():
				begun = time.Now()
			case p.Step == "compare":
				read = time.Since(begun)
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		started := time.Now()
		if _, err := r.Run(b.Context(), ingest.Delivery{Dataset: dataset + string(rune('a'+k)), Name: "large.csv", Size: int64(len(large)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(large)), nil }}); err != nil {
			b.Fatal(err)
		}
		return time.Since(started), read
	}
	take(one, 0)
	take(two.house, 0)
	var single, spread, reading time.Duration
	for k := 1; k <= 5; k++ {
		s, r := take(one, k)
		single, reading = single+s, reading+r
		s, _ = take(two.house, k)
		spread += s
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(single.Seconds()/spread.Seconds(), "two_shards/one")
	b.ReportMetric(reading.Seconds()/single.Seconds(), "reading/one")
	b.ReportMetric(float64(runtime.NumCPU()), "cores")
}
