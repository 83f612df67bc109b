package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

type indicatorPage struct {
	*view
	Indicator   schema.Indicator
	Theme, Unit string
	Sources     []sourceRow
	Declaration []qualityHeading
	Lead        string
	Head        *headline
	Chosen      []schema.Area
	Available   []schema.Area
	Variants    []choice
	Ages        []choice
	Sexes       []choice
	Wide        template.HTML
	Narrow      template.HTML
	Option      template.JS
	ChartTitle  string
	Rows        []tableRow
	Several     bool
	Intervals   bool     // some figure has limits
	Measures    []choice // the same figures as a number, a rate, an index; ID is an address
	Related     []relatedRow
	Beside      []choice
	Breaks      []string
	bands       []chart.Break // the same, to be drawn
	Revisions   []revisionRow
	Releases    []releaseRow
	Vintages    *vintages
	Definitions *definitions
	Waited      bool        // the figures did not come in time
	Marked      []happening // drawn in the chart
	Events      []happening // the others
	Control     *control
	Arriving    *arriving // nil where no newest week or month can be judged
	Views       []choice  // line or control chart; ID is an address
	Panels      []panel   // small multiples
	Failed      []string  // panels that did not load
	Late        []string  // panels that did not load in time
	Files       []choice  // what is shown, as files; ID is an address
	Pictures    []choice  // the chart, as files
	Snippet     string    // what another web site pastes to show the chart
}

type choice struct {
	ID, Label string
	Chosen    bool
}

type headline struct{ Period, Value, Unit, Interval, Change, ChangeInterval, Trend, TrendYears string }

type tableRow struct {
	Period, Series, Value, Interval, Unit, Source, Citation, URL, Note string
	Flags                                                              []string
	Missing                                                            bool
}

// indicator shows one indicator: sentence, number, chart, table, and what they rest on.
func (s *Server) indicator(c *fiber.Ctx, v *view) (asset, error) {
	sel, err := s.ask(c, v)
	if err != nil {
		return asset{}, err
	}
	ind := sel.ind
	theme, _ := s.Catalogue.Theme(ind.Theme)
	unit, _ := s.Catalogue.Unit(ind.Unit)
	v.Title = ind.Label.In(v.Lang)
	p := &indicatorPage{view: v, Indicator: ind, Theme: theme.Label.In(v.Lang), Unit: unit.Label.In(v.Lang)}
	ctx, cancel := context.WithTimeout(v.traced(), panelTimeout)
	defer cancel()
	history := s.loadHistory(ctx, v, ind.ID)
	figures, err := load(ctx, func(ctx context.Context) ([]schema.Observation, error) { return s.figures(ctx, sel, v) }).wait(ctx)
	if err != nil {
		return asset{}, err // what the page is about is no panel beside others: without it there is no page
	}
	s.take(sel, v, figures)
	beside, stop := s.within(v)
	defer stop()
	s.others(beside, p, sel)
	s.choices(p, sel)
	p.Chosen, p.Several = sel.areas, len(sel.lines) > 1
	s.measures(p)
	s.picture(p, sel)
	s.table(p, sel)
	p.Sources = s.lineage(v, sel)
	if err := s.history(beside, p, sel, history); err != nil {
		return asset{}, err
	}
	p.Declaration = s.declaration(p, sel)
	p.Files, p.Pictures, p.Snippet = s.files(v, ind.ID), s.pictures(v, ind.ID), s.snippet(v, ind.ID, v.Title)
	return s.html("indicator", p)
}

