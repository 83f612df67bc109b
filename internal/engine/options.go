package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Options says how to start an engine. DataDir is required, everything else has a default.
type Options struct {
	DataDir      string        // the program's data directory; the engine keeps to its folder "engine" in it
	LibraryPath  string        // default: what Find finds in this process's environment
	MemoryLimit  int64         // bytes the engine may use for everything; default 2 GiB, at least 256 MiB
	FileAccess   bool          // let SQL read and write files, all that this process may: for benchmarks, not for serving
	Port         int           // on 127.0.0.1; default 0, a free one. A fixed port is for clusters, whose nodes must know each other
	Password     string        // of Utfall's user; default a random one. A given one is for nodes that clients take for one another
	ExtraConfig  []byte        // a further <clickhouse> document, merged over ours: remote_servers, macros
	Logger       *slog.Logger  // default slog.Default(); the engine's own log goes there too, with component=engine
	Command      []string      // the program and arguments that reach Child; default this program with ChildArgument
	StartTimeout time.Duration // until the engine answers; default 60 s
	StopTimeout  time.Duration // until Stop kills an engine that does not shut down; default 15 s
}

const (
	defaultMemoryLimit  = 2 << 30
	smallestMemoryLimit = 256 << 20
	defaultStartTimeout = time.Minute
	defaultStopTimeout  = 15 * time.Second
)

func (o Options) withDefaults() (Options, error) {
	if o.DataDir == "" {
		return o, errors.New("start the engine: no data directory was given")
	}
	dataDir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return o, fmt.Errorf("start the engine: %w", err)
	}
	o.DataDir = dataDir
	if o.LibraryPath == "" {
		library, err := Find(os.Getenv)
		if err != nil {
			return o, err
		}
		o.LibraryPath = library.Path
	}
	if o.MemoryLimit == 0 {
		o.MemoryLimit = defaultMemoryLimit
	}
	if o.MemoryLimit < smallestMemoryLimit {
		return o, fmt.Errorf("start the engine: a memory limit of %d bytes is too small, the least is %d", o.MemoryLimit, smallestMemoryLimit)
	}
	if o.Port < 0 || o.Port > 65535 {
		return o, fmt.Errorf("start the engine: %d is no port: expected 0 (a free one) to 65535", o.Port)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if len(o.Command) == 0 {
		executable, err := os.Executable()
		if err != nil {
			return o, fmt.Errorf("start the engine: %w", err)
		}
		o.Command = []string{executable, ChildArgument}
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = defaultStartTimeout
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = defaultStopTimeout
	}
	return o, nil
}

// logLevel asks ClickHouse for as much as the logger would keep.
func (o Options) logLevel() string {
	if o.Logger.Enabled(context.Background(), slog.LevelDebug) {
		return "information"
	}
	return "warning"
}
