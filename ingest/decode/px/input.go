package px

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"utfall/ingest/decode"
)

const blockSize = 256 << 10

// input is a window over the payload. What is cut out of it are parts of the blocks that were read, so a cell's text
// costs nothing.
type input struct {
	r      io.Reader
	limits decode.Limits
	err    error // of the reading; io.EOF at the end
	block  []byte
	win    string
	pos    int
	read   int64
	line   int   // 1-based, of pos
	start  int   // of the line in win; negative where it began in a block that is gone
	base   int64 // offset of win[0]
}

func newInput(r io.Reader, limits decode.Limits) *input {
	return &input{r: r, limits: limits.WithDefaults(), block: make([]byte, blockSize), line: 1}
}

// fill drops what stands before from and adds a further block. Where there is none, at the end of the payload or on an
// error, it is false and drops nothing.
func (in *input) fill(from int) bool {
	if in.err != nil {
		return false
	}
	n := 0
	for idle := 0; n < len(in.block) && in.err == nil; {
		m, err := in.r.Read(in.block[n:])
		n += m
		in.err = err
		if idle++; m > 0 {
			idle = 0
		} else if err == nil && idle > 100 {
			in.err = io.ErrNoProgress
		}
	}
	in.read += int64(n)
	if in.read > in.limits.MaxBytes {
		in.err = fmt.Errorf("the payload is larger than %d bytes", in.limits.MaxBytes)
		n = 0
	}
	if n == 0 {
		return false
	}
	in.pos -= from
	in.start -= from
	in.base += int64(from)
	in.win = in.win[from:] + string(in.block[:n])
	return true
}

// peek gives the next byte, or false at the end.
func (in *input) peek() (byte, bool) {
	if in.pos >= len(in.win) && !in.fill(len(in.win)) {
		return 0, false
	}
	return in.win[in.pos], true
}

// pass passes one byte that peek gave.
func (in *input) pass() {
	if in.win[in.pos] == '\n' {
		in.line++
		in.start = in.pos + 1
	}
	in.pos++
}

// space passes white space and gives the byte after it.
func (in *input) space() (byte, bool) {
	for {
		c, ok := in.peek()
		if !ok || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, ok
		}
		in.pass()
	}
}

// quoted passes a quoted string and gives what is inside, with its line breaks.
func (in *input) quoted() (string, error) {
	from, line, start := in.pos, in.line, in.start
	in.pos++
	for {
		if i := strings.IndexByte(in.win[in.pos:], '"'); i >= 0 {
			in.pos += i + 1
			text := in.win[from+1 : in.pos-1]
			if len(text) > in.limits.MaxFieldBytes {
				return "", in.fault(fmt.Sprintf("a string of at most %d bytes", in.limits.MaxFieldBytes), fmt.Sprintf("one of %d", len(text)), "a quote may be missing")
			}
			if breaks := strings.Count(text, "\n"); breaks > 0 {
				in.line += breaks
				in.start = from + 1 + strings.LastIndexByte(text, '\n') + 1
			}
			return text, nil
		}
		in.pos = len(in.win)
		if in.pos-from > in.limits.MaxFieldBytes {
			in.pos, in.line, in.start = from, line, start
			return "", in.fault(fmt.Sprintf("a string of at most %d bytes", in.limits.MaxFieldBytes), "a longer one", "a quote may be missing")
		}
		if !in.fill(from) {
			in.pos, in.line, in.start = len(in.win), line, start
			return "", in.ended("the quote that ends a string")
		}
		start -= from
		from = 0
	}
}

// fault makes an error at the present place.
func (in *input) fault(want, got, fix string) *decode.Error {
	return &decode.Error{Format: format, Line: in.line, Column: max(in.pos-in.start+1, 1), Offset: in.base + int64(in.pos), Want: want, Got: got, Fix: fix}
}

// ended is the error for a payload that stops while something was still to come.
func (in *input) ended(want string) *decode.Error {
	e := in.fault(want, "the end of the payload", "the payload is cut off; fetch it again")
	e.Err = io.ErrUnexpectedEOF
	if in.err != nil && !errors.Is(in.err, io.EOF) {
		e.Got, e.Err, e.Fix = "", in.err, "the payload could not be read to its end; fetch it again"
	}
	return e
}

// unexpected is the error for a byte that cannot stand here.
func (in *input) unexpected(want string) *decode.Error {
	c, ok := in.peek()
	if !ok {
		return in.ended(want)
	}
	if c == 0 {
		return in.fault(want, "a NUL byte", "the payload is damaged or not text; fetch it again")
	}
	end := min(len(in.win), in.pos+40)
	if i := strings.IndexByte(in.win[in.pos:end], '\n'); i > 0 {
		end = in.pos + i
	}
	return in.fault(want, decode.Quote(in.win[in.pos:end]), "")
}
