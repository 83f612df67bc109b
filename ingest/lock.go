package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lock takes a dataset for this process. It does not wait: two runs of one dataset at a time are a mistake or a
// schedule that overlaps, and the second one can be done later.
func lock(dataDir, dataset string) (unlock func(), err error) {
	f, err := openLock(dataDir, dataset)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("ingest: dataset %s is being taken in by another run; wait for it to end", dataset)
	}
	return func() { _ = f.Close() }, nil
}

// wait takes a lock that is held only for a moment.
func wait(ctx context.Context, dataDir, name string) (unlock func(), err error) {
	f, err := openLock(dataDir, name)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, fmt.Errorf("ingest: lock %s: %w", name, err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func openLock(dataDir, name string) (*os.File, error) {
	dir := filepath.Join(dataDir, "locks")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, strings.ReplaceAll(name, "/", "+")+".lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	return f, nil
}
