package disclosure

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"utfall/stats"
)

// randomTable draws a table of one to three dimensions: parts, a total, perhaps groups of parts that nest or overlap,
// perhaps with combinations that were not delivered, and many zeros and small counts.
func randomTable(t *rapid.T) Table {
	var table Table
	for d := range rapid.IntRange(1, 3).Draw(t, "dimensions") {
		dim := Dimension{Name: fmt.Sprint(d), Parts: rapid.IntRange(1, 4).Draw(t, "parts")}
		var all []int
		for p := range dim.Parts {
			if rapid.IntRange(0, 9).Draw(t, "part") > 0 {
				dim.Categories = append(dim.Categories, []int{p})
			}
			all = append(all, p)
		}
		for range rapid.IntRange(0, 2).Draw(t, "groups") {
			var group []int
			for p := range dim.Parts {
				if rapid.Bool().Draw(t, "in group") {
					group = append(group, p)
				}
			}
			if len(group) > 0 && !slices.ContainsFunc(dim.Categories, func(c []int) bool { return slices.Equal(c, group) }) {
				dim.Categories = append(dim.Categories, group)
			}
		}
		if !slices.ContainsFunc(dim.Categories, func(c []int) bool { return slices.Equal(c, all) }) && (len(dim.Categories) == 0 || rapid.IntRange(0, 9).Draw(t, "total") > 0) {
			dim.Categories = append(dim.Categories, all)
		}
		table.Dimensions = append(table.Dimensions, dim)
	}
	inner := make([]int64, table.inner())
	size := rapid.SampledFrom([]int64{3, 8, 30}).Draw(t, "size")
	for j := range inner {
		if rapid.IntRange(0, 4).Draw(t, "zero") > 0 {
			inner[j] = rapid.Int64Range(0, size).Draw(t, "count")
		}
	}
	whole := rapid.Bool().Draw(t, "whole")
	at := make([]int, len(table.Dimensions))
	var fill func(d int)
	fill = func(d int) {
		if d < len(at) {
			for at[d] = range table.Dimensions[d].Categories {
				fill(d + 1)
			}
			return
		}
		if !whole && rapid.IntRange(0, 9).Draw(t, "delivered") == 0 {
			return
		}
		c := Cell{At: slices.Clone(at)}
		for _, j := range table.members(at) {
			c.Count += inner[j]
		}
		table.Cells = append(table.Cells, c)
	}
	fill(0)
	return table
}

// Of thousands of random tables no small count can be narrowed below the threshold, no hidden cell computed, and nothing
// guessed by who knows that zeros are shown. What checks is the attacker's linear programme, which shares nothing with the
// moves that the protection is made of.
func TestNothingHiddenIsRecoverable(t *testing.T) {
	for round := range 20 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				table := randomTable(t)
				rule := Rule{Threshold: rapid.SampledFrom([]int64{3, 5}).Draw(t, "threshold")}
				p, err := Protect(table, rule)
				if err != nil {
					t.Fatal(err)
				}
				checkSafe(t, table, p, rule)
			})
		})
	}
}

func checkSafe(t *rapid.T, table Table, p Protection, rule Rule) {
	whole, err := table.withRests()
	if err != nil {
		t.Fatal(err)
	}
	flat, err := whole.Flat()
	if err != nil {
		t.Fatal(err)
	}
	hidden, primary := hiddenOf(p), make([]bool, len(flat.Cells))
	zero := false
	for i, c := range whole.Cells {
		why, err := rule.Primary(Measure{Count: c.Count})
		if err != nil {
			t.Fatal(err)
		}
		primary[i] = why.Primary()
		if i < len(table.Cells) {
			if primary[i] && !hidden[i] {
				t.Fatalf("cell %d is %d and shown", i, c.Count)
			}
			zero = zero || hidden[i] && c.Count == 0
		} else {
			hidden = append(hidden, true)
		}
	}
	report, err := flat.Audit(hidden, primary, rule.Threshold)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Sound() {
		t.Fatalf("computed back %v, too narrow %v: %+v", report.Undone, report.Narrow, p)
	}
	for _, i := range report.Exact {
		if i < len(table.Cells) {
			t.Fatalf("cell %d is hidden and can be computed: %+v", i, p)
		}
	}
	if zero {
		return
	}
	// A rest that is never shown may be zero: only cells of the table are known to be above.
	for i := range whole.Cells[len(table.Cells):] {
		hidden[len(table.Cells)+i] = false
	}
	shown := Flat{Inner: flat.Inner, Cells: flat.Cells[:len(table.Cells)]}
	guessed, err := shown.Guessed(hidden[:len(table.Cells)], primary[:len(table.Cells)])
	if err != nil {
		t.Fatal(err)
	}
	if len(guessed) > 0 {
		t.Fatalf("cells %v can be computed by who knows that zeros are shown: %+v", guessed, p)
	}
}

