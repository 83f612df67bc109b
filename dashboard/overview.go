package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/schema"
)

const country = "SE" // what a Swedish area is compared with

type overviewPage struct {
	*view
	Area      schema.Area
	Areas     []areaGroup
	Search    string
	Themes    []themeRows
	Elsewhere []schema.Indicator // no figures for the area
	Count     int
	Compare   bool
	Error     bool
	Judged    int        // indicators with a better and a worse direction, and a trend that could be judged
	Worse     []worseRow // of those, the ones that are getting worse and are worse than the country beyond chance
	Turning   []worseRow // of those, the others that are getting worse
}

type worseRow struct{ Name, Link, Trend, Against string }

type areaGroup struct {
	Label string
	Areas []schema.Area
}

type themeRows struct {
	Label string
	Rows  []overviewRow
}

type overviewRow struct {
	schema.Indicator
	Name, Unit, Detail, Value, Interval, Period, Trend, Change, Released string
	Spark                                                                template.HTML
	Years                                                                string // that the course covers
	Link                                                                 string
	Country, Against                                                     string // the country's figure, and how the area's differs
	worse, steady                                                        bool   // worse than the country beyond chance; the trend could be judged
}

// overview shows the newest figure of every indicator for one area.
func (s *Server) overview(c *fiber.Ctx, v *view) (asset, error) {
	code := cmp.Or(v.Query.Get("area"), country)
	area, ok := s.Catalogue.Areas.Get(code)
	if !ok {
		return asset{}, refuse(fiber.StatusNotFound, "Området ”"+short(code)+"” finns inte. Välj ett område i listan på översikten.",
			"There is no area “"+short(code)+"”. Choose one from the list on the overview.")
	}
	v.Title = area.Name.In(v.Lang)
	p := overviewPage{view: v, Area: area, Areas: s.areaGroups(v.Lang), Search: v.Query.Get("q"), Compare: area.Parent != "" && strings.HasPrefix(code, "SE-")}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	areas := []string{code}
	if p.Compare {
		areas = append(areas, country)
	}
	figures, err := s.Reader.Series(ctx, schema.Query{Areas: areas, AsOf: v.AsOf})
	if err != nil {
		s.Logger.Error("overview", "area", code, "error", err)
		p.Error, v.whole = true, false
	}
	s.fill(&p, figures)
	return s.html("overview", p)
}

func (s *Server) fill(p *overviewPage, figures []schema.Observation) {
	here, there := map[string][]schema.Observation{}, map[string][]schema.Observation{}
	for _, o := range figures {
		if o.Area == p.Area.Code {
			here[o.Indicator] = append(here[o.Indicator], o)
		} else {
			there[o.Indicator] = append(there[o.Indicator], o)
		}
	}
	for _, theme := range s.Catalogue.Themes {
		rows := themeRows{Label: theme.Label.In(p.Lang)}
		for _, ind := range s.Catalogue.Indicators {
			if ind.Theme != theme.ID || !ind.OnOverview() || !matches(ind, p.Search) {
				continue
			}
			main, ok := mainLine(s.lines(here[ind.ID]))
			if !ok {
				p.Elsewhere = append(p.Elsewhere, ind)
				continue
			}
			rows.Rows = append(rows.Rows, s.overviewRow(p, ind, main, there[ind.ID]))
			s.judge(p, rows.Rows[len(rows.Rows)-1], main.regular())
		}
		if len(rows.Rows) > 0 {
			slices.SortStableFunc(rows.Rows, func(a, b overviewRow) int { return thin(a) - thin(b) })
			p.Themes = append(p.Themes, rows)
			p.Count += len(rows.Rows)
		}
	}
}

