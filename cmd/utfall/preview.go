package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/formats"
)

type previewFlags struct {
	format string
	labels bool
	o      formats.Options
}

func (p *previewFlags) define(f *flag.FlagSet) {
	f.StringVar(&p.format, "format", "", "one of "+strings.Join(formats.Names(), ", ")+"; default: recognised by the content")
	f.BoolVar(&p.labels, "labels", false, "labels instead of codes")
	f.StringVar(&p.o.Sheet, "sheet", "", "of a workbook")
	f.StringVar(&p.o.Range, "range", "", "of a sheet: B7:K40, or a defined name")
	f.StringVar(&p.o.Content, "content", "", "one of several datasets of a file, or one of its languages")
	t := &p.o.Table
	f.StringVar(&t.Delimiter, "delimiter", "", "of a text table: , ; tab or |; default: recognised")
	f.StringVar(&t.Encoding, "encoding", "", "of a text table: utf-8, windows-1252, iso-8859-1 or utf-16; default: recognised")
	f.StringVar(&t.Decimal, "decimal", "", "decimal sign of a table: . or ,")
	f.StringVar(&t.Thousands, "thousands", "", "thousands sign of a table: space, nbsp, narrow, . , or '")
	f.StringVar(&t.Value, "value", "", "column of a table that holds the values")
	f.IntVar(&t.Skip, "skip", 0, "rows of a table before its header")
	f.IntVar(&t.HeaderRows, "header-rows", 0, "rows that a table's header takes")
}

// preview prints a payload as tidy CSV: a column per dimension, then value and status.
func (a app) preview(ctx context.Context, args []string) error {
	var p previewFlags
	f := a.flags("preview", nil)
	p.define(f)
	if err := a.parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return usageError{"name one file"}
	}
	file, err := os.Open(f.Arg(0))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	in := bufio.NewReaderSize(file, formats.HeadSize)
	if p.format == "" {
		if p.format = formats.Guess(beginning(in)); p.format == "" {
			return usageError{fmt.Sprintf("%s: the format cannot be recognised; give --format, one of %s", f.Arg(0), strings.Join(formats.Names(), ", "))}
		}
	}
	r, err := formats.Open(p.format, in, p.o)
	var unknown *formats.UnknownError
	if errors.As(err, &unknown) {
		return usageError{err.Error()}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Arg(0), err)
	}
	if err := writeTidy(ctx, a.stdout, r, p.labels); err != nil {
		return fmt.Errorf("%s: %w", f.Arg(0), err)
	}
	if m := r.Meta(); m != nil {
		a.remarks(f.Arg(0), m)
	}
	return nil
}

// remarks says beside the table what was recognised or chosen, and what the payload says of itself.
func (a app) remarks(file string, m *decode.Meta) {
	const most, width = 8, 160
	if m.MetadataOnly {
		fmt.Fprintf(a.stderr, "%s describes a table and holds no cells\n", file)
	}
	for i, note := range m.Notes {
		if i == most {
			fmt.Fprintf(a.stderr, "note: and %s\n", plural(len(m.Notes)-most, "more note", "more notes"))
			return
		}
		text := []rune(strings.Join(strings.Fields(note), " "))
		if len(text) > width {
			text = append(text[:width], '…')
		}
		fmt.Fprintln(a.stderr, "note:", string(text))
	}
}

// beginning looks at the first bytes of a file, unpacked if it is packed.
func beginning(in *bufio.Reader) []byte {
	first, _ := in.Peek(formats.HeadSize)
	if z, err := gzip.NewReader(bytes.NewReader(first)); err == nil {
		b, _ := io.ReadAll(io.LimitReader(z, formats.HeadSize)) // it is cut off, and what came before that is enough
		return b
	}
	return first
}

// writeTidy streams rows as CSV. What was written before a fault stays written: the fault says how far it is good.
func writeTidy(ctx context.Context, out io.Writer, r decode.Reader, labels bool) error {
	buffered := bufio.NewWriterSize(out, 64<<10)
	w := csv.NewWriter(buffered)
	dims := r.Dimensions()
	record := make([]string, 0, len(dims)+2)
	for _, d := range dims {
		if labels && d.Label != "" {
			record = append(record, d.Label)
		} else {
			record = append(record, d.ID)
		}
	}
	err := w.Write(append(record, "value", "status"))
	var row decode.Row
	for n := 0; err == nil; n++ {
		if n%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err = r.Next(&row); err != nil {
			break
		}
		codes := row.Codes
		if labels {
			codes = row.Labels
		}
		err = w.Write(append(append(record[:0], codes...), valueText(&row), row.Status))
	}
	w.Flush()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, w.Error(), buffered.Flush())
}

// valueText writes a value with as many digits as it has. A whole number that a float cannot hold, and a value that is no
// number, are written as the source wrote them; an absent value is empty.
func valueText(row *decode.Row) string {
	if !row.Has {
		if row.Status != "" {
			return ""
		}
		return row.Text
	}
	if _, ok := decode.Number(row.Text); ok && math.Abs(row.Value) >= 1<<53 {
		return row.Text
	}
	return strconv.FormatFloat(row.Value, 'f', -1, 64)
}
