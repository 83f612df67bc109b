package interrupted

import (
	"math"
	"slices"

	"utfall/schema"
	"utfall/stats"
	"utfall/stats/effect"
)

// Input is a series, the event, and what it is put beside.
type Input struct {
	Event      schema.Event
	Indicator  schema.Indicator
	Area       string
	Figures    []schema.Observation            // of the area, one line, oldest first
	Population map[int]float64                 // of the area by year; nil where there is none
	Others     map[string][]schema.Observation // the same line of areas that the event did not touch
	Placebos   []Series                        // series of the area that the event should not bear on
}

// Series is one line of an indicator, oldest first.
type Series struct {
	Indicator schema.Indicator
	Figures   []schema.Observation
}

// New studies a series before and after an event. There is always an answer; where no estimate is honest it says why.
func New(in Input) Study {
	s := Study{Event: in.Event, Indicator: in.Indicator, Area: in.Area}
	if len(in.Figures) == 0 {
		s.NotDone = NoFigures
		return s
	}
	s.sort(in.Figures)
	if !in.Event.Exact() {
		s.NotDone = NoDate
		return s
	}
	s.model(in)
	s.timing(in)
	s.turned()
	s.compare(in.Others)
	for _, p := range in.Placebos {
		s.Untouched = append(s.Untouched, New(Input{Event: in.Event, Indicator: p.Indicator, Area: in.Area, Figures: p.Figures, Population: in.Population}))
	}
	return s
}

// counts tells whether the series is of persons, events or stays, which have a count's spread.
func (s *Study) counts() bool {
	k := s.Indicator.Kind
	return k.IsCount() && k != schema.Units && k != schema.Population
}

// model fits what the length of the series allows.
func (s *Study) model(in Input) {
	least := min(s.Before, s.After)
	switch {
	case least < LeastForLevel:
		s.NotDone = FewYears
		return
	case s.counts() && min(s.EventsBefore, s.EventsAfter) < LeastEvents:
		s.NotDone = FewEvents
		if d, err := stats.DetectableChange(math.Round(s.EventsBefore), float64(s.Before), float64(s.After), 0.05, 0.8); err == nil {
			s.Detectable = &d
		}
		return
	}
	slope := least >= LeastForSlope
	idx := s.used()
	time, y, pop := s.columns(idx, in.Population)
	terms, err := effect.Segmented(time, s.Before, slope)
	if err != nil {
		s.NotDone = NotEstimable
		return
	}
	coef, err := s.fit(terms, y, pop)
	if err != nil {
		s.NotDone = NotEstimable
		return
	}
	s.Model = LevelModel
	if slope {
		s.Model = SlopeModel
	}
	s.lines(idx, terms, coef, pop)
	s.placebo(time, y, pop)
}

// turned takes back an estimate of the level alone where the slope has changed as well: a model that keeps the slope then
// describes neither side.
func (s *Study) turned() {
	if s.Model != LevelModel || s.Timing == nil || s.Timing.Change.Lower <= 0 && s.Timing.Change.Upper >= 0 {
		return
	}
	s.Model, s.NotDone = NoModel, CourseTurned
	s.Count, s.Linear, s.Placebo = nil, nil, Placebo{}
	for i := range s.Years {
		s.Years[i].Fitted, s.Years[i].Without = nil, nil
	}
}

// columns gives time in years from the first figure, the values, and the population if every year has one.
func (s *Study) columns(idx []int, population map[int]float64) (time, y, pop []float64) {
	first := middle(s.Years[idx[0]].Figure.Period)
	for _, i := range idx {
		o := s.Years[i].Figure
		time, y = append(time, middle(o.Period)-first), append(y, o.Value)
		if n, ok := population[o.Period.Start.Year()]; ok && n > 0 {
			pop = append(pop, n)
		}
	}
	if !s.counts() || len(pop) != len(idx) {
		return time, y, nil
	}
	s.Rates = true
	return time, y, pop
}

// fit gives the coefficients, the constant first.
func (s *Study) fit(terms []effect.Term, y, pop []float64) ([]float64, error) {
	var coef []float64
	if s.counts() {
		f, err := effect.FitCountITS(effect.CountSeries{Counts: y, Population: pop, Terms: terms})
		if err != nil {
			return nil, err
		}
		s.Count = &f
		for _, t := range f.Terms {
			coef = append(coef, t.Estimate)
		}
		return coef, nil
	}
	f, err := effect.FitLinearITS(effect.LinearSeries{Y: y, Terms: terms, Lag: effect.UsualLag})
	if err != nil {
		return nil, err
	}
	s.Linear = &f
	for _, t := range f.Terms {
		coef = append(coef, t.Estimate)
	}
	return coef, nil
}

// lines works out the model's values, with the event and without it.
func (s *Study) lines(idx []int, terms []effect.Term, coef, pop []float64) {
	for n, i := range idx {
		with, without := coef[0], coef[0]
		for j, t := range terms {
			with += coef[j+1] * t.Values[n]
			if !t.Intervention {
				without += coef[j+1] * t.Values[n]
			}
		}
		if s.Count != nil {
			people := 1.0
			if pop != nil {
				people = pop[n]
			}
			with, without = math.Exp(with)*people, math.Exp(without)*people
		}
		s.Years[i].Fitted = &with
		if s.Years[i].Side == After {
			s.Years[i].Without = &without
		}
	}
}

