package px

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"utfall/ingest/decode"
)

// keyed are the rows of a file with KEYS: each begins with a value for every variable of the stub, and rows of zeros
// alone are left out.
type keyed struct {
	rows []keyedRow // by place
	wide int64      // cells of a row
	next int        // row to come
}

type keyedRow struct {
	at     int64 // place among all rows of the stub
	text   string
	line   int
	column int
}

func readKeyed(in *input, t *table, cs charset) (*keyed, error) {
	k := &keyed{wide: 1}
	for _, values := range t.values[t.stub:] {
		k.wide *= int64(len(values))
	}
	index := make([]map[string]int, t.stub)
	for d := range index {
		index[d] = map[string]int{}
		for i, c := range t.dims[d].Categories {
			text := c.Code
			if t.keys[d] == "VALUES" {
				text = t.values[d][i]
			}
			if _, double := index[d][text]; double {
				return nil, &decode.Error{Format: format, Offset: -1, Path: "KEYS(" + short(t.names[d]) + ")", Want: "each value once, as keys name them", Got: decode.Quote(text) + " twice"}
			}
			index[d][text] = i
		}
	}
	for {
		c, ok := in.space()
		if !ok {
			return nil, in.ended("a row, or ; after the last")
		}
		if c == ';' {
			in.pass()
			break
		}
		row, err := k.readRow(in, t, cs, index)
		if err != nil {
			return nil, err
		}
		k.rows = append(k.rows, row)
	}
	if c, ok := in.space(); ok && c != 0x1a {
		return nil, in.unexpected("the end of the file after ;")
	}
	if in.err != nil && !errors.Is(in.err, io.EOF) {
		return nil, in.ended("the end of the payload")
	}
	slices.SortStableFunc(k.rows, func(a, b keyedRow) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	for i := 1; i < len(k.rows); i++ {
		if k.rows[i].at == k.rows[i-1].at {
			return nil, &decode.Error{Format: format, Line: k.rows[i].line, Offset: -1, Path: "DATA", Want: "each row once", Got: fmt.Sprintf("the keys of line %d again", k.rows[i-1].line)}
		}
	}
	return k, nil
}

// readRow reads the keys of a row and keeps the text of its cells.
func (k *keyed) readRow(in *input, t *table, cs charset, index []map[string]int) (keyedRow, error) {
	row := keyedRow{line: in.line}
	for d := range index {
		c, _ := in.space()
		if c == ',' {
			in.pass()
			c, _ = in.space()
		}
		if c != '"' {
			return row, in.unexpected("the key for " + decode.Quote(t.names[d]) + " in quotes")
		}
		line, column := in.line, in.pos-in.start+1
		raw, err := in.quoted()
		if err != nil {
			return row, err
		}
		text, err := cs.text(raw)
		i, ok := index[d][text]
		if err != nil || !ok {
			return row, &decode.Error{Format: format, Line: line, Column: column, Offset: -1, Path: "DATA",
				Want: "a value of " + decode.Quote(t.names[d]) + " as key", Got: decode.Quote(raw), Err: err}
		}
		row.at = row.at*int64(len(t.values[d])) + int64(i)
	}
	return row, k.readCells(in, &row)
}

func (k *keyed) readCells(in *input, row *keyedRow) error {
	for c, ok := in.space(); ok && c == ','; c, ok = in.space() {
		in.pass()
	}
	row.line, row.column = in.line, in.pos-in.start+1
	var text []byte
	for range k.wide {
		c, ok := in.space()
		for ok && c == ',' {
			in.pass()
			c, ok = in.space()
		}
		if !ok {
			return in.ended(fmt.Sprintf("%d cells in the row", k.wide))
		}
		token := ""
		switch c {
		case '"':
			quoted, err := in.quoted()
			if err != nil {
				return err
			}
			token = `"` + quoted + `"`
		case ';':
			return in.fault(fmt.Sprintf("%d cells in the row", k.wide), "the end of DATA", "")
		default:
			word, err := in.word()
			if err != nil {
				return err
			}
			token = word
		}
		text = append(append(text, token...), ' ')
		if len(text) > in.limits.MaxFieldBytes*64 {
			return in.fault("a row of sensible length", strconv.Itoa(len(text))+" bytes", "")
		}
	}
	row.text = string(text)
	return nil
}

// cell gives the next cell: of a row that is there, or zero.
func (k *keyed) cell(r *Reader, row *decode.Row) error {
	at, column := r.next/k.wide, r.next%k.wide
	if column == 0 && k.next < len(k.rows) && k.rows[k.next].at == at {
		one := k.rows[k.next]
		k.next++
		r.cells = &input{win: one.text, err: io.EOF, line: one.line, limits: r.in.limits}
	} else if column == 0 {
		r.cells = nil
	}
	if r.cells == nil {
		row.Value, row.Has, row.Text = 0, true, ""
		row.Line, row.Column = 0, 0
		return nil
	}
	err := r.cell(row)
	row.Column = 0
	return err
}
