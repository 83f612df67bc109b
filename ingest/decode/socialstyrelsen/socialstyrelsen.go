// Package socialstyrelsen decodes the answers of Socialstyrelsen's statistics database (SDB, API v1): pages of results,
// and the lists of what a topic's variables may be asked for.
//
// It owns the format and imports nothing of Utfall but decode and its JSON scanner. Results stream. What an absent row
// means (no deaths at all, mostly) is for a mapping to say, as is whether the answer is what was asked for: the service
// passes over a part of an address that it does not know and answers with everything.
//
// Source: https://sdb.socialstyrelsen.se/sdbapi.aspx and recorded answers.
package socialstyrelsen

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

const format = "socialstyrelsen"

// Open reads one page of /{topic}/resultat/…. The dimensions are the members of the first row but varde, in its order
// (diagnosId, regionId, alderId, konId, mattId, ar in most topics); codes are text even where the payload has numbers.
// A page without rows has no dimensions. A varde that is no number ("X", "..") is a missing symbol.
//
// Meta().Next is the address of the next page, known after the last row; the service writes it with http, which is
// made https here.
func Open(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return nil, err
	}
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind == jsonscan.Array {
		return nil, s.Fault("a page of results with data", "a list", "this is a list of topics, variables or their values")
	}
	if err := s.EnterObject(); err != nil {
		return nil, err
	}
	d := &Reader{s: s}
	if d.err = d.read(); d.err != nil && !errors.Is(d.err, io.EOF) {
		return nil, d.err
	}
	return d, nil
}

// Page tells which part of the whole a payload is.
type Page struct {
	Number, Of int // sida, sidor; 0 where the payload does not say
	Size       int // per_sida
}

// Reader gives the rows of one page.
type Reader struct {
	s       *jsonscan.Scanner
	dims    []decode.Dimension
	meta    decode.Meta
	page    Page
	problem jsonscan.Problem
	err     error

	had    bool // data was there
	inData bool
	rows   int64
	ready  bool // the row below was read and not yet given
	codes  []string
	given  []bool
	value  cell
}

type cell struct {
	text, status string
	number       float64
	has, given   bool
}

// Dimensions gives the members of a row but varde.
func (d *Reader) Dimensions() []decode.Dimension { return d.dims }

// Meta is complete after the last row.
func (d *Reader) Meta() *decode.Meta { return &d.meta }

// Page is complete after the last row.
func (d *Reader) Page() Page { return d.page }

// Next gives the next row.
func (d *Reader) Next(row *decode.Row) error {
	if d.err == nil && !d.ready {
		d.err = d.read()
	}
	if d.err != nil {
		return d.err
	}
	d.ready = false
	v := d.value
	*row = decode.Row{Codes: d.codes, Labels: d.codes, Value: v.number, Has: v.has, Text: v.text, Status: v.status}
	return nil
}

// read reads up to the next row; io.EOF is the end of the page.
func (d *Reader) read() error {
	for {
		if d.inData {
			more, err := d.s.More()
			if err != nil {
				return err
			}
			if more {
				return d.row()
			}
			d.inData = false
		}
		key, ok, err := d.s.NextKey()
		if err != nil {
			return err
		}
		if !ok {
			return d.finish()
		}
		d.s.SetPath(strings.Clone(key))
		if err := d.member(key); err != nil {
			return err
		}
	}
}

func (d *Reader) finish() error {
	if err := d.s.End(); err != nil {
		return err
	}
	const want = "a page of results"
	if refusal := d.problem.Failed(); refusal != nil {
		return d.s.Refuse(refusal, want)
	}
	if !d.had {
		if refusal := d.problem.Instead(); refusal != nil {
			return d.s.Refuse(refusal, want)
		}
		return &decode.Error{Format: format, Offset: -1, Want: want, Got: "an object without data", Fix: "choose the format of the payload"}
	}
	return io.EOF
}

