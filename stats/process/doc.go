// Package process follows one series of counts, rates or values over time: Shewhart control charts with runs rules,
// the XmR chart of the English health service, early warning (EARS, Farrington) and the nowcast of counts that are
// still being reported.
//
// It owns those formulas. It may import the standard library, gonum and the parent package stats; it does no I/O and
// holds no state. A quantity that does not exist is a nil pointer with the reason beside it, input that cannot be used
// is a *stats.Error; nothing here returns NaN or an infinity.
package process

import "math"

// defined turns the internal "does not exist" (NaN or an infinity) into nil. Every number that leaves the package as
// a pointer goes through it.
func defined(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
