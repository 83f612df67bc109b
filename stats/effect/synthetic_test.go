package effect

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"utfall/stats"
)

func walks(seed uint64, units, periods int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 4))
	common := make([]float64, periods)
	for t := range common {
		common[t] = 20 + rng.NormFloat64()
	}
	out := make([][]float64, units)
	for i := range out {
		for t := range common {
			out[i] = append(out[i], common[t]+0.5*float64(i%5)*float64(t)/10+rng.NormFloat64())
		}
	}
	return out
}

// A treated unit that is a mixture of donors, plus an effect: weights and effect come back.
func TestSyntheticControlFindsAKnownMixture(t *testing.T) {
	donors := walks(1, 8, 30)
	treated := make([]float64, 30)
	want := []float64{0.5, 0, 0.3, 0, 0.2, 0, 0, 0}
	for j, w := range want {
		floats.AddScaled(treated, w, donors[j])
	}
	for i := 20; i < 30; i++ {
		treated[i] -= 4
	}
	got, err := SyntheticControl(Donors{Treated: treated, Donors: donors, Before: 20}, SyntheticOptions{Placebos: true})
	if err != nil {
		t.Fatal(err)
	}
	for j, w := range want {
		near(t, "weight", got.Weights[j], w, 1e-9)
	}
	near(t, "effect", got.Effect, -4, 1e-9)
	if got.Ratio != nil || got.PlaceboP != nil {
		t.Error("the past is met exactly: a ratio of errors does not exist")
	}
	treated[3] += 0.01
	got, err = SyntheticControl(Donors{Treated: treated, Donors: donors, Before: 20}, SyntheticOptions{Placebos: true})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "placebo p", *got.PlaceboP, 1.0/9, 1e-12)
	near(t, "least p", got.LeastP, 1.0/9, 1e-12)
}

// The optimum by its conditions: no donor at zero has a lower gradient than those in use, whose gradients are equal.
// Half the problems have more donors than periods or donors that are copies of each other.
func TestSimplexWeightsAreOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for trial := range 400 {
		n, rows := 2+rng.IntN(40), 2+rng.IntN(20)
		a, b := mat.NewDense(rows, n, nil), make([]float64, rows)
		for i := range rows {
			for j := range n {
				a.Set(i, j, 50+10*rng.NormFloat64())
			}
			b[i] = 50 + 12*rng.NormFloat64()
		}
		if trial%4 == 0 {
			for i := range rows {
				a.Set(i, n-1, a.At(i, 0)) // a copy
			}
		}
		w, err := simplexLeastSquares("test", a, b, 0)
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		near(t, "sum of weights", floats.Sum(w), 1, 1e-12)
		residual := mat.NewVecDense(rows, nil)
		residual.MulVec(a, mat.NewVecDense(n, w))
		residual.SubVec(residual, mat.NewVecDense(rows, b))
		g := mat.NewVecDense(n, nil)
		g.MulVec(a.T(), residual)
		level := mat.Dot(g, mat.NewVecDense(n, w))
		scale := mat.Norm(a, 2) * mat.Norm(residual, 2)
		for j, v := range w {
			if v < 0 || g.AtVec(j) < level-1e-8*(scale+1) || v > 1e-9 && g.AtVec(j) > level+1e-8*(scale+1) {
				t.Fatalf("trial %d (%d donors, %d periods): donor %d has weight %v and gradient %v against %v", trial, n, rows, j, v, g.AtVec(j), level)
			}
		}
	}
}

// Neither solver may beat the exact one.
func TestFrankWolfeComesNear(t *testing.T) {
	for seed := range uint64(20) {
		donors := walks(seed, 12, 40)
		d := Donors{Treated: donors[0], Donors: donors[1:], Before: 30}
		exact, err := SyntheticControl(d, SyntheticOptions{})
		if err != nil {
			t.Fatal(err)
		}
		fw, err := SyntheticControl(d, SyntheticOptions{Solver: FrankWolfe})
		if err != nil {
			t.Fatal(err)
		}
		if exact.RMSPEPre > fw.RMSPEPre*(1+1e-9) || fw.RMSPEPre > exact.RMSPEPre*1.1 {
			t.Errorf("seed %d: exact %v, Frank-Wolfe %v", seed, exact.RMSPEPre, fw.RMSPEPre)
		}
	}
}

