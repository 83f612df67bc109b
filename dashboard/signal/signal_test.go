package signal

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"utfall/schema"
	"utfall/stats"
	"utfall/stats/process"
)

var calls = schema.Indicator{ID: "calls", Kind: schema.Events}

// weeks makes figures of consecutive weeks, months or years from a start.
func periods(t *testing.T, kind schema.PeriodKind, counts []float64) []schema.Observation {
	t.Helper()
	day := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	var out []schema.Observation
	for _, v := range counts {
		code := fmt.Sprint(day.Year())
		switch kind {
		case schema.Week:
			y, w := day.ISOWeek()
			code, day = fmt.Sprintf("%d-W%02d", y, w), day.AddDate(0, 0, 7)
		case schema.Month:
			code, day = day.Format("2006-01"), day.AddDate(0, 1, 0)
		default:
			day = day.AddDate(1, 0, 0)
		}
		p, err := schema.ParsePeriod(code)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, schema.Observation{Cell: schema.Cell{Indicator: calls.ID, Area: "SE", Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: v})
	}
	return out
}

// reference reads input and parameters of the first case of a reference file.
func reference(t *testing.T, name string, input any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "stats", "reference", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Cases []struct{ Input json.RawMessage }
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(f.Cases[0].Input, input); err != nil {
		t.Fatal(err)
	}
}

// Six years of weekly reports of Salmonella agona in the United Kingdom (R package surveillance).
func agona(t *testing.T) []float64 {
	t.Helper()
	var in struct{ Y []float64 }
	reference(t, "aberration_farrington", &in)
	if len(in.Y) < 300 {
		t.Fatalf("%d weeks", len(in.Y))
	}
	return in.Y
}

func TestWatchFindsWhatStandsOut(t *testing.T) {
	y := agona(t)
	quiet := Watch(calls, periods(t, schema.Week, y))
	last, ok := quiet.Newest()
	if !ok || quiet.Method != Farrington || quiet.Years < 3 || len(quiet.Tested) != 52 || last.Upper == nil || last.Expected == nil || quiet.PerYear > 8 {
		t.Fatalf("%+v", quiet)
	}
	y[len(y)-1] = 40
	loud := Watch(calls, periods(t, schema.Week, y))
	if last, _ := loud.Newest(); !last.Alarm || *last.Upper >= 40 {
		t.Errorf("40 in a week of a series that has a handful: %+v", last)
	}
	if loud.PerYear != quiet.PerYear {
		t.Errorf("the newest week is no part of its own record: %g and %g alarms a year", loud.PerYear, quiet.PerYear)
	}
	o := process.Flexible(52, quiet.Years, 3)
	want, err := process.Farrington(y, []int{len(y) - 1}, o)
	if err != nil || *want[0].Upper != *last.Upper {
		t.Errorf("threshold %g, by itself %g (%v)", *last.Upper, *want[0].Upper, err)
	}
}

func TestWatchTakesTheMethodThatTheHistoryBears(t *testing.T) {
	y := agona(t)
	short := Watch(calls, periods(t, schema.Week, y[:60]))
	if last, ok := short.Newest(); !ok || short.Method != EARS || short.Years != 0 || last.Upper == nil || last.Expected != nil {
		t.Errorf("a year of weeks: %+v", short)
	}
	months := Watch(calls, periods(t, schema.Month, y[:72]))
	if _, ok := months.Newest(); !ok || months.Method != Farrington || len(months.Tested) != 12 {
		t.Errorf("six years of months: %+v", months)
	}
	gap := periods(t, schema.Week, y[:100])
	gap[90].Missing = schema.NotPublishedYet
	for name, c := range map[string]struct {
		got  Warning
		want Why
	}{
		"years":             {Watch(calls, periods(t, schema.Year, y[:20])), NotRegular},
		"nothing":           {Watch(calls, nil), NotRegular},
		"nine weeks":        {Watch(calls, periods(t, schema.Week, y[:9])), ShortSeries},
		"after a gap":       {Watch(calls, gap), ShortSeries},
		"money":             {Watch(schema.Indicator{Kind: schema.Cost}, periods(t, schema.Week, y[:60])), NotCounted},
		"half an admission": {Watch(calls, periods(t, schema.Week, []float64{1.5})), NotCounted},
	} {
		if c.got.NotDone != c.want || len(c.got.Tested) != 0 {
			t.Errorf("%s: %+v, want %s", name, c.got, c.want)
		}
	}
}

