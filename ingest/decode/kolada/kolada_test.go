package kolada

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

// lines writes rows as code|code=text/status#count.
func lines(r decode.Reader) (string, error) {
	var b strings.Builder
	var row decode.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			return strings.TrimSpace(b.String()), nil
		} else if err != nil {
			return b.String(), err
		}
		if row.Has != (row.Text != "") {
			return b.String(), fmt.Errorf("%+v", row)
		}
		fmt.Fprintf(&b, "%s=%s", strings.Join(row.Codes, "|"), row.Text)
		if row.Status != "" {
			fmt.Fprintf(&b, "/%s", row.Status)
		}
		fmt.Fprintf(&b, "#%d ", r.(*Reader).Count())
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

func TestRecorded(t *testing.T) {
	r, got, err := read(sharedFile(t, "kolada/v3_data_N21704_2023_recorded.json"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(got)); n != 15 || !strings.HasPrefix(got, "N21704|0180|2023|T=21.88749#1 N21704|0180|2023|K=25.688929#1 N21704|0180|2023|M=15.778849#1 N21704|0580|2023|K=7.221589#1") {
		t.Errorf("%d values: %s", n, got)
	}
	if r.Meta().Deleted != 0 || r.Meta().Next != "" {
		t.Errorf("%+v", r.Meta())
	}
}

func row(values string) string {
	return `{"kpi":"N1","municipality":"0180","period":2023,"values":[` + values + `]}`
}

func TestOpen(t *testing.T) {
	for name, c := range map[string]struct{ text, want, next string }{
		"genders in any order, members too": {`{"count":2,"values":[{"values":[{"value":1.50,"gender":"M","isdeleted":false,"status":"","count":1},{"gender":"K","value":null,"status":"Privat"}],"period":2023,"municipality":"0180","kpi":"N1"},` +
			row(`{"gender":"T","value":3,"count":4,"isdeleted":false,"status":null}`) + `],"next_url":null,"previous_url":null}`,
			"N1|0180|2023|M=1.50#1 N1|0180|2023|K=/Privat#0 N1|0180|2023|T=3#4", ""},
		"deleted":            {`{"next_url":"https://api.kolada.se/v3/data?page=2","values":[` + row(`{"gender":"T","value":5,"isdeleted":true,"status":""},{"gender":"K","value":null,"isdeleted":true}`) + `]}`, "N1|0180|2023|T=/deleted#0 N1|0180|2023|K=/deleted#0", "https://api.kolada.se/v3/data?page=2"},
		"next after values":  {`{"values":[` + row(`{"gender":"T","value":-1e2}`) + `],"next_url":"u"}`, "N1|0180|2023|T=-1e2#0", "u"},
		"units":              {`{"values":[{"kpi":"N1","ou":"V15E","period":2023,"values":[{"gender":"T","value":1}]}]}`, "N1|V15E|2023|T=1#0", ""},
		"a row of no values": {`{"values":[` + row("") + `,` + row(`{"gender":"T","value":1}`) + `]}`, "N1|0180|2023|T=1#0", ""},
		"an empty page":      {`{"values":[],"count":0,"next_url":null}`, "", ""},
		"unknown members":    {`{"values":[` + row(`{"gender":"T","value":1,"new":{"a":[1]}}`) + `],"new":[]}`, "N1|0180|2023|T=1#0", ""},
	} {
		r, got, err := read(c.text)
		if err != nil || got != c.want || r.Meta().Next != c.next {
			t.Errorf("%s: %v, next %q\ngot  %s\nwant %s", name, err, r.Meta().Next, got, c.want)
		}
		if err == nil && r.Meta().Deleted != strings.Count(c.want, "deleted") {
			t.Errorf("%s: %d deleted", name, r.Meta().Deleted)
		}
		if err == nil {
			d := r.Dimensions()
			want := "municipality"
			if name == "units" {
				want = "ou"
			}
			if len(d) != 4 || d[1].ID != want || d[2].Role != decode.RoleTime || d[1].Role != decode.RoleGeo {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "empty",
		"<html>":                    "web page",
		"[]":                        "an object",
		"{}":                        "without values",
		`{"message":"no such kpi"}`: "refused: no such kpi",
		`{"error":"x","values":[]}`: "refused: x",
		`{"values":[` + row(`{"gender":"T","value":1}`):                                   "cut off",
		`{"values":[` + row(`{"gender":"T","value":1}`) + `]}x`:                           "end of the payload",
		`{"values":[],"values":[]}`:                                                       "values once",
		`{"values":{}}`:                                                                   "an array",
		`{"values":[{"kpi":"N1","municipality":"0180","period":"2023","values":[]}]}`:     "API v2",
		`{"next_page":"x","values":[]}`:                                                   "API v2",
		`{"values":[` + row(`{"gender":"T","value":1,"is_deleted":0}`) + `]}`:             "API v2",
		`{"values":[{"id":"N1","auspices":"T"}]}`:                                         "API v2",
		`{"values":[{"id":"0180","title":"Stockholm","type":"K"}]}`:                       "none of kpi",
		`{"values":[{"kpi":"N1","municipality":"0180","values":[]}]}`:                     "none of period",
		`{"values":[{"kpi":"N1","period":2023,"values":[]}]}`:                             "none of municipality or ou",
		`{"values":[{"kpi":"N1","municipality":"0180","period":2023}]}`:                   "none of values",
		`{"values":[{"kpi":"N1","municipality":180,"period":2023,"values":[]}]}`:          "as a string",
		`{"values":[{"kpi":"N1","municipality":"","period":2023,"values":[]}]}`:           "the municipality",
		`{"values":[{"kpi":"N1","municipality":"1","ou":"2","period":2023,"values":[]}]}`: "municipality or ou, once",
		`{"values":[` + row("") + `,{"kpi":"N1","ou":"V1","period":2023,"values":[]}]}`:   "municipality in every row",
		`{"values":[{"kpi":"N1","municipality":"1","period":2023.5,"values":[]}]}`:        "a year",
		`{"values":[{"kpi":"N1","municipality":"1","period":null,"values":[]}]}`:          "a year",
		`{"values":[` + row(`{"value":1}`) + `]}`:                                         "a value with gender",
		`{"values":[` + row(`{"gender":"T","value":1},{"gender":"T","value":2}`) + `]}`:   `"T" twice`,
		`{"values":[` + row(`{"gender":"T","value":"1"}`) + `]}`:                          "a number or null",
		`{"values":[` + row(`{"gender":"T","value":NaN}`) + `]}`:                          "NaN",
		`{"values":[` + row(`{"gender":"T","value":1e999}`) + `]}`:                        "64-bit",
		`{"values":[` + row(`{"gender":"T","value":1,"isdeleted":"perhaps"}`) + `]}`:      "true or false",
		`{"values":[` + row(`{"gender":"T","value":1,"count":-1}`) + `]}`:                 "a whole number",
		`{"values":[` + strings.Repeat("[", 100_000):                                      "an object",
		`{"x":` + strings.Repeat("[", 100_000):                                            "at most 64",
		"{\"values\":[{\"kpi\":\"\xc5\"":                                                  "UTF-8",
	} {
		_, _, err := read(text)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.150s: %v, want %s", text, err, want)
		}
	}
	r, err := Open(strings.NewReader(`{"values":[`+row(`{"gender":"T","value":1},{"gender":"K","value":1}`)+`,`+row(`{"gender":"T","value":1}`)+`]}`), decode.Limits{MaxCells: 2})
	if err == nil {
		_, err = lines(r)
	}
	if err == nil || !strings.Contains(err.Error(), "at most 2 values") {
		t.Error(err)
	}
	var again decode.Row
	if r.Next(&again) == nil {
		t.Error("a row after an error")
	}
}

// FuzzOpen: whatever comes, there is an *decode.Error or rows with four codes, a finite value, and no figure where the
// value is deleted.
func FuzzOpen(f *testing.F) {
	f.Add(`{"values":[` + row(`{"gender":"T","value":1.5,"count":1,"status":"","isdeleted":false},{"gender":"K","value":null,"isdeleted":true}`) + `],"next_url":"u"}`)
	f.Add(`{"next_url":null,"values":[{"kpi":"N1","ou":"V1","period":2023,"values":[{"gender":"T","value":1}]}]}`)
	f.Add(`{"error":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Open(strings.NewReader(text), decode.Limits{MaxDepth: 20, MaxCells: 1000, MaxFieldBytes: 1000})
		var row decode.Row
		deleted := 0
		for n := 0; err == nil; n++ {
			if err = r.Next(&row); err != nil {
				break
			}
			if n > 1000 || len(row.Codes) != 4 || row.Codes[0] == "" || row.Codes[1] == "" || math.IsNaN(row.Value) || math.IsInf(row.Value, 0) {
				t.Fatalf("%+v", row)
			}
			if row.Status == Deleted && row.Has && r.Meta().Deleted > deleted {
				t.Fatalf("a figure that is deleted: %+v", row)
			}
			deleted = r.Meta().Deleted
		}
		var e *decode.Error
		if !errors.Is(err, io.EOF) && (!errors.As(err, &e) || len(err.Error()) > 4000) {
			t.Fatal(err)
		}
	})
}
