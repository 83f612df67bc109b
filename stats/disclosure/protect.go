package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// Decision is what becomes of a cell.
type Decision struct {
	Hidden bool
	Why    Reason // Shown unless Hidden
}

// Protection is a pattern of hidden cells.
type Protection struct {
	Cells []Decision // of the table's cells, in their order
	// Exposed lists cells that should be hidden and cannot be: what is public already gives them away.
	Exposed []int
}

// Hidden counts the hidden cells by reason.
func (p Protection) Hidden() map[Reason]int {
	n := map[Reason]int{}
	for _, c := range p.Cells {
		if c.Hidden {
			n[c.Why]++
		}
	}
	return n
}

// Protect hides the cells that have a primary reason or a small count, and with them as few others as it finds, so that
// nothing that is shown gives a count below the threshold away: not a hidden cell, and not what totals leave over. For each
// such count two whole tables exist that agree with all that is shown and in which it differs by the threshold or more, and
// another in which it differs and every hidden cell is still above zero, for those who know that zeros are shown. A hidden
// cell that protects nothing is shown again. The same table gives the same pattern.
//
// Errors: those of Rule.Primary; UnequalLengths, NegativeCount, OutOfRange, Unordered (two cells at one place) and
// NotDefined (parts that contradict their total) for a table that cannot be worked with.
func Protect(t Table, rule Rule) (Protection, error) {
	if err := rule.check(); err != nil {
		return Protection{}, err
	}
	if err := t.check(); err != nil {
		return Protection{}, err
	}
	whole, err := t.withRests()
	if err != nil {
		return Protection{}, err
	}
	whole.Cells = slices.Clone(whole.Cells)
	for i := range whole.Cells {
		c := &whole.Cells[i]
		if c.Why == Shown {
			if c.Why, err = rule.Primary(Measure{Count: c.Count}); err != nil {
				return Protection{}, err
			}
		}
	}
	m, err := newMover(whole)
	if err != nil {
		return Protection{}, err
	}
	g := &guard{mover: m, threshold: rule.Threshold, proof: make([][]int, len(whole.Cells))}
	g.run()
	return g.protection(len(t.Cells)), nil
}

// guard hides cells until every count that needs it has its proof.
type guard struct {
	*mover
	threshold int64
	targets   []int   // cells to be protected
	proof     [][]int // of each target: the cells that must stay hidden for its proof to hold
	exposed   []int
}

func (g *guard) run() {
	for i, c := range g.Cells {
		if c.Why.Primary() && c.Status != Public {
			g.hidden[i] = true
			g.targets = append(g.targets, i)
		}
	}
	// Totals first: what is hidden for a total serves its parts too. Then the smallest, which can move least.
	size := make([]int, len(g.Cells))
	for _, p := range g.targets {
		size[p] = len(g.members(g.Cells[p].At))
	}
	slices.SortFunc(g.targets, func(a, b int) int {
		return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(g.Cells[a].Count, g.Cells[b].Count), cmp.Compare(a, b))
	})
	for _, p := range g.targets {
		if proof, ok := g.prove(p, true); ok {
			g.proof[p] = proof
		} else {
			g.isolate(p)
		}
	}
	g.release()
	for range 2 {
		g.thin()
	}
}

// isolate hides everything that shares a count with a cell: then nothing is said of it, and it can be anything.
func (g *guard) isolate(p int) {
	mine := map[int]bool{}
	for _, j := range g.members(g.Cells[p].At) {
		mine[j] = true
	}
	known := false
	for i, c := range g.Cells {
		if !slices.ContainsFunc(g.members(c.At), func(j int) bool { return mine[j] }) {
			continue
		}
		if c.Status == Public {
			known = true
			continue
		}
		g.hidden[i] = true
		g.proof[p] = append(g.proof[p], i)
	}
	if known {
		g.exposed = append(g.exposed, p)
	}
}

