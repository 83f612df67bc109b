package process

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"utfall/stats"
)

const methodNowcast = "nowcast_chainladder"

// NowcastInput is a reporting triangle: one row per period of the event, oldest first, holding the number reported at
// delay 0, 1, 2 … for as many delays as can be known today. The longest rows set the last delay; later rows are
// shorter. Increments may be negative (registrations withdrawn), except at delay 0.
type NowcastInput struct {
	Rows      [][]float64
	DelayRows int     // estimate the delay from the last DelayRows periods; 0 = all
	Level     float64 // of the interval; 0 = 0.95
}

// NowcastTotal is one period of a nowcast. What is reported and what is predicted stay apart.
type NowcastTotal struct {
	Reported     float64  // known today
	Total        float64  // reported + predicted
	IsPredicted  bool     // part of Total is a prediction: show it as such, never as a reported figure
	Completeness float64  // share of the final total that is reported at this delay, from the delay distribution
	Lower, Upper *float64 // interval of the final total; nil when IntervalReason says why
}

// Nowcast is a completed triangle.
type Nowcast struct {
	Delay          []float64      // share of the final total reported at each delay; can have negative entries
	Completed      [][]float64    // the triangle with every cell filled
	Known          []int          // cells of each row that were reported, not predicted
	Totals         []NowcastTotal // one per row
	Vintages       int            // earlier states of this triangle that the interval was learned from
	IntervalReason stats.Reason   // why there is no interval: too_few_points (under 8 vintages), not_defined; empty when there is one
}

// NowcastChainLadder completes a reporting triangle by the multiplicative chain ladder (Mack 1993; in epidemiology the
// baseline of the KIT nowcasting hub, package baselinenowcast): each delay's factor is the sum of its column over the
// sum of the columns before it, over the rows where it is known; the delay distribution is the share of each column in
// the filled triangle; a missing cell at delay d is p_d·(x+1−F_{d−1})/F_{d−1} with x the row so far and F the
// distribution function, which also works for x = 0. Intervals come from this triangle's own past: see intervals.
//
// Errors: no rows or a single delay (too_few_points), a row longer than the row before (unordered), a negative first
// increment (negative_count), values that are not finite or whole, nothing reported at all or a first delay at which
// nothing is ever reported (not_defined), DelayRows or Level out of range.
func NowcastChainLadder(in NowcastInput) (Nowcast, error) {
	if in.DelayRows == 0 {
		in.DelayRows = len(in.Rows)
	}
	if in.Level == 0 {
		in.Level = 0.95
	}
	if err := checkTriangle(in); err != nil {
		return Nowcast{}, err
	}
	delays := len(in.Rows[0])
	pmf, err := delayDistribution(in.Rows, delays, in.DelayRows)
	if err != nil {
		return Nowcast{}, err
	}
	out := Nowcast{Delay: pmf, Completed: completeTriangle(in.Rows, pmf)}
	for i, row := range in.Rows {
		known := len(row)
		out.Known = append(out.Known, known)
		out.Totals = append(out.Totals, NowcastTotal{Reported: floats.Sum(row), Total: floats.Sum(out.Completed[i]),
			IsPredicted: known < delays, Completeness: floats.Sum(pmf[:known])})
	}
	for _, t := range out.Totals {
		if !finite(t.Total) {
			return Nowcast{}, stats.Refuse(methodNowcast, stats.NotDefined, "the completed triangle is not finite")
		}
	}
	out.intervals(in, delays)
	return out, nil
}

func checkTriangle(in NowcastInput) error {
	rows := in.Rows
	switch {
	case len(rows) < 2 || len(rows[0]) < 2:
		return stats.Refuse(methodNowcast, stats.TooFewPoints, "a triangle needs at least two periods and two delays")
	case in.DelayRows < 2 || in.DelayRows > len(rows):
		return stats.Refuse(methodNowcast, stats.OutOfRange, "delay from %d of %d rows", in.DelayRows, len(rows))
	case !(in.Level > 0 && in.Level < 1):
		return stats.Refuse(methodNowcast, stats.OutOfRange, "level %v; it lies between 0 and 1", in.Level)
	case len(rows[len(rows)-in.DelayRows]) < len(rows[0]):
		return stats.Refuse(methodNowcast, stats.TooFewPoints, "none of the last %d rows is complete; use more rows for the delay", in.DelayRows)
	}
	for i, row := range rows {
		if len(row) == 0 {
			return stats.Refuse(methodNowcast, stats.TooFewPoints, "row %d has no reported value", i)
		}
		if i > 0 && len(row) > len(rows[i-1]) {
			return stats.Refuse(methodNowcast, stats.Unordered, "row %d is known to delay %d, the older row before it only to delay %d", i, len(row)-1, len(rows[i-1])-1)
		}
		if err := checkIncrements(i, row); err != nil {
			return err
		}
	}
	return nil
}

func checkIncrements(i int, row []float64) error {
	for d, v := range row {
		switch {
		case !finite(v):
			return stats.Refuse(methodNowcast, stats.NotFinite, "row %d, delay %d is %v", i, d, v)
		case d == 0 && v < 0:
			return stats.Refuse(methodNowcast, stats.NegativeCount, "row %d starts with %v; only later delays can take reports back", i, v)
		case v != math.Trunc(v):
			return stats.Refuse(methodNowcast, stats.NotWhole, "row %d, delay %d is %v", i, d, v)
		}
	}
	return nil
}

// delayDistribution fills the last n rows column by column with the chain-ladder factors and takes column shares.
func delayDistribution(rows [][]float64, delays, n int) ([]float64, error) {
	rows = rows[len(rows)-n:]
	filled := make([][]float64, n)
	for i, row := range rows {
		filled[i] = append(make([]float64, 0, delays), row...)
	}
	for d := 1; d < delays; d++ {
		var column, before float64
		for _, row := range rows {
			if len(row) > d {
				column += row[d]
				before += floats.Sum(row[:d])
			}
		}
		factor := column / max(before, 1) // at least one event, so that an empty start gives a factor
		for i, row := range filled {
			if len(row) == d {
				filled[i] = append(row, factor*floats.Sum(row))
			}
		}
	}
	pmf := make([]float64, delays)
	for _, row := range filled {
		floats.Add(pmf, row)
	}
	total := floats.Sum(pmf)
	if !(total > 0) || !finite(total) {
		return nil, stats.Refuse(methodNowcast, stats.NotDefined, "the triangle holds %v reported events in all; a delay cannot be learned from it", total)
	}
	floats.Scale(1/total, pmf)
	return pmf, checkDelay(pmf)
}

// checkDelay refuses a distribution by which a row could not be scaled up: nothing, or less than nothing, reported so far.
func checkDelay(pmf []float64) error {
	cdf := 0.0
	for d, p := range pmf[:len(pmf)-1] {
		cdf += p
		if cdf <= 0 {
			return stats.Refuse(methodNowcast, stats.NotDefined, "nothing is ever reported up to delay %d, so a row known to that delay cannot be completed", d)
		}
	}
	return nil
}

func completeTriangle(rows [][]float64, pmf []float64) [][]float64 {
	out := make([][]float64, len(rows))
	for i, row := range rows {
		full := append(make([]float64, 0, len(pmf)), row...)
		for d := len(row); d < len(pmf); d++ {
			cdf := floats.Sum(pmf[:d])
			full = append(full, pmf[d]*(floats.Sum(full)+1-cdf)/cdf)
		}
		out[i] = full
	}
	return out
}
