package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"utfall/dashboard/format"
	"utfall/schema"
)

type relatedRow struct{ Link, Label, Value, Period string }

type revisionRow struct{ Period, Series, Old, New, When, First string }

type releaseRow struct {
	Seq                        uint64
	When, Dataset, State, Link string
	Counts                     schema.Counts
}

// others shows the other ways to count the same thing, side by side and never added.
func (s *Server) others(ctx context.Context, p *indicatorPage, sel *chosen) {
	figures, err := load(ctx, func(ctx context.Context) ([]schema.Observation, error) { return s.otherCounts(ctx, sel, p.view) }).wait(ctx)
	if err != nil {
		s.failed(p, "related", err, p.T("andra sätt att räkna", "other ways to count"))
		return
	}
	s.beside(sel, p.view, figures)
	if len(sel.areas) == 0 {
		return
	}
	area := sel.areas[0].Code
	for _, id := range s.Catalogue.OtherCounts(sel.ind) {
		ind, _ := s.Catalogue.Indicator(id)
		row := relatedRow{Link: p.Link("/indikator/"+id, "area", area), Label: ind.Label.In(p.Lang)}
		main, ok := s.otherLine(sel, id, area)
		switch {
		case ok:
			p.Beside = append(p.Beside, choice{id, ind.Label.In(p.Lang), slices.Contains(strings.Split(p.Query.Get("also"), ","), id)})
			if last, _, ok := latest(main.regular()); ok {
				row.Value, row.Period = s.value(ind, last, p.Lang), format.Period(last.Period, p.Lang)
			}
		case slices.Contains(sel.ind.Related, id):
			row.Link = p.Link("/indikator/" + id)
		default:
			continue // said by somebody else to be related, and not counted here
		}
		p.Related = append(p.Related, row)
	}
}

// pastOf is an indicator's revisions and releases on their way.
type pastOf struct {
	revisions *loading[[]schema.Revision]
	releases  *loading[[]schema.Release]
}

func (s *Server) loadHistory(ctx context.Context, v *view, id string) pastOf {
	return pastOf{
		load(ctx, func(ctx context.Context) ([]schema.Revision, error) { return s.Reader.Revisions(ctx, id, v.AsOf) }),
		load(ctx, func(ctx context.Context) ([]schema.Release, error) { return s.Reader.Releases(ctx, id, v.AsOf) }),
	}
}

// history shows what was revised and when figures came in. It answers a choice of moment by the address of the page then.
func (s *Server) history(ctx context.Context, p *indicatorPage, sel *chosen, past pastOf) error {
	releases, err := past.releases.wait(ctx)
	if err != nil {
		s.failed(p, "releases", err, p.T("utgåvor", "releases"))
	}
	if err := s.vintages(p, releases); err != nil {
		return err
	}
	for _, r := range releases {
		row := releaseRow{Seq: r.Seq, When: format.Moment(r.PublishAt, p.Lang), Dataset: r.Dataset, Counts: r.Counts, Link: p.With("as_of", stamp(r.PublishAt))}
		if !r.WithdrawnAt.IsZero() {
			row.State = p.T("tillbakadragen", "withdrawn")
		}
		p.Releases = append(p.Releases, row)
	}
	revisions, err := past.revisions.wait(ctx)
	if err != nil {
		s.failed(p, "revisions", err, p.T("revideringar", "revisions"))
	}
	s.revised(p, revisions)
	if len(sel.lines) > 0 {
		p.Arriving = s.arriving(p.view, p.Indicator, sel.lines[0].regular(), revisions)
	}
	return nil
}

// stamp writes a moment as an address has it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func (s *Server) revised(p *indicatorPage, revisions []schema.Revision) {
	first := map[string]string{}
	key := func(r schema.Revision) string {
		return fmt.Sprint(r.Dataset, r.Variant, r.Area, r.Period, r.Sex, r.Age, r.Breakdown)
	}
	for _, r := range slices.Backward(revisions) { // oldest first
		if _, ok := first[key(r)]; !ok {
			first[key(r)] = s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang)
		}
	}
	for _, r := range revisions {
		area, _ := s.Catalogue.Areas.Get(r.Area)
		l := line{Area: area, Variant: r.Variant, Sex: r.Sex, Age: r.Age, Part: r.Breakdown}
		p.Revisions = append(p.Revisions, revisionRow{Period: format.Period(r.Period, p.Lang), Series: l.name(p.Indicator, p.Lang, true), First: first[key(r)],
			Old: s.value(p.Indicator, schema.Observation{Value: r.Old, Missing: r.OldMissing}, p.Lang),
			New: s.value(p.Indicator, schema.Observation{Value: r.New, Missing: r.NewMissing}, p.Lang), When: format.Date(r.Released, p.Lang)})
	}
}

// failed leaves a panel out and says so: late if it may come yet.
func (s *Server) failed(p *indicatorPage, panel string, err error, name string) {
	s.Logger.Error("a panel failed", "panel", panel, "indicator", p.Indicator.ID, "error", err)
	if late(err) && !p.waits {
		p.Late = append(p.Late, name)
	} else {
		p.Failed = append(p.Failed, name)
	}
	p.Waited = p.Waited || panel == "figures"
	p.whole = false
}

// WholeLink is the page that waits for its panels.
func (v view) WholeLink() string { return v.With("vanta", "ja") }

// vintages is the choice of a moment to see the page as it stood then: every moment at which figures of it came in or were
// withdrawn, oldest first, and the moment shown.
type vintages struct {
	Moments []string // in words; the last is the moment shown, or now
	Chosen  int
	Last    int
}

// vintages offers the moments up to the one that is shown: a page of the past stays what it was, whatever came later.
func (s *Server) vintages(p *indicatorPage, releases []schema.Release) error {
	var all []time.Time
	for _, r := range releases {
		all = append(all, r.PublishAt)
		if !r.WithdrawnAt.IsZero() && (p.Now() || r.WithdrawnAt.Before(p.AsOf)) {
			all = append(all, r.WithdrawnAt)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	all = slices.CompactFunc(all, time.Time.Equal)
	if asked := p.Query.Get("utgava"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 0 || n > len(all) {
			return refuse(400, "Utgåvan ”"+short(asked)+"” finns inte. Välj en i listan på indikatorns sida.", "There is no release “"+short(asked)+"”. Choose one from the list on the indicator's page.")
		}
		p.Query.Del("utgava")
		if n == len(all) {
			return elsewhere(p.With("as_of", "") + "#revideringar")
		}
		return elsewhere(p.With("as_of", stamp(all[n])) + "#revideringar")
	}
	if len(all) < 2 {
		return nil
	}
	v := &vintages{Chosen: len(all), Last: len(all)}
	for i, t := range all {
		v.Moments = append(v.Moments, format.Moment(t, p.Lang))
		if !p.Now() && !t.After(p.AsOf) {
			v.Chosen = i
		}
	}
	v.Moments = append(v.Moments, p.T("nu", "now"))
	p.Vintages = v
	return nil
}
