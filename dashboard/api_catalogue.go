package dashboard

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/export"
	"utfall/dashboard/verdict"
	"utfall/schema"
)

type apiIndicator struct {
	ID          string       `json:"id"`
	Label       both         `json:"label"`
	Definition  both         `json:"definition"`
	Theme       string       `json:"theme"`
	Unit        apiUnit      `json:"unit"`
	Kind        string       `json:"kind"`
	Direction   string       `json:"direction"`
	Frequency   string       `json:"frequency"`
	Publisher   apiPublisher `json:"publisher"`
	Attribution both         `json:"attribution"`
	Derived     bool         `json:"derived"`
	Denominator string       `json:"denominator"`
	Variants    []apiVariant `json:"variants"`
	Related     []string     `json:"related"`
	Caveats     []both       `json:"caveats"`
	Breaks      []apiBreak   `json:"breaks"`
	Page        string       `json:"page"`
}

type apiUnit struct {
	ID       string `json:"id"`
	Label    both   `json:"label"`
	Decimals int    `json:"decimals"`
}

type apiPublisher struct {
	ID      string `json:"id"`
	Name    both   `json:"name"`
	URL     string `json:"url"`
	Licence string `json:"licence"` // "unknown": not verified
}

type apiVariant struct {
	ID         string `json:"id"`
	Label      both   `json:"label"`
	Definition both   `json:"definition"`
}

type apiBreak struct {
	Period  string `json:"period"`
	Area    string `json:"area"`
	Variant string `json:"variant"`
	Text    both   `json:"text"`
	Source  string `json:"source"`
}

func (s *Server) writeIndicator(x schema.Indicator) any {
	u, _ := s.Catalogue.Unit(x.Unit)
	p, _ := s.Catalogue.Publisher(x.Publisher)
	out := apiIndicator{ID: x.ID, Label: in(x.Label), Definition: in(x.Definition), Theme: x.Theme, Unit: apiUnit{u.ID, in(u.Label), u.Decimals}, Kind: string(x.Kind),
		Direction: string(x.Direction), Frequency: string(x.Frequency), Publisher: apiPublisher{p.ID, in(p.Name), p.URL, p.Licence},
		Attribution: both{export.Attribution(s.Catalogue, x, schema.SV), export.Attribution(s.Catalogue, x, schema.EN)},
		Derived:     x.Derive != nil, Denominator: x.Denominator, Variants: []apiVariant{}, Related: orEmpty(x.Related), Caveats: ins(x.Caveats), Breaks: []apiBreak{},
		Page: s.Address + "/indikator/" + x.ID}
	for _, v := range x.Variants {
		out.Variants = append(out.Variants, apiVariant{v.ID, in(v.Label), in(v.Definition)})
	}
	for _, b := range x.Breaks {
		out.Breaks = append(out.Breaks, apiBreak{b.Period, b.Area, b.Variant, in(b.Text), b.Source})
	}
	return out
}

// apiIndicators lists the catalogue, those without figures too.
func (s *Server) apiIndicators(q *question) (any, error) {
	themes, err := q.chosenOf("theme", 50, func(x string) bool { _, ok := s.Catalogue.Theme(x); return ok })
	if err != nil {
		return nil, err
	}
	publishers, err := q.chosenOf("publisher", 50, func(x string) bool { _, ok := s.Catalogue.Publisher(x); return ok })
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(s.Catalogue.Indicators), func(x schema.Indicator) bool {
		return len(themes) > 0 && !slices.Contains(themes, x.Theme) || len(publishers) > 0 && !slices.Contains(publishers, x.Publisher)
	})
	return pageOf(q, list, func(x schema.Indicator) string { return x.ID }, s.writeIndicator)
}

func (s *Server) apiIndicator(q *question) (any, error) {
	id := q.c.Params("id")
	ind, ok := s.Catalogue.Indicator(id)
	if !ok {
		return nil, refuse(fiber.StatusNotFound, "Indikatorn ”"+short(id)+"” finns inte. Alla finns i /api/v1/indicators.", "There is no indicator “"+short(id)+"”. All are in /api/v1/indicators.")
	}
	return s.writeIndicator(ind), nil
}

type apiArea struct {
	Code   string `json:"code"`
	Name   both   `json:"name"`
	Level  string `json:"level"`
	Parent string `json:"parent"`
}

func (s *Server) apiAreas(q *question) (any, error) {
	parents, err := q.chosenOf("parent", mostAskedAreas, q.knownArea)
	if err != nil {
		return nil, err
	}
	all := s.Catalogue.Areas.All()
	levels, err := q.chosenOf("level", 10, func(x string) bool {
		return slices.ContainsFunc(all, func(a schema.Area) bool { return string(a.Level) == x })
	})
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(all, func(a schema.Area) bool {
		return len(levels) > 0 && !slices.Contains(levels, string(a.Level)) || len(parents) > 0 && !slices.Contains(parents, a.Parent)
	})
	return pageOf(q, list, func(a schema.Area) string { return a.Code }, func(a schema.Area) any {
		return apiArea{a.Code, in(a.Name), string(a.Level), a.Parent}
	})
}

