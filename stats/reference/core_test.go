package reference

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"utfall/stats"
)

// coreMethods turns the cases of intervals, standardisation, trends and comparisons into calls of stats.
var coreMethods = map[string]func(c Case) (any, error){
	"rate_ci":                runRate,
	"poisson_count_ci":       runCount,
	"proportion_ci":          runProportion,
	"proportion_difference":  runProportionDifference,
	"mean_ci":                runMean,
	"dsr":                    runDSR,
	"dsr_nonindependent":     runDSRNonIndependent,
	"dsr_ratio_difference":   runDSRComparison,
	"isr":                    runISR,
	"rate_ratio_difference":  runRateComparison,
	"power_rate_ratio":       runPower,
	"p_adjust":               runAdjust,
	"quantiles":              runQuantiles,
	"empirical_bayes":        runBayes,
	"funnel":                 runFunnel,
	"distributions":          runDistribution,
	"vintage_asof":           runVintage,
	"trend_poisson":          runTrend,
	"mann_kendall":           runMannKendall,
	"chi2_trend_proportions": runProportionTrend,
	"joinpoint":              runJoinpoint,
}

// levels are the confidence levels by the end of the names that expected limits have: lower95, upper998.
var levels = map[string]float64{"90": 0.9, "95": 0.95, "98": 0.98, "99": 0.99, "998": 0.998, "999": 0.999}

// confidences reads a level, or a list of them, written 0.95 or 95.
type confidences []float64

func (c *confidences) UnmarshalJSON(raw []byte) error {
	var list []float64
	if err := json.Unmarshal(raw, &list); err != nil {
		list = make([]float64, 1)
		if err := json.Unmarshal(raw, &list[0]); err != nil {
			return err
		}
	}
	for i, v := range list {
		if v > 1 {
			list[i] = v / 100
		}
	}
	*c = list
	return nil
}

// only gives the one level of a case, 0.95 when it names none.
func (c confidences) only() float64 {
	if len(c) == 0 {
		return stats.Level95
	}
	return c[0]
}

// suffix writes a level as the names of limits end: 95, 998.
func suffix(level float64) string {
	return strings.TrimPrefix(strconv.FormatFloat(level, 'f', -1, 64), "0.")
}

// limits adds value, lower and upper at all levels, under the given prefix.
func limits(out map[string]any, prefix string, at func(level float64) (stats.Estimate, error)) error {
	for name, level := range levels {
		e, err := at(level)
		switch stats.ReasonOf(err) {
		case stats.TooFewEvents, stats.NotWhole, stats.OutOfRange: // these limits do not exist; a case that names them fails
			out[prefix+"lower"+name], out[prefix+"upper"+name] = nil, nil
			continue
		}
		if err != nil {
			return err
		}
		out[prefix+"lower"+name], out[prefix+"upper"+name] = e.Lower, e.Upper
	}
	return nil
}

// absent gives null for every value that a case names: how a count that is not known is passed on.
func absent(c Case) (any, error) {
	var names map[string]json.RawMessage
	if err := json.Unmarshal(c.Expected, &names); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name := range names {
		out[name] = nil
	}
	return out, nil
}

// names of the methods in PHEindicatormethods.
var methodNames = map[stats.Method]string{stats.Garwood: "Exact", stats.Byar: "Byars"}

type fraction struct {
	X *float64 `json:"x"`
	N *float64 `json:"n"`
}

type rateParams struct {
	Multiplier float64     `json:"multiplier"`
	Confidence confidences `json:"confidence"`
}

func runRate(c Case) (any, error) {
	var in fraction
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil || in.N == nil {
		return absent(c)
	}
	if params.Multiplier == 0 {
		params.Multiplier = 100000 // the default of the reference
	}
	e, err := stats.Rate(*in.X, *in.N, params.Multiplier, params.Confidence.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"value": e.Value, "method": methodNames[e.Method]}
	return out, limits(out, "", func(level float64) (stats.Estimate, error) { return stats.Rate(*in.X, *in.N, params.Multiplier, level) })
}

func runCount(c Case) (any, error) {
	var in fraction
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil {
		return absent(c)
	}
	level := params.Confidence.only()
	exact, err := stats.CountExact(*in.X, level)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"exact_lower": exact.Lower, "exact_upper": exact.Upper, "byar_lower": nil}
	if out["byar_upper"], err = stats.ByarUpper(*in.X, level); err != nil {
		return nil, err
	}
	byar, err := stats.CountByar(*in.X, level)
	if err == nil {
		out["byar_lower"] = byar.Lower
	} else if stats.ReasonOf(err) != stats.TooFewEvents {
		return nil, err
	}
	return out, nil
}

