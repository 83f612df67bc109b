package cdc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"utfall/ingest/decode"
	"utfall/ingest/decode/tabular"
)

func all(text string, o Options) (out []string, err error) {
	r, err := New(strings.NewReader(text), o, decode.Limits{})
	if err != nil {
		return nil, err
	}
	var row decode.Row
	for {
		err := r.Next(&row)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		v := ""
		if row.Has {
			v = fmt.Sprint(row.Value)
		}
		out = append(out, fmt.Sprintf("%d %s|%s=%s[%s]", row.Line, strings.Join(row.Codes, ","), row.Labels[0], v, row.Status))
	}
}

const small = `[{"state":"AK","year":"2019","month":"December","period":"12 month-ending","indicator":"Number of Drug Overdose Deaths","data_value":"132","state_name":"Alaska","footnote":"Underreported due to incomplete data.","footnote_symbol":"*","predicted_value":"135"},
 {"state":"YC","year":"2019","month":"May","period":"12 month-ending","indicator":"Heroin (T40.1)","state_name":"New York City","footnote":"Data suppressed (<10)."}]`

func TestVSRR(t *testing.T) {
	got, err := all(small, Options{Dialect: "vsrr"})
	want := "1 AK,2019,December,12 month-ending,Number of Drug Overdose Deaths|Alaska=132[Underreported due to incomplete data.]\n" +
		"2 YC,2019,May,12 month-ending,Heroin (T40.1)|New York City=[Data suppressed (<10).]"
	if err != nil || strings.Join(got, "\n") != want {
		t.Errorf("%s, %v", strings.Join(got, "\n"), err)
	}
	// The last page of a paged query is an empty array.
	if got, err := all("[]", Options{Dialect: "vsrr"}); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	// The model's figures beside the counts.
	got, err = all(small, Options{Dialect: "vsrr", Options: tabular.Options{Value: "predicted_value"}})
	if err != nil || !strings.Contains(got[0], "=135[") {
		t.Errorf("%q, %v", got, err)
	}
}

// Without options the members are learnt from the objects, those that the first one lacks too.
func TestLearnt(t *testing.T) {
	got, err := all(`[{"a":"x","data_value":"1"},{"b":2,"a":"y","data_value":"3.5"},{"b":true}]`, Options{})
	if want := "1 x,|x=1[];2 y,2|y=3.5[];3 ,true|=[]"; err != nil || strings.Join(got, ";") != want {
		t.Errorf("%s, %v", strings.Join(got, ";"), err)
	}
}

func TestFaults(t *testing.T) {
	many := strings.Repeat(`{"a":"x","value":"1"},`, Window+1)
	for name, x := range map[string]struct {
		text string
		o    Options
		says string
	}{
		"empty":                {"", Options{}, "JSON"},
		"HTML":                 {"<!doctype html><p>x", Options{}, "web page"},
		"no rows":              {"[]", Options{}, "at least one object"},
		"refused":              {`{"code":"query.soql.no-such-column","error":true,"message":"No such column: x"}`, Options{}, "query.soql.no-such-column: No such column: x"},
		"another object":       {`{"a":1}`, Options{}, "an array of rows"},
		"cut off":              {`[{"a":"x","value":"1"},{"a"`, Options{}, "cut off"},
		"no number":            {`[{"state":"AK","data_value":"many"}]`, Options{Dialect: "vsrr"}, `[0].data_value: expected a number with the decimal sign "."`},
		"an unknown member":    {`[{"state":"AK"},{"colour":"red"}]`, Options{Dialect: "vsrr"}, `[1]: expected the members "state"`},
		"a member too late":    {"[" + many + `{"b":"x"}]`, Options{}, "a column came later"},
		"an object inside":     {`[{"a":{"url":"x"},"value":"1"}]`, Options{}, "leave the column out with $select"},
		"a member twice":       {`[{"a":"x","a":"y","value":"1"}]`, Options{}, "each member once"},
		"an unknown dialect":   {"[]", Options{Dialect: "nope"}, "expected vsrr"},
		"something after rows": {`[{"a":"x","value":"1"}] 5`, Options{}, "5"},
	} {
		_, err := all(x.text, x.o)
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
}

// Whatever the bytes: an end, a *decode.Error, and every row with as many codes as dimensions.
func FuzzReader(f *testing.F) {
	f.Add([]byte(small), true)
	f.Add([]byte(`[{"a":"x","value":"1"},{"b":2}]`), false)
	f.Add([]byte(`{"code":"x","error":true,"message":"y"}`), false)
	f.Fuzz(func(t *testing.T, body []byte, vsrr bool) {
		o := Options{}
		if vsrr {
			o.Dialect = "vsrr"
		}
		r, err := New(bytes.NewReader(body), o, decode.Limits{MaxBytes: 1 << 20, MaxCells: 10_000})
		var row decode.Row
		for err == nil {
			if err = r.Next(&row); err == nil && len(row.Codes) != len(r.Dimensions()) {
				t.Errorf("%d codes", len(row.Codes))
			}
		}
		var e *decode.Error
		if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
			t.Errorf("%T %v", err, err)
		}
	})
}
