package deploy

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

type dashboard struct {
	UID, Title string
	Panels     []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		Targets                  []struct {
			RefID, Expr, LegendFormat string
			Instant                   bool
		}
	}
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	out := map[string]dashboard{}
	for _, path := range files(t, "grafana/*.json") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out[path] = d
	}
	return out
}

// A panel about a metric that does not exist would be empty for ever.
func TestDashboardsNameMetricsThatExist(t *testing.T) {
	known := metrics(t)
	asked := map[string]bool{}
	for path, d := range dashboards(t) {
		ids := map[int]bool{}
		for _, p := range d.Panels {
			if ids[p.ID] || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 || len(p.Targets) == 0 {
				t.Errorf("%s: panel %d %q: a number twice, no title, no query, or wider than the page", path, p.ID, p.Title)
			}
			ids[p.ID] = true
			for _, x := range p.Targets {
				for _, n := range named(x.Expr) {
					asked[n] = true
					if !known[n] {
						t.Errorf("%s: %s: there is no metric %s", path, p.Title, n)
					}
				}
			}
		}
	}
	// Whatever the program says of itself can be seen somewhere.
	for n := range known {
		if base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(n, "_bucket"), "_count"), "_sum"); !strings.HasPrefix(n, "utfall_") || base != n {
			continue
		}
		seen := false
		for _, suffix := range []string{"", "_bucket", "_count", "_sum"} {
			seen = seen || asked[n+suffix]
		}
		if _, records := rules(t); !seen {
			for _, r := range records {
				for _, m := range named(r.Expr) {
					seen = seen || asked[r.Record] && strings.HasPrefix(m, n)
				}
			}
		}
		if !seen {
			t.Errorf("no dashboard shows %s", n)
		}
	}
}

func dashboardsUse(t *testing.T, name string) bool {
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, x := range p.Targets {
				for _, n := range named(x.Expr) {
					if n == name {
						return true
					}
				}
			}
		}
	}
	return false
}
