package stats

import (
	"errors"
	"fmt"
)

// Reason says in one word why something could not be computed. It is stable: pages turn it into a sentence.
type Reason string

// The reasons that functions of this package and its subpackages give.
const (
	NegativeCount    Reason = "negative_count"    // a count below zero
	NotWhole         Reason = "not_whole"         // a count that must be whole is not
	NotFinite        Reason = "not_finite"        // NaN or an infinity came in
	NoPopulation     Reason = "no_population"     // a population or denominator that is zero, negative or absent
	AboveDenominator Reason = "above_denominator" // a numerator larger than its denominator
	TooFewEvents     Reason = "too_few_events"    // the method is not defined, or not honest, for so few events
	TooFewPoints     Reason = "too_few_points"    // the series is shorter than the method needs
	MissingBands     Reason = "missing_bands"     // age bands of the standard are absent
	Missing          Reason = "missing"           // a value that is needed is suppressed or absent, which is not zero
	UnequalLengths   Reason = "unequal_lengths"   // slices that belong together differ in length
	Unordered        Reason = "unordered"         // periods are not strictly increasing (unsorted or duplicated)
	OutsideSeries    Reason = "outside_series"    // the event lies outside the series
	Collinear        Reason = "collinear"         // the design matrix is (nearly) singular
	NotConverged     Reason = "not_converged"     // an iteration did not settle
	OutOfRange       Reason = "out_of_range"      // a parameter outside what the method is defined for
	NotDefined       Reason = "not_defined"       // the quantity does not exist for this input (0/0, say)
)

// Error says which method refused which input, and why.
type Error struct {
	Method string // the method's name, as in the reference cases: "rate_ci"
	Reason Reason
	Detail string // what was seen and what is needed
}

// Error gives the method, the reason and the detail on one line.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Method, e.Reason, e.Detail) }

// Refuse makes an *Error; detail is formatted as by fmt.Sprintf.
func Refuse(method string, reason Reason, detail string, args ...any) *Error {
	return &Error{Method: method, Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}

// ReasonOf gives the reason of an error made by this package, or "" for any other error.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
