package effect

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"utfall/stats"
)

const methodSynthetic = "synthetic_control"

// Donors is one treated unit and the units it is compared with, over the same periods, oldest first.
type Donors struct {
	Treated []float64
	Donors  [][]float64 // one row per donor
	Before  int         // periods before treatment: the first Before of each row
}

// Synthetic is a synthetic control. Everything is in units of the outcome.
type Synthetic struct {
	Weights   []float64 // one per donor, at least 0, summing to 1
	Gap       []float64 // treated less synthetic, one per period
	Effect    float64   // mean gap after treatment
	RMSPEPre  float64   // root mean squared gap before: how well the past is met
	RMSPEPost float64
	Ratio     *float64 // post over pre; nil when the past is met exactly
	NotUnique bool     // more donors than periods before: other weights fit as well, do not read them
	PoorFit   bool     // RMSPEPre over a tenth of the treated unit's mean: not to be used
	ShortPast bool     // under 10 periods before
	Placebos  []Placebo
	PlaceboP  *float64 // share of units, the treated one among them, whose ratio is at least as large
	LeastP    float64  // the smallest value that PlaceboP can take with this many donors
	Undefined int      // units whose ratio does not exist; they are left out of PlaceboP
}

// Placebo is one donor treated as if the event had been its own, with the treated unit left out.
type Placebo struct {
	Donor  int
	Effect float64
	Ratio  *float64
}

// SyntheticOptions are the settings of SyntheticControl.
type SyntheticOptions struct {
	Placebos bool   // rank the treated unit among donors treated as if the event had been their own
	Solver   Solver // Exact, unless a published figure is to be reproduced
}

// SyntheticControl finds the weighted mean of donors that follows the treated unit best before treatment (Abadie,
// Diamond & Hainmueller 2010; outcomes only: the search for covariate weights is not reproducible between programs)
// and what the treated unit did next to it. With Placebos it does the same to every donor and ranks the ratios of
// errors after and before. It assumes donors that the event did not touch and that are counted by the same definition.
//
// Errors: no donor, rows of unequal length, Before without a period on either side, values that are not finite.
func SyntheticControl(in Donors, o SyntheticOptions) (Synthetic, error) {
	if err := in.check(1); err != nil {
		return Synthetic{}, err
	}
	weights, err := in.weights(o.Solver)
	if err != nil {
		return Synthetic{}, err
	}
	out, err := WithWeights(in, weights)
	if err != nil || !o.Placebos {
		return out, err
	}
	return out, out.rank(in, o.Solver)
}

// WithWeights gives gaps and errors for weights found elsewhere, a published analysis say. Errors: as SyntheticControl,
// and weights that are negative, do not match the donors, or miss a sum of 1 by more than the rounding of a printed
// table (0.02); they are used as they are.
func WithWeights(in Donors, weights []float64) (Synthetic, error) {
	if err := in.check(1); err != nil {
		return Synthetic{}, err
	}
	if len(weights) != len(in.Donors) {
		return Synthetic{}, stats.Refuse(methodSynthetic, stats.UnequalLengths, "%d weights for %d donors", len(weights), len(in.Donors))
	}
	for j, w := range weights {
		if !(w >= 0) || !finite(w) {
			return Synthetic{}, stats.Refuse(methodSynthetic, stats.OutOfRange, "weight %d is %v", j, w)
		}
	}
	if sum := floats.Sum(weights); math.Abs(sum-1) > 0.02 {
		return Synthetic{}, stats.Refuse(methodSynthetic, stats.OutOfRange, "the weights sum to %v, not 1", sum)
	}
	out := Synthetic{Weights: weights, Gap: append([]float64(nil), in.Treated...)}
	for j, w := range weights {
		floats.AddScaled(out.Gap, -w, in.Donors[j])
	}
	out.RMSPEPre, out.RMSPEPost = rootMeanSquare(out.Gap[:in.Before]), rootMeanSquare(out.Gap[in.Before:])
	out.Effect = stat.Mean(out.Gap[in.Before:], nil)
	out.Ratio = in.ratio(out.RMSPEPost, out.RMSPEPre)
	out.NotUnique, out.ShortPast = len(weights) > in.Before, in.Before < 10
	out.PoorFit = out.RMSPEPre > 0.1*math.Abs(stat.Mean(in.Treated[:in.Before], nil))
	if !allFinite(out.Effect, out.RMSPEPre, out.RMSPEPost) {
		return Synthetic{}, stats.Refuse(methodSynthetic, stats.NotDefined, "the gap is not finite")
	}
	return out, nil
}