func (d *Reader) member(key string) (err error) {
	switch key {
	case "data":
		if d.had {
			return d.s.Fault("data once", "it twice", "")
		}
		d.had, d.inData = true, true
		return d.s.EnterArray()
	case "amne":
		d.meta.Title, err = d.title()
	case "sida":
		d.page.Number, err = d.count()
	case "sidor":
		d.page.Of, err = d.count()
	case "per_sida":
		d.page.Size, err = d.count()
	case "nasta_sida":
		var address string
		address, _, err = d.s.Scalar()
		if rest, plain := strings.CutPrefix(address, "http://"); plain {
			address = "https://" + rest
		}
		d.meta.Next = strings.Clone(address)
	case "status":
		err = d.problem.Status(d.s)
	default:
		var taken bool
		if taken, err = d.problem.Member(d.s, key); !taken {
			err = d.s.Skip()
		}
	}
	return err
}

// title reads amne, which is a text or an object with one.
func (d *Reader) title() (string, error) {
	kind, err := d.s.Peek()
	if err != nil {
		return "", err
	}
	if kind != jsonscan.Object {
		if kind == jsonscan.String {
			text, err := d.s.Text()
			return strings.Clone(text), err
		}
		return "", d.s.Skip()
	}
	title := ""
	err = d.s.Object(func(key string) error {
		kind, err := d.s.Peek()
		if err != nil {
			return err
		}
		if key != "text" || kind != jsonscan.String {
			return d.s.Skip()
		}
		title, err = d.s.Text()
		return err
	})
	return strings.Clone(title), err
}

func (d *Reader) count() (int, error) {
	text, ok, err := d.s.Scalar()
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, d.s.Fault("a whole number", decode.Quote(text), "")
	}
	return int(n), nil
}

func (d *Reader) row() error {
	first := d.rows == 0
	if d.rows++; d.rows > d.s.Limits().MaxCells {
		return d.s.Fault(fmt.Sprintf("at most %d rows", d.s.Limits().MaxCells), "more", "")
	}
	clear(d.given)
	d.value = cell{}
	err := d.s.Members(func(key string) error {
		if key == "varde" {
			if d.value.given {
				return d.s.Fault("varde once", "it twice", "")
			}
			d.value.given = true
			return d.value.read(d.s)
		}
		i := slices.IndexFunc(d.dims, func(dim decode.Dimension) bool { return dim.ID == key })
		switch {
		case i < 0 && !first:
			return d.s.Fault("the members of the first row", decode.Quote(key), "")
		case i >= 0 && d.given[i]:
			return d.s.Fault("each member once", decode.Quote(key)+" twice", "")
		case i < 0 && len(d.dims) >= d.s.Limits().MaxDimensions:
			return d.s.Fault(fmt.Sprintf("at most %d members", d.s.Limits().MaxDimensions), "more", "")
		case i < 0:
			i = len(d.dims)
			d.dims = append(d.dims, dimension(strings.Clone(key)))
			d.codes = append(d.codes, "")
			d.given = append(d.given, false)
		}
		d.given[i] = true
		code, ok, err := d.s.Scalar()
		if err == nil && !ok {
			err = d.s.Fault("a code for "+decode.Quote(key), "null", "")
		}
		d.codes[i] = code
		return err
	})
	if err != nil {
		return err
	}
	if !d.value.given {
		return d.s.Fault("a row with varde", "none", "choose the format of the payload")
	}
	if i := slices.Index(d.given, false); i >= 0 {
		return d.s.Fault("a row with "+decode.Quote(d.dims[i].ID)+", as the first has", "none", "")
	}
	d.ready = true
	return nil
}

func dimension(id string) decode.Dimension {
	dim := decode.Dimension{ID: id}
	switch id {
	case "ar":
		dim.Role = decode.RoleTime
	case "regionId":
		dim.Role = decode.RoleGeo
	case "mattId":
		dim.Role = decode.RoleMetric
	}
	return dim
}
