package dashboard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"utfall/dashboard/chart"
	"utfall/dashboard/comparison"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
	"utfall/stats"
)

// peersPanel is the areas most like the chosen one, with the rule that found them.
type peersPanel struct {
	Rule, Sentence string
	Traits         []choice // that likeness may be measured by
	Number         int
	Most           int
	Columns        []string
	Rows           []peerRow
	codes          []string
}

type peerRow struct {
	Name, Link, Value, Distance, Word, Small string
	Traits                                   []chainCell
}

// fillComparison makes the panels. The chosen area's peers come first: the sentence at the top counts them.
func (s *Server) fillComparison(p *comparePage, q *compared) {
	s.comparePeers(p, q)
	s.compareTable(p, q)
	p.Lead = s.comparisonLead(p, q)
	if p.Why != "" {
		return
	}
	p.Note = p.comparisonNote()
	for _, code := range slices.Sorted(maps.Keys(p.set.Figures)) {
		p.figures = append(p.figures, p.set.Figures[code])
	}
	s.compareBars(p, q)
	s.compareSwarm(p)
	s.compareTiles(p)
	if q.failed == nil {
		s.compareFunnel(p, q)
	}
}

// comparePicture puts a chart on the page, with what its marks mean, which stands beside it in its files too.
func (s *Server) comparePicture(p *comparePage, x picture) *picture {
	x.Unit = p.Unit + map[string]string{
		"staplar": p.T(". Streckad linje: det valda området. Tunna streck: 95 % osäkerhet där den är känd.", ". Dashed line: the chosen area. Thin lines: 95% limits where they are known."),
		"karta": p.T(". Varje region är en lika stor ruta; läget är ungefärligt. – betyder att värde saknas, skälet står i tabellen.",
			". Each region is a square of the same size; the place is approximate. – means no value, the reason stands in the table."),
		"tratt": p.T(", mot folkmängden. Heldraget: alla områden tillsammans. Streckat: 95 %-gränser. Prickat: 99,8 %-gränser.",
			", against population. Solid: all areas together. Dashed: 95% limits. Dotted: 99.8% limits."),
		"alla": p.T(". En punkt för varje område; höjden betyder ingenting.", ". One dot for each area; the height means nothing."),
	}[x.ID]
	x.Of = p.Indicator.Label.In(p.Lang)
	x.Marks = map[string]string{
		"karta": p.T("Ränder: säkerställt högre. Prickar: säkerställt lägre. Tjock ram: valt område.", "Stripes: established as higher. Dots: established as lower. Thick frame: the chosen area."),
		"tratt": p.T("Trekant uppåt: över gränserna. Trekant nedåt: under. Ring: innanför.", "Triangle up: above the limits. Triangle down: below. Ring: within."),
		"alla":  p.T("Trekant uppåt: säkerställt högre. Trekant nedåt: säkerställt lägre. Ring: ingen säkerställd skillnad.", "Triangle up: established as higher. Triangle down: established as lower. Ring: no established difference."),
	}[x.ID]
	x.figures = p.figures
	return p.draw(x)
}

// place turns an area's figure into what a chart draws.
func (s *Server) place(p *comparePage, code string) chart.Place {
	a, _ := s.Catalogue.Areas.Get(code)
	out := chart.Place{Name: p.Name(a), Standing: chart.Absent, Text: p.T("uppgift saknas", "no figure")}
	o, ok := p.set.Figures[code]
	if !ok {
		return out
	}
	out.Text, out.Standing = s.value(p.Indicator, o, p.Lang), p.standing(code)
	if o.Missing != schema.Present {
		return out
	}
	out.Value, out.Has = o.Value, true
	if o.Lower != nil && o.Upper != nil {
		out.Lower, out.Upper, out.Sure = *o.Lower, *o.Upper, true
	}
	return out
}

func (p *comparePage) standing(code string) chart.Standing {
	o, ok := p.set.Figures[code]
	switch {
	case p.IsArea(code):
		return chart.Itself
	case !ok || o.Missing != schema.Present:
		return chart.Absent
	case code == p.set.Group.In:
		return chart.Whole
	}
	switch p.differences[code].Verdict {
	case comparison.Higher:
		return chart.Above
	case comparison.Lower:
		return chart.Below
	case comparison.NotShown:
		return chart.Unshown
	}
	return chart.Untested
}

// compareTable is every area by name, with how it differs from the chosen one.
func (s *Server) compareTable(p *comparePage, q *compared) {
	with := 0
	members := q.set.Group.Members(s.Catalogue.Areas)
	for _, a := range members {
		o, ok := q.set.Figures[a.Code]
		if ok && o.Missing == schema.Present {
			with++
		}
		if !ok && q.set.Group.In == country && named(a, p.Search) {
			p.NotThere = append(p.NotThere, p.Name(a))
		}
	}
	slices.SortFunc(p.NotThere, func(a, b string) int { return strings.Compare(sortKey(a), sortKey(b)) })
	p.Count = fmt.Sprintf(p.T("Siffror finns för %s områden.", "There are figures for %s areas."), sentence.Count(with, p.Lang))
	if q.set.Group.In == country {
		p.Count = fmt.Sprintf(p.T("Siffror finns för %s av %s %s.", "There are figures for %s of %s %s."), format.Number(float64(with), 0, p.Lang), format.Number(float64(len(members)), 0, p.Lang),
			strings.ToLower(s.groupName(q.set.Group, p.Lang)))
	}
	for _, a := range s.shownAreas(p) {
		p.Rows = append(p.Rows, s.compareRow(p, a))
	}
}

