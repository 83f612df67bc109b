package reference

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"utfall/stats/effect"
)

var wave = regexp.MustCompile(`^(sin|cos)\((\d+)\*pi\*(\w+)/(\d+)\)$`)

// formulaTerms reads the right side of a model: names, a*b, a:b, sin(2*pi*month/12). Main effects come first, products
// last, as R orders them.
func formulaTerms(formula string, column func(string) ([]float64, error)) ([]effect.Term, error) {
	formula, _, _ = strings.Cut(formula, ",")
	var main, products []effect.Term
	add := func(name string) error {
		v, err := column(name)
		if err != nil || slices.ContainsFunc(main, func(t effect.Term) bool { return t.Name == name }) {
			return err
		}
		main = append(main, effect.Term{Name: name, Values: v, Intervention: binary(v) || name == "time_after"})
		return nil
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(formula, " ", ""), "+") {
		if m := wave.FindStringSubmatch(part); m != nil {
			term, err := waveTerm(m, column)
			if err != nil {
				return nil, err
			}
			main = append(main, term)
			continue
		}
		sep := ":"
		if strings.Contains(part, "*") {
			sep = "*"
		}
		names := strings.Split(part, sep)
		if len(names) == 1 && part != "1" {
			if err := add(part); err != nil {
				return nil, err
			}
		}
		if len(names) == 2 {
			if sep == "*" {
				if err := add(names[0]); err != nil {
					return nil, err
				}
				if err := add(names[1]); err != nil {
					return nil, err
				}
			}
			term, err := product(names, column)
			if err != nil {
				return nil, err
			}
			products = append(products, term)
		}
	}
	return append(main, products...), nil
}

func waveTerm(m []string, column func(string) ([]float64, error)) (effect.Term, error) {
	twice, _ := strconv.Atoi(m[2])
	length, _ := strconv.Atoi(m[4])
	place, err := column(m[3])
	if err != nil {
		return effect.Term{}, err
	}
	terms, err := effect.Harmonics(place, float64(length), twice/2)
	if err != nil {
		return effect.Term{}, err
	}
	name := fmt.Sprintf("%s%d", m[1], twice/2)
	return terms[slices.IndexFunc(terms, func(t effect.Term) bool { return t.Name == name })], nil
}

func product(names []string, column func(string) ([]float64, error)) (effect.Term, error) {
	a, err := column(names[0])
	if err != nil {
		return effect.Term{}, err
	}
	b, err := column(names[1])
	if err != nil {
		return effect.Term{}, err
	}
	term := effect.Term{Name: strings.Join(names, ":"), Values: slices.Clone(a), Intervention: binary(a) || binary(b)}
	for i := range b {
		term.Values[i] *= b[i]
	}
	return term, nil
}

func runCountITS(c Case) (any, error) {
	var in struct {
		Dataset string    `json:"dataset"`
		Outcome string    `json:"outcome"`
		Offset  string    `json:"offset"`
		Family  string    `json:"family"`
		Design  string    `json:"design"`
		After   int       `json:"intervention_after"`
		Y       []float64 `json:"y"`
		Pop     []float64 `json:"pop"`
	}
	var inline map[string]json.RawMessage
	if err := decodeCase(c, &in, &inline); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.Input, &inline); err != nil {
		return nil, err
	}
	data := map[string][]string{}
	if in.Dataset != "" {
		var err error
		if data, _, err = readDataset(c, in.Dataset); err != nil {
			return nil, err
		}
	}
	var column func(name string) ([]float64, error)
	column = func(name string) ([]float64, error) {
		if text, ok := data[name]; ok {
			return numbers(text)
		}
		if raw, ok := inline[name]; ok {
			var v []float64
			return v, json.Unmarshal(raw, &v)
		}
		if name != "post" && name != "time_after" {
			return nil, fmt.Errorf("no column %q", name)
		}
		time, err := column("time")
		if err != nil {
			return nil, err
		}
		terms, err := effect.Segmented(time, in.After, true)
		if err != nil {
			return nil, err
		}
		return terms[slices.IndexFunc(terms, func(t effect.Term) bool { return t.Name == name })].Values, nil
	}
	series := effect.CountSeries{Counts: in.Y, Population: in.Pop, Poisson: in.Family == "poisson", RawSpread: true}
	if in.Dataset != "" {
		var err error
		if series.Counts, err = column(in.Outcome); err != nil {
			return nil, err
		}
		if in.Offset != "" {
			if series.Population, err = column(strings.TrimSuffix(strings.TrimPrefix(in.Offset, "log("), ")")); err != nil {
				return nil, err
			}
		}
	}
	var err error
	if series.Terms, err = formulaTerms(in.Design, column); err != nil {
		return nil, err
	}
	got, err := effect.FitCountITS(series)
	if err != nil {
		return nil, err
	}
	return countColumns(got), nil
}

func countColumns(got effect.CountITS) map[string]any {
	out := map[string][]any{}
	add := func(name string, v any) { out[name] = append(out[name], v) }
	for _, t := range got.Terms {
		add("terms", t.Name)
		add("coef", t.Estimate)
		add("se", t.SE)
		add("exp_coef", t.Ratio)
		add("exp_lower95_z", t.LowerZ)
		add("exp_upper95_z", t.UpperZ)
		add("exp_lower95_t", t.Lower)
		add("exp_upper95_t", t.Upper)
	}
	all := columns(out)
	all["dispersion"], all["deviance"], all["pearson_chi2"], all["df"] = got.Dispersion, got.Deviance, got.PearsonChi, got.DF
	all["acf_deviance_residuals"] = got.ACF
	all["post_observed"], all["post_fitted"], all["post_counterfactual"] = got.Observed, got.Fitted, got.Without
	all["averted"] = got.Averted.Estimate
	return all
}

func runLinearITS(c Case) (any, error) {
	var in struct {
		Y     []float64 `json:"y"`
		T     []float64 `json:"t"`
		Level []float64 `json:"level"`
		After []float64 `json:"trend_after"`
	}
	var params struct {
		Lag *int `json:"lag"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	series := effect.LinearSeries{Y: in.Y, Lag: effect.UsualLag, Terms: []effect.Term{{Name: "t", Values: in.T}}}
	for _, term := range []effect.Term{{Name: "level", Values: in.Level, Intervention: true}, {Name: "trend_after", Values: in.After, Intervention: true}} {
		if len(term.Values) > 0 {
			series.Terms = append(series.Terms, term)
		}
	}
	if params.Lag != nil {
		series.Lag = *params.Lag
	}
	got, err := effect.FitLinearITS(series)
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	add := func(name string, v any) { out[name] = append(out[name], v) }
	for _, t := range got.Terms {
		add("coef", t.Estimate)
		add("se_ols", t.SE)
		add("se_nw", t.SENeweyWest)
		add("se_nw_smallsample", t.SESmall)
	}
	all := columns(out)
	all["sigma"], all["r2"], all["durbin_watson"] = got.Sigma, got.R2, got.DurbinWatson
	all["breusch_godfrey_lm1"], all["breusch_godfrey_p"] = got.BreuschGodfrey, got.BreuschGodfreyP
	all["acf"], all["ljung_box_q6"] = got.ACF, got.LjungBox
	return all, nil
}
