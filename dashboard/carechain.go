package dashboard

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/dashboard/verdict"
	"utfall/schema"
	"utfall/stats"
)

type chainPage struct {
	*view
	Area      schema.Area
	Areas     []choice
	Lead      string
	Series    []string // names of the volumes, as columns
	Volumes   []chainRow
	Changes   []measureRow
	Index     *picture
	Shares    []shareRow
	Rates     []shareRow
	RateNote  string
	Costs     []costRow
	CostChart *picture
	FixedYear string
	CostNotes []schema.Text
	Claims    []choice
	Abroad    []abroadRow
	Breaks    []chainNote
	Gaps      []string
	Missing   []schema.Need
	Failed    []string
}

type chainRow struct {
	Year   string
	Values []chainCell
}

type chainCell struct{ Name, Text string }

type shareRow struct{ Year, First, FirstLimits, Second, SecondLimits string }

type costRow struct{ Area, Link, Year, Current, Fixed, Change string }

type abroadRow struct{ Name, Link, Period, Value, Flags string }

type chainNote struct{ When, Text, Source string }

// careChain sets institutional beside outpatient care: volumes, index, share, per inhabitant, compulsory beside
// voluntary, cost, and another country.
func (s *Server) careChain(c *fiber.Ctx, v *view) (asset, error) {
	chain := s.Catalogue.Chain
	if chain.Empty() {
		return asset{}, notFound
	}
	code := chain.Areas[0]
	if q := v.Query.Get("area"); q != "" {
		if _, ok := s.Catalogue.Areas.Get(q); !ok {
			return asset{}, refuse(fiber.StatusNotFound, "Området ”"+short(q)+"” finns inte. Välj ett i listan på sidan Vårdkedja.", "There is no area “"+short(q)+"”. Choose one from the list on the page Care chain.")
		}
		code = q
	}
	v.Title = v.T("Vårdkedja: institution och öppenvård", "Care chain: institution and outpatient care")
	p := chainPage{view: v}
	p.Area, _ = s.Catalogue.Areas.Get(code)
	var all []string
	for _, a := range slices.Concat(chain.Areas, chain.CostAreas, []string{code}) {
		if !slices.Contains(all, a) {
			all = append(all, a)
			area, _ := s.Catalogue.Areas.Get(a)
			p.Areas = append(p.Areas, choice{a, area.Name.In(v.Lang), a == code})
		}
	}
	tester, figures, err := s.chainFigures(c.Context(), v, code, all)
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "care chain", "area", code, "error", err)
		p.Failed, v.whole = append(p.Failed, v.T("siffrorna", "the figures")), false
		return s.html("carechain", p)
	}
	s.fillChain(&p, tester, figures)
	return s.html("carechain", p)
}

func (s *Server) chainFigures(ctx context.Context, v *view, code string, areas []string) (*verdict.Tester, []schema.Observation, error) {
	chain := s.Catalogue.Chain
	ids := []string{chain.Institutional.Indicator, chain.Compulsory.Indicator, chain.Open.Indicator, chain.Population, chain.Cost, chain.CostFixed}
	for _, x := range slices.Concat(chain.Beside, chain.Abroad) {
		ids = append(ids, x.Indicator)
		if x.Area != "" {
			areas = append(areas, x.Area)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	slices.Sort(ids)
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: slices.Compact(ids), Areas: append(areas, code), AsOf: v.AsOf})
	return verdict.NewTester(s.Catalogue, figures), figures, err
}

// chainSelections gives the volumes of the page's area, institution first.
func (s *Server) chainSelections(area string) []schema.Selection {
	chain := s.Catalogue.Chain
	out := append([]schema.Selection{chain.Institutional, chain.Compulsory, chain.Open}, chain.Beside...)
	for i := range out {
		out[i].Area = area
	}
	return out
}

func (s *Server) fillChain(p *chainPage, t *verdict.Tester, figures []schema.Observation) {
	all := s.chainSelections(p.Area.Code)
	s.volumes(p, t, all)
	s.indexes(p, t, all)
	s.shares(p, t, all[0], all[1], all[2])
	s.perInhabitant(p, t, all[0], all[1])
	s.costs(p, figures)
	s.abroad(p, figures)
	s.chainBreaks(p, t, all)
	p.Missing = s.Catalogue.Chain.Missing
	for _, x := range s.Catalogue.Claims {
		if slices.ContainsFunc(all, func(sel schema.Selection) bool { return slices.Contains(x.Indicators(), sel.Indicator) }) {
			p.Claims = append(p.Claims, choice{ID: p.Link("/pastaenden/" + x.ID), Label: x.Title.In(p.Lang)})
		}
	}
	if p.Lead == "" {
		p.Lead = fmt.Sprintf(p.T("Siffror på institutionsvård och öppna insatser är inte publicerade för %s.", "Figures on institutional care and open interventions are not published for %s."), p.Area.Name.In(p.Lang))
		if slices.ContainsFunc(figures, func(o schema.Observation) bool { return o.Indicator == s.Catalogue.Chain.Cost && o.Area == p.Area.Code }) {
			p.Lead += " " + p.T("Kostnaden finns nedan.", "The cost stands below.")
		}
	}
}

