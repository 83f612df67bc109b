package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"utfall/dashboard/format"
	"utfall/schema"
)

// related shows the other ways to count the same thing, side by side and never added.
func (s *Server) related(ctx context.Context, p *indicatorPage, sel *chosen) {
	if len(sel.ind.Related) == 0 || len(sel.areas) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	area := sel.areas[0].Code
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: sel.ind.Related, Areas: []string{area}, AsOf: p.AsOf})
	if err != nil {
		s.failed(p, "related", err, p.T("andra sätt att räkna", "other ways to count"))
		return
	}
	for _, id := range sel.ind.Related {
		ind, _ := s.Catalogue.Indicator(id)
		p.Beside = append(p.Beside, choice{id, ind.Label.In(p.Lang), slices.Contains(strings.Split(p.Query.Get("also"), ","), id)})
		row := relatedRow{Link: p.Link("/indikator/"+id, "area", area), Label: ind.Label.In(p.Lang)}
		mine := slices.DeleteFunc(slices.Clone(figures), func(o schema.Observation) bool { return o.Indicator != id })
		if main, ok := mainLine(s.lines(mine)); ok {
			if last, _, ok := latest(main.regular()); ok {
				row.Value, row.Period = s.value(ind, last, p.Lang), format.Period(last.Period, p.Lang)
			}
		} else {
			row.Link = p.Link("/indikator/" + id)
		}
		p.Related = append(p.Related, row)
	}
}

// history shows what was revised and when figures came in.
func (s *Server) history(ctx context.Context, p *indicatorPage) {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	revisions, err := s.Reader.Revisions(ctx, p.Indicator.ID, p.AsOf)
	if err != nil {
		s.failed(p, "revisions", err, p.T("revideringar", "revisions"))
	}
	first := map[string]string{}
	for _, r := range slices.Backward(revisions) { // oldest first
		key := fmt.Sprint(r.Dataset, r.Variant, r.Area, r.Period, r.Sex, r.Age, r.Breakdown)
		if _, ok := first[key]; !ok {
			first[key] = s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang)
		}
	}
	for _, r := range revisions {
		area, _ := s.Catalogue.Areas.Get(r.Area)
		l := line{Area: area, Variant: r.Variant, Sex: r.Sex, Age: r.Age, Part: r.Breakdown}
		p.Revisions = append(p.Revisions, revisionRow{Period: format.Period(r.Period, p.Lang), Series: l.name(p.Indicator, p.Lang, true),
			First: first[fmt.Sprint(r.Dataset, r.Variant, r.Area, r.Period, r.Sex, r.Age, r.Breakdown)],
			Old:   s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang),
			New:   s.value(p.Indicator, schema.Observation{Value: r.New, Missing: r.NewMissing}, p.Lang), When: format.Date(r.Released, p.Lang)})
	}
	releases, err := s.Reader.Releases(ctx, p.Indicator.ID, p.AsOf)
	if err != nil {
		s.failed(p, "releases", err, p.T("utgåvor", "releases"))
	}
	for _, r := range releases {
		row := releaseRow{Seq: r.Seq, When: format.Moment(r.PublishAt, p.Lang), Dataset: r.Dataset, Counts: r.Counts}
		q := p.Query
		row.Link = p.Link(p.path, "area", q.Get("area"), "variant", q.Get("variant"), "sex", q.Get("sex"), "age", q.Get("age"), "also", q.Get("also"),
			"as_of", r.PublishAt.UTC().Format(time.RFC3339Nano))
		if !r.WithdrawnAt.IsZero() {
			row.State = p.T("tillbakadragen", "withdrawn")
		}
		p.Releases = append(p.Releases, row)
	}
}

func (s *Server) failed(p *indicatorPage, panel string, err error, name string) {
	s.Logger.Error("a panel failed", "panel", panel, "indicator", p.Indicator.ID, "error", err)
	p.Failed = append(p.Failed, name)
	p.whole = false
}
