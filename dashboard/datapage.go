package dashboard

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/export"
	"utfall/schema"
)

type dataPage struct {
	*view
	Whole   []choice // everything, as files
	Formats []formatRow
	Themes  []dataTheme
	Terms   []termRow
	API     string
	Schema  string
	Catalog string
	Snippet string
	Frames  []string
}

type formatRow struct{ Label, Use string }

type dataTheme struct {
	Label string
	Rows  []dataRow
}

type dataRow struct {
	Label, Link, Source string
	Files               []choice
}

type termRow struct{ Name, URL, Attribution, Processed, Licence string }

// data says what can be taken out of the program, in which formats and on what terms.
func (s *Server) data(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Ladda ner data", "Download data")
	p := dataPage{view: v, API: s.Address + apiRoot, Schema: apiRoot + "/openapi.yaml", Catalog: dcatPath, Frames: s.Frames}
	for _, f := range export.Formats() {
		p.Formats = append(p.Formats, formatRow{f.Label.In(v.Lang), f.Use.In(v.Lang)})
		q := []string{}
		if f.ID == swedishCSV {
			q = append(q, "dialekt", "sv")
		}
		if f.Whole {
			p.Whole = append(p.Whole, choice{ID: v.Link("/data/allt."+f.Extension, q...), Label: f.Label.In(v.Lang)})
		}
	}
	p.Formats = append(p.Formats, formatRow{v.T("SVG och PNG", "SVG and PNG"), v.T("Diagrammet som bild med källa och datum, för rapporter. Finns under varje diagram.", "The chart as a picture with source and date, for reports. Below each chart.")})
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	coverage, err := s.Reader.Coverage(ctx, v.AsOf)
	if err != nil {
		return asset{}, err
	}
	there := map[string]bool{}
	for _, c := range coverage {
		there[c.Indicator] = true
	}
	used := map[string]bool{}
	for _, t := range s.Catalogue.Themes {
		theme := dataTheme{Label: t.Label.In(v.Lang)}
		for _, ind := range s.Catalogue.Indicators {
			if ind.Theme != t.ID || !there[ind.ID] {
				continue
			}
			used[ind.Publisher] = true
			theme.Rows = append(theme.Rows, dataRow{ind.Label.In(v.Lang), v.Link("/indikator/" + ind.ID), export.Attribution(s.Catalogue, ind, v.Lang), s.files(v, ind.ID, "urval", "alla")})
		}
		if len(theme.Rows) > 0 {
			p.Themes = append(p.Themes, theme)
		}
	}
	p.Terms = s.terms(v, used)
	if i := slices.IndexFunc(s.Catalogue.Indicators, func(x schema.Indicator) bool { return there[x.ID] }); i >= 0 {
		p.Snippet = s.snippet(v, s.Catalogue.Indicators[i].ID, s.Catalogue.Indicators[i].Label.In(v.Lang))
	}
	return s.html("data", p)
}

// terms says how each publisher is to be named and what the licence is.
func (s *Server) terms(v *view, used map[string]bool) []termRow {
	var out []termRow
	for _, x := range s.Catalogue.Publishers {
		if !used[x.ID] {
			continue
		}
		row := termRow{Name: x.Name.In(v.Lang), URL: safeURL(x.URL), Attribution: x.Attribution.In(v.Lang), Processed: x.Processed.In(v.Lang), Licence: export.Licence(x, v.Lang)}
		if row.Processed == "" {
			row.Processed = v.T("får inte anges", "may not be named")
		}
		out = append(out, row)
	}
	return out
}
