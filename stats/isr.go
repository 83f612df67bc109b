package stats

const methodISR = "isr"

// IndirectStratum is one age group of an area beside that of the reference.
type IndirectStratum struct {
	Band                             string
	Events                           float64
	Missing                          bool // the events are not known; they are not zero
	Population                       float64
	ReferenceEvents, ReferencePeople float64
}

// IndirectRate is an indirectly standardised comparison with a reference.
type IndirectRate struct {
	Observed, Expected float64
	ReferenceRate      float64  // crude rate of the reference per multiplier
	Ratio              Estimate // SMR times refValue
	Rate               Estimate // SMR times the reference rate, per multiplier
}

// ISR gives the standardised ratio O/E, where E is what the area would have seen at the reference's rates in each band,
// times refValue (1 or 100), and the indirectly standardised rate per multiplier. Limits are those of the observed
// count over E: exact under 10 (Garwood 1936), Byar's from 10 (Breslow & Day 1987). Two areas' ratios are not
// comparable with each other, only with the reference.
//
// Errors: missing, missing_bands (no strata), not_defined (nothing expected), negative_count, no_population,
// not_finite, out_of_range.
func ISR(strata []IndirectStratum, refValue, multiplier, level float64) (IndirectRate, error) {
	if err := firstError(checkMultiplier(methodISR, refValue), checkMultiplier(methodISR, multiplier), checkLevel(methodISR, level)); err != nil {
		return IndirectRate{}, err
	}
	if len(strata) == 0 {
		return IndirectRate{}, Refuse(methodISR, MissingBands, "no age bands")
	}
	var r IndirectRate
	people, refEvents, refPeople := 0.0, 0.0, 0.0
	for _, s := range strata {
		if s.Missing {
			return IndirectRate{}, Refuse(methodISR, Missing, "the events of band %q are not known; a suppressed count is not zero", s.Band)
		}
		if err := firstError(checkCount(methodISR, "the count of band "+s.Band, s.Events), checkPopulation(methodISR, "the population of band "+s.Band, s.Population),
			checkCount(methodISR, "the reference count of band "+s.Band, s.ReferenceEvents),
			checkPopulation(methodISR, "the reference population of band "+s.Band, s.ReferencePeople)); err != nil {
			return IndirectRate{}, err
		}
		r.Observed += s.Events
		r.Expected += s.ReferenceEvents / s.ReferencePeople * s.Population
		people += s.Population
		refEvents += s.ReferenceEvents
		refPeople += s.ReferencePeople
	}
	if !(r.Expected > 0) {
		return IndirectRate{}, Refuse(methodISR, NotDefined, "the reference has no events in these bands, so nothing is expected")
	}
	r.ReferenceRate = refEvents / refPeople * multiplier
	l, u, how := countLimits(r.Observed, level)
	smr := Estimate{Value: r.Observed / r.Expected, Lower: l / r.Expected, Upper: u / r.Expected, Level: level, Method: how, Events: r.Observed}
	var err error
	if r.Ratio, err = smr.times(refValue, r.Expected).flagged().checked(methodISR); err != nil {
		return IndirectRate{}, err
	}
	if r.Rate, err = smr.times(r.ReferenceRate, people).flagged().checked(methodISR); err != nil {
		return IndirectRate{}, err
	}
	if !finite(r.Observed, r.Expected, r.ReferenceRate) {
		return IndirectRate{}, Refuse(methodISR, OutOfRange, "the counts are too large to add")
	}
	return r, nil
}

// times scales an estimate and names its denominator.
func (e Estimate) times(factor, denominator float64) Estimate {
	e.Value, e.Lower, e.Upper = e.Value*factor, e.Lower*factor, e.Upper*factor
	e.Denominator = denominator
	return e
}
