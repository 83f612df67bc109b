package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/schema"
	"utfall/stats"
)

// method is a section of the page that says how the figures are made: what it is for, the formula, who described it, and
// the same sum done on a figure of the product.
type method struct {
	ID            string
	Title, Text   schema.Text
	Formula       string
	Source        string
	indicator     string // whose figures the example uses, "" for none
	area          string
	example       func(s *Server, ind schema.Indicator, figures []schema.Observation, lang schema.Lang) string
	Example, Link string // filled in for the page
}

type methodPage struct {
	*view
	Methods []method
}

// methods shows how the figures are made, each method worked through on figures of the moment that the page shows.
func (s *Server) methods(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Så är siffrorna gjorda", "How the figures are made")
	p := methodPage{view: v, Methods: slices.Clone(methodList)}
	var ids, areas []string
	for _, m := range p.Methods {
		if m.indicator != "" {
			ids, areas = append(ids, m.indicator), append(areas, m.area)
		}
	}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: ids, Areas: areas, AsOf: v.AsOf})
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "method examples", "error", err)
		v.whole = false
	}
	for i := range p.Methods {
		m := &p.Methods[i]
		mine := slices.DeleteFunc(slices.Clone(figures), func(o schema.Observation) bool { return o.Indicator != m.indicator || o.Area != m.area })
		if main, ok := mainLine(s.lines(mine)); ok {
			ind, _ := s.Catalogue.Indicator(m.indicator)
			if series := slices.DeleteFunc(main.regular(), func(o schema.Observation) bool { return o.Missing != schema.Present }); len(series) > 0 {
				m.Example, m.Link = m.example(s, ind, series, v.Lang), v.Link("/indikator/"+m.indicator, "area", m.area)
			}
		}
	}
	return s.html("method", p)
}

