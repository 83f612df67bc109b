package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// LibraryVariable is the environment variable that names the shared library outright.
const LibraryVariable = "UTFALL_ENGINE_LIB"

// InstallCommand is the one command that installs the library, and that every error about it names.
const InstallCommand = "make deps"

// ErrNotInstalled is wrapped by every error that says the library is not on this machine.
var ErrNotInstalled = errors.New("the embedded ClickHouse is not installed")

// Library is the shared library that carries ClickHouse.
type Library struct {
	Path    string // absolute
	Version string // of the npm package, such as 26.7.3-stable.1; empty when no package.json lies beside the file
	Size    int64  // bytes
}

// Find looks for the library where env's UTFALL_ENGINE_LIB says, beside the running program and in the lib folder next
// to it, and in node_modules of the source tree that the program or the working directory lies in, in that order.
// A variable that names a missing file is an error and not a reason to look further. If nothing is found the error
// wraps [ErrNotInstalled] and names the command that installs the library.
func Find(env func(string) string) (Library, error) {
	executable, err := os.Executable()
	if err != nil {
		executable = ""
	}
	directory, err := os.Getwd()
	if err != nil {
		directory = ""
	}
	return find(env(LibraryVariable), executable, directory, CurrentPlatform())
}

func find(named, executable, directory string, platform Platform) (Library, error) {
	if named != "" {
		library, err := inspect(named)
		if err != nil {
			return Library{}, fmt.Errorf("%s=%s: %w", LibraryVariable, named, err)
		}
		return library, nil
	}
	for _, candidate := range candidates(executable, directory, platform) {
		library, err := inspect(candidate)
		if err == nil {
			return library, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return Library{}, err
		}
	}
	return Library{}, notInstalled(platform)
}

// candidates lists the places to look at, best first.
func candidates(executable, directory string, platform Platform) []string {
	var paths []string
	if executable != "" {
		if target, err := filepath.EvalSymlinks(executable); err == nil {
			executable = target
		}
		beside := filepath.Dir(executable)
		paths = append(paths,
			filepath.Join(beside, libraryFile),
			filepath.Join(beside, "..", "lib", libraryFile),
			filepath.Join(beside, "..", "lib", "utfall", libraryFile))
		directory := sourceTree(beside)
		if directory != "" && platform.Package != "" {
			paths = append(paths, filepath.Join(directory, platform.installedPath()))
		}
	}
	if tree := sourceTree(directory); tree != "" && platform.Package != "" {
		paths = append(paths, filepath.Join(tree, platform.installedPath()))
	}
	return paths
}

// sourceTree walks up from directory to the go.mod of module utfall and returns where it lies, or nothing.
func sourceTree(directory string) string {
	for directory != "" {
		content, err := os.ReadFile(filepath.Join(directory, "go.mod"))
		if err == nil && bytes.HasPrefix(bytes.TrimLeft(content, "\r\n\t "), []byte("module utfall\n")) {
			return directory
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return ""
		}
		directory = parent
	}
	return ""
}

func inspect(path string) (Library, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Library{}, err
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return Library{}, err
	}
	if !info.Mode().IsRegular() {
		return Library{}, fmt.Errorf("%s is not a file: name the %s itself", absolute, libraryFile)
	}
	return Library{Path: absolute, Version: packageVersion(absolute), Size: info.Size()}, nil
}

// packageVersion reads the version from the package.json that npm puts beside the library.
func packageVersion(path string) string {
	content, err := os.ReadFile(filepath.Join(filepath.Dir(path), "package.json"))
	if err != nil {
		return ""
	}
	var manifest struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if json.Unmarshal(content, &manifest) != nil || !isLibraryPackage(manifest.Name) {
		return ""
	}
	return manifest.Version
}

func notInstalled(platform Platform) error {
	if platform.Package == "" {
		return fmt.Errorf("%w: there is no build of it for %s/%s; use a ClickHouse server with --clickhouse instead",
			ErrNotInstalled, runtime.GOOS, runtime.GOARCH)
	}
	if !platform.Locked {
		return fmt.Errorf("%w: no lock file is kept for %s, which nobody has tested; install %s@%s yourself and set %s to its %s, or use a ClickHouse server with --clickhouse",
			ErrNotInstalled, platform.Name, platform.Package, PackageVersion, LibraryVariable, libraryFile)
	}
	return fmt.Errorf("%w: run `%s` (or set %s to a %s, or use a ClickHouse server with --clickhouse)",
		ErrNotInstalled, InstallCommand, LibraryVariable, libraryFile)
}