// volumes is the table of what was counted, newest first.
func (s *Server) volumes(p *chainPage, t *verdict.Tester, all []schema.Selection) {
	byYear := map[int]map[int]string{}
	for i, x := range all {
		p.Series = append(p.Series, s.selectionName(x, p.Lang))
		ind, _ := s.Catalogue.Indicator(x.Indicator)
		for _, q := range t.Course(x) {
			if byYear[q.Year] == nil {
				byYear[q.Year] = map[int]string{}
			}
			byYear[q.Year][i] = s.value(ind, q.Parts[0], p.Lang)
		}
	}
	years := make([]int, 0, len(byYear))
	for y := range byYear {
		years = append(years, y)
	}
	slices.Sort(years)
	slices.Reverse(years)
	for _, y := range years {
		row := chainRow{Year: strconv.Itoa(y)}
		for i := range all {
			row.Values = append(row.Values, chainCell{p.Series[i], byYear[y][i]})
		}
		p.Volumes = append(p.Volumes, row)
	}
}

// indexes sets each volume over its first year, with the limits of the change.
func (s *Server) indexes(p *chainPage, t *verdict.Tester, all []schema.Selection) {
	line := chart.Line{Number: func(x float64) string { return format.Number(x, 0, p.Lang) }}
	var sentences []string
	var figures []schema.Observation
	for i, x := range all {
		course := comparableCourse(t.Course(x))
		if len(course) < 2 {
			continue
		}
		first, last := course[0], course[len(course)-1]
		name := p.Series[i]
		v := t.Test(schema.Claim{Kind: schema.TimeSeriesClaim, Rules: []schema.Rule{{Kind: schema.ChangeRule, Series: []schema.Selection{x},
			From: strconv.Itoa(first.Year), To: strconv.Itoa(last.Year)}}}).Variants[0]
		row := measureRow{Name: fmt.Sprintf("%s, %d–%d", name, first.Year, last.Year), Value: "–"}
		if v.Estimate != nil {
			value, limits := estimateWords(v, *v.Estimate, p.Lang)
			row.Value, row.Limits = value, limits
			if i < 3 {
				sentences = append(sentences, fmt.Sprintf(p.T("%s: %s, mot %s: %s (%s).", "%s: %s, against %s: %s (%s)."), name, s.pointWords(x, last, p.Lang), s.pointWords(x, first, p.Lang), value, limits))
			}
		}
		p.Changes = append(p.Changes, row)
		if len(line.Series) < 6 {
			line.Series = append(line.Series, chart.Series{Name: name, Points: s.indexPoints(course, first.Value, p.Lang)})
			figures = append(figures, partsOf(course)...)
		}
	}
	if len(line.Series) == 0 {
		return
	}
	for _, b := range s.Catalogue.Chain.Breaks {
		if when, err := schema.ParsePeriod(b.Period); err == nil && s.ownBreak(p, b) {
			line.Breaks = append(line.Breaks, chart.Break{X: at(when.Start), Word: breakWord.In(p.Lang)})
		}
	}
	p.Lead = strings.Join(sentences, " ")
	line.Title = p.Area.Name.In(p.Lang) + p.T(": index, första året = 100", ": index, first year = 100")
	p.Index = p.draw(picture{ID: "index", Of: p.Title, Title: line.Title, Wide: line.SVG(chart.Wide), Narrow: line.SVG(chart.Narrow), figures: figures,
		Unit: p.T("Personer på räknedagen, index (egen beräkning). Ihåliga märken: avrundad uppgift. Ingen linje dras över år utan uppgift.", "Persons on the reference day, index (own calculation). Hollow marks: rounded figure. No line is drawn across years without a figure.")})
}

// partsOf gives the figures that the points of a course were made from.
func partsOf(course []verdict.Point) []schema.Observation {
	var out []schema.Observation
	for _, q := range course {
		out = append(out, q.Parts...)
	}
	return out
}

