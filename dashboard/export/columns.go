package export

import (
	"strings"
	"time"

	"utfall/schema"
)

// value is one cell of a file: exactly one of the fields counts, as the column's kind says.
type value struct {
	text   string
	number *float64 // nil: there is none
	whole  uint64
	moment time.Time
}

type kind int

// The kinds of column.
const (
	text   kind = iota
	list        // words with a space between; a list in JSON
	number      // may be absent
	whole
	moment
)

// column is one column of every format that has columns.
type column struct {
	name string
	kind kind
	does schema.Text // what stands in it
	get  func(schema.Observation, About) value
}

func says(get func(schema.Observation) string) func(schema.Observation, About) value {
	return func(o schema.Observation, _ About) value { return value{text: get(o)} }
}

// columns gives the columns in their order. Programs of others rest on the names: they are added to, never renamed.
func columns() []column {
	return []column{
		{"indicator", text, schema.Text{SV: "indikatorns id", EN: "id of the indicator"}, says(func(o schema.Observation) string { return o.Indicator })},
		{"variant", text, schema.Text{SV: "definition, tom för huvuddefinitionen", EN: "definition, empty for the main one"}, says(func(o schema.Observation) string { return o.Variant })},
		{"area", text, schema.Text{SV: "områdets kod: SE riket, SE-14 län, SE-1480 kommun", EN: "code of the area: SE Sweden, SE-14 county, SE-1480 municipality"}, says(func(o schema.Observation) string { return o.Area })},
		{"period", text, schema.Text{SV: "vad talet avser: 2022, 2022H1, 2022Q3, 2022-05, 2022-W07, 2022-11-01 eller 2016/2020", EN: "what the figure is about: 2022, 2022H1, 2022Q3, 2022-05, 2022-W07, 2022-11-01 or 2016/2020"},
			says(func(o schema.Observation) string { return o.Period.String() })},
		{"sex", text, schema.Text{SV: "T båda könen, F kvinnor, M män", EN: "T both sexes, F women, M men"}, says(func(o schema.Observation) string { return string(o.Sex) })},
		{"age", text, schema.Text{SV: "TOT alla åldrar, 15-64, 21+", EN: "TOT all ages, 15-64, 21+"}, says(func(o schema.Observation) string { return o.Age })},
		{"breakdown", text, schema.Text{SV: "ytterligare uppdelning, tom för totalen", EN: "a further breakdown, empty for the total"}, says(func(o schema.Observation) string { return o.Breakdown })},
		{"value", number, schema.Text{SV: "talet; tomt där missing säger varför", EN: "the figure; empty where missing says why"}, func(o schema.Observation, _ About) value {
			if o.Missing != schema.Present {
				return value{}
			}
			return value{number: &o.Value}
		}},
		{"unit", text, schema.Text{SV: "enhetens id", EN: "id of the unit"}, func(o schema.Observation, a About) value {
			ind, _ := a.Catalogue.Indicator(o.Indicator)
			return value{text: ind.Unit}
		}},
		{"lower", number, schema.Text{SV: "undre gräns för 95 % osäkerhet", EN: "lower 95% limit"}, func(o schema.Observation, _ About) value { return value{number: o.Lower} }},
		{"upper", number, schema.Text{SV: "övre gräns för 95 % osäkerhet", EN: "upper 95% limit"}, func(o schema.Observation, _ About) value { return value{number: o.Upper} }},
		{"missing", text, schema.Text{SV: "varför det inte finns något tal", EN: "why there is no figure"}, says(func(o schema.Observation) string { return o.Missing.Public() })},
		{"symbol", text, schema.Text{SV: "källans eget tecken", EN: "the source's own symbol"}, says(func(o schema.Observation) string { return o.Symbol })},
		{"flags", list, schema.Text{SV: "vad källan säger om talet, till exempel provisional", EN: "what the source says of the figure, for example provisional"}, says(func(o schema.Observation) string { return o.Flags })},
		{"source", text, schema.Text{SV: "vem som har tagit fram talet", EN: "who made the figure"}, says(func(o schema.Observation) string { return o.Source })},
		{"citation", text, schema.Text{SV: "publikation och plats i den", EN: "publication, and place in it"}, says(func(o schema.Observation) string { return o.Citation })},
		{"url", text, schema.Text{SV: "var talet lästes", EN: "where the figure was read"}, says(func(o schema.Observation) string { return o.URL })},
		{"note", text, schema.Text{SV: "vad man behöver veta för att läsa talet", EN: "what must be known to read the figure"}, says(func(o schema.Observation) string { return o.Note })},
		{"dataset", text, schema.Text{SV: "leveransen som talet kom i", EN: "the delivery that the figure came in"}, says(func(o schema.Observation) string { return o.Dataset })},
		{"release", whole, schema.Text{SV: "utgåvans nummer", EN: "number of the release"}, func(o schema.Observation, _ About) value { return value{whole: o.Release} }},
		{"released", moment, schema.Text{SV: "när utgåvan blev synlig här", EN: "when the release became visible here"}, func(o schema.Observation, _ About) value { return value{moment: o.Released.UTC()} }},
	}
}

// columns gives those of every file and the further ones of this.
func (a About) columns() []column {
	out := columns()
	for _, c := range a.More {
		k := column{name: c.Name, kind: text, get: func(o schema.Observation, _ About) value { return value{text: c.Text(o)} }}
		if c.Number != nil {
			k.kind, k.get = number, func(o schema.Observation, _ About) value { return value{number: c.Number(o)} }
		}
		out = append(out, k)
	}
	return out
}

// momentLayout keeps the microseconds that tell releases apart.
const momentLayout = "2006-01-02T15:04:05.000000Z"

// guard keeps a spreadsheet from running a text as a formula.
func guard(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