func (s *Server) compareRow(p *comparePage, a schema.Area) compareRow {
	o := p.set.Figures[a.Code]
	row := compareRow{Code: a.Code, Name: p.Name(a), Link: p.Link("/indikator/"+p.Indicator.ID, "area", a.Code), Value: s.value(p.Indicator, o, p.Lang), Interval: s.interval(p.Indicator, o, p.Lang),
		Missing: o.Missing != schema.Present, IsChosen: p.IsArea(a.Code), Standing: string(p.standing(a.Code))}
	if p.Chosen == nil || row.IsChosen || p.differences == nil || row.Missing {
		return row
	}
	d := p.differences[a.Code]
	row.Word, row.Small = p.verdictWords(d)
	if d.Verdict == comparison.NotTested {
		return row
	}
	gap := signed(s.decimals(p.Indicator), p.Lang)
	if d.Gap != nil {
		row.Gap = gap(d.Gap.Value) + " (" + gap(d.Gap.Lower) + p.T(" till ", " to ") + gap(d.Gap.Upper) + ")"
	} else {
		row.Gap = gap(o.Value - p.set.Figures[p.Chosen.Code].Value)
	}
	row.Ratio, row.Limits = p.ratioWords(d)
	return row
}

func (p *comparePage) ratioWords(d comparison.Difference) (ratio, limits string) {
	if d.Ratio == nil {
		return p.T("kan inte bestämmas", "cannot be bounded"), ""
	}
	ratio = format.Number(*d.Ratio, 2, p.Lang)
	if d.Lower != nil && d.Upper != nil {
		limits = format.Interval(*d.Lower, *d.Upper, 2, p.Lang)
	}
	return ratio, limits
}

// barsMost is how many areas the bars are drawn for; where there are more, they show those alike.
const barsMost = 32

// compareBars draws the areas in groups by what is established. Those without an established difference stand by name, so
// that nobody reads an order into them.
func (s *Server) compareBars(p *comparePage, q *compared) {
	codes := p.others()
	title := fmt.Sprintf(p.T("%s, %s", "%s, %s"), p.Indicator.Label.In(p.Lang), p.Period)
	if len(codes) > barsMost {
		if p.Peers == nil || len(p.Peers.codes) == 0 {
			return
		}
		codes = p.Peers.codes
		title = fmt.Sprintf(p.T("%s och områden som liknar det, %s", "%s and areas like it, %s"), p.Name(*p.Chosen), p.Period)
	} else {
		for _, a := range q.set.Group.Members(s.Catalogue.Areas) { // a reason is shown as such
			if o, ok := q.set.Figures[a.Code]; ok && o.Missing != schema.Present {
				codes = append(codes, a.Code)
			}
		}
	}
	var own chart.PlaceGroup
	r := chart.Ranked{Title: title, Number: s.axisNumber(p)}
	if p.Chosen != nil {
		if o, ok := q.set.Figures[p.Chosen.Code]; ok && o.Missing == schema.Present {
			own.Places, r.Mark = append(own.Places, s.place(p, p.Chosen.Code)), &o.Value
		}
	}
	if in := q.set.Group.In; in != "" && !p.IsArea(in) {
		if _, ok := q.set.Figures[in]; ok {
			own.Places = append(own.Places, s.place(p, in))
		}
	}
	r.Groups = []chart.PlaceGroup{own}
	name := ""
	if p.Chosen != nil {
		name = p.Name(*p.Chosen)
	}
	for _, g := range []struct {
		standing chart.Standing
		title    string
	}{
		{chart.Above, p.T("Säkerställt högre än ", "Established as higher than ") + name},
		{chart.Unshown, p.T("Ingen säkerställd skillnad, i bokstavsordning", "No established difference, by name")},
		{chart.Below, p.T("Säkerställt lägre än ", "Established as lower than ") + name},
		{chart.Untested, p.T("Skillnaden prövas inte, i bokstavsordning", "Difference not tested, by name")},
		{chart.Absent, p.T("Utan värde", "Without a value")},
	} {
		group := chart.PlaceGroup{Title: g.title}
		for _, code := range codes {
			if p.standing(code) == g.standing {
				group.Places = append(group.Places, s.place(p, code))
			}
		}
		slices.SortFunc(group.Places, func(a, b chart.Place) int {
			if g.standing == chart.Above || g.standing == chart.Below {
				return cmp.Or(cmp.Compare(b.Value, a.Value), strings.Compare(sortKey(a.Name), sortKey(b.Name)))
			}
			return strings.Compare(sortKey(a.Name), sortKey(b.Name))
		})
		r.Groups = append(r.Groups, group)
	}
	p.Ranked = s.comparePicture(p, picture{ID: "staplar", Title: title, Sentence: p.tallyOf(codes), Wide: r.SVG(chart.Wide), Narrow: r.SVG(chart.Narrow)})
}

