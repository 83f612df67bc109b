package px

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
)

// table is what the header says: the variables in the order of the cells, and how to read a place in them.
type table struct {
	dims   []decode.Dimension
	names  []string // of the variables in the file's own language
	spoken []string // in the language that was asked for
	stub   int      // how many of them are in the stub
	values [][]string
	keys   []string // of the stub variables in a file with KEYS: "CODES" or "VALUES"
	total  int64
	unit   string // of all cells
	unitOf int    // variable whose values have units of their own, or -1
}

func (h *header) table(limits decode.Limits) (*table, error) {
	t := &table{unitOf: -1}
	stub, heading := h.list("STUB", ""), h.list("HEADING", "")
	t.names = append(append(t.names, stub...), heading...)
	t.stub = len(stub)
	t.spoken = t.names
	if h.language != "" {
		spoken := append(h.list("STUB", h.language), h.list("HEADING", h.language)...)
		if len(spoken) == len(t.names) {
			t.spoken = spoken
		}
	}
	switch {
	case len(t.names) == 0:
		return nil, &decode.Error{Format: format, Offset: -1, Path: "STUB", Want: "variables in STUB or HEADING", Got: "none"}
	case len(t.names) > limits.MaxDimensions:
		return nil, &decode.Error{Format: format, Offset: -1, Path: "STUB", Want: fmt.Sprintf("at most %d variables", limits.MaxDimensions), Got: strconv.Itoa(len(t.names))}
	}
	t.total = 1
	for i, name := range t.names {
		if slices.Contains(t.names[:i], name) {
			return nil, &decode.Error{Format: format, Line: h.lineOf("STUB"), Offset: -1, Path: "STUB", Want: "each variable once", Got: decode.Quote(name) + " twice"}
		}
		dim, values, err := h.variable(name, t.spoken[i], limits)
		if err != nil {
			return nil, err
		}
		t.dims = append(t.dims, dim)
		t.values = append(t.values, values)
		if int64(len(values)) > limits.MaxCells/t.total {
			return nil, &decode.Error{Format: format, Line: h.lineOf("VALUES", name), Offset: -1, Path: "VALUES", Want: fmt.Sprintf("at most %d cells", limits.MaxCells), Got: "more"}
		}
		t.total *= int64(len(values))
	}
	for i := range t.dims {
		if j := slices.IndexFunc(t.dims[:i], func(d decode.Dimension) bool { return d.ID == t.dims[i].ID }); j >= 0 {
			return nil, &decode.Error{Format: format, Line: h.lineOf("VARIABLECODE", t.names[i]), Offset: -1, Path: "VARIABLECODE", Want: "each variable's code once", Got: decode.Quote(t.dims[i].ID) + " twice"}
		}
	}
	if err := h.keys(t); err != nil {
		return nil, err
	}
	h.units(t)
	h.roles(t)
	return t, h.notes(t)
}

// variable makes a dimension. Its id and codes are those of the file's own language, whatever language its labels have.
func (h *header) variable(name, spoken string, limits decode.Limits) (decode.Dimension, []string, error) {
	dim := decode.Dimension{ID: name, Label: spoken}
	if code := h.list("VARIABLECODE", "", name); len(code) > 0 && code[0] != "" {
		dim.ID = code[0]
	}
	values := h.list("VALUES", "", name)
	codes := h.list("CODES", "", name)
	fault := func(keyword, want, got string) (decode.Dimension, []string, error) {
		return dim, nil, &decode.Error{Format: format, Line: h.lineOf(keyword, name), Offset: -1, Path: keyword + "(" + short(name) + ")", Want: want, Got: got}
	}
	switch {
	case len(values) == 0 && len(codes) == 0:
		return fault("VALUES", "the values of the variable", "none")
	case len(values) == 0:
		values = codes
	case len(codes) == 0:
		codes = values
	case len(codes) != len(values):
		return fault("CODES", fmt.Sprintf("%d codes, as many as VALUES", len(values)), strconv.Itoa(len(codes)))
	}
	labels, err := h.labels(spoken, codes, values)
	if err != nil {
		return dim, nil, err
	}
	if len(values) > limits.MaxCategories {
		return fault("VALUES", fmt.Sprintf("at most %d values", limits.MaxCategories), strconv.Itoa(len(values)))
	}
	seen := make(map[string]bool, len(codes))
	dim.Categories = make([]decode.Category, len(codes))
	for i, code := range codes {
		if seen[code] {
			return fault("CODES", "each code once", decode.Quote(code)+" twice")
		}
		seen[code] = true
		dim.Categories[i] = decode.Category{Code: code, Label: labels[i], Decimals: -1}
	}
	if err := h.times(&dim, name); err != nil {
		return dim, nil, err
	}
	if e := h.find("HIERARCHIES", "", name); e != nil {
		dim.Child = map[string][]string{}
		for _, one := range e.items {
			if one.joint == ':' {
				dim.Child[one.text] = append(dim.Child[one.text], one.second)
			}
		}
	}
	return dim, values, nil
}

