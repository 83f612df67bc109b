package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/dashboard/interrupted"
	"utfall/dashboard/verdict"
	"utfall/schema"
)

type eventsPage struct {
	*view
	Rows []eventRow
}

type eventRow struct{ Link, Label, Date, Precision, Area, Kind, Note, Source, URL, Read string }

var eventKindWords = map[schema.EventKind]schema.Text{
	schema.RoomEvent:       {SV: "brukarrum", EN: "consumption room"},
	schema.LawEvent:        {SV: "lag och regler", EN: "law and rules"},
	schema.ServiceEvent:    {SV: "annan verksamhet", EN: "other service"},
	schema.CrisisEvent:     {SV: "kris", EN: "crisis"},
	schema.StatisticsEvent: {SV: "ändrad statistik", EN: "changed statistics"},
}

var precisionWords = map[schema.PeriodKind]schema.Text{
	schema.Day:   {SV: "dagen är känd", EN: "the day is known"},
	schema.Month: {SV: "bara månaden är känd", EN: "the month only is known"},
	schema.Year:  {SV: "bara året är känt", EN: "the year only is known"},
}

// events lists the register.
func (s *Server) events(_ *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Insatser och händelser", "Interventions and events")
	p := eventsPage{view: v}
	for _, e := range s.Catalogue.Events {
		p.Rows = append(p.Rows, s.eventRow(v, e))
	}
	return s.html("events", p)
}

func (s *Server) eventRow(v *view, e schema.Event) eventRow {
	area, _ := s.Catalogue.Areas.Get(e.Area)
	return eventRow{Link: v.Link("/insatser/" + e.ID), Label: e.Label.In(v.Lang), Date: eventDate(e, v.Lang), Precision: precision(e, v.Lang),
		Area: area.Name.In(v.Lang), Kind: eventKindWords[e.Kind].In(v.Lang), Note: e.Note.In(v.Lang), Source: e.Source, URL: safeURL(e.URL), Read: readingWords[e.Read].In(v.Lang)}
}

// eventDate writes when an event was, no more exact than it is known.
func eventDate(e schema.Event, lang schema.Lang) string {
	text := format.Period(e.Period(), lang)
	if end, ok := e.Ended(); ok {
		text += " – " + format.Period(end, lang)
	}
	if !e.Exact() {
		text = schema.Text{SV: "efter ", EN: "after "}.In(lang) + text
	}
	return text
}

func precision(e schema.Event, lang schema.Lang) string {
	if !e.Exact() {
		return schema.Text{SV: "dagen är inte känd", EN: "the day is not known"}.In(lang)
	}
	return precisionWords[e.Period().Kind].In(lang)
}

type eventPage struct {
	*view
	Event      schema.Event
	Row        eventRow
	Indicator  schema.Indicator
	Unit       string
	Area       schema.Area
	Series     string // what the chosen line is called
	Lead       string
	Warning    string
	Indicators []choice
	Areas      []choice
	Measures   []measureRow
	Remarks    []string
	Chart      *picture
	Years      []beforeAfterRow
	Compared   []measureRow
	Controls   []measureRow
	Claims     []aboutRow
	Beside     []eventRow // other events in the same areas
	Failed     []string
}

type measureRow struct{ Name, Value, Limits string }

type beforeAfterRow struct {
	Period, Value, Fitted, Without, Side string
	Used                                 bool
}

type aboutRow struct {
	Link, Title, Text string
	Forbidden         bool
	Missing           []schema.Need
}

