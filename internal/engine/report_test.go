package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/internal/engine"
)

func TestExamine(t *testing.T) {
	t.Parallel()
	t.Run("ready", func(t *testing.T) {
		report := engine.Examine(t.Context(), os.Getenv, t.TempDir(), nil)
		if !report.OK() || report.Library == nil || report.Library.Size < 100_000_000 || report.Running != nil {
			t.Errorf("%+v", report)
		}
		if report.Loaded != "26.7.3" || report.Library.Version != engine.PackageVersion {
			t.Errorf("library %s of package %s, expected 26.7.3 of %s", report.Loaded, report.Library.Version, engine.PackageVersion)
		}
	})
	t.Run("running", func(t *testing.T) {
		dataDir := t.TempDir()
		owner, connection := ownElsewhere(t, dataDir)
		report := engine.Examine(t.Context(), os.Getenv, dataDir, nil)
		if !report.OK() || report.Running == nil || report.Running.PID != connection.PID || report.Holder != owner.Process.Pid {
			t.Errorf("%+v", report)
		}
		text, err := json.Marshal(report)
		if err != nil || strings.Contains(string(text), connection.Password) {
			t.Errorf("the report shows the password (%v): %s", err, text)
		}
	})
	t.Run("not installed", func(t *testing.T) {
		missing := filepath.Join(t.TempDir(), "none.so")
		report := engine.Examine(t.Context(), func(string) string { return missing }, t.TempDir(), nil)
		if report.OK() || report.Library != nil || !strings.Contains(report.Checks[0].Found, missing) {
			t.Errorf("%+v", report)
		}
	})
	t.Run("does not load", func(t *testing.T) {
		broken := filepath.Join(t.TempDir(), "libchdb.so")
		if err := os.WriteFile(broken, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		report := engine.Examine(t.Context(), func(string) string { return broken }, t.TempDir(), nil)
		if report.OK() || report.Loaded != "" || report.Checks[1].Remedy == "" {
			t.Errorf("%+v", report)
		}
	})
	t.Run("newer data", func(t *testing.T) {
		dataDir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dataDir, "engine"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dataDir, "engine", "version.json"), []byte(`{"library": "99.1.0"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		report := engine.Examine(t.Context(), os.Getenv, dataDir, nil)
		if report.OK() || report.DataVersion != "99.1.0" {
			t.Errorf("%+v", report)
		}
	})
}
