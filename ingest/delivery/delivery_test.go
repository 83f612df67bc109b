package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/tidy"
	"utfall/schema"
)

var loaded = sync.OnceValues(schema.Load)

func catalogue(t testing.TB) *schema.Catalogue {
	t.Helper()
	c, err := loaded()
	check(t, err)
	return c
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// empty is a template for three indicators.
var empty = sync.OnceValues(func() ([]byte, error) {
	c, err := loaded()
	if err != nil {
		return nil, err
	}
	var list []schema.Indicator
	for _, id := range []string{"institutional_voluntary", "drug_induced_deaths", "purchased_share_addiction_care"} {
		ind, ok := c.Indicator(id)
		if !ok {
			return nil, errors.New(id + " is not in the catalogue")
		}
		list = append(list, ind)
	}
	var b bytes.Buffer
	err = Template(&b, c, list)
	return b.Bytes(), err
})

// filled gives the template with rows filled in, each a map from column to content.
func filled(t testing.TB, rows ...map[string]any) []byte {
	t.Helper()
	body, err := empty()
	check(t, err)
	return fill(t, body, rows...)
}

func fill(t testing.TB, body []byte, rows ...map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	check(t, err)
	for i, r := range rows {
		for name, v := range r {
			at := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
			cell := cellName(max(at, 0), firstRow+i)
			if at < 0 {
				cell = fmt.Sprintf("%s%d", name, firstRow+i) // a cell outside the columns
			}
			if s, ok := v.(string); ok && strings.HasPrefix(s, "=") {
				check(t, f.SetCellFormula(figuresSheet, cell, s[1:]))
				continue
			}
			check(t, f.SetCellValue(figuresSheet, cell, v))
		}
	}
	var out bytes.Buffer
	check(t, f.Write(&out))
	return out.Bytes()
}

// good is a row that can be taken in, with changes.
func good(changes ...any) map[string]any {
	r := map[string]any{"indicator": "drug_induced_deaths Narkotikarelaterade dödsfall", "area": "SE-1480", "period": "2022", "value": 12, "unit": "deaths dödsfall",
		"source": "Socialförvaltningen", "citation": "Årsrapport 2022"}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == nil {
			delete(r, changes[i].(string))
			continue
		}
		r[changes[i].(string)] = changes[i+1]
	}
	return r
}

func read(t testing.TB, body []byte) *Workbook {
	t.Helper()
	w, err := Read("f.xlsx", bytes.NewReader(body), catalogue(t))
	check(t, err)
	return w
}

// The template offers what it promises: lists, locks, instructions and the columns of a tidy file.
func TestTemplate(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(filled(t)))
	check(t, err)
	if got := f.GetSheetList(); !slices.Equal(got, []string{figuresSheet, guideSheet, listsSheet}) {
		t.Errorf("sheets %q", got)
	}
	if v, _ := f.GetSheetVisible(listsSheet); v {
		t.Error("the lists are shown")
	}
	must, may := tidy.Columns()
	for _, name := range slices.Concat(must, may) {
		if c, ok := find(name); !ok || c.required != slices.Contains(must, name) || len([]rune(c.prompt)) > 255 {
			t.Errorf("column %s: %+v", name, c)
		}
	}
	validations, err := f.GetDataValidations(figuresSheet)
	check(t, err)
	withList := map[string]bool{}
	for _, v := range validations {
		i := slices.IndexFunc(columns, func(c column) bool {
			return v.Sqref == fmt.Sprintf("%s:%s", cellName(slices.IndexFunc(columns, func(x column) bool { return x.name == c.name }), firstRow), cellName(slices.IndexFunc(columns, func(x column) bool { return x.name == c.name }), lastRow))
		})
		if i >= 0 && v.Type == "list" {
			withList[columns[i].name] = true
		}
	}
	for _, name := range []string{"indicator", "variant", "area", "sex", "age", "missing", "unit"} {
		if !withList[name] {
			t.Errorf("no list for %s", name)
		}
	}
	areas, err := f.GetCols(listsSheet)
	check(t, err)
	if n := len(areas[2]) - 1; n != 1+21+290 || areas[2][1] != "SE Riket" {
		t.Errorf("%d areas, first %q", n, areas[2][1])
	}
	guide, err := f.GetRows(guideSheet)
	check(t, err)
	text := fmt.Sprint(guide)
	for _, says := range []string{"Varför", "Små tal", "Indikatorerna och deras enheter", "Antal under 5 är för små", "Enhet: percent (procent).", "Högst 100.", "Bara hela tal.", "provisional"} {
		if !strings.Contains(text, says) {
			t.Errorf("the guide does not say %q", says)
		}
	}
	for cell, locked := range map[string]bool{"A1": true, "A2": true, "A3": false, "G900000": false} {
		id, err := f.GetCellStyle(figuresSheet, cell)
		check(t, err)
		s, err := f.GetStyle(id)
		check(t, err)
		if (s.Protection == nil || s.Protection.Locked) != locked {
			t.Errorf("%s locked: %v", cell, !locked)
		}
	}
	if p, err := f.GetSheetProtection(figuresSheet); err != nil || p.InsertColumns || !p.SelectUnlockedCells {
		t.Errorf("protection %+v, %v", p, err)
	}
	if err := Template(io.Discard, catalogue(t), nil); err == nil {
		t.Error("a template for no indicator")
	}
}

