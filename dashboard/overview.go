package dashboard

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/chart"
	"utfall/dashboard/format"
	"utfall/schema"
)

const country = "SE" // what a Swedish area is compared with

type overviewPage struct {
	*view
	Area      schema.Area
	Areas     []areaGroup
	Search    string
	Themes    []themeRows
	Elsewhere []schema.Indicator // no figures for the area
	Count     int
	Compare   bool
	Error     bool
	Judged    int        // indicators with a better and a worse direction, and a trend that could be judged
	Worse     []worseRow // of those, the ones that are getting worse
}

type worseRow struct{ Name, Link, Trend string }

type areaGroup struct {
	Label string
	Areas []schema.Area
}

type themeRows struct {
	Label string
	Rows  []overviewRow
}

type overviewRow struct {
	schema.Indicator
	Name, Unit, Detail, Value, Interval, Period, Trend, Change, Country, Released string
	Spark                                                                         template.HTML
	Link                                                                          string
}

// overview shows the newest figure of every indicator for one area.
func (s *Server) overview(c *fiber.Ctx, v *view) (asset, error) {
	code := cmp.Or(v.Query.Get("area"), country)
	area, ok := s.Catalogue.Areas.Get(code)
	if !ok {
		return asset{}, refuse(fiber.StatusNotFound, "Området ”"+short(code)+"” finns inte. Välj ett område i listan på översikten.",
			"There is no area “"+short(code)+"”. Choose one from the list on the overview.")
	}
	v.Title = area.Name.In(v.Lang)
	p := overviewPage{view: v, Area: area, Areas: s.areaGroups(v.Lang), Search: v.Query.Get("q"), Compare: area.Parent != "" && strings.HasPrefix(code, "SE-")}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	areas := []string{code}
	if p.Compare {
		areas = append(areas, country)
	}
	figures, err := s.Reader.Series(ctx, schema.Query{Areas: areas, AsOf: v.AsOf})
	if err != nil {
		s.Logger.Error("overview", "area", code, "error", err)
		p.Error, v.whole = true, false
	}
	s.fill(&p, figures)
	return s.html("overview", p)
}

func (s *Server) fill(p *overviewPage, figures []schema.Observation) {
	here, there := map[string][]schema.Observation{}, map[string][]schema.Observation{}
	for _, o := range figures {
		if o.Area == p.Area.Code {
			here[o.Indicator] = append(here[o.Indicator], o)
		} else {
			there[o.Indicator] = append(there[o.Indicator], o)
		}
	}
	for _, theme := range s.Catalogue.Themes {
		rows := themeRows{Label: theme.Label.In(p.Lang)}
		for _, ind := range s.Catalogue.Indicators {
			if ind.Theme != theme.ID || !ind.OnOverview() || !matches(ind, p.Search) {
				continue
			}
			main, ok := mainLine(s.lines(here[ind.ID]))
			if !ok {
				p.Elsewhere = append(p.Elsewhere, ind)
				continue
			}
			rows.Rows = append(rows.Rows, s.overviewRow(p, ind, main, there[ind.ID]))
			s.judge(p, rows.Rows[len(rows.Rows)-1], main.regular())
		}
		if len(rows.Rows) > 0 {
			p.Themes = append(p.Themes, rows)
			p.Count += len(rows.Rows)
		}
	}
}