// comparableCourse leaves the figures of one way to count: those on the reference day that most of them have, from the last
// break on. A count on another day of the year is another count.
func comparableCourse(course []verdict.Point) []verdict.Point {
	days := map[string]int{}
	day := func(q verdict.Point) string { return q.Period.End.Format("01-02") }
	best := ""
	for _, q := range course {
		days[day(q)]++
		if n := days[day(q)]; n > days[best] || n == days[best] && day(q) < best {
			best = day(q)
		}
	}
	var out []verdict.Point
	for _, q := range course {
		if day(q) != best {
			continue
		}
		if slices.ContainsFunc(q.Parts, func(o schema.Observation) bool { return schema.HasFlag(o.Flags, schema.SeriesBreak) }) {
			out = nil
		}
		out = append(out, q)
	}
	return out
}

// shares gives the institutional part of institutional and open care, and the compulsory part of institutional care.
func (s *Server) shares(p *chainPage, t *verdict.Tester, institutional, compulsory, open schema.Selection) {
	years := map[int]bool{}
	for _, x := range []schema.Selection{institutional, compulsory} {
		for _, q := range comparableCourse(t.Course(x)) {
			years[q.Year] = true
		}
	}
	part := func(a, b schema.Selection, year int) (value, limits string) {
		v := t.Test(schema.Claim{Kind: schema.TimeSeriesClaim, Rules: []schema.Rule{{Kind: schema.ShareRule, Series: []schema.Selection{a}, Against: []schema.Selection{b}, Period: strconv.Itoa(year)}}}).Variants[0]
		if v.Estimate == nil {
			return "", ""
		}
		return estimateWords(v, *v.Estimate, p.Lang)
	}
	for _, y := range descending(years) {
		row := shareRow{Year: strconv.Itoa(y)}
		row.First, row.FirstLimits = part(institutional, open, y)
		row.Second, row.SecondLimits = part(compulsory, institutional, y)
		if row.First != "" || row.Second != "" {
			p.Shares = append(p.Shares, row)
		}
	}
}

