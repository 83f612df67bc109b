package faults

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"utfall/internal/engine"
)

// soak makes the tests long: every fault with every victim, again and again.
var soak = flag.Bool("soak", false, "every fault with every victim, again and again")

// The arguments with which this program starts itself.
const (
	takeArgument = "take"
	diskArgument = "disk"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case engine.ChildArgument:
			os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case takeArgument:
			os.Exit(child(take))
		case diskArgument:
			os.Exit(child(fullDisk))
		}
	}
	code := m.Run()
	results.print()
	os.Exit(code)
}

// child does what an order on standard input says and answers on standard output, in a process that may be killed.
func child[Order, Answer any](do func(context.Context, Order) (Answer, error)) int {
	var order Order
	err := json.NewDecoder(os.Stdin).Decode(&order)
	if err == nil {
		var answer Answer
		if answer, err = do(context.Background(), order); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(answer)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// outcome is what became of one fault.
type outcome struct {
	fault         string
	times         int
	lost, doubled int
	slowest       time.Duration // until all was well again
	remark        string
}

type table struct {
	mu   sync.Mutex
	rows []outcome
}

var results table

// add takes an outcome in; outcomes of one fault are put together.
func (r *table) add(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.rows {
		if x := &r.rows[i]; x.fault == o.fault {
			x.times, x.lost, x.doubled, x.slowest = x.times+o.times, x.lost+o.lost, x.doubled+o.doubled, max(x.slowest, o.slowest)
			return
		}
	}
	r.rows = append(r.rows, o)
}

func (r *table) print() {
	if len(r.rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "fault\ttimes\tlost\tdoubled\tseconds to recover\t")
	for _, x := range r.rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.1f\t%s\n", x.fault, x.times, x.lost, x.doubled, x.slowest.Seconds(), x.remark)
	}
	_ = w.Flush()
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
