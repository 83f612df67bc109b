package reference

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/stats"
)

// A runner that lets a wrong value through would make every other line of it worthless.
func TestCheckFindsWhatDiffers(t *testing.T) {
	tolerance := map[string]any{"rel": 1e-9, "abs": 1e-12}
	answer := func(v any) func(Case) (any, error) { return func(Case) (any, error) { return v, nil } }
	refuse := func(Case) (any, error) { return nil, stats.Refuse("x", stats.NoPopulation, "n is 0") }
	for _, c := range []struct {
		name, expected string
		run            func(Case) (any, error)
		fault          string
	}{
		{"equal", `{"a":1,"b":[1,null]}`, answer(map[string]any{"a": 1, "b": []any{1 + 1e-11, nil}, "c": 3}), ""},
		{"off", `{"a":1}`, answer(map[string]any{"a": 1 + 1e-8}), "a: want 1, got 1.00000001"},
		{"absent", `{"a":null}`, answer(map[string]any{}), "a: want null, got no such value"},
		{"null for a number", `{"a":0}`, answer(map[string]any{"a": nil}), "a: want 0, got null"},
		{"number for null", `{"a":null}`, answer(map[string]any{"a": 0}), "a: want null, got 0"},
		{"bool for a number", `{"a":1}`, answer(map[string]any{"a": true}), "a: want 1, got true"},
		{"shorter", `{"a":[1,2]}`, answer(map[string]any{"a": []int{1}}), "a: want [1,2], got [1]"},
		{"in a list", `{"a":[{"b":1},{"b":2}]}`, answer(map[string]any{"a": []map[string]int{{"b": 1}, {"b": 3}}}), "a[1].b: want 2, got 3"},
		{"infinite", `{"a":"Inf"}`, answer(map[string]any{"a": "Inf"}), ""},
		{"not a number", `{"a":1}`, answer(map[string]any{"a": math.NaN()}), "NaN"},
		{"word", `{"a":"Exact"}`, answer(map[string]any{"a": "Byars"}), `a: want "Exact", got "Byars"`},
		{"refused", `{"a":1}`, refuse, "error: x: no_population: n is 0"},
		{"refused as it should", `{"error":"n<=0"}`, refuse, ""},
		{"refused where nothing is defined", `{"a":null,"b":[null]}`, refuse, ""},
		{"refused where part is defined", `{"a":null,"b":1}`, refuse, "error: x: no_population"},
		{"not refused", `{"error":true}`, answer(1), "want an error, got 1"},
		{"refused by others", `"error"`, func(Case) (any, error) { return nil, errors.New("no file") }, "want an error of the package"},
		{"P of a perfect fit", `{"q":{"se_slope":1e-16,"slope":2,"t_p":0.3}}`, answer(map[string]any{"q": map[string]any{"se_slope": 0, "slope": 2, "t_p": nil}}), ""},
		{"P made up for a perfect fit", `{"q":{"se_slope":1e-16,"t_p":0.3}}`, answer(map[string]any{"q": map[string]any{"se_slope": 0, "t_p": 0.3}}), "q.t_p: want null, got 0.3"},
		{"P of a fit", `{"q":{"se_slope":1e-6,"t_p":0.3}}`, answer(map[string]any{"q": map[string]any{"se_slope": 1e-6, "t_p": nil}}), "q.t_p: want 0.3, got null"},
		{"unknown", `{"a":1}`, nil, `unknown method "m"`},
		{"no expected", ``, answer(1), "expected: absent"},
	} {
		faults := check(Case{Method: "m", Expected: json.RawMessage(c.expected)}, c.run, tolerance)
		if c.fault == "" && len(faults) > 0 || c.fault != "" && !strings.Contains(strings.Join(faults, "\n"), c.fault) {
			t.Errorf("%s: want fault %q, got %q", c.name, c.fault, faults)
		}
	}
}

func TestTolerancePerValue(t *testing.T) {
	mixed := map[string]any{"coef_rel": 1e-9, "se_rel": 1e-7, "quasi_rel": 1e-6, "negbin_rel": 1e-5, "abs": 1e-9}
	joinpoint := map[string]any{"joinpoints": "exact", "apc_abs": 1e-6, "se_rel": 1e-5, "published_apc": "2 decimals"}
	for _, c := range []struct {
		method, note string
		file         map[string]any
		path         string
		want         float64
		rel, abs     float64
	}{
		{"rate_ci", "", map[string]any{"rel": 1e-9, "abs": 1e-12}, "lower95", 5, 1e-9, 1e-12},
		{"isr", "", map[string]any{"rel": 1e-9}, "a", 0, 1e-9, nearZero},
		{"distributions", "", map[string]any{"rel": 1e-8}, "value", 1e-31, 1e-8, 0},
		{"quantiles", "", map[string]any{"exact": true}, "quantile[3]", 2, 0, 0},
		{"trend_poisson", "", mixed, "poisson.slope", 1, 1e-9, 1e-9},
		{"trend_poisson", "", mixed, "poisson.se_slope", 1, 1e-7, 1e-9},
		{"trend_poisson", "", mixed, "negbin.theta", 1, 1e-5, 1e-9},
		{"joinpoint", "", joinpoint, "models[2].segments[0].apc", 1, 0, 1e-6},
		{"joinpoint", "", joinpoint, "models[2].joinpoints[0]", 1990, 0, 0},
		{"joinpoint", "", joinpoint, "published_nci.apc_2dp[0]", 1, 0, 0.005},
		{"sdc_suppression_audit", "", map[string]any{"intervals": "exact integers; lp abs 1e-6"}, "suppressed_cells[1].lp_hi", 4, 0, 1e-6},
		{"sdc_suppression_audit", "", map[string]any{"intervals": "exact integers; lp abs 1e-6"}, "suppressed_cells[1].hi", 4, 0, 0},
		{"synthetic_control", "estimate (abs 0.05) and weights abs 0.02", map[string]any{"rel": 1e-6}, "estimate", -19, 0, 0.05},
		{"synthetic_control", "", map[string]any{"rel": 1e-6}, "published", -19.6, 0, halfLastDigit(-19.6)},
	} {
		rel, abs := tolerancesOf(Case{Method: c.method, Note: c.note}, c.file).at(c.path, c.want)
		if rel != c.rel || abs != c.abs {
			t.Errorf("%s %s: want rel %g abs %g, got %g %g", c.method, c.path, c.rel, c.abs, rel, abs)
		}
	}
}

func TestReadFolderRefusesWhatIsNoCases(t *testing.T) {
	for name, content := range map[string]string{"broken": `{"method":`, "empty": `{"method":"rate_ci","cases":[]}`, "nameless": `{"cases":[{}]}`} {
		dir := t.TempDir()
		path := filepath.Join(dir, name+".json")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readFolder(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: want an error that names %s, got %v", name, path, err)
		}
	}
	if _, err := readFolder(t.TempDir()); err == nil {
		t.Error("a folder without cases: want an error")
	}
}
