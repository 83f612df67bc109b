package stats

import (
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// rateInput makes counts as municipalities have them, most of them small, with their populations.
func rateInput(n int) (events, people []float64) {
	r := rand.New(rand.NewPCG(290, 21))
	for range n {
		size := 2500 * float64(1+r.IntN(200))
		events = append(events, distuv.Poisson{Lambda: size * 8e-5, Src: r}.Rand())
		people = append(people, size)
	}
	return events, people
}

// BenchmarkRateLimits prints how many rates a second get their limits on one core, and that speed over the speed of the
// bare calls of gonum's quantiles that the same limits take: two of χ² under 10 events, one of the normal from 10. Above
// 1 the limits come sooner than the quantiles themselves, since those of small counts and usual levels are kept.
func BenchmarkRateLimits(b *testing.B) {
	const n = 200_000
	events, people := rateInput(n)
	for _, level := range []struct {
		name  string
		value float64
	}{{"level95", Level95}, {"level998", Level998}, {"level99", 0.99}} {
		b.Run(level.name, func(b *testing.B) {
			var ours, bare time.Duration
			sum := 0.0
			for b.Loop() {
				start := time.Now()
				for i, x := range events {
					e, err := Rate(x, people[i], 1e5, level.value)
					if err != nil {
						b.Fatal(err)
					}
					sum += e.Upper
				}
				ours += time.Since(start)
				start = time.Now()
				tail := (1 - level.value) / 2
				for _, x := range events {
					switch {
					case x >= fewEvents:
						sum += distuv.UnitNormal.Quantile(1 - tail)
					case x > 0:
						sum += distuv.ChiSquared{K: 2 * x}.Quantile(tail)
						fallthrough
					default:
						sum += distuv.ChiSquared{K: 2*x + 2}.Quantile(1 - tail)
					}
				}
				bare += time.Since(start)
			}
			if sum == 0 {
				b.Fatal("nothing was computed")
			}
			b.ReportMetric(float64(n)*float64(b.N)/ours.Seconds(), "rates/s")
			b.ReportMetric(bare.Seconds()/ours.Seconds(), "x_bare_gonum")
			b.ReportMetric(0, "ns/op") // says nothing: two loops in one
		})
	}
}
