package dashboard

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/comparison"
	"utfall/schema"
)

type compareListPage struct {
	*view
	Search string
	Themes []compareTheme
	Error  bool
}

type compareTheme struct {
	Label string
	Rows  []compareListRow
}

type compareListRow struct{ Name, Unit, Link, Areas string }

// compareList lists the indicators that areas can be compared in, with what sorts of area have figures.
func (s *Server) compareList(_ *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Jämför områden", "Compare areas")
	p := compareListPage{view: v, Search: v.Query.Get("q")}
	area := v.Query.Get("area")
	if _, ok := s.Catalogue.Areas.Get(area); area != "" && !ok {
		return asset{}, refuse(fiber.StatusNotFound, "Området ”"+short(area)+"” finns inte. Skriv till exempel SE, SE-14 eller SE-1480.", "There is no area “"+short(area)+"”. Write for example SE, SE-14 or SE-1480.")
	}
	ctx, cancel := context.WithTimeout(context.Background(), panelTimeout)
	defer cancel()
	places, err := s.Reader.Places(ctx, v.AsOf)
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "places", "error", err)
		p.Error, v.whole = true, false
	}
	for _, theme := range s.Catalogue.Themes {
		t := compareTheme{Label: theme.Label.In(v.Lang)}
		for _, ind := range s.Catalogue.Indicators {
			if ind.Theme != theme.ID || !comparison.Comparable(ind) || !matches(ind, p.Search) {
				continue
			}
			if kinds := s.kindsOf(places[ind.ID], v.Lang); kinds != "" {
				unit, _ := s.Catalogue.Unit(ind.Unit)
				link := v.Link("/jamfor/"+ind.ID, "area", area)
				t.Rows = append(t.Rows, compareListRow{ind.Label.In(v.Lang), unit.Label.In(v.Lang), link, kinds})
			}
		}
		if len(t.Rows) > 0 {
			p.Themes = append(p.Themes, t)
		}
	}
	return s.html("comparelist", p)
}

// kindsOf says how many areas of each sort there are: "kommuner (64), länder (30)". A sort with one area is none.
func (s *Server) kindsOf(codes []string, lang schema.Lang) string {
	count := map[comparison.Group]int{}
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		if g, ok := comparison.GroupOf(s.Catalogue.Areas, code); ok {
			count[g]++
		}
	}
	var out []string
	for g, n := range count {
		if n > 1 {
			out = append(out, s.groupName(g, lang)+" ("+strconv.Itoa(n)+")")
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
