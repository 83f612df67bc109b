package jsonstat

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

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

// lines writes rows as code|code=text/status[unit].
func lines(rows []decode.Row) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s=", strings.Join(row.Codes, "|"))
		if row.Has {
			fmt.Fprintf(&b, "%v", row.Value)
		} else if row.Text != "" {
			fmt.Fprintf(&b, "(%s)", row.Text)
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

// two is a dataset of 2 × 2 with the members that are given.
func two(members string) string {
	return `{"version":"2.0","class":"dataset","id":["A","Tid"],"size":[2,2],"dimension":{
	"A":{"label":"Aa","category":{"index":["x","y"],"label":{"x":"Ex","y":"Yps"}}},
	"Tid":{"category":{"index":{"2024":1,"2023":0}}}},` + members + `}`
}

func TestCells(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"dense":               {two(`"value":[1,2.50,null,-4e2]`), "x|2023=1 x|2024=2.5 y|2023= y|2024=-400"},
		"sparse":              {two(`"value":{"1":7,"3":null}`), "x|2023= x|2024=7 y|2023= y|2024="},
		"sparse in disorder":  {two(`"value":{"3":4,"0":1,"2":3}`), "x|2023=1 x|2024= y|2023=3 y|2024=4"},
		"sparse and empty":    {two(`"value":{}`), "x|2023= x|2024= y|2023= y|2024="},
		"numbers as strings":  {two(`"value":["1","2.5","n/a",""]`), "x|2023=1 x|2024=2.5 y|2023=(n/a) y|2024="},
		"symbols as strings":  {two(`"value":["..","-","…",":"],"status":{"1":"z"}`), "x|2023=/.. x|2024=/z y|2023=/… y|2024=/:"},
		"status string":       {two(`"value":[1,2,3,4],"status":"p"`), "x|2023=1/p x|2024=2/p y|2023=3/p y|2024=4/p"},
		"status array":        {two(`"value":[1,2,null,4],"status":[null,"p","..",""]`), "x|2023=1 x|2024=2/p y|2023=/.. y|2024=4"},
		"status array of one": {two(`"value":[1,2,3,4],"status":["a"]`), "x|2023=1/a x|2024=2/a y|2023=3/a y|2024=4/a"},
		"status empty":        {two(`"value":[1,2,3,4],"status":[]`), "x|2023=1 x|2024=2 y|2023=3 y|2024=4"},
		"status null":         {two(`"value":[1,2,3,4],"status":null`), "x|2023=1 x|2024=2 y|2023=3 y|2024=4"},
		"status object":       {two(`"status":{"3":"e","0":"b"},"value":[1,2,3,4]`), "x|2023=1/b x|2024=2 y|2023=3 y|2024=4/e"},
		"status of 2013":      {two(`"value":[1,2,3,4],"status":{"value":["p",null,"b","p"],"category":{"label":{"p":"provisional","b":"break"}}}`), "x|2023=1/p x|2024=2 y|2023=3/b y|2024=4/p"},
		"status of 2013, object": {two(`"value":[1,2,3,4],"status":{"category":{"label":{"p":"provisional"}},"value":{"2":"p"}}`),
			"x|2023=1 x|2024=2 y|2023=3/p y|2024=4"},
		"value first": {`{"value":[1,2],"size":["2"],"id":["A"],"dimension":{"A":{"category":{"index":["x","y"]}}}}`, "x=1 y=2"},
		"index absent": {`{"class":"dataset","id":["A","B"],"size":[1,2],"dimension":{"A":{"category":{"label":{"only":"Only"}}},"B":{"category":{"index":["x","y"]}}},"value":[1,2]}`,
			"only|x=1 only|y=2"},
		"sizes and positions as strings": {`{"dataset":{"dimension":{"id":["A"],"size":["2"],"A":{"category":{"index":{"x":"1","y":"0"}}}},"value":[1,2]}}`, "y=1 x=2"},
		"version 1 with role first": {`{"any name":{"dimension":{"role":{"time":["A"]},"size":[2],"id":["A"],"A":{"category":{"index":[2023,2024]}}},"value":[1,2]}}`,
			"2023=1 2024=2"},
		"a dimension called role": {`{"class":"dataset","id":["role"],"size":[1],"dimension":{"role":{"label":"r","category":{"index":["x"]}}},"value":[5]}`, "x=5"},
		"no categories":           {`{"class":"dataset","id":["A","B"],"size":[0,1],"dimension":{"A":{"category":{"index":[]}},"B":{"category":{"index":["x"]}}},"value":[]}`, ""},
		"units": {`{"class":"dataset","id":["M"],"size":[4],"dimension":{"M":{"category":{"index":["a","b","c","d"],
			"unit":{"a":{"base":"antal","decimals":0},"b":{"symbol":"$","position":"start","label":"million"},"c":{"base":"personer","multiplier":3},"d":"procent"}}}},"value":[1,2,3,4]}`,
			"a=1[antal] b=2[$ million] c=3[personer ×10^3] d=4[procent]"},
		"large integers": {two(`"value":[9007199254740993,123456789012345678901234567890,0.1,-0.0]`),
			"x|2023=9.007199254740992e+15 x|2024=1.2345678901234568e+29 y|2023=0.1 y|2024=0"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(all(t, mustOpen(t, c.text))); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTextIsKeptAsWritten(t *testing.T) {
	rows := all(t, mustOpen(t, two(`"value":[1.10,9007199254740993,"2.50",1e2]`)))
	for i, want := range []string{"1.10", "9007199254740993", "2.50", "1e2"} {
		if rows[i].Text != want {
			t.Errorf("row %d: %q, want %q", i, rows[i].Text, want)
		}
	}
}

func TestDescription(t *testing.T) {
	r := mustOpen(t, `{"class":"dataset","label":"Title","source":"SCB","updated":"2024-11-08T23:00:00+0100","note":["one","two"],
	"id":["Region","ContentsCode","Tid"],"size":[3,1,1],"extension":{"status":{"label":{"p":"provisional"}},"px":{"decimals":0}},
	"dimension":{"Region":{"label":"region","note":"of regions","category":{"index":["00","01","14"],"label":{"00":"Riket","01":null},
	"child":{"00":["01","14"]},"note":{"14":["new border"]}}},
	"ContentsCode":{"category":{"index":["X"],"unit":{"X":{"base":"antal","decimals":1}}}},"Tid":{"category":{"label":{"2023":"2023"}}}},
	"role":{"time":["Tid"],"metric":["ContentsCode"]},"value":[1,2,3]}`)
	m := r.Meta()
	if m.Title != "Title" || m.Source != "SCB" || m.Updated != "2024-11-08T23:00:00+0100" || strings.Join(m.Notes, "|") != "one|two" || m.Status["p"] != "provisional" || m.MetadataOnly {
		t.Errorf("meta %+v", m)
	}
	dims := r.Dimensions()
	region := dims[0]
	if region.Role != decode.RoleGeo || dims[1].Role != decode.RoleMetric || dims[2].Role != decode.RoleTime {
		t.Errorf("roles %v %v %v", region.Role, dims[1].Role, dims[2].Role)
	}
	if fmt.Sprint(region.Child) != "map[00:[01 14]]" || fmt.Sprint(region.CodeNotes) != "map[14:[new border]]" || fmt.Sprint(region.Notes) != "[of regions]" || region.Label != "region" {
		t.Errorf("region %+v", region)
	}
	if c := region.Categories; c[0].Label != "Riket" || c[1].Label != "01" || c[2].Label != "14" || c[0].Decimals != -1 {
		t.Errorf("categories %+v", c)
	}
	if dims[1].Unit != "antal" || dims[1].Categories[0].Decimals != 1 {
		t.Errorf("contents %+v", dims[1])
	}
}

// A role that the payload gives is never overridden by a name.
func TestRoleGivenBeatsName(t *testing.T) {
	r := mustOpen(t, `{"class":"dataset","id":["time","geo"],"size":[1,1],"role":{"time":["geo"]},
	"dimension":{"time":{"category":{"index":["a"]}},"geo":{"category":{"index":["b"]}}},"value":[1]}`)
	if d := r.Dimensions(); d[0].Role != decode.RoleNone || d[1].Role != decode.RoleTime {
		t.Errorf("%+v", d)
	}
}

func TestMetadataOnly(t *testing.T) {
	for _, text := range []string{two(`"value":[]`), two(`"note":[]`), two(`"value":null`)} {
		r := mustOpen(t, text)
		if rows := all(t, r); len(rows) != 0 || !r.Meta().MetadataOnly {
			t.Errorf("%d rows, %+v", len(rows), r.Meta())
		}
	}
}

const (
	one   = `{"class":"dataset","label":"One","href":"http://x/1","id":["A"],"size":[1],"dimension":{"A":{"category":{"index":["x"]}}},"value":[1]}`
	other = `{"value":[2],"class":"dataset","label":"Two","id":["A"],"size":[1],"dimension":{"A":{"category":{"index":["x"]}}}}`
)

func TestSelect(t *testing.T) {
	bundle := `{"first":` + one + `,"second":` + other + `}`
	collection := `{"link":{"item":[` + one + `,{"class":"dataset","href":"http://x/3"},{"class":"collection","link":{"item":[` + other + `]}}],"alternate":[]},"class":"collection"}`
	for _, c := range []struct {
		text, want string
		choice     Select
	}{
		{bundle, "one dataset, found 2 datasets: 1 \"first\", 2 \"second\"", Select{}},
		{bundle, "x=1", Select{Number: 1}},
		{bundle, "x=2", Select{Number: 2}},
		{bundle, "dataset number 3", Select{Number: 3}},
		{bundle, "x=2", Select{Name: "second"}},
		{bundle, "x=2", Select{Name: "Two"}},
		{bundle, "dataset named \"third\", found 1 \"first\", 2 \"second\"", Select{Name: "third"}},
		{collection, "found 2 datasets: 1 \"One\", 2 \"Two\"", Select{}},
		{collection, "x=1", Select{Name: "http://x/1"}},
		{collection, "x=2", Select{Number: 2}},
		{`{"class":"collection","link":{"item":[` + other + `]}}`, "x=2", Select{}},
		{`{"class":"collection","link":{"item":[{"class":"dataset","href":"http://x/3"}]}}`, `1 addresses: "http://x/3"`, Select{}},
		{one, "x=1", Select{Name: "One"}},
		{one, "x=1", Select{Number: 1}},
		{one, "dataset named \"Two\"", Select{Name: "Two"}},
		{one, "dataset number 2", Select{Number: 2}},
	} {
		r, err := OpenDataset(strings.NewReader(c.text), decode.Limits{}, c.choice)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = lines(all(t, r))
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s, want %s", c.choice, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for text, want := range map[string]decode.Refusal{
		`{"error":"Too many values selected"}`:                                                         {Message: "Too many values selected"},
		`{"version":"2.0","error":[{"status":404,"id":100,"label":"ERR_NOT_FOUND_4"}]}`:                {Status: 404, Code: "100", Message: "ERR_NOT_FOUND_4"},
		`{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. Come back."}}`:                       {Status: 413, Message: "ASYNCHRONOUS_RESPONSE. Come back.", Asynchronous: true},
		`{"version":"2.0","class":"dataset","warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE"}}`: {Status: 413, Message: "ASYNCHRONOUS_RESPONSE", Asynchronous: true},
		`{"type":"x","title":"Not found","status":404,"detail":"no table"}`:                            {Status: 404, Message: "Not found: no table"},
		`{"message":"unknown table"}`:                                                                  {Message: "unknown table"},
		two(`"value":[1,2,3,4],"error":{"label":"half of it"}`):                                        {Message: "half of it"},
	} {
		_, err := Open(strings.NewReader(text), decode.Limits{})
		var got *decode.Refusal
		if !errors.As(err, &got) || *got != want {
			t.Errorf("%s\ngot  %+v (%v)\nwant %+v", text, got, err, want)
		}
	}
	_, err := Open(strings.NewReader("<html><title>Sidan finns inte</title></html>"), decode.Limits{})
	var page *decode.Refusal
	if !errors.As(err, &page) || !page.HTML {
		t.Error(err)
	}
	r := mustOpen(t, two(`"value":[1,2,3,4],"warning":{"label":"rounded"}`))
	if fmt.Sprint(r.Meta().Notes) != "[rounded]" {
		t.Errorf("notes %v", r.Meta().Notes)
	}
}

// Every fault names its place and what was expected.
func TestMalformed(t *testing.T) {
	dims := func(n int) string {
		var id, size, dim []string
		for i := range n {
			id = append(id, fmt.Sprintf("%q", fmt.Sprint("d", i)))
			size = append(size, "1")
			dim = append(dim, fmt.Sprintf(`"d%d":{"category":{"index":["x"]}}`, i))
		}
		return `{"class":"dataset","id":[` + strings.Join(id, ",") + `],"size":[` + strings.Join(size, ",") + `],"dimension":{` + strings.Join(dim, ",") + `},"value":[1]}`
	}
	for text, want := range map[string]string{
		``:                         "empty",
		`[]`:                       "expected an object",
		`{}`:                       "no members",
		`{"a":1}`:                  `the members "a"`,
		two(`"value":[1,2,3]`):     "value: expected 4 values, the product of the sizes, found 3",
		two(`"value":[1,2,3,4,5]`): "found 5",
		two(`"value":{"4":1}`):     "positions below 4",
		two(`"value":{"-1":1}`):    "position of a cell",
		two(`"value":{"01":1}`):    "position of a cell",
		two(`"value":{"a":1}`):     "position of a cell",
		two(`"value":{"99999999999999999999":1}`):           "position of a cell",
		two(`"value":{"1":1,"1":2}`):                        "position 1 twice",
		two(`"value":{"1":1,"0":3,"1":2}`):                  "position 1 twice",
		two(`"value":[1,2,3,NaN]`):                          "NaN and Infinity are none",
		two(`"value":[1,2,3,"NaN"]`):                        "a number or null",
		two(`"value":{"0":"-Infinity"}`):                    "a number or null",
		two(`"value":[1,2,3,1e999]`):                        "64-bit float",
		two(`"value":[1,2,3,"1e999"]`):                      "",
		two(`"value":[1,2,3,true]`):                         "a number, a string or null",
		two(`"value":[1,2,3,[4]]`):                          "a number, a string or null",
		two(`"value":"1"`):                                  "an array of values",
		two(`"value":[1,2,3,4],"value":[1,2,3,4]`):          "value once",
		two(`"value":[1,2,3,4],"status":["a","b"]`):         "1 or 4 entries",
		two(`"value":[1,2,3,4],"status":{"4":"a"}`):         "positions below 4",
		two(`"value":[1,2,3,4],"status":{"1":"a","1":"b"}`): "position 1 twice",
		two(`"value":[1,2,3,4],"status":{"x":"a"}`):         "position of a cell",
		two(`"value":[1,2,3,4],"status":true`):              "a string, an array or an object",
		two(`"value":[1,2,3,4],"role":{"time":["B"]}`):      "a dimension that id names",
		two(`"value":[1,2,3,4]`)[:120]:                      "cut off",
		`{"class":"dimension","category":{"index":["x"]}}`:  "class dimension",
		`{"class":"dataset"}`:                               "names of the dimensions",
		`{"class":"dataset","id":["A"]}`:                    "size of each dimension",
		`{"class":"dataset","id":["A"],"size":[1,2]}`:       "1 sizes",
		`{"class":"dataset","id":["A"],"size":[1]}`:         `the dimension "A"`,
		`{"class":"dataset","id":["A"],"size":[1.5]}`:       "a whole number",
		`{"class":"dataset","id":["A"],"size":[-1]}`:        "a whole number",
		`{"class":"dataset","id":["A","A"],"size":[1,1],"dimension":{"A":{"category":{"index":["x"]}}}}`:                            `"A" twice`,
		`{"class":"dataset","id":["A"],"size":[1],"dimension":{"A":{"category":{"index":["x"]}},"A":{}}}`:                           `"A" twice`,
		`{"class":"dataset","id":["A"],"size":[1],"dimension":{"A":{"category":{"index":["x"]}},"B":{"category":{"index":["x"]}}}}`: "only the dimensions",
		`{"class":"dataset","id":["A"],"size":[1],"dimension":{"A":{"label":"a"}}}`:                                                 "a category member",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"label":{"x":"X","y":"Y"}}}},"value":[1,2]}`:        "only a dimension of one category",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":["x"]}}},"value":[1,2]}`:                    "dimension.A.category.index: expected 2 codes",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":["x","x"]}}},"value":[1,2]}`:                `"x" twice`,
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":{"x":0,"y":0}}}},"value":[1,2]}`:            "each position once",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":{"x":0,"y":2}}}},"value":[1,2]}`:            "positions below 2",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":{"x":0,"y":-1}}}},"value":[1,2]}`:           "position of the code",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":"x"}}},"value":[1,2]}`:                      "an array of codes",
		`{"class":"dataset","id":["A"],"size":[2],"dimension":{"A":{"category":{"index":["x",null]}}},"value":[1,2]}`:               "a code",
		`{"class":"dataset","id":["A\u0000"]}`:       "escape",
		"{\"class\":\"dataset\",\"id\":[\"\xc5\"]}":  "UTF-8",
		"{\"class\":\"dataset\",\"id\":[\"a\x00\"]}": "NUL",
		two(`"value":[1,2,3,4]`) + "x":               "end of the payload",
		"junk\n" + two(`"value":[1,2,3,4]`):          "line 1, column 1",
		dims(65):                                     "at most 64 dimensions",
		dims(1_000_000):                              "at most 64 dimensions",
		strings.Repeat(`{"a":`, 100_000):             "at most 64",
		`{"value":` + strings.Repeat(`[`, 100_000):   "a number, a string or null",
	} {
		r, err := Open(strings.NewReader(text), decode.Limits{})
		if want == "" {
			if err != nil {
				t.Errorf("%.200s: %v", text, err)
			}
			continue
		}
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.200s\ngot  %v (%v)\nwant %s", text, err, r, want)
		}
	}
}

