package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"utfall/ingest/fetch"
	"utfall/ingest/source"
	"utfall/schema"
)

// cube is a recorded JSON-stat answer that the publisher can cut: a real server answers a part of a query with a part of
// the table.
type cube struct {
	raw       map[string]json.RawMessage
	id        []string
	size      []int
	dimension map[string]struct {
		Label    string `json:"label"`
		Category struct {
			Index map[string]int            `json:"index"`
			Label map[string]string         `json:"label"`
			Unit  map[string]map[string]any `json:"unit,omitempty"`
		} `json:"category"`
	}
	value []*float64
}

func readCube(t *testing.T, payload []byte) *cube {
	t.Helper()
	c := &cube{}
	for into, name := range map[any]string{&c.raw: "", &c.id: "id", &c.size: "size", &c.dimension: "dimension", &c.value: "value"} {
		text := json.RawMessage(payload)
		if name != "" {
			var m map[string]json.RawMessage
			if err := json.Unmarshal(payload, &m); err != nil {
				t.Fatal(err)
			}
			text = m[name]
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(name, err)
		}
	}
	return c
}

// cell gives the position of a cell in value.
func (c *cube) cell(codes ...string) int {
	at := 0
	for i, d := range c.id {
		at = at*c.size[i] + c.dimension[d].Category.Index[codes[i]]
	}
	return at
}

// cut gives the answer to a selection.
func (c *cube) cut(t *testing.T, selection map[string][]string) []byte {
	t.Helper()
	values := []any{}
	var walk func(codes []string)
	walk = func(codes []string) {
		if len(codes) == len(c.id) {
			values = append(values, c.value[c.cell(codes...)])
			return
		}
		for _, code := range selection[c.id[len(codes)]] {
			walk(append(codes, code))
		}
	}
	walk(nil)
	return c.answer(t, selection, values)
}

