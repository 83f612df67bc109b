package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options says how to start an engine. DataDir is required, everything else has a default.
type Options struct {
	DataDir      string        // the program's data directory; the engine keeps to its folder "engine" in it
	LibraryPath  string        // default: what Find finds in this process's environment
	MemoryLimit  int64         // bytes the engine may use for everything; default 2 GiB, at least 256 MiB
	Port         int           // on 127.0.0.1; default 0, a free one. Fixed ports are for clusters, whose nodes must know each other
	ExtraConfig  []byte        // a further <clickhouse> document, merged over ours: remote_servers, macros
	Logger       *slog.Logger  // default slog.Default(); the engine's own log goes there too, with component=engine
	Command      []string      // the program and arguments that reach Child; default this program with ChildArgument
	StartTimeout time.Duration // until the port answers; default 60 s
	StopTimeout  time.Duration // until Stop kills an engine that does not shut down; default 15 s
}

const (
	defaultMemoryLimit  = 2 << 30
	smallestMemoryLimit = 256 << 20
)

func (o Options) withDefaults() (Options, error) {
	if o.DataDir == "" {
		return o, errors.New("start the engine: no data directory was given")
	}
	dataDir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return o, fmt.Errorf("start the engine: %w", err)
	}
	o.DataDir = dataDir
	if o.LibraryPath == "" {
		library, err := Find(os.Getenv)
		if err != nil {
			return o, err
		}
		o.LibraryPath = library.Path
	}
	if o.MemoryLimit == 0 {
		o.MemoryLimit = defaultMemoryLimit
	}
	if o.MemoryLimit < smallestMemoryLimit {
		return o, fmt.Errorf("start the engine: a memory limit of %d bytes is too small, the least is %d", o.MemoryLimit, smallestMemoryLimit)
	}
	if o.Port < 0 || o.Port > 65535 {
		return o, fmt.Errorf("start the engine: %d is no port: expected 0 (a free one) to 65535", o.Port)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if len(o.Command) == 0 {
		executable, err := os.Executable()
		if err != nil {
			return o, fmt.Errorf("start the engine: %w", err)
		}
		o.Command = []string{executable, ChildArgument}
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = time.Minute
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = 15 * time.Second
	}
	return o, nil
}

// logLevel asks ClickHouse for as much as the logger would keep.
func (o Options) logLevel() string {
	if o.Logger.Enabled(context.Background(), slog.LevelDebug) {
		return "information"
	}
	return "warning"
}

// Engine is a ClickHouse that answers on loopback: one that this process started, or one that it joined.
type Engine struct {
	connection Connection
	joined     bool
	options    Options
	places     layout
	command    *exec.Cmd
	stdin      *os.File // the child lives while this is open
	log        *logFolder
	lock       *lock
	done       chan struct{}

	mu       sync.Mutex
	stopping bool
	killed   bool
	err      error
}

// Address is host:port for the native protocol, always on loopback.
func (e *Engine) Address() string { return e.connection.Address }

// User is the ClickHouse user that may do what Utfall needs.
func (e *Engine) User() string { return e.connection.User }

// Password is User's, random at every start.
func (e *Engine) Password() string { return e.connection.Password }

// Database exists after the start.
func (e *Engine) Database() string { return e.connection.Database }

// PID is the engine's process.
func (e *Engine) PID() int { return e.connection.PID }

// Connection is all of the above in one.
func (e *Engine) Connection() Connection { return e.connection }

// Joined reports whether another process runs this engine.
func (e *Engine) Joined() bool { return e.joined }

// Files is the folder that the table function file() reads. Empty for a joined engine.
func (e *Engine) Files() string { return e.places.files }

// Done is closed when the engine that this process started has ended, for whatever reason; Err then says which. Of a
// joined engine it is closed by Stop only: another process watches over it.
func (e *Engine) Done() <-chan struct{} { return e.done }

