package vintage

import (
	"fmt"
	"math"
	"testing"

	"utfall/stats"
)

func value(v float64) *float64 { return &v }

func row(period, issue string, v *float64) Row {
	return Row{Series: "deaths", Period: period, Issue: issue, Value: v}
}

func archive(t *testing.T, until string, rows ...Row) *Archive {
	t.Helper()
	a, err := NewArchive(rows, until)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A value that was taken back is not known, not the one before it; given again it is back.
func TestWithdrawnIsNotTheValueBefore(t *testing.T) {
	a := archive(t, "", row("2022", "2023-08-28", value(58)), row("2022", "2024-02-15", nil), row("2022", "2024-03-01", value(60)))
	for day, want := range map[string]int{"2023-08-27": 0, "2023-08-28": 1, "2024-02-15": 0, "2024-03-01": 1} {
		if got, err := a.AsOf(day); err != nil || len(got) != want {
			t.Errorf("%s: %+v, %v", day, got, err)
		}
	}
	for _, c := range []struct {
		from, to string
		want     Kind
	}{{"2023-01-01", "2023-12-31", New}, {"2023-12-31", "2024-02-20", Withdrawn}, {"2024-02-20", "2024-12-31", Restored}, {"2023-12-31", "2024-12-31", Revised}} {
		got, err := a.Changes(c.from, c.to)
		if err != nil || len(got) != 1 || got[0].Kind != c.want {
			t.Errorf("%s to %s: %+v, %v, want %s", c.from, c.to, got, err, c.want)
		}
	}
	if first := a.First(); len(first) != 1 || *first[0].Value != 58 {
		t.Errorf("first: %+v", first)
	}
	if h := a.History("2022"); len(h) != 3 || h[1].Value != nil {
		t.Errorf("history: %+v", h)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		rows   []Row
		until  string
		asOf   string
		reason stats.Reason
	}{
		"an issue that is no day":             {[]Row{row("2022", "2024", value(1))}, "", "", stats.OutOfRange},
		"a last look that is no day":          {nil, "soon", "", stats.OutOfRange},
		"a value that is none":                {[]Row{row("2022", "2024-01-01", value(math.NaN()))}, "", "", stats.NotFinite},
		"one issue with two values":           {[]Row{row("2022", "2024-01-01", value(1)), row("2022", "2024-01-01", value(2))}, "", "", stats.Unordered},
		"a day after the last look":           {[]Row{row("2022", "2024-01-01", value(1))}, "2024-06-01", "2024-06-02", stats.OutOfRange},
		"a question about a day that is none": {nil, "", "2024-13-01", stats.OutOfRange},
	} {
		a, err := NewArchive(c.rows, c.until)
		if err == nil {
			_, err = a.AsOf(c.asOf)
		}
		if stats.ReasonOf(err) != c.reason {
			t.Errorf("%s: got %v, want %s", name, err, c.reason)
		}
	}
	if _, err := archive(t, "").Changes("2024-02-01", "2024-01-01"); stats.ReasonOf(err) != stats.OutOfRange {
		t.Errorf("days in the wrong order: %v", err)
	}
}

// Whatever rows come in, and in whatever order: a typed error or the same answer.
func FuzzArchive(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, "2024-01-20", "2024-02-01")
	f.Add([]byte{0, 0, 255, 0, 0, 254, 9, 9, 9}, "2024-01-01", "x")
	f.Fuzz(func(t *testing.T, data []byte, from, to string) {
		var rows, turned []Row
		for i := 0; i+2 < len(data); i += 3 {
			r := Row{Series: fmt.Sprint(data[i] % 2), Period: fmt.Sprint(2020 + int(data[i])%3), Issue: fmt.Sprintf("2024-01-%02d", data[i+1]%32)}
			if v := float64(data[i+2]); v != 255 {
				r.Value = &v
			}
			rows, turned = append(rows, r), append([]Row{r}, turned...)
		}
		a, err := NewArchive(rows, "")
		b, errTurned := NewArchive(turned, "")
		if (err == nil) != (errTurned == nil) || err != nil && stats.ReasonOf(err) == "" {
			t.Fatalf("%v, in the other order %v", err, errTurned)
		}
		if err != nil {
			return
		}
		known, err := a.AsOf(to)
		same, _ := b.AsOf(to)
		if err != nil && stats.ReasonOf(err) == "" || len(known) != len(same) {
			t.Fatalf("as of %s: %d and %d rows, %v", to, len(known), len(same), err)
		}
		changes, err := a.Changes(from, to)
		if err != nil && stats.ReasonOf(err) == "" {
			t.Fatal(err)
		}
		for _, c := range changes {
			if equal(c.Before, c.After) {
				t.Fatalf("no change: %+v", c)
			}
		}
		if len(a.First()) > len(rows) || len(a.History("2021")) > len(rows) {
			t.Fatal("more rows than came in")
		}
	})
}
