package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"utfall/stats"
)

// otherCases names the environment variable that may point to a folder with further cases in the same format.
const otherCases = "UTFALL_REFERENCE_CASES"

// Case is one case of a file: what goes in, what must come out.
type Case struct {
	Method   string
	File     string          // the file that the case stands in
	Dir      string          // its folder; datasets are named relative to it
	ID       string          `json:"id"`
	Note     string          `json:"note"`
	Input    json.RawMessage `json:"input"`
	Params   json.RawMessage `json:"params"`
	Expected json.RawMessage `json:"expected"`
}

// caseFile is one file: all cases of one method.
type caseFile struct {
	Method    string         `json:"method"`
	Source    string         `json:"source"`
	Tolerance map[string]any `json:"tolerance"`
	Cases     []Case         `json:"cases"`
}

// tally counts the cases of a method.
type tally struct{ passed, failed int }

func TestReferenceCases(t *testing.T) {
	methods, err := merge(coreMethods, processMethods, effectMethods, disclosureMethods)
	if err != nil {
		t.Fatal(err)
	}
	dirs := []string{"testdata"}
	if dir := os.Getenv(otherCases); dir != "" {
		dirs = append(dirs, fromRoot(dir))
	}
	tallies := map[string]*tally{}
	for _, dir := range dirs {
		files, err := readFolder(dir)
		if err != nil {
			t.Errorf("%v", err)
		}
		for _, f := range files {
			runFile(t, f, methods, tallies)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[name]
		fmt.Printf("method %s: %d cases, %d passed, %d failed\n", name, n.passed+n.failed, n.passed, n.failed)
	}
}

// fromRoot reads a relative folder as the person who typed it means it: from the root of the project, where go test is
// started, and not from this package, where it runs.
func fromRoot(dir string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join("..", "..", dir)
}

// merge joins the adapters of all packages; a name may stand in one map only.
func merge(groups ...map[string]func(Case) (any, error)) (map[string]func(Case) (any, error), error) {
	all := map[string]func(Case) (any, error){}
	for _, group := range groups {
		for name, run := range group {
			if all[name] != nil {
				return nil, fmt.Errorf("method %s has two adapters", name)
			}
			all[name] = run
		}
	}
	return all, nil
}

// readFolder reads every *.json of a folder. A folder without any is an error: no cases is not success.
func readFolder(dir string) ([]caseFile, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: no *.json with reference cases", dir)
	}
	var files []caseFile
	var bad []error
	for _, path := range paths {
		f, err := readCases(path)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		files = append(files, f)
	}
	return files, errors.Join(bad...)
}

func readCases(path string) (caseFile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return caseFile{}, err
	}
	var f caseFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return caseFile{}, fmt.Errorf("%s: %w", path, err)
	}
	if f.Method == "" || len(f.Cases) == 0 {
		return caseFile{}, fmt.Errorf("%s: needs a method and at least one case", path)
	}
	for i := range f.Cases {
		c := &f.Cases[i]
		c.Method, c.File, c.Dir = f.Method, filepath.Base(path), filepath.Dir(path)
	}
	return f, nil
}

// runFile runs all cases of a file; every failing case is an error of the test.
func runFile(t *testing.T, f caseFile, methods map[string]func(Case) (any, error), tallies map[string]*tally) {
	t.Helper()
	n := tallies[f.Method]
	if n == nil {
		n = &tally{}
		tallies[f.Method] = n
	}
	for _, c := range f.Cases {
		faults := check(c, methods[f.Method], f.Tolerance)
		if len(faults) == 0 {
			n.passed++
			continue
		}
		n.failed++
		for _, fault := range faults {
			t.Errorf("%s: case %s: %s", c.File, c.ID, fault)
		}
	}
}

// check runs one case and lists what differs, one line per value.
func check(c Case, run func(Case) (any, error), tolerance map[string]any) []string {
	if run == nil {
		return []string{fmt.Sprintf("unknown method %q", c.Method)}
	}
	want, err := parse(c.Expected)
	if err != nil {
		return []string{"expected: " + err.Error()}
	}
	want = withoutNoise(want, tolerancesOf(c, tolerance).entry("abs", "abs"))
	got, err := run(c)
	if wantsError(want) {
		if err == nil {
			return []string{fmt.Sprintf("want an error, got %v", got)}
		}
		if stats.ReasonOf(err) == "" {
			return []string{fmt.Sprintf("want an error of the package, got %v", err)}
		}
		return nil
	}
	if err != nil {
		if stats.ReasonOf(err) != "" && allNull(want) {
			return nil // a refusal is how the package writes a case without any value
		}
		return []string{"error: " + err.Error()}
	}
	raw, err := json.Marshal(got)
	if err != nil {
		return []string{"result: " + err.Error()}
	}
	result, err := parse(raw)
	if err != nil {
		return []string{"result: " + err.Error()}
	}
	return compare("", result, want, tolerancesOf(c, tolerance))
}

// wantsError says whether the expected value of a case is an error: "error", or an object with an "error" in it.
func wantsError(want any) bool {
	switch w := want.(type) {
	case string:
		return w == "error"
	case map[string]any:
		e, ok := w["error"]
		return ok && e != nil && e != false
	}
	return false
}

// withoutNoise replaces by null every P value beside a standard error of the slope that is zero within the file's
// absolute tolerance: the fit is perfect, and what the reference program printed is the quotient of two rounding
// errors, which its own tolerance leaves open. The package has to say that there is no P value, not to meet a chance
// number.
func withoutNoise(want any, zero float64) any {
	w, ok := want.(map[string]any)
	if !ok {
		return want
	}
	out := map[string]any{}
	for name, v := range w {
		out[name] = withoutNoise(v, zero)
	}
	se, ok := w["se_slope"].(json.Number)
	if !ok {
		return out
	}
	if v, err := se.Float64(); err != nil || math.Abs(v) > zero {
		return out
	}
	for _, name := range []string{"p", "t_p", "wald_p"} {
		if _, ok := out[name]; ok {
			out[name] = nil
		}
	}
	return out
}

// allNull says whether nothing but null is expected.
func allNull(want any) bool {
	switch w := want.(type) {
	case nil:
		return true
	case map[string]any:
		for _, v := range w {
			if !allNull(v) {
				return false
			}
		}
		return len(w) > 0
	case []any:
		for _, v := range w {
			if !allNull(v) {
				return false
			}
		}
		return len(w) > 0
	}
	return false
}
