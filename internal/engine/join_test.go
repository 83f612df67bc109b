package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"utfall/internal/engine"
)

func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	owner, _ := ownElsewhere(t, dataDir)
	_, err := engine.Start(t.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
	if !errors.Is(err, engine.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d holds %s", owner.Process.Pid, dataDir)) {
		t.Errorf("a data directory that process %d holds gave %v", owner.Process.Pid, err)
	}
	own := t.TempDir()
	start(t, engine.Options{DataDir: own})
	_, err = engine.Start(t.Context(), engine.Options{DataDir: own, Logger: quiet()})
	if !errors.Is(err, engine.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("this very process (%d)", os.Getpid())) {
		t.Errorf("a data directory that this process holds gave %v", err)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	if _, err := engine.Join(dataDir); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("joining nothing gave %v", err)
	}
	owner, connection := ownElsewhere(t, dataDir)
	found, err := engine.Join(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	if *found != connection || found.OwnerPID != owner.Process.Pid {
		t.Errorf("joined %+v, the owner %d has %+v", *found, owner.Process.Pid, connection)
	}
	joined, err := engine.StartOrJoin(t.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	if !joined.Joined() || joined.PID() != connection.PID {
		t.Errorf("StartOrJoin started an engine (process %d) beside process %d", joined.PID(), connection.PID)
	}
	execute(t, connect(t, joined.Connection()), "SELECT 1")
	if err := joined.Stop(t.Context()); err != nil {
		t.Errorf("leaving a joined engine gave %v", err)
	}
	<-joined.Done()
	execute(t, connect(t, connection), "SELECT 1") // it still runs
}

// Many verbs at once on one directory: one starts the engine and all use it.
func TestStartOrJoinRace(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	engines := make([]*engine.Engine, 6)
	var group sync.WaitGroup
	for i := range engines {
		group.Go(func() {
			one, err := engine.StartOrJoin(t.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
			if err != nil {
				t.Error(err)
				return
			}
			engines[i] = one
		})
	}
	group.Wait()
	if t.Failed() {
		return
	}
	started := 0
	for _, one := range engines {
		if !one.Joined() {
			started++
			t.Cleanup(func() { one.Stop(context.Background()) })
		}
		if one.PID() != engines[0].PID() {
			t.Errorf("engines in processes %d and %d", one.PID(), engines[0].PID())
		}
	}
	if started != 1 {
		t.Errorf("%d were started", started)
	}
}

// A connection file that a killed process left behind leads nobody astray.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	path := filepath.Join(dataDir, "engine", "connection.json")
	running := start(t, engine.Options{DataDir: dataDir})
	left, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, left, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Join(dataDir); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("joining what a stale file names gave %v", err)
	}
	next, err := engine.StartOrJoin(t.Context(), engine.Options{DataDir: dataDir, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { next.Stop(context.Background()) })
	if next.Joined() {
		t.Error("joined an engine that is gone")
	}
}
