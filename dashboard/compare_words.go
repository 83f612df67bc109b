package dashboard

import (
	"fmt"
	"strings"

	"utfall/dashboard/comparison"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
	"utfall/stats"
)

// comparisonLead is the page's sentence: the chosen area's figure, how it stands among those alike and among all, and what
// is not known. It puts nobody in an order.
func (s *Server) comparisonLead(p *comparePage, q *compared) string {
	if p.Chosen == nil {
		return p.T("Välj ett område nedan för att se hur de andra skiljer sig från det.", "Choose an area below to see how the others differ from it.")
	}
	name := p.Name(*p.Chosen)
	o, ok := q.set.Figures[p.Chosen.Code]
	if !ok || o.Missing != schema.Present {
		reason := p.T("uppgift saknas i samlingen", "the collection has no figure")
		if ok {
			reason = format.Missing(o.Missing, p.Lang)
		}
		return fmt.Sprintf(p.T("%s, %s: %s. Då går det inte att jämföra andra med det.", "%s, %s: %s. Others cannot be compared with it, then."), name, p.Period, reason)
	}
	text := fmt.Sprintf("%s: %s %s, %s", name, s.value(q.ind, o, p.Lang), p.Unit, p.Period)
	if limits := s.interval(q.ind, o, p.Lang); limits != "" {
		text += fmt.Sprintf(p.T(" (95 %% osäkerhet %s)", " (95%% limits %s)"), limits)
	}
	text += "."
	if p.Why != "" || p.differences == nil {
		return text
	}
	if len(p.others()) == 0 {
		return text + " " + p.T("Inget annat område har en siffra för perioden.", "No other area has a figure for the period.")
	}
	if p.Peers != nil && len(p.Peers.codes) > 0 && len(p.Peers.codes) < len(p.others()) {
		text += " " + p.tally(p.T("Av de %s områden som liknar det mest är", "Of the %s areas most like it"), p.Peers.codes)
	}
	return text + " " + p.tally(p.T("Av alla %s andra områden är", "Of all %s other areas"), p.others())
}

// others are the areas of the group, without the chosen one, that have a figure.
func (p *comparePage) others() []string {
	var out []string
	for code, o := range p.set.Figures {
		if g, ok := comparison.GroupOf(p.s.Catalogue.Areas, code); ok && g == p.set.Group && o.Missing == schema.Present && !p.IsArea(code) {
			out = append(out, code)
		}
	}
	return out
}

// tally counts in words how some areas stand to the chosen one.
func (p *comparePage) tally(begin string, codes []string) string {
	n := comparison.Tally(p.differences, codes)
	count := func(v comparison.Verdict) string {
		if n[v] == 0 {
			return p.T("inget", "none")
		}
		return sentence.CountOf(n[v], true, p.Lang)
	}
	text := fmt.Sprintf(begin, sentence.Count(len(codes), p.Lang))
	if n[comparison.NotTested] == len(codes) {
		return fmt.Sprintf(p.T("Skillnaden mot de %s går inte att pröva.", "The difference from the %s cannot be tested."), sentence.Count(len(codes), p.Lang))
	}
	text += fmt.Sprintf(p.T(" %s säkerställt högre och %s säkerställt lägre", ", %s are established as higher and %s as lower"), count(comparison.Higher), count(comparison.Lower))
	if n[comparison.NotShown] > 0 {
		text += fmt.Sprintf(p.T("; för %s är ingen skillnad säkerställd", "; for %s no difference is established"), count(comparison.NotShown))
	}
	if n[comparison.NotTested] > 0 {
		text += fmt.Sprintf(p.T("; %s går inte att pröva", "; %s cannot be tested"), count(comparison.NotTested))
	}
	return text + "."
}

