package stats

import (
	"errors"
	"math"
	"testing"
)

// What must be refused, by the kinds of bad input that deliveries hold, and with which reason: pages turn it into a sentence.
func TestRefusals(t *testing.T) {
	nan, two := math.NaN(), []float64{1, 2}
	years := func(y ...int) RateSeries {
		s := RateSeries{Years: y}
		for i := range y {
			s.Counts, s.Populations = append(s.Counts, float64(3+i)), append(s.Populations, 1e5)
		}
		return s
	}
	withCount := func(x float64) RateSeries {
		s := years(2020, 2021, 2022, 2023)
		s.Counts[2] = x
		return s
	}
	stratum := func(o, n, w float64) []Stratum { return []Stratum{{Band: "0-4", Events: o, Population: n, Weight: w}} }
	lines := func(x, rates, weights []float64, most int) error {
		_, err := Joinpoint(JoinpointInput{X: x, Rates: rates, Weights: weights, Most: most}, Level95)
		return err
	}
	six := []float64{1, 2, 3, 4, 5, 6}
	for name, c := range map[string]struct {
		err  error
		want Reason
	}{
		"negative count":                  {second(Count(-1, Level95)), NegativeCount},
		"negative count of a rate":        {second(Rate(-1, 10, 1, Level95)), NegativeCount},
		"negative count in a series":      {second(TrendPoisson(withCount(-2), Level95)), NegativeCount},
		"negative count of a band":        {second(DSR(stratum(-1, 10, 1), 1, Level95)), NegativeCount},
		"negative count of an area":       {second(EmpiricalBayes([]float64{-1, 2}, two)), NegativeCount},
		"negative count before":           {second(DetectableChange(-1, 1, 1, 0.05, 0.8)), NegativeCount},
		"half an event compared":          {third(RateRatio(RateGroup{0.5, 10}, RateGroup{1, 10}, Level95)), NotWhole},
		"not a number":                    {second(Count(nan, Level95)), NotFinite},
		"not a number in a series":        {second(MannKendall([]float64{1, 2, nan, 4}, Level95)), NotFinite},
		"not a number among P values":     {second(AdjustP([]float64{nan}, nil, Holm)), NotFinite},
		"not a number among means":        {second(Mean([]float64{1, math.Inf(1)}, Level95)), NotFinite},
		"numerator over denominator":      {second(Proportion(11, 10, 1, Level95)), AboveDenominator},
		"numerator over denominator, two": {second(ProportionDifference(1, 10, 11, 10, Level95)), AboveDenominator},
		"numerator over, of groups":       {second(ProportionTrend([]float64{1, 3}, two, nil)), AboveDenominator},
		"numerator over, of areas":        {third(FunnelSignificance(FunnelProportion, []FunnelArea{{3, 2}})), AboveDenominator},
		"no population":                   {second(Rate(1, 0, 1, Level95)), NoPopulation},
		"negative population":             {second(Rate(1, -5, 1, Level95)), NoPopulation},
		"no population of a share":        {second(Proportion(0, 0, 1, Level95)), NoPopulation},
		"no population of a band":         {second(DSR(stratum(1, 0, 1), 1, Level95)), NoPopulation},
		"no population of an area":        {second(EmpiricalBayes(two, []float64{1, 0})), NoPopulation},
		"no population to compare with":   {third(RateRatio(RateGroup{1, 10}, RateGroup{1, 0}, Level95)), NoPopulation},
		"nothing expected":                {second(ISR([]IndirectStratum{{Events: 1, Population: 10, ReferencePeople: 10}}, 1, 1, Level95)), NotDefined},
		"weights of nothing":              {second(DSR(stratum(12, 10, 0), 1, Level95)), OutOfRange},
		"no bands":                        {second(DSR(nil, 1, Level95)), MissingBands},
		"a missing band":                  {second(ESP2013().Weigh([]Stratum{{Band: "0-4", Population: 1}})), MissingBands},
		"a band twice":                    {second(ESP2013().Weigh([]Stratum{{Band: "0-4"}, {Band: "0-4"}})), MissingBands},
		"a band across an edge":           {second(ESP2013().Between(13, 64)), MissingBands},
		"a suppressed band":               {second(DSR([]Stratum{{Missing: true, Population: 1, Weight: 1}}, 1, Level95)), Missing},
		"a suppressed band, indirectly":   {second(ISR([]IndirectStratum{{Missing: true, Population: 1}}, 1, 1, Level95)), Missing},
		"another standard":                {second(CompareDSR(stratum(12, 10, 1), stratum(12, 10, 2), 1, Level95)), MissingBands},
		"few events standardised":         {second(DSR(stratum(9, 100, 1), 1, Level95)), TooFewEvents},
		"no events in any year":           {second(TrendPoisson(RateSeries{Years: []int{1, 2, 3}, Counts: make([]float64, 3), Populations: []float64{1, 1, 1}}, Level95)), TooFewEvents},
		"a rate of 0 on a log scale":      {lines(six, []float64{1, 2, 0, 4, 5, 6}, six, 1), TooFewEvents},
		"unequal lengths":                 {second(TrendPoisson(RateSeries{Years: []int{1, 2, 3}, Counts: two, Populations: two}, Level95)), UnequalLengths},
		"unequal lengths of groups":       {second(ProportionTrend(two, two, six)), UnequalLengths},
		"unequal lengths of marks":        {second(AdjustP([]float64{0.5}, []bool{true, false}, Holm)), UnequalLengths},
		"unequal lengths of areas":        {second(Quantiles(six, []bool{true}, 2, false)), UnequalLengths},
		"unequal lengths of windows":      {second(RollingRates([]int{1, 2}, two, nil, 1, 1, 1, Level95)), UnequalLengths},
		"unsorted years":                  {second(TrendPoisson(years(2021, 2020, 2022), Level95)), Unordered},
		"a year twice":                    {second(TrendPoisson(years(2020, 2021, 2021), Level95)), Unordered},
		"a year twice, recent":            {second(RecentTrend([]TrendPoint{point(2020, 1), point(2020, 2)})), Unordered},
		"a year twice, pooled":            {second(RollingRates([]int{2020, 2020}, two, two, 2, 1, 1, Level95)), Unordered},
		"a gap between pooled years":      {second(RollingRates([]int{2020, 2022}, two, two, 2, 1, 1, Level95)), Unordered},
		"unsorted joinpoints":             {lines([]float64{1, 2, 2, 4, 5, 6}, six, six, 1), Unordered},
		"a short series":                  {second(TrendPoisson(years(2020, 2021), Level95)), TooFewPoints},
		"a short series of ranks":         {second(MannKendall([]float64{1, 2, 3}, Level95)), TooFewPoints},
		"a short window":                  {second(RollingRates([]int{2020}, []float64{1}, []float64{1}, 3, 1, 1, Level95)), TooFewPoints},
		"one group":                       {second(ProportionTrend([]float64{1}, []float64{2}, nil)), TooFewPoints},
		"one area":                        {second(EmpiricalBayes([]float64{1}, []float64{1})), TooFewPoints},
		"fewer areas than groups":         {second(Quantiles(two, nil, 5, false)), TooFewPoints},
		"no areas":                        {third(FunnelSignificance(FunnelCrudeRate, nil)), TooFewPoints},
		"no values":                       {second(Mean(nil, Level95)), TooFewPoints},
		"groups of one score":             {second(ProportionTrend(two, six[2:4], []float64{3, 3})), NotDefined},
		"points on a line":                {lines(six, []float64{math.E, math.Exp(2), math.Exp(3), math.Exp(4), math.Exp(5), math.Exp(6)}, []float64{1, 1, 1, 1, 1, 1}, 0), NotDefined},
		"no events around which to draw":  {second(FunnelLimits(FunnelCrudeRate, []FunnelArea{{0, 10}}, 1, 1)), NotDefined},
		"events with a rate of 0":         {second(DSRArea(3, 0, 1e5)), NotDefined},
		"limits of width zero":            {second(RecentTrend([]TrendPoint{{Year: 1, Value: 1, Lower: 1, Upper: 1, Level: Level95}})), NotDefined},
		"a level in per cent":             {second(Count(3, 95)), OutOfRange},
		"a level that is none":            {second(Count(3, 0.5)), OutOfRange},
		"a multiplier of 0":               {second(Rate(3, 10, 0, Level95)), OutOfRange},
		"a P value over 1":                {second(AdjustP([]float64{1.2}, nil, Holm)), OutOfRange},
		"an unknown adjustment":           {second(AdjustP([]float64{0.2}, nil, "tukey")), OutOfRange},
		"an unknown funnel":               {third(FunnelSignificance("bars", []FunnelArea{{1, 2}})), OutOfRange},
		"alpha over a half":               {second(RatePower(1, 1, 1, 1, 0.9)), OutOfRange},
		"power below alpha":               {second(DetectableChange(10, 1, 1, 0.05, 0.01)), OutOfRange},
		"five joinpoints":                 {lines(six, six, six, 5), OutOfRange},
		"one year with all events":        {second(TrendPoisson(RateSeries{Years: []int{1, 2, 3}, Counts: []float64{0, 0, 4}, Populations: []float64{1, 1, 1}}, Level95)), NotConverged},
	} {
		var e *Error
		if !errors.As(c.err, &e) || e.Reason != c.want || e.Method == "" || e.Detail == "" {
			t.Errorf("%s: got %v, want reason %s with method and detail", name, c.err, c.want)
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func point(year int, value float64) TrendPoint {
	return TrendPoint{Year: year, Value: value, Lower: value - 1, Upper: value + 1, Level: Level95}
}

// What is valid and says little is no error: it has limits, a nil or a flag.
func TestNoFalseCertainty(t *testing.T) {
	zero, err := Rate(0, 1e5, 1e5, Level95)
	if err != nil || zero.Lower != 0 || math.Abs(zero.Upper-3.6888794541139363) > 1e-9 || !zero.Flags.Has(NoEvents|FewEvents|Unstable) {
		t.Errorf("nobody in 100 000: %+v, %v", zero, err)
	}
	none, _, err := RateRatio(RateGroup{0, 1e5}, RateGroup{0, 1e5}, Level95)
	if err != nil || none.Value != nil || none.Upper != nil || none.Lower != 0 {
		t.Errorf("nothing against nothing: %+v, %v", none, err)
	}
	open, _, err := RateRatio(RateGroup{5, 1e5}, RateGroup{0, 1e5}, Level95)
	if err != nil || open.Value != nil || open.Upper != nil || open.Lower <= 0 {
		t.Errorf("five against nothing has a lower limit only: %+v, %v", open, err)
	}
	all, err := Proportion(7, 7, 100, Level95)
	if err != nil || all.Upper != 100 || all.Lower > 70 {
		t.Errorf("seven of seven: %+v, %v", all, err)
	}
	one, err := Mean([]float64{4}, Level95)
	if err != nil || one.SD != nil || one.Limits != nil {
		t.Errorf("one value: %+v, %v", one, err)
	}
	tied, err := MannKendall([]float64{3, 3, 3, 3, 3}, Level95)
	if err != nil || tied.P != nil || tied.Z != nil {
		t.Errorf("all tied: %+v, %v", tied, err)
	}
	flat, err := TrendPoisson(RateSeries{Years: []int{1, 2, 3, 4, 5}, Counts: []float64{20, 20, 20, 20, 20}, Populations: []float64{1, 1, 1, 1, 1}}, Level95)
	if err != nil || flat.QuasiPoisson.APC.Upper-flat.QuasiPoisson.APC.Lower < 20 {
		t.Errorf("counts that do not vary must not narrow the limits: %+v, %v", flat.QuasiPoisson, err)
	}
	few, err := DetectableChange(20, 1, 1, 0.05, 0.8)
	if err != nil || few.Fall == nil || *few.Fall > 0.45 {
		t.Errorf("20 events can show no less than a fall by more than half: %+v, %v", few, err)
	}
	short, err := RecentTrend([]TrendPoint{point(2020, 9), point(2021, 8), point(2022, 7), point(2023, 6)})
	if err != nil || short.State != TooFewForTrend || short.Reason != TooFewPoints {
		t.Errorf("four years: %+v, %v", short, err)
	}
}

// Methods §0.6: the exact power of a fall by a quarter, one year against one, and what 80 % power takes.
func TestPowerOfAQuarterLess(t *testing.T) {
	for before, want := range map[float64]float64{20: 0.10, 60: 0.28, 100: 0.44, 300: 0.90} {
		if got, err := RatePower(before, before*0.75, 1, 1, 0.05); err != nil || math.Abs(got-want) > 0.006 {
			t.Errorf("%g events before: power %g, want %g (%v)", before, got, want, err)
		}
	}
	for before, ratio := range map[float64]float64{50: 0.5, 230: 0.75, 360: 0.8, 1500: 0.9} {
		if got, err := RatePower(before, before*ratio, 1, 1, 0.05); err != nil || math.Abs(got-0.8) > 0.04 {
			t.Errorf("%g events before, ratio %g: power %g, want about 0.8 (%v)", before, ratio, got, err)
		}
	}
}