// placebo moves the event to every other year that leaves enough on either side, and counts how many of them give at
// least as large a change of level. If many do, the change at the event is nothing special.
func (s *Study) placebo(time, y, pop []float64) {
	at := func(cut int) (float64, bool) {
		terms, err := effect.Segmented(time, cut, false)
		if err != nil {
			return 0, false
		}
		probe := Study{Indicator: s.Indicator}
		coef, err := probe.fit(terms, y, pop)
		if err != nil {
			return 0, false
		}
		return math.Abs(coef[1]), true
	}
	own, ok := at(s.Before)
	if !ok {
		return
	}
	for cut := LeastForLevel; cut <= len(y)-LeastForLevel; cut++ {
		if cut == s.Before {
			continue
		}
		if size, ok := at(cut); ok {
			s.Placebo.Tried++
			if size >= own {
				s.Placebo.AsLarge++
			}
		}
	}
}

// direction is the way in which the figures after the event differ from the course before it; unstated without a model.
func (s *Study) direction() effect.Claim {
	var fitted, without float64
	for _, y := range s.Years {
		if y.Without != nil {
			fitted, without = fitted+*y.Fitted, without+*y.Without
		}
	}
	switch {
	case fitted < without:
		return effect.Fall
	case fitted > without:
		return effect.Rise
	}
	return effect.Unstated
}

// timing asks which came first, the event or the change that somebody might put down to it. An event of which only the year is known is put in the middle
// of it, so that the year belongs to neither side.
func (s *Study) timing(in Input) {
	moment := in.Event.Moment()
	if in.Event.Period().Kind == schema.Year {
		moment = moment.AddDate(0, 6, 0)
	}
	t := effect.TimingInput{Event: moment, Claim: s.direction()}
	for _, y := range s.Years {
		if y.LeftOut != "" {
			continue
		}
		o := y.Figure
		t.Periods = append(t.Periods, effect.Period{Start: o.Period.Start, End: o.Period.End.AddDate(0, 0, 1)})
		if !s.counts() {
			t.Values = append(t.Values, o.Value)
			continue
		}
		t.Counts = append(t.Counts, o.Value)
		if n, ok := in.Population[o.Period.Start.Year()]; ok && n > 0 {
			t.Population = append(t.Population, n)
		}
	}
	if len(t.Population) != len(t.Counts) {
		t.Population = nil
	}
	if found, err := effect.CauseBeforeEffect(t); err == nil {
		s.Timing = &found
	}
}

// compare sets the area's change beside that of areas which the event did not touch, over the same years.
func (s *Study) compare(others map[string][]schema.Observation) {
	idx := s.used()
	if s.Before < 1 || s.After < 1 || len(others) == 0 {
		return
	}
	treated := make([]float64, len(idx))
	for n, i := range idx {
		treated[n] = s.Years[i].Figure.Value
	}
	ratio, ok := change(treated, s.Before)
	if !ok {
		return
	}
	s.Ratio = &ratio
	var rows [][]float64
	for _, area := range sorted(others) {
		row, ok := s.same(idx, others[area])
		if !ok || len(rows) == mostDonors {
			continue
		}
		r, ok := change(row, s.Before)
		if !ok {
			continue
		}
		rows = append(rows, row)
		s.Controls = append(s.Controls, Control{area, r})
		if math.Abs(math.Log(r)) >= math.Abs(math.Log(ratio)) {
			s.AsLarge++
		}
	}
	if len(rows) == 0 {
		return
	}
	s.differences(treated, rows)
}

// differences estimates on the logarithmic scale, so that areas of unlike size can be set side by side, and by a
// synthetic control where there are enough areas and years for one.
func (s *Study) differences(treated []float64, rows [][]float64) {
	logs := effect.Donors{Treated: logged(treated), Before: s.Before}
	for _, r := range rows {
		logs.Donors = append(logs.Donors, logged(r))
	}
	if e, err := effect.DiffInMeans(logs); err == nil {
		ratio := math.Exp(e.Estimate)
		s.DiD = &ratio
	}
	if len(rows) < leastDonors || s.Before < leastForDonors {
		return
	}
	if c, err := effect.SyntheticControl(effect.Donors{Treated: treated, Donors: rows, Before: s.Before}, effect.SyntheticOptions{Placebos: true}); err == nil {
		s.Synthetic = &c
	}
}

// same gives another area's values in the periods that are used, if it has them all.
func (s *Study) same(idx []int, figures []schema.Observation) ([]float64, bool) {
	values := map[string]float64{}
	for _, o := range figures {
		if unfit(o) == "" && !schema.HasFlag(o.Flags, schema.SeriesBreak) {
			values[o.Period.String()] = o.Value
		}
	}
	out := make([]float64, len(idx))
	for n, i := range idx {
		v, ok := values[s.Years[i].Figure.Period.String()]
		if !ok {
			return nil, false
		}
		out[n] = v
	}
	return out, true
}

// change is the mean after over the mean before; it exists where every value is above zero.
func change(values []float64, before int) (float64, bool) {
	var sum [2]float64
	for i, v := range values {
		if v <= 0 {
			return 0, false
		}
		side := 0
		if i >= before {
			side = 1
		}
		sum[side] += v
	}
	return sum[1] / float64(len(values)-before) / (sum[0] / float64(before)), true
}

func logged(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

func sorted(m map[string][]schema.Observation) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
