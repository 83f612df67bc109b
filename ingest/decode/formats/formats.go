// Package formats knows every decoder by name, and recognises a payload whose format nobody has named.
//
// It owns the list and nothing of the formats themselves. It imports the decoders and is imported by who is given a name:
// the preview, the sources and the deliveries.
package formats

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/cdc"
	"utfall/ingest/decode/csvtab"
	"utfall/ingest/decode/eurostat"
	"utfall/ingest/decode/gho"
	"utfall/ingest/decode/jsonstat"
	"utfall/ingest/decode/kolada"
	"utfall/ingest/decode/px"
	"utfall/ingest/decode/pxweb"
	"utfall/ingest/decode/socialstyrelsen"
	"utfall/ingest/decode/xlsx"
)

// Options are what a payload does not say of itself. A format takes those that concern it.
type Options struct {
	Table   csvtab.Options // of tables of text, and of sheets
	Sheet   string         // of a workbook
	Range   string         // of a sheet: B7:K40, or a defined name
	Content string         // one of several datasets in a payload, or one of its languages
	Limits  decode.Limits
}

// Format is one entry of the list.
type Format struct {
	Name string
	Does string // for help
	Open func(io.Reader, Options) (decode.Reader, error)
}

// UnknownError says that there is no format of a name.
type UnknownError struct{ Name string }

// Error lists the names that there are.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("format %q is not known; there are %s", e.Name, strings.Join(Names(), ", "))
}

// All gives every format, sorted by name.
func All() []Format {
	list := []Format{
		{"jsonstat", "JSON-stat 1.x and 2.0 (SCB, SSB, Eurostat, StatBank Denmark)", openJSONStat},
		{"px", "PC-Axis files", openPX},
		{"pxweb", "PxWeb 1's own format json", func(r io.Reader, o Options) (decode.Reader, error) { return pxweb.Open(r, o.Limits) }},
		{"pxweb-table", "the description of a table by PxWeb 1 or 2: a row for each code", func(r io.Reader, o Options) (decode.Reader, error) {
			return pxweb.OpenTable(r, o.Limits)
		}},
		{"socialstyrelsen", "Socialstyrelsen's statistical database, API v1", func(r io.Reader, o Options) (decode.Reader, error) {
			return socialstyrelsen.Open(r, o.Limits)
		}},
		{"kolada", "Kolada API v3", func(r io.Reader, o Options) (decode.Reader, error) { return kolada.Open(r, o.Limits) }},
		{"xlsx", "Excel workbooks", func(r io.Reader, o Options) (decode.Reader, error) {
			return reader(xlsx.New(r, xlsx.Options{Sheet: o.Sheet, Range: o.Range, Options: o.Table.Options}, o.Limits))
		}},
		{"csv", "delimited text in any dialect", openCSV("")},
		{"eurostat-tsv", "Eurostat's tab-separated files", func(r io.Reader, o Options) (decode.Reader, error) { return reader(eurostat.New(r, o.Limits)) }},
		{"gho", "WHO Global Health Observatory, OData", func(r io.Reader, o Options) (decode.Reader, error) {
			return reader(gho.New(r, gho.Options{}, o.Limits))
		}},
		{"socrata", "JSON rows of a Socrata service", openSocrata("")},
		{"vsrr-json", "CDC's provisional overdose counts as JSON", openSocrata("vsrr")},
	}
	for _, d := range csvtab.Dialects() {
		list = append(list, Format{d, "delimited text of the dialect " + d, openCSV(d)})
	}
	slices.SortFunc(list, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// reader turns a decoder's own type into the interface without making an interface of a nil pointer.
func reader[R decode.Reader](r R, err error) (decode.Reader, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

func openJSONStat(r io.Reader, o Options) (decode.Reader, error) {
	return jsonstat.OpenDataset(r, o.Limits, jsonstat.Select{Name: o.Content})
}

func openPX(r io.Reader, o Options) (decode.Reader, error) {
	if o.Content != "" {
		return px.OpenLanguage(r, o.Limits, o.Content)
	}
	return px.Open(r, o.Limits)
}

func openCSV(dialect string) func(io.Reader, Options) (decode.Reader, error) {
	return func(r io.Reader, o Options) (decode.Reader, error) {
		if dialect != "" {
			o.Table.Dialect = dialect
		}
		return reader(csvtab.New(r, o.Table, o.Limits))
	}
}

func openSocrata(dialect string) func(io.Reader, Options) (decode.Reader, error) {
	return func(r io.Reader, o Options) (decode.Reader, error) {
		return reader(cdc.New(r, cdc.Options{Dialect: dialect, Options: o.Table.Options}, o.Limits))
	}
}

// Names gives the names that there are, sorted.
func Names() []string {
	var out []string
	for _, f := range All() {
		out = append(out, f.Name)
	}
	return out
}

// Open reads a payload of a format. The error is an *UnknownError, a *decode.Error or that of the reader below.
func Open(name string, r io.Reader, o Options) (decode.Reader, error) {
	for _, f := range All() {
		if f.Name == name {
			return f.Open(r, o)
		}
	}
	return nil, &UnknownError{name}
}
