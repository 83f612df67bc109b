package effect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"utfall/stats"
)

func TestDiDRatesRefuses(t *testing.T) {
	ok := Cell{10, 1000}
	for name, c := range map[string]struct {
		cell Cell
		want stats.Reason
	}{
		"no events": {Cell{0, 1000}, stats.NotDefined}, "negative": {Cell{-1, 1000}, stats.NegativeCount},
		"broken": {Cell{1.5, 1000}, stats.NotWhole}, "no population": {Cell{5, 0}, stats.NoPopulation}, "nan": {Cell{math.NaN(), 1}, stats.NotFinite},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DiDRates(ok, c.cell, ok, ok, 0.95)
			wantReason(t, err, c.want)
		})
	}
	got, err := DiDRates(ok, Cell{9, 1000}, ok, ok, 0)
	if err != nil || !got.Few {
		t.Errorf("a cell of 9 is not marked: %+v, %v", got, err)
	}
}

// threeGroups: two units treated in 3, two in 4, two never; everything doubles as a hand calculation.
func threeGroups() Panel {
	p := Panel{}
	add := func(name string, first int, y ...float64) {
		for i, v := range y {
			p.Unit, p.Time, p.First, p.Y = append(p.Unit, name), append(p.Time, i+1), append(p.First, first), append(p.Y, v)
		}
	}
	add("a", 3, 1, 2, 5, 6)
	add("b", 3, 1, 2, 7, 8)
	add("c", 4, 0, 1, 2, 9)
	add("d", 4, 0, 1, 2, 9)
	add("x", Never, 0, 1, 2, 3)
	add("y", Never, 0, 1, 2, 3)
	return p
}

func TestGroupTimeByHand(t *testing.T) {
	cells, err := GroupTimes(threeGroups())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"3/2": 0, "3/3": 3, "3/4": 3, "4/2": 0, "4/3": 0, "4/4": 6}
	for _, c := range cells {
		key := fmt.Sprintf("%d/%d", c.Group, c.Time)
		near(t, key, c.Estimate, want[key], 1e-12)
		if c.Before != (c.Time < c.Group) {
			t.Errorf("%s: before is %v", key, c.Before)
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Errorf("not estimated: %v", want)
	}
	for over, averages := range map[Over]map[int]float64{
		Simple: {0: 4}, ByGroup: {3: 3, 4: 6}, ByTime: {3: 3, 4: 4.5}, BySince: {-2: 0, -1: 0, 0: 4.5, 1: 3},
	} {
		got, err := Aggregate(cells, over)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range got {
			near(t, fmt.Sprint(over, a.Key), a.Estimate, averages[a.Key], 1e-12)
		}
		if len(got) != len(averages) {
			t.Errorf("%s: %v", over, got)
		}
	}
	for over, want := range map[Over]float64{Simple: 4, ByGroup: 4.5, ByTime: 3.75, BySince: 3.75} {
		if got, err := Overall(cells, over); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("overall %s: %v, %v; want %v", over, got, err, want)
		}
	}
	if a, err := GroupTime(threeGroups(), 3, 3, 2); err != nil || math.Abs(*a.SE-math.Sqrt(1.0/2)) > 1e-12 {
		t.Errorf("changes of 3 and 5 against 1 and 1 have a standard error of √½: %+v, %v", a, err)
	}
}

func TestPanelRefuses(t *testing.T) {
	ok := threeGroups()
	twice, broken, moved := threeGroups(), threeGroups(), threeGroups()
	twice.Time[1] = 1
	broken.Y[3] = math.NaN()
	moved.First[2] = 4
	for name, c := range map[string]struct {
		run  func() error
		want stats.Reason
	}{
		"twice":     {func() error { _, err := GroupTimes(twice); return err }, stats.Unordered},
		"nan":       {func() error { _, err := GroupTimes(broken); return err }, stats.NotFinite},
		"moved":     {func() error { _, err := GroupTimes(moved); return err }, stats.OutOfRange},
		"empty":     {func() error { _, err := GroupTimes(Panel{}); return err }, stats.UnequalLengths},
		"no base":   {func() error { _, err := GroupTime(ok, 3, 1, 0); return err }, stats.OutsideSeries},
		"no group":  {func() error { _, err := GroupTime(ok, 9, 4, 0); return err }, stats.OutsideSeries},
		"controls":  {func() error { _, err := GroupTime(ok, Never, 4, 0); return err }, stats.OutOfRange},
		"aggregate": {func() error { _, err := Aggregate(nil, Simple); return err }, stats.TooFewPoints},
		"over":      {func() error { _, err := Aggregate(nil, "mean"); return err }, stats.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) { wantReason(t, c.run(), c.want) })
	}
}

// randomPanel is unbalanced: some observations are missing.
func randomPanel(seed uint64, units, periods, treated int, effect float64) (unit []string, time []int, post, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for u := range units {
		level := rng.NormFloat64()
		for p := range periods {
			if rng.Float64() < 0.05 {
				continue
			}
			d := 0.0
			if u < treated && p >= periods/2 {
				d = 1
			}
			unit, time, post = append(unit, fmt.Sprintf("u%02d", u)), append(time, p), append(post, d)
			y = append(y, level+0.3*float64(p)+effect*d+rng.NormFloat64())
		}
	}
	return
}

