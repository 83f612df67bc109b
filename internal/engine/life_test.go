package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"utfall/internal/engine"
)

// However the program that started it ends, the engine ends too, and what was written is there for the next one, which
// need not wait or clean up.
func TestOwnerEnds(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dataDir := t.TempDir()
			owner, connection := ownElsewhere(t, dataDir)
			client := connect(t, connection)
			execute(t, client, "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n", "INSERT INTO kept SELECT number FROM numbers(1000)")
			owner.Process.Signal(signal)
			owner.Wait()
			next := start(t, engine.Options{DataDir: dataDir})
			if n := number(t, connect(t, next.Connection()), "SELECT count() FROM kept"); n != 1000 {
				t.Errorf("%d of 1000 rows are left", n)
			}
			within(t, time.Second, "the first engine is gone", func() bool { return gone(connection.PID) })
		})
	}
}

// The same in the middle of a start, when nobody reads the pipe yet.
func TestOwnerKilledWhileStarting(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	for _, after := range []time.Duration{10 * time.Millisecond, 60 * time.Millisecond, 120 * time.Millisecond} {
		owner := startOwner(t, dataDir)
		time.Sleep(after)
		owner.Kill()
		owner.Wait()
	}
	start(t, engine.Options{DataDir: dataDir})
}

func startOwner(t *testing.T, dataDir string) *os.Process {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.StartProcess(executable, []string{executable, ownerArgument, dataDir}, &os.ProcAttr{Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	return process
}

func TestCrashIsReported(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	running := start(t, engine.Options{DataDir: dataDir})
	client := connect(t, running.Connection())
	execute(t, client, "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n", "INSERT INTO kept SELECT number FROM numbers(1000)")
	select {
	case <-running.Done():
		t.Fatal("Done is closed while the engine runs")
	default:
	}
	syscall.Kill(running.PID(), syscall.SIGKILL)
	select {
	case <-running.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("a killed engine was not noticed")
	}
	err := running.Err()
	if err == nil || !strings.Contains(err.Error(), "signal: killed") || !strings.Contains(err.Error(), fmt.Sprint(running.PID())) {
		t.Errorf("the crash is reported as %v", err)
	}
	if _, err := engine.Join(dataDir); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("joining a crashed engine gave %v", err)
	}
	next := start(t, engine.Options{DataDir: dataDir})
	if n := number(t, connect(t, next.Connection()), "SELECT count() FROM kept"); n != 1000 {
		t.Errorf("%d of 1000 rows are left after the crash", n)
	}
}

// An abort inside the library leaves its last words in the error.
func TestCrashTellsLastWords(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	syscall.Kill(running.PID(), syscall.SIGSEGV)
	select {
	case <-running.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("a crashed engine was not noticed")
	}
	if err := running.Err(); err == nil || !strings.Contains(err.Error(), "Segmentation fault") {
		t.Errorf("the crash is reported as %v", err)
	}
}

// Ctrl-C and a service manager's stop reach every process of the program: the engine waits for its parent's word.
func TestSignalsAreTheParents(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	client := connect(t, running.Connection())
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		syscall.Kill(running.PID(), signal)
		time.Sleep(100 * time.Millisecond)
		if n := number(t, client, "SELECT count() FROM numbers(10)"); n != 10 {
			t.Errorf("after %s the engine counts %d", signal, n)
		}
	}
}

// A stop waits neither for idle connections, nor for a query that would take another minute. ClickHouse gives both five
// seconds and then ends by force, without a word; in order it takes about one, and says that it shuts its disk down.
func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	running := start(t, engine.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	client := connect(t, running.Connection())
	execute(t, client, "SELECT 1")
	ended := make(chan error, 1)
	go func() {
		ended <- connect(t, running.Connection()).Exec(context.Background(),
			"SELECT sleepEachRow(1) FROM system.numbers LIMIT 60 SETTINGS max_block_size = 1")
	}()
	within(t, 5*time.Second, "the long query runs", func() bool {
		return number(t, client, "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleepEachRow%'") == 1
	})
	if err := running.Stop(t.Context()); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if text := log.String(); !strings.Contains(text, "Shutdown disk") {
		t.Errorf("the engine was ended by force:\n%s", text)
	}
	if err := <-ended; err == nil {
		t.Error("the long query ended without an error")
	}
}

func TestStopKillsWhatHangs(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	running := start(t, engine.Options{DataDir: dataDir, StopTimeout: 300 * time.Millisecond})
	syscall.Kill(running.PID(), syscall.SIGSTOP)
	err := running.Stop(t.Context())
	if err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("stopping an engine that hangs gave %v", err)
	}
	if again := running.Stop(t.Context()); again == nil || again.Error() != err.Error() {
		t.Errorf("stopping it again gave %v", again)
	}
	start(t, engine.Options{DataDir: dataDir})
}

// Whatever a client or a stranger on the machine does to the port, the others go on.
func TestRudeClients(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	client := connect(t, running.Connection())
	execute(t, client, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	for name, words := range map[string]string{
		"nothing":         "",
		"a web browser":   "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"TLS":             "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"half a greeting": "\x00\x0aclickhouse",
		"zeros":           strings.Repeat("\x00", 4096),
		"ones":            strings.Repeat("\xff", 4096),
	} {
		socket, err := net.Dial("tcp", running.Address())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		socket.Write([]byte(words))
		socket.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		socket.Read(make([]byte, 1024))
		socket.(*net.TCPConn).SetLinger(0) // hang up with a reset
		socket.Close()
	}
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(5+10*i)*time.Millisecond)
			defer cancel()
			rude := connect(t, running.Connection())
			if i%2 == 0 {
				rude.Exec(ctx, "SELECT sum(number) FROM numbers(100000000000)")
				return
			}
			batch, err := rude.PrepareBatch(ctx, "INSERT INTO t")
			for err == nil && ctx.Err() == nil {
				err = batch.Append(uint64(i))
			}
			rude.Close() // in the middle of an insert
		})
	}
	group.Wait()
	if n := number(t, client, "SELECT count() FROM numbers(10)"); n != 10 {
		t.Errorf("afterwards the engine counts %d", n)
	}
	if err := running.Err(); err != nil {
		t.Error(err)
	}
}
