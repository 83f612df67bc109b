package tidy

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"utfall/schema"
)

// Columns that a file may have. Those before the bar must be there.
var (
	required = []string{"indicator", "area", "period", "value", "unit", "source", "citation"}
	optional = []string{"variant", "sex", "age", "breakdown", "missing", "symbol", "flags", "lower", "upper", "url", "note"}
)

// Columns gives the columns that a file must have and those that it may have.
func Columns() (must, may []string) { return slices.Clone(required), slices.Clone(optional) }

// Reasons for a rejected row, as the quarantine and the metrics name them.
const (
	ReasonFields    = "fields"
	ReasonIndicator = "indicator"
	ReasonVariant   = "variant"
	ReasonArea      = "area"
	ReasonPeriod    = "period"
	ReasonSex       = "sex"
	ReasonAge       = "age"
	ReasonUnit      = "unit"
	ReasonValue     = "value"
	ReasonMissing   = "missing"
	ReasonFlags     = "flags"
	ReasonSource    = "source"
)

// Reasons lists every reason.
func Reasons() []string {
	return []string{ReasonFields, ReasonIndicator, ReasonVariant, ReasonArea, ReasonPeriod, ReasonSex, ReasonAge, ReasonUnit,
		ReasonValue, ReasonMissing, ReasonFlags, ReasonSource}
}

// BatchSize is how many rows a batch holds.
const BatchSize = 1 << 15

// Reader turns one file into batches of observations.
type Reader struct {
	scan      *scanner
	catalogue *schema.Catalogue
	column    map[string]int // position of each column, -1 if the file lacks it
	width     int
	header    []string
	read      uint64

	indicators interned[indicatorInfo]
	areas      interned[struct{}]
	periods    interned[schema.Period]
	sexes      interned[struct{}]
	ages       interned[struct{}]
	missings   interned[struct{}]
	flags      interned[string]
	texts      [5]interned[struct{}] // symbol, source, citation, url, note
	breakdowns interned[struct{}]
	variants   interned[struct{}]
}

type indicatorInfo struct {
	schema.Indicator
	unit schema.Unit
}

// New reads the header of a file. name stands in every message.
func New(name string, r io.Reader, catalogue *schema.Catalogue) (*Reader, error) {
	t := &Reader{scan: newScanner(name, r), catalogue: catalogue, column: map[string]int{}}
	head, err := t.scan.record()
	if errors.Is(err, io.EOF) {
		return nil, &FileError{File: name, Detail: "the file is empty; expected a header line with at least " + strings.Join(required, ",")}
	}
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Concat(required, optional) {
		t.column[c] = -1
	}
	for i, h := range head {
		c := string(h)
		at, known := t.column[c]
		switch {
		case !known && len(head) == 1 && strings.ContainsAny(c, ";\t|"):
			return nil, t.scan.fault(1, "the columns are not separated by a comma; write a comma between fields and a point in numbers")
		case !known:
			return nil, t.scan.fault(i+1, "unknown column %q; the columns are %s and, if wanted, %s", short(c), strings.Join(required, ", "), strings.Join(optional, ", "))
		case at >= 0:
			return nil, t.scan.fault(i+1, "column %q stands twice; keep one", c)
		}
		t.column[c] = i
		t.header = append(t.header, c)
	}
	for _, c := range required {
		if t.column[c] < 0 {
			return nil, t.scan.fault(0, "column %q is missing; the file needs %s", c, strings.Join(required, ", "))
		}
	}
	t.width = len(head)
	return t, nil
}

// Read gives the number of rows read so far, rejected ones included.
func (t *Reader) Read() uint64 { return t.read }

// Next fills batches. It gives a batch and the rejects found while filling it; at the end of the file both may be empty
// and the error is io.EOF. Any other error is a *FileError or the error of the reader below.
func (t *Reader) Next() (*schema.Batch, []schema.Reject, error) {
	b := schema.NewBatch(t.scan.file, BatchSize)
	var rejects []schema.Reject
	for b.Len() < BatchSize && len(rejects) < BatchSize {
		fields, err := t.scan.record()
		if errors.Is(err, io.EOF) {
			if t.read == 0 {
				return nil, nil, &FileError{File: t.scan.file, Detail: "the file has a header and no rows; an empty delivery is not taken in"}
			}
			if !t.scan.ended && len(rejects) > 0 && rejects[len(rejects)-1].Line == t.scan.line-1 {
				t.scan.line--
				return nil, nil, t.scan.fault(0, "the last line is cut off; fetch the file again")
			}
			return b, rejects, io.EOF
		}
		if err != nil {
			return nil, nil, err
		}
		t.read++
		if f := t.row(b, fields); f != nil {
			rejects = append(rejects, schema.Reject{File: t.scan.file, Line: t.scan.line, Column: f.column, Raw: short(string(t.scan.raw)),
				Reason: f.reason, Detail: f.detail})
		}
	}
	return b, rejects, nil
}