// picture makes the sentence, the number and the chart.
func (s *Server) picture(p *indicatorPage, sel *chosen) {
	if len(sel.lines) == 0 {
		return
	}
	first := sel.lines[0]
	figures := first.regular()
	if last, before, ok := latest(figures); ok {
		p.Head = s.headline(p, sel.ind, figures, last, before)
		p.Lead = s.lead(p, sel, first, last, before)
	}
	s.broken(p, sel)
	chartLine := s.axes(p, sel.ind)
	names := make([]string, 0, len(sel.lines))
	for _, l := range sel.lines {
		f := l.regular()
		chartLine.Series = append(chartLine.Series, chart.Series{Name: l.name(sel.ind, p.Lang, true), Points: s.points(sel.ind, f, p.Lang)})
		if !slices.Contains(names, l.Area.Name.In(p.Lang)) {
			names = append(names, l.Area.Name.In(p.Lang))
		}
	}
	s.happened(p, sel, &chartLine)
	chartLine.Title = p.Title + ": " + strings.Join(names, ", ")
	p.ChartTitle = chartLine.Title
	s.views(p, sel)
	if len(figures) < 2 && len(sel.lines) == 1 {
		return // one figure is no line
	}
	p.Wide, p.Narrow, p.Option = s.drawn(p, chartLine)
}

// axes begins a chart of an indicator: its unit, its numbers, its breaks.
func (s *Server) axes(p *indicatorPage, ind schema.Indicator) chart.Line {
	c := chart.Line{Unit: p.Unit, Breaks: p.bands, Free: p.FreeAxis(), Decimals: s.decimals(ind), Number: func(v float64) string {
		d := 0
		if v != float64(int64(v)) {
			d = 1
		}
		return format.Number(v, d, p.Lang)
	}}
	return c
}

// drawn gives a chart as pictures and as what the script draws.
func (s *Server) drawn(p *indicatorPage, c chart.Line) (wide, narrow template.HTML, option template.JS) {
	raw, err := c.JSON()
	if err != nil {
		s.Logger.Error("chart", "indicator", p.Indicator.ID, "error", err)
	}
	return c.SVG(chart.Wide), c.SVG(chart.Narrow), template.JS(raw) // chart.JSON escapes every <
}

func (s *Server) table(p *indicatorPage, sel *chosen) {
	type row struct {
		o schema.Observation
		l line
	}
	var rows []row
	for _, l := range sel.lines {
		for _, o := range l.Figures {
			rows = append(rows, row{o, l})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return b.o.Period.Start.Compare(a.o.Period.Start) })
	for _, r := range rows {
		p.Intervals = p.Intervals || r.o.Lower != nil || r.o.Upper != nil
		p.Rows = append(p.Rows, tableRow{Period: format.Period(r.o.Period, p.Lang), Series: r.l.name(sel.ind, p.Lang, true), Value: s.value(sel.ind, r.o, p.Lang), Interval: s.interval(sel.ind, r.o, p.Lang),
			Source: r.o.Source, Citation: s.workings(r.o.Citation, p.Lang), URL: safeURL(r.o.URL), Note: r.o.Note, Flags: format.Flags(r.o.Flags, p.Lang), Missing: r.o.Missing != schema.Present})
	}
}

// safeURL lets only web addresses become links.
func safeURL(u string) string {
	if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		return u
	}
	return ""
}

// Judgement says which way is better, or that the program does not judge.
func (p indicatorPage) Judgement() string {
	switch p.Indicator.Direction {
	case schema.LowerIsBetter:
		return p.T("Lägre är bättre.", "Lower is better.")
	case schema.HigherIsBetter:
		return p.T("Högre är bättre.", "Higher is better.")
	}
	return p.T("Ingen bedömning görs av om mer eller mindre är bättre.", "No judgement is made on whether more or less is better.")
}

// unfolded is how many rows the style sheet shows of a long table before the reader asks for all, and folds how many a table
// has at least where any are held back.
const unfolded, folds = 20, 25

// Folded is the offer to show all rows of a long table, "" for a short one.
func (p indicatorPage) Folded() string {
	if len(p.Rows) < folds {
		return ""
	}
	return fmt.Sprintf(p.T("Visa alla %d rader, inte bara de %d senaste", "Show all %d rows, not only the latest %d"), len(p.Rows), unfolded)
}

// FreeAxis tells whether the value axis was let off zero.
func (p indicatorPage) FreeAxis() bool { return p.Query.Get("axel") == "fri" }

// AxisLink is the same page with the other kind of axis.
func (p indicatorPage) AxisLink() string {
	if p.FreeAxis() {
		return p.With("axel", "")
	}
	return p.With("axel", "fri")
}
