package dashboard

import (
	"fmt"
	"slices"

	"utfall/dashboard/format"
	"utfall/dashboard/signal"
	"utfall/schema"
)

// arriving is what a page says of a series whose newest figures are still coming in: does the newest week or month stand out,
// and what are the newest periods likely to end at. Each part is nil where nothing can be said.
type arriving struct {
	*view
	Watch   *watched
	Nowcast *nowcast
}

// watched is an early warning in words.
type watched struct {
	Lead, Record string
	Alarm        bool
	Rows         []watchedRow // newest first
}

type watchedRow struct{ Period, Value, Expected, Upper, Mark string }

// nowcast is a prediction in words: reported and predicted stand in columns of their own and are never mixed.
type nowcast struct {
	Lead, Limits string
	Rows         []nowcastRow // newest first
}

type nowcastRow struct{ Period, Reported, Share, Predicted, Limits string }

// arriving reads one line of an indicator, oldest first, and the indicator's revisions as known at the page's moment. It gives
// nil where neither part has anything to say, which goes for every yearly series whose figures do not come in late. The
// template "arriving" shows it.
func (s *Server) arriving(v *view, ind schema.Indicator, figures []schema.Observation, revisions []schema.Revision) *arriving {
	out := arriving{view: v, Watch: s.watched(v, ind, signal.Watch(ind, figures)), Nowcast: s.nowcast(v, ind, signal.Predict(ind, figures, revisions))}
	if out.Watch == nil && out.Nowcast == nil {
		return nil
	}
	return &out
}

func (s *Server) watched(v *view, ind schema.Indicator, w signal.Warning) *watched {
	last, ok := w.Newest()
	if !ok {
		return nil
	}
	number := func(x *float64) string {
		if x == nil {
			return "–"
		}
		return format.Number(*x, 1, v.Lang)
	}
	out := &watched{Alarm: last.Alarm}
	period, value := format.Period(last.Figure.Period, v.Lang), s.value(ind, last.Figure, v.Lang)
	switch {
	case last.Upper == nil:
		out.Lead = fmt.Sprintf(v.T("%s: %s. De tidigare åren har för få fall för att sätta en gräns.", "%s: %s. The earlier years have too few cases to set a limit."), period, value)
	case last.Alarm && w.Method == signal.Farrington:
		out.Lead = fmt.Sprintf(v.T("%s: %s. Det är fler än tidigare år ger skäl att vänta sig vid den här tiden; gränsen är %s.", "%s: %s. That is more than earlier years give reason to expect at this time; the limit is %s."), period, value, number(last.Upper))
	case last.Alarm:
		out.Lead = fmt.Sprintf(v.T("%s: %s. Det är fler än perioderna närmast före ger skäl att vänta sig; gränsen är %s.", "%s: %s. That is more than the periods just before give reason to expect; the limit is %s."), period, value, number(last.Upper))
	default:
		out.Lead = fmt.Sprintf(v.T("%s: %s. Det är inom det väntade; gränsen är %s.", "%s: %s. That is within what is expected; the limit is %s."), period, value, number(last.Upper))
	}
	if n := len(w.Tested) - 1; n > 0 {
		out.Record = fmt.Sprintf(v.T("Räknat på de %d perioderna dessförinnan larmar regeln %s gånger om året. Ett larm säger att talet sticker ut, inte varför.",
			"Over the %d periods before that, the rule alarms %s times a year. An alarm says that the number stands out, not why."), n, format.Number(w.PerYear, 1, v.Lang))
	}
	for _, p := range w.Tested {
		row := watchedRow{Period: format.Period(p.Figure.Period, v.Lang), Value: s.value(ind, p.Figure, v.Lang), Expected: number(p.Expected), Upper: number(p.Upper)}
		if p.Alarm {
			row.Mark = v.T("över gränsen", "above the limit")
		}
		out.Rows = append(out.Rows, row)
	}
	slices.Reverse(out.Rows)
	return out
}

func (s *Server) nowcast(v *view, ind schema.Indicator, n signal.Nowcast) *nowcast {
	if len(n.Periods) == 0 {
		return nil
	}
	out := &nowcast{}
	if n.NoLimits != "" {
		out.Limits = v.T("Prognosen har inget osäkerhetsintervall: för få tidigare utgåvor har setts för att veta hur fel den brukar ha.",
			"The prediction has no limits: too few earlier releases have been seen to know how wrong it tends to be.")
	}
	for _, p := range n.Periods {
		row := nowcastRow{Period: format.Period(p.Figure.Period, v.Lang), Reported: s.value(ind, p.Figure, v.Lang),
			Share: format.Number(100*p.Completeness, 0, v.Lang) + v.T("\u00a0%", "%"), Predicted: format.Number(p.Total, 0, v.Lang)}
		if p.Lower != nil && p.Upper != nil {
			row.Limits = format.Interval(*p.Lower, *p.Upper, 0, v.Lang)
		}
		out.Rows = append(out.Rows, row)
	}
	last := out.Rows[len(out.Rows)-1]
	likely := last.Predicted
	if last.Limits != "" {
		likely += " (" + last.Limits + ")"
	}
	out.Lead = fmt.Sprintf(v.T("%s: %s är rapporterade hittills. När sena rapporter har kommit in blir det sannolikt omkring %s. Det är en prognos ur hur sena rapporterna har varit i de %d utgåvor som har setts, inte en uppgift från källan.",
		"%s: %s have been reported so far. When late reports are in, it is likely to be about %s. This is predicted from how late reports have been in the %d releases that were seen; it is no figure of the source."), last.Period, last.Reported, likely, n.Rounds)
	slices.Reverse(out.Rows)
	return out
}
