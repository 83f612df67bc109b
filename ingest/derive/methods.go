package derive

import (
	"fmt"
	"slices"
	"strings"

	"utfall/schema"
	"utfall/stats"
)

// population gives the denominator of a figure: the same area, sex and age, in the year that the figure is about.
func (in *inputs) population(o schema.Observation, year int) (schema.Observation, bool) {
	p, ok := in.others[in.ind.Denominator][place(o.Area, fmt.Sprint(year), o.Sex, o.Age)]
	return p, ok
}

func (in *inputs) rates() ([]schema.Observation, error) {
	if in.ind.Derive.Standard != "" {
		return in.standardised()
	}
	var out []schema.Observation
	for _, series := range in.series() {
		for i := range series {
			events, exposure, ok := in.window(series[:i+1])
			if !ok {
				continue
			}
			o, err := in.rate(events, exposure)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// series groups the numerators by all but the period, in the order of time.
func (in *inputs) series() [][]schema.Observation {
	index := map[string]int{}
	var out [][]schema.Observation
	for _, o := range in.numerators {
		k := strings.Join([]string{o.Variant, o.Area, string(o.Sex), o.Age, o.Breakdown, string(o.Period.Kind)}, "|")
		i, ok := index[k]
		if !ok {
			i = len(out)
			index[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], o)
	}
	for _, s := range out {
		slices.SortFunc(s, func(a, b schema.Observation) int { return a.Period.Start.Compare(b.Period.Start) })
	}
	return out
}

// window takes the last years of a series with their populations. It is whole or it is nothing: every year must be there,
// counted alike and with a value or a withheld one, unless the window is one year, whose missing value is passed on.
func (in *inputs) window(series []schema.Observation) (events, exposure []schema.Observation, ok bool) {
	n := in.ind.Derive.Years()
	if len(series) < n {
		return nil, nil, false
	}
	events = series[len(series)-n:]
	for i, o := range events {
		year, whole := yearOf(o.Period)
		p, known := in.population(o, year)
		switch {
		case !whole || !known:
			return nil, nil, false
		case n > 1 && (o.Missing != schema.Present && !o.Missing.Suppressed() || i > 0 && schema.HasFlag(o.Flags, schema.SeriesBreak)):
			return nil, nil, false
		case i > 0 && events[i-1].Period.Start.Year() != year-1:
			return nil, nil, false
		}
		exposure = append(exposure, p)
	}
	return events, exposure, true
}

func (in *inputs) rate(events, exposure []schema.Observation) (schema.Observation, error) {
	last := events[len(events)-1]
	o := in.result(last, append(slices.Clone(events[:len(events)-1]), exposure...)...)
	if n := len(events); n > 1 {
		first, _ := yearOf(events[0].Period)
		end, _ := yearOf(last.Period)
		period, err := schema.ParsePeriod(fmt.Sprintf("%d/%d", first, end))
		if err != nil {
			return o, err
		}
		o.Period = period
	}
	o.Citation = fmt.Sprintf("%s / %s × %s", citeAll(events), citeAll(exposure), number(in.ind.Derive.Times()))
	if i := slices.IndexFunc(events, func(e schema.Observation) bool { return e.Missing.Suppressed() }); i >= 0 {
		withheld := in.suppressed(events[i], last, append(slices.Clone(events[:len(events)-1]), exposure...)...)
		withheld.Period = o.Period
		return withheld, nil
	}
	if last.Missing != schema.Present {
		o.Citation = fmt.Sprintf("%s, %s", last.Indicator, last.Missing)
		return o, nil
	}
	var x, n float64
	for i := range events {
		x, n = x+events[i].Value, n+exposure[i].Value
	}
	e, err := stats.Rate(x, n, in.ind.Derive.Times(), stats.Level95)
	if err != nil {
		return o, fmt.Errorf("%s %s: %w", last.Area, last.Period, err)
	}
	return in.with(o, e, events...), nil
}

// shares puts the numerator against the sum of the parts of one area, period, sex and age. All parts must be there.
func (in *inputs) shares() ([]schema.Observation, error) {
	var out []schema.Observation
	for _, x := range in.numerators {
		parts := []schema.Observation{}
		var withheld *schema.Observation
		sum := 0.0
		for _, id := range in.ind.Derive.Of {
			at := place(x.Area, x.Period.String(), x.Sex, x.Age)
			if p, ok := in.others[id][at]; ok {
				parts = append(parts, p)
				sum += p.Value
			} else if p, ok := in.withheld[id+"|"+at]; ok {
				parts, withheld = append(parts, p), &p
			}
		}
		if len(parts) < len(in.ind.Derive.Of) {
			continue
		}
		if withheld != nil {
			out = append(out, in.suppressed(*withheld, x, parts...))
			continue
		}
		e, err := stats.Proportion(x.Value, sum, in.ind.Derive.Times(), stats.Level95)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", x.Area, x.Period, err)
		}
		o := in.result(x, parts...)
		o.Citation = fmt.Sprintf("%s / %s × %s", cite(x), citeAll(parts), number(in.ind.Derive.Times()))
		out = append(out, in.with(o, e, append(parts, x)...))
	}
	return out, nil
}

// indices puts every figure of a series against its own figure in the base period. The limits are those of the ratio of two
// counts (exact, given their sum), and they are there for counts only.
func (in *inputs) indices() ([]schema.Observation, error) {
	source, _ := in.catalogue.Indicator(in.ind.Numerator)
	times := in.ind.Derive.Times()
	var out []schema.Observation
	for _, series := range in.series() {
		at := slices.IndexFunc(series, func(o schema.Observation) bool { return o.Period.String() == in.ind.Derive.Base })
		if at < 0 || series[at].Missing != schema.Present || series[at].Value == 0 {
			continue
		}
		base := series[at]
		for _, x := range series {
			o := in.result(x, base)
			o.Citation = fmt.Sprintf("%s / %s × %s", cite(x), cite(base), number(times))
			if x.Missing == schema.Present {
				o.Value = x.Value / base.Value * times
				if source.Kind.Independent() && x.Period.String() != base.Period.String() && counted(x) && counted(base) {
					r, _, err := stats.RateRatio(stats.RateGroup{Events: x.Value, Population: 1}, stats.RateGroup{Events: base.Value, Population: 1}, stats.Level95)
					if err != nil {
						return nil, fmt.Errorf("%s %s: %w", x.Area, x.Period, err)
					}
					lower, upper := r.Lower*times, *r.Upper*times
					o.Lower, o.Upper, o.Note = &lower, &upper, fmt.Sprintf("95 %%: %s", r.Method)
				}
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// constantPrices puts amounts into the prices of the base year by the price index of the country that the area lies in.
func (in *inputs) constantPrices() []schema.Observation {
	prices := in.others[in.ind.Denominator]
	var out []schema.Observation
	for _, x := range in.numerators {
		year, ok := yearOf(x.Period)
		land := in.country(x.Area)
		then, known := prices[place(land, fmt.Sprint(year), schema.BothSexes, schema.AllAges)]
		base, based := prices[place(land, in.ind.Derive.Base, schema.BothSexes, schema.AllAges)]
		if !ok || !known || !based {
			continue
		}
		o := in.result(x, then, base)
		o.Citation = fmt.Sprintf("%s × %s / %s", cite(x), cite(base), cite(then))
		if x.Missing == schema.Present {
			o.Value = x.Value * base.Value / then.Value
		}
		out = append(out, o)
	}
	return out
}

// country gives the country that an area lies in, or the area itself.
func (in *inputs) country(code string) string {
	for a, ok := in.catalogue.Areas.Get(code); ok && a.Level != schema.Country && a.Parent != ""; a, ok = in.catalogue.Areas.Get(a.Parent) {
		code = a.Parent
	}
	return code
}
