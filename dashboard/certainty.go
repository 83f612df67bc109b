package dashboard

import (
	"fmt"
	"slices"

	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/schema"
	"utfall/stats"
)

// interval writes a figure's limits, or nothing where it has none.
func (s *Server) interval(ind schema.Indicator, o schema.Observation, lang schema.Lang) string {
	if o.Missing != schema.Present || o.Lower == nil || o.Upper == nil {
		return ""
	}
	return format.Interval(*o.Lower, *o.Upper, s.decimals(ind), lang)
}

// trendWords are the states of the trend. None of them says that something stood still: that cannot be shown.
var trendWords = map[stats.TrendState]schema.Text{
	stats.Increasing:          {SV: "ökar", EN: "increasing"},
	stats.Decreasing:          {SV: "minskar", EN: "decreasing"},
	stats.NoSignificantChange: {SV: "ingen säkerställd förändring", EN: "no established change"},
}

// trend gives the trend in words, judged where the indicator has a better and a worse direction.
func (s *Server) trend(ind schema.Indicator, figures []schema.Observation, lang schema.Lang) (words, years string, r stats.RecentTrendResult) {
	r, ok := interval.Trend(ind, figures)
	if !ok {
		return "", "", r
	}
	if r.State == stats.TooFewForTrend {
		if r.Reason == stats.TooFewEvents {
			return schema.Text{SV: "för få händelser", EN: "too few events"}.In(lang), "", r
		}
		return schema.Text{SV: "för kort serie", EN: "series too short"}.In(lang), "", r
	}
	words = trendWords[r.State].In(lang)
	switch turns(ind, r.State) {
	case worse:
		words += schema.Text{SV: " och försämras", EN: " and getting worse"}.In(lang)
	case better:
		words += schema.Text{SV: " och förbättras", EN: " and getting better"}.In(lang)
	}
	return words, fmt.Sprintf("%d–%d", r.From, r.To), r
}

type turn int

const (
	neither turn = iota
	better
	worse
)

// turns says whether a trend is for the better. Without a judgement, or without an established change, it is neither.
func turns(ind schema.Indicator, state stats.TrendState) turn {
	switch {
	case ind.Direction == schema.NoJudgement || state != stats.Increasing && state != stats.Decreasing:
		return neither
	case (state == stats.Decreasing) == (ind.Direction == schema.LowerIsBetter):
		return better
	}
	return worse
}

// headline is the newest figure with what is known of its certainty.
func (s *Server) headline(p *indicatorPage, ind schema.Indicator, figures []schema.Observation, last schema.Observation, before *schema.Observation) *headline {
	h := &headline{Period: format.Period(last.Period, p.Lang), Value: s.value(ind, last, p.Lang), Unit: p.Unit,
		Interval: s.interval(ind, last, p.Lang), Change: s.change(ind, before, last, p.Lang)}
	if before != nil && s.comparable(ind, *before, last) {
		if d, ok := interval.Compare(s.Catalogue, *before, last); ok {
			h.ChangeInterval = format.Percent(d.Lower, p.Lang) + p.T(" till ", " to ") + format.Percent(d.Upper, p.Lang)
		}
	}
	h.Trend, h.TrendYears, _ = s.trend(ind, figures, p.Lang)
	return h
}

// lead is the page's sentence: level, difference, how sure both are. It never names a cause.
func (s *Server) lead(p *indicatorPage, sel *chosen, l line, last schema.Observation, before *schema.Observation) string {
	text := fmt.Sprintf("%s: %s %s, %s.", l.name(sel.ind, p.Lang, true), s.value(sel.ind, last, p.Lang), p.Unit, format.Period(last.Period, p.Lang))
	if before == nil || !s.comparable(sel.ind, *before, last) {
		return text
	}
	was := format.Period(before.Period, p.Lang) + " (" + s.value(sel.ind, *before, p.Lang) + ")"
	d, tested := interval.Compare(s.Catalogue, *before, last)
	more, less := schema.Text{SV: "högre", EN: "higher"}, schema.Text{SV: "lägre", EN: "lower"}
	if sel.ind.Kind.IsCount() {
		more, less = schema.Text{SV: "fler", EN: "more"}, schema.Text{SV: "färre", EN: "fewer"}
	}
	switch {
	case last.Value == before.Value:
		text += " " + p.T("Det är lika mycket som ", "That is the same as in ") + was + "."
	case last.Value > before.Value:
		text += " " + p.T("Det är ", "That is ") + more.In(p.Lang) + p.T(" än ", " than in ") + was
	default:
		text += " " + p.T("Det är ", "That is ") + less.In(p.Lang) + p.T(" än ", " than in ") + was
	}
	switch {
	case last.Value == before.Value:
		return text + s.detectable(p, d, tested)
	case !tested:
		return text + "." + p.unsure(last)
	case d.Real:
		return text + p.T(", och skillnaden är större än vad slumpen brukar ge.", ", and the difference is larger than chance usually makes.")
	}
	return text + p.T(", men skillnaden är inte större än vad slumpen kan ge.", ", but the difference is no larger than chance can make.") + s.detectable(p, d, tested)
}

