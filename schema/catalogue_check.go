package schema

import (
	"fmt"
	"regexp"
	"slices"
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// checkLists finds faults in themes, units and publishers.
func (c *Catalogue) checkLists(sources map[string]*source) []error {
	var errs []error
	seen := map[string]bool{}
	entry := func(list string, n int, id string, faults ...error) {
		if !idPattern.MatchString(id) {
			faults = append(faults, fmt.Errorf("an id is written in small letters, digits and _"))
		}
		if seen[list+id] {
			faults = append(faults, fmt.Errorf("is there twice"))
		}
		seen[list+id] = true
		for _, err := range faults {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", sources[list].at(n), id, err))
			}
		}
	}
	for n, t := range c.Themes {
		entry("themes", n, t.ID, t.Label.check("label"))
	}
	for n, u := range c.Units {
		var err error
		if u.Decimals < 0 || u.Decimals > 6 {
			err = fmt.Errorf("decimals %d is not 0 to 6", u.Decimals)
		}
		entry("units", n, u.ID, u.Label.check("label"), err)
	}
	for n, p := range c.Publishers {
		var err error
		if p.Licence == "" {
			err = fmt.Errorf(`licence is empty; write "unknown" if it was not verified`)
		}
		entry("publishers", n, p.ID, p.Name.check("name"), p.Attribution.check("attribution"), err)
	}
	return errs
}

// check finds the faults of one indicator.
func (c *Catalogue) check(ind Indicator, src *source) []error {
	var errs []error
	fault := func(err error, keys ...any) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", src.at(keys...), ind.ID, err))
		}
	}
	among := func(ok bool, key, value, allowed string) {
		if !ok {
			fault(fmt.Errorf("%s %q is not one of %s", key, value, allowed), key)
		}
	}
	if !idPattern.MatchString(ind.ID) {
		fault(fmt.Errorf("an id is written in small letters, digits and _"), "id")
	}
	fault(ind.Label.check("label"), "label")
	fault(ind.Definition.check("definition"), "definition")
	among(slices.Contains(kinds, ind.Kind), "kind", string(ind.Kind), joined(kinds))
	among(slices.Contains(directions, ind.Direction), "direction", string(ind.Direction), joined(directions))
	among(slices.Contains(frequencies, ind.Frequency), "frequency", string(ind.Frequency), joined(frequencies))
	_, ok := c.Theme(ind.Theme)
	among(ok, "theme", ind.Theme, "themes.yaml")
	_, ok = c.Unit(ind.Unit)
	among(ok, "unit", ind.Unit, "units.yaml")
	_, ok = c.Publisher(ind.Publisher)
	among(ok, "publisher", ind.Publisher, "publishers.yaml")
	if ind.Kind == Cost && ind.Direction != NoJudgement {
		fault(fmt.Errorf("costs are contested: direction must be %s", NoJudgement), "direction")
	}
	if ind.Threshold != nil && *ind.Threshold < 0 {
		fault(fmt.Errorf("threshold %d is below zero", *ind.Threshold), "threshold")
	}
	for key, id := range map[string]string{"numerator": ind.Numerator, "denominator": ind.Denominator} {
		if _, ok := c.Indicator(id); id != "" && !ok {
			fault(fmt.Errorf("%s %q is not in the catalogue", key, id), key)
		}
	}
	if ind.Derive != nil {
		fault(c.checkDerivation(ind), "derive")
	}
	for n, id := range ind.Related {
		if _, ok := c.Indicator(id); !ok || id == ind.ID {
			fault(fmt.Errorf("related %q is not another indicator of the catalogue", id), "related", n)
		}
	}
	for n, t := range ind.Caveats {
		fault(t.check("a caveat"), "caveats", n)
	}
	variants := map[string]bool{"": true}
	for n, v := range ind.Variants {
		fault(v.Label.check("variant "+v.ID), "variants", n)
		if !idPattern.MatchString(v.ID) || variants[v.ID] {
			fault(fmt.Errorf("variant id %q is not an id, or is there twice", v.ID), "variants", n, "id")
		}
		variants[v.ID] = true
	}
	for n, b := range ind.Breaks {
		if _, err := ParsePeriod(b.Period); err != nil {
			fault(err, "breaks", n, "period")
		}
		if _, ok := c.Areas.Get(b.Area); b.Area != "" && !ok {
			fault(fmt.Errorf("area %q is not known", b.Area), "breaks", n, "area")
		}
		if !variants[b.Variant] {
			fault(fmt.Errorf("variant %q is not one of this indicator's", b.Variant), "breaks", n, "variant")
		}
		fault(b.Text.check("a break"), "breaks", n, "text")
		if b.Source == "" {
			fault(fmt.Errorf("a break needs its source"), "breaks", n)
		}
	}
	return errs
}

// HasVariant tells whether an indicator knows a variant; "" is known to all.
func (i Indicator) HasVariant(id string) bool {
	return id == "" || slices.ContainsFunc(i.Variants, func(v Variant) bool { return v.ID == id })
}