func (s *Server) overviewRow(p *overviewPage, ind schema.Indicator, main line, country []schema.Observation) overviewRow {
	unit, _ := s.Catalogue.Unit(ind.Unit)
	figures := main.regular()
	row := overviewRow{Indicator: ind, Name: ind.Label.In(p.Lang), Unit: unit.Label.In(p.Lang), Detail: main.name(ind, p.Lang, false),
		Link: p.Link("/indikator/"+ind.ID, "area", p.Area.Code)}
	last, before, ok := latest(figures)
	if !ok {
		last = figures[len(figures)-1]
	}
	row.Value, row.Period = s.value(ind, last, p.Lang), format.Period(last.Period, p.Lang)
	row.Released, row.Interval = format.Date(last.Released, p.Lang), s.interval(ind, last, p.Lang)
	var years string
	row.Trend, years, _ = s.trend(ind, figures, p.Lang)
	row.steady = years != ""
	if ok {
		row.Change = s.change(ind, before, last, p.Lang)
		row.Years = fmt.Sprintf("%d–%d", figures[0].Period.Start.Year(), last.Period.End.Year())
		row.Spark = chart.Sparkline(s.points(ind, figures, p.Lang), row.Name+", "+row.Years)
		if row.Spark == "" {
			row.Years = ""
		}
	}
	for _, o := range country {
		if o.Variant == last.Variant && o.Sex == last.Sex && o.Age == last.Age && o.Breakdown == last.Breakdown && o.Period.String() == last.Period.String() {
			s.against(p, &row, last, o)
		}
	}
	return row
}

// thin orders rows: first those whose trend could be judged, then those with a course, then single figures.
func thin(r overviewRow) int {
	switch {
	case r.steady:
		return 0
	case r.Spark != "":
		return 1
	}
	return 2
}

// against sets an area's figure beside the country's. A count says nothing beside the country's; a rate or a share is put
// against chance where both have limits.
func (s *Server) against(p *overviewPage, row *overviewRow, here, there schema.Observation) {
	if row.Kind.IsCount() {
		return
	}
	row.Country = s.value(row.Indicator, there, p.Lang)
	d, ok := interval.Compare(s.Catalogue, there, here)
	switch {
	case !ok:
	case !d.Real:
		row.Against = p.T("ingen säkerställd skillnad", "no established difference")
	case d.Lower > 1:
		row.Against = p.T("högre än riket", "higher than Sweden")
	default:
		row.Against = p.T("lägre än riket", "lower than Sweden")
	}
	row.worse = ok && d.Real && row.Direction != schema.NoJudgement && (d.Lower > 1) == (row.Direction == schema.LowerIsBetter)
}

// judge counts an indicator whose trend can be better or worse, and lists it if it is getting worse.
func (s *Server) judge(p *overviewPage, row overviewRow, figures []schema.Observation) {
	words, years, r := s.trend(row.Indicator, figures, p.Lang)
	if row.Direction == schema.NoJudgement || years == "" {
		return
	}
	p.Judged++
	if turns(row.Indicator, r.State) != worse {
		return
	}
	w := worseRow{row.Name, row.Link, words + ", " + years, row.Against}
	if row.worse {
		p.Worse = append(p.Worse, w)
	} else {
		p.Turning = append(p.Turning, w)
	}
}

// Counted says how much the page shows.
func (p overviewPage) Counted() string {
	n := format.Number(float64(p.Count), 0, p.Lang)
	if p.Count == 1 {
		return p.T("En indikator har siffror för området", "One indicator has figures for the area") + p.rest()
	}
	return n + p.T(" indikatorer har siffror för området", " indicators have figures for the area") + p.rest()
}

func (p overviewPage) rest() string {
	if len(p.Elsewhere) == 0 {
		return "."
	}
	return p.T("; ", "; ") + format.Number(float64(len(p.Elsewhere)), 0, p.Lang) + p.T(" är inte publicerade för det.", " are not published for it.")
}

// JudgedWords says how many indicators could be judged: the list is short because few can, not because all is well.
func (p overviewPage) JudgedWords() string {
	n := format.Number(float64(p.Judged), 0, p.Lang)
	switch p.Judged {
	case 0:
		return p.T("Ingen indikator för området har både en bedömning och en trend som går att pröva. Det betyder inte att allt är bra.", "No indicator for the area has both a judgement and a trend that can be tested. That does not mean that all is well.")
	case 1:
		return p.T("En indikator har både en bedömning och en trend som går att pröva; övriga räknas inte här.", "One indicator has both a judgement and a trend that can be tested; the others do not count here.")
	}
	return n + p.T(" indikatorer har både en bedömning och en trend som går att pröva; övriga räknas inte här.", " indicators have both a judgement and a trend that can be tested; the others do not count here.")
}
