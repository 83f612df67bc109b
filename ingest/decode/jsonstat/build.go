package jsonstat

import (
	"fmt"
	"slices"
	"strings"

	"utfall/ingest/decode"
)

// reader checks that the parts fit one another and makes the Reader.
func (d *dataset) reader(limits decode.Limits) (decode.Reader, error) {
	dims, err := d.dimensions()
	if err != nil {
		return nil, err
	}
	total, err := product(d.sizes, limits.MaxCells)
	empty := !d.values.given || !d.values.sparse && d.values.count == 0 && total > 0
	if err != nil && !empty {
		return nil, err
	}
	d.assignRoles(dims)
	r := &Reader{dims: dims, total: total, unitOf: -1}
	r.meta = decode.Meta{Title: d.label, Source: d.source, Updated: d.updated, Notes: d.notes, Status: d.flags.labels}
	if empty {
		r.meta.MetadataOnly = true
		r.total = 0
	} else {
		if err := d.values.check(total); err != nil {
			return nil, err
		}
		if err := d.flags.check(total); err != nil {
			return nil, err
		}
	}
	r.values = cursor{cells: &d.values}
	r.flags = flagCursor{flags: &d.flags}
	for i, dim := range dims {
		if r.unitOf < 0 && slices.ContainsFunc(dim.Categories, func(c decode.Category) bool { return c.Unit != "" }) {
			r.unitOf = i
		}
		first := decode.Category{}
		if len(dim.Categories) > 0 {
			first = dim.Categories[0]
		}
		r.codes = append(r.codes, first.Code)
		r.labels = append(r.labels, first.Label)
	}
	r.at = make([]int, len(dims))
	return r, nil
}

// dimensions makes the dimensions in the order of id.
func (d *dataset) dimensions() ([]decode.Dimension, error) {
	fault := func(path, want, got string) error {
		return &decode.Error{Format: format, Offset: -1, Path: path, Want: want, Got: got}
	}
	switch {
	case !d.hasID || len(d.id) == 0:
		return nil, fault("id", "the names of the dimensions, in order", "none")
	case !d.hasSize:
		return nil, fault("size", "the size of each dimension", "none")
	case len(d.sizes) != len(d.id):
		return nil, fault("size", fmt.Sprintf("%d sizes, one per dimension", len(d.id)), fmt.Sprint(len(d.sizes)))
	}
	var out []decode.Dimension
	for i, id := range d.id {
		if slices.Contains(d.id[:i], id) {
			return nil, fault("id", "each dimension once", decode.Quote(id)+" twice")
		}
		dim := d.dims[id]
		if dim == nil {
			return nil, fault("dimension", "the dimension "+decode.Quote(id)+", which id names", "no such member")
		}
		categories, err := dim.categories("dimension."+short(id), d.sizes[i])
		if err != nil {
			return nil, err
		}
		out = append(out, decode.Dimension{ID: id, Label: dim.label, Notes: dim.notes, Categories: categories,
			Child: dim.child, CodeNotes: dim.codeNotes, Unit: shared(categories)})
	}
	for id := range d.dims {
		if !slices.Contains(d.id, id) {
			return nil, fault("dimension", "only the dimensions that id names", decode.Quote(id))
		}
	}
	for _, r := range d.roles {
		if !slices.Contains(d.id, r.id) {
			return nil, fault("role."+string(r.role), "a dimension that id names", decode.Quote(r.id))
		}
	}
	return out, nil
}

// short keeps a name of the payload from filling an error.
func short(id string) string {
	if len(id) > 80 {
		return strings.ToValidUTF8(id[:80], "") + "…"
	}
	return id
}

// shared is the unit that every category has, "" where they differ.
func shared(categories []decode.Category) string {
	if len(categories) == 0 {
		return ""
	}
	for _, c := range categories {
		if c.Unit != categories[0].Unit {
			return ""
		}
	}
	return categories[0].Unit
}

// product is the number of cells, or limit and an error where there are more.
func product(sizes []int64, limit int64) (int64, error) {
	total := int64(1)
	for _, size := range sizes {
		if size == 0 {
			return 0, nil
		}
	}
	for _, size := range sizes {
		if size > limit/total {
			return limit, &decode.Error{Format: format, Offset: -1, Path: "size", Want: fmt.Sprintf("at most %d cells", limit), Got: "more", Fix: "split the query"}
		}
		total *= size
	}
	return total, nil
}

// fallback are the names by which the large producers call their dimensions of time, place and measure; they are used
// where the payload gives no dimension that role (Eurostat gives none at all, SSB no geo).
var fallback = []struct {
	role  decode.Role
	names []string
}{
	{decode.RoleTime, []string{"tid", "time", "time_period"}},
	{decode.RoleGeo, []string{"region", "geo"}},
	{decode.RoleMetric, []string{"contentscode"}},
}

func (d *dataset) assignRoles(dims []decode.Dimension) {
	given := map[decode.Role]bool{}
	for _, r := range d.roles {
		given[r.role] = true
		dims[slices.Index(d.id, r.id)].Role = r.role
	}
	for _, f := range fallback {
		if given[f.role] {
			continue
		}
		for i := range dims {
			if dims[i].Role == decode.RoleNone && slices.Contains(f.names, strings.ToLower(dims[i].ID)) {
				dims[i].Role = f.role
				break
			}
		}
	}
}
