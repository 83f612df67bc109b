package dashboard

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"utfall/dashboard/format"
	"utfall/dashboard/interrupted"
	"utfall/schema"
	"utfall/stats/effect"
)

var sideWords = map[interrupted.Side]schema.Text{
	interrupted.Before: {SV: "före", EN: "before"},
	interrupted.During: {SV: "händelsens egen period, används inte", EN: "the event's own period, not used"},
	interrupted.After:  {SV: "efter", EN: "after"},
}

var leftOutWords = map[interrupted.Why]schema.Text{
	interrupted.MissingValue:  {SV: "saknas", EN: "missing"},
	interrupted.OnlyPart:      {SV: "gäller bara en del, används inte", EN: "covers a part only, not used"},
	interrupted.BeyondBreak:   {SV: "räknad på annat sätt, används inte", EN: "counted in another way, not used"},
	interrupted.IsProvisional: {SV: "preliminär, används inte", EN: "provisional, not used"},
	interrupted.IsBound:       {SV: "bara en undre gräns, används inte", EN: "a lower bound only, not used"},
}

// conclusion says what may and what may not be concluded. It has no causal words, and says so where the check forbids
// them.
func (s *Server) conclusion(p *eventPage, st interrupted.Study) (lead, warning string) {
	years := fmt.Sprintf(p.T("%d år före och %d år efter", "%d years before and %d after"), st.Before, st.After)
	switch st.NotDone {
	case interrupted.NoFigures:
		return fmt.Sprintf(p.T("Det finns inga siffror för %s. Inget kan sägas om före och efter.", "There are no figures for %s. Nothing can be said of before and after."), p.Series), ""
	case interrupted.NoDate:
		return p.T("Dagen för händelsen är inte känd, så före och efter kan inte skiljas åt.", "The day of the event is not known, so before and after cannot be told apart."), ""
	case interrupted.FewYears:
		lead = fmt.Sprintf(p.T("%s: serien har %s. Det är för kort för att jämföra före med efter; minst tre år behövs på var sida.",
			"%s: the series has %s. That is too short to compare before with after; it takes three years on either side."), p.Series, years)
	case interrupted.FewEvents:
		lead = fmt.Sprintf(p.T("%s: för få fall (%s före, %s efter) för att en skillnad ska kunna skattas.", "%s: too few cases (%s before, %s after) for a difference to be estimated."),
			p.Series, format.Number(st.EventsBefore, 0, p.Lang), format.Number(st.EventsAfter, 0, p.Lang)) + s.detectableWords(p, st)
	case interrupted.NotEstimable:
		lead = fmt.Sprintf(p.T("%s: serien låter sig inte jämföras före och efter.", "%s: the series does not let itself be compared before and after."), p.Series)
	case interrupted.CourseTurned:
		lead = fmt.Sprintf(p.T("%s: lutningen ändrades från %s till %s per år. Åren efter är för få för att skatta både nivå och lutning, så ingen skillnad räknas fram.",
			"%s: the slope changed from %s to %s a year. The years after are too few to estimate both level and slope, so no difference is computed."),
			p.Series, s.slope(p, st, st.Timing.Before.Estimate), s.slope(p, st, st.Timing.After.Estimate))
	default:
		lead = s.difference(p, st)
	}
	if st.Forbidden() {
		var why []string
		for _, r := range st.Timing.Reasons {
			why = append(why, forbidWords[r].In(p.Lang))
		}
		way := map[effect.Claim]schema.Text{effect.Fall: {SV: "En minskning", EN: "A fall"}, effect.Rise: {SV: "En ökning", EN: "A rise"}}[st.Timing.Claim].In(p.Lang)
		warning = fmt.Sprintf(p.T("%s får inte tillskrivas händelsen: %s.", "%s may not be put down to the event: %s."), way, listed(why, p.Lang)) + s.onsetWords(p, st)
		return lead, warning
	}
	if st.Model != interrupted.NoModel {
		lead += " " + p.T("Det visar inte att händelsen är orsaken: annat kan ha hänt samtidigt.", "It does not show that the event is the cause: something else may have happened at the same time.")
	}
	return lead, ""
}

