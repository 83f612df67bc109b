package schema

import (
	"cmp"
	"slices"
)

// ClaimKind says what can be done with a claim.
type ClaimKind string

// The kinds of claim.
const (
	TimeSeriesClaim ClaimKind = "time_series" // computed from the figures by its rules
	ResearchClaim   ClaimKind = "research"    // stands on an evidence board and is never scored
	NormativeClaim  ClaimKind = "normative"   // about what ought to be, or what the law allows: listed, not tested
)

var claimKinds = []ClaimKind{TimeSeriesClaim, ResearchClaim, NormativeClaim}

// ClaimSource is a text whose claims are tested.
type ClaimSource struct {
	ID        string `yaml:"id"`
	Title     Text   `yaml:"title"`
	Short     Text   `yaml:"short"`     // as it is called where there is little room
	Reference string `yaml:"reference"` // its number in a diary, "" if it has none
}

// Claim is one statement that can be right or wrong, in our own words, and how it is tested.
type Claim struct {
	ID          string     `yaml:"id"`
	Kind        ClaimKind  `yaml:"kind"`
	Documents   []string   `yaml:"documents"` // ids in documents.yaml; none for a control of our own
	Section     string     `yaml:"section"`   // of the document, "" where it was not recorded
	Title       Text       `yaml:"title"`
	Proposition Text       `yaml:"proposition"`
	Statistic   Text       `yaml:"statistic"`  // what is computed
	Comparator  Text       `yaml:"comparator"` // what it is compared with
	Decision    Text       `yaml:"decision"`   // the rule in words, written down before the figures were read
	Falsified   Text       `yaml:"falsified"`  // what would show the claim to be wrong
	Decided     string     `yaml:"decided"`    // the day on which the rule was written down
	Rules       []Rule     `yaml:"rules"`
	Sequence    *Sequence  `yaml:"sequence"`
	Evidence    []Evidence `yaml:"evidence"`
	Missing     []Need     `yaml:"missing"`
	Notes       []Text     `yaml:"notes"`
}

// RuleKind says what a rule computes.
type RuleKind string

// The kinds of rule. There are few, and none is made for one claim.
const (
	RatioRule    RuleKind = "ratio"    // each of series over each of against, in one period
	ChangeRule   RuleKind = "change"   // to over from, for each of series
	StepsRule    RuleKind = "steps"    // every yearly step from from to to, for each of series
	TrendRule    RuleKind = "trend"    // yearly percent change since from, or in the last years, for each of series
	LevelRule    RuleKind = "level"    // the value in a period, for each of series
	ShareRule    RuleKind = "share"    // series over series and against together; with from and to the change of the share
	ReplacesRule RuleKind = "replaces" // the rise of against for each fall of series, from from to to
	OrderRule    RuleKind = "order"    // events come in the order given, all of them before stated
)

var ruleKinds = []RuleKind{RatioRule, ChangeRule, StepsRule, TrendRule, LevelRule, ShareRule, ReplacesRule, OrderRule}

// LatestPeriod stands for the newest year that has the figures which a rule needs.
const LatestPeriod = "latest"

// Rule is a computation with the conditions that decide. It expands to one variant for each way to count.
type Rule struct {
	Kind       RuleKind    `yaml:"kind"`
	Label      Text        `yaml:"label"`    // what this way to count is called, may be empty
	Proxy      bool        `yaml:"proxy"`    // it measures something near the claim, not the claim itself
	Interval   string      `yaml:"interval"` // "none" where counts are not independent of each other, so that no limits are honest
	Series     []Selection `yaml:"series"`
	Against    []Selection `yaml:"against"`
	Per        *Selection  `yaml:"per"` // a population that counts are divided by
	Period     string      `yaml:"period"`
	From       string      `yaml:"from"`   // a year
	To         string      `yaml:"to"`     // a year, or latest
	Within     int         `yaml:"within"` // years by which from and to may be off; each that has a figure is computed
	Last       int         `yaml:"last"`   // trend: the newest so many years
	Yearly     bool        `yaml:"yearly"` // ratio: divided by the length of the period in years
	Events     []string    `yaml:"events"` // order: ids in the register
	Stated     string      `yaml:"stated"` // order: when the statement was made
	Support    Condition   `yaml:"support"`
	Contradict Condition   `yaml:"contradict"`
}