func (s *Server) overviewRow(p *overviewPage, ind schema.Indicator, main line, country []schema.Observation) overviewRow {
	unit, _ := s.Catalogue.Unit(ind.Unit)
	figures := main.regular()
	row := overviewRow{Indicator: ind, Name: ind.Label.In(p.Lang), Unit: unit.Label.In(p.Lang), Detail: main.name(ind, p.Lang, false),
		Link: p.Link("/indikator/"+ind.ID, "area", p.Area.Code)}
	last, before, ok := latest(figures)
	if !ok {
		last = figures[len(figures)-1]
	}
	row.Value, row.Period = s.value(ind, last, p.Lang), format.Period(last.Period, p.Lang)
	row.Released, row.Interval = format.Date(last.Released, p.Lang), s.interval(ind, last, p.Lang)
	row.Trend, _, _ = s.trend(ind, figures, p.Lang)
	if ok {
		row.Change = s.change(ind, before, last, p.Lang)
		row.Spark = chart.Sparkline(s.points(ind, figures, p.Lang), row.Name+", "+format.Period(figures[0].Period, p.Lang)+"–"+row.Period)
	}
	for _, o := range country {
		if o.Variant == last.Variant && o.Sex == last.Sex && o.Age == last.Age && o.Breakdown == last.Breakdown && o.Period.String() == last.Period.String() {
			if !ind.Kind.IsCount() { // a municipality's count says nothing beside the country's
				row.Country = s.value(ind, o, p.Lang)
			}
		}
	}
	return row
}

// judge counts an indicator whose trend can be better or worse, and lists it if it is worse.
func (s *Server) judge(p *overviewPage, row overviewRow, figures []schema.Observation) {
	words, years, r := s.trend(row.Indicator, figures, p.Lang)
	if row.Direction == schema.NoJudgement || years == "" {
		return
	}
	p.Judged++
	if turns(row.Indicator, r.State) == worse {
		p.Worse = append(p.Worse, worseRow{row.Name, row.Link, words + ", " + years})
	}
}

// matches tells whether every word of a search stands in an indicator's label, definition or id, whatever its accents.
func matches(ind schema.Indicator, search string) bool {
	text := fold(ind.Label.SV + " " + ind.Label.EN + " " + ind.Definition.SV + " " + ind.Definition.EN + " " + ind.ID)
	for w := range strings.FieldsSeq(fold(search)) {
		if !strings.Contains(text, w) && !misspelt(text, w) {
			return false
		}
	}
	return true
}

// misspelt tells whether a word stands in a text but for a slip: one letter in a word of five or more, two in one of nine
// or more. Swedish compounds are long, so the beginning of a word is enough.
func misspelt(text, word string) bool {
	slips := len(word) / 5
	if slips > 2 {
		slips = 2
	}
	if slips == 0 {
		return false
	}
	for t := range strings.FieldsSeq(text) {
		for n := len(word) - slips; n <= len(word)+slips; n++ {
			if n <= len(t) && levenshtein.ComputeDistance(t[:n], word) <= slips {
				return true
			}
		}
	}
	return false
}

var folded = strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u", "ø", "o", "æ", "a", "-", " ", "_", " ")

func fold(s string) string {
	return folded.Replace(strings.Map(unicode.ToLower, s))
}

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

// Counted says how much the page shows.
func (p overviewPage) Counted() string {
	n := format.Number(float64(p.Count), 0, p.Lang)
	if p.Count == 1 {
		return p.T("En indikator har siffror för området", "One indicator has figures for the area") + p.rest()
	}
	return n + p.T(" indikatorer har siffror för området", " indicators have figures for the area") + p.rest()
}

func (p overviewPage) rest() string {
	if len(p.Elsewhere) == 0 {
		return "."
	}
	return p.T("; ", "; ") + format.Number(float64(len(p.Elsewhere)), 0, p.Lang) + p.T(" är inte publicerade för det.", " are not published for it.")
}

// JudgedWords says how many indicators could be judged: the list is short because few can, not because all is well.
func (p overviewPage) JudgedWords() string {
	n := format.Number(float64(p.Judged), 0, p.Lang)
	if p.Judged == 1 {
		return p.T("En indikator har både en bedömning och en trend som går att pröva; övriga räknas inte här.", "One indicator has both a judgement and a trend that can be tested; the others do not count here.")
	}
	return n + p.T(" indikatorer har både en bedömning och en trend som går att pröva; övriga räknas inte här.", " indicators have both a judgement and a trend that can be tested; the others do not count here.")
}
