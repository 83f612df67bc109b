// Package export writes figures as files: CSV for machines, CSV for a Swedish Excel, and JSON. Pages and the command
// line share it, so what is downloaded equals what is shown. It may import schema and the standard library.
package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/schema"
)

// Dialect is a way to write CSV.
type Dialect int

// The dialects.
const (
	Machine Dialect = iota // UTF-8, comma, decimal point
	Swedish                // UTF-8 with a byte order mark, semicolon, decimal comma, text cells guarded against formulas
)

var header = []string{"indicator", "variant", "area", "period", "sex", "age", "breakdown", "value", "unit", "lower", "upper", "missing", "symbol", "flags",
	"source", "citation", "url", "note", "dataset", "release", "released"}

// WriteCSV writes observations with one header line. The machine dialect is a tidy delivery with further columns at the
// end. unit is left to the caller's catalogue: see WriteCSVWithUnits.
func WriteCSV(w io.Writer, figures []schema.Observation, d Dialect) error {
	return WriteCSVWithUnits(w, figures, d, nil)
}

// Column is one more thing that a page shows beside each figure: a text, or a number, which may be absent.
type Column struct {
	Name   string
	Text   func(schema.Observation) string
	Number func(schema.Observation) *float64
}

func (c Column) cell(o schema.Observation, d Dialect) string {
	switch {
	case c.Number != nil:
		return limit(c.Number(o), d)
	case d == Swedish:
		return guard(c.Text(o))
	}
	return c.Text(o)
}

// WriteCSVWithUnits writes observations; unit gives the id of an indicator's unit. Further columns stand at the end.
func WriteCSVWithUnits(w io.Writer, figures []schema.Observation, d Dialect, unit func(indicator string) string, more ...Column) error {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	if d == Swedish {
		if _, err := buffered.WriteString("\ufeff"); err != nil {
			return err
		}
		out.Comma, out.UseCRLF = ';', true
	}
	head := slices.Clone(header)
	for _, c := range more {
		head = append(head, c.Name)
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, o := range figures {
		u := ""
		if unit != nil {
			u = unit(o.Indicator)
		}
		row := []string{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown, value(o, d), u, limit(o.Lower, d), limit(o.Upper, d),
			o.Missing.Public(), o.Symbol, o.Flags, o.Source, o.Citation, o.URL, o.Note, o.Dataset, strconv.FormatUint(o.Release, 10), o.Released.UTC().Format("2006-01-02T15:04:05.000000Z")}
		if d == Swedish {
			for i := range row {
				if header[i] != "value" && header[i] != "lower" && header[i] != "upper" {
					row[i] = guard(row[i])
				}
			}
		}
		for _, c := range more {
			row = append(row, c.cell(o, d))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// guard keeps a spreadsheet from running a text as a formula.
func guard(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func value(o schema.Observation, d Dialect) string {
	if o.Missing != schema.Present {
		return ""
	}
	return number(o.Value, d)
}

func limit(v *float64, d Dialect) string {
	if v == nil {
		return ""
	}
	return number(*v, d)
}

func number(v float64, d Dialect) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if d == Swedish {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

type figure struct {
	Indicator string   `json:"indicator"`
	Variant   string   `json:"variant"`
	Area      string   `json:"area"`
	Period    string   `json:"period"`
	Sex       string   `json:"sex"`
	Age       string   `json:"age"`
	Breakdown string   `json:"breakdown"`
	Value     *float64 `json:"value"`
	Lower     *float64 `json:"lower"`
	Upper     *float64 `json:"upper"`
	Missing   string   `json:"missing"`
	Symbol    string   `json:"symbol"`
	Flags     []string `json:"flags"`
	Source    string   `json:"source"`
	Citation  string   `json:"citation"`
	URL       string   `json:"url"`
	Note      string   `json:"note"`
	Dataset   string   `json:"dataset"`
	Release   uint64   `json:"release"`
	Released  string   `json:"released"`

	Comparison map[string]any `json:"comparison,omitempty"` // what the page shows beside the figure
}

// WriteJSON writes observations as an array of objects; a missing value is null. Further columns stand together in one
// object.
func WriteJSON(w io.Writer, figures []schema.Observation, more ...Column) error {
	list := make([]figure, len(figures))
	for i, o := range figures {
		list[i] = figure{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown, nil, o.Lower, o.Upper, o.Missing.Public(), o.Symbol,
			strings.Fields(o.Flags), o.Source, o.Citation, o.URL, o.Note, o.Dataset, o.Release, o.Released.UTC().Format("2006-01-02T15:04:05.000000Z"), nil}
		if o.Missing == schema.Present {
			list[i].Value = &o.Value
		}
		if len(more) > 0 {
			list[i].Comparison = map[string]any{}
		}
		for _, c := range more {
			if c.Number != nil {
				list[i].Comparison[c.Name] = c.Number(o)
			} else {
				list[i].Comparison[c.Name] = c.Text(o)
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(list); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
