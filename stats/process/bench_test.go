package process

import (
	"testing"
	"time"
)

// The aim: 5 years of weekly counts for 290 areas in under a second. The baseline beside it is the same
// model fitted once, with eight steps, by a dense QR decomposition: what a general regression would cost.
func BenchmarkFarrington290Areas(b *testing.B) {
	const areas, weeks = 290, 5*52 + 4
	counts := make([][]float64, areas)
	for i := range counts {
		counts[i] = weekly(uint64(i), weeks, 1+float64(i%30), 0.02, 1.3)
	}
	one := make([]float64, weeks)
	for i := range one {
		one[i] = 1
	}
	for _, c := range []struct {
		name string
		o    FarringtonOptions
		at   []int
	}{
		{"classic/this_week", Classic(52, 4, 3), []int{weeks - 1}},
		{"classic/last_year", Classic(52, 3, 3), lastYear(weeks)},
		{"flexible/this_week", Flexible(52, 4, 3), []int{weeks - 1}},
		{"flexible/last_year", Flexible(52, 3, 3), lastYear(weeks)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				for _, y := range counts {
					if _, err := Farrington(y, c.at, c.o); err != nil {
						b.Fatal(err)
					}
				}
			}
			perRun := b.Elapsed().Seconds() / float64(b.N)
			start := time.Now()
			const sample = 20
			for i := range sample {
				denseFit(counts[i], one, c.o.references(c.at[len(c.at)-1]), c.o.Seasons)
			}
			dense := time.Since(start).Seconds() / sample * float64(areas*len(c.at))
			b.ReportMetric(perRun, "s/290areas")
			b.ReportMetric(dense/perRun, "x_faster_than_dense_fit")
			b.ReportMetric(1/perRun, "times_under_1s_aim")
		})
	}
}