// fault is why a row is rejected.
type fault struct {
	reason string
	column int // 1-based
	detail string
}

func (t *Reader) fault(reason, column, format string, args ...any) *fault {
	return &fault{reason, t.column[column] + 1, fmt.Sprintf(format, args...)}
}

func (t *Reader) field(fields [][]byte, column string) []byte {
	i := t.column[column]
	if i < 0 {
		return nil
	}
	return fields[i]
}

// row holds one record against the catalogue and adds it to the batch.
func (t *Reader) row(b *schema.Batch, fields [][]byte) *fault {
	if len(fields) != t.width {
		return &fault{ReasonFields, 0, fmt.Sprintf("%d fields, the header has %d; the line is cut off, or a comma or quote is amiss", len(fields), t.width)}
	}
	id, ind, err := t.indicators.get(t.field(fields, "indicator"), t.indicator)
	if err != nil {
		return t.fault(ReasonIndicator, "indicator", "%v", err)
	}
	variant, _, _ := t.variants.get(t.field(fields, "variant"), keep)
	if !ind.HasVariant(variant) {
		return t.fault(ReasonVariant, "variant", "indicator %s has no variant %q; see its entry in the catalogue", id, short(variant))
	}
	area, _, err := t.areas.get(t.field(fields, "area"), t.area)
	if err != nil {
		return t.fault(ReasonArea, "area", "%v", err)
	}
	code, period, err := t.periods.get(t.field(fields, "period"), schema.ParsePeriod)
	if err != nil {
		return t.fault(ReasonPeriod, "period", "%v", err)
	}
	sex, _, err := t.sexes.get(or(t.field(fields, "sex"), schema.BothSexes), sexOf)
	if err != nil {
		return t.fault(ReasonSex, "sex", "%v", err)
	}
	age, _, err := t.ages.get(or(t.field(fields, "age"), schema.AllAges), ageOf)
	if err != nil {
		return t.fault(ReasonAge, "age", "%v", err)
	}
	if u := t.field(fields, "unit"); string(u) != ind.Unit {
		return t.fault(ReasonUnit, "unit", "unit %q, but %s is measured in %q; convert the figures or correct the column", short(string(u)), id, ind.Unit)
	}
	missing, _, err := t.missings.get(t.field(fields, "missing"), missingOf)
	if err != nil {
		return t.fault(ReasonMissing, "missing", "%v", err)
	}
	value, f := t.value(fields, ind, missing)
	if f != nil {
		return f
	}
	_, flags, err := t.flags.get(t.field(fields, "flags"), schema.ParseFlags)
	if err != nil {
		return t.fault(ReasonFlags, "flags", "%v", err)
	}
	lower, upper, f := t.limits(fields, value)
	if f != nil {
		return f
	}
	var text [5]string
	for i, c := range [...]string{"symbol", "source", "citation", "url", "note"} {
		text[i], _, _ = t.texts[i].get(t.field(fields, c), keep)
	}
	if text[1] == "" || text[2] == "" {
		return t.fault(ReasonSource, "source", "a figure needs its source and citation; fill in both columns")
	}
	breakdown, _, _ := t.breakdowns.get(t.field(fields, "breakdown"), keep)

	b.Indicator, b.Variant, b.Area = append(b.Indicator, id), append(b.Variant, variant), append(b.Area, area)
	b.Period, b.Start, b.End = append(b.Period, code), append(b.Start, period.Start), append(b.End, period.End)
	b.Sex, b.Age, b.Breakdown = append(b.Sex, sex), append(b.Age, age), append(b.Breakdown, breakdown)
	b.Value, b.Missing, b.Flags = append(b.Value, value), append(b.Missing, missing), append(b.Flags, flags)
	b.Lower, b.Upper = append(b.Lower, lower), append(b.Upper, upper)
	b.Symbol, b.Source, b.Citation = append(b.Symbol, text[0]), append(b.Source, text[1]), append(b.Citation, text[2])
	b.URL, b.Note, b.Line = append(b.URL, text[3]), append(b.Note, text[4]), append(b.Line, uint64(t.scan.line))
	return nil
}

