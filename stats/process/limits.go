package process

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"

	"utfall/stats"
)

const (
	rangeToSigma  = 1.128 // d2 for two points: mean moving range over standard deviation (Montgomery 2009, table VI)
	rangeLimit    = 3.267 // D4 for two points
	tPower        = 3.6   // makes the exponential near normal (Nelson 1994)
	trialBelow    = 13    // points: the NHS guide's "12 or fewer give trial limits"
	sigmas        = 3
	sigmasWarning = 2
)

// chartPhase is a phase being computed. NaN marks what does not exist.
type chartPhase struct {
	s           chartSeries
	first       int
	value       []float64
	n           []float64
	use, base   []bool
	centre      float64
	sd          []float64 // per point; limits are middle ± sigmas·sd
	middle      float64   // the centre, except on a g chart, whose limits stand around the mean
	noVariation bool
}

func (s chartSeries) phase(first, last int) (*chartPhase, error) {
	p := &chartPhase{s: s, first: first, use: s.use[first : last+1], base: s.base[first : last+1]}
	y := s.y[first : last+1]
	p.value = append([]float64(nil), y...)
	if s.in.ratio() {
		p.n = s.n[first : last+1]
		for i := range y {
			p.value[i] = y[i] / p.n[i] // 0/0 is NaN: nothing to count in
		}
	}
	if s.in.Chart == MovingRange {
		p.value = movingRanges(y, true)
	}
	known := p.known()
	if len(known) == 0 {
		return nil, stats.Refuse(methodCharts, stats.TooFewPoints, "the phase of points %d to %d has no value to take limits from", first, last)
	}
	p.compute(y, known)
	if !finite(p.centre * s.mult) {
		return nil, stats.Refuse(methodCharts, stats.NotDefined, "the centre line of points %d to %d is not a finite number", first, last)
	}
	return p, nil
}

// known are the plotted values that count towards the limits.
func (p *chartPhase) known() []float64 {
	var out []float64
	for i, v := range p.value {
		if p.base[i] && finite(v) {
			out = append(out, v)
		}
	}
	return out
}

func (p *chartPhase) compute(y, known []float64) {
	p.sd = make([]float64, len(p.value))
	switch p.s.in.Chart {
	case RunChart:
		p.centre = median(known)
		p.fill(math.NaN())
	case MovingRange:
		p.centre = mean(known)
		p.fill(math.NaN()) // its limits are multiples of the centre, see limit
	case Individuals:
		p.centre = mean(known)
		p.fill(p.rangeSigma(p.value))
	case TChart:
		p.timeBetween(y)
	case CChart:
		p.centre = mean(known)
		p.fill(math.Sqrt(p.centre))
	case GChart:
		m := mean(known)
		p.centre = median(known)
		p.fill(math.Sqrt(m * (m + 1)))
		p.middle = m
		return
	default:
		p.ratio(y)
	}
	p.middle = p.centre
}

func (p *chartPhase) fill(sd float64) {
	for i := range p.sd {
		p.sd[i] = sd
	}
}

// ratio handles u, u', p and p': pooled centre, a standard deviation for each denominator.
func (p *chartPhase) ratio(y []float64) {
	var events, over float64
	for i := range y {
		if p.base[i] && finite(y[i]) {
			events += y[i]
			over += p.n[i]
		}
	}
	p.centre = events / over
	variance := p.centre
	if p.s.in.Chart == PChart || p.s.in.Chart == PPrime {
		variance *= 1 - p.centre
	}
	z := make([]float64, len(y))
	for i := range y {
		p.sd[i] = math.NaN()
		if p.n[i] > 0 {
			p.sd[i] = math.Sqrt(variance / p.n[i])
		}
		z[i] = (p.value[i] - p.centre) / p.sd[i]
	}
	if p.s.in.Chart == UPrime || p.s.in.Chart == PPrime {
		floats.Scale(p.rangeSigma(z), p.sd)
	}
}

// timeBetween charts y^(1/3.6) as individuals; write brings the limits back.
func (p *chartPhase) timeBetween(y []float64) {
	root := make([]float64, len(y))
	var known []float64
	for i, v := range y {
		root[i] = math.Pow(v, 1/tPower)
		if p.base[i] && finite(v) {
			known = append(known, root[i])
		}
	}
	p.value = root
	p.centre = mean(known)
	p.fill(p.rangeSigma(root))
}

