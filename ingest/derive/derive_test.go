package derive

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"utfall/schema"
	"utfall/stats"
)

func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func figure(t *testing.T, indicator, area, period string, value float64, change ...func(*schema.Observation)) schema.Observation {
	t.Helper()
	p, err := schema.ParsePeriod(period)
	if err != nil {
		t.Fatal(err)
	}
	o := schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: area, Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: value, Release: 7, Source: "S", Citation: "C"}
	for _, f := range change {
		f(&o)
	}
	return o
}

func flags(s string) func(*schema.Observation) { return func(o *schema.Observation) { o.Flags = s } }
func gone(m schema.Missing) func(*schema.Observation) {
	return func(o *schema.Observation) { o.Missing = m }
}
func age(s string) func(*schema.Observation) { return func(o *schema.Observation) { o.Age = s } }

func rateOf(d schema.Derivation) schema.Indicator {
	return schema.Indicator{ID: "x_rate", Kind: schema.Rate, Numerator: "drug_induced_deaths", Denominator: "population", Derive: &d}
}

func compute(t *testing.T, ind schema.Indicator, figures ...schema.Observation) []schema.Observation {
	t.Helper()
	out, err := Compute(catalogue(t), ind, figures)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Sweden 2022: 519 deaths (EMCDDA) in a population of 10 521 556 (SCB): 4.93 per 100 000, limits as stats gives them.
func TestRate(t *testing.T) {
	out := compute(t, rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5}),
		figure(t, "drug_induced_deaths", "SE", "2022", 519), figure(t, "population", "SE", "2022", 10521556),
		figure(t, "drug_induced_deaths", "SE", "2023", 474), // no population that year
		figure(t, "drug_induced_deaths", "DK", "2022", 0, gone(schema.NotPublishedYet)), figure(t, "population", "DK", "2022", 5873420),
		figure(t, "drug_induced_deaths", "NO", "2022", 300, flags("lower_bound")), figure(t, "population", "NO", "2022", 5425270))
	want, err := stats.Rate(519, 10521556, 1e5, stats.Level95)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 2 || out[0].Area != "DK" || out[0].Missing != schema.NotPublishedYet {
		t.Fatalf("%+v", out)
	}
	o := out[1]
	if o.Value != want.Value || *o.Lower != want.Lower || *o.Upper != want.Upper || o.Flags != "derived" || math.Abs(o.Value-4.9327) > 1e-4 {
		t.Errorf("%+v", o)
	}
	if o.Citation != "519 (drug_induced_deaths, release 7) / 10521556 (population, release 7) × 100000" || o.Source != "Utfall (EU:s narkotikamyndighet (EMCDDA, nu EUDA); SCB)" {
		t.Errorf("%s | %s", o.Citation, o.Source)
	}
}

func TestRollingRate(t *testing.T) {
	var in []schema.Observation
	for year := 2010; year <= 2016; year++ {
		if year != 2015 {
			in = append(in, figure(t, "drug_induced_deaths", "SE", fmt.Sprint(year), float64(year-2000)))
		}
		in = append(in, figure(t, "population", "SE", fmt.Sprint(year), 1e6))
	}
	in[4].Flags = "break provisional" // 2012
	out := compute(t, rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5, Window: 3}), in...)
	if len(out) != 1 || out[0].Period.String() != "2012/2014" || math.Abs(out[0].Value-(12+13+14)/30.0) > 1e-12 || out[0].Flags != "provisional break derived" {
		t.Errorf("a window must be whole and of one counting: %+v", out)
	}
}

