package verdict

import (
	"time"

	"utfall/schema"
	"utfall/stats/effect"
)

// sequence looks whether what a claim calls the cause came first. The claim's own dates can settle it: a change that is
// said to have begun before the event was not begun by it. Where figures reach both sides of the event they are asked
// too (effect.CauseBeforeEffect).
func (t *Tester) sequence(x schema.Claim) *SequenceCheck {
	if x.Sequence == nil {
		return nil
	}
	event, ok := t.catalogue.Event(x.Sequence.Event)
	if !ok {
		return nil
	}
	out := &SequenceCheck{Event: event}
	out.Onset, _ = schema.ParsePeriod(x.Sequence.Onset)
	out.Stated, _ = schema.ParsePeriod(x.Sequence.Stated)
	if !out.Onset.IsZero() && out.Onset.End.Before(event.Period().Start) {
		out.forbid(effect.ChangeBeganFirst)
	}
	if !out.Stated.IsZero() && event.Period().Start.After(out.Stated.End) {
		out.forbid(effect.AfterStatement)
	}
	claim := map[string]effect.Claim{"fall": effect.Fall, "rise": effect.Rise}[x.Sequence.Direction]
	for _, r := range x.Rules {
		if len(r.Series) == 0 || !event.Exact() {
			continue
		}
		points, _ := t.course(r.Series[0])
		timing, err := effect.CauseBeforeEffect(t.timing(r.Series[0], points, event, claim))
		if err != nil {
			continue // too few years on a side: the page names the table that is missing
		}
		out.Timing = &timing
		for _, reason := range timing.Reasons {
			out.forbid(reason)
		}
		break
	}
	return out
}

func (s *SequenceCheck) forbid(r effect.ForbidReason) {
	s.Forbidden = true
	for _, old := range s.Reasons {
		if old == r {
			return
		}
	}
	s.Reasons = append(s.Reasons, r)
}

func (t *Tester) timing(s schema.Selection, points []Point, event schema.Event, claim effect.Claim) effect.TimingInput {
	in := effect.TimingInput{Event: event.Moment(), Claim: claim}
	for _, p := range points {
		start := time.Date(p.Year, 1, 1, 0, 0, 0, 0, time.UTC)
		in.Periods = append(in.Periods, effect.Period{Start: start, End: start.AddDate(1, 0, 0)})
		if t.chance(s) {
			in.Counts = append(in.Counts, p.Value)
		} else {
			in.Values = append(in.Values, p.Value)
		}
	}
	return in
}
