package interrupted

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"utfall/schema"
	"utfall/stats/effect"
)

var load = sync.OnceValues(schema.Load)

// figures reads the reference collection: one indicator's main line for every area, years and reference days only.
func figures(t *testing.T, indicator, variant string) map[string][]schema.Observation {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "ingest", "reference", "figures", indicator+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	out := map[string][]schema.Observation{}
	for _, row := range rows[1:] {
		get := func(name string) string { return row[column[name]] }
		p, err := schema.ParsePeriod(get("period"))
		if err != nil {
			t.Fatal(err)
		}
		if get("variant") != variant || get("sex") != "T" || get("age") != schema.AllAges || p.Kind != schema.Year {
			continue
		}
		o := schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: get("area"), Period: p}, Missing: schema.Missing(get("missing")), Flags: get("flags")}
		if o.Missing == schema.Present {
			if o.Value, err = strconv.ParseFloat(get("value"), 64); err != nil {
				t.Fatal(err)
			}
		}
		out[o.Area] = append(out[o.Area], o)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b schema.Observation) int { return a.Period.Start.Compare(b.Period.Start) })
	}
	return out
}

func study(t *testing.T, event, indicator, area string) Study {
	t.Helper()
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	e, ok := c.Event(event)
	if !ok {
		t.Fatalf("no event %s", event)
	}
	ind, _ := c.Indicator(indicator)
	all := figures(t, indicator, "")
	in := Input{Event: e, Indicator: ind, Area: area, Figures: all[area], Population: map[int]float64{}, Others: map[string][]schema.Observation{}}
	for _, o := range figures(t, "population", "")[area] {
		in.Population[o.Period.Start.Year()] = o.Value
	}
	for code, list := range all {
		if a, _ := c.Areas.Get(code); a.Level == schema.Municipality && !e.Touches(code) {
			in.Others[code] = list
		}
	}
	return New(in)
}

// The Swedish act on needle exchange and drug deaths: a model of the level alone would see 43 per cent fewer deaths than
// the long rise would have gone on to, and the page would praise the act. The slope had turned, so there is no such
// estimate, and the check finds no lasting fall that began with the act.
func TestModelAloneWouldPraise(t *testing.T) {
	s := study(t, "nsp_law_2017", "drug_induced_deaths", "SE")
	if s.Before != 22 || s.After != 6 || s.Model != NoModel || s.NotDone != CourseTurned {
		t.Fatalf("%d before, %d after, model %q, %q", s.Before, s.After, s.Model, s.NotDone)
	}
	if !s.Forbidden() || len(s.Timing.Reasons) == 0 || s.Timing.Claim != effect.Fall {
		t.Errorf("%+v", s.Timing)
	}
	for _, y := range s.Years {
		if y.Fitted != nil || y.Without != nil {
			t.Errorf("%s has a model's value", y.Figure.Period)
		}
	}
}

// Substitution treatment in Denmark around the first room: five years and four, so the level alone is compared, with the
// model's values beside what was observed.
func TestLevelOnly(t *testing.T) {
	s := study(t, "cph_room_1", "ost_clients", "DK")
	if s.Model != LevelModel || s.Before != 5 || s.After != 4 || s.Count == nil {
		t.Fatalf("model %q, %d before, %d after", s.Model, s.Before, s.After)
	}
	var observed float64
	for _, y := range s.Years {
		switch year := y.Figure.Period.Start.Year(); {
		case year == 2012 && (y.Side != During || y.Fitted != nil):
			t.Errorf("2012 holds the event and lies on side %q", y.Side)
		case y.Side == After:
			observed += y.Figure.Value
			if y.Without == nil {
				t.Errorf("%d has no value of the earlier course", year)
			}
		}
	}
	if observed != 7600+6268+7050+6600 || observed != s.Count.Observed {
		t.Errorf("observed %g, the model says %g", observed, s.Count.Observed)
	}
}

// Denmark's first room: what series there are reach back one year or five; no estimate from one.
// Killings have nothing to do with needle exchange: the same comparison is made of them, by the same rules, and stands beside.
func TestUntouchedOutcomes(t *testing.T) {
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := c.Event("nsp_law_2017")
	deaths, _ := c.Indicator("drug_induced_deaths")
	killings, _ := c.Indicator("homicide_victims")
	bursts, _ := c.Indicator("explosions")
	s := New(Input{Event: e, Indicator: deaths, Area: "SE", Figures: figures(t, deaths.ID, "")["SE"],
		Placebos: []Series{{killings, figures(t, killings.ID, "")["SE"]}, {bursts, figures(t, bursts.ID, "")["SE"]}}})
	if !slices.Equal(e.Placebos, []string{killings.ID}) || len(s.Untouched) != 2 {
		t.Fatalf("%v, %d series", e.Placebos, len(s.Untouched))
	}
	if u := s.Untouched[0]; u.Indicator.ID != killings.ID || u.Model != LevelModel || u.Before != 3 || u.After != 7 || u.Count == nil {
		t.Errorf("%+v", u)
	}
	if u := s.Untouched[1]; u.Model != NoModel || u.NotDone != FewYears {
		t.Errorf("a series that begins after the event: %+v", u)
	}
}

