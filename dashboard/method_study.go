package dashboard

import (
	"fmt"

	"utfall/dashboard/format"
	"utfall/dashboard/interrupted"
	"utfall/schema"
)

// studyMethods are how a series is read before and after an event. None of them shows a cause.
var studyMethods = []method{
	{ID: "fore-efter", Title: schema.Text{SV: "Före och efter en händelse", EN: "Before and after an event"},
		Text: schema.Text{SV: "Utvecklingen före händelsen dras vidare, och åren efter ställs mot den. Antal får en log-linjär modell med folkmängd och överspridning, andra värden minsta kvadrat med gränser som tål att åren hänger ihop. Dagen är bestämd på förhand. Med färre än tre år på en sida skattas inget; med färre än åtta skattas bara nivån, inte lutningen; med färre än 50 händelser på en sida visas i stället vilken ändring som hade kunnat upptäckas. Preliminära år och år efter ett tidsseriebrott är inte med.",
			EN: "The course before the event is drawn on, and the years after are put against it. Numbers get a log-linear model with population and dispersion, other values least squares with limits that allow for years that hang together. The day is fixed beforehand. With fewer than three years on a side nothing is estimated; with fewer than eight only the level is, not the slope; with fewer than 50 events on a side the change that could have been found is shown instead. Provisional years and years beyond a break are left out."},
		Formula: "ln E(O) = a + b·t + c·D + d·(t−T)·D + ln N", Source: "Wagner m.fl. 2002; Lopez Bernal, Cummins & Gasparrini, Int J Epidemiol 2017; Newey & West, Econometrica 1987; Penfold & Zhang 2013",
		indicator: "poisoning_deaths_medicines_narcotics", area: "SE", event: "nsp_law_2017", example: exampleStudy},
	{ID: "ordning", Title: schema.Text{SV: "Kom ändringen före händelsen?", EN: "Did the change come before the event?"},
		Text: schema.Text{SV: "Det som började först kan inte ha orsakats av det som kom sedan. Seriens form väljs bland en linje, ett steg, en knäck och två knäckar. Började ändringen före händelsen, eller syns ingen bestående ändring, får den inte tillskrivas händelsen och inga orsaksord används. Hinder saknas visar inte att händelsen är orsaken.",
			EN: "What began first cannot have been caused by what came later. The form of the series is chosen among a line, a step, a knee and two knees. If the change began before the event, or no lasting change shows, it may not be put down to the event and no causal words are used. That nothing forbids it does not show that the event is the cause."},
		Formula: "BIC = D/φ + k·ln n", Source: "Schwarz, Annals of Statistics 1978; Wagner m.fl. 2002", indicator: "poisoning_deaths_medicines_narcotics", area: "SE", event: "nsp_law_2017", example: exampleOrder},
	{ID: "andra-ar", Title: schema.Text{SV: "Samma prov på andra år", EN: "The same test on other years"},
		Text: schema.Text{SV: "Händelsen flyttas till varje annat år som lämnar minst tre år på var sida. Ger många av dem en lika stor ändring av nivån är den vid händelsen inget särskilt. Dagen flyttas aldrig till det år som passar bäst.",
			EN: "The event is moved to every other year that leaves at least three on either side. If many of them give as large a change of level, the one at the event is nothing special. The day is never moved to the year that fits best."},
		Source: "Lopez Bernal, Cummins & Gasparrini 2017", indicator: "poisoning_deaths_medicines_narcotics", area: "SE", event: "nsp_law_2017", example: examplePlacebo},
	{ID: "andra-utfall", Title: schema.Text{SV: "Samma prov på annat som händelsen inte bör röra", EN: "The same test on what the event should not bear on"},
		Text: schema.Text{SV: "Samma jämförelse görs för en serie i samma område som händelsen inte kan ha påverkat. Ändras den lika mycket är det troligt att något annat förändrade båda. Vilken serie det är står i registret över händelser, bestämt på förhand.",
			EN: "The same comparison is made for a series of the same area that the event cannot have moved. If it changes as much, something else is likely to have changed both. Which series it is stands in the register of events, fixed beforehand."},
		Source: "Lopez Bernal, Cummins & Gasparrini 2017", indicator: "poisoning_deaths_medicines_narcotics", beside: "homicide_victims", area: "SE", event: "nsp_law_2017", example: exampleUntouched},
	{ID: "andra-omraden", Title: schema.Text{SV: "Områden utan händelsen", EN: "Areas without the event"},
		Text: schema.Text{SV: "Områdets ändring ställs mot ändringen samma år i områden som händelsen inte rörde. Skillnad i skillnader räknas på logaritmisk skala; för ett enda område finns inget intervall, bara hur många av de andra som ändrades minst lika mycket. Finns minst fem områden och tio år före görs också en syntetisk kontroll: den blandning av andra områden som bäst följer området före händelsen. Passar den dåligt före används den inte.",
			EN: "The area's change is put against the change in the same years of areas that the event did not touch. Difference in differences is on the logarithmic scale; for a single area there is no interval, only how many of the others changed at least as much. With at least five areas and ten years before, a synthetic control is made as well: the mixture of other areas that follows the area best before the event. If it fits badly before, it is not used."},
		Formula: "Δ = (ln ȳ₁ − ln ȳ₀) − (ln ȳ₁ − ln ȳ₀)ᵤₜₐₙ;  min ‖y − Yw‖², w ≥ 0, Σw = 1", Source: "Abadie & Gardeazabal, American Economic Review 2003; Abadie, Diamond & Hainmueller, JASA 2010",
		indicator: "reported_drug_offences", area: "SE-1480", event: "gbg_nsp_open", example: exampleAreas},
	{ID: "tidig-varning", Title: schema.Text{SV: "Tidig varning", EN: "Early warning"},
		Text: schema.Text{SV: "Antal per vecka eller månad prövas mot samma tid tidigare år, i en modell med trend och årstid där tidigare utbrott väger mindre. Larm ges bara över gränsen, och bara om det finns minst fem fall i de fyra senaste perioderna. Är historien kortare än tre år ställs talet i stället mot medelvärdet av sju perioder som slutar två innan. Bredvid står hur ofta regeln har larmat i samma serie. Årliga serier prövas inte.",
			EN: "Numbers by week or month are tested against the same time of earlier years, in a model with trend and season in which earlier outbreaks weigh less. An alarm is given only above the limit, and only with at least five cases in the last four periods. With less than three years of history the number is put against the mean of seven periods that end two before it. Beside it stands how often the rule has alarmed in the same series. Yearly series are not tested."},
		Formula: "O > NB₀,₉₉₅(μ, φμ);  O > x̄ + 3,09·s", Source: "Farrington m.fl., J R Stat Soc A 1996; Noufaily m.fl., Statistics in Medicine 2013; Hutwagner m.fl., J Urban Health 2003"},
	{ID: "prognos", Title: schema.Text{SV: "Prognos när rapporter kommer sent", EN: "Prediction when reports come late"},
		Text: schema.Text{SV: "Källans egna utgåvor visar hur mycket ett tal brukar växa efter att det först publicerades. Med den fördelningen räknas de senaste perioderna upp. Prognosen står alltid bredvid det rapporterade talet, är märkt som prognos och ingår aldrig i prov eller trend. Intervallet lärs av hur fel samma prognos har haft i tidigare utgåvor; med färre än åtta sådana ges inget intervall.",
			EN: "The source's own releases show how much a number tends to grow after it was first published. The newest periods are completed with that distribution. The prediction always stands beside the reported number, is marked as predicted and is never part of a test or a trend. Its limits are learned from how wrong the same prediction has been in earlier releases; with fewer than eight of those there are none."},
		Formula: "N_d = p_d·(x + 1 − F_{d−1}) / F_{d−1}", Source: "Mack, ASTIN Bulletin 1993; programmet baselinenowcast (epinowcast)"},
}

