package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodJoinpoint = "joinpoint"

// JoinpointInput is a series of rates and what to look for.
type JoinpointInput struct {
	X       []float64 // years, strictly increasing
	Rates   []float64 // more than 0
	Weights []float64 // of ln(rate): (rate/se)², or the count
	AtEnds  int       // fewest observations outside the first and the last joinpoint; 0: 2
	Between int       // fewest observations between two joinpoints; 0: 2
	Most    int       // most joinpoints to try; fewer where the series is too short
}

// Segment is a stretch of constant percent change.
type Segment struct {
	Start, End float64
	Slope, SE  float64 // of ln(rate) per year
	P          float64 // two-sided, Student's t
	APC        Estimate
}

// JoinpointModel is the best fit with a number of joinpoints.
type JoinpointModel struct {
	Joinpoints []float64
	Segments   []Segment
	SSE, MSE   float64 // weighted residual sum of squares; over its degrees of freedom
	BIC        float64
	AAPC       float64 // average annual percent change over the whole series
}

// Joinpoints are the best models for 0, 1, … joinpoints.
type Joinpoints struct {
	Models []JoinpointModel
	Best   int // index of the smallest BIC
}

// Bounds on the work: the grid grows with the power of the number of joinpoints.
const (
	joinpointMostYears = 100
	joinpointMost      = 4
	joinpointMostFits  = 300000
)

// Joinpoint fits ln(rate) by weighted least squares with lines that join at observed years, for every number of
// joinpoints by search of the whole grid (Kim, Fay, Feuer & Midthune 2000). Standard errors allow for the places of
// the joinpoints being estimated. BIC = ln(SSE/n) + 2(k+1)·ln(n)/n. A joinpoint near the date of a policy invites a
// causal reading that it cannot bear: show it for the nation only.
//
// Errors: unequal_lengths, too_few_points (fewer than 4), unordered, too_few_events (a rate of 0), not_finite,
// out_of_range (weights, bounds, more than 100 points or 4 joinpoints), collinear, not_defined (no residual variation).
func Joinpoint(in JoinpointInput, level float64) (Joinpoints, error) {
	if in.AtEnds == 0 {
		in.AtEnds = 2
	}
	if in.Between == 0 {
		in.Between = 2
	}
	if err := in.check(level); err != nil {
		return Joinpoints{}, err
	}
	g := newJoinGrid(in)
	var out Joinpoints
	for k := 0; k <= in.Most; k++ {
		if len(in.X) <= 2*(k+1) || len(in.X)-2*in.AtEnds < k+(k-1)*in.Between {
			break
		}
		at, err := g.best(k)
		if err != nil {
			return Joinpoints{}, err
		}
		m, err := g.describe(at, level)
		if err != nil {
			return Joinpoints{}, err
		}
		out.Models = append(out.Models, m)
		if m.BIC < out.Models[out.Best].BIC {
			out.Best = k
		}
	}
	return out, nil
}

func (in JoinpointInput) check(level float64) error {
	n := len(in.X)
	if err := checkLevel(methodJoinpoint, level); err != nil {
		return err
	}
	if n != len(in.Rates) || n != len(in.Weights) {
		return Refuse(methodJoinpoint, UnequalLengths, "%d years, %d rates, %d weights", n, len(in.Rates), len(in.Weights))
	}
	if n < 4 {
		return Refuse(methodJoinpoint, TooFewPoints, "%d years; needs 4", n)
	}
	if n > joinpointMostYears || in.Most < 0 || in.Most > joinpointMost || in.AtEnds < 1 || in.Between < 0 || in.AtEnds > n || in.Between > n {
		return Refuse(methodJoinpoint, OutOfRange, "%d years, %d joinpoints, %d observations at the ends and %d between; at most %d years and %d joinpoints",
			n, in.Most, in.AtEnds, in.Between, joinpointMostYears, joinpointMost)
	}
	for i := range in.X {
		switch {
		case !finite(in.X[i], in.Rates[i], in.Weights[i]):
			return Refuse(methodJoinpoint, NotFinite, "observation %d", i+1)
		case i > 0 && in.X[i] <= in.X[i-1]:
			return Refuse(methodJoinpoint, Unordered, "%g follows %g", in.X[i], in.X[i-1])
		case in.Rates[i] == 0:
			return Refuse(methodJoinpoint, TooFewEvents, "the rate of %g is 0 and has no logarithm", in.X[i])
		case in.Rates[i] < 0 || in.Weights[i] <= 0:
			return Refuse(methodJoinpoint, OutOfRange, "rate %g, weight %g at %g; both need more than 0", in.Rates[i], in.Weights[i], in.X[i])
		}
	}
	return nil
}

// describe turns the best places into segments with limits.
func (g *joinGrid) describe(at []int, level float64) (JoinpointModel, error) {
	n, k := float64(len(g.x)), len(at)
	df := n - 2*float64(k+1)
	fit, err := g.final(at)
	if err != nil {
		return JoinpointModel{}, err
	}
	m := JoinpointModel{Joinpoints: []float64{}, SSE: fit.sse, MSE: fit.sse / df, BIC: math.Log(fit.sse/n) + 2*float64(k+1)*math.Log(n)/n}
	if !finite(m.BIC) || fit.sse <= g.rounding() {
		return JoinpointModel{}, Refuse(methodJoinpoint, NotDefined, "the points lie on the lines; nothing is left to choose by")
	}
	for _, i := range at {
		m.Joinpoints = append(m.Joinpoints, g.x[i])
	}
	t := distribution.StudentQuantile(1-(1-level)/2, df)
	start, covered := g.x[0], 0.0
	for s := 0; s <= k; s++ {
		end := g.x[len(g.x)-1]
		if s < k {
			end = m.Joinpoints[s]
		}
		slope, se := fit.slopes[s], fit.ses[s]
		seg := Segment{Start: start, End: end, Slope: slope, SE: se, P: distribution.StudentTwoSided(slope/se, df)}
		seg.APC = percentChange(slope, t*se, level, 0)
		seg.APC.Flags = 0 // the rates carry no counts
		if !finite(slope, se, seg.P, seg.APC.Value, seg.APC.Lower, seg.APC.Upper) {
			return JoinpointModel{}, Refuse(methodJoinpoint, NotDefined, "the slope from %g to %g has no standard error", start, end)
		}
		m.Segments = append(m.Segments, seg)
		covered += slope * (end - start)
		start = end
	}
	m.AAPC = 100 * math.Expm1(covered/(start-g.x[0]))
	return m, nil
}
