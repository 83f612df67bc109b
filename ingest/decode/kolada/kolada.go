// Package kolada decodes the data of Kolada's API v3 (RKA): /v3/data/… for municipalities and regions, /v3/oudata/… for
// units of them.
//
// It owns the format and imports nothing of Utfall but decode and its JSON scanner. It streams. The answers of API v2,
// which was shut down on 31 March 2026, look much alike but mark deletions otherwise, so they are refused.
//
// Source: Kolada API v3, https://api.kolada.se/v3/docs.
package kolada

import (
	"errors"
	"io"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

const format = "kolada"

// Deleted is the status of a value that Kolada has taken back.
const Deleted = "deleted"

// Open reads one page of /v3/data or /v3/oudata. The dimensions are kpi, municipality (or ou), period and gender; a row
// is one value. Status is Kolada's own word, or Deleted for a value with isdeleted, which has no figure whatever the
// payload says. Meta().Next is the address of the next page, known after the last row.
//
// How many municipalities are behind a value is no part of what it is about: that is Reader.Count, after Next.
func Open(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return nil, err
	}
	if err := s.EnterObject(); err != nil {
		return nil, err
	}
	k := &Reader{s: s, area: "municipality"}
	// The first row tells whether the page is of municipalities or units.
	switch err := k.fill(); {
	case errors.Is(err, io.EOF):
		k.err = err
	case err != nil:
		return nil, err
	}
	k.dims = []decode.Dimension{{ID: "kpi", Role: decode.RoleMetric}, {ID: k.area, Role: decode.RoleGeo}, {ID: "period", Role: decode.RoleTime}, {ID: "gender"}}
	return k, nil
}

// Reader gives the values of one page.
type Reader struct {
	s       *jsonscan.Scanner
	dims    []decode.Dimension
	meta    decode.Meta
	problem jsonscan.Problem
	err     error

	area     string // "municipality" or "ou"
	found    bool   // a row was read
	inValues bool   // in the list of rows
	had      bool   // the list was there
	cells    int64

	present record
	next    int // value to come
	codes   [4]string
	count   int
}

// record is one row of the payload: a KPI, an area and a period with a value for each gender.
type record struct {
	kpi, area, period string
	values            []value
}

type value struct {
	gender, status, text string
	number               float64
	has, deleted         bool
	count                int
}

// Dimensions gives kpi, municipality or ou, period and gender.
func (k *Reader) Dimensions() []decode.Dimension { return k.dims }

// Meta is complete after the last row.
func (k *Reader) Meta() *decode.Meta { return &k.meta }

// Count is how many areas the value of the last row is made of: 1 for one municipality, more for a group, whose value is
// their unweighted mean. It is 0 where the payload does not say.
func (k *Reader) Count() int { return k.count }

// Next gives the next value.
func (k *Reader) Next(row *decode.Row) error {
	if k.err != nil {
		return k.err
	}
	for k.next >= len(k.present.values) {
		if k.err = k.fill(); k.err != nil {
			return k.err
		}
	}
	v := k.present.values[k.next]
	k.next++
	k.codes = [4]string{k.present.kpi, k.present.area, k.present.period, v.gender}
	k.count = v.count
	*row = decode.Row{Codes: k.codes[:], Labels: k.codes[:], Status: v.status}
	if v.deleted {
		row.Status = Deleted
		k.meta.Deleted++
		return nil
	}
	row.Value, row.Has, row.Text = v.number, v.has, v.text
	return nil
}

// fill reads the next record; io.EOF is the end of the page.
func (k *Reader) fill() error {
	for {
		if k.inValues {
			more, err := k.s.More()
			if err != nil {
				return err
			}
			if more {
				return k.record()
			}
			k.inValues = false
		}
		key, ok, err := k.s.NextKey()
		if err != nil {
			return err
		}
		if !ok {
			return k.finish()
		}
		k.s.SetPath(strings.Clone(key))
		if err := k.member(key); err != nil {
			return err
		}
	}
}

func (k *Reader) finish() error {
	if err := k.s.End(); err != nil {
		return err
	}
	const want = "a page of values"
	if refusal := k.problem.Failed(); refusal != nil {
		return k.s.Refuse(refusal, want)
	}
	if !k.had {
		if refusal := k.problem.Instead(); refusal != nil {
			return k.s.Refuse(refusal, want)
		}
		return &decode.Error{Format: format, Offset: -1, Want: want, Got: "an object without values", Fix: "choose the format of the payload"}
	}
	return io.EOF
}

func (k *Reader) member(key string) error {
	switch key {
	case "values":
		if k.had {
			return k.s.Fault("values once", "it twice", "")
		}
		k.had, k.inValues = true, true
		return k.s.EnterArray()
	case "next_url":
		address, _, err := k.s.Scalar()
		k.meta.Next = strings.Clone(address)
		return err
	case "next_page", "previous_page":
		return k.old(key)
	case "status":
		return k.problem.Status(k.s)
	}
	if taken, err := k.problem.Member(k.s, key); taken {
		return err
	}
	return k.s.Skip()
}

// old is the error for what only API v2 writes.
func (k *Reader) old(what string) error {
	return k.s.Fault("the answer of Kolada API v3", what+", which is of API v2", "v2 was shut down on 31 March 2026; ask https://api.kolada.se/v3")
}
