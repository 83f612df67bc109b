package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"utfall/schema"
)

func about(t *testing.T) About {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return About{Catalogue: c, AsOf: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), Made: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Lang: schema.SV,
		Address: "https://utfall.example.se/indikator/drug_induced_deaths"}
}

// sample holds what is hard to write: a gap, limits, flags, other sexes and ages, a decimal, a reference day, and texts of
// a source that try to be a formula, markup, or to run from right to left.
func sample(t *testing.T) []schema.Observation {
	t.Helper()
	lower, upper := 475.3, 565.6
	figure := func(area, period string, sex schema.Sex, age string, value float64) schema.Observation {
		p, err := schema.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		return schema.Observation{Cell: schema.Cell{Indicator: "drug_induced_deaths", Area: area, Period: p, Sex: sex, Age: age}, Value: value,
			Source: "EMCDDA", Citation: "Bulletin", Dataset: "test/x", Release: 7, Released: time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC)}
	}
	a := figure("SE", "2022", "T", "TOT", 519)
	a.Lower, a.Upper, a.Flags = &lower, &upper, "provisional estimated"
	b := figure("SE", "2021", "T", "TOT", 0)
	b.Missing, b.Symbol = schema.SuppressedPrimary, ".."
	c := figure("DK", "2021", "F", "15-64", 0)
	d := figure("NO", "2022-11-01", "M", "21+", 4.25)
	d.Source, d.Citation, d.Note, d.Symbol = "=1+1", "</script><b>;\"", "\u202eright to left\nsecond line", "@SUM(A1)"
	e := figure("SE", "2016/2020", "T", "TOT", -3)
	e.Variant, e.Breakdown = "bulletin2016", "-5"
	return []schema.Observation{a, b, c, d, e}
}

