package briefing

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"utfall/schema"
)

// What a briefing may hold. A member reads two to four pages the evening before; a hundred are not read at all.
const (
	mostText     = 3500  // characters in one text
	mostTexts    = 14000 // in all texts of one language: about five pages
	mostFigures  = 16
	mostSections = 8
	mostParts    = 40 // in one section
	mostTitle    = 120
)

var (
	idPattern     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)
	numberPattern = regexp.MustCompile(`^[\p{L}0-9][\p{L}0-9/ :.-]{0,39}$`)
)

// ValidID tells whether a briefing can be called so.
func ValidID(id string) bool { return idPattern.MatchString(id) }

// Fault is one thing that is wrong with a briefing.
type Fault struct {
	Keys  []any  // the path to it, such as ("sections", 0, "parts", 1, "text", "sv")
	Place string // file:line
	ID    string // of the briefing
	Err   error
}

func (f *Fault) Error() string { return f.Place + ": " + f.ID + ": " + f.Err.Error() }

func (f *Fault) Unwrap() error { return f.Err }

// In gives what is wrong, without its place, in a language.
func (f *Fault) In(lang schema.Lang) string {
	var w wrong
	if errors.As(f.Err, &w) {
		return w.In(lang)
	}
	return f.Err.Error()
}

// wrong is what is wrong in both languages: authors read theirs, and a terminal English.
type wrong struct{ schema.Text }

func (w wrong) Error() string { return w.EN }

// Wrong makes what a Fault says. Both texts take the same values, in the same order.
func Wrong(sv, en string, args ...any) error {
	return wrong{schema.Text{SV: fmt.Sprintf(sv, args...), EN: fmt.Sprintf(en, args...)}}
}

// faults collects what is wrong with a briefing, each with its place.
type faults struct {
	d    *Definition
	c    *schema.Catalogue
	errs []error
}

func (f *faults) add(err error, keys ...any) {
	if err != nil {
		f.errs = append(f.errs, &Fault{Keys: keys, Place: f.d.doc.At(keys...), ID: f.d.ID, Err: err})
	}
}

func (f *faults) say(keys []any, sv, en string, args ...any) {
	f.add(Wrong(sv, en, args...), keys...)
}

