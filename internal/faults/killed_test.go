package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"utfall/internal/engine"
)

// Order is what a process does that is to be killed: it looks what is shown, takes in the edition whose taking in was cut
// off before, looks again, and takes in the next one until it or its engine is killed at a point.
type Order struct {
	Dir     string
	Edition int
	Point   string // none: it is not killed
	Engine  bool   // its engine is killed instead of itself
}

// Answer is what it saw.
type Answer struct {
	Before, After Seen
	Took          time.Duration // from its start until After
	Again         Seen          // after the engine was killed and the edition was delivered again
	AgainTook     time.Duration // from the kill until Again
	Error         string        // that the killed engine caused
}

func take(ctx context.Context, o Order) (Answer, error) {
	var a Answer
	started := time.Now()
	h, err := enter(ctx, o.Dir, engine.Options{})
	if err != nil {
		return a, err
	}
	defer h.leave()
	if a.Before, err = h.look(ctx, o.Edition); err != nil {
		return a, err
	}
	if _, err := h.deliver(ctx, o.Edition); err != nil {
		return a, err
	}
	if a.After, err = h.look(ctx, o.Edition); err != nil {
		return a, err
	}
	a.Took = time.Since(started)
	if o.Point == "" {
		return a, nil
	}
	// What was seen is told before the end.
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		return a, err
	}
	victim := os.Getpid()
	if o.Engine {
		victim = h.engine.PID()
	}
	var killed time.Time
	kill := killer(victim)
	w := &deadly{Writer: h.Store, point: o.Point, kill: func() { killed = time.Now(); kill() }}
	r, err := h.runner(w, nil)
	if err != nil {
		return a, err
	}
	next := o.Edition + 1
	if _, err := r.Run(ctx, w.payload(delivery(next))); err != nil {
		a.Error = err.Error()
	}
	if killed.IsZero() {
		return a, errors.New("nothing was killed: the point was not reached")
	}
	<-h.restarted
	if _, err := h.deliver(ctx, next); err != nil {
		return a, err
	}
	a.Again, err = h.look(ctx, next)
	a.AgainTook = time.Since(killed)
	return a, err
}

// order has a process carry an order out. Of several answers the last one counts.
func order(t *testing.T, argument string, o, answer any) (killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(self, argument)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errs
	prepare(cmd, argument)
	err = cmd.Run()
	var exit *exec.ExitError
	killed = errors.As(err, &exit) && exit.ExitCode() == -1
	if err != nil && !killed {
		t.Fatalf("%+v: %v\n%s", o, err, errs.String())
	}
	for lines := json.NewDecoder(&out); lines.More(); {
		if err := lines.Decode(answer); err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
	}
	return killed
}

// The program, and then its engine, is killed with kill -9 at every step of ingest. What is shown afterwards is the edition
// before or the next one, whole; delivered again, it is the next one, and verification finds nothing lost and nothing twice.
func TestKilledAtEveryStep(t *testing.T) {
	dir := t.TempDir()
	k := 1
	rounds := 1
	if *soak {
		rounds = 10
	}
	last := ""
	for range rounds {
		for _, p := range points {
			for _, engineDies := range []bool{false, true} {
				if engineDies && !*soak && p != "append" && p != "while keeping" && p != "record" {
					continue
				}
				var a Answer
				killed := order(t, takeArgument, Order{dir, k, p, engineDies}, &a)
				judge(t, last, a, k)
				if killed == engineDies {
					t.Fatalf("%s: the program was killed: %v", p, killed)
				}
				k++
				if last = "program killed: " + p; engineDies {
					last = ""
					o := outcome{fault: "engine killed: " + p, times: 1, slowest: a.AgainTook}
					count(t, &o, a.Again, k)
					results.add(o)
				}
			}
		}
	}
	var a Answer
	order(t, takeArgument, Order{Dir: dir, Edition: k}, &a)
	judge(t, last, a, k)
}

// judge says what became of the edition whose taking in a fault cut off.
func judge(t *testing.T, fault string, a Answer, k int) {
	t.Helper()
	if a.Before.Edition != k-1 && a.Before.Edition != k {
		t.Errorf("%s: before it is repaired edition %d is shown (%d cells), want all of %d or all of %d", fault, a.Before.Edition, a.Before.Cells, k-1, k)
	}
	if fault == "" {
		return
	}
	o := outcome{fault: fault, times: 1, slowest: a.Took}
	count(t, &o, a.After, k)
	results.add(o)
}

// count adds up what is lost and what is there twice once all should be well.
func count(t *testing.T, o *outcome, s Seen, k int) {
	t.Helper()
	if s.Edition != k {
		o.lost = max(1, len(edition(k))-s.Cells)
	}
	o.doubled = len(s.Faults)
	if s.Edition != k || len(s.Faults) > 0 {
		t.Errorf("%s: edition %d is shown, want %d; verification says %s", o.fault, s.Edition, k, strings.Join(s.Faults, "; "))
	}
}
