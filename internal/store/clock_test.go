package store_test

import (
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/ingest"
	"utfall/schema"
)

// A line that is written after the clock was set back still takes the place of the one before it.
func TestRecordAfterTheClockWasSetBack(t *testing.T) {
	s := open(t)
	rel := deliver(t, runner(t, s, ingest.Options{}), "t/clock", header+row("SE", "2014", "1"), schema.Published, schema.Counts{Read: 1, New: 1})
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The same line, as a clock a year ahead would have numbered it.
	ahead := uint64(time.Now().AddDate(1, 0, 0).UnixNano())
	if err := conn.Exec(t.Context(), "INSERT INTO release SELECT * REPLACE ($1 AS version) FROM release FINAL WHERE seq = $2", ahead, rel.Seq); err != nil {
		t.Fatal(err)
	}
	rel.WithdrawnAt, rel.Reason = time.Now(), "a test"
	if err := s.Record(t.Context(), rel); err != nil {
		t.Fatal(err)
	}
	lines, err := s.Ledger(t.Context(), 1, "t/clock")
	if err != nil || lines[0].Reason != "a test" || lines[0].WithdrawnAt.IsZero() {
		t.Errorf("the line says %+v (%v)", lines, err)
	}
}
