// Package vintage answers what was known when: rows of values with the day of their issue, read as of a day.
//
// It may import the standard library and the parent package stats. It does no I/O and keeps no state; the order in
// which rows arrive never changes an answer.
package vintage

import (
	"cmp"
	"slices"
	"time"

	"utfall/stats"
)

const method = "vintage_asof"

// Row is one issue of one value. A row without value withdraws what was issued before.
type Row struct {
	Series string
	Period string
	Issue  string   // the day of publication, 2024-08-30
	Value  *float64 // nil: withdrawn
}

// Archive holds rows in order: by series, period and issue.
type Archive struct {
	rows  []Row
	until string
}

// NewArchive orders rows. until is the day of the last look for new issues; a question about a later day is refused,
// since nothing says that its answer is current. Empty: no such bound.
//
// Errors: out_of_range (an issue or until that is no day), not_finite, unordered (two values of one series and period
// with the same issue).
func NewArchive(rows []Row, until string) (*Archive, error) {
	a := &Archive{rows: slices.Clone(rows), until: until}
	if until != "" {
		if err := checkDay("until", until); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(a.rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(x.Series, y.Series), cmp.Compare(x.Period, y.Period), cmp.Compare(x.Issue, y.Issue))
	})
	for i, r := range a.rows {
		if err := checkDay("issue", r.Issue); err != nil {
			return nil, err
		}
		if r.Value != nil && *r.Value-*r.Value != 0 {
			return nil, stats.Refuse(method, stats.NotFinite, "%s %s of %s is %g", r.Series, r.Period, r.Issue, *r.Value)
		}
		if i > 0 {
			if l := a.rows[i-1]; l.Series == r.Series && l.Period == r.Period && l.Issue == r.Issue && !equal(l.Value, r.Value) {
				return nil, stats.Refuse(method, stats.Unordered, "%s %s was issued twice on %s with different values", r.Series, r.Period, r.Issue)
			}
		}
	}
	a.rows = slices.CompactFunc(a.rows, func(x, y Row) bool {
		return x.Series == y.Series && x.Period == y.Period && x.Issue == y.Issue
	})
	return a, nil
}

func checkDay(what, day string) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return stats.Refuse(method, stats.OutOfRange, "%s %q is no day like 2024-08-30", what, day)
	}
	return nil
}

func equal(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// AsOf gives the values known on a day, that day's issues included: of each series and period the latest issue, unless
// that withdrew the value. Ordered by series and period.
//
// Errors: out_of_range (no day, or a day after the last look for issues).
func (a *Archive) AsOf(day string) ([]Row, error) {
	if err := a.checkQuestion(day); err != nil {
		return nil, err
	}
	known := []Row{}
	for group := range a.groups() {
		if r := latest(group, day); r != nil && r.Value != nil {
			known = append(known, *r)
		}
	}
	return known, nil
}

func (a *Archive) checkQuestion(day string) error {
	if err := checkDay("as_of", day); err != nil {
		return err
	}
	if a.until != "" && day > a.until {
		return stats.Refuse(method, stats.OutOfRange, "as_of %s is after %s, when issues were last looked for", day, a.until)
	}
	return nil
}

// groups yields the rows of each series and period.
func (a *Archive) groups() func(yield func([]Row) bool) {
	return func(yield func([]Row) bool) {
		for i := 0; i < len(a.rows); {
			j := i + 1
			for j < len(a.rows) && a.rows[j].Series == a.rows[i].Series && a.rows[j].Period == a.rows[i].Period {
				j++
			}
			if !yield(a.rows[i:j:j]) {
				return
			}
			i = j
		}
	}
}

// latest is the last row issued by a day, nil when there is none.
func latest(group []Row, day string) *Row {
	var last *Row
	for i := range group {
		if group[i].Issue <= day {
			last = &group[i]
		}
	}
	return last
}

// First gives the first issued value of each series and period.
func (a *Archive) First() []Row {
	first := []Row{}
	for group := range a.groups() {
		if i := slices.IndexFunc(group, func(r Row) bool { return r.Value != nil }); i >= 0 {
			first = append(first, group[i])
		}
	}
	return first
}

// History gives all issues of a period in the order of issue, withdrawals too, of all series that have it.
func (a *Archive) History(period string) []Row {
	history := []Row{}
	for _, r := range a.rows {
		if r.Period == period {
			history = append(history, r)
		}
	}
	return history
}

// Kind says how a value changed between two days.
type Kind string

// The kinds of change.
const (
	New       Kind = "new"       // it had never been issued
	Revised   Kind = "revised"   // it had another value
	Withdrawn Kind = "withdrawn" // it had a value and has none
	Restored  Kind = "restored"  // it had been withdrawn and has a value again
)

// Change is one value that differs between two days.
type Change struct {
	Series, Period string
	Before, After  *float64 // nil: not known
	Kind           Kind
}

// Changes lists what differs between what was known on two days. A value issued again unchanged is no change.
//
// Errors: out_of_range (no day, a day after the last look, to before from).
func (a *Archive) Changes(from, to string) ([]Change, error) {
	if err := a.checkQuestion(from); err != nil {
		return nil, err
	}
	if err := a.checkQuestion(to); err != nil {
		return nil, err
	}
	if to < from {
		return nil, stats.Refuse(method, stats.OutOfRange, "from %s to %s; the second day comes first", from, to)
	}
	changes := []Change{}
	for group := range a.groups() {
		c := Change{Series: group[0].Series, Period: group[0].Period}
		earlier := latest(group, from)
		if earlier != nil {
			c.Before = earlier.Value
		}
		if later := latest(group, to); later != nil {
			c.After = later.Value
		}
		if equal(c.Before, c.After) {
			continue
		}
		switch {
		case c.After == nil:
			c.Kind = Withdrawn
		case earlier == nil:
			c.Kind = New
		case c.Before == nil:
			c.Kind = Restored
		default:
			c.Kind = Revised
		}
		changes = append(changes, c)
	}
	return changes, nil
}