func (x sample) study() interrupted.Study {
	return interrupted.New(interrupted.Input{Event: x.event, Indicator: x.ind, Area: x.area, Figures: x.figures, Population: x.people, Others: x.others,
		Placebos: x.s.placebos(x.event, x.area, x.all)})
}

// heading names the event with its date, and the years on either side.
func (x sample) heading(st interrupted.Study) string {
	return fmt.Sprintf(x.T("%s, %s; %d år före och %d efter.", "%s, %s; %d years before and %d after."), x.event.Label.In(x.lang), eventDate(x.event, x.lang), st.Before, st.After)
}

func exampleStudy(x sample) string {
	st := x.study()
	if st.Count == nil || st.Model != interrupted.LevelModel {
		return ""
	}
	level := st.Count.Terms[1]
	observed, expected, _, _, _ := x.s.totals(st)
	return fmt.Sprintf(x.T("%s Sett efter: %s. Hade den tidigare utvecklingen fortsatt: %s. Kvot %s (%s), φ = %s.", "%s Seen after: %s. Had the earlier course gone on: %s. Ratio %s (%s), φ = %s."),
		x.heading(st), format.Number(observed, 0, x.lang), format.Number(expected, 0, x.lang), format.Number(level.Ratio, 2, x.lang),
		format.Interval(level.Lower, level.Upper, 2, x.lang), format.Number(st.Count.Dispersion, 1, x.lang))
}

