package delivery

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/xlsx"
	"utfall/ingest/tidy"
	"utfall/schema"
)

// Workbook is a delivery as it came: its rows as texts, and where each stands.
type Workbook struct {
	Name  string // of the file, for messages
	Sheet string

	catalogue *schema.Catalogue
	names     []string // of the columns, as tidy knows them, in the sheet's order
	at        []int    // of each column: its 0-based column in the sheet
	rows      []row
}

// row is a row with a figure.
type row struct {
	number int      // 1-based, in the sheet
	texts  []string // one per column
	faults []Fault  // of cells whose content cannot be known
}

// Fault is a cell that cannot be taken in.
type Fault struct {
	schema.Reject        // File, Line (row of the sheet), Column (of the sheet, 1-based) and the sentence in English
	Sheet, Cell   string // "Siffror", "C7"
	Name          string // of the column, as tidy knows it; "" for a cell outside the columns
	Text          string // what stands in the cell
	indicator     string // of the row
	unit          string // that the indicator is measured in
	other         int    // the row that says the same, for a duplicate
}

// maxDeliveryRows bounds a delivery by workbook; what is larger comes as CSV.
const maxDeliveryRows = 200_000

// Read reads a filled-in template. The sheet is the first with a row, among its first ten, that holds the columns' names.
// Errors are a *tidy.FileError with the file's name: the workbook as a whole cannot be read.
func Read(name string, r io.Reader, c *schema.Catalogue) (*Workbook, error) {
	book, err := xlsx.Open(r, decode.Limits{})
	if err != nil {
		return nil, fileError(name, err)
	}
	w := &Workbook{Name: name, catalogue: c}
	for _, sheet := range book.Sheets() {
		cursor, err := book.Rows(sheet)
		if err != nil {
			return nil, fileError(name, err)
		}
		found, err := w.header(cursor)
		if err != nil {
			return nil, fileError(name, err)
		}
		if !found {
			continue
		}
		w.Sheet = sheet
		if err := w.read(cursor); err != nil {
			return nil, fileError(name, err)
		}
		return w, nil
	}
	must, _ := tidy.Columns()
	return nil, &tidy.FileError{File: name, Detail: fmt.Sprintf("no sheet of the workbook has a row with the columns' names (%s); fill in the template from `utfall delivery template`", strings.Join(must, ", "))}
}

// fileError gives an error of the workbook the shape that a refused delivery has.
func fileError(name string, err error) error {
	var own *tidy.FileError
	if errors.As(err, &own) {
		return own
	}
	return &tidy.FileError{File: name, Detail: strings.TrimPrefix(err.Error(), "xlsx: ")}
}

// header looks for the row with the columns' names.
func (w *Workbook) header(cursor *xlsx.Cursor) (bool, error) {
	const enough = 10
	for range enough {
		cells, err := cursor.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		hits := 0
		for _, c := range cells {
			if known(strings.TrimSpace(c.Text)) {
				hits++
			}
		}
		if hits < 3 {
			continue
		}
		for _, c := range cells {
			n := strings.TrimSpace(c.Text)
			if !known(n) || slices.Contains(w.names, n) {
				number, _ := cursor.Row()
				return false, &tidy.FileError{File: w.Name, Line: number, Column: c.Column + 1, Detail: fmt.Sprintf("the column %q is not one of the template's, or stands twice; leave row %d as it was", short(n), number)}
			}
			w.names, w.at = append(w.names, n), append(w.at, c.Column)
		}
		return true, nil
	}
	return false, nil
}

func (w *Workbook) read(cursor *xlsx.Cursor) error {
	for {
		cells, err := cursor.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		number, _ := cursor.Row()
		x := row{number: number, texts: make([]string, len(w.names))}
		filled := false
		for _, c := range cells {
			if strings.TrimSpace(c.Text) == "" && !c.Uncached {
				continue
			}
			filled = true
			w.cell(&x, c)
		}
		if !filled {
			continue
		}
		if len(w.rows) >= maxDeliveryRows {
			return &tidy.FileError{File: w.Name, Line: number, Detail: fmt.Sprintf("more than %d rows; deliver as CSV", maxDeliveryRows)}
		}
		w.decode(&x)
		w.rows = append(w.rows, x)
	}
}

// decode takes the words off codes that were chosen in a list: "SE-14 Västra Götalands län" is SE-14. Other words are not
// the list's, and the whole text is left to be found faulty: "SE 1480" is not SE.
func (w *Workbook) decode(x *row) {
	for _, c := range columns { // the indicator comes before its variants
		i := slices.Index(w.names, c.name)
		if i < 0 || !c.coded {
			continue
		}
		code, words, ok := strings.Cut(x.texts[i], " ")
		if ok && words == w.words(x, c.name, code) {
			x.texts[i] = code
		}
	}
}

func (w *Workbook) words(x *row, name, code string) string {
	if name != "variant" {
		return words(w.catalogue, name, code)
	}
	if at := slices.Index(w.names, "indicator"); at >= 0 {
		ind, _ := w.catalogue.Indicator(x.texts[at])
		return variantWords(ind, code)
	}
	return ""
}

// cell puts a cell's text into its row, or says why it cannot be known.
func (w *Workbook) cell(x *row, c xlsx.Cell) {
	i, ok := slices.BinarySearch(w.at, c.Column)
	name := ""
	if ok {
		name = w.names[i]
	}
	text := strings.Join(strings.Fields(c.Text), " ")
	fault := func(reason, detail string) {
		x.faults = append(x.faults, w.fault(x.number, c.Column, name, text, reason, detail))
	}
	switch {
	case !ok:
		fault(tidy.ReasonFields, fmt.Sprintf("%q stands in no column of the template; empty the cell", short(text)))
	case c.Uncached:
		fault(ReasonCell, "a formula whose value was not stored; open the workbook in Excel, let it calculate, and save it, or write the value")
	case c.Fault:
		fault(ReasonCell, fmt.Sprintf("Excel's error %s; correct the formula, or choose a reason under missing", text))
	case c.IsDate:
		fault(ReasonCell, fmt.Sprintf("Excel has made a date of what was written (%s); format the cell as text and write it again", text))
	default:
		x.texts[i] = text
	}
}

func (w *Workbook) fault(number, column int, name, text, reason, detail string) Fault {
	cell := cellName(column, number)
	return Fault{Sheet: w.Sheet, Cell: cell, Name: name, Text: text,
		Reject: schema.Reject{File: w.Name, Line: number, Column: column + 1, Raw: short(text), Reason: reason, Detail: w.Sheet + "!" + cell + ": " + detail}}
}

// place leads a reject of a tidy file's line back to the cell that it is about.
func (w *Workbook) place(x row, r schema.Reject) Fault {
	i := max(r.Column-1, 0)
	f := w.fault(x.number, w.at[i], w.names[i], x.texts[i], r.Reason, r.Detail)
	f.Raw = r.Raw
	if at := slices.Index(w.names, "indicator"); at >= 0 {
		f.indicator = x.texts[at]
		if ind, ok := w.catalogue.Indicator(f.indicator); ok {
			f.unit = ind.Unit
		}
	}
	return f
}

func cellName(column, number int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return fmt.Sprintf("%s%d", name, number)
}

func short(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
