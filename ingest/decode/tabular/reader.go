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

// short is a row that fills one column only: a note if nothing but such rows follows.
type short struct {
	cells []string
	line  int
}

const maxPending = 1000

// following gives the next row and its line. Short rows are kept back until it is seen what follows them.
func (r *Reader) following() ([]string, int, error) {
	if !r.config.Trailing {
		cells, err := r.source.Next()
		return cells, r.source.Line(), err
	}
	for len(r.pending) == 0 || r.held == nil && len(r.pending) < maxPending {
		if r.held != nil {
			cells := r.held
			r.held = nil
			return cells, r.source.Line(), nil
		}
		cells, err := r.source.Next()
		if errors.Is(err, io.EOF) {
			for _, p := range r.pending {
				r.note(strings.Join(filled(p.cells), " "))
			}
			r.pending = nil
		}
		if err != nil {
			return nil, 0, err
		}
		switch {
		case r.isShort(cells):
			r.pending = append(r.pending, short{slices.Clone(cells), r.source.Line()})
		case len(r.pending) > 0:
			r.held = cells
		default:
			return cells, r.source.Line(), nil
		}
	}
	p := r.pending[0]
	r.pending = r.pending[1:]
	return p.cells, p.line, nil
}

// isShort tells whether a row fills one column only, and none of values.
func (r *Reader) isShort(cells []string) bool {
	first := slices.IndexFunc(cells, func(c string) bool { return !blank(c) })
	return first >= 0 && !slices.Contains(r.columns.values, first) && !slices.ContainsFunc(cells[first+1:], func(c string) bool { return !blank(c) })
}

// advance goes to the next row that holds cells.
func (r *Reader) advance() error {
	for {
		cells, line, err := r.following()
		if errors.Is(err, io.EOF) {
			r.close()
			return io.EOF
		}
		if err != nil {
			return err
		}
		use, err := r.judge(cells)
		if err != nil {
			return err
		}
		if use {
			r.at, r.line = 0, line
			return nil
		}
	}
}

// close adds what can be said only at the end.
func (r *Reader) close() {
	if r.dropped > 0 {
		r.note(fmt.Sprintf("%d rows were left out, as the options ask", r.dropped))
	}
}

// judge tells whether a row holds cells; blank rows, footers and rows that are to be left out do not.
func (r *Reader) judge(cells []string) (bool, error) {
	first, n := -1, 0
	for i, c := range cells {
		if blank(c) {
			continue
		}
		if n++; first < 0 {
			first = i
		} else if !r.ending {
			break // two texts are no footer; how many there are does not matter
		}
	}
	switch {
	case n == 0:
		return false, nil
	case r.ending && n > 1 && len(r.o.Footer) == 0:
		return false, r.fault(0, "nothing but notes below the table's footer", fmt.Sprintf("a row of %d texts", n), "the row above may be cut off; or correct footer_short")
	case r.ending, r.isFooter(cells[first], first, n):
		r.ending = true
		r.note(strings.Join(filled(cells), " "))
		return false, nil
	}
	width := len(r.columns.names)
	if len(cells) > width && slices.ContainsFunc(cells[width:], func(c string) bool { return !blank(c) }) || len(cells) < width && !r.config.Pad {
		return false, r.fault(0, fmt.Sprintf("%d fields, as in the header", width), fmt.Sprintf("%d", len(cells)),
			"the row may be cut off, a delimiter may stand unquoted in a text, or rows above the header or below the table need skip or footer")
	}
	for len(cells) < width {
		cells = append(cells, "")
	}
	r.row = cells
	for column, texts := range r.columns.drop {
		if c := trim(cells[column]); slices.Contains(texts, c) || c != "" && slices.Contains(texts, "*") {
			r.dropped++
			return false, nil
		}
	}
	return true, r.names()
}

func (r *Reader) isFooter(text string, column, filled int) bool {
	if r.o.FooterShort && column == 0 && filled == 1 && len(r.columns.names) > 1 {
		return true
	}
	text = strings.TrimSpace(text)
	return slices.ContainsFunc(r.o.Footer, func(mark string) bool { return strings.HasPrefix(text, mark) })
}

