package backup_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()-1)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func flip(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	write(t, path, string(content))
}

func first(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
	if err != nil || len(found) == 0 {
		t.Fatal(pattern, err)
	}
	return found[0]
}

// column is a data file of ClickHouse's in a backup or a data directory.
func column(t *testing.T, dir string) (path string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(p, "data.bin") && strings.Contains(p, "observation") {
			path = p
		}
		return err
	})
	if err != nil || path == "" {
		t.Fatal("no data file of observation", err)
	}
	return path
}

// One data directory: what retention leaves alone, and then what verify says of damage.
func TestKept(t *testing.T) {
	h := furnished(t)
	t.Run("retention", func(t *testing.T) { retention(t, h) })
	t.Run("damaged payloads", func(t *testing.T) { damagedPayloads(t, h) })
	t.Run("damaged table", func(t *testing.T) { damagedTable(t, h) })
}

// verify names the file of a payload that is not what was received, and what ClickHouse says of a file of its own.
func damagedPayloads(t *testing.T, h house) {
	artifacts, err := h.Artifacts(t.Context())
	if err != nil || len(artifacts) != 3 {
		t.Fatal(artifacts, err)
	}
	payload := func(n int) string { return filepath.Join(h.dir, "artifacts", artifacts[n].Path) }
	gone, damaged, torn := payload(0), payload(1), payload(2)
	flip(t, damaged)
	truncate(t, torn)
	remove(t, gone)
	faults := verify(t, h)
	if len(faults) != 3 {
		t.Errorf("%d faults: %q", len(faults), faults)
	}
	all := strings.Join(faults, "\n")
	for path, says := range map[string]string{gone: "is missing", damaged: "restore it from a backup", torn: "restore it from a backup"} {
		if !strings.Contains(all, path) || !strings.Contains(all, says) {
			t.Errorf("%s, %s: not in\n%s", path, says, all)
		}
	}
}

func damagedTable(t *testing.T, h house) {
	var part string
	err := filepath.WalkDir(filepath.Join(h.dir, "engine", "clickhouse", "store"), func(p string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(p, "data.bin") && part == "" {
			if content, rerr := os.ReadFile(p); rerr == nil && strings.Contains(string(content), "FR") {
				part = p
			}
		}
		return err
	})
	if err != nil || part == "" {
		t.Fatal("no data file holds a figure of FR", err)
	}
	flip(t, part)
	faults, err := h.Verify(t.Context())
	if all := strings.Join(faults, "\n"); !strings.Contains(all, "table ") || !strings.Contains(all, "restore the database from a backup") {
		t.Errorf("after a byte of %s was changed: %q (%v)", part, faults, err)
	}
}

// Only what no release needs goes, and only when it is old enough.
func retention(t *testing.T, h house) {
	old := time.Now().AddDate(0, 0, -100)
	age := func(path string) {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	needed, err := filepath.Glob(filepath.Join(h.dir, "artifacts", "*", "*.zst"))
	if err != nil || len(needed) != 3 {
		t.Fatal(needed, err)
	}
	for _, p := range needed {
		age(p)
	}
	hash := strings.Repeat("ab", 32)
	orphan, young := filepath.Join(h.dir, "artifacts", "ab", hash+".zst"), filepath.Join(h.dir, "artifacts", "ab", "ab"+strings.Repeat("cd", 31)+".zst")
	partial, strange := filepath.Join(h.dir, "artifacts", "incoming-1"), filepath.Join(h.dir, "artifacts", "ab", "notes.txt")
	if err := os.MkdirAll(filepath.Dir(orphan), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{orphan, young, partial, strange} {
		write(t, p, "x")
		if p != young {
			age(p)
		}
	}
	artifacts, err := h.Artifacts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := h.Ledger(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	paths, bytes, err := ingest.Dispensable(h.dir, artifacts, ledger, time.Now().AddDate(0, 0, -30))
	want := []string{filepath.Join("artifacts", "ab", hash+".zst"), filepath.Join("artifacts", "incoming-1")}
	if err != nil || strings.Join(paths, " ") != strings.Join(want, " ") || bytes != 2 {
		t.Fatalf("%q, %d bytes (%v), want %q", paths, bytes, err, want)
	}
	if err := ingest.Remove(h.dir, paths); err != nil {
		t.Fatal(err)
	}
	if faults := verify(t, h); len(faults) > 0 {
		t.Errorf("%q", faults)
	}
}
