package effect

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

func segmented(t testing.TB, n, after int, slope bool) []Term {
	t.Helper()
	terms, err := Segmented(upTo(n), after, slope)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// stepSeries are counts over 60 months that fall by a third after 30, with the given spread.
func stepSeries(seed uint64, ratio, dispersion float64) CountSeries {
	src := rand.NewPCG(seed, 5)
	s := CountSeries{Population: make([]float64, 60), Counts: make([]float64, 60)}
	for i := range s.Counts {
		s.Population[i] = 90000 + 100*float64(i)
		mu := 30 * s.Population[i] / 90000
		if i >= 30 {
			mu *= ratio
		}
		if dispersion > 1 {
			mu = distuv.Gamma{Alpha: mu / (dispersion - 1), Beta: 1 / (dispersion - 1), Src: src}.Rand()
		}
		s.Counts[i] = distuv.Poisson{Lambda: mu, Src: src}.Rand()
	}
	return s
}

// The limits of the step and of the events averted hold the truth about 95 times in a hundred, also with spread over
// Poisson; those of the plain Poisson model do not, which is why they are not the default.
func TestCountITSLimitsHold(t *testing.T) {
	const runs = 300
	held, heldPoisson, heldAverted := 0.0, 0.0, 0.0
	for seed := range uint64(runs) {
		s := stepSeries(seed, 2.0/3, 3)
		s.Terms = segmented(t, 60, 30, false)
		got, err := FitCountITS(s)
		if err != nil {
			t.Fatal(err)
		}
		truth := 0.0
		for i := 30; i < 60; i++ {
			truth += 30 * s.Population[i] / 90000 / 3
		}
		held += in(2.0/3, got.Terms[1].Lower, got.Terms[1].Upper)
		heldAverted += in(truth, got.Averted.Lower, got.Averted.Upper)
		s.Poisson = true
		plain, err := FitCountITS(s)
		if err != nil {
			t.Fatal(err)
		}
		heldPoisson += in(2.0/3, plain.Terms[1].Lower, plain.Terms[1].Upper)
	}
	t.Logf("held: quasi-Poisson %.3f, events averted %.3f, plain Poisson %.3f", held/runs, heldAverted/runs, heldPoisson/runs)
	if held/runs < 0.91 || held/runs > 0.985 || heldAverted/runs < 0.91 || heldAverted/runs > 0.985 {
		t.Errorf("95 %% limits held the step %.3f and the events averted %.3f of the time", held/runs, heldAverted/runs)
	}
	if heldPoisson/runs > 0.85 {
		t.Errorf("plain Poisson limits held %.3f of the time; the series is not overdispersed enough to test anything", heldPoisson/runs)
	}
}

func in(v, lower, upper float64) float64 {
	if lower <= v && v <= upper {
		return 1
	}
	return 0
}

func TestCountITSCautions(t *testing.T) {
	has := func(list []Caution, c Caution) bool {
		for _, x := range list {
			if x == c {
				return true
			}
		}
		return false
	}
	few := CountSeries{Counts: []float64{4, 3, 5, 2, 4, 6, 3, 1, 2, 2, 1, 3}, Terms: segmented(t, 12, 6, false)}
	got, err := FitCountITS(few)
	if err != nil {
		t.Fatal(err)
	}
	if !has(got.Cautions, FewPeriods) || !has(got.Cautions, FewEvents) {
		t.Errorf("12 periods with 36 events: cautions %v", got.Cautions)
	}
	if !has(got.Cautions, Underdispersed) || got.Dispersion != 1 {
		t.Errorf("dispersion %v with cautions %v; under 1 it must not narrow the limits", got.Dispersion, got.Cautions)
	}
	few.RawSpread = true
	raw, err := FitCountITS(few)
	if err != nil || raw.Dispersion >= 1 {
		t.Errorf("raw dispersion %v, %v", raw.Dispersion, err)
	}
	over := stepSeries(1, 0.8, 4)
	over.Terms, over.Poisson = segmented(t, 60, 30, false), true
	if got, err := FitCountITS(over); err != nil || !has(got.Cautions, Overdispersed) {
		t.Errorf("plain Poisson on spread counts: cautions %v, %v", got.Cautions, err)
	}
}

func TestCountITSRefuses(t *testing.T) {
	y := []float64{5, 6, 4, 7, 5, 6, 3, 2, 4, 3, 2, 3}
	terms := segmented(t, 12, 6, true)
	with := func(i int, v float64) []float64 {
		out := append([]float64(nil), y...)
		out[i] = v
		return out
	}
	never := []Term{{Name: "time", Values: upTo(12)}}
	always := []Term{{Name: "post", Values: []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, Intervention: true}}
	twice := append(append([]Term(nil), terms...), Term{Name: "month", Values: upTo(12)})
	zeros := append(make([]float64, 6), y[6:]...)
	for name, c := range map[string]struct {
		in   CountSeries
		want stats.Reason
	}{
		"negative":        {CountSeries{Counts: with(2, -1), Terms: terms}, stats.NegativeCount},
		"broken":          {CountSeries{Counts: with(2, 1.5), Terms: terms}, stats.NotWhole},
		"nan":             {CountSeries{Counts: with(2, math.NaN()), Terms: terms}, stats.NotFinite},
		"population":      {CountSeries{Counts: y, Population: make([]float64, 12), Terms: terms}, stats.NoPopulation},
		"populations":     {CountSeries{Counts: y, Population: []float64{1}, Terms: terms}, stats.UnequalLengths},
		"term length":     {CountSeries{Counts: y[:11], Terms: terms}, stats.UnequalLengths},
		"too short":       {CountSeries{Counts: y[:4], Terms: terms}, stats.TooFewPoints},
		"collinear":       {CountSeries{Counts: y, Terms: twice}, stats.Collinear},
		"never at work":   {CountSeries{Counts: y, Terms: never}, stats.OutsideSeries},
		"no before":       {CountSeries{Counts: y, Terms: always}, stats.OutsideSeries},
		"no events":       {CountSeries{Counts: make([]float64, 12), Terms: terms}, stats.TooFewEvents},
		"no event before": {CountSeries{Counts: zeros, Terms: terms}, stats.TooFewEvents},
		"level":           {CountSeries{Counts: y, Terms: terms, Level: 1.5}, stats.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FitCountITS(c.in)
			wantReason(t, err, c.want)
		})
	}
}