// released gives figures and revisions as if a triangle had come in one release a month: row i is first published with
// release i, and gains its next increment with each one after.
func released(t *testing.T, triangle [][]float64) ([]schema.Observation, []schema.Revision) {
	t.Helper()
	moment := func(i int) time.Time { return time.Date(2024, 1, 1+i, 6, 0, 0, 0, time.UTC) }
	figures := periods(t, schema.Month, make([]float64, len(triangle)))
	var revisions []schema.Revision
	for i, row := range triangle {
		o := &figures[i]
		o.Released = moment(i)
		for d, gain := range row {
			if d > 0 && gain != 0 {
				revisions = append(revisions, schema.Revision{Cell: o.Cell, Old: o.Value, New: o.Value + gain, OldReleased: o.Released, Released: moment(i + d)})
				o.Released = moment(i + d)
			}
			o.Value += gain
		}
	}
	return figures, revisions
}

// A triangle that is taken apart into releases and put together again gives the same nowcast.
func TestPredictIsTheChainLadderOfTheReleases(t *testing.T) {
	var triangle [][]float64
	for i := range 14 {
		row := []float64{20 + float64(i*7%11), 9 + float64(i*5%4), 4 - float64(i%2), 1}
		triangle = append(triangle, row[:min(len(row), 14-i)])
	}
	figures, revisions := released(t, triangle)
	got := Predict(calls, figures, revisions)
	if got.NotDone != "" || got.Rounds != 14 || len(got.Periods) == 0 {
		t.Fatalf("%+v", got)
	}
	padded := make([][]float64, 13) // the first row was there before anybody looked, and no row is final before 12 releases
	for i := range padded {
		padded[i] = make([]float64, min(13, 13-i))
		copy(padded[i], triangle[i+1])
	}
	want, err := process.NowcastChainLadder(process.NowcastInput{Rows: padded})
	if err != nil {
		t.Fatal(err)
	}
	newest := got.Periods[len(got.Periods)-1]
	if last := want.Totals[12]; math.Abs(newest.Total-last.Total) > 1e-9 || newest.Figure.Value != triangle[13][0] || newest.Completeness != last.Completeness {
		t.Errorf("%+v, want %+v", newest, last)
	}
	if newest.Total < 1.3*newest.Figure.Value || newest.Completeness > 0.8 {
		t.Errorf("a third of the reports come late: %+v", newest)
	}
	shown := newest.Observation()
	if !schema.HasFlag(shown.Flags, schema.Predicted) || shown.Value != newest.Total || schema.HasFlag(newest.Figure.Flags, schema.Predicted) {
		t.Errorf("a prediction must be flagged, and the reported figure must not: %+v", shown)
	}
	if (newest.Lower == nil) != (got.NoLimits != "") {
		t.Errorf("no limits without a reason: %+v, %s", newest, got.NoLimits)
	}
}

func TestPredictSaysWhyNot(t *testing.T) {
	few, fewRevised := released(t, [][]float64{{5, 1, 1}, {6, 1}, {7}})
	still, _ := released(t, [][]float64{{5}, {6}, {7}, {8}, {9}, {10}})
	taken, takenBack := released(t, [][]float64{{5, 1, 1, 1}, {6, -2, 1, 1}, {7, 1, 1, 1}, {5, 1, 1}, {6, 1}, {7}})
	if n := Predict(calls, taken, takenBack); n.NotDone != "" || n.NoLimits != stats.TooFewPoints {
		t.Errorf("few earlier states give no limits: %+v", n)
	}
	for name, c := range map[string]struct {
		got  Nowcast
		want Why
	}{
		"three releases": {Predict(calls, few, fewRevised), FewReleases},
		"never changed":  {Predict(calls, still, nil), NeverRevised},
		"no figures":     {Predict(calls, nil, nil), NotRegular},
		"money":          {Predict(schema.Indicator{Kind: schema.Cost}, still, nil), NotCounted},
	} {
		if c.got.NotDone != c.want || len(c.got.Periods) != 0 {
			t.Errorf("%s: %+v, want %s", name, c.got, c.want)
		}
	}
}
