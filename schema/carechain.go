package schema

import (
	"fmt"
	"io/fs"
)

// CareChain says which indicators the page on the care chain sets side by side.
type CareChain struct {
	Institutional Selection   `yaml:"institutional"` // voluntary care away from home
	Compulsory    Selection   `yaml:"compulsory"`    // care that a court has decided on
	Open          Selection   `yaml:"open"`          // interventions while living at home
	Beside        []Selection `yaml:"beside"`        // other volumes of the same statistics
	Population    string      `yaml:"population"`    // indicator ids
	Cost          string      `yaml:"cost"`
	CostFixed     string      `yaml:"cost_fixed"` // the same in the prices of one year
	Areas         []string    `yaml:"areas"`      // that the page can be shown for, first the one to begin with
	CostAreas     []string    `yaml:"cost_areas"` // whose cost is shown, beside the page's own area
	Abroad        []Selection `yaml:"abroad"`
	Breaks        []ChainNote `yaml:"breaks"`
	Missing       []Need      `yaml:"missing"`
}

// ChainNote is a break or a limit that has to be said in words.
type ChainNote struct {
	Period string `yaml:"period"` // from when on, "" for all years
	Area   string `yaml:"area"`
	Text   Text   `yaml:"text"`
	Source string `yaml:"source"`
}

// Empty tells whether the catalogue says nothing of a care chain.
func (c CareChain) Empty() bool { return c.Institutional.Indicator == "" }

const careChainFile = "catalogue/care_chain.yaml"

// loadCareChain reads what the page on the care chain shows. A catalogue without the file has no such page.
func (c *Catalogue) loadCareChain(fsys fs.FS) []error {
	if _, err := fs.Stat(fsys, careChainFile); err != nil {
		return nil
	}
	if err := decodeFile(fsys, careChainFile, &c.Chain); err != nil {
		return []error{err}
	}
	src, err := remember(fsys, careChainFile)
	if err != nil {
		return []error{err}
	}
	f := &faults{src: src, id: "care_chain"}
	chain := c.Chain
	c.checkChainSelection(chain.Institutional, f, "institutional")
	c.checkChainSelection(chain.Compulsory, f, "compulsory")
	c.checkChainSelection(chain.Open, f, "open")
	for i, s := range chain.Beside {
		c.checkChainSelection(s, f, "beside", i)
	}
	for i, s := range chain.Abroad {
		c.checkSelection(s, f.add, "abroad", i)
	}
	for key, id := range map[string]string{"population": chain.Population, "cost": chain.Cost, "cost_fixed": chain.CostFixed} {
		if _, ok := c.Indicator(id); !ok {
			f.add(fmt.Errorf("indicator %q is not in the catalogue", id), key)
		}
	}
	if len(chain.Areas) == 0 {
		f.add(fmt.Errorf("the care chain needs an area to be shown for"), "areas")
	}
	for key, list := range map[string][]string{"areas": chain.Areas, "cost_areas": chain.CostAreas} {
		for i, code := range list {
			if _, ok := c.Areas.Get(code); !ok {
				f.add(fmt.Errorf("area %q is not known", code), key, i)
			}
		}
	}
	for i, b := range chain.Breaks {
		f.add(b.Text.check("text"), "breaks", i, "text")
		f.add(checkRulePeriod(b.Period, false), "breaks", i, "period")
		if b.Source == "" {
			f.add(fmt.Errorf("a break needs its source"), "breaks", i)
		}
		if _, ok := c.Areas.Get(b.Area); b.Area != "" && !ok {
			f.add(fmt.Errorf("area %q is not known", b.Area), "breaks", i, "area")
		}
	}
	for i, n := range chain.Missing {
		f.add(n.Table.check("table"), "missing", i, "table")
		if n.Holder == "" {
			f.add(fmt.Errorf("a missing table needs its holder"), "missing", i)
		}
	}
	return f.errs
}

// checkChainSelection lets the area be open: the page fills it in.
func (c *Catalogue) checkChainSelection(s Selection, f *faults, keys ...any) {
	if s.Area != "" {
		f.add(fmt.Errorf("leave the area out: the page is shown for several"), append(keys, "area")...)
		return
	}
	s.Area = c.Areas.All()[0].Code
	c.checkSelection(s, f.add, keys...)
}
