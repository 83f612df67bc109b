package schema

import (
	"errors"
	"fmt"
	"slices"
)

// DeriveMethod says how an indicator is computed from others.
type DeriveMethod string

// The methods. Each names what it needs beside the numerator.
const (
	DeriveRate           DeriveMethod = "rate"            // numerator / denominator × multiplier; window pools years, standard adjusts for age
	DeriveShare          DeriveMethod = "share"           // numerator / sum of the indicators in of × multiplier
	DeriveIndex          DeriveMethod = "index"           // numerator / its own figure in base × multiplier
	DeriveConstantPrices DeriveMethod = "constant_prices" // numerator × price index in base / price index; denominator is the price index
)

// Derivation says how an indicator is computed from published figures. An indicator that has one gets its figures from
// the program and from no other delivery.
type Derivation struct {
	Method     DeriveMethod `yaml:"method"`
	Of         []string     `yaml:"of"`         // share: ids of the parts of the whole, the numerator among them
	Multiplier float64      `yaml:"multiplier"` // 100000, 100; 1 if not given
	Window     int          `yaml:"window"`     // rate: consecutive years that are pooled; 1 if not given
	Standard   string       `yaml:"standard"`   // rate: esp2013 for direct standardisation by age, "" for the crude rate
	Base       string       `yaml:"base"`       // index and constant prices: the period that the others are put against
}

// Times gives the multiplier.
func (d Derivation) Times() float64 {
	if d.Multiplier == 0 {
		return 1
	}
	return d.Multiplier
}

// Years gives the window.
func (d Derivation) Years() int { return max(d.Window, 1) }

// Inputs lists the indicators that an indicator is computed from, the numerator first, each once.
func (i Indicator) Inputs() []string {
	if i.Derive == nil {
		return nil
	}
	var out []string
	for _, id := range append([]string{i.Numerator, i.Denominator}, i.Derive.Of...) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Derived lists the indicators that the program computes.
func (c *Catalogue) Derived() []Indicator {
	var out []Indicator
	for _, ind := range c.Indicators {
		if ind.Derive != nil {
			out = append(out, ind)
		}
	}
	return out
}

// checkDerivation finds the faults of an indicator's derivation.
func (c *Catalogue) checkDerivation(ind Indicator) error {
	d := ind.Derive
	kind, ok := map[DeriveMethod]Kind{DeriveRate: Rate, DeriveShare: Share, DeriveIndex: Index, DeriveConstantPrices: Cost}[d.Method]
	switch {
	case !ok:
		return fmt.Errorf("derive: method %q is not one of rate, share, index, constant_prices", d.Method)
	case ind.Kind != kind:
		return fmt.Errorf("derive: %s gives kind %s, not %s", d.Method, kind, ind.Kind)
	case ind.Numerator == "":
		return errors.New("derive: a numerator is needed")
	case d.Multiplier < 0 || d.Window < 0 || d.Window > 10:
		return errors.New("derive: multiplier must be above 0 and window 1 to 10 years")
	case (d.Method == DeriveRate || d.Method == DeriveConstantPrices) != (ind.Denominator != ""):
		return fmt.Errorf("derive: a denominator belongs to rate and constant_prices alone, and must be there for them")
	case (d.Method == DeriveShare) != (len(d.Of) > 0) || d.Method == DeriveShare && !slices.Contains(d.Of, ind.Numerator):
		return errors.New("derive: share, and share alone, lists in `of` the parts of the whole, the numerator among them")
	case d.Method != DeriveRate && (d.Window > 1 || d.Standard != ""):
		return errors.New("derive: window and standard belong to rate alone")
	case d.Standard != "" && d.Standard != "esp2013":
		return fmt.Errorf("derive: standard %q is not known; write esp2013", d.Standard)
	case (d.Method == DeriveIndex || d.Method == DeriveConstantPrices) != (d.Base != ""):
		return errors.New("derive: index and constant_prices, and they alone, name a base period")
	}
	if d.Base != "" {
		if _, err := ParsePeriod(d.Base); err != nil {
			return fmt.Errorf("derive: base: %w", err)
		}
	}
	for _, id := range ind.Inputs() {
		in, ok := c.Indicator(id)
		switch {
		case !ok:
			return fmt.Errorf("derive: %q is not in the catalogue", id)
		case in.Derive != nil:
			return fmt.Errorf("derive: %q is itself computed; name the published figures", id)
		}
	}
	return nil
}

// Origins gives whose figures an indicator rests on, each once: its own publisher's, or, for what the program computes,
// those of everything that it is computed from, to the bottom.
func (c *Catalogue) Origins(ind Indicator) []Publisher {
	var out []Publisher
	seen := map[string]bool{}
	var add func(Indicator)
	add = func(i Indicator) {
		if i.ID == "" || seen["i:"+i.ID] {
			return
		}
		seen["i:"+i.ID] = true
		if i.Derive == nil {
			if p, ok := c.Publisher(i.Publisher); ok && !seen["p:"+p.ID] {
				seen["p:"+p.ID] = true
				out = append(out, p)
			}
			return
		}
		for _, id := range i.Inputs() {
			input, _ := c.Indicator(id)
			add(input)
		}
	}
	add(ind)
	return out
}

// OtherCounts lists the other ways to count the same thing: what an indicator names as related, what names it, and theirs in
// turn. Those that it names itself come first, the rest in the order of the catalogue.
func (c *Catalogue) OtherCounts(ind Indicator) []string {
	near := map[string][]string{}
	for _, i := range c.Indicators {
		for _, r := range i.Related {
			near[i.ID], near[r] = append(near[i.ID], r), append(near[r], i.ID)
		}
	}
	reached := map[string]bool{ind.ID: true}
	for queue := []string{ind.ID}; len(queue) > 0; queue = queue[1:] {
		for _, id := range near[queue[0]] {
			if !reached[id] {
				reached[id] = true
				queue = append(queue, id)
			}
		}
	}
	out := slices.Clone(ind.Related)
	for _, i := range c.Indicators {
		if reached[i.ID] && i.ID != ind.ID && !slices.Contains(out, i.ID) {
			out = append(out, i.ID)
		}
	}
	return out
}
