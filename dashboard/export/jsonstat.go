package export

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// mostCells bounds the table that the dimensions of a JSON-stat file span, empty cells included.
const mostCells = 5_000_000

// errTooWide says that a file cannot be made because of what was asked for.
var errTooWide = errors.New("that is more than the format holds; ask for fewer indicators or areas, or for csv or parquet")

// total stands in a JSON-stat dimension for an empty variant or breakdown.
const total = "-"

// jsonstatWriter writes a JSON-stat 2.0 dataset (json-stat.org, Badosa): dimensions with roles, values and statuses of the
// cells that there is something in, and an extension with what the standard has no place for. The limits are cells of their
// own along the dimension measure.
type jsonstatWriter struct {
	to      io.Writer
	about   About
	figures []schema.Observation
}

func newJSONStat(w io.Writer, a About) (Writer, error) { return &jsonstatWriter{to: w, about: a}, nil }

func (j *jsonstatWriter) Write(figures []schema.Observation) error {
	j.figures = append(j.figures, figures...)
	return nil
}

type dataset struct {
	Version   string               `json:"version"`
	Class     string               `json:"class"`
	Label     string               `json:"label"`
	Source    string               `json:"source,omitempty"`
	Updated   string               `json:"updated,omitempty"`
	Href      string               `json:"href,omitempty"`
	Note      []string             `json:"note,omitempty"`
	ID        []string             `json:"id"`
	Size      []int                `json:"size"`
	Role      map[string][]string  `json:"role"`
	Dimension map[string]dimension `json:"dimension"`
	Value     map[string]float64   `json:"value"`
	Status    map[string]string    `json:"status,omitempty"`
	Extension map[string]any       `json:"extension"`
}

type dimension struct {
	Label    string   `json:"label"`
	Category category `json:"category"`
	codes    []string
	place    map[string]int
}

type category struct {
	Index []string            `json:"index"`
	Label map[string]string   `json:"label"`
	Unit  map[string]unitText `json:"unit,omitempty"`
}

type unitText struct {
	Label    string `json:"label"`
	Decimals int    `json:"decimals"`
}

// axis is one dimension: its code for a figure, and what that is called.
type axis struct {
	id    string
	label schema.Text
	code  func(schema.Observation) string
	name  func(a About, o schema.Observation) string
}

func axes() []axis {
	return []axis{
		{"indicator", schema.Text{SV: "indikator", EN: "indicator"}, func(o schema.Observation) string { return o.Indicator }, func(a About, o schema.Observation) string {
			ind, _ := a.Catalogue.Indicator(o.Indicator)
			return ind.Label.In(a.Lang)
		}},
		{"variant", schema.Text{SV: "definition", EN: "definition"}, func(o schema.Observation) string { return orTotal(o.Variant) }, variantName},
		{"area", schema.Text{SV: "område", EN: "area"}, func(o schema.Observation) string { return o.Area }, func(a About, o schema.Observation) string {
			area, _ := a.Catalogue.Areas.Get(o.Area)
			return area.Name.In(a.Lang)
		}},
		{"period", schema.Text{SV: "period", EN: "period"}, func(o schema.Observation) string { return o.Period.String() },
			func(a About, o schema.Observation) string { return format.Period(o.Period, a.Lang) }},
		{"sex", schema.Text{SV: "kön", EN: "sex"}, func(o schema.Observation) string { return string(o.Sex) }, func(a About, o schema.Observation) string {
			return orWord(format.Sex(o.Sex, a.Lang), a, "båda könen", "both sexes")
		}},
		{"age", schema.Text{SV: "ålder", EN: "age"}, func(o schema.Observation) string { return o.Age }, func(a About, o schema.Observation) string {
			return orWord(format.Age(o.Age, a.Lang), a, "alla åldrar", "all ages")
		}},
		{"breakdown", schema.Text{SV: "uppdelning", EN: "breakdown"}, func(o schema.Observation) string { return orTotal(o.Breakdown) },
			func(a About, o schema.Observation) string { return orWord(o.Breakdown, a, "totalt", "total") }},
	}
}

func orTotal(s string) string {
	if s == "" {
		return total
	}
	return s
}

func orWord(s string, a About, sv, en string) string {
	if s == "" {
		return schema.Text{SV: sv, EN: en}.In(a.Lang)
	}
	return s
}

func variantName(a About, o schema.Observation) string {
	ind, _ := a.Catalogue.Indicator(o.Indicator)
	for _, v := range ind.Variants {
		if v.ID == o.Variant {
			return v.Label.In(a.Lang)
		}
	}
	return orWord(o.Variant, a, "huvuddefinition", "main definition")
}

// measures are the codes of the last dimension.
var measures = []string{"value", "lower", "upper"}

func (j *jsonstatWriter) Close() error {
	d, err := j.dataset()
	if err != nil {
		return err
	}
	e := json.NewEncoder(j.to)
	return e.Encode(d)
}

