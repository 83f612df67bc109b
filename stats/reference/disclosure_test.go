package reference

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"

	"utfall/stats/disclosure"
)

// disclosureMethods turns the cases of disclosure control into calls of stats/disclosure.
var disclosureMethods = map[string]func(c Case) (any, error){
	"sdc_suppression_audit": runAudit,
	"sdc_differencing":      runDifferencing,
	"sdc_rounding":          runRounding,
}

// thresholdWords is how these files write a rule: counts of 1 to a number are hidden, zeros are shown.
var thresholdWords = regexp.MustCompile(`^1\.\.(\d+) suppressed, zeros shown$`)

func runAudit(c Case) (any, error) {
	var in struct {
		Cells []struct {
			Value int64 `json:"value"`
		} `json:"cells"`
		Members    [][]int `json:"inner_members"`
		Inner      int     `json:"n_inner"`
		Suppressed []bool  `json:"suppressed"`
	}
	var params struct {
		Threshold string `json:"threshold"`
	}
	if err := decodeCase(c, &in, &params); err != nil {
		return nil, err
	}
	words := thresholdWords.FindStringSubmatch(params.Threshold)
	if words == nil || len(in.Members) != len(in.Cells) {
		return nil, fmt.Errorf("threshold %q, %d cells with %d lists of members", params.Threshold, len(in.Cells), len(in.Members))
	}
	last, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return nil, err
	}
	rule := disclosure.Rule{Threshold: last + 1}
	table, primary := disclosure.Flat{Inner: in.Inner}, make([]bool, len(in.Cells))
	for i, cell := range in.Cells {
		table.Cells = append(table.Cells, disclosure.Total{Members: in.Members[i], Value: cell.Value})
		reason, err := rule.Primary(disclosure.Measure{Count: cell.Value})
		if err != nil {
			return nil, err
		}
		primary[i] = reason.Primary()
	}
	report, err := table.Audit(in.Suppressed, primary, rule.Threshold)
	if err != nil {
		return nil, err
	}
	suppressed := []map[string]any{}
	for i, hidden := range in.Suppressed {
		if r := report.Ranges[i]; hidden {
			suppressed = append(suppressed, map[string]any{"cell": i, "lo": r.Low, "hi": upper(r.High), "lp_lo": r.RealLow, "lp_hi": infinite(r.RealHigh)})
		}
	}
	return map[string]any{"primary": primary, "suppressed_cells": suppressed, "exactly_disclosed_cells": report.Exact,
		"primary_exactly_disclosed": report.Undone, "safe": report.Safe()}, nil
}

// upper writes an upper end that is not known as these files write infinity.
func upper(v int64) any {
	if v == disclosure.NoLimit {
		return "Inf"
	}
	return v
}

func infinite(v float64) any {
	if math.IsInf(v, 1) {
		return "Inf"
	}
	return v
}

// maxSmall is the largest count that the file on differences calls disclosive when it is known.
const maxSmall = 4

func runDifferencing(c Case) (any, error) {
	var in struct {
		Unknowns  int `json:"n_unknown"`
		Published []struct {
			Sum   []int `json:"sum_of"`
			Value int64 `json:"value"`
		} `json:"published"`
		Targets [][]int `json:"targets"`
	}
	if err := decodeCase(c, &in, nil); err != nil {
		return nil, err
	}
	s := disclosure.System{Unknowns: in.Unknowns}
	for _, p := range in.Published {
		s.Known = append(s.Known, disclosure.Exactly(p.Value, p.Sum...))
	}
	ranges, err := s.Bounds(in.Targets)
	if err != nil {
		return nil, err
	}
	targets, disclosive := []map[string]any{}, []int{}
	for i, r := range ranges {
		targets = append(targets, map[string]any{"target": in.Targets[i], "lo": r.Low, "hi": upper(r.High), "exact": r.Exact()})
		if r.Exact() && r.Low >= 1 && r.Low <= maxSmall {
			disclosive = append(disclosive, i)
		}
	}
	return map[string]any{"targets": targets, "disclosive": disclosive}, nil
}

