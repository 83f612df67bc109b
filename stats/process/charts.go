package process

import (
	"math"
	"slices"

	"utfall/stats"
)

const methodCharts = "spc_charts"

// Chart names a Shewhart chart. Which one fits is decided by what is counted, not by how it looks.
type Chart string

// The charts of NewChart.
const (
	RunChart    Chart = "run" // any value around its median; runs rules only, no limits
	Individuals Chart = "i"   // measured values, one per period
	MovingRange Chart = "mr"  // the step from one value to the next
	CChart      Chart = "c"   // counts over an area of opportunity that stays the same
	UChart      Chart = "u"   // counts over a varying area of opportunity: Y events over N
	UPrime      Chart = "u'"  // u with variation between periods (Laney)
	PChart      Chart = "p"   // proportions: Y of N
	PPrime      Chart = "p'"  // p with variation between periods (Laney)
	GChart      Chart = "g"   // opportunities between rare events
	TChart      Chart = "t"   // time between rare events, above zero
)

// ChartInput is one series for one chart. Positions (Exclude, PhaseStarts) count from 0.
type ChartInput struct {
	Chart           Chart
	Y               []float64 // one per period, oldest first: counts for c, u, p and g, else values
	Missing         []bool    // optional, one per period: true where Y is not known
	N               []float64 // u, u', p, p': the denominator of each period; 0 means that there was nothing to count in
	Freeze          int       // limits from the first Freeze points only; 0 = from all. Not used when there are phases.
	Exclude         []int     // points left out of limits and runs, but drawn
	PhaseStarts     []int     // first points of new phases after the first: recorded changes of the process
	KeepLargeRanges bool      // keep moving ranges of 3.267 times their mean and more (Nelson 1982 drops them once)
	Multiplier      float64   // results are per this many of N; 0 = 1
}

// ChartPoint is one period of a chart. A pointer is nil where the quantity does not exist.
type ChartPoint struct {
	Value            *float64 // what is plotted: Y, Y/N·Multiplier, or the moving range
	Centre           float64  // centre line of the point's phase
	Lower, Upper     *float64 // three-sigma limits
	Lower95, Upper95 *float64 // two-sigma limits
	Outside          bool     // outside the three-sigma limits
	Phase            int      // position in Phases
}

// ChartPhase is a stretch of the chart with its own centre and limits.
type ChartPhase struct {
	First, Last int // positions of its first and last point
	Centre      float64
	Runs        Runs
	Trial       bool // fewer than 13 points: the limits are trial limits and will move
	NoVariation bool // the values do not vary: limits from moving ranges do not exist
}

// ControlChart is a chart with its limits and signals.
type ControlChart struct {
	Chart         Chart
	Points        []ChartPoint
	Phases        []ChartPhase
	FreezeIgnored bool // Freeze was given together with phases; the phases decide
}

// NewChart computes a Shewhart chart: centre line, two- and three-sigma limits, points outside them, and the runs
// rules of Anhøj & Olesen (2014) for each phase.
//
// Formulas: c ȳ±3√ȳ, u ū±3√(ū/n), p p̄±3√(p̄(1−p̄)/n), individuals ȳ±3·mean moving range/1.128, moving range 3.267 times
// its mean (Montgomery 2009); u' and p' widen by σz, the same from the moving ranges of the standardised values (Laney
// 2002); g mean±3√(m(m+1)) around the median (Provost & Murray 2011); t on y^(1/3.6), then back (Nelson 1994). Lower
// limits of c, u, p and g stop at 0, the upper limit of a proportion at 1.
//
// Errors: unknown chart or a bad position or multiplier (out_of_range), slices of unequal length, values that are not
// finite, negative or broken counts, events without a denominator (no_population), a proportion above one, a time
// between events that is not above zero, and a phase or series without enough points (too_few_points).
func NewChart(in ChartInput) (ControlChart, error) {
	s, err := newChartSeries(in)
	if err != nil {
		return ControlChart{}, err
	}
	out := ControlChart{Chart: in.Chart, Points: make([]ChartPoint, len(in.Y)), FreezeIgnored: in.Freeze > 0 && len(in.PhaseStarts) > 0}
	starts := append([]int{0}, in.PhaseStarts...)
	for k, first := range starts {
		last := len(in.Y) - 1
		if k+1 < len(starts) {
			last = starts[k+1] - 1
		}
		phase, err := s.phase(first, last)
		if err != nil {
			return ControlChart{}, err
		}
		phase.write(out.Points, k)
		out.Phases = append(out.Phases, phase.summary())
	}
	return out, nil
}

// chartSeries is the checked input; y and n hold NaN where there is no value.
type chartSeries struct {
	in   ChartInput
	mult float64
	y, n []float64
	use  []bool // not excluded
	base []bool // counts towards the limits
}

