package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"utfall/dashboard/briefing"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/dashboard/verdict"
	"utfall/schema"
)

// claimBlocks lists the claims of a list that figures can decide on, with the verdict and what it rests on.
func (c *composer) claimBlocks(l briefing.ClaimList, lang schema.Lang, keys ...any) []briefing.Block {
	var out briefing.Block
	for i, id := range l.IDs {
		for _, r := range c.results {
			if r.Claim.ID == id && !tested(r) {
				c.fault(briefing.Wrong("påståendet %[1]s kan inte prövas med de siffror som finns: %[2]s Utelämna det, så står det bland luckorna", "claim %[1]s cannot be tested with the figures there are: %[3]s Leave it out, and the gaps name it", id, reasonWords[r.Reason].SV, reasonWords[r.Reason].EN), append(keys, "ids", i)...)
			}
		}
	}
	for _, r := range c.results {
		if l.Holds(r.Claim) && tested(r) {
			out.List = append(out.List, c.claimItem(r, lang))
		}
	}
	return []briefing.Block{out}
}

// tested tells whether figures say something of a claim, be it only that the uncertainty holds both answers.
func tested(r verdict.Result) bool {
	return r.Claim.Kind == schema.TimeSeriesClaim && (r.Verdict != verdict.Untestable || r.Reason == verdict.Uncertain)
}

func (c *composer) claimItem(r verdict.Result, lang schema.Lang) briefing.Item {
	item := briefing.Item{Title: strings.ToUpper(r.Claim.ID) + ". " + r.Claim.Title.In(lang), Tag: verdictWords[r.Verdict].In(lang),
		Text: []string{c.answer(r, lang)}, Link: c.pinnedLink("/pastaenden/"+r.Claim.ID, lang)}
	told, ways := map[verdict.Verdict]bool{}, 0
	for _, v := range r.Variants {
		if v.Verdict == verdict.Untestable && v.Reason != verdict.Uncertain {
			continue
		}
		c.pinVariant(v)
		if ways++; told[v.Verdict] { // one way for each answer shows both sides; the claim's own page has them all
			continue
		}
		told[v.Verdict] = true
		item.Text = append(item.Text, c.wayText(v, lang))
	}
	if more := ways - len(told); more > 0 {
		item.Text = append(item.Text, fmt.Sprintf(schema.Text{SV: "Ytterligare %s sätt att räkna står på påståendets egen sida.", EN: "A further %s on the claim's own page."}.In(lang), moreWays(more, lang)))
	}
	if r.Sequence != nil {
		item.Text = append(item.Text, c.sequenceWords(r.Sequence, lang))
	}
	return item
}

// tallied are the verdicts of a claim that figures were tried on, in the order in which they are told.
var tallied = []struct {
	verdict   verdict.Verdict
	one, many schema.Text
}{
	{verdict.Supported, schema.Text{SV: "stöds", EN: "is supported"}, schema.Text{SV: "stöds", EN: "are supported"}},
	{verdict.Partly, schema.Text{SV: "stöds delvis", EN: "is supported in part"}, schema.Text{SV: "stöds delvis", EN: "are supported in part"}},
	{verdict.Depends, schema.Text{SV: "beror på hur man räknar", EN: "depends on how one counts"}, schema.Text{SV: "beror på hur man räknar", EN: "depend on how one counts"}},
	{verdict.Contradicted, schema.Text{SV: "motsägs", EN: "is contradicted"}, schema.Text{SV: "motsägs", EN: "are contradicted"}},
	{verdict.Untestable, schema.Text{SV: "avgörs inte", EN: "is not decided"}, schema.Text{SV: "avgörs inte", EN: "are not decided"}},
}

// tally says how many of the briefing's claims can be tested, and what came of it.
func (c *composer) tally(lang schema.Lang) string {
	of, all, tried := map[verdict.Verdict]int{}, 0, 0
	for _, r := range c.results {
		if r.Claim.Kind != schema.TimeSeriesClaim {
			continue
		}
		if all++; tested(r) {
			tried++
			of[r.Verdict]++
		}
	}
	var parts []string
	for _, x := range tallied {
		if n := of[x.verdict]; n > 0 {
			words := x.many
			if n == 1 {
				words = x.one
			}
			parts = append(parts, sentence.CountOf(n, true, lang)+" "+words.In(lang))
		}
	}
	text := fmt.Sprintf(schema.Text{SV: "Av %s påståenden om hur något är eller har utvecklats kan %s prövas mot publicerade siffror", EN: "Of %s claims about how something is or has developed, %s can be tested against published figures"}.In(lang),
		sentence.Count(all, lang), sentence.CountOf(tried, true, lang))
	if len(parts) > 0 {
		text += ": " + listed(parts, lang)
	}
	text += "."
	if rest := all - tried; rest > 0 {
		text += fmt.Sprintf(schema.Text{SV: " För %s saknas de siffror som skulle behövas.", EN: " For %s the figures that would be needed are missing."}.In(lang), sentence.CountOf(rest, true, lang))
	}
	return text
}

func moreWays(n int, lang schema.Lang) string {
	text := sentence.CountOf(n, true, lang)
	if lang == schema.EN && n == 1 {
		return text + " way to count stands"
	}
	if lang == schema.EN {
		return text + " ways to count stand"
	}
	return text
}

