// Package chart turns series into pictures: an ECharts option for the live chart, and SVG drawn here, which stands in the
// page without script, on paper and in downloads. Both come from the same Line.
//
// It alone imports go-echarts, and uses it to build options only: no HTML and no script come out of it. A missing value
// is a gap, never a zero, and no line joins across it.
package chart

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Point is one figure of a series.
type Point struct {
	X     float64 // the middle of the period, in years: 2022.5
	Y     float64 // in the indicator's unit; meaningful only if Has
	Label string  // the period in words
	Text  string  // the value in words
	Has   bool
	Break bool // not comparable with the point before: the line does not join
	Weak  bool // provisional, estimated, derived and the like: drawn hollow
	Open  bool // provisional or estimated: the line that leads to it is dashed
	Apart bool // predicted: no line leads to it, and it is drawn as a cross

	Lower, Upper float64 // 95 % limits, in the unit of Y; meaningful only if Sure
	Sure         bool    // there are limits
	Special      bool    // part of a pattern that chance seldom makes: drawn with a ring
}

// Series is one line.
type Series struct {
	Name   string
	Points []Point
}

// Line is a line chart over time.
type Line struct {
	Title    string
	Unit     string
	Decimals int
	Series   []Series
	Number   func(float64) string // writes the numbers of the axis
	Free     bool                 // the value axis need not begin at zero
	Breaks   []Break
	Events   []Event
	Levels   []Level
	SameAs   *Line // takes its axes from another chart, so that the two can be compared
}

// Event is something that happened, drawn as a thin line with a name: it says when, and nothing of what it did. An event
// with a mark stands under that mark in a list beside the chart, and where there is little room the mark alone is drawn.
type Event struct {
	X           float64
	Label, Mark string
}

// Level is a horizontal line over a stretch of time: the mean or a limit of a control chart.
type Level struct {
	From, To, Y float64
	Limit       bool // drawn dashed
}

// Break is a moment from which a series is counted in another way, drawn as a pale band between the figures before and after.
type Break struct {
	X    float64
	Word string // drawn in the band
}

// breakHalf is how far a break's band reaches to either side, in years.
const breakHalf = 0.5

// JSON gives what charts.js draws: the ECharts option and what it needs to write numbers. Every `<` is escaped, so no
// label can end the script element that it stands in.
func (l Line) JSON() ([]byte, error) {
	line := charts.NewLine()
	x := l.extent()
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Min: math.Floor(x.lo), Max: math.Ceil(x.hi), SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: x.low, Max: x.top}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: "16", Top: "16", Bottom: "8", ContainLabel: opts.Bool(true)}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
	)
	for i, s := range l.Series {
		data := make([]opts.LineData, 0, len(s.Points))
		for _, p := range s.Points {
			if p.Break || p.Apart {
				data = append(data, opts.LineData{Value: []any{p.X - 0.01, nil, ""}})
			}
			var y any
			if p.Has {
				y = p.Y
			}
			mark, size := "", 6
			if p.Special {
				size = 12
			}
			if p.Weak { // hollow, as in the still picture
				mark = "empty" + strings.ToUpper(symbols[i%len(symbols)][:1]) + symbols[i%len(symbols)][1:]
			}
			if p.Apart {
				mark = cross
			}
			data = append(data, opts.LineData{Value: []any{p.X, y, p.Label}, Symbol: mark, SymbolSize: size})
		}
		line.AddSeries(s.Name, data, charts.WithLineChartOpts(opts.LineChart{Symbol: symbols[i%len(symbols)], SymbolSize: 6,
			ShowSymbol: opts.Bool(true), ConnectNulls: opts.Bool(false)}),
			charts.WithLineStyleOpts(opts.LineStyle{Width: 2, Type: dashes[i%len(dashes)]}))
	}
	option := line.JSON()
	for _, key := range []string{"color", "legend", "tooltip", "title"} {
		delete(option, key) // charts.js gives these from the page's own colours and language
	}
	out, err := json.Marshal(map[string]any{"option": option, "decimals": l.Decimals, "bands": l.bands(), "marks": l.marks(), "levels": l.levels()})
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return out, nil
}

