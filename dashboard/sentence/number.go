package sentence

import (
	"math"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// noun is a unit that is counted one by one.
type noun struct {
	neuter        bool // ett, not en
	svOne, svMany string
	enOne, enMany string
}

// nouns are the units of units.yaml that are counted. What is not here is measured, and keeps the label of its unit.
var nouns = map[string]noun{
	"deaths":     {neuter: true, svOne: "dödsfall", svMany: "dödsfall", enOne: "death", enMany: "deaths"},
	"persons":    {svOne: "person", svMany: "personer", enOne: "person", enMany: "persons"},
	"cases":      {neuter: true, svOne: "fall", svMany: "fall", enOne: "case", enMany: "cases"},
	"events":     {svOne: "händelse", svMany: "händelser", enOne: "event", enMany: "events"},
	"care_days":  {neuter: true, svOne: "vårddygn", svMany: "vårddygn", enOne: "care day", enMany: "care days"},
	"courses":    {neuter: true, svOne: "förlopp", svMany: "förlopp", enOne: "course", enMany: "courses"},
	"admissions": {svOne: "intagning", svMany: "intagningar", enOne: "admission", enMany: "admissions"},
	"placements": {svOne: "placering", svMany: "placeringar", enOne: "placement", enMany: "placements"},
	"referrals":  {svOne: "remiss", svMany: "remisser", enOne: "referral", enMany: "referrals"},
	"visits":     {neuter: true, svOne: "besök", svMany: "besök", enOne: "visit", enMany: "visits"},
	"syringes":   {svOne: "spruta", svMany: "sprutor", enOne: "syringe", enMany: "syringes"},
	"units":      {svOne: "enhet", svMany: "enheter", enOne: "unit", enMany: "units"},
	"places":     {svOne: "plats", svMany: "platser", enOne: "place", enMany: "places"},
	"regions":    {svOne: "region", svMany: "regioner", enOne: "region", enMany: "regions"},
}

var small = map[schema.Lang][13]string{
	schema.SV: {"noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"},
	schema.EN: {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
}

// Count writes a whole number up to twelve in words and a larger one in digits: tre, 474, 10 600.
func Count(n int, lang schema.Lang) string {
	if n >= 0 && n <= 12 {
		if n == 0 && lang == schema.EN {
			return "zero"
		}
		return small[lang][n]
	}
	return format.Number(float64(n), 0, lang)
}

// CountOf writes a whole number before a Swedish noun, neuter or not: ett sätt, en kommun, tre sätt.
func CountOf(n int, neuter bool, lang schema.Lang) string {
	if n == 1 && neuter && lang == schema.SV {
		return "ett"
	}
	return Count(n, lang)
}

// Things writes a number of a unit: inga dödsfall, ett dödsfall, tre personer, 474 dödsfall, 34 dagar, 4,9 per 100 000
// invånare.
func Things(v float64, u schema.Unit, lang schema.Lang) string {
	n, counted := nouns[u.ID]
	if !counted {
		return measured(v, u, lang)
	}
	one, many := n.svOne, n.svMany
	if lang == schema.EN {
		one, many = n.enOne, n.enMany
	}
	whole := v == math.Trunc(v)
	switch {
	case whole && v == 0:
		return map[schema.Lang]string{schema.SV: "inga ", schema.EN: "no "}[lang] + many
	case whole && v == 1:
		if lang == schema.SV && n.neuter {
			return "ett " + one
		}
		return small[lang][1] + " " + one
	case whole && v > 0 && v <= 12:
		return small[lang][int(v)] + " " + many
	}
	return format.Number(v, u.Decimals, lang) + nbsp + many
}

const nbsp = "\u00a0"

// measured writes a value with the label of its unit. Days and years without a fraction lose the decimal.
func measured(v float64, u schema.Unit, lang schema.Lang) string {
	label := u.Label.In(lang)
	if strings.HasPrefix(label, "index") {
		_, base, ok := strings.Cut(label, ", ")
		text := format.Number(v, u.Decimals, lang)
		if ok {
			text += " (" + base + ")"
		}
		return text
	}
	if v == 1 && (u.ID == "days" || u.ID == "years") {
		return map[string]schema.Text{"days": {SV: "en dag", EN: "one day"}, "years": {SV: "ett år", EN: "one year"}}[u.ID].In(lang)
	}
	return bare(v, u, lang) + nbsp + label
}

// loosely writes a value that is known roughly: without the decimals that a whole number would get.
func loosely(v float64, u schema.Unit, lang schema.Lang) string {
	if v == math.Trunc(v) {
		u.Decimals = 0
	}
	return Things(v, u, lang)
}

// bare writes a value without its unit.
func bare(v float64, u schema.Unit, lang schema.Lang) string {
	decimals := u.Decimals
	if (u.ID == "days" || u.ID == "years") && v == math.Trunc(v) {
		decimals = 0
	}
	return format.Number(v, decimals, lang)
}

// Place writes where: i Sverige, på Gotland, i världen.
func Place(a schema.Area, lang schema.Lang) string {
	name := PlaceName(a, lang)
	switch {
	case name == "":
		return ""
	case lang == schema.EN:
		if a.Level == schema.World || a.Code == "EU" || a.Code == "US" || a.Code == "GB" || a.Code == "NL" {
			return "in the " + name
		}
		if a.Level == schema.Place && strings.Contains(name, ",") {
			return "at " + name
		}
		return "in " + name
	case a.Code == "IS" || a.Code == "SE-0980" || a.Code == "CY" || a.Code == "MT" || a.Code == "GL" || a.Code == "FO" || a.Code == "AX":
		return "på " + name
	case a.Level == schema.Place && strings.Contains(name, ","):
		return "på " + name
	}
	return "i " + name
}

// PlaceName is an area's name as it stands inside a sentence.
func PlaceName(a schema.Area, lang schema.Lang) string {
	switch a.Code {
	case "SE":
		return schema.Text{SV: "Sverige", EN: "Sweden"}.In(lang)
	case "WORLD":
		return schema.Text{SV: "världen", EN: "world"}.In(lang)
	}
	return a.Name.In(lang)
}

// When writes a period as a time that something happened in: under 2023, den 1 november 2022, i maj 2022.
func When(p schema.Period, lang schema.Lang) string {
	text := format.Period(p, lang)
	if lang == schema.EN {
		switch p.Kind {
		case schema.Day:
			return "on " + text
		case schema.HalfYear:
			return "in the " + text
		}
		return "in " + text
	}
	switch p.Kind {
	case schema.Day:
		return "den " + text
	case schema.Month:
		return "i " + text
	case schema.HalfYear, schema.Week:
		return text
	}
	return "under " + text
}

// than writes a period after "än" and "som": 2022, den 1 november 2018.
func than(p schema.Period, lang schema.Lang) string {
	if lang == schema.SV && (p.Kind == schema.Year || p.Kind == schema.Range) {
		return format.Period(p, lang)
	}
	return When(p, lang)
}
