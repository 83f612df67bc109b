package comparison

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

func figure(t *testing.T, indicator, area, period string, value float64) schema.Observation {
	t.Helper()
	p, err := schema.ParsePeriod(period)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: area, Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: value}
}

const (
	cost  = "cost_addiction_care_adults"
	rate  = "drug_induced_deaths_per_100000"
	count = "drug_induced_deaths"
)

// A group must hold areas of one sort only: a page that put a municipality beside a region would compare a part with a whole.
func TestGroups(t *testing.T) {
	areas := catalogue(t).Areas
	for code, want := range map[string]string{"SE-1480": Municipalities, "SE-14": Regions, "SE": Countries, "GB-SCT": Countries, "CA-BC": "CA", "DE-BY": "DE", "NO-03": "NO"} {
		if g, ok := GroupOf(areas, code); !ok || g.ID != want {
			t.Errorf("%s is in %q (%v), want %q", code, g.ID, ok, want)
		}
	}
	for _, code := range []string{"WORLD", "EU", "nope", ""} {
		if g, ok := GroupOf(areas, code); ok {
			t.Errorf("%q is in %v", code, g)
		}
	}
	sweden := map[string]int{Municipalities: 290, Regions: 21}
	for _, code := range []string{"SE-1480", "SE-14"} {
		g, _ := GroupOf(areas, code)
		if n := len(g.Members(areas)); n != sweden[g.ID] {
			t.Errorf("%s has %d members, want %d", g.ID, n, sweden[g.ID])
		}
	}
	if !Lies(areas, "SE-1480", "SE") || !Lies(areas, "SE-1480", "SE-14") || Lies(areas, "SE", "SE-1480") || Lies(areas, "SE", "SE") {
		t.Error("which area lies in which is wrong")
	}
}

// The newest period must not be shown if only a few areas have reported it, unless it is asked for.
func TestChoosePeriodAndStratum(t *testing.T) {
	c := catalogue(t)
	ind, _ := c.Indicator(rate)
	var figures []schema.Observation
	for _, area := range []string{"SE", "DK", "NO", "FI", "DE", "FR"} {
		for _, period := range []string{"2012", "2013"} {
			o := figure(t, rate, area, period, 1)
			o.Variant = "bulletin2016"
			figures = append(figures, o)
		}
	}
	for _, area := range []string{"SE", "NO"} {
		figures = append(figures, figure(t, rate, area, "2020", 2)) // another definition: never beside the first
		o := figure(t, rate, area, "2014", 1)
		o.Variant = "bulletin2016"
		figures = append(figures, o)
	}
	set, ok := Choose(c.Areas, ind, figures, Asked{})
	if !ok || set.Stratum.Variant != "bulletin2016" || set.Period.String() != "2013" || set.Chosen != "SE" || len(set.Figures) != 6 {
		t.Errorf("chose %+v %s %s with %d figures (%v)", set.Stratum, set.Period, set.Chosen, len(set.Figures), ok)
	}
	if set, ok = Choose(c.Areas, ind, figures, Asked{Period: "2014"}); !ok || len(set.Figures) != 2 {
		t.Errorf("2014 has %d figures (%v), want the 2 that there are", len(set.Figures), ok)
	}
	if _, ok = Choose(c.Areas, ind, figures, Asked{Period: "1999"}); ok {
		t.Error("a period without figures was found")
	}
	if _, ok = Choose(c.Areas, ind, figures, Asked{Group: Municipalities}); ok {
		t.Error("a group without figures was found")
	}
	if _, ok = Choose(c.Areas, ind, nil, Asked{}); ok {
		t.Error("no figures were compared")
	}
	if _, ok = Choose(c.Areas, ind, figures[:2], Asked{}); ok {
		t.Error("one area was compared with itself")
	}
}

