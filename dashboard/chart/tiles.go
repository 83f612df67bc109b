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
	ID      string // begins the ids of the patterns; two maps on one page need two
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
	id := fmt.Sprintf("%s%d", t.ID, size.Width)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart tiles" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(t.Title))
	patterns(&b, id)
	for _, p := range t.Tiles {
		x, y := float64(p.Column)*side+2, float64(p.Row)*side+2
		fmt.Fprintf(&b, `<g class="tile %s"><rect class="square" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, p.Standing, x, y, side-4, side-4)
		if fill := patternOf(p.Standing, id); fill != "" {
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="9" fill="url(#%s)"/>`, x+1, y+side-14, side-6, fill)
		}
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

func patternOf(s Standing, id string) string {
	switch s {
	case Above:
		return id + "above"
	case Below:
		return id + "below"
	}
	return ""
}

func patterns(b *strings.Builder, id string) {
	fmt.Fprintf(b, `<defs><pattern id="%sabove" class="above" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6"/></pattern>`+
		`<pattern id="%sbelow" class="below" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.7"/></pattern></defs>`, id, id)
}
