package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

const methodMean = "mean_ci"

// MeanEstimate is the mean of values. Of one value there is no spread: SD and Limits are nil.
type MeanEstimate struct {
	Value, Sum float64
	N          int
	SD         *float64  // standard deviation with N−1
	Limits     *Estimate // the same value with its limits
}

// Mean gives the arithmetic mean with limits from Student's t (Student 1908) on N−1 degrees of freedom, in the unit of
// the values. For skewed durations a median says more.
//
// Errors: too_few_points (no value), not_finite, out_of_range.
func Mean(values []float64, level float64) (MeanEstimate, error) {
	if err := checkLevel(methodMean, level); err != nil {
		return MeanEstimate{}, err
	}
	if len(values) == 0 {
		return MeanEstimate{}, Refuse(methodMean, TooFewPoints, "no values")
	}
	m := MeanEstimate{N: len(values)}
	for i, v := range values {
		if !finite(v) {
			return MeanEstimate{}, Refuse(methodMean, NotFinite, "value %d is %g", i+1, v)
		}
		m.Sum += v
	}
	m.Value = m.Sum / float64(m.N)
	if m.N > 1 {
		squares := 0.0
		for _, v := range values {
			squares += (v - m.Value) * (v - m.Value)
		}
		df := float64(m.N - 1)
		sd := math.Sqrt(squares / df)
		half := distribution.StudentQuantile(1-(1-level)/2, df) * sd / math.Sqrt(float64(m.N))
		m.SD = &sd
		m.Limits = &Estimate{Value: m.Value, Lower: m.Value - half, Upper: m.Value + half, Level: level, Method: StudentT, Denominator: float64(m.N)}
		if !finite(m.Limits.Lower, m.Limits.Upper, sd) {
			return MeanEstimate{}, Refuse(methodMean, OutOfRange, "the values are too large to add")
		}
	}
	if !finite(m.Sum, m.Value) {
		return MeanEstimate{}, Refuse(methodMean, OutOfRange, "the values are too large to add")
	}
	return m, nil
}

const methodNext = "next_value"

// NextValue gives the limits within which one more value like those given is expected: mean ± t·s·√(1+1/n) (Hahn & Meeker
// 1991). They are wider than the limits of the mean, and do not shrink to it however many values there are; where the
// values drift the drift widens them.
//
// Errors: those of Mean, and too_few_points (fewer than 3 values).
func NextValue(values []float64, level float64) (Estimate, error) {
	m, err := Mean(values, level)
	if err != nil {
		return Estimate{}, err
	}
	if m.N < 3 {
		return Estimate{}, Refuse(methodNext, TooFewPoints, "%d values; needs 3", m.N)
	}
	half := (m.Limits.Upper - m.Value) * math.Sqrt(float64(m.N+1)) // the limits of the mean are t·s/√n
	e := Estimate{Value: m.Value, Lower: m.Value - half, Upper: m.Value + half, Level: level, Method: StudentT, Denominator: float64(m.N)}
	return e.checked(methodNext)
}
