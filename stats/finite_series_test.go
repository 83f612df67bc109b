package stats

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// numbersFrom makes numbers of bytes: any bit pattern may come, and the odd ones come often.
func numbersFrom(data []byte) []float64 {
	var out []float64
	for len(data) >= 2 {
		switch kind := data[0] % 4; {
		case kind == 0:
			out = append(out, odd[int(data[1])%len(odd)])
			data = data[2:]
		case kind == 1 && len(data) >= 9:
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(data[1:])))
			data = data[9:]
		case kind == 2:
			out = append(out, float64(data[1])*1000)
			data = data[2:]
		default:
			out = append(out, float64(data[1]))
			data = data[2:]
		}
	}
	return out
}

// seriesFunctions calls every function that takes series with what the bytes say.
func seriesFunctions(t testing.TB, data []byte) {
	v := numbersFrom(data)
	if len(v) > 120 {
		v = v[:120]
	}
	third := len(v) / 3
	a, b, c := v[:third], v[third:2*third], v[2*third:3*third]
	what := fmt.Sprint(v)

	strata, indirect := make([]Stratum, third), make([]IndirectStratum, third)
	points, years, areas := make([]TrendPoint, third), make([]int, third), make([]FunnelArea, third)
	for i := range third {
		strata[i] = Stratum{Band: fmt.Sprint(i), Events: a[i], Population: b[i], Weight: c[i]}
		indirect[i] = IndirectStratum{Events: a[i], Population: b[i], ReferenceEvents: c[i], ReferencePeople: b[third-1-i]}
		points[i] = TrendPoint{Year: 2000 + i, Value: a[i], Lower: a[i] - b[i], Upper: a[i] + c[i], Level: Level95}
		areas[i] = FunnelArea{a[i], b[i]}
		years[i] = 2000 + i
	}
	e, err := DSR(strata, 1e5, Level95)
	sound(t, what, e, err)
	for _, how := range []Method{FayFeuer, Tiwari, MidPGamma} {
		e, err = DSRGamma(strata, 1e5, Level998, how)
		sound(t, what, e, err)
	}
	e, err = DSRNonIndependent([][]Stratum{strata, strata}, 1e5, Level95)
	sound(t, what, e, err)
	d, err := CompareDSR(strata, strata, 1e5, Level95)
	sound(t, what, d, err)
	ir, err := ISR(indirect, 100, 1e5, Level95)
	sound(t, what, ir, err)
	m, err := Mean(v, Level95)
	sound(t, what, m, err)
	next, err := NextValue(v, Level95)
	sound(t, what, next, err)
	if len(v) > 0 {
		middle, err := Quantile(v[1:], v[0])
		sound(t, what, middle, err)
	}
	rr, err := RollingRates(years, a, b, 3, 1, 1e5, Level95)
	sound(t, what, rr, err)
	rt, err := RecentTrend(points)
	sound(t, what, rt, err)
	tp, err := TrendPoisson(RateSeries{Years: years, Counts: a, Populations: b}, Level95)
	sound(t, what, tp, err)
	mk, err := MannKendall(v, Level95)
	sound(t, what, mk, err)
	pt, err := ProportionTrend(a, b, c)
	sound(t, what, pt, err)
	jp, err := Joinpoint(JoinpointInput{X: cumulative(c), Rates: a, Weights: b, Most: 2}, Level95)
	sound(t, what, jp, err)
	eb, err := EmpiricalBayes(a, b)
	sound(t, what, eb, err)
	for _, how := range []Adjustment{BenjaminiHochberg, BenjaminiYekutieli, Holm, Bonferroni, "none"} {
		ap, err := AdjustP(v, nil, how)
		sound(t, what, ap, err)
	}
	q, err := Quantiles(v, nil, 5, len(v)%2 == 0)
	sound(t, what, q, err)
	for _, kind := range []FunnelKind{FunnelProportion, FunnelRatio, FunnelCrudeRate, FunnelStandardised, "none"} {
		places, baseline, err := FunnelSignificance(kind, areas)
		sound(t, what, []any{places, baseline}, err)
		limits, err := FunnelLimits(kind, areas, 1e5, 1)
		sound(t, what, limits, err)
	}
	od, err := Overdispersion(areas)
	sound(t, what, od, err)
	weighed, err := ESP2013().Weigh(strata)
	sound(t, what, weighed, err)
	for i := range third {
		area, err := DSRArea(a[i], b[i], 1e5)
		sound(t, what, area, err)
		if e, err := Rate(a[i], b[i], 1e5, Level95); err == nil {
			points[i] = PointOf(2000+i, e)
		}
	}
	rt, err = RecentTrend(points)
	sound(t, what, rt, err)
}

// cumulative makes increasing years of steps, where they are steps.
func cumulative(steps []float64) []float64 {
	out, x := make([]float64, len(steps)), 0.0
	for i, s := range steps {
		x += s
		out[i] = x
	}
	return out
}

func TestSeriesStaySound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		data := make([]byte, r.IntN(140))
		plain := r.IntN(3) // most series of only odd numbers are refused at once: let half be of plain ones
		for i := range data {
			data[i] = byte(r.Uint32())
			if plain > 0 && i%2 == 0 {
				data[i] = byte(1+plain) | 2
			}
		}
		seriesFunctions(t, data)
	}
}

func FuzzSeries(f *testing.F) {
	f.Add([]byte{3, 1, 3, 2, 3, 4, 3, 8, 3, 16, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1})
	f.Add([]byte{0, 0, 0, 1, 0, 2, 3, 3})
	f.Fuzz(func(t *testing.T, data []byte) { seriesFunctions(t, data) })
}

func FuzzNumbers(f *testing.F) {
	f.Add(3.0, 100.0, 5.0, 200.0, 0.95)
	f.Add(0.0, 1.0, 0.0, 1e9, 0.998)
	f.Add(3.0, 1.0, 5.0, 9.0, 0.95)
	f.Fuzz(func(t *testing.T, x1, n1, x2, n2, level float64) {
		comparisons(t, x1, n1, x2, n2, level)
		for _, g := range []func(x, n, m, level float64) (Estimate, error){Rate, Proportion, ProportionExact} {
			e, err := g(x1, n1, n2, level)
			sound(t, "one", e, err)
			ordered(t, "one", e, err)
		}
		for _, g := range []func(x, level float64) (Estimate, error){Count, CountExact, CountByar} {
			e, err := g(x1, level)
			sound(t, "count", e, err)
			ordered(t, "count", e, err)
		}
		u, err := ByarUpper(x1, level)
		sound(t, "upper", u, err)
		cut, err := ESP2013Fine().Between(int(math.Mod(n1, 100)), int(math.Mod(n2, 100)))
		sound(t, "standard", cut, err)
		r, d, err := CompareEstimates(Estimate{Value: x1, Lower: n1, Upper: x2, Level: level}, Estimate{Value: x2, Lower: x1, Upper: n2, Level: level}, 0.8)
		sound(t, "estimates", []any{r, d}, err)
		if !(x1 > 1e5) {
			d, err := DetectableChange(x1, n1, n2, 1-level, 0.8)
			sound(t, "detectable", d, err)
		}
		if !(x1+x2 > 1e5) { // adding up outcomes takes its time
			p, err := RatePower(x1, x2, n1, n2, 1-level)
			sound(t, "power", p, err)
		}
	})
}
