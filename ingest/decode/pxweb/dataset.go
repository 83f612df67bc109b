package pxweb

import (
	"fmt"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
	"utfall/ingest/decode/jsonstat"
)

// fromDataset takes variables and values out of the JSON-stat that PxWebApi 2 answers.
func (t *Table) fromDataset(body string, limits decode.Limits, extensions map[string]Variable) (*Table, error) {
	r, err := jsonstat.Open(strings.NewReader(body), limits)
	if err != nil {
		return nil, err
	}
	m := r.Meta()
	t.Title, t.Source, t.Updated, t.Notes = m.Title, m.Source, m.Updated, m.Notes
	for _, d := range r.Dimensions() {
		v := extensions[d.ID]
		v.Code, v.Text, v.Role = d.ID, d.Label, d.Role
		v.Values = make([]Value, len(d.Categories))
		for i, c := range d.Categories {
			v.Values[i] = Value{Code: c.Code, Text: c.Label, Unit: c.Unit, Decimals: c.Decimals}
		}
		t.Variables = append(t.Variables, v)
	}
	return t, nil
}

// readExtension takes the table's id out of extension.px.tableid.
func (t *Table) readExtension(s *jsonscan.Scanner) error {
	return objectOr(s, func(key string) error {
		if key != "px" {
			return s.Skip()
		}
		return objectOr(s, func(key string) error {
			if key != "tableid" {
				return s.Skip()
			}
			id, _, err := s.Scalar()
			t.ID = strings.Clone(id)
			return err
		})
	})
}

// objectOr reads an object and passes anything else.
func objectOr(s *jsonscan.Scanner, member func(key string) error) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return s.Skip()
	}
	return s.Object(member)
}

// readExtensions takes elimination and code lists out of each dimension's extension.
func readExtensions(s *jsonscan.Scanner, into map[string]Variable) error {
	limit := s.Limits().MaxDimensions
	return s.Object(func(id string) error {
		if len(into) >= limit {
			return s.Fault(fmt.Sprintf("at most %d dimensions", limit), "more", "")
		}
		var v Variable
		err := objectOr(s, func(key string) error {
			if key != "extension" {
				return s.Skip()
			}
			return objectOr(s, func(key string) (err error) {
				switch key {
				case "elimination":
					v.Elimination, err = s.Boolean()
				case "eliminationValueCode":
					v.EliminationValue, _, err = s.Scalar()
				case "codelists", "codeLists":
					v.Codelists, err = readCodelists(s)
				default:
					err = s.Skip()
				}
				return err
			})
		})
		into[strings.Clone(id)] = v
		return err
	})
}
