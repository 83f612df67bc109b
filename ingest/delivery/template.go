package delivery

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"

	"utfall/schema"
)

// Template writes an Excel workbook in which figures of the indicators can be delivered: a sheet for the figures with
// lists to choose from, a sheet that says how to fill it in, and a hidden one that holds the lists. Headings are locked,
// without a password. Without areas the lists hold the country, its regions and its municipalities.
func Template(out io.Writer, c *schema.Catalogue, indicators []schema.Indicator, areas ...schema.Area) error {
	if len(indicators) == 0 {
		return errors.New("delivery: a template needs at least one indicator")
	}
	if len(areas) == 0 {
		areas = swedish(c)
	}
	t := &template{file: excelize.NewFile(), catalogue: c, indicators: indicators, lists: lists(c, indicators, areas)}
	defer func() { _ = t.file.Close() }()
	for _, step := range []func() error{t.sheets, t.writeLists, t.writeFigures, t.validate, t.writeGuide, t.protect} {
		if err := step(); err != nil {
			return fmt.Errorf("delivery: template: %w", err)
		}
	}
	return t.file.Write(out)
}

// swedish gives the country, its regions and its municipalities.
func swedish(c *schema.Catalogue) []schema.Area {
	return slices.DeleteFunc(c.Areas.All(), func(a schema.Area) bool {
		if a.Code == "SE" {
			return false
		}
		parent, _ := c.Areas.Get(a.Parent)
		region := a.Level == schema.Region && a.Parent == "SE"
		return !region && (a.Level != schema.Municipality || parent.Parent != "SE")
	})
}

type template struct {
	file       *excelize.File
	catalogue  *schema.Catalogue
	indicators []schema.Indicator
	lists      map[string][]string
}

func (t *template) sheets() error {
	err := t.file.SetSheetName("Sheet1", figuresSheet)
	for _, name := range []string{guideSheet, listsSheet} {
		_, e := t.file.NewSheet(name)
		err = errors.Join(err, e)
	}
	return errors.Join(err, t.file.SetDocProps(&excelize.DocProperties{Title: "Leverans till Utfall", Creator: "Utfall", Language: "sv-SE"}))
}

// writeLists puts each list into a column of its own.
func (t *template) writeLists() error {
	var errs []error
	for i, c := range columns {
		for k, text := range append([]string{c.name}, t.lists[c.name]...) {
			if len(t.lists[c.name]) > 0 {
				errs = append(errs, t.file.SetCellStr(listsSheet, cellName(i, k+1), text))
			}
		}
	}
	return errors.Join(append(errs, t.file.SetSheetVisible(listsSheet, false))...)
}

// writeFigures writes the headings and gives the cells below them their formats.
func (t *template) writeFigures() error {
	grey := func(hex string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{hex}}
	}
	var errs []error
	style := func(s excelize.Style) int {
		id, err := t.file.NewStyle(&s)
		errs = append(errs, err)
		return id
	}
	must := style(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: grey("D9E2EC"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, Protection: &excelize.Protection{Locked: true}})
	may := style(excelize.Style{Fill: grey("EEF1F4"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, Protection: &excelize.Protection{Locked: true}})
	name := style(excelize.Style{Font: &excelize.Font{Size: 8, Color: "6B7280"}, Fill: grey("F5F6F7"), Protection: &excelize.Protection{Locked: true}})
	const text, general = 49, 0
	open := style(excelize.Style{NumFmt: text, Protection: &excelize.Protection{Locked: false}})
	number := style(excelize.Style{NumFmt: general, Protection: &excelize.Protection{Locked: false}})
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		errs = append(errs, err)
		body, head := open, may
		if c.number {
			body = number
		}
		title := c.heading
		if c.required {
			head, title = must, title+" *"
		}
		errs = append(errs, t.file.SetColWidth(figuresSheet, letter, letter, c.width), t.file.SetColStyle(figuresSheet, letter, body),
			t.file.SetCellStr(figuresSheet, cellName(i, 1), title), t.file.SetCellStr(figuresSheet, cellName(i, nameRow), c.name),
			t.file.SetCellStyle(figuresSheet, cellName(i, 1), cellName(i, 1), head), t.file.SetCellStyle(figuresSheet, cellName(i, nameRow), cellName(i, nameRow), name))
	}
	errs = append(errs, t.file.SetPanes(figuresSheet, &excelize.Panes{Freeze: true, YSplit: nameRow, TopLeftCell: cellName(0, firstRow), ActivePane: "bottomLeft"}))
	return errors.Join(errs...)
}

// validate gives each column its list or its kind of number, and a word on how to fill it in.
func (t *template) validate() error {
	var errs []error
	for i, c := range columns {
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s:%s", cellName(i, firstRow), cellName(i, lastRow)))
		v.SetInput(c.heading, c.prompt)
		list := t.lists[c.name]
		switch {
		case len(list) > 0:
			column, err := excelize.ColumnNumberToName(i + 1)
			errs = append(errs, err)
			v.SetSqrefDropList(fmt.Sprintf("%s!$%s$2:$%s$%d", listsSheet, column, column, len(list)+1))
			if c.coded { // ages of other bands than those in the list are right as well
				v.SetError(excelize.DataValidationErrorStyleWarning, c.heading, "Det står inte i listan. Välj i listan, eller skriv bara koden om du är säker på den.")
			} else {
				v.ShowErrorMessage = false
			}
		case c.number:
			errs = append(errs, v.SetRange(-1e12, 1e12, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween))
			v.SetError(excelize.DataValidationErrorStyleStop, c.heading, "Skriv ett tal. Om värdet saknas: lämna cellen tom och välj skäl i kolumnen Saknas.")
		default: // any text: the validation only carries the word beside the cell
			v.Type = "none"
		}
		errs = append(errs, t.file.AddDataValidation(figuresSheet, v))
	}
	return errors.Join(errs...)
}

const lastRow = 1_048_576

// protect locks what a delivery must not change. There is no password: it keeps slips out, not people.
func (t *template) protect() error {
	allowed := &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, FormatCells: true, Sort: true, AutoFilter: true, DeleteRows: true, InsertRows: true}
	errs := []error{t.file.ProtectSheet(figuresSheet, allowed), t.file.ProtectWorkbook(&excelize.WorkbookProtectionOptions{LockStructure: true})}
	for _, s := range []string{guideSheet, listsSheet} {
		errs = append(errs, t.file.ProtectSheet(s, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true}))
	}
	t.file.SetActiveSheet(0)
	return errors.Join(errs...)
}
