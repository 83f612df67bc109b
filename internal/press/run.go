package press

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
	"syscall"
	"time"
)

// run starts a program in a folder of its own and waits for it and for every process that it started. When the time is
// over, or this program dies, all of them are killed.
func (p *Press) run(ctx context.Context, dir, path string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, p.time)
	defer cancel()
	// The kernel's signal on a parent's death follows the thread that started the child, so the thread is kept.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, path, args...)
	said := &tail{}
	cmd.Dir, cmd.Stderr = dir, said
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	if cmd.Process != nil {
		_ = killGroup(cmd.Process.Pid) // what the program left behind; its number is taken as long as one is left
	}
	name := filepath.Base(path)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("press: %s was stopped: %w", name, ctx.Err())
	}
	return fmt.Errorf("press: %s: %w: %s", name, err, said)
}

func killGroup(pid int) error {
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// tail keeps the last of what a program says.
type tail struct{ bytes.Buffer }

const longestTail = 2000

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	t.Buffer.Write(b)
	if over := t.Len() - longestTail; over > 0 {
		t.Next(over)
	}
	return n, nil
}

func (t *tail) String() string {
	lines := strings.Split(strings.TrimSpace(t.Buffer.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " / ")
}

// longestFolder leaves room for the name of the socket that Chromium makes in its temporary folder: the kernel takes at
// most 107 characters, and Chromium aborts without a word on a longer one.
const longestFolder = 107 - len("/org.chromium.Chromium.XXXXXX/SingletonSocket")

// folder makes a folder for one file's making, which the returned function takes away.
func folder() (string, func(), error) {
	dir, err := os.MkdirTemp("", "utfall-press-")
	if err != nil {
		return "", nil, fmt.Errorf("press: %w", err)
	}
	if len(dir) > longestFolder {
		return "", nil, errors.Join(fmt.Errorf("press: the path of the temporary folder, %s, is too long for Chromium; set TMPDIR to a shorter one", os.TempDir()), os.Remove(dir))
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
