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
	Breaks   []Break
	Events   []Event
	Levels   []Level
	SameAs   *Line // takes its axes from another chart, so that the two can be compared
}

// Event is something that happened, drawn as a thin line with a name: it says when, and nothing of what it did.
type Event struct {
	X     float64
	Label string
}

// Level is a horizontal line over a stretch of time: the mean or a limit of a control chart.
type Level struct {
	From, To, Y float64
	Limit       bool // drawn dashed
}

// Break is a moment from which a series is counted in another way.
type Break struct {
	X     float64
	Label string
}

// JSON gives what charts.js draws: the ECharts option and what it needs to write numbers. Every `<` is escaped, so no
// label can end the script element that it stands in.
func (l Line) JSON() ([]byte, error) {
	line := charts.NewLine()
	lo, hi, top := l.extent()
	right := "16"
	if len(l.Series) > 1 {
		right = "90" // the names of the lines stand there
	}
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Min: math.Floor(lo), Max: math.Ceil(hi), SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: 0, Max: top}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: right, Top: "16", Bottom: "8", ContainLabel: opts.Bool(true)}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
	)
	for i, s := range l.Series {
		data := make([]opts.LineData, 0, len(s.Points))
		for _, p := range s.Points {
			if p.Break {
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

type mark struct {
	X     float64 `json:"x"`
	Label string  `json:"label"`
	Break bool    `json:"break"`
}

// marks gives the vertical lines: breaks in the series, and events.
func (l Line) marks() []mark {
	out := []mark{}
	for _, k := range l.Breaks {
		out = append(out, mark{k.X, k.Label, true})
	}
	for _, e := range l.Events {
		out = append(out, mark{e.X, e.Label, false})
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

// extent gives the first and last moment and the top of the value axis, which begins at zero.
func (l Line) extent() (lo, hi, top float64) {
	if l.SameAs != nil {
		return l.SameAs.extent()
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range l.Series {
		for _, p := range s.Points {
			lo, hi = min(lo, p.X), max(hi, p.X)
			if p.Has {
				top = max(top, p.Y)
			}
			if p.Has && p.Sure {
				top = max(top, p.Upper)
			}
		}
	}
	for _, v := range l.Levels {
		top = max(top, v.Y)
	}
	if lo > hi {
		return 0, 1, 1
	}
	if hi-lo < 1 {
		lo, hi = lo-1, hi+1
	}
	step := tick(top)
	return lo, hi, max(step*math.Ceil(top/step), step)
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
