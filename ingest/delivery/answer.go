package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"utfall/ingest/decode/xlsx"
	"utfall/ingest/tidy"
)

const (
	answerer    = "Utfall" // author of the comments, by which an answer finds those of the answer before
	faultColour = "F8B4B4"
)

// Answer writes a copy of the workbook in which every faulty cell is filled with red and has a comment, in Swedish, that
// says what is wrong and what to do. Marks of an earlier answer are taken away first. The workbook must be one that Read
// has read.
func Answer(out io.Writer, workbook []byte, faults []Fault) (err error) {
	// The library panics on some workbooks that it can open and not write.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("delivery: answer: %v", p)
		}
	}()
	file, err := excelize.OpenReader(bytes.NewReader(workbook), excelize.Options{UnzipSizeLimit: xlsx.MaxUnzipped, UnzipXMLSizeLimit: xlsx.MaxUnzipped})
	if err != nil {
		return fmt.Errorf("delivery: answer: %w", err)
	}
	defer func() { _ = file.Close() }()
	a := answer{file: file, styles: map[int]int{}}
	if err := a.clean(); err != nil {
		return fmt.Errorf("delivery: answer: %w", err)
	}
	for _, f := range faults {
		if err := a.mark(f); err != nil {
			return fmt.Errorf("delivery: answer: %s!%s: %w", f.Sheet, f.Cell, err)
		}
	}
	if len(faults) > 0 {
		if i, err := file.GetSheetIndex(faults[0].Sheet); err == nil && i >= 0 {
			file.SetActiveSheet(i)
		}
	}
	return file.Write(out)
}

type answer struct {
	file   *excelize.File
	styles map[int]int // a cell's style -> the same with the fill of a fault
}

