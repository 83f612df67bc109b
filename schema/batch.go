package schema

import "time"

// Batch is many observations of one delivery, column by column; all columns have the same length. Strings may share
// memory, and a Batch that was handed over must not be changed by who made it.
type Batch struct {
	Indicator, Variant, Area, Period, Sex, Age, Breakdown []string
	Start, End                                            []time.Time
	Value                                                 []float64
	Missing, Symbol, Flags                                []string
	Lower, Upper                                          []*float64
	Source, Citation, URL, Note                           []string
	File                                                  string
	Line                                                  []uint64
}

// NewBatch makes room for n observations.
func NewBatch(file string, n int) *Batch {
	s := func() []string { return make([]string, 0, n) }
	return &Batch{Indicator: s(), Variant: s(), Area: s(), Period: s(), Sex: s(), Age: s(), Breakdown: s(),
		Start: make([]time.Time, 0, n), End: make([]time.Time, 0, n), Value: make([]float64, 0, n),
		Missing: s(), Symbol: s(), Flags: s(), Lower: make([]*float64, 0, n), Upper: make([]*float64, 0, n),
		Source: s(), Citation: s(), URL: s(), Note: s(), File: file, Line: make([]uint64, 0, n)}
}

// Len gives the number of observations.
func (b *Batch) Len() int { return len(b.Value) }
