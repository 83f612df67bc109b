package dashboard

import (
	"fmt"
	"strings"

	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/dashboard/verdict"
	"utfall/schema"
	"utfall/stats"
	"utfall/stats/process"
)

// comparisonMethods are how figures of one series are put against each other.
var comparisonMethods = []method{
	{ID: "skillnad", Title: schema.Text{SV: "Skillnad mellan två år", EN: "Difference between two years"},
		Text: schema.Text{SV: "Två antal jämförs genom sin kvot, med exakta gränser; två tal per invånare eller två andelar genom sina intervall, på logaritmisk skala. Ligger 1 mellan gränserna kan skillnaden bero på slumpen. Då sägs alltid vilken ändring som hade kunnat upptäckas med 80 procents säkerhet: att en skillnad inte är säkerställd betyder inte att den inte finns. Att två intervall överlappar används aldrig som prov.",
			EN: "Two numbers are compared by their ratio, with exact limits; two rates or two shares by their limits, on the logarithmic scale. If 1 lies between the limits, the difference may be chance. Then the change that could have been found with a power of 80% is always given: a difference that is not established may still be there. Overlapping limits are never used as a test."},
		Formula: "O₂ | O₁+O₂ ~ Bin(O₁+O₂, θ/(1+θ))", Source: "Przyborowski & Wilenski, Biometrika 1940; Clopper & Pearson, Biometrika 1934; Altman & Bland, BMJ 2003",
		indicator: "drug_induced_deaths", area: "SE", example: exampleDifference},
	{ID: "andelsskillnad", Title: schema.Text{SV: "Skillnad mellan två andelar", EN: "Difference between two shares"},
		Text: schema.Text{SV: "När ett påstående gäller hur en andel har ändrats räknas skillnaden i procentenheter. Gränserna sätts samman av de två andelarnas egna. Är något tal avrundat av källan räknas det i båda ändar av vad det kan stå för, och det vidaste svaret gäller.",
			EN: "When a claim is about how a share has changed, the difference is in percentage points. Its limits are put together from those of the two shares. A number that the source rounded is taken at both ends of what it may stand for, and the widest answer holds."},
		Formula: "d − √((p₁−l₁)² + (u₂−p₂)²)  …  d + √((u₁−p₁)² + (p₂−l₂)²)", Source: "Newcombe, Statistics in Medicine 1998 (metod 10)", indicator: "institutional_voluntary", beside: "open_interventions", area: "SE", example: exampleShares},
	{ID: "trend", Title: schema.Text{SV: "Trend, fem år", EN: "Trend, five years"},
		Text: schema.Text{SV: "De fem senaste åren efter det senaste tidsseriebrottet, utan preliminära år, får en rät linje där säkrare år väger mer. Trenden heter ”ökar” eller ”minskar” bara om linjens lutning är större än slumpen ger (χ² över 9,55) och behåller sitt tecken när vilket år som helst tas bort. Annars står det ”ingen säkerställd förändring”, aldrig ”stabil”. Färre än fem år eller 20 händelser prövas inte. Ordet ”förbättras” eller ”försämras” läggs till bara där indikatorn har en bedömning.",
			EN: "The last five years after the last break in the series, without provisional ones, get a straight line in which surer years weigh more. The trend is called “increasing” or “decreasing” only if the slope is larger than chance makes (χ² above 9.55) and keeps its sign when any one year is left out. Otherwise it is “no established change”, never “stable”. Fewer than five years or 20 events are not judged. “Better” or “worse” is added only where the indicator has a judgement."},
		Formula: "χ² = (b/SE(b))²,  w = 1/SE²", Source: "Department of Health and Social Care, Fingertips trend markers", indicator: "drug_induced_deaths", area: "SE", example: exampleTrend},
	{ID: "arlig-andring", Title: schema.Text{SV: "Ändring per år, i procent", EN: "Change per year, in per cent"},
		Text: schema.Text{SV: "Påståenden om en hel period prövas med en log-linjär modell av antalet, med folkmängden som mått på hur många som kunde drabbas. Varierar åren mer än slumpen ger, vidgas gränserna med den överspridning som syns (φ); varierar de mindre smalnar de inte. År utan händelser är kvar i modellen.",
			EN: "Claims about a whole period are tested with a log-linear model of the number, with the population as the measure of how many could be struck. If the years vary more than chance makes, the limits are widened by the dispersion that shows (φ); if they vary less, they do not narrow. Years without events stay in the model."},
		Formula: "ln E(O) = a + b·t + ln N,  100·(eᵇ − 1),  φ = max(1, Σ(O−μ)²/μ / (n−2))", Source: "McCullagh & Nelder, Generalized Linear Models, 1989", indicator: "drug_induced_deaths", area: "SE", example: exampleYearly},
	{ID: "sen", Title: schema.Text{SV: "Ändring per år, utan antal", EN: "Change per year, without numbers"},
		Text: schema.Text{SV: "Andelar och kostnader som kommer utan antal har ingen slump att räkna med. Där tas det mittersta av alla parvisa ändringar per år, med gränser av hur många par som stiger och faller.",
			EN: "Shares and costs that come without numbers have no chance to reckon with. There the middle of all pairwise changes per year is taken, with limits from how many pairs rise and fall."},
		Formula: "median((yⱼ − yᵢ)/(j − i))", Source: "Sen, JASA 1968; Mann, Econometrica 1945; Kendall 1975", indicator: "purchased_share_addiction_care", area: "SE-1480", example: exampleSen},
	{ID: "styrdiagram", Title: schema.Text{SV: "Styrdiagram", EN: "Control chart"},
		Text: schema.Text{SV: "Ett styrdiagram frågar om seriens upp- och nedgångar är sådana den brukar ha. Gränserna är medelvärdet plus och minus 2,66 gånger den genomsnittliga ändringen från ett år till nästa. Fyra mönster markeras: ett värde utanför gränserna, sju stigande eller fallande i rad, sju i rad på samma sida om medel, två av tre nära en gräns. Efter ett tidsseriebrott börjar nya gränser. En kommuns årstal får inget styrdiagram: de är för få och för små.",
			EN: "A control chart asks whether the ups and downs of a series are those it usually has. The limits are the mean plus and minus 2.66 times the mean step from one year to the next. Four patterns are marked: a value outside the limits, seven rising or falling in a row, seven in a row on one side of the mean, two of three near a limit. After a break in the series new limits begin. The yearly figures of a municipality get no control chart: they are too few and too small."},
		Formula: "x̄ ± 2.66 · MR̄", Source: "NHS England, Making Data Count", indicator: "lvm_in_care", area: "SE", example: exampleControl},
}

