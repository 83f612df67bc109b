package collect

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"utfall/ingest/fetch"
	"utfall/ingest/source"
	"utfall/schema"
)

var loadCatalogue = sync.OnceValues(schema.Load)

func get(t *testing.T, s source.Source) *Get {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return &Get{source: s, c: &Collector{Catalogue: c, Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }}}
}

func TestResolve(t *testing.T) {
	years := []string{"2019", "2020", "2021M12", "2021M11", "2022M12"}
	for name, x := range map[string]struct {
		want, have []string
		codelist   bool
		got, says  string
	}{
		"codes, in the table's order": {[]string{"2020", "2019"}, years, false, "2019 2020", ""},
		"everything":                  {[]string{"*"}, years, false, strings.Join(years, " "), ""},
		"a pattern":                   {[]string{"*M12"}, years, false, "2021M12 2022M12", ""},
		"one sign":                    {[]string{"20?9"}, years, false, "2019", ""},
		"twice named once sent":       {[]string{"2019", "20*"}, years, false, strings.Join(years, " "), ""},
		"from":                        {[]string{"from(2021M12)"}, years, false, "2021M12 2022M12", ""},
		"to":                          {[]string{"to(2020)"}, years, false, "2019 2020", ""},
		"range":                       {[]string{"range(2020,2021M11)"}, years, false, "2020 2021M11", ""},
		"last":                        {[]string{"last(2)"}, years, false, "2021M12 2022M12", ""},
		"more than there are":         {[]string{"last(9)"}, years, false, strings.Join(years, " "), ""},
		"of a codelist":               {[]string{"A-04"}, []string{"01"}, true, "A-04", ""},
		"a code that is gone":         {[]string{"2018"}, years, false, "", `code "2018" is not one of the table's`},
		"a pattern of nothing":        {[]string{"*M01"}, years, false, "", "*M01 selects none of the table's 5 codes"},
		"last of nothing":             {[]string{"last(0)"}, years, false, "", "a number above zero"},
		"not listed":                  {[]string{"0180"}, nil, false, "0180", ""},
		"a pattern, not listed":       {[]string{"*"}, nil, false, "", "selects none of the table's 0 codes"},
		"an open bracket":             {[]string{"[*"}, years, false, "", "is not a pattern"},
	} {
		got, err := resolve(x.want, x.have, x.codelist)
		if (err != nil) != (x.says != "") || err != nil && !strings.Contains(err.Error(), x.says) || strings.Join(got, " ") != x.got {
			t.Errorf("%s: %q, %v; want %q, %q", name, got, err, x.got, x.says)
		}
	}
}

// However a query is split, its parts cover every cell once and keep within the limit.
func TestHalve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q []dimension
		cells := 1
		for i := range rapid.IntRange(1, 4).Draw(t, "dimensions") {
			n := rapid.IntRange(1, 9).Draw(t, "codes")
			d := dimension{id: string(rune('A' + i))}
			for c := range n {
				d.codes = append(d.codes, string(rune('a'+c)))
			}
			cells *= n
			q = append(q, d)
		}
		limit := rapid.IntRange(1, 200).Draw(t, "limit")
		seen := map[string]int{}
		for _, part := range halve(slices.Clone(q), limit) {
			keys := []string{""}
			for _, d := range part {
				var next []string
				for _, k := range keys {
					for _, c := range d.codes {
						next = append(next, k+c)
					}
				}
				keys = next
			}
			if len(keys) > limit {
				t.Fatalf("a part has %d cells, more than %d", len(keys), limit)
			}
			for _, k := range keys {
				seen[k]++
			}
		}
		if len(seen) != cells {
			t.Fatalf("%d of %d cells are asked for", len(seen), cells)
		}
		for k, n := range seen {
			if n != 1 {
				t.Fatalf("cell %s is asked for %d times", k, n)
			}
		}
	})
}

// The longest dimension is the one that is split.
func TestHalveLongest(t *testing.T) {
	parts := halve([]dimension{{"Tid", []string{"1", "2"}}, {"Region", []string{"a", "b", "c", "d"}}}, 4)
	if len(parts) != 2 || len(parts[0][0].codes) != 2 || strings.Join(parts[1][1].codes, "") != "cd" {
		t.Errorf("%v", parts)
	}
}

