package effect

import (
	"math"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"utfall/stats"
)

// timingSeries is the checked input with time in years.
type timingSeries struct {
	in     TimingInput
	counts bool
	y      []float64
	offset []float64 // logarithm of the population; zeros for values
	t      []float64 // middle of the period, in years from the middle of the first
	season []Term
	before float64 // slope before the event, on the scale of the model

	material bool // what the slope did before the event is not next to nothing of the whole change
}

func newTimingSeries(in TimingInput) (*timingSeries, error) {
	s := &timingSeries{in: in, counts: len(in.Counts) > 0, y: in.Values}
	if s.counts {
		s.y = in.Counts
	}
	n := len(in.Periods)
	switch {
	case s.counts == (len(in.Values) > 0):
		return nil, stats.Refuse(methodTiming, stats.OutOfRange, "give either counts or values; there are %d counts and %d values", len(in.Counts), len(in.Values))
	case len(s.y) != n:
		return nil, stats.Refuse(methodTiming, stats.UnequalLengths, "%d periods but %d numbers", n, len(s.y))
	case !s.counts && len(in.Population) > 0:
		return nil, stats.Refuse(methodTiming, stats.OutOfRange, "values have no population; give the counts")
	case in.Claim < Fall || in.Claim > Rise:
		return nil, stats.Refuse(methodTiming, stats.OutOfRange, "claim %d", in.Claim)
	case n < 5:
		return nil, stats.Refuse(methodTiming, stats.TooFewPoints, "%d periods; it takes at least five", n)
	case n > mostPeriods:
		return nil, stats.Refuse(methodTiming, stats.OutOfRange, "%d periods; use longer ones, at most %d", n, mostPeriods)
	}
	for i, p := range in.Periods {
		if !p.End.After(p.Start) || i > 0 && p.Start.Before(in.Periods[i-1].End) {
			return nil, stats.Refuse(methodTiming, stats.Unordered, "period %d runs from %s to %s; periods must not overlap and must be in order", i, day(p.Start), day(p.End))
		}
	}
	if err := s.checkNumbers(); err != nil {
		return nil, err
	}
	s.t = make([]float64, n)
	for i, p := range in.Periods {
		s.t[i] = s.years(p.Start.Add(p.End.Sub(p.Start) / 2))
	}
	return s, s.addSeason()
}

const (
	mostPeriods   = 600
	materialShare = 0.1 // of the whole change, for a slope to be under way
)

func (s *timingSeries) checkNumbers() error {
	s.offset = make([]float64, len(s.y))
	if s.counts {
		var err error
		s.offset, err = logOffset(methodTiming, s.y, s.in.Population)
		if err != nil {
			return err
		}
		if floats.Sum(s.y) == 0 {
			return stats.Refuse(methodTiming, stats.TooFewEvents, "there are no events in the series")
		}
		return nil
	}
	for i, v := range s.y {
		if !finite(v) {
			return stats.Refuse(methodTiming, stats.NotFinite, "value %d is %v", i, v)
		}
	}
	if sd := stat.StdDev(s.y, nil); !(sd > 0) || !finite(sd) {
		return stats.Refuse(methodTiming, stats.NotDefined, "the series does not vary")
	}
	return nil
}

const hoursPerYear = 365.25 * 24

// years is the time since the middle of the first period.
func (s *timingSeries) years(at time.Time) float64 {
	first := s.in.Periods[0]
	return at.Sub(first.Start.Add(first.End.Sub(first.Start)/2)).Hours() / hoursPerYear
}

// holds says whether the event lies within the series.
func (s *timingSeries) holds(at time.Time) bool {
	p := s.in.Periods
	return !at.Before(p[0].Start) && at.Before(p[len(p)-1].End)
}

// addSeason gives periods shorter than five months harmonics of the year, one pair for quarters, two for shorter ones.
func (s *timingSeries) addSeason() error {
	n := len(s.t)
	length := (s.t[n-1] - s.t[0]) / float64(n-1)
	if length > 5.0/12 || s.t[n-1]-s.t[0] < 2 {
		return nil
	}
	pairs := 2
	if length > 1.0/6 {
		pairs = 1
	}
	var err error
	s.season, err = Harmonics(s.t, 1, pairs)
	return err
}

// pick keeps the given periods.
func (s *timingSeries) pick(keep []int) *timingSeries {
	at := func(v []float64) []float64 {
		out := make([]float64, len(keep))
		for i, k := range keep {
			out[i] = v[k]
		}
		return out
	}
	p := &timingSeries{in: s.in, counts: s.counts, y: at(s.y), offset: at(s.offset), t: at(s.t)}
	for _, term := range s.season {
		p.season = append(p.season, Term{Name: term.Name, Values: at(term.Values)})
	}
	return p
}

// timingFit is a model of either kind, ready for contrasts.
type timingFit struct {
	solution
	deviance float64 // residual sum of squares for values
	spread   float64 // dispersion for counts, not below 1; residual variance for values
	df       int
}

// fit regresses on the terms and, after them, the season.
func (s *timingSeries) fit(terms []Term) (timingFit, error) {
	d, err := newDesign(methodTiming, len(s.y), append(terms[:len(terms):len(terms)], s.season...))
	if err != nil {
		return timingFit{}, err
	}
	n, k := d.x.Dims()
	if s.counts {
		f, err := fitLogLinear(d, s.y, s.offset)
		return timingFit{f.solution, f.deviance, max(1, f.pearson/float64(n-k)), n - k}, err
	}
	sol, err := d.solve(s.y, nil)
	if err != nil {
		return timingFit{}, err
	}
	f := timingFit{solution: sol, df: n - k}
	for i, v := range d.times(sol.coef) {
		f.deviance += (s.y[i] - v) * (s.y[i] - v)
	}
	f.spread = f.deviance / float64(f.df)
	return f, nil
}

// contrast is a combination of the first coefficients with its half-width.
func (f timingFit) contrast(c []float64, level float64) (estimate, half float64) {
	var variance float64
	for i, a := range c {
		estimate += a * f.coef[i]
		for j, b := range c {
			variance += a * b * f.inv.At(i, j)
		}
	}
	return estimate, studentQuantile(level, float64(f.df)) * math.Sqrt(max(0, variance*f.spread))
}

func (f timingFit) slope(c []float64, s *timingSeries) Slope {
	b, half := f.contrast(c, s.in.Level)
	if !s.counts {
		return Slope{b, b - half, b + half}
	}
	return Slope{100 * math.Expm1(b), 100 * math.Expm1(b-half), 100 * math.Expm1(b+half)}
}
