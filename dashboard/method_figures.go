package dashboard

import (
	"fmt"

	"utfall/dashboard/format"
	"utfall/schema"
)

// figureMethods are how a single figure is made, and how sure it is.
var figureMethods = []method{
	{ID: "intervall", Title: schema.Text{SV: "95 % osäkerhetsintervall för antal", EN: "95% limits of a number"},
		Text: schema.Text{SV: "Också när varje dödsfall är räknat är årets tal ett utfall bland flera möjliga. Intervallet rymmer de underliggande nivåer som talet rimligen kan komma från. Under 10 händelser används exakta gränser, från 10 Byars. Intervall ges för personer och händelser som räknas en gång var; inte för vårddygn, besök, sprutor eller kronor, och inte för tal som källan har avrundat.",
			EN: "Even when every death is counted, the year's number is one outcome among several that could have been. The limits hold the underlying levels that the number may reasonably come from. Under 10 events the limits are exact, from 10 they are Byar's. Limits are given for persons and events that are counted once; not for days of care, visits, syringes or money, nor for numbers that the source has rounded."},
		Formula: "O(1 − 1/(9O) − z/(3√O))³  …  (O+1)(1 − 1/(9(O+1)) + z/(3√(O+1)))³,  z = 1.96",
		Source:  "Breslow & Day, Statistical Methods in Cancer Research II, IARC 1987; Garwood, Biometrika 1936", indicator: "drug_induced_deaths", area: "SE", example: exampleInterval},
	{ID: "beraknat", Title: schema.Text{SV: "Per 100 000 invånare", EN: "Per 100,000 inhabitants"},
		Text: schema.Text{SV: "Antalet delas med folkmängden för samma område, kön, ålder och år. Finns ingen sådan folkmängd beräknas inget tal. Gränserna är antalets, delade med folkmängden.",
			EN: "The number is divided by the population of the same area, sex, age and year. Without such a population nothing is computed. The limits are those of the number, divided by the population."},
		Formula: "O / N × 100 000", Source: "Breslow & Day 1987", indicator: "drug_induced_deaths_per_100000", area: "SE", example: exampleCitation},
	{ID: "flera-ar", Title: schema.Text{SV: "Flera år tillsammans", EN: "Several years together"},
		Text: schema.Text{SV: "Där ett år har få händelser läggs tre eller fem år ihop: händelserna delas med summan av årens folkmängder, aldrig med det sista årets. Varje år i fönstret måste finnas och vara räknat på samma sätt. Två fönster intill varandra delar år; sådana tal prövas inte mot varandra och får ingen trend.",
			EN: "Where a year has few events, three or five years are put together: the events over the sum of the years' populations, never over that of the last. Every year of the window must be there and be counted alike. Two neighbouring windows share years; such figures are not tested against each other and get no trend."},
		Formula: "ΣO / ΣN × 100 000", Source: "Breslow & Day 1987", indicator: "drug_induced_deaths_per_100000_5y", area: "SE", example: exampleCitation},
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
}

func exampleInterval(x sample) string {
	o := x.figures[len(x.figures)-1]
	how := "Byar"
	if o.Value < 10 {
		how = "Garwood"
	}
	return fmt.Sprintf("%s: %s → %s (%s).", format.Period(o.Period, x.lang), x.s.value(x.ind, o, x.lang), x.s.interval(x.ind, o, x.lang), how)
}

// exampleCitation shows the sum that ingest has kept beside a computed figure.
func exampleCitation(x sample) string {
	o := x.figures[len(x.figures)-1]
	text := fmt.Sprintf("%s: %s = %s", format.Period(o.Period, x.lang), x.s.workings(o.Citation, x.lang), x.s.value(x.ind, o, x.lang))
	if limits := x.s.interval(x.ind, o, x.lang); limits != "" {
		text += " (" + limits + ")"
	}
	return text + "."
}
