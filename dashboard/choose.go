package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// maxAreas bounds how many areas one page compares.
const maxAreas = 6

// chosen is what the address asks of an indicator.
type chosen struct {
	ind     schema.Indicator
	figures []schema.Observation // of every area
	lines   []line               // of the areas, variant, sexes and ages asked for
	areas   []schema.Area
	others  []schema.Observation // of other ways to count the same thing, for the areas
}

// shown gives the figures of all the lines.
func (sel *chosen) shown() []schema.Observation {
	var out []schema.Observation
	for _, l := range sel.lines {
		out = append(out, l.Figures...)
	}
	return out
}

// choose reads the figures of an indicator and picks the lines that the address asks for, or sensible ones.
func (s *Server) choose(c *fiber.Ctx, v *view) (*chosen, error) {
	sel, err := s.ask(c, v)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.traced(), panelTimeout)
	defer cancel()
	figures, err := s.figures(ctx, sel, v)
	if err != nil {
		return nil, err
	}
	s.take(sel, v, figures)
	if v.Query.Get("also") == "" {
		return sel, nil
	}
	others, err := s.otherCounts(ctx, sel, v)
	s.beside(sel, v, others)
	return sel, err
}

// ask reads the address.
func (s *Server) ask(c *fiber.Ctx, v *view) (*chosen, error) {
	id := c.Params("id")
	ind, ok := s.Catalogue.Indicator(id)
	if !ok {
		return nil, refuse(fiber.StatusNotFound, "Indikatorn ”"+short(id)+"” finns inte. Sök på översikten.", "There is no indicator “"+short(id)+"”. Search on the overview.")
	}
	out := &chosen{ind: ind}
	for code := range strings.SplitSeq(v.Query.Get("area"), ",") {
		if code == "" {
			continue
		}
		a, ok := s.Catalogue.Areas.Get(code)
		if !ok {
			return nil, refuse(fiber.StatusNotFound, "Området ”"+short(code)+"” finns inte. Skriv till exempel SE, SE-14 eller SE-1480.",
				"There is no area “"+short(code)+"”. Write for example SE, SE-14 or SE-1480.")
		}
		if !slices.ContainsFunc(out.areas, func(b schema.Area) bool { return b.Code == a.Code }) {
			out.areas = append(out.areas, a)
		}
	}
	if len(out.areas) > maxAreas {
		return nil, refuse(fiber.StatusBadRequest, fmt.Sprintf("Välj högst %d områden.", maxAreas), fmt.Sprintf("Choose at most %d areas.", maxAreas))
	}
	for key, known := range map[string]func(string) bool{
		"variant": func(x string) bool { return x == "-" || ind.HasVariant(x) },
		"sex":     func(x string) bool { _, err := schema.ParseSex(x); return err == nil },
		"age":     func(x string) bool { _, err := schema.ParseAge(x); return err == nil },
		"also":    func(x string) bool { return slices.Contains(s.Catalogue.OtherCounts(ind), x) },
	} {
		for x := range strings.SplitSeq(v.Query.Get(key), ",") {
			if x != "" && !known(x) {
				return nil, refuse(fiber.StatusBadRequest, "Valet ”"+short(x)+"” finns inte för indikatorn.", "The choice “"+short(x)+"” does not exist for the indicator.")
			}
		}
	}
	return out, nil
}

func (s *Server) figures(ctx context.Context, sel *chosen, v *view) ([]schema.Observation, error) {
	return s.Reader.Series(ctx, schema.Query{Indicators: []string{sel.ind.ID}, AsOf: v.AsOf})
}

// take picks the lines out of the indicator's figures.
func (s *Server) take(sel *chosen, v *view, figures []schema.Observation) {
	sel.figures = figures
	if len(sel.areas) == 0 && len(figures) > 0 {
		code := figures[0].Area
		if slices.ContainsFunc(figures, func(o schema.Observation) bool { return o.Area == country }) {
			code = country
		}
		a, _ := s.Catalogue.Areas.Get(code)
		sel.areas = []schema.Area{a}
	}
	s.pick(sel, v)
}

// otherCounts reads the figures of the other ways to count the same thing, for the areas chosen.
func (s *Server) otherCounts(ctx context.Context, sel *chosen, v *view) ([]schema.Observation, error) {
	ids := s.Catalogue.OtherCounts(sel.ind)
	if len(ids) == 0 || len(sel.areas) == 0 {
		return nil, nil
	}
	codes := make([]string, len(sel.areas))
	for i, a := range sel.areas {
		codes[i] = a.Code
	}
	return s.Reader.Series(ctx, schema.Query{Indicators: ids, Areas: codes, AsOf: v.AsOf})
}

// beside adds, for the areas chosen, the main lines of other ways to count the same thing that the address names. They
// keep their own names and are never added to the indicator's own.
func (s *Server) beside(sel *chosen, v *view, figures []schema.Observation) {
	sel.others = figures
	for id := range strings.SplitSeq(v.Query.Get("also"), ",") {
		for _, a := range sel.areas {
			if l, ok := s.otherLine(sel, id, a.Code); ok {
				sel.lines = append(sel.lines, l)
			}
		}
	}
}

// otherLine gives the main line of another way to count, for an area.
func (s *Server) otherLine(sel *chosen, id, area string) (line, bool) {
	mine := slices.DeleteFunc(slices.Clone(sel.others), func(o schema.Observation) bool { return o.Indicator != id || o.Area != area })
	l, ok := mainLine(s.lines(mine))
	if ind, known := s.Catalogue.Indicator(id); ok && known {
		l.Other = &ind
	}
	return l, ok
}

// pick takes each area's main line, with whatever of variant, sex and age the address names instead.
func (s *Server) pick(out *chosen, v *view) {
	asked := func(key string) []string {
		return slices.DeleteFunc(strings.Split(v.Query.Get(key), ","), func(x string) bool { return x == "" })
	}
	variants, sexes, ages := asked("variant"), asked("sex"), asked("age")
	all := s.lines(out.figures)
	for _, a := range out.areas {
		here := slices.DeleteFunc(slices.Clone(all), func(l line) bool {
			return l.Area.Code != a.Code || len(variants) > 0 && !slices.Contains(variants, cmp.Or(l.Variant, "-")) ||
				len(sexes) > 0 && !slices.Contains(sexes, string(l.Sex)) || len(ages) > 0 && !slices.Contains(ages, l.Age)
		})
		main, ok := mainLine(here)
		if !ok {
			continue
		}
		for _, l := range here {
			if (len(variants) > 0 || l.Variant == main.Variant) && (len(sexes) > 0 || l.Sex == main.Sex) && (len(ages) > 0 || l.Age == main.Age) && l.Part == main.Part {
				out.lines = append(out.lines, l)
			}
		}
	}
}
