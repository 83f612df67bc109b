package dashboard

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// hungReader does not answer a query until it is let go, whatever its context says.
type hungReader struct {
	*stubReader
	hang map[string]chan struct{}
}

func (r hungReader) await(query string) {
	if gate := r.hang[query]; gate != nil {
		<-gate
	}
}

func (r hungReader) Series(ctx context.Context, q schema.Query) ([]schema.Observation, error) {
	name := "series"
	if len(q.Indicators) != 1 {
		name = "related"
	}
	r.await(name)
	return r.stubReader.Series(ctx, q)
}

func (r hungReader) Revisions(ctx context.Context, id string, at time.Time) ([]schema.Revision, error) {
	r.await("revisions")
	return r.stubReader.Revisions(ctx, id, at)
}

func (r hungReader) Releases(context.Context, string, time.Time) ([]schema.Release, error) {
	r.await("releases")
	return []schema.Release{{Seq: 7, Dataset: "test/x", PublishAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}, nil
}

func hung(t *testing.T, query string) (*Server, func()) {
	t.Helper()
	r := hungReader{&stubReader{figures: []schema.Observation{figure(t, deathsID, "SE", "2021", 450), figure(t, deathsID, "SE", "2022", 519)}}, map[string]chan struct{}{query: make(chan struct{})}}
	s := server(t, r.stubReader)
	s.Reader = limited{r, s.Catalogue}
	s.Patience = time.Second // what does answer must have the time to, on a busy machine
	free := func() { close(r.hang[query]) }
	return s, free
}

// A query that hangs costs its own panel: the rest of the page comes without it, and the link to the whole page waits.
func TestHungPanel(t *testing.T) {
	for query, x := range map[string]struct{ late, has string }{
		"related":   {"andra sätt att räkna", "519"},
		"revisions": {"revideringar", "519"},
		"releases":  {"utgåvor", "519"},
	} {
		s, free := hung(t, query)
		res, body := ask(t, s, "/indikator/"+deathsID)
		if res.StatusCode != http.StatusOK || !strings.Contains(body, "Dröjer: "+x.late) || !strings.Contains(body, x.has) {
			t.Errorf("%s: status %d, without its notice or the rest\n%s", query, res.StatusCode, body)
		}
		if strings.Contains(body, "Det finns inga siffror för valet") {
			t.Errorf("%s: says that there are no figures, when they are late", query)
		}
		if !strings.Contains(body, `href="/indikator/`+deathsID+`?vanta=ja"`) {
			t.Errorf("%s: no link to the whole page", query)
		}
		free()
		if _, body := ask(t, s, "/indikator/"+deathsID+"?vanta=ja"); strings.Contains(body, "Dröjer") || !strings.Contains(body, "519") {
			t.Errorf("%s: the whole page is not whole", query)
		}
		s.Patience = time.Minute
		if _, body := ask(t, s, "/indikator/"+deathsID); strings.Contains(body, "Dröjer") {
			t.Errorf("%s: a page without a panel was kept", query)
		}
	}
}

// What a page is about is waited for, also longer than for a panel.
func TestSlowFigures(t *testing.T) {
	s, free := hung(t, "series")
	s.Patience = time.Millisecond
	time.AfterFunc(50*time.Millisecond, free)
	if res, body := ask(t, s, "/indikator/"+deathsID+"?vanta=ja"); res.StatusCode != http.StatusOK || !strings.Contains(body, "519") {
		t.Errorf("status %d, without the figures\n%s", res.StatusCode, body)
	}
}

// Kolada may be named beside its own figures, and not beside what was computed from them.
func TestLineage(t *testing.T) {
	plain := figure(t, "cost_addiction_care_adults", "SE", "2022", 828)
	plain.Source = "Kolada (RKA)"
	fixed := figure(t, "cost_addiction_care_adults_2022_prices", "SE", "2022", 828)
	fixed.Source = "Utfall (SCB)"
	s := server(t, &stubReader{figures: []schema.Observation{plain, fixed}})
	if _, body := ask(t, s, "/indikator/cost_addiction_care_adults"); !strings.Contains(body, "Källa: Kolada (1 av talen") {
		t.Errorf("an unprocessed figure does not name its source:\n%s", body)
	}
	_, body := ask(t, s, "/indikator/cost_addiction_care_adults_2022_prices")
	terms := body[strings.Index(body, "Källor och villkor</h2>"):]
	terms = terms[:strings.Index(terms, "</aside>")]
	if strings.Contains(terms, "Kolada") || !strings.Contains(terms, "Egen beräkning på uppgifter från SCB") {
		t.Errorf("a computed figure names Kolada, or nobody: %s", terms)
	}
}

// The slider is a form: it answers by the address of the page as it stood then, and its right end is now.
func TestVintages(t *testing.T) {
	r := &vintagedReader{stubReader: &stubReader{figures: []schema.Observation{figure(t, deathsID, "SE", "2022", 519)}}}
	s := server(t, r.stubReader)
	s.Reader = limited{r, s.Catalogue}
	_, body := ask(t, s, "/indikator/"+deathsID)
	if !strings.Contains(body, `<input type="range" name="utgava" min="0" max="2" step="1" value="2"`) || !strings.Contains(body, "<output>nu</output>") {
		t.Errorf("no slider at now:\n%s", body)
	}
	for asked, want := range map[string]string{
		"0": "/indikator/" + deathsID + "?area=SE&as_of=2026-03-01T00%3A00%3A00Z#revideringar",
		"2": "/indikator/" + deathsID + "?area=SE#revideringar",
	} {
		res, _ := ask(t, s, "/indikator/"+deathsID+"?area=SE&utgava="+asked)
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%s: %d %s, want %s", asked, res.StatusCode, got, want)
		}
	}
	if res, _ := ask(t, s, "/indikator/"+deathsID+"?utgava=99"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a release that is not there: %d", res.StatusCode)
	}
}

type vintagedReader struct{ *stubReader }

func (r *vintagedReader) Releases(context.Context, string, time.Time) ([]schema.Release, error) {
	return []schema.Release{{Seq: 9, PublishAt: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}, {Seq: 7, PublishAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}, nil
}
