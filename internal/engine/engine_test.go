package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"utfall/internal/engine"
)

func TestStartServesAndKeeps(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	first := start(t, engine.Options{DataDir: dataDir})
	client := connect(t, first.Connection())
	var version, zone string
	if err := client.QueryRow(t.Context(), "SELECT version(), timezone()").Scan(&version, &zone); err != nil {
		t.Fatal(err)
	}
	if version != first.Connection().Version || !strings.HasPrefix(version, "26.7.") {
		t.Errorf("the engine says version %q, its connection %q, expected 26.7", version, first.Connection().Version)
	}
	if zone != "UTC" {
		t.Errorf("the engine's time zone is %q, expected UTC on every machine", zone)
	}
	execute(t, client, "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n", "INSERT INTO kept SELECT number FROM numbers(100000)")
	if err := first.Stop(t.Context()); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if err := first.Err(); err != nil {
		t.Errorf("after a clean stop Err is %v", err)
	}

	second := start(t, engine.Options{DataDir: dataDir})
	if second.Password() == first.Password() {
		t.Error("the password is the same after a restart")
	}
	if sum := number(t, connect(t, second.Connection()), "SELECT sum(n) FROM kept"); sum != 4999950000 {
		t.Errorf("after the restart the sum is %d", sum)
	}
}

func TestStartInAStrangeDirectory(t *testing.T) {
	t.Parallel()
	dataDir := filepath.Join(t.TempDir(), `räksmörgås & <co> 'x' "y"`)
	client := connect(t, start(t, engine.Options{DataDir: dataDir}).Connection())
	execute(t, client, "CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n", "INSERT INTO t VALUES (1)")
}

// What is written down about a running engine is for its owner only, and no list of processes shows the password.
func TestPasswordStaysPrivate(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	running := start(t, engine.Options{DataDir: dataDir})
	secret := []byte(running.Password())
	for _, file := range []string{"cmdline", "environ"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", running.PID(), file))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, secret) {
			t.Errorf("the engine's %s shows the password", file)
		}
	}
	holding := 0
	root := filepath.Join(dataDir, "engine")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(content, secret) {
			return err
		}
		holding++
		info, err := entry.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s holds the password and has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if holding != 1 {
		t.Errorf("%d files hold the password, expected the connection file alone", holding)
	}
	if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the engine's folder has mode %v (%v), expected 0700", info.Mode(), err)
	}
	if text := fmt.Sprint(running.Connection()); strings.Contains(text, running.Password()) {
		t.Errorf("printing a connection shows its password: %s", text)
	}
	if err := running.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "connection.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the stop the connection file is still there (%v)", err)
	}
}

// A query that wants more than the engine may have fails with an error of its own, and nothing else does.
func TestMemoryIsCapped(t *testing.T) {
	t.Parallel()
	client := connect(t, start(t, engine.Options{MemoryLimit: 512 << 20}).Connection())
	err := client.Exec(t.Context(), "SELECT length(groupArray(number)) FROM numbers(1000000000) FORMAT Null")
	if err == nil || !strings.Contains(err.Error(), "memory limit exceeded") || !strings.Contains(err.Error(), "512.00 MiB") {
		t.Errorf("a query of 8 GB gave %v", err)
	}
	if n := number(t, client, "SELECT count() FROM numbers(10)"); n != 10 {
		t.Errorf("after it a small query gave %d", n)
	}
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	noLibrary := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(noLibrary, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	noFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(noFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		options engine.Options
		says    []string
	}{
		"no data directory":    {engine.Options{}, []string{"no data directory"}},
		"a file for directory": {engine.Options{DataDir: noFolder}, []string{"data directory", noFolder}},
		"no library":           {engine.Options{DataDir: t.TempDir(), LibraryPath: noLibrary}, []string{"could not start", noLibrary}},
		"another library":      {engine.Options{DataDir: t.TempDir(), LibraryPath: libraryOfC(t)}, []string{"not a chDB library"}},
		"too little memory":    {engine.Options{DataDir: t.TempDir(), MemoryLimit: 1 << 20}, []string{"memory limit", "268435456"}},
		"a port that is none":  {engine.Options{DataDir: t.TempDir(), Port: 70000}, []string{"70000", "65535"}},
		"a port in use":        {engine.Options{DataDir: t.TempDir(), Port: taken.Addr().(*net.TCPAddr).Port}, []string{"could not start", "Address already in use"}},
		"broken extra config":  {engine.Options{DataDir: t.TempDir(), ExtraConfig: []byte("<clickhouse>\n<a></b></clickhouse>")}, []string{"line 2", "additional engine configuration"}},
		"other extra config":   {engine.Options{DataDir: t.TempDir(), ExtraConfig: []byte("<yandex/>")}, []string{"yandex", "<clickhouse>"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Logger = quiet()
			started, err := engine.Start(context.Background(), test.options)
			if err == nil {
				started.Stop(context.Background())
				t.Fatal("it started")
			}
			for _, words := range test.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("the error does not say %q: %v", words, err)
				}
			}
		})
	}
}

// libraryOfC is some shared library that is not ClickHouse's: the one that this process itself runs on.
func libraryOfC(t *testing.T) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		if fields := strings.Fields(line); len(fields) == 6 && strings.Contains(filepath.Base(fields[5]), "libc.so") {
			return fields[5]
		}
	}
	t.Fatal("this process has no libc.so")
	return ""
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := engine.Start(ctx, engine.Options{DataDir: dataDir, Logger: quiet()}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a start of 30 ms gave %v", err)
	}
	start(t, engine.Options{DataDir: dataDir})
}

func TestNewerDataIsRefused(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	if err := start(t, engine.Options{DataDir: dataDir}).Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dataDir, "engine", "version.json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(`"library": "26.7.3"`)) {
		t.Fatalf("the data directory does not say which engine wrote it: %s", content)
	}
	if err := os.WriteFile(path, bytes.Replace(content, []byte("26.7.3"), []byte("99.1.0"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = engine.Start(t.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
	if !errors.Is(err, engine.ErrNewerData) || !strings.Contains(err.Error(), "99.1.0") || !strings.Contains(err.Error(), "26.7.3") {
		t.Errorf("data of a newer engine gave %v", err)
	}
}
