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
}

// choose reads the figures of an indicator and picks the lines that the address asks for, or sensible ones.
func (s *Server) choose(c *fiber.Ctx, v *view) (*chosen, error) {
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
		"also":    func(x string) bool { return slices.Contains(ind.Related, x) },
	} {
		for x := range strings.SplitSeq(v.Query.Get(key), ",") {
			if x != "" && !known(x) {
				return nil, refuse(fiber.StatusBadRequest, "Valet ”"+short(x)+"” finns inte för indikatorn.", "The choice “"+short(x)+"” does not exist for the indicator.")
			}
		}
	}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	var err error
	if out.figures, err = s.Reader.Series(ctx, schema.Query{Indicators: []string{ind.ID}, AsOf: v.AsOf}); err != nil {
		return nil, err
	}
	if len(out.areas) == 0 && len(out.figures) > 0 {
		code := out.figures[0].Area
		if slices.ContainsFunc(out.figures, func(o schema.Observation) bool { return o.Area == country }) {
			code = country
		}
		a, _ := s.Catalogue.Areas.Get(code)
		out.areas = []schema.Area{a}
	}
	s.pick(out, v)
	return out, s.beside(ctx, out, v)
}

// beside adds, for the areas chosen, the main lines of other ways to count the same thing that the address names. They
// keep their own names and are never added to the indicator's own.
func (s *Server) beside(ctx context.Context, out *chosen, v *view) error {
	ids := slices.DeleteFunc(strings.Split(v.Query.Get("also"), ","), func(x string) bool { return x == "" })
	if len(ids) == 0 || len(out.areas) == 0 {
		return nil
	}
	codes := make([]string, len(out.areas))
	for i, a := range out.areas {
		codes[i] = a.Code
	}
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: ids, Areas: codes, AsOf: v.AsOf})
	if err != nil {
		return err
	}
	for _, id := range ids {
		ind, _ := s.Catalogue.Indicator(id)
		for _, code := range codes {
			mine := slices.DeleteFunc(slices.Clone(figures), func(o schema.Observation) bool { return o.Indicator != id || o.Area != code })
			if l, ok := mainLine(s.lines(mine)); ok {
				l.Other = &ind
				out.lines = append(out.lines, l)
			}
		}
	}
	return nil
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
