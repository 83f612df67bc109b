package sentence

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"utfall/schema"
	"utfall/stats"
)

var update = flag.Bool("update", false, "write the golden file anew; read it before it is committed")

type testCase struct {
	Name, Unit, Area, Period, Flags string
	Kind                            schema.Kind
	Direction                       schema.Direction
	Label, Group, Prices            schema.Text
	V                               float64
	First                           *float64
	Limits                          []float64
	Missing                         schema.Missing
	Threshold                       int
	Before                          *struct {
		Period, Flags    string
		V                float64
		Comparable, Real *bool
		Why              schema.Text
		Fall, Rise       *float64
	}
	Trend *struct {
		State    stats.TrendState
		Reason   stats.Reason
		From, To int
	}
	Beside []struct {
		Area, Period string
		V            float64
		Missing      schema.Missing
		Real         *bool
	}
}

func (x testCase) figure(t *testing.T, c *schema.Catalogue) Figure {
	t.Helper()
	area := func(code string) schema.Area {
		a, ok := c.Areas.Get(code)
		if !ok {
			t.Fatalf("%s: no area %q", x.Name, code)
		}
		return a
	}
	period := func(s string) schema.Period {
		p, err := schema.ParsePeriod(s)
		if err != nil {
			t.Fatalf("%s: %v", x.Name, err)
		}
		return p
	}
	unit, ok := c.Unit(x.Unit)
	if !ok {
		t.Fatalf("%s: no unit %q", x.Name, x.Unit)
	}
	f := Figure{Label: x.Label, Group: x.Group, Prices: x.Prices, Unit: unit, Kind: x.Kind, Direction: x.Direction, Area: area(x.Area), Threshold: x.Threshold,
		Value: Value{Period: period(x.Period), Number: x.V, Missing: x.Missing, Flags: x.Flags, First: x.First}}
	if f.Label == (schema.Text{}) {
		f.Label = schema.Text{SV: "Måttet", EN: "The measure"}
	}
	if f.Direction == "" {
		f.Direction = schema.LowerIsBetter
	}
	if len(x.Limits) == 2 {
		f.Value.Lower, f.Value.Upper = &x.Limits[0], &x.Limits[1]
	}
	if b := x.Before; b != nil {
		f.Before = &Earlier{Value: Value{Period: period(b.Period), Number: b.V, Flags: b.Flags}, Comparable: b.Comparable == nil || *b.Comparable, Why: b.Why}
		if b.Real != nil {
			f.Before.Test = &Test{Real: *b.Real, Fall: b.Fall, Rise: b.Rise}
		}
	}
	if x.Trend != nil {
		f.Trend = &Trend{x.Trend.State, x.Trend.Reason, x.Trend.From, x.Trend.To}
	}
	for _, b := range x.Beside {
		there := Beside{Area: area(b.Area), Value: Value{Period: period(b.Period), Number: b.V, Missing: b.Missing}}
		if b.Real != nil {
			there.Test = &Test{Real: *b.Real}
		}
		f.Beside = append(f.Beside, there)
	}
	return f
}

func cases(t *testing.T) []testCase {
	t.Helper()
	f, err := os.Open("testdata/cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []testCase
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each figure of the test set gives, in both languages, the words that were read and approved.
func TestSentences(t *testing.T) {
	c := catalogue(t)
	var got strings.Builder
	all := cases(t)
	if len(all) < 80 {
		t.Errorf("%d pairs; the set shall hold at least 80", len(all))
	}
	for _, x := range all {
		f := x.figure(t, c)
		sv, en := Say(f, schema.SV).String(), Say(f, schema.EN).String()
		fmt.Fprintf(&got, "%s\n  %s\n  %s\n", x.Name, sv, en)
		for lang, text := range map[schema.Lang]string{schema.SV: sv, schema.EN: en} {
			if found := Causal(text, lang); len(found) > 0 {
				t.Errorf("%s names a cause: %q in %s", x.Name, found, text)
			}
			for _, wrong := range []string{"  ", "..", " .", " ,", "()", "NaN", "Inf", "%!", "stabil", "stable"} {
				if strings.Contains(text, wrong) {
					t.Errorf("%s: %q in %s", x.Name, wrong, text)
				}
			}
		}
	}
	if *update {
		if err := os.WriteFile("testdata/sentences.golden", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/sentences.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("line %d is\n%s\nwant\n%s", i+1, a[i], b[i])
			}
		}
		t.Fatal("sentences were added or taken away; run with -update and read the golden file")
	}
}

// Every unit of the catalogue is either counted, and then known by its forms, or measured, and then its label says so.
func TestEveryUnitHasWords(t *testing.T) {
	for _, u := range catalogue(t).Units {
		n, counted := nouns[u.ID]
		if !counted {
			if !u.Fraction {
				t.Errorf("%s is whole numbers and has no noun", u.ID)
			}
			continue
		}
		if n.svMany != u.Label.SV || n.enMany != u.Label.EN {
			t.Errorf("%s is called %s and %s here, %s and %s in the catalogue", u.ID, n.svMany, n.enMany, u.Label.SV, u.Label.EN)
		}
	}
	for id := range nouns {
		if _, ok := catalogue(t).Unit(id); !ok {
			t.Errorf("%s is no unit of the catalogue", id)
		}
	}
}

func TestCausal(t *testing.T) {
	if got := Causal("Minskningen berodde på rummen.", schema.SV); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := Causal("Färre dog. Det orsakades av vården och ledde till mer.", schema.SV); len(got) != 2 {
		t.Errorf("%v", got)
	}
	if got := Causal("Antalet minskade.", schema.SV); got != nil {
		t.Errorf("%v", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int][2]string{0: {"noll", "zero"}, 1: {"en", "one"}, 12: {"tolv", "twelve"}, 13: {"13", "13"}, 10600: {"10\u00a0600", "10,600"}} {
		if sv, en := Count(n, schema.SV), Count(n, schema.EN); sv != want[0] || en != want[1] {
			t.Errorf("%d: %s, %s", n, sv, en)
		}
	}
}
