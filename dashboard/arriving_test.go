package dashboard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// shown writes the part of a page on figures that are still arriving.
func shown(t *testing.T, s *Server, a *arriving) string {
	t.Helper()
	var b strings.Builder
	if err := s.pages.ExecuteTemplate(&b, "arriving", a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A month that stands out is said to, with the limit, its record and no cause; a yearly series says nothing.
func TestArrivingWarns(t *testing.T) {
	s := server(t, &stubReader{})
	ind, _ := s.Catalogue.Indicator("opioid_toxicity_deaths")
	var figures []schema.Observation
	for i := range 60 {
		figures = append(figures, figure(t, ind.ID, "CA-BC", fmt.Sprintf("%d-%02d", 2018+i/12, 1+i%12), float64(20+i%5+i%3)))
	}
	figures[59].Value = 90
	for lang, want := range map[schema.Lang][]string{
		schema.SV: {"december 2022: 90. Det är fler än tidigare år ger skäl att vänta sig", "larmar regeln", "inte varför", "över gränsen", `href="/metod#tidig-varning"`},
		schema.EN: {"December 2022: 90. That is more than earlier years give reason to expect", "not why", `href="/en/metod#tidig-varning"`},
	} {
		v := &view{s: s, Lang: lang, Prefix: prefixOf(lang)}
		a := s.arriving(v, ind, figures, nil)
		if a == nil || a.Watch == nil || a.Nowcast != nil {
			t.Fatalf("%+v", a)
		}
		text := shown(t, s, a)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", lang, w, text)
			}
		}
	}
	if _, body := ask(t, server(t, &stubReader{figures: figures}), "/indikator/"+ind.ID+"?area=CA-BC"); !strings.Contains(body, "Tidig varning") {
		t.Errorf("the indicator's page does not warn:\n%s", body)
	}
	yearly := []schema.Observation{figure(t, ind.ID, "CA-BC", "2021", 200), figure(t, ind.ID, "CA-BC", "2022", 900)}
	if a := s.arriving(&view{s: s, Lang: schema.SV}, ind, yearly, nil); a != nil {
		t.Errorf("a yearly series: %+v", a)
	}
}

// What is predicted stands in a column of its own beside what was reported, and says that it is predicted.
func TestArrivingPredicts(t *testing.T) {
	s := server(t, &stubReader{})
	ind, _ := s.Catalogue.Indicator("opioid_toxicity_deaths")
	var figures []schema.Observation
	var revisions []schema.Revision
	for i := range 6 {
		o := figure(t, ind.ID, "CA-BC", fmt.Sprint(2017+i), 100)
		o.Released = time.Date(2018+i, 6, 1, 0, 0, 0, 0, time.UTC)
		if i < 5 {
			later := o.Released.AddDate(1, 0, 0)
			revisions = append(revisions, schema.Revision{Cell: o.Cell, Old: 100, New: 125, OldReleased: o.Released, Released: later})
			o.Value, o.Released = 125, later
		}
		figures = append(figures, o)
	}
	a := s.arriving(&view{s: s, Lang: schema.EN, Prefix: "/en"}, ind, figures, revisions)
	if a == nil || a.Nowcast == nil || a.Watch != nil {
		t.Fatalf("%+v", a)
	}
	text := shown(t, s, a)
	for _, w := range []string{"2022: 100 have been reported so far", "likely to be about 125", "it is no figure of the source", "<em>125</em>", "The prediction has no limits", `href="/en/metod#prognos"`} {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}