func (p *comparePage) tallyOf(codes []string) string {
	if p.Chosen == nil || p.differences == nil {
		return ""
	}
	with := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return p.set.Figures[c].Missing != schema.Present })
	return p.tally(p.T("Av %s områden är", "Of %s areas"), with)
}

func (s *Server) axisNumber(p *comparePage) func(float64) string {
	return func(v float64) string {
		d := 0
		if v != float64(int64(v)) {
			d = 1
			if v < 0.1 || v*10 != float64(int64(v*10)) {
				d = 2
			}
		}
		return format.Number(v, d, p.Lang)
	}
}

// compareSwarm draws every area as a dot.
func (s *Server) compareSwarm(p *comparePage) {
	var values []float64
	w := chart.Swarm{Number: s.axisNumber(p), Title: fmt.Sprintf(p.T("Alla områden, %s", "All areas, %s"), p.Period)}
	for code, o := range p.set.Figures {
		if o.Missing != schema.Present {
			continue
		}
		if g, ok := comparison.GroupOf(s.Catalogue.Areas, code); ok && g == p.set.Group {
			values = append(values, o.Value)
		}
		w.Places = append(w.Places, s.place(p, code))
	}
	if len(values) < 8 {
		return // so few are seen better as bars
	}
	slices.SortFunc(w.Places, func(a, b chart.Place) int { return strings.Compare(a.Name, b.Name) })
	w.Named = func(x chart.Place) bool { return x.Standing == chart.Itself || x.Standing == chart.Whole }
	p.Swarm = s.comparePicture(p, picture{ID: "alla", Title: w.Title, Sentence: p.spread(s, values), Wide: w.SVG(chart.Wide), Narrow: w.SVG(chart.Narrow)})
}

// compareTiles draws Sweden's regions as a map of equal squares.
func (s *Server) compareTiles(p *comparePage) {
	if p.set.Group.ID != comparison.Regions {
		return
	}
	tiles, err := comparison.Tiles()
	if err != nil {
		s.Logger.Error("tile map", "error", err)
		return
	}
	m := chart.Tiles{Title: fmt.Sprintf(p.T("Regionerna, %s", "The regions, %s"), p.Period)}
	missing := 0
	for _, t := range tiles {
		m.Tiles = append(m.Tiles, chart.Tile{Place: s.place(p, t.Area), Column: t.Column, Row: t.Row, Lines: t.Lines})
		m.Columns, m.Rows = max(m.Columns, t.Column+1), max(m.Rows, t.Row+1)
		missing += map[bool]int{true: 0, false: 1}[m.Tiles[len(m.Tiles)-1].Has]
	}
	text := ""
	if missing > 0 {
		text = fmt.Sprintf(p.T("För %s av regionerna finns inget värde.", "For %s of the regions there is no value."), sentence.Count(missing, p.Lang))
	}
	p.Tiles = s.comparePicture(p, picture{ID: "karta", Title: m.Title, Sentence: text, Wide: m.SVG(chart.Wide), Narrow: m.SVG(chart.Narrow)})
}

// compareFunnel draws the areas over their population, or says why it cannot.
func (s *Server) compareFunnel(p *comparePage, q *compared) {
	why := comparison.CountsOf(s.Catalogue, q.ind)
	var f *comparison.Funnel
	if why == comparison.HasCounts {
		f, why = q.set.NewFunnel(s.Catalogue.Areas, q.counts)
	}
	if why != comparison.HasCounts {
		p.FunnelWhy = p.funnelWhy(why)
		return
	}
	c := chart.Funnel{Title: fmt.Sprintf(p.T("Tratt: områden efter folkmängd, %s", "Funnel: areas by population, %s"), p.Period), Baseline: f.Baseline, Number: s.axisNumber(p),
		Inner: [2][][2]float64{f.Lower95, f.Upper95}, Outer: [2][][2]float64{f.Lower998, f.Upper998}, People: func(v float64) string { return format.Number(v, 0, p.Lang) }}
	for _, x := range f.Points {
		at := s.place(p, x.Area)
		at.Standing = map[stats.Significance]chart.Standing{stats.High998: chart.Above, stats.Low998: chart.Below, stats.High95: chart.Above, stats.Low95: chart.Below}[x.Place]
		if at.Standing == "" {
			at.Standing = chart.Unshown
		}
		label := at.Standing != chart.Unshown
		if p.IsArea(x.Area) {
			at.Standing, label = chart.Itself, true
		}
		c.Places = append(c.Places, chart.FunnelPlace{Place: at, Population: x.Count.Population, Label: label})
	}
	p.Funnel = s.comparePicture(p, picture{ID: "tratt", Title: c.Title, Sentence: p.funnelSentence(f), Wide: c.SVG(chart.Wide), Narrow: c.SVG(chart.Narrow)})
}