// pinVariant keeps every figure that a way to count rests on.
func (c *composer) pinVariant(v verdict.Variant) {
	for _, u := range v.Used {
		for _, o := range u.Point.Parts {
			c.pin(o)
		}
		if u.Population != nil {
			for _, o := range u.Population.Parts {
				c.pin(o)
			}
		}
	}
}

// wayText says what one way to count gives, and on which figures.
func (c *composer) wayText(v verdict.Variant, lang schema.Lang) string {
	text := c.wayName(v, lang)
	if v.Estimate != nil {
		value, limits := estimateWords(v, *v.Estimate, lang)
		text += ": " + value
		if limits != "" {
			text += " (" + limits + ")"
		}
	}
	if rests := c.restsOn(v, lang); len(rests) > 0 && v.Estimate != nil {
		text += " – " + strings.Join(rests, "; ")
	} else if len(rests) > 0 {
		text += ": " + strings.Join(rests, "; ")
	}
	return strings.TrimPrefix(text, ": ") + ". " + upperFirst(variantWords(v, lang)) + "."
}

// eventBlock lists events with dates as exact as their sources.
func (c *composer) eventBlock(ids []string, lang schema.Lang) briefing.Block {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	table := briefing.Table{Caption: t("Händelser", "Events"), Head: []string{t("När", "When"), t("Vad", "What"), t("Källa", "Source")}, Numeric: make([]bool, 3)}
	for _, id := range ids {
		e, _ := c.Catalogue.Event(id)
		when := format.Period(e.Period(), lang)
		if end, ok := e.Ended(); ok {
			when += " – " + format.Period(end, lang)
		}
		if !e.Exact() {
			when = t("efter ", "after ") + when
		}
		table.Rows = append(table.Rows, []string{when, e.Label.In(lang), e.Source})
	}
	return briefing.Block{Table: &table}
}

// evidenceBlocks list published findings. They are shown, never scored.
func (c *composer) evidenceBlocks(ids []string, lang schema.Lang) []briefing.Block {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	table := briefing.Table{Caption: t("Publicerade fynd, inte poängsatta", "Published findings, not scored"),
		Head: []string{t("Utfall", "Outcome"), t("Fynd", "Finding"), t("Hur säkert", "How sure"), t("Källa", "Source")}, Numeric: make([]bool, 4)}
	for _, id := range ids {
		x, _ := c.Catalogue.Claim(id)
		for _, e := range x.Evidence {
			source := e.Source
			if e.Date != "" {
				source += ", " + e.Date
			}
			table.Rows = append(table.Rows, []string{e.Outcome.In(lang), e.Finding.In(lang), e.Design.In(lang) + ". " + e.Certainty.In(lang) + ".", source + " (" + readingWords[e.Read].In(lang) + ")"})
		}
	}
	return []briefing.Block{{Table: &table}}
}

// costBlocks say what a cost is, and where it stands among comparable areas of the same year.
func (c *composer) costBlocks(k briefing.Costs, lang schema.Lang, keys ...any) []briefing.Block {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	var out []briefing.Block
	if f, ok := c.figure(k.Figure, lang); !ok {
		c.fault(briefing.Wrong("siffran %q har inga uppgifter", "figure %q has no figures", k.Figure), append(keys, "figure")...)
		return nil
	} else if k.Short {
		out = append(out, briefing.Block{Points: c.points([]string{k.Figure}, lang)})
	} else {
		out = append(out, briefing.Block{Figure: &f})
	}
	x, _ := c.series(k.Figure)
	last, _, _ := latest(x.shown)
	if k.Among == "" {
		return out
	}
	var values []float64
	for _, o := range c.figures {
		a, _ := c.Catalogue.Areas.Get(o.Area)
		if o.Indicator == x.ind.ID && o.Period.String() == last.Period.String() && o.Missing == schema.Present && a.Level == k.Among && strings.HasPrefix(a.Code, "SE-") &&
			o.Sex == last.Sex && o.Age == last.Age && o.Variant == last.Variant && o.Breakdown == last.Breakdown {
			values = append(values, o.Value)
		}
	}
	if len(values) < 5 {
		c.fault(briefing.Wrong("bara %d områden har en kostnad för %s; ett spann behöver fem", "only %d areas have a cost for %s; a range needs five", len(values), last.Period), append(keys, "among")...)
		return out
	}
	slices.Sort(values)
	write := func(v float64) string { return format.Number(v, c.decimals(x.ind), lang) }
	quarter := func(p float64) string { return write(stat.Quantile(p, stat.LinInterp, values, nil)) }
	higher := len(values) - slices.IndexFunc(append(slices.Clone(values), last.Value+1), func(v float64) bool { return v > last.Value })
	level := t("kommuner", "municipalities")
	if k.Among == schema.Region {
		level = t("regioner", "regions")
	}
	text := fmt.Sprintf(t("Bland de %s %s som har en uppgift för %s var kostnaden %s–%s kronor per invånare. Hälften låg mellan %s och %s. I %s av dem var den högre än %s.",
		"Among the %s %s that have a figure for %s the cost was SEK %s–%s per inhabitant. Half lay between %s and %s. In %s of them it was higher than %s."),
		sentence.Count(len(values), lang), level, last.Period, write(values[0]), write(values[len(values)-1]), quarter(0.25), quarter(0.75),
		sentence.Count(max(higher, 0), lang), sentence.Place(x.line.Area, lang))
	return append(out, briefing.Block{HTML: "<p>" + escape(text) + "</p>"})
}
