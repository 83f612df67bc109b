package disclosure

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// reference is a table of the shared audit cases, with the pattern that a reference program or a naive rule made of it.
type reference struct {
	id        string
	table     Table
	threshold int64
	hidden    []bool
	safe      bool
}

// references reads the cases that lie with the reference runner.
func references(t testing.TB) []reference {
	t.Helper()
	raw, err := os.ReadFile("../reference/testdata/sdc_suppression_audit.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			ID    string `json:"id"`
			Input struct {
				Dims       []string         `json:"dims"`
				Cells      []map[string]any `json:"cells"`
				Members    [][]int          `json:"inner_members"`
				Inner      int              `json:"n_inner"`
				Suppressed []bool           `json:"suppressed"`
			} `json:"input"`
			Params struct {
				Threshold string `json:"threshold"`
			} `json:"params"`
			Expected struct {
				Safe bool `json:"safe"`
			} `json:"expected"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var out []reference
	for _, c := range file.Cases {
		last, err := strconv.ParseInt(regexp.MustCompile(`^1\.\.(\d+) `).FindStringSubmatch(c.Params.Threshold)[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		r := reference{id: c.ID, threshold: last + 1, hidden: c.Input.Suppressed, safe: c.Expected.Safe}
		for range c.Input.Cells {
			r.table.Cells = append(r.table.Cells, Cell{At: make([]int, len(c.Input.Dims))})
		}
		for d, name := range c.Input.Dims {
			r.table.Dimensions = append(r.table.Dimensions, dimensionOf(name, c.Input.Cells, c.Input.Members, c.Input.Inner, d, r.table.Cells))
		}
		for i, cell := range c.Input.Cells {
			r.table.Cells[i].Count = int64(cell["value"].(float64))
		}
		out = append(out, r)
	}
	return out
}

// dimensionOf finds the parts of a dimension from which inner counts its labels hold.
func dimensionOf(name string, cells []map[string]any, members [][]int, inner, d int, into []Cell) Dimension {
	var labels []string
	holds := map[string]map[int]bool{}
	for i, cell := range cells {
		l := fmt.Sprint(cell[name])
		if holds[l] == nil {
			labels = append(labels, l)
			holds[l] = map[int]bool{}
		}
		into[i].At[d] = slices.Index(labels, l)
		for _, j := range members[i] {
			holds[l][j] = true
		}
	}
	parts := map[string]int{}
	dim := Dimension{Name: name, Categories: make([][]int, len(labels))}
	for j := range inner {
		var in []string
		for _, l := range labels {
			if holds[l][j] {
				in = append(in, l)
			}
		}
		key := strings.Join(in, "|")
		if _, ok := parts[key]; ok {
			continue
		}
		parts[key] = dim.Parts
		for _, l := range in {
			k := slices.Index(labels, l)
			dim.Categories[k] = append(dim.Categories[k], dim.Parts)
		}
		dim.Parts++
	}
	return dim
}

// attack audits a pattern of a table: what can be found out of its cells, and of the small counts that totals leave over.
func attack(t testing.TB, table Table, hidden []bool, rule Rule) Report {
	t.Helper()
	whole, err := table.withRests()
	if err != nil {
		t.Fatal(err)
	}
	flat, err := whole.Flat()
	if err != nil {
		t.Fatal(err)
	}
	primary := make([]bool, len(whole.Cells))
	for i, c := range whole.Cells {
		reason, err := rule.Primary(Measure{Count: c.Count})
		if err != nil {
			t.Fatal(err)
		}
		primary[i] = reason.Primary() || c.Why.Primary()
		if i >= len(table.Cells) {
			hidden = append(slices.Clip(hidden), true)
		}
	}
	report, err := flat.Audit(hidden, primary, rule.Threshold)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func hiddenOf(p Protection) []bool {
	out := make([]bool, len(p.Cells))
	for i, c := range p.Cells {
		out[i] = c.Hidden
	}
	return out
}

func count(marks []bool) (n int) {
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}
