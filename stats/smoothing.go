package stats

import "math"

const methodBayes = "empirical_bayes"

// SmoothedRates are rates drawn towards the mean of all areas, the more the smaller the population.
type SmoothedRates struct {
	Raw, Smoothed []float64 // per 1, in the order of the areas
	Mean          float64   // the overall rate
	Between       float64   // variance between areas beyond chance; 0: no variation beyond chance
}

// EmpiricalBayes gives global empirical Bayes estimates of rates (Marshall 1991): r̃ = b + (r−b)·a/(a+b/n) with b the
// overall rate and a = max(0, Σn(r−b)²/Σn − b/n̄). For maps of small areas, labelled as smoothed, with the raw rates in
// every download.
//
// Errors: too_few_points (fewer than 2 areas), unequal_lengths, negative_count, no_population, not_finite.
func EmpiricalBayes(events, populations []float64) (SmoothedRates, error) {
	if len(events) != len(populations) {
		return SmoothedRates{}, Refuse(methodBayes, UnequalLengths, "%d counts, %d populations", len(events), len(populations))
	}
	if len(events) < 2 {
		return SmoothedRates{}, Refuse(methodBayes, TooFewPoints, "%d areas; needs 2 or more", len(events))
	}
	x, n := 0.0, 0.0
	for i := range events {
		if err := firstError(checkCount(methodBayes, "a count", events[i]), checkPopulation(methodBayes, "a population", populations[i])); err != nil {
			return SmoothedRates{}, err
		}
		x += events[i]
		n += populations[i]
	}
	s := SmoothedRates{Raw: make([]float64, len(events)), Smoothed: make([]float64, len(events)), Mean: x / n}
	between := 0.0
	for i := range events {
		s.Raw[i] = events[i] / populations[i]
		between += populations[i] * (s.Raw[i] - s.Mean) * (s.Raw[i] - s.Mean) / n
	}
	s.Between = math.Max(0, between-s.Mean/(n/float64(len(events))))
	for i := range events {
		s.Smoothed[i] = s.Mean
		if s.Between > 0 {
			s.Smoothed[i] += (s.Raw[i] - s.Mean) * s.Between / (s.Between + s.Mean/populations[i])
		}
	}
	if !finite(s.Mean, s.Between) || !finite(s.Raw...) || !finite(s.Smoothed...) {
		return SmoothedRates{}, Refuse(methodBayes, OutOfRange, "the rates are too large or too small for a number")
	}
	return s, nil
}
