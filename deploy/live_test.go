package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"utfall/internal/freeport"
)

const table = `id: test_table
dataset: test/table
enabled: true
verified: made up for a test
publisher: socialstyrelsen
licence: unknown
attribution: {sv: "Källa: prov", en: "Source: test"}
cite: {source: Prov, citation: Provtabell}
schedule: "0 5 * * *"
calendar: {dates: ["11-30"], basis: made up for a test}
request: {hosts: ["HOST"], url: "http://HOST/table.csv"}
format: csv
read: {delimiter: ";", value: antal, decimal: ","}
map:
  area: {dimension: region, scheme: se}
  period: {dimension: år}
  sex: {dimension: kön, scheme: se_sex}
figures:
  - {indicator: poisoning_deaths_medicines_narcotics, unit: deaths, min: 0}
validate:
  totals: [{over: sex, total: T, parts: [F, M]}]
`

const figures = "region;år;kön;antal\n00;2021;totalt;100\n00;2021;män;60\n00;2021;kvinnor;40\n"

// start runs a program until the test ends, what it says kept for when it fails.
func start(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	var said bytes.Buffer
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%.4000s", filepath.Base(name), said.String())
		}
	})
	return c
}

func freeAddress(t *testing.T) string { return freeport.Address(freeport.Take(t)) }

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(4 * time.Minute); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// prometheus asks a Prometheus of ours.
type prometheus struct{ address string }

func (p prometheus) get(path string, into any) bool {
	res, err := http.Get("http://" + p.address + path)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return err == nil && res.StatusCode == http.StatusOK && json.Unmarshal(b, into) == nil
}

type sample struct {
	Metric map[string]string
	Value  [2]any
}

func (p prometheus) query(text string) []sample {
	var a struct{ Data struct{ Result []sample } }
	p.get("/api/v1/query?query="+url.QueryEscape(text), &a)
	return a.Data.Result
}

func (p prometheus) firing(alert string) bool {
	return len(p.query(fmt.Sprintf(`ALERTS{alertname=%q,alertstate="firing"}`, alert))) > 0
}

