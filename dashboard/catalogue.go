package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"utfall/dashboard/export"
	"utfall/dashboard/rdf"
	"utfall/schema"
)

// dcatPath is where the catalogue for data portals begins: with .rdf and .ttl it is a file.
const dcatPath = "/data/dcat"

// routesCatalogue registers the catalogue. A portal gets RDF/XML, which the Swedish one reads; who prefers Turtle says so.
func (s *Server) routesCatalogue() {
	s.app.Get(dcatPath, func(c *fiber.Ctx) error {
		if c.Accepts("application/rdf+xml", "text/turtle") == "text/turtle" {
			return c.Redirect(dcatPath+".ttl", fiber.StatusSeeOther)
		}
		return c.Redirect(dcatPath+".rdf", fiber.StatusSeeOther)
	})
	s.app.Get("/dcat.ttl", func(c *fiber.Ctx) error { return c.Redirect(dcatPath+".ttl", fiber.StatusMovedPermanently) })
	s.app.Get(dcatPath+".ttl", s.page(schema.SV, "dcat", s.dcat("text/turtle; charset=utf-8", (*rdf.Graph).Turtle)))
	s.app.Get(dcatPath+".rdf", s.page(schema.SV, "dcat", s.dcat("application/rdf+xml; charset=utf-8", (*rdf.Graph).XML)))
}

func (s *Server) dcat(kind string, write func(*rdf.Graph, io.Writer) error) handler {
	return func(c *fiber.Ctx, v *view) (asset, error) {
		ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
		defer cancel()
		coverage, err := s.Reader.Coverage(ctx, v.AsOf)
		if err != nil {
			return asset{}, err
		}
		g, err := s.catalogueGraph(v, coverage)
		if err != nil {
			return asset{}, err
		}
		var b bytes.Buffer
		if err := write(g, &b); err != nil {
			return asset{}, err
		}
		return newAsset(b.Bytes(), kind), nil
	}
}

// The controlled vocabularies of the EU Publications Office that DCAT-AP names.
const (
	authority  = "http://publications.europa.eu/resource/authority/"
	everybody  = authority + "access-right/PUBLIC"
	healthData = authority + "data-theme/HEAL"
)

var frequencies = map[schema.Frequency]string{"year": "ANNUAL", "halfyear": "ANNUAL_2", "quarter": "QUARTERLY", "month": "MONTHLY", "week": "WEEKLY", "irregular": "IRREG"}

// licences are the addresses by which the data portal knows a licence. A licence that is not among them, or was never
// verified, is not stated: a portal would take a guess for a permission.
var licences = map[string]string{"CC-BY-4.0": "http://creativecommons.org/licenses/by/4.0/", "CC0-1.0": "http://creativecommons.org/publicdomain/zero/1.0/"}

// extent is the first and last year and the countries of an indicator's figures.
type extent struct {
	from, to  int
	countries []string
}

// catalogueWriter says things on the catalogue's parts and remembers the first fault.
type catalogueWriter struct {
	*rdf.Graph
	s   *Server
	err error
}

func (w *catalogueWriter) say(subject, property string, objects ...rdf.Object) {
	if err := w.Say(subject, property, objects...); w.err == nil {
		w.err = err
	}
}

func (w *catalogueWriter) texts(subject, property string, t schema.Text) {
	w.say(subject, property, rdf.In(t.SV, "sv"), rdf.In(t.EN, "en"))
}

func (w *catalogueWriter) id(part string) string { return w.s.Address + dcatPath + "#" + part }

