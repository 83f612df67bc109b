package pxweb

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// Table is what a query can ask for.
type Table struct {
	ID        string // "TAB6471"; "" in PxWeb 1, where the address tells
	Title     string
	Source    string
	Updated   string // as written
	Notes     []string
	Variables []Variable
}

// Variable is one dimension of a table.
type Variable struct {
	Code string // what a query says: "Region"
	Text string
	Role decode.Role

	// Values are the codes that a query may name, in order. They are nil where the service does not list them, which
	// PxWeb 1 does not for long lists: ask with the filters all or top, or by code lists.
	Values []Value

	// Elimination tells whether a query may leave the variable out; the answer is then the total, or the value
	// EliminationValue where that is set. Time and contents can never be left out.
	Elimination      bool
	EliminationValue string

	Map       string // of PxWeb 1: the map that draws the variable
	Codelists []Codelist
}

// Value is one code of a variable.
type Value struct {
	Code     string
	Text     string
	Unit     string // of contents, in PxWebApi 2
	Decimals int8   // of contents, -1 if not said
}

// Codelist is a list of codes that a query may use instead of a variable's own: a Valueset chooses among them, an
// Aggregation adds them up.
type Codelist struct {
	ID     string
	Label  string
	Type   string
	Href   string        // where the list is described
	Values []MappedValue // read by ReadCodelist; nil in a Table
}

// MappedValue is a code of a code list and the variable's own codes that it stands for.
type MappedValue struct {
	Code, Label string
	From        []string
}

// Cells is the number of cells of the whole table, 0 where the values are not all listed.
func (t *Table) Cells() int64 {
	total := int64(1)
	for _, v := range t.Variables {
		if v.Values == nil || total > 1<<40 {
			return 0
		}
		total *= int64(len(v.Values))
	}
	return total
}

// maxMetadata bounds the description of a table.
const maxMetadata = 256 << 20

// ReadTable reads the description of a table, of either generation. An error body or a web page is an *decode.Error
// that carries a *decode.Refusal.
func ReadTable(r io.Reader, limits decode.Limits) (*Table, error) {
	limits = limits.WithDefaults()
	limits.MaxBytes = min(limits.MaxBytes, maxMetadata)
	var body strings.Builder
	s, err := jsonscan.New(io.TeeReader(r, &body), format, limits)
	if err != nil {
		return nil, err
	}
	t := &Table{}
	var problem jsonscan.Problem
	extensions := map[string]Variable{}
	variables, dimensions := false, false
	err = s.Object(func(key string) error {
		switch key {
		case "variables":
			variables = true
			return t.readVariables(s)
		case "dimension":
			dimensions = true
			return readExtensions(s, extensions)
		case "extension":
			return t.readExtension(s)
		case "status":
			return problem.Status(s)
		}
		if taken, err := problem.Member(s, key); taken {
			return err
		}
		return s.Skip()
	})
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, err
	}
	switch {
	case problem.Failed() != nil, !variables && !dimensions && problem.Instead() != nil:
		return nil, s.Refuse(problem.Instead(), "the description of a table")
	case variables:
		t.Title = strings.Clone(problem.Title())
		return t, nil
	case dimensions:
		return t.fromDataset(body.String(), limits, extensions)
	}
	return nil, s.Fault("the description of a table: variables (PxWeb 1) or dimension (PxWebApi 2)", "neither", "ask for the table's metadata")
}

// readVariables reads the list of PxWeb 1.
func (t *Table) readVariables(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxDimensions
	return s.Array(func(i int) error {
		s.SetPath(fmt.Sprintf("variables[%d]", i))
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d variables", limit), "more", "")
		}
		v, err := readVariable(s)
		if err != nil {
			return err
		}
		if v.Code == "" {
			return s.Fault("a variable with a code", "none", "")
		}
		if slices.ContainsFunc(t.Variables, func(other Variable) bool { return other.Code == v.Code }) {
			return s.Fault("each variable once", decode.Quote(v.Code)+" twice", "")
		}
		t.Variables = append(t.Variables, v)
		return nil
	})
}

func readVariable(s *jsonscan.Scanner) (Variable, error) {
	v := Variable{}
	var codes, texts []string
	err := s.Object(func(key string) (err error) {
		switch key {
		case "code":
			v.Code, _, err = s.Scalar()
		case "text":
			v.Text, _, err = s.Scalar()
		case "map":
			v.Map, _, err = s.Scalar()
		case "values":
			codes, err = readList(s)
		case "valueTexts":
			texts, err = readList(s)
		case "elimination":
			v.Elimination, err = s.Boolean()
		case "time":
			var isTime bool
			if isTime, err = s.Boolean(); isTime {
				v.Role = decode.RoleTime
			}
		default:
			err = s.Skip()
		}
		return err
	})
	if err != nil {
		return v, err
	}
	v.Code, v.Text = strings.Clone(v.Code), strings.Clone(v.Text)
	switch {
	case v.Role != decode.RoleNone:
	case v.Map != "" || strings.EqualFold(v.Code, "Region"):
		v.Role = decode.RoleGeo
	case strings.EqualFold(v.Code, "ContentsCode"):
		v.Role = decode.RoleMetric
	}
	if codes == nil {
		return v, nil
	}
	if texts != nil && len(texts) != len(codes) {
		return v, s.Fault(fmt.Sprintf("%d valueTexts for the values of %s", len(codes), decode.Quote(v.Code)), fmt.Sprint(len(texts)), "")
	}
	seen := make(map[string]bool, len(codes))
	v.Values = make([]Value, len(codes))
	for i, code := range codes {
		if seen[code] {
			return v, s.Fault("each value once", decode.Quote(code)+" twice", "")
		}
		seen[code] = true
		v.Values[i] = Value{Code: code, Text: code, Decimals: -1}
		if texts != nil && texts[i] != "" {
			v.Values[i].Text = texts[i]
		}
	}
	return v, nil
}

// readList reads an array of strings; null, which stands for a list that is not given, is nil.
func readList(s *jsonscan.Scanner) ([]string, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind == jsonscan.Null {
		return nil, s.Skip()
	}
	out := []string{}
	limit := s.Limits().MaxCategories
	err = s.Array(func(i int) error {
		if i >= limit {
			return s.Fault(fmt.Sprintf("at most %d values", limit), "more", "")
		}
		text, ok, err := s.Scalar()
		if err == nil && !ok {
			err = s.Mismatch("a code", jsonscan.Null)
		}
		out = append(out, text)
		return err
	})
	return out, err
}
