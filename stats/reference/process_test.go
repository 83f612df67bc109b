package reference

import (
	"encoding/json"
	"fmt"

	"utfall/stats/process"
)

// processMethods turns the cases of process control, early warning and nowcasting into calls of stats/process.
var processMethods = map[string]func(c Case) (any, error){
	"spc_charts":            runCharts,
	"spc_xmr_nhs":           runXmR,
	"aberration_ears":       runEARS,
	"aberration_farrington": runFarrington,
	"nowcast_chainladder":   runNowcast,
}

// decodeCase reads input and params of a case.
func decodeCase(c Case, input, params any) error {
	if err := json.Unmarshal(c.Input, input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if len(c.Params) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Params, params); err != nil {
		return fmt.Errorf("params: %w", err)
	}
	return nil
}

// fromOne turns positions that count from 1 into positions that count from 0.
func fromOne(at []int) []int {
	out := make([]int, len(at))
	for i, p := range at {
		out[i] = p - 1
	}
	return out
}

// knownValues splits values that may be null into values and marks.
func knownValues(v []*float64) (values []float64, missing []bool) {
	values, missing = make([]float64, len(v)), make([]bool, len(v))
	for i, x := range v {
		missing[i] = x == nil
		if x != nil {
			values[i] = *x
		}
	}
	return values, missing
}

