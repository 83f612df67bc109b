package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/internal/engine"
)

// ownerArgument makes the test binary a small program that starts an engine and waits, for tests that kill it.
const ownerArgument = "own-an-engine"

// TestMain is also the engine's child, and the program that owns an engine.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	if len(os.Args) > 2 && os.Args[1] == ownerArgument {
		os.Exit(own(os.Args[2]))
	}
	os.Exit(m.Run())
}

// own starts or joins an engine, prints how to reach it, and waits to be killed.
func own(dataDir string) int {
	started, err := engine.StartOrJoin(context.Background(), engine.Options{DataDir: dataDir, Logger: quiet()})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	json.NewEncoder(os.Stdout).Encode(started.Connection())
	select {}
}

// ownElsewhere runs own in a process of its own and returns it with the engine it started.
func ownElsewhere(t *testing.T, dataDir string) (*exec.Cmd, engine.Connection) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(executable, ownerArgument, dataDir)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the owning process printed no connection: %v", err)
	}
	var connection engine.Connection
	if err := json.Unmarshal(line, &connection); err != nil {
		t.Fatal(err)
	}
	return command, connection
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// start starts an engine that the test's end stops. Without the library it fails and says what to run: a machine that
// cannot run these tests must not look like one on which they pass.
func start(t testing.TB, options engine.Options) *engine.Engine {
	t.Helper()
	if options.DataDir == "" {
		options.DataDir = t.TempDir()
	}
	if options.Logger == nil {
		options.Logger = quiet()
	}
	started, err := engine.Start(context.Background(), options)
	if err != nil {
		t.Fatalf("start the engine: %v", err)
	}
	t.Cleanup(func() { started.Stop(context.Background()) })
	return started
}

// connect opens a client's pool on the engine; the test's end closes it.
func connect(t testing.TB, to engine.Connection) clickhouse.Conn {
	t.Helper()
	client, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{to.Address},
		Auth: clickhouse.Auth{Username: to.User, Password: to.Password, Database: to.Database},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func execute(t testing.TB, client clickhouse.Conn, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := client.Exec(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// number runs a query that gives one UInt64.
func number(t testing.TB, client clickhouse.Conn, query string) uint64 {
	t.Helper()
	var value uint64
	if err := client.QueryRow(context.Background(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// within waits until the condition holds and fails the test when it does not in time.
func within(t testing.TB, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone reports whether a process has ended, counting one that nobody has asked after yet.
func gone(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(status), ") Z ")
}
