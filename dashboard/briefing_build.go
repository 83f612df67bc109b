package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	"time"

	"utfall/dashboard/briefing"
	"utfall/dashboard/sentence"
	"utfall/dashboard/verdict"
	"utfall/schema"
)

// composer fills one briefing with the figures of one moment, in both languages.
type composer struct {
	*Server
	def      briefing.Definition
	asOf     time.Time
	from     schema.Period
	area     schema.Area
	figures  []schema.Observation
	firsts   map[briefing.Pin]float64 // what was published first, by cell
	results  []verdict.Result         // of the briefing's claims
	releases map[uint64]briefing.Release
	pins     []briefing.Pin
	pinned   map[briefing.Pin]bool
	sources  []schema.Observation // footnotes: one figure for each source, in the order of first use
	notes    map[string]int
	faults   []error // what an author has to mend before the briefing can be published
}

// briefingTimeout bounds the reading of all that a briefing holds.
const briefingTimeout = 20 * time.Second

// compose fills a briefing. faults are the author's, each with file and line; err is the program's.
func (s *Server) compose(ctx context.Context, def briefing.Definition, asOf time.Time) (snap briefing.Snapshot, faults []error, err error) {
	ctx, cancel := context.WithTimeout(ctx, briefingTimeout)
	defer cancel()
	area, _ := s.Catalogue.Areas.Get(def.Area)
	from, err := schema.ParsePeriod(def.Period)
	if err != nil {
		return snap, nil, err
	}
	c := &composer{Server: s, def: def, asOf: asOf, area: area, from: from, firsts: map[briefing.Pin]float64{},
		releases: map[uint64]briefing.Release{}, pinned: map[briefing.Pin]bool{}, notes: map[string]int{}}
	if err := c.load(ctx); err != nil {
		return snap, nil, err
	}
	snap = briefing.Snapshot{Format: briefing.CurrentFormat, ID: def.ID, Title: def.Title, Number: def.Number, Area: area.Name, Period: def.Period,
		AsOf: asOf.UTC(), Program: s.Version}
	for _, lang := range []schema.Lang{schema.SV, schema.EN} {
		body, err := c.body(lang)
		if err != nil {
			return snap, nil, err
		}
		if lang == schema.SV {
			snap.SV = body
		} else {
			snap.EN = body
		}
	}
	for _, r := range c.releases {
		snap.Releases = append(snap.Releases, r)
	}
	slices.SortFunc(snap.Releases, func(a, b briefing.Release) int { return cmp.Compare(a.Seq, b.Seq) })
	snap.Pins = c.pins
	return snap, c.faults, nil
}

// load reads every figure that the briefing needs, tests its claims, and looks its releases up.
func (c *composer) load(ctx context.Context) error {
	ids := c.indicators()
	var err error
	if len(ids) > 0 {
		if c.figures, err = c.Reader.Series(ctx, schema.Query{Indicators: ids, AsOf: c.asOf}); err != nil {
			return err
		}
	}
	for _, spec := range c.def.Figures {
		revisions, err := c.Reader.Revisions(ctx, spec.Indicator, c.asOf)
		if err != nil {
			return err
		}
		for _, r := range revisions { // newest first, so the oldest stays
			if r.OldMissing == schema.Present {
				c.firsts[cellOf(r.Cell)] = r.Old
			}
		}
	}
	claims := c.def.Claims(c.Catalogue)
	tester := verdict.NewTester(c.Catalogue, c.figures)
	for _, x := range claims {
		c.results = append(c.results, tester.Test(x))
	}
	return c.checkReleases(ctx)
}

