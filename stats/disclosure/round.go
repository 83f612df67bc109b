package disclosure

import (
	"cmp"
	"math"
	"slices"

	"utfall/stats"
)

const methodRound = "sdc_rounding"

// Rounding is a way to publish a count as a multiple of a base instead of hiding it. Totals are rounded from their own
// counts, so parts need not add up to them; Additive is the way that keeps sums. A rate must be computed from the rounded
// count, or it gives the count back.
type Rounding struct {
	Base int64 // at least 2
	// ZeroBelow gives 0 for smaller counts, whatever the nearest multiple is (0: no such bound).
	ZeroBelow int64
	// Midpoint gives the middle of the band of Base counts that a count lies in, 1..Base, Base+1..2·Base, …; 0 stays 0.
	Midpoint bool
}

// NearestFive rounds to the nearest multiple of 5, half up.
func NearestFive() Rounding { return Rounding{Base: 5} }

// NearestTen rounds to the nearest multiple of 10, half up.
func NearestTen() Rounding { return Rounding{Base: 10} }

// HESA is the rule of the Higher Education Statistics Agency: the nearest 5, and 0, 1 and 2 become 0.
func HESA() Rounding { return Rounding{Base: 5, ZeroBelow: 3} }

// MidpointSix is OpenSAFELY's rule: ⌈n/6⌉·6 − 3.
func MidpointSix() Rounding { return Rounding{Base: 6, Midpoint: true} }

// Round gives the rounded count. Errors: NegativeCount, OutOfRange for a base below 2 or a count above 2⁴⁰.
func (r Rounding) Round(count int64) (int64, error) {
	switch {
	case r.Base < 2 || r.Base > largest || r.ZeroBelow < 0:
		return 0, stats.Refuse(methodRound, stats.OutOfRange, "base %d: at least 2 is needed", r.Base)
	case count < 0:
		return 0, stats.Refuse(methodRound, stats.NegativeCount, "count %d", count)
	case count > largest:
		return 0, stats.Refuse(methodRound, stats.OutOfRange, "count %d; at most 2^40 can be worked with", count)
	case count == 0 || count < r.ZeroBelow:
		return 0, nil
	case r.Midpoint:
		return (count+r.Base-1)/r.Base*r.Base - r.Base/2, nil
	}
	return (2*count + r.Base) / (2 * r.Base) * r.Base, nil
}

// Behind gives the counts that are published as a rounded one: what rounding leaves an attacker.
func (r Rounding) Behind(rounded int64) (Range, error) {
	if _, err := r.Round(max(rounded, 0)); err != nil {
		return Range{}, err
	}
	from := max(0, rounded-r.Base-r.ZeroBelow)
	found := Range{Low: -1}
	for n := from; n <= rounded+r.Base+r.ZeroBelow; n++ {
		if v, _ := r.Round(n); v == rounded { // n is in range: from is at least 0
			if found.Low < 0 {
				found.Low = n
			}
			found.High = n
		}
	}
	if found.Low < 0 {
		return Range{}, stats.Refuse(methodRound, stats.NotDefined, "no count is published as %d", rounded)
	}
	found.RealLow, found.RealHigh = float64(found.Low), float64(found.High)
	return found, nil
}

// Additive rounds small inner counts (1 to base−1) to 0 or to base and leaves the others as they are, so that every total
// published as the sum of the rounded inner counts is additive. Which way a count goes is chosen to keep the totals near
// their true values: of several searches the one whose greatest difference is least. It gives the rounded inner counts.
//
// The idea is that of Ø. Langsrud and J. Heldal (2018); theirs begins at random and searches by
// regression, ours turns single counts and exchanges pairs while that helps, from two fixed beginnings, and so is the same every time.
func (f Flat) Additive(inner []int64, base int64) ([]int64, error) {
	if base < 2 || base > largest {
		return nil, stats.Refuse(methodRound, stats.OutOfRange, "base %d: at least 2 is needed", base)
	}
	if len(inner) != f.Inner {
		return nil, stats.Refuse(methodRound, stats.UnequalLengths, "%d inner counts, the totals are of %d", len(inner), f.Inner)
	}
	w := rounding{base: base, rounded: slices.Clone(inner), off: make([]int64, len(f.Cells)), in: make([][]int, f.Inner)}
	for j, v := range inner {
		switch {
		case v < 0:
			return nil, stats.Refuse(methodRound, stats.NegativeCount, "inner count %d is %d", j, v)
		case v > largest:
			return nil, stats.Refuse(methodRound, stats.OutOfRange, "inner count %d is %d; at most 2^40 can be worked with", j, v)
		case v > 0 && v < base:
			w.small = append(w.small, j)
			w.rounded[j] = 0
		}
	}
	for i, c := range f.Cells {
		for _, j := range c.Members {
			if j < 0 || j >= f.Inner {
				return nil, stats.Refuse(methodRound, stats.OutOfRange, "total %d holds inner count %d, but there are %d", i, j, f.Inner)
			}
			w.in[j] = append(w.in[j], i)
			w.off[i] += w.rounded[j] - inner[j]
		}
	}
	slices.SortStableFunc(w.small, func(a, b int) int { return cmp.Compare(inner[b], inner[a]) })
	var best []int64
	least := int64(-1)
	for _, nearest := range []bool{false, true} {
		for _, power := range []float64{2, 4, 8} {
			w.start(inner, nearest)
			w.improve(power)
			if most := w.most(); least < 0 || most < least {
				least, best = most, slices.Clone(w.rounded)
			}
		}
	}
	return best, nil
}

// rounding is a rounded table on its way: off says by how much each total differs from its true value.
type rounding struct {
	base    int64
	rounded []int64
	small   []int
	off     []int64
	in      [][]int // totals that an inner count stands in
}

// start sets every small count to 0, or to the nearer of 0 and the base.
func (w *rounding) start(inner []int64, nearest bool) {
	for _, j := range w.small {
		if up := nearest && 2*inner[j] >= w.base; up != (w.rounded[j] > 0) {
			w.flip(j)
		}
	}
}

// most is the greatest difference of a total.
func (w *rounding) most() (m int64) {
	for _, d := range w.off {
		m = max(m, d, -d)
	}
	return m
}

// cost is the sum of the totals' differences to a power: the higher it is, the more the greatest count.
func (w *rounding) cost(power float64) (c float64) {
	for _, d := range w.off {
		c += math.Pow(math.Abs(float64(d)), power)
	}
	return c
}

func (w *rounding) flip(j int) {
	d := w.base
	if w.rounded[j] > 0 {
		d = -d
	}
	w.rounded[j] += d
	for _, i := range w.in[j] {
		w.off[i] += d
	}
}

// improve turns single counts and exchanges pairs until neither helps. Each step lowers the cost, so it ends.
func (w *rounding) improve(power float64) {
	best := w.cost(power)
	try := func(js ...int) bool {
		for _, j := range js {
			w.flip(j)
		}
		if c := w.cost(power); c < best {
			best = c
			return true
		}
		for _, j := range js {
			w.flip(j)
		}
		return false
	}
	for helped := true; helped; {
		helped = false
		for _, j := range w.small {
			helped = try(j) || helped
		}
		if helped || len(w.small) > maxExchanged {
			continue
		}
		for x, a := range w.small {
			for _, b := range w.small[:x] {
				if w.rounded[a] != w.rounded[b] {
					helped = try(a, b) || helped
				}
			}
		}
	}
}

// maxExchanged bounds the tables whose pairs are exchanged: their number grows with the square.
const maxExchanged = 400