func TestLimits(t *testing.T) {
	thousand := func(sep string) string {
		return `{"class":"dataset","id":["A"],"size":[1000],"dimension":{"A":{"category":{"index":[` + sep + `]}}},"value":{}}`
	}
	var codes []string
	for i := range 1000 {
		codes = append(codes, fmt.Sprintf(`"%d"`, i))
	}
	text := thousand(strings.Join(codes, ","))
	for want, limits := range map[string]decode.Limits{
		"at most 100 cells":      {MaxCells: 100},
		"at most 100 categories": {MaxCategories: 100},
		"larger than 100 bytes":  {MaxBytes: 100},
	} {
		if _, err := Open(strings.NewReader(text), limits); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := Open(strings.NewReader(two(`"value":[1,2,3,4]`)), decode.Limits{MaxCells: 3}); err == nil {
		t.Error("4 cells passed a limit of 3")
	}
	// 70 dimensions of many categories overflow any integer; 20 of 10 do so beyond the limit of cells.
	var id, size, dim []string
	for i := range 20 {
		id = append(id, fmt.Sprintf(`"d%d"`, i))
		size = append(size, "10")
		dim = append(dim, fmt.Sprintf(`"d%d":{"category":{"index":["0","1","2","3","4","5","6","7","8","9"]}}`, i))
	}
	big := `{"class":"dataset","id":[` + strings.Join(id, ",") + `],"size":[` + strings.Join(size, ",") + `],"dimension":{` + strings.Join(dim, ",") + `},"value":{}}`
	if _, err := Open(strings.NewReader(big), decode.Limits{}); err == nil || !strings.Contains(err.Error(), "cells") {
		t.Error(err)
	}
	endless := io.MultiReader(strings.NewReader(`{"value":[`), &repeat{text: "1,"})
	if _, err := Open(endless, decode.Limits{MaxBytes: 64 << 20, MaxCells: 1e6}); err == nil || !strings.Contains(err.Error(), "at most 1000000 cells") {
		t.Error(err)
	}
}

type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at%len(r.text)]
		r.at++
	}
	return len(p), nil
}
