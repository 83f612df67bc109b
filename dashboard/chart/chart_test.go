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

// The names of events must not lie over one another, and no event's line may run through another's name.
func TestEventNames(t *testing.T) {
	for _, size := range []Size{Wide, Narrow} {
		l := line()
		l.Series[0].Points[0].X, l.Series[0].Points[2].X = 1990.5, 2020.5
		for i, x := range []float64{1995, 2005.1, 2005.4, 2016.1, 2016.2, 2016.9, 2019} {
			l.Events = append(l.Events, Event{X: x, Label: "Lag om sprututbyte: kommunalt veto bort, åldersgräns sänkt", Mark: strconv.Itoa(i + 1)})
		}
		p := plot{extent: l.extent(), left: 52, right: float64(size.Width) - 14}
		n := l.notes(p, size)
		if len(n.list) != len(l.Events) {
			t.Fatalf("%d of %d events are named", len(n.list), len(l.Events))
		}
		for i, a := range n.list {
			for _, b := range n.list[:i] {
				if a.row == b.row && a.from < b.to && b.from < a.to {
					t.Errorf("%v: %+v lies over %+v", size, a, b)
				}
				if a.end == b.end && (b.row < a.row && b.from < a.x-1 && a.x+1 < b.to || a.row < b.row && a.from < b.x-1 && b.x+1 < a.to) {
					t.Errorf("%v: a line runs through a name: %+v, %+v", size, a, b)
				}
			}
			if a.from < 0 || a.to > float64(size.Width)+8 {
				t.Errorf("%v: %+v is cut by the edge", size, a)
			}
		}
	}
}

// A provisional figure is reached by a dashed line, a predicted one by none.
func TestOpenAndApart(t *testing.T) {
	l := Line{Number: func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }, Series: []Series{{Name: "a", Points: []Point{
		{X: 2000.5, Y: 3, Has: true}, {X: 2001.5, Y: 4, Has: true}, {X: 2002.5, Y: 5, Has: true, Weak: true, Open: true}, {X: 2003.5, Y: 6, Has: true, Weak: true, Apart: true}}}}}
	svg := string(l.SVG(Wide))
	if strings.Count(svg, `class="line open s1"`) != 1 || strings.Count(svg, "predicted") != 1 {
		t.Error(svg)
	}
	for _, path := range strings.Split(svg, "<path")[1:] {
		if class, _, _ := strings.Cut(path, " d="); strings.Contains(class, "open") && strings.Count(path[:strings.Index(path, "/>")], "L") != 1 {
			t.Errorf("the dashed line is not one step: %s", path)
		}
	}
}

// The value axis begins at zero, and only on demand elsewhere.
func TestFreeAxis(t *testing.T) {
	l := Line{Series: []Series{{Points: []Point{{X: 2000.5, Y: 480, Has: true}, {X: 2001.5, Y: 520, Has: true}}}}}
	if x := l.extent(); x.low != 0 || x.top != 600 {
		t.Errorf("%+v", x)
	}
	l.Free = true
	if x := l.extent(); x.low != 480 || x.top != 520 {
		t.Errorf("free: %+v", x)
	}
}

// A series that ends early is named beside its last figure, not at the edge.
func TestEarlyEnd(t *testing.T) {
	l := Line{Number: func(float64) string { return "" }, Series: []Series{
		{Name: "Riket", Points: []Point{{X: 1990.5, Y: 1, Has: true}, {X: 2020.5, Y: 5, Has: true}}},
		{Name: "Danmark", Points: []Point{{X: 2000.5, Y: 3, Has: true}}}}}
	svg := string(l.SVG(Wide))
	at := func(name string) float64 {
		before := svg[:strings.Index(svg, ">"+name+"</text>")]
		before = before[strings.LastIndex(before, `x="`)+3:]
		x, err := strconv.ParseFloat(before[:strings.IndexByte(before, '"')], 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if d, s := at("Danmark"), at("Riket"); d > 320 || s < 600 {
		t.Errorf("Danmark at %g, Riket at %g", d, s)
	}
}
