package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// ErrNotRunning is wrapped by Join's error when no engine runs on the data directory.
var ErrNotRunning = errors.New("no engine runs on the data directory")

// Connection is how a ClickHouse client reaches a running engine over the native protocol.
type Connection struct {
	Address  string `json:"address"` // host:port on loopback
	User     string `json:"user"`
	Password string `json:"password"` // random, and another one at the next start
	Database string `json:"database"`
	Version  string `json:"version"`    // SELECT version(), such as 26.7.2.1
	PID      int    `json:"engine_pid"` // the engine's process
	OwnerPID int    `json:"owner_pid"`  // the process that started it
}

const dialTimeout = 2 * time.Second

// Join finds the engine that another process runs on dataDir. A file left behind by a process that is gone is noticed
// by the lock that nobody holds. The error wraps [ErrNotRunning].
func Join(dataDir string) (*Connection, error) {
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return nil, err
	}
	places := layoutOf(dataDir)
	taken, holder, err := lockTaken(places.lock)
	if err != nil {
		return nil, fmt.Errorf("join the engine on %s: %w", dataDir, err)
	}
	if !taken {
		return nil, fmt.Errorf("%w %s", ErrNotRunning, dataDir)
	}
	var connection Connection
	found, err := readJSON(places.connection, &connection)
	if err != nil {
		return nil, fmt.Errorf("join the engine on %s: %w", dataDir, err)
	}
	if !found {
		return nil, fmt.Errorf("%w %s: process %d holds it and its engine is not ready, or has ended", ErrNotRunning, dataDir, holder)
	}
	if connection.OwnerPID != holder {
		return nil, fmt.Errorf("%w %s: process %d holds it and its engine is not ready", ErrNotRunning, dataDir, holder)
	}
	if err := answers(connection.Address); err != nil {
		return nil, fmt.Errorf("%w %s: process %d holds it but its engine (process %d) does not answer: %w",
			ErrNotRunning, dataDir, holder, connection.PID, err)
	}
	return &connection, nil
}

func answers(address string) error {
	socket, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return err
	}
	return socket.Close()
}

// StartOrJoin starts an engine on the data directory, or joins the one that another process runs there, waiting for
// it to become ready if it is just starting. Stop on a joined engine leaves it running.
func StartOrJoin(ctx context.Context, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, options.StartTimeout)
	defer cancel()
	for {
		engine, err := startOnce(ctx, options)
		if err == nil || !errors.Is(err, ErrLocked) {
			return engine, err
		}
		connection, joining := Join(options.DataDir)
		if joining == nil {
			return joined(*connection), nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w; joining it failed: %w", err, joining)
		case <-time.After(4 * lockPoll):
		}
	}
}

func joined(connection Connection) *Engine {
	return &Engine{connection: connection, joined: true, done: make(chan struct{})}
}

func (c Connection) save(path string) error {
	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(path, append(content, '\n'))
}

func forget(path string) { os.Remove(path) }