// answer writes values as the answer to a selection.
func (c *cube) answer(t *testing.T, selection map[string][]string, values []any) []byte {
	t.Helper()
	out := map[string]any{"version": "2.0", "class": "dataset", "id": c.id, "updated": c.raw["updated"], "label": c.raw["label"], "role": c.raw["role"]}
	dims := map[string]any{}
	var size []int
	for _, d := range c.id {
		codes := selection[d]
		size = append(size, len(codes))
		index, label := map[string]int{}, map[string]string{}
		for i, code := range codes {
			index[code], label[code] = i, c.dimension[d].Category.Label[code]
		}
		category := map[string]any{"index": index, "label": label}
		if u := c.dimension[d].Category.Unit; u != nil {
			category["unit"] = u
		}
		dims[d] = map[string]any{"label": c.dimension[d].Label, "category": category}
	}
	out["dimension"], out["size"] = dims, size
	out["value"] = values
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// quick lifts the recorded limit of three calls a second, which is real and would only make the tests slow.
func quick(config []byte) []byte {
	return bytes.Replace(config, []byte(`"maxCallsPerTimeWindow": 3`), []byte(`"maxCallsPerTimeWindow": 100000`), 1)
}

// scb answers as SCB's PxWebApi 2 did when it was recorded: limits, description, and the table by selection.
func scb(t *testing.T, config, metadata []byte, table *cube, whole []byte, tag string) http.HandlerFunc {
	limited := true
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/config"):
			_, _ = w.Write(config)
		case strings.HasSuffix(r.URL.Path, "/tables/TAB6471/metadata"):
			_, _ = w.Write(metadata)
		case strings.HasSuffix(r.URL.Path, "/tables/TAB6471/data") && r.Method == http.MethodPost && r.URL.Query().Get("outputFormat") == "json-stat2":
			if limited { // the first call meets the rate limit, as anyone's does sooner or later
				limited = false
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			if tag != "" && r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", tag)
			var q struct {
				Selection []struct {
					VariableCode string   `json:"variableCode"`
					ValueCodes   []string `json:"valueCodes"`
				} `json:"selection"`
			}
			if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
				t.Error(err)
			}
			selection := map[string][]string{}
			cells := 1
			for _, s := range q.Selection {
				selection[s.VariableCode] = s.ValueCodes
				cells *= len(s.ValueCodes)
			}
			if cells == len(table.value) && whole != nil {
				_, _ = w.Write(whole) // the recorded bytes themselves
				return
			}
			_, _ = w.Write(table.cut(t, selection))
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"type":"Parameter error","title":"Non-existent table","status":404}`)
		}
	}
}

// From HTTP to figures: published, the same again, one revision, one that is held and published by hand.
func TestSCB(t *testing.T) {
	whole, metadata, config := shared(t, "pxweb2/TAB6471_data.json"), shared(t, "pxweb2/TAB6471_metadata.json"), quick(shared(t, "pxweb2/config.json"))
	table := readCube(t, whole)
	b := newBench(t, "replay_scb", nil)
	cells := uint64(len(table.value))

	b.publisher.answer(scb(t, config, metadata, table, whole, `"june"`))
	first := b.runs(schema.Published, schema.Counts{Read: cells, New: cells})
	if got := first.Release.SourceUpdated.Format(time.RFC3339); got != "2026-06-08T06:00:00Z" {
		t.Errorf("the source's own time is %s", got)
	}
	if got := b.publisher.asked(); len(got) != 4 || !strings.HasSuffix(got[2], " 429") || !strings.HasSuffix(got[3], " 200") {
		t.Errorf("asked %q", got)
	}
	of := func(region, age, sex, month string) float64 {
		return *table.value[table.cell(region, age, sex, "000007SF", month)]
	}
	b.wantShown("population", map[string]float64{
		"SE-14 2026-04 M 20-29": of("14", "20-29", "1", "2026M04"), "SE-25 2026-01 F 100+": of("25", "100+10", "2", "2026M01"),
		"SE-01 2026-02 T 0-9": of("01", "0-9", "TotSa", "2026M02")})

	// The publisher says that nothing has changed: no body is sent, nothing is read.
	b.publisher.answer(scb(t, config, metadata, table, whole, `"june"`))
	if r := b.runs(schema.Unchanged, schema.Counts{Read: cells, Unchanged: cells}); !r.Same {
		t.Error("the same payload was read again")
	}
	if got := b.publisher.asked(); !strings.HasSuffix(got[len(got)-1], " 304") {
		t.Errorf("asked %q", got)
	}

	// A revision with a new time of the source: one cell changes, and what was said in June can still be seen.
	at := table.cell("14", "20-29", "1", "000007SF", "2026M04")
	june := *table.value[at]
	revised := *readCube(t, whole)
	*revised.value[at] += 7
	revised.raw["updated"] = json.RawMessage(`"2026-07-08T06:00:00Z"`)
	b.publisher.answer(scb(t, config, metadata, &revised, nil, `"july"`))
	second := b.runs(schema.Published, schema.Counts{Read: cells, Changed: 1, Unchanged: cells - 1})
	b.wantShown("population", map[string]float64{"SE-14 2026-04 M 20-29": june + 7})
	if then := b.shown("population", first.Release.PublishAt)["SE-14 2026-04 M 20-29"]; then != june {
		t.Errorf("as of June: %v, want %v", then, june)
	}
	list, err := b.store.ReleaseRevisions(t.Context(), second.Release.Seq)
	if err != nil || len(list) != 1 || list[0].Old != june || list[0].New != june+7 {
		t.Errorf("revisions %+v, %v", list, err)
	}

	// Another change under the same time is not what the source promises: it is held, and the old figure stays.
	silent := *readCube(t, whole)
	*silent.value[at] += 9
	silent.raw["updated"] = revised.raw["updated"]
	b.publisher.answer(scb(t, config, metadata, &silent, nil, `"silent"`))
	held := b.runs(schema.Held, schema.Counts{Read: cells, Changed: 1, Unchanged: cells - 1})
	if !strings.Contains(held.Release.Reason, "the source's own time is still 2026-07-08T06:00:00Z") {
		t.Errorf("held because %q", held.Release.Reason)
	}
	b.wantShown("population", map[string]float64{"SE-14 2026-04 M 20-29": june + 7})

	// Asked again the answer is the same: it is held once, under the number that the operator was told.
	b.publisher.answer(scb(t, config, metadata, &silent, nil, `"silent2"`))
	again := b.runs(schema.Unchanged, schema.Counts{Read: cells, Changed: 1, Unchanged: cells - 1})
	if want := fmt.Sprintf("release %d, which is held", held.Release.Seq); !strings.Contains(again.Release.Reason, want) {
		t.Errorf("reason %q, want %q", again.Release.Reason, want)
	}
	differences, err := b.store.HeldDifferences(t.Context(), held.Release, 10)
	if err != nil || len(differences) != 1 || differences[0].Old != june+7 || differences[0].New != june+9 || differences[0].Kind != "changed" {
		t.Errorf("the held release differs by %+v, %v", differences, err)
	}
	if _, err := b.runner.Publish(t.Context(), held.Release.Seq, ""); err == nil {
		t.Error("published by hand without a reason")
	}
	if _, err := b.runner.Publish(t.Context(), held.Release.Seq, "SCB confirmed it by telephone"); err != nil {
		t.Fatal(err)
	}
	b.wantShown("population", map[string]float64{"SE-14 2026-04 M 20-29": june + 9})
	if _, err := b.runner.Publish(t.Context(), held.Release.Seq, "again"); err == nil || !strings.Contains(err.Error(), "is published, not held") {
		t.Errorf("published twice: %v", err)
	}
}

// A query over the cell limit is split and comes together again as one release with several artifacts.
func TestSCBSplit(t *testing.T) {
	whole, metadata, config := shared(t, "pxweb2/TAB6471_data.json"), shared(t, "pxweb2/TAB6471_metadata.json"), quick(shared(t, "pxweb2/config.json"))
	table := readCube(t, whole)
	b := newBench(t, "replay_scb", func(s *source.Source) { s.Dataset, s.Request.PxWeb2.MaxCells = "replay/split", 800 })
	b.publisher.answer(scb(t, config, metadata, table, nil, ""))
	cells := uint64(len(table.value))
	b.runs(schema.Published, schema.Counts{Read: cells, New: cells})
	posts := 0
	for _, a := range b.publisher.asked() {
		if strings.HasPrefix(a, "POST") && strings.HasSuffix(a, " 200") {
			posts++
		}
	}
	if posts != 4 {
		t.Errorf("%d requests for %d cells at 800 a request", posts, cells)
	}
	got := b.shown("population", time.Time{})
	if len(got) != len(table.value) {
		t.Errorf("%d figures shown, want %d", len(got), len(table.value))
	}
	for codes, key := range map[[4]string]string{{"01", "0-9", "TotSa", "2026M01"}: "SE-01 2026-01 T 0-9", {"25", "100+10", "2", "2026M04"}: "SE-25 2026-04 F 100+"} {
		if want := *table.value[table.cell(codes[0], codes[1], codes[2], "000007SF", codes[3])]; got[key] != want {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
}

// What a publisher can do wrong: each is held or refused with a word of what differs, and nothing is published.
func TestSCBBreaksItsPromise(t *testing.T) {
	whole, metadata, config := shared(t, "pxweb2/TAB6471_data.json"), shared(t, "pxweb2/TAB6471_metadata.json"), quick(shared(t, "pxweb2/config.json"))
	serve := func(change func(*cube)) []byte {
		c := readCube(t, whole)
		change(c)
		all := map[string][]string{}
		for _, d := range c.id {
			for code := range c.dimension[d].Category.Index {
				all[d] = append(all[d], code)
			}
			index := c.dimension[d].Category.Index
			slices.SortFunc(all[d], func(a, b string) int { return index[a] - index[b] })
		}
		return c.cut(t, all)
	}
	for name, x := range map[string]struct {
		body []byte
		says string
	}{
		"another unit":           {bytes.Replace(serve(func(*cube) {}), []byte(`"base":"antal"`), []byte(`"base":"tusental"`), 1), `unit is "tusental", it was "antal"`},
		"another label":          {bytes.Replace(whole, []byte(`"000007SF": "Folkmängden per månad"`), []byte(`"000007SF": "Medelålder"`), 1), `is now called "Medelålder"`},
		"totals that do not fit": {serve(func(c *cube) { *c.value[c.cell("14", "20-29", "TotSa", "000007SF", "2026M04")] += 50_000 }), "1 totals over sex do not fit their parts, the worst: population, SE-14, 2026-04, age 20-29"},
		"a jump": {serve(func(c *cube) {
			for _, sex := range []string{"TotSa", "1", "2"} {
				*c.value[c.cell("14", "20-29", sex, "000007SF", "2026M03")] *= 2
			}
		}), "population, SE-14, 2026-03"},
		"what was not asked": {bytes.ReplaceAll(whole, []byte("2026M01"), []byte("2019M01")), `the answer holds Tid "2019M01", which was not asked for`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "replay_scb", func(s *source.Source) { s.Dataset = "replay/broken-" + strings.ReplaceAll(name, " ", "-") })
			b.publisher.answer(scb(t, config, metadata, readCube(t, whole), x.body, ""))
			r, err := b.run()
			if err != nil {
				t.Fatal(err)
			}
			if r.Release.Outcome != schema.Held || !strings.Contains(r.Release.Reason, x.says) {
				t.Errorf("%s: %s, want held for %q", r.Release.Outcome, r.Release.Reason, x.says)
			}
			if got := b.shown("population", time.Time{}); len(got) > 0 {
				t.Errorf("%d figures are shown", len(got))
			}
		})
	}
}

// Faults on the way: the run fails or is refused, the ledger says why, and the next one is as if nothing had been.
func TestFaultsOnTheWay(t *testing.T) {
	whole, metadata, config := shared(t, "pxweb2/TAB6471_data.json"), shared(t, "pxweb2/TAB6471_metadata.json"), quick(shared(t, "pxweb2/config.json"))
	table := readCube(t, whole)
	b := newBench(t, "replay_scb", func(s *source.Source) { s.Dataset = "replay/faults" })
	good := scb(t, config, metadata, table, whole, "")
	data := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/data") {
				h(w, r)
				return
			}
			good(w, r)
		}
	}
	write := func(b []byte) http.HandlerFunc {
		return data(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) })
	}
	for _, x := range []struct {
		name    string
		serve   http.HandlerFunc
		outcome schema.Outcome
		says    string
	}{
		{"down", data(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }), schema.Failed, "status 503"},
		{"a page", write([]byte("<!DOCTYPE html><p>Underhåll")), schema.Failed, "a web page came instead of figures"},
		{"too many cells", data(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }), schema.Failed, "too many cells"},
		{"cut off", write(whole[:len(whole)/2]), schema.Refused, "jsonstat"},
		{"metadata instead", write(metadata), schema.Refused, "a description of the table"},
		{"another table", write(shared(t, "dst/HISB3_jsonstat.json")), schema.Refused, "expected a dimension"},
		{"no config", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, schema.Failed, "/config"},
	} {
		b.publisher.answer(x.serve)
		r, err := b.run()
		if err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: error %v, want one that says %q", x.name, err, x.says)
		}
		lines, lerr := b.store.Ledger(t.Context(), 1, b.source.Dataset)
		if lerr != nil || len(lines) != 1 || lines[0].Outcome != x.outcome || lines[0].Seq != r.Release.Seq || !strings.Contains(lines[0].Reason, x.says) {
			t.Errorf("%s: the ledger says %+v, %v", x.name, lines, lerr)
		}
	}
	var fault *fetch.Error
	b.publisher.answer(data(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	if _, err := b.run(); !errors.As(err, &fault) || !fault.Passing() {
		t.Errorf("a server that is down is not known as a fault that passes: %v", err)
	}
	b.publisher.answer(good)
	b.runs(schema.Published, schema.Counts{Read: uint64(len(table.value)), New: uint64(len(table.value))})
}
