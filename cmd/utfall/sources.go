package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"utfall/ingest"
	"utfall/ingest/collect"
	"utfall/ingest/decode"
	"utfall/ingest/decode/formats"
	"utfall/ingest/fetch"
	"utfall/ingest/schedule"
	"utfall/ingest/source"
	"utfall/ingest/sources"
	"utfall/internal/store"
	"utfall/schema"
)

// sourceFlags say which publishers may be asked and how. Without them nobody is asked anything.
type sourceFlags struct {
	enabled, dir, contact, private, folder string
	attempts                               uint
	jitter                                 time.Duration
}

func (s *sourceFlags) define(f *flag.FlagSet) {
	f.StringVar(&s.dir, "sources-dir", "", "a folder with further descriptions of official tables; one with the id of a built-in one takes its place")
	f.StringVar(&s.contact, "contact", "", "how publishers reach you: an address of mail or a page; stands in every request")
	f.StringVar(&s.private, "private-hosts", "", "hosts, addresses or networks that may be asked although they are private, separated by commas")
	f.UintVar(&s.attempts, "attempts", 0, "how often a publisher that does not answer is asked in one run (default 5)")
}

func (s *sourceFlags) defineSchedule(f *flag.FlagSet) {
	s.define(f)
	f.StringVar(&s.enabled, "sources", "", `sources to ask on their schedules, separated by commas, or "all"; without it no publisher is asked`)
	f.StringVar(&s.folder, "folder", "", "watch this folder for deliveries")
	f.DurationVar(&s.jitter, "jitter", 0, "a scheduled run begins up to so much later than its time (default 2m0s)")
}

// loadSources reads the built-in descriptions and those of the folder.
func (s sourceFlags) loadSources(catalogue *schema.Catalogue) ([]source.Source, error) {
	list, err := source.Load(sources.Files(), catalogue, formats.Names())
	if err != nil || s.dir == "" {
		return list, err
	}
	own, err := source.Load(os.DirFS(s.dir), catalogue, formats.Names())
	if err != nil {
		return nil, fmt.Errorf("in %s: %w", s.dir, err)
	}
	for _, o := range own {
		list = slices.DeleteFunc(list, func(b source.Source) bool { return b.ID == o.ID })
	}
	for _, o := range own {
		if i := slices.IndexFunc(list, func(b source.Source) bool { return b.Dataset == o.Dataset }); i >= 0 {
			return nil, fmt.Errorf("%s: dataset %s is the built-in source %s's; give your source its id to replace it", o.At("dataset"), o.Dataset, list[i].ID)
		}
	}
	return append(list, own...), nil
}

// pick gives the sources that names name, by id or dataset, and the names that name none.
func pick(list []source.Source, names []string) (picked []source.Source, rest []string) {
	for _, n := range names {
		i := slices.IndexFunc(list, func(s source.Source) bool { return s.ID == n || s.Dataset == n })
		if i < 0 {
			rest = append(rest, n)
		} else {
			picked = append(picked, list[i])
		}
	}
	return picked, rest
}

// asked gives the sources that --sources switches on.
func (s sourceFlags) asked(list []source.Source) ([]source.Source, error) {
	if s.enabled == "all" {
		return slices.DeleteFunc(slices.Clone(list), func(x source.Source) bool { return !x.Enabled }), nil
	}
	picked, rest := pick(list, strings.FieldsFunc(s.enabled, func(r rune) bool { return r == ',' || r == ' ' }))
	if len(rest) > 0 {
		return nil, usageError{fmt.Sprintf("there is no source %s; `utfall status --sources all` lists them", strings.Join(rest, ", "))}
	}
	for _, p := range picked {
		if err := mayAsk(p); err != nil {
			return nil, err
		}
	}
	return picked, nil
}

func mayAsk(s source.Source) error {
	if s.Enabled {
		return nil
	}
	return fmt.Errorf("source %s is not enabled: %s", s.ID, strings.TrimSpace(s.Reason))
}

// desk takes official sources in, on demand and on their schedules.
type desk struct {
	*house
	runner    *ingest.Runner
	collector *collect.Collector
	observe   func(dataset string, r ingest.Result)
	deriving  sync.Mutex // what is computed from figures is computed by one at a time
}

func (a app) desk(h *house, s sourceFlags, runner *ingest.Runner, observer fetch.Observer, progress func(ingest.Progress)) (*desk, error) {
	dir := filepath.Join(h.dataDir, "incoming")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	sweep(dir, time.Now().Add(-24*time.Hour))
	client, err := fetch.New(fetch.Options{Program: "Utfall/" + version, Contact: s.contact, Dir: dir, Private: list(s.private),
		Attempts: s.attempts, Observer: observer})
	if err != nil {
		return nil, usageError{err.Error()}
	}
	return &desk{house: h, runner: runner, observe: func(string, ingest.Result) {},
		collector: &collect.Collector{Client: client, Catalogue: h.catalogue, DataDir: h.dataDir, Open: openPayload, Logger: h.log, Progress: progress}}, nil
}

// sweep deletes bodies that a run which died has left behind. What is younger may belong to a run of another process.
func sweep(dir string, before time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, "fetch-*"))
	for _, f := range left {
		if info, err := os.Stat(f); err == nil && info.ModTime().Before(before) {
			_ = os.Remove(f)
		}
	}
}

// openPayload opens a payload as its source's file says.
func openPayload(s source.Source, r io.Reader) (decode.Reader, error) {
	return formats.Open(s.Format, r, formats.Options{Table: s.Read.Options, Sheet: s.Read.Sheet, Range: s.Read.Range, Content: s.Read.Content})
}

