package reference

import (
	"fmt"
	"strconv"
	"strings"

	"utfall/stats"
)

// strata puts columns of age bands together. In these cases a count that is not there is none: PHE writes the rule so.
func strata(bands []string, counts, people, weights []*float64) ([]stats.Stratum, error) {
	if len(counts) != len(people) || len(counts) != len(weights) || bands != nil && len(bands) != len(counts) {
		return nil, stats.Refuse("dsr", stats.UnequalLengths, "%d bands, %d counts, %d populations, %d weights", len(bands), len(counts), len(people), len(weights))
	}
	out := make([]stats.Stratum, len(counts))
	for i := range counts {
		if people[i] == nil || weights[i] == nil {
			return nil, stats.Refuse("dsr", stats.NoPopulation, "band %d has no population or weight", i+1)
		}
		out[i] = stats.Stratum{Population: *people[i], Weight: *weights[i]}
		if bands != nil {
			out[i].Band = bands[i]
		}
		if counts[i] != nil {
			out[i].Events = *counts[i]
		}
	}
	return out, nil
}

func totals(strata []stats.Stratum) (events, people float64) {
	for _, s := range strata {
		events += s.Events
		people += s.Population
	}
	return events, people
}

func runDSR(c Case) (any, error) {
	var in struct {
		Bands  []string   `json:"ageband"`
		Count  []*float64 `json:"count"`
		People []*float64 `json:"pop"`
		Weight []*float64 `json:"stdpop"`
	}
	params := per100000()
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	s, err := strata(in.Bands, in.Count, in.People, in.Weight)
	if err != nil {
		return nil, err
	}
	events, people := totals(s)
	out := map[string]any{"total_count": events, "total_pop": people, "value": nil, "suppressed": false}
	raw, err := stats.DSRGamma(s, params.Multiplier, stats.Level95, stats.FayFeuer)
	if err != nil {
		return nil, err
	}
	out["unsuppressed_value"] = raw.Value
	e, err := stats.DSR(s, params.Multiplier, stats.Level95)
	switch {
	case err == nil:
		out["value"] = e.Value
	case stats.ReasonOf(err) == stats.TooFewEvents:
		out["suppressed"] = true
	default:
		return nil, err
	}
	for prefix, how := range map[string]stats.Method{"fayfeuer_": stats.FayFeuer, "tcz_": stats.Tiwari, "midp_": stats.MidPGamma} {
		if err := limits(out, prefix, params.Confidence, func(level float64) (stats.Estimate, error) {
			return stats.DSRGamma(s, params.Multiplier, level, how)
		}); err != nil {
			return nil, err
		}
	}
	return out, limits(out, "", params.Confidence, func(level float64) (stats.Estimate, error) { return stats.DSR(s, params.Multiplier, level) })
}

func runDSRNonIndependent(c Case) (any, error) {
	var in struct {
		Bands   []string              `json:"ageband"`
		People  []*float64            `json:"pop"`
		Weight  []*float64            `json:"stdpop"`
		Persons map[string][]*float64 `json:"persons_by_event_frequency"`
	}
	params := per100000()
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	var groups [][]stats.Stratum
	total := 0.0
	for name, persons := range in.Persons {
		times, err := strconv.Atoi(strings.TrimPrefix(name, "f"))
		if err != nil || times < 1 {
			return nil, fmt.Errorf("persons_by_event_frequency: %q", name)
		}
		for len(groups) < times {
			none, err := strata(in.Bands, make([]*float64, len(in.People)), in.People, in.Weight)
			if err != nil {
				return nil, err
			}
			groups = append(groups, none)
		}
		if groups[times-1], err = strata(in.Bands, persons, in.People, in.Weight); err != nil {
			return nil, err
		}
		events, _ := totals(groups[times-1])
		total += float64(times) * events
	}
	out := map[string]any{"total_count": total, "value": nil}
	e, err := stats.DSRNonIndependent(groups, params.Multiplier, stats.Level95)
	if err == nil {
		out["value"] = e.Value
	} else if stats.ReasonOf(err) != stats.TooFewEvents {
		return nil, err
	}
	return out, limits(out, "", params.Confidence, func(level float64) (stats.Estimate, error) {
		return stats.DSRNonIndependent(groups, params.Multiplier, level)
	})
}

