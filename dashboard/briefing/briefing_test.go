package briefing

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"utfall/schema"
)

func catalogue(t *testing.T) *schema.Catalogue {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The shipped briefings and the glossary have no faults.
func TestShipped(t *testing.T) {
	list, err := Load(catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 {
		t.Errorf("%d briefings are shipped, want 2", len(list))
	}
	terms, err := Glossary()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, x := range terms {
		if seen[x.ID] {
			t.Errorf("term %s is there twice", x.ID)
		}
		seen[x.ID] = true
	}
}

// sound is a small briefing without faults; each test spoils one thing in it.
const sound = `id: prov
title: {sv: "Prov", en: "Trial"}
diarienummer: SLK-2024-00743
area: SE
period: 2013/2023
figures:
  dodsfall: {indicator: drug_induced_deaths}
  kostnad: {indicator: cost_addiction_care_adults, area: SE-1480}
sections:
  - id: summary
    parts:
      - text:
          sv: |
            Ett stycke.

            Ett till.
          en: |
            A paragraph.
      - points: [dodsfall]
  - id: economic
    none: true
  - id: ecological
    none: true
  - id: social
    none: true
  - id: children
    none: true
  - id: description
    parts:
      - figure: dodsfall
      - claims: {ids: [c26]}
      - events: [insite_open]
      - evidence: [c23]
      - costs: {figure: kostnad, among: municipality}
  - id: unknown
    parts:
      - gaps: true
  - id: assessment
    parts:
      - text: {sv: "Text.", en: "Text."}
`

func TestFaults(t *testing.T) {
	c := catalogue(t)
	if _, err := load(fstest.MapFS{"prov.yaml": {Data: []byte(sound)}}, c); err != nil {
		t.Fatalf("the whole one: %v", err)
	}
	for name, x := range map[string]struct{ old, new, want string }{
		"unknown indicator":     {"indicator: drug_induced_deaths", "indicator: deaths_of_boredom", `prov.yaml:7: prov: indicator "deaths_of_boredom" is not in the catalogue`},
		"unknown area":          {"area: SE-1480", "area: SE-9999", `prov.yaml:8: prov: area "SE-9999" is not known`},
		"unknown claim":         {"[c26]", "[c99]", `prov.yaml:31: prov: claim "c99" is not in the catalogue`},
		"a claim without data":  {"[c26]", "[c17]", "claim c17 has no data that could test it"},
		"a research claim":      {"[c26]", "[c22]", "claim c22 is research and is never tested"},
		"unknown event":         {"insite_open", "nothing", `prov.yaml:32: prov: event "nothing" is not in the register`},
		"no findings":           {"evidence: [c23]", "evidence: [c17]", "claim c17 has no published findings"},
		"unknown figure":        {"figure: dodsfall", "figure: dodsfal", `prov.yaml:30: prov: figure "dodsfal" is not among figures`},
		"not a cost":            {"figure: kostnad,", "figure: dodsfall,", `figure "dodsfall" is no cost`},
		"HTML":                  {"Ett till.", "Ett <b>till</b>.", `prov.yaml:16: prov: HTML is not allowed in a text: "<b>till</b>."`},
		"a script":              {"Ett till.", "<script>alert(1)</script>", `prov.yaml:16: prov: HTML is not allowed in a text: "<script>alert(1)</script>"; write Markdown`},
		"a comment":             {"Ett till.", "<!-- x -->", "prov.yaml:16: prov: HTML is not allowed"},
		"a script in a link":    {"Ett till.", "[tryck](javascript:alert(1))", `prov.yaml:16: prov: the address "javascript:alert(1)"`},
		"data in a link":        {"Ett till.", "[tryck](data:text/html;base64,AAAA)", "the address \"data:text/html"},
		"two slashes":           {"Ett till.", "[tryck](//evil.example/)", `the address "//evil.example/"`},
		"a picture not there":   {"Ett till.", "![Karta](karta.png)", `prov.yaml:16: prov: picture "karta.png" is not in pictures/`},
		"a picture from afar":   {"Ett till.", "![Karta](https://example.org/karta.png)", "is not the name of a .png or .jpg"},
		"a picture upstairs":    {"Ett till.", "![Karta](../x.png)", "is not the name of a .png or .jpg"},
		"a heading in a text":   {"Ett till.", "# Rubrik", "prov.yaml:16: prov: a heading inside a text"},
		"a text too long":       {"Ett till.", strings.Repeat("Ord som fyller en sida. ", 200), "prov.yaml:13: prov: the text has 4814 characters; keep it below 3500"},
		"unknown key":           {"none: true", "nothing: true", "prov.yaml: line 21: unknown key nothing"},
		"one language":          {`text: {sv: "Text.", en: "Text."}`, `text: {sv: "Text."}`, "prov.yaml:40: prov: needs a text in both sv and en"},
		"a section gone":        {"  - id: children\n    none: true\n", "", "the sections are summary, economic, ecological, social, description"},
		"an unknown section":    {"id: children", "id: kids", `section "kids" is not one of`},
		"parts and nothing":     {"  - id: description\n", "  - id: description\n    none: true\n", "section description has parts and says that there is nothing"},
		"an empty section":      {"  - id: social\n    none: true\n", "  - id: social\n", "section social is empty; write parts, or none: true"},
		"an empty summary":      {"  - id: unknown\n    parts:\n      - gaps: true\n", "  - id: unknown\n    none: true\n", "section unknown cannot be left without content"},
		"two things in a part":  {"- figure: dodsfall", "- figure: dodsfall\n        gaps: true", "this one has 2"},
		"a bad period":          {"2013/2023", "2013-2023", "prov.yaml:5: prov: \"2013-2023\" is no period"},
		"a bad number":          {"SLK-2024-00743", `"<b>1</b>"`, "diarienummer"},
		"another file's name":   {"id: prov", "id: annan", `id "annan" must be the file's name, "prov"`},
		"units that do not mix": {"{indicator: drug_induced_deaths}", "{indicator: drug_induced_deaths, also: [lvm_in_care]}", "they cannot share a chart"},
		"a figure not shown":    {"figures:\n", "figures:\n  lvm: {indicator: lvm_in_care}\n", `prov.yaml:7: prov: figure "lvm" stands in no section`},
		"an unknown variant":    {"{indicator: drug_induced_deaths}", "{indicator: drug_induced_deaths, variant: nope}", `variant "nope" is not one of`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(sound, x.old, x.new, 1)
			if text == sound {
				t.Fatal("nothing was changed")
			}
			_, err := load(fstest.MapFS{"prov.yaml": {Data: []byte(text)}}, c)
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("got %v\nwant %s", err, x.want)
			}
		})
	}
}

