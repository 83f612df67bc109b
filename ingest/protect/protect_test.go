package protect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"utfall/schema"
	"utfall/stats/disclosure"
)

func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// batch makes a delivery of lines "indicator area period sex age value".
func batch(t testing.TB, lines ...string) *schema.Batch {
	t.Helper()
	b := schema.NewBatch("test.csv", len(lines))
	for i, l := range lines {
		o := observation(t, l)
		b.Indicator, b.Variant, b.Area, b.Period = append(b.Indicator, o.Indicator), append(b.Variant, ""), append(b.Area, o.Area), append(b.Period, o.Period.String())
		b.Sex, b.Age, b.Breakdown = append(b.Sex, string(o.Sex)), append(b.Age, o.Age), append(b.Breakdown, o.Breakdown)
		b.Start, b.End, b.Value = append(b.Start, o.Period.Start), append(b.End, o.Period.End), append(b.Value, o.Value)
		lower := o.Value / 2
		b.Missing, b.Symbol, b.Flags = append(b.Missing, ""), append(b.Symbol, ""), append(b.Flags, "")
		b.Lower, b.Upper = append(b.Lower, &lower), append(b.Upper, nil)
		b.Source, b.Citation, b.URL, b.Note = append(b.Source, "S"), append(b.Citation, "C"), append(b.URL, ""), append(b.Note, "three persons")
		b.Line = append(b.Line, uint64(i+2))
	}
	return b
}

func observation(t testing.TB, line string) schema.Observation {
	t.Helper()
	var o schema.Observation
	var period, sex string
	if _, err := fmt.Sscan(line, &o.Indicator, &o.Area, &period, &sex, &o.Age, &o.Value); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	o.Indicator, o.Breakdown, _ = strings.Cut(o.Indicator, ":")
	o.Sex = schema.Sex(sex)
	var err error
	if o.Period, err = schema.ParsePeriod(period); err != nil {
		t.Fatal(err)
	}
	return o
}

// shown gives the delivery's values in their order, x for a hidden one.
func shown(t *testing.T, b *schema.Batch) string {
	t.Helper()
	var out []string
	for i := range b.Len() {
		switch {
		case b.Missing[i] == "":
			out = append(out, fmt.Sprint(b.Value[i]))
		case b.Value[i] != 0 || b.Lower[i] != nil || b.Upper[i] != nil || b.Note[i] != "" || b.Symbol[i] != Symbol:
			t.Errorf("line %d is hidden and still says something: %v %v %q %q", b.Line[i], b.Value[i], b.Lower[i], b.Note[i], b.Symbol[i])
		default:
			out = append(out, "x")
		}
	}
	return strings.Join(out, " ")
}

func apply(t *testing.T, b *schema.Batch, change ...func(*Input)) Report {
	t.Helper()
	in := Input{Catalogue: catalogue(t), Dataset: "own", Batches: []*schema.Batch{b}}
	for _, f := range change {
		f(&in)
	}
	r, err := Apply(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatGivesASmallCountAway(t *testing.T) {
	const d, n, l = "drug_induced_deaths", "naloxone_target_persons", "lvm_in_care"
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"nothing small":                  {[]string{d + " SE-1480 2022 T TOT 60", d + " SE-1480 2022 F TOT 20", d + " SE-1480 2022 M TOT 40"}, "60 20 40"},
		"a zero is shown":                {[]string{d + " SE-1480 2022 T TOT 60", d + " SE-1480 2022 F TOT 0", d + " SE-1480 2022 M TOT 60"}, "60 0 60"},
		"alone":                          {[]string{d + " SE-1480 2022 T TOT 3", d + " SE-1481 2022 T TOT 30"}, "x 30"},
		"sexes":                          {[]string{d + " SE-1480 2022 T TOT 43", d + " SE-1480 2022 F TOT 3", d + " SE-1480 2022 M TOT 40"}, "43 x x"},
		"what the total leaves over":     {[]string{d + " SE-1480 2022 T TOT 42", d + " SE-1480 2022 T 15-64 40"}, "42 x"},
		"ages that overlap":              {[]string{d + " SE-1480 2022 T 15-64 40", d + " SE-1480 2022 T 18-64 38"}, "40 x"},
		"years are apart":                {[]string{d + " SE-1480 2021 T TOT 3", d + " SE-1480 2022 T TOT 30"}, "x 30"},
		"quarters of a year":             {[]string{d + " SE-1480 2022 T TOT 63", d + " SE-1480 2022Q1 T TOT 3", d + " SE-1480 2022Q2 T TOT 20", d + " SE-1480 2022Q3 T TOT 21", d + " SE-1480 2022Q4 T TOT 19"}, "63 x 20 21 x"},
		"rolling years":                  {[]string{d + " SE-1480 2020/2021 T TOT 23", d + " SE-1480 2020 T TOT 20", d + " SE-1480 2021/2022 T TOT 30"}, "x 20 30"},
		"persons do not add over time":   {[]string{n + " SE-1480 2022 T TOT 63", n + " SE-1480 2022H1 T TOT 60"}, "63 60"},
		"a region's last municipality":   {[]string{l + " SE-10 2022-11-01 T TOT 103", l + " SE-1080 2022-11-01 T TOT 60", l + " SE-1081 2022-11-01 T TOT 20", l + " SE-1082 2022-11-01 T TOT 12", l + " SE-1083 2022-11-01 T TOT 8", l + " SE-1060 2022-11-01 T TOT 3"}, "103 60 20 12 x x"},
		"a region less one municipality": {[]string{l + " SE-10 2022-11-01 T TOT 63", l + " SE-1080 2022-11-01 T TOT 60"}, "63 x"},
		"substances that overlap":        {[]string{d + " SE-1480 2022 T TOT 60", d + ":opioids SE-1480 2022 T TOT 50", d + ":alcohol SE-1480 2022 T TOT 30"}, "60 50 30"},
		"places are not persons":         {[]string{"nsp_clinics SE-1480 2022 T TOT 1"}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			b := batch(t, c.lines...)
			apply(t, b)
			if got := shown(t, b); got != c.want {
				t.Errorf("%v are shown as %s, want %s", c.lines, got, c.want)
			}
		})
	}
}

