// Package schedule runs jobs at their times: by cron lines in the time of Europe/Stockholm, one run of a job at a time, with
// what was missed while the program stood still made good once. It also watches a folder for deliveries.
//
// It owns when, not what: a job is a function. It may import the standard library and a cron parser, used as a parser only.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/sync/errgroup"
)

// Zone is the time that cron lines are written in.
const Zone = "Europe/Stockholm"

// Job is something that is done again and again.
type Job struct {
	Name     string
	Schedule cron.Schedule
	// Last gives when the job was last tried, zero for never. A time that has passed since then is made good at start.
	Last func(ctx context.Context) (time.Time, error)
	Run  func(ctx context.Context) error
}

// Options say how jobs are run. The zero value is valid.
type Options struct {
	Logger   *slog.Logger
	Jitter   time.Duration   // a run begins up to so much later than its time, default 2 minutes
	Parallel int             // jobs that may run at a time, default 2
	Again    []time.Duration // waits before a run that failed for a passing reason is tried again; default 15 minutes, 1 hour, 4 hours
	Spread   func(most time.Duration) time.Duration
}

// passing is what an error says whose cause may be gone later.
type passing interface{ Passing() bool }

// Run runs jobs until ctx ends. A job's error is logged and ends nothing.
func Run(ctx context.Context, jobs []Job, o Options) error {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return fmt.Errorf("schedule: the times of %s are not known on this machine: %w; install tzdata", Zone, err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Jitter == 0 {
		o.Jitter = 2 * time.Minute
	}
	if o.Parallel == 0 {
		o.Parallel = 2
	}
	if o.Again == nil {
		o.Again = []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour}
	}
	if o.Spread == nil {
		o.Spread = rand.N[time.Duration]
	}
	room := make(chan struct{}, o.Parallel)
	group, ctx := errgroup.WithContext(ctx)
	for _, j := range jobs {
		r := runner{Job: j, o: o, zone: zone, room: room}
		group.Go(func() error { r.loop(ctx); return nil })
	}
	return group.Wait()
}

type runner struct {
	Job
	o      Options
	zone   *time.Location
	room   chan struct{}
	failed int // passing failures since the last run that ended otherwise
}

func (r *runner) loop(ctx context.Context) {
	at := r.first(ctx)
	for {
		if at.IsZero() {
			r.o.Logger.Warn("the schedule names no time that will come; the job is not run", "job", r.Name)
			return
		}
		if !sleep(ctx, time.Until(at)+r.o.Spread(r.o.Jitter)) {
			return
		}
		select {
		case r.room <- struct{}{}:
		case <-ctx.Done():
			return
		}
		again := r.once(ctx)
		<-r.room
		at = Next(r.Schedule, time.Now(), r.zone)
		if soon := time.Now().Add(again); again > 0 && soon.Before(at) {
			at = soon
		}
	}
}

// first gives when the job is due for the first time: at once, if a time has passed since it was last tried.
func (r *runner) first(ctx context.Context) time.Time {
	now := time.Now()
	if r.Last == nil {
		return Next(r.Schedule, now, r.zone)
	}
	last, err := r.Last(ctx)
	if err != nil {
		r.o.Logger.Error("when the job was last run cannot be told; it waits for its next time", "job", r.Name, "error", err)
		return Next(r.Schedule, now, r.zone)
	}
	if last.IsZero() {
		return now
	}
	if due := Next(r.Schedule, last, r.zone); due.Before(now) {
		r.o.Logger.Info("a run was missed and is made good", "job", r.Name, "due", due, "last", last)
		return now
	}
	return Next(r.Schedule, now, r.zone)
}

// once runs the job and gives the wait before it is to be tried again out of turn, 0 for none.
func (r *runner) once(ctx context.Context) time.Duration {
	start := time.Now()
	err := r.Run(ctx)
	took := time.Since(start)
	if err == nil {
		r.failed = 0
		r.o.Logger.Info("job done", "job", r.Name, "seconds", took.Seconds())
		return 0
	}
	if ctx.Err() != nil {
		return 0
	}
	var p passing
	if !errors.As(err, &p) || !p.Passing() || r.failed == len(r.o.Again) {
		r.failed = 0
		r.o.Logger.Error("job failed; what was published before stays", "job", r.Name, "error", err)
		return 0
	}
	wait := r.o.Again[r.failed]
	r.failed++
	r.o.Logger.Warn("job failed and is tried again; what was published before stays", "job", r.Name, "in", wait, "error", err)
	return wait
}

// Next gives a schedule's first time after another one.
func Next(s cron.Schedule, after time.Time, zone *time.Location) time.Time {
	return s.Next(after.In(zone))
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
