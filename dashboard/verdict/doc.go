// Package verdict tests claims against figures: it takes a claim with its rules and the figures that were visible at a
// moment, and says for each way to count whether they support the claim, with the interval and the figures it rests on.
//
// It owns the few kinds of rule and how their answers are put together. It may import schema, stats and the standard
// library; it does no I/O, reads no clock and knows neither pages nor languages. Nothing here knows a single claim: all
// that tells claims apart is data.
package verdict

import (
	"time"

	"utfall/schema"
	"utfall/stats/effect"
)

// Verdict is what the figures say of a claim, or of one way to count.
type Verdict string

// The verdicts.
const (
	Supported    Verdict = "supported"
	Partly       Verdict = "partly"
	Contradicted Verdict = "contradicted"
	Depends      Verdict = "depends"    // supported by one definition or base year, contradicted by another
	Untestable   Verdict = "untestable" // figures are missing, cannot be compared, or do not decide
	Unscored     Verdict = "unscored"   // a research or normative claim
)

// Reason says why a verdict is not a plain yes or no.
type Reason string

// The reasons.
const (
	None          Reason = ""
	NoRule        Reason = "no_rule"        // no figures of the kind that the claim needs are collected at all
	NoFigures     Reason = "no_figures"     // a figure that the rule needs is missing
	YearsMissing  Reason = "years_missing"  // some years of the span have no figure
	NotComparable Reason = "not_comparable" // a break, or a figure that covers a part only
	TooFew        Reason = "too_few"        // too few years or events
	Uncertain     Reason = "uncertain"      // the interval holds both answers
	Between       Reason = "between"        // between the bound for support and the bound for contradiction
	Edge          Reason = "edge"           // the value passes the bound, its interval does not wholly
	OtherYear     Reason = "other_year"     // the year of the claim has no figure, the nearest was taken
	BaseYear      Reason = "base_year"      // another base year within the span turns the answer
	NoFall        Reason = "no_fall"        // there is no fall that something could have replaced
	OnlyProxy     Reason = "only_proxy"     // only measures near the claim can be computed
	ProxyAgainst  Reason = "proxy_against"  // the nearest measure speaks against it, which does not decide
	SomeUndecided Reason = "some_undecided" // some ways to count support it, others do not decide
)

// Estimate is a computed number. Without limits, Lower and Upper are nil.
type Estimate struct {
	Value        float64
	Lower, Upper *float64
	Method       string // of the limits: a method of package stats, "rounding", or "" for none
}

// Point is a year of a series: one figure, or the sum of the parts of a selection.
type Point struct {
	Year      int
	Period    schema.Period
	Value     float64
	Low, High float64 // what a rounded or bounded figure may be; both equal Value otherwise
	Parts     []schema.Observation
}

// Used is a figure that a variant rests on, and the part that it plays.
type Used struct {
	Role       string // top, bottom, from, to, against_from, against_to, level
	Selection  schema.Selection
	Point      Point
	Population *Point
}

// Step is the change from one year to the next that has a figure.
type Step struct {
	From, To Point
	Sign     int  // −1 fall, 0 cannot be told, 1 rise
	Gap      bool // years lie between without a figure
}

// Other is the answer for another pair of years within the span that the rule allows.
type Other struct {
	From, To Point
	Estimate Estimate
	Verdict  Verdict
}

// Placed is an event of an order rule and whether it stands where the claim puts it.
type Placed struct {
	Event schema.Event
	Fault string // "", "before_previous", "after_statement" or "unclear"
}

// Variant is the answer for one way to count.
type Variant struct {
	Rule     schema.Rule
	Series   *schema.Selection
	Against  *schema.Selection
	Verdict  Verdict
	Reason   Reason
	Estimate *Estimate
	Used     []Used
	Course   []Point // the whole series, for a table
	Years    [2]int  // trend: first and last year of the fit
	Others   []Other
	Steps    []Step
	Order    []Placed
}

// Result is the answer for a claim.
type Result struct {
	Claim    schema.Claim
	Verdict  Verdict
	Reason   Reason
	Variants []Variant
	Sequence *SequenceCheck
}

// SequenceCheck says whether what is called the cause came first.
type SequenceCheck struct {
	Event         schema.Event
	Onset, Stated schema.Period
	Forbidden     bool                  // causal words are forbidden
	Reasons       []effect.ForbidReason // why
	Timing        *effect.Timing        // from the figures; nil where they do not reach both sides of the event
}

// Newest gives the newest release among the figures that a variant rests on.
func (v Variant) Newest() (release uint64, released time.Time) {
	for _, u := range v.Used {
		points := []Point{u.Point}
		if u.Population != nil {
			points = append(points, *u.Population)
		}
		for _, p := range points {
			for _, o := range p.Parts {
				if o.Release > release {
					release, released = o.Release, o.Released
				}
			}
		}
	}
	return release, released
}
