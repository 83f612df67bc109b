package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/internal/config"
)

var update = flag.Bool("update", false, "write deploy/CONFIG.md anew")

const good = `# a comment
data_dir: /var/lib/utfall
listen: {pages: "0.0.0.0:8080", ops: "0.0.0.0:9464"}
clickhouse:
  address: clickhouse://utfall@db:9000/utfall
  password_file: /run/secrets/clickhouse
sources:
  enabled: [kolada_population, scb_cpi]
  jitter: 90s
  attempts: 3
engine: {memory: 1.5GiB}
log:
  level: debug
`

func TestGood(t *testing.T) {
	f, err := config.Parse("utfall.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"data-dir": "/var/lib/utfall", "addr": "0.0.0.0:8080", "sources": "kolada_population,scb_cpi",
		"clickhouse-password-file": "/run/secrets/clickhouse", "jitter": "90s", "engine-memory": "1.5GiB", "log-level": "debug"} {
		if v, ok := f.Get(name); !ok || v.Text != want {
			t.Errorf("%s is %q (there: %v), want %q", name, v.Text, ok, want)
		}
	}
	if v, _ := f.Get("jitter"); v.Line != 9 {
		t.Errorf("jitter stands in line %d", v.Line)
	}
	for _, empty := range []string{"", "# nothing\n", "---\n"} {
		if f, err := config.Parse("utfall.yaml", []byte(empty)); err != nil || len(f.Values) != 0 {
			t.Errorf("%q: %v, %v", empty, f, err)
		}
	}
}

// Every fault is told with its line and what to do, and all of them at once.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"data_dri: /x\n", "utfall.yaml:1: there is no key data_dri; there are briefings, clickhouse, data_dir, "},
		{"\nlisten:\n  page: 127.0.0.1:1\n", "utfall.yaml:3: there is no key listen.page; there are ops, pages"},
		{"addr: 127.0.0.1:1\n", "utfall.yaml:1: there is no key addr; did you mean listen.pages?"},
		{"level: info\n", "did you mean log.level?"},
		{"listen: 127.0.0.1:8080\n", "utfall.yaml:1: listen is not a section; write keys below it"},
		{"- a\n", "utfall.yaml:1: the file is not a section"},
		{"listen:\n  pages: 8080\n", `utfall.yaml:2: listen.pages: "8080" is no address with a port; write host and port, such as 127.0.0.1:8080`},
		{"listen:\n  pages: 127.0.0.1:70000\n", "is no address with a port"},
		{"engine:\n  memory: 2048\n", `utfall.yaml:2: engine.memory: "2048" is a size without a unit that is known (""); write a size of at least 256MiB with its unit`},
		{"engine: {memory: 2 parsecs}\n", "is no size"},
		{"engine: {memory: 2kiB}\n", `unit that is known ("kiB")`},
		{"engine: {memory: 99999999999TiB}\n", "is larger than any disk"},
		{"sources: {jitter: 90}\n", `sources.jitter: "90" is no time with a unit; write a time with its unit, such as 30s`},
		{"sources: {attempts: 0}\n", "is no such number; write a whole number from 1 to 100"},
		{"sources: {enabled: [[a]]}\n", "holds something that is not a name"},
		{"sources: {contact: }\n", "sources.contact has no value"},
		{"ingest: {max_reject_share: 5 %}\n", "is no share"},
		{"log: {level: loud}\n", "is no level; write debug, info, warn or error"},
		{"log: {format: xml}\n", "is no format"},
		{"clickhouse: {address: \"http://db:8123\"}\n", "is no address of a ClickHouse server; write clickhouse://user@host:9000/database"},
		{"clickhouse: {address: \"clickhouse://u:secret@db/x\"}\n", "clickhouse.address holds a password; write it into a file"},
		{"clickhouse: {address: \"clickhouse://db/x?password=secret\"}\n", "holds a password"},
		{"traces: {endpoint: collector}\n", "is no address of a collector"},
		{"data_dir: /a\ndata_dir: /b\n", "utfall.yaml:2: data_dir is set twice, first in line 1; keep one"},
		{"data_dir: {a: b}\n", "data_dir is not a single value"},
		{"a: &a /x\ndata_dir: *a\n", "utfall.yaml:2: data_dir is an alias"},
		{"listen:\n\tpages: x\n", "utfall.yaml:2: it is not YAML"},
		{"log: {level: loud, format: xml}\n", "is no format"},
	} {
		_, err := config.Parse("utfall.yaml", []byte(c.text))
		var e *config.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := config.Parse("f", []byte("a: 1\nb: 2\n")); err == nil || strings.Count(err.Error(), "there is no key") != 2 {
		t.Errorf("two faults: %v", err)
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "none.yaml"), t.TempDir()} {
		if _, err := config.Read(path); err == nil || !strings.Contains(err.Error(), path+": it cannot be read") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const server = "clickhouse://utfall@db:9000/utfall"
	if got, err := config.WithPassword(server, file("good", "p@ss/word\n")); err != nil || got != "clickhouse://utfall:p%40ss%2Fword@db:9000/utfall" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := config.WithPassword("clickhouse://db:9000/utfall", file("good", "x")); err != nil || got != "clickhouse://default:x@db:9000/utfall" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := config.WithPassword("clickhouse://utfall@a:9000,b:9000/utfall", file("good", "x")); err != nil || got != "clickhouse://utfall:x@a:9000,b:9000/utfall" {
		t.Errorf("%s, %v", got, err)
	}
	for _, c := range []struct{ server, file, want string }{
		{server, filepath.Join(dir, "none"), "the secret cannot be read"},
		{server, dir, "it is not a file with a secret"},
		{server, file("empty", "\n"), "does not hold one line"},
		{server, file("two", "a\nb\n"), "does not hold one line"},
		{server, file("long", strings.Repeat("x", 5000)), "at most 4096 bytes"},
		{"", file("good", "x"), "a password is given and no server"},
		{"clickhouse://u:p@db/x", file("good", "hidden"), "holds a password too"},
	} {
		if _, err := config.WithPassword(c.server, c.file); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s %s: %v, want %q", c.server, c.file, err, c.want)
		}
	}
}

func TestChanged(t *testing.T) {
	a, _ := config.Parse("a", []byte("log: {level: info}\ndata_dir: /x\n"))
	b, _ := config.Parse("b", []byte("log: {level: debug}\ndata_dir: /x\nengine: {memory: 1GiB}\n"))
	var keys []string
	for _, o := range config.Changed(a, b) {
		keys = append(keys, o.Key)
	}
	if got := strings.Join(keys, " "); got != "engine.memory log.level" {
		t.Errorf("changed: %s", got)
	}
}

// The reference that operators read is what the program takes.
func TestReference(t *testing.T) {
	const path, begin, end = "../../deploy/CONFIG.md", "<!-- keys -->\n", "<!-- end of keys -->\n"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no marks", path)
	}
	want := head + begin + config.Reference() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(b) != want {
		t.Errorf("%s is not what the program takes; run go test ./internal/config -update", path)
	}
}

// No text, however broken, ends the reader; what it takes is what its kind says.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("a: *a\n")
	f.Add("? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := config.Parse("f", []byte(text))
		if err != nil {
			var e *config.Error
			if !errors.As(err, &e) {
				t.Errorf("%q: %v is no *Error", text, err)
			}
			return
		}
		for _, v := range read.Values {
			if err := v.Kind.Check(v.Text); err != nil {
				t.Errorf("%q: %s: %v", text, v.Key, err)
			}
		}
	})
}
