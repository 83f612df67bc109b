package browser

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"utfall/dashboard/interval"
	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonstat"
	"utfall/internal/engine"
	"utfall/internal/store"
	"utfall/schema"
)

// held is what ClickHouse holds, asked for without the program: cell by cell, a figure with its limits or the reason.
func held(t *testing.T, p *program, id string) map[string]string {
	t.Helper()
	at, err := engine.Join(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), at.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	figures, err := s.Series(t.Context(), schema.Query{Indicators: []string{id}})
	if err != nil || len(figures) == 0 {
		t.Fatalf("%s: %d figures (%v)", id, len(figures), err)
	}
	catalogue, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	interval.Add(catalogue, figures) // the limits are computed, not stored
	out := map[string]string{}
	for _, o := range figures {
		v := &o.Value
		if o.Missing != schema.Present {
			v = nil
		}
		out[strings.Join([]string{o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown}, "|")] = strings.Join([]string{plain(v), plain(o.Lower), plain(o.Upper), o.Missing.Public(), o.Flags}, " ")
	}
	return out
}

func plain(v *float64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// parsed writes a number as plain does, whatever the file wrote it as.
func parsed(t *testing.T, s string) string {
	t.Helper()
	if s == "" {
		return "-"
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil {
		t.Fatal(err)
	}
	return plain(&v)
}

// table turns records with a header into cells as held gives them.
func table(t *testing.T, records [][]string) map[string]string {
	t.Helper()
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	out := map[string]string{}
	for _, r := range records[1:] {
		g := func(name string) string {
			if at[name] >= len(r) {
				return ""
			}
			return strings.TrimPrefix(r[at[name]], "'") // of texts guarded for spreadsheets
		}
		out[strings.Join([]string{g("variant"), g("area"), g("period"), g("sex"), g("age"), g("breakdown")}, "|")] =
			strings.Join([]string{parsed(t, g("value")), parsed(t, g("lower")), parsed(t, g("upper")), g("missing"), g("flags")}, " ")
	}
	return out
}

var openers = map[string]func(*testing.T, []byte) map[string]string{
	"csv": func(t *testing.T, b []byte) map[string]string { return openCSV(t, b, ',') },
	"csv?dialekt=sv": func(t *testing.T, b []byte) map[string]string {
		return openCSV(t, bytes.TrimPrefix(b, []byte("\ufeff")), ';')
	},
	"json": openJSON, "xlsx": openXLSX, "parquet": openParquet, "jsonstat": openJSONStat,
}

func openCSV(t *testing.T, b []byte, comma rune) map[string]string {
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = comma
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table(t, records)
}

func openJSON(t *testing.T, b []byte) map[string]string {
	var list []struct {
		Variant, Area, Period, Sex, Age, Breakdown, Missing string
		Value, Lower, Upper                                 *float64
		Flags                                               []string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, x := range list {
		out[strings.Join([]string{x.Variant, x.Area, x.Period, x.Sex, x.Age, x.Breakdown}, "|")] = strings.Join([]string{plain(x.Value), plain(x.Lower), plain(x.Upper), x.Missing, strings.Join(x.Flags, " ")}, " ")
	}
	return out
}

func openXLSX(t *testing.T, b []byte) map[string]string {
	book, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	records, err := book.GetRows("Siffror", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return table(t, records)
}

func openParquet(t *testing.T, b []byte) map[string]string {
	r, err := file.NewParquetReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	records := [][]string{{}}
	for g := range r.NumRowGroups() {
		group := r.RowGroup(g)
		n := int(group.NumRows())
		part := make([][]string, n)
		for i := range r.MetaData().Schema.NumColumns() {
			if g == 0 {
				records[0] = append(records[0], r.MetaData().Schema.Column(i).Name())
			}
			column, err := group.Column(i)
			if err != nil {
				t.Fatal(err)
			}
			switch c := column.(type) {
			case *file.ByteArrayColumnChunkReader:
				values := make([]parquet.ByteArray, n)
				if _, _, err := c.ReadBatch(int64(n), values, nil, nil); err != nil {
					t.Fatal(err)
				}
				for j, v := range values {
					part[j] = append(part[j], string(v))
				}
			case *file.Float64ColumnChunkReader:
				values, there, k := make([]float64, n), make([]int16, n), 0
				if _, _, err := c.ReadBatch(int64(n), values, there, nil); err != nil {
					t.Fatal(err)
				}
				for j := range part {
					text := ""
					if there[j] == 1 {
						text = plain(&values[k])
						k++
					}
					part[j] = append(part[j], text)
				}
			default:
				for j := range part {
					part[j] = append(part[j], "")
				}
			}
		}
		records = append(records, part...)
	}
	return table(t, records)
}

// openJSONStat reads with the decoder that takes the statistical offices' tables in.
func openJSONStat(t *testing.T, b []byte) map[string]string {
	r, err := jsonstat.Open(bytes.NewReader(b), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	type cell struct{ value, lower, upper, missing, flags string }
	cells := map[string]*cell{}
	var row decode.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if !row.Has && row.Status == "" {
			continue // no cell at all
		}
		code := func(i int) string { return strings.TrimSuffix(strings.Clone(row.Codes[i]), "-") }
		key := strings.Join([]string{code(1), row.Codes[2], row.Codes[3], row.Codes[4], row.Codes[5], code(6)}, "|")
		c := cells[key]
		if c == nil {
			c = &cell{"-", "-", "-", "", ""}
			cells[key] = c
		}
		number := "-"
		if row.Has {
			number = plain(&row.Value)
		}
		switch row.Codes[7] {
		case "value":
			c.value = number
			if c.flags = strings.Clone(row.Status); !row.Has {
				c.missing, c.flags = c.flags, ""
			}
		case "lower":
			c.lower = number
		case "upper":
			c.upper = number
		}
	}
	out := map[string]string{}
	for key, c := range cells {
		out[key] = strings.Join([]string{c.value, c.lower, c.upper, c.missing, c.flags}, " ")
	}
	return out
}

// downloads opens every kind of file of the real program with another reader, and compares each cell with what ClickHouse
// holds. The indicators have limits, breakdowns, reference days, missing values, flags and money among them.
func downloads(t *testing.T, p *program) {
	all := map[string]int{}
	for _, id := range []string{"drug_induced_deaths", "lvm_in_care", "cost_addiction_care_adults", "drug_induced_death_rate", "dk_social_persons_in_drug_treatment"} {
		want := held(t, p, id)
		for kind, open := range openers {
			name, query, _ := strings.Cut(kind, "?")
			status, _, body := p.get(t, "/indikator/"+id+"."+name+"?urval=alla&"+query)
			if status != http.StatusOK {
				t.Errorf("%s.%s: status %d", id, kind, status)
				continue
			}
			got := open(t, []byte(body))
			for cell, figure := range want {
				if name == "jsonstat" && missingTwice(figure) {
					continue
				}
				if got[cell] != figure && (name != "xlsx" || !fifteenDigits(got[cell], figure)) {
					t.Errorf("%s.%s: %s is %q, ClickHouse holds %q", id, kind, cell, got[cell], figure)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s.%s holds %d cells, ClickHouse %d", id, kind, len(got), len(want))
			}
		}
		all[id] = len(want)
	}
	everythingAtOnce(t, p, all)
	sameFromTheCommandLine(t, p)
	picture(t, p)
	api(t, p, all)
}

// missingTwice tells of a cell that has both a reason and flags: JSON-stat has one status for a cell, and gives the reason.
func missingTwice(figure string) bool {
	parts := strings.SplitN(figure, " ", 5)
	return parts[0] == "-" && parts[4] != ""
}

// fifteenDigits tells whether two figures are the same to what a spreadsheet keeps of a number: 15 digits.
func fifteenDigits(a, b string) bool {
	x, y := strings.Split(a, " "), strings.Split(b, " ")
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		v, errV := strconv.ParseFloat(x[i], 64)
		w, errW := strconv.ParseFloat(y[i], 64)
		if x[i] != y[i] && (errV != nil || errW != nil || math.Abs(v-w) > 1e-14*math.Abs(w)) {
			return false
		}
	}
	return true
}

func everythingAtOnce(t *testing.T, p *program, want map[string]int) {
	counts := map[string]int{}
	status, _, body := p.get(t, "/data/allt.csv")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if status != http.StatusOK || err != nil {
		t.Fatalf("everything as CSV: %d, %v", status, err)
	}
	for _, r := range rows[1:] {
		counts[r[0]]++
	}
	for id, n := range want {
		if counts[id] != n {
			t.Errorf("everything holds %d figures of %s, ClickHouse %d", counts[id], id, n)
		}
	}
	_, _, body = p.get(t, "/data/allt.parquet")
	r, err := file.NewParquetReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if r.NumRows() != int64(len(rows)-1) {
		t.Errorf("everything as Parquet holds %d figures, as CSV %d", r.NumRows(), len(rows)-1)
	}
	_, _, body = p.get(t, "/data/allt.xlsx")
	book, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if sheet, err := book.GetRows("Siffror"); err != nil || len(sheet) != len(rows) {
		t.Errorf("everything as XLSX holds %d rows, as CSV %d (%v)", len(sheet), len(rows), err)
	}
}

// The command line writes the bytes that the page gives.
func sameFromTheCommandLine(t *testing.T, p *program) {
	for format, address := range map[string]string{"csv": "csv?urval=alla", "csv-sv": "csv?urval=alla&dialekt=sv", "json": "json?urval=alla"} {
		_, _, body := p.get(t, "/indikator/lvm_in_care."+address)
		out, err := p.run(t, "export", "--indicator", "lvm_in_care", "--format", format)
		if err != nil || out != body {
			t.Errorf("%s: the command line writes %.300q, the page gives %.300q (%v)", format, out, body, err)
		}
	}
	for _, format := range []string{"xlsx", "jsonstat", "parquet"} {
		out, err := p.run(t, "export", "--indicator", "lvm_in_care", "--format", format)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		want, got := held(t, p, "lvm_in_care"), openers[format](t, []byte(out))
		if !maps.EqualFunc(want, got, func(a, b string) bool { return a == b || format == "xlsx" && fifteenDigits(b, a) }) {
			t.Errorf("%s from the command line: %v, want %v", format, got, want)
		}
	}
}

// picture opens a chart's SVG alone in a browser, where nothing but itself gives it colours, and its PNG.
func picture(t *testing.T, p *program) {
	ctx := tab(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(900, 600)); err != nil {
		t.Fatal(err)
	}
	_, _, svg := p.get(t, "/indikator/drug_induced_deaths.svg?area=SE,DK,NO")
	alone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = io.WriteString(w, svg)
	}))
	defer alone.Close()
	if err := chromedp.Do(ctx, chromedp.Navigate(alone.URL)); err != nil {
		t.Fatal(err)
	}
	drawn, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('path')].map(e => getComputedStyle(e).stroke + ' ' + getComputedStyle(e).fill).join('; ')`))
	if err != nil || !strings.Contains(drawn, "rgb(11, 79, 138) none") || !strings.Contains(drawn, "rgb(180, 83, 9)") {
		t.Errorf("the picture alone is drawn with %s (%v)", drawn, err)
	}
	screenshot(t, ctx, "chart-svg")
	_, _, pixels := p.get(t, "/indikator/drug_induced_deaths.png?area=SE,DK,NO")
	if _, err := png.Decode(strings.NewReader(pixels)); err != nil {
		t.Error(err)
	}
}

// api reads all figures of an indicator page by page on the real engine.
func api(t *testing.T, p *program, want map[string]int) {
	for id, n := range want {
		next, got := "/api/v1/observations?limit=50&indicator="+id, map[string]string{}
		for next != "" {
			_, _, body := p.get(t, next)
			var page struct {
				Items json.RawMessage
				Next  *string
			}
			if err := json.Unmarshal([]byte(body), &page); err != nil {
				t.Fatalf("%v: %.200s", err, body)
			}
			maps.Copy(got, openJSON(t, page.Items))
			if next = ""; page.Next != nil {
				next = *page.Next
			}
		}
		if held := held(t, p, id); !maps.Equal(got, held) || len(got) != n {
			t.Errorf("the API gives %d figures of %s, ClickHouse holds %d, or they differ", len(got), id, len(held))
		}
	}
	for _, path := range []string{"/indicators?limit=5000", "/areas?limit=5000", "/releases", "/revisions?indicator=drug_induced_deaths", "/claims", "/events"} {
		status, _, body := p.get(t, "/api/v1"+path)
		var page struct{ Items []any }
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || len(page.Items) == 0 {
			t.Errorf("%s: status %d, %d items (%v)", path, status, len(page.Items), err)
		}
	}
}

// framed shows a chart in a page of another origin: blocked by the browser unless the operator has allowed the origin.
func framed(t *testing.T, p *program) {
	at, err := engine.Join(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="sv"><title>x</title><link rel="icon" href="data:,"><iframe title="x" width="700" height="700" src="%s/inbaddad/drug_induced_deaths?area=SE"></iframe>`, source)
	}))
	defer host.Close()
	allowing := begin(t, p.bin, p.dir, "serve", "--clickhouse", at.URL(), "--embed-from", host.URL)
	for _, c := range []struct {
		from    *program
		blocked bool
	}{{p, true}, {allowing, false}} {
		source = c.from.url
		ctx, errs := watched(t)
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(760, 760), chromedp.Navigate(host.URL)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond) // what the browser logs comes after the page
		if seen := errs(); strings.Contains(seen, "frame-ancestors") != c.blocked {
			t.Errorf("blocked should be %v, the browser says %q", c.blocked, seen)
		}
		if !c.blocked {
			screenshot(t, ctx, "framed")
		}
	}
}

// watched opens a browser whose log is kept.
func watched(t *testing.T) (context.Context, func() string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox)
	alloc, stopAlloc := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 100)
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok {
			select {
			case said <- e.Entry.Text:
			default:
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return ctx, func() string {
		var all []string
		for {
			select {
			case s := <-said:
				all = append(all, s)
			default:
				return strings.Join(all, "\n")
			}
		}
	}
}
