package schema

import (
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"
)

// EventKind says what sort of thing an event is.
type EventKind string

// The kinds of event. A Statistics event changes how something is counted, not what happens.
const (
	RoomEvent       EventKind = "room"       // a drug consumption room opens, moves, widens or closes
	LawEvent        EventKind = "law"        // a law, a regulation or an official proposal
	ServiceEvent    EventKind = "service"    // another service opens or changes
	CrisisEvent     EventKind = "crisis"     // an emergency or an economic crisis
	StatisticsEvent EventKind = "statistics" // figures are collected or published in another way from here on
)

var eventKinds = []EventKind{RoomEvent, LawEvent, ServiceEvent, CrisisEvent, StatisticsEvent}

// Reading says how well the source of an event or a finding was read.
type Reading string

// The readings.
const (
	ReadWhole    Reading = "whole"      // the primary text
	ReadExcerpt  Reading = "excerpt"    // an excerpt of it only
	ReadRelay    Reading = "relay"      // somebody else's account of it
	ReadNotFound Reading = "unverified" // a claim of a date that no source was found for
)

var readings = []Reading{ReadWhole, ReadExcerpt, ReadRelay, ReadNotFound}

// Event is something that happened at a place and a date, and that a series may be read beside.
type Event struct {
	ID         string    `yaml:"id"`
	Kind       EventKind `yaml:"kind"`
	Label      Text      `yaml:"label"`
	Note       Text      `yaml:"note"`       // what must be known, may be empty
	Date       string    `yaml:"date"`       // a day, a month or a year: as exact as the source
	End        string    `yaml:"end"`        // last day, month or year of an event that lasted; "" for one that did not end
	Bound      string    `yaml:"bound"`      // "after": all that is known is that it came after Date
	Area       string    `yaml:"area"`       // the nearest area that has a code
	Scope      []string  `yaml:"scope"`      // areas whose series may be read beside it
	Indicators []string  `yaml:"indicators"` // series that the event was said to bear on, first the one to show
	Placebos   []string  `yaml:"placebos"`   // series that it should not bear on: where they change too, something else did it
	Read       Reading   `yaml:"read"`
	Source     string    `yaml:"source"`
	URL        string    `yaml:"url"`
}

// Period gives the date with its precision. A checked event has one.
func (e Event) Period() Period {
	p, _ := ParsePeriod(e.Date)
	return p
}

// Ended gives the period in which the event ended; ok is false for one that did not, or of which that is not known.
func (e Event) Ended() (p Period, ok bool) {
	p, err := ParsePeriod(e.End)
	return p, err == nil
}

// Exact tells whether the event can be put on a time axis: its date is known, not only bounded.
func (e Event) Exact() bool { return e.Bound == "" }

// Moment gives the first moment at which the event may have begun; its Period says how exact that is.
func (e Event) Moment() time.Time { return e.Period().Start }

// Touches tells whether an area is in the event's scope.
func (e Event) Touches(area string) bool { return slices.Contains(e.Scope, area) }

// Event gives an entry of the register by its id.
func (c *Catalogue) Event(id string) (Event, bool) {
	return find(c.Events, func(e Event) bool { return e.ID == id })
}

const eventsFile = "catalogue/events.yaml"

// loadEvents reads the register of events. A catalogue without the file has none.
func (c *Catalogue) loadEvents(fsys fs.FS) []error {
	if _, err := fs.Stat(fsys, eventsFile); err != nil {
		return nil
	}
	if err := decodeFile(fsys, eventsFile, &c.Events); err != nil {
		return []error{err}
	}
	src, err := remember(fsys, eventsFile)
	if err != nil {
		return []error{err}
	}
	var errs []error
	seen := map[string]bool{}
	for n, e := range c.Events {
		if seen[e.ID] {
			errs = append(errs, fmt.Errorf("%s: %s: is there twice", src.at(n, "id"), e.ID))
		}
		seen[e.ID] = true
		errs = append(errs, c.checkEvent(e, src, n)...)
	}
	slices.SortStableFunc(c.Events, func(a, b Event) int { return a.Moment().Compare(b.Moment()) })
	return errs
}

func (c *Catalogue) checkEvent(e Event, src *source, n int) []error {
	var errs []error
	fault := func(err error, keys ...any) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", src.at(append([]any{n}, keys...)...), e.ID, err))
		}
	}
	if !idPattern.MatchString(e.ID) {
		fault(fmt.Errorf("an id is written in small letters, digits and _"), "id")
	}
	fault(oneOf("kind", e.Kind, eventKinds), "kind")
	fault(oneOf("read", e.Read, readings), "read")
	fault(e.Label.check("label"), "label")
	fault(e.Note.checkOptional("note"), "note")
	fault(checkEventDates(e), "date")
	if e.Bound != "" && e.Bound != "after" {
		fault(fmt.Errorf(`bound %q is not known; write "after", or leave it out`, e.Bound), "bound")
	}
	if _, ok := c.Areas.Get(e.Area); !ok {
		fault(fmt.Errorf("area %q is not known", e.Area), "area")
	}
	for i, code := range e.Scope {
		if _, ok := c.Areas.Get(code); !ok {
			fault(fmt.Errorf("area %q is not known", code), "scope", i)
		}
	}
	for i, id := range e.Indicators {
		if _, ok := c.Indicator(id); !ok {
			fault(fmt.Errorf("indicator %q is not in the catalogue", id), "indicators", i)
		}
	}
	for i, id := range e.Placebos {
		if _, ok := c.Indicator(id); !ok || slices.Contains(e.Indicators, id) {
			fault(fmt.Errorf("indicator %q is not in the catalogue, or is among those that the event was said to bear on", id), "placebos", i)
		}
	}
	if e.Source == "" {
		fault(fmt.Errorf("an event needs its source"))
	}
	fault(checkURL(e.URL), "url")
	return errs
}

// checkEventDates lets only days, months and years be dates of events, and no end before the beginning.
func checkEventDates(e Event) error {
	p, err := ParsePeriod(e.Date)
	if err != nil {
		return err
	}
	if p.Kind != Day && p.Kind != Month && p.Kind != Year {
		return fmt.Errorf("date %q is not a day, a month or a year", e.Date)
	}
	if e.End == "" {
		return nil
	}
	end, err := ParsePeriod(e.End)
	if err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if end.End.Before(p.Start) {
		return fmt.Errorf("the end %s lies before the beginning %s", e.End, e.Date)
	}
	return nil
}

func oneOf[T ~string](key string, v T, allowed []T) error {
	if slices.Contains(allowed, v) {
		return nil
	}
	return fmt.Errorf("%s %q is not one of %s", key, v, joined(allowed))
}

// checkOptional lets a text be absent, but not in one language only.
func (t Text) checkOptional(what string) error {
	if t == (Text{}) {
		return nil
	}
	return t.check(what)
}

// checkURL lets an address be absent. One that was cut short, or that is not of the web, cannot be followed.
func checkURL(u string) error {
	if u == "" {
		return nil
	}
	p, err := url.Parse(u)
	if err != nil || (p.Scheme != "https" && p.Scheme != "http") || p.Host == "" || strings.ContainsAny(u, "… ") {
		return fmt.Errorf("url %q is not a whole web address", u)
	}
	return nil
}
