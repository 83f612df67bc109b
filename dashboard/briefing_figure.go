package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"utfall/dashboard/briefing"
	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/dashboard/sentence"
	"utfall/schema"
)

// shownSeries is a figure's series with those beside it.
type shownSeries struct {
	spec   briefing.FigureSpec
	ind    schema.Indicator
	line   line
	shown  []schema.Observation // of one kind of period, from the briefing's first on
	beside []shownLine
}

type shownLine struct {
	ind   schema.Indicator
	line  line
	shown []schema.Observation
	other bool // another indicator, not another area
}

// series picks the figures of a named figure. ok is false where there is none with a value.
func (c *composer) series(name string) (shownSeries, bool) {
	spec := c.def.Figures[name]
	out := shownSeries{spec: spec}
	out.ind, _ = c.Catalogue.Indicator(spec.Indicator)
	var ok bool
	if out.line, ok = c.pickLine(spec.Indicator, c.def.AreaOf(spec), spec); !ok {
		return out, false
	}
	out.shown = c.window(out.line, spec)
	if _, _, ok := latest(out.shown); !ok {
		return out, false
	}
	for _, code := range spec.Beside {
		if l, ok := c.pickLine(spec.Indicator, code, spec); ok {
			out.beside = append(out.beside, shownLine{ind: out.ind, line: l, shown: c.window(l, spec)})
		}
	}
	for _, id := range spec.Also {
		other := spec
		other.Variant = ""
		if l, ok := c.pickLine(id, c.def.AreaOf(spec), other); ok {
			ind, _ := c.Catalogue.Indicator(id)
			l.Other = &ind
			out.beside = append(out.beside, shownLine{ind: ind, line: l, shown: c.window(l, spec), other: true})
		}
	}
	return out, true
}

// pickLine gives the line of an indicator and area that the author named, or the main one.
func (c *composer) pickLine(id, area string, spec briefing.FigureSpec) (line, bool) {
	mine := slices.DeleteFunc(slices.Clone(c.figures), func(o schema.Observation) bool {
		return o.Indicator != id || o.Area != area || spec.Variant != "" && o.Variant != spec.Variant || spec.Sex != "" && o.Sex != spec.Sex || spec.Age != "" && o.Age != spec.Age
	})
	return mainLine(c.lines(mine))
}

// window leaves the figures of the kind of period that the line mostly has, from the briefing's first period on.
func (c *composer) window(l line, spec briefing.FigureSpec) []schema.Observation {
	from := c.from
	if p, err := schema.ParsePeriod(spec.From); err == nil {
		from = p
	}
	return slices.DeleteFunc(l.regular(), func(o schema.Observation) bool {
		return o.Period.End.Before(from.Start) || spec.From == "" && o.Period.Start.After(c.from.End)
	})
}

// speak gathers what the sentences need.
func (c *composer) speak(x shownSeries) sentence.Figure {
	unit, _ := c.Catalogue.Unit(x.ind.Unit)
	f := sentence.Figure{Label: x.ind.Label, Unit: unit, Kind: x.ind.Kind, Direction: x.ind.Direction, Area: x.line.Area, Threshold: x.ind.SmallestShown(), Prices: x.spec.Prices}
	f.Group = schema.Text{SV: x.line.name(x.ind, schema.SV, false), EN: x.line.name(x.ind, schema.EN, false)}
	last, before, _ := latest(x.shown)
	f.Value = c.spokenValue(last)
	if before != nil {
		f.Before = &sentence.Earlier{Value: c.spokenValue(*before), Comparable: c.comparable(x.ind, *before, last), Why: c.whyNot(x.ind, *before, last)}
		if d, ok := interval.Compare(c.Catalogue, *before, last); ok {
			f.Before.Test = &sentence.Test{Real: d.Real, Fall: d.Detectable.Fall, Rise: d.Detectable.Rise}
		}
	}
	if r, ok := interval.Trend(x.ind, x.shown); ok {
		f.Trend = &sentence.Trend{State: r.State, Reason: r.Reason, From: r.From, To: r.To}
	}
	for _, b := range x.beside {
		if b.other {
			continue
		}
		if there, ok := besideValue(b.shown, last.Period); ok {
			beside := sentence.Beside{Area: b.line.Area, Value: c.spokenValue(there)}
			if d, ok := interval.Compare(c.Catalogue, there, last); ok && there.Period.String() == last.Period.String() && !x.ind.Kind.IsCount() {
				beside.Test = &sentence.Test{Real: d.Real}
			}
			f.Beside = append(f.Beside, beside)
		}
	}
	return f
}

