package jsonscan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"utfall/ingest/decode"
)

func open(t testing.TB, text string) *Scanner {
	t.Helper()
	s, err := New(strings.NewReader(text), "test", decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read builds what encoding/json would, so that the two can be compared.
func read(s *Scanner) (any, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	switch kind {
	case Object:
		m := map[string]any{}
		err := s.Object(func(key string) error {
			v, err := read(s)
			m[key] = v
			return err
		})
		return m, err
	case Array:
		list := []any{}
		err := s.Array(func(int) error {
			v, err := read(s)
			list = append(list, v)
			return err
		})
		return list, err
	case String:
		return s.Text()
	case Number:
		text, err := s.Number()
		return json.Number(text), err
	}
	kind, err = s.Literal()
	if kind == Null {
		return nil, err
	}
	return kind == True, err
}

func whole(r io.Reader, limits decode.Limits) (any, error) {
	s, err := New(r, "test", limits)
	if err != nil {
		return nil, err
	}
	v, err := read(s)
	if err != nil {
		return nil, err
	}
	return v, s.End()
}

func standard(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	d.UseNumber()
	if err = d.Decode(&v); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more follows")
		}
	}
	return v, err
}

var good = []string{
	`{}`, `[]`, `"a"`, `-1.5e+3`, `0`, `true`, `false`, `null`, ` { "a" : [ 1 , 2.5 , null , { "b" : "å\n\"\u00e5\ud83d\ude00\/" } ] } `,
	"\ufeff{\"a\":1}", `[[[[]]],{}]`, `{"":""}`, `["` + strings.Repeat("x", 1000) + `"]`,
}

func TestAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range good {
		want, err := standard(text)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)),
			"data with EOF": iotest.DataErrReader(strings.NewReader(text))} {
			got, err := whole(r, decode.Limits{})
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s: %v, %v; encoding/json gives %v", text, name, got, err, want)
			}
		}
	}
}

// Every token has to survive the border between two blocks.
func TestBlockBorders(t *testing.T) {
	const doc = `{"key":"välue","n":-12.5e3,"t":true,"z":null,"a":[1,"\u00e5"]}`
	want, _ := standard(doc)
	for shift := range len(doc) + 1 {
		text := strings.Repeat(" ", blockSize-shift) + doc + strings.Repeat("\n", 3)
		got, err := whole(strings.NewReader(text), decode.Limits{})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("shift %d: %v, %v", shift, got, err)
		}
	}
}

// A payload that ends with a block, in the middle of a token or after it.
func TestEndAtBlock(t *testing.T) {
	for _, end := range []string{"12", "1.", "tr", "true", `"a`, `"a"`, "[1", "[1,", `{"a":1`, "[]"} {
		text := strings.Repeat(" ", blockSize-len(end)) + end
		got, err := whole(strings.NewReader(text), decode.Limits{})
		want, wantErr := standard(text)
		if (err == nil) != (wantErr == nil) || err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %v, %v; encoding/json gives %v, %v", end, got, err, want, wantErr)
		}
	}
}

func TestRefuses(t *testing.T) {
	for text, part := range map[string]string{
		``:                                "empty",
		"  \n ":                           "empty",
		`{"a":1`:                          "cut off",
		`{"a`:                             "cut off",
		`{"a":tr`:                         "cut off",
		`[1,2`:                            "cut off",
		`[1,]`:                            "JSON value",
		`[1 2]`:                           "comma",
		`{"a":1,}`:                        "name of a member",
		`{"a" 1}`:                         "colon",
		`{a:1}`:                           "name of a member",
		`{"a":1 "b":2}`:                   "comma",
		`{"a":1}x`:                        "end of the payload",
		`junk {"a":1}`:                    "JSON value",
		`[NaN]`:                           "NaN and Infinity are none",
		`[-Infinity]`:                     "number",
		`[01]`:                            "number",
		`[1.]`:                            "number",
		`[.5]`:                            "JSON value",
		`[1e]`:                            "number",
		`[--1]`:                           "number",
		`[truth]`:                         "true",
		`["\x"]`:                          "escape",
		`["\u00"]`:                        "escape",
		`["\u0000"]`:                      "escape",
		`["\ud800"]`:                      "escape",
		`["\ud800\u0041"]`:                "escape",
		"[\"a\nb\"]":                      "control character",
		"[\"a\x00b\"]":                    "NUL",
		"[\"\xff\"]":                      "0xff",
		"\x00":                            "NUL",
		"\x1f\x8b\x08":                    "compressed",
		"PK\x03\x04":                      "ZIP",
		"\xff\xfe{\x00":                   "UTF-16",
		"<html><title>Fel</title></html>": "web page",
		strings.Repeat("[", 65):           "at most 64",
	} {
		_, err := whole(strings.NewReader(text), decode.Limits{})
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v; the error should tell of %q", text, err, part)
		}
	}
}

func TestPageIsARefusal(t *testing.T) {
	_, err := New(strings.NewReader("\n<!DOCTYPE html><html><head><TITLE> 404 Saknas </TITLE>"), "test", decode.Limits{})
	var r *decode.Refusal
	if !errors.As(err, &r) || !r.HTML || r.Message != "404 Saknas" {
		t.Fatalf("%v, %+v", err, r)
	}
}

func TestPlace(t *testing.T) {
	_, err := whole(strings.NewReader("{\n \"a\": 1,\n \"b\": [1, x]\n}"), decode.Limits{})
	var e *decode.Error
	if !errors.As(err, &e) || e.Line != 3 || e.Column != 11 || e.Offset != 21 || e.Path != "b" {
		t.Fatalf("%+v", e)
	}
	text := strings.Repeat("\n", blockSize) + "\n  x"
	_, err = whole(strings.NewReader(text), decode.Limits{})
	if !errors.As(err, &e) || e.Line != blockSize+2 || e.Column != 3 {
		t.Fatalf("%+v", e)
	}
}

