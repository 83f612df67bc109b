package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Engine is a ClickHouse that answers on loopback: one that this process started, or one that it joined.
type Engine struct {
	connection Connection
	joined     bool
	options    Options
	places     layout
	command    *exec.Cmd
	pid        int
	stdin      *os.File // the child lives while this is open
	log        *logFolder
	lock       *lock
	done       chan struct{}

	mu       sync.Mutex
	ready    bool
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

// Files is the folder against which SQL's file() takes relative names, absolute. It needs Options.FileAccess.
func (e *Engine) Files() string { return e.places.files }

// Backups is the folder against which SQL's BACKUP … TO File() takes relative names, absolute.
func (e *Engine) Backups() string { return e.places.backups }

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

// Stop ends the engine in order and waits for that; the data directory can be opened again when it returns. Queries
// that still run are cancelled, and connections that still idle are closed, within about a second. An engine that has
// not ended when the context does, or after Options.StopTimeout, is killed, and the error says so. Stop may be called
// more than once, and leaves a joined engine running.
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

func (e *Engine) kill() {
	e.mu.Lock()
	e.killed = true
	e.mu.Unlock()
	_ = e.command.Process.Kill()
}

// watch waits for the child's end and settles what is left, the lock last.
func (e *Engine) watch() {
	ending := e.command.Wait()
	e.log.wait()
	forget(e.places.connection)
	e.stdin.Close()
	e.mu.Lock()
	e.err = e.verdict(ending)
	e.mu.Unlock()
	e.lock.release()
	close(e.done)
}

// verdict says what an ending means; nil is a clean stop.
func (e *Engine) verdict(ending error) error {
	if ending == nil && e.stopping {
		return nil
	}
	if e.killed {
		return fmt.Errorf("the embedded ClickHouse (process %d) did not shut down in time and was killed%s", e.pid, e.log.tail())
	}
	status := "exit status 0"
	if ending != nil {
		status = ending.Error()
	}
	var exit *exec.ExitError
	if errors.As(ending, &exit) && exit.ExitCode() == exitNewerData {
		return fmt.Errorf("%w%s", ErrNewerData, e.log.tail())
	}
	if !e.ready {
		return fmt.Errorf("the embedded ClickHouse could not start (%s)%s", status, e.log.tail())
	}
	return fmt.Errorf("the embedded ClickHouse (process %d) ended unexpectedly: %s%s", e.pid, status, e.log.tail())
}