// unsure says why a difference was not tested, where the reader might expect a test.
func (p *indicatorPage) unsure(last schema.Observation) string {
	if p.Indicator.Kind.IsCount() || last.Lower != nil {
		return " " + p.T("Skillnaden är inte prövad mot slumpen.", "The difference has not been tested against chance.")
	}
	return ""
}

// detectable says which change could have been found: "no difference" is never said without it.
func (s *Server) detectable(p *indicatorPage, d interval.Difference, ok bool) string {
	if !ok || d.Detectable.Fall == nil || d.Detectable.Rise == nil {
		return ""
	}
	fall, rise := format.Number(100*(1-*d.Detectable.Fall), 0, p.Lang), format.Number(100*(*d.Detectable.Rise-1), 0, p.Lang)
	return " " + fmt.Sprintf(p.T("Med tal av den storleken syns bara en minskning på minst %s %% eller en ökning på minst %s %%.",
		"With numbers of that size only a fall of at least %s%% or a rise of at least %s%% shows."), fall, rise)
}

// measuresOf gives what is counted and all that is computed from it, such as a rate and an index.
func (s *Server) measuresOf(ind schema.Indicator) []schema.Indicator {
	if ind.Derive != nil {
		ind, _ = s.Catalogue.Indicator(ind.Numerator)
	}
	list := []schema.Indicator{ind}
	for _, d := range s.Catalogue.Derived() {
		if d.Numerator == ind.ID {
			list = append(list, d)
		}
	}
	return list
}

// measures links the same figures as a number, a rate, an index and so on.
func (s *Server) measures(p *indicatorPage) {
	list := s.measuresOf(p.Indicator)
	if len(list) < 2 {
		return
	}
	for _, ind := range list {
		q := []string{"area", p.Query.Get("area"), "sex", p.Query.Get("sex"), "age", p.Query.Get("age")}
		p.Measures = append(p.Measures, choice{p.Link("/indikator/"+ind.ID, q...), s.measure(ind, p.Lang), ind.ID == p.Indicator.ID})
	}
}

// measure names what is done to a number.
func (s *Server) measure(ind schema.Indicator, lang schema.Lang) string {
	if ind.Derive == nil {
		unit, _ := s.Catalogue.Unit(ind.Unit)
		if ind.Kind.IsCount() {
			return schema.Text{SV: "Antal", EN: "Number"}.In(lang)
		}
		return unit.Label.In(lang)
	}
	d := ind.Derive
	switch d.Method {
	case schema.DeriveRate:
		text := schema.Text{SV: "Per ", EN: "Per "}.In(lang) + format.Number(d.Times(), 0, lang)
		if d.Standard != "" {
			text += schema.Text{SV: ", åldersstandardiserat", EN: ", age-standardised"}.In(lang)
		}
		if n := d.Years(); n > 1 {
			text += fmt.Sprintf(schema.Text{SV: ", %d år", EN: ", %d years"}.In(lang), n)
		}
		return text
	case schema.DeriveIndex:
		base, _ := schema.ParsePeriod(d.Base) // the catalogue was checked
		return fmt.Sprintf("Index, %d = %s", base.Start.Year(), format.Number(d.Times(), 0, lang))
	case schema.DeriveConstantPrices:
		return fmt.Sprintf(schema.Text{SV: "%s års priser", EN: "Prices of %s"}.In(lang), d.Base)
	}
	return schema.Text{SV: "Andel", EN: "Share"}.In(lang)
}

// InputLinks are the indicators that a computed one rests on.
func (p indicatorPage) InputLinks() []choice {
	var out []choice
	for _, id := range p.Indicator.Inputs() {
		if ind, ok := p.s.Catalogue.Indicator(id); ok && !slices.ContainsFunc(out, func(c choice) bool { return c.Label == ind.Label.In(p.Lang) }) {
			out = append(out, choice{ID: p.Link("/indikator/"+id, "area", p.Query.Get("area")), Label: ind.Label.In(p.Lang)})
		}
	}
	return out
}
