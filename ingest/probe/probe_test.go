package probe

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"utfall/ingest"
	"utfall/ingest/source"
	"utfall/schema"
)

var loadCatalogue = sync.OnceValues(schema.Load)

// batch makes observations of "area period sex value" lines; a value of - is missing.
func batch(t *testing.T, lines ...string) *schema.Batch {
	t.Helper()
	b := schema.NewBatch("t", len(lines))
	for _, l := range lines {
		var area, period, sex, text string
		if _, err := fmt.Sscan(l, &area, &period, &sex, &text); err != nil {
			t.Fatal(err)
		}
		p, err := schema.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		var v float64
		missing := "other"
		if text != "-" {
			missing = ""
			if _, err := fmt.Sscan(text, &v); err != nil {
				t.Fatal(err)
			}
		}
		b.Indicator, b.Variant, b.Area, b.Period = append(b.Indicator, "population"), append(b.Variant, ""), append(b.Area, area), append(b.Period, period)
		b.Start, b.End, b.Sex, b.Age = append(b.Start, p.Start), append(b.End, p.End), append(b.Sex, sex), append(b.Age, "TOT")
		b.Breakdown, b.Value, b.Missing = append(b.Breakdown, ""), append(b.Value, v), append(b.Missing, missing)
	}
	return b
}

func findings(t *testing.T, v source.Validate, f ingest.Facts, lines ...string) string {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	p := New(source.Source{ID: "t", Validate: v}, c, nil)
	p.Watch(batch(t, lines...))
	if f.Release.Counts.Read == 0 {
		f.Release.Counts.Read = uint64(len(lines))
	}
	return strings.Join(p.Findings(f), "; ")
}

