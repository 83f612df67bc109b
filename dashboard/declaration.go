package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// qualityHeading is one of the five headings of a Swedish quality declaration (SCB-FS 2016:17, 3 §), with what is known
// under it.
type qualityHeading struct {
	Title string
	Parts []qualityPart
}

type qualityPart struct{ Name, Text string }

var frequencyWords = map[schema.Frequency]schema.Text{
	"year": {SV: "varje år", EN: "every year"}, "halfyear": {SV: "varje halvår", EN: "every half-year"}, "quarter": {SV: "varje kvartal", EN: "every quarter"},
	"month": {SV: "varje månad", EN: "every month"}, "week": {SV: "varje vecka", EN: "every week"}, "irregular": {SV: "oregelbundet", EN: "irregularly"},
}

var kindWords = map[schema.Kind]schema.Text{
	schema.PersonsOnDay:  {SV: "personer på en räknedag", EN: "persons on a reference day"},
	schema.PersonsInYear: {SV: "personer under ett år, var och en en gång", EN: "persons in a year, each once"},
	schema.Episodes:      {SV: "tillfällen; en person kan ha flera", EN: "episodes; a person may have several"},
	schema.Entrants:      {SV: "personer som börjar under perioden", EN: "persons who start in the period"},
	schema.Events:        {SV: "händelser", EN: "events"},
	schema.Units:         {SV: "platser, enheter eller verksamheter", EN: "places, units or services"},
	schema.Population:    {SV: "folkmängd", EN: "population"},
	schema.Rate:          {SV: "antal i förhållande till folkmängd", EN: "number in relation to population"},
	schema.Share:         {SV: "andel", EN: "share"},
	schema.Mean:          {SV: "medelvärde", EN: "mean"},
	schema.Cost:          {SV: "kostnad", EN: "cost"},
	schema.Index:         {SV: "index", EN: "index"},
	schema.Change:        {SV: "förändring", EN: "change"},
}

// declaration says what is known of the figures shown, under the headings of a quality declaration.
func (s *Server) declaration(p *indicatorPage, sel *chosen) []qualityHeading {
	return []qualityHeading{
		{p.T("Relevans", "Relevance"), s.relevance(p, sel.ind)},
		{p.T("Tillförlitlighet", "Accuracy"), s.accuracy(p, sel)},
		{p.T("Aktualitet och punktlighet", "Timeliness and punctuality"), s.timeliness(p, sel)},
		{p.T("Tillgänglighet och tydlighet", "Accessibility and clarity"), s.clarity(p)},
		{p.T("Jämförbarhet och samanvändbarhet", "Comparability and coherence"), s.comparability(p, sel)},
	}
}

func (s *Server) relevance(p *indicatorPage, ind schema.Indicator) []qualityPart {
	parts := []qualityPart{{p.T("Ändamål och innehåll", "Purpose and content"), ind.Definition.In(p.Lang)},
		{p.T("Räknas", "Counted"), kindWords[ind.Kind].In(p.Lang)}, {p.T("Enhet", "Unit"), p.Unit}}
	for _, v := range ind.Variants {
		text := v.Label.In(p.Lang)
		if d := v.Definition.In(p.Lang); d != "" {
			text += ": " + d
		}
		parts = append(parts, qualityPart{p.T("Variant", "Variant"), text})
	}
	return parts
}

