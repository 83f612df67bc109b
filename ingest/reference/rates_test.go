package reference

import (
	"encoding/csv"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"utfall/schema"
)

// Every count of persons, events or stays that has a population of the same area, year, sex and age is shown per inhabitant
// too: a new one without a rate in the catalogue fails here. Facilities are no such count.
func TestCountsWithAPopulationHaveARate(t *testing.T) {
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]bool{}
	for _, r := range table(t, "population.csv") {
		people[r["area"]+r["period"]+r["sex"]+r["age"]] = r["value"] != ""
	}
	rates := map[string]bool{}
	for _, ind := range c.Derived() {
		if ind.Derive.Method == schema.DeriveRate && ind.Denominator == "population" {
			rates[ind.Numerator] = true
		}
	}
	if len(people) < 500 || len(rates) < 30 {
		t.Fatalf("%d populations, %d rates", len(people), len(rates))
	}
	names, err := fs.Glob(figures, "figures/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		id := strings.TrimSuffix(path.Base(name), ".csv")
		ind, ok := c.Indicator(id)
		if !ok || !ind.Kind.IsCount() || ind.Kind == schema.Units || ind.Kind == schema.Population || rates[id] {
			continue
		}
		if rows := table(t, path.Base(name)); slices.ContainsFunc(rows, func(r map[string]string) bool {
			whole := len(r["period"]) == len("2022") || len(r["period"]) == len("2022-11-01") // a population is that of a year, not of a month
			return r["value"] != "" && whole && people[r["area"]+r["period"][:4]+r["sex"]+r["age"]]
		}) {
			t.Errorf("%s has figures with a population and no rate in the catalogue", id)
		}
	}
}

func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := figures.Open("figures/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, 0, len(rows))
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, v := range row {
			r[rows[0][i]] = v
		}
		out = append(out, r)
	}
	return out
}
