package engine

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ChildArgument is the hidden first argument with which the program starts itself as the engine.
const ChildArgument = "engine"

// Exit codes of the child, beside 0.
const (
	exitFailed    = 1
	exitUsage     = 2
	exitNewerData = 3
)

// The descriptor on which the child reports its port. The next one, 4, is the lock on the data directory: nothing is
// done with it here, but that it is open keeps the directory locked for as long as this process lives.
const readyDescriptor = 3

// How long the library may take to shut down once the parent has let go, before the child ends itself. This is what
// bounds its life when the parent was killed, or the library hangs.
const shutdownGrace = 20 * time.Second

// Child runs the library until stdin ends, and returns the exit code. It is what the hidden verb calls, in a process
// that [Start] made. The library logs to the process's own standard error, and what goes wrong before and after it
// runs is written to stderr.
func Child(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(ChildArgument, flag.ContinueOnError)
	flags.SetOutput(stderr)
	path := flags.String("library", "", "the shared library")
	dataDir := flags.String("data-dir", "", "the data directory")
	level := flags.String("log-level", "warning", "ClickHouse's own log level")
	version := flags.Bool("version", false, "print the library's version and end")
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	if *path == "" || (*dataDir == "" && !*version) {
		fmt.Fprintln(stderr, "engine: this verb is for Utfall itself, which starts it with --library and --data-dir; use `utfall up`")
		return exitUsage
	}
	library, err := openChdb(*path)
	if err != nil {
		fmt.Fprintln(stderr, "engine:", err)
		return exitFailed
	}
	if *version {
		fmt.Fprintln(stdout, library.version())
		return 0
	}
	// Who starts and stops the engine is the parent. A signal to the whole process group or service reaches the parent
	// too, which ends its queries first and then lets go of this process.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if err := serve(library, layoutOf(*dataDir), *level, stdin); err != nil {
		fmt.Fprintln(stderr, "engine:", err)
		if errors.Is(err, ErrNewerData) {
			return exitNewerData
		}
		return exitFailed
	}
	return 0
}

// serve blocks until stdin ends and the library has shut down.
func serve(library *chdb, places layout, level string, stdin io.Reader) error {
	if err := checkVersion(places.version, library.version()); err != nil {
		return err
	}
	stdin, err := apart(stdin)
	if err != nil {
		return err
	}
	terminal, err := becomeInteractive()
	if err != nil {
		return err
	}
	defer terminal.Close()
	started, begin, err := os.Pipe()
	if err != nil {
		return err
	}
	defer begin.Close()
	hold, release, err := os.Pipe()
	if err != nil {
		return err
	}
	defer hold.Close()
	defer release.Close()
	go func() {
		// Once the first statement runs, the library has seen its terminal. Taking that away makes it end after its
		// last statement, or the first that fails, instead of waiting for someone to type another.
		_, _ = io.ReadFull(started, make([]byte, 1))
		terminal.Close()
	}()
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // ends when the parent closes the pipe, or the kernel does so for it
		release.Close()
		time.Sleep(shutdownGrace)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	return library.run([]string{
		"clickhouse",
		"--config-file=" + filepath.Join(places.config, "config.xml"),
		"--path=" + places.store,
		"--log-level=" + level,
		"--interactive", "--progress=off", "--progress-table=off", "--disable_suggestion", "--history_file=/dev/null",
		"--multiquery",
		"--query=" + strings.Join(statements(library.version(), int(begin.Fd()), int(hold.Fd())), "; "),
	})
}

// apart gives stdin a descriptor that stays when standard input becomes something else.
func apart(stdin io.Reader) (io.Reader, error) {
	file, ok := stdin.(*os.File)
	if !ok {
		return stdin, nil
	}
	descriptor, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		return nil, fmt.Errorf("keep standard input: %w", err)
	}
	return os.NewFile(uintptr(descriptor), file.Name()), nil
}

// statements is what the library runs, in this order; the first that fails is the last. The INSERT is what holds: it
// inserts nothing, out of a pipe that stays empty and open until the engine is to end, and needs no right to read
// files, because it is the client half of the library that opens the pipe.
func statements(version string, begin, hold int) []string {
	return []string{
		fmt.Sprintf("SELECT 1 INTO OUTFILE '/dev/fd/%d' APPEND FORMAT TSV", begin),
		"CREATE DATABASE IF NOT EXISTS " + databaseName,
		"SYSTEM START LISTEN TCP",
		fmt.Sprintf("SELECT getServerPort('tcp_port'), version(), '%s' INTO OUTFILE '/dev/fd/%d' APPEND FORMAT TSV", version, readyDescriptor),
		fmt.Sprintf("INSERT INTO FUNCTION null('line String') FROM INFILE '/dev/fd/%d' FORMAT LineAsString", hold),
		"SYSTEM STOP LISTEN TCP",
		"KILL QUERY WHERE user = '" + userName + "' ASYNC FORMAT Null",
	}
}
