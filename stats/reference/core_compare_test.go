package reference

import (
	"fmt"
	"strings"

	"utfall/stats"
	"utfall/stats/internal/distribution"
	"utfall/stats/vintage"
)

// orInf writes a limit that does not exist the way these files do.
func orInf(v *float64) any {
	if v == nil {
		return "Inf"
	}
	return *v
}

func runRateComparison(c Case) (any, error) {
	var in twoGroups
	params := per100000()
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	level := params.Confidence.only()
	a, b := stats.RateGroup{Events: in.X1, Population: in.N1}, stats.RateGroup{Events: in.X2, Population: in.N2}
	exact, p, err := stats.RateRatio(a, b, level)
	if err != nil {
		return nil, err
	}
	end := suffix(level)
	out := map[string]any{"ratio": orInf(exact.Value), "exact_lower" + end: exact.Lower, "exact_upper" + end: orInf(exact.Upper), "exact_p": p,
		"logwald_lower" + end: nil, "logwald_upper" + end: nil}
	if in.X1 == 0 && in.X2 == 0 {
		out["ratio"] = nil
	}
	logWald, err := stats.RateRatioLogWald(a, b, level)
	if err == nil {
		out["logwald_lower"+end], out["logwald_upper"+end] = logWald.Lower, orInf(logWald.Upper)
	} else if stats.ReasonOf(err) != stats.NotDefined {
		return nil, err
	}
	for prefix, f := range map[string]func(a, b stats.RateGroup, level float64) (stats.Ratio, error){"score_": stats.RateRatioScore, "scas_": stats.RateRatioSkewScore} {
		r, err := f(a, b, level)
		if err != nil {
			return nil, err
		}
		out[prefix+"lower"+end], out[prefix+"upper"+end] = r.Lower, orInf(r.Upper)
	}
	for prefix, f := range map[string]func(a, b stats.RateGroup, multiplier, level float64) (stats.Estimate, error){
		"diff_wald_": stats.RateDifferenceWald, "diff_mover_": stats.RateDifference, "diff_score_": stats.RateDifferenceScore} {
		d, err := f(a, b, params.Multiplier, level)
		if err != nil {
			return nil, err
		}
		out["difference"], out[prefix+"lower"+end], out[prefix+"upper"+end] = d.Value, d.Lower, d.Upper
	}
	return out, nil
}

func runPower(c Case) (any, error) {
	var in struct {
		Before         float64 `json:"expected_count_before"`
		After          float64 `json:"expected_count_after"`
		ExposureBefore float64 `json:"exposure_before"`
		ExposureAfter  float64 `json:"exposure_after"`
	}
	params := struct {
		Alpha float64 `json:"alpha"`
	}{Alpha: 1 - stats.Level95}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	p, err := stats.RatePower(in.Before, in.After, in.ExposureBefore, in.ExposureAfter, params.Alpha)
	return map[string]any{"power": p}, err
}

