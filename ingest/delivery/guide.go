package delivery

import (
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/schema"
)

// guideLine is a row of the sheet that says how to fill a template in.
type guideLine struct {
	heading bool
	cells   [2]string
}

// guide gives the lines, in Swedish: templates go to people in a Swedish municipality.
func (t *template) guide() []guideLine {
	head := func(s string) guideLine { return guideLine{true, [2]string{s, ""}} }
	say := func(a, b string) guideLine { return guideLine{false, [2]string{a, b}} }
	lines := []guideLine{
		head("Varför"),
		say("Utfall visar hur det går, med källa till varje tal. Det som förvaltningen själv räknar finns ingen annanstans: därför den här mallen.", ""),
		say("Varje tal visas med den källa och hänvisning som ni skriver. Gamla tal ligger kvar: en ändring syns som en ändring.", ""),
		head("Så här"),
		say("1", "Fyll i bladet Siffror, ett tal per rad, från rad 3. Lämna de två översta raderna som de är."),
		say("2", "En leverans är hel. Ta med alla tal som ska gälla: en rad som fanns förra gången och saknas nu tas bort ur Utfall."),
		say("3", "Spara och skicka in filen. Är något fel får ni en kopia tillbaka där varje felaktig cell är röd och har en kommentar. Rätta i kopian och skicka den."),
		say("4", "Ingen siffra publiceras förrän filen går att läsa. De tal som redan visas ligger kvar så länge."),
		head("Små tal"),
		say("Lämna aldrig uppgifter om enskilda personer: bara antal, andelar, medelvärden och kostnader.", ""),
	}
	for _, ind := range t.indicators {
		if ind.Kind.IsCount() {
			lines = append(lines, say(ind.Label.SV, fmt.Sprintf("Skriv det verkliga antalet. Antal under %d är för små för att visas.", ind.SmallestShown())))
		}
	}
	lines = append(lines,
		say("Är ett tal dolt redan hos er: lämna Värde tomt och välj suppressed_primary (dolt, för litet antal) i kolumnen Saknas. Skriv aldrig 0 i stället för ett dolt tal.", ""),
		head("Kolumnerna (* måste fyllas i)"))
	for _, c := range columns {
		name := c.heading
		if c.required {
			name += " *"
		}
		lines = append(lines, say(name, c.prompt))
	}
	lines = append(lines, head("Märkningar"))
	for _, f := range schema.Flags() {
		lines = append(lines, say(string(f), flagWords[f]))
	}
	lines = append(lines, head("Indikatorerna och deras enheter"))
	for _, ind := range t.indicators {
		unit, _ := t.catalogue.Unit(ind.Unit)
		lines = append(lines, say(choice(ind.ID, ind.Label.SV), t.describe(ind, unit)))
	}
	return append(lines, head("Tal"),
		say("Skriv tal som tal: 12,5 i svenskt Excel. Mellanslag, procenttecken och enheter hör inte till talet. 12,5 procent skrivs 12,5.", ""),
		say("Ett streck, två punkter eller ett kryss är inget värde. Lämna Värde tomt och välj skäl i kolumnen Saknas.", ""),
		say("Noll är ett värde: skriv 0 när det verkligen är noll.", ""))
}

// describe says what an indicator counts and what its numbers may be.
func (t *template) describe(ind schema.Indicator, unit schema.Unit) string {
	parts := []string{ind.Definition.SV, fmt.Sprintf("Enhet: %s (%s).", unit.ID, unit.Label.SV)}
	if !unit.Fraction {
		parts = append(parts, "Bara hela tal.")
	}
	if !unit.Negative {
		parts = append(parts, "Inga tal under noll.")
	}
	if unit.Max > 0 {
		parts = append(parts, fmt.Sprintf("Högst %g.", unit.Max))
	}
	for _, v := range ind.Variants {
		parts = append(parts, fmt.Sprintf("Variant %s: %s.", v.ID, v.Label.SV))
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func (t *template) writeGuide() error {
	bold, err := t.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}})
	errs := []error{err}
	wrap, err := t.file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	errs = append(errs, err, t.file.SetColWidth(guideSheet, "A", "A", 44), t.file.SetColWidth(guideSheet, "B", "B", 90))
	for i, l := range t.guide() {
		n := i + 1
		style := wrap
		if l.heading {
			style = bold
		}
		for k, text := range l.cells {
			errs = append(errs, t.file.SetCellStr(guideSheet, cellName(k, n), text))
		}
		if l.cells[1] == "" {
			errs = append(errs, t.file.MergeCell(guideSheet, cellName(0, n), cellName(1, n)))
		}
		errs = append(errs, t.file.SetCellStyle(guideSheet, cellName(0, n), cellName(1, n), style))
		if long := len([]rune(l.cells[0])); l.cells[1] == "" && long > 120 {
			errs = append(errs, t.file.SetRowHeight(guideSheet, n, 32)) // merged cells do not grow by themselves
		}
	}
	return errors.Join(errs...)
}