// prove finds moves that let a cell range over the threshold. With hide it may hide cells for that, the least that it finds;
// without, it must do with what is hidden. It gives the cells that the proof rests on.
func (g *guard) prove(p int, hide bool) (rests []int, ok bool) {
	steps := g.steps(p)
	up, down := map[int]int64{}, map[int]int64{} // how far inner counts have moved in the table where p is greatest, and least
	width, distinct := int64(0), false
	for width < g.threshold || !distinct {
		best, found := g.best(steps, need{g.threshold - width, !distinct, up, down}, hide)
		if !found {
			return nil, false
		}
		for _, c := range best.cells {
			if g.Cells[c.at].Status != Unseen {
				g.hidden[c.at] = true
			}
			rests = append(rests, c.at)
		}
		for _, j := range best.inner {
			up[j.at] += j.sign * best.rise
			down[j.at] -= j.sign * best.fall
		}
		width += best.rise + best.fall
		distinct = distinct || best.distinct
	}
	return rests, true
}

// need is what a proof still lacks, and how far it has come.
type need struct {
	width    int64
	distinct bool
	up, down map[int]int64
}

// candidate is a move with what it brings.
type candidate struct {
	move
	rise, fall int64 // how far the cell goes up in the one table and down in the other
	distinct   bool  // there is a table in which the cell differs and no hidden cell is zero
}

// best gives the move that brings most for what it costs.
func (g *guard) best(steps [][]step, n need, hide bool) (best candidate, found bool) {
	chosen := make([]step, len(steps))
	price, limit := 0.0, math.Inf(1) // what the best one costs for each step of width, and the most that a better one may cost
	if !hide {
		limit = 0
	}
	var try func(d int, least float64)
	try = func(d int, least float64) {
		if d < len(steps) {
			for _, s := range steps[d] {
				if least+s.cost > limit || math.IsInf(s.cost, 1) {
					break // the following ones cost more
				}
				chosen[d] = s
				try(d+1, least+s.cost)
			}
			return
		}
		mv, ok := g.combine(chosen, limit)
		if !ok {
			return
		}
		c := g.measure(mv, n)
		gain := c.rise + c.fall
		if n.distinct && c.distinct {
			gain++
		}
		if gain == 0 {
			return
		}
		p := mv.cost / float64(gain)
		if !found || p < price || p == price && gain > best.rise+best.fall {
			best, price, found = c, p, true
			limit = min(limit, price*float64(n.width+1))
		}
	}
	try(0, 0)
	return best, found
}

// measure finds how far a move can be taken before an inner count would be below zero.
func (g *guard) measure(mv move, n need) candidate {
	c := candidate{move: mv, rise: n.width, fall: n.width}
	for _, j := range mv.inner {
		if j.sign < 0 {
			c.rise = min(c.rise, g.val[j.at]+n.up[j.at])
		} else {
			c.fall = min(c.fall, g.val[j.at]+n.down[j.at])
		}
	}
	c.rise, c.fall = max(c.rise, 0), max(c.fall, 0)
	if n.distinct {
		c.distinct = g.distinct(mv, 1) || g.distinct(mv, -1)
	}
	c.fall = min(c.fall, n.width-c.rise)
	return c
}

// distinct tells whether one step of the move, up or down, leaves inner counts at zero or more and every hidden cell that
// has a count above zero.
func (g *guard) distinct(mv move, direction int64) bool {
	for _, j := range mv.inner {
		if g.val[j.at]+direction*j.sign < 0 {
			return false
		}
	}
	for _, c := range mv.cells {
		if n := g.Cells[c.at].Count; n > 0 && g.Cells[c.at].Status != Unseen && n+direction*c.sign < 1 {
			return false
		}
	}
	return true
}

// protection gives the pattern of the first n cells, the table's own.
func (g *guard) protection(n int) Protection {
	out := Protection{Cells: make([]Decision, n), Exposed: []int{}}
	for i, c := range g.Cells[:n] {
		if !g.hidden[i] || c.Status == Unseen {
			continue
		}
		out.Cells[i] = Decision{Hidden: true, Why: c.Why}
		if c.Why == Shown {
			out.Cells[i].Why = Complement
		}
	}
	for _, p := range g.exposed {
		if p < n {
			out.Exposed = append(out.Exposed, p)
		}
	}
	slices.Sort(out.Exposed)
	return out
}
