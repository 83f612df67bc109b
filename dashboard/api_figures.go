package dashboard

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/export"
	"utfall/schema"
)

// mostAskedIndicators and mostAskedAreas bound one question to the API: all 290 municipalities and 21 regions fit.
const (
	mostAskedIndicators = 20
	mostAskedAreas      = 350
)

var needsIndicator = problem{fiber.StatusBadRequest, schema.Text{SV: "Ange indicator, till exempel indicator=drug_induced_deaths. Alla finns i /api/v1/indicators.",
	EN: "Give indicator, for example indicator=drug_induced_deaths. All are in /api/v1/indicators."}}

// apiObservations gives figures, in the order in which they are stored.
func (s *Server) apiObservations(q *question) (any, error) {
	ids, err := q.chosenOf("indicator", mostAskedIndicators, q.knownIndicator)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, needsIndicator
	}
	areas, err := q.chosenOf("area", mostAskedAreas, q.knownArea)
	if err != nil {
		return nil, err
	}
	keep, err := q.filter(ids)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(q.c.Context(), panelTimeout)
	defer cancel()
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: ids, Areas: areas, AsOf: q.AsOf})
	if err != nil {
		return nil, err
	}
	figures = slices.DeleteFunc(figures, func(o schema.Observation) bool { return !keep(o) })
	var fault error
	page, err := pageOf(q, figures, cellKey, func(o schema.Observation) any {
		objects, err := export.Objects([]schema.Observation{o}, export.About{Catalogue: s.Catalogue})
		if err != nil {
			fault = err
			return json.RawMessage("null")
		}
		return objects[0]
	})
	if fault != nil {
		err = fault
	}
	return page, err
}

func cellKey(o schema.Observation) string {
	return strings.Join([]string{o.Indicator, o.Variant, o.Area, o.Breakdown, string(o.Sex), o.Age, o.Period.String()}, "|")
}

// filter reads the parameters that are about a figure's own cell.
func (q *question) filter(ids []string) (func(schema.Observation) bool, error) {
	variants, err := q.chosenOf("variant", 50, func(x string) bool {
		return x == "-" || slices.ContainsFunc(ids, func(id string) bool {
			ind, _ := q.s.Catalogue.Indicator(id)
			return ind.HasVariant(x)
		})
	})
	if err != nil {
		return nil, err
	}
	sexes, err := q.chosenOf("sex", 3, func(x string) bool { _, err := schema.ParseSex(x); return err == nil })
	if err != nil {
		return nil, err
	}
	ages, err := q.chosenOf("age", 50, func(x string) bool { _, err := schema.ParseAge(x); return err == nil })
	if err != nil {
		return nil, err
	}
	from, err := q.periodOf("period_from")
	if err != nil {
		return nil, err
	}
	to, err := q.periodOf("period_to")
	if err != nil {
		return nil, err
	}
	if !from.IsZero() && !to.IsZero() && to.End.Before(from.Start) {
		return nil, refuse(fiber.StatusBadRequest, "period_to ligger före period_from.", "period_to lies before period_from.")
	}
	missing := q.Query.Get("missing")
	if !slices.Contains([]string{"", "include", "exclude", "only"}, missing) {
		return nil, refuse(fiber.StatusBadRequest, "missing är include, exclude eller only.", "missing is include, exclude or only.")
	}
	among := func(list []string, x string) bool { return len(list) == 0 || slices.Contains(list, x) }
	return func(o schema.Observation) bool {
		variant := o.Variant
		if variant == "" {
			variant = "-"
		}
		return among(variants, variant) && among(sexes, string(o.Sex)) && among(ages, o.Age) &&
			(from.IsZero() || !o.Period.Start.Before(from.Start)) && (to.IsZero() || !o.Period.End.After(to.End)) &&
			(missing != "exclude" || o.Missing == schema.Present) && (missing != "only" || o.Missing != schema.Present)
	}, nil
}

type apiRelease struct {
	Release       uint64           `json:"release"`
	Dataset       string           `json:"dataset"`
	Published     *string          `json:"published"`
	Withdrawn     *string          `json:"withdrawn"`
	Reason        string           `json:"reason"`
	SourceUpdated *string          `json:"source_updated"`
	Fetched       *string          `json:"fetched"`
	ContentHash   string           `json:"content_hash"`
	Counts        map[string]int64 `json:"counts"`
}

