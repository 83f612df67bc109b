package schema

import (
	"fmt"
	"io/fs"
	"slices"
)

// Scale says how two values of a trait are set apart.
type Scale string

// The scales.
const (
	LinearScale Scale = "linear" // by their difference
	LogScale    Scale = "log"    // by their ratio: twice as large is as far from once as four times from twice
)

// PeerTrait is a measure that areas are called alike by.
type PeerTrait struct {
	ID        string `yaml:"id"`        // in addresses
	Indicator string `yaml:"indicator"` // in its main definition, both sexes, all ages
	Scale     Scale  `yaml:"scale"`
	Label     Text   `yaml:"label"`
}

// PeerRule says by which traits areas of one level are called alike, and how many of the nearest are shown.
type PeerRule struct {
	Level  Level       `yaml:"level"`
	Number int         `yaml:"number"`
	Traits []PeerTrait `yaml:"traits"`
}

const peersFile = "catalogue/peers.yaml"

// MostPeers bounds how many areas may be asked for as the nearest.
const MostPeers = 20

// PeerRule gives the rule for a level; ok is false where areas of that level have none.
func (c *Catalogue) PeerRule(l Level) (PeerRule, bool) {
	return find(c.Peers, func(r PeerRule) bool { return r.Level == l })
}

// loadPeers reads the rules. A catalogue without the file calls no areas alike.
func (c *Catalogue) loadPeers(fsys fs.FS) []error {
	if _, err := fs.Stat(fsys, peersFile); err != nil {
		return nil
	}
	if err := decodeFile(fsys, peersFile, &c.Peers); err != nil {
		return []error{err}
	}
	src, err := remember(fsys, peersFile)
	if err != nil {
		return []error{err}
	}
	f := &faults{src: src, id: "peers"}
	for n, r := range c.Peers {
		f.add(oneOf("level", r.Level, levels), n, "level")
		if r.Number < 1 || r.Number > MostPeers {
			f.add(fmt.Errorf("number %d is not 1 to %d", r.Number, MostPeers), n, "number")
		}
		if first := slices.IndexFunc(c.Peers, func(o PeerRule) bool { return o.Level == r.Level }); first != n {
			f.add(fmt.Errorf("level %q has a rule already", r.Level), n, "level")
		}
		if len(r.Traits) == 0 {
			f.add(fmt.Errorf("a rule needs traits"), n)
		}
		for i, t := range r.Traits {
			f.add(oneOf("scale", t.Scale, []Scale{LinearScale, LogScale}), n, "traits", i, "scale")
			f.add(t.Label.check("label"), n, "traits", i, "label")
			if _, ok := c.Indicator(t.Indicator); !ok {
				f.add(fmt.Errorf("indicator %q is not in the catalogue", t.Indicator), n, "traits", i, "indicator")
			}
			if first := slices.IndexFunc(r.Traits, func(o PeerTrait) bool { return o.ID == t.ID }); first != i || !idPattern.MatchString(t.ID) {
				f.add(fmt.Errorf("id %q is there twice, or is not written in small letters, digits and _", t.ID), n, "traits", i, "id")
			}
		}
	}
	return f.errs
}
