package effect

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

// candidate is one course with its change points and fit. at is the last period of the old course (k), then the
// second one for two knots.
type candidate struct {
	kind Course
	at   [2]int
	fit  timingFit
	size int // coefficients without season, plus one for every change point that was searched for
}

// least periods on either side of a change point, and most positions that are tried for one and for two of them.
const (
	leastSide     = 2
	mostPositions = 120
	mostPairs     = 24
)

// onset finds the course of the series and the first period of the sustained change.
func (t *Timing) onset(s *timingSeries) error {
	all, err := s.courses()
	if err != nil {
		return err
	}
	best := s.choose(all)
	t.Course = best.kind
	d := float64(t.Claim)
	first, at := best.start(s, d)
	if first < 0 {
		return nil
	}
	line := best.kind == Line
	if line && d*s.before < d*best.fit.coef[1]/2 {
		// A line will do, but the part before the event hardly shows it: where would the best change lie?
		if len(all) > 1 {
			other := s.choose(all[1:])
			if f, a := other.start(s, d); f > 0 {
				best, first, at = other, f, a
			}
		}
	}
	t.Onset, t.AtStart = &first, at < 0
	earliest, latest := first, first
	if at >= 0 {
		earliest, latest = s.profile(all, best, at)
	}
	if line {
		earliest = 0
	}
	t.Earliest, t.Latest = &earliest, &latest
	return nil
}

// courses fits every candidate that can be fitted. Those that cannot (a side without events, too few periods) drop out.
func (s *timingSeries) courses() ([]candidate, error) {
	n := len(s.y)
	line, err := s.fit(s.terms(Line, [2]int{}))
	if err != nil {
		return nil, err
	}
	all := []candidate{{kind: Line, fit: line, size: 2}}
	try := func(kind Course, at [2]int, size int) {
		if n-size-len(s.season) < 1 {
			return
		}
		if f, err := s.fit(s.terms(kind, at)); err == nil && f.usable() {
			all = append(all, candidate{kind, at, f, size})
		}
	}
	for _, k := range positions(leastSide-1, n-leastSide-1, mostPositions) {
		try(Step, [2]int{k}, 4)
		try(Knot, [2]int{k}, 4)
		try(Turn, [2]int{k}, 5)
	}
	pairs := positions(leastSide-1, n-leastSide-1, mostPairs)
	for i, k := range pairs {
		for _, m := range pairs[i+1:] {
			if m-k >= leastSide {
				try(TwoKnots, [2]int{k, m}, 6)
			}
		}
	}
	if !line.usable() {
		return nil, stats.Refuse(methodTiming, stats.NotDefined, "a straight line cannot be fitted to the series")
	}
	return all, nil
}

func (f timingFit) usable() bool {
	for i, b := range f.coef {
		if !finite(b) || !finite(f.inv.At(i, i)) {
			return false
		}
	}
	return finite(f.deviance) && finite(f.spread)
}

// positions are at most most whole numbers from lo to hi, evenly spread.
func positions(lo, hi, most int) []int {
	var out []int
	count := hi - lo + 1
	for i := 0; i < count; i++ {
		if count <= most || i*most/count != (i-1)*most/count || i == 0 {
			out = append(out, lo+i)
		}
	}
	return out
}

// terms are the columns of a course after the constant: time, and what changes.
func (s *timingSeries) terms(kind Course, at [2]int) []Term {
	terms := []Term{{Name: "time", Values: s.t}}
	level := func(k int) Term {
		v := make([]float64, len(s.t))
		for i := k + 1; i < len(v); i++ {
			v[i] = 1
		}
		return Term{Name: "level", Values: v}
	}
	bend := func(k int) Term {
		v := make([]float64, len(s.t))
		for i := k + 1; i < len(v); i++ {
			v[i] = s.t[i] - s.t[k]
		}
		return Term{Name: "bend", Values: v}
	}
	switch kind {
	case Step:
		terms = append(terms, level(at[0]))
	case Knot:
		terms = append(terms, bend(at[0]))
	case Turn:
		terms = append(terms, level(at[0]), bend(at[0]))
	case TwoKnots:
		terms = append(terms, bend(at[0]), bend(at[1]))
	}
	return terms
}

