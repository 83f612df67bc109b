package process

import (
	"math"
	"testing"

	"utfall/stats"
)

// Baseline 1 … 7: mean 4, standard deviation √(28/6). C1 at the eighth period, C2 two later, by hand.
func TestEARSByHand(t *testing.T) {
	counts := []float64{1, 2, 3, 4, 5, 6, 7, 20, 20, 20, 20, 20}
	sd, z := math.Sqrt(28.0/6), 3.0902323061678132
	c1, err := EARS(counts, []int{7}, EARSOptions{Variant: C1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "C1", *c1[0].Upper, 4+z*sd, 1e-12)
	c2, err := EARS(counts, []int{9}, EARSOptions{Variant: C2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "C2", *c2[0].Upper, 4+z*sd, 1e-12)
	if !c1[0].Alarm || !c2[0].Alarm {
		t.Error("20 cases after 1 to 7 a period raise no alarm")
	}
}

// One outbreak of a single period: C3 of the reference program answers a period late, as EARS was described it answers at once.
func TestC3CountsTheTestedPeriodOnlyWhenAsked(t *testing.T) {
	counts := []float64{3, 4, 2, 3, 5, 4, 3, 2, 4, 3, 4, 3, 5, 3, 40, 3}
	late, err := EARS(counts, []int{14, 15}, EARSOptions{Variant: C3})
	if err != nil {
		t.Fatal(err)
	}
	if late[0].Alarm || !late[1].Alarm {
		t.Errorf("alarms %v and %v, want only the second", late[0].Alarm, late[1].Alarm)
	}
	now, err := EARS(counts, []int{14}, EARSOptions{Variant: C3, CountTested: true})
	if err != nil || !now[0].Alarm {
		t.Errorf("40 cases after 2 to 5 a period raise no alarm: %+v, %v", now, err)
	}
}

func TestEARSFlatBaseline(t *testing.T) {
	flat := []float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}
	got, err := EARS(flat, []int{12}, EARSOptions{Variant: C3})
	if err != nil || got[0].Upper != nil || got[0].Alarm {
		t.Errorf("got %+v, %v; a flat baseline gives C3 no threshold", got, err)
	}
	got, err = EARS(flat, []int{12}, EARSOptions{Variant: C1, MinSigma: 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "threshold with a least spread", *got[0].Upper, 2+3.0902323061678132, 1e-12)
}

func TestEARSRefuses(t *testing.T) {
	counts := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	for name, c := range map[string]struct {
		counts []float64
		at     int
		o      EARSOptions
		want   stats.Reason
	}{
		"variant":         {counts, 8, EARSOptions{Variant: "C4"}, stats.OutOfRange},
		"short baseline":  {counts, 8, EARSOptions{Variant: C1, Baseline: 1}, stats.OutOfRange},
		"alpha":           {counts, 8, EARSOptions{Variant: C1, Alpha: 0.7}, stats.OutOfRange},
		"sigma":           {counts, 8, EARSOptions{Variant: C1, MinSigma: -1}, stats.OutOfRange},
		"no history":      {counts, 6, EARSOptions{Variant: C1}, stats.TooFewPoints},
		"no history C3":   {counts, 10, EARSOptions{Variant: C3}, stats.TooFewPoints},
		"beyond":          {counts, 12, EARSOptions{Variant: C1}, stats.OutsideSeries},
		"negative count":  {[]float64{1, 2, -3}, 2, EARSOptions{Variant: C1, Baseline: 2}, stats.NegativeCount},
		"broken count":    {[]float64{1, 2.5, 3}, 2, EARSOptions{Variant: C1, Baseline: 2}, stats.NotWhole},
		"no number":       {[]float64{1, math.Inf(1), 3}, 2, EARSOptions{Variant: C1, Baseline: 2}, stats.NotFinite},
		"before a series": {counts, -1, EARSOptions{Variant: C1}, stats.OutsideSeries},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := EARS(c.counts, []int{c.at}, c.o)
			wantReason(t, err, c.want)
		})
	}
}

func FuzzEARS(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, 12, 7, 0.0)
	f.Add([]byte{2, 2, 2, 2, 2, 2}, 5, 2, 1.5)
	f.Fuzz(func(t *testing.T, y []byte, at, baseline int, sigma float64) {
		for _, v := range []EARSVariant{C1, C2, C3} {
			got, err := EARS(series(y), []int{at}, EARSOptions{Variant: v, Baseline: baseline % 12, MinSigma: sigma, CountTested: at%2 == 0})
			sound(t, got, err)
		}
	})
}