type apiEvent struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"`
	Label      both     `json:"label"`
	Note       both     `json:"note"`
	Date       string   `json:"date"`  // a day, a month or a year: as exact as the source
	End        string   `json:"end"`   // "" where it did not end, or that is not known
	Bound      string   `json:"bound"` // "after": all that is known is that it came after date
	Area       string   `json:"area"`
	Scope      []string `json:"scope"`
	Indicators []string `json:"indicators"`
	Read       string   `json:"read"`
	Source     string   `json:"source"`
	URL        string   `json:"url"`
	Page       string   `json:"page"`
}

func (s *Server) apiEvents(q *question) (any, error) {
	areas, err := q.chosenOf("area", mostAskedAreas, q.knownArea)
	if err != nil {
		return nil, err
	}
	ids, err := q.chosenOf("indicator", mostAskedIndicators, q.knownIndicator)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(s.Catalogue.Events), func(e schema.Event) bool {
		return len(areas) > 0 && !slices.ContainsFunc(areas, func(a string) bool { return a == e.Area || e.Touches(a) }) ||
			len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(e.Indicators, id) })
	})
	return pageOf(q, list, func(e schema.Event) string { return e.ID }, func(e schema.Event) any {
		return apiEvent{e.ID, string(e.Kind), in(e.Label), in(e.Note), e.Date, e.End, e.Bound, e.Area, orEmpty(e.Scope), orEmpty(e.Indicators), string(e.Read), e.Source, e.URL,
			s.Address + "/insatser/" + e.ID}
	})
}

type apiClaim struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Title       both       `json:"title"`
	Proposition both       `json:"proposition"`
	Documents   []string   `json:"documents"`
	Decided     string     `json:"decided"` // the day on which the rule was written down
	Decision    both       `json:"decision"`
	Falsified   both       `json:"falsified"`
	Verdict     string     `json:"verdict"`
	Reason      string     `json:"reason"`
	Answer      both       `json:"answer"`
	Ways        []apiWay   `json:"ways"`
	Missing     []apiTable `json:"missing"`
	Page        string     `json:"page"`
}

type apiWay struct {
	Name    both     `json:"name"`
	Verdict string   `json:"verdict"`
	Reason  string   `json:"reason"`
	Proxy   bool     `json:"proxy"`
	Value   *float64 `json:"value"`
	Lower   *float64 `json:"lower"`
	Upper   *float64 `json:"upper"`
	Method  string   `json:"method"`
	Release uint64   `json:"release"` // the newest among the figures that it rests on, 0 where there are none
}

type apiTable struct {
	Holder string `json:"holder"`
	Table  both   `json:"table"`
}

func (s *Server) writeClaim(r verdict.Result) any {
	x := r.Claim
	out := apiClaim{ID: x.ID, Kind: string(x.Kind), Title: in(x.Title), Proposition: in(x.Proposition), Documents: orEmpty(x.Documents), Decided: x.Decided, Decision: in(x.Decision),
		Falsified: in(x.Falsified), Verdict: string(r.Verdict), Reason: string(r.Reason), Answer: both{s.answer(r, schema.SV), s.answer(r, schema.EN)}, Ways: []apiWay{}, Missing: []apiTable{},
		Page: s.Address + "/pastaenden/" + x.ID}
	for _, v := range r.Variants {
		way := apiWay{Name: both{s.wayName(v, schema.SV), s.wayName(v, schema.EN)}, Verdict: string(v.Verdict), Reason: string(v.Reason), Proxy: v.Rule.Proxy}
		way.Release, _ = v.Newest()
		if e := v.Estimate; e != nil {
			way.Value, way.Lower, way.Upper, way.Method = &e.Value, e.Lower, e.Upper, e.Method
		}
		out.Ways = append(out.Ways, way)
	}
	for _, m := range x.Missing {
		out.Missing = append(out.Missing, apiTable{m.Holder, in(m.Table)})
	}
	return out
}

// apiClaims lists the claims with what the figures of the moment say of each.
func (s *Server) apiClaims(q *question) (any, error) {
	results, err := s.testAll(q.c.Context(), q.AsOf)
	if err != nil {
		return nil, err
	}
	return pageOf(q, results, func(r verdict.Result) string { return r.Claim.ID }, s.writeClaim)
}

func (s *Server) apiClaim(q *question) (any, error) {
	id := strings.ToLower(q.c.Params("id"))
	x, ok := s.Catalogue.Claim(id)
	if !ok {
		return nil, refuse(fiber.StatusNotFound, "Påståendet ”"+short(id)+"” finns inte. Alla finns i /api/v1/claims.", "There is no claim “"+short(id)+"”. All are in /api/v1/claims.")
	}
	tester, err := s.tester(q.c.Context(), x.Indicators(), x.Areas(), q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.writeClaim(tester.Test(x)), nil
}
