package process

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"utfall/stats"
)

const methodEARS = "aberration_ears"

// EARSVariant names one of the three thresholds of the Early Aberration Reporting System.
type EARSVariant string

// The variants of EARS.
const (
	C1 EARSVariant = "C1" // baseline ends in the period before; mild, adapts at once
	C2 EARSVariant = "C2" // baseline ends two periods earlier, so that an outbreak does not hide itself
	C3 EARSVariant = "C3" // C2 with the excess of the two periods before added
)

// EARSOptions are the settings of EARS; zero values take the usual ones.
type EARSOptions struct {
	Variant  EARSVariant
	Baseline int     // periods in the baseline; 0 = 7
	MinSigma float64 // least standard deviation of a baseline, so that a flat one does not alarm at every case
	Alpha    float64 // one-sided level of the threshold; 0 = 0.001

	// CountTested lets C3 add the excess of the tested period itself to that of the two before, as EARS was described.
	// Without it C3 is that of R's surveillance package, which sums the two periods before only and so answers one
	// period late.
	CountTested bool
}

// EARSPoint is one tested period.
type EARSPoint struct {
	At       int // position in the series
	Observed float64
	Upper    *float64 // threshold; nil for C3 when a baseline does not vary and no MinSigma is set
	Alarm    bool     // Observed is above Upper
}

// EARS tests the periods at of a series of counts against a threshold from the recent past: baseline mean +
// z(1−α)·standard deviation for C1 and C2. C3 sums what the two periods before (and with CountTested the period itself)
// lie over one standard deviation above their C2 baselines, and alarms when that sum is above z; its Upper is that rule
// brought to the scale of counts, observed + standard deviation·(z − sum), not below 0 (Hutwagner et al. 2003; Fricker,
// Hegler & Dunfee 2008). For weekly or daily counts with little history: EARS knows neither season nor trend.
//
// Errors: unknown variant, negative or broken counts, a period without enough history (too_few_points) or outside the
// series, a baseline under 2 periods, MinSigma below 0 or alpha not between 0 and ½.
func EARS(counts []float64, at []int, o EARSOptions) ([]EARSPoint, error) {
	if o.Baseline == 0 {
		o.Baseline = 7
	}
	if o.Alpha == 0 {
		o.Alpha = 0.001
	}
	if err := checkEARS(counts, at, o); err != nil {
		return nil, err
	}
	z := distuv.UnitNormal.Quantile(1 - o.Alpha)
	out := make([]EARSPoint, 0, len(at))
	for _, t := range at {
		p := EARSPoint{At: t, Observed: counts[t], Upper: defined(earsThreshold(counts, t, z, o))}
		p.Alarm = p.Upper != nil && p.Observed > *p.Upper
		out = append(out, p)
	}
	return out, nil
}

// lag is how far the baseline's last period lies behind the tested one, history how many periods are needed before it.
func (o EARSOptions) lag() int {
	if o.Variant == C1 {
		return 1
	}
	return 3
}

func (o EARSOptions) history() int {
	need := o.Baseline + o.lag() - 1
	if o.Variant == C3 {
		need += 2
	}
	return need
}

func checkEARS(counts []float64, at []int, o EARSOptions) error {
	switch {
	case o.Variant != C1 && o.Variant != C2 && o.Variant != C3:
		return stats.Refuse(methodEARS, stats.OutOfRange, "no variant is called %q; use C1, C2 or C3", o.Variant)
	case o.Baseline < 2:
		return stats.Refuse(methodEARS, stats.OutOfRange, "a baseline of %d periods; it takes at least 2", o.Baseline)
	case !finite(o.MinSigma) || o.MinSigma < 0:
		return stats.Refuse(methodEARS, stats.OutOfRange, "least standard deviation %v", o.MinSigma)
	case !(o.Alpha > 0 && o.Alpha < 0.5):
		return stats.Refuse(methodEARS, stats.OutOfRange, "alpha %v; it lies between 0 and 0.5", o.Alpha)
	}
	if err := checkCounts(methodEARS, counts); err != nil {
		return err
	}
	for _, t := range at {
		if t < 0 || t >= len(counts) {
			return stats.Refuse(methodEARS, stats.OutsideSeries, "period %d of a series of %d", t, len(counts))
		}
		if t < o.history() {
			return stats.Refuse(methodEARS, stats.TooFewPoints, "period %d has %d periods before it; %s with a baseline of %d needs %d", t, t, o.Variant, o.Baseline, o.history())
		}
	}
	return nil
}

// checkCounts refuses counts that are not finite, whole and at least zero.
func checkCounts(method string, counts []float64) error {
	for i, y := range counts {
		switch {
		case !finite(y):
			return stats.Refuse(method, stats.NotFinite, "count %d is %v", i, y)
		case y < 0:
			return stats.Refuse(method, stats.NegativeCount, "count %d is %v", i, y)
		case y != math.Trunc(y):
			return stats.Refuse(method, stats.NotWhole, "count %d is %v", i, y)
		}
	}
	return nil
}

func earsThreshold(counts []float64, t int, z float64, o EARSOptions) float64 {
	avg, sd := earsBaseline(counts, t, o)
	if o.Variant != C3 {
		return avg + z*sd
	}
	last := t - 1
	if o.CountTested {
		last = t
	}
	for k := t - 2; k <= last; k++ {
		avgThen, sdThen := earsBaseline(counts, k, o)
		z -= max(0, (counts[k]-avgThen)/sdThen-1)
	}
	return max(0, counts[t]+z*sd)
}

func earsBaseline(counts []float64, t int, o EARSOptions) (avg, sd float64) {
	end := t - o.lag() + 1
	avg, sd = stat.MeanStdDev(counts[end-o.Baseline:end], nil)
	return avg, max(sd, o.MinSigma)
}
