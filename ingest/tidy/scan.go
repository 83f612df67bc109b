package tidy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxLine bounds one record, quoted line breaks included.
const maxLine = 1 << 20

// FileError is a fault of the whole file: it ends the reading.
type FileError struct {
	File         string
	Line, Column int
	Detail       string
}

// Error gives file, line and column, what was seen and what to do.
func (e *FileError) Error() string {
	switch {
	case e.Column > 0:
		return fmt.Sprintf("%s:%d: column %d: %s", e.File, e.Line, e.Column, e.Detail)
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Detail)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Detail)
}

// scanner splits a file into records and fields (RFC 4180). The fields of a record are valid until the next call.
type scanner struct {
	file   string
	r      *bufio.Reader
	line   int // of the record's first line
	next   int // of the line to be read next
	long   []byte
	fields [][]byte
	raw    []byte
	ended  bool // the last line read had a line break
}

func newScanner(file string, r io.Reader) *scanner {
	return &scanner{file: file, r: bufio.NewReaderSize(r, 256<<10), next: 1, ended: true}
}

func (s *scanner) fault(column int, format string, args ...any) error {
	return &FileError{File: s.file, Line: s.line, Column: column, Detail: fmt.Sprintf(format, args...)}
}

// record gives the fields of the next record that is not blank, or io.EOF.
func (s *scanner) record() ([][]byte, error) {
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
		if bytes.IndexByte(line, '"') < 0 {
			s.raw = line
			s.fields = split(s.fields[:0], line)
			return s.fields, nil
		}
		return s.quoted(line)
	}
}

// readLine gives a line without its break. It lives in the reader's buffer, or in long where it is too long for that.
func (s *scanner) readLine(long []byte) ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long = append(long, line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > maxLine {
				return nil, s.fault(0, "the line is longer than %d bytes; is this a tidy CSV file?", maxLine)
			}
			line, err = s.r.ReadSlice('\n')
			long = append(long, line...)
		}
		s.long = long
		line = long
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%d: %w", s.file, s.line, err)
	}
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return nil, io.EOF
	}
	s.next++
	s.ended = err == nil
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}

func (s *scanner) checkBytes(line []byte) error {
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
		return s.fault(i+1, "the byte 0x%02x is not UTF-8; save the file as UTF-8", line[i])
	}
	return nil
}

func split(fields [][]byte, line []byte) [][]byte {
	for {
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			return append(fields, line)
		}
		fields = append(fields, line[:i])
		line = line[i+1:]
	}
}

// quoted splits a record that has quotes in it; such a record may run over several lines.
func (s *scanner) quoted(first []byte) ([][]byte, error) {
	text := append([]byte(nil), first...)
	var out []byte // the fields' bytes, one after the other
	var ends []int
	i := 0
	for {
		if i < len(text) && text[i] == '"' {
			i++
			for {
				j := bytes.IndexByte(text[i:], '"')
				if j < 0 {
					line, err := s.readLine(nil)
					if errors.Is(err, io.EOF) || len(text) > maxLine {
						return nil, s.fault(0, "a quoted field is not closed; the file is cut off or a quote is missing")
					}
					if err != nil {
						return nil, err
					}
					if err := s.checkBytes(line); err != nil {
						return nil, err
					}
					text = append(append(text, '\n'), line...)
					continue
				}
				out = append(out, text[i:i+j]...)
				i += j + 1
				if i < len(text) && text[i] == '"' {
					out = append(out, '"')
					i++
					continue
				}
				break
			}
			if i < len(text) && text[i] != ',' {
				return nil, s.fault(len(ends)+1, "text after a closing quote; write a quote inside a field as two quotes")
			}
		} else {
			j := bytes.IndexByte(text[i:], ',')
			if j < 0 {
				j = len(text) - i
			}
			if bytes.IndexByte(text[i:i+j], '"') >= 0 {
				return nil, s.fault(len(ends)+1, "a quote in a field that does not begin with one; put the field in quotes")
			}
			out = append(out, text[i:i+j]...)
			i += j
		}
		ends = append(ends, len(out))
		if i >= len(text) {
			break
		}
		i++ // the comma
	}
	s.raw = text
	s.fields = s.fields[:0]
	from := 0
	for _, to := range ends {
		s.fields = append(s.fields, out[from:to])
		from = to
	}
	return s.fields, nil
}
