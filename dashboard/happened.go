package dashboard

import (
	"slices"
	"strconv"
	"time"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

// happening is something that happened where and about what a page shows. It stands beside the figures; what it did to
// them, if anything, is the business of the page of interventions. One with a mark is drawn in the chart under it.
type happening struct{ Mark, When, Label, Where, Link string }

// eventsDrawn bounds how many events a chart names: more would hide the line.
const eventsDrawn = 4

// happened lists the events of the register that are about the page's areas and figures, and marks those in the chart that
// are about the fewest areas: what concerns the place itself says more of it than what concerned half a continent.
func (s *Server) happened(p *indicatorPage, sel *chosen, c *chart.Line) {
	about := append([]string{sel.ind.ID}, sel.ind.Inputs()...)
	shown := c.Extends()
	var events []schema.Event
	for _, e := range s.Catalogue.Events {
		here := slices.ContainsFunc(sel.areas, func(a schema.Area) bool { return e.Touches(a.Code) })
		if here && slices.ContainsFunc(e.Indicators, func(id string) bool { return slices.Contains(about, id) }) {
			events = append(events, e)
		}
	}
	drawn := slices.DeleteFunc(slices.Clone(events), func(e schema.Event) bool {
		x := middle(e.Period())
		return !e.Exact() || x < shown[0] || x > shown[1]
	})
	slices.SortStableFunc(drawn, func(a, b schema.Event) int { return len(a.Scope) - len(b.Scope) })
	drawn = drawn[:min(len(drawn), eventsDrawn)]
	for _, e := range events {
		area, _ := s.Catalogue.Areas.Get(e.Area)
		h := happening{When: eventDate(e, p.Lang), Label: e.Label.In(p.Lang), Link: p.Link("/insatser/" + e.ID)}
		if len(sel.areas) > 1 {
			h.Where = area.Name.In(p.Lang)
		}
		if slices.ContainsFunc(drawn, func(d schema.Event) bool { return d.ID == e.ID }) {
			h.Mark = strconv.Itoa(len(c.Events) + 1)
			c.Events = append(c.Events, chart.Event{X: middle(e.Period()), Label: h.Label, Mark: h.Mark})
			p.Marked = append(p.Marked, h)
		} else {
			p.Events = append(p.Events, h)
		}
	}
}

// breakWord stands in the band that marks a break in a chart.
var breakWord = schema.Text{SV: "brott i serien", EN: "break in series"}

// broken marks where the lines shown cannot be compared across time: the breaks of the catalogue that concern them, and
// those that the source marked.
func (s *Server) broken(p *indicatorPage, sel *chosen) {
	concerns := func(k schema.Break) bool {
		return slices.ContainsFunc(sel.lines, func(l line) bool {
			return l.Other == nil && (k.Area == "" || k.Area == l.Area.Code) && (k.Variant == "" || k.Variant == l.Variant)
		})
	}
	mark := func(x float64) {
		if !slices.ContainsFunc(p.bands, func(k chart.Break) bool { return k.X == x }) {
			p.bands = append(p.bands, chart.Break{X: x, Word: breakWord.In(p.Lang)})
		}
	}
	for _, k := range sel.ind.Breaks {
		if !concerns(k) {
			continue
		}
		when := k.Period
		if period, err := schema.ParsePeriod(k.Period); err == nil {
			mark(at(period.Start))
			when = format.Period(period, p.Lang)
		}
		p.Breaks = append(p.Breaks, when+": "+k.Text.In(p.Lang))
	}
	for _, l := range sel.lines {
		for i, o := range l.regular() {
			if i > 0 && schema.HasFlag(o.Flags, schema.SeriesBreak) {
				mark(at(o.Period.Start))
				p.Breaks = append(p.Breaks, format.Period(o.Period, p.Lang)+": "+l.name(sel.ind, p.Lang, true)+p.T(" räknas på annat sätt från och med här, enligt källan.", " is counted in another way from here on, says the source."))
			}
		}
	}
}

// at puts a day on the time axis of a chart, in years.
func at(t time.Time) float64 { return float64(t.Year()) + float64(t.YearDay()-1)/365.25 }
