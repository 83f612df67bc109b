package disclosure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"utfall/stats"
)

// problem is a system made small: unknowns that stand in the same sums are one, what is fixed is taken out, and what
// remains falls into parts that have nothing to do with each other.
type problem struct {
	low, high []int64   // of each unknown, after propagation
	rows      []Known   // over the merged unknowns
	targets   [][]int   // sums over the merged unknowns
	part      []int     // part of each unknown, -1 if it is fixed or bound by nothing
	parts     []*linear // prepared when first asked for
	members   [][]int   // unknowns by part
}

// prepare merges, propagates and splits.
func (s System) prepare(sums [][]int) (*problem, error) {
	p := &problem{}
	merged := s.merge(sums)
	n := 0
	for _, m := range merged {
		n = max(n, m+1)
	}
	p.low, p.high = make([]int64, n), make([]int64, n)
	for j := range n {
		p.high[j] = NoLimit
	}
	project := func(sum []int) []int {
		out := make([]int, len(sum))
		for i, j := range sum {
			out[i] = merged[j]
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	for _, k := range s.Known {
		p.rows = append(p.rows, Known{Sum: project(k.Sum), Low: k.Low, High: k.High})
	}
	for _, t := range sums {
		p.targets = append(p.targets, project(t))
	}
	if err := p.propagate(); err != nil {
		return nil, err
	}
	p.split()
	return p, nil
}

// merge numbers the unknowns so that those which stand in exactly the same sums share a number.
func (s System) merge(sums [][]int) []int {
	standing := make([][]string, s.Unknowns)
	note := func(mark string, sum []int) {
		for _, j := range sum {
			standing[j] = append(standing[j], mark)
		}
	}
	for i, k := range s.Known {
		note(fmt.Sprint(i), k.Sum)
	}
	for i, t := range sums {
		note(fmt.Sprint("t", i), t)
	}
	number := map[string]int{}
	out := make([]int, s.Unknowns)
	for j, marks := range standing {
		key := strings.Join(marks, " ")
		m, ok := number[key]
		if !ok {
			m = len(number)
			number[key] = m
		}
		out[j] = m
	}
	return out
}

// passes bounds how often propagate goes through all sums; what it has not narrowed by then the linear programme will.
const passes = 200

// propagate narrows each unknown by each sum that it stands in, until nothing moves.
func (p *problem) propagate() error {
	for pass, changed := 0, true; changed && pass < passes; pass++ {
		changed = false
		for i, r := range p.rows {
			var low, high int64
			open := 0 // unknowns without an upper end
			for _, j := range r.Sum {
				low += p.low[j]
				if p.high[j] == NoLimit {
					open++
				} else {
					high += p.high[j]
				}
			}
			if low > r.High || open == 0 && high < r.Low {
				return contradiction("published sum %d is %d to %d, the others leave %d to %d", i, r.Low, r.High, low, high)
			}
			for _, j := range r.Sum {
				if r.High != NoLimit {
					if top := r.High - (low - p.low[j]); top < p.high[j] {
						if p.high[j] == NoLimit {
							open--
						} else {
							high -= p.high[j]
						}
						p.high[j], changed = top, true
						high += top
					}
				}
				others := open
				rest := high
				if p.high[j] == NoLimit {
					others--
				} else {
					rest -= p.high[j]
				}
				if bottom := r.Low - rest; others == 0 && bottom > p.low[j] {
					low += bottom - p.low[j]
					p.low[j], changed = bottom, true
				}
				if p.low[j] > p.high[j] {
					return contradiction("published sum %d leaves no value for one of its counts", i)
				}
			}
		}
	}
	return nil
}

func contradiction(detail string, args ...any) error {
	return stats.Refuse(methodBounds, stats.NotDefined, "no counts agree with what is published: "+detail, args...)
}

// split finds the parts: unknowns that are not fixed, linked by the sums that they stand in together.
func (p *problem) split() {
	root := make([]int, len(p.low))
	for j := range root {
		root[j] = j
	}
	var find func(int) int
	find = func(j int) int {
		if root[j] != j {
			root[j] = find(root[j])
		}
		return root[j]
	}
	bound := make([]bool, len(p.low))
	for _, r := range p.rows {
		if !p.binds(r) {
			continue
		}
		first := -1
		for _, j := range r.Sum {
			if p.low[j] == p.high[j] {
				continue
			}
			bound[j] = true
			if first < 0 {
				first = find(j)
			}
			root[find(j)] = first
		}
	}
	p.part = make([]int, len(p.low))
	number := map[int]int{}
	for j := range p.low {
		p.part[j] = -1
		if p.low[j] == p.high[j] || !bound[j] {
			continue
		}
		k, ok := number[find(j)]
		if !ok {
			k = len(number)
			number[find(j)] = k
			p.members = append(p.members, nil)
		}
		p.part[j] = k
		p.members[k] = append(p.members[k], j)
	}
	p.parts = make([]*linear, len(p.members))
}

// binds tells whether a sum says more than the lower ends of its unknowns do.
func (p *problem) binds(r Known) bool {
	low := int64(0)
	for _, j := range r.Sum {
		low += p.low[j]
	}
	return r.High != NoLimit || r.Low > low
}

// bound adds up over the parts what a target can be.
func (p *problem) bound(target int) (Range, error) {
	var r Range
	byPart := map[int][]int{}
	var order []int
	for _, j := range p.targets[target] {
		if k := p.part[j]; k >= 0 {
			if byPart[k] == nil {
				order = append(order, k)
			}
			byPart[k] = append(byPart[k], j)
			continue
		}
		r = r.plus(Range{Low: p.low[j], High: p.high[j], RealLow: float64(p.low[j]), RealHigh: unbounded(p.high[j])})
	}
	slices.SortFunc(order, cmp.Compare)
	for _, k := range order {
		l, err := p.linear(k)
		if err != nil {
			return r, err
		}
		one, err := l.bound(byPart[k])
		if err != nil {
			return r, err
		}
		r = r.plus(one)
	}
	return r, nil
}

// unbounded is an upper bound as a number, infinite where there is none.
func unbounded(high int64) float64 {
	if high == NoLimit {
		return math.Inf(1)
	}
	return float64(high)
}

func (r Range) plus(o Range) Range {
	sum := Range{Low: r.Low + o.Low, High: NoLimit, RealLow: r.RealLow + o.RealLow, RealHigh: r.RealHigh + o.RealHigh}
	if r.High != NoLimit && o.High != NoLimit {
		sum.High = r.High + o.High
	}
	return sum
}
