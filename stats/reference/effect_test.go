package reference

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"utfall/stats"
	"utfall/stats/effect"
)

// effectMethods turns the cases of before-and-after designs into calls of stats/effect.
var effectMethods = map[string]func(c Case) (any, error){
	"its_glm":           runCountITS,
	"its_ols_neweywest": runLinearITS,
	"did_poisson_2x2":   runDiDRates,
	"did_panel":         runPanel,
	"synthetic_control": runSynthetic,
}

// readDataset reads a long table that a case names, relative to the folder of the case files.
func readDataset(c Case, name string) (map[string][]string, []string, error) {
	f, err := os.Open(filepath.Join(c.Dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, nil, fmt.Errorf("%s: %d rows: %w", name, len(rows), err)
	}
	out := map[string][]string{}
	for j, column := range rows[0] {
		for _, row := range rows[1:] {
			out[column] = append(out[column], row[j])
		}
	}
	return out, rows[0], nil
}

func numbers(text []string) ([]float64, error) {
	out := make([]float64, len(text))
	for i, s := range text {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func whole(text []string) ([]int, error) {
	v, err := numbers(text)
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(math.Round(x))
	}
	return out, err
}

// binary says whether a column is 0 and 1 only, and both: in these cases that is the intervention.
func binary(v []float64) bool {
	zero, one := false, false
	for _, x := range v {
		zero, one = zero || x == 0, one || x == 1
		if x != 0 && x != 1 {
			return false
		}
	}
	return zero && one
}

func runDiDRates(c Case) (any, error) {
	var in struct {
		TreatedPre  rateCell `json:"treated_pre"`
		TreatedPost rateCell `json:"treated_post"`
		ControlPre  rateCell `json:"control_pre"`
		ControlPost rateCell `json:"control_post"`
	}
	if err := decodeCase(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	got, err := effect.DiDRates(effect.Cell(in.TreatedPre), effect.Cell(in.TreatedPost), effect.Cell(in.ControlPre), effect.Cell(in.ControlPost), 0.95)
	out := map[string]any{"log_ratio": nil, "se": nil, "ratio_of_ratios": nil, "lower95": nil, "upper95": nil, "p": nil}
	if stats.ReasonOf(err) == stats.NotDefined {
		return out, nil // the reference writes null where no ratio exists
	}
	if err != nil {
		return nil, err
	}
	out["log_ratio"], out["se"], out["ratio_of_ratios"] = got.LogRatio, got.SE, got.Ratio
	out["lower95"], out["upper95"], out["p"] = got.Lower, got.Upper, got.P
	return out, nil
}

type rateCell struct {
	Count      float64 `json:"count"`
	Population float64 `json:"pop"`
}

func runPanel(c Case) (any, error) {
	var in struct {
		Dataset string          `json:"dataset"`
		Outcome string          `json:"outcome"`
		Unit    json.RawMessage `json:"unit"`
		Time    json.RawMessage `json:"time"`
		Group   string          `json:"group"`
		G       int             `json:"g"`
		T       int             `json:"t"`
		Base    int             `json:"base_period"`
		Post    []float64       `json:"post"`
		Y       []float64       `json:"y"`
	}
	var params struct {
		Aggregation string `json:"aggregation"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.Dataset == "" {
		return runTwoWay(in.Unit, in.Time, in.Post, in.Y)
	}
	names := []string{"countyreal", "year", "first.treat", "lemp"}
	var unitName, timeName string
	if len(in.Unit) > 0 {
		if err := errorsOf(json.Unmarshal(in.Unit, &unitName), json.Unmarshal(in.Time, &timeName)); err != nil {
			return nil, err
		}
		names = []string{unitName, timeName, in.Group, in.Outcome}
	}
	data, _, err := readDataset(c, in.Dataset)
	if err != nil {
		return nil, err
	}
	panel := effect.Panel{Unit: data[names[0]]}
	var errTime, errFirst, errY error
	panel.Time, errTime = whole(data[names[1]])
	panel.First, errFirst = whole(data[names[2]])
	panel.Y, errY = numbers(data[names[3]])
	if err := errorsOf(errTime, errFirst, errY); err != nil {
		return nil, err
	}
	if params.Aggregation != "" {
		return aggregate(panel, params.Aggregation)
	}
	got, err := effect.GroupTime(panel, in.G, in.T, in.Base)
	if err != nil {
		return nil, err
	}
	return map[string]any{"att": got.Estimate, "se_analytic": got.SE, "published_att_4dp": decimals(got.Estimate, 4)}, nil
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// decimals rounds as a printed table does.
func decimals(v float64, n int) float64 {
	p := math.Pow10(n)
	return math.RoundToEven(v*p) / p
}

var keyOfAverage = regexp.MustCompile(`-?\d+`)

// aggregate reads "simple: …", "group 2004", "calendar 2005", "dynamic e=1"; without a number it is the overall average.
func aggregate(panel effect.Panel, kind string) (any, error) {
	cells, err := effect.GroupTimes(panel)
	if err != nil {
		return nil, err
	}
	over := effect.Over(regexp.MustCompile(`^\w+`).FindString(kind))
	key := keyOfAverage.FindString(kind)
	if over == effect.Simple || key == "" {
		att, err := effect.Overall(cells, over)
		return map[string]any{"att": att, "published_att_4dp": decimals(att, 4)}, err
	}
	averages, err := effect.Aggregate(cells, over)
	if err != nil {
		return nil, err
	}
	for _, a := range averages {
		if strconv.Itoa(a.Key) == key {
			return map[string]any{"att": a.Estimate, "published_att_4dp": decimals(a.Estimate, 4)}, nil
		}
	}
	return nil, fmt.Errorf("aggregation %q has no value %s", kind, key)
}

func runTwoWay(rawUnit, rawTime json.RawMessage, post, y []float64) (any, error) {
	var units []json.RawMessage
	var times []int
	if err := errorsOf(json.Unmarshal(rawUnit, &units), json.Unmarshal(rawTime, &times)); err != nil {
		return nil, err
	}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = string(u)
	}
	got, err := effect.TwoWayFixedEffects(names, times, post, y)
	if err != nil {
		return nil, err
	}
	return map[string]any{"coef": got.Estimate, "se_ols": got.SE, "se_cluster_hc0_noadjust": got.ClusterRaw,
		"se_cluster_hc1": got.Cluster, "n_clusters": got.Clusters, "t_df": got.Clusters - 1}, nil
}

func runSynthetic(c Case) (any, error) {
	var in struct {
		Dataset string             `json:"dataset"`
		Treated string             `json:"treated"`
		LastPre int                `json:"last_pre"`
		Weights map[string]float64 `json:"weights"`
		Rows    [][]float64        `json:"outcomes_rows_donors_then_treated"`
		Before  int                `json:"n_pre"`
	}
	var params struct {
		Method string `json:"method"`
		Pre    string `json:"pre"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	if in.Dataset == "" {
		last := len(in.Rows) - 1
		got, err := effect.SyntheticControl(effect.Donors{Treated: in.Rows[last], Donors: in.Rows[:last], Before: in.Before}, effect.SyntheticOptions{Placebos: true})
		if err != nil {
			return nil, err
		}
		return syntheticColumns(got), nil
	}
	table, err := readDonors(c, in.Dataset, in.Treated)
	if err != nil {
		return nil, err
	}
	if in.LastPre == 0 {
		_, end, _ := strings.Cut(params.Pre, "..")
		if in.LastPre, err = strconv.Atoi(end); err != nil {
			return nil, fmt.Errorf("pre %q", params.Pre)
		}
	}
	table.Before = sort.SearchInts(table.years, in.LastPre+1)
	return datasetSynthetic(table, params.Method, in.Weights)
}

func datasetSynthetic(table donorTable, method string, given map[string]float64) (any, error) {
	var o effect.SyntheticOptions
	kind, _, _ := strings.Cut(method, ":") // did, sc and sdid are the names in the program of Arkhangelsky et al.
	switch strings.TrimSpace(kind) {
	case "sc":
		o.Solver = effect.FrankWolfe
	case "did":
		got, err := effect.DiffInMeans(table.Donors)
		return map[string]any{"estimate": got.Estimate, "published": got.Estimate}, err
	case "sdid":
		got, err := effect.SyntheticDiD(table.Donors, effect.FrankWolfe)
		return map[string]any{"estimate": got.Estimate, "published": got.Estimate}, err
	}
	fit := func() (effect.Synthetic, error) { return effect.SyntheticControl(table.Donors, o) }
	if len(given) > 0 {
		weights := table.only(given)
		fit = func() (effect.Synthetic, error) { return effect.WithWeights(table.Donors, weights) }
	}
	got, err := fit()
	if err != nil {
		return nil, err
	}
	out := syntheticColumns(got)
	out["years"], out["ratio"], out["estimate"], out["published"] = table.years, got.Ratio, got.Effect, got.Effect
	named := map[string]float64{}
	for j, name := range table.names {
		if w := decimals(got.Weights[j], 6); w != 0 {
			named[name] = w
		}
	}
	out["weights"] = named
	for t, year := range table.years {
		out[fmt.Sprintf("gap_%d", year)] = got.Gap[t]
	}
	return out, nil
}

func syntheticColumns(got effect.Synthetic) map[string]any {
	ratios := []any{}
	for _, p := range got.Placebos {
		ratios = append(ratios, p.Ratio)
	}
	return map[string]any{"weights": got.Weights, "gap": got.Gap, "att": got.Effect, "rmspe_pre": got.RMSPEPre,
		"rmspe_post": got.RMSPEPost, "rmspe_ratio_all_units": append(ratios, got.Ratio), "placebo_rank_p": got.PlaceboP}
}

type donorTable struct {
	effect.Donors
	names []string
	years []int
}

// only keeps the donors that are given a weight, and gives their weights in the same order.
func (t *donorTable) only(given map[string]float64) []float64 {
	var names []string
	var rows [][]float64
	var weights []float64
	for j, name := range t.names {
		if w, ok := given[name]; ok {
			names, rows, weights = append(names, name), append(rows, t.Donors.Donors[j]), append(weights, w)
		}
	}
	t.names, t.Donors.Donors = names, rows
	return weights
}

// readDonors reads a long table of unit, year and value.
func readDonors(c Case, name, treated string) (donorTable, error) {
	data, header, err := readDataset(c, name)
	if err != nil {
		return donorTable{}, err
	}
	years, errYear := whole(data[header[1]])
	values, errValue := numbers(data[header[2]])
	if err := errorsOf(errYear, errValue); err != nil {
		return donorTable{}, err
	}
	cells := map[string]map[int]float64{}
	t := donorTable{}
	for i, unit := range data[header[0]] {
		if cells[unit] == nil {
			cells[unit] = map[int]float64{}
			if unit != treated {
				t.names = append(t.names, unit)
			}
		}
		cells[unit][years[i]] = values[i]
	}
	t.years = slices.Compact(slices.Sorted(slices.Values(years)))
	row := func(unit string) []float64 {
		out := make([]float64, len(t.years))
		for k, y := range t.years {
			v, ok := cells[unit][y]
			if !ok {
				v = math.NaN()
			}
			out[k] = v
		}
		return out
	}
	t.Treated = row(treated)
	for _, unit := range t.names {
		t.Donors.Donors = append(t.Donors.Donors, row(unit))
	}
	return t, nil
}
