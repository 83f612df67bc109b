package disclosure

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"utfall/stats"
)

// Every way in which a hidden count of 3 comes back from primary suppression alone, and the range that is left of it once
// Protect has seen the same figures.
func TestWaysToGetANumberBack(t *testing.T) {
	population := 579281.0 // Göteborg 2019 (SCB)
	rate, err := BehindRate(Printed{Value: 0.52, Decimals: 2}, population, 1e5)
	if err != nil {
		t.Fatal(err)
	}
	byar := func(n int64) (stats.Estimate, error) { return stats.Count(float64(n), stats.Level95) }
	three, err := byar(3)
	if err != nil {
		t.Fatal(err)
	}
	two := func(v float64) *Printed { return &Printed{Value: math.Round(v*100) / 100, Decimals: 2} }
	garwood, err := BehindLimits(two(three.Lower), two(three.Upper), 1000, byar)
	if err != nil {
		t.Fatal(err)
	}
	wilson := func(n int64) (stats.Estimate, error) { return stats.Proportion(float64(n), 43, 100, stats.Level95) }
	share, err := wilson(3)
	if err != nil {
		t.Fatal(err)
	}
	ofShare, err := BehindLimits(nil, two(share.Upper), 43, wilson)
	if err != nil {
		t.Fatal(err)
	}
	part, err := BehindShare(Printed{Value: 7, Decimals: 0}, 43, 100)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]Range{"rate and population": rate, "limits (Garwood)": garwood, "limit of a share (Wilson)": ofShare, "share and its whole": part} {
		if r.Low != 3 || r.High != 3 {
			t.Errorf("%s: %d to %d, want 3", name, r.Low, r.High)
		}
	}
	for name, c := range map[string]struct {
		system System
		target []int
	}{
		"a total less the others":      {System{3, []Known{Exactly(61, 0, 1, 2), Exactly(30, 0), Exactly(28, 1)}}, []int{2}},
		"an age band and all ages":     {System{2, []Known{Exactly(42, 0, 1), Exactly(39, 0)}}, []int{1}},
		"two vintages":                 {System{2, []Known{Exactly(12, 0), Exactly(15, 0, 1)}}, []int{1}}, // what was there before, and what came
		"rolling sums and single ones": {System{4, append(Windows([]int64{30, 26, 22}, 2), Exactly(19, 3))}, []int{2}},
		"the complement of a rate":     {System{2, []Known{{Sum: []int{0}, Low: rate.Low, High: rate.High}, Exactly(6, 0, 1)}}, []int{1}},
	} {
		r, err := c.system.Bounds([][]int{c.target})
		if err != nil || !r[0].Exact() || r[0].Low != 3 {
			t.Errorf("%s: %+v %v, want 3", name, r, err)
		}
	}
}

// The auditor is turned on the shared tables: with primary suppression alone it gets numbers back in every one, from ours in
// none, and where the reference program has a safe pattern ours hides at most a quarter more.
func TestAuditorOnPrimaryAloneAndOnOurs(t *testing.T) {
	for _, r := range references(t) {
		rule := Rule{Threshold: r.threshold}
		primary := make([]bool, len(r.table.Cells))
		for i, c := range r.table.Cells {
			primary[i] = c.Count > 0 && c.Count < r.threshold
		}
		p, err := Protect(r.table, rule)
		if err != nil {
			t.Fatal(err)
		}
		ours := hiddenOf(p)
		alone, safe := attack(t, r.table, primary, rule), attack(t, r.table, ours, rule)
		t.Logf("%-22s numbers back from primary suppression alone: %d of %d; from ours: %d. Share hidden: ours %.3f, the pattern beside it %.3f (safe: %t)",
			r.id, len(alone.Undone), count(primary), len(safe.Undone), share(ours), share(r.hidden), r.safe)
		if len(alone.Undone) == 0 {
			t.Errorf("%s: the auditor found nothing where there is something to be found", r.id)
		}
		if len(safe.Undone) > 0 || len(safe.Narrow) > 0 || len(safe.Exact) > 0 {
			t.Errorf("%s: ours gave %+v", r.id, safe)
		}
		if r.safe && share(ours) > 1.25*share(r.hidden) {
			t.Errorf("%s: %d cells hidden, the reference hides %d", r.id, count(ours), count(r.hidden))
		}
	}
}

