package derive

import (
	"fmt"
	"slices"
	"strings"

	"utfall/schema"
	"utfall/stats"
)

// standardised gives rates that are directly standardised by age. Where a year of an area has every band of the standard,
// with its population, there is a rate for all ages; where it lacks one there is none. Fewer than 10 events give the
// reason in place of a rate (Dobson's limits do not hold there).
func (in *inputs) standardised() ([]schema.Observation, error) {
	standard := stats.ESP2013()
	groups, order := map[string][]schema.Observation{}, []string{}
	for _, o := range in.numerators {
		k := strings.Join([]string{o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Breakdown}, "|")
		if _, ok := groups[k]; !ok {
			order = append(order, k)
		}
		if slices.ContainsFunc(standard.Bands, func(b stats.Band) bool { return b.Label == o.Age }) {
			groups[k] = append(groups[k], o)
		}
	}
	var out []schema.Observation
	for _, k := range order {
		bands := groups[k]
		if len(bands) != len(standard.Bands) {
			continue
		}
		o, ok, err := in.dsr(standard, bands)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, o)
		}
	}
	return out, nil
}

func (in *inputs) dsr(standard stats.Standard, bands []schema.Observation) (schema.Observation, bool, error) {
	first := bands[0]
	year, whole := yearOf(first.Period)
	var strata []stats.Stratum
	parts := slices.Clone(bands)
	for _, o := range bands {
		p, ok := in.population(o, year)
		if !ok || !whole {
			return first, false, nil
		}
		parts = append(parts, p)
		strata = append(strata, stats.Stratum{Band: o.Age, Events: o.Value, Missing: o.Missing != schema.Present, Population: p.Value})
	}
	o := in.result(first, parts[1:]...)
	o.Age, o.Missing, o.Symbol = schema.AllAges, schema.Present, ""
	o.Citation = fmt.Sprintf("Σ(%s / %s) × %s, %s, releases %s", in.ind.Numerator, in.ind.Denominator, number(in.ind.Derive.Times()), standard.ID, releases(parts))
	weighed, err := standard.Weigh(strata)
	if err != nil {
		return o, false, err
	}
	e, err := stats.DSR(weighed, in.ind.Derive.Times(), stats.Level95)
	switch stats.ReasonOf(err) {
	case "":
		return in.with(o, e, bands...), err == nil, err
	case stats.TooFewEvents:
		o.Missing = schema.Unreliable
		return o, true, nil
	case stats.Missing:
		o.Missing = schema.SuppressedSecondary
		if i := slices.IndexFunc(bands, func(b schema.Observation) bool { return b.Missing != schema.Present && !b.Missing.Suppressed() }); i >= 0 {
			o.Missing = bands[i].Missing
		}
		return o, true, nil
	}
	return o, false, fmt.Errorf("%s %s: %w", first.Area, first.Period, err)
}

// releases lists the releases that parts come from.
func releases(parts []schema.Observation) string {
	var seen []uint64
	for _, p := range parts {
		if !slices.Contains(seen, p.Release) {
			seen = append(seen, p.Release)
		}
	}
	slices.Sort(seen)
	return strings.Trim(fmt.Sprint(seen), "[]")
}