func TestRead(t *testing.T) {
	w := read(t, filled(t, good("sex", "F kvinnor", "age", "15-64", "variant", "heroin Heroin", "note", "rad\nbruten, \"citerad\""), nil, good("value", nil, "missing", "suppressed_primary dolt, för litet antal", "period", 2021, "area", "SE-14 Västra Götalandsregionen")))
	faults, err := w.Faults()
	check(t, err)
	if len(faults) != 0 {
		t.Fatalf("%+v", faults[0])
	}
	r, err := w.Batches()
	check(t, err)
	b, rejects, err := r.Next()
	if !errors.Is(err, io.EOF) || len(rejects) != 0 || b.Len() != 2 || r.Read() != 2 {
		t.Fatalf("%v, %+v", err, rejects)
	}
	if b.Indicator[0] != "drug_induced_deaths" || b.Sex[0] != "F" || b.Age[0] != "15-64" || b.Variant[0] != "heroin" || b.Value[0] != 12 || b.Note[0] != `rad bruten, "citerad"` || b.Line[0] != 3 {
		t.Errorf("%+v", b)
	}
	if b.Area[1] != "SE-14" || b.Missing[1] != "suppressed_primary" || b.Period[1] != "2021" || b.Line[1] != 5 {
		t.Errorf("%+v", b)
	}
}

// Ten faults of ten kinds, two of them in one row: ten marked cells, ten lines, and nothing else is marked.
func tenFaults() (rows []map[string]any, cells []string) {
	return []map[string]any{
		good(),
		good("indicator", "drug_deaths", "period", "2021"),                           // A4
		good("area", "Göteborg"),                                                     // C5
		good("period", "2022-13", "sex", "X"),                                        // D6 E6
		good("value", "12,5", "period", "2019"),                                      // G7
		good("unit", "persons", "period", "2018"),                                    // H8
		good("value", nil, "missing", "hemligt", "period", "2017"),                   // I9
		good("citation", nil, "period", "2016"),                                      // P10
		good(),                                                                       // G11, says what row 3 says
		good("value", "=B2*2", "period", "2015"),                                     // G12
		good("area", "SE-14 Västra Götalandsregionen", "period", "2014", "value", 0), // good
	}, []string{"A4", "C5", "D6", "E6", "G7", "H8", "I9", "P10", "G11", "G12"}
}