// event shows a series before and after an event.
func (s *Server) event(c *fiber.Ctx, v *view) (asset, error) {
	e, ok := s.Catalogue.Event(c.Params("id"))
	if !ok {
		return asset{}, refuse(fiber.StatusNotFound, "Händelsen ”"+short(c.Params("id"))+"” finns inte. Välj en i listan över insatser.",
			"There is no event “"+short(c.Params("id"))+"”. Choose one from the list of interventions.")
	}
	v.Title = e.Label.In(v.Lang)
	p := eventPage{view: v, Event: e, Row: s.eventRow(v, e)}
	for _, other := range s.Catalogue.Events {
		if other.ID != e.ID && slices.ContainsFunc(other.Scope, e.Touches) {
			p.Beside = append(p.Beside, s.eventRow(v, other))
		}
	}
	if err := s.checkEventChoice(v, e); err != nil {
		return asset{}, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	here, err := s.Reader.Series(ctx, schema.Query{Areas: append([]string{}, e.Scope...), AsOf: v.AsOf})
	if err != nil {
		s.eventFailed(&p, "event", err, v.T("siffrorna", "the figures"))
		return s.html("event", p)
	}
	st := s.chooseSeries(&p, here)
	st.Placebos = s.placebos(e, st.Area, here)
	if err := s.about(ctx, &p); err != nil {
		s.eventFailed(&p, "claims of an event", err, v.T("påståendena om händelsen", "the claims about the event"))
	}
	if len(st.Figures) > 0 {
		if st.Others, err = s.untouched(ctx, v, e, st.Figures[0]); err != nil {
			s.eventFailed(&p, "controls", err, v.T("jämförelseområdena", "the areas for comparison"))
		}
	}
	s.fillEvent(&p, interrupted.New(st))
	return s.html("event", p)
}

func (s *Server) eventFailed(p *eventPage, panel string, err error, name string) {
	s.Logger.Error("a panel failed", "panel", panel, "event", p.Event.ID, "error", err)
	p.Failed, p.whole = append(p.Failed, name), false
}

func (s *Server) checkEventChoice(v *view, e schema.Event) error {
	if id := v.Query.Get("indikator"); id != "" {
		if _, ok := s.Catalogue.Indicator(id); !ok {
			return refuse(fiber.StatusNotFound, "Indikatorn ”"+short(id)+"” finns inte. Sök på översikten.", "There is no indicator “"+short(id)+"”. Search on the overview.")
		}
	}
	if code := v.Query.Get("area"); code != "" && !e.Touches(code) {
		return refuse(fiber.StatusBadRequest, "Händelsen gäller inte området ”"+short(code)+"”. Välj ett av områdena på händelsens sida.",
			"The event does not concern the area “"+short(code)+"”. Choose one of the areas on the event's page.")
	}
	return nil
}

// chooseSeries takes the indicator and area that the address names, or the first of the register's own whose series
// can bear an estimate, or else the first that has figures.
func (s *Server) chooseSeries(p *eventPage, here []schema.Observation) interrupted.Input {
	lines := map[string]line{}
	for _, l := range s.lines(here) {
		key := l.Figures[0].Indicator + "|" + l.Area.Code
		if old, ok := lines[key]; ok {
			if main, _ := mainLine([]line{old, l}); main.Figures[0].Cell == old.Figures[0].Cell {
				continue
			}
		}
		lines[key] = l
	}
	ids := s.eventIndicators(p.Event, lines)
	var best interrupted.Input
	bears := false
	for _, id := range ids {
		ind, _ := s.Catalogue.Indicator(id)
		for _, code := range p.Event.Scope {
			l, ok := lines[id+"|"+code]
			if !ok || p.Query.Get("indikator") != "" && p.Query.Get("indikator") != id || p.Query.Get("area") != "" && p.Query.Get("area") != code {
				continue
			}
			in := interrupted.Input{Event: p.Event, Indicator: ind, Area: code, Figures: l.regular(), Population: s.populationOf(lines, code)}
			if bears {
				continue
			}
			if bears = interrupted.New(in).Model != interrupted.NoModel; bears || best.Figures == nil {
				best = in
			}
		}
	}
	chosen := best.Indicator.ID
	if chosen == "" {
		chosen = p.Query.Get("indikator")
		if chosen == "" && len(p.Event.Indicators) > 0 {
			chosen = p.Event.Indicators[0]
		}
		best.Indicator, _ = s.Catalogue.Indicator(chosen)
		best.Event, best.Area = p.Event, p.Event.Scope[0]
		if code := p.Query.Get("area"); code != "" {
			best.Area = code
		}
	}
	for _, id := range append(ids, chosen) {
		ind, ok := s.Catalogue.Indicator(id)
		if ok && !slices.ContainsFunc(p.Indicators, func(c choice) bool { return c.ID == id }) {
			p.Indicators = append(p.Indicators, choice{id, ind.Label.In(p.Lang), id == chosen})
		}
	}
	for _, code := range p.Event.Scope {
		a, _ := s.Catalogue.Areas.Get(code)
		p.Areas = append(p.Areas, choice{code, a.Name.In(p.Lang), code == best.Area})
	}
	return best
}

// placebos gives the series of an area that the event should not bear on.
func (s *Server) placebos(e schema.Event, area string, figures []schema.Observation) []interrupted.Series {
	var out []interrupted.Series
	for _, id := range e.Placebos {
		mine := slices.DeleteFunc(slices.Clone(figures), func(o schema.Observation) bool { return o.Indicator != id || o.Area != area })
		if main, ok := mainLine(s.lines(mine)); ok {
			ind, _ := s.Catalogue.Indicator(id)
			out = append(out, interrupted.Series{Indicator: ind, Figures: main.regular()})
		}
	}
	return out
}

// outcomes are the themes whose series somebody may want to read beside an event without the register naming them.
var outcomes = []string{"deaths", "care", "institutional", "harm_reduction", "infections", "waiting"}

// eventIndicators gives the register's own indicators first, then others with figures for the event's areas.
func (s *Server) eventIndicators(e schema.Event, lines map[string]line) []string {
	out := slices.Clone(e.Indicators)
	for _, ind := range s.Catalogue.Indicators {
		if slices.Contains(out, ind.ID) || !slices.Contains(outcomes, ind.Theme) || !ind.OnOverview() || ind.Derive != nil {
			continue
		}
		if slices.ContainsFunc(e.Scope, func(code string) bool { return len(lines[ind.ID+"|"+code].Figures) > 2 }) {
			out = append(out, ind.ID)
		}
	}
	return out
}

func (s *Server) populationOf(lines map[string]line, area string) map[int]float64 {
	out := map[int]float64{}
	for _, o := range lines[s.Catalogue.Chain.Population+"|"+area].Figures {
		if o.Missing == schema.Present && o.Period.Kind == schema.Year {
			out[o.Period.Start.Year()] = o.Value
		}
	}
	return out
}

// untouched gives the same line of areas of the same kind that the event did not touch.
func (s *Server) untouched(ctx context.Context, v *view, e schema.Event, like schema.Observation) (map[string][]schema.Observation, error) {
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: []string{like.Indicator}, AsOf: v.AsOf})
	if err != nil {
		return nil, err
	}
	own, _ := s.Catalogue.Areas.Get(like.Area)
	out := map[string][]schema.Observation{}
	for _, l := range s.lines(figures) {
		f := l.Figures[0]
		if l.Area.Level == own.Level && !e.Touches(l.Area.Code) && f.Variant == like.Variant && f.Sex == like.Sex && f.Age == like.Age && f.Breakdown == like.Breakdown {
			out[l.Area.Code] = l.Figures
		}
	}
	return out, nil
}