func (j *jsonstatWriter) dataset() (*dataset, error) {
	d := &dataset{Version: "2.0", Class: "dataset", Href: j.about.Address, Dimension: map[string]dimension{}, Value: map[string]float64{}, Status: map[string]string{},
		Role: map[string][]string{"time": {"period"}, "geo": {"area"}, "metric": {"indicator"}}}
	sorted := slices.Clone(j.figures)
	slices.SortStableFunc(sorted, func(a, b schema.Observation) int {
		if c := a.Period.Start.Compare(b.Period.Start); c != 0 {
			return c
		}
		return strings.Compare(a.Period.String(), b.Period.String())
	})
	cells := 1
	for _, x := range axes() {
		figures := j.figures
		if x.id == "period" {
			figures = sorted
		}
		dim := newDimension(x.label.In(j.about.Lang))
		for _, o := range figures {
			dim.add(x.code(o), func() string { return x.name(j.about, o) })
		}
		if x.id == "indicator" {
			dim.Category.Unit = j.units(dim.codes)
		}
		if cells *= max(1, len(dim.codes)); cells > mostCells {
			return nil, errTooWide
		}
		d.put(x.id, dim)
	}
	d.put("measure", j.measure())
	if cells*d.Size[len(d.Size)-1] > mostCells {
		return nil, errTooWide
	}
	for _, o := range j.figures {
		d.set(o)
	}
	j.describe(d)
	return d, nil
}

func newDimension(label string) dimension {
	return dimension{Label: label, Category: category{Index: []string{}, Label: map[string]string{}}, place: map[string]int{}}
}

func (d *dimension) add(code string, name func() string) {
	if _, ok := d.place[code]; ok {
		return
	}
	d.place[code] = len(d.codes)
	d.codes = append(d.codes, code)
	d.Category.Index, d.Category.Label[code] = d.codes, name()
}

func (d *dataset) put(id string, x dimension) {
	d.ID, d.Size = append(d.ID, id), append(d.Size, len(x.codes))
	d.Dimension[id] = x
}

func (j *jsonstatWriter) units(ids []string) map[string]unitText {
	out := map[string]unitText{}
	for _, id := range ids {
		ind, _ := j.about.Catalogue.Indicator(id)
		u, _ := j.about.Catalogue.Unit(ind.Unit)
		out[id] = unitText{u.Label.In(j.about.Lang), u.Decimals}
	}
	return out
}

// measure has the limits only where some figure has them.
func (j *jsonstatWriter) measure() dimension {
	out := newDimension(schema.Text{SV: "mått", EN: "measure"}.In(j.about.Lang))
	sure := slices.ContainsFunc(j.figures, func(o schema.Observation) bool { return o.Lower != nil || o.Upper != nil })
	for i, t := range []schema.Text{{SV: "värde", EN: "value"}, {SV: "undre gräns, 95 %", EN: "lower 95% limit"}, {SV: "övre gräns, 95 %", EN: "upper 95% limit"}} {
		if i == 0 || sure {
			out.add(measures[i], func() string { return t.In(j.about.Lang) })
		}
	}
	return out
}

// set fills the cells of a figure. The status of a cell without a value is the reason; of one with a value, its flags.
func (d *dataset) set(o schema.Observation) {
	at := 0
	for i, x := range axes() {
		at = at*d.Size[i] + d.Dimension[x.id].place[x.code(o)]
	}
	at *= d.Size[len(d.Size)-1]
	put := func(measure int, v *float64) {
		if v != nil {
			d.Value[strconv.Itoa(at+measure)] = *v
		}
	}
	switch {
	case o.Missing != schema.Present:
		d.Status[strconv.Itoa(at)] = o.Missing.Public()
	default:
		put(0, &o.Value)
		if o.Flags != "" {
			d.Status[strconv.Itoa(at)] = o.Flags
		}
	}
	put(1, o.Lower)
	put(2, o.Upper)
}

// describe says what the figures are, where they come from and as of when.
func (j *jsonstatWriter) describe(d *dataset) {
	var sources, citations seen
	type release struct {
		Number   uint64 `json:"number"`
		Dataset  string `json:"dataset"`
		Released string `json:"released"`
	}
	releases := []release{}
	for _, o := range j.figures {
		sources.add(o.Source)
		citations.add(o.Source + ": " + o.Citation)
		r := release{o.Release, o.Dataset, o.Released.UTC().Format(momentLayout)}
		if !slices.Contains(releases, r) {
			releases = append(releases, r)
		}
		d.Updated = max(d.Updated, r.Released)
	}
	var labels, licences, attributions, definitions []string
	for _, id := range d.Dimension["indicator"].codes {
		ind, _ := j.about.Catalogue.Indicator(id)
		p, _ := j.about.Catalogue.Publisher(ind.Publisher)
		labels, definitions = append(labels, ind.Label.In(j.about.Lang)), append(definitions, ind.Definition.In(j.about.Lang))
		licences, attributions = append(licences, Licence(p, j.about.Lang)), append(attributions, Attribution(j.about.Catalogue, ind, j.about.Lang))
		for _, c := range ind.Caveats {
			d.Note = append(d.Note, c.In(j.about.Lang))
		}
	}
	status := map[string]string{}
	for _, s := range d.Status {
		words := format.Flags(s, j.about.Lang)
		for _, m := range schema.MissingReasons() {
			if m.Public() == s {
				words = []string{format.Missing(m, j.about.Lang)}
			}
		}
		status[s] = strings.Join(words, ", ")
	}
	d.Label, d.Source = strings.Join(labels, "; "), strings.Join(sources, "; ")
	d.Extension = map[string]any{"utfall": map[string]any{
		"as_of": j.about.Moment().UTC().Format(momentLayout), "made": j.about.Made.UTC().Format(momentLayout), "definition": definitions,
		"attribution": attributions, "licence": licences, "citation": []string(citations), "release": releases, "status": status}}
}

// TooWide tells whether an error says that a file would be too large for its format, which the asker can do something about.
func TooWide(err error) bool { return errors.Is(err, errTooWide) }
