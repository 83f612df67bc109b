package store_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/internal/store"
	"utfall/schema"
)

const header = "indicator,area,period,value,unit,source,citation,missing\n"

func row(area, period, value string) string {
	return fmt.Sprintf("drug_induced_deaths,%s,%s,%s,deaths,A,B,\n", area, period, value)
}

func runner(t *testing.T, s *store.Store, o ingest.Options) *ingest.Runner {
	t.Helper()
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	o.Writer, o.Catalogue, o.DataDir, o.Program = s, c, dataDir, "test"
	r, err := ingest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func delivery(dataset, text string) ingest.Delivery {
	return ingest.Delivery{Dataset: dataset, Name: dataset + ".csv", PublishedBy: "an authority", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// deliver takes a text in and checks what the ledger says of it.
func deliver(t *testing.T, r *ingest.Runner, dataset, text string, outcome schema.Outcome, want schema.Counts) schema.Release {
	t.Helper()
	res, err := r.Run(t.Context(), delivery(dataset, text))
	if err != nil {
		t.Fatal(err)
	}
	if res.Release.Outcome != outcome || res.Release.Counts != want {
		t.Fatalf("%s: %s %+v, want %s %+v", dataset, res.Release.Outcome, res.Release.Counts, outcome, want)
	}
	return res.Release
}

// sameFromVersions checks that what a reader sees at a moment can be read out of all versions there are.
func sameFromVersions(t *testing.T, s *store.Store, want []schema.Observation, at time.Time, areas []string) {
	t.Helper()
	versions, err := s.Versions(t.Context(), schema.Query{Indicators: []string{"drug_induced_deaths"}, Areas: areas})
	if err != nil {
		t.Fatal(err)
	}
	if at.IsZero() {
		at = time.Now()
	}
	got := schema.AsOf(versions, at)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("as of %s the versions say\n%+v, want\n%+v", at, got, want)
	}
}

// shown gives area, period and value of what a reader sees, as one line.
func shown(t *testing.T, s *store.Store, at time.Time, areas ...string) string {
	t.Helper()
	list, err := s.Series(t.Context(), schema.Query{Indicators: []string{"drug_induced_deaths"}, Areas: areas, AsOf: at})
	if err != nil {
		t.Fatal(err)
	}
	sameFromVersions(t, s, list, at, areas)
	var out []string
	for _, o := range list {
		v := fmt.Sprint(o.Value)
		if o.Missing != "" {
			v = string(o.Missing)
		}
		out = append(out, o.Area+" "+o.Period.String()+" "+v)
	}
	return strings.Join(out, "; ")
}

func wantShown(t *testing.T, s *store.Store, at time.Time, want string, areas ...string) {
	t.Helper()
	if got := shown(t, s, at, areas...); got != want {
		t.Errorf("as of %v: %q, want %q", at, got, want)
	}
}

func TestRevisionDeletionWithdrawal(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	first := deliver(t, r, "t/revision", header+row("FR", "2014", "614")+row("FR", "2015", "661")+row("FR", "2016", "590"), schema.Published, schema.Counts{Read: 3, New: 3})
	deliver(t, r, "t/revision", header+row("FR", "2014", "614")+row("FR", "2015", "661")+row("FR", "2016", "590"), schema.Unchanged, schema.Counts{Read: 3, Unchanged: 3})
	// The same cells in another order: other bytes, nothing new.
	deliver(t, r, "t/revision", header+row("FR", "2016", "590")+row("FR", "2014", "614")+row("FR", "2015", "661"), schema.Unchanged, schema.Counts{Read: 3, Unchanged: 3})
	second := deliver(t, r, "t/revision", header+row("FR", "2014", "614")+row("FR", "2015", "675")+row("FR", "2017", "626"), schema.Published,
		schema.Counts{Read: 3, New: 1, Changed: 1, Deleted: 1, Unchanged: 1})

	wantShown(t, s, time.Time{}, "FR 2014 614; FR 2015 675; FR 2017 626", "FR")
	wantShown(t, s, first.PublishAt, "FR 2014 614; FR 2015 661; FR 2016 590", "FR")
	wantShown(t, s, first.PublishAt.Add(-time.Millisecond), "", "FR")

	revisions, err := s.Revisions(t.Context(), "drug_induced_deaths", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range revisions {
		if x.Area == "FR" {
			got = append(got, fmt.Sprintf("%s %g->%g %s", x.Period, x.Old, x.New, x.NewMissing))
		}
	}
	if want := "2015 661->675 ;2016 590->0 deleted"; strings.Join(got, ";") != want {
		t.Errorf("revisions %q, want %q", got, want)
	}

	second.WithdrawnAt, second.Reason = time.Now(), "a test"
	if err := s.Record(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	wantShown(t, s, time.Time{}, "FR 2014 614; FR 2015 661; FR 2016 590", "FR")
	wantShown(t, s, second.PublishAt, "FR 2014 614; FR 2015 675; FR 2017 626", "FR")
	// After the withdrawal the same delivery is compared with what is visible now, and comes in again.
	deliver(t, r, "t/revision", header+row("FR", "2014", "614")+row("FR", "2015", "675")+row("FR", "2017", "626"), schema.Published,
		schema.Counts{Read: 3, New: 1, Changed: 1, Deleted: 1, Unchanged: 1})
	wantShown(t, s, time.Time{}, "FR 2014 614; FR 2015 675; FR 2017 626", "FR")
}

// A missing value replaces a number, and a deleted cell can come back.
func TestMissingAndReturn(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	deliver(t, r, "t/missing", header+row("ES", "2014", "1"), schema.Published, schema.Counts{Read: 1, New: 1})
	deliver(t, r, "t/missing", header+"drug_induced_deaths,ES,2014,,deaths,A,B,suppressed_primary\n", schema.Published, schema.Counts{Read: 1, Changed: 1})
	wantShown(t, s, time.Time{}, "ES 2014 suppressed_primary", "ES")
	deliver(t, r, "t/missing", header+row("ES", "2013", "7"), schema.Published, schema.Counts{Read: 1, New: 1, Deleted: 1})
	wantShown(t, s, time.Time{}, "ES 2013 7", "ES")
	deliver(t, r, "t/missing", header+row("ES", "2013", "7")+row("ES", "2014", "9"), schema.Published, schema.Counts{Read: 2, New: 1, Unchanged: 1})
	wantShown(t, s, time.Time{}, "ES 2013 7; ES 2014 9", "ES")
}

// Two datasets may give one cell: the newer release is shown, and one's deletion leaves the other's figure.
func TestTwoDatasets(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	deliver(t, r, "t/one", header+row("PT", "2014", "1")+row("PT", "2015", "2"), schema.Published, schema.Counts{Read: 2, New: 2})
	deliver(t, r, "t/two", header+row("PT", "2014", "10")+row("PT", "2016", "3"), schema.Published, schema.Counts{Read: 2, New: 2})
	wantShown(t, s, time.Time{}, "PT 2014 10; PT 2015 2; PT 2016 3", "PT")
	deliver(t, r, "t/two", header+row("PT", "2016", "3"), schema.Published, schema.Counts{Read: 1, Deleted: 1, Unchanged: 1})
	wantShown(t, s, time.Time{}, "PT 2014 1; PT 2015 2; PT 2016 3", "PT")
}

func TestRefused(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	deliver(t, r, "t/refused", header+row("IT", "2014", "5"), schema.Published, schema.Counts{Read: 1, New: 1})
	for name, x := range map[string]struct{ text, says string }{
		"an unknown area":    {header + row("IT", "2014", "6") + row("ZZ-9", "2015", "6"), `t/refused.csv:3: column 2: area "ZZ-9" is not known`},
		"two figures":        {header + row("IT", "2014", "6") + row("IT", "2014", "7"), "t/refused.csv:3: two different figures for one cell"},
		"one figure twice":   {header + row("IT", "2014", "6") + row("IT", "2014", "6"), "the same figure twice"},
		"an empty file":      {"", "the file is empty"},
		"a NUL byte":         {header + row("IT", "2014", "6\x00"), "NUL"},
		"an HTML page":       {"<!doctype html>\n<p>Service unavailable</p>\n", "unknown column"},
		"a file that is cut": {header + row("IT", "2014", "6") + "drug_induced_deaths,IT,20", "cut off"},
	} {
		res, err := r.Run(t.Context(), delivery("t/refused", x.text))
		if err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
		if res.Release.Outcome == schema.Published {
			t.Errorf("%s was published", name)
		}
		wantShown(t, s, time.Time{}, "IT 2014 5", "IT")
	}
	lines, err := s.Ledger(t.Context(), 1, "t/refused")
	if err != nil || lines[0].Outcome != schema.Refused || lines[0].Reason == "" {
		t.Errorf("the ledger says %+v, %v", lines, err)
	}
}

// Few bad rows among many good ones go into quarantine, with their place; the rest is published.
func TestQuarantine(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{MaxRejectShare: 0.5})
	text := header + row("NL", "2014", "5") + row("NL", "2015", "6") + row("NL", "20155", "7")
	rel := deliver(t, r, "t/quarantine", text, schema.Published, schema.Counts{Read: 3, New: 2, Rejected: 1})
	rejects, err := s.Rejects(t.Context(), rel.Seq, 10)
	if err != nil || len(rejects) != 1 {
		t.Fatalf("%v, %v", rejects, err)
	}
	if x := rejects[0]; x.Line != 4 || x.Column != 3 || x.Reason != "period" || !strings.Contains(x.Raw, "20155") || x.Dataset != "t/quarantine" {
		t.Errorf("%+v", x)
	}
}

func TestDryRun(t *testing.T) {
	s := open(t)
	deliver(t, runner(t, s, ingest.Options{}), "t/dry", header+row("BE", "2014", "5"), schema.Published, schema.Counts{Read: 1, New: 1})
	res, err := runner(t, s, ingest.Options{DryRun: true}).Run(t.Context(), delivery("t/dry", header+row("BE", "2014", "6")+row("BE", "2015", "7")))
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Differences) != 2 || res.Differences[0].Kind != "changed" || res.Differences[0].Old != 5 || res.Differences[0].New != 6 || res.Differences[1].Kind != "new" {
		t.Errorf("%+v", res.Differences)
	}
	wantShown(t, s, time.Time{}, "BE 2014 5", "BE")
}

// dying is a store that stops working at one step, as if the process were killed there: what comes after, the clearing
// away included, does not happen.
type dying struct {
	ingest.Writer
	at   string
	dead bool
}

var errKilled = errors.New("killed")

func (d *dying) step(name string) error {
	if d.dead || name == d.at {
		d.dead = true
		return errKilled
	}
	return nil
}

func TestKilledAtEveryStep(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	before := header + row("AT", "2014", "1")
	after := header + row("AT", "2014", "2") + row("AT", "2015", "3")
	for _, step := range []string{"stage", "append", "duplicates", "count", "reject", "attach", "keep", "kept", "record"} {
		dataset := "t/killed-" + step
		deliver(t, r, dataset, before, schema.Published, schema.Counts{Read: 1, New: 1})
		d := &dying{Writer: s, at: step}
		c, _ := schema.Load()
		broken, err := ingest.New(ingest.Options{Writer: mortal{d}, Catalogue: c, DataDir: dataDir})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := broken.Run(t.Context(), delivery(dataset, after)); !errors.Is(err, errKilled) {
			t.Fatalf("%s: %v", step, err)
		}
		wantShown(t, s, time.Time{}, "AT 2014 1", "AT")
		deliver(t, r, dataset, after, schema.Published, schema.Counts{Read: 2, New: 1, Changed: 1})
		wantShown(t, s, time.Time{}, "AT 2014 2; AT 2015 3", "AT")
		deliver(t, r, dataset, before, schema.Published, schema.Counts{Read: 1, Changed: 1, Deleted: 1})
	}
}
