// Package export writes figures as files: CSV for machines, CSV for a Swedish Excel, XLSX, JSON, JSON-stat 2 and Parquet.
// Pages, the API and the command line share it, so what is downloaded equals what is shown, whatever the format.
//
// It owns the columns of a file, the formats, and what a file says of itself: source, licence, moment and definition. It
// may import schema, the words of dashboard/format and the libraries that write a format. A file is written a part at a
// time, so that everything there is can be sent without being held.
package export

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"utfall/schema"
)

// About is what a file says of itself. Catalogue is required.
type About struct {
	Catalogue *schema.Catalogue
	AsOf      time.Time // the moment that is shown; zero means Made
	Made      time.Time // when the file was made
	Lang      schema.Lang
	Address   string // where the same figures are found again, "" where no address is known
	More      []Column
}

// Column is one more thing that a page shows beside each figure: a text, or a number, which may be absent. Further columns
// stand at the end, in every format that has columns.
type Column struct {
	Name   string
	Text   func(schema.Observation) string
	Number func(schema.Observation) *float64
}

// Moment is the moment whose figures the file holds.
func (a About) Moment() time.Time {
	if a.AsOf.IsZero() {
		return a.Made
	}
	return a.AsOf
}

// Writer takes figures, part by part, and ends the file. Close must be called, and its error be read: before it the file is
// not whole.
type Writer interface {
	Write([]schema.Observation) error
	Close() error
}

// Format is one way to write a file.
type Format struct {
	ID        string // as --format and addresses name it
	Extension string
	Kind      string // media type
	Whole     bool   // can hold every indicator there is in one file
	Label     schema.Text
	Use       schema.Text // what it is good for
	open      func(io.Writer, About) (Writer, error)
}

// Formats gives the formats in the order that people are offered them.
func Formats() []Format {
	return []Format{
		{"csv-sv", "csv", "text/csv; charset=utf-8", true, schema.Text{SV: "CSV för Excel", EN: "CSV for Swedish Excel"},
			schema.Text{SV: "Öppnas rätt i svenska Excel: semikolon mellan kolumnerna och decimalkomma.", EN: "Opens right in a Swedish Excel: semicolon between columns and decimal comma."}, newSwedishCSV},
		{"xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true, schema.Text{SV: "Excel (XLSX)", EN: "Excel (XLSX)"},
			schema.Text{SV: "Ett blad med talen och ett blad som säger källa, licens, datum och definition.", EN: "One sheet with the figures and one that says source, licence, date and definition."}, newXLSX},
		{"csv", "csv", "text/csv; charset=utf-8", true, schema.Text{SV: "CSV", EN: "CSV"},
			schema.Text{SV: "För program som R, Stata och Python: komma mellan kolumnerna och decimalpunkt.", EN: "For programs such as R, Stata and Python: comma between columns and decimal point."}, newMachineCSV},
		{"json", "json", "application/json", true, schema.Text{SV: "JSON", EN: "JSON"},
			schema.Text{SV: "En lista med ett objekt per tal, för webbtjänster.", EN: "A list with one object per figure, for web services."}, newJSON},
		{"jsonstat", "jsonstat", "application/json", false, schema.Text{SV: "JSON-stat 2", EN: "JSON-stat 2"},
			schema.Text{SV: "Statistikmyndigheternas format: en tabell med dimensioner, enhet, status och källa.", EN: "The statistical offices' format: a table with dimensions, unit, status and source."}, newJSONStat},
		{"parquet", "parquet", "application/vnd.apache.parquet", true, schema.Text{SV: "Parquet", EN: "Parquet"},
			schema.Text{SV: "Kolumner med datatyper, för stora analyser i till exempel DuckDB, Arrow eller ClickHouse.", EN: "Typed columns, for large analyses in for example DuckDB, Arrow or ClickHouse."}, newParquet},
	}
}

// Find gives a format by its id.
func Find(id string) (Format, bool) {
	list := Formats()
	i := slices.IndexFunc(list, func(f Format) bool { return f.ID == id })
	if i < 0 {
		return Format{}, false
	}
	return list[i], true
}

// Names lists the ids of the formats, for a message.
func Names() string {
	var out []string
	for _, f := range Formats() {
		out = append(out, f.ID)
	}
	return strings.Join(out, ", ")
}

// Open begins a file.
func (f Format) Open(w io.Writer, a About) (Writer, error) {
	out, err := f.open(w, a)
	if err != nil {
		return nil, fmt.Errorf("export: %s: %w", f.ID, err)
	}
	return out, nil
}

// Write makes a whole file of figures that are at hand.
func (f Format) Write(w io.Writer, a About, figures []schema.Observation) error {
	out, err := f.Open(w, a)
	if err != nil {
		return err
	}
	if err := out.Write(figures); err != nil {
		return fmt.Errorf("export: %s: %w", f.ID, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("export: %s: %w", f.ID, err)
	}
	return nil
}