func TestPlanURL(t *testing.T) {
	s := source.Source{ID: "t", Request: source.Request{Method: "POST", URL: "https://a.example/k/{area}/{year}", Body: `{"y":[{year}]}`, Hosts: []string{"a.example"},
		Expand: map[string]source.Expand{"area": {Values: []string{"0000", "å/1"}, Dimension: "municipality"}, "year": {From: 2022, To: "2024", Batch: 2}}}}
	calls, err := get(t, s).planURL()
	if err != nil || len(calls) != 2 {
		t.Fatalf("%v, %v", calls, err)
	}
	if got := calls[0].request.URL + " " + string(calls[0].request.Body); got != `https://a.example/k/0000,%C3%A5%2F1/2022,2023 {"y":["2022","2023"]}` {
		t.Error(got)
	}
	if got := calls[1].request.URL; got != "https://a.example/k/0000,%C3%A5%2F1/2024" {
		t.Error(got)
	}
	if a := calls[0].asked; len(a) != 1 || strings.Join(a["municipality"], " ") != "0000 å/1" {
		t.Errorf("%v", a)
	}
	if calls[0].name == calls[1].name || calls[0].request.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", calls[0])
	}
	s.Request.Expand = map[string]source.Expand{"area": {Values: []string{"0000"}, Level: schema.Municipality, Batch: 25}, "year": {From: 2000, Batch: 25}}
	if calls, err = get(t, s).planURL(); err != nil || len(calls) != 12*2 {
		t.Errorf("%d requests for 291 areas and 27 years, %v", len(calls), err)
	}
	s.Request.Expand = map[string]source.Expand{"area": {Level: schema.Municipality, Batch: 1}, "year": {From: 2000, Batch: 1}}
	if _, err = get(t, s).planURL(); err == nil || !strings.Contains(err.Error(), "more than 2000 requests") {
		t.Errorf("%v", err)
	}
	s.Request.Expand = map[string]source.Expand{"area": {Values: []string{"x"}}, "year": {From: 2030, To: "2029"}}
	if _, err = get(t, s).planURL(); err == nil || !strings.Contains(err.Error(), "{year} stands for nothing") {
		t.Errorf("%v", err)
	}
}

// A dimension that the description forgets would be answered by its total: it is refused, not guessed.
func TestSplitNeedsEveryDimension(t *testing.T) {
	table := []dimension{{"Region", []string{"00"}}, {"Kon", []string{"1", "2"}}}
	g := get(t, source.Source{ID: "t"})
	if _, err := g.split(table, source.PxWeb{Select: map[string][]string{"Region": {"00"}}}, 10); err == nil || !strings.Contains(err.Error(), "dimension Kon that select does not mention") {
		t.Error(err)
	}
	if _, err := g.split(table, source.PxWeb{Select: map[string][]string{"Region": {"00"}, "Kon": {"*"}, "Alder": {"*"}}}, 10); err == nil || !strings.Contains(err.Error(), "no dimension Alder") {
		t.Error(err)
	}
}

// What is remembered is only a help: a damaged file, or bytes that are gone, mean that everything is fetched.
func TestMemory(t *testing.T) {
	dir := t.TempDir()
	r := fetch.Request{Method: "GET", URL: "https://a.example/t"}
	m := recall(dir, "a/b", slog.New(slog.DiscardHandler))
	m.note(r, &fetch.Answer{ETag: `"1"`, SHA256: strings.Repeat("a", 64), Size: 3})
	m.note(fetch.Request{URL: "https://a.example/u"}, &fetch.Answer{SHA256: strings.Repeat("b", 64)}) // no validator: nothing to remember
	if err := m.save(); err != nil {
		t.Fatal(err)
	}
	if got := recall(dir, "a/b", nil); len(got.before) != 1 || got.of(r).ETag != "" {
		t.Errorf("validators of bytes that are not kept were used: %+v", got.before)
	}
	kept := filepath.Join(dir, "artifacts", "aa")
	if err := os.MkdirAll(kept, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(kept, strings.Repeat("a", 64)+".zst"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := recall(dir, "a/b", nil); got.of(r).ETag != `"1"` || got.of(fetch.Request{Method: "POST", URL: r.URL, Body: []byte("x")}).ETag != "" {
		t.Error("validators are not found again, or for another request")
	}
	if err := os.WriteFile(m.file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := recall(dir, "a/b", slog.New(slog.DiscardHandler)); got.of(r).ETag != "" {
		t.Error("a damaged file was believed")
	}
}
