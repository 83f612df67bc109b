package px

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"utfall/ingest/decode"
)

// symbols are the words for a cell without a value: dots[n] for n dots, and nil for a dash.
type symbols struct {
	dots [8]string // 1 to 6, and 7 for a sum that was not made
	dash string
	own  map[string]bool // the words themselves, which some programs write into DATA
}

func (h *header) symbols() symbols {
	s := symbols{dash: "-", own: map[string]bool{}}
	for n := 1; n <= 7; n++ {
		s.dots[n] = strings.Repeat(".", n)
		keyword := "DATASYMBOL" + strconv.Itoa(n)
		if n == 7 {
			keyword = "DATASYMBOLSUM"
		}
		if text := h.text(keyword); text != "" {
			s.dots[n] = text
			s.own[text] = true
		}
	}
	if text := h.text("DATASYMBOLNIL"); text != "" {
		s.dash = text
		s.own[text] = true
	}
	return s
}

// symbol gives the word for what stands in DATA, or false if that is no symbol.
func (s *symbols) symbol(text string, quoted bool) (string, bool) {
	if text == "-" {
		return s.dash, true
	}
	if n := len(text); n > 0 && n < len(s.dots) && strings.Trim(text, ".") == "" {
		return s.dots[n], true
	}
	if quoted && s.own[text] {
		return text, true
	}
	return "", false
}

// separator marks what may stand between two cells. A ; does so in old files, and ends DATA in all.
var separator = [256]bool{' ': true, '\n': true, '\r': true, '\t': true, ',': true, ';': true}

// between passes what stands between two cells and gives the byte after it.
func (r *Reader) between() (byte, bool) {
	in := r.cells
	for {
		win, i := in.win, in.pos
		for i < len(win) && separator[win[i]] {
			switch win[i] {
			case '\n':
				in.line++
				in.start = i + 1
			case ';':
				r.ended = true
			}
			i++
		}
		in.pos = i
		if i < len(win) {
			return win[i], true
		}
		if !in.fill(i) {
			return 0, false
		}
	}
}

// cell reads the next cell of DATA.
func (r *Reader) cell(row *decode.Row) error {
	in := r.cells
	c, ok := r.between()
	if !ok {
		return r.short()
	}
	row.Line, row.Column = in.line, in.pos-in.start+1
	if c == '"' {
		text, err := in.quoted()
		if err != nil {
			return err
		}
		return r.missing(row, text, true)
	}
	from := in.pos
	i := from
	for {
		win := in.win
		for i < len(win) && !separator[win[i]] && win[i] != '"' {
			i++
		}
		if i < len(win) {
			break
		}
		if i-from > maxToken {
			return in.fault("a number", "a word of more than "+strconv.Itoa(maxToken)+" bytes", "")
		}
		if !in.fill(from) {
			break
		}
		i -= from
		from = 0
	}
	text := in.win[from:i]
	in.pos = i
	if value, ok := decode.Number(text); ok {
		row.Value, row.Has, row.Text = value, true, text
		return nil
	}
	if value, ok := loose(text); ok {
		row.Value, row.Has, row.Text = value, true, text
		return nil
	}
	return r.missing(row, text, false)
}

const maxToken = 1000

func (r *Reader) missing(row *decode.Row, text string, quoted bool) error {
	symbol, ok := r.symbols.symbol(text, quoted)
	if !ok {
		e := r.in.fault("a number, or dots or - in quotes", decode.Quote(text), "")
		e.Line, e.Column, e.Path = row.Line, row.Column, "DATA"
		return e
	}
	row.Value, row.Has, row.Text, row.Status = 0, false, "", symbol
	return nil
}

// loose reads numbers that JSON would not: +1, .5, 1. and 007.
func loose(text string) (float64, bool) {
	t := strings.TrimPrefix(text, "+")
	digits := false
	for _, c := range []byte(t) {
		if c >= '0' && c <= '9' {
			digits = true
		} else if strings.IndexByte("+-.eE", c) < 0 {
			return 0, false
		}
	}
	if !digits || len(t) != len(text) && strings.HasPrefix(t, "-") {
		return 0, false
	}
	v, err := strconv.ParseFloat(t, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// short is the error for fewer cells than the variables make.
func (r *Reader) short() error {
	want := fmt.Sprintf("%d cells, the product of the variables' values", r.table.total)
	if r.ended {
		e := r.in.fault(want, strconv.FormatInt(r.next, 10), "the file is damaged or does not fit its variables; fetch it again")
		e.Path = "DATA"
		return e
	}
	e := r.in.ended(want)
	e.Path = "DATA"
	return e
}

// finish checks that nothing follows the last cell.
func (r *Reader) finish() error {
	if r.keyed != nil {
		return nil
	}
	if c, ok := r.between(); ok && c != 0x1a { // old DOS programs end a file with control-Z
		e := r.in.unexpected(fmt.Sprintf("the end of DATA after %d cells, the product of the variables' values", r.table.total))
		e.Path = "DATA"
		return e
	}
	if r.in.err != nil && !errors.Is(r.in.err, io.EOF) {
		return r.in.ended("the end of the payload")
	}
	return nil
}
