package record

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// all reads a text whole: its records joined, and the error that ended it.
func all(text string, o Options) (out []string, err error) {
	s := New(strings.NewReader(text), o)
	var fields []string
	for {
		if _, err := s.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return out, err
		}
		fields = s.Strings(fields)
		out = append(out, fmt.Sprintf("%d:%s", s.Line(), strings.Join(fields, "¦")))
	}
}

func TestRecords(t *testing.T) {
	for name, x := range map[string]struct {
		text string
		o    Options
		want []string
	}{
		"plain":              {"a,b\n1,2\n", Options{}, []string{"1:a¦b", "2:1¦2"}},
		"no final break":     {"a,b\n1,2", Options{}, []string{"1:a¦b", "2:1¦2"}},
		"BOM, CRLF, blank":   {"\ufeffa;b\r\n\r\n1;\r\n", Options{Comma: ';'}, []string{"1:a¦b", "3:1¦"}},
		"quoted":             {"\"a,1\",\"b\"\"c\"\nx,y\n", Options{}, []string{`1:a,1¦b"c`, "2:x¦y"}},
		"break in quotes":    {"\"a\nb\",c\nd,e\n", Options{}, []string{"1:a\nb¦c", "3:d¦e"}},
		"empty quotes last":  {"a,\"\"\n", Options{}, []string{"1:a¦"}},
		"delimiter last":     {"\"a\",\n", Options{}, []string{"1:a¦"}},
		"quotes not special": {"5\" pipe\tx\n", Options{Comma: '\t', NoQuote: true}, []string{"1:5\" pipe¦x"}},
	} {
		got, err := all(x.text, x.o)
		if err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, x.want)
		}
	}
}

func TestFaults(t *testing.T) {
	for name, x := range map[string]struct {
		text string
		want Error
	}{
		"NUL":          {"a\nb\x00", Error{2, 2, "a NUL byte; the file is damaged or not text. Fetch it again", false}},
		"not UTF-8":    {"a\nå\xe5", Error{2, 3, "the byte 0xe5 is not UTF-8; save the file as UTF-8", true}},
		"open quote":   {"a\n\"b\nc\n", Error{2, 0, "a quoted field is not closed; the file is cut off or a quote is missing", false}},
		"after quote":  {`"a"b`, Error{1, 1, "text after a closing quote; write a quote inside a field as two quotes", false}},
		"inside field": {`x,a"b`, Error{1, 2, "a quote in a field that does not begin with one; put the field in quotes", false}},
		"long line":    {strings.Repeat("x", 2000), Error{1, 0, "the line is longer than 1000 bytes; is this a CSV file?", false}},
		"long record":  {"\"" + strings.Repeat("x\n", 600), Error{1, 0, "a quoted field is not closed; the file is cut off or a quote is missing", false}},
	} {
		_, err := all(x.text, Options{Max: 1000})
		var fault *Error
		if !errors.As(err, &fault) || *fault != x.want {
			t.Errorf("%s: %v, want %v", name, err, &x.want)
		}
	}
}

// Where the standard library's strict reader takes a text, both give the same fields.
func FuzzAgainstStandardLibrary(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "\"a\nb\",\"c\"\"\"\n", "\ufeffa\r\n\r\nb,\"\"\n", "\"\",\n\n,\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := New(strings.NewReader(text), Options{})
		var mine [][]string
		for {
			if _, err := s.Next(); err != nil {
				if !errors.Is(err, io.EOF) {
					return
				}
				break
			}
			mine = append(mine, s.Strings(nil))
		}
		// The standard library keeps a byte-order mark and turns a line break in quotes into \n, as we do.
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(text), []byte("\ufeff"))))
		r.FieldsPerRecord = -1
		theirs, err := r.ReadAll()
		if err != nil || strings.Contains(text, "\r") {
			return
		}
		if !slices.EqualFunc(mine, theirs, slices.Equal[[]string]) {
			t.Errorf("%q: %q, the standard library %q", text, mine, theirs)
		}
	})
}

// The ratio to encoding/csv over the same bytes.
func BenchmarkScanner(b *testing.B) {
	text := bytes.Repeat([]byte("ESTAT:DEMO_R_MWK(1.0),22/05/26 11:00:00,W,T,TOTAL,NR,SE110,2022-W31,312,p,\n"), 200_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := New(bytes.NewReader(text), Options{})
		n := 0
		for {
			fields, err := s.Next()
			if err != nil {
				break
			}
			n += len(fields)
		}
		if n != 200_000*11 {
			b.Fatal(n)
		}
	}
}

// The baseline of BenchmarkScanner.
func BenchmarkScannerBaselineEncodingCSV(b *testing.B) {
	text := bytes.Repeat([]byte("ESTAT:DEMO_R_MWK(1.0),22/05/26 11:00:00,W,T,TOTAL,NR,SE110,2022-W31,312,p,\n"), 200_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		n := 0
		for {
			fields, err := r.Read()
			if err != nil {
				break
			}
			n += len(fields)
		}
		if n != 200_000*11 {
			b.Fatal(n)
		}
	}
}
