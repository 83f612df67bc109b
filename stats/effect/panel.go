package effect

import (
	"math"
	"slices"

	"utfall/stats"
)

const methodPanel = "did_panel"

// Never marks a unit that is never treated.
const Never = 0

// Panel is a set of units followed over time, one element per observation, in any order.
type Panel struct {
	Unit  []string
	Time  []int     // period of the observation
	First []int     // first treated period of the unit, the same in all its rows; Never for controls
	Y     []float64 // outcome: a log rate, say; the scale is part of the assumption
}

// ATT is the average effect on the treated of one group in one period, or of several together.
type ATT struct {
	Group    int // first treated period of the group
	Time     int
	Base     int // period that Time is compared with
	Treated  int // units
	Controls int
	Estimate float64
	SE       *float64 // nil with fewer than two units on a side: the spread cannot be seen
	Before   bool     // Time lies before Group: an effect here is a sign that the groups were already parting
}

// GroupTime estimates the effect on the group first treated in period group, in period time, against the units never
// treated: mean change of the group less mean change of the controls since the base (Callaway & Sant'Anna 2021, no
// covariates). A base of 0 takes the last period before treatment, and for periods before that the period before
// ("varying"). The standard error is from the variances of the changes within the two sides.
//
// Errors: slices of unequal length, a unit with two values in a period or two groups, values that are not finite, and
// no treated unit, no control or no base period with both values (outside_series).
func GroupTime(p Panel, group, time, base int) (ATT, error) {
	t, err := p.table()
	if err != nil {
		return ATT{}, err
	}
	return t.att(group, time, base)
}