func (s *Server) accuracy(p *indicatorPage, sel *chosen) []qualityPart {
	var parts []qualityPart
	for _, c := range sel.ind.Caveats {
		parts = append(parts, qualityPart{p.T("Att tänka på", "To bear in mind"), c.In(p.Lang)})
	}
	switch {
	case !p.Intervals:
		parts = append(parts, qualityPart{p.T("Osäkerhet", "Uncertainty"), p.T("Källan anger ingen, och talen är inte sådana att slumpen kan räknas ur dem.", "The source gives none, and the figures are not such that chance can be computed from them.")})
	case sel.ind.Kind.IsCount():
		parts = append(parts, qualityPart{p.T("Osäkerhet", "Uncertainty"), p.T("95 %: exakt Poisson under tio händelser, annars Byars metod, om källan inte anger egna gränser. Avser slumpen, inte fel i räkningen.", "95%: exact Poisson under ten events, otherwise Byar's method, unless the source gives limits of its own. It is about chance, not about errors in the count.")})
	default:
		parts = append(parts, qualityPart{p.T("Osäkerhet", "Uncertainty"), p.T("95 %, med den metod som står vid varje tal eller i källan.", "95%, by the method that stands beside each figure or in the source.")})
	}
	n, absent, hidden, second := 0, 0, 0, 0
	for _, l := range sel.lines {
		for _, o := range l.Figures {
			n++
			switch o.Missing {
			case schema.Present:
			case schema.SuppressedPrimary, schema.SuppressedSecondary:
				hidden++
			default:
				absent++
			}
			if schema.HasFlag(o.Flags, schema.Secondary) {
				second++
			}
		}
	}
	parts = append(parts, qualityPart{p.T("Bortfall", "Missing"), fmt.Sprintf(p.T("%d av %d uppgifter saknar värde, och %d är undertryckta.", "%d of %d figures have no value, and %d are suppressed."), absent, n, hidden)})
	if second > 0 {
		parts = append(parts, qualityPart{p.T("Läst i andra hand", "Read second-hand"), fmt.Sprintf(p.T("%d av %d uppgifter är återgivna av någon annan än den som tog fram dem.", "%d of %d figures are relayed by somebody other than their producer."), second, n)})
	}
	text := fmt.Sprintf(p.T("Antal under %d undertrycks före publicering.", "Counts under %d are suppressed before publication."), sel.ind.SmallestShown())
	if sel.ind.Official {
		text = p.T("Talen är redan publicerade av en myndighet och undertrycks inte igen.", "The figures have already been published by an authority and are not suppressed again.")
	}
	return append(parts, qualityPart{p.T("Små tal", "Small numbers"), text})
}

func (s *Server) timeliness(p *indicatorPage, sel *chosen) []qualityPart {
	parts := []qualityPart{{p.T("Utkommer", "Published"), frequencyWords[sel.ind.Frequency].In(p.Lang)}}
	if len(sel.lines) == 0 {
		return parts
	}
	if last, _, ok := latest(sel.lines[0].regular()); ok {
		parts = append(parts, qualityPart{p.T("Senaste period", "Latest period"), format.Period(last.Period, p.Lang)},
			qualityPart{p.T("Inläst här", "Taken in here"), format.Moment(last.Released, p.Lang)})
		if s.Expected != nil {
			if next := s.Expected(last.Dataset, last.Released); !next.IsZero() {
				parts = append(parts, qualityPart{p.T("Nästa väntas", "Next expected"), format.Date(next, p.Lang)})
			}
		}
	}
	text := p.T("Inga tal har ändrats sedan de först lästes in.", "No figure has changed since it first came in.")
	if n := len(p.Revisions); n > 0 {
		text = fmt.Sprintf(p.T("%d ändringar sedan talen först lästes in; se Revideringar.", "%d changes since the figures first came in; see Revisions."), n)
	}
	return append(parts, qualityPart{p.T("Revideringar", "Revisions"), text})
}

func (s *Server) clarity(p *indicatorPage) []qualityPart {
	return []qualityPart{
		{p.T("Tillgång", "Access"), p.T("Alla tal på sidan kan laddas ner under tabellen. Adressen längst ner visar samma sida senare, vad som än ändras.", "All figures on the page can be downloaded below the table. The address at the foot shows the same page later, whatever changes.")},
		{p.T("Källor och villkor", "Sources and terms"), p.T("Står i marginalen för talen som visas, och vid varje tal i tabellen.", "Stand in the margin for the figures shown, and beside each figure in the table.")},
	}
}

func (s *Server) comparability(p *indicatorPage, sel *chosen) []qualityPart {
	var parts []qualityPart
	for _, b := range p.Breaks {
		parts = append(parts, qualityPart{p.T("Över tid", "Over time"), b})
	}
	if len(p.Breaks) == 0 {
		parts = append(parts, qualityPart{p.T("Över tid", "Over time"), p.T("Inget brott i serien är känt för det som visas.", "No break in the series is known for what is shown.")})
	}
	var areas []string
	for _, l := range sel.lines {
		if name := l.Area.Name.In(p.Lang); !slices.Contains(areas, name) {
			areas = append(areas, name)
		}
	}
	if len(areas) > 1 {
		parts = append(parts, qualityPart{p.T("Mellan områden", "Between areas"), strings.Join(areas, ", ") + p.T(" visas bredvid varandra. Skillnader i hur de räknar står under Att tänka på.", " stand beside one another. How their counting differs is said under To bear in mind.")})
	}
	if len(p.Related) > 0 {
		parts = append(parts, qualityPart{p.T("Med annan statistik", "With other statistics"), p.T("Samma sak räknas på flera sätt. De får inte blandas eller läggas ihop.", "The same thing is counted in several ways. They must not be mixed or added.")})
	}
	return parts
}
