// Package delivery makes Excel templates for what a förvaltning counts itself, reads them when they come back filled in,
// and answers a faulty one with a copy in which every faulty cell is marked. The rules for a row are tidy's: a workbook is
// turned into a tidy file and every fault found there is led back to its cell. It imports schema, ingest/tidy, the xlsx
// decoder and excelize.
package delivery

import "utfall/ingest/tidy"

// column is one that a template has.
type column struct {
	name     string // as tidy knows it
	heading  string
	width    float64
	required bool
	coded    bool   // a cell holds a code, and after a space what it means: "SE-14 Västra Götaland"
	number   bool   // a cell holds a number
	prompt   string // what Excel shows beside the cell; at most 255 characters
}

// columns in the order of a template.
var columns = []column{
	{"indicator", "Indikator", 44, true, true, false, "Välj indikator i listan. Det som står efter mellanslaget är bara till hjälp."},
	{"variant", "Variant", 26, false, true, false, "Bara för indikatorer som har flera definitioner. Annars tomt."},
	{"area", "Område", 26, true, true, false, "Välj i listan eller skriv koden: SE, SE-14 (region), SE-1480 (kommun)."},
	{"period", "Period", 14, true, false, false, "2022, 2022H1 (halvår), 2022Q3 (kvartal), 2022-05 (månad), 2022-W07 (vecka), 2022-11-01 (dag) eller 2016/2020 (flera år)."},
	{"sex", "Kön", 16, false, true, false, "T båda, F kvinnor, M män. Tomt betyder båda."},
	{"age", "Ålder", 12, false, false, false, "TOT alla, 15-64, 21+ eller 18. Tomt betyder alla åldrar."},
	{"value", "Värde", 14, true, false, true, "Talet, i enheten till höger. Inga tecken för saknade värden: välj då skäl i kolumnen Saknas."},
	{"unit", "Enhet", 22, true, true, false, "Den enhet som indikatorn mäts i. Se bladet Så fyller du i."},
	{"missing", "Saknas", 34, false, true, false, "Skälet till att värdet saknas. Tomt när det finns ett värde."},
	{"flags", "Märkning", 20, false, false, false, "Till exempel provisional (preliminär) eller estimated (skattad). Flera skiljs åt med mellanslag."},
	{"lower", "Undre gräns", 12, false, false, true, "Nedre gräns av ett konfidensintervall, om ni har räknat ett."},
	{"upper", "Övre gräns", 12, false, false, true, "Övre gräns av ett konfidensintervall, om ni har räknat ett."},
	{"breakdown", "Uppdelning", 18, false, false, false, "En ytterligare uppdelning, till exempel en enhet eller insats. Tomt för totalen."},
	{"symbol", "Tecken i källan", 12, false, false, false, "Tecknet som står i er egen källa för ett saknat värde, om något."},
	{"source", "Källa", 26, true, false, false, "Vem som har räknat: förvaltning och enhet."},
	{"citation", "Hänvisning", 34, true, false, false, "Var siffran står: rapport, tabell eller systemutdrag med datum."},
	{"url", "Länk", 24, false, false, false, "Länk till det publicerade underlaget, om det finns."},
	{"note", "Anmärkning", 34, false, false, false, "Det som den som läser siffran behöver veta."},
}

// The names of a template's sheets and where its cells begin.
const (
	figuresSheet = "Siffror"
	guideSheet   = "Så fyller du i"
	listsSheet   = "Listor"
	nameRow      = 2 // the row with the columns' names as tidy knows them
	firstRow     = 3
)

func find(name string) (column, bool) {
	for _, c := range columns {
		if c.name == name {
			return c, true
		}
	}
	return column{}, false
}

// heading gives a column's name for people.
func heading(name string) string {
	if c, ok := find(name); ok {
		return c.heading
	}
	return name
}

// Reasons beside those of tidy.
const (
	// ReasonDuplicate is for a row that gives a figure a second time.
	ReasonDuplicate = "duplicate"
	// ReasonCell is for a cell whose content cannot be known: a formula without a value, an error of Excel's.
	ReasonCell = "cell"
)

// known are the columns that a sheet may have; the list is tidy's.
func known(name string) bool {
	required, optional := tidy.Columns()
	for _, list := range [][]string{required, optional} {
		for _, c := range list {
			if c == name {
				return true
			}
		}
	}
	return false
}
