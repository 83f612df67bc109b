package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

var tidyHeader = []string{"indicator", "variant", "area", "period", "sex", "age", "value", "unit", "missing", "symbol", "flags", "source", "citation", "url", "note"}

// files gives every file of the collection by its name below the target folder.
func (r *result) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	for id, editions := range r.editions {
		for k, rows := range editions {
			name := "figures/" + id + ".csv"
			if k < len(editions)-1 {
				name = fmt.Sprintf("figures/%s@%d.csv", id, k+1)
			}
			table := [][]string{tidyHeader}
			for _, c := range rows {
				table = append(table, []string{c.indicator, c.variant, c.area, c.period, c.sex, c.age, c.value, c.unit,
					c.missing, c.symbol, c.flags, c.source, c.citation, c.url, c.note})
			}
			b, err := csvBytes(table)
			if err != nil {
				return nil, err
			}
			out[name] = b
		}
	}
	table := [][]string{{"line", "indicator", "area", "period", "value", "unit", "status", "source", "reason"}}
	for _, o := range r.out {
		table = append(table, []string{strconv.Itoa(o.line), o.indicator, o.area, o.period, o.value, o.unit, o.status, o.org, o.reason})
	}
	b, err := csvBytes(table)
	out["left_out.csv"] = b
	return out, err
}

func csvBytes(table [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(table); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// write puts the collection in place and takes away files that no rule makes any more.
func (r *result) write(dir string) error {
	files, err := r.files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "figures"), 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "figures", "*.csv"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := files["figures/"+filepath.Base(path)]; !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (r *result) summary() string {
	reasons := map[string]int{}
	for _, o := range r.out {
		reasons[o.reason]++
	}
	s := fmt.Sprintf("%d rows read: %d carried over, %d repeat one of these, %d left out, %d indicators", r.read, r.kept, r.collapsed, len(r.out), len(r.editions))
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		s += fmt.Sprintf("\n  %4d  %s", reasons[why], why)
	}
	return s
}
