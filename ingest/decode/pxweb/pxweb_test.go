package pxweb

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"utfall/ingest/decode"
)

// sharedFile is a file of the payloads that lie beside the module; the test is skipped where they do not.
func sharedFile(t testing.TB, name string) io.Reader {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	body, err := os.ReadFile(filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the shared payload %s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(string(body))
}

func TestSharedTables(t *testing.T) {
	one, err := ReadTable(sharedFile(t, "pxweb1/ssb_05300_metadata.json"), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Variables) != 4 || one.Cells() != 6*8*9 || !strings.HasPrefix(one.Title, "05300: ") || one.Variables[3].Role != decode.RoleTime ||
		one.Variables[2].Role != decode.RoleMetric || one.Variables[0].Values[1] != (Value{Code: "02", Text: "1-4,9 km", Decimals: -1}) {
		t.Errorf("%+v", one)
	}
	two, err := ReadTable(sharedFile(t, "pxweb2/TAB6471_metadata.json"), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	region := two.Variables[0]
	if two.ID != "TAB6471" || two.Source != "SCB" || two.Updated != "2026-06-08T06:00:00Z" || len(two.Notes) != 4 || region.Code != "Region" || !region.Elimination ||
		len(region.Values) != 312 || len(region.Codelists) != 3 || region.Codelists[1].ID != "vs_CKM02Län" || region.Codelists[1].Type != "Valueset" ||
		!strings.HasSuffix(region.Codelists[1].Href, "/codeLists/vs_CKM02Län?lang=sv") || region.Role != decode.RoleGeo {
		t.Errorf("%+v", region)
	}
	if v := two.Variables[3]; v.Role != decode.RoleMetric || v.Values[0].Unit != "antal" || v.Values[0].Decimals != 0 || v.Elimination {
		t.Errorf("%+v", v)
	}
	if data, err := ReadTable(sharedFile(t, "pxweb2/TAB6471_data.json"), decode.Limits{}); err != nil || data.Variables[2].EliminationValue != "TotSa" {
		t.Errorf("%+v %v", data, err)
	}
	if _, err := ReadTable(sharedFile(t, "pxweb2/MetadataById_tab004_js2.json"), decode.Limits{}); err != nil {
		t.Error(err)
	}
	for _, file := range []string{"pxweb2/config.json", "pxweb1/pxweb_api_catalogue.json", "kolada/v3_data_N21704_2023_recorded.json", "px/TAB003.px"} {
		if table, err := ReadTable(sharedFile(t, file), decode.Limits{}); err == nil {
			t.Errorf("%s is taken for a table: %+v", file, table)
		}
	}
}

func TestSharedConfig(t *testing.T) {
	c, err := ReadConfig(sharedFile(t, "pxweb2/config.json"), decode.Limits{})
	if err != nil || c.APIVersion != "2.2.0" || c.MaxCells != 150000 || c.MaxCalls != 3 || c.Window != time.Second || strings.Join(c.Languages, ",") != "en,sv" ||
		c.SourceReference["sv"] != "Källa: SCB" || c.DefaultFormat != "json-stat2" || len(c.Formats) != 6 || c.DefaultLanguage != "sv" || !strings.Contains(c.License, "cc0") {
		t.Errorf("%+v %v", c, err)
	}
	c, err = ReadConfig(sharedFile(t, "pxweb2/GetApiConfiguration.json"), decode.Limits{})
	if err != nil || c.MaxCells != 10000 || c.MaxCalls != 30 || c.Window != 10*time.Second {
		t.Errorf("%+v %v", c, err)
	}
}

func TestSharedErrors(t *testing.T) {
	for file, message := range map[string]string{
		"pxweb1/ssb_error_400_parameter.json": "Parameter error", "pxweb1/ssb_error_403_too_many_values.json": "Too many values selected",
		"pxweb1/ssb_error_400_variable.json": "The request for variable 'Avstand1' has an error. Please check your query.",
	} {
		refused(t, message, func(r io.Reader) error { _, err := ReadTable(r, decode.Limits{}); return err }, sharedFile(t, file))
		refused(t, message, func(r io.Reader) error { _, err := Open(r, decode.Limits{}); return err }, sharedFile(t, file))
		refused(t, message, func(r io.Reader) error { _, err := ReadConfig(r, decode.Limits{}); return err }, sharedFile(t, file))
	}
}

func refused(t *testing.T, message string, read func(io.Reader) error, body io.Reader) {
	t.Helper()
	err := read(body)
	var refusal *decode.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, message) {
		t.Errorf("%v, want a refusal: %s", err, message)
	}
}

func TestTableOfPxWeb1(t *testing.T) {
	table, err := ReadTable(strings.NewReader(`{"title":"Döda","variables":[{"code":"Region","text":"region","map":"Sweden_county","values":["00","01"],"valueTexts":["Riket",null],"elimination":true},
	{"code":"Ort","text":"ort"},{"code":"By","text":"by","values":null,"valueTexts":null},{"code":"Tid","text":"år","values":[2023,2024],"time":true}]}`), decode.Limits{})
	if err == nil {
		t.Fatalf("null among the texts passed: %+v", table)
	}
	table, err = ReadTable(strings.NewReader(`{"variables":[{"code":"Region","text":"region","map":"Sweden_county","values":["00","01"],"valueTexts":["Riket",""],"elimination":true},
	{"code":"Ort","text":"ort"},{"code":"By","text":"by","values":null,"valueTexts":null},{"code":"Tid","text":"år","values":[2023,2024],"time":true}],"title":"Döda"}`), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	v := table.Variables
	if table.Title != "Döda" || !v[0].Elimination || v[0].Role != decode.RoleGeo || v[0].Map != "Sweden_county" || v[0].Values[1].Text != "01" || v[1].Values != nil || v[2].Values != nil ||
		v[3].Values[1].Code != "2024" || v[3].Role != decode.RoleTime || table.Cells() != 0 {
		t.Errorf("%+v", table)
	}
}

func TestConfigOfPxWeb1(t *testing.T) {
	c, err := ReadConfig(strings.NewReader(`{"maxValues":1000,"maxCells":100000,"maxCalls":30,"timeWindow":10,"CORS":true}`), decode.Limits{})
	if err != nil || c.MaxCells != 1000 || c.MaxCalls != 30 || c.Window != 10*time.Second {
		t.Errorf("%+v %v", c, err)
	}
}

func TestCodelist(t *testing.T) {
	c, err := ReadCodelist(strings.NewReader(`{"id":"agg_RegionNUTS2","label":"NUTS2","language":"sv","languages":["sv"],"type":"Aggregation","values":[{"code":"SE22","label":"Sydsverige","valueMap":["10","12"]},
	{"code":"SE11","label":"Stockholm","valueMap":["01"]}],"links":[{"rel":"self","href":"http://a"},{"rel":"metadata","href":"http://b"}]}`), decode.Limits{})
	if err != nil || c.ID != "agg_RegionNUTS2" || c.Type != "Aggregation" || fmt.Sprint(c.Values) != "[{SE22 Sydsverige [10 12]} {SE11 Stockholm [01]}]" || c.Href != "http://b" {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := ReadCodelist(strings.NewReader(`{"id":"x","values":[{"code":"a"},{"code":"a"}]}`), decode.Limits{}); err == nil {
		t.Error("a code twice passed")
	}
}

func lines(t testing.TB, r decode.Reader) string {
	t.Helper()
	var b strings.Builder
	var row decode.Row
	for {
		err := r.Next(&row)
		if errors.Is(err, io.EOF) {
			return strings.TrimSpace(b.String())
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s=%s", strings.Join(row.Codes, "|"), row.Text)
		if row.Status != "" {
			fmt.Fprintf(&b, "/%s", row.Status)
		}
		b.WriteByte(' ')
	}
}

const answer = `{"columns":[{"code":"Region","text":"region","type":"d"},{"code":"Tid","text":"år","type":"t"},{"code":"HS0301A1","text":"Döda","type":"c","comment":"x"},{"code":"HS0301A2","text":"Andel","type":"c"}],
"comments":[{"variable":"Region","value":"00","comment":"Med utland"}],
"data":[{"key":["00","2023"],"values":["12","1.50"]},{"values":["..","-"],"key":["01","2023"]}],
"metadata":[{"infofile":"HS0301","updated":"2024-05-01T06:00:00Z","label":"Döda efter region","source":"SCB"}]}`

func TestOpen(t *testing.T) {
	r, err := Open(strings.NewReader(answer), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := lines(t, r), "00|2023|HS0301A1=12 00|2023|HS0301A2=1.50 01|2023|HS0301A1=/.. 01|2023|HS0301A2=/-"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	m, d := r.Meta(), r.Dimensions()
	if m.Title != "Döda efter region" || m.Source != "SCB" || m.Updated != "2024-05-01T06:00:00Z" || fmt.Sprint(m.Notes) != "[Region 00: Med utland]" {
		t.Errorf("%+v", m)
	}
	if d[0].Role != decode.RoleGeo || d[1].Role != decode.RoleTime || d[2].Role != decode.RoleMetric || d[2].Categories[1].Label != "Andel" {
		t.Errorf("%+v", d)
	}
}

func TestOpenTable(t *testing.T) {
	r, err := OpenTable(strings.NewReader(`{"title":"T","variables":[{"code":"Region","text":"region","elimination":true,"values":["00"],"valueTexts":["Riket"]},{"code":"Ort","text":"ort"},{"code":"Tom","values":[]}]}`), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, r); got != "Region|00=/eliminates Ort|=/not listed" || !r.Meta().MetadataOnly {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	for body, message := range map[string]string{
		`{"type":"about:blank","title":"Forbidden","status":403,"detail":"Too many cells"}`: "Forbidden: Too many cells",
		`{"error":"x"}`: "x", "<html>": "",
	} {
		for name, read := range map[string]func(io.Reader) error{
			"table":    func(r io.Reader) error { _, err := ReadTable(r, decode.Limits{}); return err },
			"config":   func(r io.Reader) error { _, err := ReadConfig(r, decode.Limits{}); return err },
			"codelist": func(r io.Reader) error { _, err := ReadCodelist(r, decode.Limits{}); return err },
			"json":     func(r io.Reader) error { _, err := Open(r, decode.Limits{}); return err },
			"listing":  func(r io.Reader) error { _, err := OpenTable(r, decode.Limits{}); return err },
		} {
			t.Run(name, func(t *testing.T) { refused(t, message, read, strings.NewReader(body)) })
		}
	}
}

func TestMalformed(t *testing.T) {
	cut := func(from, to string) string { return strings.Replace(answer, from, to, 1) }
	for body, want := range map[string]string{
		"":            "empty",
		`{}`:          "without data",
		`[]`:          "an object",
		answer[:400]:  "cut off",
		answer + "x":  "end of the payload",
		`{"data":[]}`: "columns before data",
		`{"columns":[{"code":"a","type":"d"}],"data":[]}`:                         "a column of values",
		`{"columns":[{"code":"a","type":"q"}],"data":[]}`:                         "type d, t or c",
		`{"columns":[{"code":"a","type":"c"},{"code":"a","type":"c"}],"data":[]}`: "once",
		`{"columns":[{"type":"c"}],"data":[]}`:                                    "a code for each column",
		cut(`"key":["00","2023"]`, `"key":["00"]`):                                "2 keys and 2 values",
		cut(`"key":["00","2023"]`, `"key":["00","2023","x"]`):                     "2 entries",
		cut(`"key":["00","2023"]`, `"key":["00",null]`):                           "a code",
		cut(`"values":["12","1.50"]`, `"values":["12"]`):                          "2 keys and 2 values",
		cut(`"values":["12","1.50"]`, `"values":["12","NaN"]`):                    "missing symbol",
		cut(`"values":["12","1.50"]`, `"values":["12",[]]`):                       "a string or a number",
		cut(`"metadata"`, `"data":[],"metadata"`):                                 "data once",
		`{"columns":[` + strings.Repeat(`{"code":"a","type":"c"},`, 1):            "cut off",
		`{"columns":[` + manyColumns(1_000_000) + `]}`:                            "at most",
		`{"a":` + strings.Repeat("[", 100_000):                                    "at most 64",
	} {
		r, err := Open(strings.NewReader(body), decode.Limits{})
		var row decode.Row
		for err == nil {
			err = r.Next(&row)
		}
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.150s: %v, want %s", body, err, want)
		}
	}
	for body, want := range map[string]string{
		`{"variables":[{"text":"a"}]}`:                                       "a variable with a code",
		`{"variables":[{"code":"a"},{"code":"a"}]}`:                          "each variable once",
		`{"variables":[{"code":"a","values":["1"],"valueTexts":["x","y"]}]}`: "1 valueTexts",
		`{"variables":[{"code":"a","values":["1","1"]}]}`:                    "each value once",
		`{"variables":{}}`:       "an array",
		`{"dimension":{"A":{}}}`: "names of the dimensions",
		`{"x":1}`:                "the description of a table",
		`{"variables":[`:         "cut off",
	} {
		if _, err := ReadTable(strings.NewReader(body), decode.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	for body, want := range map[string]string{`{"maxDataCells":0}`: "above 0", `{"maxDataCells":"many"}`: "above 0", `{"a":1}`: "the limits of a PxWeb service"} {
		if _, err := ReadConfig(strings.NewReader(body), decode.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	if r, err := Open(strings.NewReader(answer), decode.Limits{MaxCells: 3}); err == nil {
		var row decode.Row
		for err == nil {
			err = r.Next(&row)
		}
		if !strings.Contains(err.Error(), "at most 3 cells") {
			t.Error(err)
		}
	}
}

func manyColumns(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"code":"%d","type":"d"}`, i)
	}
	return b.String()
}

// FuzzPxWeb: whatever comes, errors are *decode.Error, rows have one code per dimension and finite values, and a table
// has each variable and value once.
func FuzzPxWeb(f *testing.F) {
	for _, body := range []string{answer, `{"title":"T","variables":[{"code":"Region","text":"region","elimination":true,"values":["00"],"valueTexts":["Riket"]},{"code":"Ort"}]}`,
		`{"class":"dataset","id":["A"],"size":[1],"dimension":{"A":{"extension":{"elimination":true,"codelists":[{"id":"x","links":[{"href":"h"}]}]},"category":{"index":["x"]}}},"value":[]}`,
		`{"error":"x"}`, `{"maxDataCells":10,"languages":["sv",{"id":"en"}],"sourceReferences":[{"language":"sv","text":"x"}]}`, `{"id":"x","values":[{"code":"a","valueMap":["b"]}]}`} {
		f.Add(body)
	}
	limits := decode.Limits{MaxCells: 10_000, MaxCategories: 1000, MaxDimensions: 8, MaxDepth: 20, MaxFieldBytes: 2000}
	f.Fuzz(func(t *testing.T, body string) {
		check := func(err error) {
			var e *decode.Error
			if err != nil && (!errors.As(err, &e) || len(err.Error()) > 4000) {
				t.Fatal(err)
			}
		}
		_, err := ReadConfig(strings.NewReader(body), limits)
		check(err)
		_, err = ReadCodelist(strings.NewReader(body), limits)
		check(err)
		table, err := ReadTable(strings.NewReader(body), limits)
		check(err)
		if err == nil {
			seen := map[string]bool{}
			for _, v := range table.Variables {
				if seen[v.Code] || len(v.Values) > limits.MaxCategories {
					t.Fatalf("%+v", table)
				}
				seen[v.Code] = true
			}
		}
		r, err := Open(strings.NewReader(body), limits)
		check(err)
		var row decode.Row
		for n := 0; err == nil; n++ {
			if err = r.Next(&row); err != nil {
				if !errors.Is(err, io.EOF) {
					check(err)
				}
				return
			}
			if n > 10_000 || len(row.Codes) != len(r.Dimensions()) || math.IsNaN(row.Value) || math.IsInf(row.Value, 0) {
				t.Fatalf("%+v", row)
			}
		}
	})
}