var methodList = []method{
	{ID: "intervall", Title: schema.Text{SV: "95 % osäkerhetsintervall för antal", EN: "95% limits of a number"},
		Text: schema.Text{SV: "Också när varje dödsfall är räknat är årets tal ett utfall bland flera möjliga. Intervallet rymmer de underliggande nivåer som talet rimligen kan komma från. Under 10 händelser används exakta gränser, från 10 Byars. Intervall ges för personer och händelser som räknas en gång var; inte för vårddygn, besök, sprutor eller kronor, och inte för tal som källan har avrundat.",
			EN: "Even when every death is counted, the year's number is one outcome among several that could have been. The limits hold the underlying levels that the number may reasonably come from. Under 10 events the limits are exact, from 10 they are Byar's. Limits are given for persons and events that are counted once; not for days of care, visits, syringes or money, nor for numbers that the source has rounded."},
		Formula: "O(1 − 1/(9O) − z/(3√O))³  …  (O+1)(1 − 1/(9(O+1)) + z/(3√(O+1)))³,  z = 1.96",
		Source:  "Breslow & Day, Statistical Methods in Cancer Research II, IARC 1987; Garwood, Biometrika 1936", indicator: "drug_induced_deaths", area: "SE", example: exampleInterval},
	{ID: "skillnad", Title: schema.Text{SV: "Skillnad mellan två år", EN: "Difference between two years"},
		Text: schema.Text{SV: "Två antal jämförs genom sin kvot, med exakta gränser; två tal per invånare eller två andelar genom sina intervall, på logaritmisk skala. Ligger 1 mellan gränserna kan skillnaden bero på slumpen. Då sägs alltid vilken ändring som hade kunnat upptäckas med 80 procents säkerhet: att en skillnad inte är säkerställd betyder inte att den inte finns. Att två intervall överlappar används aldrig som prov.",
			EN: "Two numbers are compared by their ratio, with exact limits; two rates or two shares by their limits, on the logarithmic scale. If 1 lies between the limits, the difference may be chance. Then the change that could have been found with a power of 80% is always given: a difference that is not established may still be there. Overlapping limits are never used as a test."},
		Formula: "O₂ | O₁+O₂ ~ Bin(O₁+O₂, θ/(1+θ))", Source: "Przyborowski & Wilenski, Biometrika 1940; Clopper & Pearson, Biometrika 1934; Altman & Bland, BMJ 2003",
		indicator: "drug_induced_deaths", area: "SE", example: exampleDifference},
	{ID: "trend", Title: schema.Text{SV: "Trend, fem år", EN: "Trend, five years"},
		Text: schema.Text{SV: "De fem senaste åren efter det senaste tidsseriebrottet, utan preliminära år, får en rät linje där säkrare år väger mer. Trenden heter ”ökar” eller ”minskar” bara om linjens lutning är större än slumpen ger (χ² över 9,55) och behåller sitt tecken när vilket år som helst tas bort. Annars står det ”ingen säkerställd förändring”, aldrig ”stabil”. Färre än fem år eller 20 händelser prövas inte. Ordet ”förbättras” eller ”försämras” läggs till bara där indikatorn har en bedömning.",
			EN: "The last five years after the last break in the series, without provisional ones, get a straight line in which surer years weigh more. The trend is called “increasing” or “decreasing” only if the slope is larger than chance makes (χ² above 9.55) and keeps its sign when any one year is left out. Otherwise it is “no established change”, never “stable”. Fewer than five years or 20 events are not judged. “Better” or “worse” is added only where the indicator has a judgement."},
		Formula: "χ² = (b/SE(b))²,  w = 1/SE²", Source: "Department of Health and Social Care, Fingertips trend markers", indicator: "drug_induced_deaths", area: "SE", example: exampleTrend},
	{ID: "beraknat", Title: schema.Text{SV: "Per 100 000 invånare", EN: "Per 100,000 inhabitants"},
		Text: schema.Text{SV: "Antalet delas med folkmängden för samma område, kön, ålder och år. Finns ingen sådan folkmängd beräknas inget tal. Gränserna är antalets, delade med folkmängden.",
			EN: "The number is divided by the population of the same area, sex, age and year. Without such a population nothing is computed. The limits are those of the number, divided by the population."},
		Formula: "O / N × 100 000", Source: "Breslow & Day 1987", indicator: "drug_induced_deaths_per_100000", area: "SE", example: exampleCitation},
	{ID: "andel", Title: schema.Text{SV: "Andel", EN: "Share"},
		Text: schema.Text{SV: "En del delas med summan av delarna samma dag, och alla delar måste finnas. Gränserna är Wilsons.",
			EN: "One part is divided by the sum of the parts on the same day, and all parts must be there. The limits are Wilson's."},
		Formula: "(p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n)", Source: "Wilson, JASA 1927", indicator: "institutional_share", area: "SE", example: exampleCitation},
	{ID: "index", Title: schema.Text{SV: "Index", EN: "Index"},
		Text: schema.Text{SV: "Talet i förhållande till basårets, som är 100. Gränserna är kvotens, exakta givet summan av de två talen.",
			EN: "The number against that of the base year, which is 100. The limits are those of the ratio, exact given the sum of the two."},
		Formula: "O / O₀ × 100", Source: "Przyborowski & Wilenski 1940", indicator: "lvm_in_care_index", area: "SE", example: exampleCitation},
	{ID: "fasta-priser", Title: schema.Text{SV: "Fasta priser", EN: "Constant prices"},
		Text: schema.Text{SV: "Kronor räknas om till ett års priser med konsumentprisindex. Kronor har inget osäkerhetsintervall: de är bokförda, inte räknade händelser.",
			EN: "Amounts are put into one year's prices by the consumer price index. Amounts have no limits: they are booked, not counted events."},
		Formula: "K × KPI₀ / KPI", Source: "SCB, konsumentprisindex", indicator: "cost_addiction_care_adults_2022_prices", area: "SE-1480", example: exampleCitation},
	{ID: "styrdiagram", Title: schema.Text{SV: "Styrdiagram", EN: "Control chart"},
		Text: schema.Text{SV: "Ett styrdiagram frågar om seriens upp- och nedgångar är sådana den brukar ha. Gränserna är medelvärdet plus och minus 2,66 gånger den genomsnittliga ändringen från ett år till nästa. Fyra mönster markeras: ett värde utanför gränserna, sju stigande eller fallande i rad, sju i rad på samma sida om medel, två av tre nära en gräns. Efter ett tidsseriebrott börjar nya gränser.",
			EN: "A control chart asks whether the ups and downs of a series are those it usually has. The limits are the mean plus and minus 2.66 times the mean step from one year to the next. Four patterns are marked: a value outside the limits, seven rising or falling in a row, seven in a row on one side of the mean, two of three near a limit. After a break in the series new limits begin."},
		Formula: "x̄ ± 2.66 · MR̄", Source: "NHS England, Making Data Count"},
	{ID: "saknas", Title: schema.Text{SV: "När uppgift saknas", EN: "When there is no figure"},
		Text: schema.Text{SV: "En cell har ett värde eller ett skäl: ej tillämpligt, samlas inte in, ännu inte publicerat, undertryckt, för osäkert, borttaget av källan. Saknat ritas aldrig som noll och ingen linje dras över luckan. Källans eget tecken finns i de nedladdade filerna.",
			EN: "A cell has a value or a reason: not applicable, not collected, not published yet, suppressed, too unreliable, deleted by the source. What is missing is never drawn as zero and no line crosses the gap. The source's own symbol is in the files."}},
	{ID: "utgavor", Title: schema.Text{SV: "Utgåvor och revideringar", EN: "Releases and revisions"},
		Text: schema.Text{SV: "Varje tal har en period och en utgåva. När en källa ändrar ett tal finns det gamla kvar: datumet överst på sidan visar vad som stod vid en viss tidpunkt, och den permanenta länken längst ner visar samma sak i framtiden.",
			EN: "Every figure has a period and a release. When a source changes a figure the old one is kept: the date at the top of the page shows what stood at a moment, and the permanent link at the foot shows the same in the future."}},
	{ID: "bedomning", Title: schema.Text{SV: "Bedömning", EN: "Judgement"},
		Text: schema.Text{SV: "För dödlighet och sjuklighet är lägre bättre. För vårdvolymer, tvångsvård och kostnader görs ingen bedömning: vilken riktning som är önskvärd är en politisk fråga, inte en statistisk.",
			EN: "For deaths and disease lower is better. Volumes of care, compulsory care and costs are not judged: which direction is wanted is a political question, not a statistical one."}},
}

