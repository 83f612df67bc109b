package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"

	"utfall/schema"
)

// filled has figures with limits, gaps, flags and hostile texts, a revision, and a ledger with all that may stand in it.
func filled(t *testing.T) *stubReader {
	t.Helper()
	r := &stubReader{}
	for year := 2000; year <= 2023; year++ {
		r.figures = append(r.figures, figure(t, deathsID, "SE", fmt.Sprint(year), float64(200+year%10)))
	}
	gap := figure(t, deathsID, "DK", "2021", 0)
	gap.Missing, gap.Symbol = schema.SuppressedPrimary, ".."
	hostile := figure(t, deathsID, "NO", "2022", 4)
	hostile.Source, hostile.Citation, hostile.Note, hostile.Flags = "=1+1", "</script><script>alert(1)</script>", "\u202eright to left", "provisional estimated"
	r.figures = append(r.figures, gap, hostile)
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	r.revisions = []schema.Revision{{Cell: r.figures[0].Cell, Old: 199, New: 200, Release: 2, OldRelease: 1, Released: day(2), OldReleased: day(1), Dataset: "test/x", OldSource: "a", NewSource: "b"},
		{Cell: gap.Cell, Old: 3, NewMissing: schema.SuppressedPrimary, Release: 2, OldRelease: 1, Released: day(2), OldReleased: day(1), Dataset: "test/x"}}
	r.ledger = []schema.Release{
		{Seq: 5, Dataset: "test/x", Outcome: schema.Published, PublishAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), ContentHash: "embargo"},
		{Seq: 4, Dataset: "test/x", Outcome: schema.Held, Reason: "secret reason"},
		{Seq: 3, Dataset: "test/x", Outcome: schema.Refused, Reason: "/secret/path"},
		{Seq: 2, Dataset: "test/x", Outcome: schema.Published, PublishAt: day(2), Fetched: day(2), WithdrawnAt: day(3), Reason: "wrong file", ContentHash: "b"},
		{Seq: 1, Dataset: "test/x", Outcome: schema.Published, PublishAt: day(1), Fetched: day(1), ContentHash: "a", Counts: schema.Counts{Read: 26, New: 26}},
	}
	r.coverage = []schema.Coverage{{Dataset: "test/x", Indicator: deathsID, Year: 2000, Cells: 1, Latest: "2000", Countries: []string{"SE"}},
		{Dataset: "test/x", Indicator: deathsID, Year: 2023, Cells: 3, Latest: "2023", Countries: []string{"DK", "EU15+NO", "NO", "SE"}}}
	return r
}

// contract reads the description and checks it as OpenAPI.
func contract(t *testing.T) (*openapi3.T, func(*http.Request, *http.Response, []byte) error) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.FileBodyDecoder)
	return doc, func(req *http.Request, res *http.Response, body []byte) error {
		route, params, err := router.FindRoute(req)
		if err != nil {
			return err
		}
		in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
		if res.StatusCode == http.StatusOK {
			if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
				return fmt.Errorf("the question was answered, but is not as described: %w", err)
			}
		}
		return openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
			Body: io.NopCloser(bytes.NewReader(body)), Options: &openapi3filter.Options{IncludeResponseStatus: true}})
	}
}

// Every route answers as its description says, and so does every fault.
func TestAPIContract(t *testing.T) {
	s := server(t, filled(t))
	doc, check := contract(t)
	asked := map[string]bool{}
	for path, want := range map[string]int{
		"/indicators": 200, "/indicators?theme=deaths&limit=3": 200, "/indicators?theme=nope": 404, "/indicators?limit=0": 400, "/indicators/" + deathsID: 200, "/indicators/nope": 404,
		"/areas?level=region,municipality&limit=5000": 200, "/areas?parent=SE-14": 200, "/areas?level=planet": 404,
		"/observations?indicator=" + deathsID: 200, "/observations?indicator=" + deathsID + "&area=SE,DK&missing=only": 200,
		"/observations?indicator=" + deathsID + "&period_from=2010&period_to=2012&sex=T&age=TOT&variant=-": 200,
		"/observations": 400, "/observations?indicator=nope": 404, "/observations?indicator=" + deathsID + "&area=XX": 404, "/observations?indicator=" + deathsID + "&period_from=yesterday": 400,
		"/observations?indicator=" + deathsID + "&period_from=2012&period_to=2010": 400, "/observations?indicator=" + deathsID + "&sex=Q": 404, "/observations?indicator=" + deathsID + "&age=old": 404,
		"/observations?indicator=" + deathsID + "&missing=perhaps": 400, "/observations?indicator=" + deathsID + "&variant=nope": 404, "/observations?indicator=" + deathsID + "&cursor=%3C/script%3E": 400,
		"/observations?indicator=" + deathsID + "&as_of=1999-01-01": 404, "/observations?indicator=" + deathsID + "&as_of=yesterday": 400, "/observations?indicator=" + deathsID + "&unknown=1": 400,
		"/observations?indicator=" + deathsID + "&area=" + strings.Repeat("SE,", 400): 400, "/observations?indicator=" + deathsID + "&area=" + strings.Repeat("SE-1480,", 1000): 414,
		"/releases": 200, "/releases?dataset=test/x": 200, "/releases?dataset=nope": 404, "/releases?indicator=" + deathsID: 200, "/releases?indicator=nope": 404,
		"/revisions?indicator=" + deathsID: 200, "/revisions": 400, "/revisions?indicator=nope": 404,
		"/claims": 200, "/claims?limit=1": 200, "/claims?filter=x": 400, "/claims/c01": 200, "/claims/c99": 404, "/events": 200, "/events?area=NO&indicator=" + deathsID: 200, "/events?area=XX": 404, "/openapi.yaml": 200,
	} {
		res, body := ask(t, s, apiRoot+path)
		if res.StatusCode != want {
			t.Errorf("%.80s: status %d, want %d: %.200s", path, res.StatusCode, want, body)
			continue
		}
		req := httptest.NewRequest(http.MethodGet, apiRoot+path, nil)
		if err := check(req, res, []byte(body)); err != nil {
			t.Errorf("%.80s: %v", path, err)
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%.80s: not open to pages of others", path)
		}
		for _, not := range []string{"clickhouse", "secret", "goroutine", "embargo", "<script>"} {
			if strings.Contains(body, not) {
				t.Errorf("%.80s gives %q: %s", path, not, body)
			}
		}
		u, _ := url.Parse(path)
		for described := range doc.Paths.Map() {
			if described == u.Path || strings.HasSuffix(described, "/{id}") && strings.HasPrefix(u.Path, strings.TrimSuffix(described, "{id}")) {
				asked[described] = true
			}
		}
	}
	for described := range doc.Paths.Map() {
		if !asked[described] {
			t.Errorf("%s is described and was not asked for", described)
		}
	}
	for _, route := range s.Routes() {
		if plain, ok := strings.CutPrefix(route, apiRoot); ok && doc.Paths.Find(strings.Replace(plain, ":id", "{id}", 1)) == nil {
			t.Errorf("%s is not described", route)
		}
	}
}

