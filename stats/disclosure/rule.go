package disclosure

import (
	"utfall/stats"
)

const methodRule = "sdc_rule"

// Reason says why a cell is hidden. It is for the operator's report and is never published: whoever could tell a small
// count from one that is hidden to protect it would know that it is 1 to k−1.
type Reason string

// The reasons, in the order in which the first that holds is given.
const (
	Shown       Reason = ""
	Small       Reason = "small"        // a count of 1 to k−1
	SmallGroup  Reason = "small_group"  // the group that the count is of is smaller than the policy allows
	WholeGroup  Reason = "whole_group"  // all of the group, or all but 1 to k−1 of it: what is said of it is said of each
	Dominated   Reason = "dominated"    // one contributor makes up too much of the sum
	Revision    Reason = "revision"     // differs by 1 to k−1 from what an earlier release said
	Before      Reason = "before"       // hidden in an earlier release
	Complement  Reason = "complement"   // would give a hidden count back
	WithDerived Reason = "with_derived" // computed from a hidden count
)

// Primary tells whether a cell is hidden for its own sake.
func (r Reason) Primary() bool {
	switch r {
	case Small, SmallGroup, WholeGroup, Dominated, Revision, Before:
		return true
	}
	return false
}

// Rule is the policy for one indicator.
type Rule struct {
	Threshold int64   // k: counts of 1 to k−1 are hidden and a hidden count must keep a range of k; default 5
	MinGroup  int64   // smallest group that a count is shown of; 0: any
	Dominance float64 // share of a sum above which one contributor dominates it, 0 to 1; 0: not looked at
}

// DefaultRule is a threshold of 5 and groups of at least 50. Dominance is for sums of contributions; a count of persons
// has none.
func DefaultRule() Rule { return Rule{Threshold: 5, MinGroup: 50} }

// Measure is what the rule is asked about: a count, and where they are known the group that it is of and the largest
// single contribution to it.
type Measure struct {
	Count   int64
	Group   int64 // 0: not known
	Largest int64 // 0: not known
}

func (r Rule) check() error {
	switch {
	case r.Threshold < 1 || r.Threshold > largest:
		return stats.Refuse(methodRule, stats.OutOfRange, "threshold %d: at least 1 is needed", r.Threshold)
	case r.MinGroup < 0:
		return stats.Refuse(methodRule, stats.OutOfRange, "smallest group %d is below zero", r.MinGroup)
	case !(r.Dominance >= 0 && r.Dominance <= 1):
		return stats.Refuse(methodRule, stats.OutOfRange, "share of the dominant contributor %v is not 0 to 1", r.Dominance)
	}
	return nil
}

// Primary gives why a count must be hidden for its own sake, Shown if it need not. Zeros are shown, unless their group is
// too small. Errors: NegativeCount, AboveDenominator for a count above its group or a contribution above the count,
// OutOfRange for a rule without sense.
func (r Rule) Primary(m Measure) (Reason, error) {
	if err := r.check(); err != nil {
		return Shown, err
	}
	switch {
	case m.Count < 0 || m.Group < 0 || m.Largest < 0:
		return Shown, stats.Refuse(methodRule, stats.NegativeCount, "count %d, group %d, largest contribution %d", m.Count, m.Group, m.Largest)
	case m.Group > 0 && m.Count > m.Group:
		return Shown, stats.Refuse(methodRule, stats.AboveDenominator, "count %d in a group of %d", m.Count, m.Group)
	case m.Largest > m.Count:
		return Shown, stats.Refuse(methodRule, stats.AboveDenominator, "a contribution of %d to a sum of %d", m.Largest, m.Count)
	case m.Count > 0 && m.Count < r.Threshold:
		return Small, nil
	case m.Group > 0 && m.Group < r.MinGroup:
		return SmallGroup, nil
	case m.Group > 0 && m.Group-m.Count < r.Threshold:
		return WholeGroup, nil
	case r.Dominance > 0 && float64(m.Largest) > r.Dominance*float64(m.Count):
		return Dominated, nil
	}
	return Shown, nil
}

// Revised tells whether two vintages of a count, both published, would show 1 to k−1 persons or events by their
// difference.
func (r Rule) Revised(before, after int64) bool {
	d := max(before-after, after-before)
	return d > 0 && d < r.Threshold
}
