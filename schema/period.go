package schema

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PeriodKind says what sort of time a figure is about.
type PeriodKind string

// The kinds of period and how each is written.
const (
	Year     PeriodKind = "year"     // 2022
	HalfYear PeriodKind = "halfyear" // 2022H1
	Quarter  PeriodKind = "quarter"  // 2022Q3
	Month    PeriodKind = "month"    // 2022-05
	Week     PeriodKind = "week"     // 2022-W07 (ISO 8601)
	Day      PeriodKind = "day"      // 2022-11-01: a reference day, such as 1 November
	Range    PeriodKind = "range"    // 2016/2020, 2023-04/2023-09: first and last period, both included
)

// Period is what a value is about: a stretch of whole days, written in one way only.
type Period struct {
	Kind  PeriodKind
	Start time.Time // first day, UTC midnight
	End   time.Time // last day, UTC midnight
	code  string
}

// String gives the canonical form, which ParsePeriod reads back.
func (p Period) String() string { return p.code }

// IsZero tells whether p is no period at all.
func (p Period) IsZero() bool { return p.code == "" }

// The years that a period may lie in. Outside them a code is taken for a mistake.
const (
	firstYear = 1900
	lastYear  = 2100
)

// ParsePeriod reads a period in the forms listed at PeriodKind.
func ParsePeriod(s string) (Period, error) {
	if from, to, ok := strings.Cut(s, "/"); ok {
		return parseRange(s, from, to)
	}
	return parseSingle(s)
}

func parseSingle(s string) (Period, error) {
	bad := func(why string) (Period, error) {
		return Period{}, fmt.Errorf("period %q %s; write 2022, 2022H1, 2022Q3, 2022-05, 2022-W07, 2022-11-01 or 2016/2020", s, why)
	}
	if len(s) < 4 {
		return bad("is not a period")
	}
	year, ok := digits(s[:4])
	if !ok {
		return bad("does not begin with a year")
	}
	if year < firstYear || year > lastYear {
		return bad(fmt.Sprintf("lies outside %d to %d", firstYear, lastYear))
	}
	first := func(m int) time.Time { return time.Date(year, time.Month(m), 1, 0, 0, 0, 0, time.UTC) }
	span := func(k PeriodKind, start, next time.Time) (Period, error) {
		return Period{Kind: k, Start: start, End: next.AddDate(0, 0, -1), code: s}, nil
	}
	rest := s[4:]
	switch {
	case rest == "":
		return span(Year, first(1), first(13))
	case len(rest) == 2 && rest[0] == 'H':
		if h, ok := digits(rest[1:]); ok && h >= 1 && h <= 2 {
			return span(HalfYear, first(6*h-5), first(6*h+1))
		}
		return bad("has a half-year that is not 1 or 2")
	case len(rest) == 2 && rest[0] == 'Q':
		if q, ok := digits(rest[1:]); ok && q >= 1 && q <= 4 {
			return span(Quarter, first(3*q-2), first(3*q+1))
		}
		return bad("has a quarter that is not 1 to 4")
	case len(rest) == 4 && rest[:2] == "-W":
		w, ok := digits(rest[2:])
		if !ok || w < 1 || w > weeksOf(year) {
			return bad(fmt.Sprintf("has a week that %d does not have (1 to %d)", year, weeksOf(year)))
		}
		start := isoWeekStart(year, w)
		return span(Week, start, start.AddDate(0, 0, 7))
	case len(rest) == 3 && rest[0] == '-':
		if m, ok := digits(rest[1:]); ok && m >= 1 && m <= 12 {
			return span(Month, first(m), first(m+1))
		}
		return bad("has a month that is not 01 to 12")
	case len(rest) == 6 && rest[0] == '-' && rest[3] == '-':
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return bad("is a day that the calendar does not have")
		}
		return span(Day, d, d.AddDate(0, 0, 1))
	}
	return bad("is not a period")
}

func parseRange(s, from, to string) (Period, error) {
	a, err := parseSingle(from)
	if err != nil {
		return Period{}, fmt.Errorf("in range %q: %w", s, err)
	}
	b, err := parseSingle(to)
	if err != nil {
		return Period{}, fmt.Errorf("in range %q: %w", s, err)
	}
	if a.Kind != b.Kind {
		return Period{}, fmt.Errorf("range %q runs from a %s to a %s; both ends must be of one kind", s, a.Kind, b.Kind)
	}
	if !a.Start.Before(b.Start) {
		return Period{}, fmt.Errorf("range %q ends before it begins; write the earlier period first", s)
	}
	return Period{Kind: Range, Start: a.Start, End: b.End, code: s}, nil
}

func digits(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// weeksOf gives 52 or 53: the week that holds 28 December is a year's last.
func weeksOf(year int) int {
	_, w := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return w
}

// isoWeekStart gives the Monday of an ISO week; 4 January always lies in week 1.
func isoWeekStart(year, week int) time.Time {
	jan4 := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
	return monday.AddDate(0, 0, 7*(week-1))
}
