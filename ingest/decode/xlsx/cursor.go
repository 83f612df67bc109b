package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode"
)

// Cell is a filled cell.
type Cell struct {
	Column   int     // 0-based
	Text     string  // as a person would write it: a date as 2023-01-31, a number with a point, a truth value as TRUE
	Number   float64 // of a number that is no date
	IsNumber bool
	IsDate   bool
	Fault    bool // the text is Excel's word for an error: #DIV/0!, #N/A
	Formula  bool
	Uncached bool // a formula whose value was never stored
}

// Cursor reads a sheet row by row.
type Cursor struct {
	book    *Book
	sheet   string
	part    []byte
	xml     *xml.Decoder
	row     int // 1-based, of the last row read
	hidden  bool
	cells   []Cell
	columns map[int]bool // hidden columns
	merges  []Merge
}

// Merge is a block of merged cells, 1-based and inclusive.
type Merge struct{ Top, Left, Bottom, Right int }

const (
	maxMerges  = 100_000
	maxColumns = 16_384
	maxRows    = 1_048_576
)

// Rows begins to read a sheet.
func (b *Book) Rows(sheet string) (*Cursor, error) {
	part, ok := b.part(b.paths[sheet])
	if !ok {
		return nil, &decode.Error{Format: format, Offset: -1, Path: "sheet", Want: "one of " + names(b.Sheets()), Got: decode.Quote(sheet)}
	}
	c := &Cursor{book: b, sheet: sheet, part: part, xml: xml.NewDecoder(bytes.NewReader(part)), columns: map[int]bool{}}
	if err := b.loadStrings(sheet); err != nil {
		return nil, err
	}
	return c, c.findMerges()
}

// loadStrings has the library read the shared texts, which it does with the first row of a sheet that has cells.
func (b *Book) loadStrings(sheet string) (err error) {
	defer caught(&err)
	if b.file.SharedStrings != nil {
		return nil
	}
	rows, err := b.file.Rows(sheet)
	if err != nil {
		return damaged(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for b.file.SharedStrings == nil && rows.Next() {
		if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil && b.file.SharedStrings == nil {
			return damaged(err)
		}
	}
	return nil
}

var mergeRef = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})"`)

// findMerges reads the merged blocks, which stand after the cells.
func (c *Cursor) findMerges() error {
	tail := c.part[max(bytes.LastIndex(c.part, []byte("sheetData>")), 0):]
	for _, m := range mergeRef.FindAllSubmatch(tail, maxMerges+1) {
		left, top, err1 := excelize.CellNameToCoordinates(string(m[1]))
		right, bottom, err2 := excelize.CellNameToCoordinates(string(m[2]))
		if err := errors.Join(err1, err2); err != nil || right < left || bottom < top {
			return c.fault(string(m[1]), "a block of merged cells", decode.Quote(string(m[0])))
		}
		c.merges = append(c.merges, Merge{top, left, bottom, right})
	}
	if len(c.merges) > maxMerges {
		return c.fault("", fmt.Sprintf("at most %d blocks of merged cells", maxMerges), "more")
	}
	slices.SortFunc(c.merges, func(a, b Merge) int { return a.Top - b.Top })
	return nil
}

// Row gives the 1-based number of the last row read, and whether it is hidden.
func (c *Cursor) Row() (number int, hidden bool) { return c.row, c.hidden }

// HiddenColumn tells whether a 0-based column is hidden; known once the first row was read.
func (c *Cursor) HiddenColumn(column int) bool { return c.columns[column] }

// Next gives the filled cells of the next row that the sheet lists, or io.EOF. They are valid until the next call.
func (c *Cursor) Next() ([]Cell, error) {
	for {
		token, err := c.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil, c.fault("", "the sheet's XML to its end", "the end of the part before that")
		}
		if err != nil {
			return nil, damaged(fmt.Errorf("sheet %s: %w", decode.Quote(c.sheet), err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "col":
				c.hideColumns(t)
			case "row":
				err := c.readRow(t)
				return c.cells, err
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" || t.Name.Local == "worksheet" {
				return nil, io.EOF
			}
		}
	}
}

func (c *Cursor) hideColumns(t xml.StartElement) {
	if !truth(attr(t, "hidden")) {
		return
	}
	from, _ := strconv.Atoi(attr(t, "min"))
	to, _ := strconv.Atoi(attr(t, "max"))
	for i := max(from, 1); i <= min(to, maxColumns); i++ {
		c.columns[i-1] = true
	}
}

func (c *Cursor) readRow(start xml.StartElement) error {
	number := c.row + 1
	if r := attr(start, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n <= c.row || n > maxRows {
			return c.fault("", fmt.Sprintf("row numbers that rise to at most %d", maxRows), "row "+decode.Quote(r)+" after row "+strconv.Itoa(c.row))
		}
		number = n
	}
	c.row, c.hidden, c.cells = number, truth(attr(start, "hidden")), c.cells[:0]
	next := 0
	for {
		token, err := c.xml.Token()
		if err != nil {
			return damaged(fmt.Errorf("sheet %s, row %d: %w", decode.Quote(c.sheet), c.row, err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if next, err = c.readCell(t, next); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		}
	}
}

func (c *Cursor) fault(cell, want, got string) error {
	place := c.sheet
	if cell != "" {
		place += "!" + cell
	}
	return &decode.Error{Format: format, Offset: -1, Path: place, Want: want, Got: got, Fix: "save the workbook anew in Excel, or fetch it again"}
}

func (c *Cursor) cellName(column int) string { return cellName(column, c.row) }

func (c *Cursor) place(column int) string { return c.sheet + "!" + c.cellName(column) }

func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, max(row, 1))
	if err != nil {
		return fmt.Sprintf("R%dC%d", row, column+1)
	}
	return name
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func truth(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

func names(list []string) string {
	quoted := make([]string, len(list))
	for i, n := range list {
		quoted[i] = strconv.Quote(n)
	}
	return strings.Join(quoted, ", ")
}
