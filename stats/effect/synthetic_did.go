package effect

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"utfall/stats"
)

// littleRidge times the noise keeps weights unique where the ridge is not meant to do anything else.
const littleRidge = 1e-6

// PanelEstimate is one number for one treated unit against its donors, in units of the outcome.
type PanelEstimate struct {
	Estimate      float64
	DonorWeights  []float64
	PeriodWeights []float64 // of the periods before treatment
}

// DiffInMeans is the plain difference in differences: every donor and every period before weighs the same. Errors: as
// SyntheticControl.
func DiffInMeans(in Donors) (PanelEstimate, error) {
	if err := in.check(1); err != nil {
		return PanelEstimate{}, err
	}
	return in.estimate(equalWeights(len(in.Donors)), equalWeights(in.Before))
}

// SyntheticDiD weighs donors by how well they run parallel to the treated unit before treatment, and the periods before
// by how well they foretell the donors after it (Arkhangelsky et al. 2021): ridge ζ² with ζ = (treated·periods
// after)^¼·σ for donors and 10⁻⁶·σ for periods, σ the standard deviation of the donors' steps before treatment; both
// with an intercept. With Exact the weights are the optimum; with FrankWolfe they are those of the authors' program, which
// stops earlier.
//
// Errors: as SyntheticControl, with at least two donors and three periods before.
func SyntheticDiD(in Donors, solver Solver) (PanelEstimate, error) {
	if err := in.check(2); err != nil {
		return PanelEstimate{}, err
	}
	if in.Before < 3 {
		return PanelEstimate{}, stats.Refuse(methodSynthetic, stats.TooFewPoints, "%d periods before; it takes 3", in.Before)
	}
	past, later, noise := in.past(), make([]float64, len(in.Donors)), in.noise()
	for j, row := range in.Donors {
		later[j] = stat.Mean(row[in.Before:], nil)
	}
	zeta := math.Sqrt(math.Sqrt(float64(len(in.Treated)-in.Before))) * noise
	donors, err := centredWeights(past, in.Treated[:in.Before], zeta, noise, solver)
	if err != nil {
		return PanelEstimate{}, err
	}
	periods, err := centredWeights(mat.DenseCopyOf(past.T()), later, littleRidge*noise, noise, solver)
	if err != nil {
		return PanelEstimate{}, err
	}
	return in.estimate(donors, periods)
}

func equalWeights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	return w
}

// centredWeights fits b by columns of a with an intercept: both are centred, the ridge is per row.
func centredWeights(a *mat.Dense, b []float64, zeta, noise float64, solver Solver) ([]float64, error) {
	rows, n := a.Dims()
	c, target := mat.NewDense(rows, n, nil), make([]float64, rows)
	for j := range n {
		col := mat.Col(nil, j, a)
		m := stat.Mean(col, nil)
		for i, v := range col {
			c.Set(i, j, v-m)
		}
	}
	m := stat.Mean(b, nil)
	for i, v := range b {
		target[i] = v - m
	}
	if solver == FrankWolfe {
		return fwProblem{a: c, b: target, zeta: zeta}.frankWolfe(noise), nil
	}
	return simplexLeastSquares(methodSynthetic, c, target, zeta*zeta*float64(rows))
}

// estimate is the double difference: treated less donors, after less weighted before.
func (d Donors) estimate(donors, periods []float64) (PanelEstimate, error) {
	change := func(row []float64) float64 {
		v := stat.Mean(row[d.Before:], nil)
		for t, w := range periods {
			v -= w * row[t]
		}
		return v
	}
	e := change(d.Treated)
	for j, w := range donors {
		e -= w * change(d.Donors[j])
	}
	if !finite(e) {
		return PanelEstimate{}, stats.Refuse(methodSynthetic, stats.NotDefined, "the estimate is not finite")
	}
	return PanelEstimate{Estimate: e, DonorWeights: donors, PeriodWeights: periods}, nil
}
