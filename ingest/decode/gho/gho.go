// Package gho decodes the OData answers of WHO's Global Health Observatory (ghoapi): an envelope whose value is an array of
// flat objects. It streams. It imports decode, payload and jsonscan. The Athena CSV of the same source is csvtab's.
package gho

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
	"utfall/ingest/decode/payload"
)

const format = "gho"

// Options say which members hold figures.
type Options struct {
	// Measures are NumericValue (the default), Low and High. Where several are named, the last dimension, "measure",
	// tells them apart.
	Measures []string `yaml:"measures"`
}

// dimensions are those that the service has; an answer that lacks one has the code "" in it.
var dimensions = []decode.Dimension{
	{ID: "IndicatorCode", Role: decode.RoleMetric}, {ID: "SpatialDimType"}, {ID: "SpatialDim", Role: decode.RoleGeo}, {ID: "TimeDim", Role: decode.RoleTime},
	{ID: "Dim1"}, {ID: "Dim2"}, {ID: "Dim3"}, {ID: "DataSourceDim"},
}

// Reader gives one row per object and measure.
type Reader struct {
	scan     *jsonscan.Scanner
	meta     decode.Meta
	dims     []decode.Dimension
	measures []string
	element  int // 1-based, of the last object read
	codes    []string
	values   []figure // of the last object, one per measure
	printed  string
	comment  string
	at       int // next of values
	cells    int64
	err      error
}

type figure struct {
	value float64
	has   bool
	text  string
}

// New reads the envelope up to the first object. An error body of the service is an error with a *decode.Refusal.
func New(r io.Reader, o Options, limits decode.Limits) (*Reader, error) {
	limits = limits.WithDefaults()
	if len(o.Measures) == 0 {
		o.Measures = []string{"NumericValue"}
	}
	for i, m := range o.Measures {
		if !slices.Contains([]string{"NumericValue", "Low", "High"}, m) || slices.Contains(o.Measures[:i], m) {
			return nil, &decode.Error{Format: format, Offset: -1, Path: "measures", Want: "NumericValue, Low or High, each once", Got: decode.Quote(m)}
		}
	}
	text, err := payload.Open(format, r, payload.UTF8, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	scan, err := jsonscan.New(text, format, limits)
	if err != nil {
		return nil, err
	}
	g := &Reader{scan: scan, dims: slices.Clone(dimensions), measures: o.Measures, values: make([]figure, len(o.Measures)), at: len(o.Measures)}
	if len(o.Measures) > 1 {
		g.dims = append(g.dims, decode.Dimension{ID: "measure"})
	}
	g.codes = make([]string, len(g.dims))
	if err := scan.EnterObject(); err != nil {
		return nil, err
	}
	found, err := g.envelope(true)
	if err == nil && !found {
		err = scan.Fault(`the member "value", an array`, "an object without it", "is this an answer of the GHO OData service?")
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// envelope reads members up to the array of values, or after it to the end.
func (g *Reader) envelope(before bool) (found bool, err error) {
	var problem jsonscan.Problem
	for {
		key, ok, err := g.scan.NextKey()
		if err != nil {
			return false, err
		}
		if !ok {
			break
		}
		switch {
		case key == "value" && before:
			g.scan.SetPath("value")
			return true, g.scan.EnterArray()
		case key == "value":
			return false, g.scan.Fault("one member named value", "a second one", "fetch the payload again")
		case key == "@odata.nextLink":
			if g.meta.Next, _, err = g.scan.Scalar(); err != nil {
				return false, err
			}
		default:
			if known, err := problem.Member(g.scan, key); err != nil {
				return false, err
			} else if known {
				continue
			}
			if err := g.scan.Skip(); err != nil {
				return false, err
			}
		}
	}
	if refused := problem.Instead(); refused != nil {
		return false, g.scan.Refuse(refused, "figures")
	}
	return false, g.scan.End()
}

// Dimensions are IndicatorCode, SpatialDimType, SpatialDim, TimeDim, Dim1 to Dim3, DataSourceDim and, with several
// measures, measure.
func (g *Reader) Dimensions() []decode.Dimension { return g.dims }

// Meta holds the next page's address once the last row was read.
func (g *Reader) Meta() *decode.Meta { return &g.meta }

// Next gives the next figure.
func (g *Reader) Next(row *decode.Row) error {
	if g.err == nil {
		g.err = g.next(row)
	}
	return g.err
}

func (g *Reader) next(row *decode.Row) error {
	if g.at == len(g.values) {
		more, err := g.scan.More()
		if err != nil {
			return err
		}
		if !more {
			g.scan.SetPath("")
			if _, err := g.envelope(false); err != nil {
				return err
			}
			return io.EOF
		}
		g.element++
		g.scan.SetPath("value[" + strconv.Itoa(g.element-1) + "]")
		if err := g.object(); err != nil {
			return err
		}
		g.at = 0
	}
	if g.cells++; g.cells > g.scan.Limits().MaxCells {
		return g.scan.Fault("at most "+strconv.FormatInt(g.scan.Limits().MaxCells, 10)+" cells", "more", "ask the source for less, or raise the limit")
	}
	v := g.values[g.at]
	if len(g.measures) > 1 {
		g.codes[len(g.codes)-1] = g.measures[g.at]
	}
	*row = decode.Row{Codes: g.codes, Labels: g.codes, Value: v.value, Has: v.has, Text: v.text, Note: g.comment, Line: g.element}
	if !v.has && g.measures[g.at] == "NumericValue" {
		row.Text, row.Status = g.printed, g.printed // "<0.1", "No data": why there is no number
	}
	g.at++
	return nil
}

// object reads one figure and what it is about.
func (g *Reader) object() error {
	clear(g.codes)
	clear(g.values)
	g.printed, g.comment = "", ""
	seen := map[string]bool{}
	return g.scan.Members(func(key string) error {
		at := slices.IndexFunc(dimensions, func(d decode.Dimension) bool { return d.ID == key })
		measure := slices.Index(g.measures, key)
		if at < 0 && measure < 0 && key != "Value" && key != "Comments" {
			return g.scan.Skip()
		}
		if seen[key] {
			return g.scan.Fault("each member once", "a second "+decode.Quote(key), "fetch the payload again")
		}
		seen[key] = true
		text, ok, err := g.scan.Scalar()
		if err != nil {
			return err
		}
		switch {
		case at >= 0:
			g.codes[at] = text
		case key == "Value":
			g.printed = strings.TrimSpace(text)
		case key == "Comments":
			g.comment = text
		case ok:
			v, isNumber := decode.Number(text)
			if !isNumber {
				return g.scan.Fault("a number or null as "+key, decode.Quote(text), "fetch the payload again")
			}
			g.values[measure] = figure{v, true, text}
		}
		return nil
	})
}
