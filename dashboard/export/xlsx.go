package export

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"utfall/schema"
)

// mostRows is how many rows a sheet of a workbook can have.
const mostRows = 1_048_576

// xlsxWriter writes a workbook: a sheet of figures, with names beside the codes and numbers that are numbers, and a sheet
// that says where they come from. Rows are written as they come and kept outside memory by the library.
type xlsxWriter struct {
	to         io.Writer
	about      About
	columns    []column
	book       *excelize.File
	rows       *excelize.StreamWriter
	row        int
	indicators seen
}

func newXLSX(w io.Writer, a About) (Writer, error) {
	x := &xlsxWriter{to: w, about: a, columns: append(named(), a.columns()...), book: excelize.NewFile(), row: 1}
	if err := x.begin(); err != nil {
		return nil, err
	}
	return x, nil
}

// named gives the columns that people read; programs take the codes.
func named() []column {
	return []column{
		{"label", text, schema.Text{SV: "indikatorns namn", EN: "name of the indicator"}, func(o schema.Observation, a About) value {
			ind, _ := a.Catalogue.Indicator(o.Indicator)
			return value{text: ind.Label.In(a.Lang)}
		}},
		{"area_name", text, schema.Text{SV: "områdets namn", EN: "name of the area"}, func(o schema.Observation, a About) value {
			area, _ := a.Catalogue.Areas.Get(o.Area)
			return value{text: area.Name.In(a.Lang)}
		}},
	}
}

func (x *xlsxWriter) t(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(x.about.Lang) }

func (x *xlsxWriter) begin() error {
	figures := x.t("Siffror", "Figures")
	if err := x.book.SetSheetName("Sheet1", figures); err != nil {
		return err
	}
	bold, err := x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if x.rows, err = x.book.NewStreamWriter(figures); err != nil {
		return err
	}
	if err := x.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := x.rows.SetColWidth(1, 2, 28); err != nil {
		return err
	}
	head := make([]any, len(x.columns))
	for i, k := range x.columns {
		head[i] = excelize.Cell{StyleID: bold, Value: k.name}
	}
	return x.rows.SetRow("A1", head)
}

func (x *xlsxWriter) Write(figures []schema.Observation) error {
	for _, o := range figures {
		if x.row++; x.row > mostRows {
			return errTooWide
		}
		x.indicators.add(o.Indicator)
		cells := make([]any, len(x.columns))
		for i, k := range x.columns {
			cells[i] = x.cell(k.kind, k.get(o, x.about))
		}
		if err := x.rows.SetRow(fmt.Sprintf("A%d", x.row), cells); err != nil {
			return err
		}
	}
	return nil
}

// cell gives what the library writes. Numbers and whole numbers are numbers to the spreadsheet, all else is text; an absent
// number is an empty cell, never 0.
func (x *xlsxWriter) cell(k kind, v value) any {
	switch k {
	case number:
		if v.number == nil {
			return nil
		}
		return *v.number
	case whole:
		return v.whole
	case moment:
		return v.moment.Format(momentLayout)
	}
	return guard(v.text)
}

func (x *xlsxWriter) Close() error {
	defer func() { _ = x.book.Close() }()
	if err := x.rows.Flush(); err != nil {
		return err
	}
	if err := x.sayAbout(); err != nil {
		return err
	}
	return x.book.Write(x.to)
}

// sayAbout writes the second sheet.
func (x *xlsxWriter) sayAbout() error {
	name := x.t("Om siffrorna", "About the figures")
	if _, err := x.book.NewSheet(name); err != nil {
		return err
	}
	out, err := x.book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 1, 30); err != nil {
		return err
	}
	if err := out.SetColWidth(2, 2, 100); err != nil {
		return err
	}
	parts := [][]line{x.about.general()}
	for _, id := range x.indicators {
		parts = append(parts, x.about.of(id))
	}
	parts = append(parts, x.about.legend())
	row := 1
	for _, part := range parts {
		for _, l := range part {
			if err := out.SetRow(fmt.Sprintf("A%d", row), []any{guard(l.name), guard(l.text)}); err != nil {
				return err
			}
			row++
		}
		row++
	}
	return out.Flush()
}
