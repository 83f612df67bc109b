package dashboard

import (
	"html/template"
	"slices"

	"utfall/dashboard/chart"
	"utfall/schema"
)

// panel is one of several small charts with the same axes: one sex or one age each.
type panel struct {
	Title string
	Chart template.HTML
}

// views offers the other ways to look at the figures, and makes the one that the address asks for.
func (s *Server) views(p *indicatorPage, sel *chosen) {
	first := sel.lines[0]
	_, steady := s.controllable(first.regular())
	split := len(s.split(sel)) > 1
	defined := len(s.ways(sel)) > 1
	if !steady && !split && !defined {
		return
	}
	asked := p.Query.Get("vy")
	link := func(view string) string { return p.With("vy", view) }
	p.Views = append(p.Views, choice{link(""), p.T("Linje", "Line"), asked == ""})
	if steady {
		p.Views = append(p.Views, choice{link("styrdiagram"), p.T("Styrdiagram", "Control chart"), asked == "styrdiagram"})
	}
	if split {
		p.Views = append(p.Views, choice{link("delat"), p.T("Efter kön och ålder", "By sex and age"), asked == "delat"})
	}
	if defined {
		p.Views = append(p.Views, choice{link("definitioner"), p.T("Alla sätt att räkna", "Every way to count"), asked == "definitioner"})
	}
	switch {
	case asked == "definitioner" && defined:
		p.Definitions = s.definitions(p, sel)
	case asked == "styrdiagram" && steady:
		p.Control = s.control(p, sel.ind, first)
	case asked == "delat" && split:
		p.Panels = s.multiples(p, sel)
	}
}

// split gives the lines of the first area, in its main definition, for each sex and age that there is.
func (s *Server) split(sel *chosen) []line {
	if len(sel.lines) == 0 {
		return nil
	}
	main := sel.lines[0]
	return slices.DeleteFunc(s.lines(sel.figures), func(l line) bool {
		return l.Area.Code != main.Area.Code || l.Variant != main.Variant || l.Part != main.Part || len(l.regular()) < 2
	})
}

// multiples draws each of them on its own, all with the same axes, so that heights can be compared.
func (s *Server) multiples(p *indicatorPage, sel *chosen) []panel {
	lines := s.split(sel)
	all := s.axes(p, sel.ind)
	for _, l := range lines {
		all.Series = append(all.Series, chart.Series{Points: s.points(sel.ind, l.regular(), p.Lang)})
	}
	var out []panel
	for _, l := range lines {
		one := s.axes(p, sel.ind)
		one.SameAs = &all
		name := l.name(sel.ind, p.Lang, false)
		if l.Sex == schema.BothSexes {
			name = p.T("båda könen", "both sexes") + map[bool]string{true: ", " + name, false: ""}[name != ""]
		}
		one.Title = p.Title + ": " + name
		one.Series = []chart.Series{{Name: name, Points: s.points(sel.ind, l.regular(), p.Lang)}}
		out = append(out, panel{name, one.SVG(chart.Narrow)})
	}
	return out
}
