package bench

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"utfall/internal/engine"
	"utfall/internal/store"
)

// A load that is killed with kill -9, engine and all, leaves nothing to see; doing it again ends with exactly the rows
// of the file, visible and stored.
func TestKilledLoad(t *testing.T) {
	const n = 400_000
	bin := filepath.Join(t.TempDir(), "utfall")
	if out, err := exec.Command("go", "build", "-o", bin, "utfall/cmd/utfall").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	path := generate(t, t.TempDir(), n)
	args := []string{"ingest", "--data-dir", dir, "--file", path, "--published-by", "nobody, generated", "--dataset", "bench/killed"}
	killed := 0
	for _, after := range []time.Duration{700, 1100, 1500} {
		cmd := exec.Command(bin, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond)
		if connection, err := engine.Join(dir); err == nil {
			_ = exec.Command("kill", "-9", fmt.Sprint(connection.PID)).Run()
		}
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
	}
	if killed == 0 {
		t.Fatal("no load was killed in the middle: the file is too small for this machine")
	}
	var out []byte
	var err error
	for range 50 { // the killed engine may need a moment to let go of the directory
		if out, err = exec.Command(bin, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "data directory") {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	if want := fmt.Sprintf("read %d,", n); err != nil || !strings.Contains(string(out), want) {
		t.Fatalf("%v\n%s", err, out)
	}
	e, err := engine.Start(context.Background(), engine.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Stop(context.Background()) }()
	s, err := store.Open(t.Context(), e.Connection().URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	stored, visible, err := s.Tally(t.Context(), "bench/killed")
	if err != nil || stored != n || visible != n {
		t.Errorf("%d rows stored, %d cells visible, want %d of each (%v)", stored, visible, n, err)
	}
}
