package replay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"utfall/schema"
)

type sdbRow map[string]any

func sdbRows(t *testing.T) []sdbRow {
	t.Helper()
	var payload struct {
		Data []sdbRow `json:"data"`
	}
	if err := json.Unmarshal(shared(t, "socialstyrelsen/skador_rows_recorded_excerpt.json"), &payload); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(payload.Data, func(r sdbRow) bool { return r["regionId"] != "1480" })
}

// sdb pages as the database does: the next page's address is absolute and says http. With stuck it gives page 1 for ever.
func (b *bench) sdb(rows []sdbRow, stuck bool) {
	b.publisher.answer(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("sida"))
		per, _ := strconv.Atoi(r.URL.Query().Get("per_sida"))
		if stuck {
			page = 1
		}
		from, to := min((page-1)*per, len(rows)), min(page*per, len(rows))
		body := map[string]any{"data": rows[from:to], "sida": page, "per_sida": per, "sidor": (len(rows) + per - 1) / per, "nasta_sida": nil}
		if to < len(rows) {
			asked, _ := strconv.Atoi(r.URL.Query().Get("sida"))
			body["nasta_sida"] = fmt.Sprintf("http://%s%s?per_sida=%d&sida=%d", r.Host, r.URL.Path, per, asked+1)
		}
		if err := json.NewEncoder(w).Encode(body); err != nil {
			b.t.Error(err)
		}
	})
}

// Pages, decimal commas, absent rows that are zeros, an answer that ignored the question, paging that stands still.
func TestSocialstyrelsen(t *testing.T) {
	rows := sdbRows(t)
	b := newBench(t, "replay_socialstyrelsen", nil)
	b.sdb(rows, false)
	periods := map[string]bool{}
	for _, r := range rows {
		periods[r["ar"].(string)] = true
	}
	all := uint64(len(periods) * 3 * 7 * 6)
	b.runs(schema.Published, schema.Counts{Read: all, New: all})
	if got := b.publisher.asked(); len(got) != 3 {
		t.Errorf("asked %q, want three pages", got)
	}
	b.wantShown("replay_injuries", map[string]float64{
		"SE-1480 2006/2008 F 80+ 2":   1176.7, // "1176,7"
		"SE-1480 2006/2008 F 18-24 2": 99,
		"SE-1480 2006/2008 M 0-6 1":   0, // not in the payload: none
	})

	b.sdb(rows, false)
	b.runs(schema.Unchanged, schema.Counts{Read: all, Unchanged: all})

	// One row is withdrawn by leaving it out: here that is a zero, not a deletion.
	b.sdb(rows[1:], false)
	b.runs(schema.Published, schema.Counts{Read: all, Changed: 1, Unchanged: all - 1})
	b.wantShown("replay_injuries", map[string]float64{"SE-1480 2006/2008 F 18-24 2": 0})

	// A figure that cannot be read is not a zero: the delivery is refused.
	bad := append([]sdbRow{}, rows...)
	broken := sdbRow{}
	for k, v := range rows[0] {
		broken[k] = v
	}
	broken["varde"] = "x?"
	bad[0] = broken
	b.sdb(bad, false)
	if _, err := b.run(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("1 of %d rows cannot be taken in", all)) {
		t.Errorf("a figure that cannot be read: %v", err)
	}

	// A wrong part of the address is passed over, and everything comes with status 200.
	everything := append([]sdbRow{}, rows...)
	for _, r := range rows {
		other := sdbRow{}
		for k, v := range r {
			other[k] = v
		}
		other["regionId"] = "1280"
		everything = append(everything, other)
	}
	b.sdb(everything, false)
	r, err := b.run()
	if err != nil || r.Release.Outcome != schema.Held || !strings.Contains(r.Release.Reason, `the answer holds regionId "1280", which was not asked for`) {
		t.Errorf("%s %q, %v", r.Release.Outcome, r.Release.Reason, err)
	}
	if _, ok := b.shown("replay_injuries", r.Release.Fetched)["SE-1280 2006/2008 F 18-24 2"]; ok {
		t.Error("what was not asked for is shown")
	}

	b.sdb(rows, true)
	if _, err := b.run(); err == nil || !strings.Contains(err.Error(), "is page 1 over again") {
		t.Errorf("paging that stands still: %v", err)
	}
}