// onsetWords tells when the change began, where the check found it.
func (s *Server) onsetWords(p *eventPage, st interrupted.Study) string {
	if st.Timing.Onset == nil || !slices.Contains(st.Timing.Reasons, effect.ChangeBeganFirst) {
		return ""
	}
	var used []schema.Period
	for _, y := range st.Years {
		if y.LeftOut == "" {
			used = append(used, y.Figure.Period)
		}
	}
	if *st.Timing.Onset >= len(used) {
		return ""
	}
	if st.Timing.AtStart {
		return " " + fmt.Sprintf(p.T("Den pågick redan när serien börjar, %s.", "It was under way when the series begins, %s."), format.Period(used[0], p.Lang))
	}
	return " " + fmt.Sprintf(p.T("Den började %s.", "It began in %s."), format.Period(used[*st.Timing.Onset], p.Lang))
}

// difference is the sentence on an estimate: how much, how sure, against what.
func (s *Server) difference(p *eventPage, st interrupted.Study) string {
	observed, expected, ratio, lower, upper := s.totals(st)
	what := p.Series
	if !adds(st.Indicator.Kind) {
		what += p.T(", årsmedel", ", yearly mean")
	} else {
		what += p.T(", sammanlagt", ", in all")
	}
	decimals := s.decimals(st.Indicator)
	var first, last schema.Period
	for _, y := range st.Years {
		if y.Without != nil {
			if first.IsZero() {
				first = y.Figure.Period
			}
			last = y.Figure.Period
		}
	}
	text := fmt.Sprintf(p.T("%s efter händelsen, %s till %s: %s. Hade den tidigare utvecklingen fortsatt hade det varit %s", "%s after the event, %s to %s: %s. Had the earlier course gone on it would have been %s"),
		what, format.Period(first, p.Lang), format.Period(last, p.Lang), format.Number(observed, decimals, p.Lang), format.Number(expected, decimals, p.Lang))
	if math.IsNaN(lower) {
		return text + "."
	}
	text += fmt.Sprintf(p.T(", en skillnad på %s (%s till %s).", ", a difference of %s (%s to %s)."), format.Percent(ratio, p.Lang), format.Percent(lower, p.Lang), format.Percent(upper, p.Lang))
	if lower <= 1 && upper >= 1 {
		text += " " + p.T("Intervallet rymmer både minskning och ökning: ingen säkerställd skillnad.", "The interval holds both fall and rise: no established difference.")
	}
	return text
}

// adds tells whether figures of several years may be summed: deaths may, persons in care may not.
func adds(k schema.Kind) bool {
	return k == schema.Events || k == schema.Entrants || k == schema.Episodes
}

// totals gives what was observed after the event, what the earlier course would have come to, and their ratio with
// limits; for what cannot be summed the mean of the years. Limits that do not exist are NaN and never shown.
func (s *Server) totals(st interrupted.Study) (observed, expected, ratio, lower, upper float64) {
	n := 0.0
	var fitted float64
	for _, y := range st.Years {
		if y.Without != nil {
			observed, expected, fitted, n = observed+y.Figure.Value, expected+*y.Without, fitted+*y.Fitted, n+1
		}
	}
	per := 1.0
	if !adds(st.Indicator.Kind) {
		per = n
	}
	if st.Count != nil {
		a := st.Count.Averted
		if st.Model == interrupted.LevelModel {
			t := st.Count.Terms[1]
			return observed / per, expected / per, t.Ratio, t.Lower, t.Upper
		}
		return observed / per, expected / per, fitted / expected, 1 - a.Upper/expected, 1 - a.Lower/expected
	}
	observed, expected, fitted = observed/n, expected/n, fitted/n
	if st.Model == interrupted.LevelModel {
		t := st.Linear.Terms[1]
		return observed, expected, 1 + t.Estimate/expected, 1 + t.Lower/expected, 1 + t.Upper/expected
	}
	return observed, expected, fitted / expected, math.NaN(), math.NaN()
}

func (s *Server) detectableWords(p *eventPage, st interrupted.Study) string {
	if st.Detectable == nil || st.Detectable.Rise == nil {
		return ""
	}
	rise := format.Number(100*(*st.Detectable.Rise-1), 0, p.Lang)
	if st.Detectable.Fall == nil {
		return " " + fmt.Sprintf(p.T("Med så få fall syns inte ens en minskning till noll; en ökning syns först vid %s %%.", "With so few cases not even a fall to zero shows; a rise shows only from %s%%."), rise)
	}
	fall := format.Number(100*(1-*st.Detectable.Fall), 0, p.Lang)
	return " " + fmt.Sprintf(p.T("Med så få fall syns bara en minskning på minst %s %% eller en ökning på minst %s %%.", "With so few cases only a fall of at least %s%% or a rise of at least %s%% shows."), fall, rise)
}

