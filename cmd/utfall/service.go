package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"utfall/dashboard"
	"utfall/ingest/reference"
	"utfall/internal/config"
	"utfall/internal/ops"

	"go.opentelemetry.io/otel/trace"
)

// instruments is what an operator looks at in a program that runs until it is stopped: metrics that follow the ledger, and
// spans of the queries if somebody collects them.
type instruments struct {
	*ops.Metrics
	house  *house
	ledger *follower
}

func (h *house) instruments(s sourceFlags) (*instruments, error) {
	collection, err := reference.Datasets()
	if err != nil {
		return nil, err
	}
	known, err := s.loadSources(h.catalogue)
	if err != nil {
		return nil, err
	}
	asked, err := s.asked(known)
	if err != nil {
		return nil, err
	}
	i := &instruments{h.metrics(collection, known, asked), h, &follower{house: h, since: time.Now()}}
	i.ConfigRead(time.Now(), true)
	h.Observe(func(_ context.Context, name string, started time.Time, err error) {
		i.Query(name, time.Since(started), err)
	})
	return i, nil
}

// traceQuery makes a query a span of the page or the run that asked it.
func (h *house) traceQuery(ctx context.Context, name string, started time.Time, err error) {
	parent := dashboard.Span(ctx)
	if !parent.IsValid() {
		parent = trace.SpanContextFromContext(ctx)
	}
	h.traces.Query(parent, name, started, err)
}

// look reads the ledger once, so that the first scrape knows it.
func (i *instruments) look(ctx context.Context) error {
	reading, err := i.ledger.read(ctx)
	if err == nil {
		i.Take(time.Now(), reading)
	}
	return err
}

// start answers the operator's tools, follows the ledger, reads the configuration again at SIGHUP, and starts an engine
// that has ended again.
func (i *instruments) start(ctx context.Context, group *errgroup.Group, l net.Listener, c common) {
	h := i.house
	group.Go(func() error { return i.Serve(ctx, l, h.Ping) })
	group.Go(func() error { i.Follow(ctx, h.log, i.ledger.read); return nil })
	if c.file != nil {
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		group.Go(func() error { defer signal.Stop(hangup); i.reload(ctx, hangup, c); return nil })
	}
	if h.engine != nil {
		group.Go(func() error { h.keepEngine(ctx, i.Metrics); return nil })
	}
}

// reload reads the configuration again whenever it is asked to, until ctx ends. A file with a fault changes nothing; what cannot
// be taken over while the program runs is named.
func (i *instruments) reload(ctx context.Context, asked <-chan os.Signal, c common) {
	log := i.house.log
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
		}
		read, err := config.Read(c.config)
		i.ConfigRead(time.Now(), err == nil)
		if err != nil {
			log.Error("the configuration has a fault; what was in force still is", "error", err)
			continue
		}
		for _, o := range config.Changed(c.file, read) {
			if !o.Reload {
				log.Warn("the configuration was read again; this key needs a restart", "key", o.Key)
			}
		}
		if level, ok := read.Get("log-level"); ok && c.levelFromFile() {
			c.level = level.Text
			i.house.level.Set(c.threshold())
		}
		log.Info("the configuration was read again", "file", c.config)
	}
}

// levelFromFile tells whether the file decides the log's level: a flag or the environment come before it.
func (c common) levelFromFile() bool {
	before, there := c.file.Get("log-level")
	return c.level == "" || there && before.Text == c.level
}