func TestTenFaults(t *testing.T) {
	rows, cells := tenFaults()
	body := filled(t, rows...)
	faults, err := read(t, body).Faults()
	check(t, err)
	var got []string
	for _, f := range faults {
		got = append(got, f.Cell)
		if f.Line == 0 || f.File != "f.xlsx" || !strings.HasPrefix(f.Detail, "Siffror!"+f.Cell+": ") {
			t.Errorf("%+v", f)
		}
	}
	if !slices.Equal(got, cells) {
		t.Fatalf("faults in %q, want %q", got, cells)
	}
	var out, text bytes.Buffer
	check(t, Answer(&out, body, faults))
	check(t, Text(&text, "f.xlsx", faults))
	marked, comments := marks(t, out.Bytes())
	if !slices.Equal(marked, slices.Sorted(slices.Values(cells))) || len(comments) != 10 {
		t.Errorf("marked %q, comments %q", marked, comments)
	}
	for cell, says := range map[string]string{"A4": "ingen indikator", "C5": "”Göteborg” är ingen känd områdeskod", "D6": "ingen period", "E6": "inget kön", "G7": "är text, inte ett tal",
		"H8": "drug_induced_deaths mäts i deaths", "I9": "inget skäl i listan", "P10": "källa och hänvisning", "G11": "redan på rad 3", "G12": "Formelns värde"} {
		if !strings.Contains(comments[cell], says) {
			t.Errorf("%s: %q, want %q", cell, comments[cell], says)
		}
		if !strings.Contains(text.String(), "Siffror!"+cell+" (") {
			t.Errorf("the text does not name %s:\n%s", cell, text.String())
		}
	}
	if !strings.HasPrefix(text.String(), "f.xlsx: 10 fel.") {
		t.Error(text.String())
	}
	// The answer is corrected and comes back: the marks of cells that are right now are gone.
	again := fill(t, out.Bytes(), good(), good("period", "2021"), good("area", "SE-1480", "period", "2020"))
	faults, err = read(t, again).Faults()
	check(t, err)
	out.Reset()
	check(t, Answer(&out, again, faults))
	marked, comments = marks(t, out.Bytes())
	if want := []string{"D6", "E6", "G11", "G12", "G7", "H8", "I9", "P10"}; !slices.Equal(marked, want) || len(comments) != len(want) {
		t.Errorf("marked %q, want %q", marked, want)
	}
}

// marks gives the cells that are filled with the colour of a fault, and the comments by cell.
func marks(t *testing.T, body []byte) (cells []string, comments map[string]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	check(t, err)
	for n := 1; n <= 20; n++ {
		for i := range columns {
			id, err := f.GetCellStyle(figuresSheet, cellName(i, n))
			check(t, err)
			s, err := f.GetStyle(id)
			check(t, err)
			if slices.Equal(s.Fill.Color, []string{faultColour}) {
				cells = append(cells, cellName(i, n))
			}
		}
	}
	slices.Sort(cells)
	list, err := f.GetComments(figuresSheet)
	check(t, err)
	comments = map[string]string{}
	for _, c := range list {
		text := c.Text
		for _, p := range c.Paragraph {
			text += p.Text
		}
		comments[c.Cell] = text
	}
	return cells, comments
}

