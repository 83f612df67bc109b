package signal

import (
	"slices"
	"strings"
	"time"

	"utfall/schema"
	"utfall/stats"
	"utfall/stats/process"
)

// Predicted is a period whose reports are not all in.
type Predicted struct {
	Figure       schema.Observation // as reported
	Completeness float64            // share of the final number that is in at this age, 0 to 1
	Total        float64            // what the number is likely to end at
	Lower, Upper *float64           // 95 % limits; nil where Nowcast.NoLimits says why
}

// Observation is the prediction as a figure, flagged as predicted: for a chart that draws it apart from reported ones.
func (p Predicted) Observation() schema.Observation {
	o := p.Figure
	o.Value, o.Lower, o.Upper = p.Total, p.Lower, p.Upper
	if !schema.HasFlag(o.Flags, schema.Predicted) {
		o.Flags, _ = schema.ParseFlags(strings.TrimSpace(o.Flags + " " + string(schema.Predicted))) // every word of it is a known flag
	}
	return o
}

// Nowcast is what the newest periods of a series are likely to end at.
type Nowcast struct {
	Periods  []Predicted  // the periods that are still filling up, oldest first
	Rounds   int          // releases that brought a new period: what the delay was learned from
	NoLimits stats.Reason // why there are no limits: too few rounds, or reports that were taken back
	NotDone  Why
	Err      error // with NotEstimated
}

const (
	leastRounds = 4  // releases with a new period; fewer say nothing of a delay
	mostDelays  = 12 // releases after which a figure is taken to be final
)

// Predict learns from a series' own releases how late its reports come, and completes its newest periods (chain ladder:
// process.NowcastChainLadder). figures are of one cell but for the period, oldest first, as known at one moment; revisions
// are those of the same indicator up to that moment. Age is counted in releases that brought a new period. Periods of the
// first of those releases are left out: nobody saw how old they were then. There is always an answer; where no prediction
// is honest it says why.
func Predict(ind schema.Indicator, figures []schema.Observation, revisions []schema.Revision) Nowcast {
	if len(figures) == 0 || figures[len(figures)-1].Period.IsZero() {
		return Nowcast{NotDone: NotRegular}
	}
	run := lastRun(ind, figures)
	if len(run) == 0 {
		return Nowcast{NotDone: NotCounted}
	}
	rows := make([]history, len(run))
	for i, o := range run {
		rows[i] = historyOf(o, revisions)
	}
	rounds := roundsOf(rows)
	out := Nowcast{Rounds: len(rounds)}
	rows = slices.DeleteFunc(rows, func(h history) bool { return !h[0].at.After(rounds[0]) })
	if len(rounds) < leastRounds || len(rows) < leastRounds-1 {
		out.NotDone = FewReleases
		return out
	}
	triangle, changed := triangleOf(rows, rounds)
	if !changed {
		out.NotDone = NeverRevised
		return out
	}
	got, err := process.NowcastChainLadder(process.NowcastInput{Rows: triangle})
	if err != nil {
		out.NotDone, out.Err = NotEstimated, err
		return out
	}
	out.NoLimits = got.IntervalReason
	for i, t := range got.Totals {
		if t.IsPredicted {
			out.Periods = append(out.Periods, Predicted{Figure: run[len(run)-len(rows)+i], Completeness: t.Completeness, Total: t.Total, Lower: t.Lower, Upper: t.Upper})
		}
	}
	return out
}

// state is a value and when it became known; history is all of a figure's, the first first.
type (
	state struct {
		at    time.Time
		value float64
	}
	history []state
)

// historyOf puts together what a figure was and when, from its revisions.
func historyOf(o schema.Observation, revisions []schema.Revision) history {
	var h history
	for _, r := range revisions {
		if !sameCell(r.Cell, o.Cell) {
			continue
		}
		h = append(h, state{r.OldReleased, known(r.Old, r.OldMissing)}, state{r.Released, known(r.New, r.NewMissing)})
	}
	h = append(h, state{o.Released, o.Value})
	slices.SortStableFunc(h, func(a, b state) int { return a.at.Compare(b.at) })
	return slices.CompactFunc(h, func(a, b state) bool { return a.at.Equal(b.at) })
}

// sameCell compares cells by the code of their periods, since equal moments need not be equal as values.
func sameCell(a, b schema.Cell) bool {
	if a.Period.String() != b.Period.String() {
		return false
	}
	a.Period, b.Period = schema.Period{}, schema.Period{}
	return a == b
}

// known is the number of reports that a figure stood for; where it had no value, none had been reported.
func known(value float64, missing schema.Missing) float64 {
	if missing != schema.Present {
		return 0
	}
	return value
}

// at is the value that was known at a moment.
func (h history) at(moment time.Time) float64 {
	v := 0.0
	for _, s := range h {
		if !s.at.After(moment) {
			v = s.value
		}
	}
	return v
}

// roundsOf lists the moments at which a period was published for the first time.
func roundsOf(rows []history) []time.Time {
	var out []time.Time
	for _, h := range rows {
		out = append(out, h[0].at)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// triangleOf gives what each period gained at each round since it was first published, and whether any did.
func triangleOf(rows []history, rounds []time.Time) (triangle [][]float64, changed bool) {
	for _, h := range rows {
		first, _ := slices.BinarySearchFunc(rounds, h[0].at, time.Time.Compare)
		row := []float64{h.at(rounds[first])}
		for r := first + 1; r < len(rounds) && len(row) <= mostDelays; r++ {
			gain := h.at(rounds[r]) - h.at(rounds[r-1])
			row = append(row, gain)
			changed = changed || gain != 0
		}
		triangle = append(triangle, row)
	}
	return triangle, changed
}
