package socialstyrelsen

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// sharedFile is a file of the payloads that lie beside the module; the test is skipped where they do not.
func sharedFile(t testing.TB, name string) string {
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
	return string(body)
}

func lines(r decode.Reader) (string, error) {
	var b strings.Builder
	var row decode.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			return strings.TrimSpace(b.String()), nil
		} else if err != nil {
			return b.String(), err
		}
		fmt.Fprintf(&b, "%s=", strings.Join(row.Codes, "|"))
		if row.Has {
			fmt.Fprint(&b, row.Value)
		}
		if row.Status != "" {
			fmt.Fprintf(&b, "/%s", row.Status)
		}
		b.WriteByte(' ')
	}
}

func read(text string) (decode.Reader, string, error) {
	r, err := Open(strings.NewReader(text), decode.Limits{})
	if err != nil {
		return nil, "", err
	}
	got, err := lines(r)
	return r, got, err
}

func ids(r decode.Reader) string {
	var out []string
	for _, d := range r.Dimensions() {
		out = append(out, d.ID)
	}
	return strings.Join(out, ",")
}

func TestRecorded(t *testing.T) {
	body := sharedFile(t, "socialstyrelsen/skador_rows_recorded_excerpt.json")
	r, got, err := read(body)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, "="); n != strings.Count(body, `"varde"`) || ids(r) != "vardformId,typId,regionId,alderId,konId,mattId,ar" ||
		!strings.HasPrefix(got, "SV|2|1480|3|2|1|2006-2008=99 SV|2|1480|4|2|1|2006-2008=259 SV|2|1480|5|2|1|2006-2008=451 SV|2|1480|6|2|1|2006-2008=1176.7 ") || strings.Contains(got, "/") {
		t.Errorf("%d rows of %s: %s", n, ids(r), got)
	}
	items, err := ReadList(strings.NewReader(sharedFile(t, "socialstyrelsen/skador_regions_recorded.json")), decode.Limits{})
	if err != nil || len(items) != 7 || items[5] != (Item{ID: "1480", Code: "1480", Text: "Göteborg"}) {
		t.Errorf("%+v, %v", items, err)
	}
}

func TestOpen(t *testing.T) {
	r, got, err := read(`{"amne":"Dödsorsaker","sida":1,"per_sida":5000,"sidor":2,"nasta_sida":"http://sdb.socialstyrelsen.se/api/v1/sv/x?sida=2","data":[
	{"diagnosId":"F10","regionId":14,"alderId":"99","konId":3,"mattId":1,"ar":2021,"varde":"1 234,5"},
	{"varde":"X","ar":"2021","mattId":1,"konId":3,"alderId":99,"regionId":"1480","diagnosId":"F10"},
	{"diagnosId":"F10","regionId":14,"alderId":"99","konId":3,"mattId":1,"ar":"1995-1997","varde":".."},
	{"diagnosId":"F10","regionId":14,"alderId":"99","konId":3,"mattId":1,"ar":2021,"varde":12.5},
	{"diagnosId":"F10","regionId":14,"alderId":"99","konId":3,"mattId":1,"ar":2021,"varde":null},
	{"diagnosId":"F10","regionId":14,"alderId":"99","konId":3,"mattId":1,"ar":2021,"varde":""}],"foregaende_sida":null}`)
	want := "F10|14|99|3|1|2021=1234.5 F10|1480|99|3|1|2021=/X F10|14|99|3|1|1995-1997=/.. F10|14|99|3|1|2021=12.5 F10|14|99|3|1|2021= F10|14|99|3|1|2021="
	if err != nil || got != want {
		t.Fatalf("%v\ngot  %s\nwant %s", err, got, want)
	}
	if m := r.Meta(); m.Next != "https://sdb.socialstyrelsen.se/api/v1/sv/x?sida=2" || m.Title != "Dödsorsaker" || r.(*Reader).Page() != (Page{Number: 1, Of: 2, Size: 5000}) {
		t.Errorf("%+v %+v", m, r.(*Reader).Page())
	}
	if d := r.Dimensions(); ids(r) != "diagnosId,regionId,alderId,konId,mattId,ar" || d[5].Role != decode.RoleTime || d[1].Role != decode.RoleGeo || d[4].Role != decode.RoleMetric {
		t.Errorf("%+v", d)
	}
}

