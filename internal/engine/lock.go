package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrLocked is wrapped by the error that says another process holds the data directory.
var ErrLocked = errors.New("the data directory is in use")

const lockPoll = 25 * time.Millisecond

// A lock is an flock on a file that names its holder. The engine's child process inherits the same open file, so the
// directory stays locked until the parent and the child are both gone, and a parent that was killed cannot be
// succeeded while its engine is still writing.
type lock struct {
	file *os.File
}

// acquire takes the lock, waiting at most patience when the process that took it is gone and only its engine is left.
// The error names the holder and wraps [ErrLocked].
func acquire(ctx context.Context, path, dataDir string, patience time.Duration) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory %s: %w", dataDir, err)
	}
	deadline := time.Now().Add(patience)
	// A live holder is believed only when seen twice: whoever looks whether the lock is taken holds it for an instant.
	for seen := 0; ; {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return signLock(file)
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			file.Close()
			return nil, fmt.Errorf("lock the data directory %s: %w", dataDir, err)
		}
		holder := lockHolder(path)
		if alive(holder) {
			seen++
		}
		if seen > 2 || time.Now().After(deadline) {
			file.Close()
			return nil, lockedError(dataDir, holder)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("%w (waiting for %s)", ctx.Err(), dataDir)
		case <-time.After(lockPoll):
		}
	}
}

func signLock(file *os.File) (*lock, error) {
	err := file.Truncate(0)
	if err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("write %s: %w", file.Name(), err)
	}
	return &lock{file: file}, nil
}

// release gives up this process's hold. The lock is free once the child, which shares it, is gone too.
func (l *lock) release() { l.file.Close() }

// lockTaken reports whether some process holds the lock, and which one says it does (0 when unknown).
func lockTaken(path string) (taken bool, holder int, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, 0, nil
	}
	if err != nil {
		return false, 0, err
	}
	defer file.Close()
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, lockHolder(path), nil
	}
	return false, 0, err
}

func lockHolder(path string) int {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || pid < 1 {
		return 0
	}
	return pid
}

func alive(pid int) bool {
	if pid < 1 {
		return false
	}
	err := syscall.Kill(pid, 0)
	if err != nil {
		return errors.Is(err, syscall.EPERM)
	}
	// A process that has ended stays in the table until its parent asks after it, which in a container may be never.
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true // not Linux
	}
	_, afterName, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(afterName, "Z")
}

func lockedError(dataDir string, holder int) error {
	switch {
	case holder == os.Getpid():
		return fmt.Errorf("%w: %s is already open in this very process (%d)", ErrLocked, dataDir, holder)
	case alive(holder):
		return fmt.Errorf("%w: process %d holds %s; stop it, or choose another --data-dir", ErrLocked, holder, dataDir)
	case holder > 0:
		var left Connection
		_, _ = readJSON(layoutOf(dataDir).connection, &left) // without it the message says process 0, and the rest of it holds
		return fmt.Errorf("%w: process %d that held %s is gone, but its engine (process %d) has not ended; try again in a moment, or end that process",
			ErrLocked, holder, dataDir, left.PID)
	}
	return fmt.Errorf("%w: an unknown process holds %s; find it with `fuser %s`, or choose another --data-dir",
		ErrLocked, dataDir, layoutOf(dataDir).lock)
}