func newChartSeries(in ChartInput) (chartSeries, error) {
	s := chartSeries{in: in, mult: in.Multiplier}
	if s.mult == 0 {
		s.mult = 1
	}
	if err := checkChart(in, s.mult); err != nil {
		return s, err
	}
	s.y, s.n = slices.Clone(in.Y), in.N
	s.use, s.base = make([]bool, len(in.Y)), make([]bool, len(in.Y))
	freeze := in.Freeze
	if freeze == 0 || len(in.PhaseStarts) > 0 {
		freeze = len(in.Y)
	}
	for i := range s.use {
		s.use[i] = true
	}
	for _, e := range in.Exclude {
		s.use[e] = false
	}
	for i := range s.y {
		s.base[i] = s.use[i] && i < freeze
		if in.missing(i) {
			s.y[i] = math.NaN()
		}
	}
	return s, nil
}

func (in ChartInput) missing(i int) bool { return len(in.Missing) > 0 && in.Missing[i] }

func (in ChartInput) ratio() bool {
	return in.Chart == UChart || in.Chart == UPrime || in.Chart == PChart || in.Chart == PPrime
}

func (in ChartInput) counts() bool { return in.ratio() || in.Chart == CChart || in.Chart == GChart }

func checkChart(in ChartInput, mult float64) error {
	known := []Chart{RunChart, Individuals, MovingRange, CChart, UChart, UPrime, PChart, PPrime, GChart, TChart}
	size := len(in.Y)
	switch {
	case !slices.Contains(known, in.Chart):
		return stats.Refuse(methodCharts, stats.OutOfRange, "no chart is called %q; the charts are %v", in.Chart, known)
	case size < 2:
		return stats.Refuse(methodCharts, stats.TooFewPoints, "%d points; a chart needs at least 2", size)
	case len(in.Missing) > 0 && len(in.Missing) != size:
		return stats.Refuse(methodCharts, stats.UnequalLengths, "%d values but %d marks of missing values", size, len(in.Missing))
	case in.ratio() && len(in.N) != size:
		return stats.Refuse(methodCharts, stats.UnequalLengths, "%d counts but %d denominators", size, len(in.N))
	case !in.ratio() && len(in.N) > 0:
		return stats.Refuse(methodCharts, stats.OutOfRange, "a chart of kind %q has no denominators, but %d were given", in.Chart, len(in.N))
	case !finite(mult) || mult <= 0:
		return stats.Refuse(methodCharts, stats.OutOfRange, "multiplier %v; it must be above 0", mult)
	case in.Freeze < 0 || in.Freeze > size:
		return stats.Refuse(methodCharts, stats.OutOfRange, "freeze after %d points of %d", in.Freeze, size)
	}
	for _, e := range in.Exclude {
		if e < 0 || e >= size {
			return stats.Refuse(methodCharts, stats.OutOfRange, "excluded point %d of %d points", e, size)
		}
	}
	for i, p := range in.PhaseStarts {
		if p < 1 || p >= size {
			return stats.Refuse(methodCharts, stats.OutOfRange, "phase starting at point %d of %d points", p, size)
		}
		if i > 0 && p <= in.PhaseStarts[i-1] {
			return stats.Refuse(methodCharts, stats.Unordered, "phase starts %d and %d are not increasing", in.PhaseStarts[i-1], p)
		}
	}
	for i := range in.Y {
		if err := checkChartPoint(in, i); err != nil {
			return err
		}
	}
	return nil
}

func checkChartPoint(in ChartInput, i int) error {
	if in.missing(i) {
		return nil
	}
	y := in.Y[i]
	switch {
	case !finite(y):
		return stats.Refuse(methodCharts, stats.NotFinite, "point %d is %v; mark it as missing instead", i, y)
	case in.counts() && y < 0:
		return stats.Refuse(methodCharts, stats.NegativeCount, "point %d is %v", i, y)
	case in.counts() && y != math.Trunc(y):
		return stats.Refuse(methodCharts, stats.NotWhole, "point %d is %v; a chart of kind %q counts events", i, y, in.Chart)
	case in.Chart == TChart && y <= 0:
		return stats.Refuse(methodCharts, stats.OutOfRange, "point %d is %v; time between events must be above 0 (count opportunities with a g chart instead)", i, y)
	}
	if !in.ratio() {
		return nil
	}
	n := in.N[i]
	switch {
	case !finite(n):
		return stats.Refuse(methodCharts, stats.NotFinite, "denominator %d is %v", i, n)
	case n < 0 || n == 0 && y > 0:
		return stats.Refuse(methodCharts, stats.NoPopulation, "point %d has %v events over a denominator of %v", i, y, n)
	case (in.Chart == PChart || in.Chart == PPrime) && y > n:
		return stats.Refuse(methodCharts, stats.AboveDenominator, "point %d has %v of %v", i, y, n)
	}
	return nil
}