func runAdjust(c Case) (any, error) {
	var in struct {
		P []*float64 `json:"p"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	p, missing := knownValues(in.P)
	out := map[string]any{}
	for _, how := range []stats.Adjustment{stats.BenjaminiHochberg, stats.BenjaminiYekutieli, stats.Holm, stats.Bonferroni} {
		adjusted, err := stats.AdjustP(p, missing, how)
		if err != nil {
			return nil, err
		}
		out[string(how)] = nullWhere(adjusted, missing)
	}
	return out, nil
}

// nullWhere writes null for what is missing.
func nullWhere[T any](values []T, missing []bool) []any {
	out := make([]any, len(values))
	for i, v := range values {
		if !missing[i] {
			out[i] = v
		}
	}
	return out
}

func runQuantiles(c Case) (any, error) {
	var in struct {
		Values []*float64 `json:"values"`
	}
	var params struct {
		Groups int  `json:"nquantiles"`
		Invert bool `json:"invert"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	values, missing := knownValues(in.Values)
	groups, err := stats.Quantiles(values, missing, params.Groups, params.Invert)
	if err != nil {
		return nil, err
	}
	return map[string]any{"quantile": nullWhere(groups, missing)}, nil
}

func runBayes(c Case) (any, error) {
	var in struct {
		Count []float64 `json:"count"`
		Pop   []float64 `json:"pop"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	s, err := stats.EmpiricalBayes(in.Count, in.Pop)
	return map[string]any{"raw": s.Raw, "smoothed": s.Smoothed, "a": s.Between, "b": s.Mean}, err
}

// funnelNames are the words of PHEindicatormethods.
var funnelNames = map[stats.Significance]string{stats.High998: "High (0.001)", stats.High95: "High (0.025)", stats.Low998: "Low (0.001)",
	stats.Low95: "Low (0.025)", stats.WithinLimits: "Not significant", stats.NotJudgedSmall: "Not applicable for events less than 10 for dsrs"}

func runFunnel(c Case) (any, error) {
	var in struct {
		Numerator   []float64 `json:"numerator"`
		Denominator []float64 `json:"denominator"`
		Count       []float64 `json:"count"`
		Pop         []float64 `json:"pop"`
		Rate        []float64 `json:"rate"`
		Observed    []float64 `json:"observed"`
		Expected    []float64 `json:"expected"`
	}
	var params struct {
		Statistic  string  `json:"statistic"`
		RatioType  string  `json:"ratio_type"`
		RateType   string  `json:"rate_type"`
		Multiplier float64 `json:"multiplier"`
		Years      float64 `json:"years_of_data"`
		Method     string  `json:"method"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.Observed != nil {
		areas, err := funnelAreas(in.Observed, in.Expected)
		if err != nil {
			return nil, err
		}
		return overdispersionColumns(areas)
	}
	counts, denominators := in.Numerator, in.Denominator
	if in.Count != nil {
		counts, denominators = in.Count, in.Pop
	}
	kind := map[string]stats.FunnelKind{"proportion": stats.FunnelProportion, "ratio": stats.FunnelRatio, "rate": stats.FunnelCrudeRate}[params.Statistic]
	if params.RateType == "dsr" {
		kind = stats.FunnelStandardised
	}
	areas, err := funnelAreas(counts, denominators)
	if in.Rate != nil {
		areas, err = ratedAreas(kind, counts, in.Rate, denominators, params.Multiplier)
	}
	if err != nil {
		return nil, err
	}
	places, baseline, err := stats.FunnelSignificance(kind, areas)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(places))
	for i, p := range places {
		words[i] = funnelNames[p]
	}
	out := map[string]any{"significance": words, "baseline_per_100000": baseline * 100000}
	if params.Years == 0 {
		params.Years = 1
	}
	out["limits"], err = funnelColumns(kind, areas, params.Multiplier, params.Years, params.RatioType)
	return out, err
}

func funnelAreas(counts, denominators []float64) ([]stats.FunnelArea, error) {
	if denominators != nil && len(counts) != len(denominators) {
		return nil, stats.Refuse("funnel", stats.UnequalLengths, "%d counts, %d denominators", len(counts), len(denominators))
	}
	areas := make([]stats.FunnelArea, len(counts))
	for i := range counts {
		areas[i].Events = counts[i]
		if denominators != nil {
			areas[i].Denominator = denominators[i]
		}
	}
	return areas, nil
}

// ratedAreas has the denominators that the published rates imply, as the reference program derives them; a crude rate
// of 0 implies none and takes the population.
func ratedAreas(kind stats.FunnelKind, counts, rates, populations []float64, multiplier float64) ([]stats.FunnelArea, error) {
	areas, err := funnelAreas(counts, populations)
	if err != nil {
		return nil, err
	}
	if len(rates) != len(counts) {
		return nil, stats.Refuse("funnel", stats.UnequalLengths, "%d counts, %d rates", len(counts), len(rates))
	}
	for i := range areas {
		if counts[i] == 0 && kind == stats.FunnelCrudeRate {
			continue
		}
		if areas[i], err = stats.DSRArea(counts[i], rates[i], multiplier); err != nil {
			return nil, err
		}
	}
	return areas, nil
}

func funnelColumns(kind stats.FunnelKind, areas []stats.FunnelArea, multiplier, years float64, ratioType string) (any, error) {
	perUnit := multiplier
	if kind == stats.FunnelRatio {
		perUnit = 1
	}
	lines, err := stats.FunnelLimits(kind, areas, perUnit, years)
	if err != nil {
		return nil, err
	}
	first, denominator := map[stats.FunnelKind]string{stats.FunnelProportion: "Population", stats.FunnelRatio: "Observed_events"}[kind], "_population_1_year"
	if first == "" {
		first = "Events"
	}
	if kind == stats.FunnelRatio {
		denominator = "_exp_events"
	}
	shown := func(limit float64) float64 {
		switch ratioType {
		case "isr":
			return 100 * limit
		case "count":
			return limit - 1
		}
		return limit
	}
	out := map[string][]any{}
	add := func(name string, v any) { out[name] = append(out[name], v) }
	for _, l := range lines {
		add(first, l.At)
		add("baseline", l.Baseline)
		add("lower_2s_limit", shown(l.Lower95))
		add("upper_2s_limit", shown(l.Upper95))
		add("lower_3s_limit", shown(l.Lower998))
		add("upper_3s_limit", shown(l.Upper998))
		add("lower_2s"+denominator, l.DenominatorLower95)
		add("upper_2s"+denominator, l.DenominatorUpper95)
		add("lower_3s"+denominator, l.DenominatorLower998)
		add("upper_3s"+denominator, l.DenominatorUpper998)
	}
	return columns(out), nil
}

func overdispersionColumns(areas []stats.FunnelArea) (any, error) {
	o, err := stats.Overdispersion(areas)
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	for _, l := range o.Limits {
		out["od95_lcl"] = append(out["od95_lcl"], l.RootLower95)
		out["od95_ucl"] = append(out["od95_ucl"], l.RootUpper95)
		out["od998_lcl"] = append(out["od998_lcl"], l.RootLower998)
		out["od998_ucl"] = append(out["od998_ucl"], l.RootUpper998)
	}
	all := columns(out)
	all["z_unadjusted"], all["phi"], all["tau2"], all["z_adjusted"] = o.Z, o.Phi, o.Tau2, o.ZAdjusted
	return all, nil
}

func runDistribution(c Case) (any, error) {
	var in struct {
		Name string             `json:"fn"`
		Args map[string]float64 `json:"args"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	a := in.Args
	functions := map[string]func() float64{
		"qnorm":          func() float64 { return distribution.NormalQuantile(a["p"]) },
		"pnorm_upper":    func() float64 { return distribution.NormalUpper(a["z"]) },
		"qchisq":         func() float64 { return distribution.ChiSquaredQuantile(a["p"], a["df"]) },
		"pchisq_upper":   func() float64 { return distribution.ChiSquaredUpper(a["x"], a["df"]) },
		"qt":             func() float64 { return distribution.StudentQuantile(a["p"], a["df"]) },
		"pt_upper":       func() float64 { return distribution.StudentUpper(a["t"], a["df"]) },
		"pf_upper":       func() float64 { return distribution.FisherUpper(a["f"], a["d1"], a["d2"]) },
		"qgamma":         func() float64 { return distribution.GammaQuantile(a["p"], a["shape"], a["scale"]) },
		"qbeta":          func() float64 { return distribution.BetaQuantile(a["p"], a["a"], a["b"]) },
		"pbinom":         func() float64 { return distribution.BinomialCDF(a["k"], a["n"], a["p"]) },
		"qbinom_half_05": func() float64 { return distribution.BinomialQuantile(0.05, a["n"], 0.5) },
		"ppois":          func() float64 { return distribution.PoissonCDF(a["k"], a["mu"]) },
		"ppois_upper_ge": func() float64 { return distribution.PoissonUpper(a["k"], a["mu"]) },
		"pnbinom":        func() float64 { return distribution.NegativeBinomialCDF(a["k"], a["size"], a["mu"]) },
		"digamma":        func() float64 { return distribution.Digamma(a["x"]) },
		"trigamma":       func() float64 { return distribution.Trigamma(a["x"]) },
	}
	f, ok := functions[in.Name]
	if !ok {
		return nil, fmt.Errorf("no function %q", in.Name)
	}
	return map[string]any{"value": f()}, nil
}

func runVintage(c Case) (any, error) {
	type jsonRow struct {
		Series string   `json:"series"`
		Period string   `json:"period"`
		Issue  string   `json:"issue"`
		Value  *float64 `json:"value"`
	}
	var in struct {
		Rows   []jsonRow `json:"rows"`
		AsOf   string    `json:"as_of"`
		Query  string    `json:"query"`
		Period string    `json:"period"`
		From   string    `json:"from_"`
		To     string    `json:"to"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	rows := make([]vintage.Row, len(in.Rows))
	for i, r := range in.Rows {
		rows[i] = vintage.Row(r)
	}
	archive, err := vintage.NewArchive(rows, "")
	if err != nil {
		return nil, err
	}
	written := func(rows []vintage.Row) []jsonRow {
		out := make([]jsonRow, len(rows))
		for i, r := range rows {
			out[i] = jsonRow(r)
		}
		return out
	}
	switch {
	case in.AsOf != "":
		known, err := archive.AsOf(in.AsOf)
		return map[string]any{"snapshot": written(known)}, err
	case in.From != "":
		changes, err := archive.Changes(in.From, in.To)
		out := []map[string]any{}
		for _, ch := range changes {
			out = append(out, map[string]any{"series": ch.Series, "period": ch.Period, "before": ch.Before, "after": ch.After, "kind": ch.Kind})
		}
		return map[string]any{"changes": out}, err
	case in.Period != "":
		return map[string]any{"history": written(archive.History(in.Period))}, nil
	case strings.HasPrefix(in.Query, "first"):
		return map[string]any{"first": written(archive.First())}, nil
	}
	return nil, fmt.Errorf("no question in %s", c.Input)
}