func exampleInterval(s *Server, ind schema.Indicator, figures []schema.Observation, lang schema.Lang) string {
	o := figures[len(figures)-1]
	how := "Byar"
	if o.Value < 10 {
		how = "Garwood"
	}
	return fmt.Sprintf("%s: %s → %s (%s).", format.Period(o.Period, lang), s.value(ind, o, lang), s.interval(ind, o, lang), how)
}

func exampleDifference(s *Server, ind schema.Indicator, figures []schema.Observation, lang schema.Lang) string {
	last, before, ok := latest(figures)
	if !ok || before == nil {
		return ""
	}
	d, ok := interval.Compare(s.Catalogue, *before, last)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%s / %s (%s, %s) = %s (%s).", s.value(ind, last, lang), s.value(ind, *before, lang), format.Period(last.Period, lang), format.Period(before.Period, lang),
		format.Number(d.Ratio, 2, lang), format.Interval(d.Lower, d.Upper, 2, lang))
	if d.Detectable.Fall != nil && d.Detectable.Rise != nil {
		text += fmt.Sprintf(schema.Text{SV: " Kvoter som hade upptäckts: under %s eller över %s.", EN: " Ratios that would have been found: below %s or above %s."}.In(lang),
			format.Number(*d.Detectable.Fall, 2, lang), format.Number(*d.Detectable.Rise, 2, lang))
	}
	return text
}

func exampleTrend(s *Server, ind schema.Indicator, figures []schema.Observation, lang schema.Lang) string {
	words, years, r := s.trend(ind, figures, lang)
	if r.State == stats.TooFewForTrend || years == "" {
		return words
	}
	return fmt.Sprintf(schema.Text{SV: "%s: lutning %s per år, χ² = %s mot gränsen %s: %s.", EN: "%s: slope %s a year, χ² = %s against %s: %s."}.In(lang),
		years, format.Number(r.Slope, 1, lang), format.Number(r.ChiSquare, 2, lang), format.Number(r.Threshold, 2, lang), words)
}

// exampleCitation shows the sum that ingest has kept beside a computed figure.
func exampleCitation(s *Server, ind schema.Indicator, figures []schema.Observation, lang schema.Lang) string {
	o := figures[len(figures)-1]
	text := fmt.Sprintf("%s: %s = %s", format.Period(o.Period, lang), strings.ReplaceAll(o.Citation, "release", schema.Text{SV: "utgåva", EN: "release"}.In(lang)), s.value(ind, o, lang))
	if limits := s.interval(ind, o, lang); limits != "" {
		text += " (" + limits + ")"
	}
	return text + "."
}
