package dashboard

import (
	"html/template"
	"slices"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
	"utfall/stats/process"
)

// controlShortest is the fewest figures that a control chart is offered for: with fewer, its limits say nothing.
const controlShortest = 8

// control is the control chart of one series: are its ups and downs those of a process that stays as it is?
type control struct {
	Title, Lead  string
	Wide, Narrow template.HTML
	Option       template.JS
	Rows         []controlRow
	Trial        bool // limits from fewer than 13 figures
}

type controlRow struct {
	Period, Value, Mean, Limits, Pattern string
}

var patternWords = map[process.Pattern]schema.Text{
	process.AboveLimit:      {SV: "över gränsen", EN: "above the limit"},
	process.BelowLimit:      {SV: "under gränsen", EN: "below the limit"},
	process.TrendUp:         {SV: "sju stigande i rad", EN: "seven rising in a row"},
	process.TrendDown:       {SV: "sju fallande i rad", EN: "seven falling in a row"},
	process.TwoInThreeAbove: {SV: "två av tre nära övre gränsen", EN: "two of three near the upper limit"},
	process.TwoInThreeBelow: {SV: "två av tre nära nedre gränsen", EN: "two of three near the lower limit"},
	process.SevenAbove:      {SV: "sju i rad över medel", EN: "seven in a row above the mean"},
	process.SevenBelow:      {SV: "sju i rad under medel", EN: "seven in a row below the mean"},
}

// controllable gives the figures that a control chart can be made of: those with a value. ok is false when there are too
// few, when some only bound their value, and for the yearly figures of a municipality: they are so few and so small that
// the limits would follow chance.
func (s *Server) controllable(figures []schema.Observation) ([]schema.Observation, bool) {
	var out []schema.Observation
	if len(figures) > 0 {
		k := figures[0].Period.Kind
		if a, ok := s.Catalogue.Areas.Get(figures[0].Area); ok && a.Level == schema.Municipality && (k == schema.Year || k == schema.Day) {
			return nil, false
		}
	}
	for _, o := range figures {
		if o.Missing == schema.Present && !schema.HasFlag(o.Flags, schema.LowerBound) && !schema.HasFlag(o.Flags, schema.GeneralLevel) {
			out = append(out, o)
		}
	}
	return out, len(out) >= controlShortest
}

// control makes the XmR chart of the page's first line. Breaks in the series, and they alone, begin a new phase.
func (s *Server) control(p *indicatorPage, ind schema.Indicator, l line) *control {
	figures, ok := s.controllable(l.regular())
	if !ok {
		return nil
	}
	in := process.XmRInput{}
	for i, o := range figures {
		in.Y = append(in.Y, o.Value)
		if i > 0 && (len(ind.BreaksBetween(figures[i-1], o)) > 0 || schema.HasFlag(o.Flags, schema.SeriesBreak)) {
			in.RebaseAt = append(in.RebaseAt, i)
		}
	}
	x, err := process.NewXmR(in)
	if err != nil {
		s.failed(p, "control chart", err, p.T("styrdiagram", "control chart"))
		return nil
	}
	out := &control{Title: p.T("Styrdiagram: ", "Control chart: ") + l.name(ind, p.Lang, true)}
	c := s.axes(p, ind)
	c.Title = out.Title
	points := s.points(ind, figures, p.Lang)
	marked := 0
	for i := range points {
		points[i].Sure = false
		if points[i].Special = x.Points[i].Pattern != process.CommonCause; points[i].Special {
			marked++
		}
		out.Rows = append(out.Rows, s.controlRow(p, ind, figures[i], x.Points[i]))
	}
	slices.Reverse(out.Rows)
	for _, phase := range x.Phases {
		out.Trial = out.Trial || phase.Trial
		c.Levels = append(c.Levels, levels(points, phase, ind.Kind.IsCount())...)
	}
	c.Series = []chart.Series{{Name: l.name(ind, p.Lang, true), Points: points}}
	out.Wide, out.Narrow, out.Option = s.drawn(p, c)
	out.Lead = p.T("Alla år ligger inom det som serien brukar variera.", "Every year lies within what the series usually varies.")
	if marked > 0 {
		out.Lead = p.T("Markerade år ingår i ett mönster som slumpen sällan ger: något var annorlunda. Diagrammet säger inte vad.",
			"Marked years are part of a pattern that chance seldom makes: something was different. The chart does not say what.")
	}
	return out
}

func (s *Server) controlRow(p *indicatorPage, ind schema.Indicator, o schema.Observation, x process.XmRPoint) controlRow {
	row := controlRow{Period: format.Period(o.Period, p.Lang), Value: s.value(ind, o, p.Lang), Mean: format.Number(x.Mean, s.decimals(ind), p.Lang), Pattern: patternWords[x.Pattern].In(p.Lang)}
	if x.Lower != nil && x.Upper != nil {
		row.Limits = format.Interval(floor(*x.Lower, ind.Kind.IsCount()), *x.Upper, s.decimals(ind), p.Lang)
	}
	return row
}

// floor keeps the lower limit of a count from falling below zero, where no count can be.
func floor(v float64, count bool) float64 {
	if count {
		return max(0, v)
	}
	return v
}

// levels are the mean and the limits of one phase.
func levels(points []chart.Point, phase process.XmRPhase, count bool) []chart.Level {
	from, to := points[phase.First].X-0.5, points[phase.Last].X+0.5
	out := []chart.Level{{From: from, To: to, Y: phase.Mean}}
	if phase.Lower != nil && phase.Upper != nil {
		out = append(out, chart.Level{From: from, To: to, Y: floor(*phase.Lower, count), Limit: true}, chart.Level{From: from, To: to, Y: *phase.Upper, Limit: true})
	}
	return out
}