// mostLines is how much of the ledger is listed; one line is one delivery that changed something.
const mostLines = 100_000

// apiReleases lists published releases, newest first; those that were withdrawn stay listed and say so.
func (s *Server) apiReleases(q *question) (any, error) {
	ctx, cancel := context.WithTimeout(q.c.Context(), panelTimeout)
	defer cancel()
	ids, err := q.chosenOf("indicator", 1, q.knownIndicator)
	if err != nil {
		return nil, err
	}
	var lines []schema.Release
	if len(ids) == 1 {
		lines, err = s.Reader.Releases(ctx, ids[0], q.AsOf)
	} else {
		lines, err = s.Reader.Ledger(ctx, mostLines)
	}
	if err != nil {
		return nil, err
	}
	now := s.Now()
	if !q.AsOf.IsZero() {
		now = q.AsOf
	}
	datasets := q.list("dataset")
	lines = slices.DeleteFunc(slices.Clone(lines), func(r schema.Release) bool {
		return r.Outcome != schema.Published || r.PublishAt.After(now) || len(datasets) > 0 && !slices.Contains(datasets, r.Dataset)
	})
	if len(datasets) > 0 && len(lines) == 0 {
		return nil, refuse(fiber.StatusNotFound, "Det finns ingen utgåva av ”"+short(datasets[0])+"”.", "There is no release of “"+short(datasets[0])+"”.")
	}
	return pageOf(q, lines, func(r schema.Release) string { return strconv.FormatUint(r.Seq, 10) }, func(r schema.Release) any {
		out := apiRelease{Release: r.Seq, Dataset: r.Dataset, Published: when(r.PublishAt), SourceUpdated: when(r.SourceUpdated), Fetched: when(r.Fetched), ContentHash: r.ContentHash,
			Counts: map[string]int64{"read": int64(r.Counts.Read), "new": int64(r.Counts.New), "changed": int64(r.Counts.Changed), "deleted": int64(r.Counts.Deleted),
				"unchanged": int64(r.Counts.Unchanged), "rejected": int64(r.Counts.Rejected)}}
		if !r.WithdrawnAt.IsZero() && !r.WithdrawnAt.After(now) {
			out.Withdrawn, out.Reason = when(r.WithdrawnAt), r.Reason
		}
		return out
	})
}

type apiVintage struct {
	Value    *float64 `json:"value"`
	Missing  string   `json:"missing"`
	Release  uint64   `json:"release"`
	Released *string  `json:"released"`
	Source   string   `json:"source"`
}

type apiRevision struct {
	Indicator string     `json:"indicator"`
	Variant   string     `json:"variant"`
	Area      string     `json:"area"`
	Period    string     `json:"period"`
	Sex       string     `json:"sex"`
	Age       string     `json:"age"`
	Breakdown string     `json:"breakdown"`
	Dataset   string     `json:"dataset"`
	Old       apiVintage `json:"old"`
	New       apiVintage `json:"new"`
}

// apiRevisions lists the figures of an indicator that a later release changed, newest first.
func (s *Server) apiRevisions(q *question) (any, error) {
	ids, err := q.chosenOf("indicator", 1, q.knownIndicator)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, needsIndicator
	}
	ctx, cancel := context.WithTimeout(q.c.Context(), panelTimeout)
	defer cancel()
	list, err := s.Reader.Revisions(ctx, ids[0], q.AsOf)
	if err != nil {
		return nil, err
	}
	value := func(v float64, m schema.Missing) *float64 {
		if m != schema.Present {
			return nil
		}
		return &v
	}
	key := func(r schema.Revision) string {
		return strconv.FormatUint(r.Release, 10) + "|" + r.Dataset + "|" + cellKey(schema.Observation{Cell: r.Cell})
	}
	return pageOf(q, list, key, func(r schema.Revision) any {
		return apiRevision{r.Indicator, r.Variant, r.Area, r.Period.String(), string(r.Sex), r.Age, r.Breakdown, r.Dataset,
			apiVintage{value(r.Old, r.OldMissing), r.OldMissing.Public(), r.OldRelease, when(r.OldReleased), r.OldSource},
			apiVintage{value(r.New, r.NewMissing), r.NewMissing.Public(), r.Release, when(r.Released), r.NewSource}}
	})
}
