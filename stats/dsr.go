package stats

import "math"

const methodDSR = "dsr"

// directRate is a directly standardised rate per 1, before limits.
type directRate struct {
	value, variance float64 // Σw·O/n and Σw²·O/n², weights summing to 1
	events, people  float64
	largest         float64 // the largest weight of one event, w/n
	mean            float64 // their mean
	meanSquare      float64 // the mean of their squares
}

// direct adds up the strata. Events of a stratum that are missing make the rate unknown.
func direct(method string, strata []Stratum) (directRate, error) {
	if len(strata) == 0 {
		return directRate{}, Refuse(method, MissingBands, "no age bands")
	}
	sum := 0.0
	for _, s := range strata {
		if err := checkStratum(method, s); err != nil {
			return directRate{}, err
		}
		sum += s.Weight
	}
	if !(sum > 0) {
		return directRate{}, Refuse(method, OutOfRange, "the weights of the standard population sum to %g", sum)
	}
	var r directRate
	for _, s := range strata {
		u := s.Weight / sum / s.Population
		r.value += u * s.Events
		r.variance += u * u * s.Events
		r.events += s.Events
		r.people += s.Population
		r.largest = math.Max(r.largest, u)
		r.mean += u / float64(len(strata))
		r.meanSquare += u * u / float64(len(strata))
	}
	return r, nil
}

func checkStratum(method string, s Stratum) error {
	if s.Missing {
		return Refuse(method, Missing, "the events of band %q are not known; a suppressed count is not zero", s.Band)
	}
	if err := firstError(checkCount(method, "the count of band "+s.Band, s.Events), checkPopulation(method, "the population of band "+s.Band, s.Population)); err != nil {
		return err
	}
	if !finite(s.Weight) || s.Weight < 0 || s.Weight > most {
		return Refuse(method, OutOfRange, "the weight of band %q is %g", s.Band, s.Weight)
	}
	return nil
}

// DSR gives the directly standardised rate Σw·O/n / Σw per multiplier with Dobson's limits (Dobson, Kuulasmaa, Eberle &
// Scherer 1991): Byar's limits of the total count, scaled to the variance of the rate. Strata hold counts, populations
// and weights of the standard (Standard.Weigh).
//
// Errors: too_few_events (fewer than 10: use DSRGamma, or show the crude rate), missing (a band's count is unknown),
// missing_bands (no strata), negative_count, no_population, not_finite, out_of_range.
func DSR(strata []Stratum, multiplier, level float64) (Estimate, error) {
	r, err := direct(methodDSR, strata)
	if err != nil {
		return Estimate{}, err
	}
	return dobson(methodDSR, r, r.events, multiplier, level)
}

// dobson scales Byar's limits of the count to the rate. spread is the variance of the count: the count itself where
// events are independent.
func dobson(method string, r directRate, spread, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkMultiplier(method, multiplier), checkLevel(method, level)); err != nil {
		return Estimate{}, err
	}
	if r.events < fewEvents {
		return Estimate{}, Refuse(method, TooFewEvents, "%g events; a standardised rate needs %d", r.events, fewEvents)
	}
	z, scale := zOf(level), math.Sqrt(r.variance/spread)
	low, ok := byarLower(r.events, z)
	if !ok {
		return Estimate{}, Refuse(method, TooFewEvents, "%g events have no lower limit at level %g", r.events, level)
	}
	e := Estimate{Value: r.value * multiplier, Lower: (r.value + scale*(low-r.events)) * multiplier,
		Upper: (r.value + scale*(byarUpper(r.events, z)-r.events)) * multiplier,
		Level: level, Method: Dobson, Events: r.events, Denominator: r.people}
	return e.flagged().checked(method)
}

const methodNonIndependent = "dsr_nonindependent"

// DSRNonIndependent gives the directly standardised rate of events of which a person may have several (admissions,
// doses). strata[f] holds the persons with exactly f+1 events, all with the same bands, populations and weights. The
// rate counts events; its variance is Σf²·V(persons with f), which is wider than that of as many independent events
// (PHEindicatormethods; Dobson et al. 1991 for the limits).
//
// Errors: those of DSR, and unequal_lengths when the groups differ in bands.
func DSRNonIndependent(strata [][]Stratum, multiplier, level float64) (Estimate, error) {
	if len(strata) == 0 {
		return Estimate{}, Refuse(methodNonIndependent, MissingBands, "no persons by number of events")
	}
	var all directRate
	for f, group := range strata {
		if len(group) != len(strata[0]) {
			return Estimate{}, Refuse(methodNonIndependent, UnequalLengths, "%d bands for persons with %d events, %d for those with 1", len(group), f+1, len(strata[0]))
		}
		for i := range group {
			if first := strata[0][i]; group[i].Population != first.Population || group[i].Weight != first.Weight {
				return Estimate{}, Refuse(methodNonIndependent, UnequalLengths, "band %d of the persons with %d events has another population or weight", i+1, f+1)
			}
		}
		r, err := direct(methodNonIndependent, group)
		if err != nil {
			return Estimate{}, err
		}
		times := float64(f + 1)
		all.value += times * r.value
		all.variance += times * times * r.variance
		all.events += times * r.events
		all.people = r.people
	}
	e, err := dobson(methodNonIndependent, all, all.events, multiplier, level)
	e.Flags |= NotIndependent
	return e, err
}
