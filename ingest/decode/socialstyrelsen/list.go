package socialstyrelsen

import (
	"fmt"
	"io"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// Item is one entry of a list: a topic, a variable of a topic, or a value of a variable.
type Item struct {
	ID    string // of a value, a number or a string in the payload
	Code  string // kod: "0180", "F10-F19"; "" where the list has none
	Name  string // namn: how an address spells a topic or variable
	Text  string
	Group string // grupp
	Info  string
}

// ReadList reads /, /{topic} or /{topic}/{variable}: a list of topics, variables or values.
func ReadList(r io.Reader, limits decode.Limits) ([]Item, error) {
	limits = limits.WithDefaults()
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return nil, err
	}
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind == jsonscan.Object {
		return nil, refused(s)
	}
	out := []Item{}
	seen := map[string]bool{}
	err = s.Array(func(i int) error {
		if i >= limits.MaxCategories {
			return s.Fault(fmt.Sprintf("at most %d entries", limits.MaxCategories), "more", "")
		}
		var one Item
		err := s.Object(func(key string) (err error) {
			into := map[string]*string{"id": &one.ID, "kod": &one.Code, "namn": &one.Name, "text": &one.Text, "grupp": &one.Group, "info": &one.Info}[key]
			kind, err := s.Peek()
			if err != nil {
				return err
			}
			if into == nil || kind == jsonscan.Object || kind == jsonscan.Array {
				return s.Skip()
			}
			*into, _, err = s.Scalar()
			*into = strings.Clone(*into)
			return err
		})
		if err != nil {
			return err
		}
		key := one.ID
		if key == "" {
			key = one.Name
		}
		if key == "" || seen[key] {
			return s.Fault("an id or namn for each entry, once", decode.Quote(key), "choose the format of the payload")
		}
		seen[key] = true
		out = append(out, one)
		return nil
	})
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// refused reads an object where a list was to come.
func refused(s *jsonscan.Scanner) error {
	var problem jsonscan.Problem
	err := s.Object(func(key string) error {
		if key == "status" {
			return problem.Status(s)
		}
		if taken, err := problem.Member(s, key); taken {
			return err
		}
		return s.Skip()
	})
	if err != nil {
		return err
	}
	if refusal := problem.Instead(); refusal != nil {
		return s.Refuse(refusal, "a list")
	}
	return &decode.Error{Format: format, Offset: -1, Want: "a list of topics, variables or values", Got: "an object", Fix: "choose the format of the payload"}
}

// OpenList gives a list as rows, for a person to look at: one row for each entry, with no figures.
func OpenList(r io.Reader, limits decode.Limits) (decode.Reader, error) {
	items, err := ReadList(r, limits)
	if err != nil {
		return nil, err
	}
	return &listing{items: items, codes: make([]string, 1), labels: make([]string, 1)}, nil
}

type listing struct {
	items         []Item
	next          int
	codes, labels []string
}

// Dimensions gives id.
func (l *listing) Dimensions() []decode.Dimension { return []decode.Dimension{{ID: "id"}} }

// Meta says that there are no figures.
func (l *listing) Meta() *decode.Meta { return &decode.Meta{MetadataOnly: true} }

// Next gives the next entry.
func (l *listing) Next(row *decode.Row) error {
	if l.next >= len(l.items) {
		return io.EOF
	}
	one := l.items[l.next]
	l.next++
	l.codes[0], l.labels[0] = one.ID, one.Text
	if one.ID == "" {
		l.codes[0] = one.Name
	}
	*row = decode.Row{Codes: l.codes, Labels: l.labels}
	return nil
}