// The same table gives the same pattern.
func TestProtectIsDeterministic(t *testing.T) {
	for _, r := range references(t) {
		first, err := Protect(r.table, Rule{Threshold: r.threshold})
		if err != nil {
			t.Fatal(err)
		}
		second, err := Protect(r.table, Rule{Threshold: r.threshold})
		if err != nil || !reflect.DeepEqual(first, second) {
			t.Errorf("%s: twice the same table, two patterns (%v)", r.id, err)
		}
	}
}

func TestProtectRefuses(t *testing.T) {
	sex := Dimension{Name: "sex", Parts: 2, Categories: [][]int{{0}, {1}, {0, 1}}}
	cells := func(counts ...int64) []Cell {
		var out []Cell
		for i, n := range counts {
			out = append(out, Cell{At: []int{i}, Count: n})
		}
		return out
	}
	for name, c := range map[string]struct {
		table  Table
		rule   Rule
		reason stats.Reason
	}{
		"a negative count":               {Table{[]Dimension{sex}, cells(3, -1)}, DefaultRule(), stats.NegativeCount},
		"parts above their total":        {Table{[]Dimension{sex}, cells(30, 10, 35)}, DefaultRule(), stats.NotDefined},
		"parts below their total":        {Table{[]Dimension{sex}, cells(30, 10, 45)}, DefaultRule(), stats.NotDefined},
		"a part above its total":         {Table{[]Dimension{sex}, []Cell{{At: []int{0}, Count: 9}, {At: []int{2}, Count: 8}}}, DefaultRule(), stats.NotDefined},
		"two cells at one place":         {Table{[]Dimension{sex}, append(cells(30, 10), cells(30)...)}, DefaultRule(), stats.Unordered},
		"a cell of other dimensions":     {Table{[]Dimension{sex}, []Cell{{At: []int{0, 0}}}}, DefaultRule(), stats.UnequalLengths},
		"a category that is not there":   {Table{[]Dimension{sex}, []Cell{{At: []int{3}}}}, DefaultRule(), stats.OutOfRange},
		"an empty category":              {Table{[]Dimension{{Name: "x", Parts: 1, Categories: [][]int{{}}}}, nil}, DefaultRule(), stats.OutOfRange},
		"a part that is not there":       {Table{[]Dimension{{Name: "x", Parts: 1, Categories: [][]int{{1}}}}, nil}, DefaultRule(), stats.OutOfRange},
		"a dimension without parts":      {Table{[]Dimension{{Name: "x"}}, nil}, DefaultRule(), stats.OutOfRange},
		"a threshold without sense":      {Table{[]Dimension{sex}, cells(3)}, Rule{}, stats.OutOfRange},
		"more combinations than can be":  {Table{[]Dimension{{Name: "x", Parts: 1 << 12}, {Name: "y", Parts: 1 << 12}}, nil}, DefaultRule(), stats.OutOfRange},
		"a count too large to work with": {Table{[]Dimension{sex}, cells(1 << 41)}, DefaultRule(), stats.OutOfRange},
	} {
		if _, err := Protect(c.table, c.rule); stats.ReasonOf(err) != c.reason {
			t.Errorf("%s: got %v, want %s", name, err, c.reason)
		}
	}
}

// What is public already is not hidden, and where it gives a small count away the protection says so.
func TestPublicCellsStay(t *testing.T) {
	sex := Dimension{Name: "sex", Parts: 2, Categories: [][]int{{0}, {1}, {0, 1}}}
	table := Table{[]Dimension{sex}, []Cell{{At: []int{0}, Count: 3}, {At: []int{1}, Count: 40, Status: Public}, {At: []int{2}, Count: 43}}}
	p, err := Protect(table, DefaultRule())
	if err != nil || !p.Cells[0].Hidden || p.Cells[1].Hidden || !p.Cells[2].Hidden || p.Cells[2].Why != Complement || len(p.Exposed) > 0 {
		t.Errorf("the total must go with the small count: %+v %v", p, err)
	}
	table.Cells[2].Status = Public
	if p, err = Protect(table, DefaultRule()); err != nil || !slices.Equal(p.Exposed, []int{0}) {
		t.Errorf("the total and the other part are known: %+v %v", p, err)
	}
}
