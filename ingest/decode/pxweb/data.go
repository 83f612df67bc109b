package pxweb

import (
	"fmt"
	"io"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// Open reads an answer of PxWeb 1 in the format "json": {columns, comments, data: [{key, values}]}. The dimensions are
// the columns of keys and, last, ContentsCode with the columns of values, so that the cells have the same dimensions as
// in JSON-stat. A value that is no number (".." "." "-") is a missing symbol. It streams; columns have to stand before
// data, as the service writes them.
func Open(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return nil, err
	}
	d := &reader{s: s}
	if err := s.EnterObject(); err != nil {
		return nil, err
	}
	if err := d.root(); err != nil {
		return nil, err
	}
	if refusal := d.problem.Failed(); refusal != nil {
		return nil, s.Refuse(refusal, "an answer in format json")
	}
	if !d.inData {
		if refusal := d.problem.Instead(); refusal != nil {
			return nil, s.Refuse(refusal, "an answer in format json")
		}
		return nil, s.Fault("columns and data", "an object without data", "choose the format of the payload")
	}
	return d, nil
}

type reader struct {
	s       *jsonscan.Scanner
	problem jsonscan.Problem
	dims    []decode.Dimension
	meta    decode.Meta
	keys    int // columns of keys

	hasColumns bool
	inData     bool // between [ and ] of data
	rows       int64
	row        []string // key of the present row
	values     []string
	next       int // value to come
	codes      []string
	err        error
}

const contents = "ContentsCode"

// Dimensions gives the columns of keys, then ContentsCode.
func (d *reader) Dimensions() []decode.Dimension { return d.dims }

// Meta is complete after the last row.
func (d *reader) Meta() *decode.Meta { return &d.meta }

// root reads members up to the first element of data, or to the end.
func (d *reader) root() error {
	for {
		key, ok, err := d.s.NextKey()
		if err != nil {
			return err
		}
		if !ok {
			return d.s.End()
		}
		d.s.SetPath(strings.Clone(key))
		switch {
		case key == "data" && d.inData, key == "columns" && d.hasColumns:
			return d.s.Fault(key+" once", "it twice", "")
		case key == "data":
			if !d.hasColumns {
				return d.s.Fault("columns before data", "data first", "")
			}
			d.inData = true
			return d.s.EnterArray()
		}
		if err := d.member(key); err != nil {
			return err
		}
	}
}

func (d *reader) member(key string) error {
	switch key {
	case "columns":
		d.hasColumns = true
		return d.columns()
	case "comments":
		return d.s.Array(func(int) error {
			var of, value, text string
			err := d.s.Object(func(key string) (err error) {
				switch key {
				case "variable":
					of, _, err = d.s.Scalar()
				case "value":
					value, _, err = d.s.Scalar()
				case "comment":
					text, _, err = d.s.Scalar()
				default:
					err = d.s.Skip()
				}
				return err
			})
			d.meta.Notes = append(d.meta.Notes, strings.Clone(strings.TrimPrefix(of+" "+value+": "+text, " : ")))
			return err
		})
	case "metadata":
		return d.s.Array(func(int) error {
			return d.s.Object(func(key string) (err error) {
				switch key {
				case "label":
					d.meta.Title, _, err = d.s.Scalar()
				case "source":
					d.meta.Source, _, err = d.s.Scalar()
				case "updated":
					d.meta.Updated, _, err = d.s.Scalar()
				default:
					err = d.s.Skip()
				}
				return err
			})
		})
	case "status":
		return d.problem.Status(d.s)
	}
	if taken, err := d.problem.Member(d.s, key); taken {
		return err
	}
	return d.s.Skip()
}