// names sets codes and labels of the row.
func (r *Reader) names() error {
	for i, d := range r.columns.dims {
		if d.column < 0 {
			continue
		}
		code := trim(r.row[d.column])
		if len(code) > r.config.Limits.MaxFieldBytes {
			return r.fault(d.column+1, fmt.Sprintf("a code of at most %d bytes", r.config.Limits.MaxFieldBytes), "a longer text", "check the delimiter and the quotes")
		}
		if r.o.GluedDigits {
			code = unglue(code)
		}
		label := code
		switch {
		case d.label >= 0:
			label = trim(r.row[d.label])
		case r.o.CodeLabel != "":
			if c, l, ok := strings.Cut(code, r.o.CodeLabel); ok {
				code, label = c, l
			}
		}
		r.codes[i], r.labels[i] = code, label
	}
	if !r.started {
		r.started = true
		if r.columns.title >= 0 && r.meta.Title == "" {
			r.meta.Title = shorten(r.cell(r.columns.title))
		}
		if r.columns.updated >= 0 {
			r.meta.Updated = shorten(r.cell(r.columns.updated))
		}
	}
	return nil
}

func (r *Reader) cell(column int) string {
	if column < 0 {
		return ""
	}
	return trim(r.row[column])
}

// value reads a value cell and the flags beside it.
func (r *Reader) value(row *decode.Row, column int) error {
	row.Value, row.Has, row.Status, row.Note = 0, false, "", ""
	for _, n := range r.columns.note {
		row.Note = join(row.Note, r.cell(n))
	}
	for _, s := range r.columns.status {
		row.Status = join(row.Status, r.flag(r.cell(s)))
	}
	row.Text = r.cell(column)
	if row.Text == "" {
		if row.Text = r.cell(r.columns.text); row.Text != "" {
			row.Status = join(row.Text, row.Status)
		}
		return nil
	}
	if r.merged != nil && r.merged.Merged(column) {
		return r.fault(column+1, "a value of its own", "a merged cell, whose value stands for several rows", "split the merged cells")
	}
	if v, ok := r.source.Float(column); ok {
		row.Value, row.Has = v, true
		return nil
	}
	if r.missing[row.Text] {
		row.Status, row.Text = join(row.Text, row.Status), ""
		return nil
	}
	bare, marks := r.unmark(row.Text)
	v, ok := r.number.parse(bare)
	switch {
	case ok:
		row.Value, row.Has, row.Status = v, true, join(marks, row.Status)
	case bare == "" && marks != "", r.missing[bare]:
		row.Status, row.Text = join(row.Text, row.Status), ""
	case r.o.Guessed():
		row.Status = join(row.Text, row.Status)
	default:
		return r.fault(column+1, r.wantNumber(), decode.Quote(row.Text), "list the sign under missing, or correct decimal, thousands or marks")
	}
	return nil
}

// flag gives a flag without its label, and remembers what it means.
func (r *Reader) flag(text string) string {
	const most = 1000
	if r.o.CodeLabel == "" || text == "" {
		return text
	}
	code, label, ok := strings.Cut(text, r.o.CodeLabel)
	if !ok {
		return text
	}
	if r.meta.Status == nil {
		r.meta.Status = map[string]string{}
	}
	if len(r.meta.Status) < most {
		r.meta.Status[code] = shorten(label)
	}
	return code
}

func (r *Reader) wantNumber() string {
	want := `a number with the decimal sign "` + string(rune(r.number.decimal)) + `"`
	if r.number.thousands == "" {
		want += " and nothing between thousands"
	}
	return want
}

// unmark takes flags that are glued to a number off its end.
func (r *Reader) unmark(s string) (bare, marks string) {
	for again := true; again && len(r.o.Marks) > 0; {
		again = false
		for _, m := range r.o.Marks {
			if rest, ok := strings.CutSuffix(s, m); ok {
				s, marks, again = strings.TrimRightFunc(rest, unicode.IsSpace), join(m, marks), true
			}
		}
	}
	return s, marks
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
