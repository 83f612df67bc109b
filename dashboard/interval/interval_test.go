package interval

import (
	"fmt"
	"math"
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

func series(t *testing.T, indicator string, from int, values ...float64) []schema.Observation {
	t.Helper()
	var out []schema.Observation
	for i, v := range values {
		p, err := schema.ParsePeriod(fmt.Sprint(from + i))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: "SE", Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: v})
	}
	return out
}

// 474 deaths: Byar's limits 432 to 519. A cost, a stay, a bound and a source's own limits are left as they are.
func TestAdd(t *testing.T) {
	c := catalogue(t)
	figures := append(series(t, "drug_induced_deaths", 2020, 474, 0, 10.5, 600, 100), series(t, "cost_addiction_care_adults", 2020, 700)...)
	figures[3].Flags = "lower_bound"
	own := 90.0
	figures[4].Lower = &own
	figures = append(figures, series(t, "syringes_distributed", 2020, 1000)...)
	Add(c, figures)
	if math.Round(*figures[0].Lower) != 432 || math.Round(*figures[0].Upper) != 519 {
		t.Errorf("%g to %g", *figures[0].Lower, *figures[0].Upper)
	}
	if *figures[1].Lower != 0 || math.Abs(*figures[1].Upper-3.688879454113936) > 1e-9 {
		t.Errorf("no events: %g to %g", *figures[1].Lower, *figures[1].Upper)
	}
	for i, want := range map[int]string{2: "not whole", 3: "a bound", 5: "a cost", 6: "syringes"} {
		if figures[i].Lower != nil || figures[i].Upper != nil {
			t.Errorf("%s has limits", want)
		}
	}
	if *figures[4].Lower != 90 || figures[4].Upper != nil {
		t.Error("the source's own limits were touched")
	}
}

func TestTrend(t *testing.T) {
	c := catalogue(t)
	ind, _ := c.Indicator("drug_induced_deaths")
	for name, x := range map[string]struct {
		values []float64
		change func([]schema.Observation)
		want   stats.TrendState
	}{
		"falls":         {[]float64{675, 626, 583, 545, 450}, nil, stats.Decreasing},
		"rises":         {[]float64{300, 350, 420, 500, 580}, nil, stats.Increasing},
		"wavers":        {[]float64{545, 524, 450, 519, 474}, nil, stats.NoSignificantChange},
		"four years":    {[]float64{545, 524, 450, 519}, nil, stats.TooFewForTrend},
		"few":           {[]float64{3, 2, 4, 1, 2}, nil, stats.TooFewForTrend},
		"after a break": {[]float64{675, 626, 583, 545, 450}, func(f []schema.Observation) { f[2].Flags = "break" }, stats.TooFewForTrend},
		"provisional":   {[]float64{675, 626, 583, 545, 450}, func(f []schema.Observation) { f[4].Flags = "provisional" }, stats.TooFewForTrend},
	} {
		figures := series(t, "drug_induced_deaths", 2015, x.values...)
		if x.change != nil {
			x.change(figures)
		}
		Add(c, figures)
		if r, ok := Trend(ind, figures); !ok || r.State != x.want {
			t.Errorf("%s: %s, %v", name, r.State, ok)
		}
	}
	pooled, _ := c.Indicator("drug_induced_deaths_per_100000_3y")
	if r, ok := Trend(pooled, series(t, pooled.ID, 2015, 6, 5, 4, 3, 2, 1)); ok {
		t.Errorf("a trend of years that overlap: %+v", r)
	}
	cost, _ := c.Indicator("cost_addiction_care_adults")
	figures := series(t, cost.ID, 2015, 1, 2, 3, 4, 5, 6)
	Add(c, figures)
	if r, ok := Trend(cost, figures); ok {
		t.Errorf("a trend of costs: %+v", r)
	}
}

// 372 and 325 in compulsory care: ratio 0.87 (0.75 to 1.02), and no fall smaller than about a fifth could have been found.
func TestCompare(t *testing.T) {
	c := catalogue(t)
	f := series(t, "lvm_in_care", 2017, 372, 325, 0)
	d, ok := Compare(c, f[0], f[1])
	if !ok || d.Real || math.Abs(d.Ratio-325.0/372) > 1e-12 || math.Abs(d.Lower-0.75) > 0.005 || math.Abs(d.Upper-1.02) > 0.01 {
		t.Errorf("%+v, %v", d, ok)
	}
	if d.Detectable.Fall == nil || *d.Detectable.Fall < 0.78 || *d.Detectable.Fall > 0.83 {
		t.Errorf("detectable %v", d.Detectable.Fall)
	}
	if _, ok := Compare(c, f[2], f[1]); ok {
		t.Error("a ratio to nothing")
	}
}
