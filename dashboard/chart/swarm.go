package chart

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
)

// Swarm draws every place as a dot over its value, dots that would meet piled beside each other. It shows the spread, and
// puts nobody in an order.
type Swarm struct {
	Title  string
	Places []Place
	Named  func(Place) bool // which dots carry their name
	Number func(float64) string
}

const dotRoom = 9.0 // what a dot needs, in units of the picture

type speck struct {
	Place
	x, y float64
}

// SVG draws the swarm.
func (s Swarm) SVG(size Size) template.HTML {
	dots, lo, hi := s.dots(size)
	deepest := 0.0
	for _, d := range dots {
		deepest = math.Max(deepest, math.Abs(d.y))
	}
	const labels = 46
	middle := labels + deepest + 8
	bottom := middle + deepest + 14
	var b strings.Builder
	open(&b, size.Width, int(bottom)+26, s.Title)
	left, right := 14.0, float64(size.Width)-14
	x := func(v float64) float64 { return left + (v-lo)/(hi-lo)*(right-left) }
	jump := tick(hi-lo) * step(hi-lo, right-left)
	for v := lo; v <= hi*1.0001; v += jump {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%.1f"/>%s`, x(v), x(v), labels, bottom, below(x(v), bottom+18, float64(size.Width), s.Number(v)))
	}
	fmt.Fprintf(&b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, right, bottom, bottom)
	named := 0
	for _, d := range dots {
		if s.Named != nil && s.Named(d.Place) {
			nameDot(&b, d, middle, named, size)
			named++
		}
	}
	for _, d := range dots {
		stand(&b, d.Place, d.x, middle+d.y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// nameDot writes a dot's name above the swarm with a thin line down to it.
func nameDot(b *strings.Builder, d speck, middle float64, nth int, size Size) {
	anchor := "middle"
	if d.x < 70 {
		anchor = "start"
	} else if d.x > float64(size.Width)-70 {
		anchor = "end"
	}
	y := 12 + float64(nth%2)*16
	fmt.Fprintf(b, `<line class="event" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="name %s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`,
		d.x, d.x, y+4, middle+d.y, d.Standing, d.x, y, anchor, html.EscapeString(cut(d.Name, 22)))
}

// dots places every figure: along the axis by its value, across it in the nearest row where it meets no other.
func (s Swarm) dots(size Size) (out []speck, lo, hi float64) {
	places := slices.DeleteFunc(slices.Clone(s.Places), func(p Place) bool { return !p.Has })
	slices.SortStableFunc(places, func(a, b Place) int { return cmp.Compare(a.Value, b.Value) })
	for _, p := range places {
		lo, hi = math.Min(lo, p.Value), math.Max(hi, p.Value)
	}
	if hi <= lo {
		hi = lo + 1
	}
	unit := tick(hi - lo)
	lo, hi = unit*math.Floor(lo/unit), unit*math.Ceil(hi/unit)
	last := map[int]float64{} // where the last dot of a row stands
	for _, p := range places {
		x := 14 + (p.Value-lo)/(hi-lo)*(float64(size.Width)-28)
		for n := 0; ; n++ {
			row := (n + 1) / 2
			if n%2 == 0 {
				row = -row
			}
			if at, taken := last[row]; taken && x-at < dotRoom {
				continue
			}
			last[row] = x
			out = append(out, speck{p, x, float64(row) * dotRoom})
			break
		}
	}
	return out, lo, hi
}

// stand draws a place by its standing: each has a shape of its own.
func stand(b *strings.Builder, p Place, x, y float64) {
	fmt.Fprintf(b, `<g class="mark %s">`, p.Standing)
	switch p.Standing {
	case Itself:
		fmt.Fprintf(b, `<path d="M%.1f %.1fl6 6l-6 6l-6 -6z"/>`, x, y-6)
	case Above:
		fmt.Fprintf(b, `<path d="M%.1f %.1fl4.5 8h-9z"/>`, x, y-4.5)
	case Below:
		fmt.Fprintf(b, `<path d="M%.1f %.1fl4.5 -8h-9z"/>`, x, y+4.5)
	case Whole:
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="8" height="8"/>`, x-4, y-4)
	default:
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.6"/>`, x, y)
	}
	fmt.Fprintf(b, `<title>%s: %s</title></g>`, html.EscapeString(p.Name), html.EscapeString(p.Text))
}
