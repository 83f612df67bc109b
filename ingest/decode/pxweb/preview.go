package pxweb

import (
	"io"

	"utfall/ingest/decode"
)

// OpenTable gives the description of a table as rows, for a person to look at: a row for each value of each variable,
// with no figures. Status says "eliminates" for a variable that a query may leave out, and "not listed" where the
// service does not tell the values.
func OpenTable(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	t, err := ReadTable(r, limits)
	if err != nil {
		return nil, err
	}
	return &listing{table: t, meta: decode.Meta{Title: t.Title, Source: t.Source, Updated: t.Updated, Notes: t.Notes, MetadataOnly: true},
		codes: make([]string, 2), labels: make([]string, 2)}, nil
}

type listing struct {
	table           *Table
	meta            decode.Meta
	variable, value int
	codes, labels   []string
}

// Dimensions gives variable and code.
func (l *listing) Dimensions() []decode.Dimension {
	return []decode.Dimension{{ID: "variable"}, {ID: "code"}}
}

// Meta is complete from the start.
func (l *listing) Meta() *decode.Meta { return &l.meta }

// Next gives the next value.
func (l *listing) Next(row *decode.Row) error {
	for {
		if l.variable >= len(l.table.Variables) {
			return io.EOF
		}
		v := &l.table.Variables[l.variable]
		if l.value < len(v.Values) || v.Values == nil && l.value == 0 {
			break
		}
		l.variable++
		l.value = 0
	}
	v := &l.table.Variables[l.variable]
	*row = decode.Row{Codes: l.codes, Labels: l.labels}
	l.codes[0], l.labels[0] = v.Code, v.Text
	l.codes[1], l.labels[1] = "", ""
	if v.Elimination {
		row.Status = "eliminates"
	}
	if v.Values == nil {
		row.Status = "not listed"
	} else {
		value := v.Values[l.value]
		l.codes[1], l.labels[1], row.Unit = value.Code, value.Text, value.Unit
	}
	l.value++
	return nil
}
