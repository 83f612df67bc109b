package engine_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"

	"utfall/internal/engine"
)

// TestMain is also the engine's child, and the small programs that some tests start and kill.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
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
	started, err := engine.Start(t.Context(), options)
	if err != nil {
		t.Fatalf("start the engine: %v", err)
	}
	t.Cleanup(func() {
		if err := started.Stop(context.Background()); err != nil {
			t.Errorf("stop the engine: %v", err)
		}
	})
	return started
}
