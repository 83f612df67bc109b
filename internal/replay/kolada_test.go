package replay

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"utfall/ingest/source"
	"utfall/schema"
)

// koladaValue is one value in the shape of a recorded answer.
type koladaValue struct {
	Gender    string   `json:"gender"`
	Count     int      `json:"count"`
	Status    string   `json:"status"`
	Value     *float64 `json:"value"`
	IsDeleted bool     `json:"isdeleted"`
}

type koladaRow struct {
	Values       []koladaValue `json:"values"`
	KPI          string        `json:"kpi"`
	Period       int           `json:"period"`
	Municipality string        `json:"municipality"`
}

// koladaDump reads the real values of a KPI from a dump of the API, keyed by municipality and year.
func koladaDump(t *testing.T, name, kpi string) []koladaRow {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(shared(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []koladaRow
	seen := map[string]bool{}
	for _, r := range records[1:] {
		area := r[0]
		if area == "0" {
			area = "0000"
		}
		year, err := strconv.Atoi(r[1])
		if err != nil {
			t.Fatal(err)
		}
		if seen[area+r[1]] || len(area) != 4 || r[2] == "" {
			continue
		}
		v, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		seen[area+r[1]] = true
		out = append(out, koladaRow{[]koladaValue{{"T", 1, "", &v, false}}, kpi, year, area})
	}
	return out
}

// kolada answers as API v3 does: at most 25 ids a segment, pages with next_url, 429 now and then.
type kolada struct {
	t       *testing.T
	kpi     string
	rows    []koladaRow
	perPage int
	loop    bool // the last page leads back to the first
	host    func() string
	calls   int
}

func (k *kolada) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.calls++
	if k.calls%7 == 0 {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	part := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // v3/data/kpi/K/municipality/M/year/Y
	if len(part) != 8 || part[3] != k.kpi {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	areas, years := strings.Split(part[5], ","), strings.Split(part[7], ",")
	if len(areas) > 25 || len(years) > 25 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var hits []koladaRow
	for _, row := range k.rows {
		if slices.Contains(areas, row.Municipality) && slices.Contains(years, strconv.Itoa(row.Period)) {
			hits = append(hits, row)
		}
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	from, to := min((page-1)*k.perPage, len(hits)), min(page*k.perPage, len(hits))
	body := map[string]any{"values": append([]koladaRow{}, hits[from:to]...), "count": to - from, "next_url": nil}
	link := func(n int) string { return fmt.Sprintf("%s%s?per_page=5000&page=%d", k.host(), r.URL.EscapedPath(), n) }
	if to < len(hits) {
		body["next_url"] = link(page + 1)
	} else if k.loop && page > 1 {
		body["next_url"] = link(2)
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		k.t.Error(err)
	}
}

// The program's own description of N35001 against real values in the shape of version 3: batches of 25 ids, pages, a
// deletion, a value that vanishes, a revision.
func TestKolada(t *testing.T) {
	rows := koladaDump(t, "kolada/N35001_raw.csv", "N35001")
	b := newBench(t, "kolada_cost_addiction_care_adults", nil)
	b.source.Dataset = "replay/N35001"
	answer := func(rows []koladaRow, loop bool) {
		k := &kolada{t: t, kpi: "N35001", rows: rows, perPage: 200, loop: loop, host: func() string { return b.publisher.URL }}
		b.publisher.answer(k.ServeHTTP)
	}
	answer(rows, false)
	n := uint64(len(rows))
	b.runs(schema.Published, schema.Counts{Read: n, New: n})
	if got := b.publisher.asked(); len(got) < 40 {
		t.Errorf("%d requests; 291 areas in batches of 25 and 29 years in batches of 25, in pages of 200, take more", len(got))
	}
	value := func(area string, year int) float64 {
		for _, r := range rows {
			if r.Municipality == area && r.Period == year {
				return *r.Values[0].Value
			}
		}
		t.Fatalf("no value for %s %d", area, year)
		return 0
	}
	b.wantShown("cost_addiction_care_adults", map[string]float64{"SE-1480 2022 T TOT": value("1480", 2022), "SE-0180 1998 T TOT": value("0180", 1998), "SE 2021 T TOT": value("0000", 2021)})

	answer(rows, false)
	b.runs(schema.Unchanged, schema.Counts{Read: n, Unchanged: n})

	// Göteborg is revised, Malmö's last year is marked as deleted, Stockholm's is simply not there any more.
	changed := slices.Clone(rows)
	for i, r := range changed {
		if r.Period != 2022 {
			continue
		}
		switch r.Municipality {
		case "1480":
			v := *r.Values[0].Value + 3
			changed[i].Values = []koladaValue{{"T", 1, "", &v, false}}
		case "1280":
			changed[i].Values = []koladaValue{{"T", 1, "", nil, true}}
		case "0180":
			changed[i].Municipality = "9999"
		}
	}
	answer(changed, false)
	r := b.runs(schema.Published, schema.Counts{Read: n - 2, Changed: 1, Deleted: 2, Unchanged: n - 3})
	b.wantShown("cost_addiction_care_adults", map[string]float64{"SE-1480 2022 T TOT": value("1480", 2022) + 3})
	if got := b.shown("cost_addiction_care_adults", r.Release.PublishAt); got["SE-1280 2022 T TOT"] != 0 || got["SE-0180 2022 T TOT"] != 0 || got["SE-1280 2021 T TOT"] == 0 {
		t.Error("a deleted cell is still shown, or more went with it")
	}
	list, err := b.store.ReleaseRevisions(t.Context(), r.Release.Seq)
	if err != nil || len(list) != 3 {
		t.Errorf("%d revisions, %v; want the changed cell and the two that are gone", len(list), err)
	}

	// Pages that lead in a circle never end in figures.
	answer(rows, true)
	if _, err := b.run(); err == nil || !strings.Contains(err.Error(), "paging is broken") {
		t.Errorf("a circle of pages: %v", err)
	}

	// Half the municipalities are gone: held, because nobody has said so.
	half := slices.DeleteFunc(slices.Clone(changed), func(r koladaRow) bool { return r.Municipality > "1300" && r.Municipality != "1480" })
	answer(half, false)
	held, err := b.run()
	if err != nil || held.Release.Outcome != schema.Held || !strings.Contains(held.Release.Reason, "a change of more than 30 %") {
		t.Errorf("%s %q, %v", held.Release.Outcome, held.Release.Reason, err)
	}
	b.wantShown("cost_addiction_care_adults", map[string]float64{"SE-1480 2022 T TOT": value("1480", 2022) + 3, "SE-2480 2021 T TOT": value("2480", 2021)})
}

// A recorded answer of version 3, as it came: values by gender in any order, the period a whole number.
func TestKoladaRecorded(t *testing.T) {
	body := shared(t, "kolada/v3_data_N21704_2023_recorded.json")
	b := newBench(t, "kolada_purchased_share_addiction_care", func(s *source.Source) {
		s.Dataset = "replay/N21704"
		s.Figures = slices.Clone(s.Figures)
		s.Figures[0].When = map[string]string{"kpi": "N21704"}
		s.Request.URL = strings.ReplaceAll(s.Request.URL, "/municipality/{municipality}/year/{year}", "")
		s.Request.Expand = nil
		s.Validate = source.Validate{Required: []source.Required{{Area: "SE-1480", Sex: "F"}}}
	})
	b.publisher.answer(file("/v3/data/kpi/", body))
	b.runs(schema.Published, schema.Counts{Read: 15, New: 15})
	b.wantShown("purchased_share_addiction_care", map[string]float64{"SE-0180 2023 T TOT": 21.88749, "SE-0580 2023 F TOT": 7.221589, "SE-2480 2023 M TOT": 15.756872})
}