func descending(years map[int]bool) []int {
	out := make([]int, 0, len(years))
	for y := range years {
		out = append(out, y)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// perInhabitant gives both kinds of institutional care per 100 000 inhabitants, where the population is known.
func (s *Server) perInhabitant(p *chainPage, t *verdict.Tester, institutional, compulsory schema.Selection) {
	people := map[int]float64{}
	for _, q := range t.Course(schema.Selection{Indicator: s.Catalogue.Chain.Population, Area: p.Area.Code}) {
		people[q.Year] = q.Value
	}
	years := map[int]bool{}
	cells := map[int][2][2]string{}
	for i, x := range []schema.Selection{institutional, compulsory} {
		for _, q := range comparableCourse(t.Course(x)) {
			n := people[q.Year]
			low, err := stats.Rate(math.Floor(q.Low), n, 100000, stats.Level95)
			high, err2 := stats.Rate(math.Ceil(q.High), n, 100000, stats.Level95)
			if err != nil || err2 != nil {
				continue // no population for the year
			}
			c := cells[q.Year]
			c[i] = [2]string{format.Number(100000*q.Value/n, 1, p.Lang), format.Interval(low.Lower, high.Upper, 1, p.Lang)}
			cells[q.Year], years[q.Year] = c, true
		}
	}
	for _, y := range descending(years) {
		c := cells[y]
		p.Rates = append(p.Rates, shareRow{strconv.Itoa(y), c[0][0], c[0][1], c[1][0], c[1][1]})
	}
	if len(p.Rates) == 0 && len(p.Volumes) > 0 {
		p.RateNote = p.T("Folkmängd för åren finns inte i samlingen, så tal per invånare kan inte räknas.", "The collection has no population for these years, so figures per inhabitant cannot be computed.")
	}
}

// costs shows what the municipality pays per inhabitant, as published and in the prices of one year.
func (s *Server) costs(p *chainPage, figures []schema.Observation) {
	chain := s.Catalogue.Chain
	current, fixed := map[string][]schema.Observation{}, map[string][]schema.Observation{}
	for _, o := range figures {
		if o.Missing != schema.Present || o.Variant != "" {
			continue
		}
		switch o.Indicator {
		case chain.Cost:
			current[o.Area] = append(current[o.Area], o)
		case chain.CostFixed:
			fixed[o.Area] = append(fixed[o.Area], o)
		}
	}
	ind, _ := s.Catalogue.Indicator(chain.CostFixed)
	plain, _ := s.Catalogue.Indicator(chain.Cost)
	if ind.Derive != nil {
		p.FixedYear = ind.Derive.Base
	}
	p.CostNotes = ind.Caveats
	line := chart.Line{Number: func(x float64) string { return format.Number(x, 0, p.Lang) }}
	var drawn []schema.Observation
	codes := []string{p.Area.Code}
	for _, c := range chain.CostAreas {
		if !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	for _, code := range codes {
		own := current[code]
		if len(own) == 0 {
			continue
		}
		area, _ := s.Catalogue.Areas.Get(code)
		last := own[len(own)-1]
		row := costRow{Area: area.Name.In(p.Lang), Link: p.Link("/indikator/"+chain.CostFixed, "area", code), Year: format.Period(last.Period, p.Lang), Current: s.value(plain, last, p.Lang), Fixed: "–"}
		if f := fixed[code]; len(f) > 0 {
			first, end := f[0], f[len(f)-1]
			row.Fixed = s.value(ind, end, p.Lang)
			row.Change = fmt.Sprintf(p.T("%s sedan %s", "%s since %s"), format.Percent(end.Value/first.Value, p.Lang), format.Period(first.Period, p.Lang))
			if len(line.Series) < 5 {
				line.Series = append(line.Series, chart.Series{Name: row.Area, Points: s.points(ind, f, p.Lang)})
				drawn = append(drawn, f...)
			}
		}
		p.Costs = append(p.Costs, row)
	}
	if len(line.Series) > 0 {
		line.Title = ind.Label.In(p.Lang)
		p.CostChart = p.draw(picture{ID: "kostnad", Title: line.Title, Unit: p.T("Kronor per invånare", "SEK per inhabitant"), Wide: line.SVG(chart.Wide), Narrow: line.SVG(chart.Narrow), figures: drawn})
	}
}

// abroad lists the other country's figures as printed: they are no series to compare with.
func (s *Server) abroad(p *chainPage, figures []schema.Observation) {
	for _, x := range s.Catalogue.Chain.Abroad {
		ind, _ := s.Catalogue.Indicator(x.Indicator)
		for _, o := range slices.Backward(figures) {
			if o.Indicator != x.Indicator || o.Area != x.Area || o.Variant != x.Variant || o.Sex != x.Both() || o.Age != x.Ages() {
				continue
			}
			unit, _ := s.Catalogue.Unit(ind.Unit)
			p.Abroad = append(p.Abroad, abroadRow{Name: ind.Label.In(p.Lang), Link: p.Link("/indikator/"+ind.ID, "area", o.Area), Period: format.Period(o.Period, p.Lang),
				Value: s.value(ind, o, p.Lang) + " " + unit.Label.In(p.Lang), Flags: strings.Join(format.Flags(o.Flags, p.Lang), ", ")})
		}
	}
}

// chainBreaks puts breaks, limits and gaps in words.
func (s *Server) chainBreaks(p *chainPage, t *verdict.Tester, all []schema.Selection) {
	abroad := map[string]bool{}
	for _, x := range s.Catalogue.Chain.Abroad {
		abroad[x.Area] = true
	}
	for _, b := range s.Catalogue.Chain.Breaks {
		if !s.ownBreak(p, b) && !abroad[b.Area] {
			continue
		}
		note := chainNote{Text: b.Text.In(p.Lang), Source: b.Source}
		if when, err := schema.ParsePeriod(b.Period); err == nil {
			note.When = format.Period(when, p.Lang)
		}
		p.Breaks = append(p.Breaks, note)
	}
	for _, e := range s.Catalogue.Events {
		if e.Kind == schema.StatisticsEvent && (e.Touches(p.Area.Code) || slices.ContainsFunc(e.Scope, func(a string) bool { return abroad[a] })) {
			p.Breaks = append(p.Breaks, chainNote{When: eventDate(e, p.Lang), Text: e.Label.In(p.Lang) + ". " + e.Note.In(p.Lang), Source: e.Source})
		}
	}
	for i, x := range all {
		if gaps := missingYears(comparableCourse(t.Course(x))); gaps != "" {
			p.Gaps = append(p.Gaps, fmt.Sprintf(p.T("%s: uppgift saknas för %s.", "%s: no figure for %s."), p.Series[i], gaps))
		}
	}
}

// ownBreak tells whether a break concerns the page's area.
func (s *Server) ownBreak(p *chainPage, b schema.ChainNote) bool {
	return b.Area == "" || b.Area == p.Area.Code || strings.HasPrefix(p.Area.Code, b.Area+"-")
}

// missingYears lists the years between the first and the last that have no figure: 2000–2004, 2006.
func missingYears(course []verdict.Point) string {
	var out []string
	for i := 1; i < len(course); i++ {
		from, to := course[i-1].Year+1, course[i].Year-1
		switch {
		case from == to:
			out = append(out, strconv.Itoa(from))
		case from < to:
			out = append(out, fmt.Sprintf("%d–%d", from, to))
		}
	}
	return strings.Join(out, ", ")
}
