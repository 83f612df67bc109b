package px

import (
	"fmt"
	"strings"

	"utfall/ingest/decode"
)

// cellTexts finds what the file says of single cells (CELLNOTE, DATANOTECELL), where * stands for every value. Statements
// with the stars in the same places are one group, so a cell is looked up once for each such pattern.
type cellTexts struct {
	groups []group
}

type group struct {
	fixed []bool // by variable: not a star
	texts map[int64]string
}

// maxGroups bounds the patterns of stars, and with them the time for a cell.
const maxGroups = 256

func (c *cellTexts) add(fixed []bool, at int64, text string) bool {
	for i := range c.groups {
		if equal(c.groups[i].fixed, fixed) {
			if before := c.groups[i].texts[at]; before != "" && before != text {
				text = before + "\n" + text
			}
			c.groups[i].texts[at] = text
			return true
		}
	}
	if len(c.groups) >= maxGroups {
		return false
	}
	c.groups = append(c.groups, group{fixed: fixed, texts: map[int64]string{at: text}})
	return true
}

func equal(a, b []bool) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// of gives the texts of the cell at these positions, one per line.
func (c *cellTexts) of(at []int, dims []decode.Dimension) string {
	found := ""
	for i := range c.groups {
		g := &c.groups[i]
		var place int64
		for d, fixed := range g.fixed {
			if fixed {
				place = place*int64(len(dims[d].Categories)) + int64(at[d])
			}
		}
		if text, ok := g.texts[place]; ok {
			if found != "" {
				found += "\n"
			}
			found += text
		}
	}
	return found
}

// notes reads the notes of variables and values.
func (h *header) notes(t *table) error {
	for _, e := range h.entries {
		if !h.speaks(e) || len(e.items) == 0 {
			continue
		}
		text := strings.ReplaceAll(e.items[0].text, "#", "\n")
		switch {
		case (e.keyword == "NOTE" || e.keyword == "NOTEX") && len(e.subs) == 1:
			if d := t.variable(e.subs[0]); d >= 0 {
				t.dims[d].Notes = append(t.dims[d].Notes, text)
			}
		case (e.keyword == "VALUENOTE" || e.keyword == "VALUENOTEX") && len(e.subs) == 2:
			d := t.variable(e.subs[0])
			if d < 0 {
				return h.fault(e, "a variable of STUB or HEADING", decode.Quote(e.subs[0]))
			}
			dim := &t.dims[d]
			if v := t.value(d, e.subs[1]); v >= 0 {
				if dim.CodeNotes == nil {
					dim.CodeNotes = map[string][]string{}
				}
				code := dim.Categories[v].Code
				dim.CodeNotes[code] = append(dim.CodeNotes[code], text)
			}
		}
	}
	return nil
}

// cellTexts gathers the statements with one of the keywords.
func (h *header) cellTexts(t *table, keywords ...string) (cellTexts, error) {
	var c cellTexts
	index := make([]map[string]int, len(t.dims))
	for _, e := range h.entries {
		known := false
		for _, keyword := range keywords {
			known = known || e.keyword == keyword
		}
		if !known || !h.speaks(e) || len(e.items) == 0 {
			continue
		}
		if len(e.subs) != len(t.dims) {
			return c, h.fault(e, fmt.Sprintf("a value or * for each of the %d variables", len(t.dims)), fmt.Sprintf("%d values", len(e.subs)))
		}
		fixed := make([]bool, len(t.dims))
		var place int64
		for d, sub := range e.subs {
			if sub == "*" {
				continue
			}
			if index[d] == nil {
				index[d] = t.index(d)
			}
			v, ok := index[d][sub]
			if !ok {
				return c, h.fault(e, "a code or value of "+decode.Quote(t.names[d]), decode.Quote(sub))
			}
			fixed[d] = true
			place = place*int64(len(t.values[d])) + int64(v)
		}
		if !c.add(fixed, place, strings.ReplaceAll(e.items[0].text, "#", "\n")) {
			return c, h.fault(e, fmt.Sprintf("at most %d patterns of *", maxGroups), "more")
		}
	}
	return c, nil
}

// variable is the place of a variable by its name in either language, -1 if there is none.
func (t *table) variable(name string) int {
	for i := range t.names {
		if t.names[i] == name || t.spoken[i] == name {
			return i
		}
	}
	return -1
}

// value is the place of a value by code or text, -1 if there is none.
func (t *table) value(d int, text string) int {
	if v, ok := t.index(d)[text]; ok {
		return v
	}
	return -1
}

// index finds values of a variable: by code first, then by text in either language.
func (t *table) index(d int) map[string]int {
	categories := t.dims[d].Categories
	m := make(map[string]int, 2*len(categories))
	for _, text := range []func(i int) string{
		func(i int) string { return categories[i].Code },
		func(i int) string { return t.values[d][i] },
		func(i int) string { return categories[i].Label },
	} {
		for i := range categories {
			if _, taken := m[text(i)]; !taken {
				m[text(i)] = i
			}
		}
	}
	return m
}
