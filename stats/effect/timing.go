package effect

import (
	"fmt"
	"math"
	"time"

	"utfall/stats"
)

const methodTiming = "cause_before_effect"

// Period is one period of a series, from Start up to, not including, End.
type Period struct{ Start, End time.Time }

// CalendarYears makes the periods of the years first to last; none when last lies before first.
func CalendarYears(first, last int) []Period {
	var out []Period
	for y := first; y <= last; y++ {
		out = append(out, Period{time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC)})
	}
	return out
}

// Claim is the direction in which the event is said to have worked.
type Claim int

// The claims. Unstated takes the direction in which the mean after the event differs from the mean before.
const (
	Unstated Claim = 0
	Fall     Claim = -1
	Rise     Claim = 1
)

// TimingInput is a series, an event, and what is claimed. Either Counts (with or without Population) or Values.
type TimingInput struct {
	Periods    []Period // oldest first, not overlapping
	Counts     []float64
	Population []float64
	Values     []float64
	Event      time.Time
	Claim      Claim
	Statement  time.Time // optional: when the change was stated; an event after that cannot have caused it
	Level      float64   // of limits; 0 = 0.95
}

// ForbidReason says why a change may not be put down to the event.
type ForbidReason string

// The reasons of Timing.
const (
	ChangeBeganFirst ForbidReason = "change_began_first"    // the sustained change starts in a period that ended before the event
	AlreadyMoving    ForbidReason = "already_moving"        // the slope before the event was under way in the claimed direction
	NoChange         ForbidReason = "no_change"             // no sustained change in the claimed direction
	AfterStatement   ForbidReason = "event_after_statement" // the event came after the change was stated
)

// Slope is a trend with limits: percent per year for counts, units per year for values.
type Slope struct{ Estimate, Lower, Upper float64 }

// Course is the simplest shape that describes the series, by the Bayesian information criterion.
type Course string

// The courses.
const (
	Line     Course = "line"      // one slope throughout
	Step     Course = "step"      // one slope, one change of level
	Knot     Course = "knot"      // two slopes that meet
	Turn     Course = "turn"      // two slopes and a change of level
	TwoKnots Course = "two_knots" // three slopes that meet
)

// Timing is the answer. Positions are those of Periods.
type Timing struct {
	Claim    Claim  // as given, or found
	Course   Course // shape of the series
	Onset    *int   // first period of the sustained change in the claimed direction; nil when there is none
	AtStart  bool   // the change is under way from the first period: it began then or earlier
	Earliest *int   // first and last period that the data allow for Onset under the same course
	Latest   *int

	Before Slope // slope of the whole periods before the event
	After  Slope // slope of the whole periods after it
	Change Slope // After less Before; for counts the percent change of the yearly ratio

	ChangeBeganBefore    bool           // the change was on its way before the event
	SamePeriod           bool           // Onset holds the event: periods this long cannot tell which came first
	TimingUncertain      bool           // Onset lies after the event, but Earliest before it
	CausalWordsForbidden bool           // there is a reason
	Reasons              []ForbidReason // why causal words are forbidden
	Explain              []string       // one sentence for each reason
	SlopesMissing        bool           // the event lies outside the series, which the statement alone decided
}

