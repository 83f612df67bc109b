package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// parse reads JSON with numbers as written.
func parse(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, fmt.Errorf("absent")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// compare lists the differences between what came out and what a case expects. Values that the case does not name are
// not looked at; a value that it names must be there, at the right place, and of the right kind.
func compare(path string, got, want any, tol tolerances) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return mismatch(path, got, want)
		}
		var faults []string
		for _, key := range slices.Sorted(maps.Keys(w)) {
			at := strings.TrimPrefix(path+"."+key, ".")
			v, ok := g[key]
			if !ok {
				faults = append(faults, fmt.Sprintf("%s: want %s, got no such value", at, show(w[key])))
				continue
			}
			faults = append(faults, compare(at, v, w[key], tol)...)
		}
		return faults
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return mismatch(path, got, want)
		}
		var faults []string
		for i := range w {
			faults = append(faults, compare(fmt.Sprintf("%s[%d]", path, i), g[i], w[i], tol)...)
		}
		return faults
	case json.Number:
		return compareNumber(path, got, w, tol)
	default: // null, bool, string ("Inf" is a string in these files)
		if got != want {
			return mismatch(path, got, want)
		}
		return nil
	}
}

func compareNumber(path string, got any, want json.Number, tol tolerances) []string {
	g, ok := got.(json.Number)
	if !ok {
		return mismatch(path, got, want)
	}
	x, errX := g.Float64()
	y, errY := want.Float64()
	if errX != nil || errY != nil {
		return mismatch(path, got, want)
	}
	rel, abs := tol.at(path, y)
	if d := math.Abs(x - y); d <= abs || d <= rel*math.Abs(y) {
		return nil
	}
	return mismatch(path, got, want)
}

func mismatch(path string, got, want any) []string {
	if path == "" {
		path = "expected"
	}
	return []string{fmt.Sprintf("%s: want %s, got %s", path, show(want), show(got))}
}

// show writes a value on one short line.
func show(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(raw) > 200 {
		return string(raw[:200]) + "…"
	}
	return string(raw)
}
