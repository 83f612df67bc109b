package jsonstat

import (
	"fmt"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// dimension is what was read of one. Labels, units and the index may come in any order.
type dimension struct {
	label string
	notes []string

	hasCategory bool
	hasIndex    bool
	codes       []string // in the order written
	at          []int64  // position of each code; nil where the index is an array
	labels      []pair
	units       map[string]unit
	child       map[string][]string
	codeNotes   map[string][]string
}

type pair struct{ code, text string }

type unit struct {
	text     string
	decimals int8
}

// read takes one member of the dimension object. In version 1.x the member "role" may be there, which is no dimension
// but looks like one until it is read: roles takes its lists, and isRole says that it was one.
func (d *dimension) read(s *jsonscan.Scanner, roles func(key string) error) (isRole bool, err error) {
	err = s.Object(func(key string) error {
		switch key {
		case "label":
			text, _, err := s.Scalar()
			d.label = text
			return err
		case "note":
			d.notes, err = notes(s)
			return err
		case "category":
			if d.hasCategory {
				return s.Fault("category once", "it twice", "")
			}
			d.hasCategory = true
			return d.readCategory(s)
		case "time", "geo", "metric":
			if roles != nil {
				isRole = true
				return roles(key)
			}
		}
		return s.Skip()
	})
	return isRole && !d.hasCategory, err
}

func (d *dimension) readCategory(s *jsonscan.Scanner) error {
	return s.Object(func(key string) error {
		switch key {
		case "index":
			if d.hasIndex {
				return s.Fault("index once", "it twice", "")
			}
			d.hasIndex = true
			return d.readIndex(s)
		case "label":
			return d.readLabels(s)
		case "unit":
			return d.readUnits(s)
		case "child":
			return byCode(s, &d.child)
		case "note":
			return byCode(s, &d.codeNotes)
		}
		return s.Skip()
	})
}

// readIndex takes an array of codes, or an object from code to position.
func (d *dimension) readIndex(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	limit := s.Limits().MaxCategories
	full := func() error {
		if len(d.codes) >= limit {
			return s.Fault(fmt.Sprintf("at most %d categories", limit), "more", "")
		}
		return nil
	}
	switch kind {
	case jsonscan.Null:
		d.hasIndex = false
		return s.Skip()
	case jsonscan.Array:
		return s.Array(func(int) error {
			if err := full(); err != nil {
				return err
			}
			code, ok, err := s.Scalar()
			if err == nil && !ok {
				err = s.Mismatch("a code", jsonscan.Null)
			}
			d.codes = append(d.codes, code)
			return err
		})
	case jsonscan.Object:
		d.at = []int64{}
		return s.Members(func(key string) error {
			if err := full(); err != nil {
				return err
			}
			text, _, err := s.Scalar()
			if err != nil {
				return err
			}
			at, err := position(s, text)
			if err != nil {
				return s.Fault("the position of the code, counted from 0", decode.Quote(text), "")
			}
			d.codes = append(d.codes, key)
			d.at = append(d.at, at)
			return nil
		})
	}
	return s.Mismatch("an array of codes, or an object from code to position", kind)
}

func (d *dimension) readLabels(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxCategories
	return s.Members(func(key string) error {
		if len(d.labels) >= limit {
			return s.Fault(fmt.Sprintf("at most %d categories", limit), "more", "")
		}
		text, _, err := s.Scalar()
		d.labels = append(d.labels, pair{key, text})
		return err
	})
}

// byCode takes an object from code to a list of texts.
func byCode(s *jsonscan.Scanner, into *map[string][]string) error {
	*into = map[string][]string{}
	return s.Object(func(key string) error {
		texts, err := s.Texts()
		(*into)[strings.Clone(key)] = texts
		return err
	})
}

func (d *dimension) readUnits(s *jsonscan.Scanner) error {
	d.units = map[string]unit{}
	return s.Object(func(key string) error {
		kind, err := s.Peek()
		if err != nil {
			return err
		}
		u := unit{decimals: -1}
		switch kind {
		case jsonscan.Object:
			u, err = readUnit(s)
		case jsonscan.String:
			u.text, err = s.Text()
		default:
			return s.Skip()
		}
		d.units[strings.Clone(key)] = u
		return err
	})
}

// readUnit takes {label, base, symbol, position, multiplier, decimals} and makes one text of it, for a mapping to
// compare: "antal", "$ million", "personer ×10^3".
func readUnit(s *jsonscan.Scanner) (unit, error) {
	part := map[string]string{}
	u := unit{decimals: -1}
	err := s.Object(func(key string) error {
		switch key {
		case "label", "base", "symbol", "position", "multiplier", "decimals":
			text, _, err := s.Scalar()
			part[key] = text
			return err
		}
		return s.Skip()
	})
	if n, err := strconv.ParseInt(part["decimals"], 10, 8); err == nil && n >= 0 {
		u.decimals = int8(n)
	}
	text := part["label"]
	switch base := part["base"]; {
	case text == "":
		text = base
		if m := part["multiplier"]; text != "" && m != "" && m != "0" {
			text += " ×10^" + m
		}
	case base != "" && base != text:
		text += ", " + base
	}
	if symbol := part["symbol"]; symbol != "" {
		if part["position"] == "start" {
			text = symbol + " " + text
		} else {
			text += " " + symbol
		}
	}
	u.text = strings.TrimSpace(text)
	return u, err
}

// categories puts the codes into the order of their positions and gives each its label and unit. size is what the
// dataset says.
func (d *dimension) categories(path string, size int64) ([]decode.Category, error) {
	fault := func(where, want, got string) error {
		return &decode.Error{Format: format, Offset: -1, Path: path + where, Want: want, Got: got}
	}
	if !d.hasCategory {
		return nil, fault("", "a category member with the codes", "none")
	}
	if !d.hasIndex {
		if size != 1 || len(d.labels) != 1 {
			return nil, fault(".category", "an index, which only a dimension of one category may leave out",
				fmt.Sprintf("none, with size %d and %d labels", size, len(d.labels)))
		}
		d.codes, d.at = []string{d.labels[0].code}, nil
	}
	if int64(len(d.codes)) != size {
		return nil, fault(".category.index", fmt.Sprintf("%d codes, the size of the dimension", size), strconv.Itoa(len(d.codes)))
	}
	out := make([]decode.Category, size)
	filled := make([]bool, size)
	place := make(map[string]int, size)
	for i, code := range d.codes {
		at := int64(i)
		if d.at != nil {
			at = d.at[i]
		}
		if at >= size {
			return nil, fault(".category.index", fmt.Sprintf("positions below %d", size), fmt.Sprintf("%d for %s", at, decode.Quote(code)))
		}
		if _, double := place[code]; double {
			return nil, fault(".category.index", "each code once", decode.Quote(code)+" twice")
		}
		if filled[at] {
			return nil, fault(".category.index", "each position once", fmt.Sprintf("%d twice, the second time for %s", at, decode.Quote(code)))
		}
		place[code], filled[at] = int(at), true
		out[at] = decode.Category{Code: code, Label: code, Decimals: -1}
	}
	for _, l := range d.labels {
		if at, ok := place[l.code]; ok && l.text != "" {
			out[at].Label = l.text
		}
	}
	for code, u := range d.units {
		if at, ok := place[code]; ok {
			out[at].Unit, out[at].Decimals = u.text, u.decimals
		}
	}
	return out, nil
}
