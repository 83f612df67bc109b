// Package jsonscan reads JSON piece by piece out of an io.Reader, for the decoders of formats that are written in it.
//
// It owns the tokens of RFC 8259, their limits and the place of every fault, and imports nothing of Utfall but decode.
// It exists beside encoding/json because a payload of millions of cells has to pass without a Go value for each: what
// comes back are parts of the window that was read, so a number costs no allocation.
package jsonscan

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"utfall/ingest/decode"
)

// blockSize is how much is read at a time.
const blockSize = 256 << 10

// Scanner reads one JSON document. Strings that it returns stay valid, but are parts of a block of the payload: clone
// one that is to live long. After an error it must not be used further.
type Scanner struct {
	format string
	limits decode.Limits
	r      io.Reader
	err    error // of the reading; io.EOF at the end

	block []byte
	win   string // what was read and is not yet done with
	pos   int    // of the next byte in win
	read  int64  // bytes read in all
	base  int64  // offset of win[0]
	lines int    // line breaks before win[0]
	line0 int64  // offset of the first byte of the line that win[0] is in

	depth int
	fresh bool   // nothing was read yet in the innermost object or array
	path  string // where the caller is: "dimension.Tid.category"
}

// New begins to read. format is the name that errors begin with. A payload that is no JSON at all (a web page, a
// compressed file, UTF-16) is an *Error that says so.
func New(r io.Reader, format string, limits decode.Limits) (*Scanner, error) {
	s := &Scanner{format: format, limits: limits.WithDefaults(), r: r, block: make([]byte, blockSize)}
	s.fill(0)
	if s.err != nil && !errors.Is(s.err, io.EOF) {
		return nil, s.ended("a JSON document")
	}
	s.win = strings.TrimPrefix(s.win, "\xef\xbb\xbf")
	s.base = s.read - int64(len(s.win))
	s.line0 = s.base
	if err := s.recognise(); err != nil {
		return nil, err
	}
	return s, nil
}

// recognise refuses what is not JSON, with a word on what it is instead.
func (s *Scanner) recognise() error {
	const want = "a JSON document"
	head := strings.TrimLeft(s.win, " \t\r\n")
	switch {
	case head == "":
		if s.err == nil {
			return nil // more than a block of white space: let the first token find out
		}
		return s.Fault(want, "nothing", "the payload is empty; fetch it again")
	case strings.HasPrefix(head, "\x1f\x8b"):
		return s.Fault(want, "gzip", "the body is compressed without saying so; unpack it, or ask with Accept-Encoding: identity")
	case strings.HasPrefix(head, "PK\x03\x04"):
		return s.Fault(want, "a ZIP file or workbook", "choose the format of the file")
	case strings.HasPrefix(head, "\xff\xfe"), strings.HasPrefix(head, "\xfe\xff"):
		return s.Fault(want, "UTF-16", "save the payload as UTF-8")
	case head[0] == '<':
		return s.page(head)
	}
	return nil
}

func (s *Scanner) page(head string) error {
	message := ""
	lower := strings.ToLower(head[:min(len(head), 4096)])
	if i := strings.Index(lower, "<title>"); i >= 0 {
		if j := strings.Index(lower[i:], "</title>"); j > 0 && len(lower) == min(len(head), 4096) {
			message = strings.TrimSpace(head[i+len("<title>") : i+j])
		}
	}
	err := s.Fault("a JSON document", "a web page or XML", "the address is wrong, or the service answers people with a page; look at the payload")
	err.Err = &decode.Refusal{HTML: true, Message: brief(strings.ToValidUTF8(message, "\uFFFD"))}
	return err
}

// fill drops win up to from and adds a further block. Where there is none, at the end of the payload or on an error, it
// is false and drops nothing.
func (s *Scanner) fill(from int) bool {
	if s.err != nil {
		return false
	}
	n := 0
	for idle := 0; n < len(s.block) && s.err == nil; {
		m, err := s.r.Read(s.block[n:])
		n += m
		s.err = err
		if idle++; m > 0 {
			idle = 0
		} else if err == nil && idle > 100 {
			s.err = io.ErrNoProgress
		}
	}
	s.read += int64(n)
	if s.read > s.limits.MaxBytes {
		s.err = fmt.Errorf("the payload is larger than %d bytes", s.limits.MaxBytes)
		n = 0
	}
	if n == 0 {
		return false
	}
	if from > 0 {
		gone := s.win[:from]
		if breaks := strings.Count(gone, "\n"); breaks > 0 {
			s.lines += breaks
			s.line0 = s.base + int64(strings.LastIndexByte(gone, '\n')) + 1
		}
		s.base += int64(from)
		s.pos -= from
	}
	s.win = s.win[from:] + string(s.block[:n])
	return true
}

// Fault makes an error at the present place.
func (s *Scanner) Fault(want, got, fix string) *decode.Error {
	e := &decode.Error{Format: s.format, Path: s.path, Want: want, Got: got, Fix: fix, Offset: s.base + int64(s.pos)}
	before := s.win[:min(s.pos, len(s.win))]
	e.Line = 1 + s.lines + strings.Count(before, "\n")
	start := s.line0
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		start = s.base + int64(i) + 1
	}
	e.Column = int(e.Offset-start) + 1
	return e
}

// ended is the error for a payload that stops while something was still to come.
func (s *Scanner) ended(want string) error {
	e := s.Fault(want, "the end of the payload", "the payload is cut off; fetch it again")
	e.Err = io.ErrUnexpectedEOF
	if s.err != nil && !errors.Is(s.err, io.EOF) {
		e.Err, e.Got, e.Fix = s.err, "", "the payload could not be read to its end; fetch it again"
	}
	return e
}

// unexpected is the error for a byte that cannot stand here.
func (s *Scanner) unexpected(want string) error {
	if s.pos >= len(s.win) {
		return s.ended(want)
	}
	if s.win[s.pos] == 0 {
		return s.Fault(want, "a NUL byte", "the payload is damaged or not text; fetch it again")
	}
	end := s.pos
	for end < len(s.win) && end-s.pos < 40 && s.win[end] != '\n' && s.win[end] != ',' {
		end++
	}
	return s.Fault(want, decode.Quote(s.win[s.pos:max(end, s.pos+1)]), "")
}

// Path tells where the caller is; errors repeat it.
func (s *Scanner) Path() string { return s.path }

// SetPath sets what Path gives, shortened where it is long.
func (s *Scanner) SetPath(path string) { s.path = join("", path) }

// Limits gives the limits with their defaults filled in.
func (s *Scanner) Limits() decode.Limits { return s.limits }

// Offset is how many bytes have been passed.
func (s *Scanner) Offset() int64 { return s.base + int64(s.pos) }

// Window is what has been read and not passed, for a loop over very many values that look at bytes themselves. It may
// be empty, and may end anywhere.
func (s *Scanner) Window() string { return s.win[s.pos:] }

// Advance passes n bytes of the Window. They have to be whole values with what stands between them, so that the next
// thing is what More or NextKey expect after a value.
func (s *Scanner) Advance(n int) { s.pos += n }
