package dashboard

import (
	"cmp"
	"html/template"
	"slices"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

// definitions sets every way to count the same thing side by side, year by year, for one area: nothing is added, and each
// keeps its own name, source and definition.
type definitions struct {
	Title         string
	Columns       []definitionColumn
	Rows          []definitionRow
	Wide, Narrow  template.HTML
	Option        template.JS
	Drawn, Beyond int // ways in the chart, and ways that it has no room for
}

type definitionColumn struct{ Name, Link, Unit, Definition string }

type definitionRow struct {
	Period string
	Cells  []definitionCell
}

type definitionCell struct{ Name, Value, Interval string }

// mostDrawn bounds the lines of one chart: more cannot be told apart.
const mostDrawn = 6

// ways gives the lines that count the same thing for the page's first area in the page's unit: the indicator's main
// definition, its variants, and the main line of each other count.
func (s *Server) ways(sel *chosen) []line {
	if len(sel.areas) == 0 {
		return nil
	}
	area := sel.areas[0].Code
	out := variants(s.lines(slices.DeleteFunc(slices.Clone(sel.figures), func(o schema.Observation) bool { return o.Area != area })))
	for _, id := range s.Catalogue.OtherCounts(sel.ind) {
		ind, _ := s.Catalogue.Indicator(id)
		if ind.Unit != sel.ind.Unit {
			continue
		}
		for _, l := range variants(s.lines(slices.DeleteFunc(slices.Clone(sel.others), func(o schema.Observation) bool { return o.Indicator != id || o.Area != area }))) {
			l.Other = &ind
			out = append(out, l)
		}
	}
	return out
}

// variants gives the main line of each definition among one indicator's and area's lines, the main definition first.
func variants(lines []line) []line {
	by := map[string][]line{}
	for _, l := range lines {
		by[l.Variant] = append(by[l.Variant], l)
	}
	var out []line
	for _, same := range by {
		if main, _ := mainLine(same); main.Sex == schema.BothSexes {
			out = append(out, main)
		}
	}
	slices.SortFunc(out, func(a, b line) int { return cmp.Compare(a.Variant, b.Variant) })
	return out
}

// definitions makes the view of every way to count.
func (s *Server) definitions(p *indicatorPage, sel *chosen) *definitions {
	ways := s.ways(sel)
	out := &definitions{Title: p.Title + ": " + p.T("alla sätt att räkna, ", "every way to count, ") + sel.areas[0].Name.In(p.Lang)}
	c := s.axes(p, sel.ind)
	c.Breaks, c.Title = nil, out.Title
	byYear := map[string][]definitionCell{}
	var periods []schema.Period
	for i, l := range ways {
		ind := sel.ind
		if l.Other != nil {
			ind = *l.Other
		}
		name := cmp.Or(l.name(sel.ind, p.Lang, false), p.T("Huvuddefinition", "Main definition"))
		definition := ind.Definition.In(p.Lang)
		for _, v := range ind.Variants {
			if v.ID == l.Variant && v.ID != "" {
				definition = cmp.Or(v.Definition.In(p.Lang), v.Label.In(p.Lang))
			}
		}
		out.Columns = append(out.Columns, definitionColumn{name, p.Link("/indikator/"+ind.ID, "area", l.Area.Code, "variant", l.Variant), p.Unit, definition})
		figures := l.regular()
		for _, o := range figures {
			key := o.Period.String()
			if byYear[key] == nil {
				byYear[key] = make([]definitionCell, len(ways))
				periods = append(periods, o.Period)
			}
			byYear[key][i] = definitionCell{name, s.value(ind, o, p.Lang), s.interval(ind, o, p.Lang)}
		}
		if len(figures) > 1 && out.Drawn < mostDrawn {
			out.Drawn++
			c.Series = append(c.Series, chart.Series{Name: name, Points: s.points(ind, figures, p.Lang)})
		} else {
			out.Beyond++
		}
	}
	slices.SortStableFunc(periods, func(a, b schema.Period) int { return b.Start.Compare(a.Start) })
	for _, period := range periods {
		out.Rows = append(out.Rows, definitionRow{format.Period(period, p.Lang), byYear[period.String()]})
	}
	if len(c.Series) > 0 {
		out.Wide, out.Narrow, out.Option = s.drawn(p, c)
	}
	return out
}