// choose takes the candidate with the least Bayesian information criterion (Schwarz 1978). Counts: scaled deviance with
// the dispersion of the best fit, not below 1, so that a series is not taken to be more regular than chance. Values:
// the normal likelihood with the correction for short series of McQuarrie & Tsai (1998). Ties go to the simpler course,
// then to the later change.
func (s *timingSeries) choose(all []candidate) candidate {
	spread, lowest := 1.0, math.Inf(1)
	for _, c := range all {
		if c.fit.deviance < lowest {
			lowest, spread = c.fit.deviance, c.fit.spread
		}
	}
	n := float64(len(s.y))
	floor := 1e-10 * stat.Variance(s.y, nil)
	best, least := all[0], math.Inf(1)
	for _, c := range all {
		size := float64(c.size + len(s.season))
		score := c.fit.deviance/spread + size*math.Log(n)
		if !s.counts {
			if n-size-2 <= 0 && c.kind != Line {
				continue
			}
			score = n*math.Log(max(c.fit.deviance/n, floor)) + size*math.Log(n)*n/max(1, n-size-2)
		}
		if score < least-1e-9 || score <= least+1e-9 && c.kind == best.kind && c.at[0] > best.at[0] {
			best, least = c, min(least, score)
		}
	}
	return best
}

// start is the first period of the sustained change in direction d, and which change point it follows (-1: none, it was
// under way from the start). The first result is -1 when there is no such change.
func (c candidate) start(s *timingSeries, d float64) (first, at int) {
	goes := func(contrast ...float64) bool {
		b, half := c.fit.contrast(contrast, s.in.Level)
		return d*b > 0 && math.Abs(b) > half
	}
	first, at = -1, -1
	switch {
	case goes(0, 1) && c.material(s):
		first = 0
	case c.kind == Step && goes(0, 0, 1),
		c.kind == Knot && goes(0, 1, 1),
		c.kind == Turn && (goes(0, 0, 1) || goes(0, 1, 0, 1)),
		c.kind == TwoKnots && goes(0, 1, 1):
		first, at = c.at[0]+1, 0
	case c.kind == TwoKnots && goes(0, 1, 1, 1):
		first, at = c.at[1]+1, 1
	}
	if first >= 0 && d*(c.height(s, len(s.t)-1)-c.height(s, max(0, first-1))) <= 0 {
		return -1, -1 // it came back
	}
	return first, at
}

// material says whether the first slope, over the time that it lasted, makes up a tenth of the whole fitted change.
func (c candidate) material(s *timingSeries) bool {
	last := len(s.t) - 1
	until := last
	if c.kind != Line {
		until = c.at[0]
	}
	whole := c.height(s, last) - c.height(s, 0)
	return math.Abs(c.fit.coef[1])*(s.t[until]-s.t[0]) >= materialShare*math.Abs(whole)
}

// height is the fitted course at period i without the season and the population.
func (c candidate) height(s *timingSeries, i int) float64 {
	h := c.fit.coef[0]
	for j, term := range s.terms(c.kind, c.at) {
		h += c.fit.coef[j+1] * term.Values[i]
	}
	return h
}

// profile is the range of first periods under the same course whose fit is not worse, by the likelihood ratio, than the
// best one.
func (s *timingSeries) profile(all []candidate, best candidate, at int) (earliest, latest int) {
	earliest, latest = best.at[at]+1, best.at[at]+1
	spread := best.fit.spread
	if spread == 0 {
		return earliest, latest
	}
	margin := spread * distuv.ChiSquared{K: 1}.Quantile(s.in.Level)
	for _, c := range all {
		if c.kind == best.kind && c.fit.deviance <= best.fit.deviance+margin {
			earliest, latest = min(earliest, c.at[at]+1), max(latest, c.at[at]+1)
		}
	}
	return earliest, latest
}
