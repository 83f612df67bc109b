package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Standing says how a place is drawn. Each has its own fill and its own pattern or outline, and a word beside it.
type Standing string

// The standings. They are also the classes that the style sheet gives colours.
const (
	Above    Standing = "above"    // established above the chosen place: filled, striped in the map
	Below    Standing = "below"    // established below it: filled, dotted in the map
	Unshown  Standing = "unshown"  // no difference is established: hollow
	Untested Standing = "untested" // not put against chance: grey
	Itself   Standing = "itself"   // the chosen place
	Whole    Standing = "whole"    // the country that the places lie in
	Absent   Standing = "absent"   // no figure
)

// Place is one place's figure.
type Place struct {
	Name, Text   string
	Value        float64 // meaningful only if Has
	Has          bool
	Lower, Upper float64 // 95 % limits, meaningful only if Sure
	Sure         bool
	Standing     Standing
}

// Ranked draws places as bars with their limits, in groups that have titles. What stands in a group, and in which order, is
// the caller's.
type Ranked struct {
	Title  string
	Groups []PlaceGroup
	Mark   *float64 // a thin line across all bars: the chosen place's value
	Number func(float64) string
}

// PlaceGroup is a run of places under one title.
type PlaceGroup struct {
	Title  string
	Places []Place
}

const barRow = 24

// SVG draws the bars: beside their names in the wide layout, below them in the narrow one.
func (r Ranked) SVG(size Size) template.HTML {
	row, left := float64(barRow), 214.0
	if size == Narrow {
		row, left = 38, 4
	}
	right := float64(size.Width) - 16
	if size == Wide {
		right -= 96 // the values stand there
	}
	top := r.top() * 1.02
	x := func(v float64) float64 { return left + math.Max(0, math.Min(v, top))/top*(right-left) }
	var body strings.Builder
	y := 8.0
	for _, g := range r.Groups {
		if len(g.Places) == 0 {
			continue
		}
		if g.Title != "" {
			fmt.Fprintf(&body, `<text class="group" x="4" y="%.1f">%s</text>`, y+15, html.EscapeString(cut(g.Title, size.Width/7)))
			y += 24
		}
		for _, p := range g.Places {
			r.bar(&body, p, size, x, left, y, row)
			y += row
		}
		y += 8
	}
	height := y + 26
	var b strings.Builder
	open(&b, size.Width, int(height), r.Title)
	for v := 0.0; v <= top*1.0001; v += tick(top) * step(top, right-left) {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="4" y2="%.1f"/>%s`, x(v), x(v), y, below(x(v), y+18, float64(size.Width), r.Number(v)))
	}
	b.WriteString(body.String())
	if r.Mark != nil && size == Wide { // in the narrow layout it would cross the values
		fmt.Fprintf(&b, `<line class="level limit" x1="%.1f" x2="%.1f" y1="4" y2="%.1f"/>`, x(*r.Mark), x(*r.Mark), y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// step thins out the numbers of an axis that has little room.
func step(top, room float64) float64 {
	if room/(top/tick(top)) < 58 {
		return 2
	}
	return 1
}

func (r Ranked) top() float64 {
	top := 0.0
	for _, g := range r.Groups {
		for _, p := range g.Places {
			if p.Has {
				top = math.Max(top, p.Value)
			}
			if p.Has && p.Sure {
				top = math.Max(top, p.Upper)
			}
		}
	}
	return math.Max(top, 1e-9)
}

func (r Ranked) bar(b *strings.Builder, p Place, size Size, x func(float64) float64, left, y, row float64) {
	name, nameX, anchor, base := cut(p.Name, 30), left-10, "end", y+row/2+4
	thick, barY := 12.0, y+row/2-6
	valueX, valueAnchor := float64(size.Width)-4, "end"
	if size == Narrow {
		nameX, anchor, base, barY = left, "start", y+14, y+20
	}
	fmt.Fprintf(b, `<text class="name %s" x="%.1f" y="%.1f" text-anchor="%s">%s</text><text class="value" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`,
		p.Standing, nameX, base, anchor, html.EscapeString(name), valueX, base, valueAnchor, html.EscapeString(cut(p.Text, 22)))
	if !p.Has {
		return
	}
	fmt.Fprintf(b, `<rect class="bar %s" x="%.1f" y="%.1f" width="%.1f" height="%.0f"><title>%s: %s</title></rect>`, p.Standing, left, barY, math.Max(1, x(p.Value)-left), thick, html.EscapeString(p.Name), html.EscapeString(p.Text))
	if r.Mark != nil && size == Narrow {
		fmt.Fprintf(b, `<line class="level limit" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x(*r.Mark), x(*r.Mark), barY-3, barY+thick+3)
	}
	if p.Sure {
		mid := barY + thick/2
		fmt.Fprintf(b, `<path class="whisker" d="M%.1f %.1fV%.1fM%.1f %.1fH%.1fM%.1f %.1fV%.1f"/>`, x(p.Lower), mid-5, mid+5, x(p.Lower), mid, x(p.Upper), x(p.Upper), mid-5, mid+5)
	}
}

// below writes a number under its place on an axis, and keeps it in the picture.
func below(x, y, width float64, text string) string {
	anchor := "middle"
	if half := 3.6 * float64(len([]rune(text))); x+half > width {
		anchor, x = "end", math.Min(width-1, x+12)
	} else if x < half {
		anchor, x = "start", math.Max(1, x-12)
	}
	return fmt.Sprintf(`<text class="tick" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(text))
}

func open(b *strings.Builder, width, height int, title string) {
	fmt.Fprintf(b, `<svg class="chart" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(title))
}