// comparisonNote says how the differences were put against chance.
func (p *comparePage) comparisonNote() string {
	seen, rest := map[comparison.Method]int{}, false
	for _, d := range p.differences {
		seen[d.Method]++
		rest = rest || d.Rest
	}
	var out []string
	if seen[comparison.ByCounts] > 0 {
		out = append(out, p.T("Två antal prövas exakt mot varandra. p-värdena är justerade för att många områden jämförs på en gång (Benjamini–Hochberg); en skillnad är säkerställd om det justerade värdet är under 0,05.",
			"Two numbers are tested exactly against each other. P values are adjusted for the many areas compared at once (Benjamini–Hochberg); a difference is established if the adjusted value is below 0.05."))
	}
	if seen[comparison.ByLimits] > 0 {
		out = append(out, p.T("Två tal prövas mot varandra genom sina osäkerhetsintervall, och p-värdena är justerade för antalet jämförelser (Benjamini–Hochberg).",
			"Two figures are tested against each other by their limits, and the P values are adjusted for the number of comparisons (Benjamini–Hochberg)."))
	}
	if seen[comparison.OverYears] > 0 {
		out = append(out, p.T("Talen är publicerade utan antal, så slumpen kan inte räknas ut. I stället följs kvoten mellan områdena år för år, högst tio år: skillnaden räknas som säkerställd om de gränser som ett års kvot väntas ligga inom (95 %) inte rymmer 1. Det visar en skillnad som består, inte vad den beror på.",
			"The figures are published without numbers, so chance cannot be computed. Instead the ratio of the two areas is followed year by year, at most ten years: the difference counts as established if the limits within which a year’s ratio is expected (95%) do not hold 1. That shows a difference that lasts, not what it rests on."))
	}
	if rest {
		out = append(out, p.T("Ett område som ligger i ett annat jämförs med resten av det, inte med sig självt.", "An area that lies in another is compared with the rest of it, not with itself."))
	}
	return strings.Join(out, " ")
}

// whyNotComparable says why places are not put against each other in an indicator.
func (p *comparePage) whyNotComparable() string {
	if p.Indicator.Kind.IsCount() || p.Indicator.Kind == schema.Cost {
		return p.T("Talet växer med områdets storlek, så områden jämförs inte i det.", "The figure grows with the size of the area, so areas are not compared in it.") + p.elsewhere()
	}
	return p.T("Ett index eller en förändring visar utvecklingen inom ett område, inte nivån. Områden jämförs därför inte i det.",
		"An index or a change shows the course within an area, not the level. So areas are not compared in it.") + p.elsewhere()
}

func (p *comparePage) elsewhere() string {
	if len(p.Measures) > 0 {
		return " " + p.T("Jämför i stället:", "Compare instead:")
	}
	return " " + p.T("Samlingen har inget mått på det här som tar hänsyn till folkmängden.", "The collection has no measure of this that allows for population.")
}

// verdictWords are what may be said of an area beside the chosen one. Only an established difference gets a word of
// position.
func (p *comparePage) verdictWords(d comparison.Difference) (word, small string) {
	switch d.Verdict {
	case comparison.Higher:
		word = p.T("högre", "higher")
	case comparison.Lower:
		word = p.T("lägre", "lower")
	case comparison.NotShown:
		word = p.T("ingen säkerställd skillnad", "no established difference")
		small = p.detectableRatio(d)
	default:
		return p.T("prövas inte", "not tested"), p.untested(d.Why)
	}
	if d.Adjusted != nil {
		small = strings.TrimPrefix(small+", "+p.pValue(*d.Adjusted), ", ")
	}
	if d.Years > 0 && d.Verdict != comparison.NotShown {
		small = fmt.Sprintf(p.T("%d år", "%d years"), d.Years)
	}
	return word, small
}

// detectableRatio says which difference could have been found: "none" is never said without it.
func (p *comparePage) detectableRatio(d comparison.Difference) string {
	fall, rise := "", ""
	if d.Fall != nil {
		fall = format.Percent(*d.Fall, p.Lang)
	}
	if d.Rise != nil {
		rise = format.Percent(*d.Rise, p.Lang)
	}
	switch {
	case fall == "" && rise == "":
		return p.T("inget av rimlig storlek hade synts", "nothing of a likely size would have shown")
	case fall == "":
		return p.T("syns först från ", "shows only from ") + rise
	case rise == "":
		return p.T("syns först från ", "shows only from ") + fall
	}
	return p.T("syns först från ", "shows only from ") + fall + p.T(" eller ", " or ") + rise
}

func (p *comparePage) untested(why comparison.Untested) string {
	switch why {
	case comparison.NoChosen:
		return p.T("inget att jämföra med", "nothing to compare with")
	case comparison.Bound:
		return p.T("talet är en gräns eller en skattning", "the figure is a bound or an estimate")
	case comparison.TooFewYears:
		return p.T("för få år", "too few years")
	case comparison.NothingThere:
		return p.T("noll i båda", "none in either")
	case comparison.WithinWhole:
		return p.T("det ena ligger i det andra", "one lies in the other")
	}
	return ""
}

