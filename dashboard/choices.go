package dashboard

import (
	"cmp"
	"slices"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// choices lists what else the figures can be shown for.
func (s *Server) choices(p *indicatorPage, sel *chosen) {
	seen := map[string]bool{}
	add := func(kind, id, label string, list *[]choice, on bool) {
		if !seen[kind+id] {
			seen[kind+id] = true
			*list = append(*list, choice{id, label, on})
		}
	}
	shown := func(ok func(line) bool) bool { return slices.ContainsFunc(sel.lines, ok) }
	for _, o := range sel.figures {
		if a, ok := s.Catalogue.Areas.Get(o.Area); ok && !seen["area"+o.Area] {
			seen["area"+o.Area] = true
			p.Available = append(p.Available, a)
		}
		if !slices.ContainsFunc(sel.areas, func(a schema.Area) bool { return a.Code == o.Area }) {
			continue
		}
		label := p.T("Huvuddefinition", "Main definition")
		for _, x := range p.Indicator.Variants {
			if x.ID == o.Variant {
				label = x.Label.In(p.Lang)
			}
		}
		add("variant", cmp.Or(o.Variant, "-"), label, &p.Variants, shown(func(l line) bool { return l.Variant == o.Variant }))
		add("sex", string(o.Sex), cmp.Or(format.Sex(o.Sex, p.Lang), p.T("båda könen", "both sexes")), &p.Sexes, shown(func(l line) bool { return l.Sex == o.Sex }))
		add("age", o.Age, cmp.Or(format.Age(o.Age, p.Lang), p.T("alla åldrar", "all ages")), &p.Ages, shown(func(l line) bool { return l.Age == o.Age }))
	}
	slices.SortFunc(p.Available, func(a, b schema.Area) int {
		return cmp.Or(cmp.Compare(levelOrder(a), levelOrder(b)), strings.Compare(sortKey(a.Name.In(p.Lang)), sortKey(b.Name.In(p.Lang))))
	})
}

func levelOrder(a schema.Area) int {
	if a.Code == country {
		return -1
	}
	return slices.Index([]schema.Level{schema.Country, schema.Region, schema.Municipality, schema.Group, schema.World, schema.Place}, a.Level)
}

// IsChosen tells whether the page shows an area.
func (p indicatorPage) IsChosen(code string) bool {
	return slices.ContainsFunc(p.Chosen, func(a schema.Area) bool { return a.Code == code })
}
