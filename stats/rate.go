package stats

const methodRate = "rate_ci"

// Rate gives events per multiplier of population with limits: exact under 10 events (Garwood 1936), Byar's from 10
// (Breslow & Day 1987), each over the population. Events may outnumber the population (visits do). The population is
// that of the events: mid-year, or person-years for pooled years.
//
// Errors: negative_count, no_population, not_finite, out_of_range.
func Rate(events, population, multiplier, level float64) (Estimate, error) {
	if err := firstError(checkCount(methodRate, "the count of events", events), checkPopulation(methodRate, "the population", population),
		checkMultiplier(methodRate, multiplier), checkLevel(methodRate, level)); err != nil {
		return Estimate{}, err
	}
	l, u, m := countLimits(events, level)
	e := Estimate{Value: events * multiplier / population, Lower: l / population * multiplier, Upper: u / population * multiplier,
		Level: level, Method: m, Events: events, Denominator: population}
	return e.flagged().checked(methodRate)
}

// YearRate is the rate of a run of years.
type YearRate struct {
	From, To int // first and last year
	Estimate
}

const methodRolling = "rolling_rate"

// RollingRates gives the pooled rate of every run of window years: events over person-years, which are the sum of the
// yearly populations, never the last year's. Years must follow one another without gap. Each rate but the first and
// those a window apart shares years with its neighbours and carries the flag Overlapping when step is less than
// window; step = window gives rates that can be tested against each other.
//
// Errors: unequal_lengths, unordered (a gap, an unsorted or a repeated year), too_few_points (fewer years than
// window), out_of_range (window or step under 1), and those of Rate.
func RollingRates(years []int, events, populations []float64, window, step int, multiplier, level float64) ([]YearRate, error) {
	if len(years) != len(events) || len(years) != len(populations) {
		return nil, Refuse(methodRolling, UnequalLengths, "%d years, %d counts, %d populations", len(years), len(events), len(populations))
	}
	if window < 1 || step < 1 {
		return nil, Refuse(methodRolling, OutOfRange, "window %d, step %d; need 1 or more", window, step)
	}
	for i := range years {
		if i > 0 && years[i]-1 != years[i-1] {
			return nil, Refuse(methodRolling, Unordered, "year %d follows %d; pooled years must follow one another", years[i], years[i-1])
		}
		if err := firstError(checkCount(methodRolling, "the count of events", events[i]), checkPopulation(methodRolling, "the population", populations[i])); err != nil {
			return nil, err
		}
	}
	if len(years) < window {
		return nil, Refuse(methodRolling, TooFewPoints, "%d years; needs %d", len(years), window)
	}
	var out []YearRate
	for last := len(years) - 1; last >= window-1; {
		first := last - window + 1
		x, n := 0.0, 0.0
		for i := first; i <= last; i++ {
			x += events[i]
			n += populations[i]
		}
		e, err := Rate(x, n, multiplier, level)
		if err != nil {
			return nil, err
		}
		if step < window {
			e.Flags |= Overlapping
		}
		out = append(out, YearRate{From: years[first], To: years[last], Estimate: e})
		if step > last {
			break
		}
		last -= step
	}
	reverse(out) // the windows end at the last year, the list begins with the first
	return out, nil
}

func reverse(v []YearRate) {
	for i, j := 0, len(v)-1; i < j; i, j = i+1, j-1 {
		v[i], v[j] = v[j], v[i]
	}
}