// Pages put together give every figure once, in one order, all of the first page's moment.
func TestAPIPages(t *testing.T) {
	r := filled(t)
	s := server(t, r)
	next, seen, pages := apiRoot+"/observations?indicator="+deathsID+"&limit=5", []string{}, 0
	for next != "" {
		res, body := ask(t, s, next)
		var page struct {
			Items []struct{ Area, Period string }
			Next  *string
			AsOf  *string `json:"as_of"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if pages++; pages > 1 && page.AsOf == nil {
			t.Error("a later page is not of the moment of the first")
		}
		for _, x := range page.Items {
			seen = append(seen, x.Area+x.Period)
		}
		next = ""
		if page.Next != nil {
			if res.Header.Get("Link") != "<"+*page.Next+`>; rel="next"` {
				t.Errorf("Link %q, next %q", res.Header.Get("Link"), *page.Next)
			}
			u, err := url.Parse(*page.Next)
			if err != nil {
				t.Fatal(err)
			}
			next = u.RequestURI()
		} else if res.Header.Get("Link") != "" {
			t.Error("the last page has a next")
		}
	}
	var want []string
	for _, o := range r.figures {
		want = append(want, o.Area+o.Period.String())
	}
	if !slices.Equal(seen, want) || pages != 6 {
		t.Errorf("%d pages gave %v, want %v", pages, seen, want)
	}
}

func TestAPITags(t *testing.T) {
	s := server(t, filled(t))
	path := apiRoot + "/observations?indicator=" + deathsID
	first, _ := ask(t, s, path)
	tag := first.Header.Get("Etag")
	for _, have := range []string{tag, `"old", ` + tag, "W/" + tag, "*"} {
		if res, body := ask(t, s, path, "If-None-Match", have); res.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("If-None-Match %s: status %d", have, res.StatusCode)
		}
	}
	if res, _ := ask(t, s, path, "If-None-Match", `"old"`); res.StatusCode != http.StatusOK {
		t.Errorf("status %d for who has something else", res.StatusCode)
	}
	if !strings.Contains(first.Header.Get("Cache-Control"), "max-age") {
		t.Error("nothing says how long the answer may be kept")
	}
}

// A fault says in the language of who asks what is wrong and what to do.
func TestAPIProblems(t *testing.T) {
	s := server(t, &stubReader{fail: map[string]bool{"series": true}})
	for _, c := range []struct {
		path, lang, want string
		status           int
	}{
		{"/observations", "sv-SE,sv;q=0.9", "Ange indicator", 400}, {"/observations", "en-GB,en;q=0.9,sv;q=0.1", "Give indicator", 400}, {"/observations", "", "Ange indicator", 400},
		{"/nope", "en", "no such address in the API", 404}, {"/observations?indicator=" + deathsID, "en", "Try again in a moment", 503},
	} {
		res, body := ask(t, s, apiRoot+c.path, "Accept-Language", c.lang)
		var p struct {
			Status                        int
			Title, Detail, Type, Instance string
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if res.StatusCode != c.status || p.Status != c.status || !strings.Contains(p.Detail, c.want) || res.Header.Get("Content-Type") != "application/problem+json" || p.Type == "" || !strings.HasPrefix(p.Instance, apiRoot) {
			t.Errorf("%s in %q: %d %s %s", c.path, c.lang, res.StatusCode, res.Header.Get("Content-Type"), body)
		}
	}
}