func share(hidden []bool) float64 { return float64(count(hidden)) / float64(len(hidden)) }

// Bounds is held against trying every possibility, which no cleverness can get wrong.
func TestBoundsAgainstTryingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "unknowns")
		truth := rapid.SliceOfN(rapid.Int64Range(0, 4), n, n).Draw(t, "truth")
		s := System{Unknowns: n}
		all := make([]int, n)
		top := int64(0)
		for j := range all {
			all[j] = j
			top += truth[j]
		}
		s.Known = append(s.Known, Exactly(top, all...)) // so that there is an end to trying
		for range rapid.IntRange(0, 4).Draw(t, "sums") {
			k := Known{}
			for j, v := range truth {
				if rapid.Bool().Draw(t, "in") {
					k.Sum = append(k.Sum, j)
					k.Low += v
				}
			}
			k.High = k.Low
			if rapid.Bool().Draw(t, "rounded") {
				k.Low, k.High = max(0, k.Low-rapid.Int64Range(0, 2).Draw(t, "below")), k.High+rapid.Int64Range(0, 2).Draw(t, "above")
			}
			s.Known = append(s.Known, k)
		}
		var target []int
		for j := range n {
			if rapid.Bool().Draw(t, "target") {
				target = append(target, j)
			}
		}
		got, err := s.Bounds([][]int{target})
		if err != nil {
			t.Fatal(err)
		}
		low, high := tryAll(s, target, top)
		if got[0].Low != low || got[0].High != high || got[0].RealLow > float64(low)+1e-6 || got[0].RealHigh < float64(high)-1e-6 {
			t.Fatalf("got %+v, trying all gives %d to %d", got[0], low, high)
		}
	})
}

func tryAll(s System, target []int, top int64) (low, high int64) {
	low, high = math.MaxInt64, -1
	x := make([]int64, s.Unknowns)
	var try func(j int, left int64)
	try = func(j int, left int64) {
		if j < len(x) {
			for x[j] = 0; x[j] <= left; x[j]++ {
				try(j+1, left-x[j])
			}
			x[j] = 0
			return
		}
		for _, k := range s.Known {
			if v := sum(x, k.Sum); v < k.Low || v > k.High {
				return
			}
		}
		low, high = min(low, sum(x, target)), max(high, sum(x, target))
	}
	try(0, top)
	return low, high
}

func sum(x []int64, of []int) (v int64) {
	for _, j := range of {
		v += x[j]
	}
	return v
}

func TestBoundsRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		s      System
		target []int
		reason stats.Reason
	}{
		"a negative sum":      {System{1, []Known{Exactly(-1, 0)}}, []int{0}, stats.NegativeCount},
		"a contradiction":     {System{2, []Known{Exactly(3, 0, 1), Exactly(5, 0)}}, []int{1}, stats.NotDefined},
		"two values":          {System{1, []Known{Exactly(3, 0), Exactly(4, 0)}}, []int{0}, stats.NotDefined},
		"no whole numbers":    {System{3, []Known{Exactly(1, 0, 1), Exactly(1, 1, 2), Exactly(1, 0, 2)}}, []int{0}, stats.NotDefined},
		"an unknown unknown":  {System{1, nil}, []int{1}, stats.OutOfRange},
		"one twice":           {System{1, []Known{Exactly(1, 0, 0)}}, []int{0}, stats.OutOfRange},
		"too large a number":  {System{1, []Known{Exactly(1<<41, 0)}}, []int{0}, stats.OutOfRange},
		"ends the wrong way":  {System{1, []Known{{Sum: []int{0}, Low: 2, High: 1}}}, []int{0}, stats.NotDefined},
		"no unknowns, no sum": {System{-1, nil}, nil, stats.OutOfRange},
	} {
		if _, err := c.s.Bounds([][]int{c.target}); stats.ReasonOf(err) != c.reason {
			t.Errorf("%s: got %v, want %s", name, err, c.reason)
		}
	}
	r, err := System{Unknowns: 2, Known: []Known{{Sum: []int{0, 1}, Low: 3, High: NoLimit}}}.Bounds([][]int{{0}, {0, 1}})
	if err != nil || r[0].High != NoLimit || r[1].Low != 3 || r[1].Width() != NoLimit {
		t.Errorf("a lower bound alone: %+v %v", r, err)
	}
}

