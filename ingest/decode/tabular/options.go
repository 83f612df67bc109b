// Package tabular makes cells out of rows of text: it knows header rows, which columns are dimensions, which hold values
// and flags, how numbers are written, and where a table ends and its footnotes begin. csvtab, xlsx and cdc feed it rows
// and share its options. It does no I/O and imports decode and the standard library.
package tabular

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Options say how a table is laid out. The zero value is a table with one header row whose value column is recognised by
// its name; else the columns that are named by periods, where there are several; else the last one. Every other column is
// a dimension, and a value that is no number becomes the status. Where the value column is named here, or columns are wide, such a value is an error unless Missing lists it.
//
// A column is named by its header, without regard to the space around it. "A|B" means whichever is there; "A?" may be
// absent. The header of several rows is joined: "2017 / Q1".
type Options struct {
	Skip       int      `yaml:"skip"`        // rows before the header that are not blank
	HeaderRows int      `yaml:"header_rows"` // default 1
	Names      []string `yaml:"names"`       // the columns' names, for a table that has no header row

	Dimensions []string          `yaml:"dimensions"` // default: every column that is nothing else
	Value      string            `yaml:"value"`
	Text       string            `yaml:"text"`    // column with the printed form, which says why where the value is empty
	Status     []string          `yaml:"status"`  // columns of flags, joined by a space
	Note       []string          `yaml:"note"`    // columns of remarks on the cell, joined by a space
	Unit       string            `yaml:"unit"`    // column of units; it stays a dimension unless ignored
	Labels     map[string]string `yaml:"labels"`  // dimension -> column with its labels
	Ignore     []string          `yaml:"ignore"`  // columns that are nothing
	Title      string            `yaml:"title"`   // column whose first text is the payload's title
	Updated    string            `yaml:"updated"` // column whose first text is the payload's update time
	Wide       *Wide             `yaml:"wide"`

	Time   string `yaml:"time"`   // the dimension of time
	Geo    string `yaml:"geo"`    // the dimension of places
	Metric string `yaml:"metric"` // the dimension of measures

	CodeLabel   string `yaml:"code_label"`   // what stands between code and label in one cell, ": " or " "
	GluedDigits bool   `yaml:"glued_digits"` // take footnote digits off names: "Glasgow City2", "Total¹", "Age (3)"

	Decimal   string   `yaml:"decimal"`   // "." (default) or ","
	Thousands string   `yaml:"thousands"` // "" (default), space, nbsp, narrow, ".", "," or "'"; space is any kind of space
	Missing   []string `yaml:"missing"`   // what stands in a value cell that has none: "..", "Suppressed"
	Marks     []string `yaml:"marks"`     // what may be glued to a number and is a flag: "*", "r", "%"

	Drop        map[string][]string `yaml:"drop"`         // column -> texts of rows to leave out, such as totals; "*" is any text
	Footer      []string            `yaml:"footer"`       // the table ends at a row whose first text begins so
	FooterShort bool                `yaml:"footer_short"` // the table ends at a row with a text in its first column only
}

// Wide says that several columns hold values, and turns their headers into dimensions.
type Wide struct {
	Columns    []string `yaml:"columns"`    // by name
	Match      string   `yaml:"match"`      // or by a regular expression on the name
	From       string   `yaml:"from"`       // or from this column to the last; none of the three: all but the named ones
	Dimensions []string `yaml:"dimensions"` // ids: one, or one per header row; default "column"
}

// alternatives gives the columns that a specification names, and whether none of them need be there.
func alternatives(spec string) (names []string, optional bool) {
	spec, optional = strings.CutSuffix(spec, "?")
	for n := range strings.SplitSeq(spec, "|") {
		names = append(names, strings.TrimSpace(n))
	}
	return names, optional
}

// Guessed tells whether the options leave it to the table which column holds the values.
func (o Options) Guessed() bool { return o.Value == "" && o.Wide == nil }

// Check finds options that contradict each other.
func (o Options) Check() error {
	number, err := o.number()
	switch {
	case err != nil:
		return err
	case number.thousands != "" && strings.ContainsRune(number.thousands, rune(number.decimal)):
		return fmt.Errorf("decimal and thousands are both %q; they must differ", o.Decimal)
	case o.Skip < 0 || o.Skip > maxSkip:
		return fmt.Errorf("skip is %d; expected 0 to %d", o.Skip, maxSkip)
	case o.HeaderRows < 0 || o.HeaderRows > maxHeaderRows:
		return fmt.Errorf("header_rows is %d; expected 1 to %d", o.HeaderRows, maxHeaderRows)
	case len(o.Names) > 0 && o.HeaderRows > 0:
		return fmt.Errorf("names are for a table without a header row; leave out header_rows")
	case o.Value != "" && o.Wide != nil:
		return fmt.Errorf("value names one column and wide several; keep one of them")
	case slices.Contains(o.Footer, ""), slices.Contains(o.Marks, ""):
		return fmt.Errorf("footer and marks must not hold an empty text")
	}
	return o.Wide.check(o.headerRows())
}

func (w *Wide) check(headerRows int) error {
	if w == nil {
		return nil
	}
	ways := 0
	for _, given := range []bool{len(w.Columns) > 0, w.Match != "", w.From != ""} {
		if given {
			ways++
		}
	}
	if ways > 1 {
		return fmt.Errorf("wide takes one of columns, match and from")
	}
	if n := len(w.Dimensions); n > 1 && n != headerRows {
		return fmt.Errorf("wide has %d dimensions and the header %d rows; give one dimension, or one per header row", n, headerRows)
	}
	if _, err := regexp.Compile(w.Match); err != nil {
		return fmt.Errorf("wide.match: %w", err)
	}
	return nil
}

const (
	maxSkip       = 10_000
	maxHeaderRows = 10
)

func (o Options) headerRows() int {
	if o.HeaderRows == 0 {
		return 1
	}
	return o.HeaderRows
}

// Overlay gives options in which every field that over leaves at its zero value is taken from base: how a ready-made
// dialect is adapted. T is a struct.
func Overlay[T any](over, base T) T {
	overlay(reflect.ValueOf(&over).Elem(), reflect.ValueOf(&base).Elem())
	return over
}

func overlay(over, base reflect.Value) {
	for i := range over.NumField() {
		switch f := over.Field(i); {
		case f.Kind() == reflect.Struct:
			overlay(f, base.Field(i))
		case f.IsZero():
			f.Set(base.Field(i))
		}
	}
}
