// Package interrupted reads a series before and after an event: which figures lie wholly on one side, what the course
// before would have gone on to, which of the two came first, and how areas without the event fared.
//
// It owns the preconditions under which an estimate may be shown at all, and no formula and no words: the formulas are
// those of stats and stats/effect. It may import schema, stats and the standard library; it does no I/O. Nothing here
// proves a cause, and what forbids causal words is part of the answer.
package interrupted

import (
	"utfall/schema"
	"utfall/stats"
	"utfall/stats/effect"
)

// Side says where a figure lies.
type Side string

// The sides. A period that holds the event, or may hold it, belongs to neither side.
const (
	Before Side = "before"
	During Side = "during"
	After  Side = "after"
)

// Model says how much the series can bear.
type Model string

// The models.
const (
	NoModel    Model = ""
	LevelModel Model = "level" // one slope throughout and a change of level
	SlopeModel Model = "slope" // a change of level and of slope
)

// The least that each model takes, on either side of the event.
const (
	LeastForLevel  = 3  // EPOC's least for an interrupted time series
	LeastForSlope  = 8  // Penfold & Zhang 2013
	LeastEvents    = 50 // events on a side; below, what could have been found is shown instead
	leastDonors    = 5
	leastForDonors = 10 // years before, for a synthetic control
	mostDonors     = 80
)

// Why says why there is no estimate, or why a figure was left out.
type Why string

// The reasons.
const (
	NoFigures     Why = "no_figures"
	NoDate        Why = "no_date"    // the day of the event is not known
	FewYears      Why = "few_years"  // too few periods on a side
	FewEvents     Why = "few_events" // too few events on a side
	NotEstimable  Why = "not_estimable"
	CourseTurned  Why = "course_turned" // the slope after differs from that before, and there are too few years to estimate both
	MissingValue  Why = "missing"
	OnlyPart      Why = "part"  // covers a part of the period or of the units
	BeyondBreak   Why = "break" // counted in another way
	IsProvisional Why = "provisional"
	IsBound       Why = "bound" // printed as "more than"
)

// Year is one figure of the series with what the model makes of it.
type Year struct {
	Figure  schema.Observation
	Side    Side
	LeftOut Why      // not used, "" if it was
	Fitted  *float64 // the model's value
	Without *float64 // the model's value had the course before the event gone on; after the event only
}

// Placebo tells how many other years give at least as large a change of level as the event does.
type Placebo struct{ Tried, AsLarge int }

// Control is an area that the event did not touch, with its change from the mean before to the mean after.
type Control struct {
	Area  string
	Ratio float64
}

// Study is a series before and after an event.
type Study struct {
	Event        schema.Event
	Indicator    schema.Indicator
	Area         string
	Years        []Year
	Before       int // figures used on each side
	After        int
	EventsBefore float64 // their sum, for counts
	EventsAfter  float64
	Rates        bool // counts are put over the population
	Model        Model
	NotDone      Why // why Model is NoModel

	Count      *effect.CountITS  // for counts
	Linear     *effect.LinearITS // for other values
	Detectable *stats.Detectable // what could have been found, when there were too few events
	Timing     *effect.Timing    // nil where the series does not reach both sides
	Placebo    Placebo
	Untouched  []Study // the same of series that the event should not bear on: if they change as well, something else did it

	Ratio     *float64 // mean after over mean before, of the area
	Controls  []Control
	AsLarge   int      // controls that changed at least as much as the area, either way
	DiD       *float64 // ratio of the area's change to that of the controls together (difference in differences of logarithms)
	Synthetic *effect.Synthetic
}

// Forbidden tells whether causal words are ruled out.
func (s Study) Forbidden() bool { return s.Timing != nil && s.Timing.CausalWordsForbidden }