func TestStandardised(t *testing.T) {
	ind := rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5, Standard: "esp2013"})
	var in []schema.Observation
	var strata []stats.Stratum
	for i, b := range stats.ESP2013().Bands {
		in = append(in, figure(t, "drug_induced_deaths", "SE", "2020", float64(i), age(b.Label)), figure(t, "population", "SE", "2020", 1e5, age(b.Label)))
		strata = append(strata, stats.Stratum{Band: b.Label, Events: float64(i), Population: 1e5})
	}
	strata, err := stats.ESP2013().Weigh(strata)
	if err != nil {
		t.Fatal(err)
	}
	want, err := stats.DSR(strata, 1e5, stats.Level95)
	if err != nil {
		t.Fatal(err)
	}
	out := compute(t, ind, in...)
	if len(out) != 1 || out[0].Value != want.Value || *out[0].Upper != want.Upper || out[0].Age != schema.AllAges {
		t.Errorf("%+v, want %+v", out, want)
	}
	if out := compute(t, ind, in[2:]...); len(out) != 0 {
		t.Errorf("a rate without the youngest: %+v", out)
	}
	in[4].Missing = schema.SuppressedPrimary
	if out := compute(t, ind, in...); len(out) != 1 || out[0].Missing != schema.SuppressedSecondary {
		t.Errorf("a suppressed band: %+v", out)
	}
	for i := 0; i < len(in); i += 2 {
		in[i].Value, in[i].Missing = 0, schema.Present
	}
	if out := compute(t, ind, in...); len(out) != 1 || out[0].Missing != schema.Unreliable {
		t.Errorf("no events: %+v", out)
	}
}

// 1 904 in voluntary institutional care and 10 627 with open interventions on 1 November 2016 (Socialstyrelsen).
func TestShare(t *testing.T) {
	ind := schema.Indicator{ID: "x_share", Kind: schema.Share, Numerator: "institutional_voluntary",
		Derive: &schema.Derivation{Method: schema.DeriveShare, Of: []string{"institutional_voluntary", "open_interventions"}, Multiplier: 100}}
	out := compute(t, ind, figure(t, "institutional_voluntary", "SE", "2016-11-01", 1904), figure(t, "open_interventions", "SE", "2016-11-01", 10627),
		figure(t, "institutional_voluntary", "SE", "2015-11-01", 2033))
	if len(out) != 1 || math.Abs(out[0].Value-100*1904.0/12531) > 1e-12 || out[0].Flags != "derived" || *out[0].Lower >= out[0].Value {
		t.Errorf("%+v", out)
	}
	if !strings.Contains(out[0].Citation, "/ (1904 (institutional_voluntary, release 7) + 10627 (open_interventions, release 7)) × 100") {
		t.Error(out[0].Citation)
	}
}

// A number that the source rounded has no limits by itself, so what is computed from it has none either.
func TestRoundedNumbersGiveNoLimits(t *testing.T) {
	share := schema.Indicator{ID: "x_share", Kind: schema.Share, Numerator: "institutional_voluntary",
		Derive: &schema.Derivation{Method: schema.DeriveShare, Of: []string{"institutional_voluntary", "open_interventions"}, Multiplier: 100}}
	index := schema.Indicator{ID: "x_index", Kind: schema.Index, Numerator: "lvm_in_care", Derive: &schema.Derivation{Method: schema.DeriveIndex, Base: "2016-11-01"}}
	for name, out := range map[string][]schema.Observation{
		"share": compute(t, share, figure(t, "institutional_voluntary", "SE", "2016-11-01", 1900), figure(t, "open_interventions", "SE", "2016-11-01", 10600, flags("rounded"))),
		"rate":  compute(t, rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5}), figure(t, "drug_induced_deaths", "SE", "2022", 500, flags("approximate")), figure(t, "population", "SE", "2022", 10521556)),
		"index": compute(t, index, figure(t, "lvm_in_care", "SE", "2016-11-01", 380, flags("rounded")), figure(t, "lvm_in_care", "SE", "2022-11-01", 325))[1:],
	} {
		if len(out) != 1 || out[0].Value == 0 || out[0].Lower != nil || out[0].Upper != nil || out[0].Note != "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestIndex(t *testing.T) {
	ind := schema.Indicator{ID: "x_index", Kind: schema.Index, Numerator: "lvm_in_care", Derive: &schema.Derivation{Method: schema.DeriveIndex, Base: "2016-11-01", Multiplier: 100}}
	out := compute(t, ind, figure(t, "lvm_in_care", "SE", "2016-11-01", 384), figure(t, "lvm_in_care", "SE", "2022-11-01", 325), figure(t, "lvm_in_care", "DK", "2022-11-01", 5))
	if len(out) != 2 || out[0].Value != 100 || out[0].Lower != nil || math.Abs(out[1].Value-84.6354) > 1e-4 || *out[1].Lower >= out[1].Value || *out[1].Upper <= out[1].Value {
		t.Errorf("%+v", out)
	}
}

