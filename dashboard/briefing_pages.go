package dashboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/briefing"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
)

// routesBriefings registers the pages and files of briefings.
func (s *Server) routesBriefings(lang schema.Lang, prefix string) {
	s.app.Get(prefix+"/genomgang", s.afterPublications(s.page(lang, "briefings", s.briefings)))
	for _, kind := range []string{"pdf", "docx", "html"} {
		s.app.Get(prefix+"/genomgang/:id."+kind, s.briefingFile(lang, kind))
	}
	s.app.Get(prefix+"/genomgang/nytt", s.newDraft(prefix))
	s.app.Get(prefix+"/genomgang/:id/redigera", s.edit(lang))
	s.app.Post(prefix+"/genomgang/:id/redigera", s.edit(lang))
	s.app.Get(prefix+"/genomgang/:id", s.afterPublications(s.page(lang, "briefing", s.briefing)))
}

type briefingsPage struct {
	*view
	Rows   []briefingRow
	Models []choice // drafts that a new one can begin from
}

type briefingRow struct {
	Link, Title, Number, When, Correction string
	Draft                                 bool
}

// briefings lists the newest version of each briefing, and those that were never published.
func (s *Server) briefings(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Genomgångar", "Briefings")
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	list, err := s.published(ctx, "", v.AsOf)
	if err != nil {
		return asset{}, err
	}
	p := briefingsPage{view: v}
	for _, d := range s.Drafts.List() {
		p.Models = append(p.Models, choice{ID: d.ID, Label: d.Title.In(v.Lang)})
	}
	seen := map[string]bool{}
	for _, b := range list {
		if seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		row := briefingRow{Link: v.Link("/genomgang/" + b.ID), Title: b.Title.In(v.Lang), Number: b.Number, When: format.Date(b.Published, v.Lang)}
		if b.Corrects > 0 {
			row.Correction = fmt.Sprintf(v.T("Version %d, rättar version %d", "Version %d, corrects version %d"), b.Version, b.Corrects)
		}
		p.Rows = append(p.Rows, row)
	}
	for _, d := range s.Drafts.List() {
		if !seen[d.ID] {
			p.Rows = append(p.Rows, briefingRow{Link: v.Link("/genomgang/" + d.ID), Title: d.Title.In(v.Lang), Number: d.Number, Draft: true})
		}
	}
	return s.html("briefings", p)
}

// briefingPage is one briefing, frozen or a draft, as a page, a print page and a file.
type briefingPage struct {
	*view
	Snap     briefing.Snapshot
	Body     briefing.Body
	Hash     string
	News     []string // what has happened since it was frozen
	Changes  [][3]string
	Versions []versionRow
	Author   *authorView
	Files    []choice
	Absent   []string // why files of some kinds cannot be made here
	Paper    bool     // to be printed: tables lie on their side, no links into the site
	Failed   bool     // what has happened since could not be found out
}

type versionRow struct {
	Number           int
	Link, When, Text string
	Shown            bool
}

// found is a briefing and what is known of it.
type found struct {
	snap     briefing.Snapshot
	hash     string
	versions []schema.FrozenBriefing
	faults   []error
	def      briefing.Definition
	hasDraft bool
}

// find gives the version that an address asks for: the newest published one, or the draft where there is none or the
// address says so.
func (s *Server) find(ctx context.Context, id string, v *view) (f found, err error) {
	unknown := refuse(fiber.StatusNotFound, "Genomgången ”"+short(id)+"” finns inte. Välj en i listan över genomgångar.", "There is no briefing “"+short(id)+"”. Choose one from the list of briefings.")
	if f.versions, err = s.published(ctx, id, v.AsOf); err != nil {
		return f, err
	}
	f.def, f.hasDraft = s.Drafts.Get(id)
	if asked := v.Query.Get("version"); asked != "" {
		n, err := strconv.Atoi(asked)
		i := slices.IndexFunc(f.versions, func(b schema.FrozenBriefing) bool { return b.Version == n })
		if err != nil || i < 0 {
			return f, refuse(fiber.StatusNotFound, "Version ”"+short(asked)+"” av genomgången finns inte.", "There is no version “"+short(asked)+"” of the briefing.")
		}
		f.snap, err = s.frozen(ctx, f.versions[i])
		f.hash = f.versions[i].Hash
		return f, err
	}
	if len(f.versions) > 0 && v.Query.Get("utkast") == "" {
		f.snap, err = s.frozen(ctx, f.versions[0])
		f.hash = f.versions[0].Hash
		return f, err
	}
	if !f.hasDraft {
		return f, unknown
	}
	asOf := v.AsOf
	if v.Now() {
		asOf = s.Now()
	}
	f.snap, f.faults, err = s.compose(ctx, f.def, asOf)
	return f, err
}

