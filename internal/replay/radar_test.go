package replay

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/schema"
)

// RADAR (Public Health Scotland) gave 96 and 86 suspected drug deaths for January and February 2024 and a quarter later 103
// and 95. What a briefing of the first quarter said must still be explainable: both figures, each with its release.
func TestRADARRevision(t *testing.T) {
	b := newBench(t, "replay_dst", nil)
	deliver := func(january, february int) ingest.Result {
		t.Helper()
		text := fmt.Sprintf("indicator,area,period,value,unit,source,citation,flags\n"+
			"suspected_drug_deaths,GB-SCT,2024-01,%d,deaths,Public Health Scotland,RADAR,provisional\n"+
			"suspected_drug_deaths,GB-SCT,2024-02,%d,deaths,Public Health Scotland,RADAR,provisional\n", january, february)
		r, err := b.runner.Run(t.Context(), ingest.Delivery{Dataset: "replay/radar", Name: "radar.csv", PublishedBy: "an authority",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := deliver(96, 86)
	second := deliver(103, 95)
	if want := (schema.Counts{Read: 2, Changed: 2}); second.Release.Counts != want {
		t.Errorf("counts %+v, want %+v", second.Release.Counts, want)
	}
	values := func(at time.Time) string {
		list, err := b.store.Series(t.Context(), schema.Query{Indicators: []string{"suspected_drug_deaths"}, AsOf: at})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, o := range list {
			out = append(out, fmt.Sprintf("%s %g r%d", o.Period, o.Value, o.Release))
		}
		return strings.Join(out, ", ")
	}
	one, two := first.Release, second.Release
	if got, want := values(one.PublishAt), fmt.Sprintf("2024-01 96 r%d, 2024-02 86 r%d", one.Seq, one.Seq); got != want {
		t.Errorf("as of the first: %s, want %s", got, want)
	}
	if got, want := values(time.Time{}), fmt.Sprintf("2024-01 103 r%d, 2024-02 95 r%d", two.Seq, two.Seq); got != want {
		t.Errorf("now: %s, want %s", got, want)
	}
	revisions, err := b.store.Revisions(t.Context(), "suspected_drug_deaths", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range revisions {
		got = append(got, fmt.Sprintf("%s %g->%g", r.Period, r.Old, r.New))
	}
	if want := "2024-01 96->103, 2024-02 86->95"; strings.Join(got, ", ") != want {
		t.Errorf("revisions %v, want %s", got, want)
	}
}
