// Package sentence says in plain Swedish and English what a figure says: its level, how sure it is, how it differs from an
// earlier one, its trend, what it is compared with, and what it does not show.
//
// It owns the rules and the words, and nothing else: no I/O, no clock, no statistics of its own. It may import schema, the
// trend states of stats, and format. The sentences come from rules, so the same figure always gives the same words; none of
// them names a cause, because no figure shows one.
package sentence

import (
	"strings"

	"utfall/schema"
	"utfall/stats"
)

// Figure is a figure with all that is known around it.
type Figure struct {
	Label     schema.Text // of the indicator
	Group     schema.Text // sex, age and definition in words, empty for everybody
	Unit      schema.Unit
	Kind      schema.Kind
	Direction schema.Direction
	Area      schema.Area
	Value     Value
	Threshold int         // the smallest count that is shown, for a suppressed figure; 0 if it is not known
	Prices    schema.Text // of a cost: whose prices it is in, empty if that is not known
	Before    *Earlier    // an earlier figure of the same series
	Trend     *Trend
	Beside    []Beside // the same measure elsewhere
}

// Value is a number in the figure's unit, or the reason why there is none.
type Value struct {
	Period       schema.Period
	Number       float64
	Missing      schema.Missing
	Flags        string   // normalised flags
	Lower, Upper *float64 // 95 % limits
	First        *float64 // what was published first, where that was another number
}

// Earlier is a figure that the newest is compared with.
type Earlier struct {
	Value
	Comparable bool
	Why        schema.Text // why it cannot be compared, may be empty
	Test       *Test       // nil where chance was not tested
}

// Test says whether a difference is larger than chance makes.
type Test struct {
	Real       bool
	Fall, Rise *float64 // ratios that could have been found with a power of 80 %; nil: none
}

// Trend is the state of the last years.
type Trend struct {
	State    stats.TrendState
	Reason   stats.Reason
	From, To int
}

// Beside is the same measure in another area.
type Beside struct {
	Area schema.Area
	Value
	Test *Test // of the ratio between the two
}

// Sentences are what is said of a figure, each part empty where there is nothing to say.
type Sentences struct {
	Level       string
	Statement   string   // the level without the label before it, for a place where a heading says it
	Remarks     []string // what the source says of the number: provisional, revised, a lower bound
	Uncertainty string
	Change      string
	Trend       string
	Comparison  []string
	NotShown    string
}

// Say gives the sentences in a language.
func Say(f Figure, lang schema.Lang) Sentences {
	w := words{f, lang}
	out := Sentences{Level: w.level()}
	out.Statement = upper(strings.TrimPrefix(out.Level, w.topic()+": "))
	if f.Value.Missing != schema.Present {
		return out
	}
	out.Remarks, out.NotShown = w.remarks(), w.notShown()
	out.Uncertainty, out.Change, out.Trend, out.Comparison = w.uncertainty(), w.change(), w.trend(), w.comparison()
	return out
}

// Short is what a summary needs: level, remarks, change and trend.
func (s Sentences) Short() string {
	return join(append([]string{s.Level}, append(append([]string{}, s.Remarks...), s.Change, s.Trend)...))
}

// Untitled gives all sentences but the label, as one paragraph.
func (s Sentences) Untitled() string {
	s.Level = s.Statement
	return s.String()
}

// String gives all sentences as one paragraph.
func (s Sentences) String() string {
	parts := append([]string{s.Level}, s.Remarks...)
	parts = append(parts, s.Uncertainty, s.Change, s.Trend)
	return join(append(append(parts, s.Comparison...), s.NotShown))
}

func join(parts []string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}