func (t *Reader) value(fields [][]byte, ind indicatorInfo, missing string) (float64, *fault) {
	raw := t.field(fields, "value")
	switch {
	case missing != "" && len(raw) > 0:
		return 0, t.fault(ReasonMissing, "missing", "a value (%s) and a reason for having none (%s); keep one", short(string(raw)), missing)
	case missing == string(schema.Deleted):
		return 0, t.fault(ReasonMissing, "missing", "%q is written by the program when a cell is gone; leave the row out instead", missing)
	case missing != "":
		return 0, nil
	case len(raw) == 0:
		return 0, t.fault(ReasonValue, "value", "no value and no reason for having none; fill in value or missing")
	}
	v, ok := number(raw)
	u := ind.unit
	switch {
	case !ok && strings.ContainsRune(string(raw), ','):
		return 0, t.fault(ReasonValue, "value", "%q has a decimal comma; this format has a decimal point", short(string(raw)))
	case !ok:
		return 0, t.fault(ReasonValue, "value", "%q is not a number; write digits with a decimal point, no spaces and no signs for missing values", short(string(raw)))
	case v < 0 && !u.Negative:
		return 0, t.fault(ReasonValue, "value", "%s is below zero, which %s cannot be", raw, u.ID)
	case !u.Fraction && v != math.Trunc(v):
		return 0, t.fault(ReasonValue, "value", "%s is not whole, but %s are counted in whole numbers", raw, u.ID)
	case u.Max > 0 && v > u.Max:
		return 0, t.fault(ReasonValue, "value", "%s is above %g, the most that %s can be", raw, u.Max, u.ID)
	}
	return v, nil
}

func (t *Reader) limits(fields [][]byte, value float64) (lower, upper *float64, f *fault) {
	for _, l := range []struct {
		name string
		into **float64
	}{{"lower", &lower}, {"upper", &upper}} {
		raw := t.field(fields, l.name)
		if len(raw) == 0 {
			continue
		}
		v, ok := number(raw)
		if !ok {
			return nil, nil, t.fault(ReasonValue, l.name, "%q is not a number; write digits with a decimal point", short(string(raw)))
		}
		*l.into = &v
	}
	if lower != nil && *lower > value || upper != nil && *upper < value {
		return nil, nil, t.fault(ReasonValue, "lower", "the value %g lies outside its own limits", value)
	}
	return lower, upper, nil
}

func (t *Reader) indicator(id string) (indicatorInfo, error) {
	ind, ok := t.catalogue.Indicator(id)
	if !ok {
		return indicatorInfo{}, fmt.Errorf("indicator %q is not in the catalogue; correct the id, or add schema/catalogue/indicator/%s.yaml", short(id), short(id))
	}
	u, _ := t.catalogue.Unit(ind.Unit)
	return indicatorInfo{ind, u}, nil
}

func (t *Reader) area(code string) (struct{}, error) {
	if _, ok := t.catalogue.Areas.Get(code); !ok {
		return struct{}{}, fmt.Errorf("area %q is not known; write codes such as SE, SE-14, SE-1480 or DK", short(code))
	}
	return struct{}{}, nil
}

func sexOf(s string) (struct{}, error) { _, err := schema.ParseSex(s); return struct{}{}, err }
func ageOf(s string) (struct{}, error) { _, err := schema.ParseAge(s); return struct{}{}, err }
func missingOf(s string) (struct{}, error) {
	_, err := schema.ParseMissing(s)
	return struct{}{}, err
}
func keep(string) (struct{}, error) { return struct{}{}, nil }

func or[T ~string](b []byte, otherwise T) []byte {
	if len(b) == 0 {
		return []byte(otherwise)
	}
	return b
}

// interned remembers what a column's texts mean, so that each distinct text is looked up and kept once.
type interned[T any] struct {
	seen map[string]entry[T]
	last entry[T]
}

type entry[T any] struct {
	text  string
	value T
	err   error
}

// maxInterned bounds the memory of one column; texts beyond it are kept a batch at a time.
const maxInterned = 200_000

func (c *interned[T]) get(b []byte, parse func(string) (T, error)) (string, T, error) {
	if c.seen != nil && string(b) == c.last.text {
		return c.last.text, c.last.value, c.last.err
	}
	e, ok := c.seen[string(b)]
	if !ok {
		e.text = string(b)
		e.value, e.err = parse(e.text)
		if c.seen == nil {
			c.seen = map[string]entry[T]{}
		}
		if len(c.seen) < maxInterned {
			c.seen[e.text] = e
		}
	}
	c.last = e
	return e.text, e.value, e.err
}

// number reads a decimal number with a point. Short ones are put together from whole numbers, which is exact because
// both parts are representable; the rest go through strconv.
func number(b []byte) (float64, bool) {
	var mantissa uint64
	decimals, seenPoint := 0, false
	s := b
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	if len(s) == 0 || s[0] == '.' || s[len(s)-1] == '.' {
		return 0, false
	}
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			if len(s) <= 15 {
				mantissa = mantissa*10 + uint64(c-'0')
			}
			if seenPoint {
				decimals++
			}
		case c == '.' && !seenPoint:
			seenPoint = true
		default:
			return 0, false
		}
	}
	if len(s) > 15 {
		v, err := strconv.ParseFloat(string(b), 64)
		return v, err == nil && !math.IsInf(v, 0)
	}
	v := float64(mantissa)
	if decimals > 0 {
		v /= math.Pow10(decimals)
	}
	if negative {
		v = -v
	}
	return v, true
}

func short(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
