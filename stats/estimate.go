package stats

import (
	"math"

	"utfall/stats/internal/distribution"
)

// Method names how an interval was made. Pages link it to its explanation.
type Method string

// The methods of the intervals in this package.
const (
	Garwood        Method = "garwood"         // exact limits of a Poisson count
	Byar           Method = "byar"            // Byar's approximation to them
	Wilson         Method = "wilson"          // score limits of a proportion
	ClopperPearson Method = "clopper_pearson" // exact limits of a proportion
	StudentT       Method = "student_t"       // limits of a mean
	Dobson         Method = "dobson"          // limits of a directly standardised rate
	FayFeuer       Method = "fay_feuer"       // gamma limits of a directly standardised rate
	Tiwari         Method = "tiwari"          // gamma limits, less conservative
	MidPGamma      Method = "mid_p_gamma"     // gamma limits, mid-P
	Conditional    Method = "conditional"     // exact limits of a rate ratio given the total
	LogWald        Method = "log_wald"        // normal limits on the log scale
	LogLimits      Method = "log_limits"      // normal limits on the log scale, from the width of each estimate's limits
	Wald           Method = "wald"            // normal limits
	Score          Method = "score"           // score limits (Miettinen & Nurminen)
	SkewScore      Method = "skew_score"      // score limits corrected for skewness (Laud)
	MOVER          Method = "mover"           // limits of a difference from those of its parts
	Newcombe       Method = "newcombe"        // the same for proportions, from Wilson limits
	Delta          Method = "delta"           // delta method
)

// Flags say what a reader must be told beside a value.
type Flags uint16

// The flags. Their bounds: methods in use at Fingertips (OHID), CDC WISQARS and NCHS (2023).
const (
	NoEvents       Flags = 1 << iota // a count of zero: the upper limit is what is known
	FewEvents                        // fewer than 10 events: exact limits only, no standardised rate
	Unstable                         // at most 20 events, relative standard error above 22 %
	Wide                             // the interval is wider than 160 % of the value
	NotIndependent                   // several events per person: limits made for that
	Smoothed                         // drawn towards the mean of all areas
	Overlapping                      // shares years with its neighbours: not for tests
	PerfectFit                       // no residual variation: nothing to base a standard error on
)

var flagNames = []struct {
	flag Flags
	name string
}{
	{NoEvents, "no_events"}, {FewEvents, "few_events"}, {Unstable, "unstable"}, {Wide, "wide"},
	{NotIndependent, "not_independent"}, {Smoothed, "smoothed"}, {Overlapping, "overlapping"}, {PerfectFit, "perfect_fit"},
}

// Has says whether all of the given flags are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Names lists the set flags by their stable names.
func (f Flags) Names() []string {
	var names []string
	for _, n := range flagNames {
		if f.Has(n.flag) {
			names = append(names, n.name)
		}
	}
	return names
}

// Estimate is a value with its limits. There is no value without them.
type Estimate struct {
	Value, Lower, Upper float64 // in the unit of the function that made it
	Level               float64 // confidence level, 0.95 say
	Method              Method  // how the limits were made
	Events              float64 // the events that it rests on
	Denominator         float64 // population, person-years or expected events; 0 where there is none
	Flags               Flags
}

// The bounds of the flags.
const (
	fewEvents      = 10
	unstableEvents = 20
	wideRelative   = 1.6
)

// eventFlags gives the flags that a count of events earns.
func eventFlags(events float64) Flags {
	var f Flags
	if events == 0 {
		f |= NoEvents
	}
	if events < fewEvents {
		f |= FewEvents
	}
	if events <= unstableEvents {
		f |= Unstable
	}
	return f
}

// flagged adds the flags that follow from the numbers.
func (e Estimate) flagged() Estimate {
	e.Flags |= eventFlags(e.Events)
	if e.Upper-e.Lower > wideRelative*math.Abs(e.Value) {
		e.Flags |= Wide
	}
	return e
}

// checked refuses an estimate that is not a number, which only extreme input can give.
func (e Estimate) checked(method string) (Estimate, error) {
	if !finite(e.Value, e.Lower, e.Upper) {
		return Estimate{}, Refuse(method, OutOfRange, "the result is too large or too small for a number; check the multiplier and the population")
	}
	return e, nil
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// The two levels that pages use, and what a level may be.
const (
	Level95  = 0.95  // two-sided, 0.025 in each tail
	Level998 = 0.998 // two-sided, 0.001 in each tail: control limits
	minLevel = 0.9
)

// The z values of the two levels: most calls need no quantile.
var (
	z95  = distribution.NormalQuantile(1 - (1-Level95)/2)
	z998 = distribution.NormalQuantile(1 - (1-Level998)/2)
)

// zOf gives the normal quantile of a two-sided level.
func zOf(level float64) float64 {
	switch level {
	case Level95:
		return z95
	case Level998:
		return z998
	}
	return distribution.NormalQuantile(1 - (1-level)/2)
}

// checkLevel refuses a level outside 0.9 to 1, as PHEindicatormethods does: less is no confidence.
func checkLevel(method string, level float64) error {
	if !(level >= minLevel && level < 1) {
		return Refuse(method, OutOfRange, "confidence level %g; needs 0.9 or more and less than 1", level)
	}
	return nil
}

// most is the largest count, population or multiplier: beyond it a float64 no longer holds whole numbers.
const most = 1 << 53

// least is the smallest population, expected count or multiplier: less is a slip, and would only overflow.
const least = 1e-12

// checkCount refuses what is not a count. A count may be fractional where it is a weighted or modelled one.
func checkCount(method, what string, x float64) error {
	switch {
	case !finite(x):
		return Refuse(method, NotFinite, "%s is %g", what, x)
	case x < 0:
		return Refuse(method, NegativeCount, "%s is %g", what, x)
	case x > most:
		return Refuse(method, OutOfRange, "%s is %g; at most 2^53", what, x)
	}
	return nil
}

// checkWhole refuses a count that is not whole, for methods that count outcomes one by one.
func checkWhole(method, what string, x float64) error {
	if err := checkCount(method, what, x); err != nil {
		return err
	}
	if x != math.Floor(x) {
		return Refuse(method, NotWhole, "%s is %g", what, x)
	}
	return nil
}

// checkPopulation refuses a denominator that is none.
func checkPopulation(method, what string, n float64) error {
	switch {
	case math.IsNaN(n) || math.IsInf(n, 0):
		return Refuse(method, NotFinite, "%s is %g", what, n)
	case n < least:
		return Refuse(method, NoPopulation, "%s is %g; needs more than 0", what, n)
	case n > most:
		return Refuse(method, OutOfRange, "%s is %g; at most 2^53", what, n)
	}
	return nil
}

func checkMultiplier(method string, m float64) error {
	if !(m >= least) || m > most {
		return Refuse(method, OutOfRange, "multiplier %g; needs more than 0 and at most 2^53", m)
	}
	return nil
}

// firstError gives the first error that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