// clean takes the marks of an earlier answer away.
func (a *answer) clean() error {
	for _, sheet := range a.file.GetSheetList() {
		comments, err := a.file.GetComments(sheet)
		if err != nil {
			continue // a sheet of charts only
		}
		for _, c := range comments {
			if c.Author != answerer {
				continue
			}
			if err := errors.Join(a.file.DeleteComment(sheet, c.Cell), a.fill(sheet, c.Cell, false)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *answer) mark(f Fault) error {
	return errors.Join(a.fill(f.Sheet, f.Cell, true),
		a.file.AddComment(f.Sheet, excelize.Comment{Cell: f.Cell, Author: answerer, Text: f.Swedish(), Width: 320, Height: 110}))
}

// fill gives a cell the fill of a fault, or takes it away, and leaves the rest of its style.
func (a *answer) fill(sheet, cell string, on bool) error {
	id, err := a.file.GetCellStyle(sheet, cell)
	if err != nil {
		return err
	}
	style, err := a.file.GetStyle(id)
	if err != nil {
		return err
	}
	red := len(style.Fill.Color) == 1 && strings.EqualFold(style.Fill.Color[0], faultColour)
	switch {
	case on && a.styles[id] == 0:
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{faultColour}}
		if a.styles[id], err = a.file.NewStyle(style); err != nil {
			return err
		}
		fallthrough
	case on:
		return a.file.SetCellStyle(sheet, cell, cell, a.styles[id])
	case red:
		style.Fill = excelize.Fill{}
		plain, err := a.file.NewStyle(style)
		return errors.Join(err, a.file.SetCellStyle(sheet, cell, cell, plain))
	}
	return nil
}

// Text writes the same list as text, in Swedish, a line for each fault.
func Text(out io.Writer, name string, faults []Fault) error {
	var b strings.Builder
	if len(faults) == 0 {
		fmt.Fprintf(&b, "%s: inga fel.\n", name)
	} else {
		fmt.Fprintf(&b, "%s: %d fel. Rätta cellerna och skicka filen igen. De tal som redan visas ligger kvar.\n\n", name, len(faults))
	}
	for _, f := range faults {
		place := f.Sheet + "!" + f.Cell
		if f.Name != "" {
			place += " (" + heading(f.Name) + ")"
		}
		fmt.Fprintf(&b, "%s: %s\n", place, f.Swedish())
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// Swedish says what is wrong with the cell and what to do.
func (f Fault) Swedish() string {
	text := "”" + short(f.Text) + "”"
	if c, ok := find(f.Name); ok && f.Text == "" && f.Name == f.Reason && c.required && c.name != "value" && c.name != "source" {
		return "Cellen är tom. " + c.prompt
	}
	switch f.Reason {
	case tidy.ReasonIndicator:
		return text + " är ingen indikator i katalogen. Välj i listan."
	case tidy.ReasonVariant:
		return fmt.Sprintf("Indikatorn %s har ingen variant %s. Välj i listan, eller lämna cellen tom.", f.indicator, text)
	case tidy.ReasonArea:
		return text + " är ingen känd områdeskod. Välj i listan, eller skriv koden: SE, SE-14 eller SE-1480."
	case tidy.ReasonPeriod:
		return text + " är ingen period. Skriv 2022, 2022H1, 2022Q3, 2022-05, 2022-W07, 2022-11-01 eller 2016/2020."
	case tidy.ReasonSex:
		return text + " är inget kön i listan. Skriv T (båda), F (kvinnor) eller M (män)."
	case tidy.ReasonAge:
		return text + " är ingen åldersgrupp. Skriv TOT, 15-64, 21+ eller 18, utan mellanslag."
	case tidy.ReasonUnit:
		if f.unit == "" {
			return text + " är ingen enhet för indikatorn. Välj i listan."
		}
		return fmt.Sprintf("%s är fel enhet: %s mäts i %s. Räkna om talen, eller rätta enheten.", text, f.indicator, f.unit)
	case tidy.ReasonMissing:
		return f.missing(text)
	case tidy.ReasonFlags:
		return text + " är ingen känd märkning. Se listan på bladet Så fyller du i; flera märkningar skiljs åt med mellanslag."
	case tidy.ReasonSource:
		return "Varje tal behöver både källa och hänvisning. Fyll i cellen."
	case tidy.ReasonValue:
		return f.value(text)
	case ReasonDuplicate:
		return fmt.Sprintf("Samma uppgift står redan på rad %d. Ta bort den ena raden.", f.other)
	case ReasonCell:
		return f.unknowable(text)
	}
	return "Cellen hör inte till någon av mallens kolumner. Töm den."
}

func (f Fault) missing(text string) string {
	switch {
	case f.Text == "deleted":
		return "Skälet ”deleted” sätter programmet självt. Ta bort raden i stället: det som saknas i en leverans tas bort."
	case strings.Contains(f.Detail, "keep one"):
		return "Här står både ett värde och ett skäl till att värdet saknas. Behåll det ena."
	}
	return text + " är inget skäl i listan. Välj i listan, eller lämna cellen tom om det finns ett värde."
}

func (f Fault) value(text string) string {
	_, err := strconv.ParseFloat(f.Text, 64)
	switch {
	case strings.Contains(f.Detail, "outside its own limits"):
		return "Värdet ligger utanför sina egna gränser. Rätta värdet eller gränserna."
	case f.Text == "":
		return "Här finns varken ett värde eller ett skäl till att det saknas. Skriv talet, eller välj skäl i kolumnen Saknas."
	case err != nil && strings.Contains(f.Text, ","):
		return text + " är text, inte ett tal. Formatera cellen som tal och skriv det igen."
	case err != nil:
		return text + " är inget tal. Skriv bara siffror; om värdet saknas: töm cellen och välj skäl i kolumnen Saknas."
	case strings.Contains(f.Detail, "below zero"):
		return text + " är under noll, och det kan den här enheten inte vara."
	case strings.Contains(f.Detail, "whole"):
		return text + " är inget helt tal, men det som räknas är hela tal."
	case strings.Contains(f.Detail, "the most"):
		return text + " är mer än enheten kan vara. Kontrollera talet."
	}
	return text + " är inget tal som kan tas in: " + f.Detail
}

func (f Fault) unknowable(text string) string {
	switch {
	case strings.Contains(f.Detail, "formula whose value"):
		return "Formelns värde finns inte i filen. Öppna den i Excel, låt den räkna och spara, eller skriv talet."
	case strings.Contains(f.Detail, "Excel's error"):
		return "Formeln ger felet " + text + ". Rätta den, eller töm cellen och välj skäl i kolumnen Saknas."
	}
	return "Excel har gjort ett datum av det som skrevs (" + f.Text + "). Formatera cellen som text och skriv det igen."
}
