package engine

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
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

// The descriptors that the parent hands down besides the standard three. The lock is not used here: that it is open
// keeps the directory locked for as long as this process lives.
const (
	readyDescriptor = 3
	lockDescriptor  = 4
)

// How long the library may take to shut down once the parent has let go, before the child ends itself. This is what
// bounds its life when the parent was killed, or the library hangs.
const shutdownGrace = 20 * time.Second

// Child runs the library until stdin ends, and returns the exit code. It is what the hidden verb calls, in a process
// that [Start] made; stdout belongs to the library's log, stderr too, and what goes wrong is written there.
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
	hold, release, err := os.Pipe()
	if err != nil {
		return err
	}
	defer hold.Close()
	go func() {
		io.Copy(io.Discard, stdin) // ends when the parent closes the pipe, or the kernel does so for it
		release.Close()
		time.Sleep(shutdownGrace)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	return library.run([]string{
		"clickhouse",
		"--config-file=" + filepath.Join(places.config, "config.xml"),
		"--path=" + places.store,
		"--log-level=" + level,
		"--multiquery",
		"--query=" + strings.Join(statements(library.version(), int(hold.Fd())), "; "),
	})
}

// statements is what the library runs, in this order. The fourth holds: it inserts nothing, out of a pipe that stays
// empty and open, and needs no right to read files because the client half of the library opens it.
func statements(version string, hold int) []string {
	return []string{
		"CREATE DATABASE IF NOT EXISTS " + databaseName,
		"SYSTEM START LISTEN TCP",
		fmt.Sprintf("SELECT getServerPort('tcp_port'), version(), '%s' INTO OUTFILE '/dev/fd/%d' APPEND FORMAT TSV", version, readyDescriptor),
		fmt.Sprintf("INSERT INTO FUNCTION null('line String') FROM INFILE '/dev/fd/%d' FORMAT LineAsString", hold),
		"SYSTEM STOP LISTEN TCP",
	}
}