// take asks a source and takes its delivery in.
func (d *desk) take(ctx context.Context, s source.Source) (result ingest.Result, err error) {
	if err := mayAsk(s); err != nil {
		return ingest.Result{}, err
	}
	get := d.collector.Deliver(s)
	defer func() { err = errors.Join(err, get.Close()) }()
	if result, err = d.runner.Take(ctx, s.Dataset, get.Delivery); err == nil {
		err = get.Done()
	}
	d.observe(s.Dataset, result)
	return result, err
}

// takeFile takes a payload in that a person has fetched, as if its source had sent it.
func (d *desk) takeFile(ctx context.Context, s source.Source, path string) (ingest.Result, error) {
	info, err := os.Stat(path)
	if err != nil {
		return ingest.Result{}, err
	}
	part := ingest.Part{Name: filepath.Base(path), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	result, err := d.runner.Run(ctx, collect.FromParts(s, d.catalogue, openPayload, []ingest.Part{part}, nil))
	d.observe(s.Dataset, result)
	return result, err
}

// deriveNow computes anew what rests on figures that were published.
func (d *desk) deriveNow(ctx context.Context, r ingest.Result) error {
	if r.Release.Outcome != schema.Published {
		return nil
	}
	d.deriving.Lock()
	defer d.deriving.Unlock()
	return d.derive(ctx, d.runner, d.observe)
}

// later is a fault of the store's that may be gone in a while; the schedule then does not wait for the next regular time.
type later struct{ error }

// Passing says so to the schedule.
func (later) Passing() bool { return true }

func (l later) Unwrap() error { return l.error }

// passing marks faults of the store's that pass. What a publisher answered says itself whether it does.
func passing(err error) error {
	var answered *fetch.Error
	if err != nil && !errors.As(err, &answered) && store.Passing(err) {
		return later{err}
	}
	return err
}

// watch runs the sources on their schedules and looks at the folder, until ctx ends.
func (d *desk) watch(ctx context.Context, asked []source.Source, folder string, jitter time.Duration) error {
	o := schedule.Options{Logger: d.log, Jitter: jitter}
	var jobs []schedule.Job
	for _, s := range asked {
		cron, err := source.ParseSchedule(s.Schedule)
		if err != nil {
			return err // the file was checked
		}
		jobs = append(jobs, schedule.Job{Name: s.ID, Schedule: cron,
			Last: func(ctx context.Context) (time.Time, error) { return d.lastTried(ctx, s.Dataset) },
			Run: func(ctx context.Context) error {
				r, err := d.take(ctx, s)
				if err != nil {
					return passing(err)
				}
				d.tell(s, r)
				return passing(d.deriveNow(ctx, r))
			}})
	}
	if folder == "" {
		return schedule.Run(ctx, jobs, o)
	}
	both := make(chan error, 2)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { both <- schedule.Run(ctx, jobs, o) }()
	go func() { both <- d.folder(folder).Watch(ctx) }()
	first := <-both
	if first != nil || ctx.Err() != nil || len(jobs) > 0 {
		cancel()
	}
	return errors.Join(first, <-both)
}

// tell logs what an operator should see without looking for it.
func (d *desk) tell(s source.Source, r ingest.Result) {
	if r.Release.Outcome == schema.Held {
		d.log.Warn("a release is held: it is not what its source promised; look at it and publish it by hand, or correct the source's file",
			"source", s.ID, "release", r.Release.Seq, "findings", r.Findings, "look", fmt.Sprintf("utfall release show %d", r.Release.Seq),
			"publish", fmt.Sprintf("utfall release publish --reason … %d", r.Release.Seq))
	}
}

func (d *desk) lastTried(ctx context.Context, dataset string) (time.Time, error) {
	lines, err := d.Ledger(ctx, 1, dataset)
	if err != nil || len(lines) == 0 {
		return time.Time{}, err
	}
	return lines[0].Recorded, nil
}

// folder watches for deliveries of the program's own forms.
func (d *desk) folder(path string) schedule.Folder {
	return schedule.Folder{Dir: path, Every: 2 * time.Second, Accept: []string{".csv", ".xlsx"}, Logger: d.log, Take: func(ctx context.Context, path string) (schedule.Answer, error) {
		return d.takeDelivered(ctx, path)
	}}
}

// serveSources watches in the background of the dashboard. What fails there is logged and never ends the dashboard.
func (a app) serveSources(ctx context.Context, h *house, s sourceFlags, observer fetch.Observer, observe func(string, ingest.Result)) (func() error, error) {
	all, err := s.loadSources(h.catalogue)
	if err != nil {
		return nil, err
	}
	asked, err := s.asked(all)
	if err != nil {
		return nil, err
	}
	if len(asked) == 0 && s.folder == "" {
		h.log.Info("no publisher is asked and no folder is watched; switch sources on with --sources")
		return nil, nil
	}
	if s.contact == "" && len(asked) > 0 {
		h.log.Warn("no contact is given: publishers cannot reach you before they block you; give --contact")
	}
	runner, err := h.runner(ingest.Options{})
	if err != nil {
		return nil, err
	}
	d, err := a.desk(h, s, runner, observer, nil)
	if err != nil {
		return nil, err
	}
	if observe != nil {
		d.observe = observe
	}
	return func() error {
		if err := d.watch(ctx, asked, s.folder, s.jitter); err != nil && ctx.Err() == nil {
			h.log.Error("the schedule has ended; figures are shown as they were last published", "error", err)
		}
		return nil
	}, nil
}
