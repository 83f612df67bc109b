package schema

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// The SQL of every topology, as it is sent. What a replicated table needs of Keeper can only be looked at here.
func TestMigrationsAreRendered(t *testing.T) {
	for _, topology := range []Topology{Single, Shards, Cluster} {
		names, err := fs.Glob(topology.Migrations(), "*.sql")
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		var all strings.Builder
		for _, n := range names {
			b, err := fs.ReadFile(topology.Migrations(), n)
			if err != nil {
				t.Fatal(err)
			}
			all.WriteString("-- " + n + "\n" + string(b) + "\n")
		}
		golden := filepath.Join("testdata", "migrations-"+string(topology)+".sql")
		if *update {
			if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || all.String() != string(want) {
			t.Errorf("%s is not as in %s (%v): look at the difference, and go test ./schema -update", topology, golden, err)
		}
		everyTable(t, topology, all.String())
	}
}

// everyTable makes sure that a migration that is written for one node is not forgotten where there are many.
func everyTable(t *testing.T, topology Topology, sql string) {
	t.Helper()
	for _, x := range regexp.MustCompile(`(?s)(CREATE|ALTER) TABLE [^;]*;`).FindAllString(sql, -1) {
		first, _, _ := strings.Cut(x, "\n")
		plain := !strings.Contains(first, "_local") && !strings.Contains(x, "Distributed(") && !strings.HasPrefix(x, "ALTER")
		switch {
		case topology == Single && (strings.Contains(x, "ON CLUSTER") || strings.Contains(x, "Replicated") || strings.Contains(x, "_local")):
			t.Errorf("single: %s", x)
		case topology.Spread() && plain:
			t.Errorf("%s: a table of one node: %s", topology, x)
		case topology == Cluster && !strings.Contains(first, " ON CLUSTER utfall"):
			t.Errorf("cluster: on one node only: %s", x)
		case topology == Cluster && strings.Contains(x, "MergeTree") && !strings.Contains(x, "Replicated"):
			t.Errorf("cluster: not replicated: %s", x)
		}
	}
}

func TestParseTopology(t *testing.T) {
	for in, want := range map[string]Topology{"": Single, "single": Single, "cluster": Cluster, "shards": Shards} {
		if got, err := ParseTopology(in); err != nil || got != want {
			t.Errorf("%q: %s, %v", in, got, err)
		}
	}
	if _, err := ParseTopology("many"); err == nil || !strings.Contains(err.Error(), "single, cluster or shards") {
		t.Error(err)
	}
}
