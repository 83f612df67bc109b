package tabular

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
)

// recognised is how the value column of an unknown table is called, in lower case, the surest name first.
var recognised = []string{"obs_value", "data value", "data_value", "numericvalue", "numeric", "value", "värde", "varde", "indhold"}

// columns is a table's layout, by position; -1 is a column that is not there.
type columns struct {
	names   []string
	parts   [][]string // of each column: the texts of its header rows
	dims    []dimension
	values  []int // several where the table is wide
	text    int
	unit    int
	title   int
	updated int
	status  []int
	note    []int
	drop    map[int][]string
	notes   []string
}

type dimension struct {
	decode.Dimension
	column int // -1: made of the headers of wide columns
	part   int // of a dimension made of headers: the header row, or -1 for the joined name
	label  int
}

// layout reads the header rows. fill repeats a text over the empty cells to its right, as a merged header means it.
func (o Options) layout(format string, header [][]string, fill bool, limits decode.Limits) (*columns, error) {
	c := &columns{drop: map[int][]string{}}
	if err := c.head(format, header, fill, o); err != nil {
		return nil, err
	}
	f := &finder{columns: c, format: format, used: map[int]bool{}}
	c.text, c.unit, c.title, c.updated = f.take("text", o.Text), f.see("unit", o.Unit), f.take("title", o.Title), f.take("updated", o.Updated)
	c.status = f.each("status", o.Status, f.take)
	c.note = f.each("note", o.Note, f.take)
	f.each("ignore", o.Ignore, f.take)
	labels := map[int]int{}
	for dim, spec := range o.Labels {
		of, at := f.see("labels", dim), f.take("labels."+dim, spec)
		if of >= 0 && at >= 0 {
			labels[of] = at
		}
	}
	for spec, texts := range o.Drop {
		if at := f.see("drop", spec); at >= 0 {
			c.drop[at] = texts
		}
	}
	named := f.each("dimensions", o.Dimensions, f.see)
	o = f.guessWide(o)
	if f.findValues(o, named); f.err != nil {
		return nil, f.err
	}
	for _, v := range c.values {
		f.used[v] = true
	}
	for i := range c.names {
		if len(o.Dimensions) == 0 && !f.used[i] {
			named = append(named, i)
		}
	}
	c.setDimensions(o, named, labels)
	return c, f.checkDimensions(o, limits)
}

// head joins header rows into names and keeps their parts.
func (c *columns) head(format string, rows [][]string, fill bool, o Options) error {
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	if width > maxColumns {
		return &decode.Error{Format: format, Offset: -1, Path: "header", Want: fmt.Sprintf("at most %d columns", maxColumns), Got: strconv.Itoa(width), Fix: "check the delimiter"}
	}
	c.names, c.parts = make([]string, width), make([][]string, width)
	for k, r := range rows {
		before := ""
		for i := range width {
			text := ""
			if i < len(r) {
				text = strings.Join(strings.Fields(r[i]), " ")
			}
			if o.GluedDigits {
				text = unglue(text)
			}
			if text == "" && fill && k < len(rows)-1 {
				text = before
			}
			before = text
			c.parts[i] = append(c.parts[i], text)
		}
	}
	seen := map[string]int{}
	for i, parts := range c.parts {
		var distinct []string
		for _, p := range parts {
			if p != "" && !slices.Contains(distinct, p) {
				distinct = append(distinct, p)
			}
		}
		name := strings.Join(distinct, " / ")
		if strings.TrimSpace(o.CodeLabel) != "" {
			name, _, _ = strings.Cut(name, o.CodeLabel)
		}
		if name == "" {
			name = "column " + strconv.Itoa(i+1)
		}
		seen[name]++
		if n := seen[name]; n > 1 {
			if n == 2 {
				c.notes = append(c.notes, fmt.Sprintf("the column %q stands more than once; the later ones are numbered", name))
			}
			name += " (" + strconv.Itoa(n) + ")"
		}
		c.names[i] = name
	}
	return nil
}

