package csvtab

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"utfall/ingest/decode"
	"utfall/ingest/decode/tabular"
)

// all gives every cell as "codes=value[status]line:column", and what the text says of itself.
func all(r io.Reader, o Options) (out []string, meta *decode.Meta, err error) {
	t, err := New(r, o, decode.Limits{})
	if err != nil {
		return nil, nil, err
	}
	var row decode.Row
	for {
		err := t.Next(&row)
		if errors.Is(err, io.EOF) {
			return out, t.Meta(), nil
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

func table(o tabular.Options) Options { return Options{Options: o} }

// Each of these is a way in which a table has been written by someone.
func TestDialectsOfText(t *testing.T) {
	value := tabular.Options{Value: "value"}
	for name, x := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"comma":               {"kod,value\na,1.5\nb,-2\n", Options{}, "a=1.5[]2:2|b=-2[]3:2"},
		"semicolon, comma":    {"kod;value\na;1,5\nb;2\n", Options{}, "a=1.5[]2:2|b=2[]3:2"},
		"periods beside":      {"kod;2021;2022 Q1\na;1,5;..\n", Options{}, "a,2021=1.5[]2:2|a,2022 Q1=[..]2:3"},
		"one period":          {"kod,2021\na,1\n", Options{}, "a=1[]2:2"},
		"value among periods": {"2021,2022,value\na,b,1\n", Options{}, "a,b=1[]2:3"},
		"tab":                 {"kod\tvalue\na\t1\n", Options{}, "a=1[]2:2"},
		"bar":                 {"kod|value\na|1\n", Options{}, "a=1[]2:2"},
		"BOM, CRLF":           {"\ufeffkod;value\r\na;1\r\n", Options{}, "a=1[]2:2"},
		"CR only":             {"kod;value\ra;1\rb;2\r", Options{}, "a=1[]2:2|b=2[]3:2"},
		"quoted break":        {"kod,value\n\"a\nb\",\"1\"\nc,2\n", Options{}, "a\nb=1[]2:2|c=2[]4:2"},
		"quotes not special":  {"kod\tvalue\n5\" rör\t1\n", Options{Quote: "none"}, "5\" rör=1[]2:2"},
		"text with commas":    {"kod;value\na, b, c;1\nd, e, f;2\n", Options{}, "a, b, c=1[]2:2|d, e, f=2[]3:2"},
		"blank lines":         {"\n\nkod,value\n\na,1\n\n,,\nb,2\n", Options{}, "a=1[]5:2|b=2[]8:2"},
		"trailing commas":     {"kod,value\na,1,,\n", Options{}, "a=1[]2:2"},
		"last column":         {"år,antal\n2020,5\n", Options{}, "2020=5[]2:2"},
		"value not last":      {"value,kod\n5,a\n", Options{}, "a=5[]2:1"},
		"names twice":         {"kod,kod,value\na,b,5\n", Options{}, "a,b=5[]2:3"},
		"no name":             {",value\na,5\n", Options{}, "a=5[]2:2"},
		"spaces as thousands": {"kod;value\na;1 234 567,5\nb;1\u00a0234\nc;1\u202f234\n",
			table(tabular.Options{Value: "value", Thousands: "space", Decimal: ","}), "a=1.2345675e+06[]2:2|b=1234[]3:2|c=1234[]4:2"},
		"points as thousands":  {"kod;value\na;1.234,5\n", table(tabular.Options{Value: "value", Thousands: ".", Decimal: ","}), "a=1234.5[]2:2"},
		"commas as thousands":  {"kod,value\na,\"1,234.5\"\n", table(tabular.Options{Value: "value", Thousands: ","}), "a=1234.5[]2:2"},
		"apostrophes":          {"kod,value\na,1’234\nb,1'234\n", table(tabular.Options{Value: "value", Thousands: "'"}), "a=1234[]2:2|b=1234[]3:2"},
		"less than":            {"<25,value\na,1\n", Options{}, "a=1[]2:2"},
		"a typographic minus":  {"kod,value\na,\u22125\nb,+3\nc,.5\nd,2.0E3\ne,-0\n", table(value), "a=-5[]2:2|b=3[]3:2|c=0.5[]4:2|d=2000[]5:2|e=0[]6:2"},
		"missing signs":        {"kod,value\na,..\nb,x\nc,\n", table(tabular.Options{Value: "value", Missing: []string{"..", "x"}}), "a=[..]2:2|b=[x]3:2|c=[]4:2"},
		"marks on numbers":     {"kod,value\na,12*\nb,5 r\nc,7 %\nd,*\n", table(tabular.Options{Value: "value", Marks: []string{"*", "r", "%"}}), "a=12[*]2:2|b=5[r]3:2|c=7[%]4:2|d=[*]5:2"},
		"flags in a column":    {"kod,value,flag\na,1,p\nb,,c\n", table(tabular.Options{Value: "value", Status: []string{"flag"}}), "a=1[p]2:2|b=[c]3:2"},
		"title and source":     {"Vårdade\n\nkod;2020;2021\na;1;2\nTotalt;3;4\nKälla: SCB\n2) Not;med;tecken\n", Options{Delimiter: ";", Options: tabular.Options{Skip: 1, Wide: &tabular.Wide{Match: `^\d{4}$`, Dimensions: []string{"år"}}, Footer: []string{"Källa"}, Drop: map[string][]string{"kod": {"Totalt"}}}}, "a,2020=1[]4:2|a,2021=2[]4:3"},
		"a short footer":       {"kod,value\na,1\nNot\n\"en, till\"\n", table(tabular.Options{Value: "value", FooterShort: true}), "a=1[]2:2"},
		"a header of two rows": {"Region;2021;;2022;\n;Antal;Andel;Antal;Andel\nA;1;2;3;4\n", table(tabular.Options{HeaderRows: 2, Dimensions: []string{"Region"}, Wide: &tabular.Wide{Dimensions: []string{"år", "mått"}}}), "A,2021,Antal=1[]3:2|A,2021,Andel=2[]3:3|A,2022,Antal=3[]3:4|A,2022,Andel=4[]3:5"},
		"two rows, one name":   {"Region;2021;\n;Antal;Andel\nA;1;2\n", table(tabular.Options{HeaderRows: 2, Dimensions: []string{"Region"}, Wide: &tabular.Wide{Columns: []string{"2021 / Andel"}}}), "A,2021 / Andel=2[]3:3"},
		"no header":            {"a,1\nb,2\n", table(tabular.Options{Names: []string{"kod", "value"}}), "a=1[]1:2|b=2[]2:2"},
		"footnote digits":      {"Ort1,value\nMalmö2,1\nLund¹,2\nYstad (3),4\nÅr 2020,5\n", table(tabular.Options{Value: "value", GluedDigits: true}), "Malmö=1[]2:2|Lund=2[]3:2|Ystad=4[]4:2|År 2020=5[]5:2"},
		"code and label":       {"geo: Ort,value\nSE: Sverige,1\nDK: Danmark,2\n", table(tabular.Options{Value: "value", CodeLabel: ": "}), "SE=1[]2:2|DK=2[]3:2"},
		"another name":         {"Kod, Antal \na,1\n", table(tabular.Options{Value: "antal|value", Dimensions: []string{"kod"}}), "a=1[]2:2"},
		"not a number, unsure": {"kod,value\na,<0.1\n", Options{}, "a=[<0.1]2:2"},
	} {
		got, _, err := all(strings.NewReader(x.text), x.o)
		if err != nil || strings.Join(got, "|") != x.want {
			t.Errorf("%s: %q, %v\nwant %q", name, strings.Join(got, "|"), err, x.want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const text = "ort;värde\nMalmö;1\nÅmål – norr;2\n"
	const want = "Malmö=1[]2:2|Åmål – norr=2[]3:2"
	single := strings.NewReplacer("ö", "\xf6", "ä", "\xe4", "Å", "\xc5", "å", "\xe5", "–", "\x96").Replace(text)
	wide := func(order func(uint16) []byte, mark bool) string {
		var b bytes.Buffer
		if mark {
			b.Write(order(0xfeff))
		}
		for _, u := range utf16.Encode([]rune(text)) {
			b.Write(order(u))
		}
		return b.String()
	}
	le := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	be := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for name, x := range map[string]struct{ body, declared, note string }{
		"UTF-8":                 {text, "", ""},
		"UTF-8, declared":       {text, "UTF-8", ""},
		"UTF-8 with a mark":     {"\ufeff" + text, "", ""},
		"windows-1252":          {single, "", "encoding recognised: windows-1252"},
		"windows-1252 declared": {single, "windows-1252", ""},
		"UTF-16 LE, mark":       {wide(le, true), "", "encoding recognised: utf-16le"},
		"UTF-16 BE, mark":       {wide(be, true), "utf-16", ""},
		"UTF-16 LE, no mark":    {wide(le, false), "", "encoding recognised: utf-16le"},
		"UTF-16 BE, no mark":    {wide(be, false), "utf-16be", ""},
	} {
		got, meta, err := all(strings.NewReader(x.body), Options{Encoding: x.declared})
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v", name, strings.Join(got, "|"), err)
			continue
		}
		if x.note != "" && !strings.Contains(strings.Join(meta.Notes, ";"), x.note) {
			t.Errorf("%s: notes %q", name, meta.Notes)
		}
	}
	far := strings.Repeat("ort;1\n", 20_000) // the window is passed before the first letter that tells
	for name, x := range map[string]struct{ body, declared, says string }{
		"UTF-8 as windows-1252":         {text, "windows-1252", "windows-1252, as declared, found UTF-8"},
		"UTF-8 as windows-1252, late":   {"ort;value\n" + far + "Malmö;1\n", "windows-1252", "found UTF-8"},
		"windows-1252 as UTF-8":         {single, "utf-8", "line 1, column 6: expected text in UTF-8"},
		"windows-1252, seen late":       {"ort;value\n" + far + "Malm\xf6;1\n", "", "line 20002, column 5: expected text in UTF-8"},
		"windows-1252 as iso-8859-1":    {single, "iso-8859-1", "line 3: encoding: expected text in iso-8859-1, found a byte between 0x80 and 0x9F"},
		"no letter of windows-1252":     {"ort;value\nMalm\x81;1\n", "windows-1252", "line 2: encoding: expected text in windows-1252"},
		"UTF-16 as UTF-8":               {wide(le, true), "utf-8", "found utf-16le"},
		"UTF-8 as UTF-16":               {text, "utf-16", "found utf-8"},
		"UTF-16 LE as BE":               {wide(le, true), "utf-16be", "found utf-16le"},
		"half a character of UTF-16":    {wide(le, true) + "\x00\xd8", "", "encoding: expected text in utf-16le"},
		"UTF-8 mark as windows-1252":    {"\ufeffa;b\n1;2\n", "windows-1252", "found utf-8"},
		"an encoding that is not known": {text, "ebcdic", "encoding: expected utf-8, windows-1252"},
	} {
		_, _, err := all(strings.NewReader(x.body), Options{Encoding: x.declared})
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
}

func TestReadyDialects(t *testing.T) {
	for _, d := range Dialects() {
		if o, err := dialect(d); err != nil || o.Check() != nil {
			t.Errorf("%s: %v, %v", d, err, o.Check())
		}
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte("DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\nESTAT:X(1.0),11/06/26 23:00:00,A,NA,2021,66.5,bd,\nESTAT:X(1.0),11/06/26 23:00:00,A,EL,2021,:,,C\n"))
	_ = z.Close()
	for name, x := range map[string]struct{ text, want string }{
		"sdmx-csv": {zipped.String(), "A,NA,2021=66.5[bd]2:6|A,EL,2021=[: C]3:6"},
		"sdmx-csv, labels": {"DATAFLOW;LAST UPDATE;freq: Time frequency;geo: Geopolitical entity (reporting);TIME_PERIOD: Time;OBS_VALUE: Observation value;OBS_FLAG: Flag\n" +
			"ESTAT:X(1.0): Deaths;11/06/26;A: Annual;SE: Sweden;2021;66.5;p: provisional\n", "A,SE,2021=66.5[p]2:6"},
		"sdmx-csv, 2.0": {"STRUCTURE,STRUCTURE_ID,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS\ndataflow,ESTAT:X(1.0),A,SE,2021,1.2E-4,p\n", "A,SE,2021=0.00012[p]2:6"},
		"statbank":      {"OMRÅDE;AKTP;TID;INDHOLD\n000 Hele landet;KTKFORL;2015;10,5\n101 København;KTKFORL;2015;..\n", "000 Hele landet,KTKFORL,2015=10.5[]2:4|101 København,KTKFORL,2015=[..]3:4"},
		"gho-csv":       {"\"GHO\",\"PUBLISHSTATE\",\"YEAR\",\"COUNTRY\",\"SEX\",\"Display Value\",\"Numeric\",\"Low\",\"High\",\"Comments\"\n\"SA\",\"PUBLISHED\",\"2008-2010\",\"SWE\",\"MLE\",\"<0.1\",\"\",\"\",\"\",\"\"\n\"SA\",\"PUBLISHED\",\"2010\",\"SWE\",\"FMLE\",\"0.5\",\"0.51\",\"0.4\",\"0.6\",\"x\"\n", "SA,2008-2010,SWE,MLE=[<0.1]2:7|SA,2010,SWE,FMLE=0.51[]3:7"},
		"vsrr":          {"State,Year,Month,Period,Indicator,Data Value,Percent Complete,Percent Pending Investigation,State Name,Footnote,Footnote Symbol,Predicted Value\nAK,2015,January,12 month-ending,Number of Deaths,4034,100,0,Alaska,Final.,**,\nYC,2018,May,12 month-ending,Heroin (T40.1),,100,0.1,New York City,Data suppressed (<10).,,12\n", "AK,2015,January,12 month-ending,Number of Deaths=4034[Final.]2:6|YC,2018,May,12 month-ending,Heroin (T40.1)=[Data suppressed (<10).]3:6"},
		"vsrr, 2017":    {"\ufeffIndicator,State,State Name,Year,Month,Data Value,Percent Complete,Footnote\nNumber of Deaths,AK,Alaska,2015,January,\"4,034\",100,\n", "AK,2015,January,Number of Deaths=4034[]2:6"},
		"wonder": {"\"Notes\"\t\"State\"\t\"State Code\"\tDeaths\tPopulation\tCrude Rate\n\t\"Alabama\"\t\"01\"\t12\t4887871\t0.2 (Unreliable)\n\t\"Alaska\"\t\"02\"\tSuppressed\t737438\tSuppressed\n\"Total\"\t\t\t12\t5625309\t0.2\n\"---\"\n\"Dataset: Multiple Cause of Death, 1999-2020\"\n\"Query Parameters:\"\n",
			"Alabama,01,Deaths=12[]2:4|Alabama,01,Population=4.887871e+06[]2:5|Alabama,01,Crude Rate=0.2[(Unreliable)]2:6|Alaska,02,Deaths=[Suppressed]3:4|Alaska,02,Population=737438[]3:5|Alaska,02,Crude Rate=[Suppressed]3:6"},
		"phac":         {"Substance,Source,Region,PRUID,Year_Quarter,Unit,Value\nOpioids,Deaths,Canada,1,2016,Crude rate,7.8\nOpioids,Deaths,Yukon,60,2021 (Jan to Mar),Number,Suppressed\n", "Opioids,Deaths,1,2016,Crude rate=7.8[]2:7|Opioids,Deaths,60,2021 (Jan to Mar),Number=[Suppressed]3:7"},
		"bccdc":        {"Year,Deaths\n2012,270.0\n2016,995\n", "2012=270[]2:2|2016=995[]3:2"},
		"bccdc-visits": {"Date,B.C.,Fraser\n2018-01-01,48999,5547\n", "2018-01-01,B.C.=48999[]2:2|2018-01-01,Fraser=5547[]2:3"},
	} {
		name, _, _ := strings.Cut(name, ",")
		got, _, err := all(strings.NewReader(x.text), Options{Dialect: name})
		if err != nil || strings.Join(got, "|") != x.want {
			t.Errorf("%s: %q, %v\nwant %q", name, strings.Join(got, "|"), err, x.want)
		}
	}
	// A source may adapt a dialect: the model's figures in place of the counts, several measures in place of one.
	text := "State,Year,Month,Indicator,Data Value,Footnote,Predicted Value\nYC,2018,May,Heroin,5,,12\n"
	got, _, err := all(strings.NewReader(text), Options{Dialect: "vsrr", Options: tabular.Options{Value: "Predicted Value"}})
	if err != nil || got[0] != "YC,2018,May,Heroin=12[]2:7" {
		t.Errorf("%q, %v", got, err)
	}
	limits := Options{Dialect: "gho-csv", Options: tabular.Options{Ignore: []string{"PUBLISHSTATE?"}, Dimensions: []string{"COUNTRY", "YEAR"}, Metric: "?"}}
	got, _, err = all(strings.NewReader("GHO,YEAR,COUNTRY,Display Value,Numeric,Low,High\nSA,2010,SWE,0.5,0.51,0.4,0.6\n"), limits)
	if err != nil || got[0] != "SWE,2010=0.51[]2:5" {
		t.Errorf("%q, %v", got, err)
	}
	r, err := New(strings.NewReader("DATAFLOW,LAST UPDATE,geo,TIME_PERIOD,OBS_VALUE\nESTAT:X(1.0),11/06/26 23:00:00,SE,2021,1\n"), Options{Dialect: "sdmx-csv"}, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d := r.Dimensions()
	var row decode.Row
	if err := r.Next(&row); err != nil || len(d) != 2 || d[0].Role != decode.RoleGeo || d[1].Role != decode.RoleTime || r.Meta().Title != "ESTAT:X(1.0)" || r.Meta().Updated != "11/06/26 23:00:00" {
		t.Errorf("%+v, %+v, %v", d, r.Meta(), err)
	}
}

func TestFaults(t *testing.T) {
	strict := table(tabular.Options{Value: "value"})
	comma := table(tabular.Options{Value: "value", Decimal: ","})
	for name, x := range map[string]struct {
		text string
		o    Options
		says string
	}{
		"empty":                {"", Options{}, "an empty payload"},
		"blank":                {" \n\n", Options{}, "an empty payload"},
		"HTML":                 {"<!DOCTYPE html><html>", Options{}, "answered a web page"},
		"rows above":           {"Tabell 1\nkod,value\na,1\n", Options{}, "give skip where rows stand above the header"},
		"XML":                  {"<?xml version='1.0'?><m:Error/>", Options{}, "found XML"},
		"JSON":                 {`{"message":"no such table"}`, Options{}, "found JSON"},
		"a workbook":           {"PK\x03\x04", Options{}, "read it as xlsx"},
		"a PDF":                {"%PDF-1.4", Options{}, "a PDF"},
		"later":                {"123e4567-e89b-12d3-a456-426614174000", Options{Dialect: "sdmx-csv"}, "answers this query later"},
		"one column":           {"kod\na\n", Options{}, "at least one column beside the values"},
		"header only":          {"kod,value\n", table(tabular.Options{Value: "value", HeaderRows: 2}), "ends before its header"},
		"no such column":       {"kod,antal\na,1\n", strict, `value: expected a column named value, found the columns "kod", "antal"`},
		"no such dimension":    {"kod,value\na,1\n", table(tabular.Options{Value: "value", Dimensions: []string{"ort"}}), "dimensions[0]: expected a column named ort"},
		"no time":              {"kod,value\na,1\n", table(tabular.Options{Value: "value", Time: "år"}), "time: expected a dimension named år"},
		"cut off":              {"kod,ort,value\na,b,1\nc,d", strict, "line 3: expected 3 fields, as in the header, found 2"},
		"too many fields":      {"kod,value\na,1,2\n", strict, "line 2: expected 2 fields, as in the header, found 3"},
		"an open quote":        {"kod,value\n\"a,1\nb,2\n", strict, "line 2: a quoted field is not closed"},
		"text after a quote":   {"kod,value\n\"a\"b,1\n", strict, "line 2, column 1: text after a closing quote"},
		"NUL":                  {"kod,value\na\x00,1\n", strict, "line 2, column 2: a NUL byte"},
		"no number":            {"kod,value\na,många\n", strict, `line 2, column 2: expected a number with the decimal sign "." and nothing`},
		"a decimal comma":      {"kod;value\na;1,5\n", strict, `found "1,5"`},
		"a decimal point":      {"kod;value\na;1.5\n", comma, `found "1.5"`},
		"a wrong group":        {"kod;value\na;12 34\n", table(tabular.Options{Value: "value", Thousands: "space"}), `found "12 34"`},
		"a group of four":      {"kod;value\na;1234 567\n", table(tabular.Options{Value: "value", Thousands: "space"}), `found "1234 567"`},
		"NaN":                  {"kod,value\na,NaN\n", strict, `found "NaN"`},
		"infinity":             {"kod,value\na,1e999\n", strict, `found "1e999"`},
		"a text in the footer": {"kod,value\na,1\nNot\nb,2\n", table(tabular.Options{Value: "value", FooterShort: true}), "nothing but notes below"},
		"many columns":         {strings.Repeat("a,", 100) + "value\n", Options{}, "at most 64"},
		"very many columns":    {strings.Repeat(",", 30_000) + "\n", Options{}, "at most 20000 columns"},
		"an endless line":      {strings.Repeat("x", 3<<20), Options{}, "longer than"},
		"two signs alike":      {"kod,value\na,1\n", table(tabular.Options{Value: "value", Thousands: "."}), "both"},
		"a strange delimiter":  {"a,b\n1,2\n", Options{Delimiter: "::"}, "delimiter: expected"},
		"a strange quote":      {"a,b\n1,2\n", Options{Quote: "'"}, "quote: expected none"},
		"no such dialect":      {"a,b\n1,2\n", Options{Dialect: "nope"}, "dialect: expected one of bccdc"},
		"no wide columns":      {"a,b\n1,2\n", table(tabular.Options{Dimensions: []string{"a"}, Wide: &tabular.Wide{Match: "x"}}), "columns that hold values"},
		"a broken pattern":     {"a,b\n1,2\n", table(tabular.Options{Wide: &tabular.Wide{Match: "("}}), "wide.match"},
		"value and wide":       {"a,b\n1,2\n", table(tabular.Options{Value: "b", Wide: &tabular.Wide{Match: "b"}}), "keep one of them"},
		"skip past the end":    {"a,b\n1,2\n", table(tabular.Options{Skip: 5, Value: "b"}), "skip asks to pass over"},
		"a dimension as value": {"a,b\n1,2\n", table(tabular.Options{Dimensions: []string{"b"}, Value: "b"}), "not both"},
		"gzip cut off":         {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x4a", Options{}, "a whole gzip body"},
	} {
		_, _, err := all(strings.NewReader(x.text), x.o)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
	// The limits hold for what a packed body unpacks to.
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte("kod,value\n" + strings.Repeat("a,1\n", 1<<20)))
	_ = z.Close()
	r, err := New(&zipped, Options{}, decode.Limits{MaxBytes: 1 << 20})
	var row decode.Row
	for err == nil {
		err = r.Next(&row)
	}
	if !strings.Contains(err.Error(), "at most 1048576 bytes") {
		t.Errorf("a bomb: %v", err)
	}
	r, err = New(strings.NewReader("kod,value\na,1\na,2\n"), Options{}, decode.Limits{MaxCells: 1})
	for err == nil {
		err = r.Next(&row)
	}
	if !strings.Contains(err.Error(), "at most 1 cells") {
		t.Errorf("many cells: %v", err)
	}
	if next := r.Next(&row); !errors.Is(next, err) {
		t.Errorf("after an error: %v", next)
	}
}

// Every CSV and TSV of the shared payloads is read to its end, with as many rows as it has records.
func TestShared(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the shared payloads are not here:", err)
	}
	for _, x := range []struct {
		file, dialect string
		cells         int
		first         string
	}{
		{"eurostat/sdmx_csv_lfsa_argan.csv", "sdmx-csv", 2, "A,PC,T,Y15-64,FOR,FR,2021=66.5[bd]2:10"},
		{"eurostat/sdmx_csv_migr_resfirst.csv", "sdmx-csv", 2, "A,TOTAL,TOTAL,TOTAL,PER,FR,2021=287179[]2:10"},
		{"eurostat/nama_10_gdp.expected.csv", "", 64, "Annual,Chain linked volumes, index 2020=100,Gross domestic product at market prices,Denmark,2023,=111.757[]2:7"},
		{"eurostat/sdmx_to_http_error_mapping.csv", "", 10, ""},
		{"dst/HISB3.csv", "", 6, "Befolkning 1. januar (i 1000),Nøgletal om befolkningen,2022=5873[]2:4"},
		{"dst/komgrp.csv", "", 103, ""},
		{"who_gho/RSUD_590.csv", "gho-csv", 2716, "RSUD_590,2014,EUR,AND,CHILDREN_AND_ADOLESCENTS=[Yes]2:8"},
		{"who_gho/SA_0000001404.csv", "gho-csv", 1356, "SA_0000001404,2008-2010,EMR,PAK,FMLE=0.06[]2:8"},
		{"cdc/VSRR_vintage_2019-07.csv", "vsrr", 13912, "AK,2015,January,12 month-ending,Number of Deaths=4034[Numbers may differ from published reports using final data. See Technical Notes.]2:6"},
		{"cdc/state_naloxone_dispensing_rates.csv", "", 255, "2019,Alabama,AL,01,0.2=[0.2 - 0.4]2:6"},
		{"phac/SubstanceHarmsData_deaths_overall.csv", "phac", 1185, "Opioids,Deaths,Overall numbers,Total apparent opioid toxicity deaths,1,By year,2016,,,Crude rate=7.8[]2:12"},
		{"bccdc/yearly-deaths.csv", "bccdc", 12, "2012=270[]2:2"},
		{"bccdc/monthly-deaths.csv", "bccdc", 136, "2012-01-01=20[]2:2"},
		{"bccdc/ops-visits.csv", "bccdc-visits", 318, "2018-01-01,B.C.=48999[]2:2"},
		{"bccdc/deaths-by-age.csv", "bccdc", 7, "70-79=100[]2:2"},
		{"bccdc/ops-site-count.csv", "bccdc", 5, "VCH=12[]2:2"},
		{"bccdc/topline-numbers.csv", "", 4, "deaths_new=206[]2:2"},
		{"scotland/NRSdata_trend.csv", "", 26, ""},
		{"kolada/N35001_raw.csv", "", 7255, "0114,1998=348[]2:3"},
		{"kolada/N35030_raw.csv", "", 3781, "0114,2010=30.984925[]2:3"},
		{"kolada/N07544_raw.csv", "", 4365, "0000,2008=844.69607[]2:3"},
		{"kolada/N01951_invanare_total.csv", "", 9036, "0,1994=8.816381e+06[]2:3"},
		{"socialstyrelsen/indikatorer_datapoints_ci.csv", "", 393, ""},
	} {
		f, err := os.Open(filepath.Join(root, filepath.FromSlash(x.file)))
		if err != nil {
			t.Logf("%s is not here", x.file)
			continue
		}
		got, _, err := all(f, Options{Dialect: x.dialect})
		_ = f.Close()
		if err != nil || len(got) != x.cells || x.first != "" && got[0] != x.first {
			t.Errorf("%s: %d cells, first %q, %v", x.file, len(got), append(got, "")[0], err)
		}
	}
}
