package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Sparkline draws a series in the space of a table cell, each on a scale of its own: the line, gaps where values are
// missing, a dot at the end. Fewer than two figures are no course, and give nothing.
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
	var alone []string
	joined := false
	var x, y float64
	for i, p := range points {
		if !p.Has {
			joined = false
			continue
		}
		x, y = pad+(p.X-lo)/(hi-lo)*(width-2*pad), height-pad-(p.Y-low)/(high-low)*(height-2*pad)
		if joined && !p.Break {
			path.WriteString("L")
		} else {
			path.WriteString("M")
			if i+1 == len(points) || !points[i+1].Has || points[i+1].Break {
				alone = append(alone, fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="1.5"/>`, x, y))
			}
		}
		fmt.Fprintf(&path, "%.1f %.1f", x, y)
		joined = true
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 120 28" width="120" height="28" role="img" aria-label="%s"><path d="%s"/>%s<circle cx="%.1f" cy="%.1f" r="2.5"/></svg>`,
		html.EscapeString(title), path.String(), strings.Join(alone, ""), x, y))
}
