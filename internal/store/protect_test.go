package store_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"utfall/ingest"
	"utfall/internal/store"
	"utfall/schema"
)

// local makes a delivery of figures that nobody has published.
func local(dataset, text string) ingest.Delivery {
	return ingest.Delivery{Dataset: dataset, Name: dataset + ".csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

const localHeader = "indicator,area,period,sex,age,value,unit,source,citation,note,lower,upper\n"

func localRow(indicator, area, period, sex, age string, value any, unit string) string {
	return fmt.Sprintf("%s,%s,%s,%s,%s,%v,%s,Förvaltningen,Verksamhetssystemet,,,\n", indicator, area, period, sex, age, value, unit)
}

// cells gives what is served of an indicator, by area, period, sex and age.
func cells(t *testing.T, s *store.Store, indicator string, areas ...string) map[string]schema.Observation {
	t.Helper()
	list, err := s.Series(t.Context(), schema.Query{Indicators: []string{indicator}, Areas: areas})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]schema.Observation{}
	for _, o := range list {
		out[strings.Join([]string{o.Area, o.Period.String(), string(o.Sex), o.Age}, " ")] = o
	}
	return out
}

// A municipality counts three women and forty men in treatment: the women are too few, and men and total together would give
// them back. What ClickHouse holds after the delivery, in any table, does not.
func TestSmallCountsNeverReachTheStore(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	text := localHeader +
		localRow("naloxone_target_persons", "SE-1480", "2022", "T", "TOT", 43, "persons") +
		localRow("naloxone_target_persons", "SE-1480", "2022", "F", "TOT", 3, "persons") +
		localRow("naloxone_target_persons", "SE-1480", "2022", "M", "TOT", 40, "persons") +
		localRow("naloxone_target_persons", "SE-1480", "2021", "T", "TOT", 60, "persons") +
		localRow("naloxone_target_persons", "SE-1480", "2021", "F", "TOT", 0, "persons") +
		localRow("naloxone_target_persons", "SE-1480", "2021", "M", "TOT", 60, "persons")
	res, err := r.Run(t.Context(), local("t/local", text))
	if err != nil {
		t.Fatal(err)
	}
	got := cells(t, s, "naloxone_target_persons", "SE-1480")
	if o := got["SE-1480 2022 F TOT"]; o.Missing != schema.SuppressedPrimary || o.Value != 0 || o.Symbol != ".." {
		t.Errorf("three women: %+v", o)
	}
	men, total := got["SE-1480 2022 M TOT"], got["SE-1480 2022 T TOT"]
	if men.Missing == schema.Present && total.Missing == schema.Present {
		t.Errorf("men and total give the women back: %+v %+v", men, total)
	}
	if o := got["SE-1480 2021 F TOT"]; o.Missing != schema.Present || o.Value != 0 {
		t.Errorf("a zero is shown: %+v", o)
	}
	lines, err := s.Withheld(t.Context(), res.Release.Seq)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, l := range lines {
		said = append(said, fmt.Sprint(l.Reason, " ", l.Cells))
	}
	slices.Sort(said)
	if strings.Join(said, "; ") != "complement 1; examined 6; small 1" {
		t.Errorf("the release's report: %s", said)
	}
}

// What was hidden stays hidden when it has grown, a small revision is hidden, and a table that is done afresh begins anew.
func TestHiddenCellsStayHidden(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	deliver := func(afresh bool, small, other int) map[string]schema.Observation {
		t.Helper()
		text := localHeader + localRow("nsp_participants", "SE-1280", "2022", "T", "TOT", small, "persons") +
			localRow("nsp_participants", "SE-1281", "2022", "T", "TOT", other, "persons")
		d := local("t/vintages", text)
		d.Afresh = afresh
		if _, err := r.Run(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		return cells(t, s, "nsp_participants", "SE-1280", "SE-1281")
	}
	deliver(false, 4, 50)
	got := deliver(false, 9, 50)
	if o := got["SE-1280 2022 T TOT"]; !o.Missing.Suppressed() {
		t.Errorf("it was hidden and has grown: %+v", o)
	}
	if o := got["SE-1281 2022 T TOT"]; o.Missing != schema.Present || o.Value != 50 {
		t.Errorf("it was shown and has not changed: %+v", o)
	}
	got = deliver(false, 9, 53)
	if o := got["SE-1281 2022 T TOT"]; !o.Missing.Suppressed() {
		t.Errorf("53 after 50 shows three: %+v", o)
	}
	got = deliver(true, 9, 53)
	if a, b := got["SE-1280 2022 T TOT"], got["SE-1281 2022 T TOT"]; a.Value != 9 || b.Value != 53 {
		t.Errorf("done afresh: %+v %+v", a, b)
	}
}

// Figures that an authority has published pass, and what they give away of a local count holds the local delivery.
func TestPublishedFiguresPassAndBind(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	official := local("t/official", localHeader+localRow("ost_clients", "SE-1380", "2022", "T", "TOT", 43, "persons")+
		localRow("ost_clients", "SE-1380", "2022", "M", "TOT", 40, "persons")+localRow("ost_clients", "SE-1381", "2022", "T", "TOT", 2, "persons"))
	official.PublishedBy = "an authority"
	if _, err := r.Run(t.Context(), official); err != nil {
		t.Fatal(err)
	}
	if o := cells(t, s, "ost_clients", "SE-1381")["SE-1381 2022 T TOT"]; o.Value != 2 || o.Missing != schema.Present {
		t.Errorf("published by an authority: %+v", o)
	}
	res, err := r.Run(t.Context(), local("t/local-ost", localHeader+localRow("ost_clients", "SE-1380", "2022", "F", "TOT", 3, "persons")))
	if err != nil {
		t.Fatal(err)
	}
	if res.Release.Outcome != schema.Held || !strings.Contains(res.Release.Reason, "what is public already gives it away") {
		t.Errorf("43 and 40 are public: %s %s", res.Release.Outcome, res.Release.Reason)
	}
}

// A rate of a number that nobody knows may be of three persons: a person has to decide.
func TestRateOfAnUnknownNumberIsHeld(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	res, err := r.Run(t.Context(), local("t/rate", localHeader+localRow("narcotics_diagnosis_treated_rate", "SE-1490", "2019", "T", "TOT", "0.52", "per_100000")))
	if err != nil {
		t.Fatal(err)
	}
	if res.Release.Outcome != schema.Held || len(cells(t, s, "narcotics_diagnosis_treated_rate", "SE-1490")) != 0 {
		t.Errorf("%s: %s", res.Release.Outcome, res.Release.Reason)
	}
}

// Parts that are together more than their total are refused with their place, and nothing of the delivery is kept.
func TestContradictionIsRefused(t *testing.T) {
	s := open(t)
	r := runner(t, s, ingest.Options{})
	_, err := r.Run(t.Context(), local("t/contradiction", localHeader+localRow("hiv_new_cases_idu", "SE-1480", "2022", "T", "TOT", 30, "cases")+
		localRow("hiv_new_cases_idu", "SE-1480", "2022", "F", "TOT", 20, "cases")+localRow("hiv_new_cases_idu", "SE-1480", "2022", "M", "TOT", 20, "cases")))
	var refused *ingest.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "more than") || !strings.Contains(err.Error(), "SE-1480") {
		t.Errorf("20 and 20 of 30: %v", err)
	}
}
