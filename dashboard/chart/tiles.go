package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Tile is one place of a tile map: a square of the same size as every other.
type Tile struct {
	Place
	Column, Row int
	Lines       [2]string // the name as it fits in the square
}

// Tiles is a map of equal squares, each with its name and its value.
type Tiles struct {
	Title   string
	Tiles   []Tile
	Columns int
	Rows    int
}

// SVG draws the map. Standing is told by pattern, by outline and by the legend's words, and the value stands in the square.
func (t Tiles) SVG(size Size) template.HTML {
	side := float64(size.Width) / float64(t.Columns)
	if size == Wide {
		side = 84
	}
	width, height := side*float64(t.Columns), side*float64(t.Rows)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart tiles" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(t.Title))
	for _, p := range t.Tiles {
		x, y := float64(p.Column)*side+2, float64(p.Row)*side+2
		fmt.Fprintf(&b, `<g><rect class="square %s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>%s`, p.Standing, x, y, side-4, side-4, strip(p.Standing, x+2, y+side-15, side-8))
		middle := x + side/2 - 2
		for i, text := range p.Lines {
			fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, middle, y+16+float64(i)*13, html.EscapeString(text))
		}
		fmt.Fprintf(&b, `<text class="figure" x="%.1f" y="%.1f" text-anchor="middle">%s</text><title>%s: %s</title></g>`, middle, y+side*0.68, html.EscapeString(p.short()), html.EscapeString(p.Name), html.EscapeString(p.Text))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// short is what a square has room for: the number, or a dash; the reason stands in the table and in the square's title.
func (t Tile) short() string {
	if !t.Has {
		return "–"
	}
	return t.Text
}

// strip marks the foot of a square: stripes above, dots below, nothing otherwise. It is drawn and not filled with a pattern,
// which not every program that opens a picture can do.
func strip(s Standing, x, y, width float64) string {
	const high, apart = 8.0, 6.0
	var d strings.Builder
	for at := 0.0; at+high <= width; at += apart {
		switch s {
		case Above:
			fmt.Fprintf(&d, "M%.1f %.1fl%.0f -%.0f", x+at, y+high, high, high)
		case Below:
			fmt.Fprintf(&d, "M%.1f %.1fa1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 1 1 0 -3.4z", x+at+high/2, y+high/2-1.7)
		}
	}
	switch s {
	case Above:
		return `<path class="stripes" d="` + d.String() + `"/>`
	case Below:
		return `<path class="dots" d="` + d.String() + `"/>`
	}
	return ""
}
