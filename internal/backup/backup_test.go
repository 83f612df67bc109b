package backup_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest"
	"utfall/internal/backup"
	"utfall/schema"
)

// One data directory and one backup of it, and all that may become of them.
func TestBackup(t *testing.T) {
	h := furnished(t)
	folder := filepath.Join(t.TempDir(), "new", "backup")
	m, err := backup.Write(t.Context(), h.Store, h.place(), folder, "1.2")
	if err != nil {
		t.Fatal(err)
	}
	if m.Tables["observation"].Rows != 8 || m.Tables["release"].Rows != 4 || m.Tables["artifact"].Rows != 3 || m.Tables["briefing"].Rows != 1 {
		t.Errorf("the manifest says %+v", m.Tables)
	}
	if left, err := os.ReadDir(h.engine.Backups()); err != nil || len(left) > 0 {
		t.Errorf("the engine's folder still holds %v (%v)", left, err)
	}
	t.Run("refused", func(t *testing.T) { refusedBackups(t, h, folder) })
	t.Run("again", func(t *testing.T) { restoreAgain(t, h, folder, m) })
}

func restored(t *testing.T, folder string) house {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "restored")
	m, unlock, err := backup.Prepare(folder, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	h := begin(t, dir)
	if err := backup.Restore(t.Context(), h.Store, h.place(), folder, m); err != nil {
		t.Fatal(err)
	}
	if backup.Unfinished(dir) {
		t.Error("the restore is done and still marked as unfinished")
	}
	return h
}

func verify(t *testing.T, h house) []string {
	t.Helper()
	faults, err := h.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	artifacts, err := h.Artifacts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := h.Ledger(t.Context(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	kept, older, err := ingest.VerifyKept(t.Context(), h.dir, artifacts, ledger)
	if err != nil || older > 0 {
		t.Fatal(older, err)
	}
	return append(faults, kept...)
}

// Backups taken while figures come in are whole: every release of each has all its rows, and no row is without a release.
func TestBackupWhileFiguresComeIn(t *testing.T) {
	h := furnished(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			h.deliver(t, "t/busy", fmt.Sprintf("IT,2014,%d", n), fmt.Sprintf("IT,2015,%d", n))
		}
		done <- n
	}()
	folder := filepath.Join(t.TempDir(), "backup")
	m, err := backup.Write(t.Context(), h.Store, h.place(), folder, "test")
	stop()
	if n := <-done; err != nil || n < 2 {
		t.Fatalf("%d deliveries came in meanwhile, %v", n, err)
	}
	other := restored(t, folder)
	if faults := verify(t, other); len(faults) > 0 {
		t.Errorf("%q", faults)
	}
	have, err := other.Fingerprints(t.Context())
	if err != nil || have["observation"] != m.Tables["observation"] {
		t.Errorf("%+v, the manifest says %+v (%v)", have, m.Tables, err)
	}
}

func refusedBackups(t *testing.T, h house, whole string) {
	manifest := "utfall-backup.json"
	edit := func(from, to string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, manifest)
			text, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(text), from) {
				t.Fatal(err, "the manifest does not hold", from)
			}
			write(t, path, strings.Replace(string(text), from, to, 1))
		}
	}
	for name, x := range map[string]struct {
		damage func(t *testing.T, dir string)
		says   string
	}{
		"torn":           {func(t *testing.T, dir string) { truncate(t, column(t, dir)) }, "the backup is torn"},
		"one byte":       {func(t *testing.T, dir string) { flip(t, column(t, dir)) }, "the backup is damaged"},
		"a payload gone": {func(t *testing.T, dir string) { remove(t, first(t, dir, "artifacts/*/*.zst")) }, ".zst is missing"},
		"incomplete":     {func(t *testing.T, dir string) { remove(t, filepath.Join(dir, manifest)) }, "incomplete backup"},
		"foreign file":   {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "notes.txt"), "x") }, "notes.txt is not part of the backup"},
		"foreign":        {func(t *testing.T, dir string) { write(t, filepath.Join(dir, manifest), `{"some":"thing"}`) }, "is not the manifest of a backup"},
		"no JSON":        {func(t *testing.T, dir string) { write(t, filepath.Join(dir, manifest), "PK\x03\x04") }, "is not the manifest of a backup"},
		"newer format":   {edit(`"format": 1`, `"format": 2`), "made by a newer Utfall (1.2"},
		"outside":        {edit(`"artifacts/`, `"../../etc/`), "outside its folder"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			x.damage(t, dir)
			into := filepath.Join(t.TempDir(), "into")
			_, _, err := backup.Prepare(dir, into)
			if !errors.Is(err, backup.ErrRefused) || !strings.Contains(err.Error(), x.says) {
				t.Errorf("%v, want %q", err, x.says)
			}
			if _, err := os.Stat(into); !errors.Is(err, os.ErrNotExist) {
				t.Error("something was made of it")
			}
		})
	}
	if _, _, err := backup.Prepare(whole, h.dir); !errors.Is(err, backup.ErrRefused) || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("into a data directory that is in use: %v", err)
	}
	if _, err := backup.Write(t.Context(), h.Store, h.place(), whole, "1.2"); !errors.Is(err, backup.ErrRefused) || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a second backup into one folder: %v", err)
	}
}

