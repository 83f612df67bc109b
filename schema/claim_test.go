package schema

import (
	"strings"
	"testing"
	"testing/fstest"
)

const (
	goodEvents = `- id: opening
  kind: room
  label: {sv: Öppnar, en: Opens}
  date: "2012-10-01"
  area: SE
  scope: [SE]
  indicators: [deaths_of_x]
  read: excerpt
  source: here
  url: https://example.org/a
`
	goodClaim = `id: c01
kind: time_series
documents: [reply]
title: {sv: a, en: b}
proposition: {sv: a, en: b}
statistic: {sv: a, en: b}
comparator: {sv: a, en: b}
decision: {sv: a, en: b}
falsified: {sv: a, en: b}
decided: "2026-11-24"
rules:
  - kind: change
    series: [{indicator: deaths_of_x, variant: narrow, area: SE}]
    from: "2000"
    to: latest
    support: {below: 1}
sequence: {event: opening, onset: "2010", direction: fall}
evidence:
  - {outcome: {sv: a, en: b}, finding: {sv: a, en: b}, direction: for, design: {sv: a, en: b}, certainty: {sv: a, en: b}, source: s, read: whole}
missing:
  - {holder: h, table: {sv: a, en: b}}
`
	goodChain = `institutional: {indicator: deaths_of_x}
compulsory: {indicator: deaths_of_x}
open: {indicator: deaths_of_x}
population: deaths_of_x
cost: deaths_of_x
cost_fixed: deaths_of_x
areas: [SE]
breaks: [{period: "1998", area: SE, source: here, text: {sv: a, en: b}}]
missing: [{holder: h, table: {sv: a, en: b}}]
`
)