// Selection picks the series of one indicator.
type Selection struct {
	Indicator string      `yaml:"indicator"`
	Variant   string      `yaml:"variant"`
	Area      string      `yaml:"area"`
	Sex       Sex         `yaml:"sex"` // T if not given
	Age       string      `yaml:"age"` // TOT if not given
	Plus      []Selection `yaml:"plus"`
	Label     Text        `yaml:"label"`
}

// Both gives the sex with its default.
func (s Selection) Both() Sex { return cmp.Or(s.Sex, BothSexes) }

// Ages gives the age with its default.
func (s Selection) Ages() string { return cmp.Or(s.Age, AllAges) }

// Condition is a bound on the statistic of a rule. At most one field is set; none is no condition.
type Condition struct {
	Below    *float64 `yaml:"below"`
	Above    *float64 `yaml:"above"`
	AtMost   *float64 `yaml:"at_most"`
	AtLeast  *float64 `yaml:"at_least"`
	Contains *float64 `yaml:"contains"` // the limits hold the number
	Excludes *float64 `yaml:"excludes"` // they do not
}

// Empty tells whether there is no condition.
func (c Condition) Empty() bool { return c == Condition{} }

// Sequence is what a claim says, or lets be understood, about what came first.
type Sequence struct {
	Event     string `yaml:"event"`     // what is said to have worked
	Onset     string `yaml:"onset"`     // since when the change is said to have gone on, "" if the claim does not say
	Stated    string `yaml:"stated"`    // when it was stated, "" if not known
	Direction string `yaml:"direction"` // fall or rise
}

// Evidence is a published finding. It is shown, never scored.
type Evidence struct {
	Outcome   Text    `yaml:"outcome"`
	Finding   Text    `yaml:"finding"`
	Direction string  `yaml:"direction"` // for, against, mixed or none
	Design    Text    `yaml:"design"`
	Certainty Text    `yaml:"certainty"`
	Source    string  `yaml:"source"`
	URL       string  `yaml:"url"`
	Date      string  `yaml:"date"` // what the finding is about or when it was published
	Read      Reading `yaml:"read"`
}

// Need is a table that would settle a claim.
type Need struct {
	Holder   string `yaml:"holder"`    // who has it
	HolderEN string `yaml:"holder_en"` // the same in English, where it is no name alone
	Table    Text   `yaml:"table"`     // what it must hold, by which breakdowns and years
}

// HolderIn says who has it.
func (n Need) HolderIn(l Lang) string {
	if l == EN && n.HolderEN != "" {
		return n.HolderEN
	}
	return n.Holder
}

// Claim gives a claim by its id.
func (c *Catalogue) Claim(id string) (Claim, bool) {
	return find(c.Claims, func(x Claim) bool { return x.ID == id })
}

// ClaimSource gives a document by its id.
func (c *Catalogue) ClaimSource(id string) (ClaimSource, bool) {
	return find(c.ClaimSources, func(d ClaimSource) bool { return d.ID == id })
}

// Indicators gives the ids of every indicator that the claim's rules need, each once, sorted.
func (x Claim) Indicators() []string {
	var out []string
	for _, r := range x.Rules {
		for _, s := range r.Selections() {
			out = append(out, s.Indicator)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Areas gives the codes of every area that the claim's rules need, each once, sorted.
func (x Claim) Areas() []string {
	var out []string
	for _, r := range x.Rules {
		for _, s := range r.Selections() {
			out = append(out, s.Area)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Selections gives every series that a rule needs, the parts of sums among them.
func (r Rule) Selections() []Selection {
	var out []Selection
	add := func(s Selection) {
		out = append(out, s)
		out = append(out, s.Plus...)
	}
	for _, s := range r.Series {
		add(s)
	}
	for _, s := range r.Against {
		add(s)
	}
	if r.Per != nil {
		add(*r.Per)
	}
	return out
}