// A text of a hundred pages, cut into allowed pieces, is still a text of a hundred pages.
func TestTooLongAltogether(t *testing.T) {
	part := "      - text: {sv: \"" + strings.Repeat("Ord som fyller sidan. ", 150) + "\", en: \"Text.\"}\n"
	text := strings.Replace(sound, "      - points: [dodsfall]\n", "      - points: [dodsfall]\n"+strings.Repeat(part, 39), 1)
	_, err := load(fstest.MapFS{"prov.yaml": {Data: []byte(text)}}, catalogue(t))
	if err == nil || !strings.Contains(err.Error(), "characters together; a briefing that is read has at most 14000") {
		t.Error(err)
	}
}

// A picture that is there is carried inside the briefing.
func TestPicture(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n")
	files := fstest.MapFS{"prov.yaml": {Data: []byte(strings.Replace(sound, "Ett till.", "![En karta](karta.png)", 1))}, "pictures/karta.png": {Data: png}}
	list, err := load(files, catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	html, err := list[0].Render(list[0].Sections[0].Parts[0].Text.SV)
	if err != nil || !strings.Contains(string(html), `<img src="data:image/png;base64,iVBORw0KGgo=" alt="En karta"`) {
		t.Errorf("%s, %v", html, err)
	}
	files["pictures/karta.png"].Data = make([]byte, mostPicture+1)
	if _, err := load(files, catalogue(t)); err == nil || !strings.Contains(err.Error(), "keep it below 400") {
		t.Error(err)
	}
}

// Whatever stands in a text that was never checked, no element of it comes out.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"<script>alert(1)</script>", "a <b onclick=x>b</b>", "[x](javascript:alert(1))", "[x](vbscript:x)", "<!-- -->", "&lt;script&gt;", "```html\n<script>\n```", "![x](javascript:y)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, md string) {
		html, err := Definition{fs: os.DirFS(t.TempDir())}.Render(md)
		if err != nil {
			return
		}
		lower := strings.ToLower(string(html))
		for _, bad := range []string{"<script", "<iframe", "<style", "<object", "href=\"javascript:", "href=\"vbscript:", "<svg", "<form", "<input"} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q became %q", md, html)
			}
		}
	})
}