func runProportion(c Case) (any, error) {
	var in fraction
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil || in.N == nil {
		return absent(c)
	}
	if params.Multiplier == 0 {
		params.Multiplier = 1
	}
	e, err := stats.Proportion(*in.X, *in.N, params.Multiplier, params.Confidence.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"value": e.Value, "lower": e.Lower, "upper": e.Upper}
	if err := limits(out, "", func(level float64) (stats.Estimate, error) {
		return stats.Proportion(*in.X, *in.N, params.Multiplier, level)
	}); err != nil {
		return nil, err
	}
	return out, limits(out, "clopper_", func(level float64) (stats.Estimate, error) {
		return stats.ProportionExact(*in.X, *in.N, params.Multiplier, level)
	})
}

type twoGroups struct {
	X1 float64 `json:"x1"`
	N1 float64 `json:"n1"`
	X2 float64 `json:"x2"`
	N2 float64 `json:"n2"`
}

func runProportionDifference(c Case) (any, error) {
	var in twoGroups
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	d, err := stats.ProportionDifference(in.X1, in.N1, in.X2, in.N2, params.Confidence.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"difference": d.Value}
	if err := limits(out, "newcombe_", func(level float64) (stats.Estimate, error) {
		return stats.ProportionDifference(in.X1, in.N1, in.X2, in.N2, level)
	}); err != nil {
		return nil, err
	}
	return out, limits(out, "mn_", func(level float64) (stats.Estimate, error) {
		return stats.ProportionDifferenceScore(in.X1, in.N1, in.X2, in.N2, level)
	})
}

func runMean(c Case) (any, error) {
	var in struct {
		Values []*float64 `json:"values"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	all, missing := knownValues(in.Values)
	var values []float64
	for i, v := range all {
		if !missing[i] {
			values = append(values, v)
		}
	}
	m, err := stats.Mean(values, stats.Level95)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"value": m.Value, "sum": m.Sum, "count": m.N, "sd": m.SD}
	for name, level := range levels {
		m, err := stats.Mean(values, level)
		if err != nil {
			return nil, err
		}
		out["lower"+name], out["upper"+name] = nil, nil
		if m.Limits != nil {
			out["lower"+name], out["upper"+name] = m.Limits.Lower, m.Limits.Upper
		}
	}
	return out, nil
}

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
	var params rateParams
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
		if err := limits(out, prefix, func(level float64) (stats.Estimate, error) { return stats.DSRGamma(s, params.Multiplier, level, how) }); err != nil {
			return nil, err
		}
	}
	return out, limits(out, "", func(level float64) (stats.Estimate, error) { return stats.DSR(s, params.Multiplier, level) })
}

func runDSRNonIndependent(c Case) (any, error) {
	var in struct {
		Bands   []string              `json:"ageband"`
		People  []*float64            `json:"pop"`
		Weight  []*float64            `json:"stdpop"`
		Persons map[string][]*float64 `json:"persons_by_event_frequency"`
	}
	var params rateParams
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
	return out, limits(out, "", func(level float64) (stats.Estimate, error) {
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
	var params rateParams
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
	var params struct {
		Statistic  string  `json:"statistic"`
		RefValue   float64 `json:"refvalue"`
		Multiplier float64 `json:"multiplier"`
	}
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
	words := strings.Fields(params.Statistic) // "… rate per 1000", "… ratio x 100"
	if len(words) > 0 {
		factor, err := strconv.ParseFloat(words[len(words)-1], 64)
		if err != nil {
			return nil, fmt.Errorf("statistic %q", params.Statistic)
		}
		params.RefValue, params.Multiplier = factor, factor
	}
	r, err := stats.ISR(groups, params.RefValue, params.Multiplier, stats.Level95)
	if stats.ReasonOf(err) == stats.NotDefined {
		return nothingExpected(c, area)
	}
	if err != nil {
		return nil, err
	}
	out := map[string]any{"observed": r.Observed, "expected": r.Expected, "ref_rate": nil, "method": methodNames[r.Ratio.Method],
		"smr": r.Ratio.Value, "israte": r.Rate.Value, "value": r.Ratio.Value}
	if wantRate {
		out["value"], out["ref_rate"] = r.Rate.Value, r.ReferenceRate
	}
	for name, level := range levels {
		r, err := stats.ISR(groups, params.RefValue, params.Multiplier, level)
		if err != nil {
			return nil, err
		}
		e := r.Ratio
		if wantRate {
			e = r.Rate
		}
		out["lower"+name], out["upper"+name] = e.Lower, e.Upper
		out["smr_lower"+name], out["smr_upper"+name] = r.Ratio.Lower, r.Ratio.Upper
		out["israte_lower"+name], out["israte_upper"+name] = r.Rate.Lower, r.Rate.Upper
	}
	return out, nil
}

// nothingExpected is an area whose reference has no events: it has counts and no ratio.
func nothingExpected(c Case, area []stats.Stratum) (any, error) {
	out, err := absent(c)
	if err == nil {
		columns := out.(map[string]any)
		columns["observed"], _ = totals(area)
		columns["expected"] = 0
	}
	return out, err
}
