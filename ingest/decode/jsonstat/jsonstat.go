// Package jsonstat decodes JSON-stat, versions 1.x and 2.0: a dataset, a bundle of datasets, or a collection with
// datasets embedded in it.
//
// It owns the format and imports nothing of Utfall but decode and its JSON scanner. A payload may write its values
// before the dimensions that say what they are, and its flags after them, so Open reads to the end; the values are
// kept as they were written, in blocks, at about their size in the payload. Everything is checked before the first
// row: whoever has seen one row will see them all.
//
// Format: https://json-stat.org/full/ (Badosa, JSON-stat 2.00 and 1.03).
package jsonstat

import (
	"io"
	"strings"
	"unicode"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

const format = "jsonstat"

// Select names one dataset of a bundle or collection. The zero value asks for the only one.
type Select struct {
	Number int    // 1 for the first dataset, 0 for no choice by number
	Name   string // name in a bundle, else label or address of an item
}

// Open reads the payload's only dataset. Several are an error that names them; choose with OpenDataset.
//
// Rows come in row-major order, the last dimension fastest. An absent or null value is a row without Has. A string in
// the place of a value is a number if it reads as one, the status if it is nothing but signs (".."), and otherwise text
// without a value. A payload with no values at all is table metadata: it has no rows and Meta().MetadataOnly. A service's
// error body and a web page are an *decode.Error that carries a *decode.Refusal.
func Open(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	return OpenDataset(r, limits, Select{})
}

// OpenDataset is Open for one of several datasets.
func OpenDataset(r io.Reader, limits decode.Limits, choice Select) (decode.Reader, error) {
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return nil, err
	}
	found := &finder{choice: choice}
	root := &dataset{}
	if err := root.read(s, found, true); err != nil {
		return nil, err
	}
	if err := s.End(); err != nil {
		return nil, err
	}
	d, err := found.result(s, root)
	if err != nil {
		return nil, err
	}
	return d.reader(s.Limits())
}

// Reader gives the cells of one dataset.
type Reader struct {
	dims   []decode.Dimension
	meta   decode.Meta
	total  int64 // rows
	next   int64 // row to come
	values cursor
	flags  flagCursor

	at     []int // position in each dimension
	codes  []string
	labels []string
	unitOf int // dimension whose categories carry the unit, or -1
}

// Dimensions gives the dimensions in the order of `id`.
func (r *Reader) Dimensions() []decode.Dimension { return r.dims }

// Meta gives title, source, date and notes; it is complete from the start.
func (r *Reader) Meta() *decode.Meta { return &r.meta }

// Next gives the next cell.
func (r *Reader) Next(row *decode.Row) error {
	if r.next >= r.total {
		return io.EOF
	}
	if r.next > 0 {
		r.step()
	}
	row.Codes, row.Labels = r.codes, r.labels
	row.Note, row.Line, row.Column = "", 0, 0
	row.Unit = ""
	if r.unitOf >= 0 {
		row.Unit = r.dims[r.unitOf].Categories[r.at[r.unitOf]].Unit
	}
	row.Status = r.flags.at(r.next)
	row.Text, row.Value, row.Has = r.values.at(r.next)
	if !row.Has && row.Text != "" && isSymbol(row.Text) {
		if row.Status == "" {
			row.Status = row.Text
		}
		row.Text = ""
	}
	r.next++
	return nil
}

// isSymbol tells whether a string in the place of a value is a symbol for a missing one: short, and nothing but signs.
func isSymbol(text string) bool {
	return len(text) <= 8 && strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0
}

// step moves to the next cell; the last dimension turns fastest.
func (r *Reader) step() {
	for d := len(r.at) - 1; d >= 0; d-- {
		r.at[d]++
		categories := r.dims[d].Categories
		if r.at[d] < len(categories) {
			r.codes[d], r.labels[d] = categories[r.at[d]].Code, categories[r.at[d]].Label
			return
		}
		r.at[d] = 0
		r.codes[d], r.labels[d] = categories[0].Code, categories[0].Label
	}
}