func (c *composer) indicators() []string {
	var ids []string
	for _, spec := range c.def.Figures {
		ids = append(append(ids, spec.Indicator), spec.Also...)
	}
	for _, x := range c.def.Claims(c.Catalogue) {
		ids = append(ids, x.Indicators()...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// checkReleases tells the author of a release that the text was written on and that was withdrawn, or that is not there.
func (c *composer) checkReleases(ctx context.Context) error {
	if len(c.def.Releases) == 0 {
		return nil
	}
	known := map[uint64]schema.Release{}
	for _, id := range c.indicators() {
		list, err := c.Reader.Releases(ctx, id, c.asOf)
		if err != nil {
			return err
		}
		for _, r := range list {
			known[r.Seq] = r
		}
	}
	for i, seq := range c.def.Releases {
		r, ok := known[seq]
		switch {
		case !ok:
			c.fault(briefing.Wrong("utgåva %d gav inga siffror till genomgången; `utfall release list` listar utgåvor", "release %d gave no figures of this briefing; `utfall release list` lists releases", seq), "releases", i)
		case !r.WithdrawnAt.IsZero():
			c.fault(briefing.Wrong("utgåva %d drogs tillbaka %s: läs texten igen och nämn den utgåva som ersatte den", "release %d was withdrawn %s: read the text again and name the release that replaced it", seq, r.WithdrawnAt.Format(time.DateOnly)), "releases", i)
		}
	}
	return nil
}

func (c *composer) fault(err error, keys ...any) {
	c.faults = append(c.faults, &briefing.Fault{Keys: keys, Place: c.def.At(keys...), ID: c.def.ID, Err: err})
}

func cellOf(x schema.Cell) briefing.Pin {
	return briefing.Pin{Indicator: x.Indicator, Variant: x.Variant, Area: x.Area, Period: x.Period.String(), Sex: x.Sex, Age: x.Age, Breakdown: x.Breakdown}
}

// body makes one language. Both have the same footnotes in the same order.
func (c *composer) body(lang schema.Lang) (briefing.Body, error) {
	var out briefing.Body
	first := lang == schema.SV // faults and pins are gathered once
	faults := len(c.faults)
	for i, s := range c.def.Sections {
		filled := briefing.Filled{ID: s.ID, Heading: s.ID.Heading().In(lang)}
		if s.None {
			filled.Blocks = []briefing.Block{{HTML: "<p>" + html.EscapeString(briefing.NothingSpecial.In(lang)) + "</p>"}}
		}
		for j, p := range s.Parts {
			blocks, err := c.part(p, lang, "sections", i, "parts", j)
			if err != nil {
				return out, err
			}
			filled.Blocks = append(filled.Blocks, blocks...)
		}
		out.Sections = append(out.Sections, filled)
	}
	if !first {
		c.faults = c.faults[:faults]
	}
	for i, o := range c.sources {
		out.Sources = append(out.Sources, briefing.Source{Number: i + 1, Text: c.sourceText(o, lang), URL: safeURL(o.URL)})
	}
	terms, err := briefing.Glossary()
	if err != nil {
		return out, err
	}
	for _, t := range briefing.Explain(texts(&out), terms, lang) {
		out.Glossary = append(out.Glossary, briefing.Word{ID: t.ID, Word: t.Forms.In(lang)[0], Meaning: t.Meaning.In(lang)})
	}
	return out, nil
}

// texts gives every running text of a body, in the order in which it is read.
func texts(b *briefing.Body) []*string {
	var out []*string
	for i := range b.Sections {
		for j := range b.Sections[i].Blocks {
			k := &b.Sections[i].Blocks[j]
			if k.HTML != "" {
				out = append(out, &k.HTML)
			}
			for n := range k.Points {
				out = append(out, &k.Points[n].HTML)
			}
			if k.Figure != nil {
				out = append(out, &k.Figure.HTML)
			}
		}
	}
	return out
}

// note gives the number of a figure's footnote.
func (c *composer) note(o schema.Observation) int {
	key := o.Source + "\x00" + o.Citation + "\x00" + o.URL
	if c.computed(o) {
		key = "computed\x00" + o.Indicator // its citation is the sum itself, another for each figure
	}
	n, ok := c.notes[key]
	if !ok {
		c.sources = append(c.sources, o)
		n = len(c.sources)
		c.notes[key] = n
	}
	return n
}

// pin keeps what a figure was.
func (c *composer) pin(o schema.Observation) {
	p := briefing.PinOf(o)
	if c.pinned[p] {
		return
	}
	c.pinned[p] = true
	c.pins = append(c.pins, p)
	c.releases[o.Release] = briefing.Release{Seq: o.Release, Dataset: o.Dataset, Released: o.Released.UTC()}
}

// computed tells whether the program made a figure out of others.
func (c *composer) computed(o schema.Observation) bool {
	ind, ok := c.Catalogue.Indicator(o.Indicator)
	return ok && ind.Derive != nil
}

func (c *composer) sourceText(o schema.Observation, lang schema.Lang) string {
	citation := strings.TrimSuffix(o.Citation, ".")
	if c.computed(o) {
		ind, _ := c.Catalogue.Indicator(o.Indicator)
		var of []string
		for _, id := range ind.Inputs() {
			if in, ok := c.Catalogue.Indicator(id); ok {
				of = append(of, lowerFirst(in.Label.In(lang)))
			}
		}
		citation = schema.Text{SV: "egen beräkning av ", EN: "own computation of "}.In(lang) + lowerFirst(ind.Label.In(lang)) + schema.Text{SV: ", ur ", EN: ", from "}.In(lang) + listed(of, lang)
	}
	return fmt.Sprintf("%s: %s. %s %d.", o.Source, citation, schema.Text{SV: "Utgåva", EN: "Release"}.In(lang), o.Release)
}

// part fills one part of a section.
func (c *composer) part(p briefing.Part, lang schema.Lang, keys ...any) ([]briefing.Block, error) {
	switch {
	case p.Heading != schema.Text{}:
		return []briefing.Block{{Heading: p.Heading.In(lang)}}, nil
	case p.Text != schema.Text{}:
		text, err := c.def.Render(p.Text.In(lang))
		return []briefing.Block{{HTML: string(text)}}, err
	case len(p.Points) > 0:
		return []briefing.Block{{Points: c.points(p.Points, lang)}}, nil
	case p.Figure != "":
		f, ok := c.figure(p.Figure, lang)
		if !ok {
			c.fault(briefing.Wrong("siffran %q har inga uppgifter för %s", "figure %q has no figures for %s", p.Figure, c.def.AreaOf(c.def.Figures[p.Figure])), append(keys, "figure")...)
			return nil, nil
		}
		return []briefing.Block{{Figure: &f}}, nil
	case p.Claims != nil:
		return c.claimBlocks(*p.Claims, lang, append(keys, "claims")...), nil
	case len(p.Events) > 0:
		return []briefing.Block{c.eventBlock(p.Events, lang)}, nil
	case len(p.Evidence) > 0:
		return c.evidenceBlocks(p.Evidence, lang), nil
	case p.Costs != nil:
		return c.costBlocks(*p.Costs, lang, append(keys, "costs")...), nil
	case p.Tally:
		return []briefing.Block{{HTML: "<p>" + escape(c.tally(lang)) + "</p>"}}, nil
	case p.Gaps:
		return c.gapBlocks(lang), nil
	}
	return nil, errors.New("a briefing's part holds nothing; it was not checked")
}

// points are the sentences that a summary needs of each figure.
func (c *composer) points(names []string, lang schema.Lang) []briefing.Point {
	var out []briefing.Point
	for _, name := range names {
		series, ok := c.series(name)
		if !ok {
			f := c.def.Figures[name]
			ind, _ := c.Catalogue.Indicator(f.Indicator)
			area, _ := c.Catalogue.Areas.Get(c.def.AreaOf(f))
			out = append(out, briefing.Point{HTML: html.EscapeString(fmt.Sprintf(schema.Text{SV: "%s: det finns inga siffror för %s.", EN: "%s: there are no figures for %s."}.In(lang),
				ind.Label.In(lang), sentence.PlaceName(area, lang)))})
			continue
		}
		spoken := c.speak(series)
		p := briefing.Point{HTML: html.EscapeString(sentence.Say(spoken, lang).Short())}
		if last, before, ok := latest(series.shown); ok {
			p.Note = append(p.Note, c.note(last))
			c.pin(last)
			if before != nil {
				if n := c.note(*before); !slices.Contains(p.Note, n) {
					p.Note = append(p.Note, n)
				}
				c.pin(*before)
			}
		}
		out = append(out, p)
	}
	return out
}

func escape(s string) string { return template.HTMLEscapeString(s) }
