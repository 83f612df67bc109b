package dashboard

import (
	"io/fs"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/format"
	"utfall/dashboard/still"
	"utfall/schema"
)

// pictureScale is how many pixels of a PNG there are to a unit of its chart: enough for print at the width of a page.
const pictureScale = 2

// mostSources bounds how many sources the foot of a picture names; the table has them all.
const mostSources = 6

// loadStill reads what pictures are made with: the pages' own styles and font.
func (s *Server) loadStill(css []byte, bundle fs.FS, names map[string]string) (err error) {
	if s.style, err = still.ReadStyle(css); err != nil {
		return err
	}
	font, err := fs.ReadFile(bundle, names["inter.woff2"])
	if err != nil {
		return err
	}
	s.printer, err = still.NewPrinter(font)
	return err
}

// pictures lists the chart of a page as files.
func (s *Server) pictures(v *view, id string) []choice {
	q := []string{"area", v.Query.Get("area"), "variant", v.Query.Get("variant"), "sex", v.Query.Get("sex"), "age", v.Query.Get("age"), "also", v.Query.Get("also"), "vy", v.Query.Get("vy"), "axel", v.Query.Get("axel")}
	return []choice{{ID: v.Link("/indikator/"+id+".svg", q...), Label: "SVG"}, {ID: v.Link("/indikator/"+id+".png", q...), Label: "PNG"}}
}

// drawnPage makes the part of an indicator's page that a picture needs.
func (s *Server) drawnPage(c *fiber.Ctx, v *view) (*indicatorPage, *chosen, error) {
	sel, err := s.choose(c, v)
	if err != nil {
		return nil, nil, err
	}
	unit, _ := s.Catalogue.Unit(sel.ind.Unit)
	v.Title = sel.ind.Label.In(v.Lang)
	p := &indicatorPage{view: v, Indicator: sel.ind, Unit: unit.Label.In(v.Lang), Chosen: sel.areas, Several: len(sel.lines) > 1}
	s.choices(p, sel)
	s.picture(p, sel)
	return p, sel, nil
}

// sheet puts the chart of a page on a picture, with what must stand beside it when it leaves the page.
func (s *Server) sheet(c *fiber.Ctx, v *view) (still.Sheet, error) {
	p, sel, err := s.drawnPage(c, v)
	if err != nil {
		return still.Sheet{}, err
	}
	out := still.Sheet{Title: p.ChartTitle, Unit: p.Unit + ". " + v.T("Skuggat: 95 % osäkerhet. Ihåliga märken: preliminär, skattad eller avrundad uppgift.",
		"Shaded: 95% limits. Hollow marks: provisional, estimated or rounded figure."), Footer: s.foot(v, sel)}
	switch {
	case len(p.Panels) > 0:
		out.Unit = p.Unit
		for _, panel := range p.Panels {
			out.Charts = append(out.Charts, still.Chart{Title: panel.Title, SVG: string(panel.Chart)})
		}
	case p.Control != nil:
		out.Title = v.Title + ". " + p.Control.Title
		out.Unit = p.Unit + ". " + v.T("Heldraget: medel. Streckat: naturliga gränser. Ring: mönster som slumpen sällan ger.", "Solid: mean. Dashed: natural limits. Ring: a pattern that chance seldom makes.")
		out.Charts = []still.Chart{{SVG: string(p.Control.Wide)}}
	case p.Wide != "":
		out.Charts = []still.Chart{{SVG: string(p.Wide)}}
	default:
		return still.Sheet{}, refuse(fiber.StatusNotFound, "För valet finns inget diagram, bara enstaka tal. De finns i tabellen på sidan.",
			"There is no chart for the choice, single figures only. They are in the table on the page.")
	}
	return out, nil
}

// foot says source, moment and address.
func (s *Server) foot(v *view, sel *chosen) []string {
	var from []string
	for i, r := range s.lineage(v, sel) {
		if i == mostSources {
			from = append(from, v.T("Med flera", "And others"))
			break
		}
		from = append(from, r.Attribution)
	}
	at := v.AsOf
	if v.Now() {
		at = s.Now()
	}
	return []string{strings.Join(from, ". ") + ".", v.T("Visar läget ", "Figures as of ") + format.Moment(at, v.Lang) + ".", s.aboutFile(v, "/indikator/"+sel.ind.ID).Address}
}

func (s *Server) svg(c *fiber.Ctx, v *view) (asset, error) {
	sheet, err := s.sheet(c, v)
	if err != nil {
		return asset{}, err
	}
	b, err := s.style.SVG(sheet)
	if err != nil {
		return asset{}, err
	}
	a := newAsset(b, "image/svg+xml")
	a.name = schema.Text{SV: "diagram_", EN: "chart_"}.In(v.Lang) + c.Params("id") + "_" + v.fileDate() + ".svg"
	return a, nil
}

func (s *Server) png(c *fiber.Ctx, v *view) (asset, error) {
	a, err := s.svg(c, v)
	if err != nil {
		return asset{}, err
	}
	b, err := s.printer.PNG(a.body, pictureScale)
	if err != nil {
		return asset{}, err
	}
	out := newAsset(b, "image/png")
	out.name = strings.TrimSuffix(a.name, ".svg") + ".png"
	return out, nil
}
