package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

// line is the figures of one area, variant, sex, age and breakdown, in the order of time.
type line struct {
	Area    schema.Area
	Variant string
	Sex     schema.Sex
	Age     string
	Part    string
	Other   *schema.Indicator // another indicator than the page's, shown beside it
	Figures []schema.Observation
}

// lines groups sorted observations.
func (s *Server) lines(figures []schema.Observation) []line {
	var out []line
	index := map[string]int{}
	for _, o := range figures {
		key := strings.Join([]string{o.Indicator, o.Variant, o.Area, o.Breakdown, string(o.Sex), o.Age}, "|")
		i, ok := index[key]
		if !ok {
			area, _ := s.Catalogue.Areas.Get(o.Area)
			i = len(out)
			index[key] = i
			out = append(out, line{Area: area, Variant: o.Variant, Sex: o.Sex, Age: o.Age, Part: o.Breakdown})
		}
		out[i].Figures = append(out[i].Figures, o)
	}
	return out
}

// mainLine gives the line that stands for an indicator and area when nothing is chosen: the main definition before its
// variants, both sexes, and the age group with the most figures.
func mainLine(lines []line) (line, bool) {
	if len(lines) == 0 {
		return line{}, false
	}
	return slices.MinFunc(lines, func(a, b line) int {
		return cmp.Or(strings.Compare(a.Variant, b.Variant), len(a.Part)-len(b.Part), bothFirst(a)-bothFirst(b),
			len(b.Figures)-len(a.Figures), strings.Compare(a.Age, b.Age))
	}), true
}

func bothFirst(l line) int {
	if l.Sex == schema.BothSexes {
		return 0
	}
	return 1
}

// regular leaves the figures of the kind of period that a line mostly has: a year is not compared with a month.
func (l line) regular() []schema.Observation {
	count := map[schema.PeriodKind]int{}
	for _, o := range l.Figures {
		count[o.Period.Kind]++
	}
	best := l.Figures[0].Period.Kind
	for k, n := range count {
		if n > count[best] || n == count[best] && k == schema.Year {
			best = k
		}
	}
	var out []schema.Observation
	for _, o := range l.Figures {
		if o.Period.Kind == best {
			out = append(out, o)
		}
	}
	return out
}

// latest gives the newest figure with a value and the one before it, if they can be compared.
func latest(figures []schema.Observation) (last schema.Observation, before *schema.Observation, ok bool) {
	for i := len(figures) - 1; i >= 0; i-- {
		if figures[i].Missing != schema.Present {
			continue
		}
		if !ok {
			last, ok = figures[i], true
			continue
		}
		return last, &figures[i], true
	}
	return last, nil, ok
}

// comparable tells whether a change between two figures says anything: neither covers a part only, and no break stands
// between them.
func (s *Server) comparable(ind schema.Indicator, a, b schema.Observation) bool {
	for _, o := range []schema.Observation{a, b} {
		for _, f := range []schema.Flag{schema.Partial, schema.LowerBound, schema.GeneralLevel} {
			if schema.HasFlag(o.Flags, f) {
				return false
			}
		}
	}
	return a.Value != 0 && len(ind.BreaksBetween(a, b)) == 0 && !schema.HasFlag(b.Flags, schema.SeriesBreak)
}

// decimals gives how many a unit is printed with.
func (s *Server) decimals(ind schema.Indicator) int {
	u, _ := s.Catalogue.Unit(ind.Unit)
	return u.Decimals
}

// value writes a figure: the number, or the reason for its absence.
func (s *Server) value(ind schema.Indicator, o schema.Observation, lang schema.Lang) string {
	if o.Missing != schema.Present {
		return format.Missing(o.Missing, lang)
	}
	text := format.Number(o.Value, s.decimals(ind), lang)
	switch {
	case schema.HasFlag(o.Flags, schema.LowerBound):
		return schema.Text{SV: "minst ", EN: "at least "}.In(lang) + text
	case schema.HasFlag(o.Flags, schema.Approximate), schema.HasFlag(o.Flags, schema.Rounded):
		return schema.Text{SV: "ca ", EN: "about "}.In(lang) + text
	}
	return text
}