func claimTree() fstest.MapFS {
	files := tree()
	for name, text := range map[string]string{"events.yaml": goodEvents, "documents.yaml": "- id: reply\n  title: {sv: a, en: b}\n  short: {sv: c, en: d}\n",
		"claims/c01.yaml": goodClaim, "care_chain.yaml": goodChain} {
		files["catalogue/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// Every rule about events, claims and the care chain has a file that breaks it, and the fault names file and line.
func TestClaimFaults(t *testing.T) {
	if _, err := LoadFS(claimTree()); err != nil {
		t.Fatal(err)
	}
	const events, claim, chain, documents = "catalogue/events.yaml", "catalogue/claims/c01.yaml", "catalogue/care_chain.yaml", "catalogue/documents.yaml"
	for _, c := range []struct{ file, old, new, want string }{
		{events, "kind: room", "kind: party", events + `:2: opening: kind "party" is not one of room`},
		{events, "id: opening", "id: Opening", events + ":1: Opening: an id is written in small letters"},
		{events, "{sv: Öppnar, en: Opens}", "{sv: Öppnar}", events + ":3: opening: label needs a text in both"},
		{events, `"2012-10-01"`, `"2012-W10"`, events + `:4: opening: date "2012-W10" is not a day, a month or a year`},
		{events, `"2012-10-01"`, `"soon"`, events + `:4: opening: period "soon" does not begin with a year`},
		{events, `"2012-10-01"`, "\"2012-10-01\"\n  end: \"2011\"", events + ":4: opening: the end 2011 lies before the beginning"},
		{events, "area: SE", "area: XX", events + `:5: opening: area "XX" is not known`},
		{events, "scope: [SE]", "scope: [SE, XX]", events + `:6: opening: area "XX" is not known`},
		{events, "[deaths_of_x]", "[deaths_of_y]", events + `:7: opening: indicator "deaths_of_y" is not in the catalogue`},
		{events, "[deaths_of_x]", "[deaths_of_x]\n  placebos: [deaths_of_x]", events + `:8: opening: indicator "deaths_of_x" is not in the catalogue, or is among those`},
		{events, "read: excerpt", "read: seen", events + `:8: opening: read "seen" is not one of whole`},
		{events, "  source: here\n", "", events + ":1: opening: an event needs its source"},
		{events, "https://example.org/a", "https://example.org/…/a", events + ":10: opening: url"},
		{events, "https://example.org/a", "javascript:alert(1)", events + ":10: opening: url"},
		{events, "read: excerpt", "read: excerpt\n  bound: before", events + `:9: opening: bound "before" is not known`},
		{events, goodEvents, goodEvents + goodEvents, events + ":11: opening: is there twice"},
		{events, "kind: room", "colour: red", events + ": line 2: unknown key colour"},
		{documents, "id: reply", "id: Reply", documents + `:1: "Reply": an id`},
		{documents, "{sv: a, en: b}", "{sv: a}", documents + ":2: reply: title needs a text"},
		{documents, "{sv: c, en: d}", "{en: d}", documents + ":3: reply: short needs a text"},
		{claim, "id: c01", "id: c02", claim + `:1: id "c02" must be the file's name, "c01"`},
		{claim, "kind: time_series", "kind: opinion", claim + `:2: c01: kind "opinion" is not one of time_series`},
		{claim, "kind: time_series", "kind: research", claim + ":12: c01: only a claim of kind time_series has rules"},
		{claim, "[reply]", "[letter]", claim + `:3: c01: document "letter" is not in documents.yaml`},
		{claim, "proposition: {sv: a, en: b}", "proposition: {sv: a}", claim + ":5: c01: proposition needs a text"},
		{claim, "decision: {sv: a, en: b}\n", "", claim + ":1: c01: decision needs a text"},
		{claim, `"2026-11-24"`, `"today"`, claim + `:10: c01: decided "today" is not a day`},
		{claim, "kind: change", "kind: guess", claim + `:12: c01: kind "guess" is not one of ratio`},
		{claim, "indicator: deaths_of_x", "indicator: deaths_of_y", claim + `:13: c01: indicator "deaths_of_y" is not in the catalogue`},
		{claim, "variant: narrow", "variant: wide", claim + `:13: c01: variant "wide" is not one of deaths_of_x`},
		{claim, "area: SE", "area: XX", claim + `:13: c01: area "XX" is not known`},
		{claim, "area: SE", "area: SE, sex: Q", claim + `:13: c01: sex "Q"`},
		{claim, "area: SE", "area: SE, age: old", claim + `:13: c01: age "old"`},
		{claim, `    from: "2000"`, "    last: 5", claim + ":12: c01: a rule of kind change needs from and to"},
		{claim, `from: "2000"`, `from: "00"`, claim + `:14: c01: period "00"`},
		{claim, "support: {below: 1}", "within: 9\n    support: {below: 1}", claim + ":16: c01: within 9 is not 0 to 5 years"},
		{claim, "support: {below: 1}", "interval: wide\n    support: {below: 1}", claim + ":16: c01: interval"},
		{claim, "support: {below: 1}", "proxy: true", claim + ":12: c01: a rule of kind change needs a condition for support"},
		{claim, "{below: 1}", "{below: 1, above: 2}", claim + ":16: c01: support has 2 conditions"},
		{claim, "{below: 1}", "{under: 1}", claim + ": line 16: unknown key under"},
		{claim, "event: opening", "event: closing", claim + `:17: c01: event "closing" is not in events.yaml`},
		{claim, `onset: "2010"`, `onset: "then"`, claim + `:17: c01: period "then"`},
		{claim, "direction: fall", "direction: down", claim + `:17: c01: direction "down"`},
		{claim, "direction: for", "direction: yes!", claim + `:19: c01: direction "yes!"`},
		{claim, "source: s, ", "", claim + ":19: c01: a finding needs its source"},
		{claim, "holder: h, ", "", claim + ":21: c01: a missing table needs its holder"},
		{chain, "open: {indicator: deaths_of_x}", "open: {indicator: x}", chain + `:3: care_chain: indicator "x" is not in the catalogue`},
		{chain, "open: {indicator: deaths_of_x}", "open: {indicator: deaths_of_x, area: SE}", chain + ":3: care_chain: leave the area out"},
		{chain, "cost: deaths_of_x", "cost: x", chain + `:5: care_chain: indicator "x" is not in the catalogue`},
		{chain, "areas: [SE]", "areas: [XX]", chain + `:7: care_chain: area "XX" is not known`},
		{chain, "areas: [SE]", "areas: []", chain + ":7: care_chain: the care chain needs an area"},
		{chain, "source: here, ", "", chain + ":8: care_chain: a break needs its source"},
		{chain, "holder: h, ", "", chain + ":9: care_chain: a missing table needs its holder"},
	} {
		files := claimTree()
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

// A rule of each kind that lacks what its kind needs.
func TestRuleNeeds(t *testing.T) {
	for rule, want := range map[string]string{
		"kind: ratio, period: latest":                                "a rule of kind ratio needs against",
		"kind: ratio, against: [{indicator: deaths_of_x, area: SE}]": "a rule of kind ratio needs a period",
		"kind: level":    "a rule of kind level needs a period",
		"kind: steps":    "a rule of kind steps needs from and to",
		"kind: trend":    "a rule of kind trend needs either from or last",
		"kind: share":    "a rule of kind share needs against",
		"kind: replaces": "a rule of kind replaces needs against",
		"kind: order":    "a rule of kind order needs two events",
		"kind: order, events: [opening, nothing]": `event "nothing" is not in events.yaml`,
	} {
		files := claimTree()
		text := strings.Split(goodClaim, "rules:\n")[0] + "rules:\n  - {" + rule + ", series: [{indicator: deaths_of_x, area: SE}], support: {below: 1}}\n"
		files["catalogue/claims/c01.yaml"].Data = []byte(text)
		if _, err := LoadFS(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", rule, err, want)
		}
	}
}

// The register and the claims that the program ships.
func TestShippedClaims(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Claims) != 29 || len(c.Events) < 23 || c.Chain.Empty() {
		t.Errorf("%d claims, %d events, care chain empty: %v", len(c.Claims), len(c.Events), c.Chain.Empty())
	}
	for i := 1; i < len(c.Events); i++ {
		if c.Events[i].Moment().Before(c.Events[i-1].Moment()) {
			t.Errorf("%s comes after %s", c.Events[i].ID, c.Events[i-1].ID)
		}
	}
}
