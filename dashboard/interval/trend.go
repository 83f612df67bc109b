package interval

import (
	"utfall/schema"
	"utfall/stats"
)

// Trend judges the last five years of one series (stats.RecentTrend). It takes what can stand in one line: years or
// reference days, one a year, from the last break on, with limits on both sides, and not provisional. ok is false where
// no such limits exist, as for costs: then there is no rule to judge by, and nothing is said.
func Trend(ind schema.Indicator, figures []schema.Observation) (r stats.RecentTrendResult, ok bool) {
	var points []stats.TrendPoint
	limits := false
	for i, o := range figures {
		if i > 0 && len(ind.BreaksBetween(figures[i-1], o)) > 0 || schema.HasFlag(o.Flags, schema.SeriesBreak) {
			points = nil
		}
		limits = limits || o.Lower != nil && o.Upper != nil
		if o.Missing != schema.Present || o.Lower == nil || o.Upper == nil || schema.HasFlag(o.Flags, schema.Provisional) || schema.HasFlag(o.Flags, schema.Partial) {
			continue
		}
		if k := o.Period.Kind; k != schema.Year && k != schema.Day {
			continue
		}
		year := o.Period.Start.Year()
		if n := len(points); n > 0 && points[n-1].Year >= year {
			continue // a second reference day in one year
		}
		p := stats.TrendPoint{Year: year, Value: o.Value, Lower: *o.Lower, Upper: *o.Upper, Level: stats.Level95}
		if ind.Kind.Independent() {
			p.Events = &figures[i].Value
		}
		points = append(points, p)
	}
	r, err := stats.RecentTrend(points)
	return r, limits && err == nil
}

// Difference is how a count differs from an earlier one, put against chance.
type Difference struct {
	Ratio, Lower, Upper float64 // of the later over the earlier, with 95 % limits
	Real                bool    // the limits do not hold 1
	Detectable          stats.Detectable
}

// Compare compares two counts of one series, the earlier first: exact limits of the ratio, given their sum (Przyborowski &
// Wilenski 1940), and the change that could have been found with a power of 80 %. ok is false where either is no count
// that chance moves so, or the earlier is 0.
func Compare(c *schema.Catalogue, before, after schema.Observation) (d Difference, ok bool) {
	if !counted(c, before) || !counted(c, after) || before.Value == 0 {
		return d, false
	}
	r, _, err := stats.RateRatio(stats.RateGroup{Events: after.Value, Population: 1}, stats.RateGroup{Events: before.Value, Population: 1}, stats.Level95)
	if err != nil || r.Value == nil || r.Upper == nil {
		return d, false
	}
	d = Difference{Ratio: *r.Value, Lower: r.Lower, Upper: *r.Upper}
	d.Real = d.Lower > 1 || d.Upper < 1
	if d.Detectable, err = stats.DetectableChange(before.Value, 1, 1, 0.05, 0.8); err != nil {
		return d, false
	}
	return d, true
}
