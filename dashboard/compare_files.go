package dashboard

import (
	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/comparison"
	"utfall/dashboard/export"
	"utfall/schema"
)

// compareFiles gives the figures that the page shows, and in further columns how each differs from the chosen one.
func (s *Server) compareFiles(c *fiber.Ctx, v *view) (figures []schema.Observation, id string, more []export.Column, err error) {
	q, err := s.compareWith(c, v)
	if err != nil {
		return nil, "", nil, err
	}
	if q.failed != nil {
		return nil, "", nil, q.failed
	}
	p := &comparePage{view: v, Search: v.Query.Get("q"), set: q.set}
	for _, a := range s.shownAreas(p) {
		if o, ok := q.set.Figures[a.Code]; ok {
			figures = append(figures, o)
		}
	}
	if comparison.Comparable(q.ind) && q.set.Chosen != "" {
		more = differenceColumns(q.set, q.set.Differences(s.Catalogue.Areas, q.counts))
	}
	return figures, q.ind.ID, more, nil
}

// differenceColumns writes what the table says of each area. Their names and words are stable.
func differenceColumns(set comparison.Set, all map[string]comparison.Difference) []export.Column {
	text := func(name string, of func(comparison.Difference) string) export.Column {
		return export.Column{Name: name, Text: func(o schema.Observation) string {
			if d, ok := all[o.Area]; ok {
				return of(d)
			}
			return ""
		}}
	}
	number := func(name string, of func(comparison.Difference) *float64) export.Column {
		return export.Column{Name: name, Number: func(o schema.Observation) *float64 { return of(all[o.Area]) }}
	}
	gap := func(name string, of func(comparison.Difference) float64) export.Column {
		return number(name, func(d comparison.Difference) *float64 {
			if d.Gap == nil {
				return nil
			}
			v := of(d)
			return &v
		})
	}
	return []export.Column{
		text("compared_with", func(comparison.Difference) string { return set.Chosen }),
		text("verdict", func(d comparison.Difference) string { return string(d.Verdict) }),
		text("not_tested_because", func(d comparison.Difference) string { return string(d.Why) }),
		text("method", func(d comparison.Difference) string { return string(d.Method) }),
		number("ratio", func(d comparison.Difference) *float64 { return d.Ratio }),
		number("ratio_lower", func(d comparison.Difference) *float64 { return d.Lower }),
		number("ratio_upper", func(d comparison.Difference) *float64 { return d.Upper }),
		gap("difference", func(d comparison.Difference) float64 { return d.Gap.Value }),
		gap("difference_lower", func(d comparison.Difference) float64 { return d.Gap.Lower }),
		gap("difference_upper", func(d comparison.Difference) float64 { return d.Gap.Upper }),
		number("p", func(d comparison.Difference) *float64 { return d.P }),
		number("p_adjusted", func(d comparison.Difference) *float64 { return d.Adjusted }),
		number("detectable_fall", func(d comparison.Difference) *float64 { return d.Fall }),
		number("detectable_rise", func(d comparison.Difference) *float64 { return d.Rise }),
	}
}

// compareFile gives the figures that a comparison shows, with the differences beside them.
func (s *Server) compareFile(f export.Format) handler {
	return func(c *fiber.Ctx, v *view) (asset, error) {
		f, err := dialect(v, f)
		if err != nil {
			return asset{}, err
		}
		figures, id, more, err := s.compareFiles(c, v)
		if err != nil {
			return asset{}, err
		}
		about := s.aboutFile(v, "/jamfor/"+id)
		about.More = more
		return written(f, about, id+"_jamforelse_"+v.fileDate(), figures)
	}
}