// beforeAfter gives the rows of the page's first table and what has to be said beside them.
func (s *Server) beforeAfter(p *eventPage, st interrupted.Study) (rows []measureRow, remarks []string) {
	add := func(sv, en, value, limits string) { rows = append(rows, measureRow{p.T(sv, en), value, limits}) }
	if len(st.Years) > 0 && st.Event.Exact() {
		add("År som används", "Years in use", fmt.Sprintf(p.T("%d före, %d efter", "%d before, %d after"), st.Before, st.After), "")
	}
	if st.Timing != nil {
		unit := ""
		if !st.Indicator.Kind.IsCount() {
			unit = ", " + p.Unit
		}
		add("Lutning före händelsen, per år"+unit, "Slope before the event, a year"+unit, s.slope(p, st, st.Timing.Before.Estimate), s.slope(p, st, st.Timing.Before.Lower)+p.T(" till ", " to ")+s.slope(p, st, st.Timing.Before.Upper))
		add("Lutning efter händelsen, per år"+unit, "Slope after the event, a year"+unit, s.slope(p, st, st.Timing.After.Estimate), s.slope(p, st, st.Timing.After.Lower)+p.T(" till ", " to ")+s.slope(p, st, st.Timing.After.Upper))
	}
	if st.Model == interrupted.NoModel {
		return rows, remarks
	}
	observed, expected, ratio, lower, upper := s.totals(st)
	decimals := s.decimals(st.Indicator)
	how := p.T(", årsmedel", ", yearly mean")
	if adds(st.Indicator.Kind) {
		how = p.T(", sammanlagt", ", in all")
	}
	add("Observerat efter händelsen"+how, "Observed after the event"+how, format.Number(observed, decimals, p.Lang), "")
	add("Om den tidigare utvecklingen fortsatt"+how, "Had the earlier course gone on"+how, format.Number(expected, decimals, p.Lang), "")
	limits := ""
	if !math.IsNaN(lower) {
		limits = format.Percent(lower, p.Lang) + p.T(" till ", " to ") + format.Percent(upper, p.Lang)
	}
	add("Skillnad", "Difference", format.Percent(ratio, p.Lang), limits)
	if st.Placebo.Tried > 0 {
		add("Andra år som ger en minst lika stor nivåskillnad", "Other years that give at least as large a change of level", fmt.Sprintf(p.T("%d av %d", "%d of %d"), st.Placebo.AsLarge, st.Placebo.Tried), "")
	}
	for _, u := range st.Untouched {
		value, limits := s.untouchedWords(u, p.Lang)
		name := u.Indicator.Label
		add(name.SV+", som händelsen inte bör röra: skillnad", name.EN+", which the event should not bear on: difference", value, limits)
	}
	return rows, append(remarks, s.modelWords(p, st)...)
}

// untouchedWords writes the difference of a series that the event should not bear on, or why there is none.
func (s *Server) untouchedWords(st interrupted.Study, lang schema.Lang) (value, limits string) {
	if st.Model == interrupted.NoModel {
		return schema.Text{SV: "går inte att skatta", EN: "cannot be estimated"}.In(lang), ""
	}
	_, _, ratio, lower, upper := s.totals(st)
	if math.IsNaN(lower) {
		return format.Percent(ratio, lang), ""
	}
	return format.Percent(ratio, lang), format.Percent(lower, lang) + schema.Text{SV: " till ", EN: " to "}.In(lang) + format.Percent(upper, lang)
}

func (s *Server) slope(p *eventPage, st interrupted.Study, x float64) string {
	if st.Indicator.Kind.IsCount() {
		return signed(1, p.Lang)(x) + "\u00a0%"
	}
	return signed(max(1, s.decimals(st.Indicator)), p.Lang)(x)
}

var cautionWords = map[effect.Caution]schema.Text{
	effect.FewPeriods:     {SV: "Färre än åtta år på en sida: bara nivån jämförs, inte lutningen.", EN: "Fewer than eight years on a side: only the level is compared, not the slope."},
	effect.FewEvents:      {SV: "Få fall på en sida.", EN: "Few cases on a side."},
	effect.Autocorrelated: {SV: "År som följer på varandra liknar varandra mer än modellen räknar med: intervallet är för smalt.", EN: "Years in a row are more alike than the model allows for: the interval is too narrow."},
	effect.Overdispersed:  {SV: "Talen varierar mer än slumpen gör: intervallet är för smalt.", EN: "The numbers vary more than chance does: the interval is too narrow."},
}

