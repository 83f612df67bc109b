package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/dashboard/interval"
	"utfall/dashboard/verdict"
	"utfall/schema"
)

type claimsPage struct {
	*view
	Lead   string
	Counts []claimCount
	Groups []claimGroup
	Failed []string
}

type claimCount struct {
	Verdict string // as class and in words
	Words   string
	Number  int
}

type claimGroup struct {
	Title, Text string
	Rows        []claimRow
}

type claimRow struct {
	Link, Number, Title, Documents, Verdict, Words, Answer string
	Flagged                                                bool
}

// claims lists every claim with its verdict.
func (s *Server) claims(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Påståenden prövade mot siffrorna", "Claims tested against the figures")
	p := claimsPage{view: v}
	results, err := s.testAll(c.Context(), v.AsOf)
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "claims", "error", err)
		p.Failed, v.whole = append(p.Failed, v.T("siffrorna bakom påståendena", "the figures behind the claims")), false
		return s.html("claims", p)
	}
	s.countClaims(&p, results)
	for _, g := range []struct {
		kind        schema.ClaimKind
		title, text schema.Text
	}{
		{schema.TimeSeriesClaim, schema.Text{SV: "Prövas mot tidsserier", EN: "Tested against time series"},
			schema.Text{SV: "Regeln är nedskriven i förväg och räknas om så snart en siffra ändras.", EN: "The rule was written down beforehand and is computed anew as soon as a figure changes."}},
		{schema.ResearchClaim, schema.Text{SV: "Forskningspåståenden", EN: "Research claims"},
			schema.Text{SV: "Står på en tavla med det som har lästs. De får inget utslag.", EN: "Stand on a board with what has been read. They have no verdict."}},
		{schema.NormativeClaim, schema.Text{SV: "Värderingar och rättsfrågor", EN: "Values and questions of law"},
			schema.Text{SV: "Räknas upp, men prövas inte.", EN: "Listed, not tested."}},
	} {
		group := claimGroup{Title: g.title.In(v.Lang), Text: g.text.In(v.Lang)}
		for _, r := range results {
			if r.Claim.Kind == g.kind {
				group.Rows = append(group.Rows, s.claimRow(v, r))
			}
		}
		if len(group.Rows) > 0 {
			p.Groups = append(p.Groups, group)
		}
	}
	return s.html("claims", p)
}

func (s *Server) claimRow(v *view, r verdict.Result) claimRow {
	answer := s.answer(r, v.Lang)
	if r.Verdict == verdict.Untestable && len(r.Claim.Missing) > 0 {
		answer += " " + v.T("Tabellen finns hos: ", "The table is held by: ") + r.Claim.Missing[0].HolderIn(v.Lang) + "."
	}
	return claimRow{Link: v.Link("/pastaenden/" + r.Claim.ID), Number: strings.ToUpper(r.Claim.ID), Title: r.Claim.Title.In(v.Lang),
		Documents: s.briefly(r.Claim, v.Lang), Verdict: string(r.Verdict), Words: verdictWords[r.Verdict].In(v.Lang),
		Answer: answer, Flagged: r.Sequence != nil && r.Sequence.Forbidden}
}

func (s *Server) countClaims(p *claimsPage, results []verdict.Result) {
	n := map[verdict.Verdict]int{}
	quoted, ruled := 0, 0
	for _, r := range results {
		n[r.Verdict]++
		if len(r.Claim.Documents) > 0 {
			quoted++
		}
		if r.Claim.Decision.SV != "" {
			ruled++
		}
	}
	for _, w := range []verdict.Verdict{verdict.Supported, verdict.Partly, verdict.Depends, verdict.Contradicted, verdict.Untestable, verdict.Unscored} {
		p.Counts = append(p.Counts, claimCount{string(w), verdictWords[w].In(p.Lang), n[w]})
	}
	p.Lead = fmt.Sprintf(p.T("%d påståenden, %d av dem ur två dokument om brukarrum. %d prövas mot tidsserier, vart och ett efter en regel som skrevs före svaret. %d av dem kan inte prövas; där står vilken tabell som saknas.",
		"%d claims, %d of them from two documents on consumption rooms. %d are tested against time series, each by a rule written before the answer. %d of these cannot be tested; there the missing table is named."), len(results), quoted, ruled, n[verdict.Untestable])
}

