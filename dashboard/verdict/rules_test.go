package verdict

import (
	"strconv"
	"testing"

	"utfall/schema"
)

func figure(indicator, area string, year int, value float64, flags string) schema.Observation {
	p, _ := schema.ParsePeriod(strconv.Itoa(year))
	return schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: area, Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: value, Flags: flags}
}

func number(x float64) *float64 { return &x }

// One rule of each kind on figures that are small enough to see the answer.
func TestRules(t *testing.T) {
	deaths := func(values ...float64) []schema.Observation {
		var out []schema.Observation
		for i, v := range values {
			out = append(out, figure("drug_induced_deaths", "SE", 2010+i, v, ""))
		}
		return out
	}
	series := []schema.Selection{{Indicator: "drug_induced_deaths", Area: "SE"}}
	against := []schema.Selection{{Indicator: "homicide_victims", Area: "SE"}}
	falls := schema.Condition{Below: number(1)}
	for name, c := range map[string]struct {
		rule    schema.Rule
		figures []schema.Observation
		verdict Verdict
		reason  Reason
	}{
		"change: sure fall": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "latest", Support: falls}, deaths(200, 150), Supported, None},
		"change: fall that may be chance": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "latest", Support: falls},
			deaths(20, 15), Untestable, Uncertain},
		"change: sure rise":      {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "latest", Support: falls}, deaths(150, 200), Contradicted, None},
		"change: nothing before": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "2011", Support: falls}, deaths(0, 15), Untestable, TooFew},
		"change: no such year":   {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2000", To: "2011", Support: falls}, deaths(10, 15), Untestable, NoFigures},
		"change: a part of the year": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "2011", Support: falls},
			append(deaths(200), figure("drug_induced_deaths", "SE", 2011, 90, "partial")), Untestable, NotComparable},
		"change: across a break": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2010", To: "2011", Support: falls},
			append(deaths(200), figure("drug_induced_deaths", "SE", 2011, 90, "break")), Untestable, NotComparable},
		"change: another base year turns it": {schema.Rule{Kind: schema.ChangeRule, Series: series, From: "2011", To: "2013", Within: 1, Support: falls},
			deaths(100, 300, 300, 200), Depends, BaseYear},
		"change: no population": {schema.Rule{Kind: schema.ChangeRule, Series: series, Per: &schema.Selection{Indicator: "population", Area: "SE"},
			From: "2010", To: "2011", Support: falls}, deaths(200, 150), Untestable, NoFigures},
		"ratio": {schema.Rule{Kind: schema.RatioRule, Series: series, Against: against, Period: "2010", Support: schema.Condition{Above: number(1.5)}},
			append(deaths(300), figure("homicide_victims", "SE", 2010, 100, "")), Supported, None},
		"ratio: newest common year": {schema.Rule{Kind: schema.RatioRule, Series: series, Against: against, Period: "latest", Support: schema.Condition{Above: number(1.5)}},
			append(deaths(300, 50), figure("homicide_victims", "SE", 2010, 100, "")), Supported, None},
		"ratio: over nothing": {schema.Rule{Kind: schema.RatioRule, Series: series, Against: against, Period: "2010", Support: schema.Condition{Above: number(1.5)}},
			append(deaths(300), figure("homicide_victims", "SE", 2010, 0, "")), Untestable, TooFew},
		"steps: all down":  {schema.Rule{Kind: schema.StepsRule, Series: series, From: "2010", To: "latest", Support: schema.Condition{Below: number(0)}}, deaths(9, 8, 7), Supported, None},
		"steps: one level": {schema.Rule{Kind: schema.StepsRule, Series: series, From: "2010", To: "latest", Support: schema.Condition{Below: number(0)}}, deaths(9, 9, 7), Contradicted, None},
		"steps: a year missing": {schema.Rule{Kind: schema.StepsRule, Series: series, From: "2010", To: "latest", Support: schema.Condition{Below: number(0)}},
			append(deaths(9), figure("drug_induced_deaths", "SE", 2012, 7, "")), Untestable, YearsMissing},
		"steps: begins too late": {schema.Rule{Kind: schema.StepsRule, Series: series, From: "2008", To: "latest", Support: schema.Condition{Below: number(0)}},
			deaths(9, 8), Untestable, YearsMissing},
		"steps: within the rounding": {schema.Rule{Kind: schema.StepsRule, Series: series, From: "2010", To: "latest", Support: schema.Condition{Below: number(0)}},
			append(deaths(2010), figure("drug_induced_deaths", "SE", 2011, 2000, "rounded")), Partly, Uncertain},
		"trend: falls":     {schema.Rule{Kind: schema.TrendRule, Series: series, Last: 6, Support: schema.Condition{Below: number(0)}}, deaths(600, 540, 490, 440, 400, 360), Supported, None},
		"trend: too short": {schema.Rule{Kind: schema.TrendRule, Series: series, Last: 6, Support: schema.Condition{Below: number(0)}}, deaths(600, 540, 490, 440), Untestable, TooFew},
		"trend: too few":   {schema.Rule{Kind: schema.TrendRule, Series: series, Last: 6, Support: schema.Condition{Below: number(0)}}, deaths(5, 4, 3, 2, 1), Untestable, TooFew},
		"level":            {schema.Rule{Kind: schema.LevelRule, Series: series, Period: "latest", Support: schema.Condition{AtLeast: number(50)}}, deaths(1, 100), Supported, None},
		"level: may be chance": {schema.Rule{Kind: schema.LevelRule, Series: series, Period: "latest", Support: schema.Condition{AtLeast: number(95)}},
			deaths(100), Untestable, Uncertain},
		"share": {schema.Rule{Kind: schema.ShareRule, Series: series, Against: against, Period: "2010", Support: schema.Condition{AtMost: number(50)}},
			append(deaths(10), figure("homicide_victims", "SE", 2010, 90, "")), Supported, None},
		"share: the change of it": {schema.Rule{Kind: schema.ShareRule, Series: series, Against: against, From: "2010", To: "2011", Support: schema.Condition{Below: number(0)}},
			append(deaths(500, 300), figure("homicide_victims", "SE", 2010, 500, ""), figure("homicide_victims", "SE", 2011, 700, "")), Supported, None},
		"replaces: more than was lost": {schema.Rule{Kind: schema.ReplacesRule, Series: series, Against: against, From: "2010", To: "2011", Support: schema.Condition{AtLeast: number(1)}},
			append(deaths(500, 300), figure("homicide_victims", "SE", 2010, 500, ""), figure("homicide_victims", "SE", 2011, 700, "")), Supported, None},
		"replaces: nothing was lost": {schema.Rule{Kind: schema.ReplacesRule, Series: series, Against: against, From: "2010", To: "2011", Support: schema.Condition{AtLeast: number(1)}},
			append(deaths(300, 300), figure("homicide_victims", "SE", 2010, 500, ""), figure("homicide_victims", "SE", 2011, 700, "")), Untestable, NoFall},
		"order: holds":            {schema.Rule{Kind: schema.OrderRule, Events: []string{"pt_decrim", "fin_crisis"}}, nil, Supported, None},
		"order: turned":           {schema.Rule{Kind: schema.OrderRule, Events: []string{"fin_crisis", "pt_decrim"}}, nil, Contradicted, None},
		"order: after it is said": {schema.Rule{Kind: schema.OrderRule, Events: []string{"lisbon_mobile"}, Stated: "2018"}, nil, Contradicted, None},
		"order: same year":        {schema.Rule{Kind: schema.OrderRule, Events: []string{"lisbon_mobile"}, Stated: "2019"}, nil, Untestable, Uncertain},
		"order: no known day":     {schema.Rule{Kind: schema.OrderRule, Events: []string{"fin_crisis", "naloxon_otc"}}, nil, Untestable, Uncertain},
	} {
		t.Run(name, func(t *testing.T) {
			got := NewTester(catalogue(t), c.figures).apply(c.rule)
			if len(got) != 1 || got[0].Verdict != c.verdict || got[0].Reason != c.reason {
				t.Errorf("%s %q, want %s %q (%+v)", got[0].Verdict, got[0].Reason, c.verdict, c.reason, got[0].Estimate)
			}
		})
	}
}

