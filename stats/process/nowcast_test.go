package process

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

// delays of a simulated register: share reported after 0, 1, 2 … periods.
var delays = []float64{0.4, 0.3, 0.15, 0.1, 0.05}

// simulate makes a triangle of periods with Poisson counts, and the final totals.
func simulate(seed uint64, periods int, mean float64) (rows [][]float64, final []float64) {
	src := rand.NewPCG(seed, 9)
	for i := range periods {
		var row []float64
		total := 0.0
		for d, share := range delays {
			v := distuv.Poisson{Lambda: mean * share, Src: src}.Rand()
			total += v
			if i+d < periods {
				row = append(row, v)
			}
		}
		rows, final = append(rows, row), append(final, total)
	}
	return rows, final
}

// What a reader relies on: a 95 % interval holds the final figure about 95 times in a hundred.
func TestNowcastIntervalsHoldTheFinalFigure(t *testing.T) {
	inside, all := 0.0, 0.0
	for seed := range uint64(150) {
		rows, final := simulate(seed, 30, 25)
		got, err := NowcastChainLadder(NowcastInput{Rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got.Totals {
			if !p.IsPredicted {
				continue
			}
			if p.Lower == nil {
				t.Fatalf("seed %d: no interval, reason %s, from %d vintages", seed, got.IntervalReason, got.Vintages)
			}
			all++
			if *p.Lower <= final[i] && final[i] <= *p.Upper {
				inside++
			}
			if *p.Lower < p.Reported || *p.Lower > p.Total+1 || *p.Upper < p.Total-1 {
				t.Fatalf("seed %d row %d: %v to %v around %v, of which %v reported", seed, i, *p.Lower, *p.Upper, p.Total, p.Reported)
			}
		}
	}
	share := inside / all
	t.Logf("95 %% intervals held %.1f %% of %v final figures", 100*share, all)
	if share < 0.90 || share > 0.995 {
		t.Errorf("95 %% intervals held %.3f of the final figures", share)
	}
}

func TestNowcastKeepsReportedAndPredictedApart(t *testing.T) {
	rows, _ := simulate(4, 20, 30)
	got, err := NowcastChainLadder(NowcastInput{Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range got.Totals {
		if p.IsPredicted != (len(rows[i]) < len(delays)) {
			t.Errorf("row %d: predicted %v with %d of %d delays known", i, p.IsPredicted, len(rows[i]), len(delays))
		}
		for d, v := range rows[i] {
			if got.Completed[i][d] != v {
				t.Errorf("row %d delay %d: %v became %v", i, d, v, got.Completed[i][d])
			}
		}
	}
	near(t, "completeness of the newest row", got.Totals[19].Completeness, 0.4, 0.1)
}

func TestNowcastWithoutAPastGivesNoInterval(t *testing.T) {
	rows, _ := simulate(4, 8, 30)
	got, err := NowcastChainLadder(NowcastInput{Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	if got.IntervalReason != stats.TooFewPoints || got.Totals[7].Lower != nil {
		t.Errorf("got %+v from %d vintages; eight are needed for an interval", got.Totals[7], got.Vintages)
	}
}

func TestNowcastRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in   NowcastInput
		want stats.Reason
	}{
		"nothing":             {NowcastInput{}, stats.TooFewPoints},
		"one delay":           {NowcastInput{Rows: [][]float64{{1}, {2}}}, stats.TooFewPoints},
		"all zero":            {NowcastInput{Rows: [][]float64{{0, 0}, {0}}}, stats.NotDefined},
		"nothing at first":    {NowcastInput{Rows: [][]float64{{0, 5}, {0, 4}, {0}}}, stats.NotDefined},
		"negative start":      {NowcastInput{Rows: [][]float64{{-1, 5}, {3}}}, stats.NegativeCount},
		"broken count":        {NowcastInput{Rows: [][]float64{{1.5, 5}, {3}}}, stats.NotWhole},
		"no number":           {NowcastInput{Rows: [][]float64{{1, math.NaN()}, {3}}}, stats.NotFinite},
		"newer known further": {NowcastInput{Rows: [][]float64{{1, 5}, {3}, {3, 2}}}, stats.Unordered},
		"empty row":           {NowcastInput{Rows: [][]float64{{1, 5}, {}}}, stats.TooFewPoints},
		"no complete row":     {NowcastInput{Rows: [][]float64{{1, 5, 1}, {1, 2}, {1}}, DelayRows: 2}, stats.TooFewPoints},
		"rows":                {NowcastInput{Rows: [][]float64{{1, 5}, {1}}, DelayRows: 3}, stats.OutOfRange},
		"level":               {NowcastInput{Rows: [][]float64{{1, 5}, {1}}, Level: 1}, stats.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NowcastChainLadder(c.in)
			wantReason(t, err, c.want)
		})
	}
}

// The distribution function against the sum of its probabilities, and quantiles against the definition.
func TestNegativeBinomialAndPoissonQuantiles(t *testing.T) {
	for _, c := range []struct{ mu, size float64 }{{0.3, 0.5}, {4, 2}, {30, 7}, {250, 1000}} {
		sum := 0.0
		for k := 0.0; k < 60; k++ {
			sum += math.Exp(negBinLogProb(k, c.mu, c.size))
			near(t, "distribution function", negBinCDF(k, c.mu, c.size), sum, 1e-11)
		}
		for _, p := range []float64{0.025, 0.5, 0.975, 0.995} {
			k := negBinQuantile(p, c.mu, c.size)
			if negBinCDF(k, c.mu, c.size) < p || negBinCDF(k-1, c.mu, c.size) >= p {
				t.Errorf("quantile %v of mean %v size %v is not %v", p, c.mu, c.size, k)
			}
			k = poissonQuantile(p, c.mu)
			pois := distuv.Poisson{Lambda: c.mu}
			if pois.CDF(k) < p || k > 0 && pois.CDF(k-1) >= p {
				t.Errorf("Poisson quantile %v of mean %v is not %v", p, c.mu, k)
			}
		}
	}
}

func FuzzNowcast(f *testing.F) {
	f.Add([]byte{10, 5, 2, 11, 6, 3, 9, 4, 2, 12, 6, 9}, 3, 0)
	f.Add([]byte{0, 0, 1, 250, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, 2, 3)
	f.Fuzz(func(t *testing.T, data []byte, width, rows int) {
		values := series(data)
		if width < 1 || width > 12 {
			return
		}
		n := (len(values) + width*(width-1)/2) / width
		var triangle [][]float64
		for i := range n {
			known := min(width, n-i)
			if len(values) < known {
				break
			}
			triangle = append(triangle, values[:known])
			values = values[known:]
		}
		got, err := NowcastChainLadder(NowcastInput{Rows: triangle, DelayRows: rows})
		sound(t, got, err)
	})
}
