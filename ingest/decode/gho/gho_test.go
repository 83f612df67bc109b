package gho

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

func all(r io.Reader, o Options) (out []string, meta *decode.Meta, err error) {
	g, err := New(r, o, decode.Limits{})
	if err != nil {
		return nil, nil, err
	}
	var row decode.Row
	for {
		err := g.Next(&row)
		if errors.Is(err, io.EOF) {
			return out, g.Meta(), nil
		}
		if err != nil {
			return out, nil, err
		}
		v := ""
		if row.Has {
			v = fmt.Sprint(row.Value)
		}
		out = append(out, fmt.Sprintf("%d %s=%s[%s]%s", row.Line, strings.Join(row.Codes, ","), v, row.Status, row.Note))
	}
}

const small = `{"@odata.context":"https://example.org/$metadata#X","value":[
 {"Id":1,"IndicatorCode":"X","SpatialDimType":"COUNTRY","SpatialDim":"SWE","TimeDim":2019,"Dim1Type":"SEX","Dim1":"SEX_BTSX","Dim2":null,"Value":"7.2 [6.1-8.0]","NumericValue":7.25,"Low":6.1,"High":8.0,"Comments":"from a survey"},
 {"IndicatorCode":"X","SpatialDim":"DNK","TimeDim":2019,"Dim1":"SEX_MLE","Value":"<0.1","NumericValue":null},
 {"IndicatorCode":"X","SpatialDim":"NOR","TimeDim":"2008-2010","Value":"No data"}
],"@odata.nextLink":"https://example.org/next"}`

func TestRows(t *testing.T) {
	got, meta, err := all(strings.NewReader(small), Options{})
	want := "1 X,COUNTRY,SWE,2019,SEX_BTSX,,,=7.25[]from a survey|2 X,,DNK,2019,SEX_MLE,,,=[<0.1]|3 X,,NOR,2008-2010,,,,=[No data]"
	if err != nil || strings.Join(got, "|") != want || meta.Next != "https://example.org/next" {
		t.Errorf("%s, %v, %+v", strings.Join(got, "|"), err, meta)
	}
	got, _, err = all(strings.NewReader(small), Options{Measures: []string{"NumericValue", "Low"}})
	if err != nil || len(got) != 6 || got[1] != "1 X,COUNTRY,SWE,2019,SEX_BTSX,,,,Low=6.1[]from a survey" || got[3] != "2 X,,DNK,2019,SEX_MLE,,,,Low=[]" {
		t.Errorf("%q, %v", got, err)
	}
	if got, _, err := all(strings.NewReader(`{"value":[]}`), Options{}); err != nil || len(got) != 0 {
		t.Errorf("an empty answer: %q, %v", got, err)
	}
}

func TestFaults(t *testing.T) {
	row := `{"IndicatorCode":"X","NumericValue":1}`
	for name, x := range map[string]struct{ text, says string }{
		"empty":            {"", "JSON"},
		"HTML":             {"<html><body>down</body></html>", "web page"},
		"an array":         {"[" + row + "]", "expected an object"},
		"no value":         {`{"a":1}`, `member "value"`},
		"refused":          {`{"error":{"code":"404","message":"No such indicator"}}`, "No such indicator"},
		"cut off":          {`{"value":[` + row + `,{"Indica`, "cut off"},
		"text for number":  {`{"value":[{"NumericValue":"many"}]}`, `value[0]: expected a number or null as NumericValue, found "many"`},
		"NaN":              {`{"value":[{"NumericValue":NaN}]}`, "NaN"},
		"an object inside": {`{"value":[{"SpatialDim":{"a":1}}]}`, "value[0]"},
		"a member twice":   {`{"value":[{"TimeDim":1,"TimeDim":2}]}`, "each member once"},
		"value twice":      {`{"value":[],"value":[]}`, "a second one"},
		"after the end":    {`{"value":[]} x`, "x"},
		"deep":             {`{"value":[{"a":` + strings.Repeat("[", 100) + `]}`, "at most 64"},
		"UTF-16":           {"\xff\xfe{\x00", "utf-16le"},
	} {
		_, _, err := all(strings.NewReader(x.text), Options{})
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
	if _, _, err := all(strings.NewReader(small), Options{Measures: []string{"Id"}}); err == nil {
		t.Error("an unknown measure is taken")
	}
	_, _, err := all(strings.NewReader(`{"error":{"code":"404","message":"gone"}}`), Options{})
	var refused *decode.Refusal
	if !errors.As(err, &refused) || refused.Message != "gone" {
		t.Errorf("%v", err)
	}
}

func TestShared(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "who_gho", "odata_fragment_WSH_HYGIENE_BASIC.json"))
	if err != nil {
		t.Skip("the shared payloads are not here:", err)
	}
	defer func() { _ = f.Close() }()
	got, _, err := all(f, Options{})
	want := "1 WSH_HYGIENE_BASIC,,PER,2024,RESIDENCEAREATYPE_RUR,,,=72.273238897[]|2 WSH_HYGIENE_BASIC,,PER,2009,RESIDENCEAREATYPE_RUR,,,=46.995566574[]|" +
		"3 WSH_HYGIENE_BASIC,,PER,2010,RESIDENCEAREATYPE_RUR,,,=[47]"
	if err != nil || strings.Join(got, "|") != want {
		t.Errorf("%s, %v", strings.Join(got, "|"), err)
	}
}

// Whatever the bytes: an end, a *decode.Error, and every row with as many codes as dimensions.
func FuzzReader(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"error":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		g, err := New(bytes.NewReader(body), Options{Measures: []string{"NumericValue", "High"}}, decode.Limits{MaxBytes: 1 << 20, MaxCells: 10_000})
		var row decode.Row
		for err == nil {
			if err = g.Next(&row); err == nil && len(row.Codes) != len(g.Dimensions()) {
				t.Errorf("%d codes", len(row.Codes))
			}
		}
		var e *decode.Error
		if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
			t.Errorf("%T %v", err, err)
		}
	})
}
