package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

// ledgerLines bounds how much of the ledger the pages read: some years of daily runs of every dataset.
const ledgerLines = 20_000

type qualityPage struct {
	*view
	Groups                                      []qualityGroup
	Datasets                                    int
	Cells, Absent, Suppressed, Rejected, Change string
	Error                                       bool
}

type qualityGroup struct {
	Label string
	Rows  []qualityRow
}

type qualityRow struct {
	Label, Link, Dataset                         string
	Last, Latest, Next, Years                    string
	Cells, Absent, Suppressed, Rejected, Revised string
	State                                        []string
	Spark                                        template.HTML
}

// quality shows, for each dataset, how fresh and how whole it is.
func (s *Server) quality(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Datakvalitet", "Data quality")
	p := &qualityPage{view: v}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	coverage, err := s.Reader.Coverage(ctx, v.AsOf)
	if err == nil {
		var ledger []schema.Release
		if ledger, err = s.Reader.Ledger(ctx, ledgerLines); err == nil {
			s.fillQuality(p, coverage, until(ledger, v.AsOf))
		}
	}
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "quality", "error", err)
		p.Error, v.whole = true, false
	}
	return s.html("quality", p)
}

// until leaves the lines of the ledger that stood at a moment.
func until(ledger []schema.Release, asOf time.Time) []schema.Release {
	if asOf.IsZero() {
		return ledger
	}
	return slices.DeleteFunc(slices.Clone(ledger), func(r schema.Release) bool { return r.Fetched.After(asOf) })
}

type sums struct{ cells, absent, suppressed, rejected, changed uint64 }

func (s *Server) fillQuality(p *qualityPage, coverage []schema.Coverage, ledger []schema.Release) {
	runs := map[string][]schema.Release{} // newest first
	for _, r := range ledger {
		runs[r.Dataset] = append(runs[r.Dataset], r)
	}
	var all sums
	groups := map[string]int{}
	for len(coverage) > 0 {
		n := slices.IndexFunc(coverage, func(c schema.Coverage) bool {
			return c.Dataset != coverage[0].Dataset || c.Indicator != coverage[0].Indicator
		})
		if n < 0 {
			n = len(coverage)
		}
		row, t := s.qualityRow(p, coverage[:n], runs[coverage[0].Dataset])
		all.cells, all.absent, all.suppressed = all.cells+t.cells, all.absent+t.absent, all.suppressed+t.suppressed
		all.rejected, all.changed = all.rejected+t.rejected, all.changed+t.changed
		label := p.publisherOf(coverage[0])
		if _, ok := groups[label]; !ok {
			groups[label] = len(p.Groups)
			p.Groups = append(p.Groups, qualityGroup{Label: label})
		}
		p.Groups[groups[label]].Rows = append(p.Groups[groups[label]].Rows, row)
		p.Datasets++
		coverage = coverage[n:]
	}
	slices.SortFunc(p.Groups, func(a, b qualityGroup) int { return strings.Compare(sortKey(a.Label), sortKey(b.Label)) })
	p.Cells, p.Absent, p.Suppressed = p.count(all.cells), p.count(all.absent), p.count(all.suppressed)
	p.Rejected, p.Change = p.count(all.rejected), p.count(all.changed)
}

func (p *qualityPage) count(n uint64) string { return format.Number(float64(n), 0, p.Lang) }

func (p *qualityPage) publisherOf(c schema.Coverage) string {
	ind, _ := p.s.Catalogue.Indicator(c.Indicator)
	publisher, _ := p.s.Catalogue.Publisher(ind.Publisher)
	return cmp.Or(publisher.Name.In(p.Lang), c.Dataset)
}

// qualityRow sums up one indicator of one dataset.
func (s *Server) qualityRow(p *qualityPage, years []schema.Coverage, runs []schema.Release) (qualityRow, sums) {
	ind, _ := s.Catalogue.Indicator(years[0].Indicator)
	row := qualityRow{Label: cmp.Or(ind.Label.In(p.Lang), years[0].Indicator), Link: p.Link("/indikator/" + ind.ID), Dataset: years[0].Dataset}
	var t sums
	points := make([]chart.Point, 0, len(years))
	for i, y := range years {
		t.cells, t.absent, t.suppressed = t.cells+y.Cells, t.absent+y.Absent, t.suppressed+y.Suppressed
		points = append(points, chart.Point{X: float64(y.Year), Y: float64(y.Cells), Has: true, Break: i > 0 && y.Year-years[i-1].Year > 1})
	}
	last := years[len(years)-1]
	row.Years = fmt.Sprint(last.Year)
	if first := years[0].Year; first != last.Year {
		row.Years = fmt.Sprintf("%d–%d", first, last.Year)
	}
	if period, err := schema.ParsePeriod(last.Latest); err == nil {
		row.Latest = format.Period(period, p.Lang)
	}
	row.Spark = chart.Sparkline(points, p.T("Antal uppgifter per år, ", "Figures per year, ")+row.Years)
	s.qualityRuns(p, &row, &t, runs)
	row.Cells, row.Absent, row.Suppressed = p.count(t.cells), p.count(t.absent), p.count(t.suppressed)
	row.Rejected, row.Revised = p.count(t.rejected), p.count(t.changed)
	return row, t
}

// qualityRuns adds what the ledger says of a dataset.
func (s *Server) qualityRuns(p *qualityPage, row *qualityRow, t *sums, runs []schema.Release) {
	var last time.Time
	for i, r := range runs {
		if i == 0 {
			t.rejected = r.Counts.Rejected
		}
		if r.Outcome == schema.Published && r.WithdrawnAt.IsZero() {
			t.changed += r.Counts.Changed + r.Counts.Deleted
			if row.Last == "" {
				row.Last, last = format.Date(r.PublishAt, p.Lang), r.PublishAt
			}
		}
		if r.Outcome == schema.Held {
			row.State = append(row.State, fmt.Sprintf("%s %d", p.T("hålls inne: utgåva", "held: release"), r.Seq))
		}
	}
	if len(runs) > 0 && (runs[0].Outcome == schema.Refused || runs[0].Outcome == schema.Failed) {
		row.State = append(row.State, p.T("senaste leveransen togs inte in", "the last delivery was not taken in"))
	}
	if s.Expected == nil {
		return
	}
	if next := s.Expected(row.Dataset, last); !next.IsZero() {
		row.Next = format.Date(next, p.Lang)
		if next.Before(s.Now()) {
			row.State = append(row.State, p.T("försenad", "late"))
		}
	}
}
