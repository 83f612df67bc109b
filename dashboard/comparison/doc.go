// Package comparison sets the areas of one indicator side by side: which areas are of one sort, which figures of theirs may
// stand together, how each differs from the one that is looked at, which are alike, and how far chance scatters them.
//
// It owns the choice of method for a pair of figures and the rule by which areas are called alike, and no formula and no
// words: the formulas are those of stats. It may import schema, stats and the standard library; it does no I/O. Nothing here
// puts areas in an order: areas whose difference is not established have none.
package comparison

import "utfall/schema"

// Group is a set of areas of one sort, which may be compared with each other.
type Group struct {
	ID    string // in addresses: kommun, region, land, plats, or the code of the country whose parts they are
	Level schema.Level
	In    string // the country that they lie in, "" for countries and places
}

// The groups that have names of their own.
const (
	Municipalities = "kommun"
	Regions        = "region"
	Countries      = "land"
	Places         = "plats"
)

const sweden = "SE"

// GroupOf gives the group that an area belongs to; the world and groups of countries belong to none.
func GroupOf(areas *schema.Areas, code string) (Group, bool) {
	a, ok := areas.Get(code)
	if !ok {
		return Group{}, false
	}
	land := countryOf(areas, a)
	switch a.Level {
	case schema.Municipality:
		return Group{Municipalities, a.Level, land}, true
	case schema.Country:
		return Group{Countries, a.Level, ""}, true
	case schema.Place:
		return Group{Places, a.Level, ""}, true
	case schema.Region:
		if land == sweden {
			return Group{Regions, a.Level, land}, true
		}
		return Group{land, a.Level, land}, true
	}
	return Group{}, false
}

func countryOf(areas *schema.Areas, a schema.Area) string {
	for ok := true; ok && a.Level != schema.Country; a, ok = areas.Get(a.Parent) {
		if a.Parent == "" {
			return ""
		}
	}
	return a.Code
}

// Members gives every area of a group that the program knows, in the order of the file.
func (g Group) Members(areas *schema.Areas) []schema.Area {
	var out []schema.Area
	for _, a := range areas.All() {
		if h, ok := GroupOf(areas, a.Code); ok && h == g {
			out = append(out, a)
		}
	}
	return out
}

// Lies tells whether the first area lies in the second, at any depth.
func Lies(areas *schema.Areas, inner, outer string) bool {
	for a, ok := areas.Get(inner); ok && a.Parent != ""; a, ok = areas.Get(a.Parent) {
		if a.Parent == outer {
			return true
		}
	}
	return false
}
