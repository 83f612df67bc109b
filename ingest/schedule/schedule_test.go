package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"
)

func parse(t *testing.T, line string) cron.Schedule {
	t.Helper()
	s, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(Zone)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// A time that the clock jumps over in spring is not run that day, one that comes twice in autumn is run once.
func TestNextOverClockChanges(t *testing.T) {
	z := stockholm(t)
	for _, x := range []struct{ line, after, want string }{
		{"30 5 * * 1", "2026-11-24T12:00:00+01:00", "2026-11-30T05:30:00+01:00"},
		{"30 5 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T05:30:00+02:00"},
		{"30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-30T02:30:00+02:00"},
		{"30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"0 12 1 11 *", "2026-11-24T12:00:00Z", "2027-11-01T12:00:00+01:00"},
	} {
		after, _ := time.Parse(time.RFC3339, x.after)
		if got := Next(parse(t, x.line), after, z).Format(time.RFC3339); got != x.want {
			t.Errorf("%s after %s: %s, want %s", x.line, x.after, got, x.want)
		}
	}
}

type soon struct{ error }

func (soon) Passing() bool { return true }

// runs notes when a job ran, in hours since the start.
func runs(t *testing.T, job Job, o Options, hours int, outcome func(n int) error) (at []string) {
	t.Helper()
	o.Spread = func(time.Duration) time.Duration { return 0 }
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(hours)*time.Hour)
		defer cancel()
		start := time.Now()
		job.Run = func(context.Context) error {
			at = append(at, time.Since(start).String())
			return outcome(len(at))
		}
		if err := Run(ctx, []Job{job}, o); err != nil {
			t.Error(err)
		}
	})
	return at
}

// The bubble's clock starts at midnight UTC, 1 January 2000: one in the morning in Stockholm.
func TestRunTimes(t *testing.T) {
	well := func(int) error { return nil }
	never := func(context.Context) (time.Time, error) { return time.Time{}, nil }
	ago := func(d time.Duration) func(context.Context) (time.Time, error) {
		return func(context.Context) (time.Time, error) { return time.Now().Add(-d), nil }
	}
	noon := parse(t, "0 12 * * *")
	for name, x := range map[string]struct {
		last    func(context.Context) (time.Time, error)
		hours   int
		outcome func(int) error
		want    string
	}{
		"at its times":                 {nil, 48, well, "11h0m0s 35h0m0s"},
		"never run: at once":           {never, 12, well, "0s 11h0m0s"},
		"missed while standing still":  {ago(20 * time.Hour), 12, well, "0s 11h0m0s"},
		"run since its last time":      {ago(time.Hour), 12, well, "11h0m0s"},
		"last run cannot be told":      {func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no") }, 12, well, "11h0m0s"},
		"a passing fault, tried again": {nil, 40, func(n int) error { return map[int]error{1: soon{errors.New("503")}, 2: soon{errors.New("503")}}[n] }, "11h0m0s 11h15m0s 12h15m0s 35h0m0s"},
		"passing faults without end":   {nil, 34, func(int) error { return soon{errors.New("503")} }, "11h0m0s 11h15m0s 12h15m0s 16h15m0s"},
		"a lasting fault waits":        {nil, 36, func(int) error { return errors.New("404") }, "11h0m0s 35h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(runs(t, Job{Name: "j", Schedule: noon, Last: x.last}, Options{}, x.hours, x.outcome), " ")
			if got != x.want {
				t.Errorf("ran at %s, want %s", got, x.want)
			}
		})
	}
}

// A job that runs past its next time does not overlap with itself, and no more than Parallel run at a time.
func TestNoOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Hour)
		defer cancel()
		var mu sync.Mutex
		var running, most int
		total := map[string]int{}
		var jobs []Job
		for i := range 4 {
			name := fmt.Sprint(i)
			jobs = append(jobs, Job{Name: name, Schedule: parse(t, "0 * * * *"), Run: func(context.Context) error {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(90 * time.Minute)
				mu.Lock()
				defer mu.Unlock()
				running--
				total[name]++
				return nil
			}})
		}
		if err := Run(ctx, jobs, Options{Spread: func(time.Duration) time.Duration { return 0 }}); err != nil {
			t.Error(err)
		}
		if most != 2 || len(total) != 4 {
			t.Errorf("%d ran at a time, %v", most, total)
		}
	})
}

func TestJitter(t *testing.T) {
	var asked time.Duration
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Hour)
		defer cancel()
		start := time.Now()
		job := Job{Name: "j", Schedule: parse(t, "0 12 * * *"), Run: func(context.Context) error {
			if got := time.Since(start); got != 11*time.Hour+7*time.Second {
				t.Errorf("ran after %s", got)
			}
			return nil
		}}
		_ = Run(ctx, []Job{job}, Options{Jitter: time.Minute, Spread: func(most time.Duration) time.Duration { asked = most; return 7 * time.Second }})
	})
	if asked != time.Minute {
		t.Errorf("jitter of %s", asked)
	}
}

// A folder takes whole files once, moves them, answers beside them, and leaves alone what is not for it.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var taken []string
	f := Folder{Dir: dir, Logger: slog.New(slog.DiscardHandler), Accept: []string{".csv", ".xlsx"}, Take: func(_ context.Context, path string) (Answer, error) {
		taken = append(taken, filepath.Base(path))
		text, err := os.ReadFile(path)
		if err != nil || string(text) == "ours" && len(taken) < 4 {
			return Answer{}, errors.New("the store is away")
		}
		return Answer{Taken: string(text) != "bad", Text: "answer", Files: map[string][]byte{"marked.xlsx": text}}, nil
	}}
	for _, d := range []string{TakenDir, RefusedDir} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	write("good.csv", "a,b")
	write("Bad.XLSX", "bad")
	write("~$lock.xlsx", "x")
	write(".hidden.csv", "x")
	write("readme.md", "x")
	look := func(before map[string]seen) map[string]seen {
		t.Helper()
		now, err := f.look(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	state := look(map[string]seen{})
	if len(taken) != 0 || len(state) != 2 {
		t.Fatalf("taken at the first look: %v", taken)
	}
	write("good.csv", "a,b,c") // still being copied
	state = look(state)
	if got := strings.Join(taken, " "); got != "Bad.XLSX" {
		t.Fatalf("taken %s", got)
	}
	state = look(state)
	write("fault.csv", "ours")
	state = look(state)
	state = look(state)
	state = look(state)
	if got := strings.Join(taken, " "); got != "Bad.XLSX good.csv fault.csv fault.csv" || len(state) != 0 {
		t.Fatalf("taken %s", got)
	}
	for pattern, want := range map[string]int{"taken/* good.csv": 1, "taken/* good.csv.txt": 1, "taken/* marked.xlsx": 2, "taken/* fault.csv": 1,
		"refused/* Bad.XLSX": 1, "refused/* Bad.XLSX.txt": 1, "*.csv": 1, "*": 5} {
		if got, _ := filepath.Glob(filepath.Join(dir, pattern)); len(got) < want || pattern != "*" && len(got) > want+1 {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
