package stats

import (
	"math"
	"slices"
)

const methodQuantiles = "quantiles"

// Quantiles assigns each area to one of q groups by rank, 1 for the lowest values, or for the highest when invert is
// set: floor((q+1) − ceil((k+1−rank)/(k/q))) for k areas with a value, ties sharing the lowest rank (OHID, Technical
// guide: assigning deprivation categories). An area whose value is missing gets 0.
//
// Errors: too_few_points (fewer areas with a value than groups), out_of_range (q under 2), not_finite,
// unequal_lengths.
func Quantiles(values []float64, missing []bool, q int, invert bool) ([]int, error) {
	if missing != nil && len(missing) != len(values) {
		return nil, Refuse(methodQuantiles, UnequalLengths, "%d values, %d marks", len(values), len(missing))
	}
	if q < 2 {
		return nil, Refuse(methodQuantiles, OutOfRange, "%d groups; needs 2 or more", q)
	}
	var known []float64
	for i, v := range values {
		if missing != nil && missing[i] {
			continue
		}
		if !finite(v) {
			return nil, Refuse(methodQuantiles, NotFinite, "value %d is %g", i+1, v)
		}
		known = append(known, v)
	}
	if len(known) < q {
		return nil, Refuse(methodQuantiles, TooFewPoints, "%d areas with a value; %d groups need as many", len(known), q)
	}
	slices.Sort(known)
	k, groups := float64(len(known)), float64(q)
	out := make([]int, len(values))
	for i, v := range values {
		if missing != nil && missing[i] {
			continue
		}
		rank, _ := slices.BinarySearch(known, v)
		if invert { // areas above it
			after, _ := slices.BinarySearchFunc(known, v, func(a, b float64) int {
				if a <= b {
					return -1
				}
				return 1
			})
			rank = len(known) - after
		}
		g := math.Floor(groups + 1 - math.Ceil((k-float64(rank))/(k/groups)))
		out[i] = int(math.Max(1, g))
	}
	return out, nil
}

// sortedQuantile is the quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman
// & Fan 1996).
func sortedQuantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Quantile gives the quantile at p, 0.5 for the median, by linear interpolation between order statistics (type 7 of Hyndman &
// Fan 1996).
//
// Errors: too_few_points (no values), not_finite, out_of_range (p outside 0 to 1).
func Quantile(values []float64, p float64) (float64, error) {
	switch {
	case len(values) == 0:
		return 0, Refuse(methodQuantiles, TooFewPoints, "no values")
	case !finite(values...):
		return 0, Refuse(methodQuantiles, NotFinite, "a value is not a number")
	case !(p >= 0 && p <= 1):
		return 0, Refuse(methodQuantiles, OutOfRange, "p is %g", p)
	}
	return sortedQuantile(slices.Sorted(slices.Values(values)), p), nil
}
