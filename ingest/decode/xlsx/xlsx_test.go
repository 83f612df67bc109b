package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode"
	"utfall/ingest/decode/tabular"
)

// workbook makes a file of sheets: name, then rows of cells. A cell "=…" is a formula that nobody has calculated.
func workbook(t testing.TB, change func(*excelize.File), sheets map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	first := true
	for _, name := range sorted(sheets) {
		if first {
			check(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		first = false
		for i, row := range sheets[name] {
			for j, v := range row {
				if s, ok := v.(string); ok && strings.HasPrefix(s, "=") {
					check(t, f.SetCellFormula(name, cellName(j, i+1), s[1:]))
				} else if v != nil {
					check(t, f.SetCellValue(name, cellName(j, i+1), v))
				}
			}
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	check(t, f.Write(&b))
	return b.Bytes()
}

func sorted(m map[string][][]any) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func all(body []byte, o Options) (out []string, meta *decode.Meta, err error) {
	r, err := New(bytes.NewReader(body), o, decode.Limits{})
	if err != nil {
		return nil, nil, err
	}
	var row decode.Row
	for {
		err := r.Next(&row)
		if errors.Is(err, io.EOF) {
			return out, r.Meta(), nil
		}
		if err != nil {
			return out, nil, err
		}
		v := ""
		if row.Has {
			v = fmt.Sprint(row.Value)
		}
		out = append(out, fmt.Sprintf("%s=%s[%s]%d:%d", strings.Join(row.Codes, ","), v, row.Status, row.Line, row.Column))
	}
}

func want(t *testing.T, name string, got []string, err error, expected string) {
	t.Helper()
	if err != nil || strings.Join(got, "|") != expected {
		t.Errorf("%s: %s, %v\nwant %s", name, strings.Join(got, "|"), err, expected)
	}
}

// A table as authorities lay them out: a title, a header of two rows with merged cells, row names merged downwards, a
// total, a source line and footnotes.
func published(t testing.TB) []byte {
	return workbook(t, func(f *excelize.File) {
		for _, m := range [][2]string{{"A3", "A4"}, {"B3", "B4"}, {"C3", "D3"}, {"E3", "F3"}, {"A5", "A6"}} {
			check(t, f.MergeCell("Tabell", m[0], m[1]))
		}
		check(t, f.SetCellRichText("Tabell", "A7", []excelize.RichTextRun{{Text: "Skåne"}, {Text: "2", Font: &excelize.Font{VertAlign: "superscript"}}}))
		check(t, f.SetDefinedName(&excelize.DefinedName{Name: "Siffror", RefersTo: "Tabell!$A$3:$F$8"}))
		check(t, f.AddTable("Andra", &excelize.Table{Range: "A1:B3", Name: "Vara"}))
	}, map[string][][]any{
		"Andra": {{"kod", "value"}, {"a", 1}, {"b", 2}},
		"Tabell": {{"Tabell 1. Vårdade"}, {}, {"Region", "Kön", 2021, nil, 2022, nil}, {nil, nil, "Antal", "Andel", "Antal", "Andel"},
			{"Stockholm", "Män", 10, 0.5, 12, 0.3125}, {nil, "Kvinnor", 7, "..", "x", 0.25}, {nil, "Män", 3, 0.1, 4, 0.2}, {"Totalt", nil, 20, 1, 16, 1},
			{"Källa: Socialtjänsten"}, {"2) Preliminärt"}},
	})
}

func publishedOptions() Options {
	return Options{Sheet: "Tabell", Options: tabular.Options{Skip: 1, HeaderRows: 2, Dimensions: []string{"Region", "Kön"}, Missing: []string{"..", "x"},
		Wide: &tabular.Wide{Dimensions: []string{"år", "mått"}}, Drop: map[string][]string{"Region": {"Totalt"}}, Footer: []string{"Källa"}}}
}

func TestPublishedTable(t *testing.T) {
	body := published(t)
	expected := "Stockholm,Män,2021,Antal=10[]5:3|Stockholm,Män,2021,Andel=0.5[]5:4|Stockholm,Män,2022,Antal=12[]5:5|Stockholm,Män,2022,Andel=0.3125[]5:6|" +
		"Stockholm,Kvinnor,2021,Antal=7[]6:3|Stockholm,Kvinnor,2021,Andel=[..]6:4|Stockholm,Kvinnor,2022,Antal=[x]6:5|Stockholm,Kvinnor,2022,Andel=0.25[]6:6|" +
		"Skåne,Män,2021,Antal=3[]7:3|Skåne,Män,2021,Andel=0.1[]7:4|Skåne,Män,2022,Antal=4[]7:5|Skåne,Män,2022,Andel=0.2[]7:6"
	got, meta, err := all(body, publishedOptions())
	want(t, "sheet", got, err, expected)
	if meta.Title != "Tabell 1. Vårdade" || strings.Join(meta.Notes, ";") != "Källa: Socialtjänsten;2) Preliminärt;1 rows were left out, as the options ask" {
		t.Errorf("%+v", meta)
	}
	for _, ref := range []string{"A3:F8", "Tabell!$A$3:$F$8", "'Tabell'!A3:F8", "Siffror", "siffror"} {
		o := publishedOptions()
		o.Skip, o.Range, o.Footer = 0, ref, nil
		if strings.Contains(ref, "!") || strings.EqualFold(ref, "siffror") {
			o.Sheet = ""
		}
		got, _, err := all(body, o)
		want(t, ref, got, err, expected)
	}
	got, _, err = all(body, Options{Range: "Vara"})
	want(t, "a table by name", got, err, "a=1[]2:2|b=2[]3:2")
	got, meta, err = all(body, Options{Sheet: "Tabell"})
	if err != nil || len(got) != 16 || got[3] != "Stockholm,Män,2022 / Andel=0.3125[]5:6" || meta.Title != "Tabell 1. Vårdade" || !strings.Contains(meta.Notes[0], "header in row 3") {
		t.Errorf("guessed: %q, %v, %+v", got, err, meta)
	}
	got, _, err = all(body, Options{})
	want(t, "the first sheet that is a table", got, err, "a=1[]2:2|b=2[]3:2")
}

func TestHidden(t *testing.T) {
	body := workbook(t, func(f *excelize.File) {
		check(t, f.SetRowVisible("S", 3, false))
		check(t, f.SetColVisible("S", "B", false))
		_, err := f.NewSheet("dold")
		check(t, err)
		check(t, f.SetSheetVisible("dold", false))
	}, map[string][][]any{"S": {{"kod", "intern", "value"}, {"a", "i", 1}, {"b", "j", 2}, {"c", "k", 3}}})
	got, meta, err := all(body, Options{})
	want(t, "skipped", got, err, "a=1[]2:3|c=3[]4:3")
	if n := meta.Notes[len(meta.Notes)-1]; n != "hidden rows left out: 1, hidden columns left out: 1" {
		t.Errorf("notes %q", meta.Notes)
	}
	got, _, err = all(body, Options{Hidden: "keep"})
	want(t, "kept", got, err, "a,i=1[]2:3|b,j=2[]3:3|c,k=3[]4:3")
}

// Without options nothing of a sheet is lost: names left of the first heading, cells right of the last, short rows between.
func TestGuessLosesNothing(t *testing.T) {
	body := workbook(t, nil, map[string][][]any{"S": {{"Titel"}, {nil, "2021", "2022"}, {"a", 1, 2}, {"Rubrik"}, {"b", 3, 4, 5}, {"Not 1"}, {"Not 2"}}})
	got, meta, err := all(body, Options{})
	want(t, "guessed", got, err, "a,,2021=1[]3:2|a,,2022=2[]3:3|Rubrik,,2021=[]4:2|Rubrik,,2022=[]4:3|b,5,2021=3[]5:2|b,5,2022=4[]5:3")
	if meta.Title != "Titel" || !slices.Equal(meta.Notes[len(meta.Notes)-2:], []string{"Not 1", "Not 2"}) {
		t.Errorf("%+v", meta)
	}
}

// What stands above the header may be wider than the table, and a hidden row may be too.
func TestRowsAboveTheHeader(t *testing.T) {
	body := workbook(t, func(f *excelize.File) { check(t, f.SetRowVisible("S", 1, false)) }, map[string][][]any{
		"S": {{"dold", "rad", "som", "är", "bred"}, {"Tabell", "av", "oss", "själva"}, {"kod", "value"}, {"a", 1}}})
	got, meta, err := all(body, Options{Sheet: "S", Options: tabular.Options{Skip: 1, Value: "value"}})
	want(t, "rows above", got, err, "a=1[]4:2")
	if meta.Title != "Tabell av oss själva" {
		t.Errorf("%+v", meta)
	}
}

func TestDatesAndCodes(t *testing.T) {
	custom, zeros, quoted := "yyyy-mm-dd", "0000", `"day" 0.0`
	body := workbook(t, func(f *excelize.File) {
		for cell, x := range map[string]struct {
			v any
			s excelize.Style
		}{
			"A2": {44927, excelize.Style{NumFmt: 14}}, "A3": {44927.5, excelize.Style{CustomNumFmt: &custom}}, "A4": {180, excelize.Style{CustomNumFmt: &zeros}},
			"A5": {12.25, excelize.Style{CustomNumFmt: &quoted}}, "A6": {true, excelize.Style{}}, "A7": {1e-7, excelize.Style{}},
		} {
			id, err := f.NewStyle(&x.s)
			check(t, err)
			check(t, f.SetCellValue("S", cell, x.v))
			check(t, f.SetCellStyle("S", cell, cell, id))
		}
	}, map[string][][]any{"S": {{"when", "value"}, {nil, 1}, {nil, 2}, {nil, 3}, {nil, 4}, {nil, 5}, {nil, 6}}})
	got, _, err := all(body, Options{})
	want(t, "1900", got, err, "2023-01-01=1[]2:2|2023-01-01T12:00:00=2[]3:2|0180=3[]4:2|12.25=4[]5:2|TRUE=5[]6:2|0.0000001=6[]7:2")
	yes := true
	body = workbook(t, func(f *excelize.File) {
		check(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		check(t, err)
		check(t, f.SetCellStyle("S", "A2", "A2", id))
	}, map[string][][]any{"S": {{"when", "value"}, {43465, 1}}})
	got, _, err = all(body, Options{})
	want(t, "1904", got, err, "2023-01-01=1[]2:2")
}

// replace changes one part of a workbook.
func replace(t testing.TB, body []byte, part string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	check(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		check(t, err)
		data, err := io.ReadAll(r)
		check(t, err)
		if f.Name == part {
			data = []byte(change(string(data)))
		}
		p, err := w.Create(f.Name)
		check(t, err)
		_, err = p.Write(data)
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}

func TestFormulas(t *testing.T) {
	sheets := map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", 1}, {"b", "=B2*2"}}}
	_, _, err := all(workbook(t, nil, sheets), Options{})
	if err == nil || !strings.Contains(err.Error(), "Sheet1!B3: expected a value, found a formula whose value was not stored") {
		t.Errorf("%v", err)
	}
	cached := replace(t, workbook(t, nil, sheets), "xl/worksheets/sheet1.xml", func(s string) string { return strings.Replace(s, "</f>", "</f><v>2</v>", 1) })
	got, _, err := all(cached, Options{})
	want(t, "cached", got, err, "a=1[]2:2|b=2[]3:2")
	broken := replace(t, workbook(t, nil, sheets), "xl/worksheets/sheet1.xml", func(s string) string {
		return strings.Replace(strings.Replace(s, "</f>", "</f><v>#DIV/0!</v>", 1), `r="B3"`, `r="B3" t="e"`, 1)
	})
	if _, _, err := all(broken, Options{Options: tabular.Options{Value: "value"}}); err == nil || !strings.Contains(err.Error(), "Sheet1!B3: expected a value, found Excel's error #DIV/0!") {
		t.Errorf("%v", err)
	}
	got, _, err = all(broken, Options{Options: tabular.Options{Value: "value", Missing: []string{"#DIV/0!"}}})
	want(t, "an error listed as missing", got, err, "a=1[]2:2|b=[#DIV/0!]3:2")
}

func TestFaults(t *testing.T) {
	plain := workbook(t, nil, map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", 1}}})
	two := workbook(t, nil, map[string][][]any{"A": {{"kod", "value"}, {"a", 1}}, "B": {{"kod", "value"}, {"a", 1}}})
	sheet := func(old, with string) []byte {
		return replace(t, plain, "xl/worksheets/sheet1.xml", func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("%q is not in %s", old, s)
			}
			return strings.Replace(s, old, with, 1)
		})
	}
	merged := workbook(t, func(f *excelize.File) { check(t, f.MergeCell("Sheet1", "B2", "B3")) }, map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", 1}, {"b", nil}}})
	strict := Options{Options: tabular.Options{Value: "value"}}
	for name, x := range map[string]struct {
		body []byte
		o    Options
		says string
	}{
		"empty":                 {nil, Options{}, "an empty payload"},
		"HTML":                  {[]byte("<!doctype html>"), Options{}, "web page"},
		"CSV":                   {[]byte("a;b\n1;2\n"), Options{}, "expected an XLSX workbook"},
		"old Excel":             {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxxxxxx"), Options{}, "save it as .xlsx without a password"},
		"cut off":               {plain[:len(plain)/2], Options{}, "a whole XLSX workbook"},
		"a ZIP of other things": {replace(t, plain, "xl/workbook.xml", func(string) string { return "x" }), Options{}, "workbook"},
		"several sheets":        {two, Options{Options: tabular.Options{Value: "value"}}, `several sheets, found "A", "B"`},
		"an unknown sheet":      {plain, Options{Sheet: "Blad"}, `expected one of "Sheet1"`},
		"an unknown range":      {plain, Options{Range: "Siffror"}, "range: expected a block of cells"},
		"a range on no sheet":   {plain, Options{Range: "Blad!A1:B2"}, "a sheet that is there"},
		"a range upside down":   {plain, Options{Range: "B2:A1"}, "a block of cells"},
		"hidden misspelt":       {plain, Options{Hidden: "no"}, "skip or keep"},
		"an unknown column":     {plain, Options{Options: tabular.Options{Value: "antal"}}, "a column named antal"},
		"text for a number":     {workbook(t, nil, map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", "många"}}}), strict, `Sheet1!B2: expected a number`},
		"a merged value":        {merged, strict, "Sheet1!B3: expected a value of its own"},
		"merged over and over": {replace(t, plain, "xl/worksheets/sheet1.xml", func(s string) string {
			return strings.Replace(s, "</sheetData>", "</sheetData><mergeCells>"+strings.Repeat(`<mergeCell ref="A2:A9"/>`, 1001)+"</mergeCells>", 1)
		}), strict, "at most 1000 blocks of merged cells in one row"},
		"a merge upside down": {replace(t, plain, "xl/worksheets/sheet1.xml", func(s string) string {
			return strings.Replace(s, "</sheetData>", `</sheetData><mergeCells><mergeCell ref="B2:A1"/></mergeCells>`, 1)
		}), strict, "a block of merged cells"},
		"XML cut off":            {sheet("</row></sheetData>", ""), Options{}, "XML syntax error"},
		"XML ends early":         {replace(t, plain, "xl/worksheets/sheet1.xml", func(string) string { return "<worksheet><sheetData><row r='1'>" }), strict, "Sheet1"},
		"rows that go back":      {sheet(`<row r="2"`, `<row r="1"`), Options{}, "row numbers that rise"},
		"a cell in another row":  {sheet(`r="B2"`, `r="B7"`), Options{}, "each in its row"},
		"cells that go back":     {sheet(`r="B2"`, `r="A2"`), Options{}, "from left to right"},
		"a number that is none":  {sheet("<v>1</v></c></row></sheetData>", "<v>NaN</v></c></row></sheetData>"), Options{}, "Sheet1!B2: expected a number"},
		"a text that is not":     {sheet("<v>0</v>", "<v>99</v>"), Options{}, "the number of a shared text"},
		"a cell beside":          {workbook(t, nil, map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", 1, "anm"}}}), strict, "Sheet1!C2: expected no cell to the right"},
		"no table":               {workbook(t, nil, map[string][][]any{"Sheet1": {{"bara text"}}}), Options{}, "a sheet with a table"},
		"a dimension twice over": {plain, Options{Options: tabular.Options{Dimensions: []string{"kod", "kod"}, Value: "value"}}, "stands twice"},
	} {
		_, _, err := all(x.body, x.o)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
}

// A bomb unpacks to far more than it weighs; a part may also lie about its size or its checksum.
func TestBombs(t *testing.T) {
	bomb := func(name string, n int) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		p, err := w.Create(name)
		check(t, err)
		zero := make([]byte, 1<<20)
		for range n {
			_, err := p.Write(zero)
			check(t, err)
		}
		check(t, w.Close())
		return out.Bytes()
	}
	_, err := New(bytes.NewReader(bomb("xl/worksheets/sheet1.xml", 20)), Options{}, decode.Limits{MaxBytes: 10 << 20})
	if err == nil || !strings.Contains(err.Error(), "at most 10485760 bytes when unpacked") {
		t.Errorf("a bomb: %v", err)
	}
	plain := workbook(t, nil, map[string][][]any{"Sheet1": {{"kod", "value"}, {"a", 1}}})
	if _, err := New(bytes.NewReader(plain), Options{}, decode.Limits{MaxBytes: 100}); err == nil || !strings.Contains(err.Error(), "at most 100 bytes") {
		t.Errorf("a large file: %v", err)
	}
	// One byte changed in the packed cells: the checksum no longer fits.
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	check(t, err)
	for _, f := range z.File {
		if f.Name == "xl/worksheets/sheet1.xml" {
			at, err := f.DataOffset()
			check(t, err)
			hurt := bytes.Clone(plain)
			hurt[at+int64(f.CompressedSize64)/2] ^= 0x55
			if _, err := New(bytes.NewReader(hurt), Options{}, decode.Limits{}); err == nil || !strings.Contains(err.Error(), "a whole XLSX workbook") {
				t.Errorf("a damaged part: %v", err)
			}
		}
	}
}

func shared(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "data", name))
	if err != nil {
		t.Skip("the shared payloads are not here:", err)
	}
	return b
}

func TestScotland(t *testing.T) {
	body := shared(t, "scotland/SuspectedDRDs_OctDec2023.xlsx")
	for sheet, rows := range map[string]int{"A - Police Division": 13, "B - Age": 5, "C - Sex": 2} {
		dimension := map[string]string{"A - Police Division": "Police Division", "B - Age": "Age band", "C - Sex": "Sex"}[sheet]
		o := Options{Sheet: sheet, Options: tabular.Options{Skip: 1, HeaderRows: 2, Dimensions: []string{dimension}, Wide: &tabular.Wide{Dimensions: []string{"year", "quarter"}},
			Missing: []string{"x"}, Drop: map[string][]string{dimension: {"Total"}}, Footer: []string{"Source:"}}}
		got, meta, err := all(body, o)
		if err != nil || len(got) != rows*28 {
			t.Errorf("%s: %d cells, %v", sheet, len(got), err)
			continue
		}
		if !strings.HasPrefix(meta.Title, "Table "+sheet[:1]) || len(meta.Notes) < 5 {
			t.Errorf("%s: %q, %d notes", sheet, meta.Title, len(meta.Notes))
		}
		if sheet == "A - Police Division" && (got[0] != "A: North East,2017,January to March=18[]5:2" || !slices.Contains(got, "V: Dumfries & Galloway,2017,January to March=[x]17:2")) {
			t.Errorf("%q", got[0])
		}
		if sheet == "C - Sex" && got[len(got)-1] != "Female,2023,October to December=67[]6:29" {
			t.Errorf("%q", got[len(got)-1])
		}
	}
}

func TestTDITemplate(t *testing.T) {
	body := shared(t, "emcdda/TDI_template.xlsx")
	got, _, err := all(body, Options{Range: "A178:I184", Options: tabular.Options{GluedDigits: true, Dimensions: []string{"column 1"}, Wide: &tabular.Wide{Dimensions: []string{"centre"}}}})
	if err != nil || len(got) == 0 || !strings.Contains(strings.Join(got, "|"), ",Other=") {
		t.Errorf("%q, %v", got, err)
	}
	// As a whole it is a report of many tables below one another, with nothing filled in: every row is shown.
	got, meta, err := all(body, Options{})
	if err != nil || len(got) < 1000 || !strings.HasPrefix(meta.Title, "Report ID") {
		t.Errorf("%d rows, %v, %+v", len(got), err, meta)
	}
}

// Whatever a sheet's part holds: an end and a *decode.Error. The part is changed in the opened workbook, for a changed byte
// of the file is found by its checksum.
func FuzzReader(f *testing.F) {
	book, err := Open(bytes.NewReader(published(f)), decode.Limits{})
	check(f, err)
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>kod</t></is></c><c r="B1" t="str"><v>value</v></c></row><row r="2"><c t="b"><v>1</v></c><c s="1"><f>A1</f><v>2</v></c></row>`, `<mergeCell ref="A1:B2"/>`)
	f.Add(`<row><c><v>1</v></c><c><v>2</v></c></row><row r="9" hidden="1"><c t="s"><v>0</v></c><c t="e"><v>#N/A</v></c></row>`, ``)
	f.Add(`<row r="3"><c r="B3" t="s"><v>1</v></c><c r="C3"><v>5</v></c></row><row r="4"><c r="A4" t="d"><v>2020-01-01</v></c></row><row r="7"><c r="D7"><v>1E5</v></c></row>`, `<mergeCell ref="B3:C4"/><mergeCell ref="A4:A7"/>`)
	f.Fuzz(func(t *testing.T, rows, merges string) {
		book.file.Pkg.Store(book.paths["Andra"], []byte(`<worksheet><cols><col min="2" max="2" hidden="1"/></cols><sheetData>`+rows+`</sheetData><mergeCells>`+merges+`</mergeCells></worksheet>`))
		for _, o := range []Options{{Sheet: "Andra"}, {Sheet: "Andra", Hidden: "keep", Options: tabular.Options{HeaderRows: 2, Wide: &tabular.Wide{From: "column 2"}}}, {Range: "Andra!B2:D9"}} {
			r, err := book.Table(o, decode.Limits{MaxCells: 10_000})
			var row decode.Row
			for err == nil {
				if err = r.Next(&row); err == nil && (len(row.Codes) != len(r.Dimensions()) || row.Line < 1 || row.Column < 1) {
					t.Errorf("%+v", row)
				}
			}
			var e *decode.Error
			if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
				t.Errorf("%T %v", err, err)
			}
		}
	})
}

// The same with the other parts of a workbook.
func FuzzParts(f *testing.F) {
	body := published(f)
	parts := []string{"xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "_rels/.rels", "xl/tables/table1.xml"}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	check(f, err)
	for i, p := range parts {
		r, err := z.Open(p)
		check(f, err)
		text, err := io.ReadAll(r)
		check(f, err)
		f.Add(uint8(i), string(text))
	}
	f.Fuzz(func(t *testing.T, part uint8, text string) {
		changed := replace(t, body, parts[int(part)%len(parts)], func(string) string { return text })
		for _, o := range []Options{{}, publishedOptions(), {Range: "Vara"}, {Range: "Siffror"}} {
			r, err := New(bytes.NewReader(changed), o, decode.Limits{MaxCells: 10_000})
			var row decode.Row
			for err == nil {
				err = r.Next(&row)
			}
			var e *decode.Error
			if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
				t.Errorf("%T %v", err, err)
			}
		}
	})
}

// Rows are streamed: the ratio to reading the sheet whole with the library.
func BenchmarkRows(b *testing.B) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	check(b, err)
	const rows = 20_000
	check(b, w.SetRow("A1", []any{"region", "år", "kön", "value"}))
	for i := range rows {
		check(b, w.SetRow(cellName(0, i+2), []any{fmt.Sprintf("SE-%04d", i%290), 2000 + i%25, "FM"[i%2 : i%2+1], i}))
	}
	check(b, w.Flush())
	var body bytes.Buffer
	check(b, f.Write(&body))
	b.Run("xlsx", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got, _, err := all(body.Bytes(), Options{})
			if err != nil || len(got) != rows {
				b.Fatal(len(got), err)
			}
		}
	})
	b.Run("baseline: excelize.GetRows", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := excelize.OpenReader(bytes.NewReader(body.Bytes()))
			check(b, err)
			got, err := f.GetRows("Sheet1")
			if err != nil || len(got) != rows+1 {
				b.Fatal(len(got), err)
			}
		}
	})
}
