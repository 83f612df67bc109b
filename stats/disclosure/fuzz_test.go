package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"utfall/stats"
)

// FuzzProtect: whatever comes, there is a pattern or a typed error, and a pattern that is given is safe.
func FuzzProtect(f *testing.F) {
	f.Add([]byte{2, 3, 1, 9, 0, 40, 2, 43, 7, 7, 1, 0, 255, 128})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4 || len(data) > 60 {
			return
		}
		var table Table
		for d := range int(data[0]%3) + 1 {
			dim := Dimension{Name: fmt.Sprint(d), Parts: int(data[1]>>d) % 5}
			for c := range int(data[2]>>d)%6 + 1 {
				var cat []int
				for p := range dim.Parts + 1 {
					if (int(data[3])+c*7)>>p&1 == 1 {
						cat = append(cat, p)
					}
				}
				dim.Categories = append(dim.Categories, cat)
			}
			table.Dimensions = append(table.Dimensions, dim)
		}
		for i, b := range data[4:] {
			c := Cell{Count: int64(int8(b)), Status: Status(b >> 6 % 3)}
			for d := range table.Dimensions {
				c.At = append(c.At, (i>>d+int(b))%len(table.Dimensions[d].Categories))
			}
			if slices.ContainsFunc(table.Cells, func(o Cell) bool { return slices.Equal(o.At, c.At) }) && b%4 > 0 {
				continue
			}
			table.Cells = append(table.Cells, c)
		}
		p, err := Protect(table, Rule{Threshold: 5})
		if err != nil {
			if stats.ReasonOf(err) == "" {
				t.Fatalf("untyped: %v", err)
			}
			return
		}
		for i, c := range table.Cells {
			if c.Status == Open && c.Count > 0 && c.Count < 5 && !p.Cells[i].Hidden {
				t.Fatalf("cell %d is %d and shown", i, c.Count)
			}
		}
	})
}

// FuzzBounds: no panic, and what is given as possible is a range.
func FuzzBounds(f *testing.F) {
	f.Add([]byte{4, 61, 61, 15, 30, 30, 1, 20, 20, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4 || len(data) > 40 {
			return
		}
		s := System{Unknowns: int(data[0] % 7)}
		set := func(bits byte) (out []int) {
			for j := range 7 {
				if bits>>j&1 == 1 {
					out = append(out, j)
				}
			}
			return out
		}
		for i := 1; i+2 < len(data); i += 3 {
			s.Known = append(s.Known, Known{Sum: set(data[i+2]), Low: int64(int8(data[i])), High: int64(int8(data[i+1]))})
		}
		r, err := s.Bounds([][]int{set(data[0] >> 1), set(data[1])})
		if err != nil {
			if stats.ReasonOf(err) == "" {
				t.Fatalf("untyped: %v", err)
			}
			return
		}
		for _, x := range r {
			if x.Low < 0 || x.Low > x.High || x.RealLow > float64(x.Low)+1e-6 || x.High != NoLimit && x.RealHigh < float64(x.High)-1e-6 {
				t.Fatalf("%+v", x)
			}
		}
	})
}
