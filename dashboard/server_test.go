package dashboard

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// stubReader answers from memory, so that pages can be asked for what a database would seldom hold.
type stubReader struct {
	figures   []schema.Observation
	fail      map[string]bool
	asked     int
	revisions []schema.Revision
	state     schema.State
	coverage  []schema.Coverage
	ledger    []schema.Release
}

var errAway = errors.New("clickhouse: connection refused")

func (r *stubReader) Series(_ context.Context, q schema.Query) ([]schema.Observation, error) {
	r.asked++
	if r.fail["series"] {
		return nil, errAway
	}
	return slices.DeleteFunc(slices.Clone(r.figures), func(o schema.Observation) bool {
		return q.Indicators != nil && !slices.Contains(q.Indicators, o.Indicator) || q.Areas != nil && !slices.Contains(q.Areas, o.Area)
	}), nil
}

func (r *stubReader) Versions(ctx context.Context, q schema.Query) ([]schema.Version, error) {
	figures, err := r.Series(ctx, q)
	var out []schema.Version
	for _, o := range figures {
		out = append(out, schema.Version{Observation: o})
	}
	return out, err
}

func (r *stubReader) Revisions(context.Context, string, time.Time) ([]schema.Revision, error) {
	if r.fail["revisions"] {
		return nil, errAway
	}
	return r.revisions, nil
}

func (r *stubReader) Releases(context.Context, string, time.Time) ([]schema.Release, error) {
	return nil, nil
}

func (r *stubReader) Coverage(context.Context, time.Time) ([]schema.Coverage, error) {
	return r.coverage, nil
}

func (r *stubReader) Places(context.Context, time.Time) (map[string][]string, error) {
	if r.fail["places"] {
		return nil, errAway
	}
	out := map[string][]string{}
	for _, o := range r.figures {
		out[o.Indicator] = append(out[o.Indicator], o.Area)
	}
	return out, nil
}

func (r *stubReader) Ledger(context.Context, int, ...string) ([]schema.Release, error) {
	return r.ledger, nil
}

func (r *stubReader) State(context.Context, time.Time) (schema.State, error) {
	if r.fail["state"] {
		return schema.State{}, errAway
	}
	return r.state, nil
}

