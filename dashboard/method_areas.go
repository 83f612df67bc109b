package dashboard

import (
	"fmt"

	"utfall/dashboard/comparison"
	"utfall/dashboard/format"
	"utfall/schema"
)

// areaMethods are how areas are put against each other.
var areaMethods = []method{
	{ID: "jamforelse", Title: schema.Text{SV: "Jämförelse av områden", EN: "Comparing areas"},
		Text: schema.Text{SV: "Där antal och folkmängd är kända prövas två områden exakt mot varandra, och p-värdena justeras för att många områden jämförs på en gång. Där bara talet är publicerat, som för kronor, följs kvoten mellan områdena år för år: skillnaden räknas som säkerställd om de gränser som ett års kvot väntas ligga inom, efter högst tio år, inte rymmer 1. Det är ett strängare krav än att medelkvoten skiljer sig från 1, för att år som liknar varandra inte ska räknas som oberoende. Områden utan säkerställd skillnad rangordnas inte; bredvid står hur stor en skillnad måste vara för att upptäckas fyra gånger av fem.",
			EN: "Where number and population are known two areas are tested exactly against each other, and the P values are adjusted for the many areas compared at once. Where only the figure is published, as with money, the ratio of the areas is followed year by year: the difference counts as established if the limits within which a year's ratio is expected, from at most ten years, do not hold 1. That asks more than that the mean ratio differs from 1, so that years that resemble each other do not count as independent. Areas without an established difference are not ranked; beside them stands how large a difference must be to be found four times in five."},
		Formula: "√R = 1 ∓ (z₀.₉₇₅ + z₀.₈)/2 · √(1/μ + 1/x);  exp(x̄ ± t · s · √(1 + 1/n)), x = ln kvot", Source: "Przyborowski & Wilenski, Biometrika 1940; Benjamini & Hochberg, JRSS B 1995; Anscombe, Biometrika 1948; Hahn & Meeker, Statistical Intervals, 1991",
		indicator: "cost_addiction_care_adults", area: "SE-1480", example: exampleApart},
	{ID: "tratt", Title: schema.Text{SV: "Trattdiagram", EN: "Funnel"},
		Text: schema.Text{SV: "Tratten visar hur långt från alla områdens gemensamma nivå ett område av en viss storlek kan hamna av slumpen. Varierar områdena mer än slumpen ger vidgas gränserna så mycket som de faktiskt varierar, om de är minst tio.",
			EN: "The funnel shows how far from the common level of all areas an area of a given size may fall by chance. Where areas vary beyond chance the limits are widened by as much as they do vary, if there are ten or more."},
		Formula: "(1 ± z·√(1/4E + τ²))²", Source: "Spiegelhalter, Statistics in Medicine 2005", indicator: "drug_induced_deaths_per_100000", beside: "drug_induced_deaths", area: "SE", example: exampleFunnel},
}

// setOf puts the example's figures beside those of the other areas.
func (x sample) setOf() (comparison.Set, bool) {
	var figures []schema.Observation
	for _, o := range x.all {
		if o.Indicator == x.ind.ID {
			figures = append(figures, o)
		}
	}
	return comparison.Choose(x.s.Catalogue.Areas, x.ind, figures, comparison.Asked{Area: x.area})
}

func exampleApart(x sample) string {
	set, ok := x.setOf()
	if !ok {
		return ""
	}
	const other = "SE-0180"
	d := set.Differences(x.s.Catalogue.Areas, nil)[other]
	if d.Ratio == nil || d.Lower == nil || d.Upper == nil {
		return ""
	}
	a, _ := x.s.Catalogue.Areas.Get(other)
	b, _ := x.s.Catalogue.Areas.Get(x.area)
	word := map[comparison.Verdict]schema.Text{comparison.Higher: {SV: "säkerställt högre", EN: "established as higher"}, comparison.Lower: {SV: "säkerställt lägre", EN: "established as lower"},
		comparison.NotShown: {SV: "ingen säkerställd skillnad", EN: "no established difference"}}[d.Verdict]
	return fmt.Sprintf("%s / %s, %s: %s (%s; %d %s): %s.", a.Name.In(x.lang), b.Name.In(x.lang), format.Period(set.Period, x.lang), format.Number(*d.Ratio, 2, x.lang), format.Interval(*d.Lower, *d.Upper, 2, x.lang),
		d.Years, x.T("år", "years"), word.In(x.lang))
}

func exampleFunnel(x sample) string {
	set, ok := x.setOf()
	if !ok {
		return ""
	}
	f, _ := set.NewFunnel(x.s.Catalogue.Areas, set.Counts(x.all))
	if f == nil {
		return ""
	}
	return fmt.Sprintf(x.T("%s: %d områden, %s %s tillsammans, φ = %s; %d utanför 95 %%-gränserna.", "%s: %d areas, %s %s together, φ = %s; %d outside the 95%% limits."), format.Period(set.Period, x.lang), len(f.Points),
		format.Number(f.Baseline, 1, x.lang), x.T("per 100 000", "per 100,000"), format.Number(f.Phi, 1, x.lang), f.Outside95)
}
