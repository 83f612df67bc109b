package signal

import (
	"utfall/schema"
	"utfall/stats"
	"utfall/stats/process"
)

// Method names how periods were tested.
type Method string

// The methods, from the longest history to the shortest.
const (
	Farrington Method = "farrington" // against the same time of earlier years (Farrington 1996, Noufaily 2013)
	EARS       Method = "ears"       // against the weeks or months just before (EARS C2): no season, no trend
)

// Tested is one period with what was expected of it from the past alone.
type Tested struct {
	Figure   schema.Observation
	Expected *float64 // nil with EARS, which has a threshold only
	Upper    *float64 // threshold; nil where Reason says why
	Alarm    bool
	Reason   stats.Reason
}

// Warning is an early warning for one series.
type Warning struct {
	Method  Method
	Years   int      // of history that each period was put against; 0 with EARS
	Tested  []Tested // up to a year of periods, oldest first; the last is the newest figure
	PerYear float64  // alarms a year among the periods before the newest: how often this series cries wolf
	NotDone Why
	Err     error // with NotEstimated
}

// Newest is the newest period that was tested.
func (w Warning) Newest() (Tested, bool) {
	if len(w.Tested) == 0 {
		return Tested{}, false
	}
	return w.Tested[len(w.Tested)-1], true
}

const (
	leastYears = 3 // Farrington's least history
	mostYears  = 5
	baseline   = 7 // periods that EARS looks back on
	leastSigma = 1 // one case: a flat baseline does not alarm at every one
)

// Watch tests the newest weeks or months of one series: figures of one cell but for the period, oldest first, as known at
// one moment. It takes the counts from the last break or gap on. With three years and more of them each period is put
// against the same time of earlier years (process.Farrington with the settings of Noufaily et al. 2013), else against the
// seven periods that end two before it (process.EARS, C2). There is always an answer; where no test is honest it says why.
func Watch(ind schema.Indicator, figures []schema.Observation) Warning {
	frequency := 0
	if len(figures) > 0 {
		frequency = map[schema.PeriodKind]int{schema.Week: 52, schema.Month: 12}[figures[len(figures)-1].Period.Kind]
	}
	if frequency == 0 {
		return Warning{NotDone: NotRegular}
	}
	run := lastRun(ind, figures)
	if len(run) == 0 {
		return Warning{NotDone: NotCounted}
	}
	counts := make([]float64, len(run))
	for i, o := range run {
		counts[i] = o.Value
	}
	halfWindow, seasons := 3, 10
	if frequency == 12 {
		halfWindow, seasons = 1, 5
	}
	years := (len(run) - frequency - halfWindow) / frequency // leaves a year to look back on
	if years < leastYears {
		years = (len(run) - 1 - halfWindow) / frequency
	}
	if years = min(years, mostYears); years >= leastYears {
		o := process.Flexible(frequency, years, halfWindow)
		o.Seasons = seasons
		return farrington(run, counts, o)
	}
	return ears(run, counts, frequency)
}

// lastRun gives the figures from the last gap, break or uncounted figure on.
func lastRun(ind schema.Indicator, figures []schema.Observation) []schema.Observation {
	first := len(figures)
	for i := len(figures) - 1; i >= 0; i-- {
		o := figures[i]
		if !counted(ind, o) || i+1 < len(figures) && (!next(o.Period, figures[i+1].Period) || len(ind.BreaksBetween(o, figures[i+1])) > 0 ||
			schema.HasFlag(figures[i+1].Flags, schema.SeriesBreak)) {
			break
		}
		first = i
	}
	return figures[first:]
}

// lastYear lists the periods to test: up to a year of those that have enough before them.
func lastYear(n, history, frequency int) []int {
	var at []int
	for t := max(history, n-frequency); t < n; t++ {
		at = append(at, t)
	}
	return at
}

func farrington(run []schema.Observation, counts []float64, o process.FarringtonOptions) Warning {
	w := Warning{Method: Farrington, Years: o.Years}
	points, err := process.Farrington(counts, lastYear(len(run), o.Years*o.Frequency+o.HalfWindow, o.Frequency), o)
	if err != nil {
		return Warning{NotDone: NotEstimated, Err: err}
	}
	for _, p := range points {
		w.Tested = append(w.Tested, Tested{Figure: run[p.At], Expected: p.Expected, Upper: p.Upper, Alarm: p.Alarm, Reason: p.Reason})
	}
	w.count(o.Frequency)
	return w
}

func ears(run []schema.Observation, counts []float64, frequency int) Warning {
	w := Warning{Method: EARS}
	at := lastYear(len(run), baseline+2, frequency)
	if len(at) == 0 {
		return Warning{NotDone: ShortSeries}
	}
	points, err := process.EARS(counts, at, process.EARSOptions{Variant: process.C2, Baseline: baseline, MinSigma: leastSigma})
	if err != nil {
		return Warning{NotDone: NotEstimated, Err: err}
	}
	for _, p := range points {
		w.Tested = append(w.Tested, Tested{Figure: run[p.At], Upper: p.Upper, Alarm: p.Alarm})
	}
	w.count(frequency)
	return w
}

func (w *Warning) count(frequency int) {
	before := w.Tested[:len(w.Tested)-1]
	alarms := 0
	for _, p := range before {
		if p.Alarm {
			alarms++
		}
	}
	if len(before) > 0 {
		w.PerYear = float64(alarms) / float64(len(before)) * float64(frequency)
	}
}