// labels gives the texts of the values in the language that was asked for. They belong to the codes of that language
// where it has any, else to the places.
func (h *header) labels(spoken string, codes, values []string) ([]string, error) {
	other := h.list("VALUES", h.language, spoken)
	if h.language == "" || other == nil {
		return values, nil
	}
	fault := func(want, got string) ([]string, error) {
		return nil, &decode.Error{Format: format, Line: h.find("VALUES", h.language, spoken).line, Offset: -1, Path: "VALUES[" + short(h.language) + "](" + short(spoken) + ")", Want: want, Got: got}
	}
	if len(other) != len(values) {
		return fault(fmt.Sprintf("%d values in each language", len(values)), strconv.Itoa(len(other)))
	}
	theirs := h.list("CODES", h.language, spoken)
	if theirs == nil || slices.Equal(theirs, codes) {
		return other, nil
	}
	if len(theirs) != len(codes) {
		return fault(fmt.Sprintf("%d codes in each language", len(codes)), strconv.Itoa(len(theirs)))
	}
	place := make(map[string]int, len(codes))
	for i, code := range codes {
		place[code] = i
	}
	out := make([]string, len(codes))
	for i, code := range theirs {
		at, ok := place[code]
		if !ok || out[at] != "" {
			return fault("the same codes in each language", decode.Quote(code))
		}
		out[at] = other[i]
	}
	return out, nil
}

// keys reads KEYS, which every variable of the stub has or none.
func (h *header) keys(t *table) error {
	keys := make([]string, t.stub)
	found := 0
	for i, name := range t.names {
		list := h.list("KEYS", "", name)
		if len(list) == 0 {
			continue
		}
		how := strings.ToUpper(list[0])
		if how != "CODES" && how != "VALUES" || i >= t.stub {
			return &decode.Error{Format: format, Line: h.lineOf("KEYS", name), Offset: -1, Path: "KEYS(" + short(name) + ")",
				Want: "CODES or VALUES, for a variable of STUB", Got: decode.Quote(list[0])}
		}
		keys[i] = how
		found++
	}
	if found == 0 {
		return nil
	}
	if found != t.stub {
		return &decode.Error{Format: format, Offset: -1, Path: "KEYS", Want: fmt.Sprintf("it for each of the %d variables of STUB", t.stub), Got: strconv.Itoa(found)}
	}
	t.keys = keys
	return nil
}

// units finds the unit of all cells, or of each content.
func (h *header) units(t *table) {
	t.unit = h.text("UNITS")
	decimals := int8(-1)
	for _, keyword := range []string{"DECIMALS", "SHOWDECIMALS"} {
		if n, err := strconv.ParseInt(h.text(keyword), 10, 8); err == nil && n >= 0 {
			decimals = int8(n)
		}
	}
	i := h.contents(t)
	if i < 0 {
		return
	}
	dim := &t.dims[i]
	for j, value := range t.values[i] {
		c := &dim.Categories[j]
		c.Decimals = decimals
		if c.Unit = h.text("UNITS", c.Label); c.Unit == "" {
			c.Unit = h.text("UNITS", value)
		}
		if c.Unit != "" {
			t.unitOf = i
		}
		if n, err := strconv.ParseInt(h.text("PRECISION", t.names[i], value), 10, 8); err == nil && n >= 0 {
			c.Decimals = int8(n)
		}
	}
	dim.Unit = dim.Categories[0].Unit
	for j := range dim.Categories {
		if dim.Categories[j].Unit == "" {
			dim.Categories[j].Unit = t.unit
		}
		if dim.Categories[j].Unit != dim.Unit {
			dim.Unit = ""
		}
	}
}

// contents is the place of the variable whose values are measures, -1 if there is none.
func (h *header) contents(t *table) int {
	if name := h.list("CONTVARIABLE", ""); len(name) > 0 {
		return slices.Index(t.names, name[0])
	}
	return slices.IndexFunc(t.dims, func(d decode.Dimension) bool { return strings.EqualFold(d.ID, "ContentsCode") })
}

// roles marks time (TIMEVAL or VARIABLE-TYPE), place (MAP or VARIABLE-TYPE) and measure; names decide where the file
// does not say.
func (h *header) roles(t *table) {
	given := map[decode.Role]bool{}
	set := func(i int, role decode.Role) {
		if t.dims[i].Role == decode.RoleNone && !given[role] {
			t.dims[i].Role = role
			given[role] = true
		}
	}
	if i := h.contents(t); i >= 0 {
		set(i, decode.RoleMetric)
	}
	for i, name := range t.names {
		kind := strings.ToUpper(strings.Join(h.list("VARIABLE-TYPE", "", name), ""))
		if h.find("TIMEVAL", "", name) != nil || kind == "T" || kind == "TIME" {
			set(i, decode.RoleTime)
		}
		if h.find("MAP", "", name) != nil || kind == "G" || kind == "GEOGRAPHICAL" {
			set(i, decode.RoleGeo)
		}
	}
	for i, dim := range t.dims {
		switch strings.ToLower(dim.ID) {
		case "tid", "time", "time_period":
			set(i, decode.RoleTime)
		case "region", "geo":
			set(i, decode.RoleGeo)
		}
	}
}

// meta is what the file says of itself.
func (h *header) meta(cs charset) decode.Meta {
	m := decode.Meta{Source: h.text("SOURCE"), Updated: h.text("LAST-UPDATED")}
	for _, keyword := range []string{"TITLE", "DESCRIPTION", "CONTENTS"} {
		if m.Title == "" {
			m.Title = h.text(keyword)
		}
	}
	for _, e := range h.entries {
		if !h.speaks(e) || len(e.items) == 0 {
			continue
		}
		text := strings.ReplaceAll(e.items[0].text, "#", "\n")
		switch {
		case e.keyword == "LAST-UPDATED" && len(e.subs) > 0:
			m.Updated = max(m.Updated, e.items[0].text) // each content has its own; written "20230525 16:13"
		case (e.keyword == "NOTE" || e.keyword == "NOTEX") && len(e.subs) == 0:
			m.Notes = append(m.Notes, text)
		}
	}
	if cs.note != "" {
		m.Notes = append(m.Notes, cs.note)
	}
	return m
}