// What is refused once the engine runs; a restore that is cut off and leaves a mark; and one that then ends as if it had not
// been: every line, figure, revision, payload and briefing is there, and both verify.
func restoreAgain(t *testing.T, h house, folder string, m backup.Manifest) {
	dir := t.TempDir()
	_, unlock, err := backup.Prepare(folder, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := backup.Prepare(folder, dir); !errors.Is(err, backup.ErrRefused) || !strings.Contains(err.Error(), "under way") {
		t.Errorf("a second restore at the same time: %v", err)
	}
	other := begin(t, dir)
	for name, newer := range map[string]func(m *backup.Manifest){
		"schema":     func(m *backup.Manifest) { m.Schema = 1000 },
		"ClickHouse": func(m *backup.Manifest) { m.ClickHouse = "99.1.2.3" },
	} {
		m := m
		newer(&m)
		if err := backup.Restore(t.Context(), other.Store, other.place(), folder, m); !errors.Is(err, backup.ErrRefused) || !strings.Contains(err.Error(), "restore it with Utfall 1.2 or a later one") {
			t.Errorf("a newer %s: %v", name, err)
		}
	}
	// A manifest that is true to its files and untrue to what they hold.
	lie := m
	lie.Tables = maps.Clone(m.Tables)
	lie.Tables["observation"] = schema.Fingerprint{Rows: 8, Sum: m.Tables["observation"].Sum + 1}
	if err := backup.Restore(t.Context(), other.Store, other.place(), folder, lie); err == nil || !strings.Contains(err.Error(), "table observation has 8 rows") {
		t.Errorf("other rows than the backup had: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := backup.Restore(ctx, cutOff{other.Store, cancel}, other.place(), folder, m); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	unlock()
	if !backup.Unfinished(dir) {
		t.Fatal("the restore was cut off and is not marked so")
	}
	if m, unlock, err = backup.Prepare(folder, dir); err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := backup.Restore(t.Context(), other.Store, other.place(), folder, m); err != nil {
		t.Fatal(err)
	}
	if got, want := contents(t, other), contents(t, h); got != want || backup.Unfinished(dir) {
		t.Errorf("restored:\n%s\nwas:\n%s", got, want)
	}
	for _, x := range []house{h, other} {
		if faults := verify(t, x); len(faults) > 0 {
			t.Errorf("%s: %q", x.dir, faults)
		}
	}
	// Life goes on where it ended: the next release has the next number, and is compared with what was restored.
	if r := other.deliver(t, "t/a", "FR,2014,614", "FR,2015,676", "FR,2017,626"); r.Seq != 5 || r.Counts.Changed != 1 || r.Counts.Unchanged != 2 {
		t.Errorf("the next release is %+v", r)
	}
}

// cutOff ends a restore once the tables are there.
type cutOff struct {
	backup.Target
	end func()
}

func (c cutOff) Restore(ctx context.Context, name string) error {
	err := c.Target.Restore(ctx, name)
	c.end()
	return errors.Join(err, ctx.Err())
}
