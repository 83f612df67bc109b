package process

import (
	"math"

	"utfall/stats"
)

const (
	methodXmR = "spc_xmr_nhs"
	xmrFactor = 2.66 // 3/1.128, as the NHS guide rounds it
)

// Direction says which way a measure would have to go to be better. The zero value is Neutral: most counts here
// (naloxone handed out, treatments started) have no declared direction and get no words of praise or concern.
type Direction int

// The directions of an XmR chart.
const (
	Neutral  Direction = 0
	Increase Direction = 1
	Decrease Direction = -1
)

// Pattern is the rule that a point of an XmR chart belongs to; a point of several takes the first of this list.
type Pattern string

// The patterns of the NHS guide, in order of precedence.
const (
	AboveLimit      Pattern = "Above UCL"
	BelowLimit      Pattern = "Below LCL"
	TrendUp         Pattern = "7 Point Trend (Increasing)"
	TrendDown       Pattern = "7 Point Trend (Decreasing)"
	TwoInThreeAbove Pattern = "2 in 3 Above CL"
	TwoInThreeBelow Pattern = "2 in 3 Below CL"
	SevenAbove      Pattern = "7 Points Above CL"
	SevenBelow      Pattern = "7 Points Below CL"
	CommonCause     Pattern = "Common Cause"
)

// Judgement reads a pattern in the light of the declared direction.
type Judgement string

// The judgements of XmRPoint.
const (
	CommonCauseJudgement Judgement = "common_cause"
	Improvement          Judgement = "special_cause_improvement"
	Concern              Judgement = "special_cause_concern"
	NeutralHigh          Judgement = "special_cause_neutral_high"
	NeutralLow           Judgement = "special_cause_neutral_low"
)

// Assurance says whether the process as it runs would meet a target; empty when there is no target, no direction or
// no limits.
type Assurance string

// The assurances of XmRChart.
const (
	ConsistentPass Assurance = "consistent_pass" // the target lies outside the limits on the good side
	ConsistentFail Assurance = "consistent_fail" // outside on the bad side
	Inconsistent   Assurance = "inconsistent"    // between the limits: met by chance, missed by chance
)

// XmRInput is one series of values for an XmR chart. Positions count from 0.
type XmRInput struct {
	Y               []float64 // one value per period, oldest first
	Direction       Direction // which way is better
	Target          *float64  // optional
	RebaseAt        []int     // first points of new phases: recorded changes of the process only
	FixAfter        int       // limits of each phase from its first FixAfter points; 0 = from all
	KeepLargeRanges bool      // keep moving ranges of 3.267 times their mean and more
}

// XmRPoint is one period of an XmR chart. The pointers are nil in a phase without variation, where no limit exists.
type XmRPoint struct {
	Mean         float64
	Lower, Upper *float64 // natural process limits; Lower can be negative: clamp it when a count is drawn
	Side         int      // 1 above the mean, -1 below, 0 on it
	Outside      *bool    // outside the limits
	Near         *bool    // in the outer third, inside the limits
	Pattern      Pattern
	Judgement    Judgement
	Phase        int
}

// XmRPhase is a stretch with its own mean and limits.
type XmRPhase struct {
	First, Last  int
	Mean         float64
	Lower, Upper *float64
	Trial        bool // fewer than 13 points behind the limits
	NoVariation  bool // the values do not vary, so no limits exist
}

// XmRChart is an XmR chart with its patterns.
type XmRChart struct {
	Points    []XmRPoint
	Phases    []XmRPhase
	Assurance Assurance
}

