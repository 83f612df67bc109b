package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const figures = "../../../../shared/data/figures.csv"

// A committed file that the rules do not make would be a figure without a source.
func TestCollectionIsWhatTheRulesMake(t *testing.T) {
	if _, err := os.Stat(figures); errors.Is(err, fs.ErrNotExist) {
		t.Skip("skipped: the collected figures are not beside the project")
	}
	res, err := carryFile(figures)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.kept + res.collapsed + len(res.out); got != res.read {
		t.Errorf("%d rows accounted for, %d read", got, res.read)
	}
	t.Log(res.summary())
	files, err := res.files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from what the rules make (%v); run carry again", name, err)
		}
	}
	committed, _ := filepath.Glob("../figures/*.csv")
	if len(committed) != len(files)-1 {
		t.Errorf("%d files committed, the rules make %d", len(committed), len(files)-1)
	}
}

func row(line int, value, status, org string) collected {
	return collected{line: line, indicator: "drug_induced_deaths", area: "SE", period: "2015", sex: "T", age: "TOT", value: value,
		unit: "deaths", status: status, org: org, title: "t", url: "https://example.org/a (read twice)"}
}

func TestCarry(t *testing.T) {
	t.Run("a revision becomes an earlier edition", func(t *testing.T) {
		res, err := carry([]collected{row(2, "675", "revised", "B"), row(3, "661", "secondary", "A")})
		if err != nil {
			t.Fatal(err)
		}
		e := res.editions["drug_induced_deaths"]
		if len(e) != 2 || e[0][0].value != "661" || e[1][0].value != "675" || e[1][0].flags != "revised" {
			t.Errorf("editions %+v", e)
		}
		if e[0][0].url != "https://example.org/a" || e[0][0].note != "read twice" {
			t.Errorf("address %q, note %q", e[0][0].url, e[0][0].note)
		}
	})
	t.Run("the same value twice is one figure, the producer's own first", func(t *testing.T) {
		res, err := carry([]collected{row(2, "675", "secondary", "Relay"), row(3, "675", "", "Producer")})
		if err != nil {
			t.Fatal(err)
		}
		if e := res.editions["drug_induced_deaths"]; len(e) != 1 || e[0][0].source != "Producer" || res.collapsed != 1 {
			t.Errorf("editions %+v, %d collapsed", e, res.collapsed)
		}
	})
	t.Run("two values that nobody orders are left out", func(t *testing.T) {
		res, err := carry([]collected{row(2, "1", "", "A"), row(3, "2", "", "B")})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.editions) != 0 || len(res.out) != 2 {
			t.Errorf("%d indicators, %d left out", len(res.editions), len(res.out))
		}
	})
	t.Run("a status that no rule knows stops", func(t *testing.T) {
		if _, err := carry([]collected{row(2, "1", "guessed", "A")}); err == nil {
			t.Error("no error")
		}
	})
}
