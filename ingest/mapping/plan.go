package mapping

import (
	"fmt"
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/source"
	"utfall/schema"
)

// plan is a mapping laid out for the dimensions of one payload.
type plan struct {
	dimensions                        []decode.Dimension
	area, period, sex, age, breakdown *column
	drop                              []dropped
	fixed                             []fixed
	asked                             []asked
	figures                           []*figure
	otherFigures                      bool // rows that no figure matches are left out on purpose
}

// column translates the codes of one dimension, or gives one value for all rows (at is then -1).
type column struct {
	at     int
	is     string
	target source.Target
	known  map[string]meaning
	parse  func(code string) (string, error)
	time   bool // the value is a period
}

type meaning struct {
	value  string
	period schema.Period
	drop   bool
	err    error
}

type dropped struct {
	at    int
	codes map[string]bool
}

type fixed struct {
	at         int
	name, code string
}

type asked struct {
	at    int
	name  string
	codes map[string]bool
}

type figure struct {
	source.Figure
	when   []fixed
	labels []fixed
	unit   schema.Unit
	flags  string
	known  map[string]string // by the source's flag: the flags that a value then carries
}

func newPlan(m *Mapper, dims []decode.Dimension, wanted map[string][]string) (*plan, error) {
	p := &plan{dimensions: dims}
	used := make([]bool, len(dims))
	find := func(name string) (int, error) {
		i := slices.IndexFunc(dims, func(d decode.Dimension) bool { return strings.EqualFold(d.ID, name) })
		if i < 0 {
			return 0, m.fault("a dimension "+name, "only "+names(dims), "the table has changed its shape; look at it with utfall preview and change the source's file")
		}
		used[i] = true
		return i, nil
	}
	s := m.source
	var err error
	for _, c := range []struct {
		into  **column
		t     source.Target
		other string
		parse func(string) (string, error)
	}{
		{&p.area, s.Map.Area, "", m.areaOf}, {&p.period, s.Map.Period, "", source.Period}, {&p.sex, s.Map.Sex, string(schema.BothSexes), m.sexOf},
		{&p.age, s.Map.Age, schema.AllAges, m.ageOf}, {&p.breakdown, s.Map.Breakdown, "", func(c string) (string, error) { return c, nil }},
	} {
		col := &column{at: -1, is: c.t.Is, target: c.t, known: map[string]meaning{}, parse: c.parse, time: c.into == &p.period}
		if c.t.Is == "" && c.t.Dimension == "" {
			col.is = c.other
		}
		if c.t.Dimension != "" {
			if col.at, err = find(c.t.Dimension); err != nil {
				return nil, err
			}
		}
		*c.into = col
	}
	for d, codes := range s.Map.Drop {
		if slices.Contains(codes, "*") {
			p.otherFigures = true
		}
		i, err := find(d)
		if err != nil {
			return nil, err
		}
		p.drop = append(p.drop, dropped{i, set(codes)})
	}
	for d, code := range s.Map.Fixed {
		i, err := find(d)
		if err != nil {
			return nil, err
		}
		p.fixed = append(p.fixed, fixed{i, d, code})
	}
	for _, f := range s.Figures {
		out := &figure{Figure: f, known: map[string]string{}}
		for d, code := range f.When {
			i, err := find(d)
			if err != nil {
				return nil, err
			}
			out.when = append(out.when, fixed{i, d, code})
			if label, ok := f.Labels[d]; ok {
				out.labels = append(out.labels, fixed{i, d, label})
			}
		}
		ind, _ := m.catalogue.Indicator(f.Indicator)
		out.unit, _ = m.catalogue.Unit(ind.Unit)
		if out.flags, err = schema.ParseFlags(strings.TrimSpace(s.Cite.Flags + " " + f.Flags)); err != nil {
			return nil, fmt.Errorf("mapping %s: %w", s.ID, err)
		}
		p.figures = append(p.figures, out)
	}
	for d, codes := range wanted {
		i := slices.IndexFunc(dims, func(x decode.Dimension) bool { return strings.EqualFold(x.ID, d) })
		if i >= 0 {
			p.asked = append(p.asked, asked{i, d, set(codes)})
		}
	}
	for i, u := range used {
		if !u {
			return nil, m.fault("only dimensions that the mapping mentions", "also "+dims[i].ID, "say in the source's file what it means, or fix it to one code")
		}
	}
	m.checkCategories(p)
	return p, nil
}

// checkCategories holds the lists of codes that came before the rows against what was asked for: a code that was asked for
// and is not there is a gap that no row shows.
func (m *Mapper) checkCategories(p *plan) {
	for _, a := range p.asked {
		there := map[string]bool{}
		for _, c := range p.dimensions[a.at].Categories {
			there[c.Code] = true
		}
		if len(there) == 0 {
			continue
		}
		var gone []string
		for code := range a.codes {
			if !there[code] {
				gone = append(gone, code)
			}
		}
		if len(gone) > 0 {
			slices.Sort(gone)
			m.findings.add("gone "+a.name, fmt.Sprintf("%d codes of %s were asked for and are not in the answer, such as %s", len(gone), a.name, gone[0]))
		}
	}
}

func set(codes []string) map[string]bool {
	out := make(map[string]bool, len(codes))
	for _, c := range codes {
		out[c] = true
	}
	return out
}

func names(dims []decode.Dimension) string {
	out := make([]string, len(dims))
	for i, d := range dims {
		out[i] = d.ID
	}
	return strings.Join(out, ", ")
}

// of gives what the row says of this part of the cell. The caller clones what it keeps: known holds clones.
func (c *column) of(row *decode.Row) meaning {
	code := ""
	if c.at >= 0 {
		code = row.Codes[c.at]
	}
	if v, ok := c.known[code]; ok {
		return v
	}
	code = strings.Clone(code)
	v := meaning{value: c.is}
	if c.at >= 0 {
		v = c.meaning(code)
	}
	if c.time && v.err == nil && !v.drop {
		v.period, v.err = schema.ParsePeriod(v.value)
	}
	if len(c.known) < maxTexts {
		c.known[code] = v
	}
	return v
}

func (c *column) meaning(code string) meaning {
	if c.target.Only != "" {
		rest, ok := strings.CutSuffix(code, c.target.Only)
		if !ok {
			return meaning{drop: true}
		}
		code = rest
	}
	if v, ok := c.target.Codes[code]; ok {
		return meaning{value: v}
	}
	if len(c.target.Codes) > 0 && c.target.Scheme == "" {
		return c.unknown(fmt.Errorf("code %q of %s is not in the source's list", code, c.target.Dimension))
	}
	v, err := c.parse(code)
	if err != nil {
		return c.unknown(err)
	}
	return meaning{value: v}
}

func (c *column) unknown(err error) meaning {
	if c.target.Others == "drop" {
		return meaning{drop: true}
	}
	return meaning{err: err}
}
