package engine

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindOrder(t *testing.T) {
	t.Parallel()
	platform := Platform{Name: "linux-x64", Package: "@chdb/lib-linux-x64-gnu", Locked: true}
	tree, elsewhere := t.TempDir(), t.TempDir()
	put(t, filepath.Join(tree, "go.mod"), "module utfall\n\ngo 1.26\n")
	inTree := put(t, filepath.Join(tree, platform.installedPath()), "in the tree")
	put(t, filepath.Join(filepath.Dir(inTree), "package.json"), `{"name": "@chdb/lib-linux-x64-gnu", "version": "26.7.3-stable.1"}`)
	inside := filepath.Join(tree, "cmd", "utfall")
	put(t, filepath.Join(inside, "main.go"), "")
	program := put(t, filepath.Join(elsewhere, "bin", "utfall"), "")

	library, err := find("", program, inside, platform)
	if err != nil || library.Path != inTree || library.Version != "26.7.3-stable.1" || library.Size != int64(len("in the tree")) {
		t.Errorf("from inside the source tree: %+v, %v", library, err)
	}
	if library, err = find("", filepath.Join(tree, "bin", "utfall"), elsewhere, platform); err != nil || library.Path != inTree {
		t.Errorf("by a program inside the source tree: %+v, %v", library, err)
	}
	inLib := put(t, filepath.Join(elsewhere, "lib", libraryFile), "in lib")
	if library, err = find("", program, inside, platform); err != nil || library.Path != inLib || library.Version != "" {
		t.Errorf("with one in ../lib: %+v, %v", library, err)
	}
	beside := put(t, filepath.Join(elsewhere, "bin", libraryFile), "beside")
	if library, err = find("", program, inside, platform); err != nil || library.Path != beside {
		t.Errorf("with one beside the program: %+v, %v", library, err)
	}
	link := filepath.Join(t.TempDir(), "utfall")
	if err := os.Symlink(program, link); err != nil {
		t.Fatal(err)
	}
	if library, err = find("", link, "", platform); err != nil || library.Path != beside {
		t.Errorf("through a link to the program: %+v, %v", library, err)
	}
	named := put(t, filepath.Join(t.TempDir(), "other.so"), "named")
	if library, err = find(named, program, inside, platform); err != nil || library.Path != named {
		t.Errorf("with one named by the variable: %+v, %v", library, err)
	}
}

// What a newcomer sees before the first install: the one command to run.
func TestFindNothing(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	put(t, filepath.Join(empty, "go.mod"), "module something\n")
	locked := Platform{Name: "linux-x64", Package: "@chdb/lib-linux-x64-gnu", Locked: true}
	unlocked := Platform{Name: "darwin-arm64", Package: "@chdb/lib-darwin-arm64"}
	for name, test := range map[string]struct {
		named    string
		platform Platform
		says     []string
	}{
		"tested platform":   {"", locked, []string{"run `make deps`", "--clickhouse", "UTFALL_ENGINE_LIB"}},
		"untested platform": {"", unlocked, []string{"nobody has tested", "@chdb/lib-darwin-arm64@26.7.3-stable.1", "--clickhouse"}},
		"no such platform":  {"", Platform{}, []string{"no build", "--clickhouse"}},
	} {
		_, err := find(test.named, filepath.Join(empty, "utfall"), empty, test.platform)
		if !errors.Is(err, ErrNotInstalled) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, words := range test.says {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: the error does not say %q: %v", name, words, err)
			}
		}
	}
	_, err := find(filepath.Join(empty, "none.so"), "", "", locked)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "UTFALL_ENGINE_LIB="+empty) {
		t.Errorf("a variable that names nothing gave %v", err)
	}
	if _, err = find(empty, "", "", locked); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a variable that names a folder gave %v", err)
	}
}

// What is installed is what was pinned: hashes for everything, an address for nothing.
func TestLockFile(t *testing.T) {
	t.Parallel()
	for _, platform := range platforms() {
		folder := filepath.Join("npm", platform.Name)
		if !platform.Locked {
			if _, err := os.Stat(folder); err == nil {
				t.Errorf("%s is there although the platform is called untested", folder)
			}
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "resolved") || strings.Contains(string(content), "://") {
			t.Errorf("%s/package-lock.json holds an address", folder)
		}
		var lock struct {
			Packages map[string]struct{ Version, Integrity string }
		}
		if err := json.Unmarshal(content, &lock); err != nil {
			t.Fatal(err)
		}
		pinned := lock.Packages["node_modules/"+platform.Package]
		if pinned.Version != PackageVersion {
			t.Errorf("%s locks version %q, the program says %s", folder, pinned.Version, PackageVersion)
		}
		for name, entry := range lock.Packages {
			if name != "" && !strings.HasPrefix(entry.Integrity, "sha512-") {
				t.Errorf("%s: %s has no SHA-512", folder, name)
			}
		}
		settings, err := os.ReadFile(filepath.Join(folder, ".npmrc"))
		if err != nil || !strings.Contains(string(settings), "omit-lockfile-registry-resolved=true") {
			t.Errorf("%s/.npmrc does not keep addresses out of the lock file (%v)", folder, err)
		}
	}
}
