package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// fillTemplate writes texts and numbers into cells of a template's sheet of figures.
func fillTemplate(t *testing.T, path string, cells map[string]any) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range cells {
		if err := f.SetCellValue("Siffror", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
}

// marked gives the cells of a workbook that are filled with red, and how many comments it has.
func marked(t *testing.T, path string) (cells []string, comments int) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for row := 1; row <= 20; row++ {
		for column := 1; column <= 18; column++ {
			cell, err := excelize.CoordinatesToCellName(column, row)
			if err != nil {
				t.Fatal(err)
			}
			id, err := f.GetCellStyle("Siffror", cell)
			if err != nil {
				t.Fatal(err)
			}
			s, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Equal(s.Fill.Color, []string{"F8B4B4"}) {
				cells = append(cells, cell)
			}
		}
	}
	list, err := f.GetComments("Siffror")
	if err != nil {
		t.Fatal(err)
	}
	return cells, len(list)
}

// From the template to the figures: ten faults are answered with ten marked cells and publish nothing; put right in the
// answer itself, the delivery is published, and taken in again it is unchanged.
func TestDeliveryByWorkbook(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"UTFALL_DATA_DIR": filepath.Join(dir, "data")}
	path := filepath.Join(dir, "socialtjansten.xlsx")
	if code, out, errs := call(t, env, "delivery", "template", "institutional_voluntary", "open_interventions", "--area", "SE-1480,SE-1481", "--out", path); code != done || !strings.Contains(out, "2 indicators") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	cells := map[string]any{}
	for row, x := range [][]any{
		{"institutional_voluntary", "SE-1480 Göteborg", "2021", 31},
		{"institutional_voluntary", "SE-1480 Göteborg", "2022", 28},
		{"institutional", "SE-1480", "2023", 30},                // A5
		{"institutional_voluntary", "Mölndal", "2021", 4},       // C6
		{"institutional_voluntary", "SE-1481", "tjugotvå", 5},   // D7
		{"institutional_voluntary", "SE-1481", "2023", "sex"},   // G8
		{"institutional_voluntary", "SE-1481", "2024", -1},      // G9
		{"institutional_voluntary", "SE-1481", "2020", 5.5},     // G10
		{"institutional_voluntary", "SE-1481", "2019", 7},       // E11, F11
		{"institutional_voluntary", "SE-1480", "2021", 31},      // G12 is row 3 again
		{"institutional_voluntary", "SE-1480", "2018", 9, "st"}, // H13
	} {
		n := strconv.Itoa(row + 3)
		cells["A"+n], cells["C"+n], cells["D"+n], cells["G"+n] = x[0], x[1], x[2], x[3]
		cells["H"+n], cells["O"+n], cells["P"+n] = "persons", "Socialförvaltningen", "Verksamhetssystemet 2026-01-15"
		if len(x) > 4 {
			cells["H"+n] = x[4]
		}
	}
	cells["E11"], cells["F11"] = "pojkar", "unga"
	fillTemplate(t, path, cells)
	code, out, errs := call(t, env, "ingest", "--dataset", "t/workbook", "--file", path)
	if code != failed || !strings.Contains(errs, "10 faulty cells marked") || !strings.Contains(errs, "Siffror!A5") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	answer := filepath.Join(dir, "socialtjansten.svar.xlsx")
	got, comments := marked(t, answer)
	if want := []string{"A5", "C6", "D7", "G8", "G9", "G10", "E11", "F11", "G12", "H13"}; !slices.Equal(got, want) || comments != 10 {
		t.Fatalf("marked %q, %d comments, want %q", got, comments, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "socialtjansten.svar.txt"))
	if err != nil || !strings.Contains(string(text), "10 fel") || strings.Count(string(text), "Siffror!") != 10 {
		t.Errorf("%s, %v", text, err)
	}
	if code, out, errs := call(t, env, "export", "--indicator", "institutional_voluntary", "--area", "SE-1480,SE-1481"); code != done || strings.Contains(out, "SE-148") {
		t.Errorf("a refused delivery shows: %d: %s%s", code, out, errs)
	}
	fillTemplate(t, answer, map[string]any{"A5": "institutional_voluntary", "C6": "SE-1481 Mölndal", "D7": "2022", "G8": 6, "G9": 1, "G10": 5, "E11": "F kvinnor", "F11": "18+",
		"D12": "2020", "H13": "persons personer"})
	if code, out, errs := call(t, env, "delivery", "check", answer); code != done || !strings.Contains(out, "no faults") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	if code, out, errs := call(t, env, "ingest", "--dataset", "t/workbook", "--file", answer); code != done || !strings.Contains(out, "read 11, new 11,") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	if code, out, errs := call(t, env, "ingest", "--dataset", "t/workbook", "--file", answer); code != done || !strings.Contains(out, "unchanged 11") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	code, out, errs = call(t, env, "export", "--indicator", "institutional_voluntary", "--area", "SE-1480")
	if code != done || !strings.Contains(out, "31") || strings.Count(out, "SE-1480") < 5 {
		t.Errorf("%d: %s%s", code, out, errs)
	}
}

func TestDeliveryUsage(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "x.xlsx")
	if err := os.WriteFile(text, []byte("indicator,area\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"delivery"}, usage, "say template INDICATOR"},
		{[]string{"delivery", "send"}, usage, `there is no "send"`},
		{[]string{"delivery", "template", "--out", text}, usage, "name at least one indicator"},
		{[]string{"delivery", "template", "lvm_in_care"}, usage, "name at least one indicator and the workbook"},
		{[]string{"delivery", "template", "lvm_in_care", "--out", "x.csv"}, usage, "FILE.xlsx"},
		{[]string{"delivery", "template", "nope", "--out", text}, usage, `indicator "nope" is not in the catalogue`},
		{[]string{"delivery", "template", "lvm_in_care", "--area", "XX", "--out", text}, usage, `area "XX" is not known`},
		{[]string{"delivery", "check"}, usage, "name one workbook"},
		{[]string{"delivery", "check", text}, failed, "expected an XLSX workbook"},
	} {
		code, _, errs := call(t, nil, c.args...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit code %d, said %q, want %q", c.args, code, errs, c.want)
		}
	}
}
