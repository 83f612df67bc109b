package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

const evil = `</title></svg><script>alert(1)</script>`

func short(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// wellFormed parses a picture, and fails on script and on what the content policy would block.
func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	if strings.Contains(svg, "<script") || strings.Contains(svg, "style=") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("%s: script, style or no number in %s", name, svg)
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s is not well formed: %v\n%s", name, err, svg)
		}
	}
}

func places(n int) []Place {
	out := make([]Place, n)
	for i := range out {
		out[i] = Place{Name: fmt.Sprint("Plats ", i), Text: fmt.Sprint(i), Value: float64(i % 7), Has: true, Standing: Unshown}
	}
	return out
}

// Whatever the figures are, each picture is whole: none, one, all equal, all zero, thousands, a label that is markup.
func TestPlacePictures(t *testing.T) {
	missing := []Place{{Name: "A", Text: "undertryckt", Standing: Absent}}
	for name, list := range map[string][]Place{"none": nil, "one": places(1), "missing": missing, "equal": {{Name: "A", Value: 3, Has: true, Standing: Itself}, {Name: "B", Value: 3, Has: true}}, "many": places(3000),
		"markup": {{Name: evil, Text: evil, Value: 5, Has: true, Sure: true, Lower: 2, Upper: 9, Standing: Above}, {Name: evil, Text: evil, Value: 1, Has: true, Standing: Below}}} {
		mark := 3.0
		ranked := Ranked{Title: evil, Number: short, Mark: &mark, Groups: []PlaceGroup{{}, {Title: evil, Places: list}}}
		swarm := Swarm{Title: evil, Number: short, Places: list, Named: func(Place) bool { return len(list) < 5 }}
		funnel := Funnel{Title: evil, Number: short, People: short, Baseline: 3, Inner: [2][][2]float64{{{1000, 1}, {10000, 2}}, {{1000, 5}, {10000, 4}}}}
		tiles := Tiles{Title: evil, Columns: 1, Rows: 1}
		for i, p := range list {
			funnel.Places = append(funnel.Places, FunnelPlace{Place: p, Population: float64(1000 * (i + 1)), Label: i < 5})
			tiles.Tiles = append(tiles.Tiles, Tile{Place: p, Lines: [2]string{p.Name, ""}})
		}
		for _, size := range []Size{Wide, Narrow} {
			wellFormed(t, name+" ranked", string(ranked.SVG(size)))
			wellFormed(t, name+" swarm", string(swarm.SVG(size)))
			wellFormed(t, name+" tiles", string(tiles.SVG(size)))
			if len(list) > 0 {
				wellFormed(t, name+" funnel", string(funnel.SVG(size)))
			}
		}
	}
}

// A missing value has its reason and no bar, and a bar of zero is there.
func TestRankedShowsMissingAsMissing(t *testing.T) {
	r := Ranked{Number: short, Groups: []PlaceGroup{{Places: []Place{{Name: "A", Text: "undertryckt, för få", Standing: Absent}, {Name: "B", Text: "0", Has: true, Standing: Below}, {Name: "C", Text: "4", Value: 4, Has: true}}}}}
	svg := string(r.SVG(Wide))
	if strings.Count(svg, "<rect") != 2 || !strings.Contains(svg, "undertryckt, för få") {
		t.Errorf("want two bars and the reason: %s", svg)
	}
}

// No dot of the swarm may hide another.
func TestSwarmDotsDoNotMeet(t *testing.T) {
	dots, _, _ := Swarm{Places: places(300)}.dots(Wide)
	for i, a := range dots {
		for _, b := range dots[:i] {
			if dx, dy := a.x-b.x, a.y-b.y; dx*dx+dy*dy < 7*7 {
				t.Fatalf("%s and %s meet", a.Name, b.Name)
			}
		}
	}
	if len(dots) != 300 {
		t.Errorf("%d dots for 300 places", len(dots))
	}
}

// Standing is drawn in shapes of its own, and in none where nothing is established.
func TestTilesTellStandingByShape(t *testing.T) {
	for standing, want := range map[Standing]string{Above: `class="stripes"`, Below: `class="dots"`, Unshown: ""} {
		svg := string(Tiles{Columns: 1, Rows: 1, Tiles: []Tile{{Place: Place{Standing: standing, Has: true, Text: "1"}}}}.SVG(Narrow))
		if marked := strings.Contains(svg, "<path"); marked != (want != "") || !strings.Contains(svg, want) {
			t.Errorf("%s: %s", standing, svg)
		}
	}
}

func TestFunnelNamesDoNotMeet(t *testing.T) {
	f := Funnel{Number: short, People: short, Baseline: 3}
	for i := range 12 {
		f.Places = append(f.Places, FunnelPlace{Place: Place{Name: fmt.Sprint("Place number ", i), Value: 5, Has: true, Standing: Above}, Population: 1e6 + float64(i)*1e4, Label: true})
	}
	f.Places = append(f.Places, FunnelPlace{Place: Place{Name: "Chosen", Value: 5, Has: true, Standing: Itself}, Population: 1.05e6, Label: true})
	svg := string(f.SVG(Wide))
	if !strings.Contains(svg, ">Chosen<") || strings.Count(svg, `class="name`) > 8 {
		t.Errorf("the chosen place has no name, or twelve names lie on top of each other")
	}
}