func TestFindings(t *testing.T) {
	june, july := time.Date(2026, 6, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 8, 0, 0, 0, 0, time.UTC)
	sexes := source.Validate{Totals: []source.Total{{Over: "sex", Total: "T", Parts: []string{"F", "M"}, Tolerance: 0.01, Absolute: 1}}}
	counties := source.Validate{Totals: []source.Total{{Over: "area", Total: "SE", Level: "region"}}}
	jump := source.Validate{Jump: &source.Jump{Factor: 2, Above: 10}}
	last := func(rows uint64, updated time.Time) schema.Release {
		return schema.Release{Seq: 7, Counts: schema.Counts{Read: rows}, SourceUpdated: updated}
	}
	changed := func(period string, from, to float64) []schema.Difference {
		return []schema.Difference{{Indicator: "population", Area: "SE", Period: period, Sex: "T", Age: "TOT", Kind: "changed", Old: from, New: to}}
	}
	for name, x := range map[string]struct {
		v     source.Validate
		f     ingest.Facts
		lines []string
		want  string // "" for none
	}{
		"as promised":                  {sexes, ingest.Facts{}, []string{"SE 2022 T 100", "SE 2022 F 51", "SE 2022 M 50"}, ""},
		"beyond the tolerance":         {sexes, ingest.Facts{}, []string{"SE 2022 T 100", "SE 2022 F 51", "SE 2022 M 52"}, "1 totals over sex do not fit their parts, the worst: population, SE, 2022, age TOT: the parts add up to 103, the total is 100"},
		"a part is suppressed":         {sexes, ingest.Facts{}, []string{"SE 2022 T 100", "SE 2022 F 51", "SE 2022 M -"}, ""},
		"no total":                     {sexes, ingest.Facts{}, []string{"SE 2022 F 51", "SE 2022 M 52"}, ""},
		"not all counties":             {counties, ingest.Facts{}, []string{"SE 2022 T 100", "SE-14 2022 T 5"}, ""},
		"too few rows":                 {source.Validate{Rows: source.Rows{Min: 3}}, ingest.Facts{}, []string{"SE 2022 T 1"}, "1 rows, expected at least 3"},
		"too many rows":                {source.Validate{Rows: source.Rows{Min: 1, Max: 1}}, ingest.Facts{}, []string{"SE 2021 T 1", "SE 2022 T 1"}, "2 rows, expected 1 to 1"},
		"far fewer rows than last":     {source.Validate{}, ingest.Facts{Last: last(100, june)}, []string{"SE 2022 T 1"}, "1 rows, release 7 had 100: a change of more than 20 %"},
		"a few more rows":              {source.Validate{}, ingest.Facts{Last: last(10, june), Release: schema.Release{Counts: schema.Counts{Read: 11}}}, []string{"SE 2022 T 1"}, ""},
		"a combination is there":       {source.Validate{Required: []source.Required{{Area: "SE", Sex: "T"}}}, ingest.Facts{}, []string{"SE 2022 T 1"}, ""},
		"a combination has no value":   {source.Validate{Required: []source.Required{{Area: "SE", Sex: "T"}}}, ingest.Facts{}, []string{"SE 2022 T -", "SE 2022 F 1"}, "no value for area SE, sex T, which must be there"},
		"the time has not moved":       {source.Validate{}, ingest.Facts{Last: last(1, june), Release: schema.Release{SourceUpdated: june, Counts: schema.Counts{Read: 1, Changed: 1}}}, []string{"SE 2022 T 1"}, "figures differ (0 new, 1 changed, 0 gone) and the source's own time is still 2026-06-08T00:00:00Z"},
		"the time has gone back":       {source.Validate{}, ingest.Facts{Last: last(1, july), Release: schema.Release{SourceUpdated: june, Counts: schema.Counts{Read: 1}}}, []string{"SE 2022 T 1"}, "it has gone back"},
		"the time has moved":           {source.Validate{}, ingest.Facts{Last: last(1, june), Release: schema.Release{SourceUpdated: july, Counts: schema.Counts{Read: 1}}}, []string{"SE 2022 T 1"}, ""},
		"a source that revises softly": {source.Validate{Updated: "silent"}, ingest.Facts{Last: last(1, june), Release: schema.Release{SourceUpdated: june, Counts: schema.Counts{Read: 1}}}, []string{"SE 2022 T 1"}, ""},
		"a jump at first":              {jump, ingest.Facts{}, []string{"SE 2021 T 10", "SE 2022 T 21"}, "population, SE, 2022, sex T, age TOT: 21, and 10 in 2021"},
		"twice is believed":            {jump, ingest.Facts{}, []string{"SE 2022 T 20", "SE 2021 T 10"}, ""},
		"small numbers jump":           {jump, ingest.Facts{}, []string{"SE 2021 T 1", "SE 2022 T 10"}, ""},
		"from nothing":                 {jump, ingest.Facts{}, []string{"SE 2021 T 0", "SE 2022 T 11"}, "and 0 in 2021"},
		"months and years do not meet": {jump, ingest.Facts{}, []string{"SE 2021 T 1200", "SE 2021-12 T 100", "SE 2022 T 1300"}, ""},
		"a jump published before":      {jump, ingest.Facts{Last: last(3, june), Differences: changed("2023", 40, 41)}, []string{"SE 2021 T 10", "SE 2022 T 21", "SE 2023 T 41"}, ""},
		"a jump at what is new":        {jump, ingest.Facts{Last: last(3, june), Differences: changed("2023", 40, 60)}, []string{"SE 2021 T 10", "SE 2022 T 21", "SE 2023 T 60"}, "population, SE, 2023, sex T, age TOT: 60, and 21 in 2022"},
		"a revision out of reach":      {jump, ingest.Facts{Last: last(1, june), Differences: changed("2023", 41, 41000)}, []string{"SE 2023 T 41000"}, "population, SE, 2023, sex T, age TOT was 41 and would be 41000"},
	} {
		got := findings(t, x.v, x.f, x.lines...)
		if (got == "") != (x.want == "") || !strings.Contains(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

// What the mapping noticed comes first.
func TestMappingFindings(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	p := New(source.Source{}, c, func() []string { return []string{"the unit is another"} })
	if got := p.Findings(ingest.Facts{}); len(got) != 1 || got[0] != "the unit is another" {
		t.Errorf("%q", got)
	}
}

// The counties add up to the country where all are there.
func TestCountiesAddUp(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	v := source.Validate{Totals: []source.Total{{Over: "area", Total: "SE", Level: "region", Absolute: 0.5}}}
	var lines []string
	n := 0
	for _, a := range c.Areas.All() {
		if a.Level == schema.Region && strings.HasPrefix(a.Code, "SE-") {
			n++
			lines = append(lines, a.Code+" 2022 T 10")
		}
	}
	if n != 21 {
		t.Fatalf("%d regions", n)
	}
	if got := findings(t, v, ingest.Facts{}, append(lines, "SE 2022 T 210")...); got != "" {
		t.Error(got)
	}
	if got := findings(t, v, ingest.Facts{}, append(lines, "SE 2022 T 211")...); !strings.Contains(got, "the parts add up to 210, the total is 211") {
		t.Errorf("%q", got)
	}
}
