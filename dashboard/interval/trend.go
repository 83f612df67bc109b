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
	return r, limits && err == nil && !overlapping(ind)
}

// overlapping tells whether neighbouring figures share years: then they are neither independent points of a trend nor two
// estimates to be compared.
func overlapping(ind schema.Indicator) bool { return ind.Derive != nil && ind.Derive.Years() > 1 }

// Difference is how a count differs from an earlier one, put against chance.
type Difference struct {
	Ratio, Lower, Upper float64 // of the later over the earlier, with 95 % limits
	Real                bool    // the limits do not hold 1
	Detectable          stats.Detectable
}

// Compare puts the difference of two figures of one series against chance, the earlier first. Counts are compared exactly,
// given their sum (stats.RateRatio); rates and shares by their limits (stats.CompareEstimates). ok is false where
// there is nothing to go by: money, stays, bounds, indices, an earlier figure of 0.
func Compare(c *schema.Catalogue, before, after schema.Observation) (d Difference, ok bool) {
	const power = 0.8
	var r stats.Ratio
	var err error
	switch {
	case counted(c, before) && counted(c, after) && before.Value > 0:
		r, _, err = stats.RateRatio(stats.RateGroup{Events: after.Value, Population: 1}, stats.RateGroup{Events: before.Value, Population: 1}, stats.Level95)
		if err == nil {
			d.Detectable, err = stats.DetectableChange(before.Value, 1, 1, 1-stats.Level95, power)
		}
	case limited(c, before) && limited(c, after):
		r, d.Detectable, err = stats.CompareEstimates(estimate(after), estimate(before), power)
	default:
		return d, false
	}
	if err != nil || r.Value == nil || r.Upper == nil {
		return d, false
	}
	d.Ratio, d.Lower, d.Upper = *r.Value, r.Lower, *r.Upper
	d.Real = d.Lower > 1 || d.Upper < 1
	return d, true
}

// limited tells whether a figure can be compared by its limits. The figures of an index share their base, so they are not
// independent, and its number is to be compared instead.
func limited(c *schema.Catalogue, o schema.Observation) bool {
	ind, _ := c.Indicator(o.Indicator)
	return (ind.Kind == schema.Rate || ind.Kind == schema.Share) && !overlapping(ind) && o.Missing == schema.Present && o.Lower != nil && o.Upper != nil && exact(o)
}

func estimate(o schema.Observation) stats.Estimate {
	return stats.Estimate{Value: o.Value, Lower: *o.Lower, Upper: *o.Upper, Level: stats.Level95}
}
