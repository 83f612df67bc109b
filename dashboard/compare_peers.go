package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"utfall/dashboard/comparison"
	"utfall/dashboard/format"
	"utfall/dashboard/sentence"
	"utfall/schema"
	"utfall/stats"
)

// comparePeers finds the areas most like the chosen one and says by which rule.
func (s *Server) comparePeers(p *comparePage, q *compared) {
	if p.Chosen == nil || len(q.every) == 0 || q.failed != nil || p.Why != "" {
		return
	}
	if g, ok := comparison.GroupOf(s.Catalogue.Areas, p.Chosen.Code); !ok || g != q.set.Group {
		return
	}
	found := q.set.Alike(s.Catalogue.Areas, q.traits, q.inputs, q.number)
	panel := &peersPanel{Number: q.number, Most: schema.MostPeers}
	for _, t := range q.every {
		panel.Traits = append(panel.Traits, choice{t.ID, t.Label.In(p.Lang), slices.ContainsFunc(q.traits, func(x schema.PeerTrait) bool { return x.ID == t.ID })})
	}
	panel.Rule = s.peerRule(p, found)
	for _, t := range found.Used {
		panel.Columns = append(panel.Columns, fmt.Sprintf("%s, %d", t.Label.In(p.Lang), t.Year))
	}
	own := peerRow{Name: p.Name(*p.Chosen), Value: s.value(p.Indicator, q.set.Figures[p.Chosen.Code], p.Lang), Word: p.T("valt område", "chosen area")}
	own.Traits = s.traitCells(p, found, p.Chosen.Code)
	panel.Rows = []peerRow{own}
	for _, x := range found.Nearest {
		a, _ := s.Catalogue.Areas.Get(x.Area)
		row := peerRow{Name: p.Name(a), Link: p.again(p.path, "area", x.Area), Value: s.value(p.Indicator, q.set.Figures[x.Area], p.Lang), Distance: format.Number(x.Distance, 1, p.Lang), Traits: s.traitCells(p, found, x.Area)}
		if p.differences != nil {
			row.Word, row.Small = p.verdictWords(p.differences[x.Area])
		}
		panel.Rows = append(panel.Rows, row)
		panel.codes = append(panel.codes, x.Area)
	}
	if o, ok := q.set.Figures[p.Chosen.Code]; ok && o.Missing == schema.Present && len(panel.codes) > 0 && p.differences != nil {
		panel.Sentence = s.amongPeers(p, o.Value, panel.codes)
	}
	p.Peers = panel
}

func (s *Server) traitCells(p *comparePage, found comparison.Peers, code string) []chainCell {
	var out []chainCell
	for _, t := range found.Used {
		ind, _ := s.Catalogue.Indicator(t.Indicator)
		out = append(out, chainCell{t.Label.In(p.Lang), format.Number(t.Values[code], s.decimals(ind), p.Lang)})
	}
	return out
}

// peerRule says in words how the areas were found, and what could not be used.
func (s *Server) peerRule(p *comparePage, found comparison.Peers) string {
	if len(found.Used) == 0 {
		return fmt.Sprintf(p.T("Samlingen har inga siffror för %s på %s, så det går inte att säga vilka områden som liknar det.", "The collection has no figures for %s on %s, so it cannot be said which areas are like it."),
			p.Name(*p.Chosen), p.traitNames(found.Unknown))
	}
	text := fmt.Sprintf(p.T("Liknande betyder här: nära i %s. Skillnaden i varje mått delas med måttets standardavvikelse bland områdena; avståndet är roten ur summan av kvadraterna. 0 är helt lika, 1 är en standardavvikelse bort.",
		"Similar here means: near in %s. The difference in each measure is divided by its standard deviation among the areas; the distance is the root of the sum of the squares. 0 is alike, 1 is one standard deviation away."), p.traitNames(found.Used))
	text += " " + fmt.Sprintf(p.T("%s områden har alla uppgifter som behövs.", "%s areas have all the figures that it takes."), upperFirst(sentence.Count(found.Known, p.Lang)))
	for _, t := range found.Used {
		if t.Areas < len(p.set.Figures)/2 {
			text += " " + fmt.Sprintf(p.T("Samlingen har %s för bara %s områden, så de flesta kan inte komma i fråga. Ta bort måttet nedan för att söka bland fler.", "The collection has %s for only %s areas, so most cannot be considered. Take the measure away below to search among more."),
				t.Label.In(p.Lang), sentence.Count(t.Areas, p.Lang))
		}
	}
	if len(found.Unknown) > 0 {
		text += " " + fmt.Sprintf(p.T("Utan uppgift för %s och därför inte med: %s.", "Without a figure for %s and so left out: %s."), p.Name(*p.Chosen), p.traitNames(found.Unknown))
	}
	return text
}

func (p *comparePage) traitNames(list []comparison.Trait) string {
	var names []string
	for _, t := range list {
		name := t.Label.In(p.Lang)
		if t.Scale == schema.LogScale {
			name += p.T(" (i kvot)", " (as a ratio)")
		}
		names = append(names, name)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + p.T(" och ", " and ") + names[n-1]
	}
	return strings.Join(names, "")
}

// amongPeers says how far the figures of the areas alike go, and that the chosen one lies above or below them only where
// every single difference is established.
func (s *Server) amongPeers(p *comparePage, own float64, codes []string) string {
	number := func(v float64) string { return format.Number(v, s.decimals(p.Indicator), p.Lang) }
	var values []float64
	for _, code := range codes {
		values = append(values, p.set.Figures[code].Value)
	}
	middle, err := stats.Quantile(values, 0.5)
	if err != nil {
		return ""
	}
	low, high := slices.Min(values), slices.Max(values)
	span := ""
	switch len(values) {
	case 1:
	case 2:
		span = fmt.Sprintf(p.T("De liknande områdena har %s och %s.", "The similar areas have %s and %s."), number(low), number(high))
	default:
		span = fmt.Sprintf(p.T("De liknande områdena går från %s till %s med mitten på %s.", "The similar areas run from %s to %s, with the middle at %s."), number(low), number(high), number(middle))
	}
	name, n := p.Name(*p.Chosen), comparison.Tally(p.differences, codes)
	switch {
	case own > high && n[comparison.Lower] == len(codes):
		span += " " + fmt.Sprintf(p.T("%s (%s) ligger säkerställt över alla.", "%s (%s) lies above all of them, and every difference is established."), name, number(own))
	case own < low && n[comparison.Higher] == len(codes):
		span += " " + fmt.Sprintf(p.T("%s (%s) ligger säkerställt under alla.", "%s (%s) lies below all of them, and every difference is established."), name, number(own))
	case n[comparison.Higher]+n[comparison.Lower] == 0:
		span += " " + fmt.Sprintf(p.T("%s har %s. Ingen av skillnaderna är säkerställd.", "%s has %s. None of the differences is established."), name, number(own))
	default:
		span += " " + fmt.Sprintf(p.T("%s har %s. Skillnaden är säkerställd mot %s av dem.", "%s has %s. The difference is established from %s of them."), name, number(own),
			sentence.CountOf(n[comparison.Higher]+n[comparison.Lower], true, p.Lang))
	}
	return strings.TrimSpace(span)
}
