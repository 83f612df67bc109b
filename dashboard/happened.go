package dashboard

import (
	"slices"
	"time"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

// happening is something that happened where and about what a page shows. It stands beside the figures; what it did to
// them, if anything, is the business of the page of interventions.
type happening struct{ When, Label, Link string }

// eventsDrawn bounds how many events a chart names: more would hide the line.
const eventsDrawn = 4

// happened marks the events of the register that are about the page's areas and figures.
func (s *Server) happened(p *indicatorPage, sel *chosen, c *chart.Line) {
	about := append([]string{sel.ind.ID}, sel.ind.Inputs()...)
	for _, e := range s.Catalogue.Events {
		here := slices.ContainsFunc(sel.areas, func(a schema.Area) bool { return e.Touches(a.Code) })
		if !here || !slices.ContainsFunc(e.Indicators, func(id string) bool { return slices.Contains(about, id) }) {
			continue
		}
		label := e.Label.In(p.Lang)
		p.Events = append(p.Events, happening{format.Period(e.Period(), p.Lang), label, p.Link("/insatser/" + e.ID)})
		if e.Exact() && len(c.Events) < eventsDrawn {
			c.Events = append(c.Events, chart.Event{X: at(e.Moment()), Label: label})
		}
	}
}

// at puts a day on the time axis of a chart, in years.
func at(t time.Time) float64 { return float64(t.Year()) + float64(t.YearDay()-1)/365.25 }
