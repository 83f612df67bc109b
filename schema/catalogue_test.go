package schema

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	regions, municipalities := 0, 0
	for _, a := range c.Areas.All() {
		if !strings.HasPrefix(a.Code, "SE-") {
			continue
		}
		switch a.Level {
		case Region:
			regions++
			municipalities += len(c.Areas.Children(a.Code))
		}
	}
	if regions != 21 || municipalities != 290 {
		t.Errorf("%d regions with %d municipalities, want 21 with 290", regions, municipalities)
	}
	for _, ind := range c.Indicators {
		compulsory := strings.Contains(ind.ID, "lvm")
		if (ind.Kind == Cost || compulsory) && ind.Direction != NoJudgement {
			t.Errorf("%s is contested and judged %s", ind.ID, ind.Direction)
		}
	}
}

const (
	goodIndicator = `id: deaths_of_x
theme: deaths
label: {sv: Döda, en: Dead}
definition: {sv: Alla döda, en: All dead}
unit: deaths
kind: events
direction: lower_is_better
publisher: maker
frequency: year
breaks:
  - {area: SE, period: "2010", text: {sv: ny, en: new}, source: here}
variants:
  - {id: narrow, label: {sv: snäv, en: narrow}}
`
	goodAreas = "code,name_sv,name_en,level,parent,source\nSE,Sverige,Sweden,country,,SCB\nSE-14,VG,VG,region,SE,SCB\n"
)

func tree() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"area/areas.csv":                       file(goodAreas),
		"catalogue/themes.yaml":                file("- id: deaths\n  label: {sv: Död, en: Death}\n"),
		"catalogue/units.yaml":                 file("- id: deaths\n  label: {sv: dödsfall, en: deaths}\n"),
		"catalogue/publishers.yaml":            file("- id: maker\n  name: {sv: M, en: M}\n  licence: unknown\n  attribution: {sv: M, en: M}\n"),
		"catalogue/indicator/deaths_of_x.yaml": file(goodIndicator),
	}
}

func TestLoadFS(t *testing.T) {
	if _, err := LoadFS(tree()); err != nil {
		t.Fatal(err)
	}
}

