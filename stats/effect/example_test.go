package effect_test

import (
	"fmt"
	"math"
	"time"

	"utfall/stats/effect"
)

// A constructed series of the shape of a claim that was made: a figure falls every year since 2010, and the fall is put
// down to rooms of which the first opened in October 2012.
func ExampleCauseBeforeEffect() {
	in := effect.TimingInput{
		Periods: effect.CalendarYears(2003, 2018),
		Event:   time.Date(2012, 10, 1, 0, 0, 0, 0, time.UTC),
		Claim:   effect.Fall,
	}
	for year := 2003; year <= 2018; year++ {
		in.Counts = append(in.Counts, math.Round(400*math.Pow(0.93, math.Max(0, float64(year-2010)))))
	}
	got, err := effect.CauseBeforeEffect(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("first year of the fall:", in.Periods[*got.Onset].Start.Year())
	fmt.Printf("after the event: %.1f %% a year (%.1f to %.1f)\n", got.After.Estimate, got.After.Lower, got.After.Upper)
	fmt.Println("causal words forbidden:", got.CausalWordsForbidden)
	fmt.Println(got.Explain[0])
	// Output:
	// first year of the fall: 2011
	// after the event: -7.0 % a year (-9.9 to -3.9)
	// causal words forbidden: true
	// the fall begins in the period from 2011-01-01, which ended before the event on 2012-10-01
}
