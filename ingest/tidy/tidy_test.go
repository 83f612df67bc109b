package tidy

import (
	"errors"
	"io"
	"strings"
	"testing"

	"utfall/schema"
)

func catalogue(t testing.TB) *schema.Catalogue {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const header = "indicator,area,period,value,unit,source,citation,missing,sex,age,flags\n"

func readAll(c *schema.Catalogue, text string) (rows int, rejects []schema.Reject, err error) {
	r, err := New("f.csv", strings.NewReader(text), c)
	if err != nil {
		return 0, nil, err
	}
	for {
		b, x, err := r.Next()
		rejects = append(rejects, x...)
		if err != nil && !errors.Is(err, io.EOF) {
			return rows, rejects, err
		}
		rows += b.Len()
		if err != nil {
			return rows, rejects, nil
		}
	}
}

func TestRowFaults(t *testing.T) {
	c := catalogue(t)
	for name, x := range map[string]struct {
		row, reason string
		column      int
		says        string
	}{
		"unknown indicator": {"nope,SE,2022,5,deaths,A,B,,,,", ReasonIndicator, 1, "not in the catalogue"},
		"unknown area":      {"drug_induced_deaths,XX-1,2022,5,deaths,A,B,,,,", ReasonArea, 2, "not known"},
		"impossible period": {"drug_induced_deaths,SE,2022-13,5,deaths,A,B,,,,", ReasonPeriod, 3, "month"},
		"week 53":           {"drug_induced_deaths,SE,2021-W53,5,deaths,A,B,,,,", ReasonPeriod, 3, "1 to 52"},
		"no such day":       {"drug_induced_deaths,SE,2023-02-29,5,deaths,A,B,,,,", ReasonPeriod, 3, "calendar"},
		"decimal comma":     {`drug_induced_deaths,SE,2022,"5,5",deaths,A,B,,,,`, ReasonValue, 4, "decimal comma"},
		"not a number":      {"drug_induced_deaths,SE,2022,..,deaths,A,B,,,,", ReasonValue, 4, "not a number"},
		"infinity":          {"drug_induced_deaths,SE,2022,Inf,deaths,A,B,,,,", ReasonValue, 4, "not a number"},
		"negative count":    {"drug_induced_deaths,SE,2022,-5,deaths,A,B,,,,", ReasonValue, 4, "below zero"},
		"half a death":      {"drug_induced_deaths,SE,2022,5.5,deaths,A,B,,,,", ReasonValue, 4, "whole"},
		"over the maximum":  {"purchased_share_addiction_care,SE,2022,101,percent,A,B,,,,", ReasonValue, 4, "above 100"},
		"wrong unit":        {"drug_induced_deaths,SE,2022,5,persons,A,B,,,,", ReasonUnit, 5, `measured in "deaths"`},
		"no source":         {"drug_induced_deaths,SE,2022,5,deaths,,B,,,,", ReasonSource, 6, "source"},
		"value and reason":  {"drug_induced_deaths,SE,2022,5,deaths,A,B,suppressed_primary,,,", ReasonMissing, 8, "keep one"},
		"neither":           {"drug_induced_deaths,SE,2022,,deaths,A,B,,,,", ReasonValue, 4, "no reason"},
		"unknown sex":       {"drug_induced_deaths,SE,2022,5,deaths,A,B,,X,,", ReasonSex, 9, "T (both)"},
		"unknown age":       {"drug_induced_deaths,SE,2022,5,deaths,A,B,,T,64-15,", ReasonAge, 10, "band"},
		"unknown flag":      {"drug_induced_deaths,SE,2022,5,deaths,A,B,,T,TOT,sure", ReasonFlags, 11, "not known"},
		"a line cut off":    {"drug_induced_deaths,SE,2022,5", ReasonFields, 0, "4 fields, the header has 11"},
	} {
		rows, rejects, err := readAll(c, header+x.row+"\ndrug_induced_deaths,SE,2021,450,deaths,A,B,,,,\n")
		if err != nil || rows != 1 || len(rejects) != 1 {
			t.Errorf("%s: %d rows, %d rejects, %v", name, rows, len(rejects), err)
			continue
		}
		r := rejects[0]
		if r.Reason != x.reason || r.Column != x.column || r.Line != 2 || r.File != "f.csv" || !strings.Contains(r.Detail, x.says) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestFileFaults(t *testing.T) {
	c := catalogue(t)
	good := "drug_induced_deaths,SE,2022,5,deaths,A,B,,,,\n"
	for name, x := range map[string]struct{ text, says string }{
		"empty":            {"", "f.csv: the file is empty"},
		"header only":      {header, "no rows"},
		"unknown column":   {"indicator,area,period,value,unit,source,citation,colour\n", `f.csv:1: column 8: unknown column "colour"`},
		"column twice":     {"indicator,area,area,period,value,unit,source,citation\n", "twice"},
		"column missing":   {"indicator,area,period,value,unit,source\n", `column "citation" is missing`},
		"semicolons":       {"indicator;area;period;value;unit;source;citation\n", "not separated by a comma"},
		"NUL byte":         {header + "drug_induced_deaths,SE,2022,5\x00,deaths,A,B,,,,\n", "f.csv:2: column 30: a NUL byte"},
		"not UTF-8":        {header + "drug_induced_deaths,SE,2022,5,deaths,G\xf6teborg,B,,,,\n", "0xf6 is not UTF-8"},
		"open quote":       {header + good + `drug_induced_deaths,SE,2021,5,deaths,"A,B,,,,` + "\n", "f.csv:3: a quoted field is not closed"},
		"text after quote": {header + `drug_induced_deaths,SE,2021,5,deaths,"A"x,B,,,,` + "\n", "after a closing quote"},
		"quote inside":     {header + `drug_induced_deaths,SE,2021,5,deaths,A"x,B,,,,` + "\n", "does not begin with one"},
		"cut off":          {header + good + "drug_induced_deaths,SE,20", "the last line is cut off"},
		"endless line":     {header + strings.Repeat("x", 3<<20), "longer than"},
	} {
		_, _, err := readAll(c, x.text)
		var f *FileError
		if !errors.As(err, &f) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, x.says)
		}
	}
}

func TestGoodFile(t *testing.T) {
	rows, rejects, err := readAll(catalogue(t), "\ufeff"+strings.ReplaceAll(header, "\n", "\r\n")+
		"drug_induced_deaths,SE,2022,5,deaths,\"A \"\"quoted\"\"\",\"B,\nsecond line\",,,,\r\n\r\n"+
		"drug_induced_deaths,SE,2021,,deaths,A,B,suppressed_primary,F,15-64,rounded provisional")
	if rows != 2 || len(rejects) != 0 || err != nil {
		t.Errorf("%d rows, %v, %v", rows, rejects, err)
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "10600": 10600, "4.9": 4.9, "-9": -9, "0.1": 0.1, "616.753": 616.753, "9182927": 9182927,
		"123456789012345678": 123456789012345678, "3.14159265358979323846": 3.141592653589793} {
		if got, ok := number([]byte(text)); !ok || got != want {
			t.Errorf("number(%q) = %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-", ".", "1.", ".5", "1e5", "0x1", "1 000", "NaN", "+5", "1.2.3", "--1", "1234567890123456x"} {
		if v, ok := number([]byte(text)); ok {
			t.Errorf("number(%q) = %v", text, v)
		}
	}
}

// Whatever the bytes, the reader ends, does not panic, and loses no row: each is in a batch or rejected.
func FuzzReader(f *testing.F) {
	c := catalogue(f)
	f.Add(header + "drug_induced_deaths,SE,2022,5,deaths,A,B,,,,\n")
	f.Add(header + "\"drug_induced_deaths\",SE,\"20\n22\",5,deaths,A,B,,,,")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := New("f.csv", strings.NewReader(text), c)
		if err != nil {
			return
		}
		var kept, rejected int
		for {
			b, x, err := r.Next()
			if err != nil && !errors.Is(err, io.EOF) {
				return
			}
			kept, rejected = kept+b.Len(), rejected+len(x)
			if err != nil {
				break
			}
		}
		if uint64(kept+rejected) != r.Read() {
			t.Errorf("read %d, kept %d, rejected %d", r.Read(), kept, rejected)
		}
	})
}
