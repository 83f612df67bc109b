package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"utfall/internal/ops"
)

// program gives a program of Debian's, or fails saying how to install it.
func program(t *testing.T, pkg string, names ...string) string {
	t.Helper()
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed; `make test` installs it where it may (Debian: apt-get install %s)", names[0], pkg)
	return ""
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no files %s (%v)", pattern, err)
	}
	return list
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type rule struct {
	Alert, Record, Expr, For string
	Labels, Annotations      map[string]string
}

type group struct {
	Name, Interval string
	Rules          []rule
}

func rules(t *testing.T) (alerts, records []rule) {
	t.Helper()
	for _, path := range files(t, "prometheus/*.rules.yml") {
		var f struct{ Groups []group }
		readYAML(t, path, &f)
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				if r.Alert != "" {
					alerts = append(alerts, r)
				} else {
					records = append(records, r)
				}
			}
		}
	}
	return alerts, records
}

// Prometheus takes the rules and the configurations, and every case of the rules' tests ends as it says.
func TestPromtool(t *testing.T) {
	promtool := program(t, "prometheus", "promtool")
	output(t, promtool, append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files(t, "prometheus/*.rules.yml")...)...)
	output(t, promtool, "check", "config", "prometheus/prometheus.yml")
	output(t, program(t, "prometheus-alertmanager", "amtool"), "check-config", "prometheus/alertmanager.yml")
	if out := output(t, promtool, append([]string{"test", "rules"}, files(t, "prometheus/tests/*.test.yml")...)...); strings.Contains(out, "FAILED") {
		t.Errorf("%s", out)
	}
}

// An alert without a case in which it fires, or without one in which it keeps silent, is not known to work.
func TestEveryAlertIsTested(t *testing.T) {
	type check struct {
		EvalTime  string `yaml:"eval_time"`
		Alertname string
		Expected  []struct {
			Labels      map[string]string `yaml:"exp_labels"`
			Annotations map[string]string `yaml:"exp_annotations"`
		} `yaml:"exp_alerts"`
	}
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, path := range files(t, "prometheus/tests/*.test.yml") {
		var f struct {
			RuleFiles  []string `yaml:"rule_files"`
			Evaluation string   `yaml:"evaluation_interval"`
			Order      []string `yaml:"group_eval_order"`
			Tests      []struct {
				Name, Interval string
				External       map[string]string                 `yaml:"external_labels"`
				Input          []struct{ Series, Values string } `yaml:"input_series"`
				Checks         []check                           `yaml:"alert_rule_test"`
			}
		}
		readYAML(t, path, &f)
		for _, c := range f.Tests {
			fired := false
			for _, x := range c.Checks {
				if fires[x.Alertname] = fires[x.Alertname] || len(x.Expected) > 0; len(x.Expected) > 0 {
					fired = true
				}
			}
			if !fired { // a whole case in which the alert keeps silent
				silent[c.Checks[0].Alertname] = true
			}
		}
	}
	alerts, _ := rules(t)
	for _, a := range alerts {
		if !fires[a.Alert] || !silent[a.Alert] {
			t.Errorf("%s: tested that it fires: %v, that it keeps silent: %v", a.Alert, fires[a.Alert], silent[a.Alert])
		}
	}
}

// Each alert says what is wrong, how bad it is, and leads to a heading that says what to do.
func TestRunbook(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, s := range strings.Split(string(text), "\n### ")[1:] {
		title, body, _ := strings.Cut(s, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		sections[strings.ToLower(strings.ReplaceAll(title, " ", "-"))] = body
	}
	alerts, _ := rules(t)
	command := regexp.MustCompile(`(?m)^ {4}\S`)
	for _, a := range alerts {
		if !slices.Contains([]string{"critical", "warning"}, a.Labels["severity"]) {
			t.Errorf("%s: severity %q", a.Alert, a.Labels["severity"])
		}
		if a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s: no summary or no description", a.Alert)
		}
		anchor, ok := strings.CutPrefix(a.Annotations["runbook_url"], "{{ $externalLabels.utfall_docs }}deploy/README.md#")
		section, there := sections[anchor]
		if !ok || !there {
			t.Errorf("%s: %s leads to no heading", a.Alert, a.Annotations["runbook_url"])
			continue
		}
		delete(sections, anchor)
		rest := section
		for _, part := range []string{"**Meaning.**", "**Impact.**", "**Diagnosis.**", "**Repair.**"} {
			if _, after, found := strings.Cut(rest, part); found {
				rest = after
			} else {
				t.Errorf("%s: the runbook does not say its %s", a.Alert, part)
			}
		}
		if n := len(command.FindAllString(rest, -1)); n != 1 {
			t.Errorf("%s: %d commands that repair it, want one", a.Alert, n)
		}
	}
	for left, body := range sections {
		if strings.Contains(body, "**Meaning.**") {
			t.Errorf("the runbook has a heading %s and there is no such alert", left)
		}
	}
}

// metrics gives the names that a scrape can have, with what Prometheus makes of histograms and of the scrape itself.
func metrics(t *testing.T) map[string]bool {
	t.Helper()
	m := ops.New(ops.Options{DataDir: t.TempDir(), Datasets: []ops.Dataset{{Name: "d"}}, Hosts: []string{"h"}, Queries: []string{"q"}, Reasons: []string{"r"}})
	m.Routes([]string{"/"})
	m.Pages([]string{"p"})
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"up": true, "scrape_duration_seconds": true, "scrape_samples_scraped": true, "ALERTS": true}
	for _, f := range families {
		names[f.GetName()] = true
		if f.GetType().String() == "HISTOGRAM" {
			for _, s := range []string{"_bucket", "_count", "_sum"} {
				names[f.GetName()+s] = true
			}
		}
	}
	_, records := rules(t)
	for _, r := range records {
		names[r.Record] = true
	}
	return names
}

var (
	labelSets  = regexp.MustCompile(`\{[^}]*\}|\b(by|on|without|ignoring|group_left|group_right) *\([^)]*\)|\[[^\]]*\]|"[^"]*"`)
	nameOrWord = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*(\s*\()?`)
)

// named gives the metrics that a query asks for.
func named(query string) []string {
	var out []string
	for _, w := range nameOrWord.FindAllString(labelSets.ReplaceAllString(query, " "), -1) {
		if !strings.HasSuffix(w, "(") && !slices.Contains([]string{"and", "or", "unless", "bool", "offset", "e9", "inf"}, w) {
			out = append(out, w)
		}
	}
	return out
}

// A rule about a metric that does not exist would keep silent for ever.
func TestRulesNameMetricsThatExist(t *testing.T) {
	known := metrics(t)
	alerts, records := rules(t)
	used := map[string]bool{}
	for _, r := range append(alerts, records...) {
		list := named(r.Expr)
		if len(list) == 0 {
			t.Errorf("%s%s: no metric in %s", r.Alert, r.Record, r.Expr)
		}
		for _, n := range list {
			used[n] = true
			if !known[n] {
				t.Errorf("%s%s: there is no metric %s", r.Alert, r.Record, n)
			}
		}
	}
	for _, r := range records {
		if !used[r.Record] && !dashboardsUse(t, r.Record) {
			t.Errorf("%s is recorded and nothing asks for it", r.Record)
		}
	}
}
