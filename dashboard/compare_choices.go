package dashboard

import (
	"slices"
	"strconv"
	"strings"

	"utfall/dashboard/comparison"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
)

// again gives the page's own address with some choices changed; an empty value takes a choice away.
func (p *comparePage) again(path string, pairs ...string) string {
	keep := []string{}
	for _, key := range []string{"area", "niva", "period", "variant", "sex", "age", "q", "lika", "efter"} {
		if !slices.Contains(pairs, key) {
			keep = append(keep, key, p.Query.Get(key))
		}
	}
	return p.Link(path, append(keep, pairs...)...)
}

// compareChoices lists what else can be set side by side.
func (s *Server) compareChoices(p *comparePage, q *compared) {
	p.Period = format.Period(q.set.Period, p.Lang)
	keep := ""
	if p.Query.Get("area") == country { // any other area belongs to its own group
		keep = country
	}
	for _, g := range q.set.Groups {
		p.Groups = append(p.Groups, choice{p.again(p.path, "area", keep, "niva", g.What.ID, "period", "", "variant", "", "sex", "", "age", "", "q", ""),
			s.groupName(g.What, p.Lang) + " (" + strconv.Itoa(g.Areas) + ")", g.What == q.set.Group})
	}
	if len(p.Groups) < 2 {
		p.Groups = nil
	}
	for _, x := range q.set.Periods {
		p.Periods = append(p.Periods, choice{x.What.String(), format.Period(x.What, p.Lang) + " (" + strconv.Itoa(x.Areas) + ")", x.What.String() == q.set.Period.String()})
	}
	for _, t := range q.set.Strata {
		variant := t.Variant
		if variant == "" {
			variant = "-"
		}
		p.Strata = append(p.Strata, choice{p.again(p.path, "variant", variant, "sex", string(t.Sex), "age", t.Age, "period", ""), s.stratumName(q.ind, t, p.Lang), t == q.set.Stratum})
	}
	if len(p.Strata) < 2 {
		p.Strata = nil
	}
	for code, o := range q.set.Figures {
		if a, ok := s.Catalogue.Areas.Get(code); ok && o.Missing == schema.Present {
			p.Available = append(p.Available, a)
		}
	}
	slices.SortFunc(p.Available, func(a, b schema.Area) int {
		return strings.Compare(sortKey(p.Name(a)), sortKey(p.Name(b)))
	})
	for _, key := range []string{"as_of", "niva", "variant", "sex", "age"} {
		if x := p.Query.Get(key); x != "" {
			p.Keep = append(p.Keep, choice{ID: key, Label: x})
		}
	}
	for _, key := range []string{"area", "period", "lika", "efter"} {
		if x := p.Query.Get(key); x != "" {
			p.Carried = append(p.Carried, choice{ID: key, Label: x})
		}
	}
	p.Everything = p.again(p.path, "q", "") + "#tabell"
	files := "/jamfor/" + q.ind.ID
	p.CSV, p.Excel, p.JSON = p.again(files+".csv"), p.again(files+".csv", "dialekt", "sv"), p.again(files+".json")
}

func (s *Server) groupName(g comparison.Group, lang schema.Lang) string {
	names := map[string]schema.Text{
		comparison.Municipalities: {SV: "Kommuner", EN: "Municipalities"},
		comparison.Regions:        {SV: "Regioner", EN: "Regions"},
		comparison.Countries:      {SV: "Länder", EN: "Countries"},
		comparison.Places:         {SV: "Verksamheter och städer", EN: "Services and cities"},
	}
	if t, ok := names[g.ID]; ok {
		return t.In(lang)
	}
	land, _ := s.Catalogue.Areas.Get(g.In)
	return schema.Text{SV: "Delar av ", EN: "Parts of "}.In(lang) + sentence.PlaceName(land, lang)
}

func (s *Server) stratumName(ind schema.Indicator, t comparison.Stratum, lang schema.Lang) string {
	l := line{Variant: t.Variant, Sex: t.Sex, Age: t.Age, Part: t.Breakdown}
	if name := l.name(ind, lang, false); name != "" {
		return name
	}
	return schema.Text{SV: "Huvuddefinition", EN: "Main definition"}.In(lang)
}

// Name is an area's name beside others of its group.
func (p *comparePage) Name(a schema.Area) string {
	if a.Code == country && p.set.Group.In == "" {
		return sentence.PlaceName(a, p.Lang)
	}
	return a.Name.In(p.Lang)
}

// IsArea tells whether an area is the one that the others are put against.
func (p *comparePage) IsArea(code string) bool { return p.Chosen != nil && p.Chosen.Code == code }

// comparableMeasures links the same figures in the measures that places of different size can be compared in.
func (s *Server) comparableMeasures(p *comparePage) []choice {
	var out []choice
	for _, ind := range s.measuresOf(p.Indicator) {
		if comparison.Comparable(ind) {
			out = append(out, choice{p.Link("/jamfor/"+ind.ID, "area", p.Query.Get("area"), "niva", p.Query.Get("niva")), s.measure(ind, p.Lang), ind.ID == p.Indicator.ID})
		}
	}
	if len(out) == 1 && out[0].Chosen {
		return nil
	}
	return out
}

// shownAreas gives the areas of the table: those of the group with a figure or a reason, the chosen one and the country that
// they lie in, all that fit the search, by name.
func (s *Server) shownAreas(p *comparePage) []schema.Area {
	var out []schema.Area
	for code := range p.set.Figures {
		if a, ok := s.Catalogue.Areas.Get(code); ok && named(a, p.Search) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b schema.Area) int { return strings.Compare(sortKey(p.Name(a)), sortKey(p.Name(b))) })
	return out
}

// named tells whether a search fits an area: part of its name in either language, whatever the accents, or its code.
func named(a schema.Area, search string) bool {
	search = strings.TrimSpace(fold(search))
	return search == "" || strings.Contains(fold(a.Name.SV+" "+a.Name.EN+" "+a.Code), search)
}
