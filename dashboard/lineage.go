package dashboard

import (
	"cmp"
	"slices"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// sourceRow is how one source of the figures shown is to be named, under which terms, and how many of the figures are its.
type sourceRow struct {
	Attribution, Licence, Table string
	Figures                     string
	count                       int
}

// lineage names the sources of the figures that a page shows, each figure by what it was made from: a figure that is shown as
// printed by its source, one that was computed by the wording that the publisher allows for that, and a publisher that
// allows none is not named (Kolada's terms).
func (s *Server) lineage(v *view, sel *chosen) []sourceRow {
	var out []sourceRow
	for _, l := range sel.lines {
		ind := sel.ind
		if l.Other != nil {
			ind = *l.Other
		}
		for _, o := range l.Figures {
			out = addSources(out, s.named(v, ind, o))
		}
	}
	sortSources(out)
	for i := range out {
		out[i].Figures = format.Number(float64(out[i].count), 0, v.Lang)
	}
	return out
}

// addSources counts a figure's sources among those of others.
func addSources(all, more []sourceRow) []sourceRow {
	for _, r := range more {
		i := slices.IndexFunc(all, func(o sourceRow) bool { return o.Attribution == r.Attribution })
		if i < 0 {
			i = len(all)
			all = append(all, r)
		}
		all[i].count++
	}
	return all
}

// sortSources puts those of most figures first.
func sortSources(all []sourceRow) {
	slices.SortStableFunc(all, func(a, b sourceRow) int { return cmp.Compare(b.count, a.count) })
}

// named gives how the sources of one figure are named.
func (s *Server) named(v *view, ind schema.Indicator, o schema.Observation) []sourceRow {
	if ind.Derive == nil && !schema.HasFlag(o.Flags, schema.Derived) {
		return []sourceRow{s.unprocessed(v, ind, o)}
	}
	publishers := s.Catalogue.Origins(ind)
	if ind.Derive == nil { // computed among figures that were printed: its own source, not the indicator's
		if p, ok := s.publisherNamed(o.Source); ok {
			publishers = []schema.Publisher{p}
		}
	}
	var out []sourceRow
	for _, p := range publishers {
		if p.Processed.In(v.Lang) == "" {
			out = append(out, sourceRow{Attribution: v.T("Egen beräkning på uppgifter som visas med sin källa där de inte är bearbetade", "Own calculation on figures that are shown with their source where they are unprocessed"),
				Licence: licence(v, p)})
			continue
		}
		out = append(out, sourceRow{Attribution: p.Processed.In(v.Lang), Licence: licence(v, p)})
	}
	return out
}

// unprocessed names the source of a figure that is shown as it was printed. One that no entry of the catalogue names is
// named as the figure itself names it, and its terms are not known.
func (s *Server) unprocessed(v *view, ind schema.Indicator, o schema.Observation) sourceRow {
	if p, ok := s.publisherNamed(o.Source); ok {
		r := sourceRow{Attribution: p.Attribution.In(v.Lang), Licence: licence(v, p)}
		if p.ID == ind.Publisher {
			r.Table = ind.Table
		}
		return r
	}
	return sourceRow{Attribution: v.T("Källa: ", "Source: ") + o.Source, Licence: licence(v, schema.Publisher{})}
}

// publisherNamed finds the entry of a source as figures name it: by its name, by its attribution or by its id.
func (s *Server) publisherNamed(source string) (schema.Publisher, bool) {
	for _, p := range s.Catalogue.Publishers {
		for _, name := range []string{p.Name.SV, p.Name.EN, strings.TrimPrefix(p.Attribution.SV, "Källa: "), p.ID} {
			if strings.EqualFold(name, source) {
				return p, true
			}
		}
	}
	return schema.Publisher{}, false
}

func licence(v *view, p schema.Publisher) string {
	switch p.Licence {
	case "", "unknown":
		return v.T("licensen är inte kontrollerad", "the licence has not been verified")
	case "inputs":
		return v.T("villkoren är de som gäller för siffrorna som den är beräknad ur", "the terms are those of the figures that it is computed from")
	}
	return v.T("licens ", "licence ") + p.Licence
}
