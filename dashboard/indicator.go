package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/export"
	"utfall/dashboard/format"
	"utfall/schema"
)

// maxAreas bounds how many areas one page compares.
const maxAreas = 6

type indicatorPage struct {
	*view
	Indicator   schema.Indicator
	Theme, Unit string
	Publisher   schema.Publisher
	Attribution string
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
	Revisions   []revisionRow
	Releases    []releaseRow
	Events      []happening
	Control     *control
	Views       []choice // line or control chart; ID is an address
	Panels      []panel  // small multiples
	Failed      []string // panels that did not load
	CSV, Excel  string
	JSON        string
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

type relatedRow struct{ Link, Label, Value, Period string }

type revisionRow struct{ Period, Series, Old, New, When, First string }

type releaseRow struct {
	Seq                        uint64
	When, Dataset, State, Link string
	Counts                     schema.Counts
}

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

// indicator shows one indicator: sentence, number, chart, table, and what they rest on.
func (s *Server) indicator(c *fiber.Ctx, v *view) (asset, error) {
	sel, err := s.choose(c, v)
	if err != nil {
		return asset{}, err
	}
	ind := sel.ind
	theme, _ := s.Catalogue.Theme(ind.Theme)
	unit, _ := s.Catalogue.Unit(ind.Unit)
	publisher, _ := s.Catalogue.Publisher(ind.Publisher)
	v.Title = ind.Label.In(v.Lang)
	p := &indicatorPage{view: v, Indicator: ind, Theme: theme.Label.In(v.Lang), Unit: unit.Label.In(v.Lang), Publisher: publisher,
		Attribution: publisher.Attribution.In(v.Lang), Chosen: sel.areas, Several: len(sel.lines) > 1}
	s.choices(p, sel)
	s.measures(p)
	s.picture(p, sel)
	s.table(p, sel)
	for _, k := range ind.Breaks {
		p.Breaks = append(p.Breaks, k.Period+": "+k.Text.In(v.Lang))
	}
	s.related(c.Context(), p, sel)
	s.history(c.Context(), p)
	p.CSV, p.Excel, p.JSON = s.files(v, ind.ID)
	return s.html("indicator", p)
}

func (s *Server) files(v *view, id string) (csv, excel, json string) {
	q := []string{"area", v.Query.Get("area"), "variant", v.Query.Get("variant"), "sex", v.Query.Get("sex"), "age", v.Query.Get("age"), "also", v.Query.Get("also")}
	return v.Link("/indikator/"+id+".csv", q...), v.Link("/indikator/"+id+".csv", append(q, "dialekt", "sv")...), v.Link("/indikator/"+id+".json", q...)
}

// choices lists what else the figures can be shown for.
func (s *Server) choices(p *indicatorPage, sel *chosen) {
	seen := map[string]bool{}
	add := func(kind, id, label string, list *[]choice, on bool) {
		if !seen[kind+id] {
			seen[kind+id] = true
			*list = append(*list, choice{id, label, on})
		}
	}
	shown := func(ok func(line) bool) bool { return slices.ContainsFunc(sel.lines, ok) }
	for _, o := range sel.figures {
		if a, ok := s.Catalogue.Areas.Get(o.Area); ok && !seen["area"+o.Area] {
			seen["area"+o.Area] = true
			p.Available = append(p.Available, a)
		}
		if !slices.ContainsFunc(sel.areas, func(a schema.Area) bool { return a.Code == o.Area }) {
			continue
		}
		label := p.T("Huvuddefinition", "Main definition")
		for _, x := range p.Indicator.Variants {
			if x.ID == o.Variant {
				label = x.Label.In(p.Lang)
			}
		}
		add("variant", cmp.Or(o.Variant, "-"), label, &p.Variants, shown(func(l line) bool { return l.Variant == o.Variant }))
		add("sex", string(o.Sex), cmp.Or(format.Sex(o.Sex, p.Lang), p.T("båda könen", "both sexes")), &p.Sexes, shown(func(l line) bool { return l.Sex == o.Sex }))
		add("age", o.Age, cmp.Or(format.Age(o.Age, p.Lang), p.T("alla åldrar", "all ages")), &p.Ages, shown(func(l line) bool { return l.Age == o.Age }))
	}
	slices.SortFunc(p.Available, func(a, b schema.Area) int {
		return cmp.Or(cmp.Compare(levelOrder(a), levelOrder(b)), strings.Compare(sortKey(a.Name.In(p.Lang)), sortKey(b.Name.In(p.Lang))))
	})
}

func levelOrder(a schema.Area) int {
	if a.Code == country {
		return -1
	}
	return slices.Index([]schema.Level{schema.Country, schema.Region, schema.Municipality, schema.Group, schema.World, schema.Place}, a.Level)
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
	if len(figures) < 2 && len(sel.lines) == 1 {
		return // one figure is no line
	}
	p.Wide, p.Narrow, p.Option = s.drawn(p, chartLine)
	s.views(p, sel)
}

// axes begins a chart of an indicator: its unit, its numbers, its breaks.
func (s *Server) axes(p *indicatorPage, ind schema.Indicator) chart.Line {
	c := chart.Line{Unit: p.Unit, Decimals: s.decimals(ind), Number: func(v float64) string {
		d := 0
		if v != float64(int64(v)) {
			d = 1
		}
		return format.Number(v, d, p.Lang)
	}}
	for _, k := range ind.Breaks {
		if per, err := schema.ParsePeriod(k.Period); err == nil {
			c.Breaks = append(c.Breaks, chart.Break{X: at(per.Start), Label: k.Text.In(p.Lang)})
		}
	}
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
			Source: r.o.Source, Citation: r.o.Citation, URL: safeURL(r.o.URL), Note: r.o.Note, Flags: format.Flags(r.o.Flags, p.Lang), Missing: r.o.Missing != schema.Present})
	}
}