// check finds every fault that shows without figures.
func (d *Definition) check(c *schema.Catalogue) []error {
	f := &faults{d: d, c: c}
	at := func(keys ...any) []any { return keys }
	if !idPattern.MatchString(d.ID) {
		f.say(at("id"), "ett id skrivs med små bokstäver, siffror och -, högst 60 tecken", "an id is written in small letters, digits and -, at most 60 of them")
	}
	if f.both(d.Title, "title"); utf8.RuneCountInString(d.Title.SV) > mostTitle || utf8.RuneCountInString(d.Title.EN) > mostTitle {
		f.say(at("title"), "titeln är längre än %d tecken", "the title is longer than %d characters", mostTitle)
	}
	if d.Number != "" && !numberPattern.MatchString(d.Number) {
		f.say(at("diarienummer"), "diarienummer %q är inget sådant; skriv till exempel SLK-2024-00743", "diarienummer %q is not one; write for example SLK-2024-00743", d.Number)
	}
	f.area(d.Area, "area")
	f.period(d.Period, "period")
	if len(d.Figures) > mostFigures {
		f.say(at("figures"), "%d siffror; en genomgång har högst %d", "%d figures; a briefing has at most %d", len(d.Figures), mostFigures)
	}
	for name, spec := range d.Figures {
		f.figure(name, spec)
	}
	f.sections()
	f.unused()
	f.length()
	slices.SortFunc(f.errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return f.errs
}

// unused finds figures that no part shows: they would be pinned, and make gaps, for nothing.
func (f *faults) unused() {
	used := map[string]bool{}
	for _, s := range f.d.Sections {
		for _, p := range s.Parts {
			used[p.Figure] = true
			for _, name := range p.Points {
				used[name] = true
			}
			if p.Costs != nil {
				used[p.Costs.Figure] = true
			}
		}
	}
	for name := range f.d.Figures {
		if !used[name] {
			f.say([]any{"figures", name}, "siffran %q står inte i något avsnitt; ta bort den eller visa den", "figure %q stands in no section; take it away or show it", name)
		}
	}
}

func (f *faults) both(t schema.Text, keys ...any) {
	for _, lang := range []schema.Lang{schema.SV, schema.EN} {
		if t.In(lang) == "" {
			f.say(append(slices.Clone(keys), string(lang)), "text behövs på både sv och en", "needs a text in both sv and en")
			return
		}
	}
}

func (f *faults) area(code string, keys ...any) {
	if _, ok := f.c.Areas.Get(code); !ok {
		f.say(keys, "området %q är inte känt; skriv koder som SE, SE-14, SE-1480 eller DK", "area %q is not known; write codes such as SE, SE-14, SE-1480 or DK", code)
	}
}

func (f *faults) period(text string, keys ...any) {
	if _, err := schema.ParsePeriod(text); err != nil {
		f.say(keys, "%q är ingen period; skriv till exempel 2022, 2022Q3 eller 2013/2023", "%q is no period; write for example 2022, 2022Q3 or 2013/2023", text)
	}
}

func (f *faults) figure(name string, spec FigureSpec) {
	at := func(keys ...any) []any { return append([]any{"figures", name}, keys...) }
	ind, ok := f.c.Indicator(spec.Indicator)
	if !ok {
		f.say(at("indicator"), "indikatorn %q finns inte i katalogen", "indicator %q is not in the catalogue", spec.Indicator)
		return
	}
	if !ind.HasVariant(spec.Variant) {
		f.say(at("variant"), "varianten %q finns inte för %s", "variant %q is not one of %s", spec.Variant, spec.Indicator)
	}
	if spec.Area != "" {
		f.area(spec.Area, at("area")...)
	}
	if spec.Sex != "" {
		if _, err := schema.ParseSex(string(spec.Sex)); err != nil {
			f.say(at("sex"), "könet %q är inte T, F eller M", "sex %q is not T, F or M", string(spec.Sex))
		}
	}
	if spec.Age != "" {
		if _, err := schema.ParseAge(spec.Age); err != nil {
			f.say(at("age"), "åldern %q är inget åldersband; skriv till exempel TOT, 15-64 eller 21+", "age %q is no age band; write for example TOT, 15-64 or 21+", spec.Age)
		}
	}
	if spec.From != "" {
		f.period(spec.From, at("from")...)
	}
	for i, code := range spec.Beside {
		f.area(code, at("beside", i)...)
	}
	for i, id := range spec.Also {
		other, ok := f.c.Indicator(id)
		switch {
		case !ok:
			f.say(at("also", i), "indikatorn %q finns inte i katalogen", "indicator %q is not in the catalogue", id)
		case other.Unit != ind.Unit:
			f.say(at("also", i), "%s mäts i %s och %s i %s: de kan inte dela diagram", "%s is in %s and %s in %s: they cannot share a chart", id, other.Unit, ind.ID, ind.Unit)
		}
	}
	if (spec.Prices.SV == "") != (spec.Prices.EN == "") {
		f.both(spec.Prices, at("prices")...)
	}
}

func (f *faults) sections() {
	d := f.d
	if len(d.Sections) > mostSections {
		f.say([]any{"sections"}, "%d avsnitt; det finns %d", "%d sections; there are %d", len(d.Sections), mostSections)
	}
	var have []SectionID
	for i, s := range d.Sections {
		if !slices.Contains(SectionIDs(), s.ID) {
			f.say([]any{"sections", i, "id"}, "avsnittet %q är inte ett av %s", "section %q is not one of %s", s.ID, listed(SectionIDs()))
			continue
		}
		have = append(have, s.ID)
		switch {
		case s.None && len(s.Parts) > 0:
			f.say([]any{"sections", i, "none"}, "avsnittet %s har delar och säger att det inte finns något; behåll det ena", "section %s has parts and says that there is nothing; keep one", s.ID)
		case !s.None && len(s.Parts) == 0:
			f.say([]any{"sections", i}, "avsnittet %s är tomt; skriv delar, eller none: true om det inte finns några särskilda aspekter", "section %s is empty; write parts, or none: true if there are no special aspects", s.ID)
		case s.None && (s.ID == Summary || s.ID == Description || s.ID == Unknown || s.ID == Assessment):
			f.say([]any{"sections", i, "none"}, "avsnittet %s kan inte lämnas utan innehåll", "section %s cannot be left without content", s.ID)
		case len(s.Parts) > mostParts:
			f.say([]any{"sections", i, "parts"}, "%d delar; ett avsnitt har högst %d", "%d parts; a section has at most %d", len(s.Parts), mostParts)
		}
		for j, p := range s.Parts {
			f.part(p, i, j)
		}
	}
	if !slices.Equal(have, SectionIDs()) {
		f.say([]any{"sections"}, "avsnitten är %s; de ska vara %s, i den ordningen", "the sections are %s; they must be %s, in that order", listed(have), listed(SectionIDs()))
	}
}

func listed(ids []SectionID) string {
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = string(id)
	}
	return strings.Join(s, ", ")
}

