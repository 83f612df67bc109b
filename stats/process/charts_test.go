package process

import (
	"math"
	"testing"

	"utfall/stats"
)

func TestChartRefusesWhatItCannotDraw(t *testing.T) {
	ten := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}
	hundred := []float64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	change := func(v []float64, at int, to float64) []float64 {
		out := append([]float64(nil), v...)
		out[at] = to
		return out
	}
	for name, c := range map[string]struct {
		in   ChartInput
		want stats.Reason
	}{
		"unknown chart":          {ChartInput{Chart: "xbar", Y: ten}, stats.OutOfRange},
		"one point":              {ChartInput{Chart: CChart, Y: ten[:1]}, stats.TooFewPoints},
		"negative count":         {ChartInput{Chart: CChart, Y: change(ten, 3, -1)}, stats.NegativeCount},
		"broken count":           {ChartInput{Chart: CChart, Y: change(ten, 3, 1.5)}, stats.NotWhole},
		"not a number":           {ChartInput{Chart: Individuals, Y: change(ten, 3, math.NaN())}, stats.NotFinite},
		"no denominators":        {ChartInput{Chart: UChart, Y: ten}, stats.UnequalLengths},
		"unasked denominators":   {ChartInput{Chart: CChart, Y: ten, N: hundred}, stats.OutOfRange},
		"events over nothing":    {ChartInput{Chart: UChart, Y: ten, N: change(hundred, 2, 0)}, stats.NoPopulation},
		"negative denominator":   {ChartInput{Chart: UChart, Y: ten, N: change(hundred, 2, -5)}, stats.NoPopulation},
		"more than all":          {ChartInput{Chart: PChart, Y: change(ten, 5, 101), N: hundred}, stats.AboveDenominator},
		"no time between events": {ChartInput{Chart: TChart, Y: change(ten, 5, 0)}, stats.OutOfRange},
		"marks too short":        {ChartInput{Chart: CChart, Y: ten, Missing: []bool{true}}, stats.UnequalLengths},
		"multiplier":             {ChartInput{Chart: CChart, Y: ten, Multiplier: -1}, stats.OutOfRange},
		"freeze beyond":          {ChartInput{Chart: CChart, Y: ten, Freeze: 11}, stats.OutOfRange},
		"exclude beyond":         {ChartInput{Chart: CChart, Y: ten, Exclude: []int{10}}, stats.OutOfRange},
		"phase at the start":     {ChartInput{Chart: CChart, Y: ten, PhaseStarts: []int{0}}, stats.OutOfRange},
		"phases out of order":    {ChartInput{Chart: CChart, Y: ten, PhaseStarts: []int{6, 3}}, stats.Unordered},
		"all left out":           {ChartInput{Chart: CChart, Y: ten[:2], Exclude: []int{0, 1}}, stats.TooFewPoints},
		"too large":              {ChartInput{Chart: Individuals, Y: []float64{math.MaxFloat64, math.MaxFloat64}}, stats.NotDefined},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewChart(c.in)
			wantReason(t, err, c.want)
		})
	}
}

