package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/comparison"
	"utfall/schema"
)

type comparePage struct {
	*view
	Indicator   schema.Indicator
	Theme, Unit string
	Chosen      *schema.Area
	Period      string
	Lead, Note  string
	Why         string // it cannot be compared, and why not
	Measures    []choice
	Groups      []choice
	Strata      []choice
	Periods     []choice
	Available   []schema.Area
	Keep        []choice // what the forms carry along: key and value
	Carried     []choice // what the search carries along beside them
	Everything  string   // the address without the search
	Search      string
	Attribution string

	Ranked, Swarm, Funnel, Tiles *picture
	FunnelWhy                    string
	Peers                        *peersPanel
	Rows                         []compareRow
	Count                        string   // how many areas have a figure
	NotThere                     []string // areas that the collection has no figure for
	CSV, Excel, JSON             string
	Failed                       []string

	differences map[string]comparison.Difference
	set         comparison.Set
	figures     []schema.Observation // of the set, in the order of areas: those in its charts
}

type compareRow struct {
	Code, Name, Link, Value, Interval, Gap, Ratio, Limits, Word, Small string
	Standing                                                           string
	Missing, IsChosen                                                  bool
}

// compared is what the address asks of a comparison, and the figures that it takes.
type compared struct {
	ind     schema.Indicator
	set     comparison.Set
	found   bool
	traits  []schema.PeerTrait // that areas are called alike by
	every   []schema.PeerTrait // that may be chosen
	number  int
	inputs  []schema.Observation // counts behind the figures, and the traits
	counts  map[string]comparison.Count
	figures []schema.Observation
	failed  error // the inputs could not be read
}

// compareWith reads the address and the figures.
func (s *Server) compareWith(c *fiber.Ctx, v *view) (*compared, error) {
	id := c.Params("id")
	ind, ok := s.Catalogue.Indicator(id)
	if !ok {
		return nil, refuse(fiber.StatusNotFound, "Indikatorn ”"+short(id)+"” finns inte. Välj en på sidan Jämför.", "There is no indicator “"+short(id)+"”. Choose one on the page Compare.")
	}
	out := &compared{ind: ind}
	asked, err := s.askedOf(v, ind)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), panelTimeout)
	defer cancel()
	if out.figures, err = s.Reader.Series(ctx, schema.Query{Indicators: []string{ind.ID}, AsOf: v.AsOf}); err != nil {
		return nil, err
	}
	if out.set, out.found = comparison.Choose(s.Catalogue.Areas, ind, out.figures, asked); !out.found {
		if len(out.figures) > 0 && (asked.Period != "" || asked.Group != "") {
			return nil, refuse(fiber.StatusNotFound, "Det finns inga siffror att jämföra för den perioden eller den sortens områden. Ta bort valet ur adressen för att se vad som finns.",
				"There are no figures to compare for that period or that sort of area. Take the choice out of the address to see what there is.")
		}
		return out, nil
	}
	if err := s.likeness(v, out); err != nil {
		return nil, err
	}
	s.readInputs(v, out)
	return out, nil
}

// askedOf reads the choices that decide what stands side by side.
func (s *Server) askedOf(v *view, ind schema.Indicator) (asked comparison.Asked, err error) {
	if code := v.Query.Get("area"); code != "" {
		if strings.Contains(code, ",") {
			return asked, refuse(fiber.StatusBadRequest, "Välj ett område att jämföra de andra med.", "Choose one area to put the others against.")
		}
		if _, ok := s.Catalogue.Areas.Get(code); !ok {
			return asked, refuse(fiber.StatusNotFound, "Området ”"+short(code)+"” finns inte. Skriv till exempel SE, SE-14 eller SE-1480.", "There is no area “"+short(code)+"”. Write for example SE, SE-14 or SE-1480.")
		}
		asked.Area = code
	}
	if text := v.Query.Get("period"); text != "" {
		p, err := schema.ParsePeriod(text)
		if err != nil {
			return asked, refuse(fiber.StatusBadRequest, "”"+short(text)+"” är inte en period. Skriv till exempel 2022.", "“"+short(text)+"” is not a period. Write for example 2022.")
		}
		asked.Period = p.String()
	}
	asked.Group = v.Query.Get("niva")
	variant, sex, age := v.Query.Get("variant"), v.Query.Get("sex"), v.Query.Get("age")
	for x, known := range map[string]bool{variant: variant == "" || variant == "-" || ind.HasVariant(variant), sex: sex == "" || isSex(sex), age: age == "" || isAge(age)} {
		if !known {
			return asked, refuse(fiber.StatusBadRequest, "Valet ”"+short(x)+"” finns inte för indikatorn.", "The choice “"+short(x)+"” does not exist for the indicator.")
		}
	}
	asked.Within = func(t comparison.Stratum) bool {
		return (variant == "" || t.Variant == strings.TrimPrefix(variant, "-")) && (sex == "" || string(t.Sex) == sex) && (age == "" || t.Age == age)
	}
	return asked, nil
}

