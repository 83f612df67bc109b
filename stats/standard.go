package stats

import (
	"fmt"
	"slices"
)

// Band is one age group of a standard population.
type Band struct {
	Label  string // "15-19", "0" for the first year of life, "90+"
	From   int    // youngest age
	To     int    // oldest age; -1: open
	Weight float64
}

// Standard is a standard population. Rates made with different standards must not be compared: results carry the ID.
type Standard struct {
	ID    string
	Bands []Band
}

const methodStandard = "standard_population"

// ESP2013 gives the European Standard Population 2013 in its 19 bands to 90+ (Eurostat, Revision of the European
// Standard Population, KS-RA-13-028, 2013). The weights sum to 100 000.
func ESP2013() Standard {
	return Standard{ID: "esp2013", Bands: fiveYearBands([]float64{5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000,
		6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000})}
}

// ESP2013Fine gives the European Standard Population 2013 in 21 bands: the first year of life and 90-94 apart
// (Eurostat, KS-RA-13-028, 2013). It is the same standard as ESP2013, finer, and so has the same ID.
func ESP2013Fine() Standard {
	coarse := ESP2013()
	bands := []Band{{"0", 0, 0, 1000}, {"1-4", 1, 4, 4000}}
	bands = append(bands, coarse.Bands[1:18]...)
	return Standard{ID: coarse.ID, Bands: append(bands, Band{"90-94", 90, 94, 800}, Band{"95+", 95, -1, 200})}
}

// fiveYearBands names bands of five years from 0, the last open.
func fiveYearBands(weights []float64) []Band {
	bands := make([]Band, len(weights))
	for i, w := range weights {
		from := 5 * i
		bands[i] = Band{Label: fmt.Sprintf("%d-%d", from, from+4), From: from, To: from + 4, Weight: w}
	}
	last := &bands[len(bands)-1]
	last.Label, last.To = fmt.Sprintf("%d+", last.From), -1
	return bands
}

// Between cuts the standard to the bands from the youngest to the oldest age, both at the edge of a band (oldest −1:
// open). The result is another standard with an ID of its own: a rate of ages 15-64 is not to be compared with one of
// all ages.
//
// Errors: missing_bands when an age is not at the edge of a band.
func (s Standard) Between(youngest, oldest int) (Standard, error) {
	first := slices.IndexFunc(s.Bands, func(b Band) bool { return b.From == youngest })
	last := slices.IndexFunc(s.Bands, func(b Band) bool { return b.To == oldest })
	if first < 0 || last < first {
		return Standard{}, Refuse(methodStandard, MissingBands, "%s has no bands from %d to %d", s.ID, youngest, oldest)
	}
	id := fmt.Sprintf("%s/%d-%d", s.ID, youngest, oldest)
	if oldest < 0 {
		id = fmt.Sprintf("%s/%d+", s.ID, youngest)
	}
	return Standard{ID: id, Bands: slices.Clone(s.Bands[first : last+1])}, nil
}

// Stratum is one age group of an area: its events, its population and the weight of the standard.
type Stratum struct {
	Band       string
	Events     float64
	Missing    bool    // the events are not known: suppressed or not delivered; they are not zero
	Population float64 // people or person-years
	Weight     float64 // of the standard population
}

// Weigh gives every stratum the weight of its band, joined by label and never by position, in the order of the
// standard.
//
// Errors: missing_bands when the area lacks a band of the standard, has one that the standard does not know, or has one
// twice. Collapse bands on both sides before, and record it.
func (s Standard) Weigh(strata []Stratum) ([]Stratum, error) {
	byLabel := make(map[string]Stratum, len(strata))
	for _, st := range strata {
		if _, twice := byLabel[st.Band]; twice {
			return nil, Refuse(methodStandard, MissingBands, "band %q is there twice", st.Band)
		}
		byLabel[st.Band] = st
	}
	out := make([]Stratum, 0, len(s.Bands))
	for _, b := range s.Bands {
		st, ok := byLabel[b.Label]
		if !ok {
			return nil, Refuse(methodStandard, MissingBands, "band %q of %s is absent", b.Label, s.ID)
		}
		st.Weight = b.Weight
		out = append(out, st)
	}
	if len(out) != len(strata) {
		return nil, Refuse(methodStandard, MissingBands, "%d bands; %s has %d", len(strata), s.ID, len(out))
	}
	return out, nil
}
