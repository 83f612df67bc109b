package browser

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"image/png"
	"io"
	"regexp"
	"strings"
	"testing"
)

var pictureLink = regexp.MustCompile(`href="([^"]*bild=[^"]*)"`)

// pictures takes every chart that stands beside tables as a file, in both languages: whole, with its source, moment and address.
func pictures(t *testing.T, p *program) {
	for path, want := range map[string]struct {
		number int
		says   []string
	}{
		"/jamfor/cost_addiction_care_adults?area=SE-1480":                     {4, []string{"Missbruks- och beroendevård för vuxna", "Göteborg", "Källa: Kolada", "Visar läget", "/jamfor/cost_addiction_care_adults?area=SE-1480"}},
		"/jamfor/drug_related_deaths_broad_per_100000?niva=region&area=SE-12": {4, []string{"Visar läget", "Region Skåne"}},
		"/vardkedja": {4, []string{"Visar läget", "/vardkedja?as_of="}},
		"/en/insatser/gbg_nsp_open?indikator=reported_drug_offences": {2, []string{"before and after", "Figures as of", "/en/insatser/"}},
		"/pastaenden/c03":            {2, []string{"index", "Visar läget", "/pastaenden/c03?as_of="}},
		"/en/vardkedja?area=SE-1480": {2, []string{"SEK per inhabitant", "Figures as of"}},
		"/en/jamfor/cost_addiction_care_adults?area=SE-1480&q=ale": {4, []string{"per inhabitant", "Figures as of"}},
	} {
		status, _, page := p.get(t, path)
		links := pictureLink.FindAllStringSubmatch(page, -1)
		if status != 200 || len(links) != want.number {
			t.Errorf("%s: status %d, %d pictures, want %d", path, status, len(links), want.number)
			continue
		}
		for _, l := range links {
			status, header, body := p.get(t, html.UnescapeString(l[1]))
			if status != 200 || !strings.Contains(header.Get("Content-Disposition"), "attachment; filename=") {
				t.Errorf("%s: status %d, %q", l[1], status, header.Get("Content-Disposition"))
			}
			if strings.HasSuffix(header.Get("Content-Disposition"), `.png"`) {
				m, err := png.Decode(strings.NewReader(body))
				if err != nil || m.Bounds().Dx() < 1000 {
					t.Errorf("%s is no picture: %v", l[1], err)
				}
				continue
			}
			text := svgText(t, body)
			for _, s := range want.says {
				if !strings.Contains(text, s) {
					t.Errorf("%s does not say %q: %s", l[1], s, text)
				}
			}
		}
	}
	for path, want := range map[string]string{"/vardkedja?bild=nej.png": "Bilden ”nej.png” finns inte", "/en/vardkedja?bild=index.gif": "There is no picture “index.gif”", "/?bild=x.svg": "finns inte"} {
		if status, _, body := p.get(t, path); status != 404 || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, without %q", path, status, want)
		}
	}
}

// svgText gives the words of a picture, and fails if it is not well formed.
func svgText(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Errorf("the picture is not well formed: %v", err)
			return b.String()
		}
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
			b.WriteByte(' ')
		}
	}
}