// Arkhangelsky et al. 2021, table 1: the tobacco law of California, −27.3 (difference in differences) and −15.6
// (synthetic difference in differences); −19.6 (synthetic control) depends on where its solver stops.
func TestPublishedEstimatesForCalifornia(t *testing.T) {
	d := california(t)
	did, err := DiffInMeans(d)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "difference in differences", did.Estimate, -27.3, 0.05)
	for _, solver := range []Solver{Exact, FrankWolfe} {
		sdid, err := SyntheticDiD(d, solver)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "synthetic difference in differences", sdid.Estimate, -15.6, 0.05)
	}
	sc, err := SyntheticControl(d, SyntheticOptions{Solver: FrankWolfe, Placebos: false})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "synthetic control", sc.Effect, -19.6, 0.05)
	if !sc.NotUnique || sc.PoorFit || sc.ShortPast {
		t.Errorf("38 donors over 19 periods, fit within 1.7 packs of 116: %+v", sc)
	}
}

func california(t *testing.T) Donors {
	t.Helper()
	root, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil {
			break
		}
		if filepath.Dir(root) == root {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	f, err := os.Open(filepath.Join(root, "..", "shared", "stats", "data", "california_prop99.csv"))
	if err != nil {
		t.Skipf("the published panel is not beside the module: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d, at := Donors{Before: 19}, map[string]int{}
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if row[0] == "California" {
			d.Treated = append(d.Treated, v)
			continue
		}
		if _, seen := at[row[0]]; !seen {
			at[row[0]] = len(d.Donors)
			d.Donors = append(d.Donors, nil)
		}
		d.Donors[at[row[0]]] = append(d.Donors[at[row[0]]], v)
	}
	return d
}

func TestSyntheticRefuses(t *testing.T) {
	donors := walks(2, 4, 10)
	ok := Donors{Treated: donors[0], Donors: donors[1:], Before: 7}
	ragged, broken := ok, ok
	ragged.Donors = [][]float64{donors[1], donors[2][:9]}
	broken.Donors = [][]float64{donors[1], append(append([]float64(nil), donors[2][:9]...), math.NaN())}
	for name, c := range map[string]struct {
		run  func() error
		want stats.Reason
	}{
		"no donors": {func() error {
			_, err := SyntheticControl(Donors{Treated: donors[0], Before: 5}, SyntheticOptions{})
			return err
		}, stats.TooFewPoints},
		"one donor, placebos": {func() error {
			_, err := SyntheticControl(Donors{Treated: donors[0], Donors: donors[1:2], Before: 5}, SyntheticOptions{Placebos: true})
			return err
		}, stats.TooFewPoints},
		"ragged": {func() error { _, err := SyntheticControl(ragged, SyntheticOptions{}); return err }, stats.UnequalLengths},
		"broken": {func() error { _, err := SyntheticControl(broken, SyntheticOptions{}); return err }, stats.NotFinite},
		"outside": {func() error {
			_, err := SyntheticControl(Donors{donors[0], donors[1:], 10}, SyntheticOptions{})
			return err
		}, stats.OutsideSeries},
		"weights": {func() error { _, err := WithWeights(ok, []float64{0.5, 0.4, 0}); return err }, stats.OutOfRange},
		"below":   {func() error { _, err := WithWeights(ok, []float64{1.5, -0.5, 0}); return err }, stats.OutOfRange},
		"number":  {func() error { _, err := WithWeights(ok, []float64{1}); return err }, stats.UnequalLengths},
		"short":   {func() error { _, err := SyntheticDiD(Donors{donors[0], donors[1:], 2}, Exact); return err }, stats.TooFewPoints},
	} {
		t.Run(name, func(t *testing.T) { wantReason(t, c.run(), c.want) })
	}
}

func FuzzSynthetic(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 4, 2)
	f.Add([]byte{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, 3, 2)
	f.Fuzz(func(t *testing.T, data []byte, periods, before int) {
		if periods < 1 || periods > 20 || len(data) > 120 {
			return
		}
		var rows [][]float64
		for v := series(data); len(v) >= periods; v = v[periods:] {
			rows = append(rows, v[:periods])
		}
		if len(rows) == 0 {
			return
		}
		d := Donors{Treated: rows[0], Donors: rows[1:], Before: before}
		for _, solver := range []Solver{Exact, FrankWolfe} {
			got, err := SyntheticControl(d, SyntheticOptions{Placebos: solver == Exact, Solver: solver})
			sound(t, got, err)
			did, err := SyntheticDiD(d, solver)
			sound(t, did, err)
		}
		plain, err := DiffInMeans(d)
		sound(t, plain, err)
		given, err := WithWeights(d, rows[len(rows)-1])
		sound(t, given, err)
	})
}