func TestEveryFault(t *testing.T) {
	for name, x := range map[string]struct {
		row  map[string]any
		cell string
		says string
	}{
		"no indicator":         {good("indicator", nil), "A3", "Cellen är tom. Välj indikator"},
		"a variant":            {good("variant", "nope"), "B3", "har ingen variant ”nope”"},
		"another's words":      {good("area", "SE 1480"), "C3", "ingen känd områdeskod"},
		"words that differ":    {good("area", "SE-1480 Malmö"), "C3", "ingen känd områdeskod"},
		"a date of Excel's":    {good("period", dateCell), "D3", "Excel har gjort ett datum"},
		"an age":               {good("age", "15 - 64"), "F3", "ingen åldersgrupp"},
		"neither":              {good("value", nil), "G3", "varken ett värde eller ett skäl"},
		"both":                 {good("missing", "unreliable"), "I3", "både ett värde och ett skäl"},
		"deleted":              {good("value", nil, "missing", "deleted"), "I3", "Ta bort raden"},
		"no number":            {good("value", "många"), "G3", "inget tal"},
		"below zero":           {good("value", -1), "G3", "under noll"},
		"half a death":         {good("value", 12.5), "G3", "inget helt tal"},
		"above the most":       {good("indicator", "purchased_share_addiction_care", "unit", "percent", "value", 101), "G3", "mer än enheten kan vara"},
		"a flag":               {good("flags", "säker"), "J3", "ingen känd märkning"},
		"a limit":              {good("lower", "låg"), "K3", "inget tal"},
		"outside its limits":   {good("lower", 20, "upper", 30), "K3", "utanför sina egna gränser"},
		"a cell beside":        {good("Z", "hej"), "Z3", "hör inte till någon"},
		"an error of Excel's":  {good("value", "=1/0"), "G3", "Formelns värde finns inte"},
		"no source":            {good("source", nil), "O3", "både källa och hänvisning"},
		"a formula in a code":  {good("area", "=A1"), "C3", "Formelns värde finns inte"},
		"an unknown indicator": {good("indicator", "x", "value", 12.5, "lower", 99), "A3", "ingen indikator"},
	} {
		row := x.row
		body := filled(t, row)
		if row["period"] == dateCell {
			f, err := excelize.OpenReader(bytes.NewReader(body))
			check(t, err)
			id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			check(t, err)
			check(t, f.SetCellValue(figuresSheet, "D3", 44682))
			check(t, f.SetCellStyle(figuresSheet, "D3", "D3", id))
			var b bytes.Buffer
			check(t, f.Write(&b))
			body = b.Bytes()
		}
		faults, err := read(t, body).Faults()
		if err != nil || len(faults) != 1 || faults[0].Cell != x.cell || !strings.Contains(faults[0].Swedish(), x.says) {
			t.Errorf("%s: %v %+v", name, err, faults)
			if len(faults) > 0 {
				t.Log(faults[0].Swedish())
			}
		}
	}
}

const dateCell = "a date"

// Rows with several faults have all of them told; each column of a row at most once.
func TestAllFaultsOfARow(t *testing.T) {
	faults, err := read(t, filled(t, good("variant", "x", "area", "x", "period", "x", "sex", "x", "age", "x", "value", "x", "unit", "x", "missing", "x", "flags", "x",
		"lower", "x", "upper", "x", "source", nil, "citation", nil))).Faults()
	var cells []string
	for _, f := range faults {
		cells = append(cells, f.Cell)
	}
	if want := "B3 C3 D3 E3 F3 G3 H3 I3 J3 K3 L3 O3 P3"; err != nil || strings.Join(cells, " ") != want {
		t.Errorf("%s, %v, want %s", strings.Join(cells, " "), err, want)
	}
}

func TestNotAWorkbook(t *testing.T) {
	other := excelize.NewFile()
	check(t, other.SetCellValue("Sheet1", "A1", "hej"))
	var foreign bytes.Buffer
	check(t, other.Write(&foreign))
	renamed := filled(t, good())
	f, err := excelize.OpenReader(bytes.NewReader(renamed))
	check(t, err)
	check(t, f.SetCellValue(figuresSheet, "C2", "område"))
	var b bytes.Buffer
	check(t, f.Write(&b))
	for name, x := range map[string]struct {
		body []byte
		says string
	}{
		"empty":           {nil, "an empty payload"},
		"CSV":             {[]byte("indicator,area\n"), "expected an XLSX workbook"},
		"another book":    {foreign.Bytes(), "no sheet of the workbook has a row with the columns' names"},
		"a changed name":  {b.Bytes(), `f.xlsx:2: column 3: the column "område" is not one of the template's`},
		"cut off":         {renamed[:len(renamed)/2], "a whole XLSX workbook"},
		"an old workbook": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "save it as .xlsx"},
	} {
		_, err := Read("f.xlsx", bytes.NewReader(x.body), catalogue(t))
		var fault *tidy.FileError
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
	if _, err := read(t, filled(t)).Batches(); err != nil {
		t.Error(err)
	} else if r, _ := read(t, filled(t)).Batches(); r != nil {
		if _, _, err := r.Next(); err == nil || !strings.Contains(err.Error(), "no rows") {
			t.Errorf("an empty template: %v", err)
		}
	}
}