// 1 000 SEK of 2014 (CPI 313.49) in prices of 2022 (CPI 371.91), for a municipality with the country's index.
func TestConstantPrices(t *testing.T) {
	ind := schema.Indicator{ID: "x_fixed", Kind: schema.Cost, Numerator: "cost_addiction_care_adults", Denominator: "cpi_1980_100",
		Derive: &schema.Derivation{Method: schema.DeriveConstantPrices, Base: "2022"}}
	out := compute(t, ind, figure(t, "cost_addiction_care_adults", "SE-1480", "2014", 1000), figure(t, "cost_addiction_care_adults", "SE-1480", "1998", 900),
		figure(t, "cpi_1980_100", "SE", "2014", 313.49), figure(t, "cpi_1980_100", "SE", "2022", 371.91))
	if len(out) != 1 || math.Abs(out[0].Value-1000*371.91/313.49) > 1e-9 || out[0].Lower != nil || out[0].Source != "Utfall (SCB)" {
		t.Errorf("%+v", out)
	}
}

// Computed figures are a tidy delivery; equal figures give equal bytes.
func TestCSV(t *testing.T) {
	ind := rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5})
	ind.Unit = "per_100k"
	a := []schema.Observation{figure(t, "drug_induced_deaths", "SE", "2022", 519), figure(t, "drug_induced_deaths", "DK", "2022", 247)}
	people := []schema.Observation{figure(t, "population", "SE", "2022", 10521556), figure(t, "population", "DK", "2022", 5873420)}
	first, err := CSV(ind, compute(t, ind, append(a, people...)...))
	if err != nil {
		t.Fatal(err)
	}
	second, err := CSV(ind, compute(t, ind, people[1], a[1], people[0], a[0]))
	if err != nil || string(first) != string(second) || strings.Count(string(first), "\n") != 3 {
		t.Errorf("%v\n%s\n%s", err, first, second)
	}
}

// What is computed from a withheld count would give it back: the rate, the pooled years that hold it, the share that it is
// part of. The reason is the same for all, whichever figure was the small one.
func TestWithheldPartsWithholdTheResult(t *testing.T) {
	withheld := func(o *schema.Observation) { o.Missing, o.Symbol = schema.SuppressedPrimary, ".." }
	var in []schema.Observation
	for year := 2010; year <= 2013; year++ {
		o := figure(t, "drug_induced_deaths", "SE", fmt.Sprint(year), 9)
		if year == 2011 {
			o = figure(t, "drug_induced_deaths", "SE", "2011", 0, withheld)
		}
		in = append(in, o, figure(t, "population", "SE", fmt.Sprint(year), 1e6))
	}
	for _, window := range []int{1, 3} {
		for _, o := range compute(t, rateOf(schema.Derivation{Method: schema.DeriveRate, Multiplier: 1e5, Window: window}), in...) {
			holds := o.Period.Start.Year() <= 2011 && o.Period.End.Year() >= 2011
			if holds != (o.Missing == schema.SuppressedSecondary) || holds && (o.Value != 0 || o.Lower != nil || o.Upper != nil || o.Symbol != ".." || strings.Contains(o.Citation, "primary")) {
				t.Errorf("%d years, %s: %+v", window, o.Period, o)
			}
		}
	}
	share := schema.Indicator{ID: "x_share", Kind: schema.Share, Numerator: "institutional_voluntary",
		Derive: &schema.Derivation{Method: schema.DeriveShare, Of: []string{"institutional_voluntary", "open_interventions"}, Multiplier: 100}}
	for _, parts := range [][]schema.Observation{
		{figure(t, "institutional_voluntary", "SE", "2016-11-01", 40), figure(t, "open_interventions", "SE", "2016-11-01", 0, withheld)},
		{figure(t, "institutional_voluntary", "SE", "2016-11-01", 0, withheld), figure(t, "open_interventions", "SE", "2016-11-01", 40)},
	} {
		if out := compute(t, share, parts...); len(out) != 1 || out[0].Missing != schema.SuppressedSecondary || out[0].Value != 0 || out[0].Lower != nil {
			t.Errorf("%+v", out)
		}
	}
}