func TestLimits(t *testing.T) {
	long := `["` + strings.Repeat("a", 1000) + `"]`
	if _, err := whole(strings.NewReader(long), decode.Limits{MaxFieldBytes: 100}); err == nil {
		t.Error("a long string passed")
	}
	if _, err := whole(strings.NewReader(long), decode.Limits{MaxBytes: 100}); err == nil || !strings.Contains(err.Error(), "larger than 100 bytes") {
		t.Error(err)
	}
	endless := io.MultiReader(strings.NewReader(`["`), zeros{})
	if _, err := whole(endless, decode.Limits{}); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Error(err)
	}
	endless = io.MultiReader(strings.NewReader(`[`), zeros{})
	if _, err := whole(endless, decode.Limits{}); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

func TestBrokenReader(t *testing.T) {
	broken := errors.New("connection reset")
	for _, err := range []error{broken, io.ErrUnexpectedEOF} {
		r := io.MultiReader(strings.NewReader(`{"a":[1,2`), iotest.ErrReader(err))
		if _, got := whole(r, decode.Limits{}); !errors.Is(got, err) {
			t.Errorf("%v should carry %v", got, err)
		}
		r = io.MultiReader(strings.NewReader(`{"a":1}`), iotest.ErrReader(err))
		if _, got := whole(r, decode.Limits{}); !errors.Is(got, err) {
			t.Errorf("after the document: %v should carry %v", got, err)
		}
	}
	if _, err := whole(idle{}, decode.Limits{}); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestProblem(t *testing.T) {
	for _, c := range []struct {
		text string
		want *decode.Refusal
	}{
		{`{"error":"Too many values selected"}`, &decode.Refusal{Message: "Too many values selected"}},
		{`{"error":[{"status":404,"id":100,"label":"ERR_NOT_FOUND_4"}]}`, &decode.Refusal{Status: 404, Code: "100", Message: "ERR_NOT_FOUND_4"}},
		{`{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. later"}}`,
			&decode.Refusal{Status: 413, Message: "ASYNCHRONOUS_RESPONSE. later", Asynchronous: true}},
		{`{"type":"x","title":"Bad Request","status":400,"detail":"no such code"}`, &decode.Refusal{Status: 400, Message: "Bad Request: no such code"}},
		{`{"message":"Table not found"}`, &decode.Refusal{Message: "Table not found"}},
		{`{"error":["a",{"message":"b","status":"400"}]}`, &decode.Refusal{Status: 400, Message: "a; b"}},
		{`{"error":null}`, nil},
		{`{"error":[]}`, nil},
	} {
		s := open(t, c.text)
		var p Problem
		err := s.Object(func(key string) error {
			if key == "status" {
				return p.Status(s)
			}
			if taken, err := p.Member(s, key); taken {
				return err
			}
			return s.Skip()
		})
		got := p.Instead()
		if err != nil || (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.text, got, err, c.want)
		}
		if got != nil {
			var r *decode.Refusal
			if !errors.As(s.Refuse(got, "data"), &r) {
				t.Error("the error does not carry the refusal")
			}
		}
	}
}

// Whatever a service or a member's name says, an error stays readable.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("å", 10_000)
	for _, text := range []string{`{"error":"` + long + `"}`, `{"error":[` + strings.Repeat(`{"label":"x","code":"`+long+`"},`, 50) + `{}]}`, `{"title":"` + long + `","detail":"` + long + `"}`,
		`{"` + long + `":[x]}`, `["` + long + `" "x"]`, `[` + strings.Repeat("x", 5000)} {
		s := open(t, text)
		var p Problem
		err := s.Object(func(key string) error {
			s.SetPath(key)
			if taken, err := p.Member(s, key); taken {
				return err
			}
			return s.Skip()
		})
		if err == nil {
			err = s.Refuse(p.Instead(), "data")
		}
		if len(err.Error()) > 1500 {
			t.Errorf("%d bytes: %.100s", len(err.Error()), err)
		}
	}
}

func TestValues(t *testing.T) {
	s := open(t, `{"a":["x",1,null],"b":"y","c":null,"d":true,"e":"False","f":1,"g":"maybe"}`)
	got := map[string]string{}
	err := s.Object(func(key string) error {
		if key < "d" {
			texts, err := s.Texts()
			got[key] = strings.Join(texts, "|")
			return err
		}
		b, err := s.Boolean()
		got[key] = fmt.Sprint(b)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), `g: expected true or false, found "maybe"`) {
		t.Errorf("error is %v", err)
	}
	delete(got, "g")
	if want := map[string]string{"a": "x|1", "b": "y", "c": "", "d": "true", "e": "false", "f": "true"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// FuzzAgainstEncodingJSON: what this scanner takes, encoding/json reads alike; what it refuses beyond that are only
// lone surrogates, NUL, bad UTF-8, depth and length.
func FuzzAgainstEncodingJSON(f *testing.F) {
	for _, text := range good {
		f.Add(text)
	}
	f.Add(`{"a":1`)
	f.Add("[\"\xff\"]")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := whole(iotest.HalfReader(strings.NewReader(text)), decode.Limits{MaxDepth: 50})
		if err != nil {
			var e *decode.Error
			if !errors.As(err, &e) || e.Offset > int64(len(text)) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		want, err := standard(text)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q: %v; encoding/json gives %v, %v", text, got, want, err)
		}
	})
}