func (d Donors) check(leastDonors int) error {
	size := len(d.Treated)
	switch {
	case len(d.Donors) < leastDonors:
		return stats.Refuse(methodSynthetic, stats.TooFewPoints, "%d donors; it takes at least %d", len(d.Donors), leastDonors)
	case d.Before < 1 || d.Before >= size:
		return stats.Refuse(methodSynthetic, stats.OutsideSeries, "treatment after %d of %d periods", d.Before, size)
	case len(d.Donors) > 5000:
		return stats.Refuse(methodSynthetic, stats.OutOfRange, "%d donors; this method takes 5000", len(d.Donors))
	}
	for i, row := range append([][]float64{d.Treated}, d.Donors...) {
		if len(row) != size {
			return stats.Refuse(methodSynthetic, stats.UnequalLengths, "donor %d has %d periods, the treated unit %d", i-1, len(row), size)
		}
		for t, v := range row {
			if !finite(v) {
				return stats.Refuse(methodSynthetic, stats.NotFinite, "row %d (0 is the treated unit) is %v in period %d", i, v, t)
			}
		}
	}
	return nil
}

// past is the matrix of the periods before, one column per donor.
func (d Donors) past() *mat.Dense {
	a := mat.NewDense(d.Before, len(d.Donors), nil)
	for j, row := range d.Donors {
		a.SetCol(j, row[:d.Before])
	}
	return a
}

func (d Donors) weights(solver Solver) ([]float64, error) {
	a := d.past()
	if solver == FrankWolfe {
		return fwProblem{a: a, b: d.Treated[:d.Before], zeta: littleRidge * d.noise()}.frankWolfe(d.noise()), nil
	}
	return simplexLeastSquares(methodSynthetic, a, d.Treated[:d.Before], 0)
}

// ratio is post over pre, nil when pre is nothing but rounding.
func (d Donors) ratio(post, pre float64) *float64 {
	if pre <= 1e-9*rootMeanSquare(d.Treated[:d.Before]) {
		return nil
	}
	r := post / pre
	if !finite(r) {
		return nil
	}
	return &r
}

func rootMeanSquare(v []float64) float64 {
	return floats.Norm(v, 2) / math.Sqrt(float64(len(v)))
}

// rank makes every donor a placebo, the treated unit left out of its donors, and ranks the treated unit's ratio.
func (s *Synthetic) rank(in Donors, solver Solver) error {
	if err := in.check(2); err != nil {
		return err
	}
	s.LeastP = 1 / float64(len(in.Donors)+1)
	for j := range in.Donors {
		rest := append(append([][]float64{}, in.Donors[:j]...), in.Donors[j+1:]...)
		p, err := SyntheticControl(Donors{Treated: in.Donors[j], Donors: rest, Before: in.Before}, SyntheticOptions{Solver: solver})
		if err != nil {
			return err
		}
		s.Placebos = append(s.Placebos, Placebo{Donor: j, Effect: p.Effect, Ratio: p.Ratio})
	}
	if s.Ratio == nil {
		return nil
	}
	units, atLeast := 1.0, 1.0
	for _, p := range s.Placebos {
		if p.Ratio == nil {
			s.Undefined++
			continue
		}
		units++
		if *p.Ratio >= *s.Ratio {
			atLeast++
		}
	}
	share := atLeast / units
	s.PlaceboP = &share
	return nil
}
