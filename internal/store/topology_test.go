package store

import (
	"strings"
	"testing"

	"utfall/schema"
)

// The version table of a cluster is on every node, and its replicas are told apart by shard and replica.
func TestVersionTable(t *testing.T) {
	want := `CREATE TABLE IF NOT EXISTS goose_db_version ON CLUSTER utfall
(
    version_id Int64,
    is_applied UInt8,
    date Date DEFAULT now(),
    tstamp DateTime DEFAULT now()
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{database}/{table}', '{shard}-{replica}')
ORDER BY version_id`
	if got := versionTable("goose_db_version", schema.Cluster); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://h:1/d": "is not an address of the form clickhouse://",
		"clickhouse://u:secret@127.0.0.1:1,127.0.0.1:2/d": "clickhouse://127.0.0.1:1,127.0.0.1:2/d does not answer",
	} {
		_, err := OpenAs(t.Context(), address, schema.Cluster)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}
