package disclosure

import (
	"math/rand/v2"
	"testing"
	"time"
)

// sweden makes a table of the shape that a national delivery has: 290 municipalities in 21 regions in the country, 2 sexes
// and 10 ages, with all totals. Counts are as skewed as they are: many small municipalities.
func sweden(seed uint64) Table {
	r := rand.New(rand.NewPCG(seed, 1))
	const municipalities, regions, sexes, ages = 290, 21, 2, 10
	area := Dimension{Name: "area", Parts: municipalities}
	region := make([][]int, regions)
	var all []int
	for m := range municipalities {
		area.Categories = append(area.Categories, []int{m})
		region[m*regions/municipalities] = append(region[m*regions/municipalities], m)
		all = append(all, m)
	}
	area.Categories = append(append(area.Categories, region...), all)
	split := func(name string, n int) Dimension {
		d := Dimension{Name: name, Parts: n}
		var all []int
		for p := range n {
			d.Categories = append(d.Categories, []int{p})
			all = append(all, p)
		}
		d.Categories = append(d.Categories, all)
		return d
	}
	t := Table{Dimensions: []Dimension{area, split("sex", sexes), split("age", ages)}}
	inner := make([]int64, t.inner())
	for m := range municipalities {
		size := 0.2 + 30*float64(r.IntN(100)*r.IntN(100)*r.IntN(100))/1e6
		for j := range sexes * ages {
			inner[m*sexes*ages+j] = int64(r.ExpFloat64() * size * 4)
		}
	}
	for a := range area.Categories {
		for s := range sexes + 1 {
			for g := range ages + 1 {
				c := Cell{At: []int{a, s, g}}
				for _, j := range t.members(c.At) {
					c.Count += inner[j]
				}
				t.Cells = append(t.Cells, c)
			}
		}
	}
	return t
}

// BenchmarkProtect protects a national table and, as the baseline, goes once through the same cells with the primary rule
// alone. ratio is how many such passes the whole protection takes; 2 s is the aim.
func BenchmarkProtect(b *testing.B) {
	t := sweden(1)
	rule := Rule{Threshold: 5}
	for b.Loop() {
		started := time.Now()
		p, err := Protect(t, rule)
		if err != nil {
			b.Fatal(err)
		}
		ours := time.Since(started)
		started = time.Now()
		primary := 0
		for _, c := range t.Cells {
			why, err := rule.Primary(Measure{Count: c.Count})
			if err != nil {
				b.Fatal(err)
			}
			if why.Primary() {
				primary++
			}
		}
		alone := time.Since(started)
		hidden := count(hiddenOf(p))
		b.Logf("%d cells: %d small ones, %d hidden in %.2f s", len(t.Cells), primary, hidden, ours.Seconds())
		b.ReportMetric(ours.Seconds()/alone.Seconds(), "ratio")
		b.ReportMetric(ours.Seconds(), "seconds")
		b.ReportMetric(float64(primary)/float64(len(t.Cells)), "small-share")
		b.ReportMetric(float64(hidden)/float64(len(t.Cells)), "hidden-share")
	}
}
