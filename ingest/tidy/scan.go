package tidy

import (
	"errors"
	"fmt"
	"io"

	"utfall/ingest/record"
)

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

// scanner splits a file into records and fields and gives every fault the file's name. The fields of a record are valid
// until the next call.
type scanner struct {
	records *record.Scanner
	file    string
	line    int // of the record's first line
	raw     []byte
	ended   bool // the last line read had a line break
}

func newScanner(file string, r io.Reader) *scanner {
	return &scanner{records: record.New(r, record.Options{}), file: file, ended: true}
}

func (s *scanner) fault(column int, format string, args ...any) error {
	return &FileError{File: s.file, Line: s.line, Column: column, Detail: fmt.Sprintf(format, args...)}
}

// record gives the fields of the next record that is not blank, or io.EOF.
func (s *scanner) record() ([][]byte, error) {
	fields, err := s.records.Next()
	s.line, s.raw, s.ended = s.records.Line(), s.records.Raw(), s.records.Ended()
	var fault *record.Error
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return fields, err
	case errors.As(err, &fault):
		return nil, &FileError{File: s.file, Line: fault.Line, Column: fault.Column, Detail: fault.Detail}
	}
	return nil, fmt.Errorf("%s: %w", s.file, err)
}
