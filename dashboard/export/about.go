package export

import (
	"slices"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// Attribution says how an indicator's source is to be named beside its figures: unprocessed ones name the publisher, those
// that are computed here say so, and a publisher that allows its name beside unprocessed figures only is then not named.
func Attribution(c *schema.Catalogue, ind schema.Indicator, lang schema.Lang) string {
	p, _ := c.Publisher(ind.Publisher)
	if ind.Derive == nil {
		return p.Attribution.In(lang)
	}
	if p.Processed.SV == "" {
		return schema.Text{SV: "Egen beräkning", EN: "Own calculation"}.In(lang)
	}
	return p.Processed.In(lang)
}

// Licence says under which terms a publisher's figures may be used, or that this is not known.
func Licence(p schema.Publisher, lang schema.Lang) string {
	switch p.Licence {
	case "", "unknown":
		return schema.Text{SV: "Licensen är inte kontrollerad. Fråga utgivaren före vidare publicering.", EN: "The licence has not been verified. Ask the publisher before you publish further."}.In(lang)
	case "inputs":
		return schema.Text{SV: "Villkoren är de som gäller för siffrorna som den är beräknad ur.", EN: "The terms are those of the figures that it is computed from."}.In(lang)
	}
	return p.Licence
}

// line is one line of what a file says of itself.
type line struct{ name, text string }

// general says what holds for the whole file.
func (a About) general() []line {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(a.Lang) }
	out := []line{
		{t("Visar läget", "Figures as of"), format.Moment(a.Moment(), a.Lang)},
		{t("Filen gjord", "File made"), format.Moment(a.Made, a.Lang)},
	}
	if a.Address != "" {
		out = append(out, line{t("Finns på", "Found at"), a.Address})
	}
	return append(out, line{t("Så anges källan", "How to cite"), t("Ange källan som står vid talet, utgåvans nummer och datumet ovan.", "Give the source beside the figure, the number of the release and the date above.")})
}

// of says what must be known of one indicator.
func (a About) of(id string) []line {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(a.Lang) }
	ind, ok := a.Catalogue.Indicator(id)
	if !ok {
		return []line{{t("Indikator", "Indicator"), id}}
	}
	unit, _ := a.Catalogue.Unit(ind.Unit)
	p, _ := a.Catalogue.Publisher(ind.Publisher)
	out := []line{
		{t("Indikator", "Indicator"), ind.Label.In(a.Lang) + " (" + ind.ID + ")"},
		{t("Definition", "Definition"), ind.Definition.In(a.Lang)},
		{t("Enhet", "Unit"), unit.Label.In(a.Lang)},
		{t("Källa", "Source"), Attribution(a.Catalogue, ind, a.Lang)},
		{t("Licens", "Licence"), Licence(p, a.Lang)},
	}
	for _, v := range ind.Variants {
		text := v.Label.In(a.Lang)
		if d := v.Definition.In(a.Lang); d != "" {
			text += ". " + d
		}
		out = append(out, line{t("Variant ", "Variant ") + v.ID, text})
	}
	for _, c := range ind.Caveats {
		out = append(out, line{t("Att tänka på", "To bear in mind"), c.In(a.Lang)})
	}
	for _, b := range ind.Breaks {
		out = append(out, line{t("Tidsseriebrott ", "Break in series ") + b.Period, b.Text.In(a.Lang)})
	}
	return out
}

// legend explains the columns and the codes in them.
func (a About) legend() []line {
	var out []line
	for _, k := range columns() {
		out = append(out, line{k.name, k.does.In(a.Lang)})
	}
	var reasons seen
	for _, m := range schema.MissingReasons() {
		if !slices.Contains(reasons, m.Public()) {
			out = append(out, line{"missing: " + m.Public(), format.Missing(m, a.Lang)})
		}
		reasons.add(m.Public())
	}
	for _, f := range schema.Flags() {
		out = append(out, line{"flags: " + string(f), strings.Join(format.Flags(string(f), a.Lang), " ")})
	}
	return out
}

// seen gathers what figures name, in the order in which it comes.
type seen []string

func (s *seen) add(x string) {
	if !slices.Contains(*s, x) {
		*s = append(*s, x)
	}
}