func written(t *testing.T, id string, figures []schema.Observation) []byte {
	t.Helper()
	f, ok := Find(id)
	if !ok {
		t.Fatalf("no format %s", id)
	}
	var b bytes.Buffer
	if err := f.Write(&b, about(t), figures); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// row is a figure as any of the formats must give it back.
type row struct {
	Indicator, Variant, Area, Period, Sex, Age, Breakdown string
	Value, Lower, Upper                                   string
	Missing, Flags, Source, Citation, Note                string
	Release                                               string
}

func plain(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func expected(figures []schema.Observation) []row {
	var out []row
	for _, o := range figures {
		v := &o.Value
		if o.Missing != schema.Present {
			v = nil
		}
		out = append(out, row{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown, plain(v), plain(o.Lower), plain(o.Upper),
			o.Missing.Public(), o.Flags, o.Source, o.Citation, o.Note, strconv.FormatUint(o.Release, 10)})
	}
	return out
}

// rows turns records with a header into rows, by the names of the columns.
func rows(records [][]string, fix func(string) string) []row {
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	var out []row
	for _, r := range records[1:] {
		g := func(name string) string {
			if at[name] >= len(r) {
				return ""
			}
			return fix(r[at[name]])
		}
		out = append(out, row{g("indicator"), g("variant"), g("area"), g("period"), g("sex"), g("age"), g("breakdown"), g("value"), g("lower"), g("upper"), g("missing"), g("flags"), g("source"), g("citation"), g("note"), g("release")})
	}
	return out
}

func TestCSV(t *testing.T) {
	figures := sample(t)
	machine := written(t, "csv", figures)
	records, err := csv.NewReader(bytes.NewReader(machine)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(expected(figures), rows(records, func(s string) string { return s })); diff != "" {
		t.Errorf("read back from csv (-want +got):\n%s", diff)
	}
	for _, want := range []string{"indicator", "variant", "area", "period", "sex", "age", "value", "lower", "upper", "missing", "flags", "source", "citation", "release"} {
		if !strings.Contains(","+strings.Join(records[0], ",")+",", ","+want+",") {
			t.Errorf("column %s is not there", want)
		}
	}
	swedish := written(t, "csv-sv", figures)
	if !bytes.HasPrefix(swedish, []byte("\ufeffindicator;")) || !bytes.Contains(swedish, []byte(";4,25;")) || !bytes.Contains(swedish, []byte("\r\n")) {
		t.Errorf("not as a Swedish Excel wants it: %q", swedish[:60])
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(swedish, []byte("\ufeff"))))
	r.Comma = ';'
	if records, err = r.ReadAll(); err != nil {
		t.Fatal(err)
	}
	for i, record := range records[1:] {
		for j, cell := range record {
			if name := records[0][j]; name != "value" && name != "lower" && name != "upper" && cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("row %d: %s holds %q, which a spreadsheet runs", i, name, cell)
			}
		}
	}
}

func TestXLSX(t *testing.T) {
	figures := sample(t)
	book, err := excelize.OpenReader(bytes.NewReader(written(t, "xlsx", figures)))
	if err != nil {
		t.Fatal(err)
	}
	records, err := book.GetRows("Siffror", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want := expected(figures)
	for i := range want { // texts that begin as formulas are guarded
		want[i].Source, want[i].Breakdown = guard(want[i].Source), guard(want[i].Breakdown)
	}
	if diff := cmp.Diff(want, rows(records, func(s string) string { return s })); diff != "" {
		t.Errorf("read back from xlsx (-want +got):\n%s", diff)
	}
	for column := range records[0] {
		for line := range figures {
			cell, err := excelize.CoordinatesToCellName(column+1, line+2)
			if err != nil {
				t.Fatal(err)
			}
			if formula, err := book.GetCellFormula("Siffror", cell); err != nil || formula != "" {
				t.Errorf("%s is a formula: %q (%v)", cell, formula, err)
			}
			kind, err := book.GetCellType("Siffror", cell)
			if err != nil {
				t.Fatal(err)
			}
			name := records[0][column]
			number := kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset
			if (name == "value" || name == "lower" || name == "upper" || name == "release") != number {
				t.Errorf("%s (%s) has the type %v", cell, name, kind)
			}
		}
	}
	said, err := book.GetRows("Om siffrorna")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(said)
	for _, want := range []string{"23 november 2026", "Källa: EMCDDA", "Licens", "Definition", "https://utfall.example.se/", "undertryckt"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet about the figures does not say %q:\n%s", want, text)
		}
	}
}

func TestJSON(t *testing.T) {
	figures := sample(t)
	var got []map[string]any
	if err := json.Unmarshal(written(t, "json", figures), &got); err != nil {
		t.Fatal(err)
	}
	for i, w := range expected(figures) {
		number := func(v any) string {
			if v == nil {
				return ""
			}
			f := v.(float64)
			return plain(&f)
		}
		var flags []string
		for _, f := range got[i]["flags"].([]any) {
			flags = append(flags, f.(string))
		}
		g := row{got[i]["indicator"].(string), got[i]["variant"].(string), got[i]["area"].(string), got[i]["period"].(string), got[i]["sex"].(string), got[i]["age"].(string), got[i]["breakdown"].(string),
			number(got[i]["value"]), number(got[i]["lower"]), number(got[i]["upper"]), got[i]["missing"].(string), strings.Join(flags, " "), got[i]["source"].(string), got[i]["citation"].(string), got[i]["note"].(string), number(got[i]["release"])}
		if g != w {
			t.Errorf("read back from json\n%+v\nwant\n%+v", g, w)
		}
	}
	var none []any
	if err := json.Unmarshal(written(t, "json", nil), &none); err != nil || none == nil || len(none) != 0 {
		t.Errorf("no figures: %v, %v", none, err)
	}
}

func TestParquet(t *testing.T) {
	figures := sample(t)
	body := written(t, "parquet", figures)
	r, err := file.NewParquetReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	records := make([][]string, 1+len(figures))
	for i := range r.MetaData().Schema.NumColumns() {
		column := r.MetaData().Schema.Column(i)
		records[0] = append(records[0], column.Name())
		chunk, err := r.RowGroup(0).Column(i)
		if err != nil {
			t.Fatal(err)
		}
		for j, cell := range cells(t, chunk, len(figures)) {
			records[j+1] = append(records[j+1], cell)
		}
	}
	if diff := cmp.Diff(expected(figures), rows(records, func(s string) string { return s })); diff != "" {
		t.Errorf("read back from parquet (-want +got):\n%s", diff)
	}
	if got := records[1][len(records[1])-1]; got != strconv.FormatInt(figures[0].Released.UnixMicro(), 10) {
		t.Errorf("released is %s", got)
	}
	if got := r.MetaData().KeyValueMetadata().FindValue("Visar läget"); got == nil || !strings.Contains(*got, "23 november 2026") {
		t.Errorf("the file says of its moment %v", got)
	}
}

func cells(t *testing.T, chunk file.ColumnChunkReader, n int) []string {
	t.Helper()
	there := make([]int16, n)
	out := make([]string, n)
	var err error
	switch c := chunk.(type) {
	case *file.ByteArrayColumnChunkReader:
		values := make([]parquet.ByteArray, n)
		_, _, err = c.ReadBatch(int64(n), values, nil, nil)
		for i, v := range values {
			out[i] = string(v)
		}
	case *file.Int64ColumnChunkReader:
		values := make([]int64, n)
		_, _, err = c.ReadBatch(int64(n), values, nil, nil)
		for i, v := range values {
			out[i] = strconv.FormatInt(v, 10)
		}
	case *file.Float64ColumnChunkReader:
		values := make([]float64, n)
		_, _, err = c.ReadBatch(int64(n), values, there, nil)
		for i, at := 0, 0; i < n; i++ {
			if there[i] == 1 {
				out[i] = plain(&values[at])
				at++
			}
		}
	default:
		t.Fatalf("a column of type %T", chunk)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cell is a cell of a JSON-stat table in one line: codes, value, status.
func cell(codes []string, value *float64, status string) string {
	return strings.Join(codes, "|") + "=" + plain(value) + "/" + status
}

// expectedCells are the cells that figures fill.
func expectedCells(figures []schema.Observation) map[string]bool {
	out := map[string]bool{}
	for _, o := range figures {
		codes := func(measure string) []string {
			return []string{o.Indicator, orTotal(o.Variant), o.Area, o.Period.String(), string(o.Sex), o.Age, orTotal(o.Breakdown), measure}
		}
		v, status := &o.Value, o.Flags
		if o.Missing != schema.Present {
			v, status = nil, o.Missing.Public()
		}
		out[cell(codes("value"), v, status)] = true
		if o.Lower != nil {
			out[cell(codes("lower"), o.Lower, "")] = true
			out[cell(codes("upper"), o.Upper, "")] = true
		}
	}
	return out
}

// The reader that json-stat.org maintains reads the same figures back.
func TestJSONStatByTheStandardsReader(t *testing.T) {
	figures := sample(t)
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("the test needs node, which comes with npm")
	}
	const script = `
import JSONstat from 'jsonstat-toolkit'
import { readFileSync } from 'node:fs'
const d = JSONstat(JSON.parse(readFileSync(0, 'utf8')))
if (d.class !== 'dataset') { console.error('class ' + d.class); process.exit(1) }
const out = []
for (let i = 0; i < d.n; i++) {
  let rest = i
  const codes = []
  for (let k = d.size.length - 1; k >= 0; k--) { codes.unshift(d.Dimension(d.id[k]).id[rest % d.size[k]]); rest = Math.floor(rest / d.size[k]) }
  const x = d.Data(i)
  if (x.value === null && !x.status) continue
  out.push([codes, x.value, x.status ?? ''])
}
console.log(JSON.stringify({ roles: d.role, label: d.label, source: d.source, asOf: d.extension.utfall.as_of, out }))
`
	run := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", script)
	run.Dir, run.Stdin = "../web", bytes.NewReader(written(t, "jsonstat", figures))
	var faults bytes.Buffer
	run.Stderr = &faults
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, faults.String())
	}
	var read struct {
		Roles       map[string][]string
		Label, AsOf string
		Out         [][3]any
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, x := range read.Out {
		var codes []string
		for _, c := range x[0].([]any) {
			codes = append(codes, c.(string))
		}
		var v *float64
		if f, ok := x[1].(float64); ok {
			v = &f
		}
		got[cell(codes, v, x[2].(string))] = true
	}
	if diff := cmp.Diff(expectedCells(figures), got); diff != "" {
		t.Errorf("read back by jsonstat-toolkit (-want +got):\n%s", diff)
	}
	if read.Label != "Narkotikarelaterade dödsfall" || !strings.HasPrefix(read.AsOf, "2026-11-23T11") || read.Roles["geo"][0] != "area" {
		t.Errorf("read %+v", read)
	}
}

// A table that would fill memory is refused in a way that says what to do.
func TestJSONStatTooWide(t *testing.T) {
	var figures []schema.Observation
	for i := range 200 {
		o := sample(t)[0]
		p, err := schema.ParsePeriod(strconv.Itoa(1901 + i%190))
		if err != nil {
			t.Fatal(err)
		}
		o.Period, o.Area, o.Breakdown, o.Age = p, fmt.Sprintf("X-%d", i), fmt.Sprint(i), strconv.Itoa(i%100)
		figures = append(figures, o)
	}
	f, _ := Find("jsonstat")
	if err := f.Write(io.Discard, about(t), figures); !TooWide(err) {
		t.Errorf("err %v", err)
	}
}

// A number that no format has a sign for must not become a figure.
func TestNotANumber(t *testing.T) {
	o := sample(t)[0]
	o.Value = math.NaN()
	for _, id := range []string{"json", "jsonstat"} {
		f, _ := Find(id)
		if err := f.Write(io.Discard, about(t), []schema.Observation{o}); err == nil {
			t.Errorf("%s: NaN was written", id)
		}
	}
}

// What is written part by part is what is written at once.
func TestParts(t *testing.T) {
	figures := sample(t)
	for _, id := range []string{"csv", "csv-sv", "json", "jsonstat"} {
		f, _ := Find(id)
		var b bytes.Buffer
		w, err := f.Open(&b, about(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]schema.Observation{figures[:2], nil, figures[2:]} {
			if err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), written(t, id, figures)) {
			t.Errorf("%s differs when written in parts", id)
		}
	}
}
