package dashboard

import (
	"html/template"
	"io/fs"
	"slices"
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

// picture is a chart of a page: what it is called, what it shows, and the figures in it, whose sources a file of it names.
type picture struct {
	ID, Title, Unit, Sentence string
	Of, Marks                 string // what the page says around it and a file must say itself: the subject, and what the marks mean
	Word                      string // before the names of its files
	Wide, Narrow              template.HTML
	Files                     []choice
	figures                   []schema.Observation
}

// pictureKey names, in a page's address, the one picture of it that is wanted, as in bild=tratt.png.
const pictureKey = "bild"

// draw puts a chart on the page, with the addresses of its files.
func (v *view) draw(p picture) *picture {
	p.Files = []choice{{ID: v.With(pictureKey, p.ID+".svg"), Label: "SVG"}, {ID: v.With(pictureKey, p.ID+".png"), Label: "PNG"}}
	p.Word = v.T("Diagrammet som bild:", "The chart as a picture:")
	v.drawn = append(v.drawn, &p)
	return &p
}

// pictureOf gives the picture of a page that its address asks for.
func (s *Server) pictureOf(v *view) (asset, error) {
	asked := v.Query.Get(pictureKey)
	id, kind, _ := strings.Cut(asked, ".")
	i := slices.IndexFunc(v.drawn, func(p *picture) bool { return p.ID == id })
	if i < 0 || kind != "svg" && kind != "png" {
		return asset{}, refuse(fiber.StatusNotFound, "Bilden ”"+short(asked)+"” finns inte på sidan. Välj en av bilderna under diagrammen.",
			"There is no picture “"+short(asked)+"” on the page. Choose one of the pictures below the charts.")
	}
	p := v.drawn[i]
	v.Query.Del(pictureKey)
	page := strings.ReplaceAll(strings.Trim(v.path, "/"), "/", "_")
	title, unit := p.Title, p.Unit
	if p.Of != "" && !strings.HasPrefix(title, p.Of) {
		title = p.Of + ". " + title
	}
	if p.Marks != "" {
		unit += " " + p.Marks
	}
	return s.asFile(still.Sheet{Title: title, Unit: unit, Charts: []still.Chart{{SVG: string(p.Wide)}}, Footer: s.foot(v, v.path, p.figures)}, page+"_"+id+"_"+v.fileDate(), kind)
}

// asFile writes a sheet as SVG or PNG.
func (s *Server) asFile(sheet still.Sheet, name, kind string) (asset, error) {
	b, err := s.style.SVG(sheet)
	if err != nil {
		return asset{}, err
	}
	a := newAsset(b, "image/svg+xml")
	if kind == "png" {
		if b, err = s.printer.PNG(a.body, pictureScale); err != nil {
			return asset{}, err
		}
		a = newAsset(b, "image/png")
	}
	a.name = name + "." + kind
	return a, nil
}

// cited names the sources of figures in one line, those of most figures first; none where there are no figures.
func (s *Server) cited(v *view, figures []schema.Observation) []string {
	var all []sourceRow
	for _, o := range figures {
		ind, _ := s.Catalogue.Indicator(o.Indicator)
		all = addSources(all, s.named(v, ind, o))
	}
	if len(all) == 0 {
		return nil
	}
	sortSources(all)
	var from []string
	for i, r := range all {
		if i == mostSources {
			from = append(from, v.T("Med flera", "And others"))
			break
		}
		from = append(from, r.Attribution)
	}
	return []string{strings.Join(from, ". ") + "."}
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
		"Shaded: 95% limits. Hollow marks: provisional, estimated or rounded figure."), Footer: s.foot(v, "/indikator/"+sel.ind.ID, sel.shown())}
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

// foot says the sources of some figures, if there are any, the moment, and the address of the page that they stand on.
func (s *Server) foot(v *view, path string, figures []schema.Observation) []string {
	about := s.aboutFile(v, path)
	return append(s.cited(v, figures), v.T("Visar läget ", "Figures as of ")+format.Moment(about.Moment(), v.Lang)+".", about.Address)
}

// still gives the chart of an indicator's page as a file.
func (s *Server) still(kind string) handler {
	return func(c *fiber.Ctx, v *view) (asset, error) {
		sheet, err := s.sheet(c, v)
		if err != nil {
			return asset{}, err
		}
		return s.asFile(sheet, v.T("diagram_", "chart_")+c.Params("id")+"_"+v.fileDate(), kind)
	}
}
