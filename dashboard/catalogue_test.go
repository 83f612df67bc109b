package dashboard

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A parser that others wrote reads the catalogue, and finds for each thing what the profile DCAT-AP-SE makes mandatory.
func TestCatalogue(t *testing.T) {
	s := server(t, filled(t))
	res, turtle := ask(t, s, "/data/dcat.ttl")
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/turtle") {
		t.Errorf("content type %s", res.Header.Get("Content-Type"))
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("the test needs node, which comes with npm")
	}
	run := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", `
import { Parser } from 'n3'
import { readFileSync } from 'node:fs'
console.log(JSON.stringify(new Parser().parse(readFileSync(0, 'utf8')).map(q => [q.subject.value, q.predicate.value.replace(/.*[#\/]/, ''), q.object.value, q.subject.termType])))`)
	run.Dir, run.Stdin = "web", strings.NewReader(turtle)
	out, err := run.Output()
	if err != nil {
		t.Fatalf("the catalogue is not Turtle: %v", err)
	}
	var said [][4]string
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	kinds, says, links := map[string][]string{}, map[string][]string{}, map[string]bool{}
	for _, x := range said {
		if x[3] != "NamedNode" {
			t.Errorf("%s has no address", x[0])
		}
		if x[1] == "type" {
			kind := x[2][strings.LastIndexAny(x[2], "#/")+1:]
			kinds[kind] = append(kinds[kind], x[0])
		}
		says[x[0]] = append(says[x[0]], x[1])
		links[x[2]] = true
	}
	for kind, must := range map[string][]string{
		"Catalog": {"title", "description", "publisher", "dataset", "language"}, "Dataset": {"title", "description", "publisher", "contactPoint", "theme", "distribution", "temporal", "spatial", "accessRights"},
		"Distribution": {"accessURL", "format"}, "DataService": {"title", "endpointURL", "accessRights"}, "Agent": {"name"}, "Organization": {"fn"}, "PeriodOfTime": {"startDate", "endDate"},
	} {
		if len(kinds[kind]) == 0 {
			t.Errorf("there is no %s", kind)
		}
		for _, id := range kinds[kind] {
			for _, m := range must {
				if !slices.Contains(says[id], m) {
					t.Errorf("%s says no %s", id, m)
				}
			}
			if kind != "Catalog" && !links[id] {
				t.Errorf("nothing leads to %s", id)
			}
		}
	}
	for _, want := range []string{"<http://publications.europa.eu/resource/authority/country/SWE>", "<http://publications.europa.eu/resource/authority/frequency/ANNUAL>", `"2000-01-01"^^xsd:date`, `"2023-12-31"^^xsd:date`,
		"<http://127.0.0.1:8080/indikator/" + deathsID + ".parquet?urval=alla>"} {
		if !strings.Contains(turtle, want) {
			t.Errorf("the catalogue lacks %s", want)
		}
	}
	if strings.Contains(turtle, "dcterms:license") {
		t.Error("a licence that was not verified is stated")
	}
	if res, rdf := ask(t, s, "/data/dcat.rdf"); res.StatusCode != http.StatusOK || strings.Count(rdf, "rdf:about=") != len(says) {
		t.Errorf("RDF/XML: status %d, %d things, Turtle has %d", res.StatusCode, strings.Count(rdf, "rdf:about="), len(says))
	}
	for accept, want := range map[string]string{"text/turtle": "/data/dcat.ttl", "application/rdf+xml": "/data/dcat.rdf", "*/*": "/data/dcat.rdf"} {
		if res, _ := ask(t, s, "/data/dcat", "Accept", accept); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != want {
			t.Errorf("%s: %d %s", accept, res.StatusCode, res.Header.Get("Location"))
		}
	}
}
