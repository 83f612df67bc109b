// Package rdf writes statements as Turtle and as RDF/XML, the two forms that data portals read.
//
// It owns the two syntaxes and nothing of what is said in them. It imports the standard library only. There are no blank
// nodes: a portal that reads a catalogue again must know each thing by its address.
package rdf

import (
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Object is what a statement says: an address, or a text with a language or a type.
type Object struct {
	IRI      string
	Text     string
	Lang     string
	Datatype string // a name with a prefix, such as xsd:date
}

// Ref is an object that is a thing with an address.
func Ref(iri string) Object { return Object{IRI: iri} }

// Text is an object that is a plain text.
func Text(s string) Object { return Object{Text: s} }

// In is a text in a language.
func In(s, lang string) Object { return Object{Text: s, Lang: lang} }

// Typed is a value of a type.
func Typed(s, datatype string) Object { return Object{Text: s, Datatype: datatype} }

// Graph is statements in the order in which they were made.
type Graph struct {
	prefixes [][2]string
	subjects []string
	said     map[string][]statement
}

type statement struct {
	property string // a name with a prefix
	object   Object
}

// New begins a graph with pairs of prefix and namespace.
func New(prefixes [][2]string) *Graph {
	return &Graph{prefixes: prefixes, said: map[string][]statement{}}
}

// Say adds a statement on a subject. The error tells of an address that is not absolute or holds what an address may not,
// and of a prefix that the graph does not know.
func (g *Graph) Say(subject, property string, objects ...Object) error {
	if err := check(subject); err != nil {
		return err
	}
	if err := g.known(property); err != nil {
		return err
	}
	if _, ok := g.said[subject]; !ok {
		g.subjects = append(g.subjects, subject)
	}
	for _, o := range objects {
		if o.IRI != "" {
			if err := check(o.IRI); err != nil {
				return err
			}
		} else if o.Datatype != "" {
			if err := g.known(o.Datatype); err != nil {
				return err
			}
		}
		if s := (statement{property, o}); !slices.Contains(g.said[subject], s) {
			g.said[subject] = append(g.said[subject], s)
		}
	}
	return nil
}

func check(iri string) error {
	u, err := url.Parse(iri)
	if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" || strings.ContainsAny(iri, " <>\"{}|\\^`\n\t") {
		return fmt.Errorf("rdf: %.80q is not an absolute address", iri)
	}
	return nil
}

func (g *Graph) known(name string) error {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok || local == "" || g.namespace(prefix) == "" {
		return fmt.Errorf("rdf: the prefix of %q is not known", name)
	}
	return nil
}

func (g *Graph) namespace(prefix string) string {
	for _, p := range g.prefixes {
		if p[0] == prefix {
			return p[1]
		}
	}
	return ""
}

func (g *Graph) full(name string) string {
	prefix, local, _ := strings.Cut(name, ":")
	return g.namespace(prefix) + local
}

// Turtle writes the graph as Turtle (W3C, RDF 1.1 Turtle, 2014).
func (g *Graph) Turtle(w io.Writer) error {
	var b strings.Builder
	for _, p := range g.prefixes {
		fmt.Fprintf(&b, "@prefix %s: <%s> .\n", p[0], p[1])
	}
	for _, s := range g.subjects {
		fmt.Fprintf(&b, "\n<%s>", s)
		for i, st := range g.said[s] {
			end := ";"
			if i == len(g.said[s])-1 {
				end = "."
			}
			fmt.Fprintf(&b, "\n  %s %s %s", st.property, st.object.turtle(), end)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func (o Object) turtle() string {
	switch {
	case o.IRI != "":
		return "<" + o.IRI + ">"
	case o.Lang != "":
		return `"` + escapes.Replace(o.Text) + `"@` + o.Lang
	case o.Datatype != "":
		return `"` + escapes.Replace(o.Text) + `"^^` + o.Datatype
	}
	return `"` + escapes.Replace(o.Text) + `"`
}

// XML writes the graph as RDF/XML (W3C, RDF 1.1 XML Syntax, 2014).
func (g *Graph) XML(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<rdf:RDF")
	for _, p := range g.prefixes {
		fmt.Fprintf(&b, ` xmlns:%s="%s"`, p[0], html.EscapeString(p[1]))
	}
	b.WriteString(">\n")
	for _, s := range g.subjects {
		fmt.Fprintf(&b, "<rdf:Description rdf:about=\"%s\">\n", html.EscapeString(s))
		for _, st := range g.said[s] {
			o := st.object
			switch {
			case o.IRI != "":
				fmt.Fprintf(&b, "  <%s rdf:resource=\"%s\"/>\n", st.property, html.EscapeString(o.IRI))
			case o.Lang != "":
				fmt.Fprintf(&b, "  <%[1]s xml:lang=\"%[2]s\">%[3]s</%[1]s>\n", st.property, o.Lang, html.EscapeString(o.Text))
			case o.Datatype != "":
				fmt.Fprintf(&b, "  <%[1]s rdf:datatype=\"%[2]s\">%[3]s</%[1]s>\n", st.property, html.EscapeString(g.full(o.Datatype)), html.EscapeString(o.Text))
			default:
				fmt.Fprintf(&b, "  <%[1]s>%[2]s</%[1]s>\n", st.property, html.EscapeString(o.Text))
			}
		}
		b.WriteString("</rdf:Description>\n")
	}
	b.WriteString("</rdf:RDF>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
