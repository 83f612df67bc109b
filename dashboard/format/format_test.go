package format

import (
	"testing"

	"utfall/schema"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		sv, en   string
	}{
		{10600, 0, "10\u00a0600", "10,600"}, {4.94, 1, "4,9", "4.9"}, {-9, 0, "−9", "−9"}, {0, 0, "0", "0"},
		{-0.04, 1, "0,0", "0.0"}, {1234567.5, 1, "1\u00a0234\u00a0567,5", "1,234,567.5"}, {999.6, 0, "1\u00a0000", "1,000"},
	} {
		if got := Number(c.v, c.decimals, schema.SV); got != c.sv {
			t.Errorf("Number(%g) = %q, want %q", c.v, got, c.sv)
		}
		if got := Number(c.v, c.decimals, schema.EN); got != c.en {
			t.Errorf("Number(%g) = %q, want %q", c.v, got, c.en)
		}
	}
	if got := Percent(0.913, schema.SV); got != "−9\u00a0%" {
		t.Errorf("Percent = %q", got)
	}
	if got := Percent(1.153, schema.SV); got != "+15\u00a0%" {
		t.Errorf("Percent = %q", got)
	}
}

func TestPeriod(t *testing.T) {
	for code, want := range map[string][2]string{
		"2022": {"2022", "2022"}, "2022H1": {"första halvåret 2022", "first half of 2022"}, "2022Q3": {"kvartal 3 2022", "quarter 3 of 2022"},
		"2022-05": {"maj 2022", "May 2022"}, "2020-W53": {"vecka 53 2020", "week 53 of 2020"}, "2022-11-01": {"1 november 2022", "1 November 2022"},
		"2016/2020": {"2016–2020", "2016–2020"}, "2023-04/2023-09": {"april 2023\u00a0– september 2023", "April 2023\u00a0– September 2023"},
	} {
		p, err := schema.ParsePeriod(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := Period(p, schema.SV); got != want[0] {
			t.Errorf("%s: %q, want %q", code, got, want[0])
		}
		if got := Period(p, schema.EN); got != want[1] {
			t.Errorf("%s: %q, want %q", code, got, want[1])
		}
	}
}

// A reason or flag without words would show an empty cell.
func TestEveryReasonHasWords(t *testing.T) {
	for _, l := range []schema.Lang{schema.SV, schema.EN} {
		for _, m := range schema.MissingReasons() {
			if Missing(m, l) == "" {
				t.Errorf("no words for %s in %s", m, l)
			}
		}
		for _, f := range schema.Flags() {
			if got := Flags(string(f), l); len(got) != 1 || got[0] == "" {
				t.Errorf("no words for %s in %s", f, l)
			}
		}
	}
}
