// Package eurostat decodes Eurostat's own TSV: one time series a line, its codes joined by commas in the first column, a
// value with its flags in each of the others. It streams, and gives one row per period. Layout after Eurostat's
// description of the format for its SDMX API (wikis.ec.europa.eu, "TSV"). JSON-stat and SDMX-CSV of Eurostat are read by
// jsonstat and csvtab. It imports decode, its shared parts and ingest/record.
package eurostat

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/payload"
	"utfall/ingest/record"
)

const format = "eurostat-tsv"

// Reader gives the cells of a TSV payload.
type Reader struct {
	scan    *record.Scanner
	limits  decode.Limits
	meta    decode.Meta
	dims    []decode.Dimension
	periods []string
	keys    int // dimensions in the first column
	fields  []string
	codes   []string
	at      int // next of periods
	cells   int64
	err     error
}

// New reads the header. Errors are *decode.Error with line and column.
func New(r io.Reader, limits decode.Limits) (*Reader, error) {
	limits = limits.WithDefaults()
	text, err := payload.Open(format, r, payload.UTF8, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if err := refuse(text.Head); err != nil {
		return nil, err
	}
	t := &Reader{scan: record.New(text, record.Options{Comma: '\t', NoQuote: true, Max: max(limits.MaxFieldBytes, 8<<20)}), limits: limits}
	if err := t.next(); err != nil {
		if errors.Is(err, io.EOF) {
			err = &decode.Error{Format: format, Offset: -1, Want: "a header line", Got: "an empty payload", Fix: "fetch it again"}
		}
		return nil, err
	}
	return t, t.header()
}

func refuse(head []byte) error {
	quoted := decode.Quote(string(head))
	fault := func(got string, cause error) error {
		return &decode.Error{Format: format, Line: 1, Offset: -1, Want: `a header such as unit,sex,geo\TIME_PERIOD`, Got: got, Err: cause}
	}
	switch kind := payload.Kind(head); {
	case payload.IsUUID(head):
		return fault("a bare UUID, "+quoted, &decode.Refusal{Asynchronous: true, Message: strings.TrimSpace(string(head))})
	case strings.Contains(kind, "HTML"):
		return fault(quoted, &decode.Refusal{HTML: true})
	case kind != "":
		return fault(kind+", "+quoted, nil)
	}
	return nil
}

// header reads `unit,sex,geo\TIME_PERIOD` and the periods.
func (t *Reader) header() error {
	keys, period, ok := strings.Cut(strings.TrimSpace(t.fields[0]), `\`)
	if !ok || keys == "" || period == "" {
		return t.fault(1, `dimensions joined by commas, then \ and the dimension of time`, decode.Quote(t.fields[0]), "is this Eurostat's TSV?")
	}
	for id := range strings.SplitSeq(keys, ",") {
		d := decode.Dimension{ID: strings.TrimSpace(id)}
		if strings.EqualFold(d.ID, "geo") {
			d.Role = decode.RoleGeo
		}
		t.dims = append(t.dims, d)
	}
	t.keys = len(t.dims)
	t.dims = append(t.dims, decode.Dimension{ID: strings.TrimSpace(period), Role: decode.RoleTime})
	if len(t.dims) > t.limits.MaxDimensions {
		return t.fault(1, fmt.Sprintf("at most %d dimensions", t.limits.MaxDimensions), fmt.Sprint(len(t.dims)), "")
	}
	for i, d := range t.dims {
		if d.ID == "" || slices.ContainsFunc(t.dims[:i], func(x decode.Dimension) bool { return x.ID == d.ID }) {
			return t.fault(1, "dimensions with a name each, and each once", decode.Quote(t.fields[0]), "fetch the payload again")
		}
	}
	seen := make(map[string]bool, len(t.fields))
	for i, p := range t.fields[1:] {
		p = strings.TrimSpace(p)
		if p == "" || seen[p] {
			return t.fault(i+2, "each period once", decode.Quote(p), "fetch the payload again")
		}
		seen[p] = true
		t.periods = append(t.periods, p)
	}
	if len(t.periods) > t.limits.MaxCategories {
		return t.fault(0, fmt.Sprintf("at most %d periods", t.limits.MaxCategories), fmt.Sprint(len(t.periods)), "")
	}
	if len(t.periods) == 0 {
		return t.fault(0, "at least one period", "none", "fetch the payload again")
	}
	t.codes = make([]string, len(t.dims))
	t.at = len(t.periods)
	return nil
}

func (t *Reader) next() error {
	if _, err := t.scan.Next(); err != nil {
		return asError(err)
	}
	t.fields = t.scan.Strings(t.fields)
	return nil
}

func asError(err error) error {
	var fault *record.Error
	var own *decode.Error
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &own):
		return own
	case errors.As(err, &fault):
		return &decode.Error{Format: format, Line: fault.Line, Column: fault.Column, Offset: -1, Err: errors.New(fault.Detail)}
	}
	return &decode.Error{Format: format, Offset: -1, Want: "a text that can be read to its end", Fix: "fetch the payload again", Err: err}
}

// Dimensions are those of the first column, then the one of time.
func (t *Reader) Dimensions() []decode.Dimension { return t.dims }

// Meta has nothing to say: the format carries figures only.
func (t *Reader) Meta() *decode.Meta { return &t.meta }

// Next gives the next cell, a line from left to right. A cell of ":" has no value; what follows it or a number are flags.
func (t *Reader) Next(row *decode.Row) error {
	if t.err == nil {
		t.err = t.cell(row)
	}
	return t.err
}

func (t *Reader) cell(row *decode.Row) error {
	if t.at == len(t.periods) {
		if err := t.series(); err != nil {
			return err
		}
	}
	if t.cells++; t.cells > t.limits.MaxCells {
		return t.fault(0, fmt.Sprintf("at most %d cells", t.limits.MaxCells), "more", "ask the source for less, or raise the limit")
	}
	t.codes[t.keys] = t.periods[t.at]
	t.at++
	*row = decode.Row{Codes: t.codes, Labels: t.codes, Line: t.scan.Line(), Column: t.at + 1}
	value, flags, _ := strings.Cut(strings.TrimSpace(t.fields[t.at]), " ")
	flags = strings.TrimSpace(flags)
	if value == ":" {
		row.Status = strings.TrimSpace(": " + flags)
		return nil
	}
	v, ok := decode.Number(value)
	if !ok || strings.ContainsAny(flags, "0123456789:.,") {
		return t.fault(t.at+1, `a number with a decimal point, or ":", and flags after a space`, decode.Quote(t.fields[t.at]), "fetch the payload again")
	}
	row.Value, row.Has, row.Text, row.Status = v, true, value, flags
	return nil
}

// series reads the next line and the codes in its first column.
func (t *Reader) series() error {
	for {
		if err := t.next(); err != nil {
			return err
		}
		if len(t.fields) > 1 || strings.TrimSpace(t.fields[0]) != "" {
			break
		}
	}
	if len(t.fields) != len(t.periods)+1 {
		return t.fault(0, fmt.Sprintf("%d columns, as in the header", len(t.periods)+1), fmt.Sprint(len(t.fields)), "the line is cut off; fetch the payload again")
	}
	rest := strings.TrimSpace(t.fields[0])
	for i := range t.keys {
		code, more, ok := strings.Cut(rest, ",")
		if ok != (i < t.keys-1) || code == "" {
			return t.fault(1, fmt.Sprintf("%d codes joined by commas", t.keys), decode.Quote(t.fields[0]), "fetch the payload again")
		}
		t.codes[i], rest = code, more
	}
	t.at = 0
	return nil
}

func (t *Reader) fault(column int, want, got, fix string) error {
	return &decode.Error{Format: format, Line: t.scan.Line(), Column: column, Offset: -1, Want: want, Got: got, Fix: fix}
}
