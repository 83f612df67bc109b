package dashboard

import (
	"bytes"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/export"
	"utfall/schema"
)

func (s *Server) files(v *view, id string) (csv, excel, json string) {
	q := []string{"area", v.Query.Get("area"), "variant", v.Query.Get("variant"), "sex", v.Query.Get("sex"), "age", v.Query.Get("age"), "also", v.Query.Get("also")}
	return v.Link("/indikator/"+id+".csv", q...), v.Link("/indikator/"+id+".csv", append(q, "dialekt", "sv")...), v.Link("/indikator/"+id+".json", q...)
}

// download gives the figures that the page shows.
func (s *Server) download(c *fiber.Ctx, v *view) ([]schema.Observation, *chosen, error) {
	sel, err := s.choose(c, v)
	if err != nil {
		return nil, nil, err
	}
	var out []schema.Observation
	for _, l := range sel.lines {
		out = append(out, l.Figures...)
	}
	return out, sel, nil
}

func (s *Server) unit(indicator string) string {
	ind, _ := s.Catalogue.Indicator(indicator)
	return ind.Unit
}

func (s *Server) downloadCSV(c *fiber.Ctx, v *view) (asset, error) {
	figures, sel, err := s.download(c, v)
	if err != nil {
		return asset{}, err
	}
	return s.csvFile(v, sel.ind.ID, figures)
}

func (s *Server) downloadJSON(c *fiber.Ctx, v *view) (asset, error) {
	figures, sel, err := s.download(c, v)
	if err != nil {
		return asset{}, err
	}
	return s.jsonFile(v, sel.ind.ID, figures)
}

// csvFile writes figures in the dialect that the address asks for.
func (s *Server) csvFile(v *view, name string, figures []schema.Observation, more ...export.Column) (asset, error) {
	dialect := export.Machine
	switch v.Query.Get("dialekt") {
	case "":
	case "sv":
		dialect = export.Swedish
	default:
		return asset{}, refuse(fiber.StatusBadRequest, "Dialekten finns inte; skriv dialekt=sv eller utelämna den.", "No such dialect; write dialekt=sv or leave it out.")
	}
	var b bytes.Buffer
	if err := export.WriteCSVWithUnits(&b, figures, dialect, s.unit, more...); err != nil {
		return asset{}, err
	}
	a := newAsset(b.Bytes(), "text/csv; charset=utf-8")
	a.name = name + "_" + v.fileDate() + ".csv"
	return a, nil
}

func (s *Server) jsonFile(v *view, name string, figures []schema.Observation, more ...export.Column) (asset, error) {
	var b bytes.Buffer
	if err := export.WriteJSON(&b, figures, more...); err != nil {
		return asset{}, err
	}
	a := newAsset(b.Bytes(), "application/json")
	a.name = name + "_" + v.fileDate() + ".json"
	return a, nil
}

// fileDate is the moment shown, for a file's name.
func (v view) fileDate() string {
	if v.Now() {
		return v.s.Now().Format(time.DateOnly)
	}
	return v.AsOf.Format(time.DateOnly)
}