// besideValue gives the figure of the same period, or the newest before it.
func besideValue(figures []schema.Observation, p schema.Period) (schema.Observation, bool) {
	for _, o := range slices.Backward(figures) {
		if o.Missing == schema.Present && !o.Period.Start.After(p.Start) {
			return o, true
		}
	}
	return schema.Observation{}, false
}

func (c *composer) spokenValue(o schema.Observation) sentence.Value {
	v := sentence.Value{Period: o.Period, Number: o.Value, Missing: o.Missing, Flags: o.Flags, Lower: o.Lower, Upper: o.Upper}
	if first, ok := c.firsts[cellOf(o.Cell)]; ok && first != o.Value {
		v.First = &first
	}
	return v
}

// whyNot says why two figures cannot be compared.
func (c *composer) whyNot(ind schema.Indicator, a, b schema.Observation) schema.Text {
	if breaks := ind.BreaksBetween(a, b); len(breaks) > 0 {
		return breaks[0].Text
	}
	for _, f := range []struct {
		flag schema.Flag
		why  schema.Text
	}{
		{schema.LowerBound, schema.Text{SV: "Källan anger bara en undre gräns.", EN: "The source gives a lower bound only."}},
		{schema.Partial, schema.Text{SV: "Ett av talen täcker bara en del.", EN: "One of the figures covers a part only."}},
		{schema.GeneralLevel, schema.Text{SV: "Ett av talen är en allmän nivå över flera år.", EN: "One of the figures is a general level over several years."}},
	} {
		if schema.HasFlag(a.Flags, f.flag) || schema.HasFlag(b.Flags, f.flag) {
			return f.why
		}
	}
	return schema.Text{}
}

// figure makes a figure with all that stands around it.
func (c *composer) figure(name string, lang schema.Lang) (briefing.Figure, bool) {
	x, ok := c.series(name)
	if !ok {
		return briefing.Figure{}, false
	}
	unit, _ := c.Catalogue.Unit(x.ind.Unit)
	said := sentence.Say(c.speak(x), lang)
	out := briefing.Figure{ID: name, Title: c.title(x, lang), Unit: unit.Label.In(lang), HTML: "<p>" + escape(said.Untitled()) + "</p>"}
	out.Table = c.seriesTable(x, lang, &out.Note)
	if x.spec.Chart == nil || *x.spec.Chart {
		c.draw(x, &out, said.Statement, lang)
	}
	q := []string{"area", strings.Join(append([]string{x.line.Area.Code}, x.spec.Beside...), ",")}
	if len(x.spec.Also) > 0 {
		q = append(q, "also", strings.Join(x.spec.Also, ","))
	}
	out.Link = c.pinnedLink("/indikator/"+x.ind.ID, lang, q...)
	return out, true
}