func exampleDifference(x sample) string {
	last, before, ok := latest(x.figures)
	if !ok || before == nil {
		return ""
	}
	d, ok := interval.Compare(x.s.Catalogue, *before, last)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%s / %s (%s, %s) = %s (%s).", x.s.value(x.ind, last, x.lang), x.s.value(x.ind, *before, x.lang), format.Period(last.Period, x.lang), format.Period(before.Period, x.lang),
		format.Number(d.Ratio, 2, x.lang), format.Interval(d.Lower, d.Upper, 2, x.lang))
	if d.Detectable.Fall != nil && d.Detectable.Rise != nil {
		text += fmt.Sprintf(schema.Text{SV: " Kvoter som hade upptäckts: under %s eller över %s.", EN: " Ratios that would have been found: below %s or above %s."}.In(x.lang),
			format.Number(*d.Detectable.Fall, 2, x.lang), format.Number(*d.Detectable.Rise, 2, x.lang))
	}
	return text
}

func exampleTrend(x sample) string {
	words, years, r := x.s.trend(x.ind, x.figures, x.lang)
	if r.State == stats.TooFewForTrend || years == "" {
		return words
	}
	return fmt.Sprintf(schema.Text{SV: "%s: lutning %s per år, χ² = %s mot gränsen %s: %s.", EN: "%s: slope %s a year, χ² = %s against %s: %s."}.In(x.lang),
		years, format.Number(r.Slope, 1, x.lang), format.Number(r.ChiSquare, 2, x.lang), format.Number(r.Threshold, 2, x.lang), words)
}

