package briefing

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"utfall/schema"
)

// Field is one thing of a briefing that its author writes in a form: a text in one language, or that a section has no
// special aspects.
type Field struct {
	Path    string    // the keys to it, with points between: sections.0.parts.1.text.sv
	Section SectionID // "" above the sections
	Kind    FieldKind
	Lang    schema.Lang // "" where it is the same in both
	Value   string      // "true" or "" for a FieldNone
}

// FieldKind says what a field holds.
type FieldKind string

// The kinds of field.
const (
	FieldTitle   FieldKind = "title"
	FieldNumber  FieldKind = "diarienummer"
	FieldPeriod  FieldKind = "period"
	FieldHeading FieldKind = "heading"
	FieldText    FieldKind = "text"
	FieldNone    FieldKind = "none"
)

// Source is the file that the definition was read from.
func (d Definition) Source() []byte { return d.source }

// Fields lists what of the definition is written in a form, in the order of the page.
func (d Definition) Fields() []Field {
	var out []Field
	both := func(t schema.Text, s SectionID, k FieldKind, path string) {
		out = append(out, Field{path + ".sv", s, k, schema.SV, t.SV}, Field{path + ".en", s, k, schema.EN, t.EN})
	}
	both(d.Title, "", FieldTitle, "title")
	out = append(out, Field{Path: "diarienummer", Kind: FieldNumber, Value: d.Number}, Field{Path: "period", Kind: FieldPeriod, Value: d.Period})
	for i, s := range d.Sections {
		path := "sections." + strconv.Itoa(i)
		if len(s.Parts) == 0 {
			value := ""
			if s.None {
				value = "true"
			}
			out = append(out, Field{Path: path + ".none", Section: s.ID, Kind: FieldNone, Value: value})
		}
		for j, p := range s.Parts {
			at := path + ".parts." + strconv.Itoa(j)
			if p.Heading != (schema.Text{}) {
				both(p.Heading, s.ID, FieldHeading, at+".heading")
			}
			if p.Text != (schema.Text{}) {
				both(p.Text, s.ID, FieldText, at+".text")
			}
		}
	}
	return out
}

// Apply sets fields of a briefing's YAML by their paths and leaves the rest, comments too, as it is. A path that is not
// there is an error.
func Apply(text []byte, values map[string]string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the file is no YAML: %w", err)
	}
	if len(doc.Content) != 1 {
		return nil, errors.New("the file is empty")
	}
	for path, value := range values {
		n, err := follow(doc.Content[0], strings.Split(path, "."))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		setScalar(n, strings.HasSuffix(path, ".none"), value)
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(&doc), e.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func setScalar(n *yaml.Node, truth bool, value string) {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	n.Kind, n.Content, n.Alias = yaml.ScalarNode, nil, nil
	switch {
	case truth:
		n.Tag, n.Style, n.Value = "!!bool", 0, strconv.FormatBool(value == "true")
	case strings.Contains(value, "\n"):
		n.Tag, n.Style, n.Value = "!!str", yaml.LiteralStyle, strings.TrimRight(value, "\n")+"\n"
	default:
		n.Tag, n.Style, n.Value = "!!str", yaml.DoubleQuotedStyle, value
	}
}

var errNoPath = errors.New("there is no such field")

func follow(n *yaml.Node, keys []string) (*yaml.Node, error) {
	for _, k := range keys {
		switch n.Kind {
		case yaml.SequenceNode:
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 || i >= len(n.Content) {
				return nil, errNoPath
			}
			n = n.Content[i]
		case yaml.MappingNode:
			at := -1
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == k {
					at = i + 1
				}
			}
			if at < 0 {
				return nil, errNoPath
			}
			n = n.Content[at]
		default:
			return nil, errNoPath
		}
	}
	return n, nil
}

// Path writes where a fault is as a field's path.
func (f *Fault) Path() string {
	parts := make([]string, len(f.Keys))
	for i, k := range f.Keys {
		parts[i] = fmt.Sprint(k)
	}
	return strings.Join(parts, ".")
}
