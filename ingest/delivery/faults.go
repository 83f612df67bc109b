package delivery

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/tidy"
	"utfall/schema"
)

// Faults gives every cell of the workbook that cannot be taken in, several of one row too, and rows that give one figure a
// second time; in the order of rows and columns. It is empty for a workbook that will be taken in whole.
//
// The rules are tidy's own: its reader tells of a row's first fault, that cell is replaced by one that is right, and the
// row is read again until nothing is left to tell.
func (w *Workbook) Faults() ([]Fault, error) {
	var out []Fault
	rows := make([]row, 0, len(w.rows))
	for _, x := range w.rows {
		out = append(out, x.faults...)
		y := row{number: x.number, texts: slices.Clone(x.texts), faults: x.faults}
		for _, f := range x.faults {
			if f.Name != "" {
				w.repair(&y, f.Name)
			}
		}
		rows = append(rows, y)
	}
	for again := rows; len(again) > 0; {
		found, err := w.firstFaults(again)
		if err != nil {
			return nil, err
		}
		var faulty []row
		for _, x := range again {
			f, ok := found[x.number]
			if !ok {
				continue
			}
			for _, one := range w.split(x, f) {
				out = append(out, one)
				x.faults = append(x.faults, one)
				w.repair(&x, one.Name)
			}
			if len(x.faults) <= len(w.names) { // each column at most once: the search ends
				faulty = append(faulty, x)
			}
		}
		again = faulty
	}
	out = append(out, w.duplicates(out)...)
	slices.SortFunc(out, func(a, b Fault) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return slices.CompactFunc(out, func(a, b Fault) bool { return a.Cell == b.Cell }), nil
}

// firstFaults reads rows and gives the fault that each was rejected for, by row number.
func (w *Workbook) firstFaults(rows []row) (map[int]Fault, error) {
	text, err := w.tidy(rows)
	if err != nil {
		return nil, err
	}
	r, err := tidy.New(w.Name, text, w.catalogue)
	if err != nil {
		return nil, err
	}
	found := map[int]Fault{}
	for {
		_, rejects, err := r.Next()
		for _, x := range rejects {
			from := rows[x.Line-2]
			found[from.number] = w.place(from, x)
		}
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// split makes two faults of one that tidy tells of two cells: source and citation are asked for together.
func (w *Workbook) split(x row, f Fault) []Fault {
	if f.Reason != tidy.ReasonSource {
		return []Fault{f}
	}
	var out []Fault
	for _, name := range []string{"source", "citation"} {
		if i := slices.Index(w.names, name); i >= 0 && x.texts[i] == "" {
			out = append(out, w.fault(x.number, w.at[i], name, "", f.Reason, "a figure needs its source and citation; fill in both columns"))
		}
	}
	return out
}

// repair puts something right into a faulty cell, so that the rest of its row can be read.
func (w *Workbook) repair(x *row, name string) {
	set := func(name, text string) {
		if i := slices.Index(w.names, name); i >= 0 {
			x.texts[i] = text
		}
	}
	get := func(name string) string {
		if i := slices.Index(w.names, name); i >= 0 {
			return x.texts[i]
		}
		return ""
	}
	switch name {
	case "indicator": // what an unknown indicator is measured in, and its variants, cannot be known
		ind := w.catalogue.Indicators[0]
		set("indicator", ind.ID)
		set("unit", ind.Unit)
		set("variant", "")
		if isNumber(get("value")) {
			set("value", "0")
			clearLimits(set, get)
		}
	case "area":
		set("area", w.catalogue.Areas.All()[0].Code)
	case "period":
		set("period", "2000")
	case "unit":
		if ind, ok := w.catalogue.Indicator(get("indicator")); ok {
			set("unit", ind.Unit)
		}
	case "value":
		set("value", "0")
		set("missing", "")
		clearLimits(set, get)
	case "lower", "upper":
		if isNumber(get(name)) { // the value lies outside its limits: both are in doubt
			clearLimits(set, get)
		}
		set(name, "")
	case "missing":
		set("missing", "")
		if get("value") == "" {
			set("value", "0")
		}
	case "source", "citation":
		set(name, "x")
	default: // sex, age, flags, variant: empty is right
		set(name, "")
	}
}

// clearLimits takes limits away that belong to a value which was replaced; what is no number is still to be told.
func clearLimits(set func(name, text string), get func(string) string) {
	for _, n := range []string{"lower", "upper"} {
		if isNumber(get(n)) {
			set(n, "")
		}
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// duplicates gives a fault for each row that says again what an earlier one says, whatever its value. Rows whose own
// description is at fault are not compared.
func (w *Workbook) duplicates(faults []Fault) []Fault {
	description := []string{"indicator", "variant", "area", "period", "sex", "age", "breakdown"}
	unclear := map[int]bool{}
	for _, f := range faults {
		unclear[f.Line] = unclear[f.Line] || slices.Contains(description, f.Name)
	}
	first := map[string]row{}
	var out []Fault
	for _, x := range w.rows {
		if unclear[x.number] {
			continue
		}
		key := strings.Join(w.description(x, description), "\x00")
		before, twice := first[key]
		if !twice {
			first[key] = x
			continue
		}
		i := slices.Index(w.names, "value")
		what := "the same figure"
		if before.texts[i] != x.texts[i] {
			what = "another figure for the same cell"
		}
		f := w.fault(x.number, w.at[i], "value", x.texts[i], ReasonDuplicate, fmt.Sprintf("%s stands in row %d; keep one of the rows", what, before.number))
		f.other = before.number
		out = append(out, f)
	}
	return out
}

// description gives what a row is about; empty cells stand for the total.
func (w *Workbook) description(x row, names []string) []string {
	total := map[string]string{"sex": string(schema.BothSexes), "age": schema.AllAges}
	out := make([]string, len(names))
	for k, n := range names {
		if i := slices.Index(w.names, n); i >= 0 {
			out[k] = x.texts[i]
		}
		if out[k] == "" {
			out[k] = total[n]
		}
	}
	return out
}
