package px

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// sharedFile is a file of the payloads that lie beside the module; the test is skipped where they do not.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	body, err := os.ReadFile(filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the shared payload %s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func all(t testing.TB, r decode.Reader) []decode.Row {
	t.Helper()
	var out []decode.Row
	var row decode.Row
	for {
		err := r.Next(&row)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		keep := row
		keep.Codes = append([]string(nil), row.Codes...)
		keep.Labels = append([]string(nil), row.Labels...)
		out = append(out, keep)
	}
}

func ids(r decode.Reader) string {
	var out []string
	for _, d := range r.Dimensions() {
		out = append(out, d.ID)
	}
	return strings.Join(out, ",")
}

func TestSharedFiles(t *testing.T) {
	for _, c := range []struct {
		file, ids   string
		rows, has   int
		missing     string
		sum         float64 // counted by another program
		codes       string  // of the first row
		label       string  // of its first code
		first, last string
		unit        string
		updated     string
	}{
		{"px/BE0101A1.px", "region,marital status,age,sex,period", 33936, 33936, "", 18059144, "01|OG|0|1|2004", "01 Stockholm county", "13201", "0", "number", "20060209 15:20"},
		{"px/TAB003.px", "TREATMENT_CAT,WASTE_CAT,ContentsCode,TIME", 2448, 2430, "..", 1162846580, "05|01.1|WasteHazard|2010", "RECYCLING", "30", "5578000", "tonnes", "20230525 16:13"},
		{"px/TAB004.px", "SECTOR,GREENHOUSEGAS,ContentsCode,TIME", 4312, 3209, "..", 56187261, "0.1|CH4|Emission|1990",
			"NATIONAL TOTAL (excluding LULUCF, excluding international transports)", "296860", "", "Device varies with the subject", "20230525 15:42"},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			r, err := Open(strings.NewReader(sharedFile(t, c.file)), decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			rows := all(t, r)
			has, sum := 0, 0.0
			for _, row := range rows {
				sum += row.Value
				if row.Has {
					has++
				} else if row.Status != c.missing {
					t.Errorf("status %q at line %d", row.Status, row.Line)
				}
			}
			first, last := rows[0], rows[len(rows)-1]
			if ids(r) != c.ids || len(rows) != c.rows || has != c.has || math.Abs(sum-c.sum) > 0.01 || strings.Join(first.Codes, "|") != c.codes || first.Labels[0] != c.label ||
				first.Text != c.first || last.Text != c.last || first.Unit != c.unit || r.Meta().Updated != c.updated {
				t.Errorf("%s, %d rows, %d values, sum %v, first %+v, last %+v, updated %s", ids(r), len(rows), has, sum, first, last, r.Meta().Updated)
			}
			if c.file == "px/BE0101A1.px" {
				if d := r.Dimensions(); d[1].Categories[2].Code != "ÄNKL" || d[0].Categories[2].Label != "04 Södermanland county" || d[4].Categories[1].Time != "2005" || d[0].Role != decode.RoleGeo {
					t.Errorf("%+v", d[1])
				}
			}
			roles := map[decode.Role]int{}
			for _, d := range r.Dimensions() {
				roles[d.Role]++
			}
			if roles[decode.RoleTime] != 1 {
				t.Errorf("roles %v", roles)
			}
		})
	}
}

func TestSharedLanguage(t *testing.T) {
	r, err := OpenLanguage(strings.NewReader(sharedFile(t, "px/TAB003.px")), decode.Limits{}, "sv")
	if err != nil {
		t.Fatal(err)
	}
	dims := r.Dimensions()
	if ids(r) != "TREATMENT_CAT,WASTE_CAT,ContentsCode,TIME" || dims[3].Label != "år" || dims[0].Categories[0].Code != "05" || len(all(t, r)) != 2448 {
		t.Errorf("%+v", dims[0])
	}
	t.Log(r.Meta().Title, dims[0].Label, dims[0].Categories[0].Label, dims[2].Unit)
}
