// Package cdc decodes the JSON rows of a Socrata service such as data.cdc.gov: an array of flat objects whose values are
// strings and whose empty cells are absent. Which member is what is said by the options of tabular. It streams and
// imports decode and its shared parts. The CSV of the same tables is csvtab's.
package cdc

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
	"utfall/ingest/decode/payload"
	"utfall/ingest/decode/tabular"
)

const format = "cdc"

// Options say which members are what. Without Names the members are those of the first Window objects: a later object
// with another one is an error.
type Options struct {
	Dialect         string `yaml:"dialect"` // vsrr: provisional overdose counts (xkb8-kh2a); the other fields adapt it
	tabular.Options `yaml:",inline"`
}

// Window is how many objects are read to learn which members there are.
const Window = 1000

func dialect(name string) (tabular.Options, bool) {
	if name != "vsrr" {
		return tabular.Options{}, false
	}
	return tabular.Options{
		Names: []string{"state", "year", "month", "period", "indicator", "data_value", "percent_complete", "percent_pending_investigation",
			"state_name", "footnote", "footnote_symbol", "predicted_value"},
		Dimensions: []string{"state", "year", "month", "period", "indicator"}, Labels: map[string]string{"state": "state_name"},
		Value: "data_value", Status: []string{"footnote"}, Geo: "state", Metric: "indicator",
	}, true
}

// New reads the first objects. An error body of the service is an error with a *decode.Refusal.
func New(r io.Reader, o Options, limits decode.Limits) (*tabular.Reader, error) {
	limits = limits.WithDefaults()
	if o.Dialect != "" {
		base, ok := dialect(o.Dialect)
		if !ok {
			return nil, &decode.Error{Format: format, Offset: -1, Path: "dialect", Want: "vsrr", Got: decode.Quote(o.Dialect)}
		}
		o.Options = tabular.Overlay(o.Options, base)
	}
	text, err := payload.Open(format, r, payload.UTF8, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	scan, err := jsonscan.New(text, format, limits)
	if err != nil {
		return nil, err
	}
	s := &source{scan: scan, names: o.Names, declared: len(o.Names) > 0}
	if err := s.begin(); err != nil {
		return nil, err
	}
	o.Names = s.names
	return tabular.New(s, o.Options, tabular.Config{Format: format, Limits: limits})
}

// source gives objects as rows, a column per member.
type source struct {
	scan     *jsonscan.Scanner
	names    []string
	declared bool
	at       map[string]int
	ahead    [][]string // rows read to learn the members
	row      []string
	element  int // 1-based, of the row last given
	ended    bool
}

func (s *source) begin() error {
	s.at = map[string]int{}
	for i, n := range s.names {
		s.at[n] = i
	}
	kind, err := s.scan.Peek()
	if err != nil {
		return err
	}
	if kind == jsonscan.Object {
		return s.refused()
	}
	if err := s.scan.EnterArray(); err != nil {
		return err
	}
	for !s.declared && len(s.ahead) < Window && !s.ended {
		row, err := s.object(len(s.ahead), true)
		if err != nil {
			return err
		}
		if row != nil {
			s.ahead = append(s.ahead, slices.Clone(row))
		}
	}
	if len(s.names) == 0 {
		return s.scan.Fault("at least one object", "an empty array", "widen the query; an empty answer may mean a wrong filter")
	}
	for i, row := range s.ahead {
		s.ahead[i] = append(row, make([]string, len(s.names)-len(row))...)
	}
	return nil
}

// refused reads the object that the service sends in place of rows.
func (s *source) refused() error {
	var problem jsonscan.Problem
	code := ""
	err := s.scan.Object(func(key string) error {
		if key == "code" || key == "errorCode" {
			var err error
			code, _, err = s.scan.Scalar()
			return err
		}
		if key == "error" { // true, beside a message
			return s.scan.Skip()
		}
		known, err := problem.Member(s.scan, key)
		if known || err != nil {
			return err
		}
		return s.scan.Skip()
	})
	if err != nil {
		return err
	}
	if r := problem.Instead(); r != nil {
		r.Code = code
		return s.scan.Refuse(r, "an array of rows")
	}
	return s.scan.Fault("an array of rows", "an object", "ask for the resource's .json address")
}

// object reads the next object into row; nil at the array's end.
func (s *source) object(element int, learn bool) ([]string, error) {
	more, err := s.scan.More()
	if err != nil {
		return nil, err
	}
	if !more {
		s.ended = true
		s.scan.SetPath("")
		return nil, s.scan.End()
	}
	s.scan.SetPath("[" + strconv.Itoa(element) + "]")
	s.row = append(s.row[:0], make([]string, len(s.names))...)
	seen := make(map[int]bool, len(s.names))
	err = s.scan.Members(func(key string) error {
		i, ok := s.at[key]
		if !ok && learn {
			if i = len(s.names); i >= s.scan.Limits().MaxDimensions*4 {
				return s.scan.Fault("at most "+strconv.Itoa(i)+" members in all", "more", "name the columns that are wanted with $select")
			}
			key = strings.Clone(key)
			s.names, s.row, s.at[key] = append(s.names, key), append(s.row, ""), i
		} else if !ok {
			return s.scan.Fault("the members "+decode.Quote(s.names[0])+" and those after it", decode.Quote(key), "a column came later than row "+strconv.Itoa(Window)+
				" or is not in the options: list it under names, or leave it out with $select")
		}
		if seen[i] {
			return s.scan.Fault("each member once", "a second "+decode.Quote(key), "fetch the payload again")
		}
		seen[i] = true
		s.row[i], err = s.text(key)
		return err
	})
	return s.row, err
}

// text reads a member's value: a string, or a number or a truth value of a service that writes those.
func (s *source) text(key string) (string, error) {
	kind, err := s.scan.Peek()
	if err != nil {
		return "", err
	}
	switch kind {
	case jsonscan.True, jsonscan.False:
		_, err := s.scan.Literal()
		return map[jsonscan.Kind]string{jsonscan.True: "true", jsonscan.False: "false"}[kind], err
	case jsonscan.Object, jsonscan.Array:
		return "", s.scan.Fault("a string as "+decode.Quote(key), kind.String(), "leave the column out with $select")
	}
	text, _, err := s.scan.Scalar()
	return text, err
}

func (s *source) Next() ([]string, error) {
	if len(s.ahead) > 0 {
		row := s.ahead[0]
		s.ahead = s.ahead[1:]
		s.element++
		return row, nil
	}
	if s.ended {
		return nil, io.EOF
	}
	row, err := s.object(s.element, false)
	if err == nil && row == nil {
		err = io.EOF
	}
	s.element++
	return row, err
}

func (s *source) Column(i int) int          { return i + 1 }
func (s *source) Line() int                 { return s.element }
func (s *source) Float(int) (float64, bool) { return 0, false }

func (s *source) Path(column int) string {
	return "[" + strconv.Itoa(s.element-1) + "]." + s.names[min(column, len(s.names)-1)]
}
