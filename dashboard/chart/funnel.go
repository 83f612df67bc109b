package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
)

// FunnelPlace is a place with the population that its figure rests on.
type FunnelPlace struct {
	Place
	Population float64
	Label      bool // carries its name
}

// Funnel draws places over their population, on a logarithmic axis, with the lines between which chance alone leaves them.
type Funnel struct {
	Title    string
	Places   []FunnelPlace
	Baseline float64
	Inner    [2][][2]float64 // lower and upper 95 % line: population and limit
	Outer    [2][][2]float64 // the same at 99.8 %
	Number   func(float64) string
	People   func(float64) string // writes populations
}

// SVG draws the funnel.
func (f Funnel) SVG(size Size) template.HTML {
	lo, hi, top := math.Inf(1), 0.0, 0.0
	for _, p := range f.Places {
		lo, hi, top = math.Min(lo, p.Population), math.Max(hi, p.Population), math.Max(top, p.Value)
	}
	lo, hi = lo*0.8, hi*1.25
	top = math.Max(top*1.08, f.Baseline*1.3)
	unit := tick(top)
	top = unit * math.Ceil(top/unit)
	left, right, upper, bottom := 52.0, float64(size.Width)-14, 14.0, float64(size.Height)-28
	x := func(v float64) float64 {
		return left + (math.Log(v)-math.Log(lo))/(math.Log(hi)-math.Log(lo))*(right-left)
	}
	y := func(v float64) float64 { return bottom - v/top*(bottom-upper) }
	var b strings.Builder
	open(&b, size.Width, size.Height, f.Title)
	for v := 0.0; v <= top*1.0001; v += unit {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="tick" x="%.1f" y="%.1f" text-anchor="end">%s</text>`, left, right, y(v), y(v), left-8, y(v)+4, html.EscapeString(f.Number(v)))
	}
	for _, v := range populations(lo, hi, int(right-left)/90) {
		b.WriteString(below(x(v), bottom+18, float64(size.Width), f.People(v)))
	}
	fmt.Fprintf(&b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><line class="level mean" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, right, bottom, bottom, left, right, y(f.Baseline), y(f.Baseline))
	for i, pair := range [][2][][2]float64{f.Inner, f.Outer} {
		for _, line := range pair {
			fmt.Fprintf(&b, `<path class="limits%s" d="%s"/>`, [...]string{"95", "998"}[i], curve(line, lo, hi, top, x, y))
		}
	}
	f.names(&b, x, y, right)
	for _, p := range f.Places {
		stand(&b, p.Place, x(p.Population), y(p.Value))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// names writes the names of the places that carry one beside their marks: to the right, the left, above or below, wherever
// no mark and no other name stands. The chosen place comes first; a name without room is left to the table.
func (f Funnel) names(b *strings.Builder, x, y func(float64) float64, right float64) {
	const letter, high, mark = 7.0, 13.0, 6.0
	type box struct{ left, top, right, bottom float64 }
	var taken []box
	for _, p := range f.Places {
		px, py := x(p.Population), y(p.Value)
		taken = append(taken, box{px - mark, py - mark, px + mark, py + mark})
	}
	free := func(a box) bool {
		return a.left >= 0 && a.right <= right+14 && !slices.ContainsFunc(taken, func(t box) bool {
			return a.left < t.right && t.left < a.right && a.top < t.bottom && t.top < a.bottom
		})
	}
	places := slices.DeleteFunc(slices.Clone(f.Places), func(p FunnelPlace) bool { return !p.Label })
	slices.SortStableFunc(places, func(a, b FunnelPlace) int { return first(a.Standing) - first(b.Standing) })
	for _, p := range places {
		px, py, name := x(p.Population), y(p.Value), cut(p.Name, 18)
		width := letter * float64(len([]rune(name)))
		for _, at := range []struct {
			x, y   float64 // where the text begins, and its middle
			anchor string
			shift  float64
		}{{px + 9, py, "start", 0}, {px - 9 - width, py, "end", width}, {px - width/2, py - 15, "middle", width / 2}, {px - width/2, py + 15, "middle", width / 2}} {
			if here := (box{at.x, at.y - high/2, at.x + width, at.y + high/2}); free(here) {
				taken = append(taken, here)
				fmt.Fprintf(b, `<text class="name %s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, p.Standing, at.x+at.shift, at.y+4, at.anchor, html.EscapeString(name))
				break
			}
		}
	}
}

func first(s Standing) int {
	if s == Itself {
		return 0
	}
	return 1
}

// curve joins the points of a line that lie in the picture.
func curve(line [][2]float64, lo, hi, top float64, x, y func(float64) float64) string {
	var path strings.Builder
	joined := false
	for _, p := range line {
		if p[0] < lo || p[0] > hi || p[1] > top || math.IsNaN(p[1]) {
			joined = false
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "L", false: "M"}[joined], x(p[0]), y(p[1]))
		joined = true
	}
	return path.String()
}

// populations gives at most so many round numbers between two: 1, 2 and 5 times powers of ten.
func populations(lo, hi float64, most int) []float64 {
	for _, steps := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		var out []float64
		for power := math.Pow(10, math.Floor(math.Log10(lo))); power <= hi; power *= 10 {
			for _, m := range steps {
				if v := m * power; v >= lo && v <= hi {
					out = append(out, v)
				}
			}
		}
		if len(out) <= max(most, 2) && len(out) > 0 {
			return out
		}
	}
	return []float64{hi / 1.25}
}
