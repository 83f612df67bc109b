package schema

// Kind says what an indicator counts. Kinds must not be mixed in one series or one sum.
type Kind string

// The kinds of count and measure.
const (
	PersonsOnDay  Kind = "persons_on_day" // persons on a reference day
	PersonsInYear Kind = "persons_in_year"
	Episodes      Kind = "episodes" // stays, placements, admissions, consultations, days
	Entrants      Kind = "entrants" // persons who start in the period
	Events        Kind = "events"   // deaths, cases, shootings, visits
	Units         Kind = "units"    // places, clinics, regions, rooms
	Population    Kind = "population"
	Rate          Kind = "rate"
	Share         Kind = "share"
	Mean          Kind = "mean" // mean age, mean days
	Cost          Kind = "cost"
	Index         Kind = "index"
	Change        Kind = "change" // percent change against a named base
)

var kinds = []Kind{PersonsOnDay, PersonsInYear, Episodes, Entrants, Events, Units, Population, Rate, Share, Mean, Cost, Index, Change}

// IsCount tells whether values of this kind are whole numbers of persons, events or things.
func (k Kind) IsCount() bool {
	switch k {
	case PersonsOnDay, PersonsInYear, Episodes, Entrants, Events, Units, Population:
		return true
	}
	return false
}

// Independent tells whether a count of this kind counts every person or event once, so that chance moves it as a Poisson
// variable. Stays, visits and syringes come many to a person: limits from their number would be too narrow.
func (k Kind) Independent() bool {
	return k == PersonsOnDay || k == PersonsInYear || k == Entrants || k == Events
}

// Direction says which way is better, or that the program does not judge.
type Direction string

// The directions. Volumes of care, compulsory care and costs are politically contested: no judgement.
const (
	LowerIsBetter  Direction = "lower_is_better"
	HigherIsBetter Direction = "higher_is_better"
	NoJudgement    Direction = "no_judgement"
)

var directions = []Direction{LowerIsBetter, HigherIsBetter, NoJudgement}

// Frequency says how often a source publishes.
type Frequency string

var frequencies = []Frequency{"year", "halfyear", "quarter", "month", "week", "irregular"}

// Indicator is an entry of the catalogue: one YAML file.
type Indicator struct {
	ID          string      `yaml:"id"`
	Theme       string      `yaml:"theme"`
	Label       Text        `yaml:"label"`
	Definition  Text        `yaml:"definition"`
	Unit        string      `yaml:"unit"` // id in units.yaml
	Kind        Kind        `yaml:"kind"`
	Direction   Direction   `yaml:"direction"`
	Numerator   string      `yaml:"numerator"`   // id of an indicator, for what is computed
	Denominator string      `yaml:"denominator"` // id of an indicator, or "" where there is none
	Derive      *Derivation `yaml:"derive"`      // how the program computes it, nil for what is delivered
	Threshold   *int        `yaml:"threshold"`   // counts below it are suppressed before publication, default 5
	Publisher   string      `yaml:"publisher"`   // id in publishers.yaml
	Table       string      `yaml:"table"`       // the publisher's own id of the table or KPI, "" if not verified
	Frequency   Frequency   `yaml:"frequency"`
	Caveats     []Text      `yaml:"caveats"`
	Breaks      []Break     `yaml:"breaks"`
	Variants    []Variant   `yaml:"variants"`
	Related     []string    `yaml:"related"`  // other ways to count the same thing, never to be mixed with this one
	Official    bool        `yaml:"official"` // an authority publishes it; a delivery that is not the authority's is protected all the same
	Listed      *bool       `yaml:"listed"`   // false keeps a supporting series (population, CPI) off the overview
}

// Variant is one definition of an indicator that has several.
type Variant struct {
	ID         string `yaml:"id"`
	Label      Text   `yaml:"label"`
	Definition Text   `yaml:"definition"`
}

// Break says where a series cannot be compared across time.
type Break struct {
	Area    string `yaml:"area"`    // "" for every area
	Variant string `yaml:"variant"` // "" for every variant
	Period  string `yaml:"period"`  // the first period of the new counting
	Text    Text   `yaml:"text"`
	Source  string `yaml:"source"`
}

// DefaultThreshold is the smallest count that is shown where a catalogue entry sets no threshold of its own.
const DefaultThreshold = 5

// SmallestShown gives the smallest count that may be published.
func (i Indicator) SmallestShown() int {
	if i.Threshold == nil {
		return DefaultThreshold
	}
	return *i.Threshold
}

// OnOverview tells whether the overview lists the indicator.
func (i Indicator) OnOverview() bool { return i.Listed == nil || *i.Listed }

// Unit is what a value is measured in.
type Unit struct {
	ID       string  `yaml:"id"`
	Label    Text    `yaml:"label"`    // "per 100 000 invånare"
	Decimals int     `yaml:"decimals"` // printed after the decimal sign
	Fraction bool    `yaml:"fraction"` // false: a value must be whole
	Negative bool    `yaml:"negative"` // true: values below zero can be
	Max      float64 `yaml:"max"`      // 0: no upper bound
	Per      float64 `yaml:"per"`      // of how many a rate or share is: 100000, 100; 0 for what is no rate
}

// Theme is a heading of the overview.
type Theme struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
}

// Publisher is an organisation whose figures are shown.
type Publisher struct {
	ID          string `yaml:"id"`
	Name        Text   `yaml:"name"`
	URL         string `yaml:"url"`
	Licence     string `yaml:"licence"`     // SPDX id or the publisher's own words; "unknown" if not verified
	Attribution Text   `yaml:"attribution"` // how to name the source beside an unprocessed figure
	Processed   Text   `yaml:"processed"`   // how to name it beside a processed one; empty: it may not be named
}

// BreaksBetween gives the breaks that stand between two figures of a series, the earlier first: who compares across one
// compares two ways of counting.
func (i Indicator) BreaksBetween(a, b Observation) []Break {
	var out []Break
	for _, k := range i.Breaks {
		p, err := ParsePeriod(k.Period)
		if err != nil || (k.Area != "" && k.Area != b.Area) || (k.Variant != "" && k.Variant != b.Variant) {
			continue
		}
		if p.Start.After(a.Period.Start) && !p.Start.After(b.Period.Start) {
			out = append(out, k)
		}
	}
	return out
}
