package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"utfall/internal/config"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A flag comes before the environment, that before the file, and the file before the default.
func TestPrecedence(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "utfall.yaml"), "listen: {pages: 127.0.0.1:1, ops: 127.0.0.1:2}\nlog: {level: debug}\nsources: {jitter: 3s, enabled: [a, b]}\nengine: {memory: 1GiB}\n")
	env := map[string]string{"UTFALL_CONFIG": path, "UTFALL_ADDR": "127.0.0.1:11", "UTFALL_OPS_ADDR": "127.0.0.1:12", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
	a := app{env: func(k string) string { return env[k] }, stdout: t.Output(), stderr: t.Output()}
	o, err := a.serveFlags("up", []string{"--addr", "127.0.0.1:111"})
	if err != nil {
		t.Fatal(err)
	}
	if o.addr != "127.0.0.1:111" || o.opsAddr != "127.0.0.1:12" || o.level != "debug" || o.enabled != "a,b" || o.jitter.String() != "3s" || o.engineMemory != 1<<30 ||
		o.attempts != 0 || o.traces != "http://collector:4318" {
		t.Errorf("%+v", o)
	}
	env["UTFALL_ENGINE_MEMORY"], env["UTFALL_LOG_LEVEL"] = "512MiB", "warn"
	if o, err = a.serveFlags("up", nil); err != nil || o.engineMemory != 512<<20 || o.threshold() != slog.LevelWarn || o.levelFromFile() {
		t.Errorf("%+v, %v", o, err)
	}
}

// Every key of the reference is a flag of some verb, and what it says of defaults is what the flag says.
func TestReferenceIsFlags(t *testing.T) {
	a := app{env: func(string) string { return "" }, stdout: t.Output(), stderr: t.Output()}
	var help bytes.Buffer
	a.stderr = &help
	for _, verb := range []string{"up", "ingest"} {
		if code := run(t.Context(), []string{verb, "--help"}, a.env, &help, &help); code != done {
			t.Fatalf("%s --help: %d", verb, code)
		}
	}
	text := help.String()
	for _, o := range config.Options() {
		_, own, ok := strings.Cut(text, "\n  -"+o.Flag+" ")
		if !ok {
			t.Errorf("%s: there is no flag --%s", o.Key, o.Flag)
			continue
		}
		own, _, _ = strings.Cut(own, "\n  -")
		if m := regexp.MustCompile(`^[0-9.:a-zA-Z]+$`).FindString(o.Default); m != "" && m != "none" && !strings.Contains(own, m) {
			t.Errorf("%s: the reference says default %s, --%s says %s", o.Key, o.Default, o.Flag, own)
		}
	}
}

// What is wrong with a configuration is refused at the start with exit code 2, place and remedy, and said beforehand by check.
func TestRefusedAtStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	newer, newerEngine := filepath.Join(dir, "newer"), filepath.Join(dir, "engine")
	for _, d := range []string{newer, filepath.Join(newerEngine, "engine")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(newer, markFile), `{"program":"9.0","schema":9999}`)
	write(t, filepath.Join(newerEngine, "engine", "version.json"), `{"library":"99.1.0","clickhouse":"99.1.0.1"}`)
	locked := write(t, filepath.Join(dir, "file"), "")
	listen := "listen: {pages: \"127.0.0.1:0\", ops: \"127.0.0.1:0\"}\n"
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"key":           {listen + "colour: red\n", []string{":2: there is no key colour"}},
		"unit":          {listen + "engine:\n  memory: 2048\n", []string{":3: engine.memory:", "such as 2GiB"}},
		"secret":        {listen + "clickhouse: {address: \"clickhouse://u@127.0.0.1:1/x\", password_file: " + dir + "/none}\n", []string{"the secret cannot be read"}},
		"port":          {"listen:\n  pages: " + taken.Addr().String() + "\n  ops: 127.0.0.1:0\n", []string{"address already in use"}},
		"ops port":      {"listen:\n  pages: 127.0.0.1:0\n  ops: " + taken.Addr().String() + "\n", []string{"address already in use"}},
		"source":        {listen + "sources: {enabled: [nope]}\n", []string{"there is no source nope"}},
		"newer schema":  {listen + "data_dir: " + newer + "\n", []string{"9999", "run the newer utfall"}},
		"newer engine":  {listen + "data_dir: " + newerEngine + "\n", []string{"99.1.0", "newer"}},
		"no directory":  {listen + "data_dir: " + locked + "/below\n", []string{"not a directory"}},
		"small memory":  {listen + "engine: {memory: 1MiB}\n", []string{":2: engine.memory", "256MiB"}},
		"traces":        {listen + "traces: {endpoint: nowhere}\n", []string{":2: traces.endpoint", "such as http://127.0.0.1:4318"}},
		"level in file": {listen + "log: {level: loud}\n", []string{":2: log.level"}},
	} {
		path := write(t, filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".yaml"), c.text)
		if !strings.Contains(c.text, "data_dir") {
			path = write(t, path, c.text+"data_dir: "+filepath.Join(dir, "data")+"\n")
		}
		for _, args := range [][]string{{"check", "--config", path}, {"up", "--config", path}} {
			code, out, errs := call(t, map[string]string{"UTFALL_DATA_DIR": ""}, args...)
			if code != usage {
				t.Errorf("%s: utfall %s ends with %d: %s%s", name, args[0], code, out, errs)
			}
			for _, want := range c.wants {
				if !strings.Contains(errs, want) {
					t.Errorf("%s: utfall %s: want %q in\n%s", name, args[0], want, errs)
				}
			}
		}
	}
	path := write(t, filepath.Join(dir, "good.yaml"), listen+"data_dir: "+filepath.Join(dir, "data")+"\n")
	if code, out, errs := call(t, nil, "check", "--config", path); code != done || !strings.Contains(out, "good.yaml: no faults") {
		t.Errorf("a good one: %d %s%s", code, out, errs)
	}
	if code, out, errs := call(t, nil, "doctor", "--config", path); code != done || !strings.Contains(out, "ok       schema: version") {
		t.Errorf("doctor: %d %s%s", code, out, errs)
	}
	for _, c := range [][]string{{"--log-level", "loud"}, {"--traces-endpoint", "x"}, {"--engine-memory", "much"}, {"--engine-memory", "1MB"}, {"--addr", "here"}} {
		if code, _, errs := call(t, nil, append([]string{"up"}, c...)...); code != usage || !strings.Contains(errs, "write ") {
			t.Errorf("%v: %d %s", c, code, errs)
		}
	}
}

// In service the log is JSON, one object a line; a person gets text.
func TestLogFormat(t *testing.T) {
	for _, c := range []struct {
		common
		json bool
		info bool
	}{
		{common{service: true}, true, true},
		{common{}, false, false},
		{common{logging: logging{verbose: true}}, false, true},
		{common{service: true, logging: logging{format: "text", level: "error"}}, false, false},
		{common{logging: logging{format: "json", level: "debug"}}, true, true},
	} {
		var b bytes.Buffer
		log, _ := app{stderr: &b}.logger(c.common)
		log.Error("x")
		if json.Valid(b.Bytes()) != c.json || log.Enabled(context.Background(), slog.LevelInfo) != c.info {
			t.Errorf("%+v: %s", c, b.String())
		}
	}
}
