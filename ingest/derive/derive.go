// Package derive computes indicators from published ones: rates, shares, indices and constant prices, each with its limits
// and with the releases that it rests on. What is computed, from what and how, is data of the catalogue.
//
// It owns the matching of numerators with denominators and no statistics: limits come from stats. It may import schema and
// stats. What it gives is a tidy delivery, which goes the way of every other delivery.
package derive

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"utfall/schema"
	"utfall/stats"
)

// Prefix begins the name of every dataset of computed figures.
const Prefix = "derived/"

// Compute gives the figures of a derived indicator from the published figures of its inputs, in the order of
// cells. An input that is missing passes its reason on; a bound ("at least 1 600"), a general level or a prediction gives
// nothing, because its share or rate would look like a count's. Errors: a base period that a series lacks is no error, the
// series is left out.
func Compute(c *schema.Catalogue, ind schema.Indicator, figures []schema.Observation) ([]schema.Observation, error) {
	if ind.Derive == nil {
		return nil, fmt.Errorf("derive: %s is not a derived indicator", ind.ID)
	}
	in := newInputs(c, ind, figures)
	var out []schema.Observation
	var err error
	switch ind.Derive.Method {
	case schema.DeriveRate:
		out, err = in.rates()
	case schema.DeriveShare:
		out, err = in.shares()
	case schema.DeriveIndex:
		out, err = in.indices()
	case schema.DeriveConstantPrices:
		out = in.constantPrices()
	}
	if err != nil {
		return nil, fmt.Errorf("derive: %s: %w", ind.ID, err)
	}
	slices.SortFunc(out, func(a, b schema.Observation) int { return strings.Compare(key(a.Cell), key(b.Cell)) })
	return out, nil
}

func key(c schema.Cell) string {
	return strings.Join([]string{c.Variant, c.Area, c.Period.String(), string(c.Sex), c.Age, c.Breakdown}, "|")
}

// inputs are the figures that an indicator is computed from.
type inputs struct {
	catalogue  *schema.Catalogue
	ind        schema.Indicator
	numerators []schema.Observation                     // of the variants that the derived indicator has too
	others     map[string]map[string]schema.Observation // by indicator, then by place(): the main variant before others
	withheld   map[string]schema.Observation            // suppressed figures, by indicator and place
}

func newInputs(c *schema.Catalogue, ind schema.Indicator, figures []schema.Observation) *inputs {
	in := &inputs{catalogue: c, ind: ind, others: map[string]map[string]schema.Observation{}, withheld: map[string]schema.Observation{}}
	for _, o := range figures {
		if o.Missing.Suppressed() {
			in.withheld[o.Indicator+"|"+place(o.Area, o.Period.String(), o.Sex, o.Age)] = o
		}
		if o.Indicator == ind.Numerator && ind.HasVariant(o.Variant) && usable(o) {
			in.numerators = append(in.numerators, o)
		}
		if !usable(o) || o.Missing != schema.Present {
			continue
		}
		if in.others[o.Indicator] == nil {
			in.others[o.Indicator] = map[string]schema.Observation{}
		}
		k := place(o.Area, o.Period.String(), o.Sex, o.Age)
		if old, ok := in.others[o.Indicator][k]; !ok || o.Variant < old.Variant {
			in.others[o.Indicator][k] = o
		}
	}
	return in
}

func place(area, period string, sex schema.Sex, age string) string {
	return strings.Join([]string{area, period, string(sex), age}, "|")
}

func usable(o schema.Observation) bool {
	for _, f := range []schema.Flag{schema.LowerBound, schema.GeneralLevel, schema.Predicted} {
		if schema.HasFlag(o.Flags, f) {
			return false
		}
	}
	return true
}

// counted tells whether a number is the count itself, and not rounded or approximate: chance then moves it as counts move.
func counted(o schema.Observation) bool {
	return !schema.HasFlag(o.Flags, schema.Rounded) && !schema.HasFlag(o.Flags, schema.Approximate)
}

// result makes the figure that rests on the parts, without value and limits.
func (in *inputs) result(first schema.Observation, rest ...schema.Observation) schema.Observation {
	parts := append([]schema.Observation{first}, rest...)
	flags := []string{string(schema.Derived)}
	for _, p := range parts {
		for _, f := range []schema.Flag{schema.Provisional, schema.Estimated, schema.Rounded, schema.Approximate, schema.Partial, schema.SeriesBreak, schema.Secondary} {
			if schema.HasFlag(p.Flags, f) {
				flags = append(flags, string(f))
			}
		}
	}
	o := schema.Observation{Cell: first.Cell, Missing: first.Missing, Symbol: first.Symbol, Source: in.source(parts)}
	o.Indicator = in.ind.ID
	o.Flags, _ = schema.ParseFlags(strings.Join(flags, " ")) // every word of it is a known flag
	return o
}

// source names the publishers that may be named beside a processed figure; Kolada, for one, may not.
func (in *inputs) source(parts []schema.Observation) string {
	named := map[string]bool{}
	for _, p := range parts {
		ind, _ := in.catalogue.Indicator(p.Indicator)
		if pub, ok := in.catalogue.Publisher(ind.Publisher); ok && pub.Processed.SV != "" {
			named[pub.Name.SV] = true
		}
	}
	if len(named) == 0 {
		return "Utfall"
	}
	return "Utfall (" + strings.Join(slices.Sorted(maps.Keys(named)), "; ") + ")"
}

// suppressed makes the result of parts one of which is withheld: what is computed from a figure gives it back.
func (in *inputs) suppressed(part schema.Observation, first schema.Observation, rest ...schema.Observation) schema.Observation {
	o := in.result(first, rest...)
	o.Missing, o.Symbol = schema.SuppressedSecondary, part.Symbol
	o.Citation = fmt.Sprintf("%s, %s", part.Indicator, part.Missing.Public())
	return o
}

// with sets the value, and the limits and how they were made where the numbers are counts that have any: of persons or events
// that are counted once, and not rounded or put together from estimates.
func (in *inputs) with(o schema.Observation, e stats.Estimate, numbers ...schema.Observation) schema.Observation {
	lower, upper := e.Lower, e.Upper
	o.Value = e.Value
	for _, n := range numbers {
		if ind, _ := in.catalogue.Indicator(n.Indicator); !ind.Kind.Independent() || !counted(n) {
			return o
		}
	}
	o.Lower, o.Upper = &lower, &upper
	o.Note = fmt.Sprintf("95 %%: %s", e.Method)
	return o
}

// cite writes a part as "519 (drug_induced_deaths, release 34)".
func cite(o schema.Observation) string {
	id := o.Indicator
	if o.Variant != "" {
		id += "/" + o.Variant
	}
	return fmt.Sprintf("%s (%s, release %d)", number(o.Value), id, o.Release)
}

func citeAll(list []schema.Observation) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = cite(o)
	}
	if len(out) > 1 {
		return "(" + strings.Join(out, " + ") + ")"
	}
	return strings.Join(out, "")
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// yearOf gives the year that a figure is about, if it is a year or a day in one.
func yearOf(p schema.Period) (int, bool) {
	return p.Start.Year(), p.Kind == schema.Year || p.Kind == schema.Day
}
