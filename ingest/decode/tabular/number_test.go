package tabular

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, x := range []struct {
		decimal, thousands string
		good               map[string]float64
		bad                []string
	}{
		{"", "", map[string]float64{"0": 0, "-0": 0, "12": 12, "+3": 3, "1.50": 1.5, ".5": 0.5, "-.5": -0.5, "\u22127": -7, "1e3": 1000, "1.2E-4": 0.00012, "123456789012345678": 123456789012345678,
			"0.1234567890123456789": 0.1234567890123456789, "9007199254740993": 9007199254740993},
			[]string{"", "-", "+", ".", "-.", "1.", "1..2", "1.2.3", "1 000", "1,000", "1e", "e3", "1e3e4", "1e+-3", "0x1", "NaN", "Inf", "1e999", "--1", "1-", "１", strings.Repeat("1", 61)}},
		{",", "space", map[string]float64{"1 234 567,5": 1234567.5, "1\u00a0234": 1234, "1\u202f234": 1234, "1\u2009234": 1234, "12 345": 12345, "1234,5": 1234.5, "-1 000": -1000},
			[]string{"1 23", "1 2345", "1234 567", " 1", "1 ", "1  234", "1 234 ", "1.5", "1,2 345", "1 234e3"}},
		{",", ".", map[string]float64{"1.234,5": 1234.5, "1.234.567": 1234567, "1,5": 1.5}, []string{"1.5", "1.23", ".234", "1,234.5"}},
		{".", ",", map[string]float64{"1,234.5": 1234.5, "4,034": 4034}, []string{"1,5", "12,34", ",123"}},
		{".", "'", map[string]float64{"1'234": 1234, "1’234.5": 1234.5}, []string{"1'2"}},
		{".", "nbsp", map[string]float64{"1\u00a0234": 1234}, []string{"1 234", "1\u202f234"}},
	} {
		n, err := Options{Decimal: x.decimal, Thousands: x.thousands}.number()
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range x.good {
			if got, ok := n.parse(text); !ok || got != want {
				t.Errorf("%q with %q and %q: %v, %v, want %v", text, x.decimal, x.thousands, got, ok, want)
			}
		}
		for _, text := range x.bad {
			if got, ok := n.parse(text); ok {
				t.Errorf("%q with %q and %q is read as %v", text, x.decimal, x.thousands, got)
			}
		}
	}
}

// A number written in any of the ways is read back as the nearest float64, as strconv reads it.
func TestNumbersReadBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		v := (r.Float64() - 0.5) * float64(int64(1)<<r.IntN(60))
		text := strconv.FormatFloat(v, 'f', r.IntN(12), 64)
		want, _ := strconv.ParseFloat(text, 64)
		for _, style := range []struct{ decimal, thousands, group string }{{".", "", ""}, {",", "space", "\u00a0"}, {",", ".", "."}, {".", "'", "’"}} {
			n, err := Options{Decimal: style.decimal, Thousands: style.thousands}.number()
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := n.parse(grouped(text, style.decimal, style.group)); !ok || got != want {
				t.Fatalf("%q: %v, %v, want %v", grouped(text, style.decimal, style.group), got, ok, want)
			}
		}
	}
}

// grouped writes a number with signs of its own.
func grouped(text, decimal, group string) string {
	rest, negative := strings.CutPrefix(text, "-")
	whole, fraction, hasFraction := strings.Cut(rest, ".")
	if group != "" {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + group + whole[i:]
		}
	}
	if hasFraction {
		whole += decimal + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole
}

func TestOptionsAreChecked(t *testing.T) {
	for name, x := range map[string]struct {
		o    Options
		says string
	}{
		"decimal":          {Options{Decimal: ";"}, "decimal is"},
		"thousands":        {Options{Thousands: "_"}, "thousands is"},
		"both alike":       {Options{Decimal: ",", Thousands: ","}, "must differ"},
		"skip":             {Options{Skip: -1}, "skip is -1"},
		"header rows":      {Options{HeaderRows: 11}, "header_rows is 11"},
		"names and header": {Options{Names: []string{"a"}, HeaderRows: 1}, "leave out header_rows"},
		"value and wide":   {Options{Value: "a", Wide: &Wide{}}, "keep one"},
		"empty footer":     {Options{Footer: []string{""}}, "empty text"},
		"two ways of wide": {Options{Wide: &Wide{Match: "a", From: "b"}}, "takes one of"},
		"wide dimensions":  {Options{HeaderRows: 2, Wide: &Wide{Dimensions: []string{"a", "b", "c"}}}, "one per header row"},
		"a broken pattern": {Options{Wide: &Wide{Match: "["}}, "wide.match"},
	} {
		if err := x.o.Check(); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
}

func TestOverlay(t *testing.T) {
	base := Options{Value: "a", Decimal: ",", Labels: map[string]string{"x": "y"}, Skip: 2}
	got := Overlay(Options{Value: "b", Missing: []string{".."}}, base)
	if got.Value != "b" || got.Decimal != "," || got.Labels["x"] != "y" || got.Skip != 2 || len(got.Missing) != 1 {
		t.Errorf("%+v", got)
	}
}