func TestSegmentedAndHarmonicsRefuse(t *testing.T) {
	_, err := Segmented(upTo(10), 9, true)
	wantReason(t, err, stats.OutsideSeries)
	_, err = Segmented([]float64{1, 2, 2, 3, 4}, 2, true)
	wantReason(t, err, stats.Unordered)
	_, err = Harmonics(upTo(5), 0, 1)
	wantReason(t, err, stats.OutOfRange)
	_, err = Harmonics([]float64{math.Inf(1)}, 12, 1)
	wantReason(t, err, stats.NotFinite)
}

func TestLinearITSRefuses(t *testing.T) {
	terms := segmented(t, 12, 6, true)
	y := []float64{5, 6, 4, 7, 5, 6, 3, 2, 4, 3, 2, 3}
	exact := make([]float64, 12)
	for i := range exact {
		exact[i] = 3 + 2*terms[1].Values[i] - 5*terms[0].Values[i]
	}
	flat := []float64{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}
	for name, c := range map[string]struct {
		in   LinearSeries
		want stats.Reason
	}{
		"perfect fit": {LinearSeries{Y: exact, Terms: terms}, stats.NotDefined},
		"flat":        {LinearSeries{Y: flat, Terms: terms}, stats.NotDefined},
		"nan":         {LinearSeries{Y: append([]float64{math.NaN()}, y[1:]...), Terms: terms}, stats.NotFinite},
		"lag":         {LinearSeries{Y: y, Terms: terms, Lag: 12}, stats.OutOfRange},
		"lags":        {LinearSeries{Y: y, Terms: terms, Lags: 12}, stats.OutOfRange},
		"orders":      {LinearSeries{Y: y, Terms: terms, Orders: 9}, stats.TooFewPoints},
		"short":       {LinearSeries{Y: y[:4], Terms: terms}, stats.TooFewPoints},
		"collinear":   {LinearSeries{Y: y, Terms: append(terms, Term{Name: "again", Values: upTo(12)})}, stats.Collinear},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FitLinearITS(c.in)
			wantReason(t, err, c.want)
		})
	}
}

// Errors that follow each other make least squares too sure; Newey-West is less so, and the residuals say why.
func TestNeweyWestUnderAutocorrelation(t *testing.T) {
	const runs = 200
	ols, nw, flagged := 0.0, 0.0, 0.0
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 2))
		y, e := make([]float64, 100), 0.0
		for i := range y {
			e = 0.6*e + rng.NormFloat64()
			y[i] = 50 + e
		}
		got, err := FitLinearITS(LinearSeries{Y: y, Terms: segmented(t, 100, 50, false), Lag: 8})
		if err != nil {
			t.Fatal(err)
		}
		post := got.Terms[1]
		ols += in(0, post.Estimate-1.985*post.SE, post.Estimate+1.985*post.SE)
		nw += in(0, post.Lower, post.Upper)
		if len(got.Cautions) > 0 && got.Cautions[0] == Autocorrelated {
			flagged++
		}
	}
	t.Logf("95 %% limits held no change: least squares %.3f, Newey-West %.3f; flagged %.3f", ols/runs, nw/runs, flagged/runs)
	if nw < ols+0.05*runs || flagged < 0.95*runs {
		t.Errorf("Newey-West %.3f against least squares %.3f, flagged %.3f", nw/runs, ols/runs, flagged/runs)
	}
}

func FuzzITS(f *testing.F) {
	f.Add([]byte{5, 6, 4, 7, 5, 6, 3, 2, 4, 3, 2, 3}, []byte{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, 6, true)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 3, 2, 4, 3, 2, 3}, []byte{}, 6, false)
	f.Fuzz(func(t *testing.T, y, pop []byte, after int, slope bool) {
		if len(y) > 80 || len(pop) > 80 {
			return
		}
		terms, err := Segmented(upTo(len(y)), after, slope)
		if err != nil {
			return
		}
		if len(y)%3 == 0 {
			terms = append(terms, Term{Name: "extra", Values: series(pop)})
		}
		if len(y)%3 == 1 {
			season, err := Harmonics(upTo(len(y)), float64(after), 1+len(pop)%3)
			sound(t, season, err)
			terms = append(terms, season...)
		}
		got, err := FitCountITS(CountSeries{Counts: series(y), Population: series(pop), Terms: terms, Poisson: slope})
		sound(t, got, err)
		linear, err := FitLinearITS(LinearSeries{Y: series(y), Terms: terms, Lag: after - 2})
		sound(t, linear, err)
	})
}