func counted(t *testing.T, events map[string][2]float64) (*schema.Catalogue, Set, map[string]Count) {
	t.Helper()
	c := catalogue(t)
	ind, _ := c.Indicator(rate)
	var figures, inputs []schema.Observation
	for area, x := range events {
		figures = append(figures, figure(t, rate, area, "2020", x[0]/x[1]*100000))
		inputs = append(inputs, figure(t, count, area, "2020", x[0]), figure(t, "population", area, "2020", x[1]))
	}
	set, ok := Choose(c.Areas, ind, figures, Asked{Area: "SE"})
	if !ok {
		t.Fatal("nothing to compare")
	}
	return c, set, set.Counts(inputs)
}

func TestDifferencesByCounts(t *testing.T) {
	c, set, counts := counted(t, map[string][2]float64{"SE": {500, 10e6}, "DK": {250, 5e6}, "NO": {500, 5e6}, "FI": {100, 5e6}, "IS": {0, 4e5}, "MT": {20, 4e5}})
	d := set.Differences(c.Areas, counts)
	for area, want := range map[string]Verdict{"DK": NotShown, "NO": Higher, "FI": Lower, "IS": Lower} {
		if d[area].Verdict != want || d[area].Method != ByCounts {
			t.Errorf("%s: %+v, want %s", area, d[area], want)
		}
	}
	if x := d["DK"]; x.Fall == nil || x.Rise == nil || *x.Fall >= 1 || *x.Rise <= 1 || x.Adjusted == nil || *x.Adjusted < *x.P {
		t.Errorf("no difference is never said without what could have been found, and p is never made smaller by adjusting: %+v", x)
	}
	if x := d["NO"]; x.Gap == nil || math.Abs(x.Gap.Value-5) > 1e-9 || x.Gap.Lower >= 5 || x.Gap.Upper <= 5 || math.Abs(*x.Ratio-2) > 1e-9 {
		t.Errorf("Norway: %+v", x)
	}
	if x := d["IS"]; x.Ratio == nil || *x.Ratio != 0 {
		t.Errorf("no events give the ratio %v, want 0", x.Ratio)
	}
	if _, there := d["SE"]; there {
		t.Error("the chosen area was compared with itself")
	}
}

// Ties, zeros and nothing at all: none of them may come out as a difference.
func TestDifferencesOfNothing(t *testing.T) {
	c, set, counts := counted(t, map[string][2]float64{"SE": {0, 10e6}, "DK": {0, 5e6}, "NO": {2, 5e6}})
	d := set.Differences(c.Areas, counts)
	if d["DK"].Verdict != NotTested || d["DK"].Why != NothingThere {
		t.Errorf("none in either: %+v", d["DK"])
	}
	if x := d["NO"]; x.Verdict != NotShown || x.Ratio != nil || x.Upper != nil || x.Fall != nil {
		t.Errorf("two against none: %+v", x)
	}
	c, set, counts = counted(t, map[string][2]float64{"SE": {100, 1e6}, "DK": {100, 1e6}})
	if x := set.Differences(c.Areas, counts)["DK"]; x.Verdict != NotShown || *x.P != 1 {
		t.Errorf("a tie: %+v", x)
	}
}

// A part is compared with the rest of its whole, and a count that does not give the figure shown is not used.
func TestPartsAndMismatches(t *testing.T) {
	c, set, counts := counted(t, map[string][2]float64{"SE": {100, 1e6}, "SE-12": {60, 2e5}, "SE-14": {10, 2e5}})
	set.Chosen = "SE"
	d := set.Differences(c.Areas, counts)
	if x := d["SE-12"]; !x.Rest || x.Ratio == nil || math.Abs(*x.Ratio-(60/2e5)/(40/8e5)) > 1e-9 {
		t.Errorf("a region is compared with the country that holds it: %+v", x)
	}
	o := set.Figures["SE-12"]
	o.Value++
	set.Figures["SE-12"] = o
	if got := set.Counts([]schema.Observation{figure(t, count, "SE-12", "2020", 60), figure(t, "population", "SE-12", "2020", 2e5)}); len(got) != 0 {
		t.Errorf("counts that give another rate were used: %v", got)
	}
	counts["SE-14"] = Count{200, 2e5}
	if x := set.Differences(c.Areas, counts)["SE-14"]; x.Verdict != NotTested || x.Why != WithinWhole {
		t.Errorf("a part larger than its whole: %+v", x)
	}
}

