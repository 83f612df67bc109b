package verdict

import (
	"math"
	"slices"

	"utfall/schema"
)

// Tester holds the figures of one moment, by series.
type Tester struct {
	catalogue *schema.Catalogue
	series    map[key][]schema.Observation
}

type key struct{ indicator, variant, area, sex, age string }

// NewTester sorts the figures of a moment. Parts of a breakdown (a substance, a setting) are left out: a selection
// asks for totals.
func NewTester(c *schema.Catalogue, figures []schema.Observation) *Tester {
	t := &Tester{catalogue: c, series: map[key][]schema.Observation{}}
	for _, o := range figures {
		if o.Breakdown == "" {
			k := key{o.Indicator, o.Variant, o.Area, string(o.Sex), o.Age}
			t.series[k] = append(t.series[k], o)
		}
	}
	return t
}

func (t *Tester) of(s schema.Selection) []schema.Observation {
	return t.series[key{s.Indicator, s.Variant, s.Area, string(s.Both()), s.Ages()}]
}

// unfit are the flags of figures that cannot be compared with others of their series.
var unfit = []schema.Flag{schema.Partial, schema.GeneralLevel, schema.FirstPublished, schema.Predicted}

func fit(o schema.Observation) bool {
	if o.Missing != schema.Present {
		return false
	}
	return !slices.ContainsFunc(unfit, func(f schema.Flag) bool { return schema.HasFlag(o.Flags, f) })
}

// Course gives a selection year by year, oldest first, without figures that cannot be compared with the others.
func (t *Tester) Course(s schema.Selection) []Point {
	points, _ := t.course(s)
	return points
}

// course gives a selection year by year, oldest first; the second answer tells whether figures were left out because
// they cannot be compared. A sum has the years that all of its parts have.
func (t *Tester) course(s schema.Selection) (points []Point, leftOut bool) {
	years, leftOut := t.years(s)
	for _, part := range s.Plus {
		more, out := t.years(part)
		leftOut = leftOut || out
		for y, p := range years {
			q, ok := more[y]
			if !ok {
				delete(years, y)
				continue
			}
			years[y] = sum(p, q)
		}
	}
	for _, p := range years {
		points = append(points, p)
	}
	slices.SortFunc(points, func(a, b Point) int { return a.Year - b.Year })
	return points, leftOut
}

func sum(p, q Point) Point {
	return Point{Year: p.Year, Period: p.Period, Value: p.Value + q.Value, Low: p.Low + q.Low, High: p.High + q.High,
		Parts: append(slices.Clone(p.Parts), q.Parts...)}
}

// years takes for each year the figure about the whole year, or else about a day or a month in it. A stretch of years,
// or of some months, is no year.
func (t *Tester) years(s schema.Selection) (out map[int]Point, leftOut bool) {
	rank := map[schema.PeriodKind]int{schema.Year: 3, schema.Day: 2, schema.Month: 1}
	out = map[int]Point{}
	best := map[int]int{}
	for _, o := range t.of(s) {
		r, y := rank[o.Period.Kind], o.Period.Start.Year()
		if r == 0 || r < best[y] {
			continue
		}
		if !fit(o) {
			leftOut = leftOut || o.Missing == schema.Present
			continue
		}
		best[y] = r
		out[y] = point(o)
	}
	return out, leftOut
}

func point(o schema.Observation) Point {
	low, high := bounds(o)
	return Point{Year: o.Period.Start.Year(), Period: o.Period, Value: o.Value, Low: low, High: high, Parts: []schema.Observation{o}}
}

// exact gives the figure of one period that is written in full, such as 2005-02/2007-01.
func (t *Tester) exact(s schema.Selection, code string) (Point, bool) {
	for _, o := range t.of(s) {
		if o.Period.String() == code && fit(o) {
			return point(o), true
		}
	}
	return Point{}, false
}

// bounds says what a printed figure may stand for. A rounded one lies within half of its last written place, one that is
// called approximate within a whole place, and one that is called "more than" from it to one place above. Rounding is
// taken to leave at least two digits: 2 000 is rounded to hundreds.
func bounds(o schema.Observation) (low, high float64) {
	v := o.Value
	place := lastPlace(v)
	switch {
	case schema.HasFlag(o.Flags, schema.LowerBound):
		return v, v + place
	case schema.HasFlag(o.Flags, schema.Approximate):
		return v - place, v + place
	case schema.HasFlag(o.Flags, schema.Rounded):
		return v - place/2, v + place/2
	}
	return v, v
}

func lastPlace(v float64) float64 {
	if v < 10 || v != math.Trunc(v) {
		return 0
	}
	place := 1.0
	for math.Mod(v, place*10) == 0 && place*100 <= v {
		place *= 10
	}
	if place == 1 {
		return 0
	}
	return place
}

// broken tells whether the counting changed between two years of a selection.
func (t *Tester) broken(s schema.Selection, from, to int) bool {
	for _, part := range append([]schema.Selection{s}, s.Plus...) {
		ind, _ := t.catalogue.Indicator(part.Indicator)
		for _, k := range ind.Breaks {
			p, err := schema.ParsePeriod(k.Period)
			if err == nil && (k.Area == "" || k.Area == part.Area) && (k.Variant == "" || k.Variant == part.Variant) &&
				p.Start.Year() > from && p.Start.Year() <= to {
				return true
			}
		}
		for _, o := range t.of(part) {
			if y := o.Period.Start.Year(); y > from && y <= to && schema.HasFlag(o.Flags, schema.SeriesBreak) {
				return true
			}
		}
	}
	return false
}

// chance tells whether limits by chance are honest for a selection: it counts persons or events, each once, and neither
// things such as regions, which are what they are, nor visits, of which one person makes many.
func (t *Tester) chance(s schema.Selection) bool {
	ind, _ := t.catalogue.Indicator(s.Indicator)
	return ind.Kind.Independent()
}

// at finds the point of a year.
func at(points []Point, year int) (Point, bool) {
	i := slices.IndexFunc(points, func(p Point) bool { return p.Year == year })
	if i < 0 {
		return Point{}, false
	}
	return points[i], true
}

// within gives the points at most so many years from a year, nearest first, the earlier of two equally near first.
func within(points []Point, year, years int) []Point {
	var out []Point
	for _, p := range points {
		if abs(p.Year-year) <= years {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Point) int { return abs(a.Year-year) - abs(b.Year-year) })
	return out
}

func abs(n int) int { return max(n, -n) }

// yearOf gives the year that a rule names; the newest year of the points for "latest".
func yearOf(code string, points []Point) (int, bool) {
	if code == schema.LatestPeriod {
		if len(points) == 0 {
			return 0, false
		}
		return points[len(points)-1].Year, true
	}
	p, err := schema.ParsePeriod(code)
	return p.Start.Year(), err == nil
}
