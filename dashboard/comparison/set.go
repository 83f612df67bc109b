package comparison

import (
	"cmp"
	"slices"
	"strings"

	"utfall/schema"
)

// Comparable tells whether areas of different size can be put against each other in an indicator as it is: a number says
// more of the size of a place than of what goes on there.
func Comparable(ind schema.Indicator) bool {
	switch ind.Kind {
	case schema.Rate, schema.Share, schema.Mean:
		return true
	case schema.Cost:
		return strings.HasSuffix(ind.Unit, "_per_inhabitant")
	}
	return false
}

// Stratum is what the figures that stand side by side have in common beside the period: one definition, one sex, one age.
type Stratum struct {
	Variant   string
	Sex       schema.Sex
	Age       string
	Breakdown string
}

// Of gives a figure's stratum.
func Of(o schema.Observation) Stratum { return Stratum{o.Variant, o.Sex, o.Age, o.Breakdown} }

func (s Stratum) compare(t Stratum) int {
	both := func(x Stratum) int {
		if x.Sex == schema.BothSexes {
			return 0
		}
		return 1
	}
	return cmp.Or(strings.Compare(s.Variant, t.Variant), len(s.Breakdown)-len(t.Breakdown), both(s)-both(t), strings.Compare(s.Age, t.Age), strings.Compare(string(s.Sex), string(t.Sex)),
		strings.Compare(s.Breakdown, t.Breakdown))
}

// Asked is what an address asks for; empty fields are left to the rules of Choose.
type Asked struct {
	Area   string
	Group  string
	Period string // canonical
	Within func(Stratum) bool
}

// Set is the figures of one indicator that stand side by side.
type Set struct {
	Indicator schema.Indicator
	Group     Group
	Stratum   Stratum
	Period    schema.Period
	Chosen    string                          // the area that the others are put against, "" if there is none
	Figures   map[string]schema.Observation   // by area, of the group, the chosen one and the country that they lie in
	Series    map[string][]schema.Observation // the same areas through time, with a value, in the order of time
	Groups    []Coverage[Group]               // the groups that there are, the largest first
	Periods   []Coverage[schema.Period]       // the periods that there are in the group and stratum, the newest first
	Strata    []Stratum
}

// Coverage is how many areas something has a figure for.
type Coverage[T any] struct {
	What  T
	Areas int
}

// newestShare is how large a part of the best covered period's areas the newest must have to be shown when no period is
// asked for: a year that only the quick have reported compares the quick with each other.
const newestShare = 0.8

// Choose picks group, stratum and period: those asked for, and otherwise the chosen area's group, the stratum with the
// most areas, and the newest period that has four fifths of the areas of the best one. ok is false where no figure fits.
func Choose(areas *schema.Areas, ind schema.Indicator, figures []schema.Observation, asked Asked) (set Set, ok bool) {
	set = Set{Indicator: ind, Chosen: asked.Area, Figures: map[string]schema.Observation{}, Series: map[string][]schema.Observation{}}
	groups := map[string]Group{}
	for _, o := range figures {
		if _, known := groups[o.Area]; !known {
			if g, fits := GroupOf(areas, o.Area); fits {
				groups[o.Area] = g
			}
		}
	}
	set.Groups = countGroups(groups)
	if set.Group, ok = pickGroup(areas, set.Groups, asked); !ok {
		return set, false
	}
	in := func(o schema.Observation) bool {
		return groups[o.Area] == set.Group && (asked.Within == nil || asked.Within(Of(o)))
	}
	if !set.pick(figures, in, asked) {
		return set, false
	}
	if set.Chosen == "" {
		set.Chosen = set.natural(figures)
	}
	for _, o := range figures {
		if Of(o) != set.Stratum || groups[o.Area] != set.Group && o.Area != set.Chosen && o.Area != set.Group.In {
			continue
		}
		if o.Period.String() == set.Period.String() {
			set.Figures[o.Area] = o
		}
		if o.Missing == schema.Present && o.Period.Kind == set.Period.Kind && !o.Period.Start.After(set.Period.Start) {
			set.Series[o.Area] = append(set.Series[o.Area], o)
		}
	}
	for _, s := range set.Series {
		slices.SortFunc(s, func(a, b schema.Observation) int { return a.Period.Start.Compare(b.Period.Start) })
	}
	return set, true
}