func figure(t *testing.T, indicator, area, period string, value float64) schema.Observation {
	t.Helper()
	p, err := schema.ParsePeriod(period)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Observation{Cell: schema.Cell{Indicator: indicator, Area: area, Period: p, Sex: schema.BothSexes, Age: schema.AllAges}, Value: value,
		Source: "Producer", Citation: "Title", Dataset: "test/x", Release: 1, Released: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
}

func server(t *testing.T, r *stubReader) *Server {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	if r.state.LastRelease == 0 {
		r.state = schema.State{LastRelease: 1, FirstReleased: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), LastReleased: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	}
	s, err := New(Config{Reader: r, Catalogue: c, Version: "test", Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(t *testing.T, s *Server, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

const deathsID = "drug_induced_deaths"

// Every answer carries the policy that lets no page run or load what this program does not serve.
func TestPolicy(t *testing.T) {
	s := server(t, &stubReader{})
	for _, path := range []string{"/", "/en/", "/indikator/" + deathsID, "/nope", "/static/nope", "/indikator/" + deathsID + ".csv"} {
		res, body := ask(t, s, path)
		policy := res.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(body, " style=") || strings.Contains(body, " onclick") {
			t.Errorf("%s: inline style or script", path)
		}
	}
}

// A page that was made is not made again until the ledger changes, and is not sent again to who has it.
func TestKeptPages(t *testing.T) {
	r := &stubReader{figures: []schema.Observation{figure(t, deathsID, "SE", "2022", 519)}}
	s := server(t, r)
	first, body := ask(t, s, "/indikator/"+deathsID)
	asked := r.asked
	again, same := ask(t, s, "/indikator/"+deathsID)
	if r.asked != asked || same != body {
		t.Errorf("asked %d more times", r.asked-asked)
	}
	tag := first.Header.Get("Etag")
	if tag == "" || again.Header.Get("Etag") != tag {
		t.Fatalf("tags %q and %q", tag, again.Header.Get("Etag"))
	}
	if res, _ := ask(t, s, "/indikator/"+deathsID, "If-None-Match", tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d for a page that the browser has", res.StatusCode)
	}
	if res, _ := ask(t, s, "/indikator/"+deathsID, "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("not compressed")
	}
}

// A store that is away gives a plain page with status 503; one panel that is away leaves the rest.
func TestStoreAway(t *testing.T) {
	r := &stubReader{fail: map[string]bool{"series": true}}
	s := server(t, r)
	res, body := ask(t, s, "/indikator/"+deathsID)
	if res.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, "clickhouse") || !strings.Contains(body, "Försök igen om en stund") {
		t.Errorf("status %d: %s", res.StatusCode, body)
	}
	if res, body := ask(t, s, "/"); res.StatusCode != http.StatusOK || !strings.Contains(body, "Siffrorna kan inte hämtas just nu") {
		t.Errorf("overview: status %d", res.StatusCode)
	}
	r.fail = map[string]bool{"revisions": true}
	r.figures = []schema.Observation{figure(t, deathsID, "SE", "2022", 519)}
	res, body = ask(t, s, "/indikator/"+deathsID)
	if res.StatusCode != http.StatusOK || !strings.Contains(body, "519") || !strings.Contains(body, "Kunde inte hämtas just nu:") {
		t.Errorf("one panel away: status %d\n%s", res.StatusCode, body)
	}
	asked := r.asked
	if ask(t, s, "/indikator/"+deathsID); r.asked == asked {
		t.Error("a page with a fault was kept")
	}
}

// What a source writes into its texts stays text.
func TestHostileTexts(t *testing.T) {
	o := figure(t, deathsID, "SE", "2022", 519)
	o.Source, o.Citation, o.Note, o.URL = `</script><script>alert(1)</script>`, `=1+1`, "\u202eright to left", "javascript:alert(1)"
	o.Breakdown = `</script><img src=x>`
	other := figure(t, deathsID, "SE", "2021", 450)
	other.Breakdown = o.Breakdown
	s := server(t, &stubReader{figures: []schema.Observation{other, o}})
	_, body := ask(t, s, "/indikator/"+deathsID)
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") || strings.Contains(body, `href="javascript`) {
		t.Error("a text of the source became markup")
	}
	if strings.Count(body, "<script") != strings.Count(body, "</script>") {
		t.Error("the chart's data close their element early")
	}
	_, file := ask(t, s, "/indikator/"+deathsID+".csv?dialekt=sv")
	if !strings.Contains(file, ";'=1+1;") {
		t.Errorf("a formula is not guarded:\n%s", file)
	}
}

// A value or a reason, never a blank; a gap is not bridged.
func TestMissing(t *testing.T) {
	gone := figure(t, deathsID, "SE", "2021", 0)
	gone.Missing = schema.SuppressedPrimary
	s := server(t, &stubReader{figures: []schema.Observation{figure(t, deathsID, "SE", "2020", 524), gone, figure(t, deathsID, "SE", "2022", 519)}})
	_, body := ask(t, s, "/indikator/"+deathsID)
	if !strings.Contains(body, "undertryckt, skyddar enskilda") {
		t.Errorf("the reason is not told:\n%s", body)
	}
	_, file := ask(t, s, "/indikator/"+deathsID+".csv")
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	value, missing := slices.Index(rows[0], "value"), slices.Index(rows[0], "missing")
	if rows[2][value] != "" || rows[2][missing] != "suppressed" {
		t.Errorf("%v", rows[2])
	}
}

// What is downloaded equals what is shown, in every format.
func TestDownloads(t *testing.T) {
	figures := []schema.Observation{figure(t, deathsID, "DK", "2022", 247), figure(t, deathsID, "SE", "2021", 450), figure(t, deathsID, "SE", "2022", 519.5)}
	s := server(t, &stubReader{figures: figures})
	const choice = "?area=SE"
	_, page := ask(t, s, "/indikator/"+deathsID+choice)
	_, machine := ask(t, s, "/indikator/"+deathsID+".csv"+choice)
	_, swedish := ask(t, s, "/indikator/"+deathsID+".csv"+choice+"&dialekt=sv")
	res, object := ask(t, s, "/indikator/"+deathsID+".json"+choice)
	if strings.Count(page, `<th scope="row">`) < 2 || strings.Count(machine, "\n") != 3 || strings.Contains(machine, ",DK,") {
		t.Errorf("the file is not what the page shows:\n%s", machine)
	}
	if !strings.HasPrefix(swedish, "\ufeffindicator;") || !strings.Contains(swedish, ";519,5;") || !strings.Contains(machine, ",519.5,") {
		t.Errorf("dialects:\n%s\n%s", swedish, machine)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(object), &list); err != nil || len(list) != 2 || list[1]["value"] != 519.5 {
		t.Errorf("%v: %s", err, object)
	}
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="drug_induced_deaths_2026-11-24.json"` {
		t.Error(got)
	}
}

// The moment is in the address, is refused before the first figure, and is dropped after today.
func TestAsOf(t *testing.T) {
	s := server(t, &stubReader{figures: []schema.Observation{figure(t, deathsID, "SE", "2022", 519)}})
	for path, want := range map[string]int{"/?as_of=2026-03-02": 200, "/?as_of=2026-02-27": 404, "/?as_of=2027-01-01": 200, "/?as_of=2026-13-01": 400,
		"/?as_of=%00": 400, "/?as_of=2026-03-02T10:00:00Z": 200} {
		if res, _ := ask(t, s, path); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
	}
	_, body := ask(t, s, "/?as_of=2026-03-02")
	if !strings.Contains(body, `class="past"`) || !strings.Contains(body, "visa nuläget") {
		t.Error("the past is not marked")
	}
}

// The quality page sums a dataset up; the operator's page names what needs a hand and the command for it, once for each
// dataset, and not for what a later run has repaired.
func TestQualityAndRuns(t *testing.T) {
	when := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	run := func(seq uint64, dataset string, outcome schema.Outcome, c schema.Counts) schema.Release {
		return schema.Release{Seq: seq, Dataset: dataset, Outcome: outcome, Fetched: when, Recorded: when.Add(1500 * time.Millisecond), PublishAt: when, Counts: c, Reason: "because " + dataset}
	}
	r := &stubReader{
		coverage: []schema.Coverage{{Dataset: "a", Indicator: deathsID, Year: 2021, Cells: 10, Absent: 2, Suppressed: 1, Latest: "2021"},
			{Dataset: "a", Indicator: deathsID, Year: 2022, Cells: 12, Latest: "2022"}, {Dataset: "b", Indicator: "lvm_in_care", Year: 2022, Cells: 1, Latest: "2022-11-01"}},
		ledger: []schema.Release{run(9, "b", schema.Refused, schema.Counts{Read: 8, Rejected: 7}), run(8, "a", schema.Published, schema.Counts{Changed: 3}),
			run(7, "a", schema.Failed, schema.Counts{}), run(6, "b", schema.Published, schema.Counts{Changed: 2}), run(5, "c", schema.Held, schema.Counts{})},
	}
	s := server(t, r)
	_, page := ask(t, s, "/kvalitet")
	for _, want := range []string{"23 uppgifter visas", "2 av dem har ett skäl", "2021–2022", "senaste leveransen togs inte in", "1 november 2022", "ingen kalender"} {
		if !strings.Contains(page, want) {
			t.Errorf("the quality page lacks %q", want)
		}
	}
	s.Expected = func(dataset string, after time.Time) time.Time {
		if dataset != "a" {
			return time.Time{}
		}
		return after.AddDate(0, 0, 2) // before the moment that the page is read
	}
	if _, page := ask(t, s, "/kvalitet?q=2"); strings.Count(page, "försenad") != 1 || !strings.Contains(page, "22 november 2026") {
		t.Error("a publisher's date that has passed is not said to be late")
	}
	_, page = ask(t, s, "/drift")
	if strings.Count(page, `class="warning"`) != 2 || !strings.Contains(page, "<code>utfall release show 9</code>") || !strings.Contains(page, "1,5 s") {
		t.Errorf("the operator's page:\n%s", page)
	}
	if _, page := ask(t, s, "/en/drift"); !strings.Contains(page, "because b") || strings.Count(page, "utfall ingest a") != 1 {
		t.Error("a failed run lost its reason or its repair")
	}
}

// A control chart and panels by sex are offered where the figures allow it, and the table stays.
func TestViews(t *testing.T) {
	var figures []schema.Observation
	for year := 2010; year < 2022; year++ {
		for i, sex := range []schema.Sex{schema.BothSexes, schema.Female, schema.Male} {
			o := figure(t, deathsID, "SE", strconv.Itoa(year), float64(440-100*i+(year%2)*170))
			o.Sex = sex
			figures = append(figures, o)
		}
	}
	figures[30].Value = 1400 // both sexes, 2020
	s := server(t, &stubReader{figures: figures})
	_, page := ask(t, s, "/indikator/"+deathsID)
	if !strings.Contains(page, "vy=styrdiagram") || !strings.Contains(page, "vy=delat") {
		t.Error("the views are not offered")
	}
	_, page = ask(t, s, "/indikator/"+deathsID+"?vy=styrdiagram")
	if strings.Count(page, `class="special"`) != 2 || !strings.Contains(page, "över gränsen") || !strings.Contains(page, "färre än 13 tal") || !strings.Contains(page, `class="figures"`) {
		t.Errorf("the control chart marks %d points", strings.Count(page, `class="special"`))
	}
	_, page = ask(t, s, "/indikator/"+deathsID+"?vy=delat")
	if strings.Count(page, "<figure>") != 3 {
		t.Errorf("%d panels", strings.Count(page, "<figure>"))
	}
}