func TestPages(t *testing.T) {
	r, got, err := read(`{"data":[],"amne":{"namn":"x","text":"Amning"},"nasta_sida":null}`)
	if err != nil || got != "" || r.Meta().Next != "" || r.Meta().Title != "Amning" || len(r.Dimensions()) != 0 {
		t.Errorf("%v %q %+v", err, got, r)
	}
	r, _, err = read(`{"data":[{"ar":1,"varde":"1"}],"nasta_sida":"https://x/y","sida":2}`)
	if err != nil || r.Meta().Next != "https://x/y" || r.(*Reader).Page().Number != 2 {
		t.Errorf("%v %+v", err, r)
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "99": 99, "0,3": 0.3, "1176,7": 1176.7, "1 176,7": 1176.7, "1\u00a0176,7": 1176.7, "12\u202f345\u202f678": 12345678,
		"-3,5": -3.5, "\u22123": -3, " 7 ": 7, "123\u2009456": 123456} {
		if got, ok := Number(text); !ok || got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "X", "..", "1.176", "1,2,3", "1 17", "1 1766", "1234 567", " ", ",5", "5,", "1 ,5", "1 234 5,6", "--1", "1-2", "1e5", "-", "1,5 000", "01"} {
		if got, ok := Number(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestRefuses(t *testing.T) {
	row := func(members string) string { return `{"data":[{"ar":2021,` + members + `}]}` }
	for text, want := range map[string]string{
		"":                                    "empty",
		"<!DOCTYPE html><html>":               "web page",
		`[{"id":1}]`:                          "a list",
		`{}`:                                  "without data",
		`{"detail":"Not found."}`:             "refused: Not found.",
		`{"error":"x","data":[]}`:             "refused: x",
		`{"data":[{"ar":2021,"varde":"1"}`:    "cut off",
		`{"data":[{"ar":2021,"varde":"1"}]}x`: "end of the payload",
		`{"data":[],"data":[]}`:               "data once",
		`{"data":{}}`:                         "an array",
		`{"data":[1]}`:                        "an object",
		row(`"konId":1`):                      "a row with varde",
		row(`"varde":"1","varde":"2"`):        "varde once",
		row(`"varde":"1","ar":2022`):          `"ar" twice`,
		row(`"varde":"1","konId":null`):       "null",
		row(`"varde":"1","konId":[1]`):        "a string or a number",
		row(`"varde":"1.176"`):                "decimal comma",
		row(`"varde":"NaN"`):                  "decimal comma",
		row(`"varde":NaN`):                    "NaN",
		row(`"varde":1e999`):                  "64-bit",
		row(`"varde":true`):                   "a number or a string",
		`{"data":[{"ar":1,"konId":1,"varde":"1"},{"ar":1,"varde":"1"}]}`: `a row with "konId"`,
		`{"data":[{"ar":1,"varde":"1"},{"ar":1,"konId":1,"varde":"1"}]}`: "the members of the first row",
		`{"sida":"two","data":[]}`:                                       "a whole number",
		`{"data":[` + strings.Repeat("[", 100_000):                       "an object",
		`{"x":` + strings.Repeat("[", 100_000):                           "at most 64",
		"{\"data\":[{\"ar\":\"\xe5\"":                                    "UTF-8",
		`{"data":[{` + many(1_000_000) + `"varde":"1"}]}`:                "at most 64 members",
	} {
		_, _, err := read(text)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.150s: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`{"message":"no"}`:      "refused: no",
		`{"data":[]}`:           "an object",
		`[{"text":"x"}]`:        "an id or namn",
		`[{"id":1},{"id":"1"}]`: "once",
		`[{"id":1}`:             "cut off",
		`[{"id":1}]x`:           "end of the payload",
		`"x"`:                   "an array",
		"<html>":                "web page",
	} {
		if _, err := ReadList(strings.NewReader(text), decode.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	r, err := Open(strings.NewReader(`{"data":[{"ar":1,"varde":"1"},{"ar":2,"varde":"1"}]}`), decode.Limits{MaxCells: 1})
	if err == nil {
		_, err = lines(r)
	}
	if err == nil || !strings.Contains(err.Error(), "at most 1 rows") {
		t.Error(err)
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	return b.String()
}

func TestLists(t *testing.T) {
	items, err := ReadList(strings.NewReader(`[{"namn":"dodsorsaker","text":"Dödsorsaker","info":"i"},{"namn":"amning","text":"Amning","new":{}}]`), decode.Limits{})
	if err != nil || len(items) != 2 || items[0] != (Item{Name: "dodsorsaker", Text: "Dödsorsaker", Info: "i"}) {
		t.Errorf("%+v %v", items, err)
	}
	r, err := OpenList(strings.NewReader(`[{"id":3,"text":"Båda könen","grupp":"g"},{"namn":"x","text":"X"}]`), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := lines(r); err != nil || got != "3= x=" || !r.Meta().MetadataOnly || ids(r) != "id" {
		t.Errorf("%s %v", got, err)
	}
}

// FuzzOpen: whatever comes, there is an *decode.Error or rows with one code per dimension and a finite value.
func FuzzOpen(f *testing.F) {
	f.Add(`{"amne":"x","data":[{"ar":2021,"regionId":"14","varde":"1 234,5"},{"regionId":14,"ar":"2021","varde":"X"}],"nasta_sida":"http://x","sida":1}`)
	f.Add(`[{"id":1,"kod":"x","text":"y"},{"namn":"a"}]`)
	f.Add(`{"error":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		limits := decode.Limits{MaxDepth: 20, MaxCells: 1000, MaxFieldBytes: 1000, MaxDimensions: 10, MaxCategories: 100}
		check := func(err error) {
			var e *decode.Error
			if err != nil && (!errors.As(err, &e) || len(err.Error()) > 4000) {
				t.Fatal(err)
			}
		}
		_, err := ReadList(strings.NewReader(text), limits)
		check(err)
		r, err := Open(strings.NewReader(text), limits)
		check(err)
		var row decode.Row
		for n := 0; err == nil; n++ {
			if err = r.Next(&row); err != nil {
				break
			}
			if n > 1000 || len(row.Codes) != len(r.Dimensions()) || len(row.Codes) > 10 || math.IsNaN(row.Value) || math.IsInf(row.Value, 0) || !row.Has && row.Value != 0 {
				t.Fatalf("%+v", row)
			}
		}
		if !errors.Is(err, io.EOF) {
			check(err)
		}
	})
}
