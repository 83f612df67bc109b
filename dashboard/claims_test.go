package dashboard

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// referenceFigures reads every newest edition of the reference collection, with the columns that pages show.
func referenceFigures(t *testing.T) []schema.Observation {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "ingest", "reference", "figures", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reference figures: %v", err)
	}
	var out []schema.Observation
	for _, name := range files {
		if strings.Contains(name, "@") {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, c := range rows[0] {
			column[strings.TrimPrefix(c, "\ufeff")] = i
		}
		for _, row := range rows[1:] {
			get := func(c string) string { return row[column[c]] }
			p, err := schema.ParsePeriod(get("period"))
			if err != nil {
				t.Fatal(err)
			}
			o := schema.Observation{Cell: schema.Cell{Indicator: get("indicator"), Variant: get("variant"), Area: get("area"), Period: p, Sex: schema.Sex(get("sex")), Age: get("age")},
				Missing: schema.Missing(get("missing")), Flags: get("flags"), Source: get("source"), Citation: get("citation"), Release: 1, Released: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
			if o.Missing == schema.Present {
				if o.Value, err = strconv.ParseFloat(get("value"), 64); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, o)
		}
	}
	return out
}

// page gives a page's text without tags, with plain spaces.
func pageText(t *testing.T, s *Server, path string) string {
	t.Helper()
	res, body := ask(t, s, path)
	if res.StatusCode != 200 {
		t.Fatalf("%s: status %d", path, res.StatusCode)
	}
	var b strings.Builder
	inside := false
	for _, r := range body {
		switch {
		case r == '<':
			inside = true
			b.WriteByte(' ')
		case r == '>':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	text := strings.NewReplacer("\u00a0", " ", "&#43;", "+", "&#39;", "'").Replace(b.String())
	return strings.Join(strings.Fields(text), " ")
}

func mustSay(t *testing.T, path, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

// The pages on claims, interventions and the care chain, on the figures that the program ships.
func TestClaimPages(t *testing.T) {
	s := server(t, &stubReader{figures: referenceFigures(t)})
	for path, wants := range map[string][]string{
		"/pastaenden": {"29 påståenden", "definitionsberoende 2", "motsägs 1", "Tre gånger fler dör av överdos än av skjutningar", "Förändringen började före händelsen som pekas ut."},
		"/pastaenden/c01": {"Av nio sätt att räkna är det ett som stöder påståendet och åtta som motsäger det.", "5,87 gånger", "4,49 till 7,80", "3,19 gånger", "2,58 till 3,96", "370 (2022) mot 63 (2022)", "definitionsberoende", "avsnittet är inte antecknat",
			"Nedskriven 24 november 2026", "exakt 95-procentigt intervall"},
		"/pastaenden/c03":      {"−50 %", "ca 3 200 (1 november 1999)", "minst 1 600 (1 november 2022)", "+26 %", "Siffra saknas för året i påståendet", "folkmängd 8 861 426"},
		"/pastaenden/c05":      {"Förändringen får inte tillskrivas händelsen", "pågick förändringen från 2010", "1 oktober 2012", "SMDBV001"},
		"/pastaenden/c09":      {"Tabell som skulle avgöra saken", "högst 0,8 per miljon"},
		"/pastaenden/c13":      {"avgörs inte", "−20 %", "−31 % till −7 %"},
		"/pastaenden/c18":      {"efter uttalandet 2018", "före det som enligt påståendet kom först"},
		"/pastaenden/c22":      {"poängsätts inte", "talar för"},
		"/pastaenden/c26":      {"−5,3 % per år", "−7,5 % till −3,1 %", "quasi-Poisson"},
		"/en/pastaenden/c01":   {"5.87 times", "4.49 to 7.80", "depends on definition", "The claim, in our words."},
		"/insatser":            {"Första fasta brukarrummet öppnar i Köpenhamn", "bara året är känt", "dagen är inte känd", "bara ett utdrag är läst"},
		"/insatser/cph_room_1": {"Danmark: dygnsbehandlingen har minskat varje år sedan 2010", "Förändringen får inte tillskrivas händelsen", "Tabell som saknas", "SMDBV002", "Annat som hände"},
		"/insatser/cph_room_1?indikator=dk_residential_starts":    {"0 år före och 1 år efter", "för kort"},
		"/insatser/nsp_law_2017?indikator=drug_induced_deaths":    {"lutningen ändrades från +8,9 % till −3,8 % per år", "En minskning får inte tillskrivas händelsen", "kan därför inte visa att händelsen är orsaken", "händelsens egen period, används inte"},
		"/insatser/cph_room_1?indikator=ost_clients":              {"årsmedel efter händelsen, 2013 till 2017: 6 880", "7 226", "−25 % till +21 %", "ingen säkerställd skillnad", "Det visar inte att händelsen är orsaken", "Andra år som ger en minst lika stor nivåskillnad"},
		"/insatser/gbg_nsp_open?indikator=reported_drug_offences": {"Områden utan händelsen", "Syntetisk kontroll", "Skillnad i skillnader", "kan därför inte visa att händelsen är orsaken"},
		"/insatser/naloxon_otc":                                   {"Dagen för händelsen är inte känd"},
		"/en/insatser/nsp_law_2017?indikator=drug_induced_deaths": {"the figures cannot show that the event is the cause", "the slope changed from +8.9 % to"},
		"/vardkedja":              {"Frivillig institutionsvård: minst 1 600 (1 november 2022), mot ca 3 200 (1 november 1999): −50 % (−54 % till −43 %)", "2000–2004", "SMDBV001"},
		"/vardkedja?area=SE-0180": {"Stockholm", "126", "672"},
		"/vardkedja?area=SE-1480": {"inte publicerade för Göteborg", "1 406"},
		"/en/vardkedja":           {"Number on the reference day"},
	} {
		mustSay(t, path, pageText(t, s, path), wants...)
	}
}
