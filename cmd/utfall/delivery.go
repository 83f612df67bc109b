package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"utfall/ingest"
	"utfall/ingest/delivery"
	"utfall/schema"
)

// delivery makes templates and looks filled-in ones over.
func (a app) delivery(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usageError{"say template INDICATOR… --out FILE.xlsx, or check FILE.xlsx"}
	}
	switch args[0] {
	case "-h", "-help", "--help":
		return a.parse(a.flags("delivery", nil), args)
	case "template":
		return a.deliveryTemplate(args[1:])
	case "check":
		return a.deliveryCheck(ctx, args[1:])
	}
	return usageError{fmt.Sprintf("there is no %q; say template or check", args[0])}
}

func (a app) deliveryTemplate(args []string) error {
	var out, areas string
	f := a.flags("delivery template", nil)
	f.StringVar(&out, "out", "", "the workbook that is written")
	f.StringVar(&areas, "area", "", "areas to choose among, separated by commas (default: the country, its regions and municipalities)")
	if err := a.parse(f, args); err != nil {
		return err
	}
	ids := f.Args()
	if len(ids) == 0 || !workbook(out) {
		return usageError{"name at least one indicator and the workbook: utfall delivery template INDICATOR… --out FILE.xlsx"}
	}
	c, err := schema.Load()
	if err != nil {
		return err
	}
	indicators, err := chosen(c, ids)
	if err != nil {
		return err
	}
	var places []schema.Area
	for _, code := range list(areas) {
		area, ok := c.Areas.Get(code)
		if !ok {
			return usageError{fmt.Sprintf("area %q is not known; write codes such as SE, SE-14 or SE-1480", code)}
		}
		places = append(places, area)
	}
	var b bytes.Buffer
	if err := delivery.Template(&b, c, indicators, places...); err != nil {
		return err
	}
	if err := os.WriteFile(out, b.Bytes(), 0o640); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: a template for %s\n", out, plural(len(ids), "indicator", "indicators"))
	return nil
}

func chosen(c *schema.Catalogue, ids []string) ([]schema.Indicator, error) {
	var out []schema.Indicator
	for _, id := range ids {
		ind, ok := c.Indicator(id)
		if !ok {
			return nil, usageError{fmt.Sprintf("indicator %q is not in the catalogue", id)}
		}
		out = append(out, ind)
	}
	return out, nil
}

// deliveryCheck looks a workbook over without taking it in, and writes the answer beside a faulty one.
func (a app) deliveryCheck(ctx context.Context, args []string) error {
	f := a.flags("delivery check", nil)
	if err := a.parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return usageError{"name one workbook"}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	files, faults, err := workbookAnswer(f.Arg(0))
	if err != nil {
		return err
	}
	if faults == 0 {
		fmt.Fprintf(a.stdout, "%s: no faults\n", f.Arg(0))
		return nil
	}
	if err := a.writeAnswer(f.Arg(0), files, faults); err != nil {
		return err
	}
	return fmt.Errorf("%s has %s", f.Arg(0), plural(faults, "fault", "faults"))
}

func workbook(path string) bool { return strings.EqualFold(filepath.Ext(path), ".xlsx") }

// decodeWorkbook reads a filled-in template in place of a tidy CSV file.
func decodeWorkbook(parts []ingest.Part) (ingest.Batches, error) {
	c, err := schema.Load()
	if err != nil {
		return nil, err
	}
	in, err := parts[0].Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	w, err := delivery.Read(parts[0].Name, in, c)
	if err != nil {
		return nil, err
	}
	return w.Batches()
}

// maxAnswered bounds what is read again for an answer; the decoder has a smaller bound of its own.
const maxAnswered = 256 << 20

// workbookAnswer looks a workbook over whole and gives, where it is faulty, the files of the answer by their names: a copy
// with every faulty cell marked, and the same list as text.
func workbookAnswer(path string) (files map[string][]byte, faults int, err error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = in.Close() }()
	body, err := io.ReadAll(io.LimitReader(in, maxAnswered))
	if err != nil {
		return nil, 0, err
	}
	c, err := schema.Load()
	if err != nil {
		return nil, 0, err
	}
	name := filepath.Base(path)
	w, err := delivery.Read(name, bytes.NewReader(body), c)
	if err != nil {
		return nil, 0, err
	}
	found, err := w.Faults()
	if err != nil || len(found) == 0 {
		return nil, 0, err
	}
	var marked, text bytes.Buffer
	if err := errors.Join(delivery.Answer(&marked, body, found), delivery.Text(&text, name, found)); err != nil {
		return nil, 0, err
	}
	base := strings.TrimSuffix(name, filepath.Ext(name))
	return map[string][]byte{base + ".svar.xlsx": marked.Bytes(), base + ".svar.txt": text.Bytes()}, len(found), nil
}

// writeAnswer puts the answer's files beside the workbook.
func (a app) writeAnswer(path string, files map[string][]byte, faults int) error {
	dir := filepath.Dir(path)
	var errs []error
	for name, body := range files {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), body, 0o640))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	base := strings.TrimSuffix(path, filepath.Ext(path))
	fmt.Fprintf(a.stderr, "  %s marked in %s.svar.xlsx and listed in %s.svar.txt\n", plural(faults, "faulty cell", "faulty cells"), base, base)
	return nil
}

// answerWorkbook writes the answer to a delivery that had rejects or was refused, if it is a workbook that can be read.
func (a app) answerWorkbook(path string, r ingest.Result, fault error) error {
	var refused *ingest.RefusedError
	if !workbook(path) || r.Release.Counts.Rejected == 0 && !errors.As(fault, &refused) {
		return nil
	}
	files, n, err := workbookAnswer(path)
	if err != nil || n == 0 {
		return err
	}
	return a.writeAnswer(path, files, n)
}