// Debian's Prometheus scrapes the running program: every query of every dashboard has an answer, an alert fires when a release is
// held and clears when the runbook's command has published it, and another follows the configuration.
func TestAgainstPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program and a Prometheus for a minute")
	}
	binary := program(t, "prometheus", "prometheus")
	dir := t.TempDir()
	exe := filepath.Join(dir, "utfall")
	output(t, "go", "build", "-o", exe, "../cmd/utfall")
	var body atomic.Value
	body.Store(figures)
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body.Load().(string)) }))
	defer publisher.Close()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("sources/test_table.yaml", strings.ReplaceAll(table, "HOST", strings.TrimPrefix(publisher.URL, "http://")))
	pages, operators, web := freeAddress(t), freeAddress(t), freeAddress(t)
	settings := fmt.Sprintf("data_dir: %s/data\nlisten: {pages: %q, ops: %q}\nsources: {enabled: [test_table], dir: %s/sources, private_hosts: [127.0.0.1], jitter: 1ms}\n", dir, pages, operators, dir)
	file := write("utfall.yaml", settings)
	utfall := start(t, exe, "up", "--config", file)
	// The expressions are the shipped ones; only the waiting is shortened, which the rules' own tests are about.
	for _, name := range []string{"recording.rules.yml", "alerts.rules.yml"} {
		b, err := os.ReadFile(filepath.Join("prometheus", name))
		if err != nil {
			t.Fatal(err)
		}
		write(name, regexp.MustCompile(`(interval|for): [0-9]+[mh]\n`).ReplaceAllString(string(b), "$1: 1s\n"))
	}
	write("prometheus.yml", fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [recording.rules.yml, alerts.rules.yml]\n"+
		"scrape_configs: [{job_name: utfall, static_configs: [{targets: [%q]}]}]\n", operators))
	start(t, binary, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "tsdb"), "--web.listen-address="+web, "--log.level=warn")
	p := prometheus{web}
	waitFor(t, "the program to be scraped", func() bool { return len(p.query(`up{job="utfall"} == 1`)) == 1 })
	waitFor(t, "the dataset to be published", func() bool {
		return len(p.query(`utfall_dataset_last_release_timestamp_seconds{dataset="test/table"} > 0`)) == 1
	})

	// An alert fires, and the runbook's command ends it.
	body.Store(strings.Replace(figures, ";60\n", ";50\n", 1))
	// What is computed from the figures may still be under way in the program; then this one says so and ends with 1.
	out, _ := exec.Command(exe, "ingest", "--config", file, "test_table").CombinedOutput()
	held := regexp.MustCompile(`held as release (\d+)`).FindStringSubmatch(string(out))
	if held == nil {
		t.Fatalf("no release is held: %s", out)
	}
	waitFor(t, "UtfallReleaseHeld to fire", func() bool { return p.firing("UtfallReleaseHeld") })
	// Debian's Prometheus has the older pages only.
	shoot(t, "http://"+web+"/classic/alerts", "prometheus-alert.png")
	t.Logf("UtfallReleaseHeld fires")
	output(t, exe, "release", "publish", "--config", file, "--reason", "confirmed by the publisher", held[1])
	waitFor(t, "UtfallReleaseHeld to clear", func() bool { return !p.firing("UtfallReleaseHeld") })
	t.Logf("UtfallReleaseHeld has cleared")

	// The configuration is read again at SIGHUP; one with a fault changes nothing and is told.
	write("utfall.yaml", settings+"colour: red\n")
	_ = utfall.Process.Signal(syscall.SIGHUP)
	waitFor(t, "UtfallConfigNotInForce to fire", func() bool { return p.firing("UtfallConfigNotInForce") })
	write("utfall.yaml", settings+"log: {level: debug}\n")
	_ = utfall.Process.Signal(syscall.SIGHUP)
	waitFor(t, "UtfallConfigNotInForce to clear", func() bool { return !p.firing("UtfallConfigNotInForce") })

	var shown strings.Builder
	for path, d := range dashboards(t) {
		fmt.Fprintf(&shown, "<h1>%s</h1><table>", html.EscapeString(d.Title))
		for _, panel := range d.Panels {
			for _, x := range panel.Targets {
				var got []sample
				ok := false
				for end := time.Now().Add(time.Minute); time.Now().Before(end) && !ok; time.Sleep(500 * time.Millisecond) {
					if res, err := http.Get("http://" + pages + "/drift"); err == nil {
						_ = res.Body.Close()
					}
					got = p.query(strings.ReplaceAll(x.Expr, "$job", "utfall"))
					ok = len(got) > 0
				}
				if !ok {
					t.Errorf("%s: %s: no answer to %s", path, panel.Title, x.Expr)
					continue
				}
				fmt.Fprintf(&shown, "<tr><th>%s<td>%d series<td>%s %v", html.EscapeString(panel.Title), len(got), html.EscapeString(fmt.Sprint(got[0].Metric)), got[0].Value[1])
			}
		}
		shown.WriteString("</table>")
	}
	shoot(t, "file://"+write("answers.html", "<!doctype html><meta charset=utf-8><style>body{font:13px sans-serif}th{text-align:left}td{padding-left:1em}</style>"+shown.String()), "dashboards.png")
}

// shoot takes a picture of a page if pictures are wanted.
func shoot(t *testing.T, address, name string) {
	t.Helper()
	folder := os.Getenv("UTFALL_SCREENSHOTS")
	if folder == "" {
		return
	}
	output(t, program(t, "chromium", "chromium", "chromium-browser", "google-chrome"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--window-size=1400,2600", "--virtual-time-budget=8000", "--screenshot="+filepath.Join(folder, name), address)
}