func TestLIX(t *testing.T) {
	// Four sentences of five words, one word in four longer than six letters: 5 + 25.
	text := strings.Repeat("Vi läser texten tillsammans idag. ", 4)
	if r := Read(text); r.Words != 20 || r.Sentences != 4 || r.Long != 4 || r.LIX != 25 {
		t.Errorf("%+v", r)
	}
	for text, want := range map[string]Readability{
		"":                        {},
		"– – –":                   {},
		"Tre ord här":             {Words: 3, Sentences: 1, LIX: 3},
		"en punkt\nen annan":      {Words: 4, Sentences: 2, LIX: 2},
		"Han sa ”nej.” Hon gick.": {Words: 5, Sentences: 2, LIX: 2.5},
	} {
		if r := Read(text); r != want {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestGlossaryMarksFirstUse(t *testing.T) {
	terms := []Term{{ID: "lvm", Forms: Forms{SV: []string{"LVM"}, EN: []string{"LVM"}}}, {ID: "rum", Forms: Forms{SV: []string{"brukarrum", "brukarrummet"}}},
		{ID: "aldrig", Forms: Forms{SV: []string{"finns inte här"}}}}
	a, b := `<p><a href="/x">LVM</a> och LVM-vård, ALVMA. Vård enligt LVM.</p>`, `<p>LVM igen. Brukarrummet.</p>`
	used := Explain([]*string{&a, &b}, terms, schema.SV)
	if want := `<p><a href="/x">LVM</a> och <a class="term" href="#ord-lvm">LVM</a>-vård, ALVMA. Vård enligt LVM.</p>`; a != want {
		t.Errorf("got %s", a)
	}
	if want := `<p>LVM igen. <a class="term" href="#ord-rum">Brukarrummet</a>.</p>`; b != want {
		t.Errorf("got %s", b)
	}
	if len(used) != 2 || used[0].ID != "rum" || used[1].ID != "lvm" {
		t.Errorf("%+v", used)
	}
}

func snapshot(t *testing.T) Snapshot {
	t.Helper()
	return Snapshot{Format: CurrentFormat, ID: "prov", Title: schema.Text{SV: "Prov", EN: "Trial"}, Version: 1, AsOf: time.Date(2026, 11, 24, 12, 0, 0, 123456000, time.UTC),
		Pins: []Pin{{Indicator: "drug_induced_deaths", Area: "SE", Period: "2022", Sex: "T", Age: "TOT", Value: 519, Release: 3},
			{Indicator: "drug_induced_deaths", Area: "SE", Period: "2023", Sex: "T", Age: "TOT", Value: 474, Release: 3},
			{Indicator: "drug_induced_deaths", Area: "SE", Period: "2024", Sex: "T", Age: "TOT", Missing: schema.NotPublishedYet, Release: 3}},
		SV: Body{Sections: []Filled{{ID: Summary, Heading: "Sammanfattning", Blocks: []Block{{HTML: "<p>å & ö</p>"}}}}}}
}

// What was kept is read back as it was; one changed byte is found out.
func TestEncode(t *testing.T) {
	s := snapshot(t)
	body, hash, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(body, hash)
	if err != nil {
		t.Fatal(err)
	}
	again, same, err := back.Encode()
	if err != nil || same != hash || string(again) != string(body) {
		t.Errorf("a second writing differs: %v", err)
	}
	body[len(body)/2] ^= 1
	if _, err := Decode(body, hash); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed byte gave %v", err)
	}
	s.Format = 99
	body, hash, _ = s.Encode()
	if _, err := Decode(body, hash); err == nil || !strings.Contains(err.Error(), "run a newer utfall") {
		t.Errorf("%v", err)
	}
}

// Of three pinned figures one was revised, one is gone, one has come; another flag is no difference.
func TestDifferences(t *testing.T) {
	s := snapshot(t)
	observe := func(period string, v float64, m schema.Missing) schema.Observation {
		p, err := schema.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		return schema.Observation{Cell: schema.Cell{Indicator: "drug_induced_deaths", Area: "SE", Period: p, Sex: "T", Age: "TOT"}, Value: v, Missing: m, Flags: "revised", Release: 9}
	}
	same := []schema.Observation{observe("2022", 519, ""), observe("2023", 474, ""), observe("2024", 0, schema.NotPublishedYet)}
	if d := s.Differences(same); len(d) != 0 {
		t.Errorf("%+v", d)
	}
	got := s.Differences([]schema.Observation{observe("2022", 523, ""), observe("2024", 480, ""), observe("2025", 1, "")})
	var text []string
	for _, d := range got {
		text = append(text, fmt.Sprintf("%s %g %s", d.Period, d.Now, d.Kind()))
	}
	if want := "2022 523 value, 2023 0 gone, 2024 480 value"; strings.Join(text, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(text, ", "), want)
	}
}