// safeURL lets only web addresses become links.
func safeURL(u string) string {
	if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		return u
	}
	return ""
}

// related shows the other ways to count the same thing, side by side and never added.
func (s *Server) related(ctx context.Context, p *indicatorPage, sel *chosen) {
	if len(sel.ind.Related) == 0 || len(sel.areas) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	area := sel.areas[0].Code
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: sel.ind.Related, Areas: []string{area}, AsOf: p.AsOf})
	if err != nil {
		s.failed(p, "related", err, p.T("andra sätt att räkna", "other ways to count"))
		return
	}
	for _, id := range sel.ind.Related {
		ind, _ := s.Catalogue.Indicator(id)
		p.Beside = append(p.Beside, choice{id, ind.Label.In(p.Lang), slices.Contains(strings.Split(p.Query.Get("also"), ","), id)})
		row := relatedRow{Link: p.Link("/indikator/"+id, "area", area), Label: ind.Label.In(p.Lang)}
		mine := slices.DeleteFunc(slices.Clone(figures), func(o schema.Observation) bool { return o.Indicator != id })
		if main, ok := mainLine(s.lines(mine)); ok {
			if last, _, ok := latest(main.regular()); ok {
				row.Value, row.Period = s.value(ind, last, p.Lang), format.Period(last.Period, p.Lang)
			}
		} else {
			row.Link = p.Link("/indikator/" + id)
		}
		p.Related = append(p.Related, row)
	}
}

