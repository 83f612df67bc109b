package xlsx

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode"
)

// written is a cell as the sheet writes it.
type written struct {
	V *string `xml:"v"`
	F *struct {
		Kind string `xml:"t,attr"`
	} `xml:"f"`
	IS *struct {
		T string `xml:"t"`
		R []struct {
			T string `xml:"t"`
		} `xml:"r"`
	} `xml:"is"`
}

// readCell adds a cell where it holds anything, and gives the column that follows.
func (c *Cursor) readCell(start xml.StartElement, column int) (next int, err error) {
	if ref := attr(start, "r"); ref != "" {
		x, y, err := excelize.CellNameToCoordinates(ref)
		if err != nil || y != c.row || x-1 < column || x > maxColumns {
			return 0, c.fault("", "cells from left to right, each in its row", "cell "+decode.Quote(ref)+" in row "+strconv.Itoa(c.row))
		}
		column = x - 1
	}
	if column >= maxColumns {
		return 0, c.fault("", fmt.Sprintf("at most %d columns", maxColumns), "more")
	}
	var w written
	if err := c.xml.DecodeElement(&w, &start); err != nil {
		return 0, damaged(fmt.Errorf("%s: %w", c.place(column), err))
	}
	cell := Cell{Column: column, Formula: w.F != nil, Uncached: w.F != nil && w.V == nil && w.IS == nil}
	if err := c.value(&cell, w, attr(start, "t"), attr(start, "s")); err != nil {
		return 0, err
	}
	if cell.Text != "" || cell.Uncached {
		c.cells = append(c.cells, cell)
	}
	return column + 1, nil
}

func (c *Cursor) value(cell *Cell, w written, kind, styleID string) error {
	v := ""
	if w.V != nil {
		v = *w.V
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if strings.TrimSpace(v) == "" {
			return nil
		}
		if sst := c.book.file.SharedStrings; err != nil || sst == nil || i < 0 || i >= len(sst.SI) {
			return c.fault(c.cellName(cell.Column), "the number of a shared text", decode.Quote(v))
		}
		cell.Text = c.book.shared(i)
	case "inlineStr":
		if w.IS != nil {
			cell.Text = w.IS.T
			for _, r := range w.IS.R {
				cell.Text += r.T
			}
		}
	case "str":
		cell.Text = v
	case "b":
		cell.Text = map[bool]string{true: "TRUE", false: "FALSE"}[truth(v)]
	case "e":
		cell.Text, cell.Fault = v, true
	case "d":
		cell.Text, cell.IsDate = v, true
	case "", "n":
		return c.number(cell, strings.TrimSpace(v), styleID)
	default:
		return c.fault(c.cellName(cell.Column), "a type of cell that Excel writes", decode.Quote(kind))
	}
	return nil
}

// shared gives a shared text without footnote signs that are set as superscripts.
func (b *Book) shared(i int) string {
	item := b.file.SharedStrings.SI[i]
	var text strings.Builder
	for _, run := range item.R {
		if run.T == nil || run.RPr != nil && run.RPr.VertAlign != nil && run.RPr.VertAlign.Val != nil && *run.RPr.VertAlign.Val == "superscript" {
			continue
		}
		text.WriteString(run.T.Val)
	}
	if strings.TrimSpace(text.String()) == "" {
		return item.String()
	}
	return text.String()
}

func (c *Cursor) number(cell *Cell, v, styleID string) error {
	if v == "" {
		return nil
	}
	n, ok := decode.Number(strings.TrimPrefix(v, "+"))
	if !ok {
		return c.fault(c.cellName(cell.Column), "a number", decode.Quote(v))
	}
	s, err := c.book.style(styleID)
	if err != nil {
		return err
	}
	if s.date {
		return c.date(cell, n)
	}
	cell.Number, cell.IsNumber, cell.Text = n, true, strconv.FormatFloat(n, 'f', -1, 64)
	if len(cell.Text) < s.zeros && !strings.ContainsAny(cell.Text, "-.") {
		cell.Text = strings.Repeat("0", s.zeros-len(cell.Text)) + cell.Text // a code such as 0180, kept as the number 180
	}
	return nil
}
