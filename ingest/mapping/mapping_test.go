package mapping

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"utfall/ingest/decode"
	"utfall/ingest/decode/csvtab"
	"utfall/ingest/decode/jsonstat"
	"utfall/ingest/decode/tabular"
	"utfall/ingest/source"
	"utfall/schema"
)

var loadCatalogue = sync.OnceValues(schema.Load)

// open reads a small table: region, tid, kon, matt, value, flag and unit.
func open(s source.Source, r io.Reader) (decode.Reader, error) {
	if s.Format == "jsonstat" {
		return jsonstat.Open(r, decode.Limits{})
	}
	rd, err := csvtab.New(r, csvtab.Options{Delimiter: ";", Options: tabular.Options{Value: "antal", Decimal: ",", Status: []string{"flagga?"}, Missing: []string{"..", "X"}}}, decode.Limits{})
	if err != nil {
		return nil, err
	}
	return rd, nil
}

const base = `id: t
dataset: test/t
enabled: true
verified: made up
publisher: scb
licence: CC0-1.0
attribution: {sv: a, en: b}
cite: {source: SCB, citation: Tabell, flags: provisional}
schedule: "30 5 * * 1"
request: {hosts: [a.example], url: "https://a.example/t"}
format: csv
map:
  area: {dimension: Region, scheme: se}
  period: {dimension: Tid}
  sex: {dimension: Kon, codes: {"1": M, "2": F, "3": T}}
  fixed: {Vard: SV}
  drop: {Region: ["99"]}
figures:
  - {when: {Matt: A}, indicator: poisoning_deaths_medicines_narcotics, unit: deaths, max: 5000}
  - {when: {Matt: T}, indicator: population, unit: persons, multiply: 1000, round: 0, flags: rounded}
missing: {"..": not_collected, X: suppressed_primary}
flags: {r: revised, e: estimated, d: ""}
`

func load(t testing.TB, text string) (source.Source, *schema.Catalogue) {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	list, err := source.Load(fstest.MapFS{"t.yaml": {Data: []byte(text)}}, c, []string{"csv", "jsonstat"})
	if err != nil {
		t.Fatal(err)
	}
	return list[0], c
}

const header = "Region;Tid;Kon;Matt;Vard;antal;flagga\n"

type outcome struct {
	cells    []string // area period sex value missing flags symbol
	rejects  []schema.Reject
	findings []string
	read     uint64
	err      error
}

func run(t testing.TB, text string, asked map[string][]string, payloads ...string) (o outcome) {
	t.Helper()
	s, c := load(t, text)
	var parts []Part
	for i, p := range payloads {
		parts = append(parts, Part{Name: fmt.Sprintf("p%d", i+1), Asked: asked, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(p)), nil }})
	}
	m := New(s, c, open, parts)
	for {
		b, rejects, err := m.Next()
		o.rejects = append(o.rejects, rejects...)
		if err != nil && !errors.Is(err, io.EOF) {
			o.err = err
			break
		}
		for i := range b.Len() {
			v := fmt.Sprint(b.Value[i])
			if b.Missing[i] != "" {
				v = b.Missing[i]
			}
			o.cells = append(o.cells, strings.TrimRight(fmt.Sprintf("%s %s %s %s %s|%s", b.Area[i], b.Period[i], b.Sex[i], v, b.Flags[i], b.Symbol[i]), "|"))
		}
		if err != nil {
			break
		}
	}
	o.findings, o.read = m.Findings(), m.Read()
	return o
}

