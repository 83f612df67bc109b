package stats

import (
	"math"
	"slices"

	"utfall/stats/internal/distribution"
)

const methodMannKendall = "mann_kendall"

// The lengths that the Mann-Kendall test takes: under 4 points no order is rare enough; the slopes of all pairs of more
// than 2000 points would not be small any more.
const (
	kendallLeast = 4
	kendallMost  = 2000
	kendallExact = 50 // exact P values below this length
)

// MannKendallTest is the outcome of a rank test for trend. What does not exist is nil.
type MannKendallTest struct {
	S, VarS float64
	Tau     *float64 // Kendall's τ-b; nil when all values are equal
	Z       *float64 // with continuity correction; nil when all values are equal
	P       *float64 // two-sided, normal
	ExactP  *float64 // two-sided, exact: fewer than 50 points and no ties
	Slope   float64  // Sen's slope: the median of the slopes of all pairs, per step
	Lower   *float64 // its limits; nil where the series is too short for the level
	Upper   *float64
	Level   float64
}

// MannKendall tests a series of equally spaced values for a monotonous trend (Mann 1945; Kendall 1975) and gives Sen's
// slope (Sen 1968) with limits by ranks (N∓C)/2 with C = z√var S. It knows neither exposure nor the size of counts: a
// companion to a regression, and nothing for municipalities whose population changes.
//
// Errors: too_few_points (fewer than 4), out_of_range (more than 2000, or a level), not_finite.
func MannKendall(values []float64, level float64) (MannKendallTest, error) {
	if err := checkLevel(methodMannKendall, level); err != nil {
		return MannKendallTest{}, err
	}
	n := len(values)
	if n < kendallLeast {
		return MannKendallTest{}, Refuse(methodMannKendall, TooFewPoints, "%d points; needs %d", n, kendallLeast)
	}
	if n > kendallMost {
		return MannKendallTest{}, Refuse(methodMannKendall, OutOfRange, "%d points; at most %d", n, kendallMost)
	}
	for i, v := range values {
		if !finite(v) {
			return MannKendallTest{}, Refuse(methodMannKendall, NotFinite, "value %d is %g", i+1, v)
		}
	}
	t := MannKendallTest{Level: level}
	slopes := make([]float64, 0, n*(n-1)/2)
	for i := range values {
		for j := i + 1; j < n; j++ {
			t.S += sign(values[j] - values[i])
			slopes = append(slopes, (values[j]-values[i])/float64(j-i))
		}
	}
	ties, tiedPairs := t.variance(values)
	t.test(n, ties, tiedPairs)
	if !finite(slopes...) {
		return MannKendallTest{}, Refuse(methodMannKendall, OutOfRange, "the values are too large to subtract")
	}
	t.sen(slopes, level)
	return t, nil
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// variance fills var S and says whether there are ties and how many pairs are tied.
func (t *MannKendallTest) variance(values []float64) (ties bool, tiedPairs float64) {
	n := float64(len(values))
	t.VarS = n * (n - 1) * (2*n + 5)
	sorted := slices.Sorted(slices.Values(values))
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		k := float64(j - i)
		t.VarS -= k * (k - 1) * (2*k + 5)
		tiedPairs += k * (k - 1) / 2
		i = j
	}
	t.VarS /= 18
	return tiedPairs > 0, tiedPairs
}

func (t *MannKendallTest) test(n int, ties bool, tiedPairs float64) {
	pairs := float64(n*(n-1)) / 2
	if tiedPairs >= pairs {
		t.VarS = 0
		return
	}
	tau := t.S / (math.Sqrt(pairs-tiedPairs) * math.Sqrt(pairs))
	z := (t.S - sign(t.S)) / math.Sqrt(t.VarS)
	p := distribution.NormalTwoSided(z)
	t.Tau, t.Z, t.P = &tau, &z, &p
	if !ties && n < kendallExact {
		exact := kendallExactP(n, int(math.Round((pairs+t.S)/2)))
		t.ExactP = &exact
	}
}

// kendallExactP is twice the smaller tail of the number of concordant pairs among all orders of n values, built up one
// value at a time: the k-th value brings 0 to k−1 of them with equal chance.
func kendallExactP(n, concordant int) float64 {
	chance := []float64{1}
	for k := 2; k <= n; k++ {
		next := make([]float64, k*(k-1)/2+1)
		window := 0.0
		for c := range next {
			if c < len(chance) {
				window += chance[c]
			}
			if c >= k {
				window -= chance[c-k]
			}
			next[c] = window / float64(k)
		}
		chance = next
	}
	low, high := 0.0, 0.0
	for c, p := range chance {
		if c <= concordant {
			low += p
		}
		if c >= concordant {
			high += p
		}
	}
	return math.Min(1, 2*math.Min(low, high))
}

// sen fills the slope and its limits. Ranks are rounded half to even; a rank outside the slopes leaves the limit open.
func (t *MannKendallTest) sen(slopes []float64, level float64) {
	slices.Sort(slopes)
	n := len(slopes)
	t.Slope = slopes[n/2]
	if n%2 == 0 {
		t.Slope = slopes[n/2-1]/2 + slopes[n/2]/2
	}
	c := zOf(level) * math.Sqrt(t.VarS)
	low := int(math.RoundToEven((float64(n) - c) / 2))
	high := int(math.RoundToEven((float64(n)+c)/2 + 1))
	if low >= 1 && low <= n {
		v := slopes[low-1]
		t.Lower = &v
	}
	if high >= 1 && high <= n {
		v := slopes[high-1]
		t.Upper = &v
	}
}
