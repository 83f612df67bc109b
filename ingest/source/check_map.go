package source

import (
	"slices"
	"strings"

	"utfall/schema"
)

func (c *checker) mapping() {
	m := c.Map
	c.target("area", m.Area, func(v string) bool { _, ok := c.catalogue.Areas.Get(v); return ok }, []string{"se", "kolada", "iso", "eurostat", "own"}, true)
	c.target("period", m.Period, func(v string) bool { _, err := schema.ParsePeriod(v); return err == nil }, []string{""}, true)
	c.target("sex", m.Sex, func(v string) bool { _, err := schema.ParseSex(v); return err == nil }, []string{"se_sex"}, false)
	c.target("age", m.Age, func(v string) bool { _, err := schema.ParseAge(v); return err == nil }, []string{"age"}, false)
	c.target("breakdown", m.Breakdown, func(string) bool { return true }, []string{"own"}, false)
	if m.Area.Only != "" || m.Sex.Only != "" || m.Age.Only != "" || m.Breakdown.Only != "" {
		c.fault(at("map"), "only is for period")
	}
	seen := map[string]string{}
	for name, t := range map[string]Target{"area": m.Area, "period": m.Period, "sex": m.Sex, "age": m.Age, "breakdown": m.Breakdown} {
		if t.Dimension == "" {
			continue
		}
		if other, ok := seen[t.Dimension]; ok {
			c.fault(at("map", name, "dimension"), "dimension %s is mapped to %s already", t.Dimension, other)
		}
		seen[t.Dimension] = name
	}
	for d := range m.Fixed {
		if _, ok := seen[d]; ok {
			c.fault(at("map", "fixed", d), "dimension %s is mapped and fixed", d)
		}
	}
}

// target checks one part of the cell: it is given, or comes from a dimension by a list or a scheme.
func (c *checker) target(name string, t Target, valid func(string) bool, schemes []string, must bool) {
	keys := at("map", name)
	switch {
	case t.Is == "" && t.Dimension == "":
		if must {
			c.fault(keys, "%s: give is or dimension", name)
		}
		return
	case t.Is != "" && (t.Dimension != "" || len(t.Codes) > 0 || t.Scheme != ""):
		c.fault(keys, "%s is given by is and by something else; keep one", name)
	case t.Is != "" && !valid(t.Is):
		c.fault(keys, "%s %q is not known", name, t.Is)
	case t.Dimension != "" && len(t.Codes) == 0 && t.Scheme == "" && name != "period":
		c.fault(keys, "%s: say by codes or scheme what the codes of %s mean", name, t.Dimension)
	case t.Scheme != "" && !slices.Contains(schemes, t.Scheme):
		c.fault(keys, "%s: scheme %q is not one of %s", name, t.Scheme, strings.Join(schemes, ", "))
	}
	for code, v := range t.Codes {
		if !valid(v) {
			c.fault(append(keys, "codes", code), "%s %q is not known", name, v)
		}
	}
	if t.Others != "" && t.Others != "reject" && t.Others != "drop" {
		c.fault(append(keys, "others"), "others %q is neither reject nor drop", t.Others)
	}
}

func (c *checker) figures() {
	if len(c.Source.Figures) == 0 {
		c.fault(at("figures"), "figures say which indicator the rows belong to")
	}
	for n, f := range c.Source.Figures {
		keys := at("figures", n)
		ind, ok := c.catalogue.Indicator(f.Indicator)
		if !ok {
			c.fault(append(keys, "indicator"), "indicator %q is not in the catalogue", f.Indicator)
			continue
		}
		if !ind.HasVariant(f.Variant) {
			c.fault(append(keys, "variant"), "indicator %s has no variant %q", f.Indicator, f.Variant)
		}
		if f.Unit != ind.Unit {
			c.fault(append(keys, "unit"), "unit %q, but %s is measured in %q", f.Unit, f.Indicator, ind.Unit)
		}
		if f.Multiply < 0 {
			c.fault(append(keys, "multiply"), "multiply %g is below zero", f.Multiply)
		}
		if f.Round != nil && (*f.Round < 0 || *f.Round > 9) {
			c.fault(append(keys, "round"), "round %d is not 0 to 9 decimals", *f.Round)
		}
		if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
			c.fault(append(keys, "min"), "min %g is above max %g", *f.Min, *f.Max)
		}
		for d := range f.Labels {
			if _, ok := f.When[d]; !ok {
				c.fault(append(keys, "labels"), "a label of %s is expected, and when names no code of it", d)
			}
		}
		if f.Breakdown != "" && c.Map.Breakdown.Dimension != "" {
			c.fault(append(keys, "breakdown"), "breakdown is mapped from a dimension already")
		}
		c.flags(f.Flags, "figures", n, "flags")
	}
}
