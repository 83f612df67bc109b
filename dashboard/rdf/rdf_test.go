package rdf

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

func graph(t *testing.T) *Graph {
	t.Helper()
	g := New([][2]string{{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}, {"dcterms", "http://purl.org/dc/terms/"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"}})
	for _, err := range []error{
		g.Say("https://x.se/a?b=1&c=2#d", "dcterms:title", In("Döda \"i\" </script>\\ &\nny rad", "sv"), Text("\u202e=1+1")),
		g.Say("https://x.se/a?b=1&c=2#d", "dcterms:issued", Typed("2026-01-02", "xsd:date"), Typed("2026-01-02", "xsd:date")),
		g.Say("https://x.se/b", "dcterms:isPartOf", Ref("https://x.se/a?b=1&c=2#d")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// A parser that others wrote reads from the Turtle what was said.
func TestTurtle(t *testing.T) {
	var b bytes.Buffer
	if err := graph(t).Turtle(&b); err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("the test needs node, which comes with npm")
	}
	run := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", `
import { Parser } from 'n3'
import { readFileSync } from 'node:fs'
console.log(JSON.stringify(new Parser().parse(readFileSync(0, 'utf8')).map(q => [q.subject.value, q.predicate.value, q.object.value, q.object.language ?? '', q.object.datatype?.value ?? ''])))`)
	run.Dir, run.Stdin = "../web", &b
	var faults bytes.Buffer
	run.Stderr = &faults
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, faults.String())
	}
	var got [][5]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	const a, text = "https://x.se/a?b=1&c=2#d", "http://www.w3.org/2001/XMLSchema#string"
	want := [][5]string{
		{a, "http://purl.org/dc/terms/title", "Döda \"i\" </script>\\ &\nny rad", "sv", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"},
		{a, "http://purl.org/dc/terms/title", "\u202e=1+1", "", text},
		{a, "http://purl.org/dc/terms/issued", "2026-01-02", "", "http://www.w3.org/2001/XMLSchema#date"},
		{"https://x.se/b", "http://purl.org/dc/terms/isPartOf", a, "", ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d statements, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("statement %d: %q, want %q", i, got[i], want[i])
		}
	}
}

func TestXML(t *testing.T) {
	var b bytes.Buffer
	if err := graph(t).XML(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{`rdf:about="https://x.se/a?b=1&amp;c=2#d"`, `<dcterms:title xml:lang="sv">Döda &#34;i&#34; &lt;/script&gt;\ &amp;`, `rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2026-01-02<`,
		`<dcterms:isPartOf rdf:resource="https://x.se/a?b=1&amp;c=2#d"/>`} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s:\n%s", want, text)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFaults(t *testing.T) {
	g := New([][2]string{{"dcterms", "http://purl.org/dc/terms/"}})
	for _, bad := range []string{"", "relative", "/path", "https://x.se/a b", "https://x.se/<script>"} {
		if err := g.Say(bad, "dcterms:title", Text("x")); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
		if err := g.Say("https://x.se/", "dcterms:title", Object{IRI: bad}); err == nil && bad != "" {
			t.Errorf("%q was taken for an object", bad)
		}
	}
	if err := g.Say("https://x.se/", "foaf:name", Text("x")); err == nil {
		t.Error("an unknown prefix was taken")
	}
}
