package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Report is what a person who asks what is wrong with the engine wants to know.
type Report struct {
	System      string      `json:"system"`                 // operating system and processor, as Go names them
	Library     *Library    `json:"library,omitempty"`      // absent when none was found
	Loaded      string      `json:"loaded,omitempty"`       // the version that the library itself gives, such as 26.7.3
	DataDir     string      `json:"data_dir"`               // absolute
	DataVersion string      `json:"data_version,omitempty"` // of the library that last wrote the data; empty when there is no data
	Running     *Connection `json:"running,omitempty"`      // an engine that can be joined, without its password
	Holder      int         `json:"holder,omitempty"`       // the process that has the data directory open
	Checks      []Check     `json:"checks"`
}

// Check is one thing that must be right, and what to do when it is not.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
	Extra  bool   `json:"extra,omitempty"` // the program runs without it, and lacks something then
}

// OK reports whether an engine could be started or joined.
func (r Report) OK() bool {
	for _, check := range r.Checks {
		if !check.OK && !check.Extra {
			return false
		}
	}
	return true
}

const loadTimeout = 20 * time.Second

// Examine looks at everything that starting an engine on dataDir takes, and starts none. Command is as in [Options].
func Examine(ctx context.Context, env func(string) string, dataDir string, command []string) Report {
	report := Report{System: runtime.GOOS + "/" + runtime.GOARCH, DataDir: dataDir}
	if absolute, err := filepath.Abs(dataDir); err == nil {
		report.DataDir = absolute
	}
	report.examineLibrary(ctx, env, command)
	report.examineTerminal()
	report.examineData()
	return report
}

func (r *Report) examineLibrary(ctx context.Context, env func(string) string, command []string) {
	library, err := Find(env)
	if err != nil {
		r.add(Check{Name: "library", Found: err.Error(), Remedy: "run `" + InstallCommand + "`"})
		return
	}
	r.Library = &library
	r.add(Check{Name: "library", OK: true, Found: fmt.Sprintf("%s, %s, %d MB", library.Path, orUnknown(library.Version), library.Size/1_000_000)})
	version, err := loadedVersion(ctx, library.Path, command)
	if err != nil {
		r.add(Check{Name: "loads", Found: err.Error(), Remedy: "remove node_modules beside its package.json and run `" + InstallCommand + "`"})
		return
	}
	r.Loaded = version
	r.add(Check{Name: "loads", OK: true, Found: version})
}

// loadedVersion has a child process open the library and ask it, so that a library that crashes does it there.
func loadedVersion(ctx context.Context, path string, own []string) (string, error) {
	if len(own) == 0 {
		executable, err := os.Executable()
		if err != nil {
			return "", err
		}
		own = []string{executable, ChildArgument}
	}
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, own[0], append(own[1:len(own):len(own)], "--version", "--library="+path)...)
	var output, problem bytes.Buffer
	command.Stdout, command.Stderr = &output, &problem
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", strings.TrimSpace(problem.String()), err)
	}
	return strings.TrimSpace(output.String()), nil
}

func (r *Report) examineTerminal() {
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		r.add(Check{Name: "terminal", Found: err.Error(), Remedy: "mount /dev/pts; the library needs a pseudo-terminal"})
		return
	}
	file.Close()
	r.add(Check{Name: "terminal", OK: true, Found: "/dev/ptmx"})
}

func (r *Report) examineData() {
	places := layoutOf(r.DataDir)
	var written dataVersion
	if _, err := readJSON(places.version, &written); err != nil {
		r.add(Check{Name: "data", Found: err.Error(), Remedy: "restore the file, or choose another --data-dir"})
		return
	}
	r.DataVersion = written.Library
	if r.Loaded != "" {
		if err := checkVersion(places.version, r.Loaded); err != nil {
			r.add(Check{Name: "data", Found: err.Error(), Remedy: "install the newer version, or choose another --data-dir"})
			return
		}
	}
	connection, err := Join(r.DataDir)
	if err == nil {
		connection.Password = ""
		r.Running, r.Holder = connection, connection.OwnerPID
		r.add(Check{Name: "data", OK: true, Found: fmt.Sprintf("%s; process %d runs an engine on it, which other verbs join", r.DataDir, r.Holder)})
		return
	}
	taken, holder, lockErr := lockTaken(places.lock)
	if taken || !errors.Is(err, ErrNotRunning) || lockErr != nil {
		r.Holder = holder
		r.add(Check{Name: "data", Found: err.Error(), Remedy: "stop that process, or choose another --data-dir"})
		return
	}
	found := r.DataDir + ", empty"
	if r.DataVersion != "" {
		found = fmt.Sprintf("%s, written by %s", r.DataDir, r.DataVersion)
	}
	r.add(Check{Name: "data", OK: true, Found: found})
}

func (r *Report) add(check Check) { r.Checks = append(r.Checks, check) }

func orUnknown(version string) string {
	if version == "" {
		return "version unknown"
	}
	return version
}