// briefing shows a briefing.
func (s *Server) briefing(c *fiber.Ctx, v *view) (asset, error) {
	f, err := s.find(c.Context(), c.Params("id"), v)
	if err != nil {
		return asset{}, err
	}
	p := s.briefingView(v, f)
	if !f.snap.Draft() {
		v.Fixed, v.AsOf = true, f.snap.AsOf
		v.Query.Set("version", strconv.Itoa(f.snap.Version))
		s.news(c.Context(), p)
	}
	if f.snap.Draft() {
		p.Author = s.author(f, v.Lang)
	}
	return s.html("briefing", p)
}

func (s *Server) briefingView(v *view, f found) *briefingPage {
	v.Title = f.snap.Title.In(v.Lang)
	p := &briefingPage{view: v, Snap: f.snap, Body: f.snap.In(v.Lang), Hash: f.hash}
	q := []string{"version", ""}
	if !f.snap.Draft() {
		q[1] = strconv.Itoa(f.snap.Version)
	} else if len(f.versions) > 0 {
		q = []string{"utkast", "1"}
	}
	for _, kind := range []struct{ id, label string }{{"pdf", "PDF"}, {"docx", "Word (DOCX)"}, {"html", v.T("Webbsida i en fil", "Web page in one file")}} {
		if kind.id != "html" {
			var absent ErrNoPress
			if s.Press == nil {
				continue
			} else if errors.As(s.Press.Can(kind.id), &absent) {
				p.Absent = append(p.Absent, absent.Text.In(v.Lang))
				continue
			}
		}
		p.Files = append(p.Files, choice{ID: v.Link("/genomgang/"+f.snap.ID+"."+kind.id, q...), Label: kind.label})
	}
	for _, b := range f.versions {
		row := versionRow{Number: b.Version, Link: v.Link("/genomgang/"+b.ID, "version", strconv.Itoa(b.Version)), When: format.Moment(b.Published, v.Lang), Shown: b.Version == f.snap.Version}
		if b.Corrects > 0 {
			row.Text = fmt.Sprintf(v.T("rättar version %d", "corrects version %d"), b.Corrects)
		}
		p.Versions = append(p.Versions, row)
	}
	return p
}

// news tells what has happened to the figures since the briefing was frozen. The briefing itself stays as it is.
func (s *Server) news(ctx context.Context, p *briefingPage) {
	got, err := s.since(ctx, p.Snap)
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "since the briefing", "briefing", p.Snap.ID, "error", err)
		p.Failed, p.whole = true, false
		return
	}
	if newest := p.Versions[0]; newest.Number > p.Snap.Version {
		p.News = append(p.News, fmt.Sprintf(p.T("Det finns en senare version, %d, av den %s.", "There is a later version, %d, of %s."), newest.Number, newest.When))
	}
	if n := len(got.Revised); n > 0 {
		p.News = append(p.News, revisedWords(n, len(p.Snap.Pins), p.Lang))
	}
	for _, seq := range got.Withdrawn {
		p.News = append(p.News, fmt.Sprintf(p.T("Utgåva %d, som genomgången bygger på, har dragits tillbaka.", "Release %d, which the briefing rests on, has been withdrawn."), seq))
	}
	if len(got.Newer) > 0 {
		var parts []string
		for _, n := range got.Newer {
			ind, _ := s.Catalogue.Indicator(n.Indicator)
			area, _ := s.Catalogue.Areas.Get(n.Area)
			parts = append(parts, fmt.Sprintf("%s, %s (%s)", lowerFirst(ind.Label.In(p.Lang)), sentence.PlaceName(area, p.Lang), format.Period(n.Period, p.Lang)))
		}
		p.News = append(p.News, p.T("Nyare siffror finns för: ", "Newer figures exist for: ")+strings.Join(parts, "; ")+".")
	}
	for _, d := range got.Revised {
		p.Changes = append(p.Changes, s.changeWords(d, p.Lang))
	}
}

// revisedWords says how many of the briefing's figures are no longer what they were: tre av tolv siffror har reviderats.
func revisedWords(n, all int, lang schema.Lang) string {
	if lang == schema.EN {
		verb := "have"
		if n == 1 {
			verb = "has"
		}
		return upperFirst(fmt.Sprintf("%s of %s figures %s been revised since the briefing was published.", sentence.Count(n, lang), sentence.Count(all, lang), verb))
	}
	verb := "har reviderats"
	return upperFirst(fmt.Sprintf("%s av %s siffror %s sedan genomgången publicerades.", sentence.Count(n, lang), sentence.Count(all, lang), verb))
}

