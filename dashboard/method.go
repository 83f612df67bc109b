package dashboard

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// method is a section of the page that says how the figures are made: what it is for, the formula, who described it, and
// the same sum done on a figure of the product.
type method struct {
	ID            string
	Title, Text   schema.Text
	Formula       string
	Source        string
	indicator     string // whose figures the example uses, "" for none
	beside        string // another indicator that the example needs, "" for none
	area          string
	event         string // an event that the example is about, "" for none
	example       func(sample) string
	Example, Link string // filled in for the page
}

// sample is what an example is worked on.
type sample struct {
	s       *Server
	lang    schema.Lang
	ind     schema.Indicator
	area    string
	event   schema.Event
	figures []schema.Observation            // the main line of the indicator and area, figures with a value
	people  map[int]float64                 // population of the area by year
	others  map[string][]schema.Observation // the same line of other areas of the same level
	all     []schema.Observation            // every figure that was read
}

// T chooses the language.
func (x sample) T(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(x.lang) }

type methodPage struct {
	*view
	Methods []method
}

// methods shows how the figures are made, each method worked through on figures of the moment that the page shows.
func (s *Server) methods(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Så är siffrorna gjorda", "How the figures are made")
	p := methodPage{view: v, Methods: slices.Concat(figureMethods, comparisonMethods, areaMethods, studyMethods, ruleMethods)}
	ids := []string{s.Catalogue.Chain.Population}
	for _, m := range p.Methods {
		for _, id := range []string{m.indicator, m.beside} {
			if id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: ids, AsOf: v.AsOf})
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "method examples", "error", err)
		v.whole = false
	}
	lines := map[string][]line{} // by indicator and area
	for _, l := range s.lines(figures) {
		key := l.Figures[0].Indicator + "|" + l.Area.Code
		lines[key] = append(lines[key], l)
	}
	for i := range p.Methods {
		m := &p.Methods[i]
		if x, ok := s.sample(*m, figures, lines, v.Lang); ok {
			m.Example, m.Link = m.example(x), v.Link("/indikator/"+m.indicator, "area", m.area)
			if m.event != "" {
				m.Link = v.Link("/insatser/"+m.event, "indikator", m.indicator, "area", m.area)
			}
		}
	}
	return s.html("method", p)
}

// sample gathers what an example is worked on; ok is false where there are no figures for it.
func (s *Server) sample(m method, figures []schema.Observation, lines map[string][]line, lang schema.Lang) (sample, bool) {
	main, ok := mainLine(lines[m.indicator+"|"+m.area])
	if !ok {
		return sample{}, false
	}
	present := func(l line) []schema.Observation {
		return slices.DeleteFunc(l.regular(), func(o schema.Observation) bool { return o.Missing != schema.Present })
	}
	x := sample{s: s, lang: lang, area: m.area, figures: present(main), people: map[int]float64{}, others: map[string][]schema.Observation{}, all: figures}
	x.ind, _ = s.Catalogue.Indicator(m.indicator)
	x.event, _ = s.Catalogue.Event(m.event)
	if l, ok := mainLine(lines[s.Catalogue.Chain.Population+"|"+m.area]); ok {
		for _, o := range present(l) {
			x.people[o.Period.Start.Year()] = o.Value
		}
	}
	like := main.Figures[0]
	for _, a := range lines {
		for _, l := range a {
			f := l.Figures[0]
			if f.Indicator == like.Indicator && f.Area != like.Area && l.Area.Level == main.Area.Level && !x.event.Touches(f.Area) &&
				f.Variant == like.Variant && f.Sex == like.Sex && f.Age == like.Age && f.Breakdown == like.Breakdown {
				x.others[f.Area] = l.Figures
			}
		}
	}
	return x, len(x.figures) > 0
}
