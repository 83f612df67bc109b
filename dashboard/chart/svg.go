package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Size is a picture's layout. Text is 12 units high in both, and the narrow one is shown on phones without shrinking.
type Size struct{ Width, Height int }

// The layouts.
var (
	Wide   = Size{760, 340}
	Narrow = Size{340, 300}
)

// SVG draws the chart. Colours come from the page's classes, so it follows the dark scheme and forced colours; there is
// no style attribute and no script in it.
func (l Line) SVG(size Size) template.HTML {
	lo, hi, top := l.extent()
	p := plot{left: 52, right: float64(size.Width) - 14, top: 14, bottom: float64(size.Height) - 28, lo: lo, hi: hi, max: top}
	if len(l.Series) > 1 && size == Wide {
		p.right -= 120
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, size.Width, size.Height, size.Width, size.Height, html.EscapeString(l.Title))
	l.axes(&b, p, size)
	for _, k := range l.Breaks {
		if x := p.x(k.X); x >= p.left && x <= p.right {
			fmt.Fprintf(&b, `<line class="break" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x, x, p.top, p.bottom)
		}
	}
	for i, e := range l.Events {
		if x := p.x(e.X); x >= p.left && x <= p.right {
			anchor, dx := "start", 4.0
			if x > (p.left+p.right)/2 {
				anchor, dx = "end", -4.0
			}
			fmt.Fprintf(&b, `<line class="event" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="tick" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`,
				x, x, p.top, p.bottom, x+dx, p.top+10+float64(i%3)*14, anchor, html.EscapeString(cut(e.Label, int((p.right-p.left)/14))))
		}
	}
	for _, v := range l.Levels {
		class := "mean"
		if v.Limit {
			class = "limit"
		}
		fmt.Fprintf(&b, `<line class="level %s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, p.x(v.From), p.x(v.To), p.y(v.Y), p.y(v.Y))
	}
	ends := make([]label, 0, len(l.Series))
	for i, s := range l.Series {
		band(&b, p, s, i)
	}
	for i, s := range l.Series {
		if e, ok := draw(&b, p, s, i); ok {
			ends = append(ends, e)
		}
	}
	if len(l.Series) > 1 && size == Wide {
		writeLabels(&b, p, ends)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

type plot struct{ left, right, top, bottom, lo, hi, max float64 }

func (p plot) x(v float64) float64 { return p.left + (v-p.lo)/(p.hi-p.lo)*(p.right-p.left) }
func (p plot) y(v float64) float64 { return p.bottom - v/p.max*(p.bottom-p.top) }

func (l Line) axes(b *strings.Builder, p plot, size Size) {
	step := tick(p.max)
	for v := 0.0; v <= p.max*1.0001; v += step {
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="tick" x="%.1f" y="%.1f" text-anchor="end">%s</text>`,
			p.left, p.right, p.y(v), p.y(v), p.left-8, p.y(v)+4, html.EscapeString(l.Number(v)))
	}
	most := float64(size.Width) / 70
	years := math.Max(1, math.Ceil((p.hi-p.lo)/most))
	for _, nice := range []float64{1, 2, 5, 10, 20, 50} {
		if years <= nice {
			years = nice
			break
		}
	}
	for y := math.Ceil(math.Floor(p.lo)/years) * years; y <= p.hi; y += years {
		if x := p.x(y + 0.5); x >= p.left && x <= p.right {
			fmt.Fprintf(b, `<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">%.0f</text>`, x, p.bottom+18, y)
		}
	}
	fmt.Fprintf(b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, p.left, p.right, p.bottom, p.bottom)
}

type label struct {
	y     float64
	text  string
	index int
}

func draw(b *strings.Builder, p plot, s Series, index int) (label, bool) {
	var path strings.Builder
	joined := false
	var last label
	found := false
	for _, pt := range s.Points {
		if !pt.Has {
			joined = false
			continue
		}
		command := "L"
		if !joined || pt.Break {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, p.x(pt.X), p.y(pt.Y))
		joined, found = true, true
		last = label{p.y(pt.Y), s.Name, index}
	}
	fmt.Fprintf(b, `<path class="line s%d" d="%s"/>`, index%6+1, path.String())
	for _, pt := range s.Points {
		if !pt.Has {
			continue
		}
		class := fmt.Sprintf("dot s%d", index%6+1)
		if pt.Weak {
			class += " weak"
		}
		if pt.Special {
			fmt.Fprintf(b, `<circle class="special" cx="%.1f" cy="%.1f" r="7"/>`, p.x(pt.X), p.y(pt.Y))
		}
		b.WriteString(symbol(class, index, p.x(pt.X), p.y(pt.Y)))
		fmt.Fprintf(b, `<title>%s, %s: %s</title></g>`, html.EscapeString(s.Name), html.EscapeString(pt.Label), html.EscapeString(pt.Text))
	}
	return last, found
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

// writeLabels puts each series' name beside its end, pushed apart where they would meet.
func writeLabels(b *strings.Builder, p plot, ends []label) {
	for i := range ends {
		for moved := true; moved; {
			moved = false
			for j := range i {
				if d := ends[i].y - ends[j].y; math.Abs(d) < 15 {
					ends[i].y, moved = ends[j].y+15, true
				}
			}
		}
		fmt.Fprintf(b, `<text class="name s%d" x="%.1f" y="%.1f">%s</text>`, ends[i].index%6+1, p.right+8, ends[i].y+4, html.EscapeString(shorten(ends[i].text)))
	}
}

func shorten(s string) string { return cut(s, 18) }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Sparkline draws a series in the space of a table cell: the line, gaps where values are missing, a dot at the end.
func Sparkline(points []Point, title string) template.HTML {
	const width, height, pad = 120.0, 28.0, 4.0
	lo, hi, low, high := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range points {
		if p.Has {
			lo, hi, low, high = min(lo, p.X), max(hi, p.X), min(low, p.Y), max(high, p.Y)
		}
	}
	if lo >= hi {
		return ""
	}
	if high == low {
		high, low = high+1, low-1
	}
	var path strings.Builder
	joined := false
	var x, y float64
	for _, p := range points {
		if !p.Has {
			joined = false
			continue
		}
		x, y = pad+(p.X-lo)/(hi-lo)*(width-2*pad), height-pad-(p.Y-low)/(high-low)*(height-2*pad)
		if joined && !p.Break {
			path.WriteString("L")
		} else {
			path.WriteString("M")
		}
		fmt.Fprintf(&path, "%.1f %.1f", x, y)
		joined = true
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 120 28" width="120" height="28" role="img" aria-label="%s"><path d="%s"/><circle cx="%.1f" cy="%.1f" r="2.5"/></svg>`,
		html.EscapeString(title), path.String(), x, y))
}