// changeWords says what a figure was and is.
func (s *Server) changeWords(d briefing.Difference, lang schema.Lang) [3]string {
	ind, _ := s.Catalogue.Indicator(d.Indicator)
	area, _ := s.Catalogue.Areas.Get(d.Area)
	period, _ := schema.ParsePeriod(d.Period)
	l := line{Area: area, Variant: d.Variant, Sex: d.Sex, Age: d.Age, Part: d.Breakdown}
	name := ind.Label.In(lang) + ", " + l.name(ind, lang, true) + ", " + format.Period(period, lang)
	was := s.value(ind, schema.Observation{Value: d.Value, Missing: d.Pin.Missing, Flags: d.Flags}, lang)
	return [3]string{name, was, s.value(ind, schema.Observation{Value: d.Now, Missing: d.Missing}, lang)}
}

// authorView is what only the author of a draft is told.
type authorView struct {
	Faults  []string
	Notes   []string
	LIX     string
	WithLIX string
	Words   int
	Publish string
}

// author reads a draft as its author should: faults that stop a publication, how hard the text is, words that name causes.
func (s *Server) author(f found, lang schema.Lang) *authorView {
	a := &authorView{Publish: "utfall brief publish " + f.snap.ID}
	for _, e := range f.faults {
		a.Faults = append(a.Faults, faultText(e, lang))
	}
	var own strings.Builder
	for i, sec := range f.def.Sections {
		for j, part := range sec.Parts {
			plain := briefing.Plain(part.Text.In(lang))
			own.WriteString(plain + "\n")
			for _, word := range sentence.Causal(plain, lang) {
				a.Notes = append(a.Notes, fmt.Sprintf(schema.Text{SV: "%s: ”%s” pekar ut en orsak. Siffrorna visar ingen; säg vad det i så fall vilar på.", EN: "%s: “%s” names a cause. The figures show none; say what it rests on."}.In(lang),
					f.def.At("sections", i, "parts", j, "text", string(lang)), word))
			}
		}
	}
	a.Words, a.LIX = briefing.Read(own.String()).Words, formatLIX(own.String(), lang)
	a.WithLIX = formatLIX(own.String()+"\n"+said(f.snap.In(lang)), lang)
	return a
}

func formatLIX(text string, lang schema.Lang) string {
	return format.Number(briefing.Read(text).LIX, 0, lang)
}

// said gives the running text of a body without its marks.
func said(b briefing.Body) string {
	var out strings.Builder
	for _, s := range b.Sections {
		for _, k := range s.Blocks {
			for _, p := range k.Points {
				out.WriteString(untagged(p.HTML) + "\n")
			}
			if k.Figure != nil {
				out.WriteString(untagged(k.Figure.HTML) + "\n")
			}
		}
	}
	return out.String()
}

// LIXWords says in words how hard a text is (Björnsson 1968).
func (p briefingPage) LIXWords() string {
	return p.T("Under 30 är mycket lätt, 30–40 lätt, 40–50 medelsvårt, 50–60 svårt.", "Below 30 is very easy, 30–40 easy, 40–50 medium, 50–60 hard.")
}

// Moment is the moment of the figures in words.
func (p briefingPage) Moment() string { return format.Moment(p.Snap.AsOf, p.Lang) }

// PublishedAt is when it was published, in words.
func (p briefingPage) PublishedAt() string { return format.Moment(p.Snap.Published, p.Lang) }

// Stamp tells one briefing from every other: version, moment, hash.
func (p briefingPage) Stamp() string {
	if p.Snap.Draft() {
		return p.T("Utkast, inte publicerat. Siffror ", "Draft, not published. Figures of ") + p.Moment()
	}
	return fmt.Sprintf(p.T("Version %d. Siffror %s. Utfall %s. SHA-256 %s", "Version %d. Figures of %s. Utfall %s. SHA-256 %s"), p.Snap.Version, p.Moment(), p.Snap.Program, p.Hash)
}

// AboutPeriod is what the briefing is about, in words.
func (p briefingPage) AboutPeriod() string {
	q, err := schema.ParsePeriod(p.Snap.Period)
	if err != nil {
		return p.Snap.Period
	}
	return format.Period(q, p.Lang)
}

// ReleaseList names the releases that the figures came from.
func (p briefingPage) ReleaseList() string {
	s := make([]string, len(p.Snap.Releases))
	for i, r := range p.Snap.Releases {
		s[i] = strconv.FormatUint(r.Seq, 10)
	}
	return strings.Join(s, ", ")
}

// fileName is the name that a downloaded file gets.
func (p briefingPage) fileName(kind string) string {
	name := p.Snap.ID
	if p.Snap.Draft() {
		name += "_" + p.T("utkast", "draft")
	} else {
		name += "_v" + strconv.Itoa(p.Snap.Version)
	}
	if p.Lang == schema.EN {
		name += "_en"
	}
	return name + "_" + p.Snap.AsOf.Format(time.DateOnly) + "." + kind
}
