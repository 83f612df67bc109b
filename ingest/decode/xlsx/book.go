// Package xlsx decodes Excel workbooks: a sheet or range by name, merged headers, dates kept as numbers, formulas by the
// value that Excel stored with them, hidden rows and columns. Package excelize opens the workbook and knows its parts;
// the rows of a sheet are read here, one after the other, because excelize takes broken XML for the end of the sheet and
// does not tell a formula without a value from an empty cell. It imports decode, tabular and excelize. A payload is a file
// in memory: at most MaxFile bytes, and at most MaxUnzipped when unpacked.
package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode"
	"utfall/ingest/decode/payload"
)

const format = "xlsx"

// Limits of a workbook. A sheet of a million filled cells is about 40 MB of XML.
const (
	MaxFile     = 128 << 20
	MaxUnzipped = 512 << 20
	maxParts    = 10_000
)

// Book is an opened workbook.
type Book struct {
	file   *excelize.File
	paths  map[string]string // of the sheets' parts, by name
	epoch  bool              // days count from 1904
	styles map[int]style
}

// Open reads a workbook whole and checks every part of it. Errors are *decode.Error; the Book is of use only without one.
func Open(r io.Reader, limits decode.Limits) (b *Book, err error) {
	defer caught(&err)
	most := min(limits.WithDefaults().MaxBytes, MaxFile)
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, &decode.Error{Format: format, Offset: -1, Want: "a file that can be read to its end", Fix: "fetch the payload again", Err: err}
	case int64(len(data)) > most:
		return nil, &decode.Error{Format: format, Offset: most, Want: fmt.Sprintf("at most %d bytes", most), Got: "more", Fix: "ask for the table as CSV, or split the workbook"}
	case !bytes.HasPrefix(data, []byte("PK")):
		return nil, notWorkbook(data)
	}
	unzipped := min(limits.WithDefaults().MaxBytes, MaxUnzipped)
	if err := checkParts(data, unzipped); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: unzipped, UnzipXMLSizeLimit: unzipped})
	if err != nil {
		return nil, damaged(err)
	}
	b = &Book{file: file, styles: map[int]style{}}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		b.epoch = *props.Date1904
	}
	return b, b.findSheets()
}

// caught makes an error of a panic. The library panics on some damaged workbooks; what it cannot read is a fault of the
// payload, not of the program.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = damaged(fmt.Errorf("the workbook cannot be understood: %v", p))
	}
}

func notWorkbook(data []byte) error {
	e := &decode.Error{Format: format, Offset: 0, Want: "an XLSX workbook", Got: decode.Quote(string(data[:min(len(data), 200)])), Fix: "save it as .xlsx, or choose the format that it has"}
	switch kind := payload.Kind(data); {
	case len(data) == 0:
		e.Got, e.Fix = "an empty payload", "fetch it again"
	case strings.Contains(kind, "HTML"):
		e.Err = &decode.Refusal{HTML: true}
	case strings.Contains(kind, ".xls"):
		e.Got, e.Fix = kind, "open it in Excel and save it as .xlsx without a password"
	case kind != "":
		e.Got = kind
	}
	return e
}

func damaged(err error) error {
	return &decode.Error{Format: format, Offset: -1, Want: "a whole XLSX workbook", Fix: "fetch the payload again, or save it anew in Excel", Err: err}
}

// checkParts unpacks every part without keeping it: sizes are what they claim to be, checksums fit, and the sum is bounded.
func checkParts(data []byte, most int64) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return damaged(err)
	}
	if len(z.File) > maxParts {
		return damaged(fmt.Errorf("%d parts, more than %d", len(z.File), maxParts))
	}
	seen := map[string]bool{}
	left := most
	for _, f := range z.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if seen[name] {
			return damaged(fmt.Errorf("the part %s stands twice", decode.Quote(f.Name)))
		}
		seen[name] = true
		n, err := unpack(f, left)
		if err != nil {
			return damaged(fmt.Errorf("part %s: %w", decode.Quote(f.Name), err))
		}
		if left -= n; left < 0 {
			return &decode.Error{Format: format, Offset: -1, Path: f.Name, Want: fmt.Sprintf("at most %d bytes when unpacked", most), Got: "more",
				Fix: "ask for the table as CSV, or split the workbook"}
		}
	}
	return nil
}

func unpack(f *zip.File, most int64) (n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(io.Discard, io.LimitReader(r, most+1))
	return n, errors.Join(err, r.Close())
}

// findSheets follows the workbook's relations to the parts that hold its sheets.
func (b *Book) findSheets() error {
	var relations struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	var workbook struct {
		Sheets struct {
			Sheet []struct {
				Name  string     `xml:"name,attr"`
				Attrs []xml.Attr `xml:",any,attr"`
			} `xml:"sheet"`
		} `xml:"sheets"`
	}
	root := b.workbookPart()
	for part, into := range map[string]any{root: &workbook, path.Join(path.Dir(root), "_rels", path.Base(root)+".rels"): &relations} {
		data, ok := b.part(part)
		if !ok {
			return damaged(fmt.Errorf("there is no part %s", part))
		}
		if err := xml.Unmarshal(data, into); err != nil {
			return damaged(fmt.Errorf("part %s: %w", part, err))
		}
	}
	b.paths = map[string]string{}
	for _, s := range workbook.Sheets.Sheet {
		for _, a := range s.Attrs {
			for _, rel := range relations.Relationship {
				if a.Name.Local == "id" && rel.ID == a.Value {
					target := rel.Target
					if !strings.HasPrefix(target, "/") {
						target = path.Join(path.Dir(root), target)
					}
					b.paths[s.Name] = strings.TrimPrefix(path.Clean(target), "/")
				}
			}
		}
	}
	if len(b.Sheets()) == 0 {
		return damaged(errors.New("no sheet with cells"))
	}
	return nil
}

// workbookPart gives the part that lists the sheets: xl/workbook.xml unless the package says otherwise.
func (b *Book) workbookPart() string {
	var relations struct {
		Relationship []struct {
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if data, ok := b.part("_rels/.rels"); ok && xml.Unmarshal(data, &relations) == nil {
		for _, r := range relations.Relationship {
			if strings.HasSuffix(r.Type, "/officeDocument") {
				return strings.TrimPrefix(path.Clean(r.Target), "/")
			}
		}
	}
	return "xl/workbook.xml"
}

func (b *Book) part(name string) ([]byte, bool) {
	v, ok := b.file.Pkg.Load(name)
	if !ok {
		return nil, false
	}
	data, ok := v.([]byte)
	return data, ok
}

// Sheets lists the sheets of cells, in the workbook's order; sheets of charts only are not among them.
func (b *Book) Sheets() []string {
	return slices.DeleteFunc(b.file.GetSheetList(), func(name string) bool {
		_, ok := b.part(b.paths[name])
		return !ok
	})
}

// Visible tells whether a sheet is shown.
func (b *Book) Visible(sheet string) bool {
	v, err := b.file.GetSheetVisible(sheet)
	return err == nil && v
}

// Close lets the workbook go.
func (b *Book) Close() error { return b.file.Close() }
