package replay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"utfall/ingest/source"
	"utfall/schema"
)

// The program's own description of SCB's table against SCB's own description of it: the wanted codes are there, December
// becomes the year, and municipalities, counties and country fit together.
func TestSCBPopulationAsShipped(t *testing.T) {
	metadata, config := shared(t, "pxweb2/TAB6471_metadata.json"), quick(shared(t, "pxweb2/config.json"))
	table := &cube{}
	if err := json.Unmarshal(metadata, &table.raw); err != nil {
		t.Fatal(err)
	}
	for name, into := range map[string]any{"id": &table.id, "size": &table.size, "dimension": &table.dimension} {
		if err := json.Unmarshal(table.raw[name], into); err != nil {
			t.Fatal(err)
		}
	}
	// The description comes without figures; these are made up, and only their sums mean anything.
	people := map[string]float64{}
	for code := range table.dimension["Region"].Category.Index {
		if len(code) == 4 {
			for sex, n := range map[string]float64{"1": 1000, "2": 1010} {
				for _, up := range []string{code, code[:2], "00"} {
					people[up+sex] += n
					people[up+"TotSa"] += n
				}
			}
		}
	}
	b := newBench(t, "scb_population_tab6471", func(s *source.Source) { s.Dataset = "replay/scb-shipped" })
	var asked map[string][]string
	b.publisher.answer(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/config"):
			_, _ = w.Write(config)
		case strings.HasSuffix(r.URL.Path, "/metadata"):
			_, _ = w.Write(metadata)
		default:
			var q struct {
				Selection []struct {
					VariableCode string   `json:"variableCode"`
					ValueCodes   []string `json:"valueCodes"`
				} `json:"selection"`
			}
			if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
				t.Error(err)
			}
			asked = map[string][]string{}
			for _, s := range q.Selection {
				asked[s.VariableCode] = s.ValueCodes
			}
			values := make([]any, 0, 936)
			for _, region := range asked["Region"] {
				for _, sex := range asked["Kon"] {
					values = append(values, people[region+sex])
				}
			}
			_, _ = w.Write(table.answer(t, asked, values))
		}
	})
	b.runs(schema.Published, schema.Counts{Read: 936, New: 936})
	if got := fmt.Sprint(len(asked["Region"]), asked["Alder"], asked["Kon"], asked["Tid"]); got != "312 [TotSA] [TotSa 1 2] [2025M12]" {
		t.Errorf("asked for %s", got)
	}
	b.wantShown("population", map[string]float64{"SE 2025 T TOT": 290 * 2010, "SE-1480 2025 F TOT": 1010, "SE-09 2025 M TOT": 1000})
}

// StatBank Denmark in the shape of its recorded answers, with figures that it has published elsewhere.
func TestDenmarkAsShipped(t *testing.T) {
	const payload = `{"dataset":{"dimension":{
		"OMRÅDE":{"label":"område","category":{"index":{"0":0,"101":1},"label":{"0":"Hele landet","101":"København"}}},
		"AKTI":{"label":"aktivitet","category":{"index":{"ANMOD":0,"IVAERK":1,"BEHSLUT":2},"label":{"ANMOD":"Anmodning","IVAERK":"Iværksættelse","BEHSLUT":"Afslutning"}}},
		"ContentsCode":{"label":"Indhold","category":{"index":{"SMDBV001":0},"label":{"SMDBV001":"x"},"unit":{"SMDBV001":{"base":"Antal","decimals":0}}}},
		"Tid":{"label":"tid","category":{"index":{"2015":0,"2016":1,"2017":2,"2018":3,"2019":4,"2020":5,"2021":6},"label":{}}},
		"id":["OMRÅDE","AKTI","ContentsCode","Tid"],"size":[2,3,1,7],"role":{"metric":["ContentsCode"],"time":["Tid"]}},
		"label":"x","source":"Danmarks Statistik","updated":"2026-02-12T07:00:00Z","value":[
		6166,6331,6682,6700,6700,6700,6700, 5658,5740,6279,6300,6300,6300,6300, 5981,6061,6337,6400,6400,6400,6400,
		9,9,9,9,9,9,9, 8,8,8,8,8,8,8, 7,7,7,7,7,7,null],"status":{"41":".."}}}`
	b := newBench(t, "dst_smdbv001", func(s *source.Source) { s.Dataset = "replay/dst-shipped" })
	b.publisher.answer(file("/v1/data/SMDBV001/JSONSTAT", []byte(payload)))
	b.runs(schema.Published, schema.Counts{Read: 21, New: 21})
	b.wantShown("dk_social_treatment_requests", map[string]float64{"DK 2015 T TOT": 6166, "DK 2017 T TOT": 6682})
	b.wantShown("dk_social_treatment_starts", map[string]float64{"DK 2016 T TOT": 5740})
	if got := b.publisher.asked(); len(got) != 1 || got[0] != "GET /v1/data/SMDBV001/JSONSTAT?lang=da&OMR%C3%85DE=*&AKTI=*&Tid=* 200" {
		t.Errorf("asked %q", got)
	}
}

