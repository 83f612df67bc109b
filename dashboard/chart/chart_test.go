package chart

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
)

func line() Line {
	return Line{Title: "Döda </script><script>alert(1)</script>", Decimals: 0, Number: func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) },
		Series: []Series{{Name: `a"<b>`, Points: []Point{{X: 2000.5, Y: 3, Has: true, Label: "2000"}, {X: 2001.5, Label: "2001"}, {X: 2002.5, Y: 9, Has: true, Label: "2002"}}}}}
}

// A label from a source must not become script, and a gap must not become a zero or a line.
func TestJSON(t *testing.T) {
	b, err := line().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "<") {
		t.Errorf("an unescaped < in %s", b)
	}
	var got struct {
		Option struct {
			Series []struct {
				Data []struct{ Value []any }
			}
		}
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	data := got.Option.Series[0].Data
	if len(data) != 3 || data[1].Value[1] != nil || data[2].Value[1] != 9.0 {
		t.Errorf("data %v", data)
	}
}

func TestSVG(t *testing.T) {
	for _, size := range []Size{Wide, Narrow} {
		svg := string(line().SVG(size))
		if strings.Contains(svg, "<script") || strings.Contains(svg, "style=") {
			t.Errorf("script or style in %s", svg)
		}
		if !strings.Contains(svg, "M") || strings.Count(svg, `class="line s1" d="M`) != 1 || strings.Contains(svg[strings.Index(svg, `class="line`):], "L") {
			t.Errorf("the line joins across a gap: %s", svg)
		}
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("not well formed: %v\n%s", err, svg)
			}
		}
	}
}

func TestTick(t *testing.T) {
	for top, want := range map[float64]float64{10: 2, 519: 200, 4.9: 1, 0: 1, 1e6: 200000} {
		if got := tick(top); got != want {
			t.Errorf("tick(%g) = %g, want %g", top, got, want)
		}
	}
}
