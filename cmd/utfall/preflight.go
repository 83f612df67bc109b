package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"utfall/internal/config"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

// preflight looks at everything that a start with these settings takes, and starts nothing.
func (a app) preflight(ctx context.Context, o serveFlags) ([]engine.Check, error) {
	var out []engine.Check
	add := func(name, flag, found string, err error, remedy string) {
		c := engine.Check{Name: name, OK: err == nil, Found: found}
		if err != nil {
			c.Found, c.Remedy = place(o.file, flag)+err.Error(), remedy
		}
		out = append(out, c)
	}
	_, err := config.WithPassword(o.clickhouse, o.passwordFile)
	add("secrets", "clickhouse-password-file", "what is named can be read", err, "give the file to the user that runs Utfall: chown and chmod 0400")
	catalogue, err := schema.Load()
	if err != nil {
		return nil, err
	}
	known, err := o.loadSources(catalogue)
	add("tables", "sources-dir", fmt.Sprintf("%d official tables", len(known)), err, "correct the file; `utfall check --sources-dir DIR` checks it alone")
	if err == nil {
		asked, err := o.asked(known)
		add("sources", "sources", fmt.Sprintf("%d are asked on their schedules", len(asked)), err, "`utfall status --sources all` lists those that there are")
	}
	ours := utfallAnswers(ctx, o.opsAddr)
	for _, l := range []struct{ name, flag, addr string }{{"pages", "addr", o.addr}, {"metrics", "ops-addr", o.opsAddr}} {
		found, err := free(l.addr)
		if err != nil && ours {
			found, err = l.addr+" is in use, and a running Utfall answers at "+o.opsAddr, nil
		}
		add(l.name, l.flag, found, err, "choose a free port, or stop what uses it (ss -ltnp shows it)")
	}
	dir, err := a.dataDir(o.common)
	if err != nil {
		return nil, err
	}
	add("data directory", "data-dir", dir, writable(dir), "give the directory to the user that runs Utfall, or name another")
	add("schema", "data-dir", fmt.Sprintf("version %d", knownSchema()), checkSchema(dir), "run the newer Utfall again, or restore the backup from before the upgrade into another data directory")
	return out, nil
}

// place gives file and line of a flag that the configuration set.
func place(f *config.File, flag string) string {
	if v, ok := f.Get(flag); ok {
		return fmt.Sprintf("%s:%d: %s: ", f.Path, v.Line, v.Key)
	}
	return ""
}

func free(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	return addr + " is free", l.Close()
}

// utfallAnswers tells whether the program that listens at an address is one of ours.
func utfallAnswers(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 10<<20))
	return err == nil && strings.Contains(string(b), "\nutfall_build_info{")
}

// writable tells whether files can be made in a directory, or in the nearest one above it that exists.
func writable(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		return writable(filepath.Dir(dir))
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	}
	f, err := os.CreateTemp(dir, ".utfall-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// mark is what a data directory says of the program that last migrated it, so that an older one can tell before it starts
// an engine.
type mark struct {
	Program string `json:"program"`
	Schema  int64  `json:"schema"`
}

const markFile = "utfall.json"

func knownSchema() int64 { return new(store.Store).SchemaKnown() }

// checkSchema refuses a data directory that a newer program has migrated.
func checkSchema(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, markFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m mark
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, markFile), err)
	}
	if known := knownSchema(); m.Schema > known {
		return fmt.Errorf("%w: utfall %s brought %s to version %d, this program knows %d; run the newer utfall, or restore a backup from before the upgrade into another --data-dir",
			store.ErrNewerSchema, m.Program, dir, m.Schema, known)
	}
	return nil
}

// markSchema writes down that this program has migrated the data directory.
func markSchema(dir string) error {
	want, err := json.Marshal(mark{version, knownSchema()})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, markFile)
	if have, err := os.ReadFile(path); err == nil && string(have) == string(want) {
		return nil
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, want, 0o640); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// checkConfig says beforehand what a start with a configuration would refuse.
func (a app) checkConfig(ctx context.Context, o serveFlags) error {
	checks, err := a.preflight(ctx, o)
	if err != nil {
		return err
	}
	if o.clickhouse == "" {
		dir, err := a.dataDir(o.common)
		if err != nil {
			return err
		}
		checks = append(checks, engine.Examine(ctx, a.env, dir, nil).Checks...)
	}
	var faults []string
	for _, c := range checks {
		if !c.OK {
			faults = append(faults, c.Name+": "+c.Found+"; "+c.Remedy)
		}
	}
	if len(faults) > 0 {
		return usageError{strings.Join(faults, "\n")}
	}
	fmt.Fprintf(a.stdout, "%s: no faults\n", o.config)
	return nil
}