// NewXmR computes the XmR chart of NHS England's Making Data Count: mean ± 2.66 times the mean moving range, ranges of
// 3.267 times their mean and more dropped once (Nelson 1982), and four rules within each phase: a point outside the
// limits; seven rising or falling in a row; two of three in a row in the outer third, all three on one side; seven in
// a row on one side of the mean. Every point of a pattern is marked.
//
// Errors: fewer than two points, values that are not finite, a target, direction or position outside its range,
// unordered phases.
func NewXmR(in XmRInput) (XmRChart, error) {
	if err := checkXmR(in); err != nil {
		return XmRChart{}, err
	}
	out := XmRChart{Points: make([]XmRPoint, len(in.Y))}
	starts := append([]int{0}, in.RebaseAt...)
	for k, first := range starts {
		last := len(in.Y) - 1
		if k+1 < len(starts) {
			last = starts[k+1] - 1
		}
		phase := xmrPhase(in, first, last)
		if !finite(phase.Mean) {
			return XmRChart{}, stats.Refuse(methodXmR, stats.NotDefined, "the mean of points %d to %d is not a finite number", first, last)
		}
		points := out.Points[first : last+1]
		for i := range points {
			points[i] = xmrPoint(phase, in.Y[first+i], k)
		}
		markPatterns(points, in.Y[first:last+1])
		for i := range points {
			points[i].Judgement = judge(points[i].Pattern, in.Direction)
		}
		out.Phases = append(out.Phases, phase)
	}
	out.Assurance = assure(in, out.Phases[len(out.Phases)-1])
	return out, nil
}

func checkXmR(in XmRInput) error {
	size := len(in.Y)
	switch {
	case size < 2:
		return stats.Refuse(methodXmR, stats.TooFewPoints, "%d points; an XmR chart needs at least 2", size)
	case in.Direction < Decrease || in.Direction > Increase:
		return stats.Refuse(methodXmR, stats.OutOfRange, "direction %d; use Increase, Decrease or Neutral", in.Direction)
	case in.FixAfter < 0:
		return stats.Refuse(methodXmR, stats.OutOfRange, "limits fixed after %d points", in.FixAfter)
	case in.Target != nil && !finite(*in.Target):
		return stats.Refuse(methodXmR, stats.NotFinite, "target %v", *in.Target)
	}
	for i, y := range in.Y {
		if !finite(y) {
			return stats.Refuse(methodXmR, stats.NotFinite, "point %d is %v", i, y)
		}
	}
	for i, p := range in.RebaseAt {
		if p < 1 || p >= size {
			return stats.Refuse(methodXmR, stats.OutOfRange, "rebase at point %d of %d points", p, size)
		}
		if i > 0 && p <= in.RebaseAt[i-1] {
			return stats.Refuse(methodXmR, stats.Unordered, "rebase points %d and %d are not increasing", in.RebaseAt[i-1], p)
		}
	}
	return nil
}

func xmrPhase(in XmRInput, first, last int) XmRPhase {
	base := in.Y[first : last+1]
	if in.FixAfter > 0 && in.FixAfter < len(base) {
		base = base[:in.FixAfter]
	}
	avg := meanScreened(movingRanges(base, false), !in.KeepLargeRanges)
	m := mean(base)
	return XmRPhase{First: first, Last: last, Mean: m, Lower: defined(m - xmrFactor*avg), Upper: defined(m + xmrFactor*avg),
		Trial: len(base) < trialBelow, NoVariation: !finite(avg) || avg == 0}
}

func xmrPoint(phase XmRPhase, y float64, k int) XmRPoint {
	p := XmRPoint{Mean: phase.Mean, Lower: phase.Lower, Upper: phase.Upper, Phase: k, Pattern: CommonCause}
	switch {
	case y > phase.Mean:
		p.Side = 1
	case y < phase.Mean:
		p.Side = -1
	}
	if phase.Lower == nil || phase.Upper == nil {
		return p
	}
	third := (*phase.Upper - phase.Mean) / 3
	outside := y > *phase.Upper || y < *phase.Lower
	near := !outside && math.Abs(y-phase.Mean) > 2*third
	p.Outside, p.Near = &outside, &near
	return p
}

func assure(in XmRInput, last XmRPhase) Assurance {
	if in.Target == nil || in.Direction == Neutral || last.Lower == nil || last.Upper == nil {
		return ""
	}
	above, below := *in.Target > *last.Upper, *in.Target < *last.Lower
	switch {
	case above && in.Direction == Increase, below && in.Direction == Decrease:
		return ConsistentFail
	case above, below:
		return ConsistentPass
	}
	return Inconsistent
}
