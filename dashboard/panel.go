package dashboard

import (
	"context"
	"errors"
	"os"
)

// A page is made of what it is about and of panels beside it, loaded at once. A panel that has not answered when what the page
// is about has been there for the page's patience is left out, said to be late, and loaded by the link to the whole page; the
// rest does not wait for it.

// within gives the time that a page has for its panels from now. It does not hang on the request: that is reused once it is answered,
// and a reader who leaves is not heard of.
func (s *Server) within(v *view) (context.Context, context.CancelFunc) {
	if v.waits {
		return context.WithTimeout(v.traced(), panelTimeout)
	}
	return context.WithTimeout(v.traced(), s.Patience)
}

// loading is a panel's data under way.
type loading[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// load begins to load a panel's data.
func load[T any](ctx context.Context, from func(context.Context) (T, error)) *loading[T] {
	l := &loading[T]{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		l.value, l.err = from(ctx)
	}()
	return l
}

// wait gives the data, or that they are late once the time is up, whether or not the loader has noticed that.
func (l *loading[T]) wait(ctx context.Context) (T, error) {
	var none T
	select {
	case <-l.done:
	case <-ctx.Done():
		select {
		case <-l.done: // in time, while the page waited for another panel
		default:
			return none, ctx.Err()
		}
	}
	if l.err != nil && ctx.Err() != nil { // whatever a cut connection is called, the time being up is why
		return none, errors.Join(ctx.Err(), l.err)
	}
	return l.value, l.err
}

// late tells whether a panel is only slow. A connection's own deadline may pass a moment before the context's.
func late(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}
