package verdict

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"utfall/schema"
	"utfall/stats/effect"
)

var load = sync.OnceValues(schema.Load)

// catalogue is the one that the program embeds.
func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reference reads the reference collection's newest editions of some indicators.
func reference(t *testing.T, indicators ...string) []schema.Observation {
	t.Helper()
	var out []schema.Observation
	for _, id := range indicators {
		f, err := os.Open(filepath.Join("..", "..", "ingest", "reference", "figures", id+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, name := range rows[0] {
			column[strings.TrimPrefix(name, "\ufeff")] = i
		}
		for _, row := range rows[1:] {
			get := func(name string) string { return row[column[name]] }
			period, err := schema.ParsePeriod(get("period"))
			if err != nil {
				t.Fatal(err)
			}
			o := schema.Observation{Cell: schema.Cell{Indicator: id, Variant: get("variant"), Area: get("area"), Period: period,
				Sex: schema.Sex(get("sex")), Age: get("age")}, Missing: schema.Missing(get("missing")), Flags: get("flags"), Source: get("source")}
			if o.Missing == schema.Present {
				if o.Value, err = strconv.ParseFloat(get("value"), 64); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, o)
		}
	}
	return out
}

func test(t *testing.T, id string) Result {
	t.Helper()
	c := catalogue(t)
	x, ok := c.Claim(id)
	if !ok {
		t.Fatalf("no claim %s", id)
	}
	return NewTester(c, reference(t, x.Indicators()...)).Test(x)
}

// The verdicts on the figures that the program ships. A change here is news, and has to be explained by a figure or a
// rule that changed.
func TestReferenceVerdicts(t *testing.T) {
	want := map[string]string{
		"c01": "depends", "c02": "partly only_proxy", "c03": "depends", "c04": "partly", "c05": "untestable years_missing",
		"c06": "untestable not_comparable", "c07": "untestable no_rule", "c08": "partly only_proxy", "c09": "untestable no_rule",
		"c10": "unscored", "c11": "unscored", "c12": "untestable no_rule", "c13": "partly some_undecided", "c14": "partly only_proxy",
		"c15": "unscored", "c16": "untestable no_rule", "c17": "untestable no_rule", "c18": "contradicted", "c19": "untestable proxy_against",
		"c20": "untestable no_rule", "c21": "untestable no_rule", "c22": "unscored", "c23": "unscored", "c24": "untestable no_rule",
		"c25": "unscored", "c26": "partly some_undecided", "c27": "untestable no_rule", "c28": "unscored", "c29": "untestable no_rule",
	}
	claims := catalogue(t).Claims
	if len(claims) != len(want) {
		t.Errorf("%d claims, want %d", len(claims), len(want))
	}
	for _, x := range claims {
		r := test(t, x.ID)
		if got := strings.TrimSpace(string(r.Verdict) + " " + string(r.Reason)); got != want[x.ID] {
			t.Errorf("%s: %s, want %s", x.ID, got, want[x.ID])
		}
		if r.Verdict == Untestable && len(x.Missing) == 0 {
			t.Errorf("%s cannot be tested and names no table that would settle it", x.ID)
		}
	}
}

// Ratios with exact limits, worked out elsewhere: binom.test of 370 in 370+63 and so on.
func TestOverdosesToShootings(t *testing.T) {
	r := test(t, "c01")
	if len(r.Variants) != 9 {
		t.Fatalf("%d ways to count, want 9", len(r.Variants))
	}
	supporting := 0
	for _, v := range r.Variants {
		if v.Verdict == Supported {
			supporting++
			if v.Series.Variant != "accidental" || v.Against.Indicator != "homicide_victims" {
				t.Errorf("%+v over %+v supports", v.Series, v.Against)
			}
			near(t, v.Estimate, 370.0/116, 2.58, 3.96)
		}
	}
	if supporting != 1 {
		t.Errorf("%d ways to count support, want the one", supporting)
	}
	near(t, r.Variants[0].Estimate, 370.0/63, 4.49, 7.80)
	near(t, r.Variants[6].Estimate, 860.0/63, 10.56, 17.92)
}

func near(t *testing.T, e *Estimate, value, lower, upper float64) {
	t.Helper()
	const tolerance = 0.01
	if e == nil || e.Lower == nil || e.Upper == nil {
		t.Fatalf("no interval: %+v", e)
	}
	for _, x := range [][2]float64{{e.Value, value}, {*e.Lower, lower}, {*e.Upper, upper}} {
		if d := x[0] - x[1]; d > tolerance || d < -tolerance {
			t.Errorf("%.3f (%.3f to %.3f), want %.3f (%.3f to %.3f)", e.Value, *e.Lower, *e.Upper, value, lower, upper)
			return
		}
	}
}

// A claim that names the year 2000, for which there is no figure, is never plainly supported by 1999.
func TestNeighbouringYearIsToldAndCaps(t *testing.T) {
	v := test(t, "c03").Variants[0]
	if v.Used[0].Point.Year != 1999 || v.Used[1].Point.Year != 2022 {
		t.Fatalf("from %d to %d", v.Used[0].Point.Year, v.Used[1].Point.Year)
	}
	if v.Verdict != Partly || v.Reason != OtherYear {
		t.Errorf("%s %s", v.Verdict, v.Reason)
	}
	if from := v.Used[0].Point; from.Low != 3150 || from.High != 3250 {
		t.Errorf("about 3 200 was read as %g to %g", from.Low, from.High)
	}
	if to := v.Used[1].Point; to.Low != 1600 || to.High != 1700 {
		t.Errorf("more than 1 600 was read as %g to %g", to.Low, to.High)
	}
}

// The Danish claim: a fall said to go on since 2010 was not begun by a room that opened in October 2012, whatever the
// figures are.
func TestDanishClaimIsFlagged(t *testing.T) {
	s := test(t, "c05").Sequence
	if s == nil || !s.Forbidden || len(s.Reasons) != 1 || s.Reasons[0] != effect.ChangeBeganFirst {
		t.Fatalf("%+v", s)
	}
	if s.Event.Date != "2012-10-01" || s.Timing != nil {
		t.Errorf("event %s, timing %v", s.Event.Date, s.Timing)
	}
	if s := test(t, "c07").Sequence; s == nil || s.Forbidden {
		t.Errorf("a claim without a beginning was flagged: %+v", s)
	}
}

// The same claim once figures have come: they are asked too, and say that the fall was under way.
func TestDanishClaimWithFigures(t *testing.T) {
	c := catalogue(t)
	x, _ := c.Claim("c05")
	var figures []schema.Observation
	for i, n := range []float64{1400, 1330, 1270, 1190, 1130, 1050, 990, 930, 860, 790, 730, 660} { // made up: falls from 2008 on
		figures = append(figures, figure("dk_residential_starts", "DK", 2008+i, n, ""))
	}
	r := NewTester(c, figures).Test(x)
	if r.Verdict != Supported || r.Sequence.Timing == nil || !r.Sequence.Timing.ChangeBeganBefore {
		t.Fatalf("%s %s, timing %+v", r.Verdict, r.Reason, r.Sequence.Timing)
	}
	figures[5].Value = 1200
	if r := NewTester(c, figures).Test(x); r.Verdict != Contradicted {
		t.Errorf("a year of rise gives %s %s", r.Verdict, r.Reason)
	}
}

// Every series that a rule asks for either has figures or is one that is known to be missing.
func TestRulesFindTheirFigures(t *testing.T) {
	absent := map[string]bool{"dcr_visits||DK-COPENHAGEN": true}
	c := catalogue(t)
	for _, x := range c.Claims {
		tester := NewTester(c, reference(t, x.Indicators()...))
		for _, r := range x.Rules {
			for _, s := range r.Selections() {
				if len(tester.of(s)) == 0 && !absent[s.Indicator+"|"+s.Variant+"|"+s.Area] {
					t.Errorf("%s: no figures for %s %q %s %s %s", x.ID, s.Indicator, s.Variant, s.Area, s.Both(), s.Ages())
				}
			}
		}
	}
}
