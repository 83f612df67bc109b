package engine

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b  string
		order int
	}{
		{"26.7.3", "26.7.3", 0}, {"26.7.3-stable.1", "26.7.3", 0}, {"26.7", "26.7.0", 0},
		{"26.10.1", "26.9.9", 1}, {"26.7.3", "26.7.10", -1}, {"27.0", "26.12.5", 1}, {"26.7.2.1", "26.7.2", 1},
	} {
		if order, err := compareVersions(test.a, test.b); err != nil || order != test.order {
			t.Errorf("%s against %s: %d, %v, expected %d", test.a, test.b, order, err, test.order)
		}
		if order, err := compareVersions(test.b, test.a); err != nil || order != -test.order {
			t.Errorf("%s against %s: %d, %v, expected %d", test.b, test.a, order, err, -test.order)
		}
	}
	for _, wrong := range []string{"", "26.x", "26..7", "-1.2", "v26.7"} {
		if _, err := compareVersions(wrong, "26.7.3"); err == nil {
			t.Errorf("%q passed for a version", wrong)
		}
	}
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "version.json")
	if err := checkVersion(path, "26.7.3"); err != nil {
		t.Errorf("new data: %v", err)
	}
	if err := writeVersion(path, dataVersion{Library: "26.7.3", ClickHouse: "26.7.2.1"}); err != nil {
		t.Fatal(err)
	}
	for installed, refused := range map[string]bool{"26.7.3": false, "26.8.0": false, "26.7.2": true, "25.12.9": true} {
		if err := checkVersion(path, installed); errors.Is(err, ErrNewerData) != refused {
			t.Errorf("data of 26.7.3 under %s: %v", installed, err)
		}
	}
	put(t, path, `{"library": `)
	if err := checkVersion(path, "26.7.3"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a broken version file gave %v", err)
	}
}
