package process

import (
	"math"
	"testing"

	"utfall/stats"
)

func patterns(t *testing.T, in XmRInput) []Pattern {
	t.Helper()
	got, err := NewXmR(in)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Pattern, len(got.Points))
	for i, p := range got.Points {
		out[i] = p.Pattern
	}
	return out
}

// Limits from the first 14 points (mean 50, ranges 2: 44.68 to 55.32, outer third from 53.55); two of three in the
// outer third with the third on the same side mark the two, a third on the other side breaks the pattern.
func TestTwoInThree(t *testing.T) {
	base := []float64{49, 51, 49, 51, 49, 51, 49, 51, 49, 51, 49, 51, 49, 51}
	tail := []float64{54, 51, 54, 49, 54, 49, 54, 49, 54, 54, 51}
	got := patterns(t, XmRInput{Y: append(base, tail...), FixAfter: 14})[14:]
	want := []Pattern{TwoInThreeAbove, CommonCause, TwoInThreeAbove, CommonCause, CommonCause, CommonCause, CommonCause, CommonCause,
		TwoInThreeAbove, TwoInThreeAbove, CommonCause}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("point %d (%v): %q, want %q", i, tail[i], got[i], want[i])
		}
	}
}

// Seven rising then seven falling: the peak belongs to both and goes with what follows.
func TestTrendAtAPeak(t *testing.T) {
	y := []float64{10, 12, 14, 16, 18, 20, 22, 20, 18, 16, 14, 12, 10}
	got := patterns(t, XmRInput{Y: y, KeepLargeRanges: true})
	for i, p := range got {
		if p == AboveLimit || p == BelowLimit {
			continue
		}
		if want := map[bool]Pattern{true: TrendUp, false: TrendDown}[i < 6]; p != want {
			t.Errorf("point %d: %q, want %q", i, p, want)
		}
	}
	if six := patterns(t, XmRInput{Y: []float64{30, 10, 12, 14, 16, 18, 20, 5, 6}}); six[3] == TrendUp {
		t.Error("six rising points are no trend")
	}
}

func TestPatternsStopAtARebase(t *testing.T) {
	y := []float64{51, 52, 51, 49, 49.5, 49, 48, 47, 46, 45, 44, 43, 42, 50, 51}
	if got := patterns(t, XmRInput{Y: y, RebaseAt: []int{10}}); got[10] == TrendDown || got[9] == TrendDown {
		t.Errorf("a trend of six and one of three on either side of a recorded change were joined: %v", got)
	}
}

func TestAssurance(t *testing.T) {
	y := []float64{49, 51, 49, 51, 49, 51, 49, 51, 49, 51, 49, 51, 49, 51}
	for _, c := range []struct {
		target    float64
		direction Direction
		want      Assurance
	}{
		{60, Increase, ConsistentFail}, {60, Decrease, ConsistentPass}, {40, Increase, ConsistentPass}, {40, Decrease, ConsistentFail},
		{50, Increase, Inconsistent}, {50, Neutral, ""},
	} {
		got, err := NewXmR(XmRInput{Y: y, Direction: c.direction, Target: &c.target})
		if err != nil || got.Assurance != c.want {
			t.Errorf("target %v, direction %v: %q, %v; want %q", c.target, c.direction, got.Assurance, err, c.want)
		}
	}
}

func TestXmRRefuses(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		in   XmRInput
		want stats.Reason
	}{
		"one point":  {XmRInput{Y: []float64{1}}, stats.TooFewPoints},
		"nan":        {XmRInput{Y: []float64{1, nan, 2}}, stats.NotFinite},
		"target":     {XmRInput{Y: []float64{1, 2}, Target: &nan}, stats.NotFinite},
		"direction":  {XmRInput{Y: []float64{1, 2}, Direction: 2}, stats.OutOfRange},
		"fix":        {XmRInput{Y: []float64{1, 2}, FixAfter: -1}, stats.OutOfRange},
		"rebase":     {XmRInput{Y: []float64{1, 2}, RebaseAt: []int{2}}, stats.OutOfRange},
		"unordered":  {XmRInput{Y: []float64{1, 2, 3, 4}, RebaseAt: []int{2, 2}}, stats.Unordered},
		"overflow":   {XmRInput{Y: []float64{math.MaxFloat64, math.MaxFloat64}}, stats.NotDefined},
		"no x chart": {XmRInput{}, stats.TooFewPoints},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewXmR(c.in)
			wantReason(t, err, c.want)
		})
	}
}
