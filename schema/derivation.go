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
