// Package walls holds the test that keeps the rooms apart: which room may import which is design, and this is where the
// design is enforced.
package walls

import (
	"os/exec"
	"strings"
	"testing"
)

// forbidden says what the packages below a path may not depend on, directly or through others.
var forbidden = map[string][]string{
	"utfall/schema":          {"utfall/ingest", "utfall/dashboard", "utfall/internal", "utfall/stats", "net/http", "github.com/ClickHouse/"},
	"utfall/stats":           {"utfall/schema", "utfall/ingest", "utfall/dashboard", "utfall/internal/store", "net/http", "go.yaml.in/"},
	"utfall/ingest":          {"utfall/dashboard", "utfall/internal/store", "utfall/internal/engine", "github.com/ClickHouse/", "github.com/gofiber/"},
	"utfall/dashboard":       {"utfall/ingest", "utfall/internal/store", "utfall/internal/engine", "github.com/ClickHouse/"},
	"utfall/internal/store":  {"utfall/ingest", "utfall/dashboard", "github.com/gofiber/", "html/template"},
	"utfall/internal/engine": {"utfall/schema", "utfall/ingest", "utfall/dashboard", "utfall/internal/store", "github.com/ClickHouse/"},
	"utfall/internal/backup": {"utfall/ingest", "utfall/dashboard", "utfall/internal/store", "utfall/internal/engine", "net/http"},
	"utfall/internal/config": {"utfall/schema", "utfall/ingest", "utfall/dashboard", "utfall/internal/store", "utfall/internal/engine", "net/http"},
	"utfall/internal/traces": {"utfall/schema", "utfall/ingest", "utfall/dashboard", "utfall/internal/store", "utfall/internal/engine"},
	"utfall/internal/press":  {"utfall/ingest", "utfall/internal/store", "utfall/internal/engine", "github.com/ClickHouse/"},
	"utfall/internal/ops":    {"utfall/schema", "utfall/ingest", "utfall/dashboard", "utfall/internal/store"},
}

// only says who alone may import a package directly.
var only = map[string]string{
	"github.com/ClickHouse/clickhouse-go/v2":         "utfall/internal/store",
	"github.com/gofiber/fiber/v2":                    "utfall/dashboard",
	"github.com/go-echarts/go-echarts/v2/charts":     "utfall/dashboard/chart",
	"github.com/prometheus/client_golang/prometheus": "utfall/internal/ops",
	"go.opentelemetry.io/otel/sdk/trace":             "utfall/internal/traces",
}

func list(t *testing.T, format string) [][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", format, "utfall/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		rows = append(rows, strings.Fields(line))
	}
	return rows
}

func below(pkg, room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") }

func TestRoomsDependOnlyOnTheirDoors(t *testing.T) {
	for _, row := range list(t, `{{.ImportPath}} {{join .Deps " "}}`) {
		for room, denied := range forbidden {
			if !below(row[0], room) {
				continue
			}
			for _, dep := range row[1:] {
				for _, d := range denied {
					if dep == d || strings.HasPrefix(dep, strings.TrimSuffix(d, "/")+"/") {
						t.Errorf("%s depends on %s", row[0], dep)
					}
				}
			}
		}
	}
}

func TestOnlyOneRoomImports(t *testing.T) {
	for _, row := range list(t, `{{.ImportPath}} {{join .Imports " "}}`) {
		for _, dep := range row[1:] {
			if owner, ok := only[dep]; ok && row[0] != owner {
				t.Errorf("%s imports %s; only %s may", row[0], dep, owner)
			}
		}
	}
}
