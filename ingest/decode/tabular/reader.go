package tabular

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"utfall/ingest/decode"
)

// Source gives the rows of a table. Texts stay valid; the slice is valid until the next call.
type Source interface {
	Next() ([]string, error)               // io.EOF at the end
	Column(column int) int                 // 1-based place of a 0-based column: field of a text, column of a sheet
	Line() int                             // of the last row: line of a text, row of a sheet
	Path(column int) string                // "Sheet1!B7" for a 0-based column, "" where line and column say it
	Float(column int) (v float64, ok bool) // the number that a cell holds as a number, not as text
}

// Merged is a Source that can tell that a cell is part of a merged block whose value stands in another cell.
type Merged interface{ Merged(column int) bool }

// Config is what a format knows of its rows.
type Config struct {
	Format   string        // for errors
	Fill     bool          // repeat a header's text over the empty cells to its right
	Pad      bool          // rows may be shorter than the header: a sheet leaves out empty cells at the end
	Trailing bool          // rows at the end that fill one column only are notes
	Meta     decode.Meta   // what is known before the first row
	Limits   decode.Limits // with defaults filled in
}

// Reader gives the cells of a table. It holds one row and a bounded number of notes.
type Reader struct {
	config   Config
	o        Options
	number   number
	source   Source
	merged   Merged // source, where it can tell
	columns  *columns
	missing  map[string]bool
	dims     []decode.Dimension
	wideCode [][]string // of each value column: the codes of the dimensions made of headers
	meta     decode.Meta

	row     []string
	line    int // of row
	pending []short
	held    []string // the row after those pending, which the source gave last
	at      int      // next of columns.values in row
	codes   []string
	labels  []string
	cells   int64
	started bool
	dropped int
	ending  bool // the rest is footer
	err     error
}

// New reads the header. The options must have passed Check.
func New(source Source, o Options, c Config) (*Reader, error) {
	if err := o.Check(); err != nil {
		return nil, &decode.Error{Format: c.Format, Offset: -1, Path: "options", Err: err}
	}
	number, err := o.number()
	if err != nil {
		return nil, &decode.Error{Format: c.Format, Offset: -1, Path: "options", Err: err}
	}
	r := &Reader{config: c, o: o, number: number, source: source, meta: c.Meta, missing: map[string]bool{}}
	r.merged, _ = source.(Merged)
	for _, m := range o.Missing {
		r.missing[m] = true
	}
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	if r.columns, err = o.layout(c.Format, header, c.Fill, c.Limits); err != nil {
		return nil, err
	}
	for _, n := range r.columns.notes {
		r.note(n)
	}
	for _, d := range r.columns.dims {
		r.dims = append(r.dims, d.Dimension)
	}
	for _, v := range r.columns.values {
		r.wideCode = append(r.wideCode, r.columns.wideCodes(v))
	}
	r.codes, r.labels = make([]string, len(r.dims)), make([]string, len(r.dims))
	r.at = len(r.columns.values)
	return r, nil
}

// wideCodes gives the codes that a value column's header holds.
func (c *columns) wideCodes(column int) (codes []string) {
	for _, d := range c.dims {
		switch {
		case d.column >= 0:
		case d.part < 0:
			codes = append(codes, c.names[column])
		default:
			codes = append(codes, c.parts[column][d.part])
		}
	}
	return codes
}

func (r *Reader) header() ([][]string, error) {
	for range r.o.Skip {
		row, err := r.source.Next()
		if errors.Is(err, io.EOF) {
			return nil, r.empty("skip asks to pass over more rows than there are")
		}
		if err != nil {
			return nil, err
		}
		if text := strings.Join(filled(row), " "); r.meta.Title == "" {
			r.meta.Title = shorten(text)
		} else {
			r.note(text)
		}
	}
	if len(r.o.Names) > 0 {
		return [][]string{r.o.Names}, nil
	}
	var header [][]string
	for range r.o.headerRows() {
		row, err := r.source.Next()
		if errors.Is(err, io.EOF) {
			return nil, r.empty("the table ends before its header does")
		}
		if err != nil {
			return nil, err
		}
		header = append(header, slices.Clone(row))
	}
	return header, nil
}

func (r *Reader) empty(got string) error {
	return &decode.Error{Format: r.config.Format, Offset: -1, Want: "a header row", Got: got, Fix: "fetch the payload again, or correct skip and header_rows"}
}

// Columns gives the names of the table's columns, as the options can name them.
func (r *Reader) Columns() []string { return slices.Clone(r.columns.names) }

// Dimensions is fixed from the start.
func (r *Reader) Dimensions() []decode.Dimension { return r.dims }

// Meta is complete once Next has returned io.EOF.
func (r *Reader) Meta() *decode.Meta { return &r.meta }

const (
	maxNotes = 200
	maxNote  = 2000 // bytes
)

func (r *Reader) note(text string) {
	if text != "" && len(r.meta.Notes) < maxNotes {
		r.meta.Notes = append(r.meta.Notes, shorten(text))
	}
}

func shorten(s string) string {
	if len(s) > maxNote {
		return strings.ToValidUTF8(s[:maxNote], "") + "…"
	}
	return s
}

// Next gives the next cell.
func (r *Reader) Next(row *decode.Row) error {
	if r.err == nil {
		r.err = r.next(row)
	}
	return r.err
}

func (r *Reader) next(row *decode.Row) error {
	if r.at == len(r.columns.values) {
		if err := r.advance(); err != nil {
			return err
		}
	}
	if r.cells++; r.cells > r.config.Limits.MaxCells {
		return r.fault(0, fmt.Sprintf("at most %d cells", r.config.Limits.MaxCells), "more", "ask the source for less, or raise the limit")
	}
	if wide := r.wideCode[r.at]; len(wide) > 0 {
		from := len(r.codes) - len(wide)
		copy(r.codes[from:], wide)
		copy(r.labels[from:], wide)
	}
	column := r.columns.values[r.at]
	r.at++
	row.Codes, row.Labels, row.Unit = r.codes, r.labels, r.cell(r.columns.unit)
	row.Line, row.Column = r.line, r.source.Column(column)
	return r.value(row, column)
}

func (r *Reader) fault(column int, want, got, fix string) error {
	e := &decode.Error{Format: r.config.Format, Line: r.source.Line(), Column: column, Offset: -1, Want: want, Got: got, Fix: fix}
	if path := r.source.Path(max(column-1, 0)); path != "" {
		e.Path, e.Line, e.Column = path, 0, 0
	}
	return e
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || a == b:
		return a
	}
	return a + " " + b
}

func blank(s string) bool {
	return len(s) == 0 || s[0] <= ' ' && trim(s) == "" || s[0] >= utf8.RuneSelf && trim(s) == ""
}

// trim is strings.TrimSpace, quick to see that there is nothing to do.
func trim(s string) string {
	if n := len(s); n == 0 || s[0] > ' ' && s[0] < utf8.RuneSelf && s[n-1] > ' ' && s[n-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimSpace(s)
}

func filled(cells []string) (out []string) {
	for _, c := range cells {
		if !blank(c) {
			out = append(out, strings.TrimSpace(c))
		}
	}
	return out
}

func endsInLetter(s string) bool {
	c, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(c)
}
