package schema

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

const documentsFile = "catalogue/documents.yaml"

// loadClaims reads the documents and their claims, one file each. A catalogue without them has none.
func (c *Catalogue) loadClaims(fsys fs.FS) []error {
	files, err := fs.Glob(fsys, "catalogue/claims/*.yaml")
	if err != nil {
		return []error{fmt.Errorf("catalogue: %w", err)}
	}
	errs := c.loadDocuments(fsys)
	for _, name := range files {
		var x Claim
		if err := decodeFile(fsys, name, &x); err != nil {
			errs = append(errs, err)
			continue
		}
		src, err := remember(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); x.ID != want {
			errs = append(errs, fmt.Errorf("%s: id %q must be the file's name, %q", src.at("id"), x.ID, want))
			continue
		}
		c.Claims = append(c.Claims, x)
		errs = append(errs, c.checkClaim(x, src)...)
	}
	return errs
}

func (c *Catalogue) loadDocuments(fsys fs.FS) []error {
	if _, err := fs.Stat(fsys, documentsFile); err != nil {
		return nil
	}
	if err := decodeFile(fsys, documentsFile, &c.ClaimSources); err != nil {
		return []error{err}
	}
	src, err := remember(fsys, documentsFile)
	if err != nil {
		return []error{err}
	}
	var errs []error
	for n, d := range c.ClaimSources {
		if !idPattern.MatchString(d.ID) {
			errs = append(errs, fmt.Errorf("%s: %q: an id is written in small letters, digits and _", src.at(n), d.ID))
		}
		for key, text := range map[string]Text{"title": d.Title, "short": d.Short} {
			if err := text.check(key); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", src.at(n, key), d.ID, err))
			}
		}
	}
	return errs
}

// faults gathers what is wrong with one entry, each with file and line.
type faults struct {
	src  *source
	id   string
	errs []error
}

func (f *faults) add(err error, keys ...any) {
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("%s: %s: %w", f.src.at(keys...), f.id, err))
	}
}

// checkClaim finds the faults of one claim.
func (c *Catalogue) checkClaim(x Claim, src *source) []error {
	f := &faults{src: src, id: x.ID}
	if !idPattern.MatchString(x.ID) {
		f.add(fmt.Errorf("an id is written in small letters, digits and _"), "id")
	}
	f.add(oneOf("kind", x.Kind, claimKinds), "kind")
	for i, id := range x.Documents {
		if _, ok := c.ClaimSource(id); !ok {
			f.add(fmt.Errorf("document %q is not in documents.yaml", id), "documents", i)
		}
	}
	f.add(x.Title.check("title"), "title")
	f.add(x.Proposition.check("proposition"), "proposition")
	for i, t := range x.Notes {
		f.add(t.check("a note"), "notes", i)
	}
	if x.Kind == TimeSeriesClaim {
		c.checkTest(x, f)
	} else if len(x.Rules) > 0 {
		f.add(fmt.Errorf("only a claim of kind %s has rules; a %s claim is never scored", TimeSeriesClaim, x.Kind), "rules")
	}
	if x.Kind == ResearchClaim {
		f.add(x.Falsified.check("falsified"), "falsified")
	}
	if x.Kind == ResearchClaim && len(x.Evidence) == 0 && len(x.Missing) == 0 {
		f.add(fmt.Errorf("a research claim needs evidence, or what is missing"), "kind")
	}
	for i, e := range x.Evidence {
		checkEvidence(e, i, f)
	}
	for i, n := range x.Missing {
		f.add(n.Table.check("table"), "missing", i, "table")
		if n.Holder == "" {
			f.add(fmt.Errorf("a missing table needs its holder"), "missing", i)
		}
	}
	c.checkSequence(x.Sequence, f)
	return f.errs
}

// checkTest asks of a claim that is computed everything that makes the computation fair.
func (c *Catalogue) checkTest(x Claim, f *faults) {
	for key, t := range map[string]Text{"statistic": x.Statistic, "comparator": x.Comparator, "decision": x.Decision, "falsified": x.Falsified} {
		f.add(t.check(key), key)
	}
	if _, err := time.Parse(time.DateOnly, x.Decided); err != nil {
		f.add(fmt.Errorf("decided %q is not a day; write when the rule was written down, such as 2026-11-24", x.Decided), "decided")
	}
	if len(x.Rules) == 0 && len(x.Missing) == 0 {
		f.add(fmt.Errorf("a %s claim needs rules, or the table that is missing", TimeSeriesClaim), "kind")
	}
	for i, r := range x.Rules {
		c.checkRule(r, i, f)
	}
}

func checkEvidence(e Evidence, i int, f *faults) {
	f.add(e.Outcome.check("outcome"), "evidence", i, "outcome")
	f.add(e.Finding.check("finding"), "evidence", i, "finding")
	f.add(e.Design.check("design"), "evidence", i, "design")
	f.add(e.Certainty.check("certainty"), "evidence", i, "certainty")
	f.add(oneOf("direction", e.Direction, []string{"for", "against", "mixed", "none"}), "evidence", i, "direction")
	f.add(oneOf("read", e.Read, readings), "evidence", i, "read")
	f.add(checkURL(e.URL), "evidence", i, "url")
	if e.Source == "" {
		f.add(fmt.Errorf("a finding needs its source"), "evidence", i)
	}
}

