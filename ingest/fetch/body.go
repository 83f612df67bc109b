package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

var gzipMagic = []byte{0x1f, 0x8b, 0x08}

// unpack takes gzip off a body, said to be there or not: Eurostat sends gzip without saying so. What is twice packed, in
// the file and on the way, is unpacked twice; a third layer is left to the decoder, which will refuse it.
func unpack(r io.Reader, encoding string) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity", "gzip", "x-gzip":
	default:
		return nil, fmt.Errorf("packed as %q, which was not asked for", encoding)
	}
	for range 2 {
		b := bufio.NewReaderSize(r, 64<<10)
		head, err := b.Peek(len(gzipMagic))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if !bytes.Equal(head, gzipMagic) {
			return b, nil
		}
		if r, err = gzip.NewReader(b); err != nil {
			return nil, err
		}
	}
	return r, nil
}

var errStalled = errors.New("the server stopped sending")

// stallReader ends the exchange when nothing has come for a while. The timeout of the whole attempt would let a server
// that sends a byte a minute hold a run for its full length; this one ends silence and leaves slow bodies alone.
type stallReader struct {
	r       io.Reader
	limit   time.Duration
	timer   *time.Timer
	stalled atomic.Bool
}

func newStallReader(r io.Reader, limit time.Duration, cancel context.CancelFunc) *stallReader {
	s := &stallReader{r: r, limit: limit}
	s.timer = time.AfterFunc(limit, func() { s.stalled.Store(true); cancel() })
	return s
}

func (s *stallReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && s.stalled.Load() {
		return n, fmt.Errorf("%w for %s", errStalled, s.limit)
	}
	if n > 0 {
		s.timer.Reset(s.limit)
	}
	return n, err
}

func (s *stallReader) stop() { s.timer.Stop() }