// pinnedLink is an address of this site with the briefing's moment in it.
func (c *composer) pinnedLink(path string, lang schema.Lang, pairs ...string) string {
	q := map[string][]string{"as_of": {c.asOf.UTC().Format(time.RFC3339Nano)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q[pairs[i]] = []string{pairs[i+1]}
	}
	return address(prefixOf(lang)+path, q)
}

func (c *composer) title(x shownSeries, lang schema.Lang) string {
	title := x.ind.Label.In(lang)
	if group := x.line.name(x.ind, lang, false); group != "" {
		title += " (" + group + ")"
	}
	names := []string{sentence.PlaceName(x.line.Area, lang)}
	for _, b := range x.beside {
		if n := sentence.PlaceName(b.line.Area, lang); !b.other && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) == 1 && strings.Contains(title, names[0]) {
		return title
	}
	return title + ": " + listed(names, lang)
}

// all gives a figure's lines, the main one first.
func (x shownSeries) all() []shownLine {
	return append([]shownLine{{ind: x.ind, line: x.line, shown: x.shown}}, x.beside...)
}

// seriesTable sets the series side by side, a row for each period, newest first, with the numbers of the sources.
func (c *composer) seriesTable(x shownSeries, lang schema.Lang, notes *[]int) briefing.Table {
	t := briefing.Table{Caption: c.title(x, lang), Head: []string{schema.Text{SV: "Period", EN: "Period"}.In(lang)}, Numeric: []bool{false}}
	lines := x.all()
	limits := slices.ContainsFunc(x.shown, func(o schema.Observation) bool { return o.Lower != nil && o.Upper != nil })
	for i, l := range lines {
		t.Head, t.Numeric = append(t.Head, c.columnName(x, l, lang)), append(t.Numeric, true)
		if i == 0 && limits {
			t.Head, t.Numeric = append(t.Head, schema.Text{SV: "95 % osäkerhet", EN: "95% limits"}.In(lang)), append(t.Numeric, true)
		}
	}
	t.Head, t.Numeric = append(t.Head, schema.Text{SV: "Källa", EN: "Source"}.In(lang)), append(t.Numeric, false)
	everywhere, some := flagged(lines)
	t.Legend = legend(everywhere, some, lang)
	for _, p := range periods(lines) {
		row := []string{format.Period(p, lang)}
		var used []int
		for i, l := range lines {
			o, ok := at1(l.shown, p)
			cell, lim := "", ""
			if ok {
				cell, lim = c.cell(l.ind, o, everywhere, lang), c.interval(l.ind, o, lang)
				c.pin(o)
				if n := c.note(o); !slices.Contains(used, n) {
					used = append(used, n)
				}
			} else {
				cell = schema.Text{SV: "ingen uppgift", EN: "no figure"}.In(lang)
			}
			row = append(row, cell)
			if i == 0 && limits {
				row = append(row, lim)
			}
		}
		slices.Sort(used)
		t.Rows = append(t.Rows, append(row, numbers(used)))
		for _, n := range used {
			if !slices.Contains(*notes, n) {
				*notes = append(*notes, n)
			}
		}
	}
	slices.Sort(*notes)
	return t
}

func numbers(list []int) string {
	s := make([]string, len(list))
	for i, n := range list {
		s[i] = strconv.Itoa(n)
	}
	return strings.Join(s, ", ")
}

// marks are the letters behind a number in a table; a legend under it says what those mean that occur. all says it of every
// number at once.
var marks = []struct {
	flag        schema.Flag
	letter, all schema.Text
}{
	{schema.Provisional, schema.Text{SV: "p", EN: "p"}, schema.Text{SV: "preliminära", EN: "provisional"}},
	{schema.Revised, schema.Text{SV: "r", EN: "r"}, schema.Text{SV: "reviderade av källan", EN: "revised by the source"}},
	{schema.Estimated, schema.Text{SV: "u", EN: "e"}, schema.Text{SV: "uppskattade", EN: "estimated"}},
	{schema.Derived, schema.Text{SV: "b", EN: "c"}, schema.Text{SV: "beräknade ur publicerade tal", EN: "computed from published figures"}},
	{schema.Predicted, schema.Text{SV: "f", EN: "f"}, schema.Text{SV: "förutsagda", EN: "predicted"}},
	{schema.Partial, schema.Text{SV: "d", EN: "i"}, schema.Text{SV: "ofullständiga", EN: "incomplete"}},
	{schema.SeriesBreak, schema.Text{SV: "t", EN: "b"}, schema.Text{SV: "räknade på ett annat sätt än de föregående", EN: "counted in another way than those before"}},
	{schema.Secondary, schema.Text{SV: "a", EN: "s"}, schema.Text{SV: "hämtade ur andrahandskällor", EN: "read in second-hand sources"}},
}

// cell is a value with a letter for each thing that its source says of it. everywhere are the flags that all values of the
// table have: the legend tells those without letters.
func (c *composer) cell(ind schema.Indicator, o schema.Observation, everywhere []schema.Flag, lang schema.Lang) string {
	text := c.value(ind, o, lang)
	var letters []string
	for _, m := range marks {
		if schema.HasFlag(o.Flags, m.flag) && !slices.Contains(everywhere, m.flag) {
			letters = append(letters, m.letter.In(lang))
		}
	}
	if len(letters) > 0 {
		text += "\u00a0" + strings.Join(letters, ",")
	}
	return text
}

// flagged gives the flags that every value of some lines has, and those that only some have.
func flagged(lines []shownLine) (everywhere, some []schema.Flag) {
	for _, m := range marks {
		with, all := 0, 0
		for _, l := range lines {
			for _, o := range l.shown {
				if all++; schema.HasFlag(o.Flags, m.flag) {
					with++
				}
			}
		}
		switch {
		case with > 0 && with == all:
			everywhere = append(everywhere, m.flag)
		case with > 0:
			some = append(some, m.flag)
		}
	}
	return everywhere, some
}

// legend says what the letters of a table mean, and what is so of all its numbers.
func legend(everywhere, some []schema.Flag, lang schema.Lang) string {
	var parts []string
	for _, m := range marks {
		if slices.Contains(everywhere, m.flag) {
			parts = append(parts, schema.Text{SV: "Alla tal är ", EN: "All numbers are "}.In(lang)+m.all.In(lang))
		}
	}
	for _, m := range marks {
		if slices.Contains(some, m.flag) {
			parts = append(parts, m.letter.In(lang)+": "+format.Flags(string(m.flag), lang)[0])
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

func (c *composer) columnName(x shownSeries, l shownLine, lang schema.Lang) string {
	if l.other {
		return l.ind.Label.In(lang)
	}
	if len(x.beside) == 0 {
		unit, _ := c.Catalogue.Unit(x.ind.Unit)
		return upperFirst(unit.Label.In(lang))
	}
	if len(x.spec.Also) > 0 {
		return x.ind.Label.In(lang)
	}
	return sentence.PlaceName(l.line.Area, lang)
}

// periods lists the periods of several lines, newest first, each once.
func periods(lines []shownLine) []schema.Period {
	seen := map[string]bool{}
	var out []schema.Period
	for _, l := range lines {
		for _, o := range l.shown {
			if !seen[o.Period.String()] {
				seen[o.Period.String()] = true
				out = append(out, o.Period)
			}
		}
	}
	slices.SortFunc(out, func(a, b schema.Period) int { return b.Start.Compare(a.Start) })
	return out
}

func at1(figures []schema.Observation, p schema.Period) (schema.Observation, bool) {
	i := slices.IndexFunc(figures, func(o schema.Observation) bool { return o.Period.String() == p.String() })
	if i < 0 {
		return schema.Observation{}, false
	}
	return figures[i], true
}

// draw makes the chart. A figure that stands alone is no line and gets none.
func (c *composer) draw(x shownSeries, out *briefing.Figure, level string, lang schema.Lang) {
	if len(x.shown) < 2 && len(x.beside) == 0 {
		return
	}
	l := chart.Line{Title: out.Title, Unit: out.Unit, Decimals: c.decimals(x.ind), Number: func(v float64) string {
		d := 0
		if v != float64(int64(v)) {
			d = 1
		}
		return format.Number(v, d, lang)
	}}
	for _, s := range x.all() {
		l.Series = append(l.Series, chart.Series{Name: c.columnName(x, s, lang), Points: c.Server.points(s.ind, s.shown, lang)})
	}
	for _, k := range x.ind.Breaks {
		if p, err := schema.ParsePeriod(k.Period); err == nil && (k.Area == "" || k.Area == x.line.Area.Code) {
			l.Breaks = append(l.Breaks, chart.Break{X: at(p.Start), Word: breakWord.In(lang)})
		}
	}
	out.Alt = fmt.Sprintf(schema.Text{SV: "Linjediagram. %s. %s Alla tal står i tabellen.", EN: "Line chart. %s. %s All numbers stand in the table."}.In(lang), out.Title, level)
	l.Title = out.Alt
	out.Wide, out.Narrow, out.Paper = string(l.SVG(chart.Wide)), string(l.SVG(chart.Narrow)), string(l.SVG(chart.Paper))
}
