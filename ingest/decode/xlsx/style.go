package xlsx

import (
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// style is what a cell's format says of its number.
type style struct {
	date  bool
	zeros int // a code is written with at least so many digits
}

// style looks a format up. What the workbook does not define is no format.
func (b *Book) style(id string) (s style, err error) {
	defer caught(&err)
	if id == "" || id == "0" {
		return style{}, nil
	}
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 {
		return style{}, nil
	}
	if s, ok := b.styles[n]; ok {
		return s, nil
	}
	if x, err := b.file.GetStyle(n); err == nil && x != nil {
		s.date = builtInDate(x.NumFmt)
		if x.CustomNumFmt != nil {
			s.date = dateFormat(*x.CustomNumFmt)
			if f := *x.CustomNumFmt; f != "" && strings.Trim(f, "0") == "" && len(f) < 20 {
				s.zeros = len(f)
			}
		}
	}
	b.styles[n] = s
	return s, nil
}

// builtInDate tells whether a format without a code of its own is a date or a time (ECMA-376 part 1, 18.8.30).
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// dateFormat tells whether a format code writes a date: it has a letter of year, day or hour outside quotes and brackets.
func dateFormat(code string) bool {
	inQuotes, inBrackets := false, false
	code, _, _ = strings.Cut(code, ";")
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case code[i] == '[':
			inBrackets = true
		case code[i] == ']':
			inBrackets = false
		case inBrackets:
		case c == 'y' || c == 'd' || c == 'h':
			return true
		}
	}
	return false
}

// date writes a day number as 2023-01-31, with the time where there is one.
func (c *Cursor) date(cell *Cell, days float64) error {
	const last = 2958466 // the day after 9999-12-31
	if days < 0 || days >= last {
		return c.fault(c.cellName(cell.Column), "a date between 1900 and 9999", strconv.FormatFloat(days, 'f', -1, 64))
	}
	t, err := excelize.ExcelDateToTime(days, c.book.epoch)
	if err != nil {
		return c.fault(c.cellName(cell.Column), "a date", err.Error())
	}
	t = t.Round(time.Second)
	cell.IsDate = true
	switch {
	case days < 1:
		cell.Text = t.Format("15:04:05")
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		cell.Text = t.Format(time.DateOnly)
	default:
		cell.Text = t.Format("2006-01-02T15:04:05")
	}
	return nil
}
