package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

// NegativeBinomialTrend is a negative binomial regression (variance mu + mu²/theta) of counts on the year.
type NegativeBinomialTrend struct {
	Slope
	Theta, SETheta float64
	LogLikelihood  float64
}

// negativeBinomial alternates between the slope and theta, each by maximum likelihood given the other (Venables &
// Ripley 2002, 7.4). It says false where theta runs off, which is a Poisson model again.
func (m countModel) negativeBinomial(fit countFit, z, level float64) (NegativeBinomialTrend, bool) {
	theta, _, ok := m.theta(fit.mu)
	for step := 0; ok && step < fitSteps; step++ {
		fit, ok = m.iterate(fit.mu, func(mu float64) float64 { return mu / (1 + mu/theta) })
		if !ok {
			break
		}
		before := theta
		var se float64
		theta, se, ok = m.theta(fit.mu)
		if ok && math.Abs(theta-before) < thetaStop*theta {
			out := NegativeBinomialTrend{Slope: m.slope(fit, 1, z, level, distribution.NormalTwoSided), Theta: theta, SETheta: se,
				LogLikelihood: m.negBinLogLik(fit.mu, theta)}
			return out, out.sound() && finite(theta, se, out.LogLikelihood)
		}
	}
	return NegativeBinomialTrend{}, false
}

const (
	thetaStop = 1e-10
	mostTheta = 1e7 // a negative binomial is a Poisson to six digits there
)

// thetaStep is the last step of theta that counts: Newton's method squares it, so that theta is good to eight digits.
var thetaStep = math.Pow(machineEpsilon, 0.25)

// theta maximises the likelihood of theta given the means by Newton's method from the moment estimate; se is from the
// information at the last step.
func (m countModel) theta(mu []float64) (theta, se float64, ok bool) {
	sum := 0.0
	for i, y := range m.y {
		sum += (y/mu[i] - 1) * (y/mu[i] - 1)
	}
	theta = float64(len(m.y)) / sum
	for range fitSteps {
		score, info := m.thetaScore(mu, theta)
		step := score / info
		theta += step
		if !finite(theta) || theta <= 0 || theta > mostTheta || info <= 0 {
			return 0, 0, false
		}
		if math.Abs(step) <= thetaStep {
			return theta, 1 / math.Sqrt(info), true
		}
	}
	return 0, 0, false
}

// thetaScore gives the derivative of the log likelihood by theta and minus the second.
func (m countModel) thetaScore(mu []float64, theta float64) (score, info float64) {
	for i, y := range m.y {
		sum := theta + mu[i]
		score += distribution.Digamma(theta+y) - distribution.Digamma(theta) + math.Log(theta/sum) + 1 - (y+theta)/sum
		info += distribution.Trigamma(theta) - distribution.Trigamma(theta+y) - 1/theta + 2/sum - (y+theta)/(sum*sum)
	}
	return score, info
}

func (m countModel) negBinLogLik(mu []float64, theta float64) float64 {
	sum := 0.0
	for i, y := range m.y {
		a, _ := math.Lgamma(theta + y)
		b, _ := math.Lgamma(theta)
		c, _ := math.Lgamma(y + 1)
		sum += a - b - c + theta*math.Log(theta/(theta+mu[i])) + y*math.Log(mu[i]/(theta+mu[i]))
	}
	return sum
}
