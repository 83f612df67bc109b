package reference

import (
	"fmt"
	"math"

	"utfall/stats"
)

func runTrend(c Case) (any, error) {
	var in struct {
		Year  []int     `json:"year"`
		Count []float64 `json:"count"`
		Pop   []float64 `json:"pop"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	t, err := stats.TrendPoisson(stats.RateSeries{Years: in.Year, Counts: in.Count, Populations: in.Pop}, stats.Level95)
	if err != nil {
		return nil, err
	}
	poisson, quasi := slopeColumns(t.Poisson.Slope), slopeColumns(t.QuasiPoisson.Unfloored)
	poisson["deviance"], poisson["pearson_chi2"], poisson["df"], poisson["loglik"] = t.Poisson.Deviance, t.Poisson.PearsonChi2, t.Poisson.DF, t.Poisson.LogLikelihood
	poisson["wald_p"] = t.Poisson.P
	quasi["dispersion"], quasi["t_p"] = t.QuasiPoisson.Dispersion, t.QuasiPoisson.Unfloored.P
	floor := t.QuasiPoisson.Slope
	quasi["se_slope_floor"], quasi["apc_lower95_floor"], quasi["apc_upper95_floor"] = floor.SESlope, floor.APC.Lower, floor.APC.Upper
	out := map[string]any{"poisson": poisson, "quasipoisson": quasi}
	if nb := t.Negative; nb != nil {
		columns := slopeColumns(nb.Slope)
		columns["theta"], columns["se_theta"], columns["twologlik"] = nb.Theta, nb.SETheta, 2*nb.LogLikelihood
		out["negbin"] = columns
	}
	if t.Weighted != nil {
		columns := slopeColumns(*t.Weighted)
		columns["p"] = t.Weighted.P
		out["loglinear_wls"] = columns
	}
	return out, nil
}

func slopeColumns(s stats.Slope) map[string]any {
	return map[string]any{"intercept": s.Intercept, "slope": s.Slope, "se_intercept": s.SEIntercept, "se_slope": s.SESlope,
		"apc": s.APC.Value, "apc_lower95": s.APC.Lower, "apc_upper95": s.APC.Upper}
}

func runMannKendall(c Case) (any, error) {
	var in struct {
		X []float64 `json:"x"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	t, err := stats.MannKendall(in.X, stats.Level95)
	if err != nil {
		return nil, err
	}
	return map[string]any{"s": t.S, "var_s": t.VarS, "tau_b": t.Tau, "z": t.Z, "p": t.P, "exact_p": t.ExactP,
		"sen_slope": t.Slope, "sen_lower95": t.Lower, "sen_upper95": t.Upper}, nil
}

func runProportionTrend(c Case) (any, error) {
	var in struct {
		X     []float64 `json:"x"`
		N     []float64 `json:"n"`
		Score []float64 `json:"score"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	t, err := stats.ProportionTrend(in.X, in.N, in.Score)
	return map[string]any{"chi2": t.Statistic, "p": t.P}, err
}

func runJoinpoint(c Case) (any, error) {
	var in struct {
		X     []float64 `json:"x"`
		Rate  []float64 `json:"rate"`
		SE    []float64 `json:"se"`
		Count []float64 `json:"count"`
		Pop   []float64 `json:"pop"`
	}
	var params struct {
		AtEnds  int    `json:"min_obs_end"`
		Between int    `json:"min_obs_between"`
		Most    int    `json:"max_joinpoints"`
		Weights string `json:"weights"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	j := stats.JoinpointInput{X: in.X, Rates: in.Rate, Weights: in.Count, AtEnds: params.AtEnds, Between: params.Between, Most: params.Most}
	for i := range in.Count {
		if in.Rate == nil {
			j.Rates = append(j.Rates, in.Count[i]/in.Pop[i])
		}
	}
	switch params.Weights {
	case "count":
	case "(rate/se)^2":
		j.Weights = nil
		for i := range in.Rate {
			j.Weights = append(j.Weights, in.Rate[i]/in.SE[i]*in.Rate[i]/in.SE[i])
		}
	default:
		return nil, fmt.Errorf("weights %q", params.Weights)
	}
	got, err := stats.Joinpoint(j, stats.Level95)
	if err != nil {
		return nil, err
	}
	models := []map[string]any{}
	for k, m := range got.Models {
		segments := []map[string]any{}
		for _, s := range m.Segments {
			segments = append(segments, map[string]any{"start": s.Start, "end": s.End, "slope": s.Slope, "se_slope": s.SE, "p": s.P,
				"apc": s.APC.Value, "apc_lower95": s.APC.Lower, "apc_upper95": s.APC.Upper})
		}
		models = append(models, map[string]any{"n_joinpoints": k, "joinpoints": m.Joinpoints, "sse": m.SSE, "mse": m.MSE, "bic": m.BIC,
			"aapc": m.AAPC, "segments": segments})
	}
	out := map[string]any{"models": models, "selected_by_bic": got.Best}
	chosen := got.Models[got.Best]
	apc, significant := []float64{}, []bool{}
	for _, s := range chosen.Segments {
		apc = append(apc, math.Round(s.APC.Value*100)/100)
		significant = append(significant, s.P < 0.05)
	}
	out["published_nci"] = map[string]any{"joinpoints": chosen.Joinpoints, "apc_2dp": apc, "significant_5pct": significant,
		"selected_joinpoints_permutation_test": got.Best}
	return out, nil
}