// points turns figures into what a chart draws.
func (s *Server) points(ind schema.Indicator, figures []schema.Observation, lang schema.Lang) []chart.Point {
	out := make([]chart.Point, len(figures))
	for i, o := range figures {
		p := chart.Point{X: middle(o.Period), Y: o.Value, Has: o.Missing == schema.Present, Label: format.Period(o.Period, lang), Text: s.value(ind, o, lang)}
		if o.Lower != nil && o.Upper != nil {
			p.Lower, p.Upper, p.Sure = *o.Lower, *o.Upper, true
		}
		p.Break = schema.HasFlag(o.Flags, schema.SeriesBreak) || i > 0 && (len(ind.BreaksBetween(figures[i-1], o)) > 0 || apart(figures[i-1].Period, o.Period))
		for _, f := range []schema.Flag{schema.Provisional, schema.Estimated, schema.Predicted, schema.LowerBound, schema.Approximate, schema.Rounded, schema.Partial} {
			p.Weak = p.Weak || schema.HasFlag(o.Flags, f)
		}
		p.Weak = p.Weak || schema.HasFlag(o.Flags, schema.Derived) && ind.Derive == nil // computed among figures that were printed
		p.Open = schema.HasFlag(o.Flags, schema.Provisional) || schema.HasFlag(o.Flags, schema.Estimated)
		p.Apart = schema.HasFlag(o.Flags, schema.Predicted)
		out[i] = p
	}
	return out
}

// apart tells whether periods lie between two for which there is no figure: no line is drawn across them.
func apart(a, b schema.Period) bool {
	step, regular := map[schema.PeriodKind]float64{schema.Year: 1, schema.Day: 1, schema.HalfYear: 0.5, schema.Quarter: 0.25,
		schema.Month: 1.0 / 12, schema.Week: 7 / 365.25}[b.Kind]
	return regular && middle(b)-middle(a) > 1.5*step
}

// middle gives the middle of a period in years.
func middle(p schema.Period) float64 {
	days := p.Start.YearDay() - 1 + int(p.End.Sub(p.Start).Hours()/24)/2
	return float64(p.Start.Year()) + float64(days)/365.25
}

// name tells a line from the others on its page.
func (l line) name(ind schema.Indicator, lang schema.Lang, area bool) string {
	var parts []string
	place := l.Area.Name.In(lang)
	if l.Other != nil {
		ind = *l.Other
		area = area && !strings.Contains(ind.Label.In(lang), place) // "Narcotic deaths in Scotland" says where
	}
	if area {
		parts = append(parts, place)
	}
	if l.Other != nil {
		parts = append(parts, ind.Label.In(lang))
	}
	for _, v := range ind.Variants {
		if v.ID == l.Variant {
			parts = append(parts, v.Label.In(lang))
		}
	}
	for _, t := range []string{format.Sex(l.Sex, lang), format.Age(l.Age, lang), l.Part} {
		if t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, ", ")
}

// change says how a figure differs from the one before it.
func (s *Server) change(ind schema.Indicator, before *schema.Observation, last schema.Observation, lang schema.Lang) string {
	if before == nil {
		return ""
	}
	since := fmt.Sprintf("%s %s", schema.Text{SV: "från", EN: "from"}.In(lang), format.Period(before.Period, lang))
	if !s.comparable(ind, *before, last) {
		return schema.Text{SV: "inte jämförbart med ", EN: "not comparable with "}.In(lang) + format.Period(before.Period, lang)
	}
	if u, _ := s.Catalogue.Unit(ind.Unit); u.ID == "percent" {
		d := last.Value - before.Value
		sign := ""
		if d > 0 {
			sign = "+"
		}
		return sign + format.Number(d, 1, lang) + schema.Text{SV: " procentenheter ", EN: " percentage points "}.In(lang) + since
	}
	return format.Percent(last.Value/before.Value, lang) + " " + since
}
