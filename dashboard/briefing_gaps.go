package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/dashboard/briefing"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
)

// gapBlocks say what the briefing's figures and claims do not tell. Nothing here is written by hand: a gap that is filled
// disappears, and a new one is seen.
func (c *composer) gapBlocks(lang schema.Lang) []briefing.Block {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	var out []briefing.Block
	if lines := c.figureGaps(lang); len(lines) > 0 {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString("<li>" + escape(l) + "</li>")
		}
		out = append(out, briefing.Block{Heading: t("Luckor i siffrorna", "Gaps in the figures")}, briefing.Block{HTML: "<ul>" + b.String() + "</ul>"})
	}
	table := briefing.Table{Caption: t("Påståenden som inte kan prövas", "Claims that cannot be tested"),
		Head: []string{t("Påstående", "Claim"), t("Vad som skulle avgöra", "What would settle it"), t("Vem som har uppgiften", "Who has it")}, Numeric: make([]bool, 3)}
	for _, r := range c.results {
		if r.Claim.Kind != schema.TimeSeriesClaim || tested(r) {
			continue
		}
		var tables, holders []string
		for _, n := range r.Claim.Missing {
			tables = append(tables, strings.TrimSuffix(n.Table.In(lang), "."))
			if !slices.Contains(holders, n.HolderIn(lang)) {
				holders = append(holders, n.HolderIn(lang))
			}
		}
		if len(tables) > 0 {
			table.Rows = append(table.Rows, []string{strings.ToUpper(r.Claim.ID) + ". " + r.Claim.Title.In(lang), strings.Join(tables, ". "), strings.Join(holders, "; ")})
		}
	}
	if len(table.Rows) > 0 {
		out = append(out, briefing.Block{Heading: t("Påståenden som inte kan prövas", "Claims that cannot be tested")}, briefing.Block{Table: &table})
	}
	if len(out) == 0 {
		out = append(out, briefing.Block{HTML: "<p>" + escape(t("Inga luckor har hittats i de siffror som genomgången bygger på.", "No gaps were found in the figures that the briefing rests on.")) + "</p>"})
	}
	return out
}

// figureGaps gives a sentence for each hole in the briefing's series.
func (c *composer) figureGaps(lang schema.Lang) []string {
	var names []string
	for name := range c.def.Figures {
		names = append(names, name)
	}
	slices.Sort(names)
	var out, away []string
	for _, name := range names {
		spec := c.def.Figures[name]
		ind, _ := c.Catalogue.Indicator(spec.Indicator)
		label := ind.Label.In(lang)
		if ind.Derive == nil && !c.hasArea(spec.Indicator, c.def.Area) && !slices.Contains(away, lowerFirst(label)) && c.swedish(spec) {
			away = append(away, lowerFirst(label))
		}
		x, ok := c.series(name)
		if !ok {
			area, _ := c.Catalogue.Areas.Get(c.def.AreaOf(spec))
			out = append(out, fmt.Sprintf(schema.Text{SV: "%s: det finns inga siffror för %s.", EN: "%s: there are no figures for %s."}.In(lang), label, sentence.PlaceName(area, lang)))
			continue
		}
		if text := c.holes(x, lang); text != "" {
			out = append(out, c.title(x, lang)+". "+upperFirst(text))
		}
	}
	if len(away) > 0 {
		out = append([]string{fmt.Sprintf(schema.Text{SV: "För %s har samlingen inga siffror om följande, och det som visas gäller ett större område: %s.", EN: "For %s the collection has no figures on the following, and what is shown is of a larger area: %s."}.In(lang),
			sentence.PlaceName(c.area, lang), strings.Join(away, "; "))}, out...)
	}
	return out
}

// swedish tells whether a figure is shown for Sweden or a part of it: only there is the briefing's own area missed.
func (c *composer) swedish(spec briefing.FigureSpec) bool {
	return strings.HasPrefix(c.def.AreaOf(spec), "SE") && strings.HasPrefix(c.def.Area, "SE")
}

func (c *composer) hasArea(id, area string) bool {
	return slices.ContainsFunc(c.figures, func(o schema.Observation) bool {
		return o.Indicator == id && o.Area == area && o.Missing == schema.Present
	})
}

// holes says which years of a series have no figure, since when there is none, and how often a value is withheld or only
// bounded.
func (c *composer) holes(x shownSeries, lang schema.Lang) string {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	have := map[int]bool{}
	bounds, withheld := 0, map[schema.Missing]int{}
	for _, o := range x.shown {
		if o.Missing != schema.Present {
			withheld[o.Missing]++
			continue
		}
		have[o.Period.Start.Year()] = true
		if schema.HasFlag(o.Flags, schema.LowerBound) {
			bounds++
		}
	}
	last, _, _ := latest(x.shown)
	first := slices.MinFunc(x.shown, func(a, b schema.Observation) int { return a.Period.Start.Compare(b.Period.Start) })
	var parts []string
	if k := last.Period.Kind; k == schema.Year || k == schema.Day {
		var years []int
		for y := first.Period.Start.Year(); y < last.Period.Start.Year(); y++ {
			if !have[y] {
				years = append(years, y)
			}
		}
		if len(years) > 0 {
			parts = append(parts, t("uppgift saknas för ", "no figure for ")+spans(years, lang))
		}
	}
	if c.from.End.Year() > last.Period.End.Year() && x.spec.From == "" {
		parts = append(parts, t("ingen uppgift efter ", "no figure after ")+format.Period(last.Period, lang))
	}
	if bounds > 0 {
		parts = append(parts, countOf(bounds, t("tal är bara en undre gräns", "figure is a lower bound only"), t("tal är bara undre gränser", "figures are lower bounds only"), lang))
	}
	for _, m := range schema.MissingReasons() {
		if n := withheld[m]; n > 0 {
			parts = append(parts, countOf(n, t("tal visas inte", "figure is not shown"), t("tal visas inte", "figures are not shown"), lang)+" ("+format.Missing(m, lang)+")")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

func countOf(n int, one, many string, lang schema.Lang) string {
	if n == 1 {
		return schema.Text{SV: "ett ", EN: "one "}.In(lang) + one
	}
	return sentence.Count(n, lang) + " " + many
}

// spans writes years, runs of them drawn together: 2006, 2009–2011 och 2019.
func spans(years []int, lang schema.Lang) string {
	var parts []string
	for i := 0; i < len(years); {
		j := i
		for j+1 < len(years) && years[j+1] == years[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(years[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d–%d", years[i], years[j]))
		}
		i = j + 1
	}
	return listed(parts, lang)
}