func TestRule(t *testing.T) {
	rule := Rule{Threshold: 5, MinGroup: 50, Dominance: 0.8}
	for name, c := range map[string]struct {
		m    Measure
		want Reason
	}{
		"zero":                       {Measure{}, Shown},
		"one":                        {Measure{Count: 1}, Small},
		"four":                       {Measure{Count: 4, Group: 1000}, Small},
		"five":                       {Measure{Count: 5, Group: 1000}, Shown},
		"a small group":              {Measure{Count: 20, Group: 49}, SmallGroup},
		"a zero of a small group":    {Measure{Count: 0, Group: 12}, SmallGroup},
		"all of a group":             {Measure{Count: 80, Group: 80}, WholeGroup},
		"all but four":               {Measure{Count: 76, Group: 80}, WholeGroup},
		"all but five":               {Measure{Count: 75, Group: 80}, Shown},
		"one contributor, all of it": {Measure{Count: 100, Largest: 100}, Dominated},
		"one contributor, most":      {Measure{Count: 100, Largest: 80}, Shown},
	} {
		if got, err := rule.Primary(c.m); got != c.want || err != nil {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		rule   Rule
		m      Measure
		reason stats.Reason
	}{
		"a negative count":    {rule, Measure{Count: -1}, stats.NegativeCount},
		"more than the group": {rule, Measure{Count: 9, Group: 8}, stats.AboveDenominator},
		"more than the sum":   {rule, Measure{Count: 9, Largest: 10}, stats.AboveDenominator},
		"no threshold":        {Rule{}, Measure{}, stats.OutOfRange},
		"a share above one":   {Rule{Threshold: 5, Dominance: math.NaN()}, Measure{}, stats.OutOfRange},
	} {
		if _, err := c.rule.Primary(c.m); stats.ReasonOf(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
}

// What rounding leaves an attacker, and that a rounded table adds up.
func TestRoundingLeavesARange(t *testing.T) {
	for _, c := range []struct {
		way       Rounding
		rounded   int64
		low, high int64
	}{
		{NearestFive(), 0, 0, 2}, {NearestFive(), 5, 3, 7}, {HESA(), 0, 0, 2}, {HESA(), 5, 3, 7}, {MidpointSix(), 3, 1, 6}, {MidpointSix(), 9, 7, 12}, {NearestTen(), 10, 5, 14},
	} {
		if r, err := c.way.Behind(c.rounded); err != nil || r.Low != c.low || r.High != c.high {
			t.Errorf("%+v of %d: %+v %v, want %d to %d", c.way, c.rounded, r, err, c.low, c.high)
		}
	}
	if _, err := NearestFive().Behind(7); stats.ReasonOf(err) != stats.NotDefined {
		t.Errorf("7 is no multiple of five: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		inner := rapid.SliceOfN(rapid.Int64Range(0, 12), 1, 12).Draw(t, "inner")
		base := rapid.Int64Range(2, 6).Draw(t, "base")
		f := Flat{Inner: len(inner)}
		for range rapid.IntRange(1, 6).Draw(t, "totals") {
			var c Total
			for j := range inner {
				if rapid.Bool().Draw(t, "in") {
					c.Members = append(c.Members, j)
				}
			}
			f.Cells = append(f.Cells, c)
		}
		got, err := f.Additive(inner, base)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range inner {
			if small := v > 0 && v < base; small && got[j] != 0 && got[j] != base || !small && got[j] != v {
				t.Fatalf("%d became %d", v, got[j])
			}
		}
	})
}
