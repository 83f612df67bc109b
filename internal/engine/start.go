package engine

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Start runs ClickHouse on the data directory and returns when it answers. Exactly one process can have a data
// directory open: the error wraps [ErrLocked] and names the other one. Other errors wrap [ErrNotInstalled] or
// [ErrNewerData]. The context bounds the start alone; the engine lives until Stop, or until this process ends.
func Start(ctx context.Context, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, options.StartTimeout)
	defer cancel()
	return startOnce(ctx, options)
}

func startOnce(ctx context.Context, options Options) (*Engine, error) {
	places := layoutOf(options.DataDir)
	if err := places.create(); err != nil {
		return nil, err
	}
	lock, err := acquire(ctx, places.lock, options.DataDir, shutdownGrace+time.Second)
	if err != nil {
		return nil, err
	}
	forget(places.connection)
	secret := cmp.Or(options.Password, password())
	if err := writeConfig(places, options, secret); err != nil {
		lock.release()
		return nil, err
	}
	engine := &Engine{options: options, places: places, lock: lock, done: make(chan struct{})}
	ready, err := engine.spawn()
	if err != nil {
		lock.release()
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	if err := engine.await(ctx, ready, secret); err != nil {
		return nil, err
	}
	return engine, nil
}

// spawn starts the child and the goroutine that waits for it, and returns the pipe on which it reports its port.
func (e *Engine) spawn() (ready *os.File, err error) {
	stdin, err := newPipe()
	if err != nil {
		return nil, err
	}
	defer stdin.read.Close()
	log, err := newPipe()
	if err != nil {
		stdin.write.Close()
		return nil, err
	}
	defer log.write.Close()
	report, err := newPipe()
	if err != nil {
		stdin.write.Close()
		log.read.Close()
		return nil, err
	}
	defer report.write.Close()

	command := e.childCommand()
	command.Stdin, command.Stderr = stdin.read, log.write // its standard output is only what an interactive session prints
	command.ExtraFiles = []*os.File{report.write, e.lock.file}
	if err := command.Start(); err != nil {
		stdin.write.Close()
		log.read.Close()
		report.read.Close()
		return nil, err
	}
	e.command, e.pid, e.stdin = command, command.Process.Pid, stdin.write
	e.log = foldLog(log.read, e.options.Logger)
	go e.watch()
	return report.read, nil
}

type pipe struct{ read, write *os.File }

func newPipe() (pipe, error) {
	read, write, err := os.Pipe()
	return pipe{read, write}, err
}

func (e *Engine) childCommand() *exec.Cmd {
	own := e.options.Command
	arguments := slices.Concat(own[1:], []string{
		"--library=" + e.options.LibraryPath, "--data-dir=" + e.options.DataDir, "--log-level=" + e.options.logLevel()})
	command := exec.Command(own[0], arguments...)
	command.Dir = e.places.files
	command.Env = environment(e.places.temporary)
	// A process group of its own: Ctrl-C in a terminal reaches this process alone, which then ends the engine in order.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command
}

// environment keeps what a program needs to run and drops the rest, so that nothing set for other programs (an API
// key that ClickHouse would pick up, say) changes the engine. Times without a zone are UTC on every machine.
func environment(temporary string) []string {
	variables := []string{"TZ=UTC", "TMPDIR=" + temporary, "HOME=" + temporary}
	for _, name := range []string{"PATH", "LANG", "LD_LIBRARY_PATH", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}

// await reads the port that the child reports, and writes down how to reach it for those who join.
func (e *Engine) await(ctx context.Context, ready *os.File, secret string) error {
	defer ready.Close()
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(ready).ReadString('\n') // an end without a line is the child's end
		line <- text
	}()
	var fields []string
	select {
	case text := <-line:
		fields = strings.Split(strings.TrimSuffix(text, "\n"), "\t")
	case <-ctx.Done():
		e.kill()
		<-e.done
		return fmt.Errorf("the embedded ClickHouse was not ready in time: %w%s", ctx.Err(), e.log.tail())
	}
	if len(fields) != 3 {
		return e.stillborn(ctx)
	}
	connection := Connection{
		Address: "127.0.0.1:" + fields[0], User: userName, Password: secret, Database: databaseName,
		Version: fields[1], PID: e.pid, OwnerPID: os.Getpid(),
	}
	// The engine listens before it reports its port, so the port is not tried here; a connection that is closed at once
	// can moreover cost the library ten seconds if it is told to stop in the same instant.
	err := writeVersion(e.places.version, dataVersion{Library: fields[2], ClickHouse: fields[1]})
	if err == nil {
		err = connection.save(e.places.connection)
	}
	if err != nil {
		e.kill()
		<-e.done
		return fmt.Errorf("start the engine: %w", err)
	}
	e.connection = connection
	e.mu.Lock()
	e.ready = true
	e.mu.Unlock()
	return nil
}

// stillborn waits for a child that closed its report without a word, and returns what it died of.
func (e *Engine) stillborn(ctx context.Context) error {
	select {
	case <-e.done:
	case <-ctx.Done():
		e.kill()
		<-e.done
	}
	if err := e.Err(); err != nil {
		return err
	}
	return fmt.Errorf("the embedded ClickHouse (process %d) gave no port%s", e.pid, e.log.tail())
}