// natural is the area to put the others against when none is asked for: the country that they lie in, or Sweden among
// countries.
func (s *Set) natural(figures []schema.Observation) string {
	code := cmp.Or(s.Group.In, sweden)
	if slices.ContainsFunc(figures, func(o schema.Observation) bool {
		return o.Area == code && Of(o) == s.Stratum && o.Period.String() == s.Period.String()
	}) {
		return code
	}
	return ""
}

func countGroups(of map[string]Group) []Coverage[Group] {
	count := map[Group]int{}
	for _, g := range of {
		count[g]++
	}
	var out []Coverage[Group]
	for g, n := range count {
		if n > 1 {
			out = append(out, Coverage[Group]{g, n})
		}
	}
	slices.SortFunc(out, func(a, b Coverage[Group]) int { return cmp.Or(b.Areas-a.Areas, strings.Compare(a.What.ID, b.What.ID)) })
	return out
}

func pickGroup(areas *schema.Areas, groups []Coverage[Group], asked Asked) (Group, bool) {
	find := func(id string) (Group, bool) {
		i := slices.IndexFunc(groups, func(g Coverage[Group]) bool { return g.What.ID == id })
		if i < 0 {
			return Group{}, false
		}
		return groups[i].What, true
	}
	if asked.Group != "" {
		return find(asked.Group)
	}
	if asked.Area != "" && asked.Area != sweden {
		if g, fits := GroupOf(areas, asked.Area); fits {
			if g, there := find(g.ID); there {
				return g, true
			}
		}
	}
	if len(groups) == 0 {
		return Group{}, false
	}
	return groups[0].What, true
}

// pick finds stratum and period. A figure of the chosen area weighs more than many others: without it there is nothing to
// compare them with.
func (s *Set) pick(figures []schema.Observation, in func(schema.Observation) bool, asked Asked) bool {
	type place struct {
		stratum Stratum
		period  string
	}
	count, periods, chosen := map[place]int{}, map[string]schema.Period{}, map[place]bool{}
	best := map[Stratum]int{}
	has := map[Stratum]bool{}
	for _, o := range figures {
		at := place{Of(o), o.Period.String()}
		if o.Area == asked.Area && o.Missing == schema.Present {
			chosen[at], has[at.stratum] = true, true
		}
		if !in(o) {
			continue
		}
		periods[at.period] = o.Period
		count[at]++
		best[at.stratum] = max(best[at.stratum], count[at])
	}
	for t := range best {
		s.Strata = append(s.Strata, t)
	}
	if len(s.Strata) == 0 {
		return false
	}
	slices.SortFunc(s.Strata, Stratum.compare)
	s.Stratum = slices.MaxFunc(s.Strata, func(a, b Stratum) int { // the first of several
		return cmp.Or(number(has[a])-number(has[b]), best[a]-best[b])
	})
	for p, period := range periods {
		if n := count[place{s.Stratum, p}]; n > 0 {
			s.Periods = append(s.Periods, Coverage[schema.Period]{period, n})
		}
	}
	slices.SortFunc(s.Periods, func(a, b Coverage[schema.Period]) int {
		return cmp.Or(b.What.End.Compare(a.What.End), strings.Compare(b.What.String(), a.What.String()))
	})
	enough := func(c Coverage[schema.Period]) bool { return float64(c.Areas) >= newestShare*float64(best[s.Stratum]) }
	there := func(c Coverage[schema.Period]) bool { return chosen[place{s.Stratum, c.What.String()}] }
	for _, fits := range []func(Coverage[schema.Period]) bool{
		func(c Coverage[schema.Period]) bool { return c.What.String() == asked.Period },
		func(c Coverage[schema.Period]) bool { return enough(c) && there(c) },
		enough,
	} {
		if i := slices.IndexFunc(s.Periods, fits); i >= 0 {
			s.Period = s.Periods[i].What
			return asked.Period == "" || s.Period.String() == asked.Period
		}
	}
	return false
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
