// Package signal reads series that are still arriving: whether the newest week or month stands out from the same time of
// earlier years, and what the newest periods are likely to end at when late reports have come in.
//
// It owns the choice of method for a series and the building of a reporting triangle from a figure's releases, and no
// formula and no words: those are of stats/process and of the pages. It may import schema, stats and stats/process; it does
// no I/O. What it predicts is marked as predicted and never stands for a reported figure.
package signal

import "utfall/schema"

// Why says why there is no answer.
type Why string

// The reasons.
const (
	NotRegular   Why = "not_regular"   // the figures are not of weeks or months, one after the other
	NotCounted   Why = "not_counted"   // the figures are no counts, or are rounded, bounds or predictions
	ShortSeries  Why = "short_series"  // too few periods before the newest one
	FewReleases  Why = "few_releases"  // too few releases have been seen to learn how late reports come
	NeverRevised Why = "never_revised" // no figure has changed since it was first published: there is nothing to add
	NotEstimated Why = "not_estimated" // the method refuses the figures; Warning.Err and Nowcast.Err say why
)

// counted tells whether a figure is a count that chance moves, as it stands.
func counted(ind schema.Indicator, o schema.Observation) bool {
	if !ind.Kind.IsCount() || ind.Kind == schema.Units || ind.Kind == schema.Population || o.Missing != schema.Present || o.Value != float64(int64(o.Value)) {
		return false
	}
	for _, f := range []schema.Flag{schema.LowerBound, schema.Approximate, schema.Rounded, schema.GeneralLevel, schema.Predicted, schema.Partial} {
		if schema.HasFlag(o.Flags, f) {
			return false
		}
	}
	return true
}

// next tells whether one period follows another without gap.
func next(a, b schema.Period) bool {
	return a.Kind == b.Kind && a.End.AddDate(0, 0, 1).Equal(b.Start)
}
