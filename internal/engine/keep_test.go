package engine_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"utfall/internal/engine"
)

// An engine that is killed comes back by itself, where it was and with what it held, and a client that stayed goes on.
func TestKeep(t *testing.T) {
	t.Parallel()
	first, err := engine.Start(t.Context(), engine.Options{DataDir: t.TempDir(), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	client := connect(t, first.Connection())
	execute(t, client, "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n", "INSERT INTO kept SELECT number FROM numbers(1000)")
	ctx, stop := context.WithCancel(t.Context())
	ended, started, last := make(chan error, 9), make(chan *engine.Engine, 9), make(chan *engine.Engine, 1)
	go func() {
		last <- engine.Keep(ctx, first, func(err error) { ended <- err }, func(e *engine.Engine) { started <- e })
	}()
	if err := syscall.Kill(first.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var second *engine.Engine
	select {
	case second = <-started:
	case <-time.After(time.Minute):
		t.Fatal("a minute later there is no engine")
	}
	if err := <-ended; err == nil {
		t.Error("why the first one ended was not told")
	}
	if second.Address() != first.Address() || second.Password() != first.Password() || second.PID() == first.PID() {
		t.Errorf("it came back as %v, was %v", second.Connection(), first.Connection())
	}
	within(t, 10*time.Second, "the client goes on", func() bool {
		var n uint64
		return client.QueryRow(t.Context(), "SELECT count() FROM kept").Scan(&n) == nil && n == 1000
	})
	stop()
	if e := <-last; e != second {
		t.Error("the engine that ran last was not given back")
	}
	if err := second.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}