func (f *faults) part(p Part, section, n int) {
	at := func(keys ...any) []any { return append([]any{"sections", section, "parts", n}, keys...) }
	set := 0
	for _, on := range []bool{p.Heading != schema.Text{}, p.Text != schema.Text{}, len(p.Points) > 0, p.Figure != "", p.Claims != nil, len(p.Events) > 0, len(p.Evidence) > 0, p.Costs != nil, p.Tally, p.Gaps} {
		if on {
			set++
		}
	}
	if set != 1 {
		f.say(at(), "en del har en av heading, text, points, figure, claims, events, evidence, costs, tally, gaps; den här har %d", "a part has one of heading, text, points, figure, claims, events, evidence, costs, tally, gaps; this one has %d", set)
		return
	}
	switch {
	case p.Heading != schema.Text{}:
		f.both(p.Heading, at("heading")...)
	case p.Text != schema.Text{}:
		f.both(p.Text, at("text")...)
		f.markdown(p.Text.SV, at("text", "sv")...)
		f.markdown(p.Text.EN, at("text", "en")...)
	case p.Figure != "":
		f.named(p.Figure, at("figure")...)
	case p.Tally && len(f.d.claimLists()) == 0:
		f.say(at("tally"), "genomgången nämner inga påståenden att räkna", "the briefing names no claims to count")
	case p.Costs != nil:
		f.costs(*p.Costs, at("costs"))
	case p.Claims != nil:
		f.claims(*p.Claims, at("claims"))
	}
	for i, name := range p.Points {
		f.named(name, at("points", i)...)
	}
	for i, id := range p.Events {
		if _, ok := f.c.Event(id); !ok {
			f.say(at("events", i), "händelsen %q finns inte i registret", "event %q is not in the register", id)
		}
	}
	for i, id := range p.Evidence {
		if x, ok := f.c.Claim(id); !ok {
			f.say(at("evidence", i), "påståendet %q finns inte i katalogen", "claim %q is not in the catalogue", id)
		} else if len(x.Evidence) == 0 {
			f.say(at("evidence", i), "påståendet %s har inga publicerade fynd", "claim %s has no published findings", id)
		}
	}
}

func (f *faults) named(name string, keys ...any) {
	if _, ok := f.d.Figures[name]; !ok {
		f.say(keys, "siffran %q finns inte bland figures", "figure %q is not among figures", name)
	}
}

func (f *faults) costs(c Costs, at []any) {
	f.named(c.Figure, append(at, "figure")...)
	if ind, ok := f.c.Indicator(f.d.Figures[c.Figure].Indicator); ok && ind.Kind != schema.Cost {
		f.say(append(at, "figure"), "siffran %q är ingen kostnad", "figure %q is no cost", c.Figure)
	}
	if c.Among != "" && c.Among != schema.Municipality && c.Among != schema.Region {
		f.say(append(at, "among"), "among %q är varken municipality eller region", "among %q is not municipality or region", c.Among)
	}
}

// claims refuses a claim that is unknown, or that no figures can decide: that one belongs among the gaps.
func (f *faults) claims(l ClaimList, at []any) {
	if len(l.IDs)+len(l.Documents) == 0 {
		f.say(at, "nämn påståenden med ids, eller documents vars påståenden menas", "name claims by ids, or documents whose claims are meant")
	}
	for i, id := range l.IDs {
		x, ok := f.c.Claim(id)
		switch {
		case !ok:
			f.say(append(slices.Clone(at), "ids", i), "påståendet %q finns inte i katalogen", "claim %q is not in the catalogue", id)
		case x.Kind != schema.TimeSeriesClaim:
			f.say(append(slices.Clone(at), "ids", i), "påståendet %s är av slaget %s och prövas aldrig; lista dess fynd under evidence", "claim %s is %s and is never tested; list its findings under evidence", id, x.Kind)
		case len(x.Rules) == 0:
			f.say(append(slices.Clone(at), "ids", i), "påståendet %s har inga data som kan pröva det; utelämna det, så står det bland luckorna", "claim %s has no data that could test it; leave it out, and the gaps name it", id)
		}
	}
	for i, id := range l.Documents {
		if _, ok := f.c.ClaimSource(id); !ok {
			f.say(append(slices.Clone(at), "documents", i), "dokumentet %q finns inte i documents.yaml", "document %q is not in documents.yaml", id)
		}
	}
}

// length bounds the text that a member is to read.
func (f *faults) length() {
	for _, lang := range []schema.Lang{schema.SV, schema.EN} {
		total := 0
		for i, s := range f.d.Sections {
			for j, p := range s.Parts {
				n := utf8.RuneCountInString(p.Text.In(lang))
				total += n
				if n > mostText {
					f.say([]any{"sections", i, "parts", j, "text", string(lang)}, "texten har %d tecken; håll den under %d, eller dela den", "the text has %d characters; keep it below %d, or divide it", n, mostText)
				}
			}
		}
		if total > mostTexts {
			f.say([]any{"sections"}, "texterna på %s har %d tecken tillsammans; en genomgång som blir läst har högst %d", "the texts in %s have %d characters together; a briefing that is read has at most %d", lang, total, mostTexts)
		}
	}
}
