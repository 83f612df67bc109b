package reference

import (
	"encoding/json"
	"fmt"
	"slices"
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

// usualLevels are the confidence levels that cases name limits for without giving them: lower95, upper998.
var usualLevels = []float64{0.9, 0.95, 0.98, 0.99, 0.998, 0.999}

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

// suffix writes a level as the names of limits end: 90, 95, 998.
func suffix(level float64) string {
	digits := strings.TrimPrefix(strconv.FormatFloat(level, 'f', -1, 64), "0.")
	if len(digits) == 1 {
		digits += "0"
	}
	return digits
}

// limits adds lower and upper under the given prefix: at the usual levels and those of the case, each with its level in
// the name, and at the first level of the case without. A level of the case that the
// method refuses is an error.
func limits(out map[string]any, prefix string, c confidences, at func(level float64) (stats.Estimate, error)) error {
	for i, level := range append(slices.Clone(c), usualLevels...) {
		e, err := at(level)
		lower, upper := any(e.Lower), any(e.Upper)
		reason := stats.ReasonOf(err)
		switch {
		case reason == stats.OutOfRange && i < len(c) && prefix == "":
			return err
		case reason == stats.TooFewEvents || reason == stats.NotWhole || reason == stats.OutOfRange:
			lower, upper = nil, nil // these limits do not exist; a case that names them fails
		case err != nil:
			return err
		}
		out[prefix+"lower"+suffix(level)], out[prefix+"upper"+suffix(level)] = lower, upper
		if i == 0 {
			out[prefix+"lower"], out[prefix+"upper"] = lower, upper
		}
	}
	return nil
}

// absent gives null for every value that the same method names for a count that is known: how one that is not known is
// passed on.
func absent(known any, err error) (any, error) {
	out, ok := known.(map[string]any)
	if err != nil || !ok {
		return nil, fmt.Errorf("no values to leave out: %w", err)
	}
	for name := range out {
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

// per100000 are the params of a rate that a case does not say otherwise about, as in the reference program.
func per100000() rateParams { return rateParams{Multiplier: 100000} }

func runRate(c Case) (any, error) {
	var in fraction
	params := per100000()
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil || in.N == nil {
		return absent(rateColumns(1, 1, params))
	}
	return rateColumns(*in.X, *in.N, params)
}

func rateColumns(x, n float64, params rateParams) (any, error) {
	e, err := stats.Rate(x, n, params.Multiplier, params.Confidence.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"value": e.Value, "method": methodNames[e.Method]}
	return out, limits(out, "", params.Confidence, func(level float64) (stats.Estimate, error) { return stats.Rate(x, n, params.Multiplier, level) })
}

func runCount(c Case) (any, error) {
	var in fraction
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil {
		return absent(countLimits(1, params.Confidence.only()))
	}
	return countLimits(*in.X, params.Confidence.only())
}

func countLimits(x, level float64) (any, error) {
	exact, err := stats.CountExact(x, level)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"exact_lower": exact.Lower, "exact_upper": exact.Upper, "byar_lower": nil}
	if out["byar_upper"], err = stats.ByarUpper(x, level); err != nil {
		return nil, err
	}
	byar, err := stats.CountByar(x, level)
	if err == nil {
		out["byar_lower"] = byar.Lower
	} else if stats.ReasonOf(err) != stats.TooFewEvents {
		return nil, err
	}
	return out, nil
}

func runProportion(c Case) (any, error) {
	var in fraction
	params := rateParams{Multiplier: 1}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.X == nil || in.N == nil {
		return absent(proportionColumns(1, 1, params))
	}
	return proportionColumns(*in.X, *in.N, params)
}

func proportionColumns(x, n float64, params rateParams) (any, error) {
	e, err := stats.Proportion(x, n, params.Multiplier, params.Confidence.only())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"value": e.Value}
	if err := limits(out, "", params.Confidence, func(level float64) (stats.Estimate, error) {
		return stats.Proportion(x, n, params.Multiplier, level)
	}); err != nil {
		return nil, err
	}
	return out, limits(out, "clopper_", params.Confidence, func(level float64) (stats.Estimate, error) {
		return stats.ProportionExact(x, n, params.Multiplier, level)
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
	if err := limits(out, "newcombe_", params.Confidence, func(level float64) (stats.Estimate, error) {
		return stats.ProportionDifference(in.X1, in.N1, in.X2, in.N2, level)
	}); err != nil {
		return nil, err
	}
	return out, limits(out, "mn_", params.Confidence, func(level float64) (stats.Estimate, error) {
		return stats.ProportionDifferenceScore(in.X1, in.N1, in.X2, in.N2, level)
	})
}

func runMean(c Case) (any, error) {
	var in struct {
		Values []*float64 `json:"values"`
	}
	var params rateParams
	if err := decodeCase(c, &in, &params); err != nil {
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
	return out, limits(out, "", params.Confidence, func(level float64) (stats.Estimate, error) {
		m, err := stats.Mean(values, level)
		if err == nil && m.Limits == nil { // one value has no spread
			err = stats.Refuse("mean_ci", stats.TooFewEvents, "%d value", m.N)
		}
		if err != nil {
			return stats.Estimate{}, err
		}
		return *m.Limits, nil
	})
}
