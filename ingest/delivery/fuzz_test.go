package delivery

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Whatever stands in the cells: what tidy rejects has a marked cell in its row, a workbook without faults is taken in whole
// but for rows that say one thing twice, and no cell is marked twice.
func FuzzFaults(f *testing.F) {
	c := catalogue(f)
	f.Add("drug_induced_deaths\tSE\t2022\t5\tdeaths\t\tA\tB\t\t\t\t\t\n")
	f.Add("drug_induced_deaths\tSE 1480\t2022-13\t5,5\tpersons\tx\t\t\tX\t1 2\tsäker\t9\t1\nx\ty\n")
	f.Add("purchased_share_addiction_care\tSE\t2022\t101\tpercent\tunreliable\tA\tB\tF\t15-64\tbreak\t-1\t200\n")
	names := []string{"indicator", "area", "period", "value", "unit", "missing", "source", "citation", "sex", "age", "flags", "lower", "upper"}
	f.Fuzz(func(t *testing.T, text string) {
		w := &Workbook{Name: "f.xlsx", Sheet: figuresSheet, catalogue: c, names: names}
		for i := range names {
			w.at = append(w.at, i)
		}
		for line := range strings.SplitSeq(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""), "\n") {
			x := row{number: len(w.rows) + firstRow, texts: make([]string, len(names))}
			for i, cell := range strings.SplitN(line, "\t", len(names)) {
				x.texts[i] = strings.Join(strings.Fields(cell), " ")
			}
			if strings.Join(x.texts, "") != "" && len(w.rows) < 20 {
				w.decode(&x)
				w.rows = append(w.rows, x)
			}
		}
		if len(w.rows) == 0 {
			return
		}
		r, err := w.Batches()
		if err != nil {
			t.Fatal(err)
		}
		b, rejects, err := r.Next()
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if b.Len()+len(rejects) != len(w.rows) {
			t.Fatalf("%d kept, %d rejected of %d", b.Len(), len(rejects), len(w.rows))
		}
		faults, err := w.Faults()
		if err != nil {
			t.Fatal(err)
		}
		inRow, inCell := map[int]bool{}, map[string]bool{}
		for _, x := range faults {
			if inCell[x.Cell] || x.Swedish() == "" {
				t.Errorf("%s is marked twice, or without a word", x.Cell)
			}
			inCell[x.Cell] = true
			if x.Reason != ReasonDuplicate {
				inRow[x.Line] = true
			}
		}
		for _, x := range rejects {
			if !inRow[x.Line] {
				t.Errorf("row %d is rejected and not marked: %s", x.Line, x.Detail)
			}
			delete(inRow, x.Line)
		}
		if len(inRow) > 0 {
			t.Errorf("rows are marked that can be taken in: %v", inRow)
		}
	})
}
