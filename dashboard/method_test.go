package dashboard

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"utfall/schema"
)

// published reads figures of the reference collection as they are delivered.
func published(t *testing.T, indicators ...string) []schema.Observation {
	t.Helper()
	var out []schema.Observation
	for _, id := range indicators {
		f, err := os.Open(filepath.Join("..", "ingest", "reference", "figures", id+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			at := func(name string) string { return row[slices.Index(rows[0], name)] }
			p, err := schema.ParsePeriod(at("period"))
			if err != nil {
				t.Fatal(err)
			}
			o := schema.Observation{Cell: schema.Cell{Indicator: id, Variant: at("variant"), Area: at("area"), Period: p, Sex: schema.Sex(at("sex")), Age: at("age")},
				Missing: schema.Missing(at("missing")), Flags: at("flags"), Source: at("source"), Citation: at("citation"), Release: 1}
			if o.Missing == schema.Present {
				if o.Value, err = strconv.ParseFloat(at("value"), 64); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b schema.Observation) int { return a.Period.Start.Compare(b.Period.Start) })
	return out
}

// Every method that the pages show has its sum worked on published figures, in both languages, and every link to a rule finds
// it.
func TestMethodPage(t *testing.T) {
	figures := published(t, "population", "drug_induced_deaths", "institutional_voluntary", "open_interventions", "purchased_share_addiction_care", "lvm_in_care",
		"poisoning_deaths_medicines_narcotics", "reported_drug_offences", "cost_addiction_care_adults", "homicide_victims")
	s := server(t, &stubReader{figures: figures})
	for _, prefix := range []string{"", "/en"} {
		_, body := ask(t, s, prefix+"/metod")
		if strings.Contains(body, "NaN") || strings.Contains(body, "%!") {
			t.Errorf("%s: a figure or a word is none", prefix)
		}
		for _, m := range slices.Concat(figureMethods, comparisonMethods, areaMethods, studyMethods, ruleMethods) {
			_, section, ok := strings.Cut(body, `id="`+m.ID+`"`)
			section, _, _ = strings.Cut(section, "</section>")
			if !ok {
				t.Errorf("%s: no section %s", prefix, m.ID)
			}
			ind, _ := s.Catalogue.Indicator(m.indicator)
			if m.indicator == "" || ind.Derive != nil { // computed figures are not in the collection
				continue
			}
			if !regexp.MustCompile(`(?s)<strong>(Exempel|Example)\.</strong>.*\d`).MatchString(section) {
				t.Errorf("%s: %s has no example on figures", prefix, m.ID)
			}
			if m.Source == "" || !strings.Contains(section, `href="`) {
				t.Errorf("%s: %s has no source or no link to its figures", prefix, m.ID)
			}
		}
	}
	templates, err := filepath.Glob("template/*.html")
	if err != nil {
		t.Fatal(err)
	}
	_, body := ask(t, s, "/metod")
	for _, path := range templates {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`/metod"\}\}#([a-z0-9-]+)`).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(body, `id="`+m[1]+`"`) {
				t.Errorf("%s links to #%s, which is not on the page", path, m[1])
			}
		}
	}
}
