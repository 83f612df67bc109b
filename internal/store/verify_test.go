package store_test

import (
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/ingest"
	"utfall/schema"
)

// Rows that no release has, and rows that are not what their hash says, are found; sound ones are not.
func TestVerify(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	rel := deliver(t, r, "t/verify", header+row("GR", "2014", "1")+row("GR", "2015", "2")+row("GR", "2016", "3"), schema.Published, schema.Counts{Read: 3, New: 3})
	deliver(t, r, "t/verify", header+row("GR", "2014", "1")+row("GR", "2015", "4"), schema.Published, schema.Counts{Read: 2, Changed: 1, Deleted: 1, Unchanged: 1})
	faults := func() string {
		t.Helper()
		list, err := s.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(list, "\n")
	}
	if got := faults(); got != "" {
		t.Fatalf("sound rows: %s", got)
	}
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, x := range []struct{ do, says, undo string }{
		{"INSERT INTO observation (dataset, release, indicator, area, period) VALUES ('t/verify', 987654321, 'x', 'GR', '2014')",
			"release 987654321: 1 rows are stored and the ledger has no such release", "ALTER TABLE observation DELETE WHERE release = 987654321"},
		{"ALTER TABLE observation UPDATE value = 7 WHERE dataset = 't/verify' AND period = '2014'",
			"of t/verify: 0 rows have another cell and 1 another content than their hash says", "ALTER TABLE observation UPDATE value = 1 WHERE dataset = 't/verify' AND period = '2014'"},
		{"ALTER TABLE observation UPDATE note = 'x', symbol = 'y' WHERE dataset = 't/verify' AND period = '2016' AND missing = 'deleted'",
			"of t/verify: 0 rows have another cell and 1 another", "ALTER TABLE observation UPDATE note = '', symbol = '' WHERE dataset = 't/verify' AND period = '2016' AND missing = 'deleted'"},
		{"INSERT INTO release SELECT * REPLACE (version + 1 AS version, 4 AS rows_new) FROM release FINAL WHERE dataset = 't/verify' ORDER BY seq LIMIT 1",
			"of t/verify: the ledger says 4 rows, 3 are stored",
			"INSERT INTO release SELECT * REPLACE (version + 1 AS version, 3 AS rows_new) FROM release FINAL WHERE dataset = 't/verify' ORDER BY seq LIMIT 1"},
	} {
		if err := conn.Exec(t.Context(), x.do); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(x.do, "ALTER") {
			wait := "ALTER TABLE observation DELETE WHERE release = 987654321 SETTINGS mutations_sync = 1"
			if err := conn.Exec(t.Context(), wait); err != nil { // mutations run in order, so the one before has ended
				t.Fatal(err)
			}
		}
		if got := faults(); !strings.Contains(got, x.says) {
			t.Errorf("%s:\n%s\nwant %q", x.do, got, x.says)
		}
		if err := conn.Exec(t.Context(), x.undo+" SETTINGS mutations_sync = 1"); err != nil {
			t.Fatal(err)
		}
		if got := faults(); got != "" {
			t.Fatalf("after the repair: %s", got)
		}
	}
	if lines, err := s.Ledger(t.Context(), 10, "t/verify"); err != nil || len(lines) != 2 || lines[1].Seq != rel.Seq {
		t.Errorf("%+v, %v", lines, err)
	}
}
