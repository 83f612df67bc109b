// Package csvtab decodes delimited text in any dialect: Eurostat's SDMX-CSV, StatBank Denmark, WHO's and CDC's exports, and
// whatever else a source calls CSV. It streams: memory is a record, not a file. It owns how text is delimited, quoted and
// encoded; what its columns mean is tabular's. It imports decode and its shared parts, ingest/record, and no other room.
package csvtab

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/payload"
	"utfall/ingest/decode/tabular"
	"utfall/ingest/record"
)

const format = "csv"

// Options say how a text is written and what its columns are. With the zero value delimiter, encoding and, where the
// values show it, the decimal sign are recognised, and the columns are taken as tabular.Options says.
type Options struct {
	Dialect         string `yaml:"dialect"`   // a ready-made one that the other fields adapt; see Dialects
	Delimiter       string `yaml:"delimiter"` // "," ";" "tab" "|"; "" recognises it
	Quote           string `yaml:"quote"`     // "none": a quote is a character like any other
	Encoding        string `yaml:"encoding"`  // utf-8, windows-1252, iso-8859-1, utf-16; "" recognises it
	tabular.Options `yaml:",inline"`
}

// delimiters that can be recognised, the likeliest of two that fit equally well first.
var delimiters = []byte{'\t', ';', '|', ','}

// New reads the beginning of a text. Errors are *decode.Error and name line and column; they come from here where the
// payload is something else (an HTML page, a workbook, Eurostat's promise of a later answer) or the columns are not there.
func New(r io.Reader, o Options, limits decode.Limits) (*tabular.Reader, error) {
	limits = limits.WithDefaults()
	o, err := o.resolve()
	if err != nil {
		return nil, err
	}
	text, err := payload.Open(format, r, o.Encoding, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if err := o.refuse(text.Head); err != nil {
		return nil, err
	}
	var body io.Reader = text
	head := text.Head
	if onlyCR(head) {
		body, head = carriageReturns{text}, bytes.ReplaceAll(head, []byte{'\r'}, []byte{'\n'})
	}
	comma, err := o.comma(head)
	if err != nil {
		return nil, err
	}
	meta := decode.Meta{}
	if o.Delimiter == "" {
		meta.Notes = append(meta.Notes, "delimiter recognised: "+delimiterName(comma))
	}
	if text.Detected && text.Encoding != payload.UTF8 {
		meta.Notes = append(meta.Notes, "encoding recognised: "+text.Encoding)
	}
	if o.Guessed() && o.Decimal == "" {
		o.Options = recogniseNumbers(o, head, comma, limits)
		if o.Decimal != "" {
			meta.Notes = append(meta.Notes, "decimal sign recognised: "+o.Decimal)
		}
	}
	return o.open(body, comma, meta, limits)
}

func (o Options) open(body io.Reader, comma byte, meta decode.Meta, limits decode.Limits) (*tabular.Reader, error) {
	scan := record.New(body, record.Options{Comma: comma, NoQuote: o.Quote == "none", Max: max(limits.MaxFieldBytes, record.DefaultMax)})
	return tabular.New(&source{scan: scan}, o.Options, tabular.Config{Format: format, Fill: true, Meta: meta, Limits: limits})
}

// source gives a scanner's records as rows.
type source struct {
	scan   *record.Scanner
	fields []string
}

func (s *source) Next() ([]string, error) {
	if _, err := s.scan.Next(); err != nil {
		return nil, asError(err)
	}
	s.fields = s.scan.Strings(s.fields)
	return s.fields, nil
}

func (s *source) Column(i int) int          { return i + 1 }
func (s *source) Line() int                 { return s.scan.Line() }
func (s *source) Path(int) string           { return "" }
func (s *source) Float(int) (float64, bool) { return 0, false }

func asError(err error) error {
	var fault *record.Error
	var own *decode.Error
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &own):
		return own
	case errors.As(err, &fault):
		e := &decode.Error{Format: format, Line: fault.Line, Column: fault.Column, Offset: -1, Err: errors.New(fault.Detail)}
		if fault.Encoding {
			e.Err, e.Want, e.Got, e.Fix = nil, "text in UTF-8", fault.Detail, "declare the encoding: windows-1252 is the usual one"
		}
		return e
	}
	return &decode.Error{Format: format, Offset: -1, Want: "a text that can be read to its end", Fix: "fetch the payload again", Err: err}
}