// modelWords says how the estimate was made and what is weak in it.
func (s *Server) modelWords(p *eventPage, st interrupted.Study) []string {
	var out []string
	switch {
	case st.Count != nil && st.Rates:
		out = append(out, p.T("Modell: log-linjär regression (quasi-Poisson) av antalet, med folkmängden inräknad.", "Model: log-linear regression (quasi-Poisson) of the number, over the population."))
	case st.Count != nil:
		out = append(out, p.T("Modell: log-linjär regression (quasi-Poisson) av antalet; folkmängd finns inte för alla år.", "Model: log-linear regression (quasi-Poisson) of the number; there is no population for every year."))
	default:
		out = append(out, p.T("Modell: linjär regression med Newey–Wests medelfel.", "Model: linear regression with Newey–West standard errors."))
	}
	var cautions []effect.Caution
	if st.Count != nil {
		cautions = st.Count.Cautions
	} else {
		cautions = st.Linear.Cautions
	}
	for _, c := range cautions {
		if w := cautionWords[c].In(p.Lang); w != "" {
			out = append(out, w)
		}
	}
	if st.Timing != nil && st.Timing.TimingUncertain {
		out = append(out, p.T("Data tillåter också att förändringen började före händelsen.", "The data also allow that the change began before the event."))
	}
	return append(out, p.T("Jämförelsen förlänger den tidigare utvecklingen i en rät linje. Ju fler år den förlängs, desto mindre säger den.", "The comparison draws the earlier course on in a straight line. The more years it is drawn on, the less it says."))
}

// comparison sets the area's change beside that of areas without the event.
func (s *Server) comparison(p *eventPage, st interrupted.Study) {
	if st.Ratio == nil || len(st.Controls) == 0 {
		return
	}
	add := func(name, value, limits string) { p.Compared = append(p.Compared, measureRow{name, value, limits}) }
	ratios := make([]float64, 0, len(st.Controls))
	for _, c := range st.Controls {
		ratios = append(ratios, c.Ratio)
	}
	slices.Sort(ratios)
	add(fmt.Sprintf(p.T("%s, från medelvärdet före till medelvärdet efter", "%s, from the mean before to the mean after"), p.Area.Name.In(p.Lang)), format.Percent(*st.Ratio, p.Lang), "")
	add(fmt.Sprintf(p.T("%d områden utan händelsen, mittersta värdet", "%d areas without the event, middle value"), len(ratios)), format.Percent(median(ratios), p.Lang),
		format.Percent(ratios[0], p.Lang)+p.T(" till ", " to ")+format.Percent(ratios[len(ratios)-1], p.Lang))
	add(p.T("Områden som ändrades minst lika mycket", "Areas that changed at least as much"), fmt.Sprintf(p.T("%d av %d", "%d of %d"), st.AsLarge, len(ratios)), "")
	if st.DiD != nil {
		add(p.T("Skillnad i skillnader (logaritmisk skala)", "Difference in differences (logarithmic scale)"), format.Percent(*st.DiD, p.Lang), p.T("ett område: inget intervall", "one area: no interval"))
	}
	if c := st.Synthetic; c != nil {
		decimals := max(1, s.decimals(st.Indicator))
		value := signed(decimals, p.Lang)(c.Effect) + " " + p.Unit
		limits := ""
		switch {
		case c.PoorFit:
			value, limits = p.T("används inte", "not used"), p.T("passar inte åren före", "does not fit the years before")
		case c.PlaceboP != nil:
			limits = fmt.Sprintf(p.T("minst lika stor avvikelse i %s av områdena", "at least as large a gap in %s of the areas"), format.Number(100**c.PlaceboP, 0, p.Lang)+"\u00a0%")
		}
		add(p.T("Syntetisk kontroll, medelavvikelse per år", "Synthetic control, mean gap a year"), value, limits)
	}
	for _, c := range st.Controls {
		a, _ := s.Catalogue.Areas.Get(c.Area)
		p.Controls = append(p.Controls, measureRow{a.Name.In(p.Lang), format.Percent(c.Ratio, p.Lang), ""})
	}
	slices.SortFunc(p.Controls, func(a, b measureRow) int { return strings.Compare(sortKey(a.Name), sortKey(b.Name)) })
}

// median is the middle of sorted values, the mean of the two middle ones where their number is even.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
