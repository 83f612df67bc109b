// Package interval says how sure a figure is: limits for counts that came without, the difference between two figures, and
// the trend of a series, each by a rule of package stats and each with the rule's name.
//
// It owns the choice of method for an observation of the catalogue, and no formula and no words. It may import schema and
// stats.
package interval

import (
	"utfall/schema"
	"utfall/stats"
)

// Add gives counts their 95 % limits where neither the source nor the computing gave any: exact under 10 events, Byar's
// from 10 (stats.Count). Only whole counts of persons or events that are counted once have them; a bound, a rounded or an
// approximate number, a general level and a prediction have none, nor have stays, visits and amounts of money.
func Add(c *schema.Catalogue, figures []schema.Observation) {
	for i := range figures {
		o := &figures[i]
		if o.Lower != nil || o.Upper != nil || !counted(c, *o) {
			continue
		}
		e, err := stats.Count(o.Value, stats.Level95)
		if err != nil {
			continue // not a count after all: a weighted or negative number has no such limits
		}
		o.Lower, o.Upper = &e.Lower, &e.Upper
	}
}

// counted tells whether chance moves a figure as a Poisson count.
func counted(c *schema.Catalogue, o schema.Observation) bool {
	ind, ok := c.Indicator(o.Indicator)
	return ok && ind.Kind.Independent() && o.Missing == schema.Present && o.Value == float64(int64(o.Value)) && exact(o)
}

func exact(o schema.Observation) bool {
	for _, f := range []schema.Flag{schema.LowerBound, schema.Approximate, schema.Rounded, schema.GeneralLevel, schema.Predicted} {
		if schema.HasFlag(o.Flags, f) {
			return false
		}
	}
	return true
}
