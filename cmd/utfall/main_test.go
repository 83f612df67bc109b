package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/internal/engine"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// call runs the program in this process and gives exit code, standard output and standard error.
func call(t *testing.T, env map[string]string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	code := run(ctx, args, func(k string) string {
		if v, ok := env[k]; ok {
			return v
		}
		return os.Getenv(k)
	}, &out, &errs)
	return code, out.String(), errs.String()
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "usage: utfall VERB"},
		{[]string{"fly"}, `there is no verb "fly"`},
		{[]string{"ingest"}, "name datasets, or give --all or --file PATH"},
		{[]string{"ingest", "--all", "--file", "x.csv"}, "leave out --all"},
		{[]string{"ingest", "--nonsense"}, "flag provided but not defined"},
		{[]string{"ingest", "no_such_dataset"}, "not every dataset of no_such_dataset is in the reference collection"},
		{[]string{"export"}, "give --indicator ID"},
		{[]string{"export", "--indicator", "x", "--as-of", "tomorrow"}, "neither a date"},
		{[]string{"export", "lvm_in_care"}, "give --indicator ID"},
		{[]string{"release"}, "say list, show SEQ"},
		{[]string{"release", "--json", "burn"}, "say list, show SEQ"},
		{[]string{"preview", "one.csv", "--labels", "two.csv"}, "name one file"},
		{[]string{"preview", "one.csv", "--", "--labels"}, "name one file"},
		{[]string{"serve"}, "give --clickhouse URL"},
		{[]string{"up", "now"}, "takes flags only"},
		{[]string{"backup"}, "name one folder"},
		{[]string{"backup", "x", "--clickhouse", "clickhouse://h:9000/d"}, "own BACKUP and RESTORE"},
		{[]string{"restore", "/nowhere"}, "is not a backup"},
		{[]string{"verify", "all"}, "takes flags only"},
		{[]string{"status", "--topology", "many"}, "is not single, cluster or shards"},
		{[]string{"status", "--topology", "cluster"}, "the embedded engine is one node"},
		{[]string{"prune"}, "give --older-than DAYS"},
	} {
		code, _, errs := call(t, nil, c.args...)
		if code != usage || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit code %d, said %q, want %q", c.args, code, errs, c.want)
		}
	}
	if code, out, _ := call(t, nil, "help"); code != done || !strings.Contains(out, "usage: utfall VERB") {
		t.Errorf("help: exit code %d, said %q", code, out)
	}
	if code, _, errs := call(t, nil, "status", "--help"); code != done || !strings.Contains(errs, "-data-dir") {
		t.Errorf("help of a verb: exit code %d, said %q", code, errs)
	}
	if code, _, errs := call(t, map[string]string{"UTFALL_MAX_BYTES": "many"}, "ingest", "--all"); code != usage || !strings.Contains(errs, `UTFALL_MAX_BYTES="many"`) {
		t.Errorf("a bad setting in the environment: %d, %s", code, errs)
	}
}

// The collection and the catalogue that the program carries are without fault; a folder with a fault is refused by name
// and line.
func TestCheck(t *testing.T) {
	code, out, errs := call(t, nil, "check")
	if code != done || !strings.Contains(out, "290") && !strings.Contains(out, "no faults") {
		t.Fatalf("exit code %d: %s%s", code, out, errs)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../schema")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "catalogue", "indicator", "lvm_in_care.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, "colour: red\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs = call(t, nil, "check", "--catalogue", dir)
	if code != failed || !strings.Contains(errs, "catalogue/indicator/lvm_in_care.yaml: line ") || !strings.Contains(errs, "unknown key colour") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

const head = "indicator,variant,area,period,sex,age,value,unit,missing,flags,source,citation\n"

// What a person can get wrong in a delivery gives exit code 1 and a place; the ledger keeps the good figures.
func TestDeliveries(t *testing.T) {
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir()}
	dir := t.TempDir()
	deliver := func(name, text string) (int, string, string) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return call(t, env, "ingest", "--file", path, "--dataset", "test/lvm")
	}
	const good = head + "lvm_in_care,,SE,2021-11-01,T,18+,310,persons,,,SoS,Test\nlvm_in_care,,SE,2022-11-01,T,18+,325,persons,,,SoS,Test\n"
	if code, out, errs := deliver("good.csv", good); code != done || !strings.Contains(out, "read 2, new 2") {
		t.Fatalf("exit code %d: %s%s", code, out, errs)
	}
	row := func(s string) string { return head + s + "\n" }
	for name, c := range map[string]struct{ text, want string }{
		"indicator": {row("lvm_in_space,,SE,2022-11-01,T,18+,1,persons,,,S,C"), `indicator.csv:2: column 1: indicator "lvm_in_space"`},
		"area":      {row("lvm_in_care,,SE-99,2022-11-01,T,18+,1,persons,,,S,C"), "area.csv:2: column 3: "},
		"unit":      {row("lvm_in_care,,SE,2022-11-01,T,18+,1,percent,,,S,C"), "unit.csv:2: column 8: "},
		"period":    {row("lvm_in_care,,SE,2022-11-31,T,18+,1,persons,,,S,C"), `period.csv:2: column 4: period "2022-11-31"`},
		"comma":     {row(`lvm_in_care,,SE,2022-11-01,T,18+,"1,5",persons,,,S,C`), "comma.csv:2: column 7: "},
		"twice": {head + "lvm_in_care,,SE,2022-11-01,T,18+,1,persons,,,S,C\nlvm_in_care,,SE,2022-11-01,T,18+,2,persons,,,S,C\n",
			"lines [2 3]; keep one"},
		"nul":       {row("lvm_in_care,,SE,2022-11-01,T,18+,1\x00,persons,,,S,C"), "nul.csv:2"},
		"truncated": {head + "lvm_in_care,,SE,2022-11-01,T,18+,1,per", "truncated.csv:2"},
		"utf8":      {row("lvm_in_care,,SE,2022-11-01,T,18+,1,persons,,,S,\xff"), "utf8.csv:2"},
		"empty":     {"", "empty.csv"},
		"html":      {"<!doctype html><title>Not found</title>\n", "html.csv"},
	} {
		code, _, errs := deliver(name+".csv", c.text)
		if code != failed || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d, want %q in\n%s", name, code, c.want, errs)
		}
	}
	code, out, errs := call(t, env, "export", "--indicator", "lvm_in_care")
	if code != done || !strings.Contains(out, "2022-11-01,T,18+,,325,") || strings.Count(out, "\n") != 3 {
		t.Errorf("after the bad deliveries: exit code %d\n%s%s", code, out, errs)
	}
	code, out, _ = call(t, env, "release", "list")
	if code != done || strings.Count(out, "refused") == 0 || strings.Count(out, "published") != 1 {
		t.Errorf("the ledger:\n%s", out)
	}
	backedUp(t, env)
}

