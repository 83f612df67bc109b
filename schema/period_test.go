package schema

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Each way to write a period is tied to its first and last day.
func TestPeriodDays(t *testing.T) {
	for _, c := range []struct{ code, kind, start, end string }{
		{"2022", "year", "2022-01-01", "2022-12-31"},
		{"2022H1", "halfyear", "2022-01-01", "2022-06-30"},
		{"2022H2", "halfyear", "2022-07-01", "2022-12-31"},
		{"2022Q3", "quarter", "2022-07-01", "2022-09-30"},
		{"2024-02", "month", "2024-02-01", "2024-02-29"},
		{"2020-W53", "week", "2020-12-28", "2021-01-03"},
		{"2021-W01", "week", "2021-01-04", "2021-01-10"},
		{"2025-W01", "week", "2024-12-30", "2025-01-05"},
		{"2022-11-01", "day", "2022-11-01", "2022-11-01"},
		{"2016/2020", "range", "2016-01-01", "2020-12-31"},
		{"2023-04/2023-09", "range", "2023-04-01", "2023-09-30"},
	} {
		p, err := ParsePeriod(c.code)
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		if string(p.Kind) != c.kind || p.Start.Format(time.DateOnly) != c.start || p.End.Format(time.DateOnly) != c.end || p.String() != c.code {
			t.Errorf("%s is %s from %s to %s, written %s", c.code, p.Kind, p.Start.Format(time.DateOnly), p.End.Format(time.DateOnly), p)
		}
	}
}

func TestPeriodRefused(t *testing.T) {
	for code, want := range map[string]string{
		"":                "is not a period",
		"22":              "is not a period",
		"20x2":            "does not begin with a year",
		"1899":            "lies outside 1900 to 2100",
		"2022H3":          "half-year that is not 1 or 2",
		"2022Q0":          "quarter that is not 1 to 4",
		"2022-13":         "month that is not 01 to 12",
		"2022-W53":        "week that 2022 does not have (1 to 52)",
		"2023-02-29":      "day that the calendar does not have",
		"2022 ":           "is not a period",
		"2022-1":          "is not a period",
		"２０２２":            "does not begin with a year",
		"2020/2016":       "ends before it begins",
		"2020/2020":       "ends before it begins",
		"2020/2021-03":    "both ends must be of one kind",
		"2016/2018/2020":  "is not a period",
		"2022Q1/2022Q5":   "quarter that is not 1 to 4",
		"2022-01-01T00:0": "is not a period",
	} {
		_, err := ParsePeriod(code)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", code, err, want)
		}
	}
}

// Weeks follow one another without a gap or an overlap, over every turn of the year.
func TestWeeksTileTheYears(t *testing.T) {
	var last Period
	for year := firstYear; year <= lastYear; year++ {
		for w := 1; w <= weeksOf(year); w++ {
			p, err := ParsePeriod(fmt.Sprintf("%d-W%02d", year, w))
			if err != nil {
				t.Fatal(err)
			}
			if y, iso := p.Start.ISOWeek(); y != year || iso != w || p.Start.Weekday() != time.Monday {
				t.Fatalf("%s begins on %s", p, p.Start.Format(time.DateOnly))
			}
			if !last.IsZero() && !last.End.AddDate(0, 0, 1).Equal(p.Start) {
				t.Fatalf("%s ends %s and %s begins %s", last, last.End.Format(time.DateOnly), p, p.Start.Format(time.DateOnly))
			}
			last = p
		}
	}
}

// What parses is written back as it was read, begins no later than it ends, and holds the parts it is made of.
func TestPeriodRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(firstYear, lastYear-1)
		single := rapid.Custom(func(t *rapid.T) string {
			y := year.Draw(t, "year")
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				return fmt.Sprintf("%d", y)
			case 1:
				return fmt.Sprintf("%dH%d", y, rapid.IntRange(1, 2).Draw(t, "half"))
			case 2:
				return fmt.Sprintf("%dQ%d", y, rapid.IntRange(1, 4).Draw(t, "quarter"))
			case 3:
				return fmt.Sprintf("%d-%02d", y, rapid.IntRange(1, 12).Draw(t, "month"))
			case 4:
				return fmt.Sprintf("%d-W%02d", y, rapid.IntRange(1, weeksOf(y)).Draw(t, "week"))
			}
			return time.Date(y, 1, rapid.IntRange(1, 365).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		})
		code := single.Draw(t, "code")
		p, err := ParsePeriod(code)
		if err != nil {
			t.Fatal(err)
		}
		if p.String() != code || p.End.Before(p.Start) {
			t.Fatalf("%q became %s, %s to %s", code, p, p.Start, p.End)
		}
		other, err := ParsePeriod(single.Draw(t, "other"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParsePeriod(code + "/" + other.String())
		if fine := other.Kind == p.Kind && p.Start.Before(other.Start); fine != (err == nil) {
			t.Fatalf("%s/%s: %v", code, other, err)
		}
		if err == nil && (!r.Start.Equal(p.Start) || !r.End.Equal(other.End)) {
			t.Fatalf("%s runs from %s to %s", r, r.Start, r.End)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2022", "2022H1", "2020-W53", "2016/2020", "-", "2022-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePeriod(s)
		if err == nil && (p.String() != s || p.End.Before(p.Start) || p.Start.Year() < firstYear-1) {
			t.Errorf("%q became %s, %s to %s", s, p, p.Start, p.End)
		}
	})
}