func TestOverall(t *testing.T) {
	v := func(verdict Verdict, reason Reason, proxy bool) Variant {
		return Variant{Verdict: verdict, Reason: reason, Rule: schema.Rule{Proxy: proxy}}
	}
	yes, no, part, open, gone := v(Supported, None, false), v(Contradicted, None, false), v(Partly, Between, false), v(Untestable, Uncertain, false), v(Untestable, NoFigures, false)
	nearYes, nearNo := v(Supported, None, true), v(Contradicted, None, true)
	for _, c := range []struct {
		variants []Variant
		verdict  Verdict
		reason   Reason
	}{
		{nil, Untestable, NoRule}, {[]Variant{gone}, Untestable, NoFigures}, {[]Variant{open}, Untestable, Uncertain},
		{[]Variant{yes, gone}, Supported, None}, {[]Variant{yes, no}, Depends, None}, {[]Variant{no, no}, Contradicted, None},
		{[]Variant{yes, part}, Partly, None}, {[]Variant{part, no}, Depends, None}, {[]Variant{yes, open}, Partly, SomeUndecided},
		{[]Variant{no, open}, Depends, None}, {[]Variant{nearYes}, Partly, OnlyProxy}, {[]Variant{nearNo}, Untestable, ProxyAgainst},
		{[]Variant{nearNo, yes}, Supported, None}, {[]Variant{nearYes, nearNo}, Depends, None}, {[]Variant{gone, nearYes}, Partly, OnlyProxy},
	} {
		if verdict, reason := overall(c.variants); verdict != c.verdict || reason != c.reason {
			t.Errorf("%+v: %s %q, want %s %q", c.variants, verdict, reason, c.verdict, c.reason)
		}
	}
}

// What a printed figure may stand for.
func TestBounds(t *testing.T) {
	for _, c := range []struct {
		value     float64
		flags     string
		low, high float64
	}{
		{2033, "", 2033, 2033}, {3200, "rounded", 3150, 3250}, {2000, "lower_bound", 2000, 2100}, {5000, "approximate rounded", 4900, 5100},
		{38000, "rounded", 37500, 38500}, {7, "rounded", 7, 7}, {2711, "derived", 2711, 2711}, {100, "rounded", 95, 105},
	} {
		if low, high := bounds(figure("x", "SE", 2000, c.value, c.flags)); low != c.low || high != c.high {
			t.Errorf("%g %s: %g to %g, want %g to %g", c.value, c.flags, low, high, c.low, c.high)
		}
	}
}
