// Package px decodes PC-Axis files (.px), the format in which the Nordic statistical offices exchange tables.
//
// It owns the format and imports nothing of Utfall but decode. The header is read and checked by Open, the cells
// stream: only a file with KEYS, which leaves out rows and may write the others in any order, is read to its end first.
//
// Format: Statistics Sweden, PX-file format specification 2013, https://www.pxtools.net/px-file-format/px-2013.
package px

import (
	"errors"
	"io"
	"strings"

	"utfall/ingest/decode"
)

const format = "px"

// Open reads the header of a file in the file's own language. Rows come as they stand in DATA: row-major, the variables
// of STUB before those of HEADING, the last fastest. A dimension's id is the variable's code where it has one.
//
// A cell with one to six dots, or -, has no value and the symbol as status, in the words of DATASYMBOL if the file
// changes them. What - means (nothing at all, or zero) is for a mapping to say. A row that a file with KEYS leaves out
// is zero by the format's rule and comes with the value 0 and no text.
func Open(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	return OpenLanguage(r, limits, "")
}

// OpenLanguage is Open with labels, notes and units in one of the file's LANGUAGES. Ids and codes stay the same.
func OpenLanguage(r io.Reader, limits decode.Limits, language string) (decode.Reader, error) {
	in := newInput(r, limits)
	in.fill(0)
	mark := strings.HasPrefix(in.win, "\xef\xbb\xbf")
	if mark {
		in.pos, in.start = 3, 3
	}
	if err := in.recognise(); err != nil {
		return nil, err
	}
	entries, err := in.header()
	if err != nil {
		return nil, err
	}
	cs, err := charsetOf(entries, mark)
	if err != nil {
		return nil, err
	}
	if err := cs.decodeAll(entries); err != nil {
		return nil, err
	}
	h, err := newHeader(entries, language)
	if err != nil {
		return nil, err
	}
	t, err := h.table(in.limits)
	if err != nil {
		return nil, err
	}
	return h.reader(in, t, cs)
}

// recognise refuses what is plainly something else, with a word on what it is.
func (in *input) recognise() error {
	const want = "a PC-Axis file, which begins with a keyword"
	head := strings.TrimLeft(in.win[in.pos:], " \t\r\n")
	switch {
	case head == "" && in.err != nil:
		if errors.Is(in.err, io.EOF) {
			return in.fault(want, "nothing", "the payload is empty; fetch it again")
		}
		return in.ended(want)
	case strings.HasPrefix(head, "<"):
		err := in.fault(want, "a web page or XML", "the address is wrong, or the service answers people with a page; look at the payload")
		err.Err = &decode.Refusal{HTML: true}
		return err
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "["):
		return in.fault(want, "JSON", "the service refused, or answers in another format; look at the payload")
	case strings.HasPrefix(head, "\x1f\x8b"):
		return in.fault(want, "gzip", "the body is compressed without saying so; unpack it")
	case strings.HasPrefix(head, "PK\x03\x04"):
		return in.fault(want, "a ZIP file or workbook", "choose the format of the file")
	case strings.HasPrefix(head, "\xff\xfe"), strings.HasPrefix(head, "\xfe\xff"):
		return in.fault(want, "UTF-16", "save the file as UTF-8")
	}
	return nil
}

// Reader gives the cells of one file.
type Reader struct {
	in    *input
	cells *input // where the cells of the present row come from: in, or a row kept of a file with KEYS
	dims  []decode.Dimension
	meta  decode.Meta
	table *table
	err   error // io.EOF after the last row

	next    int64
	ended   bool // a ; came before the last cell: it separates, or the file is short
	at      []int
	codes   []string
	labels  []string
	symbols symbols
	flags   cellTexts
	notes   cellTexts
	keyed   *keyed
}

func (h *header) reader(in *input, t *table, cs charset) (decode.Reader, error) {
	r := &Reader{in: in, cells: in, dims: t.dims, table: t, meta: h.meta(cs), at: make([]int, len(t.dims))}
	r.symbols = h.symbols()
	for _, dim := range t.dims {
		r.codes = append(r.codes, dim.Categories[0].Code)
		r.labels = append(r.labels, dim.Categories[0].Label)
	}
	var err error
	if r.flags, err = h.cellTexts(t, "DATANOTECELL"); err != nil {
		return nil, err
	}
	if r.notes, err = h.cellTexts(t, "CELLNOTE", "CELLNOTEX"); err != nil {
		return nil, err
	}
	if t.keys != nil {
		if r.keyed, err = readKeyed(in, t, cs); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Dimensions gives the variables of STUB, then those of HEADING.
func (r *Reader) Dimensions() []decode.Dimension { return r.dims }

// Meta gives title, source, date and notes; it is complete from the start.
func (r *Reader) Meta() *decode.Meta { return &r.meta }

// Next gives the next cell.
func (r *Reader) Next(row *decode.Row) error {
	if r.err != nil {
		return r.err
	}
	if r.next == r.table.total {
		if r.err = r.finish(); r.err == nil {
			r.err = io.EOF
		}
		return r.err
	}
	if r.next > 0 {
		r.step()
	}
	row.Codes, row.Labels = r.codes, r.labels
	row.Unit = r.table.unit
	if d := r.table.unitOf; d >= 0 {
		row.Unit = r.dims[d].Categories[r.at[d]].Unit
	}
	row.Note, row.Status = "", ""
	if r.keyed != nil {
		r.err = r.keyed.cell(r, row)
	} else {
		r.err = r.cell(row)
	}
	if r.err != nil {
		return r.err
	}
	if len(r.flags.groups) > 0 {
		if flag := r.flags.of(r.at, r.dims); flag != "" && row.Has {
			row.Status = flag
		}
	}
	if len(r.notes.groups) > 0 {
		row.Note = r.notes.of(r.at, r.dims)
	}
	r.next++
	return nil
}

// step moves to the next cell; the last variable turns fastest.
func (r *Reader) step() {
	for d := len(r.at) - 1; d >= 0; d-- {
		r.at[d]++
		categories := r.dims[d].Categories
		if r.at[d] < len(categories) {
			c := &categories[r.at[d]]
			r.codes[d], r.labels[d] = c.Code, c.Label
			return
		}
		r.at[d] = 0
		r.codes[d], r.labels[d] = categories[0].Code, categories[0].Label
	}
}
