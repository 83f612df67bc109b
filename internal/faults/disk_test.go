package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"utfall/internal/engine"
	"utfall/internal/store"
)

// prepare gives a process that mounts a disk a view of the file system of its own, in which it may: no right is needed for
// that where the kernel lets anybody have one.
func prepare(cmd *exec.Cmd, argument string) {
	if argument != diskArgument {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
}

// DiskOrder names a folder to mount a small disk on.
type DiskOrder struct{ Dir string }

// DiskAnswer is what became of a delivery to a full disk, and of a start on one that cannot be written.
type DiskAnswer struct {
	NotHere         string // why no disk could be mounted
	Full            string // what the delivery failed with
	Passing         bool   // and whether the schedule tries it again by itself
	Meanwhile, Then Seen
	Took            time.Duration // from the moment there was room
	ReadOnly        string        // what a start failed with
	Again           Seen
}

func fullDisk(ctx context.Context, o DiskOrder) (a DiskAnswer, err error) {
	// What is mounted here is not to be seen outside.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		a.NotHere = err.Error()
		return a, nil
	}
	const disk = 64 << 20
	if err := syscall.Mount("tmpfs", o.Dir, "tmpfs", 0, fmt.Sprintf("size=%d", disk)); err != nil {
		a.NotHere = err.Error()
		return a, nil
	}
	defer func() { _ = syscall.Unmount(o.Dir, syscall.MNT_DETACH) }()
	dir := filepath.Join(o.Dir, "data")
	h, err := enter(ctx, dir, engine.Options{})
	if err != nil {
		return a, err
	}
	if _, err := h.deliver(ctx, 1); err != nil {
		return a, err
	}
	ballast := filepath.Join(o.Dir, "ballast")
	if err := fill(ballast); err != nil {
		return a, err
	}
	_, failed := h.deliver(ctx, 2)
	if failed == nil {
		return a, errors.New("a delivery went onto a full disk")
	}
	a.Full, a.Passing = failed.Error(), store.Passing(failed) || errors.Is(failed, syscall.ENOSPC)
	if a.Meanwhile, err = h.look(ctx, 2); err != nil {
		return a, err
	}
	if err := os.Remove(ballast); err != nil {
		return a, err
	}
	room := time.Now()
	if _, err := h.deliver(ctx, 2); err != nil {
		return a, err
	}
	a.Then, err = h.look(ctx, 2)
	a.Took = time.Since(room)
	h.leave()
	if err != nil {
		return a, err
	}
	if err := syscall.Mount("", o.Dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return a, err
	}
	if _, err := enter(ctx, dir, engine.Options{}); err != nil {
		a.ReadOnly = err.Error()
	}
	if err := syscall.Mount("", o.Dir, "", syscall.MS_REMOUNT, ""); err != nil {
		return a, err
	}
	if h, err = enter(ctx, dir, engine.Options{}); err != nil {
		return a, err
	}
	defer h.leave()
	a.Again, err = h.look(ctx, 2)
	return a, err
}

// fill writes a file until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
	return nil
}

func TestDisk(t *testing.T) {
	var a DiskAnswer
	order(t, diskArgument, DiskOrder{t.TempDir()}, &a)
	if a.NotHere != "" {
		t.Skipf("no small disk can be mounted here, not even in a user namespace: %s", a.NotHere)
	}
	o := outcome{fault: "disk full", times: 1, slowest: a.Took}
	count(t, &o, a.Then, 2)
	results.add(o)
	if a.Meanwhile.Edition != 1 || !a.Passing || !strings.Contains(strings.ToLower(a.Full), "space") {
		t.Errorf("full: edition %d was shown; the delivery failed with %q (passing: %v)", a.Meanwhile.Edition, a.Full, a.Passing)
	}
	o = outcome{fault: "disk read-only at the start", times: 1}
	count(t, &o, a.Again, 2)
	results.add(o)
	if !strings.Contains(a.ReadOnly, "read-only file system") || !strings.Contains(a.ReadOnly, "data") {
		t.Errorf("a start on a read-only disk failed with %q", a.ReadOnly)
	}
}
