package process

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Runs is the runs analysis of one phase: how long the points stay on one side of the centre line, and how often they
// cross it. LongestRunMax and CrossingsMin are the limits for a random series of Useful points; the four are nil when
// every point lies on the centre line.
type Runs struct {
	Useful        int  // points off the centre line; a point on it belongs to neither side and is left out
	LongestRun    *int // points in the longest unbroken run on one side
	LongestRunMax *int // signal when LongestRun is above this
	Crossings     *int // times the series crosses the centre line
	CrossingsMin  *int // signal when Crossings is below this
	Signal        bool // one of the two limits is broken: the series is not random around its centre
}

// AnalyseRuns applies the two runs rules of Anhøj & Olesen (2014) to the values y around centre: a run longer than
// round(log2 n)+3 (Schilling 2012) or fewer crossings than the 5 % point of Binomial(n-1, ½) (Chen 2010), where n is
// the number of points off the centre line. Values that are NaN are taken as missing. It has no errors.
func AnalyseRuns(y []float64, centre float64) Runs {
	var sides []bool
	for _, v := range y {
		if finite(v) && finite(centre) && v != centre {
			sides = append(sides, v > centre)
		}
	}
	r := Runs{Useful: len(sides)}
	if len(sides) == 0 {
		return r
	}
	longest, run, crossings := 1, 1, 0
	for i := 1; i < len(sides); i++ {
		if sides[i] == sides[i-1] {
			run++
		} else {
			crossings++
			run = 1
		}
		longest = max(longest, run)
	}
	longestMax := int(math.RoundToEven(math.Log2(float64(len(sides))))) + 3
	crossingsMin := medianCrossings(len(sides) - 1)
	r.LongestRun, r.LongestRunMax = &longest, &longestMax
	r.Crossings, r.CrossingsMin = &crossings, &crossingsMin
	r.Signal = longest > longestMax || crossings < crossingsMin
	return r
}

// medianCrossings is the 5 % point of Binomial(trials, ½), the number of crossings expected of a random series. gonum
// has no binomial quantile, so the point is searched on its distribution function.
func medianCrossings(trials int) int {
	if trials <= 0 {
		return 0
	}
	b := distuv.Binomial{N: float64(trials), P: 0.5}
	return sort.Search(trials, func(k int) bool { return b.CDF(float64(k)) >= 0.05 })
}
