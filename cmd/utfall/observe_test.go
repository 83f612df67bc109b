package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"utfall/ingest/source"
	"utfall/internal/ops"
	"utfall/internal/store"
)

// Runs of other processes reach the metrics through the ledger, each once, and a restart gives the same standing.
func TestFollower(t *testing.T) {
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir()}
	a := app{env: os.Getenv, stdout: t.Output(), stderr: t.Output()}
	h, err := a.open(t.Context(), common{dataDir: env["UTFALL_DATA_DIR"]})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.close() }()
	deliver := func(value string) {
		path := filepath.Join(t.TempDir(), "lvm.csv")
		text := head + "lvm_in_care,,SE,2022-11-01,T,18+," + value + ",persons,,,SoS,Test\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, out, errs := call(t, env, "ingest", "--file", path, "--dataset", "test/lvm")
		t.Log(out, errs)
	}
	read := func(f *follower) ops.Reading {
		t.Helper()
		x, err := f.read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	f := &follower{house: h, since: time.Now()}
	if x := read(f); len(x.Runs) != 0 || len(x.Contents) != 0 || x.Engine.Version == "" {
		t.Errorf("an empty ledger gives %+v", x)
	}
	deliver("325")
	deliver("many")
	x := read(f)
	if len(x.Runs) != 2 || x.Runs[0].Outcome != "published" || x.Runs[0].New != 1 || x.Runs[0].Took <= 0 ||
		x.Runs[1].Outcome != "refused" || x.Runs[1].Reasons["value"] != 1 {
		t.Errorf("runs: %+v", x.Runs)
	}
	if len(x.Contents) != 1 || x.Contents[0].Cells != 1 {
		t.Errorf("contents: %+v", x.Contents)
	}
	if again := read(f); len(again.Runs) != 0 || len(again.Contents) != 0 {
		t.Errorf("given twice: %+v", again)
	}
	restarted := read(&follower{house: h, since: time.Now()})
	if len(restarted.Runs) != 0 || len(restarted.Standing) != 1 || restarted.Standing[0] != x.Standing[0] || len(restarted.Contents) != 1 {
		t.Errorf("after a restart: %+v", restarted)
	}
	if s := restarted.Standing[0]; s.Failures != 1 || s.LastSuccess.IsZero() || !s.LastAttempt.After(s.LastSuccess) {
		t.Errorf("standing: %+v", s)
	}
}

func TestRunOf(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		line store.EndedRun
		want string
		rows uint64
	}{
		{store.EndedRun{Outcome: "published", New: 3, Began: now, Ended: now.Add(time.Second)}, "published", 3},
		{store.EndedRun{Outcome: "published", New: 3, Withdrawn: true}, "withdrawn", 0},
		{store.EndedRun{Outcome: "abandoned", Reason: "dry run"}, "", 0},
		{store.EndedRun{Outcome: "abandoned", Reason: "was held (…) until release 9 came"}, "", 0},
		{store.EndedRun{Outcome: "abandoned", Reason: store.ReasonDied}, "abandoned", 0},
	} {
		got := runOf(c.line)
		if (len(got) == 1) != (c.want != "") || len(got) == 1 && (got[0].Outcome != c.want || got[0].New != c.rows) {
			t.Errorf("%+v gives %+v", c.line, got)
		}
	}
}

// The time that an alert waits for is the schedule's longest pause, weekends included.
func TestLongestGap(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for line, want := range map[string]time.Duration{"15 6 * * *": 24 * time.Hour, "15 6 * * 1-5": 72 * time.Hour, "0 5 * * 1": 7 * 24 * time.Hour, "0 5 1 * *": 31 * 24 * time.Hour} {
		if got := longestGap(line, now); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestNewestDate(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	c := &source.Calendar{Dates: []string{"03-15", "11-24", "12-01"}}
	if got := newestDate(c, now).Format(time.DateOnly); got != "2026-11-24" {
		t.Error(got)
	}
	if got := newestDate(c, now.AddDate(0, 0, -1)).Format(time.DateOnly); got != "2026-03-15" {
		t.Error(got)
	}
	if got := newestDate(nil, now); !got.IsZero() {
		t.Error(got)
	}
}
