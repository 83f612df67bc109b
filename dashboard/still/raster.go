package still

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
	woff "github.com/tdewolff/font"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Printer turns pictures into pixels. It is safe to use from several goroutines.
type Printer struct{ font *opentype.Font }

// NewPrinter reads the font that text is set in, as WOFF2, WOFF or OpenType. Of a variable font its default weight is used.
func NewPrinter(file []byte) (*Printer, error) {
	sfnt, err := woff.ToSFNT(file)
	if err != nil {
		return nil, fmt.Errorf("still: the font cannot be opened: %w", err)
	}
	f, err := opentype.Parse(sfnt)
	if err != nil {
		return nil, fmt.Errorf("still: the font cannot be read: %w", err)
	}
	return &Printer{f}, nil
}

// PNG draws a picture that Style.SVG made, scale pixels to a unit.
func (p *Printer) PNG(svg []byte, scale int) ([]byte, error) {
	shapes, texts, err := apart(svg)
	if err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(shapes), oksvg.StrictErrorMode)
	if err != nil {
		return nil, fmt.Errorf("still: the picture cannot be drawn: %w", err)
	}
	width, height := int(icon.ViewBox.W)*scale, int(icon.ViewBox.H)*scale
	icon.SetTarget(0, 0, float64(width), float64(height))
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	icon.Draw(rasterx.NewDasher(width, height, rasterx.NewScannerGV(width, height, canvas, canvas.Bounds())), 1)
	if err := p.write(canvas, texts, float64(scale)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, canvas); err != nil {
		return nil, fmt.Errorf("still: %w", err)
	}
	return b.Bytes(), nil
}

// words is a piece of text and where it stands, in the picture's units.
type words struct {
	text, anchor string
	x, y, size   float64
	bold         bool
	fill         color.Color
	outline      float64 // half the width of a line around the letters, drawn in place of them; 0 for the letters
}

// level is an open element: how far it is moved, and its attributes with those it inherits.
type level struct {
	x, y       float64
	attributes map[string]string
}

// apart takes the texts out of a picture: the rasteriser draws shapes only.
func apart(svg []byte) (shapes []byte, texts []words, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	var b strings.Builder
	stack := []level{{attributes: map[string]string{}}}
	skipping := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return []byte(b.String()), texts, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("still: the picture is not well formed: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			above := stack[len(stack)-1]
			here := level{above.x, above.y, map[string]string{}}
			for _, k := range []string{"font-size", "font-weight", "fill", "text-anchor", "stroke", "stroke-width"} {
				here.attributes[k] = above.attributes[k]
			}
			for _, a := range t.Attr {
				here.attributes[a.Name.Local] = a.Value
			}
			if m := here.attributes["transform"]; m != "" && t.Name.Local == "g" {
				var x, y float64
				if _, err := fmt.Sscanf(m, "translate(%g,%g)", &x, &y); err != nil {
					return nil, nil, fmt.Errorf("still: %q is not a translation", m)
				}
				here.x, here.y = here.x+x, here.y+y
			}
			delete(here.attributes, "transform")
			stack = append(stack, here)
			if t.Name.Local == "text" || t.Name.Local == "title" {
				skipping++
			} else {
				start(&b, t)
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			if t.Name.Local == "text" || t.Name.Local == "title" {
				skipping--
			} else {
				b.WriteString("</" + t.Name.Local + ">")
			}
		case xml.CharData:
			here := stack[len(stack)-1]
			_, placed := here.attributes["x"]
			if skipping == 1 && placed && strings.TrimSpace(string(t)) != "" {
				w, err := here.set(string(t), here.x, here.y)
				if err != nil {
					return nil, nil, err
				}
				texts = append(texts, w)
			}
		}
	}
}

func (l level) set(text string, dx, dy float64) (words, error) {
	number := func(name string) (v float64, err error) {
		v, err = strconv.ParseFloat(l.attributes[name], 64)
		if err != nil {
			err = fmt.Errorf("still: a text has %s=%q, which is no number", name, l.attributes[name])
		}
		return v, err
	}
	x, errX := number("x")
	y, errY := number("y")
	size, errSize := number("font-size")
	weight, _ := strconv.Atoi(l.attributes["font-weight"])
	w := words{text: text, anchor: l.attributes["text-anchor"], x: dx + x, y: dy + y, size: size, bold: weight >= 600}
	colour := l.attributes["fill"]
	var errWidth error
	if colour == "none" {
		colour = l.attributes["stroke"]
		w.outline, errWidth = number("stroke-width")
		w.outline /= 2
	}
	var errColour error
	w.fill, errColour = oksvg.ParseSVGColor(colour)
	return w, errors.Join(errX, errY, errSize, errWidth, errColour)
}

func start(b *strings.Builder, t xml.StartElement) {
	b.WriteString("<" + t.Name.Local)
	for _, a := range t.Attr {
		fmt.Fprintf(b, ` %s="%s"`, a.Name.Local, html.EscapeString(a.Value))
	}
	b.WriteString(">")
}

// write sets the texts. The font has one weight: bold is written twice, a little apart.
func (p *Printer) write(canvas *image.RGBA, texts []words, scale float64) error {
	faces := map[float64]font.Face{}
	for _, w := range texts {
		face, ok := faces[w.size]
		if !ok {
			var err error
			if face, err = opentype.NewFace(p.font, &opentype.FaceOptions{Size: w.size * scale, DPI: 72, Hinting: font.HintingNone}); err != nil {
				return fmt.Errorf("still: %w", err)
			}
			faces[w.size] = face
		}
		x := fixed.Int26_6(w.x * scale * 64)
		switch wide := font.MeasureString(face, w.text); w.anchor {
		case "middle":
			x -= wide / 2
		case "end":
			x -= wide
		}
		for _, shift := range w.shifts() {
			d := font.Drawer{Dst: canvas, Src: image.NewUniform(w.fill), Face: face,
				Dot: fixed.Point26_6{X: x + fixed.Int26_6(shift[0]*scale*64), Y: fixed.Int26_6((w.y + shift[1]) * scale * 64)}}
			d.DrawString(w.text)
		}
	}
	return nil
}

// shifts gives where a text is written, in units from its place: once, twice a little apart for bold, or all around.
func (w words) shifts() [][2]float64 {
	out := [][2]float64{{0, 0}}
	if w.bold {
		out = append(out, [2]float64{0.03 * w.size, 0})
	}
	if w.outline == 0 {
		return out
	}
	const around = 16
	for i := range around {
		a := 2 * math.Pi * float64(i) / around
		out = append(out, [2]float64{w.outline * math.Cos(a), w.outline * math.Sin(a)})
	}
	return out
}
