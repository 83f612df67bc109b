package disclosure

import (
	"fmt"
	"math"
	"slices"

	"utfall/stats"
)

const methodBounds = "sdc_differencing"

// NoLimit stands for an upper end that is not known.
const NoLimit = math.MaxInt64

// largest is the largest count that is worked with: sums of many of them must not overflow.
const largest = 1 << 40

// Known is what an attacker has read: the sum of some unknown counts lies between Low and High, both included. Equal ends
// are a figure; NoLimit as High is a lower bound alone.
type Known struct {
	Sum       []int // indexes of the unknown counts, each once
	Low, High int64
}

// Exactly is a published sum.
func Exactly(value int64, sum ...int) Known { return Known{Sum: sum, Low: value, High: value} }

// System is an attacker's knowledge of Unknowns whole counts, none of them below zero.
type System struct {
	Unknowns int
	Known    []Known
}

// Range is what can be concluded of a sum: every whole number that is possible lies in Low..High, and both are possible.
// RealLow and RealHigh are the same ends for counts that need not be whole (the bounds of the linear programme).
type Range struct {
	Low, High         int64 // High is NoLimit if nothing bounds the sum
	RealLow, RealHigh float64
}

// Exact tells whether the sum is known.
func (r Range) Exact() bool { return r.Low == r.High }

// Width is how many whole numbers the sum may still be off by; NoLimit if it is not bounded.
func (r Range) Width() int64 {
	if r.High == NoLimit {
		return NoLimit
	}
	return r.High - r.Low
}

// Bounds gives what can be concluded of each sum of unknown counts. Errors (sdc_differencing): NegativeCount for a
// published sum below zero, OutOfRange for an index that is not there, one that is given twice, or a number above 2⁴⁰,
// NotDefined if no counts agree with what is published, NotConverged if the numbers are too large or the system too
// tangled to be solved for certain: then nothing may be concluded about its safety.
func (s System) Bounds(sums [][]int) ([]Range, error) {
	if err := s.check(sums); err != nil {
		return nil, err
	}
	p, err := s.prepare(sums)
	if err != nil {
		return nil, err
	}
	out := make([]Range, len(sums))
	for i := range sums {
		if out[i], err = p.bound(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s System) check(sums [][]int) error {
	if s.Unknowns < 0 {
		return stats.Refuse(methodBounds, stats.OutOfRange, "%d unknown counts", s.Unknowns)
	}
	for i, k := range s.Known {
		switch {
		case k.Low < 0 || k.High < 0:
			return stats.Refuse(methodBounds, stats.NegativeCount, "published sum %d is %d to %d; counts are not below zero", i, k.Low, k.High)
		case k.Low > largest || k.High > largest && k.High != NoLimit:
			return stats.Refuse(methodBounds, stats.OutOfRange, "published sum %d is %d to %d; at most 2^40 can be worked with", i, k.Low, k.High)
		case k.Low > k.High:
			return stats.Refuse(methodBounds, stats.NotDefined, "published sum %d is at least %d and at most %d", i, k.Low, k.High)
		}
		if err := s.checkSum(fmt.Sprintf("published sum %d", i), k.Sum); err != nil {
			return err
		}
	}
	for i, sum := range sums {
		if err := s.checkSum(fmt.Sprintf("target %d", i), sum); err != nil {
			return err
		}
	}
	return nil
}

func (s System) checkSum(what string, sum []int) error {
	sorted := slices.Sorted(slices.Values(sum))
	for i, j := range sorted {
		if j < 0 || j >= s.Unknowns {
			return stats.Refuse(methodBounds, stats.OutOfRange, "%s: count %d, but there are %d", what, j, s.Unknowns)
		}
		if i > 0 && sorted[i-1] == j {
			return stats.Refuse(methodBounds, stats.OutOfRange, "%s: count %d stands twice", what, j)
		}
	}
	return nil
}