func (o Options) resolve() (Options, error) {
	if o.Dialect != "" {
		base, err := dialect(o.Dialect)
		if err != nil {
			return o, err
		}
		o = tabular.Overlay(o, base)
	}
	if o.Quote != "" && o.Quote != "none" && o.Quote != `"` {
		return o, &decode.Error{Format: format, Offset: -1, Path: "quote", Want: `none or "`, Got: decode.Quote(o.Quote)}
	}
	return o, nil
}

// refuse finds what is plainly no delimited table.
func (o Options) refuse(head []byte) error {
	fault := func(got, fix string, cause error) error {
		return &decode.Error{Format: format, Line: 1, Offset: -1, Want: "delimited text", Got: got, Fix: fix, Err: cause}
	}
	quoted := decode.Quote(string(head))
	switch kind := payload.Kind(head); {
	case len(bytes.TrimSpace(head)) == 0:
		return fault("an empty payload", "fetch it again", nil)
	case payload.IsUUID(head):
		return fault("a bare UUID, "+quoted, "ask for fewer cells, or fetch the answer under this id later", &decode.Refusal{Asynchronous: true, Message: strings.TrimSpace(string(head))})
	case strings.Contains(kind, "XLSX"):
		return fault(kind, "read it as xlsx", nil)
	case strings.Contains(kind, "HTML"):
		return fault(quoted, "see in a browser what the source says", &decode.Refusal{HTML: true})
	case kind == "JSON":
		return fault("JSON, "+quoted, "read it in the source's JSON format, or see the message in it", nil)
	case kind != "":
		return fault(kind+", "+quoted, "see what the source says", nil)
	}
	return nil
}

// comma gives the delimiter that is declared, or the one that splits the beginning of the text most evenly.
func (o Options) comma(head []byte) (byte, error) {
	switch o.Delimiter {
	case "":
	case "tab", "\t":
		return '\t', nil
	case ",", ";", "|":
		return o.Delimiter[0], nil
	default:
		return 0, &decode.Error{Format: format, Offset: -1, Path: "delimiter", Want: `"," ";" "|" or tab`, Got: decode.Quote(o.Delimiter)}
	}
	best, most := byte(','), 0
	for _, d := range delimiters {
		if even := o.evenly(head, d); even > most {
			best, most = d, even
		}
	}
	return best, nil
}

// evenly counts the records of the beginning that have the commonest number of fields, where that is more than one.
func (o Options) evenly(head []byte, comma byte) int {
	const enough = 200
	scan := record.New(bytes.NewReader(head), record.Options{Comma: comma, NoQuote: o.Quote == "none"})
	widths := map[int]int{}
	for range enough {
		fields, err := scan.Next()
		if err != nil {
			break
		}
		if !scan.Ended() && len(head) >= payload.Window {
			break // the window cut this record off
		}
		widths[len(fields)]++
	}
	most := 0
	for width, n := range widths {
		if width > 1 {
			most = max(most, n)
		}
	}
	return most
}

func delimiterName(c byte) string {
	return map[byte]string{'\t': "tab", ';': "semicolon", '|': "bar", ',': "comma"}[c]
}

var (
	withPoint = regexp.MustCompile(`^[-+]?\d+\.\d+$`)
	withComma = regexp.MustCompile(`^[-+]?\d+,(\d|\d\d|\d{4,})$`) // three digits may be a group of thousands
)

// recogniseNumbers sets the decimal sign to a comma where the values at the beginning leave no doubt.
func recogniseNumbers(o Options, head []byte, comma byte, limits decode.Limits) tabular.Options {
	const enough = 500
	r, err := o.open(bytes.NewReader(head), comma, decode.Meta{}, limits)
	if err != nil {
		return o.Options
	}
	var row decode.Row
	points, commas := 0, 0
	for range enough {
		if r.Next(&row) != nil {
			break
		}
		switch {
		case withPoint.MatchString(row.Text):
			points++
		case withComma.MatchString(row.Text):
			commas++
		}
	}
	if commas > 0 && points == 0 {
		o.Decimal = ","
	}
	return o.Options
}

// onlyCR tells whether lines end as they did on old Macintosh computers, and as one choice in Excel still writes them.
func onlyCR(head []byte) bool {
	return bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
}

type carriageReturns struct{ r io.Reader }

func (c carriageReturns) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
