package comparison

import (
	"cmp"
	"slices"
	"strings"

	"utfall/schema"
	"utfall/stats"
)

// funnelLeast is the fewest areas that a funnel is drawn for: with fewer, the mean that it stands around is that of a few.
const funnelLeast = 5

// FunnelPoint is one area in the funnel.
type FunnelPoint struct {
	Area  string
	Count Count
	Value float64 // in the indicator's unit
	Place stats.Significance
}

// Curve is a line of the funnel: population, and the limit there in the indicator's unit.
type Curve [][2]float64

// Funnel shows how far chance alone scatters areas of different size around their common rate.
type Funnel struct {
	Points                               []FunnelPoint // in the order of population
	Baseline                             float64       // events of all over population of all, in the indicator's unit
	Lower95, Upper95, Lower998, Upper998 Curve
	Phi                                  float64 // how many times the variation is that of chance alone; 1: as chance
	Widened                              bool    // the limits allow for that areas vary beyond chance (Spiegelhalter 2005)
	Outside95, Outside998                int     // areas outside the 95 % limits, and of those outside the 99.8 % limits
}

// NewFunnel makes the funnel of a group's areas. why says why there is none.
func (s Set) NewFunnel(areas *schema.Areas, counts map[string]Count) (f *Funnel, why Without) {
	var list []stats.FunnelArea
	f = &Funnel{}
	for code, c := range counts {
		if g, ok := GroupOf(areas, code); ok && g == s.Group {
			f.Points = append(f.Points, FunnelPoint{Area: code, Count: c, Value: s.Figures[code].Value})
		}
	}
	if len(f.Points) < funnelLeast {
		return nil, NotMatched
	}
	slices.SortFunc(f.Points, func(a, b FunnelPoint) int {
		return cmp.Or(cmp.Compare(a.Count.Population, b.Count.Population), strings.Compare(a.Area, b.Area))
	})
	for _, p := range f.Points {
		list = append(list, stats.FunnelArea{Events: p.Count.Events, Denominator: p.Count.Population})
	}
	times := s.Indicator.Derive.Times()
	places, baseline, err := stats.FunnelSignificance(stats.FunnelCrudeRate, list)
	if err != nil || baseline == 0 {
		return nil, NotMatched
	}
	f.Baseline = baseline * times
	for i := range f.Points {
		f.Points[i].Place = places[i]
	}
	if !f.widen(list, baseline, times) {
		limits, err := stats.FunnelLimits(stats.FunnelCrudeRate, list, times, 1)
		if err != nil {
			return nil, NotMatched
		}
		f.lines(limits)
	}
	for _, p := range f.Points {
		switch p.Place {
		case stats.High998, stats.Low998:
			f.Outside998++
			f.Outside95++
		case stats.High95, stats.Low95:
			f.Outside95++
		}
	}
	return f, HasCounts
}

// lines takes the limits of chance alone.
func (f *Funnel) lines(limits []stats.FunnelLimit) {
	for _, l := range limits {
		f.Lower95 = append(f.Lower95, [2]float64{l.DenominatorLower95, l.Lower95})
		f.Upper95 = append(f.Upper95, [2]float64{l.DenominatorUpper95, l.Upper95})
		f.Lower998 = append(f.Lower998, [2]float64{l.DenominatorLower998, l.Lower998})
		f.Upper998 = append(f.Upper998, [2]float64{l.DenominatorUpper998, l.Upper998})
	}
}

// widen puts limits and places on the variation that there is, where areas vary beyond chance and are many enough to
// measure by how much.
func (f *Funnel) widen(list []stats.FunnelArea, baseline, times float64) bool {
	expected := make([]stats.FunnelArea, len(list))
	for i, a := range list {
		expected[i] = stats.FunnelArea{Events: a.Events, Denominator: a.Denominator * baseline}
	}
	over, err := stats.Overdispersion(expected)
	if err != nil {
		return false
	}
	f.Phi = over.Phi
	if over.FewAreas || over.Tau2 == 0 {
		return false
	}
	f.Widened = true
	for i, l := range over.Limits {
		at := list[i].Denominator
		unit := baseline * times
		f.Lower95 = append(f.Lower95, [2]float64{at, l.Lower95 * unit})
		f.Upper95 = append(f.Upper95, [2]float64{at, l.Upper95 * unit})
		f.Lower998 = append(f.Lower998, [2]float64{at, l.Lower998 * unit})
		f.Upper998 = append(f.Upper998, [2]float64{at, l.Upper998 * unit})
		switch v := f.Points[i].Value; {
		case v > l.Upper998*unit:
			f.Points[i].Place = stats.High998
		case v < l.Lower998*unit:
			f.Points[i].Place = stats.Low998
		case v > l.Upper95*unit:
			f.Points[i].Place = stats.High95
		case v < l.Lower95*unit:
			f.Points[i].Place = stats.Low95
		default:
			f.Points[i].Place = stats.WithinLimits
		}
	}
	return true
}
