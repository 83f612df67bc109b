package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// How long Keep waits before it starts an engine again: at first hardly, then longer after each that fails.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 30 * time.Second
)

// Keep watches over an engine until ctx ends. When it ends by itself it is started again, on the same port and with the same
// password, so that connection pools find it without being told. It gives the engine that ran last. ended hears why an
// engine ended or could not be started, started that there is a new one; both may be nil. An engine that was joined is
// watched over by the process that started it.
func Keep(ctx context.Context, e *Engine, ended func(error), started func(*Engine)) *Engine {
	if e.joined {
		<-ctx.Done()
		return e
	}
	for {
		select {
		case <-ctx.Done():
			return e
		case <-e.Done():
		}
		if ended != nil {
			ended(e.Err())
		}
		next, ok := e.again(ctx, ended)
		if !ok {
			return e
		}
		if e = next; started != nil {
			started(e)
		}
	}
}

// again starts an engine in the place of one that has ended, however often it takes.
func (e *Engine) again(ctx context.Context, failed func(error)) (*Engine, bool) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(pause):
		}
		next, err := e.restart(ctx)
		switch {
		case err == nil:
			return next, true
		case ctx.Err() != nil:
			return nil, false
		case failed != nil:
			failed(err)
		}
	}
}

func (e *Engine) restart(ctx context.Context) (*Engine, error) {
	options := e.options
	_, port, err := net.SplitHostPort(e.connection.Address)
	if err == nil {
		options.Port, err = strconv.Atoi(port)
	}
	if err != nil {
		return nil, fmt.Errorf("start the engine again: %w", err)
	}
	options.Password = e.connection.Password
	next, err := Start(ctx, options)
	if err != nil && !errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("start the engine again: %w", err)
	}
	return next, err
}