func costs(t *testing.T, years int, ratio func(year int) float64) (*schema.Catalogue, Set) {
	t.Helper()
	c := catalogue(t)
	ind, _ := c.Indicator(cost)
	var figures []schema.Observation
	for y := range years {
		figures = append(figures, figure(t, cost, "SE-1480", fmt.Sprint(2010+y), 1000), figure(t, cost, "SE-1280", fmt.Sprint(2010+y), 1000*ratio(y)))
	}
	set, ok := Choose(c.Areas, ind, figures, Asked{Area: "SE-1480"})
	if !ok {
		t.Fatal("nothing to compare")
	}
	return c, set
}

// Money has no model of chance: only a ratio that stays away from 1 year after year counts as a difference.
func TestDifferencesOverYears(t *testing.T) {
	jagged := func(middle, swing float64) func(int) float64 {
		return func(y int) float64 { return middle * math.Exp(swing*float64(1-2*(y%2))) }
	}
	for name, x := range map[string]struct {
		years int
		ratio func(int) float64
		want  Verdict
		why   Untested
	}{
		"steadily higher": {12, jagged(1.5, 0.02), Higher, ""},
		"steadily lower":  {12, jagged(0.7, 0.02), Lower, ""},
		"as it happens":   {12, jagged(1.1, 0.1), NotShown, ""},
		"too few years":   {7, jagged(2, 0.02), NotTested, TooFewYears},
		"a zero":          {12, func(y int) float64 { return float64(y % 11) }, NotTested, TooFewYears},
		"no variation":    {12, func(int) float64 { return 1 }, NotTested, TooFewYears},
	} {
		c, set := costs(t, x.years, x.ratio)
		d := set.Differences(c.Areas, nil)["SE-1280"]
		if d.Verdict != x.want || d.Why != x.why || d.P != nil {
			t.Errorf("%s: %+v", name, d)
		}
		if d.Method == OverYears && d.Years != yearsMost {
			t.Errorf("%s rests on %d years, want the last %d", name, d.Years, yearsMost)
		}
	}
}

func TestMissingIsNotTested(t *testing.T) {
	c, set := costs(t, 12, func(int) float64 { return 2 })
	o := set.Figures["SE-1280"]
	o.Missing = schema.SuppressedPrimary
	set.Figures["SE-1280"] = o
	if d := set.Differences(c.Areas, nil)["SE-1280"]; d.Why != NoFigure || d.Ratio != nil {
		t.Errorf("a suppressed figure: %+v", d)
	}
	o.Missing = schema.Present
	o.Flags = string(schema.LowerBound)
	set.Figures["SE-1280"] = o
	if d := set.Differences(c.Areas, nil)["SE-1280"]; d.Why != Bound {
		t.Errorf("a lower bound: %+v", d)
	}
	delete(set.Figures, "SE-1480")
	if d := set.Differences(c.Areas, nil)["SE-1280"]; d.Why != NoChosen {
		t.Errorf("nothing to compare with: %+v", d)
	}
}

func TestDifferencesByLimits(t *testing.T) {
	c := catalogue(t)
	ind, _ := c.Indicator("reported_drug_offences")
	with := func(area string, v, l, u float64) schema.Observation {
		o := figure(t, ind.ID, area, "2020", v)
		o.Lower, o.Upper = &l, &u
		return o
	}
	set, _ := Choose(c.Areas, ind, []schema.Observation{with("SE-1480", 10, 9, 11.1), with("SE-1280", 20, 18, 22.2), with("SE-0180", 10.5, 9, 12.2)}, Asked{Area: "SE-1480"})
	d := set.Differences(c.Areas, nil)
	if d["SE-1280"].Method != ByLimits || d["SE-1280"].Verdict != Higher || d["SE-0180"].Verdict != NotShown || d["SE-0180"].Rise == nil {
		t.Errorf("%+v", d)
	}
}

