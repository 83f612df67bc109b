package disclosure

import (
	"utfall/stats"
)

const methodAudit = "sdc_suppression_audit"

// Flat is a table without its shape: cells that are sums of inner counts, whether these are published themselves or not.
type Flat struct {
	Inner int     // number of inner counts
	Cells []Total // any sums of them
}

// Total is a cell: the sum of the inner counts that Members lists.
type Total struct {
	Members []int
	Value   int64
}

// Report is what an attacker makes of a table. Cells are named by their index.
type Report struct {
	Ranges []Range // of every cell; a shown one is exact
	Exact  []int   // hidden cells whose value can be computed
	Undone []int   // primary ones among them: the protection has failed
	Narrow []int   // primary cells that are not exact but whose range is narrower than the threshold
}

// Safe tells whether no primary cell can be computed.
func (r Report) Safe() bool { return len(r.Undone) == 0 }

// Sound tells whether every primary cell keeps a range as wide as the threshold.
func (r Report) Sound() bool { return r.Safe() && len(r.Narrow) == 0 }

// Audit attacks a pattern of hidden cells: an attacker knows every cell that is shown, how cells add up, and that counts
// are whole and not below zero. primary says which hidden cells must not be found out, and threshold how wide their ranges
// must be. Errors are those of System.Bounds, and UnequalLengths.
func (f Flat) Audit(hidden, primary []bool, threshold int64) (Report, error) {
	ranges, err := f.ranges(hidden, primary, 0)
	if err != nil {
		return Report{}, err
	}
	r := Report{Ranges: ranges, Exact: []int{}, Undone: []int{}, Narrow: []int{}}
	for i := range f.Cells {
		switch {
		case !hidden[i]:
		case ranges[i].Exact():
			r.Exact = append(r.Exact, i)
			if primary[i] {
				r.Undone = append(r.Undone, i)
			}
		case primary[i] && ranges[i].Width() < threshold:
			r.Narrow = append(r.Narrow, i)
		}
	}
	return r, nil
}

// Guessed lists the primary cells that an attacker can compute who knows besides that zeros are shown, so that every
// hidden cell is at least 1. It is NotDefined for a pattern that hides a zero: there he would be wrong.
func (f Flat) Guessed(hidden, primary []bool) ([]int, error) {
	ranges, err := f.ranges(hidden, primary, 1)
	if err != nil {
		return nil, err
	}
	out := []int{}
	for i := range f.Cells {
		if hidden[i] && primary[i] && ranges[i].Exact() {
			out = append(out, i)
		}
	}
	return out, nil
}

// ranges gives what is known of every cell, hidden ones being known to be at least least.
func (f Flat) ranges(hidden, primary []bool, least int64) ([]Range, error) {
	if len(hidden) != len(f.Cells) || len(primary) != len(f.Cells) {
		return nil, stats.Refuse(methodAudit, stats.UnequalLengths, "%d cells, %d marks of hidden and %d of primary ones", len(f.Cells), len(hidden), len(primary))
	}
	s := System{Unknowns: f.Inner}
	var sums [][]int
	for i, c := range f.Cells {
		if !hidden[i] {
			s.Known = append(s.Known, Exactly(c.Value, c.Members...))
			continue
		}
		sums = append(sums, c.Members)
		if least > 0 {
			s.Known = append(s.Known, Known{Sum: c.Members, Low: least, High: NoLimit})
		}
	}
	found, err := s.Bounds(sums)
	if err != nil {
		return nil, err
	}
	out := make([]Range, len(f.Cells))
	for i, c := range f.Cells {
		out[i] = Range{Low: c.Value, High: c.Value, RealLow: float64(c.Value), RealHigh: float64(c.Value)}
		if hidden[i] {
			out[i], found = found[0], found[1:]
		}
	}
	return out, nil
}