// catalogueGraph describes what can be taken out, by the Swedish profile DCAT-AP-SE: a catalogue, a dataset for each
// indicator that has figures, a distribution for each format, and the API as a service.
func (s *Server) catalogueGraph(v *view, coverage []schema.Coverage) (*rdf.Graph, error) {
	w := &catalogueWriter{s: s, Graph: rdf.New([][2]string{{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}, {"dcat", "http://www.w3.org/ns/dcat#"},
		{"dcterms", "http://purl.org/dc/terms/"}, {"foaf", "http://xmlns.com/foaf/0.1/"}, {"vcard", "http://www.w3.org/2006/vcard/ns#"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"}})}
	catalogue := w.id("katalog")
	w.say(catalogue, "rdf:type", rdf.Ref("http://www.w3.org/ns/dcat#Catalog"))
	w.texts(catalogue, "dcterms:title", schema.Text{SV: "Utfall: folkhälsoutfall för kommunen", EN: "Utfall: public-health outcomes for the municipality"})
	w.texts(catalogue, "dcterms:description", schema.Text{SV: "Publicerade aggregerade siffror om narkotikadödlighet, vård och kostnader, med källa och alla utgåvor.",
		EN: "Published aggregate figures on drug deaths, care and costs, with source and every vintage."})
	w.say(catalogue, "dcterms:publisher", rdf.Ref(w.id("utgivare")))
	w.say(catalogue, "dcterms:language", rdf.Ref(authority+"language/SWE"), rdf.Ref(authority+"language/ENG"))
	w.say(catalogue, "dcat:themeTaxonomy", rdf.Ref(authority+"data-theme"))
	w.say(catalogue, "foaf:homepage", rdf.Ref(s.Address+"/data"))
	if !v.State.FirstReleased.IsZero() {
		w.say(catalogue, "dcterms:issued", rdf.Typed(v.State.FirstReleased.UTC().Format("2006-01-02"), "xsd:date"))
		w.say(catalogue, "dcterms:modified", rdf.Typed(v.State.LastReleased.UTC().Format("2006-01-02"), "xsd:date"))
	}
	w.organisation()
	w.service(catalogue)
	extents := extentsOf(coverage)
	for _, ind := range s.Catalogue.Indicators {
		if e, ok := extents[ind.ID]; ok {
			w.say(catalogue, "dcat:dataset", rdf.Ref(w.id("data-"+ind.ID)))
			w.dataset(ind, e)
		}
	}
	return w.Graph, w.err
}

func extentsOf(coverage []schema.Coverage) map[string]extent {
	out := map[string]extent{}
	for _, c := range coverage {
		e, ok := out[c.Indicator]
		if !ok {
			e.from, e.to = c.Year, c.Year
		}
		e.from, e.to = min(e.from, c.Year), max(e.to, c.Year)
		if p, err := schema.ParsePeriod(c.Latest); err == nil {
			e.to = max(e.to, p.End.Year())
		}
		for _, code := range c.Countries {
			if !slices.Contains(e.countries, code) {
				e.countries = append(e.countries, code)
			}
		}
		out[c.Indicator] = e
	}
	return out
}

// organisation says who answers for the catalogue and how they are reached.
func (w *catalogueWriter) organisation() {
	publisher, contact := w.id("utgivare"), w.id("kontakt")
	name := cmp.Or(w.s.Organisation.Name, "Utfall")
	w.say(publisher, "rdf:type", rdf.Ref("http://xmlns.com/foaf/0.1/Agent"))
	w.say(publisher, "foaf:name", rdf.Text(name))
	w.say(contact, "rdf:type", rdf.Ref("http://www.w3.org/2006/vcard/ns#Organization"))
	w.say(contact, "vcard:fn", rdf.Text(name))
	switch at := w.s.Contact; {
	case strings.Contains(at, "://"):
		w.say(contact, "vcard:hasURL", rdf.Ref(at))
	case strings.Contains(at, "@"):
		w.say(contact, "vcard:hasEmail", rdf.Ref("mailto:"+at))
	}
}

func (w *catalogueWriter) service(catalogue string) {
	api := w.id("api")
	w.say(catalogue, "dcat:service", rdf.Ref(api))
	w.say(api, "rdf:type", rdf.Ref("http://www.w3.org/ns/dcat#DataService"))
	w.texts(api, "dcterms:title", schema.Text{SV: "Utfalls API", EN: "Utfall's API"})
	w.say(api, "dcat:endpointURL", rdf.Ref(w.s.Address+apiRoot))
	w.say(api, "dcat:endpointDescription", rdf.Ref(w.s.Address+apiRoot+"/openapi.yaml"))
	w.say(api, "dcterms:accessRights", rdf.Ref(everybody))
	w.say(api, "dcat:contactPoint", rdf.Ref(w.id("kontakt")))
	w.say(api, "dcterms:publisher", rdf.Ref(w.id("utgivare")))
}

func (w *catalogueWriter) dataset(ind schema.Indicator, e extent) {
	id := w.id("data-" + ind.ID)
	p, _ := w.s.Catalogue.Publisher(ind.Publisher)
	theme, _ := w.s.Catalogue.Theme(ind.Theme)
	w.say(id, "rdf:type", rdf.Ref("http://www.w3.org/ns/dcat#Dataset"))
	w.texts(id, "dcterms:title", ind.Label)
	w.texts(id, "dcterms:description", ind.Definition)
	w.texts(id, "dcat:keyword", theme.Label)
	w.say(id, "dcterms:identifier", rdf.Text(ind.ID))
	w.say(id, "dcterms:publisher", rdf.Ref(w.id("utgivare")))
	w.say(id, "dcterms:creator", rdf.Ref(w.id("kalla-"+p.ID)))
	w.say(w.id("kalla-"+p.ID), "rdf:type", rdf.Ref("http://xmlns.com/foaf/0.1/Agent"))
	w.say(w.id("kalla-"+p.ID), "foaf:name", rdf.Text(p.Name.SV))
	w.say(id, "dcat:contactPoint", rdf.Ref(w.id("kontakt")))
	w.say(id, "dcat:theme", rdf.Ref(healthData))
	w.say(id, "dcterms:accessRights", rdf.Ref(everybody))
	w.say(id, "dcat:landingPage", rdf.Ref(w.s.Address+"/indikator/"+ind.ID))
	w.say(id, "dcterms:language", rdf.Ref(authority+"language/SWE"), rdf.Ref(authority+"language/ENG"))
	if f := frequencies[ind.Frequency]; f != "" {
		w.say(id, "dcterms:accrualPeriodicity", rdf.Ref(authority+"frequency/"+f))
	}
	span := w.id("tid-" + ind.ID)
	w.say(id, "dcterms:temporal", rdf.Ref(span))
	w.say(span, "rdf:type", rdf.Ref("http://purl.org/dc/terms/PeriodOfTime"))
	w.say(span, "dcat:startDate", rdf.Typed(strconv.Itoa(e.from)+"-01-01", "xsd:date"))
	w.say(span, "dcat:endDate", rdf.Typed(strconv.Itoa(e.to)+"-12-31", "xsd:date"))
	for _, code := range e.countries {
		if region, err := language.ParseRegion(code); err == nil && region.IsCountry() {
			w.say(id, "dcterms:spatial", rdf.Ref(authority+"country/"+region.ISO3()))
		}
	}
	w.distributions(id, ind, p)
}

// distributions are the ways to take the dataset: its files, and the API.
func (w *catalogueWriter) distributions(id string, ind schema.Indicator, p schema.Publisher) {
	for _, f := range export.Formats() {
		part := w.id("fil-" + ind.ID + "-" + f.ID)
		at := w.s.Address + "/indikator/" + ind.ID + "." + f.Extension + "?urval=alla"
		if f.ID == swedishCSV {
			at += "&dialekt=sv"
		}
		kind, _, _ := strings.Cut(f.Kind, ";")
		w.distribution(id, part, f.Label, kind, at, p)
		w.say(part, "dcat:downloadURL", rdf.Ref(at))
	}
	part := w.id("fil-" + ind.ID + "-api")
	w.distribution(id, part, schema.Text{SV: "API", EN: "API"}, "application/json", w.s.Address+apiRoot+"/observations?indicator="+ind.ID, p)
	w.say(part, "dcat:accessService", rdf.Ref(w.id("api")))
	w.say(w.id("api"), "dcat:servesDataset", rdf.Ref(id))
}

func (w *catalogueWriter) distribution(id, part string, label schema.Text, kind, at string, p schema.Publisher) {
	w.say(id, "dcat:distribution", rdf.Ref(part))
	w.say(part, "rdf:type", rdf.Ref("http://www.w3.org/ns/dcat#Distribution"))
	w.texts(part, "dcterms:title", label)
	w.say(part, "dcterms:format", rdf.Text(kind))
	w.say(part, "dcat:accessURL", rdf.Ref(at))
	if iri := licences[p.Licence]; iri != "" {
		w.say(part, "dcterms:license", rdf.Ref(iri))
	}
}