// GroupTimes estimates GroupTime for every group and every period that has a base, groups and periods increasing.
// Periods before treatment are there to be looked at: an effect in them speaks against the design.
func GroupTimes(p Panel) ([]ATT, error) {
	t, err := p.table()
	if err != nil {
		return nil, err
	}
	var out []ATT
	for _, g := range t.groups {
		for _, time := range t.times[1:] {
			a, err := t.att(g, time, 0)
			if err != nil {
				if stats.ReasonOf(err) == stats.OutsideSeries {
					continue // not every group is seen in every period
				}
				return nil, err
			}
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, stats.Refuse(methodPanel, stats.OutsideSeries, "no group can be compared in any period")
	}
	return out, nil
}

// Summary is an average of group-time effects.
type Summary struct {
	Key      int // group, period or time since treatment, as asked for
	Estimate float64
	Cells    int
}

// Over chooses what Aggregate averages over.
type Over string

// The averages of Callaway & Sant'Anna (2021).
const (
	Simple  Over = "simple"   // all effects at or after treatment, weighted by group size: one number, under key 0
	ByGroup Over = "group"    // by first treated period
	ByTime  Over = "calendar" // by period
	BySince Over = "dynamic"  // by periods since treatment, also before it
)

// Aggregate averages group-time effects, weighted by the number of treated units (Callaway & Sant'Anna 2021). Effects
// before treatment enter only the average by time since treatment. Errors: unknown kind, nothing to average.
func Aggregate(cells []ATT, over Over) ([]Summary, error) {
	if !slices.Contains([]Over{Simple, ByGroup, ByTime, BySince}, over) {
		return nil, stats.Refuse(methodPanel, stats.OutOfRange, "no average is called %q", over)
	}
	sum, weight, count := map[int]float64{}, map[int]float64{}, map[int]int{}
	for _, c := range cells {
		if c.Before && over != BySince {
			continue
		}
		key := map[Over]int{Simple: 0, ByGroup: c.Group, ByTime: c.Time, BySince: c.Time - c.Group}[over]
		w := float64(c.Treated)
		if over == ByGroup {
			w = 1 // the group has one size
		}
		sum[key] += w * c.Estimate
		weight[key] += w
		count[key]++
	}
	var out []Summary
	for key, s := range sum {
		out = append(out, Summary{Key: key, Estimate: s / weight[key], Cells: count[key]})
	}
	if len(out) == 0 {
		return nil, stats.Refuse(methodPanel, stats.TooFewPoints, "no effect at or after treatment to average")
	}
	slices.SortFunc(out, func(a, b Summary) int { return a.Key - b.Key })
	return out, nil
}

// Overall is the one number of an average: group averages weighted by size, the mean over periods, or the mean over
// periods since treatment from 0 on (Callaway & Sant'Anna 2021). Errors: as Aggregate.
func Overall(cells []ATT, over Over) (float64, error) {
	averages, err := Aggregate(cells, over)
	if err != nil {
		return 0, err
	}
	size := map[int]float64{}
	for _, c := range cells {
		size[c.Group] = max(size[c.Group], float64(c.Treated))
	}
	var sum, weight float64
	for _, a := range averages {
		w := 1.0
		switch {
		case over == ByGroup:
			w = size[a.Key]
		case over == BySince && a.Key < 0:
			w = 0
		}
		sum += w * a.Estimate
		weight += w
	}
	if weight == 0 {
		return 0, stats.Refuse(methodPanel, stats.TooFewPoints, "no effect at or after treatment to average")
	}
	return sum / weight, nil
}

// table is a checked panel: one row per unit.
type table struct {
	times, groups []int
	units         []unit
}

type unit struct {
	first int
	y     map[int]float64
}

func (p Panel) table() (table, error) {
	n := len(p.Y)
	if n == 0 || len(p.Unit) != n || len(p.Time) != n || len(p.First) != n {
		return table{}, stats.Refuse(methodPanel, stats.UnequalLengths, "%d units, %d times, %d first periods, %d values", len(p.Unit), len(p.Time), len(p.First), n)
	}
	t, at := table{}, map[string]int{}
	for i, name := range p.Unit {
		if !finite(p.Y[i]) {
			return t, stats.Refuse(methodPanel, stats.NotFinite, "unit %q is %v in period %d", name, p.Y[i], p.Time[i])
		}
		k, seen := at[name]
		if !seen {
			k = len(t.units)
			at[name] = k
			t.units = append(t.units, unit{first: p.First[i], y: map[int]float64{}})
		}
		if t.units[k].first != p.First[i] {
			return t, stats.Refuse(methodPanel, stats.OutOfRange, "unit %q is first treated in both %d and %d", name, t.units[k].first, p.First[i])
		}
		if _, twice := t.units[k].y[p.Time[i]]; twice {
			return t, stats.Refuse(methodPanel, stats.Unordered, "unit %q has two values in period %d", name, p.Time[i])
		}
		t.units[k].y[p.Time[i]] = p.Y[i]
		t.times = append(t.times, p.Time[i])
		if p.First[i] != Never {
			t.groups = append(t.groups, p.First[i])
		}
	}
	slices.Sort(t.times)
	slices.Sort(t.groups)
	t.times, t.groups = slices.Compact(t.times), slices.Compact(t.groups)
	return t, nil
}

// before is the last period of the panel before p.
func (t table) before(p int) (int, bool) {
	i, _ := slices.BinarySearch(t.times, p)
	if i == 0 {
		return 0, false
	}
	return t.times[i-1], true
}

func (t table) att(group, time, base int) (ATT, error) {
	if group == Never {
		return ATT{}, stats.Refuse(methodPanel, stats.OutOfRange, "the units never treated are the controls, not a group")
	}
	if base == 0 {
		ok := false
		if base, ok = t.before(min(group, time)); !ok {
			return ATT{}, stats.Refuse(methodPanel, stats.OutsideSeries, "group %d has no period before %d to compare with", group, min(group, time))
		}
	}
	var treated, control []float64
	for _, u := range t.units {
		now, okNow := u.y[time]
		then, okThen := u.y[base]
		if !okNow || !okThen {
			continue
		}
		switch u.first {
		case group:
			treated = append(treated, now-then)
		case Never:
			control = append(control, now-then)
		}
	}
	if len(treated) == 0 || len(control) == 0 {
		return ATT{}, stats.Refuse(methodPanel, stats.OutsideSeries, "%d treated and %d never treated units are seen in both %d and %d", len(treated), len(control), base, time)
	}
	a := ATT{Group: group, Time: time, Base: base, Treated: len(treated), Controls: len(control), Before: time < group}
	mt, vt := meanVariance(treated)
	mc, vc := meanVariance(control)
	a.Estimate = mt - mc
	if !finite(a.Estimate) {
		return ATT{}, stats.Refuse(methodPanel, stats.NotDefined, "the effect of group %d in %d is not finite", group, time)
	}
	if len(treated) > 1 && len(control) > 1 {
		if se := math.Sqrt(vt + vc); finite(se) {
			a.SE = &se
		}
	}
	return a, nil
}

// meanVariance gives the mean and the variance of the mean, with n and not n−1 below: the influence function's.
func meanVariance(v []float64) (m, variance float64) {
	n := float64(len(v))
	for _, x := range v {
		m += x / n
	}
	for _, x := range v {
		variance += (x - m) * (x - m) / n
	}
	return m, variance / n
}