// testAll tests every claim on the figures of a moment, with one query.
func (s *Server) testAll(ctx context.Context, asOf time.Time) ([]verdict.Result, error) {
	var indicators, areas []string
	for _, x := range s.Catalogue.Claims {
		indicators, areas = append(indicators, x.Indicators()...), append(areas, x.Areas()...)
	}
	tester, err := s.tester(ctx, indicators, areas, asOf)
	if err != nil {
		return nil, err
	}
	var out []verdict.Result
	for _, x := range s.Catalogue.Claims {
		out = append(out, tester.Test(x))
	}
	return out, nil
}

func (s *Server) tester(ctx context.Context, indicators, areas []string, asOf time.Time) (*verdict.Tester, error) {
	if len(indicators) == 0 {
		return verdict.NewTester(s.Catalogue, nil), nil
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	slices.Sort(indicators)
	slices.Sort(areas)
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: slices.Compact(indicators), Areas: slices.Compact(areas), AsOf: asOf})
	return verdict.NewTester(s.Catalogue, figures), err
}

func (s *Server) documents(x schema.Claim, lang schema.Lang) string {
	var out []string
	for _, id := range x.Documents {
		d, _ := s.Catalogue.ClaimSource(id)
		text := d.Title.In(lang)
		if d.Reference != "" {
			text += " (" + d.Reference + ")"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return schema.Text{SV: "Egen kontroll av metoden", EN: "Our own control of the method"}.In(lang)
	}
	return strings.Join(out, "; ")
}

// briefly names the documents where there is little room.
func (s *Server) briefly(x schema.Claim, lang schema.Lang) string {
	var out []string
	for _, id := range x.Documents {
		d, _ := s.Catalogue.ClaimSource(id)
		out = append(out, d.Short.In(lang))
	}
	if len(out) == 0 {
		return schema.Text{SV: "Egen kontroll", EN: "Our own control"}.In(lang)
	}
	return strings.Join(out, "; ")
}

type claimPage struct {
	*view
	Claim      schema.Claim
	Number     string
	Verdict    string
	Words      string
	Answer     string
	Documents  string
	Decided    string
	Sequence   string
	Forbidden  bool
	EventLink  string
	EventLabel string
	Ways       []wayRow
	Rounded    bool
	Chart      *picture
	Evidence   []evidenceRow
	History    []verdictRow
	Indicators []choice
	Failed     []string
}

type wayRow struct {
	Name, Verdict, Words, Reason, Value, Limits, Method, Release string
	Rests                                                        []string
	Others                                                       []string
	Proxy                                                        bool
}

type evidenceRow struct {
	schema.Evidence
	Direction, Read string
}

type verdictRow struct{ Moment, Link, Verdict, Words, Changes string }

// claim shows one claim: its rule, the answer for each way to count, what is missing and how the answer has changed.
func (s *Server) claim(c *fiber.Ctx, v *view) (asset, error) {
	x, ok := s.Catalogue.Claim(strings.ToLower(c.Params("id")))
	if !ok {
		return asset{}, refuse(fiber.StatusNotFound, "Påståendet ”"+short(c.Params("id"))+"” finns inte. Välj ett i listan över påståenden.",
			"There is no claim “"+short(c.Params("id"))+"”. Choose one from the list of claims.")
	}
	v.Title = x.Title.In(v.Lang)
	p := claimPage{view: v, Claim: x, Number: strings.ToUpper(x.ID), Documents: s.documents(x, v.Lang)}
	if d, err := time.Parse(time.DateOnly, x.Decided); err == nil {
		p.Decided = format.Date(d, v.Lang)
	}
	for _, id := range x.Indicators() {
		ind, _ := s.Catalogue.Indicator(id)
		p.Indicators = append(p.Indicators, choice{ID: v.Link("/indikator/" + id), Label: ind.Label.In(v.Lang)})
	}
	for _, e := range x.Evidence {
		p.Evidence = append(p.Evidence, evidenceRow{e, directionWords[e.Direction].In(v.Lang), readingWords[e.Read].In(v.Lang)})
	}
	tester, err := s.tester(c.Context(), x.Indicators(), x.Areas(), v.AsOf)
	if err != nil {
		s.claimFailed(&p, "claim", err, v.T("siffrorna", "the figures"))
		return s.html("claim", p)
	}
	r := tester.Test(x)
	s.fillClaim(&p, r)
	ctx, cancel := s.within(v)
	defer cancel()
	if err := s.verdictHistory(ctx, &p); err != nil {
		s.claimFailed(&p, "verdict history", err, v.T("hur svaret har ändrats", "how the answer has changed"))
	}
	return s.html("claim", p)
}

func (s *Server) claimFailed(p *claimPage, panel string, err error, name string) {
	s.Logger.Error("a panel failed", "panel", panel, "claim", p.Claim.ID, "error", err)
	p.Failed, p.whole = append(p.Failed, name), false
}

func (s *Server) fillClaim(p *claimPage, r verdict.Result) {
	p.Verdict, p.Words, p.Answer = string(r.Verdict), verdictWords[r.Verdict].In(p.Lang), s.answer(r, p.Lang)
	if q := r.Sequence; q != nil {
		p.Sequence, p.Forbidden = s.sequenceWords(q, p.Lang), q.Forbidden
		p.EventLink, p.EventLabel = p.Link("/insatser/"+q.Event.ID), q.Event.Label.In(p.Lang)
	}
	for _, v := range r.Variants {
		row := wayRow{Name: s.wayName(v, p.Lang), Verdict: string(v.Verdict), Words: variantWords(v, p.Lang), Reason: reasonWords[v.Reason].In(p.Lang),
			Rests: s.restsOn(v, p.Lang), Proxy: v.Rule.Proxy}
		if v.Estimate != nil {
			row.Value, row.Limits = estimateWords(v, *v.Estimate, p.Lang)
			row.Method = methodWords[v.Estimate.Method].In(p.Lang)
			p.Rounded = p.Rounded || slices.ContainsFunc(v.Used, func(u verdict.Used) bool { return u.Point.Low != u.Point.High })
		}
		if n, at := v.Newest(); n > 0 {
			row.Release = strconv.FormatUint(n, 10) + ", " + format.Date(at, p.Lang)
		}
		for _, o := range v.Others {
			value, limits := estimateWords(v, o.Estimate, p.Lang)
			row.Others = append(row.Others, fmt.Sprintf("%d–%d: %s (%s), %s", o.From.Year, o.To.Year, value, limits, verdictWords[o.Verdict].In(p.Lang)))
		}
		p.Ways = append(p.Ways, row)
	}
	s.claimChart(p, r)
}

// claimChart draws the whole series behind the claim's comparisons, as index where several are set side by side.
func (s *Server) claimChart(p *claimPage, r verdict.Result) {
	line := chart.Line{Number: func(x float64) string { return format.Number(x, 0, p.Lang) }}
	seen := map[string]bool{}
	var figures []schema.Observation
	for _, v := range r.Variants {
		v.Course = comparableCourse(v.Course)
		if v.Series == nil || len(v.Course) < 3 || v.Rule.Kind == schema.RatioRule {
			continue
		}
		name := s.selectionName(*v.Series, p.Lang)
		base := v.Course[0].Value
		if len(v.Used) > 0 && v.Used[0].Role == "from" {
			base = v.Used[0].Point.Value
		}
		if seen[name] || base <= 0 || len(line.Series) == 6 {
			continue
		}
		seen[name] = true
		line.Series = append(line.Series, chart.Series{Name: name, Points: s.indexPoints(v.Course, base, p.Lang)})
		figures = append(figures, partsOf(v.Course)...)
	}
	if len(line.Series) == 0 {
		return
	}
	line.Title = p.T("Hela serierna bakom jämförelsen, index: jämförelseåret = 100", "The whole series behind the comparison, index: the year compared with = 100")
	p.Chart = p.draw(picture{ID: "serier", Title: line.Title, Wide: line.SVG(chart.Wide), Narrow: line.SVG(chart.Narrow), figures: figures, Of: p.Title,
		Unit: p.T("Egen beräkning. Ihåliga märken: avrundad uppgift. Ingen linje dras över år utan uppgift.", "Own calculation. Hollow marks: rounded figure. No line is drawn across years without a figure.")})
}

func (s *Server) indexPoints(course []verdict.Point, base float64, lang schema.Lang) []chart.Point {
	var out []chart.Point
	for i, q := range course {
		out = append(out, chart.Point{X: middle(q.Period), Y: 100 * q.Value / base, Has: true, Weak: q.Low != q.High,
			Break: i > 0 && apart(course[i-1].Period, q.Period), Label: format.Period(q.Period, lang), Text: format.Number(100*q.Value/base, 0, lang)})
	}
	return out
}

var directionWords = map[string]schema.Text{
	"for": {SV: "talar för", EN: "speaks for"}, "against": {SV: "talar emot", EN: "speaks against"},
	"mixed": {SV: "blandat", EN: "mixed"}, "none": {SV: "säger inget om saken", EN: "says nothing on it"},
}

var readingWords = map[schema.Reading]schema.Text{
	schema.ReadWhole:    {SV: "läst i sin helhet", EN: "read whole"},
	schema.ReadExcerpt:  {SV: "bara ett utdrag är läst", EN: "only an excerpt was read"},
	schema.ReadRelay:    {SV: "läst i andra hand", EN: "read second-hand"},
	schema.ReadNotFound: {SV: "ingen källa har hittats", EN: "no source was found"},
}

// mostMoments bounds how far back a verdict is followed.
const mostMoments = 24

// verdictHistory tests the claim as of every release that touched one of its indicators, from the moment on when all of
// them had come in once, and tells when the answer changed.
func (s *Server) verdictHistory(ctx context.Context, p *claimPage) error {
	ids := p.Claim.Indicators()
	if p.Claim.Kind != schema.TimeSeriesClaim || len(ids) == 0 {
		return nil
	}
	versions, err := load(ctx, func(ctx context.Context) ([]schema.Version, error) {
		return s.Reader.Versions(ctx, schema.Query{Indicators: ids, Areas: p.Claim.Areas(), AsOf: p.AsOf})
	}).wait(ctx)
	if err != nil {
		return err
	}
	last := ""
	for _, at := range s.moments(versions, p.AsOf) {
		then := schema.AsOf(versions, at)
		interval.Add(s.Catalogue, then)
		tester := verdict.NewTester(s.Catalogue, then)
		r := tester.Test(p.Claim)
		figures := s.signature(r, p.Lang)
		if figures == last {
			continue
		}
		row := verdictRow{Moment: format.Moment(at, p.Lang), Verdict: string(r.Verdict), Words: verdictWords[r.Verdict].In(p.Lang),
			Link: address(p.Prefix+p.path, map[string][]string{"as_of": {at.UTC().Format(time.RFC3339Nano)}}), Changes: p.T("siffror ändrades", "figures changed")}
		if last == "" {
			row.Changes = p.T("när alla siffror som finns först hade lästs in", "the first time that all figures there are had come in")
		}
		last = figures
		p.History = append(p.History, row)
	}
	slices.Reverse(p.History)
	return nil
}

// moments gives when figures came in or were withdrawn, oldest first, from the moment on when every indicator had some.
func (s *Server) moments(versions []schema.Version, asOf time.Time) []time.Time {
	var all []time.Time
	first := map[string]time.Time{}
	for _, v := range versions { // oldest first
		if _, ok := first[v.Indicator]; !ok {
			first[v.Indicator] = v.Released
		}
		all = append(all, v.Released)
		if !v.Withdrawn.IsZero() {
			all = append(all, v.Withdrawn)
		}
	}
	var from time.Time
	for _, t := range first {
		if t.After(from) {
			from = t
		}
	}
	all = slices.DeleteFunc(all, func(t time.Time) bool {
		return t.Before(from) || !asOf.IsZero() && t.After(asOf) || t.After(s.Now())
	})
	slices.SortFunc(all, time.Time.Compare)
	all = slices.CompactFunc(all, time.Time.Equal)
	return all[max(0, len(all)-mostMoments):]
}

// signature is what a reader would see change.
func (s *Server) signature(r verdict.Result, lang schema.Lang) string {
	var b strings.Builder
	b.WriteString(string(r.Verdict) + string(r.Reason))
	for _, v := range r.Variants {
		b.WriteString("|" + string(v.Verdict))
		if v.Estimate != nil {
			value, limits := estimateWords(v, *v.Estimate, lang)
			b.WriteString(value + limits)
		}
		b.WriteString(strings.Join(s.restsOn(v, lang), ";"))
	}
	return b.String()
}

// Within tells whether the page belongs to a section of the menu.
func (v view) Within(section string) bool {
	return v.path == section || strings.HasPrefix(v.path, section+"/")
}