// rangeSigma estimates the standard deviation from the moving ranges of the base points, large ones dropped once
// (Nelson 1982). It is NaN when no range is left: a constant series, or a single point.
func (p *chartPhase) rangeSigma(v []float64) float64 {
	var base []float64
	for i := range v {
		if p.base[i] {
			base = append(base, v[i])
		}
	}
	ranges := movingRanges(base, false)
	avg := meanScreened(ranges, !p.s.in.KeepLargeRanges)
	p.noVariation = !finite(avg) || avg == 0
	return avg / rangeToSigma
}

// movingRanges are the absolute steps; a step next to a missing value is missing. With lead, the first point has an
// empty range, so that ranges and points line up.
func movingRanges(v []float64, lead bool) []float64 {
	var out []float64
	if lead {
		out = append(out, math.NaN())
	}
	for i := 1; i < len(v); i++ {
		out = append(out, math.Abs(v[i]-v[i-1]))
	}
	return out
}

// meanScreened is the mean of the finite ranges, with those of 3.267 times the mean and more dropped once.
func meanScreened(ranges []float64, screen bool) float64 {
	kept := keepFinite(ranges, math.Inf(1))
	if screen && len(kept) > 0 {
		kept = keepFinite(kept, rangeLimit*mean(kept))
	}
	if len(kept) == 0 {
		return math.NaN()
	}
	return mean(kept)
}

func keepFinite(v []float64, below float64) []float64 {
	var out []float64
	for _, x := range v {
		if finite(x) && x < below {
			out = append(out, x)
		}
	}
	return out
}

// mean adds with compensation: whether a point lies on the centre line must not depend on the order of addition.
func mean(v []float64) float64 { return floats.SumCompensated(v) / float64(len(v)) }

func median(v []float64) float64 {
	s := append([]float64(nil), v...)
	sort.Float64s(s)
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// limit is the line k sigmas from the middle (k negative: below), on the scale of the result.
func (p *chartPhase) limit(i int, k float64) float64 {
	v := p.middle + k*p.sd[i]
	switch p.s.in.Chart {
	case Individuals, RunChart:
		return v * p.s.mult
	case MovingRange:
		if k < 0 {
			return 0
		}
		return rangeLimit / sigmas * k * p.centre * p.s.mult
	case TChart:
		if finite(v) {
			v = math.Pow(max(v, 0), tPower)
		}
		return v * p.s.mult
	case PChart, PPrime:
		if v > 1 {
			v = 1
		}
	}
	if v < 0 {
		v = 0
	}
	return v * p.s.mult
}

// plotted is a value or centre on the scale of the result.
func (p *chartPhase) plotted(v float64) float64 {
	if p.s.in.Chart == TChart {
		v = math.Pow(v, tPower)
	}
	return v * p.s.mult
}

func (p *chartPhase) write(points []ChartPoint, phase int) {
	for i, v := range p.value {
		pt := &points[p.first+i]
		pt.Phase, pt.Centre, pt.Value = phase, p.plotted(p.centre), defined(p.plotted(v))
		pt.Lower, pt.Upper = defined(p.limit(i, -sigmas)), defined(p.limit(i, sigmas))
		pt.Lower95, pt.Upper95 = defined(p.limit(i, -sigmasWarning)), defined(p.limit(i, sigmasWarning))
		if pt.Value != nil && pt.Upper != nil && pt.Lower != nil {
			pt.Outside = *pt.Value > *pt.Upper || *pt.Value < *pt.Lower
		}
	}
}

func (p *chartPhase) summary() ChartPhase {
	var used []float64
	for i, v := range p.value {
		if p.use[i] {
			used = append(used, v)
		}
	}
	runs := AnalyseRuns(used, p.centre)
	if p.s.in.Chart == MovingRange {
		runs.Signal = false // neighbouring ranges share a point: runs among them mean nothing
	}
	return ChartPhase{First: p.first, Last: p.first + len(p.value) - 1, Centre: p.plotted(p.centre), Runs: runs,
		Trial: len(p.value) < trialBelow, NoVariation: p.noVariation}
}
