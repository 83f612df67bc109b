package chart

import (
	"fmt"
	"html"
	"strings"
)

// draw writes a series' line and marks, and gives where its name may stand. The line to a provisional figure is dashed, and
// none leads to a predicted one.
func draw(b *strings.Builder, p plot, s Series, index int) (label, bool) {
	var whole, open strings.Builder
	joined := false
	var before Point
	var last label
	found := false
	for _, pt := range s.Points {
		if !pt.Has {
			joined = false
			continue
		}
		x, y := p.x(pt.X), p.y(pt.Y)
		last, found = label{x, y, s.Name, index}, true
		switch {
		case pt.Apart:
			joined = false
			continue
		case joined && !pt.Break && pt.Open:
			fmt.Fprintf(&open, "M%.1f %.1fL%.1f %.1f", p.x(before.X), p.y(before.Y), x, y)
			fmt.Fprintf(&whole, "M%.1f %.1f", x, y)
		case joined && !pt.Break:
			fmt.Fprintf(&whole, "L%.1f %.1f", x, y)
		default:
			fmt.Fprintf(&whole, "M%.1f %.1f", x, y)
		}
		joined, before = true, pt
	}
	fmt.Fprintf(b, `<path class="line s%d" d="%s"/>`, index%6+1, whole.String())
	if open.Len() > 0 {
		fmt.Fprintf(b, `<path class="line open s%d" d="%s"/>`, index%6+1, open.String())
	}
	for _, pt := range s.Points {
		if pt.Has {
			dot(b, p, s.Name, pt, index)
		}
	}
	return last, found
}

func dot(b *strings.Builder, p plot, name string, pt Point, index int) {
	class := fmt.Sprintf("dot s%d", index%6+1)
	if pt.Weak {
		class += " weak"
	}
	x, y := p.x(pt.X), p.y(pt.Y)
	if pt.Special {
		fmt.Fprintf(b, `<circle class="special" cx="%.1f" cy="%.1f" r="7"/>`, x, y)
	}
	if pt.Apart {
		fmt.Fprintf(b, `<g class="%s predicted"><path d="M%.1f %.1fh10m-5 -5v10"/>`, class, x-5, y)
	} else {
		b.WriteString(symbol(class, index, x, y))
	}
	fmt.Fprintf(b, `<title>%s, %s: %s</title></g>`, html.EscapeString(name), html.EscapeString(pt.Label), html.EscapeString(pt.Text))
}

// band draws a series' limits as a shaded field, and those of a figure that stands alone as a bar.
func band(b *strings.Builder, p plot, s Series, index int) {
	for _, stretch := range s.stretches() {
		if len(stretch) == 1 {
			x := p.x(stretch[0][0])
			fmt.Fprintf(b, `<line class="bar s%d" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, index%6+1, x, x, p.y(stretch[0][1]), p.y(stretch[0][2]))
			continue
		}
		var path strings.Builder
		for i, v := range stretch {
			fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], p.x(v[0]), p.y(v[2]))
		}
		for i := len(stretch) - 1; i >= 0; i-- {
			fmt.Fprintf(&path, "L%.1f %.1f", p.x(stretch[i][0]), p.y(stretch[i][1]))
		}
		fmt.Fprintf(b, `<path class="band s%d" d="%sZ"/>`, index%6+1, path.String())
	}
}

// symbol begins a group with the series' mark in it; the caller ends it.
func symbol(class string, index int, x, y float64) string {
	switch index % 4 {
	case 1:
		return fmt.Sprintf(`<g class="%s"><rect x="%.1f" y="%.1f" width="6" height="6"/>`, class, x-3, y-3)
	case 2:
		return fmt.Sprintf(`<g class="%s"><path d="M%.1f %.1fl4 7h-8z"/>`, class, x, y-4)
	case 3:
		return fmt.Sprintf(`<g class="%s"><path d="M%.1f %.1fl4 4l-4 4l-4 -4z"/>`, class, x, y-4)
	}
	return fmt.Sprintf(`<g class="%s"><circle cx="%.1f" cy="%.1f" r="3"/>`, class, x, y)
}