// about lists the claims that point at the event, and what their dates and figures allow.
func (s *Server) about(ctx context.Context, p *eventPage) error {
	for _, x := range s.Catalogue.Claims {
		named := x.Sequence != nil && x.Sequence.Event == p.Event.ID
		for _, r := range x.Rules {
			named = named || slices.Contains(r.Events, p.Event.ID)
		}
		if !named {
			continue
		}
		tester, err := s.tester(ctx, x.Indicators(), x.Areas(), p.AsOf)
		if err != nil {
			return err
		}
		r := tester.Test(x)
		row := aboutRow{Link: p.Link("/pastaenden/" + x.ID), Title: strings.ToUpper(x.ID) + ". " + x.Title.In(p.Lang), Text: verdictSentence(r, p.Lang)}
		if r.Sequence != nil {
			row.Text, row.Forbidden = s.sequenceWords(r.Sequence, p.Lang), r.Sequence.Forbidden
		}
		if r.Verdict == verdict.Untestable {
			row.Missing = x.Missing
		}
		p.Claims = append(p.Claims, row)
	}
	return nil
}

func verdictSentence(r verdict.Result, lang schema.Lang) string {
	return upperFirst(verdictWords[r.Verdict].In(lang)) + "."
}

func (s *Server) fillEvent(p *eventPage, st interrupted.Study) {
	p.Indicator = st.Indicator
	p.Area, _ = s.Catalogue.Areas.Get(st.Area)
	unit, _ := s.Catalogue.Unit(st.Indicator.Unit)
	p.Unit = unit.Label.In(p.Lang)
	p.Series = st.Indicator.Label.In(p.Lang) + ", " + p.Area.Name.In(p.Lang)
	p.Lead, p.Warning = s.conclusion(p, st)
	p.Measures, p.Remarks = s.beforeAfter(p, st)
	s.eventYears(p, st)
	s.eventChart(p, st)
	s.comparison(p, st)
}