func runCharts(c Case) (any, error) {
	var in struct {
		Y []*float64 `json:"y"`
		N []float64  `json:"n"`
	}
	var params struct {
		Chart     string  `json:"chart"`
		Freeze    *int    `json:"freeze_first_n"`
		Exclude   []int   `json:"exclude"`
		PhaseEnds []int   `json:"new_phase_after"`
		Screen    *bool   `json:"screen_moving_ranges"`
		Multiply  float64 `json:"multiply"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	names := map[string]process.Chart{"uprime": process.UPrime, "up": process.UPrime, "pprime": process.PPrime, "pp": process.PPrime}
	chart := process.ChartInput{Chart: process.Chart(params.Chart), N: in.N, Exclude: fromOne(params.Exclude),
		PhaseStarts: params.PhaseEnds, KeepLargeRanges: params.Screen != nil && !*params.Screen, Multiplier: params.Multiply}
	if name, ok := names[params.Chart]; ok {
		chart.Chart = name
	}
	chart.Y, chart.Missing = knownValues(in.Y)
	if params.Freeze != nil {
		chart.Freeze = *params.Freeze
	}
	got, err := process.NewChart(chart)
	if err != nil {
		return nil, err
	}
	return chartColumns(got), nil
}

// chartColumns writes a chart as one array per column, phase statistics repeated over the phase.
func chartColumns(chart process.ControlChart) map[string]any {
	out := map[string][]any{}
	add := func(name string, v any) { out[name] = append(out[name], v) }
	for _, p := range chart.Points {
		runs := chart.Phases[p.Phase].Runs
		add("y", p.Value)
		add("cl", p.Centre)
		add("lcl", p.Lower)
		add("ucl", p.Upper)
		add("lcl95", p.Lower95)
		add("ucl95", p.Upper95)
		add("sigma_signal", p.Outside)
		add("runs_signal", runs.Signal)
		add("n_useful", runs.Useful)
		add("longest_run", runs.LongestRun)
		add("longest_run_max", runs.LongestRunMax)
		add("n_crossings", runs.Crossings)
		add("n_crossings_min", runs.CrossingsMin)
	}
	return columns(out)
}

func columns(in map[string][]any) map[string]any {
	out := make(map[string]any, len(in))
	for name, values := range in {
		out[name] = values
	}
	return out
}

func runXmR(c Case) (any, error) {
	var in struct {
		Y []float64 `json:"y"`
	}
	var params struct {
		Direction string   `json:"improvement_direction"`
		Rebase    []int    `json:"rebase_at_index1"`
		Target    *float64 `json:"target"`
		Screen    *bool    `json:"screen_outliers"`
		FixAfter  *int     `json:"fix_after_n_points"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	directions := map[string]process.Direction{"increase": process.Increase, "decrease": process.Decrease, "neutral": process.Neutral}
	direction, ok := directions[params.Direction]
	if !ok {
		return nil, fmt.Errorf("improvement_direction %q", params.Direction)
	}
	x := process.XmRInput{Y: in.Y, Direction: direction, Target: params.Target, RebaseAt: fromOne(params.Rebase),
		KeepLargeRanges: params.Screen != nil && !*params.Screen}
	if params.FixAfter != nil {
		x.FixAfter = *params.FixAfter
	}
	got, err := process.NewXmR(x)
	if err != nil {
		return nil, err
	}
	return xmrColumns(got), nil
}

func xmrColumns(chart process.XmRChart) map[string]any {
	columnsByName := map[string][]any{}
	add := func(name string, v any) { columnsByName[name] = append(columnsByName[name], v) }
	for _, p := range chart.Points {
		add("mean", p.Mean)
		add("lpl", p.Lower)
		add("upl", p.Upper)
		add("outside_limits", p.Outside)
		add("relative_to_mean", p.Side)
		add("close_to_limits", p.Near)
		add("special_cause_type", p.Pattern)
		add("point_type", p.Judgement)
	}
	out := columns(columnsByName)
	out["assurance_type"] = nil
	if chart.Assurance != "" {
		out["assurance_type"] = chart.Assurance
	}
	return out
}

func runEARS(c Case) (any, error) {
	var in struct {
		Y []float64 `json:"y"`
	}
	var params struct {
		Method   string  `json:"method"`
		At       []int   `json:"evaluate_index1"`
		Baseline int     `json:"baseline"`
		MinSigma float64 `json:"min_sigma"`
		Alpha    float64 `json:"alpha"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	got, err := process.EARS(in.Y, fromOne(params.At), process.EARSOptions{Variant: process.EARSVariant(params.Method),
		Baseline: params.Baseline, MinSigma: params.MinSigma, Alpha: params.Alpha})
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	for _, p := range got {
		out["upperbound"] = append(out["upperbound"], p.Upper)
		out["alarm"] = append(out["alarm"], number(p.Alarm))
	}
	return columns(out), nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// farringtonParams are the settings of a case; what it does not say is as in the reference program.
type farringtonParams struct {
	Algorithm string  `json:"algorithm"`
	At        []int   `json:"evaluate_index1"`
	Years     int     `json:"b"`
	Window    int     `json:"w"`
	Alpha     float64 `json:"alpha"`
	Reweight  bool    `json:"reweight"`
	Trend     bool    `json:"trend"`
	Limit54   []int   `json:"limit54"`
	Power     string  `json:"power"`
}

func runFarrington(c Case) (any, error) {
	var in struct {
		Y          []float64 `json:"y"`
		Frequency  int       `json:"freq"`
		Population []float64 `json:"pop"`
	}
	params := farringtonParams{Algorithm: "farrington", Alpha: 0.01, Reweight: true, Trend: true, Limit54: []int{5, 4}, Power: "2/3"}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	power, known := map[string]process.Power{"2/3": process.TwoThirds, "1/2": process.Half, "none": process.None}[params.Power]
	if params.Algorithm != "farrington" || !known || len(params.Limit54) != 2 {
		return nil, fmt.Errorf("unknown settings: %+v", params)
	}
	o := process.Classic(in.Frequency, params.Years, params.Window)
	o.Alpha, o.Reweight, o.Trend, o.Power = params.Alpha, params.Reweight, params.Trend, power
	o.Population = in.Population
	o.LeastCases, o.LeastWithin = params.Limit54[0], params.Limit54[1]
	got, err := process.Farrington(in.Y, fromOne(params.At), o)
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	for _, p := range got {
		upper := any(p.Upper)
		if !p.Enough {
			upper = 0 // how the reference writes "not enough cases for an alarm"
		}
		out["upperbound"] = append(out["upperbound"], upper)
		out["alarm"] = append(out["alarm"], number(p.Alarm))
		out["trend_used"] = append(out["trend_used"], number(p.TrendUsed))
		out["quantile"] = append(out["quantile"], p.Quantile)
		out["expected_median"] = append(out["expected_median"], p.Expected)
	}
	return columns(out), nil
}

func runNowcast(c Case) (any, error) {
	var in struct {
		Triangle [][]*float64 `json:"triangle_rows_reference_time_cols_delay"`
	}
	var params struct {
		DelayRows int `json:"n_rows_for_delay"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	rows := make([][]float64, len(in.Triangle))
	for i, row := range in.Triangle {
		values, missing := knownValues(row)
		known := len(row)
		for known > 0 && missing[known-1] {
			known--
		}
		for _, gap := range missing[:known] {
			if gap {
				return nil, fmt.Errorf("row %d has a gap before its last value", i)
			}
		}
		rows[i] = values[:known]
	}
	got, err := process.NowcastChainLadder(process.NowcastInput{Rows: rows, DelayRows: params.DelayRows})
	if err != nil {
		return nil, err
	}
	totals := make([]float64, len(got.Totals))
	for i, t := range got.Totals {
		totals[i] = t.Total
	}
	return map[string]any{"delay_pmf": got.Delay, "completed": got.Completed, "totals": totals}, nil
}
