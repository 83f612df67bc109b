package xlsx

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode"
	"utfall/ingest/decode/tabular"
)

// Options say where in a workbook a table stands and what its columns are. With the zero value the first visible sheet
// that looks like a table is read: the header begins at the first row with two filled cells and is as high as the merged
// cells in it, and the rows at the end that fill one column only are its notes. Meta.Notes tells what was chosen.
type Options struct {
	Sheet           string `yaml:"sheet"`  // by name; needed where several sheets are tables
	Range           string `yaml:"range"`  // A3:AC18, Sheet!A3:AC18, or the name of a range or table of the workbook
	Hidden          string `yaml:"hidden"` // skip (default) or keep hidden rows and columns
	tabular.Options `yaml:",inline"`
}

// New reads a workbook and the header of one of its tables. Errors are *decode.Error with a place such as Sheet1!B7.
func New(r io.Reader, o Options, limits decode.Limits) (*tabular.Reader, error) {
	book, err := Open(r, limits)
	if err != nil {
		return nil, err
	}
	return book.Table(o, limits)
}

// Table reads the header of one of the workbook's tables.
func (b *Book) Table(o Options, limits decode.Limits) (*tabular.Reader, error) {
	limits = limits.WithDefaults()
	if o.Hidden != "" && o.Hidden != "skip" && o.Hidden != "keep" {
		return nil, &decode.Error{Format: format, Offset: -1, Path: "hidden", Want: "skip or keep", Got: decode.Quote(o.Hidden)}
	}
	area, notes, err := b.locate(&o)
	if err != nil {
		return nil, err
	}
	cursor, err := b.Rows(area.sheet)
	if err != nil {
		return nil, err
	}
	s := &source{cursor: cursor, area: area, keepHidden: o.Hidden == "keep", missing: o.Missing, guessed: o.Guessed(), skip: o.Skip, head: o.Skip + max(o.HeaderRows, 1)}
	if len(o.Names) > 0 {
		s.head = o.Skip
	}
	reader, err := tabular.New(s, o.Options, tabular.Config{Format: format, Pad: true, Trailing: len(notes) > 0, Meta: decode.Meta{Title: area.title, Notes: notes}, Limits: limits})
	if err != nil {
		return nil, err
	}
	s.note = func(text string) { reader.Meta().Notes = append(reader.Meta().Notes, text) }
	return reader, nil
}

// area is a block of a sheet, 1-based and inclusive.
type area struct {
	sheet                    string
	top, left, bottom, right int
	title                    string // what stands above the block, if it was looked for
}

func whole(sheet string) area {
	return area{sheet: sheet, top: 1, left: 1, bottom: maxRows, right: maxColumns}
}

// locate finds the sheet and the block, and guesses the header where nothing is said of it.
func (b *Book) locate(o *Options) (a area, notes []string, err error) {
	defer caught(&err)
	if o.Sheet != "" && !slices.Contains(b.Sheets(), o.Sheet) {
		return area{}, nil, &decode.Error{Format: format, Offset: -1, Path: "sheet", Want: "one of " + names(b.Sheets()), Got: decode.Quote(o.Sheet)}
	}
	if o.Range != "" {
		a, err := b.named(o.Sheet, o.Range)
		return a, nil, err
	}
	if !o.Guessed() || o.Skip > 0 || o.HeaderRows > 0 || len(o.Names) > 0 || len(o.Footer) > 0 {
		a, err := b.only(o.Sheet)
		return a, nil, err
	}
	return b.guess(o)
}

// only gives the one sheet that can be meant.
func (b *Book) only(sheet string) (area, error) {
	if sheet != "" {
		return whole(sheet), nil
	}
	visible := slices.DeleteFunc(b.Sheets(), func(s string) bool { return !b.Visible(s) })
	if len(visible) != 1 {
		return area{}, &decode.Error{Format: format, Offset: -1, Path: "sheet", Want: "a name, because the workbook has several sheets", Got: names(visible), Fix: "name the sheet in the options"}
	}
	return whole(visible[0]), nil
}

