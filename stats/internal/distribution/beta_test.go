package distribution

import (
	"math"
	"testing"
)

// Beta(1, b) and Beta(a, 1) have quantiles in closed form, however large the parameter.
func TestBetaQuantileKeepsItsDigits(t *testing.T) {
	for _, n := range []float64{1e2, 1e4, 1e6, 2e6, 1e8, 1e10, 1e15} {
		for _, p := range []float64{0.001, 0.025, 0.5, 0.975, 0.999} {
			want := -math.Expm1(math.Log1p(-p) / n)
			if got := BetaQuantile(p, 1, n); math.Abs(got/want-1) > 1e-8 {
				t.Errorf("Beta(1, %g) at %g: want %g, got %g", n, p, want, got)
			}
			want = -math.Expm1(math.Log(p) / n)
			if got := 1 - BetaQuantile(p, n, 1); n < 1e7 && math.Abs(got/want-1) > 1e-7 {
				t.Errorf("1 − Beta(%g, 1) at %g: want %g, got %g", n, p, want, got)
			}
		}
	}
	for _, a := range []float64{2, 30, 90} { // both sides of the change of formula
		below, above := BetaQuantile(0.975, a, largeBeta)*largeBeta, BetaQuantile(0.975, a, largeBeta+1)*(largeBeta+1)
		if math.Abs(below/above-1) > 2e-6 { // they lie 10⁻⁶ apart by themselves
			t.Errorf("Beta(%g, 1e6): %g below the change, %g above", a, below, above)
		}
	}
	if got := BetaQuantile(0.5, 1e10, 1e10); !math.IsNaN(got) {
		t.Errorf("two very large parameters: want NaN, got %g", got)
	}
}

// Quantiles at which gonum's search stops short; the values are those of R 4.2.2.
func TestFarQuantiles(t *testing.T) {
	for name, c := range map[string][2]float64{
		"qt(1e-10, 1000)":            {StudentQuantile(1e-10, 1000), -6.4278762831342062},
		"qt(1e-10, 1e5)":             {StudentQuantile(1e-10, 1e5), -6.3620004198436906},
		"qt(0.975, 3)":               {StudentQuantile(0.975, 3), 3.1824463052837078},
		"qbeta(1e-10, 30000, 0.5)":   {BetaQuantile(1e-10, 30000, 0.5), 0.99930321278806622},
		"qbeta(1e-10, 1000, 0.5)":    {BetaQuantile(1e-10, 1000, 0.5), 0.97930127392715605},
		"qbeta(1 - 1e-10, .5, 50)":   {BetaQuantile(1-1e-10, 0.5, 50), 0.34310889123710731},
		"qbeta(1 - 1e-10, .5, 500)":  {BetaQuantile(1-1e-10, 0.5, 500), 0.040978992945082338},
		"qbeta(1 - 1e-10, .5, 10^4)": {BetaQuantile(1-1e-10, 0.5, 10000), 0.0020889401996825999},
	} {
		if math.Abs(c[0]/c[1]-1) > 1e-8 {
			t.Errorf("%s: want %g, got %g", name, c[1], c[0])
		}
	}
}

// The tails that methods lose in gonum: Survival as one minus the distribution function.
func TestTailsKeepTheirDigits(t *testing.T) {
	if got := NormalUpper(8); math.Abs(got/6.220960574271785e-16-1) > 1e-12 { // R 4.2.2 pnorm(8, lower = FALSE)
		t.Errorf("P(Z ≥ 8) = %g", got)
	}
	sum := 0.0 // P(X ≥ 60) at mean 12 by its own series
	for k := 60.0; k < 200; k++ {
		sum += PoissonProb(k, 12)
	}
	if got := PoissonUpper(60, 12); math.Abs(got/sum-1) > 1e-9 {
		t.Errorf("P(X ≥ 60 | 12) = %g, its series gives %g", got, sum)
	}
	if got, want := BinomialUpper(40, 40, 0.01), 1e-80; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("P(X ≥ 40 of 40 | 0.01) = %g, want %g", got, want)
	}
}

func TestParametersOutsideGiveNaN(t *testing.T) {
	inf := math.Inf(1)
	for name, got := range map[string]float64{
		"normal": NormalQuantile(1.1), "chi": ChiSquaredQuantile(-1, 2), "chi df": ChiSquaredQuantile(0.5, -2), "t": StudentQuantile(0.5, 0),
		"t upper": StudentUpper(1, inf), "beta": BetaQuantile(0.5, 0, 1), "gamma": GammaQuantile(0.5, inf, 1), "gamma p": GammaCDF(nan, 1, 1),
		"f": FisherUpper(-1, 1, 1), "poisson": PoissonCDF(1, -1), "poisson upper": PoissonUpper(1, inf), "binomial": BinomialCDF(1, 5, 2),
		"binomial upper": BinomialUpper(1, -5, 0.5), "binomial q": BinomialQuantile(2, 5, 0.5), "nb": NegativeBinomialCDF(1, 0, 1),
		"digamma": Digamma(0), "trigamma": Trigamma(-1), "chi upper": ChiSquaredUpper(1, 0),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s: want NaN, got %g", name, got)
		}
	}
}
