package dashboard

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"utfall/dashboard/briefing"
	"utfall/schema"
)

const draftKey = "a key that is long enough"

// editor is a server with a folder for drafts.
func editor(t *testing.T) (s *Server, dir string) {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	shelf, err := briefing.NewShelf(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	figures := referenceFigures(t)
	for _, o := range figures { // what the program computes is not in the collection; any numbers do for a form
		if o.Indicator == "cost_addiction_care_adults" {
			o.Indicator = "cost_addiction_care_adults_2022_prices"
			figures = append(figures, o)
		}
	}
	r := &stubReader{figures: figures, state: schema.State{LastRelease: 1, FirstReleased: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), LastReleased: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}
	s, err = New(Config{Reader: r, Catalogue: c, Version: "test", Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
		BriefingConfig: BriefingConfig{Drafts: shelf, DraftKey: draftKey}})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func post(t *testing.T, s *Server, path string, form url.Values, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Test(r)
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

// form is what the browser would post of a draft that nobody has touched.
func form(t *testing.T, s *Server, id, do string) url.Values {
	t.Helper()
	def, ok := s.Drafts.Get(id)
	if !ok {
		t.Fatalf("no draft %s", id)
	}
	out := url.Values{"gor": {do}, "fil": {string(def.Source())}, "grund": {hashOf(def.Source())}}
	for _, f := range def.Fields() {
		if f.Kind == briefing.FieldNone {
			out.Set("ruta."+f.Path, "1")
		}
		if f.Kind != briefing.FieldNone || f.Value != "" {
			out.Set("f."+f.Path, strings.ReplaceAll(f.Value, "\n", "\r\n"))
		}
	}
	return out
}

const edits = "/genomgang/narkotikadodlighet/redigera"

// The form holds every text; what is wrong stands at its field; what is posted untouched comes back the same.
func TestEdit(t *testing.T) {
	s, _ := editor(t)
	res, page := ask(t, s, edits)
	if res.StatusCode != http.StatusOK || !strings.Contains(page, `name="f.sections.0.parts.0.text.sv"`) || !strings.Contains(page, "LIX") || !strings.Contains(page, `name="f.sections.2.none" value="true" checked`) {
		t.Fatalf("status %d\n%s", res.StatusCode, page)
	}
	x := form(t, s, "narkotikadodlighet", "granska")
	x.Set("f.sections.0.parts.0.text.sv", "Ett stycke.\r\n\r\nEtt <b>till</b>.")
	x.Set("f.title.en", "")
	x.Del("f.sections.2.none")
	_, page = post(t, s, edits, x)
	for _, want := range []string{`aria-describedby="fel-1-0"`, `HTML får inte stå i en text: &#34;&lt;b&gt;till&lt;/b&gt;.&#34;; skriv Markdown`,
		`id="fel-0-1">text behövs på både sv och en`, "avsnittet ecological är tomt; skriv delar, eller none: true", "4 fel måste rättas"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<b>till</b>") {
		t.Error("HTML of a text became HTML of the page")
	}
	res, file := post(t, s, edits, form(t, s, "narkotikadodlighet", "hamta"))
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="narkotikadodlighet.yaml"` {
		t.Error(got)
	}
	def, _ := s.Drafts.Get("narkotikadodlighet")
	back, faults := s.Drafts.Check("narkotikadodlighet", []byte(file))
	if len(faults) > 0 || len(back.Fields()) != len(def.Fields()) {
		t.Fatalf("the file that came back: %v", faults)
	}
	for i, f := range back.Fields() {
		if strings.TrimSpace(f.Value) != strings.TrimSpace(def.Fields()[i].Value) {
			t.Errorf("%s came back as %q", f.Path, f.Value)
		}
	}
}

// A word that names a cause is noted, and the preview has the figures.
func TestPreview(t *testing.T) {
	s, _ := editor(t)
	x := form(t, s, "brukarrum", "granska")
	x.Set("f.sections.7.parts.0.text.sv", "Minskningen berodde på rummen.")
	_, page := post(t, s, "/genomgang/brukarrum/redigera", x)
	for _, want := range []string{"pekar ut en orsak", "Förhandsvisning", "Minskningen berodde på rummen."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Saving needs the key, the same site, a sound text and a draft that nobody else has changed meanwhile.
func TestSave(t *testing.T) {
	s, dir := editor(t)
	saving := func(change func(url.Values), headers ...string) (int, string) {
		x := form(t, s, "narkotikadodlighet", "spara")
		x.Set("nyckel", draftKey)
		x.Set("f.title.sv", "Ny titel")
		change(x)
		res, page := post(t, s, edits, x, headers...)
		return res.StatusCode, page
	}
	path := filepath.Join(dir, "narkotikadodlighet.yaml")
	same := func(url.Values) {}
	for name, x := range map[string]struct {
		change  func(url.Values)
		headers []string
		status  int
		says    string
	}{
		"without the key": {func(v url.Values) { v.Del("nyckel") }, nil, 403, "nyckeln är fel"},
		"a wrong key":     {func(v url.Values) { v.Set("nyckel", draftKey+"x") }, nil, 403, "nyckeln är fel"},
		"another site":    {same, []string{"Sec-Fetch-Site", "cross-site"}, 403, "från en annan webbplats"},
		"another origin":  {same, []string{"Origin", "https://evil.example"}, 403, "från en annan webbplats"},
		"a fault":         {func(v url.Values) { v.Set("f.period", "2013-2023") }, nil, 422, "rätta felen"},
		"another id": {func(v url.Values) {
			v.Set("fil", strings.Replace(v.Get("fil"), "id: narkotikadodlighet", "id: ../x", 1))
		}, nil, 422, "rätta felen"},
		"a stranger's":  {func(v url.Values) { v.Set("f.sections.99.none", "true") }, nil, 400, "hör inte ihop"},
		"changed since": {func(v url.Values) { v.Set("grund", "0") }, nil, 409, "någon annan har ändrat"},
	} {
		if status, page := saving(x.change, x.headers...); status != x.status || !strings.Contains(page, x.says) {
			t.Errorf("%s: status %d, want %d and %q", name, status, x.status, x.says)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%s: was saved", name)
		}
	}
	if status, page := saving(same, "Sec-Fetch-Site", "same-origin"); status != http.StatusOK || !strings.Contains(page, "Sparat.") {
		t.Fatalf("status %d\n%s", status, page)
	}
	if def, _ := s.Drafts.Get("narkotikadodlighet"); def.Title.SV != "Ny titel" {
		t.Errorf("the draft is called %q", def.Title.SV)
	}
	if n := len(s.Drafts.List()); n != 2 {
		t.Errorf("%d drafts, want 2: the folder's takes the shipped one's place", n)
	}
	if err := os.WriteFile(path, []byte("id: narkotikadodlighet\ncolour: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Drafts.Refresh(); err != nil || len(s.Drafts.Faults()) != 1 || !strings.Contains(s.Drafts.Faults()[0].Error(), "narkotikadodlighet.yaml: line 2: unknown key colour") {
		t.Errorf("%v %v", err, s.Drafts.Faults())
	}
	if def, _ := s.Drafts.Get("narkotikadodlighet"); def.Title.SV != "Ny titel" {
		t.Error("a fault in the file took the last sound draft away")
	}
}

// Nothing but the form takes a post, and a key that could be guessed, or has no folder, is refused.
func TestPostElsewhere(t *testing.T) {
	s, _ := editor(t)
	for _, path := range []string{"/", "/genomgang", "/genomgang/brukarrum", "/indikator/" + deathsID, "/genomgang/brukarrum.pdf"} {
		if res, _ := post(t, s, path, url.Values{"gor": {"spara"}}); res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if res, _ := post(t, s, "/genomgang/nope/redigera", url.Values{}); res.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", res.StatusCode)
	}
	for _, key := range []string{"short", draftKey} {
		c := s.Config
		c.DraftKey, c.Drafts = key, nil
		if _, err := New(c); err == nil {
			t.Errorf("the key %q without a folder was taken", key)
		}
	}
}

// A new draft begins as another under its own name, and is not there before it is saved.
func TestNewDraft(t *testing.T) {
	s, dir := editor(t)
	if _, page := ask(t, s, "/genomgang"); !strings.Contains(page, `action="/genomgang/nytt"`) || !strings.Contains(page, `<option value="brukarrum">`) {
		t.Error("the list does not offer a new draft")
	}
	for path, want := range map[string]int{"/genomgang/nytt?namn=brukarrum&efter=brukarrum": 409, "/genomgang/nytt?namn=Ny+text&efter=brukarrum": 400, "/genomgang/nytt?namn=nytt&efter=brukarrum": 400,
		"/en/genomgang/nytt?namn=x&efter=nope": 404, "/genomgang/nytt": 404, "/genomgang/vantetider-2027/redigera": 404} {
		if res, page := ask(t, s, path); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d\n%.300s", path, res.StatusCode, want, page)
		}
	}
	res, _ := ask(t, s, "/genomgang/nytt?namn=vantetider-2027&efter=brukarrum")
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || to != "/genomgang/vantetider-2027/redigera?efter=brukarrum" {
		t.Fatalf("status %d to %q", res.StatusCode, to)
	}
	res, page := ask(t, s, to)
	if res.StatusCode != http.StatusOK || !strings.Contains(page, `action="/genomgang/vantetider-2027/redigera?efter=brukarrum"`) || strings.Contains(page, "SLK-2024-00743") {
		t.Fatalf("status %d\n%.2000s", res.StatusCode, page)
	}
	text, err := s.beginDraft("vantetider-2027", "brukarrum")
	if err != nil {
		t.Fatal(err)
	}
	x := url.Values{"gor": {"spara"}, "fil": {string(text)}, "grund": {hashOf(nil)}, "nyckel": {draftKey}, "f.title.sv": {"Väntetider"}}
	if res, page := post(t, s, to, x); res.StatusCode != http.StatusOK || !strings.Contains(page, "Sparat.") {
		t.Fatalf("status %d\n%.3000s", res.StatusCode, page)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "vantetider-2027.yaml"))
	if err != nil || !strings.Contains(string(saved), `"Väntetider"`) {
		t.Errorf("%v\n%.300s", err, saved)
	}
	if res, page := post(t, s, to, x); res.StatusCode != http.StatusConflict { // somebody else has begun the same meanwhile
		t.Errorf("status %d\n%.300s", res.StatusCode, page)
	}
	if _, page := ask(t, s, "/genomgang"); !strings.Contains(page, "Väntetider") {
		t.Error("the saved draft is not in the list")
	}
}