func runDSRComparison(c Case) (any, error) {
	var in struct {
		Count1  []*float64 `json:"count1"`
		People1 []*float64 `json:"pop1"`
		Count2  []*float64 `json:"count2"`
		People2 []*float64 `json:"pop2"`
		Weight  []*float64 `json:"stdpop"`
	}
	params := per100000()
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	first, err := strata(nil, in.Count1, in.People1, in.Weight)
	if err != nil {
		return nil, err
	}
	second, err := strata(nil, in.Count2, in.People2, in.Weight)
	if err != nil {
		return nil, err
	}
	level := params.Confidence.only()
	d, err := stats.CompareDSR(first, second, params.Multiplier, level)
	if err != nil {
		return nil, err
	}
	end := suffix(level)
	return map[string]any{"dsr1": d.Rate1, "dsr2": d.Rate2, "se1": d.SE1, "se2": d.SE2,
		"ratio": d.Ratio.Value, "ratio_lower" + end: d.Ratio.Lower, "ratio_upper" + end: d.Ratio.Upper,
		"difference": d.Difference.Value, "diff_lower" + end: d.Difference.Lower, "diff_upper" + end: d.Difference.Upper}, nil
}

func runISR(c Case) (any, error) {
	var in struct {
		Count           []*float64 `json:"count"`
		People          []*float64 `json:"pop"`
		ReferenceCount  []*float64 `json:"refcount"`
		ReferencePeople []*float64 `json:"refpop"`
	}
	params := struct {
		Statistic  string      `json:"statistic"`
		RefValue   float64     `json:"refvalue"`
		Multiplier float64     `json:"multiplier"`
		Confidence confidences `json:"confidence"`
	}{RefValue: 1, Multiplier: 100000} // the defaults of the reference
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	area, err := strata(nil, in.Count, in.People, in.People)
	if err != nil {
		return nil, err
	}
	reference, err := strata(nil, in.ReferenceCount, in.ReferencePeople, in.ReferencePeople)
	if err != nil {
		return nil, err
	}
	if len(area) != len(reference) {
		return nil, stats.Refuse("isr", stats.UnequalLengths, "%d and %d bands", len(area), len(reference))
	}
	groups := make([]stats.IndirectStratum, len(area))
	for i := range area {
		groups[i] = stats.IndirectStratum{Events: area[i].Events, Population: area[i].Population,
			ReferenceEvents: reference[i].Events, ReferencePeople: reference[i].Population}
	}
	wantRate := strings.Contains(params.Statistic, "rate")
	if words := strings.Fields(params.Statistic); len(words) > 0 { // "… rate per 1000", "… ratio x 100"
		factor, err := strconv.ParseFloat(words[len(words)-1], 64)
		if err != nil {
			return nil, fmt.Errorf("statistic %q", params.Statistic)
		}
		params.RefValue, params.Multiplier = factor, factor
	}
	columns := func(groups []stats.IndirectStratum) (map[string]any, error) {
		return isrColumns(params.Confidence, wantRate, func(level float64) (stats.IndirectRate, error) {
			return stats.ISR(groups, params.RefValue, params.Multiplier, level)
		})
	}
	out, err := columns(groups)
	if stats.ReasonOf(err) == stats.NotDefined { // the reference has no events: there are counts, and no ratio
		out, err = columns([]stats.IndirectStratum{{Population: 1, ReferenceEvents: 1, ReferencePeople: 1}})
		for name := range out {
			out[name] = nil
		}
		if err == nil {
			out["observed"], _ = totals(area)
			out["expected"] = 0
		}
	}
	return out, err
}

func isrColumns(c confidences, wantRate bool, at func(level float64) (stats.IndirectRate, error)) (map[string]any, error) {
	r, err := at(c.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"observed": r.Observed, "expected": r.Expected, "ref_rate": nil, "method": methodNames[r.Ratio.Method],
		"smr": r.Ratio.Value, "israte": r.Rate.Value, "value": r.Ratio.Value}
	ratio := func(r stats.IndirectRate) stats.Estimate { return r.Ratio }
	rate := func(r stats.IndirectRate) stats.Estimate { return r.Rate }
	main := ratio
	if wantRate {
		main = rate
		out["value"], out["ref_rate"] = r.Rate.Value, r.ReferenceRate
	}
	for prefix, part := range map[string]func(stats.IndirectRate) stats.Estimate{"": main, "smr_": ratio, "israte_": rate} {
		if err := limits(out, prefix, c, func(level float64) (stats.Estimate, error) {
			r, err := at(level)
			return part(r), err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