// cross is the symbol of a predicted figure, as a path of ECharts.
const cross = "path://M-1 0h2M0 -1v2"

type mark struct {
	X     float64 `json:"x"`
	To    float64 `json:"to,omitempty"` // a band's other end
	Label string  `json:"label"`
}

// marks gives breaks in the series, as bands, and events, as lines.
func (l Line) marks() []mark {
	out := []mark{}
	for _, k := range l.Breaks {
		out = append(out, mark{k.X - breakHalf, k.X + breakHalf, k.Word})
	}
	for _, e := range l.Events {
		label := e.Mark
		if label == "" {
			label = e.Label
		}
		out = append(out, mark{X: e.X, Label: label})
	}
	return out
}

type level struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Y     float64 `json:"y"`
	Limit bool    `json:"limit"`
}

func (l Line) levels() []level {
	out := []level{}
	for _, v := range l.Levels {
		out = append(out, level(v))
	}
	return out
}

// bands gives, for each series, the stretches over which its limits are drawn: moment, lower and upper limit. A stretch ends
// where a value is missing, has no limits or cannot be compared with the one before.
func (l Line) bands() [][][][3]float64 {
	out := make([][][][3]float64, len(l.Series))
	for i, s := range l.Series {
		out[i] = s.stretches()
	}
	return out
}

func (s Series) stretches() [][][3]float64 {
	out := [][][3]float64{}
	open := false
	for _, p := range s.Points {
		if !p.Has || !p.Sure {
			open = false
			continue
		}
		if !open || p.Break {
			out = append(out, nil)
		}
		open = true
		out[len(out)-1] = append(out[len(out)-1], [3]float64{p.X, p.Lower, p.Upper})
	}
	return out
}

// Series are told apart by colour, symbol and dash at once.
var (
	symbols = []string{"circle", "rect", "triangle", "diamond", "circle", "rect"}
	dashes  = []string{"solid", "dashed", "dotted", "dashed", "dotted", "dashed"}
)

// extent is what a chart's axes cover: years, and values in the unit.
type extent struct{ lo, hi, low, top, step float64 }

// extent gives the first and last moment, and round ends of the value axis, which begins at zero unless it is free.
func (l Line) extent() extent {
	if l.SameAs != nil {
		return l.SameAs.extent()
	}
	x := extent{lo: math.Inf(1), hi: math.Inf(-1), low: math.Inf(1)}
	value := func(v float64) { x.low, x.top = min(x.low, v), max(x.top, v) }
	for _, s := range l.Series {
		for _, p := range s.Points {
			x.lo, x.hi = min(x.lo, p.X), max(x.hi, p.X)
			if p.Has {
				value(p.Y)
			}
			if p.Has && p.Sure {
				value(p.Lower)
				value(p.Upper)
			}
		}
	}
	for _, v := range l.Levels {
		value(v.Y)
	}
	if x.lo > x.hi {
		return extent{0, 1, 0, 1, 1}
	}
	if x.hi-x.lo < 1 {
		x.lo, x.hi = x.lo-1, x.hi+1
	}
	if !l.Free || x.low <= 0 || x.low == x.top {
		x.low = min(x.low, 0)
	}
	x.step = tick(x.top - x.low)
	x.low = x.step * math.Floor(x.low/x.step)
	x.top = max(x.step*math.Ceil(x.top/x.step), x.low+x.step)
	return x
}

// Extends gives the first and the last moment of a chart's figures, in years.
func (l Line) Extends() [2]float64 {
	x := l.extent()
	return [2]float64{x.lo, x.hi}
}

// tick gives a round step that divides a value axis into about five.
func tick(top float64) float64 {
	if top <= 0 {
		return 1
	}
	raw := top / 5
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if raw <= m*power {
			return m * power
		}
	}
	return 10 * power
}
