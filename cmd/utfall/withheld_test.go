package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest"
	"utfall/schema"
)

// A förvaltning delivers its own counts: three women, forty men. Nothing that the program gives out says three, or lets it
// be worked out, and all hidden figures look alike; the operator is told how many and why. The same file as an authority's
// publication passes.
func TestSmallNumbersOfALocalDelivery(t *testing.T) {
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir()}
	path := filepath.Join(t.TempDir(), "egna.csv")
	text := head + "naloxone_target_persons,,SE-1480,2022,T,TOT,43,persons,,,Förvaltningen,Eget system\n" +
		"naloxone_target_persons,,SE-1480,2022,F,TOT,3,persons,,,Förvaltningen,Eget system\n" +
		"naloxone_target_persons,,SE-1480,2022,M,TOT,40,persons,,,Förvaltningen,Eget system\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const told = "disclosure control: 3 counts, 2 cells hidden: 1 would give another back, 1 too small"
	code, out, errs := call(t, env, "ingest", "--file", path)
	if code != done || !strings.Contains(out, told) {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	answer := answerText("file/egna", ingest.Result{Withheld: []schema.Withheld{{Reason: schema.Examined, Cells: 3}, {Reason: "small", Cells: 1}, {Reason: "complement", Cells: 1}}}, nil)
	if !strings.Contains(answer, "2 tal visas inte") {
		t.Errorf("who puts a file into the folder is told: %s", answer)
	}
	if _, out, _ = call(t, env, "release", "show", "1"); !strings.Contains(out, told) {
		t.Errorf("release show: %s", out)
	}
	_, out, _ = call(t, env, "export", "--indicator", "naloxone_target_persons")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v\n%s", err, out)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	hidden := map[string]bool{}
	shown := 0
	for _, r := range rows[1:] {
		if v := r[column["value"]]; v != "" {
			shown++
			if v == "3" {
				t.Errorf("three is shown: %v", r)
			}
			continue
		}
		hidden[strings.Join([]string{r[column["missing"]], r[column["symbol"]], r[column["lower"]], r[column["upper"]], r[column["flags"]], r[column["note"]]}, "|")] = true
	}
	if shown != 1 || len(hidden) != 1 || !hidden["suppressed|..||||"] {
		t.Errorf("%d shown, hidden ones say %v\n%s", shown, hidden, out)
	}
	_, out, _ = call(t, env, "export", "--indicator", "naloxone_target_persons", "--format", "json")
	var list []struct {
		Value   *float64 `json:"value"`
		Missing string   `json:"missing"`
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 3 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, o := range list {
		if (o.Value == nil) != (o.Missing == "suppressed") || o.Value != nil && *o.Value == 3 {
			t.Errorf("%+v", o)
		}
	}
	if code, out, errs = call(t, env, "ingest", "--file", path, "--dataset", "test/published", "--published-by", "Socialstyrelsen"); code != done || strings.Contains(out, "disclosure") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if _, out, _ = call(t, env, "release", "show", "2"); !strings.Contains(out, "Socialstyrelsen has published them, says who delivered them") {
		t.Errorf("the ledger does not say who published: %s", out)
	}
	if code, _, errs = call(t, env, "ingest", "--all", "--afresh"); code != usage || !strings.Contains(errs, "go with --file") {
		t.Errorf("%d %s", code, errs)
	}
}