func TestFunnel(t *testing.T) {
	events := map[string][2]float64{"SE": {500, 10e6}, "DK": {250, 5e6}, "NO": {245, 5e6}, "FI": {260, 5e6}, "IS": {0, 4e5}}
	c, set, counts := counted(t, events)
	f, why := set.NewFunnel(c.Areas, counts)
	if f == nil || why != HasCounts || f.Widened || len(f.Points) != 5 || f.Points[0].Area != "IS" {
		t.Fatalf("funnel %+v (%s)", f, why)
	}
	if f.Points[0].Place != stats.Low998 && f.Points[0].Place != stats.Low95 { // 20 expected, none seen
		t.Errorf("no events among 400 000 lies %s", f.Points[0].Place)
	}
	delete(counts, "FI")
	if f, why := set.NewFunnel(c.Areas, counts); f != nil || why != NotMatched {
		t.Errorf("four areas make a funnel (%s)", why)
	}
	wide := map[string][2]float64{}
	for i, code := range []string{"SE", "DK", "NO", "FI", "DE", "FR", "ES", "IT", "PT", "PL", "AT", "BE"} {
		wide[code] = [2]float64{100 * float64(1+i), 5e6}
	}
	c, set, counts = counted(t, wide)
	if f, _ := set.NewFunnel(c.Areas, counts); f == nil || !f.Widened || f.Phi < 10 || f.Outside998 > 2 {
		t.Errorf("areas that vary far beyond chance: %+v", f)
	}
	for id, want := range map[string]Without{cost: NotACount, "reported_drug_offences": OnlyTheRate, rate: HasCounts} {
		ind, _ := c.Indicator(id)
		if got := CountsOf(c, ind); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestAlike(t *testing.T) {
	c, set := costs(t, 12, func(int) float64 { return 1 })
	set.Figures["SE-0180"], set.Figures["SE-1281"] = figure(t, cost, "SE-0180", "2021", 1), figure(t, cost, "SE-1281", "2021", 1)
	traits := []schema.PeerTrait{{ID: "folkmangd", Indicator: "population", Scale: schema.LogScale}, {ID: "kopt", Indicator: "purchased_share_addiction_care", Scale: schema.LinearScale}}
	people := []schema.Observation{figure(t, "population", "SE-1480", "2020", 600e3), figure(t, "population", "SE-0180", "2020", 1000e3), figure(t, "population", "SE-1280", "2020", 350e3), figure(t, "population", "SE-1281", "2020", 120e3),
		figure(t, "population", "SE-1480", "2030", 1)} // after the period that is shown
	p := set.Alike(c.Areas, traits, people, 2)
	if len(p.Used) != 1 || p.Used[0].Year != 2020 || len(p.Unknown) != 1 || p.Known != 3 || len(p.Nearest) != 2 || p.Nearest[0].Area != "SE-0180" || p.Nearest[1].Area != "SE-1280" {
		t.Errorf("%+v", p)
	}
	if p := set.Alike(c.Areas, traits, nil, 2); len(p.Nearest) != 0 || len(p.Unknown) != 2 {
		t.Errorf("without figures %+v", p)
	}
	set.Chosen = "SE"
	if p := set.Alike(c.Areas, traits, people, 2); len(p.Nearest) != 0 {
		t.Errorf("a country is like municipalities: %+v", p)
	}
}

// Each of the 21 regions has one square of its own.
func TestTiles(t *testing.T) {
	tiles, err := Tiles()
	if err != nil {
		t.Fatal(err)
	}
	areas := catalogue(t).Areas
	seen, at := map[string]bool{}, map[[2]int]bool{}
	for _, x := range tiles {
		if g, ok := GroupOf(areas, x.Area); !ok || g.ID != Regions || seen[x.Area] || at[[2]int{x.Column, x.Row}] {
			t.Errorf("tile %+v is not a region, is there twice or lies on another", x)
		}
		seen[x.Area], at[[2]int{x.Column, x.Row}] = true, true
		for _, l := range x.Lines {
			if len([]rune(l)) > 9 {
				t.Errorf("%q does not fit in a square of 68 units", l)
			}
		}
	}
	if len(seen) != 21 {
		t.Errorf("%d regions, want 21", len(seen))
	}
}