// history shows what was revised and when figures came in.
func (s *Server) history(ctx context.Context, p *indicatorPage) {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	revisions, err := s.Reader.Revisions(ctx, p.Indicator.ID, p.AsOf)
	if err != nil {
		s.failed(p, "revisions", err, p.T("revideringar", "revisions"))
	}
	first := map[string]string{}
	for _, r := range slices.Backward(revisions) { // oldest first
		key := fmt.Sprint(r.Dataset, r.Variant, r.Area, r.Period, r.Sex, r.Age, r.Breakdown)
		if _, ok := first[key]; !ok {
			first[key] = s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang)
		}
	}
	for _, r := range revisions {
		area, _ := s.Catalogue.Areas.Get(r.Area)
		l := line{Area: area, Variant: r.Variant, Sex: r.Sex, Age: r.Age, Part: r.Breakdown}
		p.Revisions = append(p.Revisions, revisionRow{Period: format.Period(r.Period, p.Lang), Series: l.name(p.Indicator, p.Lang, true),
			First: first[fmt.Sprint(r.Dataset, r.Variant, r.Area, r.Period, r.Sex, r.Age, r.Breakdown)],
			Old:   s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang),
			New:   s.value(p.Indicator, schema.Observation{Value: r.New, Missing: r.NewMissing}, p.Lang), When: format.Date(r.Released, p.Lang)})
	}
	releases, err := s.Reader.Releases(ctx, p.Indicator.ID, p.AsOf)
	if err != nil {
		s.failed(p, "releases", err, p.T("utgåvor", "releases"))
	}
	for _, r := range releases {
		row := releaseRow{Seq: r.Seq, When: format.Moment(r.PublishAt, p.Lang), Dataset: r.Dataset, Counts: r.Counts}
		q := p.Query
		row.Link = p.Link(p.path, "area", q.Get("area"), "variant", q.Get("variant"), "sex", q.Get("sex"), "age", q.Get("age"), "also", q.Get("also"),
			"as_of", r.PublishAt.UTC().Format(time.RFC3339Nano))
		if !r.WithdrawnAt.IsZero() {
			row.State = p.T("tillbakadragen", "withdrawn")
		}
		p.Releases = append(p.Releases, row)
	}
}

func (s *Server) failed(p *indicatorPage, panel string, err error, name string) {
	s.Logger.Error("a panel failed", "panel", panel, "indicator", p.Indicator.ID, "error", err)
	p.Failed = append(p.Failed, name)
	p.whole = false
}

// download gives the figures that the page shows.
func (s *Server) download(c *fiber.Ctx, v *view) ([]schema.Observation, *chosen, error) {
	sel, err := s.choose(c, v)
	if err != nil {
		return nil, nil, err
	}
	var out []schema.Observation
	for _, l := range sel.lines {
		out = append(out, l.Figures...)
	}
	return out, sel, nil
}

func (s *Server) unit(indicator string) string {
	ind, _ := s.Catalogue.Indicator(indicator)
	return ind.Unit
}

func (s *Server) downloadCSV(c *fiber.Ctx, v *view) (asset, error) {
	dialect := export.Machine
	switch v.Query.Get("dialekt") {
	case "":
	case "sv":
		dialect = export.Swedish
	default:
		return asset{}, refuse(fiber.StatusBadRequest, "Dialekten finns inte; skriv dialekt=sv eller utelämna den.", "No such dialect; write dialekt=sv or leave it out.")
	}
	figures, sel, err := s.download(c, v)
	if err != nil {
		return asset{}, err
	}
	var b bytes.Buffer
	if err := export.WriteCSVWithUnits(&b, figures, dialect, s.unit); err != nil {
		return asset{}, err
	}
	a := newAsset(b.Bytes(), "text/csv; charset=utf-8")
	a.name = sel.ind.ID + "_" + v.fileDate() + ".csv"
	return a, nil
}

func (s *Server) downloadJSON(c *fiber.Ctx, v *view) (asset, error) {
	figures, sel, err := s.download(c, v)
	if err != nil {
		return asset{}, err
	}
	var b bytes.Buffer
	if err := export.WriteJSON(&b, figures); err != nil {
		return asset{}, err
	}
	a := newAsset(b.Bytes(), "application/json")
	a.name = sel.ind.ID + "_" + v.fileDate() + ".json"
	return a, nil
}

// fileDate is the moment shown, for a file's name.
func (v view) fileDate() string {
	if v.Now() {
		return v.s.Now().Format(time.DateOnly)
	}
	return v.AsOf.Format(time.DateOnly)
}

// IsChosen tells whether the page shows an area.
func (p indicatorPage) IsChosen(code string) bool {
	return slices.ContainsFunc(p.Chosen, func(a schema.Area) bool { return a.Code == code })
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
