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
	"fmt"
	"io"
	"slices"
	"strconv"
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

func (k *Reader) record() error {
	k.present.kpi, k.present.area, k.present.period = "", "", ""
	k.present.values = k.present.values[:0]
	k.next = 0
	area := ""
	listed := false
	err := k.s.Members(func(key string) (err error) {
		switch key {
		case "kpi":
			k.present.kpi, err = k.code("kpi")
		case "municipality", "ou":
			if area != "" {
				return k.s.Fault("municipality or ou, once", "both or twice", "")
			}
			area = key
			k.present.area, err = k.code(key)
		case "period":
			k.present.period, err = k.period()
		case "values":
			listed = true
			err = k.s.Array(func(int) error { return k.value() })
		case "auspices", "is_deleted":
			err = k.old(key)
		default:
			err = k.s.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	missing := ""
	switch {
	case k.present.kpi == "":
		missing = "kpi"
	case area == "":
		missing = "municipality or ou"
	case k.present.period == "":
		missing = "period"
	case !listed:
		missing = "values"
	}
	if missing != "" {
		return k.s.Fault("a row with kpi, municipality or ou, period and values", "none of "+missing, "choose the format of the payload")
	}
	if !k.found {
		k.found = true
		k.area = strings.Clone(area)
	}
	if area != k.area {
		return k.s.Fault(k.area+" in every row", area, "")
	}
	if k.cells += int64(len(k.present.values)); k.cells > k.s.Limits().MaxCells {
		return k.s.Fault(fmt.Sprintf("at most %d values", k.s.Limits().MaxCells), "more", "")
	}
	return nil
}

// code reads a KPI's or an area's id, which is a string.
func (k *Reader) code(name string) (string, error) {
	kind, err := k.s.Peek()
	if err != nil {
		return "", err
	}
	if kind != jsonscan.String {
		return "", k.s.Mismatch("the "+name+" as a string, for its zeros count", kind)
	}
	text, err := k.s.Text()
	if err == nil && text == "" {
		err = k.s.Fault("the "+name, `""`, "")
	}
	return text, err
}

// period reads a year, which is a number in v3 and was a string in v2.
func (k *Reader) period() (string, error) {
	kind, err := k.s.Peek()
	if err != nil {
		return "", err
	}
	switch kind {
	case jsonscan.Number:
		text, err := k.s.Number()
		if err != nil {
			return "", err
		}
		if _, err := strconv.ParseUint(text, 10, 32); err != nil {
			return "", k.s.Fault("a year", decode.Quote(text), "")
		}
		return text, nil
	case jsonscan.String:
		return "", k.old("a period in quotes")
	}
	return "", k.s.Mismatch("a year", kind)
}

func (k *Reader) value() error {
	var v value
	seen := false
	err := k.s.Members(func(key string) (err error) {
		switch key {
		case "gender":
			seen = true
			v.gender, err = k.code("gender")
		case "status":
			v.status, _, err = k.s.Scalar()
		case "isdeleted":
			v.deleted, err = k.s.Boolean()
		case "is_deleted":
			err = k.old(key)
		case "count":
			v.count, err = k.number()
		case "value":
			err = v.read(k.s)
		default:
			err = k.s.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if !seen {
		return k.s.Fault("a value with gender", "none", "")
	}
	if slices.ContainsFunc(k.present.values, func(other value) bool { return other.gender == v.gender }) {
		return k.s.Fault("each gender once", decode.Quote(v.gender)+" twice", "")
	}
	if len(k.present.values) >= maxGenders {
		return k.s.Fault(fmt.Sprintf("at most %d genders", maxGenders), "more", "")
	}
	k.present.values = append(k.present.values, v)
	return nil
}

// maxGenders is far above the three that there are (T, K and M).
const maxGenders = 16

func (v *value) read(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case jsonscan.Null:
		return s.Skip()
	case jsonscan.Number:
		if v.text, err = s.Number(); err != nil {
			return err
		}
		if v.number, v.has = decode.Number(v.text); !v.has {
			return s.Fault("a number that a 64-bit float can hold", decode.Quote(v.text), "")
		}
		return nil
	}
	return s.Mismatch("a number or null", kind)
}

func (k *Reader) number() (int, error) {
	text, ok, err := k.s.Scalar()
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, k.s.Fault("a whole number", decode.Quote(text), "")
	}
	return int(n), nil
}
