package still

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Style is what the pages' style sheet says of charts, for light paper: rules by class, and the named colours.
type Style struct {
	variables map[string]string
	rules     []rule
}

type rule struct {
	element string   // "" for any
	classes []string // an element that has them all is meant
	set     [][2]string
}

var (
	comment   = regexp.MustCompile(`(?s)/\*.*?\*/`)
	variable  = regexp.MustCompile(`var\((--[a-z0-9-]+)\)`)
	shorthand = regexp.MustCompile(`(?:^|\s)([0-9.]+)px`)
)

// drawn are the properties that SVG knows as attributes and that charts use.
var drawn = []string{"fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "opacity", "font-size", "font-weight"}

// behind is how the pages say that a text's outline lies behind it. Not every program that opens a picture knows the
// property, so the outline becomes a text of its own below.
const behind = "paint-order"

// ReadStyle takes the rules for charts, those that begin with .chart, and the colours of :root out of a style sheet. What
// stands in @media and other at-rules is for other schemes than light paper and is passed over.
func ReadStyle(css []byte) (Style, error) {
	s := Style{variables: map[string]string{}}
	text := comment.ReplaceAllString(string(css), "")
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			return Style{}, fmt.Errorf("still: a rule without a body in the style sheet: %.40q", text)
		}
		end := closing(text, open)
		if end < 0 {
			return Style{}, fmt.Errorf("still: a rule without an end in the style sheet: %.40q", text)
		}
		selector, body := strings.TrimSpace(text[:open]), text[open+1:end]
		text = text[end+1:]
		switch {
		case strings.HasPrefix(selector, "@"):
		case selector == ":root":
			for _, d := range declarations(body) {
				s.variables[d[0]] = d[1]
			}
		default:
			s.add(selector, declarations(body))
		}
	}
	if s.colour("--ink") == "" || s.colour("--paper") == "" {
		return Style{}, errors.New("still: the style sheet names no --ink or no --paper")
	}
	slices.SortStableFunc(s.rules, func(a, b rule) int { return a.weight() - b.weight() })
	return s, nil
}

// weight orders rules as a browser does: by classes, then by the element's name.
func (r rule) weight() int {
	if r.element != "" {
		return 2*len(r.classes) + 1
	}
	return 2 * len(r.classes)
}

// closing finds the brace that ends a body.
func closing(text string, open int) int {
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func declarations(body string) [][2]string {
	var out [][2]string
	for d := range strings.SplitSeq(body, ";") {
		name, value, ok := strings.Cut(d, ":")
		if name, value = strings.TrimSpace(name), strings.TrimSpace(value); ok && name != "" {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}

// add keeps what a rule says of the parts of charts.
func (s *Style) add(selectors string, set [][2]string) {
	for selector := range strings.SplitSeq(selectors, ",") {
		parts := strings.Fields(selector)
		if len(parts) != 2 || parts[0] != ".chart" {
			continue
		}
		element, classes, found := strings.Cut(parts[1], ".")
		if !found {
			continue
		}
		r := rule{element: element, classes: strings.Split(classes, ".")}
		for _, d := range set {
			value := variable.ReplaceAllStringFunc(d[1], func(v string) string { return s.colour(variable.FindStringSubmatch(v)[1]) })
			if d[0] == "font" {
				if size := shorthand.FindStringSubmatch(value); size != nil {
					r.set = append(r.set, [2]string{"font-size", size[1]})
				}
				continue
			}
			if slices.Contains(drawn, d[0]) || d[0] == behind {
				r.set = append(r.set, [2]string{d[0], strings.TrimSuffix(value, "px")})
			}
		}
		s.rules = append(s.rules, r)
	}
}

func (s Style) colour(name string) string { return s.variables[name] }

// of gives the attributes of an element with these classes, by name.
func (s Style) of(element string, classes []string) map[string]string {
	out := map[string]string{}
	for _, r := range s.rules {
		if (r.element == "" || r.element == element) && !slices.ContainsFunc(r.classes, func(c string) bool { return !slices.Contains(classes, c) }) {
			for _, d := range r.set {
				out[d[0]] = d[1]
			}
		}
	}
	return out
}

// drawing is what stands in a page's svg element, with attributes in place of classes, and its size.
type drawing struct {
	inner         string
	width, height int
}

// own takes a page's drawing out of its svg element.
func (s Style) own(svg string) (out drawing, err error) {
	d := xml.NewDecoder(strings.NewReader(svg))
	var b strings.Builder
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if out.inner = b.String(); out.width == 0 {
				return out, errors.New("still: there is no drawing")
			}
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("still: a drawing is not well formed: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				if out.width, out.height, err = size(t); err != nil {
					return out, err
				}
			} else if t.Name.Local == "text" {
				depth--
				if err := s.text(&b, d, t); err != nil {
					return out, err
				}
			} else {
				attributes, styled := s.attributes(t)
				element(&b, t.Name.Local, attributes, styled)
			}
		case xml.EndElement:
			if depth--; depth > 0 {
				b.WriteString("</" + t.Name.Local + ">")
			}
		case xml.CharData:
			if depth > 1 {
				b.WriteString(html.EscapeString(string(t)))
			}
		}
	}
}

// size reads how wide and how high a drawing is.
func size(svg xml.StartElement) (width, height int, err error) {
	for _, a := range svg.Attr {
		if a.Name.Local == "viewBox" {
			if _, err := fmt.Sscanf(a.Value, "0 0 %d %d", &width, &height); err == nil && width > 0 && height > 0 {
				return width, height, nil
			}
			return 0, 0, fmt.Errorf("still: a drawing has the viewBox %q; it must be 0 0, width and height", a.Value)
		}
	}
	return 0, 0, errors.New("still: a drawing has no viewBox")
}

// text writes a text, which holds nothing but characters, with its outline below it.
func (s Style) text(b *strings.Builder, d *xml.Decoder, t xml.StartElement) error {
	var words string
	if err := d.DecodeElement(&words, &t); err != nil {
		return fmt.Errorf("still: a text cannot be read: %w", err)
	}
	attributes, styled := s.attributes(t)
	if styled[behind] == "stroke" {
		outline := maps.Clone(styled)
		outline["fill"] = "none"
		element(b, "text", attributes, outline)
		b.WriteString(html.EscapeString(words) + "</text>")
	}
	for _, name := range []string{"stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin"} {
		delete(styled, name)
	}
	element(b, "text", attributes, styled)
	b.WriteString(html.EscapeString(words) + "</text>")
	return nil
}

// attributes gives those that an element has, without its class, and those that its class stands for.
func (s Style) attributes(t xml.StartElement) (own [][2]string, styled map[string]string) {
	styled = map[string]string{}
	for _, a := range t.Attr {
		if a.Name.Local == "class" {
			styled = s.of(t.Name.Local, strings.Fields(a.Value))
			continue
		}
		own = append(own, [2]string{a.Name.Local, a.Value})
	}
	return own, styled
}

func element(b *strings.Builder, name string, own [][2]string, styled map[string]string) {
	b.WriteString("<" + name)
	for _, a := range own {
		fmt.Fprintf(b, ` %s="%s"`, a[0], html.EscapeString(a[1]))
	}
	for _, name := range drawn { // in one order, so that the same chart gives the same bytes
		if value, ok := styled[name]; ok {
			fmt.Fprintf(b, ` %s="%s"`, name, html.EscapeString(value))
		}
	}
	b.WriteString(">")
}