func runRounding(c Case) (any, error) {
	var in struct {
		Count *int64           `json:"count"`
		Dims  []string         `json:"dims"`
		Inner []map[string]any `json:"inner"`
		Base  int64            `json:"base"`
	}
	if err := decodeCase(c, &in, nil); err != nil {
		return nil, err
	}
	if in.Count == nil {
		return roundTable(c, in.Dims, in.Inner, in.Base)
	}
	out := map[string]any{}
	for name, way := range map[string]disclosure.Rounding{"nearest5": disclosure.NearestFive(), "nearest10": disclosure.NearestTen(),
		"hesa": disclosure.HESA(), "midpoint6": disclosure.MidpointSix()} {
		v, err := way.Round(*in.Count)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

// roundTable checks the properties that the file asks for, of our rounding and of the reference's: which small count goes
// up and which goes down is each algorithm's own choice. What has the properties is given back as the case expects it;
// what has not is given as it is, and differs.
func roundTable(c Case, dims []string, inner []map[string]any, base int64) (any, error) {
	var want struct {
		Rounded []int64          `json:"rounded_inner"`
		Publish []map[string]any `json:"publish"`
		Most    int64            `json:"max_abs_difference"`
	}
	if err := json.Unmarshal(c.Expected, &want); err != nil {
		return nil, err
	}
	counts := make([]int64, len(inner))
	for j, cell := range inner {
		n, ok := cell["count"].(float64)
		if !ok {
			return nil, fmt.Errorf("inner cell %d has no count", j)
		}
		counts[j] = int64(n)
	}
	table := disclosure.Flat{Inner: len(inner)}
	for i, p := range want.Publish {
		members, err := membersOf(dims, inner, counts, want.Publish, p)
		if err != nil {
			return nil, fmt.Errorf("total %d: %w", i, err)
		}
		table.Cells = append(table.Cells, disclosure.Total{Members: members, Value: int64(p["original"].(float64))})
	}
	ours, err := table.Additive(counts, base)
	if err != nil {
		return nil, err
	}
	most, err := farthest(table, counts, ours, base)
	if err != nil {
		return nil, fmt.Errorf("ours: %w", err)
	}
	theirs, err := farthest(table, counts, want.Rounded, base)
	if err != nil {
		return nil, fmt.Errorf("the reference's: %w", err)
	}
	if most > want.Most {
		return map[string]any{"max_abs_difference": most}, nil
	}
	totals := make([]map[string]any, len(want.Publish))
	for i, p := range want.Publish {
		totals[i] = map[string]any{"original": sumOf(counts, table.Cells[i].Members), "rounded": sumOf(want.Rounded, table.Cells[i].Members)}
		for _, d := range dims {
			totals[i][d] = p[d]
		}
	}
	return map[string]any{"rounded_inner": want.Rounded, "publish": totals, "max_abs_difference": theirs}, nil
}

// farthest checks that small counts became 0 or the base and that others did not change, and gives the greatest difference
// of a total.
func farthest(table disclosure.Flat, counts, rounded []int64, base int64) (most int64, err error) {
	for j, n := range counts {
		small := n > 0 && n < base
		if r := rounded[j]; small && r != 0 && r != base || !small && r != n {
			return 0, fmt.Errorf("inner count %d became %d", n, r)
		}
	}
	for _, t := range table.Cells {
		d := sumOf(rounded, t.Members) - sumOf(counts, t.Members)
		most = max(most, d, -d)
	}
	return most, nil
}

func sumOf(counts []int64, members []int) (sum int64) {
	for _, j := range members {
		sum += counts[j]
	}
	return sum
}

// total is the label of a margin in these files.
const total = "Total"

// membersOf finds the inner counts that a published total adds up. A label that no inner cell has is a group of such
// labels; which ones is found from the true totals of all its rows, as the file does not say it.
func membersOf(dims []string, inner []map[string]any, counts []int64, rows []map[string]any, row map[string]any) ([]int, error) {
	groups := map[string][]any{}
	for _, d := range dims {
		if row[d] == total || hasLabel(inner, d, row[d]) {
			continue
		}
		labels, err := groupOf(dims, inner, counts, rows, d, row[d])
		if err != nil {
			return nil, err
		}
		groups[d] = labels
	}
	return matching(dims, inner, groups, row), nil
}

func hasLabel(inner []map[string]any, dim string, label any) bool {
	for _, cell := range inner {
		if cell[dim] == label {
			return true
		}
	}
	return false
}

func matching(dims []string, inner []map[string]any, groups map[string][]any, row map[string]any) (out []int) {
	for j, cell := range inner {
		in := true
		for _, d := range dims {
			label := false
			for _, l := range append([]any{row[d]}, groups[d]...) {
				label = label || l == total || l == cell[d]
			}
			in = in && label
		}
		if in {
			out = append(out, j)
		}
	}
	return out
}

// groupOf tries every set of labels of a dimension, smallest first in the order of binary numbers, until one gives all
// true totals of the group.
func groupOf(dims []string, inner []map[string]any, counts []int64, rows []map[string]any, dim string, group any) ([]any, error) {
	var labels []any
	for _, cell := range inner {
		seen := false
		for _, l := range labels {
			seen = seen || l == cell[dim]
		}
		if !seen {
			labels = append(labels, cell[dim])
		}
	}
	if len(labels) > 20 {
		return nil, fmt.Errorf("%v groups some of %d labels", group, len(labels))
	}
	for set := 1; set < 1<<len(labels); set++ {
		var chosen []any
		for i, l := range labels {
			if set>>i&1 == 1 {
				chosen = append(chosen, l)
			}
		}
		fits := true
		for _, row := range rows {
			if row[dim] != group {
				continue
			}
			others := true // rows that are groups in another dimension too say nothing of this one alone
			for _, d := range dims {
				others = others && (d == dim || row[d] == total || hasLabel(inner, d, row[d]))
			}
			fits = fits && (!others || float64(sumOf(counts, matching(dims, inner, map[string][]any{dim: chosen}, row))) == row["original"])
		}
		if fits {
			return chosen, nil
		}
	}
	return nil, fmt.Errorf("no set of labels adds up to %v", group)
}