// Moving ranges 2, 4, 6 have mean 4: limits 0 and 3.267·4, by hand.
func TestMovingRangeChart(t *testing.T) {
	got, err := NewChart(ChartInput{Chart: MovingRange, Y: []float64{1, 3, 7, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Points[0].Value != nil {
		t.Error("the first point has no range, but one is drawn")
	}
	last := got.Points[3]
	near(t, "range", *last.Value, 6, 0)
	near(t, "centre", last.Centre, 4, 1e-12)
	near(t, "upper", *last.Upper, 13.068, 1e-12)
	near(t, "upper 95", *last.Upper95, 8.712, 1e-12)
	near(t, "lower", *last.Lower, 0, 0)
	if got.Phases[0].Runs.Signal {
		t.Error("ranges share points; runs among them are no signal")
	}
}

// With every proportion over the same denominator, Laney's p' is the p chart times σz, worked out by hand here.
func TestLaneyWidensByWhatVariesBetweenPeriods(t *testing.T) {
	y, n := []float64{10, 30, 15, 35, 20, 40}, []float64{100, 100, 100, 100, 100, 100}
	plain, err := NewChart(ChartInput{Chart: PChart, Y: y, N: n})
	if err != nil {
		t.Fatal(err)
	}
	prime, err := NewChart(ChartInput{Chart: PPrime, Y: y, N: n, KeepLargeRanges: true})
	if err != nil {
		t.Fatal(err)
	}
	sd := math.Sqrt(0.25 * 0.75 / 100)
	sigmaZ := (0.20 + 0.15 + 0.20 + 0.15 + 0.20) / 5 / sd / 1.128
	near(t, "p upper", *plain.Points[0].Upper, 0.25+3*sd, 1e-12)
	near(t, "p' upper", *prime.Points[0].Upper, 0.25+3*sd*sigmaZ, 1e-12)
}

func TestConstantSeriesHasNoLimitsButSaysSo(t *testing.T) {
	got, err := NewChart(ChartInput{Chart: Individuals, Y: []float64{0.1, 0.1, 0.1, 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Phases[0].NoVariation || got.Points[0].Upper != nil {
		t.Errorf("got %+v; a series that does not vary has no limits", got.Phases[0])
	}
	if got.Phases[0].Runs.Useful != 0 {
		t.Error("all points lie on the centre line, so none tells anything about runs")
	}
}

func TestLimitsStopAtZeroAndOne(t *testing.T) {
	got, err := NewChart(ChartInput{Chart: PChart, Y: []float64{9, 10, 10, 9}, N: []float64{10, 10, 10, 10}, Multiplier: 100})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "upper limit of a percentage", *got.Points[0].Upper, 100, 0)
	c, err := NewChart(ChartInput{Chart: CChart, Y: []float64{0, 1, 2, 0}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "lower limit of a count", *c.Points[0].Lower, 0, 0)
}

func TestMissingPointsAndPhases(t *testing.T) {
	y := []float64{5, 999, 7, 6, 20, 22, 21, 19}
	got, err := NewChart(ChartInput{Chart: CChart, Y: y, Missing: []bool{false, true, false, false, false, false, false, false}, PhaseStarts: []int{4}, Freeze: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Points[1].Value != nil {
		t.Error("a missing point is drawn")
	}
	near(t, "first centre", got.Phases[0].Centre, 6, 1e-12)
	near(t, "second centre", got.Phases[1].Centre, 20.5, 1e-12)
	if !got.FreezeIgnored {
		t.Error("phases and a freeze together: the freeze is dropped and that must be said")
	}
	if !got.Phases[0].Trial {
		t.Error("four points give trial limits")
	}
}

// 20 points with 5 crossings expected at least, by the 5 % point of Binomial(19, ½): P(X ≤ 5) = 0.032, P(X ≤ 6) = 0.084.
func TestRunsLimits(t *testing.T) {
	y := make([]float64, 20)
	for i := range y {
		y[i] = float64(i % 2)
	}
	r := AnalyseRuns(y, 0.5)
	if *r.CrossingsMin != 6 || *r.LongestRunMax != 7 || *r.Crossings != 19 || *r.LongestRun != 1 || r.Signal {
		t.Errorf("got useful %d, longest %d of %d, crossings %d of %d", r.Useful, *r.LongestRun, *r.LongestRunMax, *r.Crossings, *r.CrossingsMin)
	}
	for i := range y {
		y[i] = float64(i / 10)
	}
	if r := AnalyseRuns(y, 0.5); !r.Signal || *r.LongestRun != 10 {
		t.Errorf("half below and half above is no signal: %+v", r)
	}
}

func FuzzChart(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, []byte{90, 80, 70, 60, 50, 40, 30, 20}, 0, 0, 0)
	f.Add([]byte{1, 247, 3}, []byte{9, 9, 9}, 5, 2, 1)
	charts := []Chart{RunChart, Individuals, MovingRange, CChart, UChart, UPrime, PChart, PPrime, GChart, TChart, "x"}
	f.Fuzz(func(t *testing.T, y, n []byte, kind, freeze, phase int) {
		in := ChartInput{Chart: charts[((kind%11)+11)%11], Y: series(y), Freeze: freeze, KeepLargeRanges: phase%2 == 0}
		if in.ratio() {
			in.N = series(n)
		}
		freeze, phase = freeze%20, phase%20
		in.Freeze = freeze
		if phase != 0 {
			in.PhaseStarts, in.Exclude = []int{phase}, []int{phase / 2}
		}
		got, err := NewChart(in)
		sound(t, got, err)
		x, err := NewXmR(XmRInput{Y: in.Y, Direction: Direction(kind % 3), RebaseAt: in.PhaseStarts, FixAfter: freeze})
		sound(t, x, err)
		if len(in.Y) > 0 {
			x, err = NewXmR(XmRInput{Y: in.Y, Direction: Increase, Target: &in.Y[0], KeepLargeRanges: true})
			sound(t, x, err)
			sound(t, AnalyseRuns(in.Y, in.Y[0]), nil)
		}
	})
}
