package interrupted

import (
	"time"

	"utfall/schema"
)

// span gives the first and the last day on which the event may have begun, and the day it ended if it did.
func span(e schema.Event) (from, to time.Time) {
	p := e.Period()
	from, to = p.Start, p.End
	if end, ok := e.Ended(); ok {
		to = end.End
	}
	return from, to
}

// sideOf puts a period before the event, after it, or on neither side.
func sideOf(p schema.Period, from, to time.Time) Side {
	switch {
	case p.End.Before(from):
		return Before
	case p.Start.After(to) || p.Start.Equal(from) && from.Equal(to):
		return After
	}
	return During
}

// sort puts every figure of a series on its side and leaves out what cannot be compared with the rest.
func (s *Study) sort(figures []schema.Observation) {
	from, to := span(s.Event)
	for _, o := range figures {
		s.Years = append(s.Years, Year{Figure: o, Side: sideOf(o.Period, from, to), LeftOut: unfit(o)})
	}
	s.cutAtBreaks()
	for _, y := range s.Years {
		if y.LeftOut != "" {
			continue
		}
		switch y.Side {
		case Before:
			s.Before++
			s.EventsBefore += y.Figure.Value
		case After:
			s.After++
			s.EventsAfter += y.Figure.Value
		}
	}
}

func unfit(o schema.Observation) Why {
	if o.Missing != schema.Present {
		return MissingValue
	}
	for _, f := range []struct {
		flag schema.Flag
		why  Why
	}{{schema.Partial, OnlyPart}, {schema.GeneralLevel, OnlyPart}, {schema.FirstPublished, OnlyPart}, {schema.Predicted, IsProvisional},
		{schema.Provisional, IsProvisional}, {schema.LowerBound, IsBound}} {
		if schema.HasFlag(o.Flags, f.flag) {
			return f.why
		}
	}
	return ""
}

// cutAtBreaks keeps the stretch between two breaks that holds the event: a change of counting looks like a change of the
// thing counted. A break at the event leaves the years before it.
func (s *Study) cutAtBreaks() {
	stretch, home := 0, 0
	where := make([]int, len(s.Years))
	for i := range s.Years {
		o := s.Years[i].Figure
		if i > 0 && (schema.HasFlag(o.Flags, schema.SeriesBreak) || len(s.Indicator.BreaksBetween(s.Years[i-1].Figure, o)) > 0) {
			stretch++
		}
		where[i] = stretch
		if s.Years[i].Side != After {
			home = stretch
		}
	}
	for i := range s.Years {
		if where[i] != home && s.Years[i].LeftOut == "" {
			s.Years[i].LeftOut = BeyondBreak
		}
	}
}

// used gives the positions of the figures that the model takes: whole periods on one side.
func (s *Study) used() []int {
	var out []int
	for i, y := range s.Years {
		if y.LeftOut == "" && y.Side != During {
			out = append(out, i)
		}
	}
	return out
}

// middle gives the middle of a period in years.
func middle(p schema.Period) float64 {
	days := float64(p.Start.YearDay()-1) + p.End.Sub(p.Start).Hours()/48
	return float64(p.Start.Year()) + days/365.25
}