func (s *Server) eventYears(p *eventPage, st interrupted.Study) {
	decimals := s.decimals(st.Indicator)
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return format.Number(*x, decimals, p.Lang)
	}
	for _, y := range st.Years {
		row := beforeAfterRow{Period: format.Period(y.Figure.Period, p.Lang), Value: s.value(st.Indicator, y.Figure, p.Lang), Fitted: number(y.Fitted),
			Without: number(y.Without), Side: sideWords[y.Side].In(p.Lang), Used: y.LeftOut == ""}
		if y.LeftOut != "" {
			row.Side = leftOutWords[y.LeftOut].In(p.Lang)
		}
		p.Years = append(p.Years, row)
	}
}

// eventChart draws what was observed and what the course before would have gone on to, with a line at the event.
func (s *Server) eventChart(p *eventPage, st interrupted.Study) {
	figures := make([]schema.Observation, len(st.Years))
	fitted := chart.Series{Name: p.T("Modell", "Model")}
	without := chart.Series{Name: p.T("Tidigare utveckling", "Earlier course")}
	decimals := s.decimals(st.Indicator)
	point := func(y interrupted.Year, v float64) chart.Point {
		return chart.Point{X: middle(y.Figure.Period), Y: v, Has: true, Label: format.Period(y.Figure.Period, p.Lang), Text: format.Number(v, decimals, p.Lang)}
	}
	present := 0
	for i, y := range st.Years {
		figures[i] = y.Figure
		if y.Figure.Missing == schema.Present {
			present++
		}
		if y.Fitted != nil {
			f := point(y, *y.Fitted)
			f.Break = i > 0 && y.Side == interrupted.After && st.Years[i-1].Side != interrupted.After // the model leaps there
			fitted.Points = append(fitted.Points, f)
		}
		if y.Without != nil {
			without.Points = append(without.Points, point(y, *y.Without))
		}
	}
	if present < 2 {
		return
	}
	c := chart.Line{Title: p.Series, Decimals: decimals, Number: func(x float64) string { return format.Number(x, axisDecimals(x, decimals), p.Lang) },
		Series: []chart.Series{{Name: p.T("Observerat", "Observed"), Points: s.points(st.Indicator, figures, p.Lang)}}}
	if st.Model != interrupted.NoModel {
		c.Series = append(c.Series, without, fitted)
	}
	if st.Event.Exact() {
		c.Events = []chart.Event{{X: middle(st.Event.Period()), Label: st.Event.Label.In(p.Lang)}}
	}
	c.Title = fmt.Sprintf(p.T("%s före och efter %s", "%s before and after %s"), p.Series, eventDate(st.Event, p.Lang))
	p.Chart = p.draw(picture{ID: "fore-efter", Title: c.Title, Wide: c.SVG(chart.Wide), Narrow: c.SVG(chart.Narrow), figures: figures,
		Unit: p.Unit + ". " + p.T("Streckad lodrät linje: händelsen. Tidigare utveckling: modellen utan händelsen, förlängd från åren före. Modell och tidigare utveckling är egen beräkning.", "Dashed vertical line: the event. Earlier course: the model without the event, drawn on from the years before. Model and earlier course are own calculations.")})
}

// axisDecimals leaves whole numbers whole.
func axisDecimals(x float64, decimals int) int {
	if x == float64(int64(x)) {
		return 0
	}
	return decimals
}
