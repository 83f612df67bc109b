package sentence

import (
	"strings"

	"utfall/schema"
)

// notShown says what a reader might take the figure for and it is not.
func (w words) notShown() string {
	switch w.Kind {
	case schema.PersonsOnDay:
		return w.t("Talet visar läget den dagen, inte hur många som berördes under året.", "The figure shows that day, not how many were concerned during the year.")
	case schema.PersonsInYear:
		return w.t("Talet visar hur många personer det gällde, inte hur mycket vård eller stöd de fick.", "The figure shows how many persons were concerned, not how much care or support they had.")
	case schema.Episodes:
		return w.t("En och samma person kan stå för flera.", "One person may account for several.")
	case schema.Entrants:
		return w.t("Talet visar hur många som tillkom, inte hur många som fanns i verksamheten.", "The figure shows how many were added, not how many there were in all.")
	case schema.Events:
		return w.t("Talet visar hur många, inte varför.", "The figure shows how many, not why.")
	case schema.Units:
		return w.t("Talet visar hur många det finns, inte hur mycket de används.", "The figure shows how many there are, not how much they are used.")
	case schema.Rate:
		return w.t("Talet tar hänsyn till folkmängden men visar inte varför områden skiljer sig åt.", "The figure allows for the size of the population but does not show why areas differ.")
	case schema.Share:
		return w.t("En andel kan ändras också när antalet är detsamma.", "A share can change even when the number stays the same.")
	case schema.Mean:
		return w.t("Ett medelvärde visar inte hur stor spridningen är.", "A mean does not show the spread.")
	case schema.Cost:
		text := w.t("Kostnaden visar inte hur mycket eller hur bra vård pengarna gav", "The cost does not show how much care the money gave, nor how good it was")
		if p := w.Prices.In(w.lang); p != "" {
			return text + "; " + w.t("den är i ", "it is in ") + p + "."
		}
		return text + "."
	case schema.Index:
		return w.t("Ett index visar utvecklingen, inte nivån.", "An index shows the course, not the level.")
	}
	return ""
}

// causal are words that say or hint that one thing brought about another.
var causal = map[schema.Lang][]string{
	schema.SV: {"beror på", "berodde på", "leder till", "ledde till", "lett till", "på grund av", "tack vare", "till följd av", "orsaka", "medför", "resulterar i", "resulterade i", "effekten av", "påverka", "bidrar till", "bidrog till", "bidragit till"},
	schema.EN: {"because of", "caused", "causes", "due to", "led to", "leads to", "thanks to", "results in", "resulted in", "effect of", "affects", "affected", "contributes to", "contributed to", "brought about"},
}

// Causal finds the words in a text that name a cause. A figure never shows one: who writes such a word beside figures has
// to say what else it rests on.
func Causal(text string, lang schema.Lang) []string {
	text = strings.ToLower(text)
	var out []string
	for _, c := range causal[lang] {
		if strings.Contains(text, c) {
			out = append(out, c)
		}
	}
	return out
}
