package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// table is an official table of our own making: one YAML file and no Go.
const table = `id: test_table
dataset: test/table
enabled: true
verified: made up for a test
publisher: socialstyrelsen
published: true
licence: unknown
attribution: {sv: "Källa: prov", en: "Source: test"}
cite: {source: Prov, citation: Provtabell}
schedule: "0 5 * * *"
calendar: {dates: ["11-30"], basis: made up for a test}
request:
  hosts: ["HOST"]
  url: http://HOST/table.csv
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

const figuresCSV = "region;år;kön;antal\n00;2021;totalt;10\n00;2021;män;6\n00;2021;kvinnor;4\n"

// A new table is one YAML file: asked, published, held when it breaks its promise, shown, and published by hand.
func TestSourceFromAFolder(t *testing.T) {
	var body atomic.Value
	body.Store(figuresCSV)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body.Load().(string)) }))
	defer server.Close()
	u, _ := url.Parse(server.URL)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "test_table.yaml"), []byte(strings.ReplaceAll(table, "HOST", u.Host)), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir(), "UTFALL_SOURCES_DIR": dir}
	says := func(want int, parts []string, args ...string) string {
		t.Helper()
		code, out, errs := call(t, env, args...)
		for _, p := range parts {
			if !strings.Contains(out+errs, p) {
				t.Errorf("utfall %s: want %q in\n%s%s", strings.Join(args, " "), p, out, errs)
			}
		}
		if code != want {
			t.Fatalf("utfall %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
		}
		return out
	}
	says(done, []string{"official tables", "no faults"}, "check", "--sources-dir", dir)
	says(failed, []string{"127.0.0.1, a private address; allow it in the configuration"}, "ingest", "test_table")
	env["UTFALL_PRIVATE_HOSTS"] = "127.0.0.1"
	says(done, []string{"test/table: dry run, nothing published: read 3, new 3"}, "ingest", "--dry-run", "test_table")
	says(done, []string{"test/table: published as release", "read 3, new 3"}, "ingest", "test_table")
	says(done, []string{"test/table: unchanged"}, "ingest", "test/table")
	body.Store(strings.Replace(figuresCSV, ";6\n", ";9\n", 1))
	out := says(done, []string{"held as release", "nothing published", "not as promised: 1 totals over sex do not fit"}, "ingest", "test_table")
	seq := regexp.MustCompile(`held as release (\d+)`).FindStringSubmatch(out)[1]
	says(done, []string{"held, nothing is published", "changed", "6", "9", "utfall release publish --reason TEXT " + seq}, "release", "show", seq)
	says(done, []string{"[" + seq + "]", "2026-11-30", "2021"}, "status", "--sources", "test_table")
	says(done, []string{",2021,M,TOT,,6,"}, "export", "--indicator", "poisoning_deaths_medicines_narcotics", "--area", "SE")
	says(usage, []string{"give --reason"}, "release", "publish", seq)
	says(done, []string{"published as release " + seq}, "release", "publish", "--reason", "confirmed", seq)
	says(done, []string{",2021,M,TOT,,9,"}, "export", "--indicator", "poisoning_deaths_medicines_narcotics", "--area", "SE")
	// The same through a file that a person has fetched.
	file := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(file, []byte(figuresCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	says(done, []string{"test/table: published as release", "changed 1"}, "ingest", "--file", file, "--source", "test_table")
	says(usage, []string{"there is no source nope"}, "ingest", "--file", file, "--source", "nope")
	says(failed, []string{"is not enabled: "}, "ingest", "scb_cpi")
	says(usage, []string{"there is no source nope"}, "ingest", "--watch", "--sources", "nope")
	says(usage, []string{"--watch needs --sources or --folder"}, "ingest", "--watch")
}

// output collects what a running program says.
type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// A machine without a network: utfall up serves, says what it could not reach, and takes in what is put into its folder.
func TestUpWithoutNetwork(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	// A port on which nobody listens stands for a network that is not there.
	closed := httptest.NewServer(http.NotFoundHandler())
	u, _ := url.Parse(closed.URL)
	closed.Close()
	if err := os.WriteFile(filepath.Join(dir, "test_table.yaml"), []byte(strings.ReplaceAll(table, "HOST", u.Host)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs output
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"up", "--addr", "127.0.0.1:0", "--ops-addr", "127.0.0.1:0", "--data-dir", t.TempDir(), "--sources", "test_table",
			"--sources-dir", dir, "--folder", folder, "--private-hosts", "127.0.0.1", "--attempts", "1", "--jitter", "1ms"}, os.Getenv, &out, &errs)
	}()
	ready := regexp.MustCompile(`ready at (http://\S+)`)
	waitFor(t, "the program to be ready", func() bool { return ready.MatchString(out.String()) || len(ended) > 0 })
	page := ready.FindStringSubmatch(out.String())
	if page == nil {
		t.Fatalf("it ended: %s", errs.String())
	}
	if !strings.Contains(errs.String(), "no contact is given") {
		t.Errorf("nothing is said of the missing contact: %s", errs.String())
	}
	good := head + "lvm_in_care,,SE,2022-11-01,T,18+,325,persons,,,SoS,Test\n"
	for name, text := range map[string]string{"good.csv": good, "bad.csv": strings.Replace(good, ",SE,", ",SE-99,", 1)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	count := func(pattern string) int {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	waitFor(t, "the folder's deliveries", func() bool { return count("taken/*good.csv") == 1 && count("refused/*bad.csv") == 1 })
	found, _ := filepath.Glob(filepath.Join(folder, "refused", "*bad.csv.txt"))
	if answer, err := os.ReadFile(found[0]); err != nil || !strings.Contains(string(answer), "bad.csv:2: column 3: area") {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	waitFor(t, "a word of the network", func() bool { return strings.Contains(errs.String(), "job failed and is tried again") })
	if !strings.Contains(errs.String(), "connection refused") || !strings.Contains(errs.String(), "what was published before stays") {
		t.Errorf("what is said of the network: %s", errs.String())
	}
	resp, err := http.Get(page[1] + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the page answers %d", resp.StatusCode)
	}
	cancel()
	if code := <-ended; code != done {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

// preview says what it cannot read, with the exit codes that scripts go by.
func TestPreview(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	stat := file("a.json", `{"version":"2.0","class":"dataset","id":["Tid","Kön"],"size":[1,2],"dimension":{"Tid":{"label":"år","category":{"index":["2022"]}},
		"Kön":{"label":"kön","category":{"index":{"1":0,"2":1},"label":{"1":"män","2":"kvinnor, flickor"}}}},"value":[12345678.25,null],"status":{"1":".."}}`)
	for _, x := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{stat}, done, "Tid,Kön,value,status\n2022,1,12345678.25,\n2022,2,,..\n"},
		{[]string{"--labels", stat}, done, "år,kön,value,status\n2022,män,12345678.25,\n2022,\"kvinnor, flickor\",,..\n"},
		{[]string{"--format", "jsonstat", stat}, done, "2022,1,12345678.25,"},
		{[]string{"--format", "nonsense", stat}, usage, "there are bccdc"},
		{[]string{file("empty", "")}, usage, "the format cannot be recognised; give --format"},
		{[]string{"--format", "jsonstat", file("cut.json", `{"class":"dataset","id":["Tid"`)}, failed, "cut.json: jsonstat: "},
		{[]string{file("t.csv", "a;värde\nx;1,5\ny;..\n")}, done, "a,value,status\nx,1.5,\ny,,..\n"},
		{[]string{"no-such-file"}, failed, "no such file"},
		{nil, usage, "name one file"},
	} {
		code, out, errs := call(t, nil, append([]string{"preview"}, x.args...)...)
		if code != x.code || !strings.Contains(out+errs, x.want) {
			t.Errorf("preview %v: exit code %d, want %d and %q in\n%s%s", x.args, code, x.code, x.want, out, errs)
		}
	}
	// A table of a million rows streams: what is written is as long as it, and nothing is kept.
	var big strings.Builder
	big.WriteString("k,value\n")
	for i := range 200_000 {
		fmt.Fprintf(&big, "%d,%d\n", i, i)
	}
	if code, out, errs := call(t, nil, "preview", "--format", "csv", file("big.csv", big.String())); code != done || strings.Count(out, "\n") != 200_001 {
		t.Errorf("exit code %d, %d lines: %s", code, strings.Count(out, "\n"), errs)
	}
}
