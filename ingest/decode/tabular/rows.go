package tabular

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

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
