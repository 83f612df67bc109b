package schema

import (
	"strings"
	"testing"
	"testing/fstest"
)

const goodPeers = `- level: country
  number: 7
  traits:
    - {id: size, indicator: deaths_of_x, scale: log, label: {sv: a, en: b}}
`

// The rule by which areas are called alike is data: what is wrong in it is named with its line.
func TestPeerRules(t *testing.T) {
	load := func(text string) (*Catalogue, error) {
		files := tree()
		files[peersFile] = &fstest.MapFile{Data: []byte(text)}
		return LoadFS(files)
	}
	c, err := load(goodPeers)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := c.PeerRule(Country); !ok || len(r.Traits) != 1 {
		t.Errorf("the rule for countries is %+v", r)
	}
	if _, ok := c.PeerRule(Region); ok {
		t.Error("regions have a rule that was not written")
	}
	for from, x := range map[string][2]string{
		"level: country":         {"level: planet", "peers.yaml:1: peers: level"},
		"number: 7":              {"number: 700", "peers.yaml:2: peers: number"},
		"scale: log":             {"scale: wide", "peers.yaml:4: peers: scale"},
		"indicator: deaths_of_x": {"indicator: nope", `peers.yaml:4: peers: indicator "nope"`},
		"id: size":               {"id: Size", "is not written in small letters"},
		"en: b":                  {`en: ""`, "needs a text in both"},
	} {
		if _, err := load(strings.Replace(goodPeers, from, x[0], 1)); err == nil || !strings.Contains(err.Error(), x[1]) {
			t.Errorf("%s: %v, want %q", x[0], err, x[1])
		}
	}
	if _, err := load(goodPeers + goodPeers); err == nil || !strings.Contains(err.Error(), "has a rule already") {
		t.Errorf("two rules for one level: %v", err)
	}
	if _, err := load("- {level: country, number: 3}\n"); err == nil || !strings.Contains(err.Error(), "needs traits") {
		t.Errorf("a rule without traits: %v", err)
	}
	if _, err := load("- {level: country, count: 3}\n"); err == nil || !strings.Contains(err.Error(), "count") {
		t.Errorf("an unknown key: %v", err)
	}
}
