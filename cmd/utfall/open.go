package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"utfall/ingest"
	"utfall/internal/backup"
	"utfall/internal/config"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/internal/traces"
	"utfall/schema"
)

// common is the flags of every verb that reads or writes figures.
type common struct {
	dataDir, clickhouse, passwordFile string
	topology                          string
	engineMemory                      size
	logging
	traces  string // address of a collector, "" for none
	config  string
	file    *config.File // nil without one
	service bool         // runs until it is stopped
}

// flags makes a verb's flag set. A flag that is not given is looked for in the environment: --data-dir is
// UTFALL_DATA_DIR.
func (a app) flags(name string, c *common) *flag.FlagSet {
	f := flag.NewFlagSet("utfall "+name, flag.ContinueOnError)
	f.SetOutput(a.stderr)
	f.Usage = func() {
		own, _, _ := strings.Cut(name, " ")
		for _, v := range verbs() {
			if v.name == own {
				fmt.Fprintf(a.stderr, "usage: utfall %s [flags]\n%s\n\nflags:\n", strings.TrimSpace(v.name+" "+v.args), v.does)
			}
		}
		f.PrintDefaults()
	}
	if c != nil {
		f.StringVar(&c.dataDir, "data-dir", "", "where data are kept (default: utfall in the user's data directory)")
		f.StringVar(&c.clickhouse, "clickhouse", "", "clickhouse://user:password@host:9000/database; default: the embedded engine; several nodes: a:9000,b:9000")
		f.StringVar(&c.topology, "topology", "single", "of --clickhouse: single, cluster (replicated with Keeper) or shards (several nodes without)")
		f.Var(&configFlag{c}, "config", "a configuration file; flags and the environment come before it (see deploy/CONFIG.md)")
		f.StringVar(&c.passwordFile, "clickhouse-password-file", "", "a file that holds the password for --clickhouse")
		f.Var(&c.engineMemory, "engine-memory", "memory that the embedded engine may use, such as 2GiB (default 2GiB)")
		f.BoolVar(&c.verbose, "verbose", false, "log what the engine and the runs do")
		f.StringVar(&c.level, "log-level", "", "debug, info, warn or error (default: info in service, warn otherwise)")
		f.StringVar(&c.format, "log-format", "", "text or json (default: json in service, text on a terminal)")
		f.StringVar(&c.traces, "traces-endpoint", "", "OpenTelemetry collector that takes OTLP over HTTP (default: OTEL_EXPORTER_OTLP_ENDPOINT)")
	}
	return f
}

// parse reads flags and words in any order; the words are what f.Args gives afterwards. All after -- are words.
func (a app) dataDir(c common) (string, error) {
	if c.dataDir != "" {
		return filepath.Abs(c.dataDir)
	}
	if base := a.env("XDG_DATA_HOME"); base != "" {
		return filepath.Join(base, "utfall"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory: %w; give --data-dir", err)
	}
	return filepath.Join(home, ".local", "share", "utfall"), nil
}

// house is an opened data directory: a store that answers, its schema up to date.
type house struct {
	*store.Store
	engine    *engine.Engine // nil with a server of its own
	dataDir   string
	catalogue *schema.Catalogue
	log       *slog.Logger
	level     *slog.LevelVar // of log
	traces    *traces.Exporter
}

// open starts or joins the engine, or reaches the server that --clickhouse names, and migrates.
func (a app) open(ctx context.Context, c common) (*house, error) {
	h, err := a.reach(ctx, c)
	if err != nil {
		return nil, err
	}
	if backup.Unfinished(h.dataDir) {
		return nil, errors.Join(fmt.Errorf("%w: a restore into %s was cut off, so figures are missing there; run `utfall restore` again", backup.ErrRefused, h.dataDir), h.close())
	}
	if err := h.Migrate(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	if h.engine != nil {
		if err := markSchema(h.dataDir); err != nil {
			return nil, errors.Join(fmt.Errorf("data directory: %w", err), h.close())
		}
	}
	return h, nil
}

// reach is open without looking at what is in the database.
func (a app) reach(ctx context.Context, c common) (*house, error) {
	catalogue, err := schema.Load()
	if err != nil {
		return nil, err
	}
	topology, err := schema.ParseTopology(c.topology)
	if err != nil {
		return nil, usageError{"--" + err.Error()}
	}
	if topology.Spread() && c.clickhouse == "" {
		return nil, usageError{fmt.Sprintf("--topology %s needs --clickhouse with the nodes' addresses: the embedded engine is one node", topology)}
	}
	h := &house{catalogue: catalogue}
	h.log, h.level = a.logger(c)
	if h.dataDir, err = a.dataDir(c); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(h.dataDir, 0o750); err != nil {
		return nil, usageError{"data directory: " + err.Error() + "; give --data-dir or data_dir another place"}
	}
	address, err := config.WithPassword(c.clickhouse, c.passwordFile)
	if err != nil {
		return nil, err
	}
	if h.traces, err = traces.New(ctx, c.traces, version); err != nil {
		return nil, usageError{err.Error() + "; correct traces.endpoint, or leave it out"}
	}
	if address == "" {
		if err := checkSchema(h.dataDir); err != nil {
			return nil, err
		}
		library, err := engine.Find(a.env)
		if err != nil {
			return nil, err
		}
		if h.engine, err = engine.StartOrJoin(ctx, engine.Options{DataDir: h.dataDir, LibraryPath: library.Path, MemoryLimit: int64(c.engineMemory), Logger: h.log}); err != nil {
			return nil, err
		}
		address = h.engine.Connection().URL()
	}
	if h.Store, err = store.OpenAs(ctx, address, topology); err != nil {
		return nil, errors.Join(err, h.stopEngine())
	}
	if h.traces != nil {
		h.Observe(h.traceQuery)
	}
	return h, nil
}

// close ends the connections first: the engine waits for them.
func (h *house) close() error {
	if err := h.traces.Close(); err != nil {
		h.log.Warn("the last traces are not sent", "error", err)
	}
	return errors.Join(h.Store.Close(), h.stopEngine())
}

func (h *house) stopEngine() error {
	if h.engine == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return h.engine.Stop(ctx)
}

func (h *house) runner(o ingest.Options) (*ingest.Runner, error) {
	o.Writer, o.Catalogue, o.DataDir, o.Logger, o.Program = h.Store, h.catalogue, h.dataDir, h.log, version
	o.Tracer = h.traces.Tracer()
	return ingest.New(o)
}

// parseMoment reads --as-of: a date means the end of that day in Sweden.
func parseMoment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return time.Time{}, err
	}
	d, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return time.Time{}, usageError{fmt.Sprintf("--as-of %q is neither a date (2026-11-23) nor a moment (2026-11-23T12:00:00Z)", s)}
	}
	return d.AddDate(0, 0, 1).Add(-time.Microsecond), nil
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func plural(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, map[bool]string{true: one, false: many}[n == 1])
}