func (c *columns) setDimensions(o Options, named []int, labels map[int]int) {
	for _, i := range named {
		d := dimension{Dimension: decode.Dimension{ID: c.names[i]}, column: i, label: -1}
		if at, ok := labels[i]; ok {
			d.label = at
		}
		if strings.TrimSpace(o.CodeLabel) != "" {
			_, d.Label, _ = strings.Cut(strings.Join(c.parts[i], " "), o.CodeLabel)
		}
		c.dims = append(c.dims, d)
	}
	if o.Wide != nil {
		ids := o.Wide.Dimensions
		if len(ids) == 0 {
			ids = []string{"column"}
		}
		for k, id := range ids {
			part := k
			if len(ids) == 1 {
				part = -1
			}
			c.dims = append(c.dims, dimension{Dimension: decode.Dimension{ID: id}, column: -1, part: part, label: -1})
		}
	}
	for i := range c.dims {
		switch id := c.dims[i].ID; {
		case names(o.Time, id):
			c.dims[i].Role = decode.RoleTime
		case names(o.Geo, id):
			c.dims[i].Role = decode.RoleGeo
		case names(o.Metric, id):
			c.dims[i].Role = decode.RoleMetric
		}
	}
}

// names tells whether a specification names a column of this name.
func names(spec, name string) bool {
	if spec == "" {
		return false
	}
	list, _ := alternatives(spec)
	return spec == name || slices.ContainsFunc(list, func(n string) bool { return strings.EqualFold(n, name) })
}

func (f *finder) checkDimensions(o Options, limits decode.Limits) error {
	if len(f.dims) == 0 {
		return f.fault("dimensions", "at least one column beside the values")
	}
	if len(f.dims) > limits.MaxDimensions {
		return &decode.Error{Format: f.format, Offset: -1, Path: "dimensions", Want: fmt.Sprintf("at most %d", limits.MaxDimensions),
			Got: strconv.Itoa(len(f.dims)), Fix: "name the dimensions, and the columns that hold values as wide"}
	}
	seen := map[string]bool{}
	for _, d := range f.dims {
		if seen[d.ID] {
			return f.fault("dimensions", fmt.Sprintf("each dimension once, but %q stands twice", d.ID))
		}
		seen[d.ID] = true
		if slices.Contains(f.values, d.column) {
			return f.fault("dimensions", fmt.Sprintf("%q as a dimension or as values, not both", d.ID))
		}
	}
	for _, role := range [][2]string{{"time", o.Time}, {"geo", o.Geo}, {"metric", o.Metric}} {
		path, spec := role[0], role[1]
		if spec == "" || strings.HasSuffix(spec, "?") {
			continue
		}
		if !slices.ContainsFunc(f.dims, func(d dimension) bool { return names(spec, d.ID) }) {
			return f.fault(path, "a dimension named "+spec)
		}
	}
	return nil
}

// unglue takes a footnote's digits off a name: superscripts, "(1)" after a space, and digits after a letter.
func unglue(s string) string {
	t := strings.TrimRight(s, "¹²³⁰⁴⁵⁶⁷⁸⁹,")
	if open := strings.LastIndex(t, "("); open > 0 && strings.HasSuffix(t, ")") && isDigits(t[open+1:len(t)-1]) && len(t)-open <= 4 {
		t = strings.TrimRight(t[:open], " ")
	}
	if cut := strings.TrimRight(t, "0123456789"); cut != t && len(t)-len(cut) <= 2 && endsInLetter(cut) {
		t = cut
	}
	return strings.TrimRight(t, " ")
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// list gives names for a message, the first twenty of them.
func list(names []string) string {
	const most = 20
	quoted := make([]string, 0, most)
	for i, n := range names {
		if i == most {
			return strings.Join(quoted, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		if len(n) > 60 {
			n = strings.ToValidUTF8(n[:60], "") + "…"
		}
		quoted = append(quoted, strconv.Quote(n))
	}
	return strings.Join(quoted, ", ")
}
