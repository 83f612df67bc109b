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
	Paper  = Size{620, 155} // on 170 mm of A4, 12 units are 9 points
)

// row is the height of one line of text above the plot.
const row = 15.0

// SVG draws the chart. Colours come from the page's classes, so it follows the dark scheme and forced colours; there is
// no style attribute and no script in it. Names of events stand above the plot, each clear of the others; the names of lines
// stand beside their ends, or above the plot where there is no room for that.
func (l Line) SVG(size Size) template.HTML {
	x := l.extent()
	p := plot{extent: x, left: 52, right: float64(size.Width) - 14, top: 14, bottom: float64(size.Height) - 28}
	several := len(l.Series) > 1
	if several && size.Width >= Paper.Width {
		p.right -= besideLines
	}
	notes := l.notes(p, size)
	head := notes.rows
	if several && size == Narrow {
		head += len(l.Series)
	}
	if head > 0 {
		p.top += float64(head) * row
		size.Height += head * int(row)
		p.bottom += float64(head) * row
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, size.Width, size.Height, size.Width, size.Height, html.EscapeString(l.Title))
	l.breaks(&b, p)
	l.axes(&b, p, size)
	for _, v := range l.Levels {
		class := "mean"
		if v.Limit {
			class = "limit"
		}
		fmt.Fprintf(&b, `<line class="level %s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, p.x(v.From), p.x(v.To), p.y(v.Y), p.y(v.Y))
	}
	notes.lines(&b, p)
	ends := make([]label, 0, len(l.Series))
	for i, s := range l.Series {
		band(&b, p, s, i)
	}
	for i, s := range l.Series {
		if e, ok := draw(&b, p, s, i); ok {
			ends = append(ends, e)
		}
	}
	notes.names(&b, p)
	switch {
	case several && size.Width >= Paper.Width:
		writeLabels(&b, p, ends)
	case several:
		l.legend(&b)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

type plot struct {
	extent
	left, right, top, bottom float64
}

func (p plot) x(v float64) float64 { return p.left + (v-p.lo)/(p.hi-p.lo)*(p.right-p.left) }
func (p plot) y(v float64) float64 {
	return p.bottom - (v-p.extent.low)/(p.extent.top-p.extent.low)*(p.bottom-p.top)
}

// inside tells whether a moment lies within the picture.
func (p plot) inside(v float64) bool { return v >= p.lo && v <= p.hi }

// breaks draws a pale band between the figures before and after each break, with its word.
func (l Line) breaks(b *strings.Builder, p plot) {
	for _, k := range l.Breaks {
		if !p.inside(k.X) {
			continue
		}
		from, to := max(p.left, p.x(k.X-breakHalf)), min(p.right, p.x(k.X+breakHalf))
		anchor, at := "start", from+3
		if from > (p.left+p.right)/2 {
			anchor, at = "end", to-3
		}
		fmt.Fprintf(b, `<rect class="break" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/><text class="break-word" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`,
			from, p.top, to-from, p.bottom-p.top, at, p.bottom-6, anchor, html.EscapeString(k.Word))
	}
}

func (l Line) axes(b *strings.Builder, p plot, size Size) {
	for v := p.extent.low; v <= p.extent.top+p.step/1e6; v += p.step {
		if math.Abs(v) < p.step/1e6 {
			v = 0
		}
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
		if x := p.x(y + 0.5); x >= p.left-1 && x <= p.right+1 { // the middle of a year is a few hours off
			fmt.Fprintf(b, `<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">%.0f</text>`, x, p.bottom+18, y)
		}
	}
	fmt.Fprintf(b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, p.left, p.right, p.bottom, p.bottom)
}
