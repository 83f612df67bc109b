package dashboard

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"utfall/dashboard/export"
)

// A file holds what the page of the same address shows, or with urval=alla all there is.
func TestShownAndAll(t *testing.T) {
	r := filled(t)
	s := server(t, r)
	for query, want := range map[string]int{"": 24, "?area=NO": 1, "?area=SE,NO,DK": 26, "?urval=alla": 26, "?area=NO&urval=alla": 26} {
		_, body := ask(t, s, "/indikator/"+deathsID+".json"+query)
		var list []any
		if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != want {
			t.Errorf("%s: %d figures, want %d (%v)", query, len(list), want, err)
		}
	}
	for _, f := range export.Formats() {
		path := "/en/indikator/" + deathsID + "." + f.Extension
		if f.ID == swedishCSV {
			path += "?dialekt=sv"
		}
		res, body := ask(t, s, path)
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != f.Kind || len(body) < 100 {
			t.Errorf("%s: status %d, %s, %d bytes", path, res.StatusCode, res.Header.Get("Content-Type"), len(body))
		}
		if name := res.Header.Get("Content-Disposition"); name != `attachment; filename="`+deathsID+`_2026-11-24.`+f.Extension+`"` {
			t.Errorf("%s: %s", path, name)
		}
	}
}

// Everything comes in one file; where the store goes away on the way, the file is seen not to be whole.
func TestEverything(t *testing.T) {
	r := filled(t)
	s := server(t, r)
	_, body := ask(t, s, "/data/allt.csv")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 1+len(r.figures) {
		t.Errorf("%d rows, want %d (%v)", len(rows), 1+len(r.figures), err)
	}
	if _, body := ask(t, s, "/data/allt.csv?dialekt=sv"); !strings.HasPrefix(body, "\ufeffindicator;") {
		t.Errorf("%.40q", body)
	}
	if res, _ := ask(t, s, "/data/allt.jsonstat"); res.StatusCode != http.StatusNotFound {
		t.Errorf("JSON-stat of everything: status %d", res.StatusCode)
	}
	r.fail = map[string]bool{"series": true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/data/allt.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := s.Test(req); err == nil {
		if _, err := io.ReadAll(res.Body); err == nil {
			t.Error("a file that is not whole came as if it were")
		}
	}
}

// A chart leaves its page as a picture that stands alone.
func TestPictures(t *testing.T) {
	r := filled(t)
	s := server(t, r)
	for _, query := range []string{"", "?area=SE,NO,DK", "?vy=styrdiagram", "?as_of=2026-03-05"} {
		_, svg := ask(t, s, "/indikator/"+deathsID+".svg"+query)
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", query, err, svg)
			}
		}
		for _, want := range []string{"Narkotikarelaterade dödsfall", "Visar läget", "http://127.0.0.1:8080/indikator/" + deathsID} {
			if !strings.Contains(svg, want) {
				t.Errorf("%s: the picture does not say %q", query, want)
			}
		}
		if strings.Contains(svg, "<script") || strings.Contains(svg, "class=") {
			t.Errorf("%s: script or class in the picture", query)
		}
		_, pixels := ask(t, s, "/indikator/"+deathsID+".png"+query)
		if p, err := png.Decode(bytes.NewReader([]byte(pixels))); err != nil || p.Bounds().Dx() < 1500 {
			t.Errorf("%s: %v", query, err)
		}
	}
	if res, body := ask(t, s, "/indikator/"+deathsID+".png?area=NO"); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "inget diagram") {
		t.Errorf("a picture of one figure: status %d", res.StatusCode)
	}
}

// Only who is allowed may show a chart in a frame; what is allowed stands in the policy of that page and no other.
func TestEmbed(t *testing.T) {
	s := server(t, filled(t))
	res, body := ask(t, s, "/inbaddad/"+deathsID+"?area=SE")
	if !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("policy %q", res.Header.Get("Content-Security-Policy"))
	}
	for _, want := range []string{"<svg", "<table", "Producer", `href="/indikator/` + deathsID + `?area=SE"`, "Visar läget", `lang="sv"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the embedded page lacks %q", want)
		}
	}
	if _, page := ask(t, s, "/data"); !strings.Contains(page, "--embed-from") {
		t.Error("the page does not say how to allow a frame")
	}
	c := s.Config
	c.Frames, c.Reader = []string{"https://goteborg.se", "https://*.vgregion.se"}, filled(t)
	open, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	res, _ = ask(t, open, "/en/inbaddad/"+deathsID)
	if !strings.HasSuffix(res.Header.Get("Content-Security-Policy"), "frame-ancestors https://goteborg.se https://*.vgregion.se") {
		t.Errorf("policy %q", res.Header.Get("Content-Security-Policy"))
	}
	for _, path := range []string{"/", "/indikator/" + deathsID, "/data"} {
		if res, _ := ask(t, open, path); !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s may be framed", path)
		}
	}
	for _, bad := range []string{"goteborg.se", "https://a.se/path", "https://a.se; script-src *", "'self'", "*", "javascript:x"} {
		if err := CheckFrames([]string{bad}); err == nil {
			t.Errorf("%q may show charts", bad)
		}
	}
}

// What is asked for and cannot be had is refused with what to do, and shows nothing of the inside.
func TestBadDownloads(t *testing.T) {
	s := server(t, filled(t))
	for path, want := range map[string]int{
		"/indikator/nope.xlsx": 404, "/indikator/nope.parquet": 404, "/indikator/nope.svg": 404, "/indikator/%3C%2Fscript%3E.csv": 404, "/indikator/" + deathsID + ".xlsx?area=XX": 404,
		"/indikator/" + deathsID + ".csv?dialekt=no": 400, "/indikator/" + deathsID + ".xlsx?dialekt=sv": 400, "/indikator/" + deathsID + ".json?urval=halva": 400, "/indikator/" + deathsID + ".exe": 404,
		"/indikator/" + deathsID + ".jsonstat?as_of=1999-01-01": 404, "/indikator/" + deathsID + ".parquet?as_of=%E2%80%AE": 400, "/data/allt.csv?as_of=1999-01-01": 404, "/data/allt.csv?dialekt=no": 400,
		"/data/allt.exe": 404, "/data?as_of=1999-01-01": 404, "/inbaddad/nope": 404, "/inbaddad/" + deathsID + "?sex=Q": 400, "/data/dcat.ttl?as_of=1999-01-01": 404,
		"/indikator/" + deathsID + ".csv?area=" + strings.Repeat("SE-1480,", 1100): 414, "/en/indikator/%E2%80%AEnope.json": 404,
	} {
		res, body := ask(t, s, path)
		if path = path[:min(len(path), 70)]; res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
		for _, not := range []string{"clickhouse", "goroutine", "<script>", "</script><", "\u202e"} {
			if strings.Contains(body, not) {
				t.Errorf("%s shows %q: %s", path, not, body)
			}
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", path, res.Header.Get("Content-Type"))
		}
	}
}
