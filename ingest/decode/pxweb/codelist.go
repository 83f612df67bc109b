package pxweb

import (
	"fmt"
	"io"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// readCodelists reads the code lists that a variable offers.
func readCodelists(s *jsonscan.Scanner) ([]Codelist, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind == jsonscan.Null {
		return nil, s.Skip()
	}
	var out []Codelist
	limit := s.Limits().MaxCategories
	err = s.Array(func(i int) error {
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d code lists", limit), "more", "")
		}
		var c Codelist
		err := s.Object(func(key string) error { return c.member(s, key) })
		out = append(out, c)
		return err
	})
	return out, err
}

func (c *Codelist) member(s *jsonscan.Scanner, key string) (err error) {
	switch key {
	case "id":
		c.ID, _, err = s.Scalar()
	case "label":
		c.Label, _, err = s.Scalar()
	case "type":
		c.Type, _, err = s.Scalar()
	case "links":
		c.Href, err = readLink(s)
	case "values":
		c.Values, err = readMapped(s)
	default:
		err = s.Skip()
	}
	return err
}

// readLink takes the address of the first link, or of the one with rel metadata.
func readLink(s *jsonscan.Scanner) (string, error) {
	kind, err := s.Peek()
	if err != nil {
		return "", err
	}
	if kind == jsonscan.Null {
		return "", s.Skip()
	}
	chosen := ""
	err = s.Array(func(int) error {
		rel, href := "", ""
		err := s.Object(func(key string) (err error) {
			switch key {
			case "rel":
				rel, _, err = s.Scalar()
			case "href":
				href, _, err = s.Scalar()
			default:
				err = s.Skip()
			}
			return err
		})
		if chosen == "" || rel == "metadata" {
			chosen = href
		}
		return err
	})
	return strings.Clone(chosen), err
}

func readMapped(s *jsonscan.Scanner) ([]MappedValue, error) {
	out := []MappedValue{}
	seen := map[string]bool{}
	limit := s.Limits().MaxCategories
	err := s.Array(func(i int) error {
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d values", limit), "more", "")
		}
		var v MappedValue
		err := s.Object(func(key string) (err error) {
			switch key {
			case "code":
				v.Code, _, err = s.Scalar()
			case "label":
				v.Label, _, err = s.Scalar()
			case "valueMap":
				v.From, err = readList(s)
			default:
				err = s.Skip()
			}
			return err
		})
		if err != nil {
			return err
		}
		if v.Code == "" || seen[v.Code] {
			return s.Fault("a code for each value, once", decode.Quote(v.Code), "")
		}
		seen[v.Code] = true
		out = append(out, v)
		return nil
	})
	return out, err
}

// ReadCodelist reads the answer to /codeLists/{id}: which of a variable's codes each of its own stands for.
func ReadCodelist(r io.Reader, limits decode.Limits) (*Codelist, error) {
	limits = limits.WithDefaults()
	limits.MaxBytes = min(limits.MaxBytes, maxMetadata)
	c := &Codelist{}
	err := document(r, limits, "a code list", func(s *jsonscan.Scanner, key string) (bool, error) {
		switch key {
		case "id", "label", "type", "links", "values":
			return key == "values", c.member(s, key)
		}
		return false, s.Skip()
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// document reads an object that has to have a certain member: member tells when it read that one. A service's error
// body instead of it is a refusal.
func document(r io.Reader, limits decode.Limits, want string, member func(s *jsonscan.Scanner, key string) (bool, error)) error {
	s, err := jsonscan.New(r, format, limits)
	if err != nil {
		return err
	}
	var problem jsonscan.Problem
	found := false
	err = s.Object(func(key string) error {
		if key == "status" {
			return problem.Status(s)
		}
		if taken, err := problem.Member(s, key); taken {
			return err
		}
		is, err := member(s, key)
		found = found || is
		return err
	})
	if err == nil {
		err = s.End()
	}
	switch {
	case err != nil:
		return err
	case problem.Failed() != nil, !found && problem.Instead() != nil:
		return s.Refuse(problem.Instead(), want)
	case !found:
		return &decode.Error{Format: format, Offset: -1, Want: want, Got: "another document", Fix: "look at the payload"}
	}
	return nil
}