func isSex(x string) bool { _, err := schema.ParseSex(x); return err == nil }

func isAge(x string) bool { _, err := schema.ParseAge(x); return err == nil }

// likeness reads by what, and how many, areas are called alike.
func (s *Server) likeness(v *view, out *compared) error {
	rule, ok := s.Catalogue.PeerRule(out.set.Group.Level)
	if !ok || out.set.Group.In != country {
		return nil
	}
	root := func(id string) string {
		if ind, ok := s.Catalogue.Indicator(id); ok && ind.Derive != nil {
			return ind.Numerator
		}
		return id
	}
	out.number = rule.Number
	if text := v.Query.Get("lika"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > schema.MostPeers {
			return refuse(fiber.StatusBadRequest, fmt.Sprintf("Antalet liknande områden ska vara 1 till %d.", schema.MostPeers), fmt.Sprintf("The number of similar areas must be 1 to %d.", schema.MostPeers))
		}
		out.number = n
	}
	out.every = slices.DeleteFunc(slices.Clone(rule.Traits), func(t schema.PeerTrait) bool { return root(t.Indicator) == root(out.ind.ID) })
	out.traits = out.every
	if text := v.Query.Get("efter"); text != "" {
		asked := strings.Split(text, ",")
		for _, x := range asked {
			if !slices.ContainsFunc(rule.Traits, func(t schema.PeerTrait) bool { return t.ID == x }) {
				return refuse(fiber.StatusBadRequest, "Likhet kan inte räknas efter ”"+short(x)+"”.", "Likeness cannot be measured by “"+short(x)+"”.")
			}
		}
		out.traits = slices.DeleteFunc(slices.Clone(out.every), func(t schema.PeerTrait) bool { return !slices.Contains(asked, t.ID) })
	}
	return nil
}

// readInputs reads, in one query with a deadline of its own, the counts behind the figures and the traits.
func (s *Server) readInputs(v *view, out *compared) {
	var ids []string
	counted := comparison.CountsOf(s.Catalogue, out.ind) == comparison.HasCounts
	if counted {
		ids = comparison.CountInputs(out.ind)
	}
	for _, t := range out.traits {
		ids = append(ids, t.Indicator)
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	ctx, cancel := context.WithTimeout(context.Background(), panelTimeout)
	defer cancel()
	if out.inputs, out.failed = s.Reader.Series(ctx, schema.Query{Indicators: slices.Compact(ids), AsOf: v.AsOf}); out.failed == nil && counted {
		out.counts = out.set.Counts(out.inputs)
	}
}

// compare shows the areas of one indicator side by side.
func (s *Server) compare(c *fiber.Ctx, v *view) (asset, error) {
	q, err := s.compareWith(c, v)
	if err != nil {
		return asset{}, err
	}
	theme, _ := s.Catalogue.Theme(q.ind.Theme)
	unit, _ := s.Catalogue.Unit(q.ind.Unit)
	v.Title = q.ind.Label.In(v.Lang) + v.T(": jämför områden", ": compare areas")
	p := &comparePage{view: v, Indicator: q.ind, Theme: theme.Label.In(v.Lang), Unit: unit.Label.In(v.Lang), Search: v.Query.Get("q"), set: q.set}
	publisher, _ := s.Catalogue.Publisher(q.ind.Publisher)
	p.Attribution, p.Measures = publisher.Attribution.In(v.Lang), s.comparableMeasures(p)
	if !q.found {
		p.Lead = p.T("Det finns inga siffror för mer än ett område, så det finns inget att jämföra.", "There are no figures for more than one area, so there is nothing to compare.")
		return s.html("compare", p)
	}
	if a, ok := s.Catalogue.Areas.Get(q.set.Chosen); ok {
		p.Chosen = &a
	}
	s.compareChoices(p, q)
	if q.failed != nil {
		s.Logger.Error("a panel failed", "panel", "comparison", "indicator", q.ind.ID, "error", q.failed)
		p.Failed, v.whole = append(p.Failed, p.T("prövningen av skillnader och de liknande områdena", "the test of differences and the similar areas")), false
	}
	if !comparison.Comparable(q.ind) {
		p.Why = p.whyNotComparable()
	} else if q.failed == nil {
		p.differences = q.set.Differences(s.Catalogue.Areas, q.counts)
	}
	s.fillComparison(p, q)
	return s.html("compare", p)
}
