package still

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// example has each element that the pages draw charts with.
const example = `<svg class="chart" viewBox="0 0 400 200"><line class="grid" x1="52" x2="380" y1="20" y2="20"/><text class="tick" x="44" y="24" text-anchor="end">1 000</text>` +
	`<path class="band s1" d="M60 100L200 60L200 100L60 140Z"/><path class="line s2" d="M60 120L200 80"/><g class="dot s2 weak"><rect x="57" y="117" width="6" height="6"/><title>a &lt;b&gt;</title></g>` +
	`<g class="dot s1"><circle cx="200" cy="80" r="3"/></g><text class="name s1" x="210" y="84">Göteborg − 5–7 år</text></svg>`

func style(t *testing.T) Style {
	t.Helper()
	css, err := os.ReadFile("../static/utfall.css")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ReadStyle(css)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sheet() Sheet {
	return Sheet{Title: `Döda </script><script>alert(1)</script>`, Unit: "antal", Charts: []Chart{{SVG: example}},
		Footer: []string{"Källa: " + strings.Repeat("Socialstyrelsen ", 20), "Visar läget 23 november 2026"}}
}

// The picture carries its colours, needs nothing from outside, and is well formed whatever a label holds.
func TestSVG(t *testing.T) {
	s := style(t)
	out, err := s.SVG(sheet())
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, not := range []string{"class=", "<script", "var(", "url(", "style=", "href"} {
		if strings.Contains(text, not) {
			t.Errorf("the picture holds %s:\n%s", not, text)
		}
	}
	for _, want := range []string{`fill="` + s.colour("--series-1") + `"`, `stroke-dasharray="6 3"`, "Visar läget 23 november 2026", `fill-opacity=".14"`, `fill="none" stroke="#fff" stroke-width="3"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture lacks %s:\n%s", want, text)
		}
	}
	for d := xml.NewDecoder(bytes.NewReader(out)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	again, err := s.SVG(sheet())
	if err != nil || !bytes.Equal(out, again) {
		t.Errorf("the same chart gave other bytes (%v)", err)
	}
	if _, err := s.SVG(Sheet{Title: "empty"}); err == nil {
		t.Error("a sheet without a chart was drawn")
	}
	for _, broken := range []string{`<svg viewBox="0 0 1 1"><g></svg>`, "<svg><g></g></svg>", `<svg viewBox="5 5 1 1"></svg>`, ""} {
		if _, err := s.SVG(Sheet{Charts: []Chart{{SVG: broken}}}); err == nil {
			t.Errorf("%q was taken for a drawing", broken)
		}
	}
}

// A chart is as high as it says: what stands below it does not lie on it, and small ones stand in two columns.
func TestLayout(t *testing.T) {
	s := style(t)
	place := regexp.MustCompile(`<text x="24" y="([0-9.]+)"[^>]*>foot<`)
	at := func(svg string, charts ...Chart) float64 {
		out, err := s.SVG(Sheet{Title: "x", Charts: append(charts, Chart{SVG: svg}), Footer: []string{"foot"}})
		if err != nil {
			t.Fatal(err)
		}
		y, err := strconv.ParseFloat(place.FindStringSubmatch(string(out))[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	low, high := `<svg viewBox="0 0 400 200"></svg>`, `<svg viewBox="0 0 400 300"></svg>`
	if d := at(high) - at(low); d != 100 {
		t.Errorf("a chart that is 100 higher moves the foot by %g", d)
	}
	if d := at(low, Chart{SVG: high}) - at(high); d != 0 {
		t.Errorf("a lower chart beside a higher one moves the foot by %g", d)
	}
	if d := at(low, Chart{SVG: high}, Chart{SVG: low}) - at(high); d <= 200 {
		t.Errorf("a third chart moves the foot by %g", d)
	}
}

// The pixels are those of the SVG: paper, a line of the second series, and text in the first's colour.
func TestPNG(t *testing.T) {
	s := style(t)
	fonts, err := filepath.Glob("../web/dist/inter-*.woff2")
	if err != nil || len(fonts) == 0 {
		t.Fatalf("the font is missing: run `make deps` (%v)", err)
	}
	font, err := os.ReadFile(fonts[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPrinter(font)
	if err != nil {
		t.Fatal(err)
	}
	svg, err := s.SVG(sheet())
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.PNG(svg, 2)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.PNG(svg, 2); err != nil || !bytes.Equal(out, again) {
		t.Errorf("the same picture gave other pixels (%v)", err)
	}
	if to := os.Getenv("UTFALL_SCREENSHOTS"); to != "" {
		if err := os.WriteFile(filepath.Join(to, "still.png"), out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	picture, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if w := picture.Bounds().Dx(); w != 2*leastWidth {
		t.Errorf("%d pixels wide", w)
	}
	seen := map[color.RGBA]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			seen[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	for name, c := range map[string]color.RGBA{"paper": {255, 255, 255, 255}, "ink": {0x13, 0x1a, 0x24, 255}, "first series": {0x0b, 0x4f, 0x8a, 255}, "second series": {0xb4, 0x53, 0x09, 255}} {
		if seen[c] < 20 {
			t.Errorf("%d pixels of %s", seen[c], name)
		}
	}
	if _, err := p.PNG([]byte(`<svg viewBox="0 0 1 1"><foreignObject/></svg>`), 1); err == nil {
		t.Error("an element that cannot be drawn was passed over")
	}
	if _, err := NewPrinter([]byte("no font")); err == nil {
		t.Error("no font was taken for one")
	}
}

func TestReadStyle(t *testing.T) {
	for _, bad := range []string{"a", "a {", ":root { --ink: #000 }"} {
		if _, err := ReadStyle([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a style sheet", bad)
		}
	}
}

// A rule may name the element that it is meant for, and what cannot be broken at a space is broken anyway.
func TestElementsAndAddresses(t *testing.T) {
	s, err := ReadStyle([]byte(":root { --ink: #111; --paper: #fff } .chart .bar { fill: #222 } .chart rect.bar.own { fill: #333 } .chart rect.bar { fill: #444 }"))
	if err != nil {
		t.Fatal(err)
	}
	svg, err := s.SVG(Sheet{Title: "t", Charts: []Chart{{SVG: `<svg viewBox="0 0 100 50"><rect class="bar own"/><rect class="bar"/><path class="bar own"/></svg>`}},
		Footer: []string{"See https://utfall.example.se/" + strings.Repeat("a", 200) + " now"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<rect fill="#333">`, `<rect fill="#444">`, `<path fill="#222">`, ">See</text>", ">https://utfall"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("without %s: %s", want, svg)
		}
	}
	for _, line := range wrap(strings.Repeat("a", 200), 560, 12) {
		if len(line) > 84 {
			t.Errorf("a line of %d letters", len(line))
		}
	}
}
