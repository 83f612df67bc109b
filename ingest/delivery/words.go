package delivery

import (
	"strings"

	"utfall/schema"
)

var sexWords = map[schema.Sex]string{schema.BothSexes: "båda könen", schema.Female: "kvinnor", schema.Male: "män"}

var missingWords = map[schema.Missing]string{
	schema.NotApplicable: "kan inte finnas", schema.NotCollected: "har inte samlats in", schema.NotPublishedYet: "kommer senare",
	schema.SuppressedPrimary: "dolt, för litet antal", schema.SuppressedSecondary: "dolt, för att ett annat värde inte ska kunna räknas ut",
	schema.Unreliable: "för osäkert för att visas", schema.OtherMissing: "annat skäl, se anmärkning",
}

var flagWords = map[schema.Flag]string{
	schema.Provisional: "preliminärt, kommer att ändras", schema.Revised: "har ersatt en tidigare siffra", schema.FirstPublished: "en tidigare siffra som har ersatts",
	schema.Estimated: "skattat", schema.Rounded: "avrundat", schema.Approximate: "ungefärligt", schema.LowerBound: "minst så många",
	schema.Partial: "gäller en del av perioden eller enheterna", schema.SeriesBreak: "inte jämförbart med perioden före", schema.Secondary: "läst i andra hand",
	schema.Decoded: "siffrorna åtskilda efter en regel", schema.Derived: "beräknat ur publicerade siffror", schema.Predicted: "en modells siffra, ingen räkning",
	schema.GeneralLevel: "en allmän nivå över flera år",
}

// words gives what stands after a code in the lists of a template.
func words(c *schema.Catalogue, column, code string) string {
	text := ""
	switch column {
	case "indicator":
		ind, _ := c.Indicator(code)
		text = ind.Label.SV
	case "area":
		area, _ := c.Areas.Get(code)
		text = area.Name.SV
	case "unit":
		unit, _ := c.Unit(code)
		text = unit.Label.SV
	case "sex":
		text = sexWords[schema.Sex(code)]
	case "missing":
		text = missingWords[schema.Missing(code)]
	}
	return strings.Join(strings.Fields(text), " ")
}

func variantWords(ind schema.Indicator, id string) string {
	for _, v := range ind.Variants {
		if v.ID == id {
			return strings.Join(strings.Fields(v.Label.SV), " ")
		}
	}
	return ""
}

func choice(code, words string) string { return strings.TrimSpace(code + " " + words) }

// lists gives the texts to choose among, by column.
func lists(c *schema.Catalogue, indicators []schema.Indicator, areas []schema.Area) map[string][]string {
	out := map[string][]string{"age": {schema.AllAges, "0-17", "18+", "15-64", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"}}
	add := func(column, text string) {
		for _, t := range out[column] {
			if t == text {
				return
			}
		}
		out[column] = append(out[column], text)
	}
	for _, ind := range indicators {
		add("indicator", choice(ind.ID, words(c, "indicator", ind.ID)))
		add("unit", choice(ind.Unit, words(c, "unit", ind.Unit)))
		for _, v := range ind.Variants {
			add("variant", choice(v.ID, variantWords(ind, v.ID)))
		}
	}
	for _, a := range areas {
		add("area", choice(a.Code, words(c, "area", a.Code)))
	}
	for _, s := range []schema.Sex{schema.BothSexes, schema.Female, schema.Male} {
		add("sex", choice(string(s), sexWords[s]))
	}
	for _, m := range schema.MissingReasons() {
		if w := missingWords[m]; w != "" { // a deletion is never delivered: the row is left out instead
			add("missing", choice(string(m), w))
		}
	}
	return out
}