// CDC's recorded export: of rolling sums of twelve months only December's is a year, and of 50 states only the whole is ours.
func TestCDCAsShipped(t *testing.T) {
	body := shared(t, "cdc/VSRR_vintage_2019-07.csv")
	b := newBench(t, "cdc_vsrr_overdose_deaths", func(s *source.Source) {
		s.Dataset = "replay/vsrr"
	})
	b.publisher.answer(file("/api/views/xkb8-kh2a/rows.csv", body))
	if r, err := b.run(); err != nil || r.Release.Outcome != schema.Published {
		t.Fatalf("%s %s, %v, %v", r.Release.Outcome, r.Release.Reason, r.Rejects, err)
	}
	b.wantShown("overdose_deaths_vsrr", map[string]float64{"US 2015 T TOT reported": 52623})
	for k := range b.shown("overdose_deaths_vsrr", time.Time{}) {
		if !strings.HasPrefix(k, "US ") {
			t.Errorf("%s is shown", k)
		}
	}
}

// PxWeb 1 as SSB answers it: a description of its own shape, a limit that is met with 403, two symbols for no value.
func TestSSB(t *testing.T) {
	metadata, whole, tooMany := shared(t, "pxweb1/ssb_05300_metadata.json"), shared(t, "pxweb1/ssb_05300_jsonstat2.json"), shared(t, "pxweb1/ssb_error_403_too_many_values.json")
	serve := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write(metadata)
			return
		}
		var q struct {
			Query []struct {
				Code      string `json:"code"`
				Selection struct {
					Filter string   `json:"filter"`
					Values []string `json:"values"`
				} `json:"selection"`
			} `json:"query"`
			Response struct {
				Format string `json:"format"`
			} `json:"response"`
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Response.Format != "json-stat2" {
			t.Errorf("%v, %+v", err, q)
		}
		cells := 1
		for _, v := range q.Query {
			cells *= len(v.Selection.Values)
		}
		if cells != 432 { // only the whole was recorded
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write(tooMany)
			return
		}
		_, _ = w.Write(whole)
	}
	b := newBench(t, "replay_ssb", nil)
	b.publisher.answer(serve)
	if _, err := b.run(); err == nil || !strings.Contains(err.Error(), "status 403") || !strings.Contains(err.Error(), "Too many values selected") {
		t.Errorf("a query that is too large: %v", err)
	}
	b.source.Request.PxWeb1 = &source.PxWeb{Base: b.source.Request.PxWeb1.Base, Select: b.source.Request.PxWeb1.Select, MaxCells: 500}
	r, err := b.run()
	if err != nil || r.Release.Outcome != schema.Published || r.Release.Counts.Rejected != 0 {
		t.Fatalf("%+v, %v, %v", r.Release, r.Rejects, err)
	}
	list, err := b.store.Series(t.Context(), schema.Query{Indicators: []string{"replay_distance_share"}})
	if err != nil {
		t.Fatal(err)
	}
	missing := map[schema.Missing]int{}
	for _, o := range list {
		missing[o.Missing]++
	}
	if len(missing) < 2 || missing[schema.Present] == 0 || int(r.Release.Counts.New) != len(list) {
		t.Errorf("%d figures, %v", len(list), missing)
	}
}