// pValue writes an adjusted P value with two figures: p = 0,012; p < 0,001.
func (p *comparePage) pValue(v float64) string {
	switch {
	case v < 0.001:
		return "p < " + format.Number(0.001, 3, p.Lang)
	case v < 0.0995:
		return "p = " + format.Number(v, 3, p.Lang)
	}
	return "p = " + format.Number(v, 2, p.Lang)
}

// funnelWhy says why there is no funnel.
func (p *comparePage) funnelWhy(why comparison.Without) string {
	switch why {
	case comparison.OnlyTheRate:
		return p.T("Källan publicerar talet per invånare men inte antalet bakom det. Utan antalet går det inte att säga hur mycket slumpen ger.",
			"The source publishes the figure per inhabitant and not the number behind it. Without the number it cannot be said how much chance makes.")
	case comparison.NotIndependent:
		return p.T("Samma person kan stå för flera, så antalet varierar mer än slumpen för enskilda händelser.", "One person may account for several, so the number varies more than chance does for single events.")
	case comparison.Standardised:
		return p.T("Talet är åldersstandardiserat: inget enskilt antal och ingen enskild folkmängd ger det.", "The figure is age-standardised: no one number and population give it.")
	case comparison.NotMatched:
		return p.T("Antal och folkmängd som ger talet finns för färre än fem områden.", "Numbers and populations that give the figure exist for fewer than five areas.")
	}
	return p.T("Talet är inte ett antal av en folkmängd, så det finns ingen slump att räkna på.", "The figure is not a number out of a population, so there is no chance to compute.")
}

// funnelSentence says how many areas lie outside the funnel and what its limits allow for.
func (p *comparePage) funnelSentence(f *comparison.Funnel) string {
	text := fmt.Sprintf(p.T("Av %s områden ligger %s utanför 95 %%-gränserna och av dem %s utanför 99,8 %%-gränserna.", "Of %s areas %s lie outside the 95%% limits, and of those %s outside the 99.8%% limits."),
		sentence.Count(len(f.Points), p.Lang), sentence.Count(f.Outside95, p.Lang), sentence.Count(f.Outside998, p.Lang))
	switch {
	case f.Widened:
		text += " " + fmt.Sprintf(p.T("Variansen är %s gånger slumpens; gränserna är vidgade för det (Spiegelhalter 2005). Att ligga innanför betyder då bara att området inte sticker ut bland områden som redan skiljer sig åt.",
			"The variance is %s times that of chance; the limits are widened for it (Spiegelhalter 2005). To lie within them then only means not to stand out among areas that differ already."), times(f.Phi, p.Lang))
	case f.Phi > 1 && len(f.Points) < 10:
		text += " " + p.T("Områdena är för få för att mäta om de varierar mer än slumpen; gränserna visar slumpen ensam.", "The areas are too few to measure whether they vary beyond chance; the limits are those of chance alone.")
	default:
		text += " " + p.T("Områdena varierar inte mer än slumpen ger.", "The areas vary no more than chance makes.")
	}
	return text
}

// spread says where the figures lie without naming who lies where.
func (p *comparePage) spread(s *Server, values []float64) string {
	number := func(v float64) string { return format.Number(v, s.decimals(p.Indicator), p.Lang) }
	var at [5]float64
	for i, q := range []float64{0, 0.25, 0.5, 0.75, 1} {
		v, err := stats.Quantile(values, q)
		if err != nil {
			return ""
		}
		at[i] = v
	}
	return fmt.Sprintf(p.T("De %s områdena går från %s till %s; hälften ligger mellan %s och %s, och mitten är %s.", "The %s areas run from %s to %s; half of them lie between %s and %s, and the middle is %s."),
		sentence.Count(len(values), p.Lang), number(at[0]), number(at[4]), number(at[1]), number(at[3]), number(at[2]))
}

// times writes how many times larger something is: with a decimal below ten.
func times(v float64, lang schema.Lang) string {
	if v < 10 {
		return format.Number(v, 1, lang)
	}
	return format.Number(v, 0, lang)
}
