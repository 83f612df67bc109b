package schema

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Version is one release's word on one cell. A deletion is a version too.
type Version struct {
	Observation
	Withdrawn time.Time // when its release was withdrawn, zero if it was not
}

// stood tells whether a version's release was visible at a moment.
func (v Version) stood(at time.Time) bool {
	return !v.Released.After(at) && (v.Withdrawn.IsZero() || v.Withdrawn.After(at))
}

// AsOf reads what stood at a moment out of all versions of some cells, in the order that a store gives observations in: of
// each dataset's word on a cell the newest counts, a deletion hides it, and where two datasets have one the newer release counts.
func AsOf(versions []Version, at time.Time) []Observation {
	key := func(o Observation) string {
		return strings.Join([]string{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown}, "\x00")
	}
	newest := map[string]Observation{} // by dataset and cell
	for _, v := range versions {
		k := v.Dataset + "\x00" + key(v.Observation)
		if old, ok := newest[k]; v.stood(at) && (!ok || v.Release > old.Release) {
			newest[k] = v.Observation
		}
	}
	cells := map[string]Observation{}
	for _, o := range newest {
		if old, ok := cells[key(o)]; o.Missing != Deleted && (!ok || o.Release > old.Release) {
			cells[key(o)] = o
		}
	}
	out := make([]Observation, 0, len(cells))
	for _, o := range cells {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Observation) int {
		return cmp.Or(strings.Compare(a.Indicator, b.Indicator), strings.Compare(a.Variant, b.Variant), strings.Compare(a.Area, b.Area),
			strings.Compare(a.Breakdown, b.Breakdown), strings.Compare(string(a.Sex), string(b.Sex)), strings.Compare(a.Age, b.Age),
			a.Period.Start.Compare(b.Period.Start), strings.Compare(a.Period.String(), b.Period.String()))
	})
	return out
}
