package jsonstat

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// FuzzOpen: whatever comes, there is either an *decode.Error or exactly as many rows as the sizes tell, each with one
// known code per dimension and a finite value.
func FuzzOpen(f *testing.F) {
	for _, text := range []string{
		two(`"value":[1,2.50,null,-4e2]`), two(`"value":{"3":4,"0":1,"2":3},"status":{"1":"p"}`), two(`"value":["a","2",null,""],"status":["a"]`),
		two(`"value":[1,2,3,4],"status":{"value":["p",null],"category":{"label":{"p":"x"}}}`), two(`"value":[]`),
		two(`"value":[0.` + strings.Repeat("0", 400) + `1,2,3,4]`),
		`{"a":` + one + `,"b":` + other + `}`, `{"class":"collection","link":{"item":[` + one + `]}}`,
		`{"dataset":{"dimension":{"id":["A"],"size":["2"],"role":{"time":["A"]},"A":{"category":{"index":{"x":"1","y":"0"},"unit":{"x":{"base":"n"}},"child":{"x":["y"]}}}},"value":[1,2]}}`,
		`{"error":[{"status":404}]}`, `{"warning":{"status":413}}`, `<html>`, "\x1f\x8b",
	} {
		f.Add(text)
	}
	limits := decode.Limits{MaxCells: 10_000, MaxCategories: 1000, MaxDimensions: 8, MaxDepth: 20, MaxFieldBytes: 2000}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := OpenDataset(strings.NewReader(text), limits, Select{Number: len(text) % 3})
		if err != nil {
			var e *decode.Error
			if !errors.As(err, &e) || e.Format != format || len(err.Error()) > 4000 {
				t.Fatalf("%v", err)
			}
			return
		}
		total := int64(1)
		known := make([]map[string]bool, len(r.Dimensions()))
		for i, d := range r.Dimensions() {
			total *= int64(len(d.Categories))
			known[i] = map[string]bool{}
			for _, c := range d.Categories {
				if known[i][c.Code] {
					t.Fatalf("code %q twice in %s", c.Code, d.ID)
				}
				known[i][c.Code] = true
			}
		}
		if r.Meta().MetadataOnly {
			total = 0
		}
		seen := map[string]bool{}
		var row decode.Row
		for n := int64(0); ; n++ {
			err := r.Next(&row)
			if errors.Is(err, io.EOF) {
				if n != total {
					t.Fatalf("%d rows, want %d", n, total)
				}
				return
			}
			if err != nil || n >= total {
				t.Fatalf("row %d of %d: %v", n, total, err)
			}
			if math.IsNaN(row.Value) || math.IsInf(row.Value, 0) || !row.Has && row.Value != 0 {
				t.Fatalf("%+v", row)
			}
			for i, code := range row.Codes {
				if !known[i][code] {
					t.Fatalf("unknown code %q", code)
				}
			}
			key := strings.Join(row.Codes, "\x01")
			if seen[key] && len(row.Codes) == 1 {
				t.Fatalf("cell %q twice", row.Codes)
			}
			seen[key] = true
		}
	})
}