func TestEarlierReleasesBind(t *testing.T) {
	was := func(line string, missing schema.Missing, dataset string) func(*Input) {
		return func(in *Input) {
			o := observation(t, line)
			o.Missing, o.Dataset = missing, dataset
			in.Visible = append(in.Visible, o)
		}
	}
	const d = "drug_induced_deaths SE-1480 2022 "
	lines := []string{d + "T TOT 43", d + "F TOT 3", d + "M TOT 40"}
	for name, c := range map[string]struct {
		before  []func(*Input)
		want    string
		exposed int
	}{
		"first":                       {nil, "43 x x", 0},
		"the men were shown":          {[]func(*Input){was(lines[2], "", "own")}, "x x 40", 0},
		"the men are public":          {[]func(*Input){was(lines[2], "", "other")}, "43 x x", 0},
		"all but the women were":      {[]func(*Input){was(lines[0], "", "own"), was(lines[2], "", "own")}, "43 x 40", 1},
		"hidden before":               {[]func(*Input){was(lines[0], schema.SuppressedSecondary, "own")}, "x x 40", 0},
		"a small revision":            {[]func(*Input){was(d+"T TOT 45", "", "own")}, "x x 40", 0},
		"all anew":                    {[]func(*Input){was(lines[0], schema.SuppressedSecondary, "own"), func(in *Input) { in.Afresh = true }}, "43 x x", 0},
		"counted otherwise by others": {[]func(*Input){was("drug_induced_deaths SE-14 2022 T TOT 7", "", "other")}, "43 x x", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := batch(t, lines...)
			r := apply(t, b, c.before...)
			if got := shown(t, b); got != c.want || len(r.Exposed) != c.exposed {
				t.Errorf("shown as %s, want %s; exposed %v", got, c.want, r.Exposed)
			}
		})
	}
}

// A rate follows its count if that is delivered; alone it is as telling as its count.
func TestRates(t *testing.T) {
	c := catalogue(t)
	for i := range c.Indicators {
		if c.Indicators[i].ID == "narcotics_diagnosis_treated_rate" {
			c.Indicators[i].Numerator, c.Indicators[i].Denominator = "narcotics_diagnosis_treated", "population"
		}
	}
	known := func(in *Input) {
		in.Catalogue = c
		o := observation(t, "population SE-1480 2019 T TOT 579281")
		o.Dataset = "scb"
		in.Visible = append(in.Visible, o)
	}
	const rate, count = "narcotics_diagnosis_treated_rate SE-1480 2019 T TOT ", "narcotics_diagnosis_treated SE-1480 2019 T TOT "
	for name, x := range map[string]struct {
		lines    []string
		change   func(*Input)
		want     string
		unjudged int
	}{
		"with its count":         {[]string{rate + "0.52", count + "3"}, known, "x x", 0},
		"with a large count":     {[]string{rate + "51.8", count + "300"}, known, "51.8 300", 0},
		"alone":                  {[]string{rate + "0.52"}, known, "x", 0},
		"alone, of many":         {[]string{rate + "51.8"}, known, "51.8", 0},
		"too coarse to tell":     {[]string{rate + "1"}, known, "x", 0},
		"of an unknown number":   {[]string{rate + "0.52"}, func(in *Input) { in.Catalogue = c }, "0.52", 1},
		"a mean is of no number": {[]string{"drug_induced_deaths_mean_age SE-1480 2019 T TOT 41.2"}, func(*Input) {}, "41.2", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := batch(t, x.lines...)
			r := apply(t, b, x.change)
			if got := shown(t, b); got != x.want || len(r.Unjudged) != x.unjudged {
				t.Errorf("%v shown as %s, want %s; unjudged %v", x.lines, got, x.want, r.Unjudged)
			}
		})
	}
}

func TestContradiction(t *testing.T) {
	const d = "drug_induced_deaths SE-1480 2022 "
	_, err := Apply(Input{Catalogue: catalogue(t), Dataset: "own", Batches: []*schema.Batch{batch(t, d+"T TOT 30", d+"F TOT 20", d+"M TOT 20")}})
	var c *ContradictionError
	if !errors.As(err, &c) || c.File != "test.csv" || c.Line < 2 || !strings.Contains(c.Detail, "SE-1480") {
		t.Errorf("20 and 20 of 30: %v", err)
	}
}

// The report counts each reason, and the code in the cells says no more than primary or secondary.
func TestReport(t *testing.T) {
	const d = "drug_induced_deaths SE-1480 2022 "
	b := batch(t, d+"T TOT 43", d+"F TOT 3", d+"M TOT 40")
	r := apply(t, b)
	if r.Cells != 3 || r.Hidden[disclosure.Small] != 1 || r.Hidden[disclosure.Complement] != 1 || len(r.Hidden) != 2 {
		t.Errorf("%+v", r)
	}
	if want := []string{"", "suppressed_primary", "suppressed_secondary"}; !slices.Equal(b.Missing, want) {
		t.Errorf("%q, want %q", b.Missing, want)
	}
}
