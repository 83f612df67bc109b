package px

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"

	"utfall/ingest/decode"
)

func mustOpen(t testing.TB, text string) decode.Reader {
	t.Helper()
	r, err := Open(strings.NewReader(text), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes rows as code|code=value/status[unit].
func lines(rows []decode.Row) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s=", strings.Join(row.Codes, "|"))
		if row.Has {
			fmt.Fprintf(&b, "%v", row.Value)
		}
		if row.Status != "" {
			fmt.Fprintf(&b, "/%s", row.Status)
		}
		if row.Unit != "" {
			fmt.Fprintf(&b, "[%s]", row.Unit)
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// two is a file of 2 × 2 with further statements and the cells.
func two(statements, cells string) string {
	return `CHARSET="ANSI";
LANGUAGE="sv";
STUB="kön";
HEADING="år";
VALUES("kön")="män","kvinnor";
CODES("kön")="1","2";
VALUES("år")="2023","2024";
` + statements + "\nDATA=\n" + cells
}

func TestCells(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain":                {two("", "1 2\n3.50 -4e1;\n"), "1|2023=1 1|2024=2 2|2023=3.5 2|2024=-40"},
		"dots and dash":        {two("", `"." ".." "-" ".......";`), "1|2023=/. 1|2024=/.. 2|2023=/- 2|2024=/......."},
		"dots without quotes":  {two("", `. ...... - 4;`), "1|2023=/. 1|2024=/...... 2|2023=/- 2|2024=4"},
		"symbols of the file":  {two(`DATASYMBOL1=":";DATASYMBOL2="x";DATASYMBOLNIL="0";DATASYMBOLSUM="*";`, `"." ".." "-" ".......";`), "1|2023=/: 1|2024=/x 2|2023=/0 2|2024=/*"},
		"symbols as words":     {two(`DATASYMBOL3="uppgift saknas";`, `"uppgift saknas" 2 3 "...";`), "1|2023=/uppgift saknas 1|2024=2 2|2023=3 2|2024=/uppgift saknas"},
		"other separators":     {two("", "1,2\t3;4;"), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
		"one line, no end":     {two("", "1 2 3 4"), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
		"control-Z":            {two("", "1 2 3 4;\r\n\x1a"), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
		"loose numbers":        {two("", "+1 .5 3. 007;"), "1|2023=1 1|2024=0.5 2|2023=3 2|2024=7"},
		"carriage returns":     {strings.ReplaceAll(two("", "1 2\n3 4;\n"), "\n", "\r\n"), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
		"unit":                 {two(`UNITS="antal";`, "1 2 3 4;"), "1|2023=1[antal] 1|2024=2[antal] 2|2023=3[antal] 2|2024=4[antal]"},
		"small letters, space": {strings.Replace(two("", "1 2 3 4;"), `CODES("kön")=`, "codes ( \"kön\" ) = ", 1), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
		"stub alone":           {`STUB="a","b";VALUES("a")="x","y";VALUES("b")="1","2";DATA=1 2 3 4;`, "x|1=1 x|2=2 y|1=3 y|2=4"},
		"heading alone":        {`HEADING="a","b";VALUES("a")="x","y";VALUES("b")="1","2";DATA=1 2 3 4;`, "x|1=1 x|2=2 y|1=3 y|2=4"},
		"heading before stub":  {`HEADING="a";STUB="b";VALUES("a")="x","y";VALUES("b")="1","2";DATA=1 2 3 4;`, "1|x=1 1|y=2 2|x=3 2|y=4"},
		"codes alone":          {`STUB="a";CODES("a")="x","y";DATA=1 2;`, "x=1 y=2"},
		"codes of variables":   {`STUB="a";VARIABLECODE("a")="Region";VALUES("a")="x","y";DATA=1 2;`, "x=1 y=2"},
		"list over lines":      {"STUB=\"a\";VALUES(\"a\")=\"x\",\n\"y\",\n\"long \"\n\"text\";DATA=1 2 3;", "x=1 y=2 long text=3"},
		"text with ; and (":    {`STUB="a";VALUES("a")="x;y","(z)=1";DATA=1 2;`, "x;y=1 (z)=1=2"},
		"flags of cells":       {two(`DATANOTECELL("1","2024")="p";DATANOTECELL("kvinnor","*")="e";DATANOTECELL("*","2023")="b";`, "1 2 3 4;"), "1|2023=1/b 1|2024=2/p 2|2023=3/e\nb 2|2024=4/e"},
		"flag without value":   {two(`DATANOTECELL("1","2024")="p";`, `1 ".." 3 4;`), "1|2023=1 1|2024=/.. 2|2023=3 2|2024=4"},
		"contents with units": {`STUB="a";HEADING="innehåll";CONTVARIABLE="innehåll";VALUES("a")="x";VALUES("innehåll")="Antal","Andel";CODES("innehåll")="N","P";
			UNITS="varierar";UNITS("Antal")="antal";UNITS("Andel")="procent";DATA=1 2;`, "x|N=1[antal] x|P=2[procent]"},
		"an empty statement": {two(`NOTE="";INFO=;`, "1 2 3 4;"), "1|2023=1 1|2024=2 2|2023=3 2|2024=4"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(all(t, mustOpen(t, c.text))); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
			r, err := Open(iotest.OneByteReader(strings.NewReader(c.text)), decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(all(t, r)); got != c.want {
				t.Errorf("byte by byte: %s", got)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	head := `STUB="kön","ålder";HEADING="år";VALUES("kön")="män","kvinnor";CODES("kön")="1","2";VALUES("ålder")="0-19","20+";VALUES("år")="2023","2024";
KEYS("kön")=CODES;KEYS("ålder")=VALUES;DATA=`
	for name, c := range map[string]struct{ cells, want string }{
		"all": {`"1","0-19",1 2
"1","20+",3 ".."
"2","0-19",5 6
"2","20+",7 8;`, "1|0-19|2023=1 1|0-19|2024=2 1|20+|2023=3 1|20+|2024=/.. 2|0-19|2023=5 2|0-19|2024=6 2|20+|2023=7 2|20+|2024=8"},
		"rows of zeros left out, in disorder": {`"2" , "0-19" , 5 6
"1","20+",3 4;`, "1|0-19|2023=0 1|0-19|2024=0 1|20+|2023=3 1|20+|2024=4 2|0-19|2023=5 2|0-19|2024=6 2|20+|2023=0 2|20+|2024=0"},
		"nothing but zeros": {`;`, "1|0-19|2023=0 1|0-19|2024=0 1|20+|2023=0 1|20+|2024=0 2|0-19|2023=0 2|0-19|2024=0 2|20+|2023=0 2|20+|2024=0"},
	} {
		if got := lines(all(t, mustOpen(t, head+c.cells))); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, c.want)
		}
	}
	for cells, want := range map[string]string{
		`"1","0-19",1 2 "1","0-19",3 4;`: "each row once",
		`"3","0-19",1 2;`:                `a value of "kön" as key, found "3"`,
		`"1","0-19",1;`:                  "2 cells in the row",
		`"1","0-19",1 2`:                 "cut off",
		`"1",1 2;`:                       `the key for "ålder"`,
		`"1","0-19",1 2; 3`:              "the end of the file",
		`"1","0-19",1 "x";`:              "a number, or dots",
		`"1","0-19",1 abc;`:              "a number, or dots",
	} {
		if got := firstError(head + cells); got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("%s: %v, want %s", cells, got, want)
		}
	}
	if err := firstError(strings.Replace(head, `KEYS("ålder")=VALUES;`, "", 1) + ";"); err == nil || !strings.Contains(err.Error(), "each of the 2 variables") {
		t.Error(err)
	}
	if err := firstError(strings.Replace(head, `=VALUES;DATA`, "=WORDS;DATA", 1) + ";"); err == nil || !strings.Contains(err.Error(), "CODES or VALUES") {
		t.Error(err)
	}
}

func firstError(text string) error {
	r, err := Open(strings.NewReader(text), decode.Limits{})
	if err != nil {
		return err
	}
	var row decode.Row
	for err == nil {
		err = r.Next(&row)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func TestDescription(t *testing.T) {
	r := mustOpen(t, `CODEPAGE="utf-8";LANGUAGE="sv";LANGUAGES="sv","en";TITLE="Döda efter"
" region";TITLE[en]="Deaths";SOURCE="SCB";CONTENTS="Döda";DECIMALS=1;
STUB="region";HEADING="innehåll","månad";STUB[en]="region";HEADING[en]="contents","month";CONTVARIABLE="innehåll";
VARIABLECODE("region")="Region";MAP("region")="Sweden_county";
VALUES("region")="Riket","Stockholm";VALUES[en]("region")="Sweden","Stockholm County";CODES("region")="00","01";
VALUES("innehåll")="Antal","Andel";VALUES[en]("contents")="Number","Share";CODES("innehåll")="N","P";
VALUES("månad")="2023M11","2023M12","2024M01";TIMEVAL("månad")=TLIST(M1,"202311"-"202401");VALUES[en]("month")="2023M11","2023M12","2024M01";
UNITS="x";UNITS("Antal")="antal";UNITS("Andel")="procent";UNITS[en]("Number")="number";UNITS[en]("Share")="per cent";PRECISION("innehåll","Andel")=2;
LAST-UPDATED("Antal")="20240101 08:00";LAST-UPDATED("Andel")="20240301 08:00";
HIERARCHIES("region")="00","00":"01";
NOTE="First.#Second.";NOTE[en]="In English.";NOTEX="Always.";NOTE("region")="Of regions.";VALUENOTE("region","Stockholm")="Of Stockholm.";
CELLNOTE("01","*","2024M01")="Of this cell.";CELLNOTEX("*","N","*")="Of counts.";
DATA=1 2 3 4 5 6 7 8 9 10 11 12;`)
	m := r.Meta()
	if m.Title != "Döda efter region" || m.Source != "SCB" || m.Updated != "20240301 08:00" || len(m.Notes) != 2 || m.Notes[0] != "First.\nSecond." || m.Notes[1] != "Always." {
		t.Errorf("%+v", m)
	}
	d := r.Dimensions()
	if ids(r) != "Region,innehåll,månad" || d[0].Role != decode.RoleGeo || d[1].Role != decode.RoleMetric || d[2].Role != decode.RoleTime {
		t.Errorf("%+v", d)
	}
	if fmt.Sprint(d[0].Child) != "map[00:[01]]" || fmt.Sprint(d[0].Notes) != "[Of regions.]" || fmt.Sprint(d[0].CodeNotes) != "map[01:[Of Stockholm.]]" || d[1].Unit != "" {
		t.Errorf("%+v", d)
	}
	if c := d[1].Categories; c[0].Decimals != 1 || c[1].Decimals != 2 || c[0].Unit != "antal" || c[1].Unit != "procent" {
		t.Errorf("%+v", c)
	}
	if c := d[2].Categories; c[0].Time != "202311" || c[2].Time != "202401" {
		t.Errorf("%+v", c)
	}
	rows := all(t, r)
	if rows[0].Note != "Of counts." || rows[3].Note != "" || rows[8].Note != "Of this cell.\nOf counts." || rows[11].Note != "Of this cell." {
		t.Errorf("notes %q %q %q %q", rows[0].Note, rows[3].Note, rows[8].Note, rows[11].Note)
	}
}

func TestLanguage(t *testing.T) {
	text := `LANGUAGE="sv";LANGUAGES="sv","en";TITLE="Döda";TITLE[en]="Deaths";STUB="region";STUB[en]="county";
VALUES("region")="Riket","Stockholm";CODES("region")="00","01";VALUES[en]("county")="Stockholm County","Sweden";CODES[en]("county")="01","00";
DATANOTECELL("01")="p";NOTE="På svenska.";NOTE("region")="om";NOTE[en]("county")="about";DATA=1 2;`
	r, err := OpenLanguage(strings.NewReader(text), decode.Limits{}, "en")
	if err != nil {
		t.Fatal(err)
	}
	d := r.Dimensions()[0]
	if r.Meta().Title != "Deaths" || d.ID != "region" || d.Label != "county" || d.Categories[0].Label != "Sweden" || d.Categories[1].Label != "Stockholm County" || fmt.Sprint(d.Notes) != "[about]" {
		t.Errorf("%+v %+v", r.Meta(), d)
	}
	if got := lines(all(t, r)); got != "00=1 01=2/p" {
		t.Error(got)
	}
	if _, err := OpenLanguage(strings.NewReader(text), decode.Limits{}, "de"); err == nil || !strings.Contains(err.Error(), `the language "de"`) {
		t.Error(err)
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct{ scale, from, to, want string }{
		{"A1", "1994", "1996", "1994 1995 1996"},
		{"H1", "19942", "19952", "19942 19951 19952"},
		{"Q1", "19943", "19951", "19943 19944 19951"},
		{"M1", "199411", "199502", "199411 199412 199501 199502"},
		{"W1", "202052", "202101", "202052 202053 202101"},
		{"W1", "202152", "202201", "202152 202201"},
	} {
		got, ok := periodsBetween(c.scale, c.from, c.to, 100)
		if !ok || strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v %v", c, got, ok)
		}
	}
	for _, c := range [][3]string{{"D1", "19940101", "19940105"}, {"A1", "1996", "1994"}, {"M1", "1994", "1995"}, {"", "1", "2"}, {"A1", "x994", "1995"}, {"Q1", "19945", "19951"}} {
		if got, ok := periodsBetween(c[0], c[1], c[2], 100); ok {
			t.Errorf("%v: %v", c, got)
		}
	}
}

func TestEncodings(t *testing.T) {
	const utf = `STUB="ålder";VALUES("ålder")="Malmö","É–€";DATA=1 2;`
	latin, err := charmap.Windows1252.NewEncoder().String(utf)
	if err != nil {
		t.Fatal(err)
	}
	dosText := strings.Replace(utf, "É–€", "Ämål", 1)
	dos, err := charmap.CodePage850.NewEncoder().String(dosText)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, code, note string }{
		"nothing said":        {latin, "É–€", ""},
		"ANSI":                {`CHARSET="ANSI";` + latin, "É–€", ""},
		"windows-1252":        {`CODEPAGE="windows-1252";` + latin, "É–€", ""},
		"iso-8859-1":          {latin[:len(latin)-9] + `;CODEPAGE="iso-8859-1"` + latin[len(latin)-10:], "É–€", ""},
		"utf-8":               {`CODEPAGE="utf-8";` + utf, "É–€", ""},
		"utf-8 unsaid":        {utf, "É–€", "UTF-8"},
		"utf-8 with mark":     {"\ufeff" + utf, "É–€", "UTF-8"},
		"850":                 {`CODEPAGE="850";` + dos, "Ämål", ""},
		"850 unsaid":          {dos, "Ämål", "850"},
		"a mark and declared": {"\ufeffCODEPAGE=\"utf-8\";" + utf, "É–€", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustOpen(t, c.text)
			d := r.Dimensions()[0]
			if d.ID != "ålder" || d.Categories[0].Code != "Malmö" || d.Categories[1].Code != c.code {
				t.Errorf("%+v", d)
			}
			if note := strings.Join(r.Meta().Notes, ""); (c.note == "") != (note == "") || !strings.Contains(note, c.note) {
				t.Errorf("note %q", note)
			}
		})
	}
	for text, want := range map[string]string{
		`CODEPAGE="utf-8";` + latin:                                         "UTF-8, as declared",
		`CODEPAGE="windows-1252";` + utf:                                    "correct CODEPAGE",
		`CODEPAGE="klingon";` + utf:                                         `found "klingon"`,
		`CODEPAGE="utf-16";` + utf:                                          `found "utf-16"`,
		`CODEPAGE="windows-1252";STUB="a";VALUES("a")="` + "\x81\";DATA=1;": "no character of windows-1252",
		"STUB=\"a\";VALUES(\"a\")=\"\x00\";DATA=1;":                         "NUL",
	} {
		if err := firstError(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "empty",
		" \n":                                  "empty",
		"<html>":                               "web page",
		`{"error":"x"}`:                        "JSON",
		"\x1f\x8b":                             "gzip",
		"PK\x03\x04":                           "ZIP",
		"\xff\xfeC\x00":                        "UTF-16",
		"\x00\x00":                             "NUL",
		"region,year\n1,2":                     "an = after",
		`TITLE="x";`:                           "the keyword DATA",
		`TITLE="x`:                             "cut off",
		`TITLE="x"`:                            "cut off",
		`TITLE("x"="y";DATA=1;`:                "a comma or )",
		`TITLE[sv="y";DATA=1;`:                 "the ] after a language",
		`TITLE="a" x;DATA=1;`:                  "a comma or",
		`DATA=1;`:                              "variables in STUB or HEADING",
		`STUB="a";DATA=1;`:                     "VALUES(a)",
		`STUB="a","a";VALUES("a")="x";DATA=1;`: "each variable once",
		`STUB="a";VALUES("a")="x";VALUES("a")="y";DATA=1;`:                                                 "VALUES once",
		`STUB="a";VALUES("a")="x","y";CODES("a")="1";DATA=1 2;`:                                            "2 codes",
		`STUB="a";VALUES("a")="x","y";CODES("a")="1","1";DATA=1 2;`:                                        `"1" twice`,
		`STUB="a","b";VALUES("a")="x";VALUES("b")="x";VARIABLECODE("a")="c";VARIABLECODE("b")="c";DATA=1;`: "code once",
		`STUB="a";VALUES("a")="x";TIMEVAL("a")=TLIST(A1),"1","2";DATA=1;`:                                  "1 periods",
		`STUB="a";VALUES("a")="x";TIMEVAL("a")="1";DATA=1;`:                                                "TLIST",
		`STUB="a";VALUES("a")="x";CELLNOTE("y")="n";DATA=1;`:                                               "a code or value",
		`STUB="a";VALUES("a")="x";CELLNOTE("x","y")="n";DATA=1;`:                                           "each of the 1 variables",
		`STUB="a";VALUES("a")="x";VALUENOTE("b","x")="n";DATA=1;`:                                          "a variable of STUB",
		two("", "1 2 3;"):                                     "4 cells, the product of the variables' values, found 3",
		two("", "1 2 3"):                                      "cut off",
		two("", "1 2 3 4 5;"):                                 "the end of DATA after 4 cells",
		two("", "1 2 3 4; x"):                                 "the end of DATA after 4 cells",
		two("", "1 2 NaN 4;"):                                 "found \"NaN\"",
		two("", "1 2 Inf 4;"):                                 "found \"Inf\"",
		two("", "1 2 1e999 4;"):                               "1e999",
		two("", "1 2 abc 4;"):                                 "line 10, column 5: DATA: expected a number",
		two("", "1 2 \"abc\" 4;"):                             "a number, or dots",
		two("", "1 2 0x10 4;"):                                "a number",
		two("", "1 2 1-2 4;"):                                 "a number",
		two("", "1 2 ........ 4;"):                            "a number",
		two("", `1 2 "..`):                                    "cut off",
		two("", "1 2 "+strings.Repeat("9", 2_000_000)):        "a word of more than",
		"STUB=" + strings.Repeat(`"a",`, 1_000_000):           "",
		`X(` + strings.Repeat(`"a",`, 1_000_000):              "at most 64 values in parentheses",
		`TITLE="` + strings.Repeat("a", 3<<20):                "a quote may be missing",
		`TITLE=` + strings.Repeat("\"aaaaaaaaa\"\n", 200_000): "a text of at most",
		strings.Repeat("A", 1_000_000):                        "a keyword",
	} {
		err := firstError(text)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100q: %v, want %s", text, err, want)
		}
	}
	if err := firstError(manyVariables(1_000_000)); err == nil || !strings.Contains(err.Error(), "at most 64 variables") {
		t.Error(err)
	}
}

func manyVariables(n int) string {
	return `STUB="a"` + strings.Repeat(`,"a"`, n-1) + ";DATA=1;"
}

func TestLimits(t *testing.T) {
	text := two("", "1 2 3 4;")
	for want, limits := range map[string]decode.Limits{
		"at most 3 cells":      {MaxCells: 3},
		"at most 1 ":           {MaxCategories: 1},
		"larger than 20 bytes": {MaxBytes: 20},
	} {
		if _, err := Open(strings.NewReader(text), limits); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	broken := errors.New("connection reset")
	r, err := Open(io.MultiReader(strings.NewReader(text[:len(text)-3]), iotest.ErrReader(broken)), decode.Limits{})
	var row decode.Row
	for err == nil {
		err = r.Next(&row)
	}
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	r, err = Open(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), decode.Limits{})
	for err == nil {
		err = r.Next(&row)
	}
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Tokens have to survive the border between two blocks, and lines have to be counted across it.
func TestBlockBorders(t *testing.T) {
	for shift := range 60 {
		text := two(`NOTE="`+strings.Repeat("x", blockSize-330+shift)+`";`, "1.25\n \"..\"\n3\n4;")
		rows := all(t, mustOpen(t, text))
		if got := lines(rows); got != "1|2023=1.25 1|2024=/.. 2|2023=3 2|2024=4" || rows[2].Line != 12 || rows[1].Column != 2 {
			t.Fatalf("shift %d: %s, line %d, column %d", shift, got, rows[2].Line, rows[1].Column)
		}
	}
}

func TestEndAtBlock(t *testing.T) {
	for _, end := range []string{"1 2 3 4", "1 2 3 4;", `1 2 3 ".."`} {
		head := two(`NOTE="x";`, "")
		text := strings.Replace(head, "x", strings.Repeat("x", blockSize-len(head)-len(end)+1), 1) + end
		if len(text) != blockSize || len(all(t, mustOpen(t, text))) != 4 {
			t.Errorf("%d bytes", len(text))
		}
	}
	head := two(`NOTE="x";`, "")
	text := strings.Replace(head, "x", strings.Repeat("x", blockSize-len(head)-4), 1) + `1 "..`
	if err := firstError(text); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Error(err)
	}
}