// CauseBeforeEffect checks whether a change can have been caused by an event at all: it cannot when it began first.
//
// The rule. (1) The slopes before and after come from one segmented regression (Wagner et al. 2002) over the whole
// periods on either side; the period that holds the event belongs to neither. Counts: quasi-Poisson with dispersion of
// at least 1; values: least squares; limits from t; periods shorter than five months get season terms. (2) The course
// of the series is chosen from a line, a step, a knot, both, and two knots by the Bayesian information criterion. If
// its first slope is under way the change began with the series or earlier (for a line: if the slope before the event
// is at least half of it; else the best course with a change decides). Otherwise it starts in the first period after
// the first step, knot or turn from which the series goes the claimed way, with limits, and at the end of the series
// still lies that way from its level before the change. (3) Causal words are forbidden when the change starts in a
// period that had ended before the event, when the slope before the event is under way, when there is no sustained
// change the claimed way, or when the event came after the statement. A slope is under way when it goes the claimed
// way, its limits lie on one side of zero and it makes up a tenth of the whole change or more. Where nothing forbids
// the words they are still not proved, only not ruled out.
//
// Errors: an event outside the series (outside_series; not when Statement already decides), overlapping or unsorted
// periods, unequal lengths, fewer than two whole periods on a side or five in all, both or neither of counts and
// values, negative or broken counts, no population, no events at all, a series that does not vary (not_defined).
func CauseBeforeEffect(in TimingInput) (Timing, error) {
	level, err := confidence(methodTiming, in.Level)
	if err != nil {
		return Timing{}, err
	}
	in.Level = level
	s, err := newTimingSeries(in)
	if err != nil {
		return Timing{}, err
	}
	out := Timing{Claim: in.Claim}
	if !in.Statement.IsZero() && in.Event.After(in.Statement) {
		out.forbid(AfterStatement, "the event on %s came after the statement of %s", day(in.Event), day(in.Statement))
	}
	if !s.holds(in.Event) {
		if len(out.Reasons) > 0 {
			out.SlopesMissing = true
			return out, nil
		}
		return Timing{}, stats.Refuse(methodTiming, stats.OutsideSeries, "the event on %s lies outside the series, which runs from %s to %s",
			day(in.Event), day(in.Periods[0].Start), day(in.Periods[len(in.Periods)-1].End))
	}
	if err := out.slopes(s); err != nil {
		return Timing{}, err
	}
	if err := out.onset(s); err != nil {
		return Timing{}, err
	}
	out.judge(s)
	return out, nil
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func (t *Timing) forbid(r ForbidReason, format string, args ...any) {
	t.CausalWordsForbidden = true
	t.Reasons = append(t.Reasons, r)
	t.Explain = append(t.Explain, fmt.Sprintf(format, args...))
}

// slopes fits both sides of the event in one model, so that the spread is learned from all periods.
func (t *Timing) slopes(s *timingSeries) error {
	var keep []int
	before, after := 0, 0
	for i, p := range s.in.Periods {
		switch {
		case !p.End.After(s.in.Event):
			before++
		case !p.Start.Before(s.in.Event):
			after++
		default:
			continue
		}
		keep = append(keep, i)
	}
	if before < 2 || after < 2 || len(keep) < 5 {
		return stats.Refuse(methodTiming, stats.TooFewPoints, "%d whole periods before the event and %d after; it takes two on either side and five in all", before, after)
	}
	cut := s.in.Event
	part := s.pick(keep)
	post, since := make([]float64, len(keep)), make([]float64, len(keep))
	for i, k := range keep {
		if !s.in.Periods[k].Start.Before(cut) {
			post[i], since[i] = 1, part.t[i]-s.years(cut)
		}
	}
	f, err := part.fit([]Term{{Name: "time", Values: part.t}, {Name: "post", Values: post}, {Name: "time after", Values: since}})
	if err != nil {
		return err
	}
	s.before = f.coef[1]
	last := len(keep) - 1
	whole := f.coef[1]*(part.t[last]-part.t[0]) + f.coef[2] + f.coef[3]*since[last]
	s.material = math.Abs(f.coef[1])*(s.years(cut)-part.t[0]) >= materialShare*math.Abs(whole)
	t.Before = f.slope([]float64{0, 1, 0, 0}, s)
	t.After = f.slope([]float64{0, 1, 0, 1}, s)
	t.Change = f.slope([]float64{0, 0, 0, 1}, s)
	for _, v := range []Slope{t.Before, t.After, t.Change} {
		if !allFinite(v.Estimate, v.Lower, v.Upper) {
			return stats.Refuse(methodTiming, stats.NotDefined, "the limits of a slope are not finite: the series is too short or too sparse to say how it ran")
		}
	}
	if t.Claim == Unstated {
		t.Claim = part.drift(post)
	}
	return nil
}

// drift is the direction of the mean after against the mean before, events over population for counts.
func (s *timingSeries) drift(post []float64) Claim {
	var top, bottom [2]float64
	for i, p := range post {
		top[int(p)] += s.y[i]
		if s.counts {
			bottom[int(p)] += math.Exp(s.offset[i])
		} else {
			bottom[int(p)]++
		}
	}
	if top[1]/bottom[1] > top[0]/bottom[0] {
		return Rise
	}
	return Fall
}

func (t *Timing) judge(s *timingSeries) {
	event := day(s.in.Event)
	way := map[Claim]string{Fall: "fall", Rise: "rise"}[t.Claim]
	if t.Onset == nil {
		t.forbid(NoChange, "the series has no sustained %s that something could have caused", way)
	} else {
		first := s.in.Periods[*t.Onset]
		switch {
		case t.AtStart:
			t.forbid(ChangeBeganFirst, "the %s was under way when the series begins, on %s, before the event on %s", way, day(first.Start), event)
			t.ChangeBeganBefore = true
		case !first.End.After(s.in.Event):
			t.forbid(ChangeBeganFirst, "the %s begins in the period from %s, which ended before the event on %s", way, day(first.Start), event)
			t.ChangeBeganBefore = true
		default:
			t.SamePeriod = first.Start.Before(s.in.Event)
			t.TimingUncertain = !s.in.Periods[*t.Earliest].End.After(s.in.Event)
		}
	}
	if s.material && (t.Claim == Fall && t.Before.Upper < 0 || t.Claim == Rise && t.Before.Lower > 0) {
		t.forbid(AlreadyMoving, "the slope before the event on %s is %.3g a year (%.3g to %.3g): the %s was under way", event,
			t.Before.Estimate, t.Before.Lower, t.Before.Upper, way)
		t.ChangeBeganBefore = true
	}
}
