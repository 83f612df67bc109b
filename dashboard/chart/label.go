package chart

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"
)

// letter is about how wide a letter of the 12 unit text is.
const letter = 6.3

// note is an event's name, placed.
type note struct {
	x        float64 // of the event's line
	text     string
	end      bool // the text ends at the line rather than beginning there
	row      int  // rows are counted upwards from the plot
	from, to float64
}

type notes struct {
	list []note
	rows int
}

// notes places the names of the events above the plot. A name takes the side of its line with more room, and the lowest
// row in which it meets neither another name nor another event's line.
func (l Line) notes(p plot, size Size) notes {
	var out notes
	for _, e := range l.Events {
		if !p.inside(e.X) {
			continue
		}
		n := note{x: p.x(e.X), text: e.Label}
		if e.Mark != "" {
			n.text = e.Mark + " " + e.Label
			if size == Narrow {
				n.text = e.Mark
			}
		}
		n.end = n.x-p.left > float64(size.Width)-n.x
		room := float64(size.Width) - n.x
		if n.end {
			room = n.x - p.left + 40 // the names may reach over the numbers of the axis
		}
		n.text = cut(n.text, int(room/letter))
		width := float64(len([]rune(n.text)))*letter + 8
		n.from, n.to = n.x, n.x+width
		if n.end {
			n.from, n.to = n.x-width, n.x
		}
		out.list = append(out.list, n)
	}
	// Nearest the middle first: the lines of those further out then run beside the names, not through them.
	slices.SortStableFunc(out.list, func(a, b note) int {
		if a.end != b.end {
			return cmp.Compare(len(a.text), len(b.text))
		}
		if a.end {
			return cmp.Compare(a.x, b.x)
		}
		return cmp.Compare(b.x, a.x)
	})
	for i := range out.list {
		n := &out.list[i]
		for _, other := range out.list[:i] {
			if n.from < other.to+4 && other.from-4 < n.to {
				n.row = max(n.row, other.row+1)
			}
		}
		out.rows = max(out.rows, n.row+1)
	}
	return out
}

func (n notes) lines(b *strings.Builder, p plot) {
	for _, e := range n.list {
		fmt.Fprintf(b, `<line class="event" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, e.x, e.x, p.top-4-float64(e.row+1)*row+3, p.bottom)
	}
}

func (n notes) names(b *strings.Builder, p plot) {
	for _, e := range n.list {
		anchor, dx := "start", 4.0
		if e.end {
			anchor, dx = "end", -4.0
		}
		fmt.Fprintf(b, `<text class="event-name" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, e.x+dx, p.top-8-float64(e.row)*row, anchor, html.EscapeString(e.text))
	}
}

// besideLines is the room at the right for the names of lines: the longest word that indicators have fits in it.
const besideLines = 146

// label is the name of a line: where its last figure stands.
type label struct {
	x, y  float64
	text  string
	index int
}

// writeLabels puts each series' name beside its end, pushed apart where they would meet. A series that ends early has its
// name beside its last figure, not at the edge.
func writeLabels(b *strings.Builder, p plot, ends []label) {
	const high = 15.0
	type placed struct {
		label
		lines    []string
		from, to float64
	}
	meet := func(a, b placed) bool { return a.from < b.to && b.from < a.to }
	var all []placed
	for _, e := range ends {
		l := placed{label: e, lines: wrap(e.text, 23), from: p.right + 8}
		if p.right-e.x > 60 {
			l.from, l.lines = e.x+8, []string{cut(e.text, max(8, int((p.right+besideLines-e.x)/letter)))}
		}
		for _, text := range l.lines {
			l.to = max(l.to, l.from+float64(len([]rune(text)))*letter*1.1)
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.y, b.y) })
	for i := range all {
		for _, o := range all[:i] {
			if meet(o, all[i]) {
				all[i].y = max(all[i].y, o.y+high*float64(len(o.lines)))
			}
		}
	}
	// what was pushed below the axis pushes back up, last first
	for i := len(all) - 1; i >= 0; i-- {
		all[i].y = min(all[i].y, p.bottom-high*float64(len(all[i].lines)-1))
		for _, o := range all[i+1:] {
			if meet(o, all[i]) {
				all[i].y = min(all[i].y, o.y-high*float64(len(all[i].lines)))
			}
		}
	}
	for _, l := range all {
		for i, text := range l.lines {
			fmt.Fprintf(b, `<text class="name s%d" x="%.1f" y="%.1f">%s</text>`, l.index%6+1, l.from, l.y+4+high*float64(i), html.EscapeString(text))
		}
	}
}

// legend names the lines above the plot, each with its mark and dash.
func (l Line) legend(b *strings.Builder) {
	for i, s := range l.Series {
		y := 11 + float64(i)*row
		fmt.Fprintf(b, `<path class="line s%d" d="M4 %.1fH34"/>%s</g><text class="name s%d" x="42" y="%.1f">%s</text>`, i%6+1, y-4,
			symbol(fmt.Sprintf("dot s%d", i%6+1), i, 19, y-4), i%6+1, y, html.EscapeString(cut(s.Name, 46)))
	}
}

// mostLines bounds the lines of a name beside a chart.
const mostLines = 4

// wrap breaks a name into lines, at spaces where there are any.
func wrap(s string, most int) []string {
	var out []string
	for r := []rune(strings.TrimSpace(s)); len(r) > 0; {
		if len(r) <= most || len(out) == mostLines-1 {
			return append(out, cut(string(r), most))
		}
		at := most
		for i := most; i > 0; i-- {
			if r[i] == ' ' {
				at = i
				break
			}
		}
		out = append(out, strings.TrimSpace(string(r[:at])))
		r = []rune(strings.TrimSpace(string(r[at:])))
	}
	return out
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:max(most-1, 0)]) + "…"
	}
	return s
}
