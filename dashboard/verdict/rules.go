package verdict

import (
	"math"
	"slices"

	"utfall/schema"
	"utfall/stats"
)

// side is one side of a ratio: a point over a population.
type side struct {
	Point
	population float64
}

// ratioOf gives one figure over another. Counts of persons and events get exact limits (stats.RateRatio), taken at the
// ends of what rounded figures may stand for; other figures only the range that rounding leaves, if they are rounded.
func ratioOf(a, b side, chance bool) (Estimate, bool) {
	if b.Value <= 0 || a.Value < 0 {
		return Estimate{}, false
	}
	e := Estimate{Value: a.Value / a.population / (b.Value / b.population)}
	if chance {
		low, _, err := stats.RateRatio(group(math.Floor(a.Low), a), group(math.Ceil(b.High), b), stats.Level95)
		high, _, err2 := stats.RateRatio(group(math.Ceil(a.High), a), group(math.Floor(b.Low), b), stats.Level95)
		if err != nil || err2 != nil {
			return Estimate{}, false
		}
		e.Lower, e.Upper, e.Method = &low.Lower, high.Upper, string(low.Method)
		return e, true
	}
	if a.Low != a.High || b.Low != b.High {
		low, high := a.Low/a.population/(b.High/b.population), a.High/a.population/(b.Low/b.population)
		e.Lower, e.Upper, e.Method = &low, &high, "rounding"
	}
	return e, true
}

func group(events float64, s side) stats.RateGroup {
	return stats.RateGroup{Events: events, Population: s.population}
}

// ratio sets a series over another in one period.
func (t *Tester) ratio(v *Variant, other []Point) {
	r := v.Rule
	a, b, ok := t.samePeriod(v, other)
	if !ok {
		v.fail(NoFigures)
		return
	}
	v.Used = []Used{{Role: "top", Selection: *v.Series, Point: a}, {Role: "bottom", Selection: *v.Against, Point: b}}
	length := 1.0
	if r.Yearly {
		length = (a.Period.End.Sub(a.Period.Start).Hours()/24 + 1) / 365.25
	}
	e, ok := ratioOf(side{a, length}, side{b, 1}, r.Interval != "none" && t.chance(*v.Series) && t.chance(*v.Against))
	if !ok {
		v.fail(TooFew)
		return
	}
	v.decide(e)
}

func (t *Tester) samePeriod(v *Variant, other []Point) (a, b Point, ok bool) {
	code := v.Rule.Period
	if code == schema.LatestPeriod {
		for _, p := range slices.Backward(v.Course) {
			if q, ok := at(other, p.Year); ok {
				return p, q, true
			}
		}
		return a, b, false
	}
	if p, err := schema.ParsePeriod(code); err == nil && p.Kind == schema.Year {
		a, ok = at(v.Course, p.Start.Year())
		b, ok2 := at(other, p.Start.Year())
		return a, b, ok && ok2
	}
	a, ok = t.exact(*v.Series, code)
	b, ok2 := t.exact(*v.Against, code)
	return a, b, ok && ok2
}

// change sets a later year over an earlier one, for every pair of years that the rule allows; the pair nearest to the
// years it names decides.
func (t *Tester) change(v *Variant) {
	froms, tos, ok := ends(v)
	if !ok {
		v.fail(NoFigures)
		return
	}
	for i, from := range froms {
		for j, to := range tos {
			if to.Year <= from.Year {
				continue
			}
			e, used, reason := t.changeOf(v, from, to)
			switch {
			case i == 0 && j == 0 && reason != None:
				v.fail(reason)
				v.Used = used
				return
			case i == 0 && j == 0:
				v.Used = used
				v.decide(e)
			case reason == None:
				verdict, _ := judge(v.Rule, e)
				v.Others = append(v.Others, Other{from, to, e, verdict})
			}
		}
	}
	if v.Verdict == Supported && v.elsewhere() {
		v.Verdict, v.Reason = Partly, OtherYear
	}
	for _, o := range v.Others {
		if v.Verdict != Contradicted && o.Verdict == Contradicted || v.Verdict == Contradicted && o.Verdict == Supported {
			v.Verdict, v.Reason = Depends, BaseYear
		}
	}
}

// elsewhere tells whether the years that decided are not those that the rule names.
func (v *Variant) elsewhere() bool {
	for i, code := range []string{v.Rule.From, v.Rule.To} {
		if year, ok := yearOf(code, v.Course); ok && v.Used[i].Point.Year != year {
			return true
		}
	}
	return false
}

// ends gives the points that may stand for from and to, the deciding ones first.
func ends(v *Variant) (froms, tos []Point, ok bool) {
	r := v.Rule
	from, okFrom := yearOf(r.From, v.Course)
	to, okTo := yearOf(r.To, v.Course)
	if !okFrom || !okTo {
		return nil, nil, false
	}
	froms, tos = within(v.Course, from, r.Within), within(v.Course, to, r.Within)
	return froms, tos, len(froms) > 0 && len(tos) > 0 && tos[0].Year > froms[0].Year
}

func (t *Tester) changeOf(v *Variant, from, to Point) (Estimate, []Used, Reason) {
	before, popBefore, okBefore := t.population(v.Rule, from.Year)
	after, popAfter, okAfter := t.population(v.Rule, to.Year)
	used := []Used{{"from", *v.Series, from, popBefore}, {"to", *v.Series, to, popAfter}}
	switch {
	case !okBefore || !okAfter:
		return Estimate{}, used, NoFigures
	case t.broken(*v.Series, from.Year, to.Year):
		return Estimate{}, used, NotComparable
	}
	e, ok := ratioOf(side{to, after}, side{from, before}, v.Rule.Interval != "none" && t.chance(*v.Series))
	if !ok {
		return Estimate{}, used, TooFew
	}
	return e, used, None
}

