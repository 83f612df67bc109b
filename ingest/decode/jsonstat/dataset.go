package jsonstat

import (
	"fmt"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// dataset is what was read of one, in whatever order it was written.
type dataset struct {
	name    string // in a bundle
	class   string
	label   string
	href    string
	source  string
	updated string
	notes   []string

	id      []string
	sizes   []int64
	hasID   bool
	hasSize bool
	roles   []role
	dims    map[string]*dimension
	values  cells
	flags   flags

	described bool // there was a dimension member
	problem   jsonscan.Problem
	keys      []string // names of the first members, for an error
	seen      map[string]bool
}

type role struct {
	role decode.Role
	id   string
}

// read takes the members of an object that may be a dataset, a bundle or a collection. Datasets inside it go to found.
func (d *dataset) read(s *jsonscan.Scanner, found *finder, root bool) error {
	d.seen = map[string]bool{}
	return s.Object(func(key string) error {
		if len(d.keys) < 8 {
			d.keys = append(d.keys, strings.Clone(key))
		}
		switch key {
		case "class", "id", "size", "role", "dimension", "value", "status", "link":
			if d.seen[key] {
				return s.Fault(key+" once", "it twice", "")
			}
			d.seen[key] = true
			return d.member(s, key, found)
		case "version", "extension", "label", "href", "source", "updated", "note":
			return d.about(s, key)
		}
		if !root {
			return s.Skip()
		}
		if taken, err := d.problem.Member(s, key); taken {
			return err
		}
		return found.bundled(s, key)
	})
}

func (d *dataset) member(s *jsonscan.Scanner, key string, found *finder) error {
	switch key {
	case "class":
		return d.text(s, &d.class)
	case "id":
		return d.readID(s)
	case "size":
		return d.readSizes(s)
	case "role":
		return d.readRoles(s)
	case "dimension":
		d.described = true
		return d.readDimensions(s)
	case "value":
		return d.values.read(s)
	case "link":
		return found.links(s)
	}
	if kind, err := s.Peek(); err != nil {
		return err
	} else if kind == jsonscan.Number {
		return d.problem.Status(s) // problem+json
	}
	return d.flags.read(s)
}

// about takes what the dataset says of itself.
func (d *dataset) about(s *jsonscan.Scanner, key string) (err error) {
	switch key {
	case "label":
		return d.text(s, &d.label)
	case "href":
		return d.text(s, &d.href)
	case "source":
		return d.text(s, &d.source)
	case "updated":
		return d.text(s, &d.updated)
	case "note":
		d.notes, err = notes(s)
		return err
	case "extension":
		return d.extension(s)
	}
	return s.Skip()
}

// text reads a string and passes anything else, for a member that says nothing about the figures.
func (d *dataset) text(s *jsonscan.Scanner, into *string) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.String && kind != jsonscan.Number {
		return s.Skip()
	}
	text, _, err := s.Scalar()
	*into = strings.Clone(text)
	return err
}

// notes reads a note: strings in an array, one string, or (by code) an object, which is passed here.
func notes(s *jsonscan.Scanner) ([]string, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind != jsonscan.Array && kind != jsonscan.String {
		return nil, s.Skip()
	}
	return s.Texts()
}

// extension takes extension.status.label, where Eurostat says what its flags mean.
func (d *dataset) extension(s *jsonscan.Scanner) error {
	inside := func(name string, read func() error) func(string) error {
		return func(key string) error {
			kind, err := s.Peek()
			if err != nil {
				return err
			}
			if key != name || kind != jsonscan.Object {
				return s.Skip()
			}
			return read()
		}
	}
	if kind, err := s.Peek(); err != nil {
		return err
	} else if kind != jsonscan.Object {
		return s.Skip()
	}
	return s.Object(inside("status", func() error {
		return s.Object(inside("label", func() error { return d.flags.readLabels(s) }))
	}))
}

// readID takes the names of the dimensions. An id that is no list belongs to some other kind of document.
func (d *dataset) readID(s *jsonscan.Scanner) error {
	if kind, err := s.Peek(); err != nil {
		return err
	} else if kind != jsonscan.Array {
		return s.Skip()
	}
	d.hasID = true
	limit := s.Limits().MaxDimensions
	return s.Array(func(i int) error {
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d dimensions", limit), "more", "")
		}
		id, ok, err := s.Scalar()
		if err == nil && !ok {
			err = s.Mismatch("the name of a dimension", jsonscan.Null)
		}
		d.id = append(d.id, strings.Clone(id))
		return err
	})
}

// readSizes takes numbers, and the strings that Ireland's CSO writes for them.
func (d *dataset) readSizes(s *jsonscan.Scanner) error {
	d.hasSize = true
	limit := s.Limits().MaxDimensions
	return s.Array(func(i int) error {
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d dimensions", limit), "more", "")
		}
		text, ok, err := s.Scalar()
		if err != nil {
			return err
		}
		size, err := position(s, text)
		if err != nil || !ok {
			return s.Fault("the size of a dimension, a whole number", decode.Quote(text), "")
		}
		d.sizes = append(d.sizes, size)
		return nil
	})
}

func (d *dataset) readRoles(s *jsonscan.Scanner) error {
	if kind, err := s.Peek(); err != nil {
		return err
	} else if kind == jsonscan.Null {
		return s.Skip()
	}
	return s.Object(func(key string) error { return d.readRole(s, key) })
}

func (d *dataset) readRole(s *jsonscan.Scanner, key string) error {
	switch key {
	case "time", "geo", "metric":
		ids, err := s.Texts()
		for _, id := range ids {
			if len(d.roles) > s.Limits().MaxDimensions {
				return s.Fault("as many roles as dimensions at most", "more", "")
			}
			d.roles = append(d.roles, role{decode.Role(strings.Clone(key)), strings.Clone(id)})
		}
		return err
	}
	return s.Skip()
}

// readDimensions takes the dimensions; version 1.x keeps id, size and role among them.
func (d *dataset) readDimensions(s *jsonscan.Scanner) error {
	d.dims = map[string]*dimension{}
	limit := s.Limits().MaxDimensions
	return s.Object(func(key string) error {
		kind, err := s.Peek()
		if err != nil {
			return err
		}
		if kind == jsonscan.Array && key == "id" && !d.hasID {
			return d.readID(s)
		}
		if kind == jsonscan.Array && key == "size" && !d.hasSize {
			return d.readSizes(s)
		}
		if d.dims[key] != nil {
			return s.Fault("each dimension once", decode.Quote(key)+" twice", "")
		}
		if len(d.dims) >= limit {
			return s.Fault(fmt.Sprintf("at most %d dimensions", limit), "more", "")
		}
		dim := &dimension{}
		var roles func(string) error
		if key == "role" {
			roles = func(key string) error { return d.readRole(s, key) }
		}
		isRole, err := dim.read(s, roles)
		if err == nil && !isRole {
			d.dims[strings.Clone(key)] = dim
		}
		return err
	})
}

// isDataset tells a dataset from a bundle, a collection and anything else.
func (d *dataset) isDataset() bool {
	return d.class == "dataset" || d.described || d.hasID && d.values.given
}

// answers tells whether the dataset is the one that was asked for by name.
func (d *dataset) answers(name string) bool {
	return name == d.name || name == d.label || name == d.href
}
