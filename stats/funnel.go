package stats

import "math"

const methodFunnel = "funnel"

// FunnelKind says what the points of a funnel are.
type FunnelKind string

// The kinds of funnel.
const (
	FunnelProportion   FunnelKind = "proportion"   // events of a denominator
	FunnelRatio        FunnelKind = "ratio"        // observed over expected, baseline 1
	FunnelCrudeRate    FunnelKind = "crude"        // events of a population
	FunnelStandardised FunnelKind = "standardised" // events and the population that makes them the standardised rate
)

// FunnelArea is one point: events and denominator, which is a population, or the expected events of a ratio.
type FunnelArea struct{ Events, Denominator float64 }

// DSRArea makes the point of a directly standardised rate per multiplier: its denominator is the population in which
// the events would give that rate.
//
// An area without events has no such population: its denominator is 0 and it takes no part in the baseline.
//
// Errors: not_defined (a rate of 0 with events), negative_count, not_finite, out_of_range (also a rate too small beside
// its events).
func DSRArea(events, rate, multiplier float64) (FunnelArea, error) {
	if err := firstError(checkCount(methodFunnel, "the count", events), checkCount(methodFunnel, "the rate", rate), checkMultiplier(methodFunnel, multiplier)); err != nil {
		return FunnelArea{}, err
	}
	if events == 0 {
		return FunnelArea{}, nil
	}
	if rate == 0 {
		return FunnelArea{}, Refuse(methodFunnel, NotDefined, "%g events with a rate of 0", events)
	}
	area := FunnelArea{Events: events, Denominator: events / rate * multiplier}
	if !finite(area.Denominator) {
		return FunnelArea{}, Refuse(methodFunnel, OutOfRange, "%g events with a rate of %g per %g", events, rate, multiplier)
	}
	return area, nil
}

// Significance says where a point lies in its funnel.
type Significance string

// The places in a funnel. Outside the 99.8 % limits is worth a look, between those and the 95 % limits one area in
// twenty lies by chance.
const (
	High998        Significance = "high_998" // above the upper 99.8 % limit
	High95         Significance = "high_95"
	WithinLimits   Significance = "within"
	Low95          Significance = "low_95"
	Low998         Significance = "low_998"
	NotJudgedSmall Significance = "too_few_events" // fewer than 10 events of a standardised rate
)

// FunnelSignificance places every area against the baseline, which is 1 for ratios and the events of all areas over
// their denominators otherwise (Spiegelhalter 2005). Proportions: score limits of the baseline. Ratios and rates: the
// baseline outside the limits of the area, exact under 10 events (Garwood 1936), Byar's from 10 (Breslow & Day 1987).
//
// Errors: too_few_points (no area), negative_count, no_population, above_denominator (proportion), not_finite,
// out_of_range (kind).
func FunnelSignificance(kind FunnelKind, areas []FunnelArea) (places []Significance, baseline float64, err error) {
	if baseline, err = funnelBaseline(kind, areas); err != nil {
		return nil, 0, err
	}
	for _, a := range areas {
		places = append(places, a.place(kind, baseline))
	}
	return places, baseline, nil
}

func (a FunnelArea) place(kind FunnelKind, baseline float64) Significance {
	if kind == FunnelStandardised && a.Events < fewEvents {
		return NotJudgedSmall
	}
	low998, high998 := a.judgedBy(kind, baseline, Level998)
	low95, high95 := a.judgedBy(kind, baseline, Level95)
	switch {
	case high998:
		return High998
	case high95:
		return High95
	case low998:
		return Low998
	case low95:
		return Low95
	}
	return WithinLimits
}

func funnelBaseline(kind FunnelKind, areas []FunnelArea) (float64, error) {
	switch kind {
	case FunnelProportion, FunnelRatio, FunnelCrudeRate, FunnelStandardised:
	default:
		return 0, Refuse(methodFunnel, OutOfRange, "no funnel of kind %q", kind)
	}
	if len(areas) == 0 {
		return 0, Refuse(methodFunnel, TooFewPoints, "no areas")
	}
	x, n := 0.0, 0.0
	for i, a := range areas {
		if kind == FunnelStandardised && a == (FunnelArea{}) {
			continue
		}
		if err := firstError(checkCount(methodFunnel, "a count", a.Events), checkPopulation(methodFunnel, "a denominator", a.Denominator)); err != nil {
			return 0, err
		}
		if kind == FunnelProportion && a.Events > a.Denominator {
			return 0, Refuse(methodFunnel, AboveDenominator, "area %d has %g of %g", i+1, a.Events, a.Denominator)
		}
		x += a.Events
		n += a.Denominator
	}
	if kind == FunnelRatio {
		return 1, nil
	}
	if n == 0 {
		return 0, Refuse(methodFunnel, NotDefined, "no area has any events")
	}
	if !finite(x / n) {
		return 0, Refuse(methodFunnel, OutOfRange, "%g events of %g", x, n)
	}
	return x / n, nil
}

// judgedBy says whether the area is below or above the limits at a level.
func (a FunnelArea) judgedBy(kind FunnelKind, baseline, level float64) (low, high bool) {
	if kind == FunnelProportion {
		half := zOf(level) * math.Sqrt(baseline*(1-baseline)/a.Denominator)
		p := a.Events / a.Denominator
		return p < baseline-half, p > baseline+half
	}
	l, u, _ := countLimits(a.Events, level)
	return baseline > u/a.Denominator, baseline < l/a.Denominator
}
