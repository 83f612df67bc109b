package process

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

// weekly simulates years of weekly counts with season, trend and more spread than Poisson.
func weekly(seed uint64, weeks int, mean, yearly, dispersion float64) []float64 {
	src := rand.NewPCG(seed, 1)
	out := make([]float64, weeks)
	for i := range out {
		mu := mean * math.Exp(0.3*math.Sin(2*math.Pi*float64(i)/52)+yearly*float64(i)/52)
		if dispersion > 1 {
			mu = distuv.Gamma{Alpha: mu / (dispersion - 1), Beta: 1 / (dispersion - 1), Src: src}.Rand()
		}
		out[i] = distuv.Poisson{Lambda: max(mu, 1e-9), Src: src}.Rand()
	}
	return out
}

func lastYear(weeks int) []int {
	at := make([]int, 52)
	for i := range at {
		at[i] = weeks - 52 + i
	}
	return at
}

// The share of false alarms over many simulated years without an outbreak, which is what the level promises.
func TestFarringtonFalseAlarms(t *testing.T) {
	const weeks = 52*6 + 4
	for _, c := range []struct {
		name     string
		o        FarringtonOptions
		low, top float64
	}{
		{"classic", Classic(52, 4, 3), 0.0005, 0.03},
		{"flexible", Flexible(52, 4, 3), 0.0005, 0.02},
	} {
		alarms, tested := 0.0, 0.0
		for area := range 60 {
			got, err := Farrington(weekly(uint64(area), weeks, 12, 0.03, 1.4), lastYear(weeks), c.o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got {
				tested++
				alarms += map[bool]float64{true: 1}[p.Alarm]
			}
		}
		share := alarms / tested
		t.Logf("%s: %.2f %% of %v quiet weeks alarm (%.1f a year)", c.name, 100*share, tested, 52*share)
		if share < c.low || share > c.top {
			t.Errorf("%s: %.4f of quiet weeks alarm, expected between %v and %v", c.name, share, c.low, c.top)
		}
	}
}

func TestFarringtonFindsAnOutbreakAndForgivesAnOldOne(t *testing.T) {
	const weeks = 52*6 + 4
	for name, o := range map[string]FarringtonOptions{"classic": Classic(52, 4, 3), "flexible": Flexible(52, 4, 3)} {
		y := weekly(7, weeks, 10, 0, 1)
		now := weeks - 2
		quiet, err := Farrington(y, []int{now}, o)
		if err != nil {
			t.Fatal(err)
		}
		y[now] += 30
		with, err := Farrington(y, []int{now}, o)
		if err != nil || !with[0].Alarm {
			t.Errorf("%s: 30 cases more raise no alarm: %+v, %v", name, with, err)
		}
		near(t, name+": the tested week must not move its own threshold", *with[0].Upper, *quiet[0].Upper, 1e-9)
		y[now-104] += 60
		forgiving, err := Farrington(y, []int{now}, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Reweight = false
		plain, err := Farrington(y, []int{now}, o)
		if err != nil {
			t.Fatal(err)
		}
		if *forgiving[0].Upper >= *plain[0].Upper {
			t.Errorf("%s: an old outbreak is not weighed down: %v with, %v without", name, *forgiving[0].Upper, *plain[0].Upper)
		}
	}
}

// The whole history is divided into ten levels a year: one of 2w+1 weeks, nine that are as equal as can be.
func TestFlexibleReferences(t *testing.T) {
	o := Flexible(52, 3, 3)
	refs := o.references(200)
	count := map[int]int{}
	seen := map[int]bool{}
	for _, r := range refs {
		if seen[r.at] {
			t.Fatalf("week %d is a reference twice", r.at)
		}
		seen[r.at] = true
		if r.at >= 200-26 {
			t.Errorf("week %d lies in the half year before week 200", r.at)
		}
		count[r.season]++
	}
	if count[0] != 21 || len(count) != 10 {
		t.Errorf("levels hold %v weeks; the first has three windows of seven", count)
	}
	for k := 1; k < 10; k++ {
		if count[k] < 10 || count[k] > 18 {
			t.Errorf("level %d holds %d weeks of up to three years", k, count[k])
		}
	}
	if first := refs[0].at; first != 200-3*52-3 {
		t.Errorf("the history starts in week %d", first)
	}
}

// The improved algorithm beside R's surveillance 1.20.3, farringtonFlexible(thresholdMethod = "nbPlugin", noPeriods = 5,
// pastWeeksNotIncluded = 6, weightsThreshold = 2.58, pThresholdTrend = 1, alpha = 0.005): six years of made-up months with an
// outbreak in the fifth.
func TestFlexibleBesideSurveillance(t *testing.T) {
	y := []float64{3, 12, 7, 4, 12, 4, 8, 2, 4, 5, 6, 10, 4, 4, 7, 7, 7, 3, 5, 2, 3, 9, 6, 6, 6, 8, 4, 9, 8, 9, 0, 6, 3, 6, 5, 3,
		8, 9, 6, 6, 3, 12, 7, 16, 7, 2, 9, 3, 7, 15, 26, 11, 9, 8, 6, 8, 104, 4, 8, 4, 11, 13, 15, 21, 12, 6, 4, 2, 9, 6, 2, 10}
	upper := []float64{34, 32, 33, 33, 28, 33}
	expected := []float64{11.63069797900, 10.61859187463, 11.03395475024, 10.24793974599, 9.14364696604, 10.93039080265}
	o := Flexible(12, 4, 1)
	o.Seasons = 5
	got, err := Farrington(y, []int{66, 67, 68, 69, 70, 71}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range got {
		if *p.Upper != upper[i] || math.Abs(*p.Expected-expected[i]) > 1e-6 {
			t.Errorf("month %d: threshold %g, mean %.9g; want %g and %.9g", p.At, *p.Upper, *p.Expected, upper[i], expected[i])
		}
	}
}

// The fast fit against a plain one: dense design, QR, iterated to rest.
func TestSeasonFitAgreesWithDenseRegression(t *testing.T) {
	y := weekly(3, 300, 9, 0.1, 1.5)
	population := make([]float64, len(y))
	for i := range population {
		population[i] = 50000 + 40*float64(i)
	}
	o := Flexible(52, 4, 3)
	o.Population, o.Reweight = population, false
	var q quasiPoisson
	refs := o.references(290)
	q.load(y, population, refs, o)
	if !q.fit(true) {
		t.Fatal("the fit did not settle")
	}
	coef, inv, mu := denseFit(y, population, refs, o.Seasons)
	for i := range refs {
		near(t, "fitted mean", q.mu[i], mu[i], 1e-6*mu[i])
	}
	near(t, "slope", q.b, coef[o.Seasons], 1e-8)
	near(t, "slope information", 1/q.info, inv.At(o.Seasons, o.Seasons), 1e-5*inv.At(o.Seasons, o.Seasons))
	p := q.predict(290, math.Log(population[290]))
	near(t, "prediction", math.Log(p.mean), coef[0]+290*coef[o.Seasons]+math.Log(population[290]), 1e-7)
	at := mat.NewVecDense(o.Seasons+1, nil)
	at.SetVec(0, 1)
	at.SetVec(o.Seasons, 290)
	near(t, "its error", p.se/p.mean, math.Sqrt(p.dispersion*mat.Inner(at, inv, at)), 1e-5)
}

// denseFit is the same model by a dense design matrix: one column per level, then time.
func denseFit(y, population []float64, refs []reference, seasons int) ([]float64, *mat.Dense, []float64) {
	n := len(refs)
	x, mu := mat.NewDense(n, seasons+1, nil), make([]float64, n)
	for i, r := range refs {
		x.Set(i, r.season, 1)
		x.Set(i, seasons, float64(r.at))
		mu[i] = y[r.at] + 0.1
	}
	var b mat.VecDense
	inv := mat.NewDense(seasons+1, seasons+1, nil)
	for range 8 {
		w, z := mat.NewDense(n, seasons+1, nil), mat.NewVecDense(n, nil)
		for i, r := range refs {
			root := math.Sqrt(mu[i])
			for j := range seasons + 1 {
				w.Set(i, j, root*x.At(i, j))
			}
			z.SetVec(i, root*(math.Log(mu[i]/population[r.at])+(y[r.at]-mu[i])/mu[i]))
		}
		var qr mat.QR
		qr.Factorize(w)
		_ = qr.SolveVecTo(&b, false, z)
		var info mat.Dense
		info.Mul(w.T(), w)
		_ = inv.Inverse(&info)
		for i, r := range refs {
			mu[i] = population[r.at] * math.Exp(mat.Dot(x.RowView(i), &b))
		}
	}
	return b.RawVector().Data, inv, mu
}

func TestFarringtonSaysWhyThereIsNoThreshold(t *testing.T) {
	y := make([]float64, 300)
	y[295], y[294] = 4, 3
	got, err := Farrington(y, []int{295}, Classic(52, 4, 3))
	if err != nil {
		t.Fatal(err)
	}
	if p := got[0]; p.Reason != stats.TooFewEvents || p.Upper != nil || p.Alarm || !p.Enough {
		t.Errorf("got %+v; references without a case give no threshold", p)
	}
}

func TestFarringtonRefuses(t *testing.T) {
	y := weekly(1, 300, 5, 0, 1)
	set := func(f func(*FarringtonOptions)) FarringtonOptions {
		o := Classic(52, 4, 3)
		f(&o)
		return o
	}
	bad := append([]float64(nil), y...)
	bad[10] = -2
	for name, c := range map[string]struct {
		y    []float64
		at   int
		o    FarringtonOptions
		want stats.Reason
	}{
		"frequency":         {y, 280, set(func(o *FarringtonOptions) { o.Frequency = 1 }), stats.OutOfRange},
		"window":            {y, 280, set(func(o *FarringtonOptions) { o.HalfWindow = 26 }), stats.OutOfRange},
		"alpha":             {y, 280, set(func(o *FarringtonOptions) { o.Alpha = 1 }), stats.OutOfRange},
		"seasons":           {y, 280, set(func(o *FarringtonOptions) { o.Seasons = 60 }), stats.OutOfRange},
		"reweighting":       {y, 280, set(func(o *FarringtonOptions) { o.ReweightAt = 0 }), stats.OutOfRange},
		"recent":            {y, 280, set(func(o *FarringtonOptions) { o.SkipRecent = -1 }), stats.OutOfRange},
		"least":             {y, 280, set(func(o *FarringtonOptions) { o.LeastCases = -1 }), stats.OutOfRange},
		"population length": {y, 280, set(func(o *FarringtonOptions) { o.Population = []float64{1} }), stats.UnequalLengths},
		"no population":     {y, 280, set(func(o *FarringtonOptions) { o.Population = make([]float64, 300) }), stats.NoPopulation},
		"no history":        {y, 200, Classic(52, 4, 3), stats.TooFewPoints},
		"few references":    {y, 280, set(func(o *FarringtonOptions) { o.Years, o.HalfWindow = 1, 0 }), stats.TooFewPoints},
		"beyond":            {y, 300, Classic(52, 4, 3), stats.OutsideSeries},
		"negative":          {bad, 280, Classic(52, 4, 3), stats.NegativeCount},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Farrington(c.y, []int{c.at}, c.o)
			wantReason(t, err, c.want)
		})
	}
}

func FuzzFarrington(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 19, 4, 3, 1, true)
	f.Add([]byte{0, 0, 0, 0, 5, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0}, 14, 4, 2, 1, false)
	f.Fuzz(func(t *testing.T, y []byte, at, frequency, years, window int, flexible bool) {
		o := Classic(frequency%13, years%5, window%4)
		if flexible {
			o = Flexible(frequency%13, years%5, window%4)
			o.Seasons = 1 + window%4
		}
		counts := series(y)
		if years%2 == 0 {
			for i, v := range counts {
				counts[i] = math.Trunc(math.Abs(v)) // whole counts, some of them absurdly large
			}
		}
		got, err := Farrington(counts, []int{at, len(y) - 1}, o)
		sound(t, got, err)
		got, err = Farrington(counts, []int{len(y) - 1}, o)
		sound(t, got, err)
	})
}