func TestRows(t *testing.T) {
	for name, x := range map[string]struct{ row, cell, reason, says string }{
		"a count":             {"00;2022;3;A;SV;860;", "SE 2022 T 860 provisional", "", ""},
		"thousands":           {"14;2022M05;1;T;SV;12,345;", "SE-14 2022-05 M 12345 provisional rounded", "", ""},
		"a flag":              {"1480;2022;2;A;SV;7;r", "SE-1480 2022 F 7 provisional revised|r", "", ""},
		"two flags":           {"1480;2022;2;A;SV;7;re", "SE-1480 2022 F 7 provisional revised estimated|re", "", ""},
		"a flag of no weight": {"1480;2022;2;A;SV;7;d", "SE-1480 2022 F 7 provisional|d", "", ""},
		"suppressed":          {"1480;2022;2;A;SV;X;", "SE-1480 2022 F suppressed_primary provisional|X", "", ""},
		"left out on purpose": {"99;2022;2;A;SV;7;", "", "", ""},
		"unknown area":        {"15;2022;2;A;SV;7;", "", "area", `Region "15" is no area`},
		"unknown sex":         {"00;2022;9;A;SV;7;", "", "sex", `code "9" of Kon is not in the source's list`},
		"unknown period":      {"00;senaste;3;A;SV;7;", "", "period", "senaste"},
		"unknown measure":     {"00;2022;3;B;SV;7;", "", "indicator", "no figure of source t is about this row"},
		"unknown flag":        {"00;2022;3;A;SV;7;q", "", "flags", `flag "q" means; add it to flags`},
		"half a death":        {"00;2022;3;A;SV;7,5;", "", "value", "7.5 is not whole"},
		"below zero":          {"00;2022;3;A;SV;-7;", "", "value", "below zero"},
		"unbelievable":        {"00;2022;3;A;SV;5001;", "", "value", "outside what is believable for poisoning_deaths_medicines_narcotics (at most 5000)"},
	} {
		o := run(t, base, nil, header+x.row+"\n00;2021;3;A;SV;822;\n")
		if o.err != nil {
			t.Errorf("%s: %v", name, o.err)
			continue
		}
		got := strings.Join(o.cells, "; ")
		want := "SE 2021 T 822 provisional"
		if x.cell != "" {
			want = x.cell + "; " + want
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if x.reason != "" && (len(o.rejects) != 1 || o.rejects[0].Reason != x.reason || !strings.Contains(o.rejects[0].Detail, x.says) || o.rejects[0].Line != 2 || o.rejects[0].File != "p1") {
			t.Errorf("%s: rejects %+v", name, o.rejects)
		}
		if n := uint64(len(o.cells) + len(o.rejects)); o.read != n {
			t.Errorf("%s: read %d, taken and rejected %d", name, o.read, n)
		}
	}
}

// What is wrong with the payload as a whole ends the reading: nothing of it can be trusted.
func TestWholeFaults(t *testing.T) {
	for name, x := range map[string]struct{ text, payload, says string }{
		"a dimension is gone":    {base, "Region;Tid;Matt;Vard;antal\n00;2022;A;SV;7\n", "expected a dimension Kon, found only Region, Tid, Matt, Vard"},
		"a dimension is new":     {base, "Region;Tid;Kon;Matt;Vard;Alder;antal\n00;2022;3;A;SV;TOT;7\n", "also Alder"},
		"a fixed code is not":    {base, header + "00;2022;3;A;OV;7;\n", `expected Vard to be SV throughout, found "OV"`},
		"nothing that is mapped": {base, header + "99;2022;3;A;SV;7;\n", "1 rows, none of them such a figure"},
		"no rows":                {base, header, "none of them such a figure"},
		"metadata":               {strings.Replace(base, "format: csv", "format: jsonstat", 1), `{"version":"2.0","class":"dataset","id":["Region","Tid","Kon","Matt","Vard"],"size":[1,1,1,1,1],"value":[],"dimension":{"Region":{"category":{"index":["00"]}},"Tid":{"category":{"index":["2022"]}},"Kon":{"category":{"index":["3"]}},"Matt":{"category":{"index":["A"]}},"Vard":{"category":{"index":["SV"]}}}}`, "a description of the table"},
	} {
		o := run(t, x.text, nil, x.payload)
		var fault *decode.Error
		if !errors.As(o.err, &fault) || !strings.Contains(o.err.Error(), x.says) {
			t.Errorf("%s: %v, want a decode error that says %q", name, o.err, x.says)
		}
	}
}

// Parts follow one another, and the codes that were asked for are held against what came.
func TestPartsAndAsked(t *testing.T) {
	o := run(t, base, map[string][]string{"region": {"00", "14"}}, header+"00;2022;3;A;SV;1;\n", header+"14;2022;3;A;SV;2;\n1480;2022;3;A;SV;3;\n1480;2021;3;A;SV;3;\n")
	if got := strings.Join(o.cells, "; "); o.err != nil || !strings.HasPrefix(got, "SE 2022 T 1 provisional; SE-14 2022 T 2 provisional; SE-1480") {
		t.Errorf("%q, %v", got, o.err)
	}
	if len(o.findings) != 1 || o.findings[0] != `the answer holds region "1480", which was not asked for; the publisher did not heed the request (2 rows)` {
		t.Errorf("findings %q", o.findings)
	}
}

const zeros = `absence_means_zero: true
complete: {Region: ["00", "14"], Kon: ["1", "2"], Matt: [A]}
`

// Silence is a zero only where it is declared, only in periods of which there is anything, and never for a row that could
// not be read.
func TestAbsence(t *testing.T) {
	text := strings.Replace(strings.Replace(base, "  drop: {Region: [\"99\"]}\n", "", 1), "missing:", zeros+"missing:", 1)
	payload := header + "00;2021;1;A;SV;5;\n14;2021;2;A;SV;X;\n00;2022;2;A;SV;7,5;\n00;2022;1;A;SV;4;\n"
	o := run(t, text, nil, payload)
	want := "SE 2021 M 5 provisional; SE-14 2021 F suppressed_primary provisional|X; SE 2022 M 4 provisional; " +
		"SE-14 2021 M 0 provisional; SE 2021 F 0 provisional; SE-14 2022 M 0 provisional; SE-14 2022 F 0 provisional"
	if got := strings.Join(o.cells, "; "); o.err != nil || !sameSet(got, want) {
		t.Errorf("%q\nwant %q, %v", got, want, o.err)
	}
	if len(o.rejects) != 1 || !strings.Contains(o.rejects[0].Detail, "not whole") {
		t.Errorf("rejects %+v", o.rejects)
	}
	if got := run(t, strings.Replace(base, "  drop: {Region: [\"99\"]}\n", "", 1), nil, payload); len(got.cells) != 3 {
		t.Errorf("zeros came although nobody declared them: %q", got.cells)
	}
}

func sameSet(a, b string) bool {
	x, y := strings.Split(a, "; "), strings.Split(b, "; ")
	seen := map[string]int{}
	for _, s := range x {
		seen[s]++
	}
	for _, s := range y {
		seen[s]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestParseUpdated(t *testing.T) {
	for in, want := range map[string]string{"2024-11-18T11:00:00+0100": "2024-11-18T10:00:00Z", "2026-06-08T06:00:00Z": "2026-06-08T06:00:00Z", "2024-02-12 08:00": "2024-02-12T07:00:00Z",
		"20240212 08:00": "2024-02-12T07:00:00Z", "22/05/26 11:00:00": "2026-05-22T09:00:00Z", "2024-02-12": "2024-02-11T23:00:00Z", "in spring": "", "": ""} {
		got, ok := ParseUpdated(in)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q: %s, %t; want %s", in, got.Format(time.RFC3339), ok, want)
		}
	}
}

// Whatever the table holds, each row that is not left out on purpose is taken or rejected, and nothing panics.
func FuzzMapper(f *testing.F) {
	f.Add("00;2022;3;A;SV;860;\n")
	f.Add("99;2022;3;A;SV;;q\n1480;2016-2020;1;T;SV;1e300;re\n")
	f.Fuzz(func(t *testing.T, body string) {
		o := run(t, base, nil, header+body)
		if o.err == nil && uint64(len(o.cells)+len(o.rejects)) != o.read {
			t.Errorf("read %d, taken %d, rejected %d", o.read, len(o.cells), len(o.rejects))
		}
	})
}