// backedUp takes a data directory through backup, restore and verify, and into what is refused with exit code 2.
func backedUp(t *testing.T, env map[string]string) {
	t.Helper()
	folder, other := filepath.Join(t.TempDir(), "backup"), map[string]string{"UTFALL_DATA_DIR": filepath.Join(t.TempDir(), "restored")}
	if code, out, errs := call(t, env, "backup", folder); code != done || !strings.Contains(out, "2 rows of figures") {
		t.Fatalf("backup: exit code %d: %s%s", code, out, errs)
	}
	if code, out, errs := call(t, other, "restore", folder); code != done || !strings.Contains(out, "2 rows of figures") {
		t.Fatalf("restore: exit code %d: %s%s", code, out, errs)
	}
	_, was, _ := call(t, env, "export", "--indicator", "lvm_in_care")
	if _, is, _ := call(t, other, "export", "--indicator", "lvm_in_care"); is != was {
		t.Errorf("restored:\n%s\nwas:\n%s", is, was)
	}
	if code, out, errs := call(t, other, "verify"); code != done || !strings.Contains(out, "is as it was written") {
		t.Errorf("verify: exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs := call(t, other, "restore", folder); code != usage || !strings.Contains(errs, "is not empty") {
		t.Errorf("a second restore: exit code %d: %s", code, errs)
	}
	mark := filepath.Join(other["UTFALL_DATA_DIR"], "restoring")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, other, "status"); code != usage || !strings.Contains(errs, "run `utfall restore` again") {
		t.Errorf("after a restore that was cut off: exit code %d: %s", code, errs)
	}
}

// A dry run shows the difference and changes nothing; withdrawing brings the older figures back.
func TestDryRunAndWithdraw(t *testing.T) {
	env := map[string]string{"UTFALL_DATA_DIR": t.TempDir()}
	path := filepath.Join(t.TempDir(), "lvm.csv")
	deliver := func(value string, flags ...string) (int, string, string) {
		text := head + "lvm_in_care,,SE,2022-11-01,T,18+," + value + ",persons,,,SoS,Test\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return call(t, env, append([]string{"ingest", "--published-by", "SoS", "--file", path}, flags...)...)
	}
	shown := func() string {
		_, out, _ := call(t, env, "export", "--indicator", "lvm_in_care")
		return out
	}
	if code, _, errs := deliver("325"); code != done {
		t.Fatal(errs)
	}
	code, out, errs := deliver("326", "--dry-run")
	if code != done || !strings.Contains(out, "nothing published") || !strings.Contains(out, "325  326") {
		t.Errorf("dry run: %d\n%s%s", code, out, errs)
	}
	if !strings.Contains(shown(), ",325,") {
		t.Error("the dry run changed something")
	}
	if code, _, errs := deliver("326"); code != done || !strings.Contains(shown(), ",326,") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := call(t, env, "release", "withdraw", "3"); code != usage || !strings.Contains(errs, "--reason") {
		t.Errorf("without a reason: %d %s", code, errs)
	}
	if code, _, errs := call(t, env, "release", "withdraw", "--reason", "wrong file", "3"); code != done || !strings.Contains(shown(), ",325,") {
		t.Errorf("withdrawn: %d %s\n%s", code, errs, shown())
	}
	if code, _, errs := call(t, env, "release", "show", "99"); code != failed || !strings.Contains(errs, "there is no release 99") {
		t.Errorf("%d %s", code, errs)
	}
}
