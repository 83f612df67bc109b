// Package record splits delimited text into records and fields (RFC 4180 with any one-byte delimiter). Tidy deliveries and
// the CSV of official sources are read by it. It owns quotes, line breaks, encoding checks and the bound on a record's
// length, knows nothing of what a column means, and imports the standard library only.
package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// DefaultMax bounds one record, quoted line breaks included, where Options gives no bound.
const DefaultMax = 1 << 20

// Options say how the text is written. The zero value is comma-separated text with double quotes.
type Options struct {
	Comma   byte // delimiter, 0 means a comma
	NoQuote bool // a quote is a character like any other
	Max     int  // bytes of one record, 0 means DefaultMax
}

// Error is a fault of the text at a line and, where it is known, a field.
type Error struct {
	Line, Column int // 1-based; Column 0: the whole line. A byte's place where Encoding is set, else a field's
	Detail       string
	Encoding     bool // a byte that is not UTF-8
}

// Error gives line and column, what was seen and what to do.
func (e *Error) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Detail)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Detail)
}

// Scanner reads one record after the other. What it gives is valid until the next call.
type Scanner struct {
	r       *bufio.Reader
	comma   byte
	noQuote bool
	most    int
	line    int // of the record's first line
	next    int // of the line to be read next
	long    []byte
	fields  [][]byte
	raw     []byte
	joined  []byte // the fields, one after the other
	apart   int    // bytes between two of them
	text    []byte // of a record with quotes, as written
	out     []byte // of a record with quotes: the fields' bytes, one after the other
	ends    []int
	ended   bool // the last line read had a line break
}

// New makes a scanner. The text is UTF-8, with or without a byte-order mark.
func New(r io.Reader, o Options) *Scanner {
	if o.Comma == 0 {
		o.Comma = ','
	}
	if o.Max == 0 {
		o.Max = DefaultMax
	}
	return &Scanner{r: bufio.NewReaderSize(r, 256<<10), comma: o.Comma, noQuote: o.NoQuote, most: o.Max, next: 1, ended: true}
}

// Line gives the 1-based line on which the last record began.
func (s *Scanner) Line() int { return s.line }

// Raw gives the last record as it was written.
func (s *Scanner) Raw() []byte { return s.raw }

// Ended tells whether the last line read had a line break: false at the end of a text that may be cut off.
func (s *Scanner) Ended() bool { return s.ended }

func (s *Scanner) fault(column int, format string, args ...any) error {
	return &Error{Line: s.line, Column: column, Detail: fmt.Sprintf(format, args...)}
}

// Next gives the fields of the next record that is not blank, or io.EOF. Other errors are an *Error or the reader's.
func (s *Scanner) Next() ([][]byte, error) {
	for {
		s.line = s.next
		line, err := s.readLine(s.long[:0])
		if err != nil {
			return nil, err
		}
		if s.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) == 0 {
			continue
		}
		if err := s.checkBytes(line); err != nil {
			return nil, err
		}
		if s.noQuote || bytes.IndexByte(line, '"') < 0 {
			s.raw, s.joined, s.apart = line, line, 1
			s.fields = s.split(s.fields[:0], line)
			return s.fields, nil
		}
		return s.quoted(line)
	}
}

// readLine gives a line without its break. It lives in the reader's buffer, or in long where it is too long for that.
func (s *Scanner) readLine(long []byte) ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long = append(long, line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > s.most {
				return nil, s.fault(0, "the line is longer than %d bytes; is this a CSV file?", s.most)
			}
			line, err = s.r.ReadSlice('\n')
			long = append(long, line...)
		}
		s.long = long
		line = long
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: %w", s.line, err)
	}
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return nil, io.EOF
	}
	if len(line) > s.most+2 {
		return nil, s.fault(0, "the line is longer than %d bytes; is this a CSV file?", s.most)
	}
	s.next++
	s.ended = err == nil
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}

func (s *Scanner) checkBytes(line []byte) error {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		return s.fault(i+1, "a NUL byte; the file is damaged or not text. Fetch it again")
	}
	if !utf8.Valid(line) {
		i := 0
		for i < len(line) {
			r, n := utf8.DecodeRune(line[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		return &Error{Line: s.line, Column: i + 1, Detail: fmt.Sprintf("the byte 0x%02x is not UTF-8; save the file as UTF-8", line[i]), Encoding: true}
	}
	return nil
}

func (s *Scanner) split(fields [][]byte, line []byte) [][]byte {
	for {
		i := bytes.IndexByte(line, s.comma)
		if i < 0 {
			return append(fields, line)
		}
		fields = append(fields, line[:i])
		line = line[i+1:]
	}
}

// quoted splits a record that has quotes in it; such a record may run over several lines.
func (s *Scanner) quoted(first []byte) ([][]byte, error) {
	s.text = append(s.text[:0], first...)
	text := s.text
	s.out, s.ends = s.out[:0], s.ends[:0]
	i := 0
	for {
		if i < len(text) && text[i] == '"' {
			var err error
			if text, i, err = s.inQuotes(text, i+1); err != nil {
				return nil, err
			}
			if i < len(text) && text[i] != s.comma {
				return nil, s.fault(len(s.ends)+1, "text after a closing quote; write a quote inside a field as two quotes")
			}
		} else {
			j := bytes.IndexByte(text[i:], s.comma)
			if j < 0 {
				j = len(text) - i
			}
			if bytes.IndexByte(text[i:i+j], '"') >= 0 {
				return nil, s.fault(len(s.ends)+1, "a quote in a field that does not begin with one; put the field in quotes")
			}
			s.out = append(s.out, text[i:i+j]...)
			i += j
		}
		s.ends = append(s.ends, len(s.out))
		if i >= len(text) {
			break
		}
		i++ // the delimiter
	}
	s.raw, s.text, s.joined, s.apart = text, text, s.out, 0
	s.fields = s.fields[:0]
	from := 0
	for _, to := range s.ends {
		s.fields = append(s.fields, s.out[from:to])
		from = to
	}
	return s.fields, nil
}

// inQuotes adds a quoted field to out, reading on where it holds line breaks. It gives the record's text, which may have
// grown, and the place after the closing quote.
func (s *Scanner) inQuotes(text []byte, i int) ([]byte, int, error) {
	seek := i // no quote stands between i and seek
	for {
		j := bytes.IndexByte(text[seek:], '"')
		if j < 0 {
			var err error
			seek = len(text)
			if text, err = s.readOn(text); err != nil {
				return nil, 0, err
			}
			continue
		}
		s.out = append(s.out, text[i:seek+j]...)
		i = seek + j + 1
		if i >= len(text) || text[i] != '"' {
			return text, i, nil
		}
		s.out = append(s.out, '"')
		i++
		seek = i
	}
}

// readOn adds the next line to a record whose quoted field is still open.
func (s *Scanner) readOn(text []byte) ([]byte, error) {
	line, err := s.readLine(nil)
	if errors.Is(err, io.EOF) || len(text)+len(line) > s.most {
		return nil, s.fault(0, "a quoted field is not closed; the file is cut off or a quote is missing")
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkBytes(line); err != nil {
		return nil, err
	}
	return append(append(text, '\n'), line...), nil
}

// Strings gives the last record's fields as texts that stay valid, all of them cut from one allocation.
func (s *Scanner) Strings(into []string) []string {
	into = into[:0]
	text := string(s.joined)
	from := 0
	for _, f := range s.fields {
		into = append(into, text[from:from+len(f)])
		from += len(f) + s.apart
	}
	return into
}
