package replay

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// file serves one payload at any address that begins so.
func file(path string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, path) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(body)
	}
}

// Denmark: JSON-stat 1.x, figures in thousands, the question's own letters in the address.
func TestStatBankDenmark(t *testing.T) {
	body := shared(t, "dst/HISB3_jsonstat.json")
	b := newBench(t, "replay_dst", nil)
	b.publisher.answer(file("/v1/data/HISB3/JSONSTAT", body))
	b.runs(schema.Published, schema.Counts{Read: 6, New: 6})
	if got := b.publisher.asked(); len(got) != 1 || !strings.Contains(got[0], "?BEV%C3%86GELSE=M%2BK,M,K&Tid=2022,2023") {
		t.Errorf("asked %q", got)
	}
	b.wantShown("population", map[string]float64{"DK 2022 T TOT eurostat": 5_873_000, "DK 2023 F TOT eurostat": 2_984_000, "DK 2023 M TOT eurostat": 2_949_000})

	b.publisher.answer(file("/v1/data/HISB3/JSONSTAT", body))
	b.runs(schema.Unchanged, schema.Counts{Read: 6, Unchanged: 6})

	// A later edition of the table with one figure corrected.
	later := bytes.Replace(bytes.Replace(body, []byte("5933"), []byte("5932"), 1), []byte("2024-02-12"), []byte("2024-03-12"), 1)
	b.publisher.answer(file("/v1/data/HISB3/JSONSTAT", later))
	b.runs(schema.Published, schema.Counts{Read: 6, Changed: 1, Unchanged: 5})
	b.wantShown("population", map[string]float64{"DK 2023 T TOT eurostat": 5_932_000})

	// Figures in persons under the same codes: the unit says so, and it is held.
	persons := bytes.Replace(bytes.Replace(later, []byte(`"Antal"`), []byte(`"1.000 personer"`), 1), []byte("2024-03-12"), []byte("2024-04-12"), 1)
	persons = bytes.Replace(persons, []byte("5932"), []byte("5931"), 1)
	b.publisher.answer(file("/v1/data/HISB3/JSONSTAT", persons))
	r := b.runs(schema.Held, schema.Counts{Read: 6, Changed: 1, Unchanged: 5})
	if !strings.Contains(r.Release.Reason, `the source's unit is "1.000 personer", it was "Antal"`) {
		t.Errorf("held because %q", r.Release.Reason)
	}
	b.wantShown("population", map[string]float64{"DK 2023 T TOT eurostat": 5_932_000})

	// The source takes it back: what was held is of no interest any more.
	b.publisher.answer(file("/v1/data/HISB3/JSONSTAT", later))
	b.runs(schema.Unchanged, schema.Counts{Read: 6, Unchanged: 6})
	if _, err := b.runner.Publish(t.Context(), r.Release.Seq, "late"); err == nil || !strings.Contains(err.Error(), "is abandoned, not held") {
		t.Errorf("a release that was held and overtaken was published: %v", err)
	}
}

// Eurostat: sparse values, a unit dimension of which one code is wanted, and an answer that is not one.
func TestEurostat(t *testing.T) {
	body := shared(t, "eurostat/nama_10_gdp.json")
	b := newBench(t, "replay_eurostat", nil)
	const path = "/eurostat/api/dissemination/statistics/1.0/data/nama_10_gdp"
	b.publisher.answer(file(path, body))
	b.runs(schema.Published, schema.Counts{Read: 2, New: 2})
	b.wantShown("replay_price_index", map[string]float64{"DK 2023 T TOT": 111.757, "DK 2023 T TOT gross_value_added": 113.094})
	if got := len(b.shown("replay_price_index", time.Time{})); got != 2 {
		t.Errorf("%d figures, want 2", got)
	}
	for name, x := range map[string]struct{ body, says string }{
		"later, not now":   {`{"warning":[{"status":413,"id":0,"label":"ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously. Please try again later."}]}`, "later"},
		"a bare UUID":      {"5f0c2e34-6f2a-4a5e-9d83-0d3a2f7a8c11", "jsonstat"},
		"an error body":    {`{"error":[{"status":404,"id":100,"label":"ERR_NOT_FOUND_4"}]}`, "ERR_NOT_FOUND_4"},
		"nothing selected": {strings.Replace(string(body), `"value": {`, `"value": {}, "dropped": {`, 1), "2 of 2 rows cannot be taken in"},
	} {
		b.publisher.answer(file(path, []byte(x.body)))
		if _, err := b.run(); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, x.says)
		}
		b.wantShown("replay_price_index", map[string]float64{"DK 2023 T TOT": 111.757})
	}
	// Another country than the one asked for.
	b.publisher.answer(file(path, bytes.ReplaceAll(bytes.Replace(body, []byte("111.757"), []byte("112.757"), 1), []byte(`"DK"`), []byte(`"SE"`))))
	r, err := b.run()
	if err != nil || r.Release.Outcome != schema.Held || !strings.Contains(r.Release.Reason, `the answer holds geo "SE", which was not asked for`) {
		t.Errorf("%s %q, %v", r.Release.Outcome, r.Release.Reason, err)
	}
}