// columns reads [{code, text, type}]: d is a key, t a key of time, c a content.
func (d *reader) columns() error {
	limit := d.s.Limits().MaxDimensions
	measure := decode.Dimension{ID: contents, Role: decode.RoleMetric}
	seen := map[string]bool{}
	err := d.s.Array(func(i int) error {
		if i >= limit*16 {
			return d.s.Fault(fmt.Sprintf("at most %d columns", limit*16), "more", "")
		}
		var code, text, kind string
		err := d.s.Object(func(key string) (err error) {
			switch key {
			case "code":
				code, _, err = d.s.Scalar()
			case "text":
				text, _, err = d.s.Scalar()
			case "type":
				kind, _, err = d.s.Scalar()
			default:
				err = d.s.Skip()
			}
			return err
		})
		if err != nil {
			return err
		}
		if code == "" || seen[code] {
			return d.s.Fault("a code for each column, once", decode.Quote(code), "")
		}
		seen[code] = true
		code, text = strings.Clone(code), strings.Clone(text)
		switch kind {
		case "c":
			measure.Categories = append(measure.Categories, decode.Category{Code: code, Label: text, Decimals: -1})
			return nil
		case "t":
			d.dims = append(d.dims, decode.Dimension{ID: code, Label: text, Role: decode.RoleTime})
		case "d", "":
			dim := decode.Dimension{ID: code, Label: text}
			if strings.EqualFold(code, "Region") {
				dim.Role = decode.RoleGeo
			}
			d.dims = append(d.dims, dim)
		default:
			return d.s.Fault("a column of type d, t or c", decode.Quote(kind), "")
		}
		if len(d.dims) >= limit {
			return d.s.Fault(fmt.Sprintf("at most %d dimensions", limit), "more", "")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(measure.Categories) == 0 {
		return d.s.Fault("a column of values, type c", "none", "")
	}
	d.keys = len(d.dims)
	d.dims = append(d.dims, measure)
	d.codes = make([]string, len(d.dims))
	return nil
}

// Next gives the next cell.
func (d *reader) Next(row *decode.Row) error {
	if d.err != nil {
		return d.err
	}
	if d.next >= len(d.values) {
		if d.err = d.read(); d.err != nil {
			return d.err
		}
	}
	copy(d.codes, d.row)
	c := d.dims[d.keys].Categories[d.next]
	d.codes[d.keys] = c.Code
	text := d.values[d.next]
	*row = decode.Row{Codes: d.codes, Labels: d.codes}
	if value, ok := decode.Number(text); ok {
		row.Value, row.Has, row.Text = value, true, text
	} else {
		row.Status = text
	}
	d.next++
	return nil
}

// read reads one element of data, or what follows data.
func (d *reader) read() error {
	more, err := d.s.More()
	if err != nil {
		return err
	}
	if !more {
		if err := d.root(); err != nil {
			return err
		}
		if refusal := d.problem.Failed(); refusal != nil {
			return d.s.Refuse(refusal, "an answer in format json")
		}
		return io.EOF
	}
	d.rows++
	if d.rows*int64(len(d.dims[d.keys].Categories)) > d.s.Limits().MaxCells {
		return d.s.Fault(fmt.Sprintf("at most %d cells", d.s.Limits().MaxCells), "more", "split the query")
	}
	d.row, d.values, d.next = d.row[:0], d.values[:0], 0
	err = d.s.Members(func(key string) error {
		switch key {
		case "key":
			return d.texts(&d.row, d.keys, false)
		case "values":
			return d.texts(&d.values, len(d.dims[d.keys].Categories), true)
		}
		return d.s.Skip()
	})
	if err != nil {
		return err
	}
	if len(d.row) != d.keys || len(d.values) != len(d.dims[d.keys].Categories) {
		return d.s.Fault(fmt.Sprintf("%d keys and %d values, as many as columns", d.keys, len(d.dims[d.keys].Categories)), fmt.Sprintf("%d and %d", len(d.row), len(d.values)), "")
	}
	return nil
}

// texts reads an array of at most n strings; null, where it may stand, is an empty one.
func (d *reader) texts(into *[]string, n int, null bool) error {
	*into = (*into)[:0]
	return d.s.Array(func(i int) error {
		if i >= n {
			return d.s.Fault(fmt.Sprintf("%d entries, as many as columns", n), "more", "")
		}
		text, ok, err := d.s.Scalar()
		switch {
		case err != nil:
			return err
		case !ok && !null:
			return d.s.Mismatch("a code", jsonscan.Null)
		case null && decode.NotFinite(text):
			return d.s.Fault("a number or a missing symbol", decode.Quote(text), "")
		}
		*into = append(*into, text)
		return nil
	})
}
