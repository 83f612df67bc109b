package dashboard

import (
	"strings"
	"testing"

	"utfall/schema"
)

func TestWorkings(t *testing.T) {
	s := server(t, &stubReader{})
	for _, x := range []struct{ kept, sv, en string }{
		{"519 (drug_induced_deaths, release 27) / 10521556 (population, release 99) × 100000",
			"519 (narkotikarelaterade dödsfall, utgåva 27) / 10 521 556 (folkmängd, utgåva 99) × 100 000",
			"519 (drug-induced deaths, release 27) / 10,521,556 (population, release 99) × 100,000"},
		{"(583 (drug_induced_deaths, release 27) + 545 (drug_induced_deaths, release 27)) / 2 (population, release 9)",
			"(583 (narkotikarelaterade dödsfall, utgåva 27) + 545) / 2 (folkmängd, utgåva 9)", ""},
		{"1406.4299 (cost_addiction_care_adults, release 3) × 371.91 (cpi_1980_100, release 4)", "1 406,43 (missbruks- och beroendevård för vuxna, utgåva 3) × 371,91 (", ""},
		{"Den svenska narkotikasituationen 2024 (release on 27 May)", "Den svenska narkotikasituationen 2024 (release on 27 May)", ""},
	} {
		if got := strings.ReplaceAll(s.workings(x.kept, schema.SV), "\u00a0", " "); !strings.HasPrefix(got, x.sv) {
			t.Errorf("%s\n%s\nwant %s", x.kept, got, x.sv)
		}
		if got := s.workings(x.kept, schema.EN); x.en != "" && got != x.en {
			t.Errorf("%s\nwant %s", got, x.en)
		}
	}
}