// exampleShares is the share whose change a claim is about, with what rounding leaves open.
func exampleShares(x sample) string {
	c, ok := x.s.Catalogue.Claim("c04")
	if !ok {
		return ""
	}
	for _, v := range verdict.NewTester(x.s.Catalogue, x.all).Test(c).Variants {
		if v.Rule.Kind != "share" || v.Estimate == nil || v.Estimate.Lower == nil || v.Estimate.Upper == nil {
			continue
		}
		return fmt.Sprintf(x.T("%s, %s: %s procentenheter (%s), avrundningen inräknad.", "%s, %s: %s percentage points (%s), rounding included."), strings.ToUpper(c.ID), v.Rule.Label.In(x.lang),
			format.Number(v.Estimate.Value, 1, x.lang), format.Interval(*v.Estimate.Lower, *v.Estimate.Upper, 1, x.lang))
	}
	return ""
}

func exampleYearly(x sample) string {
	var r stats.RateSeries
	for _, o := range x.figures {
		year := o.Period.Start.Year()
		if n := x.people[year]; n > 0 && !schema.HasFlag(o.Flags, schema.Provisional) {
			r.Years, r.Counts, r.Populations = append(r.Years, year), append(r.Counts, o.Value), append(r.Populations, n)
		}
	}
	fit, err := stats.TrendPoisson(r, stats.Level95)
	if err != nil {
		return ""
	}
	q := fit.QuasiPoisson
	return fmt.Sprintf(x.T("%d–%d, %d år: %s %% per år (%s), φ = %s.", "%d–%d, %d years: %s%% a year (%s), φ = %s."), r.Years[0], r.Years[len(r.Years)-1], len(r.Years),
		format.Number(q.APC.Value, 1, x.lang), format.Interval(q.APC.Lower, q.APC.Upper, 1, x.lang), format.Number(q.Dispersion, 1, x.lang))
}

func exampleSen(x sample) string {
	var values []float64
	for _, o := range x.figures {
		values = append(values, o.Value)
	}
	t, err := stats.MannKendall(values, stats.Level95)
	if err != nil || t.Lower == nil || t.Upper == nil {
		return ""
	}
	return fmt.Sprintf(x.T("%s–%s, %d år: %s procentenheter per år (%s).", "%s–%s, %d years: %s percentage points a year (%s)."), format.Period(x.figures[0].Period, x.lang),
		format.Period(x.figures[len(x.figures)-1].Period, x.lang), len(values), format.Number(t.Slope, 1, x.lang), format.Interval(*t.Lower, *t.Upper, 1, x.lang))
}

func exampleControl(x sample) string {
	figures, ok := x.s.controllable(x.figures)
	if !ok {
		return ""
	}
	in := process.XmRInput{}
	for i, o := range figures {
		in.Y = append(in.Y, o.Value)
		if i > 0 && (len(x.ind.BreaksBetween(figures[i-1], o)) > 0 || schema.HasFlag(o.Flags, schema.SeriesBreak)) {
			in.RebaseAt = append(in.RebaseAt, i)
		}
	}
	chart, err := process.NewXmR(in)
	if err != nil {
		return ""
	}
	last := chart.Phases[len(chart.Phases)-1]
	if last.Lower == nil || last.Upper == nil {
		return ""
	}
	marked := 0
	for _, p := range chart.Points[last.First:] {
		if p.Pattern != process.CommonCause {
			marked++
		}
	}
	decimals := x.s.decimals(x.ind)
	return fmt.Sprintf(x.T("%s–%s: medel %s, gränser %s. %d av %d år ingår i ett mönster.", "%s–%s: mean %s, limits %s. %d of %d years are part of a pattern."),
		format.Period(figures[last.First].Period, x.lang), format.Period(figures[last.Last].Period, x.lang), format.Number(last.Mean, decimals, x.lang),
		format.Interval(floor(*last.Lower, x.ind.Kind.IsCount()), *last.Upper, decimals, x.lang), marked, last.Last-last.First+1)
}