func exampleOrder(x sample) string {
	st := x.study()
	if st.Timing == nil {
		return ""
	}
	t := st.Timing
	slope := func(v, l, u float64) string {
		return format.Number(v, 1, x.lang) + x.T(" %", "%") + " (" + format.Interval(l, u, 1, x.lang) + ")"
	}
	text := fmt.Sprintf(x.T("%s Lutning per år före: %s, efter: %s.", "%s Slope a year before: %s, after: %s."), x.heading(st),
		slope(t.Before.Estimate, t.Before.Lower, t.Before.Upper), slope(t.After.Estimate, t.After.Lower, t.After.Upper))
	for _, r := range t.Reasons {
		text += " " + upperFirst(forbidWords[r].In(x.lang)) + "."
	}
	return text + x.s.onsetWords(&eventPage{view: &view{s: x.s, Lang: x.lang}}, st)
}

func examplePlacebo(x sample) string {
	st := x.study()
	if st.Placebo.Tried == 0 {
		return ""
	}
	return fmt.Sprintf(x.T("%s Minst lika stor ändring av nivån i %d av %d andra år.", "%s At least as large a change of level in %d of %d other years."), x.heading(st), st.Placebo.AsLarge, st.Placebo.Tried)
}

func exampleUntouched(x sample) string {
	st := x.study()
	if len(st.Untouched) == 0 || st.Untouched[0].Model == interrupted.NoModel {
		return ""
	}
	u := st.Untouched[0]
	value, limits := x.s.untouchedWords(u, x.lang)
	return fmt.Sprintf(x.T("%s %s: skillnad %s (%s).", "%s %s: difference %s (%s)."), x.heading(u), u.Indicator.Label.In(x.lang), value, limits)
}

func exampleAreas(x sample) string {
	st := x.study()
	if st.Ratio == nil || st.DiD == nil {
		return ""
	}
	text := fmt.Sprintf(x.T("%s Området: %s; skillnad i skillnader mot %d andra områden: %s; %d av dem ändrades minst lika mycket.",
		"%s The area: %s; difference in differences against %d other areas: %s; %d of them changed at least as much."),
		x.heading(st), format.Percent(*st.Ratio, x.lang), len(st.Controls), format.Percent(*st.DiD, x.lang), st.AsLarge)
	if c := st.Synthetic; c != nil && !c.PoorFit && c.PlaceboP != nil {
		unit, _ := x.s.Catalogue.Unit(x.ind.Unit)
		text += fmt.Sprintf(x.T(" Syntetisk kontroll: %s %s per år, minst lika stor avvikelse i %s %% av områdena.", " Synthetic control: %s %s a year, at least as large a gap in %s%% of the areas."),
			signed(max(1, x.s.decimals(x.ind)), x.lang)(c.Effect), unit.Label.In(x.lang), format.Number(100**c.PlaceboP, 0, x.lang))
	}
	return text
}
