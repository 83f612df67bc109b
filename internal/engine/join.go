package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// ErrNotRunning is wrapped by Join's error when no engine runs on the data directory.
var ErrNotRunning = errors.New("no engine runs on the data directory")

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
	if !found || connection.OwnerPID != holder {
		return nil, fmt.Errorf("%w %s: process %d holds it, and its engine is not ready or has ended", ErrNotRunning, dataDir, holder)
	}
	if err := answers(connection.Address); err != nil {
		return nil, fmt.Errorf("%w %s: process %d holds it, but its engine (process %d) does not answer: %w",
			ErrNotRunning, dataDir, holder, connection.PID, err)
	}
	return &connection, nil
}

// StartOrJoin starts an engine on the data directory, or joins the one that another process runs there, waiting for
// it to become ready if it is just starting. Stop on a joined engine leaves it running.
func StartOrJoin(ctx context.Context, options Options) (*Engine, error) {
	// Joining needs no library, so it is looked for only when there is nothing to join.
	if joined, err := joinEngine(options.DataDir); err == nil {
		return joined, nil
	}
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
		joined, joining := joinEngine(options.DataDir)
		if joining == nil {
			return joined, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w; joining it failed: %w", err, joining)
		case <-time.After(4 * lockPoll):
		}
	}
}

func joinEngine(dataDir string) (*Engine, error) {
	if dataDir == "" {
		return nil, ErrNotRunning
	}
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return nil, err
	}
	connection, err := Join(dataDir)
	if err != nil {
		return nil, err
	}
	return &Engine{connection: *connection, places: layoutOf(dataDir), joined: true, done: make(chan struct{})}, nil
}
