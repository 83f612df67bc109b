package protect

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"utfall/schema"
	"utfall/stats/disclosure"
)

// BenchmarkApply protects a year of a national delivery: every municipality and region and the country, both sexes and ten
// ages, with all totals. The baseline is one pass of the primary rule over the same cells; ratio is how many such passes
// the protection takes.
func BenchmarkApply(b *testing.B) {
	c, err := schema.Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		delivery := batch(b, national(c)...)
		started := time.Now()
		report, err := Apply(Input{Catalogue: c, Dataset: "own", Batches: []*schema.Batch{delivery}})
		if err != nil {
			b.Fatal(err)
		}
		ours := time.Since(started)
		started = time.Now()
		for _, v := range delivery.Value {
			if _, err := disclosure.DefaultRule().Primary(disclosure.Measure{Count: int64(v)}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(ours.Seconds()/time.Since(started).Seconds(), "ratio")
		b.ReportMetric(ours.Seconds(), "seconds")
		b.Logf("%d cells in %.2f s, hidden: %v", report.Cells, ours.Seconds(), report.Hidden)
	}
}

// national writes the delivery's lines; totals are the sums of their parts.
func national(c *schema.Catalogue) (lines []string) {
	r := rand.New(rand.NewPCG(7, 7))
	sums := map[[3]string]int{}
	var order [][3]string
	add := func(k [3]string, n int) {
		if _, ok := sums[k]; !ok {
			order = append(order, k)
		}
		sums[k] += n
	}
	for _, region := range c.Areas.Children("SE") {
		for _, m := range c.Areas.Children(region.Code) {
			size := 1 + r.IntN(40)
			for _, sex := range []string{"F", "M"} {
				for age := 15; age < 65; age += 5 {
					n := int(r.ExpFloat64() * float64(size))
					for _, area := range []string{m.Code, region.Code, "SE"} {
						for _, s := range []string{sex, "T"} {
							for _, a := range []string{fmt.Sprintf("%d-%d", age, age+4), "TOT"} {
								add([3]string{area, s, a}, n)
							}
						}
					}
				}
			}
		}
	}
	for _, k := range order {
		lines = append(lines, fmt.Sprintf("drug_induced_deaths %s 2022 %s %s %d", k[0], k[1], k[2], sums[k]))
	}
	return lines
}
