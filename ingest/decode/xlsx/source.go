package xlsx

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"utfall/ingest/decode"
)

// source gives a block of a sheet as rows of texts. Merged cells are filled: in the header in both directions, below it
// downwards, where the text of the first cell stands for the whole block.
type source struct {
	cursor     *Cursor
	area       area
	keepHidden bool
	missing    []string
	guessed    bool
	skip       int // rows above the header
	head       int // rows above the first that holds values
	given      int // rows given so far
	note       func(string)

	columns    []int // of the sheet, 0-based, of each column given
	cells      []string
	found      []*Cell // what stands in each column given, nil where it is blank or filled from a merged cell
	filled     []bool
	active     []merge // blocks that reach into rows still to come
	nextMerge  int
	hiddenRows int
	ended      bool
}

// merge is a block under way.
type merge struct {
	Merge
	text string
}

func (s *source) Next() ([]string, error) {
	for !s.ended {
		cells, err := s.cursor.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		row, hidden := s.cursor.Row()
		if row < s.area.top {
			continue
		}
		if row > s.area.bottom {
			break
		}
		if hidden && !s.keepHidden {
			s.hiddenRows++
			continue
		}
		if s.columns == nil || s.given == s.skip { // rows above the header may be wider than the table
			s.show(cells)
		}
		if err := s.take(cells, row); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(s.cells, func(c string) bool { return c != "" }) {
			s.given++
			return s.cells, nil
		}
	}
	s.end()
	return nil, io.EOF
}

// show settles which columns are given: those of the block that are not hidden, up to the last that the first row fills
// where the block is as wide as the sheet.
func (s *source) show(first []Cell) {
	s.columns = s.columns[:0]
	right := s.area.right
	if right == maxColumns {
		right = s.area.left
		if n := len(first); n > 0 {
			right = max(right, first[n-1].Column+1)
		}
		for _, m := range s.cursor.merges {
			if m.Top >= s.area.top && m.Top < s.area.top+s.head {
				right = max(right, m.Right)
			}
		}
	}
	for i := s.area.left - 1; i < right; i++ {
		if s.keepHidden || !s.cursor.HiddenColumn(i) {
			s.columns = append(s.columns, i)
		}
	}
}

// take sets the row's texts.
func (s *source) take(cells []Cell, row int) error {
	s.cells = append(s.cells[:0], make([]string, len(s.columns))...)
	s.found = append(s.found[:0], make([]*Cell, len(s.columns))...)
	s.filled = append(s.filled[:0], make([]bool, len(s.columns))...)
	for i := range cells {
		c := &cells[i]
		at, ok := slices.BinarySearch(s.columns, c.Column)
		if !ok {
			// In the header and above it a table may still grow to the right; below, a cell beside it is a fault.
			switch {
			case s.given < s.head && s.area.right == maxColumns && len(s.columns) > 0 && c.Column > s.columns[len(s.columns)-1] && (s.keepHidden || !s.cursor.HiddenColumn(c.Column)):
				s.grow(c.Column)
				at = len(s.columns) - 1
			case s.beside(c):
				return s.fault(c.Column, "no cell to the right of the table", decode.Quote(c.Text), "name the range, or empty the cell")
			default:
				continue
			}
		}
		if err := s.check(c); err != nil {
			return err
		}
		text := strings.TrimSpace(c.Text)
		if strings.ContainsAny(text, "\n\r\t") {
			text = strings.Join(strings.Fields(text), " ") // a text broken for the look of it
		}
		s.cells[at], s.found[at] = text, c
	}
	return s.fill(row)
}

func (s *source) beside(c *Cell) bool {
	return s.area.right == maxColumns && len(s.columns) > 0 && c.Column > s.columns[len(s.columns)-1] && (s.keepHidden || !s.cursor.HiddenColumn(c.Column)) && strings.TrimSpace(c.Text) != ""
}

func (s *source) grow(column int) {
	for i := s.columns[len(s.columns)-1] + 1; i <= column; i++ {
		if s.keepHidden || !s.cursor.HiddenColumn(i) {
			s.columns, s.cells, s.found, s.filled = append(s.columns, i), append(s.cells, ""), append(s.found, nil), append(s.filled, false)
		}
	}
}

// check refuses cells whose value cannot be known.
func (s *source) check(c *Cell) error {
	switch {
	case c.Uncached:
		return s.fault(c.Column, "a value", "a formula whose value was not stored", "open the workbook in Excel, let it calculate, and save it")
	case c.Fault && !s.guessed && !slices.Contains(s.missing, c.Text):
		return s.fault(c.Column, "a value", "Excel's error "+c.Text, "correct the formula, or list the word under missing")
	}
	return nil
}

// maxSideBySide bounds the merged blocks that one row runs through; tables have a few.
const maxSideBySide = 1000

// fill gives merged cells the text of their block.
func (s *source) fill(row int) error {
	for ; s.nextMerge < len(s.cursor.merges) && s.cursor.merges[s.nextMerge].Top <= row; s.nextMerge++ {
		m := s.cursor.merges[s.nextMerge]
		at, ok := slices.BinarySearch(s.columns, m.Left-1)
		inHeader := s.given >= s.skip && s.given < s.head
		if m.Top == row && ok && s.cells[at] != "" && (inHeader || m.Left == m.Right) {
			s.active = append(s.active, merge{m, s.cells[at]})
		}
	}
	s.active = slices.DeleteFunc(s.active, func(m merge) bool { return m.Bottom < row })
	if len(s.active) > maxSideBySide {
		return s.fault(0, fmt.Sprintf("at most %d blocks of merged cells in one row", maxSideBySide), fmt.Sprint(len(s.active)), "split the merged cells")
	}
	for _, m := range s.active {
		for x := m.Left - 1; x < m.Right; x++ {
			if at, ok := slices.BinarySearch(s.columns, x); ok && s.cells[at] == "" && s.found[at] == nil {
				s.cells[at], s.filled[at] = m.text, true
			}
		}
	}
	return nil
}

func (s *source) end() {
	if s.ended {
		return
	}
	s.ended = true
	hidden := 0
	for i := s.area.left - 1; i < s.area.right && !s.keepHidden; i++ {
		if s.cursor.HiddenColumn(i) {
			hidden++
		}
	}
	if s.note != nil && s.hiddenRows+hidden > 0 {
		s.note(fmt.Sprintf("hidden rows left out: %d, hidden columns left out: %d", s.hiddenRows, hidden))
	}
}

func (s *source) Line() int { return s.cursor.row }

// Column gives the sheet's column, 1-based.
func (s *source) Column(column int) int { return s.columns[column] + 1 }

// Path names a cell of the row last given.
func (s *source) Path(column int) string {
	if column < 0 || column >= len(s.columns) {
		return s.cursor.sheet
	}
	return s.cursor.place(s.columns[column])
}

// Float gives a number that is kept as one.
func (s *source) Float(column int) (float64, bool) {
	if column >= len(s.found) || s.found[column] == nil {
		return 0, false
	}
	return s.found[column].Number, s.found[column].IsNumber
}

// Merged tells whether a cell only repeats the text of a block.
func (s *source) Merged(column int) bool { return column < len(s.filled) && s.filled[column] }

func (s *source) fault(column int, want, got, fix string) error {
	return &decode.Error{Format: format, Offset: -1, Path: s.cursor.place(column), Want: want, Got: got, Fix: fix}
}