// Partialling out against the regression with every dummy written down.
func TestTwoWayAgreesWithDummies(t *testing.T) {
	unit, time, post, y := randomPanel(1, 12, 6, 5, 1)
	got, err := TwoWayFixedEffects(unit, time, post, y)
	if err != nil {
		t.Fatal(err)
	}
	terms := []Term{{Name: "post", Values: post}}
	for u := 1; u < 12; u++ {
		v := make([]float64, len(y))
		for i := range v {
			if unit[i] == fmt.Sprintf("u%02d", u) {
				v[i] = 1
			}
		}
		terms = append(terms, Term{Name: "unit", Values: v})
	}
	for p := 1; p < 6; p++ {
		v := make([]float64, len(y))
		for i := range v {
			if time[i] == p {
				v[i] = 1
			}
		}
		terms = append(terms, Term{Name: "period", Values: v})
	}
	d, err := newDesign("test", len(y), terms)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.solve(y, nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "estimate", got.Estimate, s.coef[1], 1e-10)
	rss := 0.0
	for i, v := range d.times(s.coef) {
		rss += (y[i] - v) * (y[i] - v)
	}
	near(t, "standard error", got.SE, math.Sqrt(rss/float64(len(y)-len(s.coef))*s.inv.At(1, 1)), 1e-10)
}

// Without an effect, a permutation p value is as often small as it says.
func TestPermutationP(t *testing.T) {
	const runs = 150
	small := 0.0
	for seed := range uint64(runs) {
		got, err := TwoWayFixedEffects(randomPanel(seed+10, 10, 6, 4, 0))
		if err != nil {
			t.Fatal(err)
		}
		small += in(*got.Permutation, 0, 0.10)
	}
	t.Logf("%.3f of p values without an effect are at most 0.10", small/runs)
	if small/runs > 0.18 || small/runs < 0.03 {
		t.Errorf("%.3f of p values without an effect are at most 0.10", small/runs)
	}
	strong, err := TwoWayFixedEffects(randomPanel(3, 16, 6, 8, 5))
	if err != nil || *strong.Permutation > 0.01 {
		t.Errorf("an effect of five standard deviations has p %v, %v", *strong.Permutation, err)
	}
}

func TestTwoWayMarksAndRefuses(t *testing.T) {
	unit, time, post, y := randomPanel(2, 8, 6, 1, 1)
	got, err := TwoWayFixedEffects(unit, time, post, y)
	if err != nil {
		t.Fatal(err)
	}
	if got.Cluster != nil || got.Treated != 1 || !got.FewClusters || got.Permutation == nil {
		t.Errorf("one treated unit has no clustered error: %+v", got)
	}
	unit, time, post, y = randomPanel(2, 8, 6, 3, 1)
	for i := range post {
		if unit[i] == "u01" && time[i] == 2 {
			post[i] = 1
		}
	}
	if got, err := TwoWayFixedEffects(unit, time, post, y); err != nil || !got.Staggered {
		t.Errorf("treatment at two dates is not marked: %+v, %v", got, err)
	}
	all := make([]float64, len(y))
	for i := range all {
		all[i] = in(float64(time[i]), 3, 9)
	}
	_, err = TwoWayFixedEffects(unit, time, all, y)
	wantReason(t, err, stats.Collinear)
	_, err = TwoWayFixedEffects(unit, time, y, y)
	wantReason(t, err, stats.NotFinite)
	_, err = TwoWayFixedEffects(unit[:3], time, post, y)
	wantReason(t, err, stats.UnequalLengths)
	_, err = TwoWayFixedEffects([]string{"a", "a", "b", "b"}, []int{1, 1, 1, 2}, []float64{0, 0, 0, 1}, []float64{1, 2, 3, 4})
	wantReason(t, err, stats.Unordered)
	_, err = TwoWayFixedEffects([]string{"a", "a", "b", "b"}, []int{1, 2, 3, 4}, []float64{0, 1, 0, 0}, []float64{1, 2, 3, 4})
	wantReason(t, err, stats.Collinear)
	_, err = TwoWayFixedEffects([]string{"a", "b"}, []int{1, 1}, []float64{0, 1}, []float64{1, 2})
	wantReason(t, err, stats.TooFewPoints)
}

func FuzzPanel(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 2)
	f.Add([]byte{9, 250, 3, 4, 5, 6, 7, 8}, 2, 3)
	f.Fuzz(func(t *testing.T, data []byte, periods, treated int) {
		if periods < 1 || periods > 20 || len(data) > 200 {
			return
		}
		y := series(data)
		p := Panel{Y: y}
		var post []float64
		for i := range y {
			u := i / periods
			first := Never
			if u < treated%7 {
				first = 2 + u%3
			}
			p.Unit, p.Time, p.First = append(p.Unit, fmt.Sprint(u)), append(p.Time, 1+i%periods), append(p.First, first)
			post = append(post, in(float64(i%periods+1), float64(first), 99)*in(float64(u), 0, float64(treated%7-1)))
		}
		cells, err := GroupTimes(p)
		sound(t, cells, err)
		if len(cells) > 0 {
			sum, err := Aggregate(cells, BySince)
			sound(t, sum, err)
			whole, err := Overall(cells, Simple)
			sound(t, whole, err)
		}
		one, err := GroupTime(p, 1+treated%5, 1+len(data)%7, periods%5)
		sound(t, one, err)
		two, err := TwoWayFixedEffects(p.Unit, p.Time, post, y)
		sound(t, two, err)
		if len(y) > 7 {
			r, err := DiDRates(Cell{y[0], y[1]}, Cell{y[2], y[3]}, Cell{y[4], y[5]}, Cell{y[6], y[7]}, 0.95)
			sound(t, r, err)
		}
	})
}