func (c *Catalogue) checkSequence(s *Sequence, f *faults) {
	if s == nil {
		return
	}
	if _, ok := c.Event(s.Event); !ok {
		f.add(fmt.Errorf("event %q is not in events.yaml", s.Event), "sequence", "event")
	}
	f.add(oneOf("direction", s.Direction, []string{"fall", "rise"}), "sequence", "direction")
	for key, p := range map[string]string{"onset": s.Onset, "stated": s.Stated} {
		if p != "" {
			_, err := ParsePeriod(p)
			f.add(err, "sequence", key)
		}
	}
}

// checkRule finds what a rule of its kind needs and has not, or has and may not have.
func (c *Catalogue) checkRule(r Rule, n int, f *faults) {
	fault := func(err error, keys ...any) { f.add(err, append([]any{"rules", n}, keys...)...) }
	fault(oneOf("kind", r.Kind, ruleKinds), "kind")
	fault(r.Label.checkOptional("label"), "label")
	if r.Interval != "" && r.Interval != "none" {
		fault(fmt.Errorf(`interval %q is not known; write "none", or leave it out`, r.Interval), "interval")
	}
	want := func(ok bool, key, what string) {
		if !ok {
			fault(fmt.Errorf("a rule of kind %s needs %s", r.Kind, what), key)
		}
	}
	if r.Kind == OrderRule {
		want(len(r.Events) > 0 && (len(r.Events) > 1 || r.Stated != ""), "events", "two events in order, or one and stated")
		for i, id := range r.Events {
			if _, ok := c.Event(id); !ok {
				fault(fmt.Errorf("event %q is not in events.yaml", id), "events", i)
			}
		}
		fault(checkRulePeriod(r.Stated, false), "stated")
		return
	}
	want(len(r.Series) > 0, "series", "series")
	want(!r.Support.Empty(), "support", "a condition for support")
	fault(checkCondition("support", r.Support), "support")
	fault(checkCondition("contradict", r.Contradict), "contradict")
	twoEnds := r.From != "" && r.To != ""
	switch r.Kind {
	case RatioRule:
		want(len(r.Against) > 0, "against", "against")
		want(r.Period != "", "period", "a period")
	case LevelRule:
		want(r.Period != "", "period", "a period")
	case ShareRule:
		want(len(r.Against) > 0, "against", "against")
		want(twoEnds || r.Period != "", "from", "from and to, or a period")
	case ReplacesRule:
		want(len(r.Against) > 0, "against", "against")
		want(twoEnds, "from", "from and to")
	case ChangeRule, StepsRule:
		want(twoEnds, "from", "from and to")
	case TrendRule:
		want((r.From != "") != (r.Last > 0), "from", "either from or last")
	}
	if r.Within < 0 || r.Within > 5 {
		fault(fmt.Errorf("within %d is not 0 to 5 years", r.Within), "within")
	}
	fault(checkRulePeriod(r.Period, true), "period")
	fault(checkRulePeriod(r.From, false), "from")
	fault(checkRulePeriod(r.To, true), "to")
	for key, list := range map[string][]Selection{"series": r.Series, "against": r.Against} {
		for i, s := range list {
			c.checkSelection(s, fault, key, i)
		}
	}
	if r.Per != nil {
		c.checkSelection(*r.Per, fault, "per")
	}
}

func checkRulePeriod(s string, latest bool) error {
	if s == "" || latest && s == LatestPeriod {
		return nil
	}
	_, err := ParsePeriod(s)
	return err
}

func checkCondition(key string, c Condition) error {
	set := 0
	for _, v := range []*float64{c.Below, c.Above, c.AtMost, c.AtLeast, c.Contains, c.Excludes} {
		if v != nil {
			set++
		}
	}
	if set > 1 {
		return fmt.Errorf("%s has %d conditions; write one of below, above, at_most, at_least, contains, excludes", key, set)
	}
	return nil
}

func (c *Catalogue) checkSelection(s Selection, fault func(error, ...any), keys ...any) {
	at := func(more ...any) []any { return append(slices.Clone(keys), more...) }
	ind, ok := c.Indicator(s.Indicator)
	if !ok {
		fault(fmt.Errorf("indicator %q is not in the catalogue", s.Indicator), at("indicator")...)
	} else if !ind.HasVariant(s.Variant) {
		fault(fmt.Errorf("variant %q is not one of %s", s.Variant, s.Indicator), at("variant")...)
	}
	if _, ok := c.Areas.Get(s.Area); !ok {
		fault(fmt.Errorf("area %q is not known", s.Area), at("area")...)
	}
	_, err := ParseSex(string(s.Both()))
	fault(err, at("sex")...)
	_, err = ParseAge(s.Ages())
	fault(err, at("age")...)
	fault(s.Label.checkOptional("label"), at("label")...)
	for i, p := range s.Plus {
		if len(p.Plus) > 0 {
			fault(fmt.Errorf("a part of a sum cannot be a sum"), at("plus", i)...)
		}
		c.checkSelection(p, fault, at("plus", i)...)
	}
}