// steps looks at every change from one year to the next. One that goes the wrong way contradicts; a year without a
// figure leaves it open.
func (t *Tester) steps(v *Variant, leftOut bool) {
	from, okFrom := yearOf(v.Rule.From, v.Course)
	to, okTo := yearOf(v.Rule.To, v.Course)
	if !okFrom || !okTo {
		v.fail(NoFigures)
		return
	}
	var span []Point
	for _, p := range v.Course {
		if p.Year >= from && p.Year <= to {
			span = append(span, p)
			v.Used = append(v.Used, Used{Role: "level", Selection: *v.Series, Point: p})
		}
	}
	if len(span) < 2 {
		v.fail(YearsMissing)
		if leftOut {
			v.Reason = NotComparable
		}
		return
	}
	if t.broken(*v.Series, span[0].Year, span[len(span)-1].Year) {
		v.fail(NotComparable)
		return
	}
	v.Verdict = Supported
	gap := span[0].Year != from
	for i := 1; i < len(span); i++ {
		s := stepOf(span[i-1], span[i])
		v.Steps = append(v.Steps, s)
		gap = gap || s.Gap
		z := meets(v.Rule.Support, Estimate{Value: float64(s.Sign)})
		switch {
		case s.Sign == 0 && v.Verdict == Supported && !exactly(s):
			v.Verdict, v.Reason = Partly, Uncertain
		case !z.value && (s.Sign != 0 || exactly(s)):
			v.Verdict, v.Reason = Contradicted, None
		}
	}
	if gap && v.Verdict != Contradicted {
		v.fail(YearsMissing)
	}
}

// exactly tells whether both ends of a step are exact figures.
func exactly(s Step) bool { return s.From.Low == s.From.High && s.To.Low == s.To.High }

func stepOf(a, b Point) Step {
	s := Step{From: a, To: b, Gap: b.Year != a.Year+1}
	switch {
	case b.Low > a.High:
		s.Sign = 1
	case b.High < a.Low:
		s.Sign = -1
	}
	return s
}

// The least that a trend is drawn through.
const (
	leastYears  = 5
	leastEvents = 20
)

// trend fits a yearly percent change: a log-linear model of counts (stats.TrendPoisson), or Sen's slope of other values.
func (t *Tester) trend(v *Variant) {
	r := v.Rule
	var span []Point
	var years []int
	var values, populations []float64
	total := 0.0
	from, since := yearOf(r.From, v.Course)
	for _, p := range v.Course {
		people, pop, ok := t.population(r, p.Year)
		if !ok || since && r.From != "" && p.Year < from || provisional(p) {
			continue
		}
		span = append(span, p)
		years, values, populations = append(years, p.Year), append(values, p.Value), append(populations, people)
		v.Used = append(v.Used, Used{"level", *v.Series, p, pop})
	}
	if n := len(span) - r.Last; r.Last > 0 && n > 0 {
		span, years, values, populations, v.Used = span[n:], years[n:], values[n:], populations[n:], v.Used[n:]
	}
	for _, x := range values {
		total += x
	}
	if len(span) < leastYears || t.chance(*v.Series) && total < leastEvents {
		v.fail(TooFew)
		return
	}
	v.Years = [2]int{years[0], years[len(years)-1]}
	if t.broken(*v.Series, v.Years[0], v.Years[1]) {
		v.fail(NotComparable)
		return
	}
	if e, ok := slopeOf(years, values, populations, t.chance(*v.Series)); ok {
		v.decide(e)
	} else {
		v.fail(TooFew)
	}
}

func provisional(p Point) bool {
	return slices.ContainsFunc(p.Parts, func(o schema.Observation) bool { return schema.HasFlag(o.Flags, schema.Provisional) })
}

func slopeOf(years []int, values, populations []float64, chance bool) (Estimate, bool) {
	if chance {
		fitted, err := stats.TrendPoisson(stats.RateSeries{Years: years, Counts: values, Populations: populations}, stats.Level95)
		if err != nil {
			return Estimate{}, false
		}
		apc := fitted.QuasiPoisson.APC
		return Estimate{apc.Value, &apc.Lower, &apc.Upper, "quasi_poisson"}, true
	}
	test, err := stats.MannKendall(values, stats.Level95)
	if err != nil {
		return Estimate{}, false
	}
	return Estimate{test.Slope, test.Lower, test.Upper, "sen"}, true
}

// level compares a figure with a number.
func (t *Tester) level(v *Variant) {
	year, ok := yearOf(v.Rule.Period, v.Course)
	p, found := at(v.Course, year)
	if !ok || !found {
		v.fail(NoFigures)
		return
	}
	v.Used = []Used{{Role: "level", Selection: *v.Series, Point: p}}
	e := Estimate{Value: p.Value}
	if v.Rule.Interval != "none" && t.chance(*v.Series) {
		low, err := stats.Count(math.Floor(p.Low), stats.Level95)
		high, err2 := stats.Count(math.Ceil(p.High), stats.Level95)
		if err == nil && err2 == nil {
			e.Lower, e.Upper, e.Method = &low.Lower, &high.Upper, string(low.Method)
		}
	}
	v.decide(e)
}
