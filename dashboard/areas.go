package dashboard

import (
	"slices"
	"strings"
	"unicode"

	"utfall/schema"
)

// areaGroups lists the areas that one can choose: the country and comparators, the regions, the municipalities.
func (s *Server) areaGroups(lang schema.Lang) []areaGroup {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	groups := []areaGroup{{Label: t("Riket och andra länder", "Sweden and other countries")}, {Label: t("Regioner", "Regions")}, {Label: t("Kommuner", "Municipalities")}}
	other := areaGroup{Label: t("Andra områden", "Other areas")}
	for _, a := range s.Catalogue.Areas.All() {
		swedish := strings.HasPrefix(a.Code, "SE")
		switch {
		case a.Level == schema.Country || a.Level == schema.Group:
			groups[0].Areas = append(groups[0].Areas, a)
		case swedish && a.Level == schema.Region:
			groups[1].Areas = append(groups[1].Areas, a)
		case swedish:
			groups[2].Areas = append(groups[2].Areas, a)
		default:
			other.Areas = append(other.Areas, a)
		}
	}
	for i := range groups {
		from := 0
		if i == 0 {
			from = slices.IndexFunc(groups[0].Areas, func(a schema.Area) bool { return a.Code == country }) + 1
		}
		slices.SortFunc(groups[i].Areas[from:], func(a, b schema.Area) int { return strings.Compare(sortKey(a.Name.In(lang)), sortKey(b.Name.In(lang))) })
	}
	return append(groups, other)
}

// sortKey puts å, ä and ö after z, as Swedish does.
func sortKey(s string) string {
	return strings.NewReplacer("å", "{", "ä", "|", "ö", "}").Replace(strings.Map(unicode.ToLower, s))
}
