// Package still makes a picture of a chart that can leave its page: an SVG that carries its own colours, title, source and
// moment, and a PNG of the same.
//
// The colours come from the pages' own style sheet, so that a picture looks as the page does and a new kind of chart needs
// nothing here. It may import the standard library, the rasteriser and the font reader; it knows neither figures nor pages.
// The same chart gives the same bytes every time.
package still

import (
	"fmt"
	"html"
	"strings"
)

// Chart is one drawing: an svg element as the pages have it, with a viewBox that begins at 0 0, and its own heading where there
// are several.
type Chart struct{ Title, SVG string }

// Sheet is what stands on a picture. Lines of text are wrapped to its width.
type Sheet struct {
	Title  string   // what the chart shows
	Unit   string   // below it, in small type
	Charts []Chart  // one, or several that are set in two columns
	Footer []string // source, moment, address
}

// Sizes of type and space, in the units of the drawings.
const (
	margin    = 24
	titleSize = 18
	smallSize = 12
	lineStep  = 1.4

	leastWidth = 560 // of a sheet, so that what stands below a small chart can be read
)

// SVG lays the sheet out as a picture of its own.
func (s Style) SVG(sheet Sheet) ([]byte, error) {
	if len(sheet.Charts) == 0 {
		return nil, fmt.Errorf("still: a sheet needs a chart")
	}
	drawings := make([]drawing, len(sheet.Charts))
	for i, c := range sheet.Charts {
		var err error
		if drawings[i], err = s.own(c.SVG); err != nil {
			return nil, err
		}
	}
	columns := min(2, len(sheet.Charts))
	column := 0
	for _, d := range drawings {
		column = max(column, d.width)
	}
	width := max(columns*column+(columns+1)*margin, leastWidth)
	var b strings.Builder
	y := float64(margin)
	text := func(lines []string, size float64, attributes string) {
		for _, l := range lines {
			y += size
			fmt.Fprintf(&b, `<text x="%d" y="%.1f" font-size="%g" %s>%s</text>`, margin, y, size, attributes, html.EscapeString(l))
			y += size * (lineStep - 1)
		}
	}
	text(wrap(sheet.Title, width-2*margin, titleSize), titleSize, fmt.Sprintf(`font-weight="600" fill="%s"`, s.colour("--ink")))
	text(wrap(sheet.Unit, width-2*margin, smallSize), smallSize, fmt.Sprintf(`fill="%s"`, s.colour("--ink-2")))
	y += margin / 2
	below := y
	for i, c := range sheet.Charts {
		x := margin + (i%columns)*(column+margin)
		if c.Title != "" {
			fmt.Fprintf(&b, `<text x="%d" y="%.1f" font-size="%d" font-weight="600" fill="%s">%s</text>`, x, y+smallSize, smallSize, s.colour("--ink"), html.EscapeString(c.Title))
		}
		top := y
		if c.Title != "" {
			top += smallSize * lineStep
		}
		fmt.Fprintf(&b, `<g transform="translate(%d,%.1f)">%s</g>`, x, top, drawings[i].inner)
		below = max(below, top+float64(drawings[i].height)+margin/2)
		if i%columns == columns-1 || i == len(sheet.Charts)-1 {
			y = below
		}
	}
	for _, f := range sheet.Footer {
		text(wrap(f, width-2*margin, smallSize), smallSize, fmt.Sprintf(`fill="%s"`, s.colour("--ink-2")))
	}
	height := int(y) + margin
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="Inter, system-ui, sans-serif"><rect x="0" y="0" width="%d" height="%d" fill="%s"/>`,
		width, height, width, height, html.EscapeString(sheet.Title), width, height, s.colour("--paper"))
	return []byte(head + b.String() + "</svg>\n"), nil
}

// wrap breaks a text into lines that fit, by the mean width of a letter. A word that is too long, such as an address, is broken.
func wrap(text string, width int, size float64) []string {
	const letter = 0.56 // of the size: wide enough for Swedish prose in Inter
	most := int(float64(width) / (letter * size))
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for r := []rune(word); len(r) > most; r = r[most:] {
			if line != "" {
				out = append(out, line)
				line = ""
			}
			out = append(out, string(r[:most]))
			word = string(r[most:])
		}
		if line != "" && len([]rune(line))+1+len([]rune(word)) > most {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
