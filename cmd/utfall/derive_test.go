package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A computed figure never outlives nor lags behind the figures that it rests on, and says which releases those are of.
func TestComputedFiguresFollowTheirInputs(t *testing.T) {
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir()}
	dir := t.TempDir()
	deliver := func(name, row string) {
		t.Helper()
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(head+row+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, errs := call(t, env, "ingest", "--file", path, "--dataset", "test/"+name); code != done {
			t.Fatalf("%s: %s%s", name, out, errs)
		}
	}
	shown := func() string {
		_, out, _ := call(t, env, "export", "--indicator", "explosions_per_100000")
		_, rows, _ := strings.Cut(out, "\n")
		return rows
	}
	deliver("people", "population,,SE,2022,T,TOT,10000000,persons,,,SCB,Test")
	deliver("explosions", "explosions,,SE,2022,T,TOT,90,events,,,Polisen,Test")
	if rows := shown(); !strings.Contains(rows, "explosions_per_100000,,SE,2022,T,TOT,,0.9,per_100000,0.72") || !strings.Contains(rows, "90 (explosions, release 2) / 10000000 (population, release 1) × 100000") {
		t.Errorf("computed:\n%s", rows)
	}
	deliver("explosions", "explosions,,SE,2022,T,TOT,80,events,,,Polisen,Test") // release 4: 3 is the first rate
	if rows := shown(); !strings.Contains(rows, ",0.8,") || !strings.Contains(rows, "80 (explosions, release 4)") || strings.Count(rows, "\n") != 1 {
		t.Errorf("after a revision:\n%s", rows)
	}
	for _, seq := range []string{"4", "2"} {
		if code, _, errs := call(t, env, "release", "withdraw", "--reason", "wrong file", seq); code != done {
			t.Fatal(errs)
		}
		if rows := shown(); seq == "4" && !strings.Contains(rows, ",0.9,") || seq == "2" && rows != "" {
			t.Errorf("after release %s was withdrawn:\n%s", seq, rows)
		}
	}
	deliver("explosions", "explosions,,SE,2022,T,TOT,90,events,,,Polisen,Test")
	if rows := shown(); !strings.Contains(rows, ",0.9,") {
		t.Errorf("given again:\n%s", rows)
	}
}