// Every rule has a file that breaks it, and the fault names file and line.
func TestCatalogueFaults(t *testing.T) {
	const ind = "catalogue/indicator/deaths_of_x.yaml"
	for _, c := range []struct{ file, old, new, want string }{
		{ind, "id: deaths_of_x", "id: other", ind + `:1: id "other" must be the file's name, "deaths_of_x"`},
		{ind, "theme: deaths", "theme: sport", ind + `:2: deaths_of_x: theme "sport" is not one of themes.yaml`},
		{ind, "label: {sv: Döda, en: Dead}", "label: {sv: Döda}", ind + ":3: deaths_of_x: label needs a text in both sv and en"},
		{ind, "definition: {sv: Alla döda, en: All dead}", "definition: {}", ind + ":4: deaths_of_x: definition needs"},
		{ind, "unit: deaths", "unit: kilo", ind + `:5: deaths_of_x: unit "kilo" is not one of units.yaml`},
		{ind, "kind: events", "kind: things", ind + `:6: deaths_of_x: kind "things" is not one of persons_on_day`},
		{ind, "direction: lower_is_better", "direction: down", ind + `:7: deaths_of_x: direction "down"`},
		{ind, "kind: events", "kind: cost", ind + ":7: deaths_of_x: costs are contested: direction must be no_judgement"},
		{ind, "publisher: maker", "publisher: nobody", ind + `:8: deaths_of_x: publisher "nobody"`},
		{ind, "frequency: year", "frequency: sometimes", ind + `:9: deaths_of_x: frequency "sometimes"`},
		{ind, "area: SE, ", "area: XX, ", ind + `:11: deaths_of_x: area "XX" is not known`},
		{ind, `period: "2010"`, `period: "10"`, ind + `:11: deaths_of_x: period "10" is not a period`},
		{ind, "area: SE, ", "variant: wide, ", ind + `:11: deaths_of_x: variant "wide" is not one of this indicator's`},
		{ind, "source: here", "", ind + ":11: deaths_of_x: a break needs its source"},
		{ind, "text: {sv: ny, en: new}", "text: {sv: ny}", ind + ":11: deaths_of_x: a break needs a text"},
		{ind, "id: narrow", "id: Narrow", ind + `:13: deaths_of_x: variant id "Narrow" is not an id`},
		{ind, "frequency: year", "frequency: year\nthreshold: -1", ind + ":10: deaths_of_x: threshold -1 is below zero"},
		{ind, "frequency: year", "frequency: year\nnumerator: nothing", ind + `:10: deaths_of_x: numerator "nothing" is not in the catalogue`},
		{ind, "frequency: year", "frequency: year\nrelated: [deaths_of_x]", ind + `:10: deaths_of_x: related "deaths_of_x" is not another indicator`},
		{ind, "frequency: year", "frequency: year\ncolour: red", ind + ": line 10: unknown key colour"},
		{ind, "kind: events", "kind: rate\nderive: {method: rate, multiplier: 100000}", ind + ":7: deaths_of_x: derive: a numerator is needed"},
		{ind, "kind: events", "kind: events\nderive: {method: rate}", ind + ":7: deaths_of_x: derive: rate gives kind rate, not events"},
		{ind, "kind: events", "kind: events\nderive: {method: guess}", ind + `:7: deaths_of_x: derive: method "guess" is not one of`},
		{ind, "kind: events", "kind: index\nnumerator: other\nderive: {method: index}", ind + ":8: deaths_of_x: derive: index and constant_prices, and they alone, name a base period"},
		{ind, "kind: events", "kind: index\nnumerator: other\nderive: {method: index, base: '2022Q9'}", ind + ":8: deaths_of_x: derive: base: period"},
		{ind, "kind: events", "kind: index\nnumerator: deaths_of_x\nderive: {method: index, base: '2022'}", ind + `:8: deaths_of_x: derive: "deaths_of_x" is itself computed`},
		{ind, "kind: events", "kind: share\nnumerator: a\nderive: {method: share, of: [b, c]}", ind + ":8: deaths_of_x: derive: share, and share alone, lists in `of`"},
		{ind, "kind: events", "kind: rate\nnumerator: a\ndenominator: b\nderive: {method: rate, standard: who}", ind + `:9: deaths_of_x: derive: standard "who" is not known`},
		{ind, goodIndicator, "", ind + ":1: the file is empty"},
		{ind, "frequency: year", "frequency: year\n---\nid: x", ind + ":10: a second document"},
		{ind, "unit: deaths", "unit: [", ind + ": line "},
		{"catalogue/themes.yaml", "id: deaths", "id: Deaths", "catalogue/themes.yaml:1: Deaths: an id is written in small letters"},
		{"catalogue/units.yaml", "- id: deaths", "- id: deaths\n  decimals: 9", "catalogue/units.yaml:1: deaths: decimals 9 is not 0 to 6"},
		{"catalogue/units.yaml", "deaths}\n", "deaths}\n- id: deaths\n  label: {sv: a, en: b}\n", "catalogue/units.yaml:3: deaths: is there twice"},
		{"catalogue/publishers.yaml", "licence: unknown", `licence: ""`, "catalogue/publishers.yaml:1: maker: licence is empty"},
		{"area/areas.csv", "code,name_sv", "kod,name_sv", "area/areas.csv:1: columns are kod"},
		{"area/areas.csv", "SE-14,VG,VG,region,SE", "SE-14,VG,VG,region,DK", `area/areas.csv:3: area SE-14: parent "DK" must stand above it`},
		{"area/areas.csv", "SE-14,VG", "SE,VG", "area/areas.csv:3: area SE is there twice"},
		{"area/areas.csv", "SE-14,VG", "SE 14,VG", `area/areas.csv:3: area code "SE 14" cannot be used in an address`},
		{"area/areas.csv", "region", "landsting", `area/areas.csv:3: area SE-14: level "landsting" is not one of`},
		{"area/areas.csv", "region,SE,SCB", "region,SE,", "area/areas.csv:3: area SE-14: the source of the code is not stated"},
		{"area/areas.csv", "region,SE,SCB", "region,SE", "area/areas.csv: record on line 3: wrong number of fields"},
	} {
		files := tree()
		before := string(files[c.file].Data)
		if !strings.Contains(before, c.old) {
			t.Fatalf("%s does not hold %q", c.file, c.old)
		}
		files[c.file].Data = []byte(strings.Replace(before, c.old, c.new, 1))
		_, err := LoadFS(files)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: got %v, want %s", c.file, c.new, err, c.want)
		}
	}
}

// All faults are told at once.
func TestFaultsAreJoined(t *testing.T) {
	files := tree()
	files["catalogue/indicator/deaths_of_x.yaml"].Data = []byte(strings.NewReplacer("unit: deaths", "unit: kilo", "kind: events", "kind: things").Replace(goodIndicator))
	files["catalogue/indicator/other.yaml"] = &fstest.MapFile{Data: []byte("id: other\nnonsense: 1\n"), Mode: fs.ModePerm}
	_, err := LoadFS(files)
	for _, want := range []string{"unit \"kilo\"", "kind \"things\"", "unknown key nonsense"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}
