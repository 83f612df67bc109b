// Package decode turns a payload of an official source into rows: one row per cell, a code per dimension, then the
// value or the reason why there is none.
//
// It owns the formats and nothing else: one subpackage per format (jsonstat, px, csvtab, xlsx, ...), each pure, each
// with its own limits. A decoder reads from an io.Reader, does no other I/O and knows neither indicators nor areas;
// what a code means is the business of a mapping in package ingest.
package decode

import (
	"fmt"
	"strings"
)

// Dimension is one column of codes.
type Dimension struct {
	ID    string // as the source names it: "Region", "Tid", "geo"
	Label string // human label, or "" where the format has none
	Role  Role
	Unit  string // unit of the values, where the whole dimension shares one

	Categories []Category          // in the payload's order; nil where the format lists none before the rows
	Child      map[string][]string // a code and the codes of its parts, where the format tells: totals and parts share a dimension
	Notes      []string            // of the dimension as a whole
	CodeNotes  map[string][]string // of single codes
}

// Category is one code of a dimension and what the payload says of it before any row is read. A probe compares it with
// what a mapping was written for.
type Category struct {
	Code     string
	Label    string // the code again where there is none
	Unit     string // of the values under this code, "" where the format gives none
	Time     string // the period where the format writes it beside the code (TIMEVAL of px), "" otherwise
	Decimals int8   // decimals of the values under this code, -1 where the format does not say
}

// Role says what a dimension is about, where the format tells.
type Role string

// The roles that a format can give to a dimension.
const (
	RoleNone   Role = ""
	RoleTime   Role = "time"
	RoleGeo    Role = "geo"
	RoleMetric Role = "metric"
)

// Row is one cell. Codes and Labels belong to the Reader, which changes them with the next call: clone what must last,
// the strings too, for they may be parts of a large block of the payload.
type Row struct {
	Codes  []string // one per dimension, in the order of Dimensions
	Labels []string // same length; the code again where the format has no label
	Value  float64  // meaningful only if Has
	Has    bool     // false: no value here, Status says why (it may be empty)
	Text   string   // the value as the source wrote it ("1 234,5", 1.10); without Has it is a value that is no number
	Status string   // the source's own flag or missing symbol: "p", "..", "Suppressed"
	Unit   string   // the unit of this cell where the format gives one
	Note   string   // what the source remarks on this very cell, "" for most
	Line   int      // 1-based line of a text payload or row of a sheet; 0 where it has no meaning
	Column int      // 1-based column or character; 0 where it has no meaning
}

// Reader gives the rows of one payload in the payload's own order.
type Reader interface {
	// Meta may be called at any time; it is complete once Next has returned io.EOF.
	Meta() *Meta
	// Dimensions is fixed from the start.
	Dimensions() []Dimension
	// Next fills row and returns nil, io.EOF after the last row, or an *Error.
	Next(row *Row) error
}

// Meta is what a payload says of itself.
type Meta struct {
	Title   string
	Source  string
	Updated string // as written; a mapping parses it
	Notes   []string
	Next    string            // address of the next page, where the format pages
	Status  map[string]string // what the status symbols mean, where the payload says: "p" is "provisional"
	Deleted int               // cells that the source marks as deleted (Kolada's isdeleted); they come as rows with Status "deleted"

	// MetadataOnly is true where the payload describes a table and carries no cells at all. To load it as a full
	// delivery would delete every figure.
	MetadataOnly bool
}

// Error says where a payload is wrong, what was expected and what came instead.
type Error struct {
	Format string // "jsonstat", "px", ...
	Line   int    // 1-based, 0 if unknown
	Column int    // 1-based, 0 if unknown
	Offset int64  // bytes from the start, -1 if unknown
	Path   string // a place inside the payload: "dimension.Tid.category.index", "Sheet1!B7", "DATA"
	Want   string // what was expected
	Got    string // what was seen, shortened by the decoder
	Fix    string // what the operator can do, "" if there is nothing to add
	Err    error  // the cause, if any
}

// Error gives place, what was expected, what was seen and what to do, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Format)
	switch {
	case e.Line > 0 && e.Column > 0:
		fmt.Fprintf(&b, ": line %d, column %d", e.Line, e.Column)
	case e.Line > 0:
		fmt.Fprintf(&b, ": line %d", e.Line)
	case e.Offset >= 0 && e.Path == "":
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	if e.Path != "" {
		fmt.Fprintf(&b, ": %s", e.Path)
	}
	if e.Want != "" {
		fmt.Fprintf(&b, ": expected %s", e.Want)
	}
	if e.Got != "" {
		fmt.Fprintf(&b, ", found %s", e.Got)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Fix != "" {
		fmt.Fprintf(&b, " (%s)", e.Fix)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Limits bound what a payload may ask for. The zero value of a field means the default.
type Limits struct {
	MaxBytes      int64 // of the payload as read, default 2 GiB
	MaxCells      int64 // cells or rows, default 200 million
	MaxDimensions int   // default 64
	MaxCategories int   // of one dimension, default 5 million
	MaxDepth      int   // of nesting, default 64
	MaxFieldBytes int   // of one string, default 1 MiB
}

// WithDefaults fills in the fields that are zero.
func (l Limits) WithDefaults() Limits {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	defInt := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&l.MaxBytes, 2<<30)
	def(&l.MaxCells, 200_000_000)
	defInt(&l.MaxDimensions, 64)
	defInt(&l.MaxCategories, 5_000_000)
	defInt(&l.MaxDepth, 64)
	defInt(&l.MaxFieldBytes, 1<<20)
	return l
}