// Err is nil while the engine runs and after a clean Stop. After a crash it names the exit status and the last lines
// of the log.
func (e *Engine) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

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
	secret := password()
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
	stdinRead, stdinWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer stdinRead.Close()
	logRead, logWrite, err := os.Pipe()
	if err != nil {
		stdinWrite.Close()
		return nil, err
	}
	defer logWrite.Close()
	readyRead, readyWrite, err := os.Pipe()
	if err != nil {
		stdinWrite.Close()
		logRead.Close()
		return nil, err
	}
	defer readyWrite.Close()

	arguments := append(e.options.Command[1:len(e.options.Command):len(e.options.Command)],
		"--library="+e.options.LibraryPath, "--data-dir="+e.options.DataDir, "--log-level="+e.options.logLevel())
	command := exec.Command(e.options.Command[0], arguments...)
	command.Dir = e.places.files
	command.Env = environment(e.places)
	command.Stdin, command.Stdout, command.Stderr = stdinRead, logWrite, logWrite
	command.ExtraFiles = []*os.File{readyWrite, e.lock.file} // readyDescriptor, lockDescriptor
	// A process group of its own: Ctrl-C in a terminal reaches this process alone, which then ends the engine in order.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		stdinWrite.Close()
		logRead.Close()
		readyRead.Close()
		return nil, err
	}
	e.command, e.stdin = command, stdinWrite
	e.connection.PID = command.Process.Pid
	e.log = foldLog(logRead, e.options.Logger)
	go e.watch()
	return readyRead, nil
}

// environment keeps what a program needs to run and drops the rest, so that nothing set for other programs (an API
// key that ClickHouse would pick up, say) changes the engine. Times without a zone are UTC on every machine.
func environment(places layout) []string {
	variables := []string{"TZ=UTC", "TMPDIR=" + places.temporary}
	for _, name := range []string{"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}

// watch waits for the child and settles what is left.
func (e *Engine) watch() {
	waiting := e.command.Wait()
	e.log.wait()
	forget(e.places.connection)
	e.stdin.Close()
	e.mu.Lock()
	switch {
	case e.killed:
		e.err = fmt.Errorf("the embedded ClickHouse (process %d) did not shut down in time and was killed%s", e.connection.PID, e.log.tail())
	case waiting != nil || !e.stopping:
		e.err = e.crash(waiting)
	}
	e.mu.Unlock()
	e.lock.release()
	close(e.done)
}

func (e *Engine) crash(waiting error) error {
	status := "exit status 0"
	if waiting != nil {
		status = waiting.Error()
	}
	var exit *exec.ExitError
	if errors.As(waiting, &exit) && exit.ExitCode() == exitNewerData {
		return fmt.Errorf("%w%s", ErrNewerData, e.log.tail())
	}
	return fmt.Errorf("the embedded ClickHouse (process %d) ended unexpectedly: %s%s", e.connection.PID, status, e.log.tail())
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
		e.kill()
		<-e.done
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.err
	}
	e.connection = Connection{
		Address: "127.0.0.1:" + fields[0], User: userName, Password: secret, Database: databaseName,
		Version: fields[1], PID: e.command.Process.Pid, OwnerPID: os.Getpid(),
	}
	err := answers(e.connection.Address)
	if err == nil {
		err = writeVersion(e.places.version, dataVersion{Library: fields[2], ClickHouse: fields[1]})
	}
	if err == nil {
		err = e.connection.save(e.places.connection)
	}
	if err != nil {
		e.kill()
		<-e.done
		return fmt.Errorf("start the engine: %w", err)
	}
	return nil
}

func (e *Engine) kill() {
	e.mu.Lock()
	e.killed = true
	e.mu.Unlock()
	e.command.Process.Kill()
}

// Stop ends the engine in order and waits for that; a data directory can be opened again when it returns. It kills an
// engine that has not ended when the context does, or after Options.StopTimeout, and says so in its error. Close the
// connections to the engine first. Stop may be called more than once, and leaves a joined engine running.
func (e *Engine) Stop(ctx context.Context) error {
	e.mu.Lock()
	first := !e.stopping
	e.stopping = true
	e.mu.Unlock()
	if e.joined {
		if first {
			close(e.done)
		}
		return nil
	}
	if first {
		e.stdin.Close()
	}
	timer := time.NewTimer(e.options.StopTimeout)
	defer timer.Stop()
	select {
	case <-e.done:
		return e.Err()
	case <-ctx.Done():
	case <-timer.C:
	}
	e.kill()
	<-e.done
	return e.Err()
}