// named reads A3:C9, Sheet!A3:C9, or the name of a range or table.
func (b *Book) named(sheet, ref string) (area, error) {
	fault := func(want string) error {
		return &decode.Error{Format: format, Offset: -1, Path: "range", Want: want, Got: decode.Quote(ref), Fix: "write A3:C9 or a name that the workbook defines: " + names(b.definedNames())}
	}
	if a, ok := block(sheet, ref); ok {
		if a.sheet == "" {
			only, err := b.only("")
			if err != nil {
				return area{}, err
			}
			a.sheet = only.sheet
		}
		if !slices.Contains(b.Sheets(), a.sheet) {
			return area{}, fault("a sheet that is there, one of " + names(b.Sheets()))
		}
		return a, nil
	}
	for _, d := range b.file.GetDefinedName() {
		if !strings.EqualFold(d.Name, ref) || sheet != "" && d.Scope != "Workbook" && d.Scope != sheet {
			continue
		}
		if a, ok := block("", d.RefersTo); ok && slices.Contains(b.Sheets(), a.sheet) && (sheet == "" || sheet == a.sheet) {
			return a, nil
		}
		return area{}, fault("a name for one block of cells, not for " + decode.Quote(d.RefersTo))
	}
	for _, s := range b.Sheets() {
		tables, err := b.file.GetTables(s)
		if err != nil {
			return area{}, damaged(err)
		}
		for _, t := range tables {
			if strings.EqualFold(t.Name, ref) && (sheet == "" || sheet == s) {
				if a, ok := block(s, t.Range); ok {
					return a, nil
				}
			}
		}
	}
	return area{}, fault("a block of cells")
}

func (b *Book) definedNames() []string {
	var list []string
	for _, d := range b.file.GetDefinedName() {
		if len(list) < 20 && !strings.HasPrefix(d.Name, "_xlnm") {
			list = append(list, d.Name)
		}
	}
	return list
}

// block reads a reference in A1 style; a sheet in it wins over the one given.
func block(sheet, ref string) (area, bool) {
	ref = strings.TrimPrefix(ref, "=")
	if i := strings.LastIndexByte(ref, '!'); i >= 0 {
		sheet, ref = strings.ReplaceAll(strings.Trim(ref[:i], "'"), "''", "'"), ref[i+1:]
	}
	from, to, two := strings.Cut(strings.ToUpper(strings.ReplaceAll(ref, "$", "")), ":")
	if !two {
		to = from
	}
	left, top, err1 := excelize.CellNameToCoordinates(from)
	right, bottom, err2 := excelize.CellNameToCoordinates(to)
	if err1 != nil || err2 != nil || right < left || bottom < top {
		return area{}, false
	}
	return area{sheet: sheet, top: top, left: left, bottom: bottom, right: right}, true
}

// guess takes the first sheet that looks like a table and finds where its header is.
func (b *Book) guess(o *Options) (area, []string, error) {
	sheets := b.Sheets()
	if o.Sheet != "" {
		sheets = []string{o.Sheet}
	}
	for _, s := range sheets {
		if o.Sheet == "" && !b.Visible(s) {
			continue
		}
		a, header, ok, err := b.header(s)
		if err != nil {
			return area{}, nil, err
		}
		if !ok {
			continue
		}
		o.HeaderRows = header
		notes := []string{fmt.Sprintf("sheet %q is read, its header in row %d", s, a.top)}
		if len(b.Sheets()) > 1 {
			notes = append(notes, "the workbook's sheets: "+names(b.Sheets()))
		}
		return a, notes, nil
	}
	return area{}, nil, &decode.Error{Format: format, Offset: -1, Path: "sheet", Want: "a sheet with a table", Got: "none among " + names(b.Sheets()), Fix: "name the sheet and the range in the options"}
}

// header finds the first row with two filled cells, and how many rows its merged cells make the header high.
func (b *Book) header(sheet string) (a area, rows int, ok bool, err error) {
	const enough = 1000
	title := ""
	c, err := b.Rows(sheet)
	if err != nil {
		return a, 0, false, err
	}
	for range enough {
		cells, err := c.Next()
		if errors.Is(err, io.EOF) {
			return a, 0, false, nil
		}
		if err != nil {
			return a, 0, false, err
		}
		if len(cells) == 1 && title == "" {
			title = cells[0].Text
		}
		if len(cells) < 2 {
			continue
		}
		a = whole(sheet)
		a.title = title
		a.top, a.left = c.row, cells[0].Column+1
		bottom, across := c.row, false
		for _, m := range c.merges {
			if m.Top == c.row {
				bottom = max(bottom, m.Bottom)
				across = across || m.Right > m.Left
			}
		}
		rows = bottom - c.row + 1
		if rows == 1 && across {
			rows = 2 // a heading over several columns has their own headings below it
		}
		a.left, a.right, err = c.extent(cells)
		return a, min(rows, 10), true, err
	}
	return a, 0, false, nil
}

// extent gives the first and the last column, 1-based, that the header or a row below it fills: the names of a table's rows
// may stand left of its first heading, and a cell may stand right of the last.
func (c *Cursor) extent(header []Cell) (left, right int, err error) {
	left, right = header[0].Column+1, header[len(header)-1].Column+1
	for _, m := range c.merges {
		if m.Top == c.row {
			right = max(right, m.Right)
		}
	}
	for {
		cells, err := c.Next()
		if errors.Is(err, io.EOF) {
			return left, right, nil
		}
		if err != nil {
			return left, right, err
		}
		if n := len(cells); n > 0 {
			left, right = min(left, cells[0].Column+1), max(right, cells[n-1].Column+1)
		}
	}
}
