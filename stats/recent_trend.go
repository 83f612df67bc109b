package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodRecentTrend = "recent_trend"

// TrendState is the trend in a word.
type TrendState string

// The states that a page puts into words.
const (
	Increasing          TrendState = "increasing"
	Decreasing          TrendState = "decreasing"
	NoSignificantChange TrendState = "no_significant_change" // which is not "unchanged"
	TooFewForTrend      TrendState = "too_few"
)

// TrendPoint is the value of one year with its limits.
type TrendPoint struct {
	Year                int
	Value, Lower, Upper float64
	Level               float64  // of the limits
	Events              *float64 // the events behind the value; nil when it is no count, rate or share of events
}

// PointOf makes a point of an estimate of events.
func PointOf(year int, e Estimate) TrendPoint {
	events := e.Events
	return TrendPoint{Year: year, Value: e.Value, Lower: e.Lower, Upper: e.Upper, Level: e.Level, Events: &events}
}

// RecentTrendResult is the state with what it rests on.
type RecentTrendResult struct {
	State     TrendState
	From, To  int     // first and last of the five years; 0 when there are too few
	Slope     float64 // per year, weighted
	SE        float64
	ChiSquare float64 // (slope/SE)²
	Threshold float64 // what χ² must pass
	Steady    bool    // the slope keeps its sign when any one point is left out
	Events    float64 // in the five years, where points have events
	Reason    Reason  // why the state is too_few
}

const (
	recentPoints = 5
	recentEvents = 20
	recentLevel  = Level998
)

// RecentTrend judges the last five points: a straight line weighted by 1/SE², SE from the width of the limits, says
// increasing or decreasing when χ² = (slope/SE)² is above 9.5495, the 99.8 % point of χ² on 1 degree of freedom, and
// the slope has the same sign with each one point left out; otherwise no significant change (FingertipsNext, Department
// of Health and Social Care, trend markers). With fewer than five points, or fewer than 20 events in the five, the
// state is too_few. Points must be of independent years (no rolling means) and of one definition: cut the series at a
// break, and leave provisional years out.
//
// Errors: unordered, not_finite, out_of_range (level; limits that do not hold the value), not_defined (limits of width
// zero, which say nothing of the spread).
func RecentTrend(points []TrendPoint) (RecentTrendResult, error) {
	out := RecentTrendResult{State: TooFewForTrend, Threshold: distribution.ChiSquaredQuantile(recentLevel, 1)}
	for i, p := range points {
		if err := p.check(); err != nil {
			return RecentTrendResult{}, err
		}
		if i > 0 && p.Year <= points[i-1].Year {
			return RecentTrendResult{}, Refuse(methodRecentTrend, Unordered, "year %d follows %d", p.Year, points[i-1].Year)
		}
	}
	if len(points) < recentPoints {
		out.Reason = TooFewPoints
		return out, nil
	}
	last := points[len(points)-recentPoints:]
	out.From, out.To = last[0].Year, last[recentPoints-1].Year
	counted := true
	for _, p := range last {
		counted = counted && p.Events != nil
		if p.Events != nil {
			out.Events += *p.Events
		}
	}
	if counted && out.Events < recentEvents {
		out.Reason = TooFewEvents
		return out, nil
	}
	if err := out.fit(last); err != nil {
		return RecentTrendResult{}, err
	}
	out.State = NoSignificantChange
	if out.Steady && out.ChiSquare > out.Threshold {
		out.State = Increasing
		if out.Slope < 0 {
			out.State = Decreasing
		}
	}
	return out, nil
}

func (p TrendPoint) check() error {
	if !finite(p.Value, p.Lower, p.Upper) || p.Events != nil && !finite(*p.Events) {
		return Refuse(methodRecentTrend, NotFinite, "the point of %d", p.Year)
	}
	if p.Lower > p.Value || p.Upper < p.Value {
		return Refuse(methodRecentTrend, OutOfRange, "the point of %d is %g with limits %g and %g", p.Year, p.Value, p.Lower, p.Upper)
	}
	if p.Upper-p.Lower <= 0 {
		return Refuse(methodRecentTrend, NotDefined, "the limits of %d have no width", p.Year)
	}
	return checkLevel(methodRecentTrend, p.Level)
}

// fit fills slope, χ² and whether the sign holds.
func (r *RecentTrendResult) fit(points []TrendPoint) error {
	var ok bool
	if r.Slope, r.SE, ok = weightedSlope(points, -1); !ok {
		return Refuse(methodRecentTrend, OutOfRange, "the limits are too narrow or too wide beside each other")
	}
	r.ChiSquare = r.Slope / r.SE * (r.Slope / r.SE)
	if !finite(r.ChiSquare) {
		return Refuse(methodRecentTrend, OutOfRange, "the limits are too narrow for the slope")
	}
	r.Steady = r.Slope != 0
	for i := range points {
		slope, _, ok := weightedSlope(points, i)
		if !ok || sign(slope) != sign(r.Slope) {
			r.Steady = false
		}
	}
	return nil
}

// weightedSlope is the slope over the years, all points or all but one, with its standard error.
func weightedSlope(points []TrendPoint, without int) (slope, se float64, ok bool) {
	scale := 0.0 // the largest width: weights relative to it stay within a float64
	for _, p := range points {
		scale = math.Max(scale, p.Upper-p.Lower)
	}
	weights, years := [recentPoints]float64{}, [recentPoints]float64{}
	sum, year, value := 0.0, 0.0, 0.0
	for i, p := range points {
		if i == without {
			continue
		}
		width := (p.Upper - p.Lower) / scale / (2 * zOf(p.Level))
		weights[i], years[i] = 1/(width*width), float64(p.Year)-float64(points[0].Year)
		sum += weights[i]
		year += weights[i] * years[i]
		value += weights[i] * p.Value
	}
	year, value = year/sum, value/sum
	xy, xx := 0.0, 0.0
	for i, p := range points {
		if i == without {
			continue
		}
		xy += weights[i] * (years[i] - year) * (p.Value - value)
		xx += weights[i] * (years[i] - year) * (years[i] - year)
	}
	slope, se = xy/xx, scale/math.Sqrt(xx)
	return slope, se, finite(slope, se) && se > 0
}