func TestTooFewYears(t *testing.T) {
	s := study(t, "cph_room_1", "drug_related_deaths_police", "DK")
	if s.Model != NoModel || s.NotDone != FewYears || s.Before != 1 || s.After != 10 {
		t.Errorf("model %q, %q, %d before, %d after", s.Model, s.NotDone, s.Before, s.After)
	}
	if s := study(t, "cph_room_1", "dk_residential_starts", "DK"); s.NotDone != FewYears {
		t.Errorf("%q", s.NotDone)
	}
	if s := study(t, "cph_room_1", "hiv_new_cases_idu", "SE-1480"); s.NotDone != NoFigures {
		t.Errorf("%q", s.NotDone)
	}
}

// Few events: no estimate, but what could have been found.
func TestTooFewEvents(t *testing.T) {
	s := study(t, "dk_dcr_law", "hiv_new_cases_idu", "SE")
	s2 := New(Input{Event: s.Event, Indicator: s.Indicator, Area: "SE", Figures: years(s.Indicator.ID, 2006, 4, 5, 3, 6, 4, 5, 0, 3, 4, 5, 2)})
	if s2.NotDone != FewEvents || s2.Detectable == nil || s2.Detectable.Fall == nil && s2.Detectable.Rise == nil {
		t.Errorf("%q %+v", s2.NotDone, s2.Detectable)
	}
}

// A step at the event in a level series is found with its size; the other years do not show one as large; areas without
// the event stood still. Made-up figures.
func TestStepWithControls(t *testing.T) {
	c, _ := load()
	e, _ := c.Event("gbg_nsp_open")
	ind, _ := c.Indicator("reported_drug_offences")
	in := Input{Event: e, Indicator: ind, Area: "SE-1480", Others: map[string][]schema.Observation{}}
	wobble := []float64{3, -2, 1, -4, 2, 0, -1, 3, -3, 2, -2, 1, 4, -1, 0, 2}
	var treated []float64
	for i := range 16 { // 2007 to 2022; the event is in December 2018
		level := 1000.0
		if 2007+i > 2018 {
			level = 800
		}
		treated = append(treated, level+wobble[i])
	}
	in.Figures = years(ind.ID, 2007, treated...)
	for j, code := range []string{"SE-0180", "SE-1280", "SE-0380", "SE-0580", "SE-0680", "SE-1281"} {
		var row []float64
		for i := range 16 {
			row = append(row, 900+50*float64(j)+wobble[(i+3*j)%16])
		}
		in.Others[code] = years(ind.ID, 2007, row...)
	}
	s := New(in)
	if s.Model != LevelModel || s.Linear == nil || math.Abs(s.Linear.Terms[1].Estimate+200) > 10 {
		t.Fatalf("%q %+v", s.Model, s.Linear)
	}
	if s.Placebo.Tried < 8 || s.Placebo.AsLarge != 0 {
		t.Errorf("placebo %+v", s.Placebo)
	}
	if s.Forbidden() {
		t.Errorf("forbidden: %v", s.Timing.Explain)
	}
	if len(s.Controls) != 6 || s.AsLarge != 0 || s.DiD == nil || math.Abs(*s.DiD-0.8) > 0.01 {
		t.Errorf("%d controls, %d as large, DiD %v", len(s.Controls), s.AsLarge, s.DiD)
	}
	if s.Synthetic == nil || math.Abs(s.Synthetic.Effect+200) > 10 {
		t.Errorf("synthetic %+v", s.Synthetic)
	}
	// a break in the counting at the event leaves nothing to compare
	in.Figures[12].Flags = "break"
	if s := New(in); s.After != 0 || s.NotDone != FewYears || s.Years[12].LeftOut != BeyondBreak {
		t.Errorf("across a break: %d after, %q, %q", s.After, s.NotDone, s.Years[12].LeftOut)
	}
	in.Event, _ = c.Event("naloxon_otc")
	if s := New(in); s.NotDone != NoDate {
		t.Errorf("an event without a date gives %q", s.NotDone)
	}
}

func years(indicator string, first int, values ...float64) []schema.Observation {
	var out []schema.Observation
	for i, v := range values {
		p, _ := schema.ParsePeriod(strconv.Itoa(first + i))
		out = append(out, schema.Observation{Cell: schema.Cell{Indicator: indicator, Period: p}, Value: v})
	}
	return out
}

// On which side of an event a period lies, by how exact the event's date is.
func TestSides(t *testing.T) {
	for _, c := range []struct {
		date, end, period string
		want              Side
	}{
		{"2016-02-15", "", "2015", Before}, {"2016-02-15", "", "2016", During}, {"2016-02-15", "", "2017", After},
		{"2016-02-15", "", "2016-11-01", After}, {"2016-02-15", "", "2016-02-14", Before}, {"2016-02-15", "", "2016-02-15", After},
		{"2025-01-01", "", "2025", After}, {"2016", "", "2016-11-01", During}, {"2016", "", "2017", After}, {"2016-06", "", "2016-06-10", During},
		{"2020-03-15", "2020-08-10", "2020", During}, {"2020-03-15", "2020-08-10", "2021", After}, {"2020-03-15", "2020-08-10", "2020-05-01", During},
	} {
		p, err := schema.ParsePeriod(c.period)
		if err != nil {
			t.Fatal(err)
		}
		from, to := span(schema.Event{Date: c.date, End: c.end})
		if got := sideOf(p, from, to); got != c.want {
			t.Errorf("%s–%s: %s is %s, want %s", c.date, c.end, c.period, got, c.want)
		}
	}
}
