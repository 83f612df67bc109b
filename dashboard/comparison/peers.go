package comparison

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"utfall/schema"
)

// Trait is one measure that areas are alike or unlike in.
type Trait struct {
	schema.PeerTrait
	Year   int // that its figures are about
	Areas  int // of the group that have one
	Values map[string]float64
	spread float64 // standard deviation over the group, on the trait's scale
}

// Peer is an area and how far it is from the chosen one: 0 is alike in every trait, 1 differs by one standard deviation in
// one of them.
type Peer struct {
	Area     string
	Distance float64
}

// Peers are the areas of the group most like the chosen one.
type Peers struct {
	Used    []Trait // what the likeness rests on
	Unknown []Trait // asked for, but without a figure for the chosen area, or without spread
	Nearest []Peer
	Known   int // areas that could be among them
}

// Alike finds the areas of the set's group that are most like the chosen one: the smallest root of the sum of squares of the
// differences in each trait, each over its standard deviation in the group. Only areas with a figure for the indicator
// take part, and only traits that the chosen area has a figure for.
func (s Set) Alike(areas *schema.Areas, traits []schema.PeerTrait, figures []schema.Observation, most int) Peers {
	var out Peers
	if g, ok := GroupOf(areas, s.Chosen); !ok || g != s.Group {
		return out
	}
	for _, t := range traits {
		trait := s.trait(areas, t, figures)
		if _, known := trait.Values[s.Chosen]; known && trait.spread > 0 {
			out.Used = append(out.Used, trait)
		} else {
			out.Unknown = append(out.Unknown, trait)
		}
	}
	if len(out.Used) == 0 {
		return out
	}
	for code, o := range s.Figures {
		if g, ok := GroupOf(areas, code); !ok || g != s.Group || code == s.Chosen || o.Missing != schema.Present {
			continue
		}
		sum, whole := 0.0, true
		for _, t := range out.Used {
			v, known := t.Values[code]
			whole = whole && known
			d := (t.scale(v) - t.scale(t.Values[s.Chosen])) / t.spread
			sum += d * d
		}
		if whole {
			out.Nearest = append(out.Nearest, Peer{code, math.Sqrt(sum)})
		}
	}
	out.Known = len(out.Nearest)
	slices.SortFunc(out.Nearest, func(a, b Peer) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), strings.Compare(a.Area, b.Area))
	})
	out.Nearest = out.Nearest[:min(most, len(out.Nearest))]
	return out
}

// trait takes the newest year, not after the set's period, that the chosen area has a figure for.
func (s Set) trait(areas *schema.Areas, t schema.PeerTrait, figures []schema.Observation) Trait {
	out := Trait{PeerTrait: t, Values: map[string]float64{}}
	fits := func(o schema.Observation) bool {
		return o.Indicator == t.Indicator && o.Variant == "" && o.Breakdown == "" && o.Sex == schema.BothSexes && o.Age == schema.AllAges &&
			o.Period.Kind == schema.Year && o.Missing == schema.Present && (t.Scale != schema.LogScale || o.Value > 0)
	}
	for _, o := range figures {
		if y := o.Period.Start.Year(); o.Area == s.Chosen && fits(o) && y <= s.Period.End.Year() {
			out.Year = max(out.Year, y)
		}
	}
	sum, squares := 0.0, 0.0
	for _, o := range figures {
		if g, ok := GroupOf(areas, o.Area); !ok || g != s.Group || !fits(o) || o.Period.Start.Year() != out.Year {
			continue
		}
		out.Values[o.Area] = o.Value
		sum += out.scale(o.Value)
	}
	out.Areas = len(out.Values)
	for _, v := range out.Values {
		d := out.scale(v) - sum/float64(out.Areas)
		squares += d * d
	}
	if out.Areas > 1 {
		out.spread = math.Sqrt(squares / float64(out.Areas-1))
	}
	return out
}

func (t Trait) scale(v float64) float64 {
	if t.Scale == schema.LogScale {
		return math.Log(v)
	}
	return v
}
