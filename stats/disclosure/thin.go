package disclosure

import (
	"cmp"
	"slices"
)

// release shows every cell again that no proof rests on.
func (g *guard) release() {
	needed := make([]bool, len(g.Cells))
	for _, p := range g.targets {
		needed[p] = true
		for _, c := range g.proof[p] {
			needed[c] = true
		}
	}
	for i, c := range g.Cells {
		if c.Status == Open && !needed[i] {
			g.hidden[i] = false
		}
	}
}

// thin tries to do without each secondary cell, the most costly first: it is shown if every proof that rests on it can be
// made without it.
func (g *guard) thin() {
	users := map[int][]int{}
	for _, p := range g.targets {
		for _, c := range slices.Compact(slices.Sorted(slices.Values(g.proof[p]))) {
			if g.Cells[c].Why == Shown && g.Cells[c].Status == Open {
				users[c] = append(users[c], p)
			}
		}
	}
	var order []int
	for i := range g.Cells {
		if len(users[i]) > 0 && len(users[i]) <= maxUsers {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(-cmp.Compare(g.weight[a], g.weight[b]), cmp.Compare(a, b))
	})
	for _, c := range order {
		g.without(c)
	}
	g.release()
}

// maxUsers bounds the proofs that are made anew for one cell.
const maxUsers = 12

// without shows a cell if all proofs that rest on it can be made without.
func (g *guard) without(c int) {
	var users []int
	for _, p := range g.targets {
		if slices.Contains(g.proof[p], c) {
			users = append(users, p)
		}
	}
	g.hidden[c] = false
	anew := make([][]int, len(users))
	for i, p := range users {
		proof, ok := g.prove(p, false)
		if !ok {
			g.hidden[c] = true
			return
		}
		anew[i] = proof
	}
	for i, p := range users {
		g.proof[p] = anew[i]
	}
}
