package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"utfall/ingest"
	"utfall/ingest/reference"
	"utfall/ingest/source"
	"utfall/schema"
)

type ingestFlags struct {
	common
	sourceFlags
	all, dryRun, json, watch, afresh   bool
	file, dataset, source, publishedBy string
	opsAddr                            string
	maxBytes                           size
	maxRejects                         float64
}

func (a app) ingest(ctx context.Context, args []string) error {
	var o ingestFlags
	f := a.flags("ingest", &o.common)
	f.BoolVar(&o.all, "all", false, "every dataset of the reference collection")
	f.StringVar(&o.file, "file", "", "a tidy CSV file, or a filled-in template (.xlsx): a full delivery of its dataset")
	f.StringVar(&o.source, "source", "", "read --file as a payload of this official source")
	f.StringVar(&o.opsAddr, "ops-addr", "127.0.0.1:9465", "address of /metrics, /healthz and /readyz with --watch")
	f.BoolVar(&o.watch, "watch", false, "ask the sources on their schedules and look at the folder, until interrupted")
	o.defineSchedule(f)
	f.StringVar(&o.dataset, "dataset", "", "the dataset that --file delivers (default: file/ and the file's name)")
	f.StringVar(&o.publishedBy, "published-by", "", "who has published the figures of --file already: small counts pass; without it they are hidden")
	f.BoolVar(&o.afresh, "afresh", false, "hide the small counts of --file without regard to what was shown and hidden of its dataset before")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would change and publish nothing")
	f.BoolVar(&o.json, "json", false, "one JSON object a delivery")
	f.Var(&o.maxBytes, "max-bytes", "largest file that is read (default 2000000000)")
	f.Float64Var(&o.maxRejects, "max-reject-share", 0, "share of rows that may be rejected before a delivery is refused (default 0.001)")
	if err := a.parse(f, args); err != nil {
		return err
	}
	catalogue, err := schema.Load()
	if err != nil {
		return err
	}
	known, err := o.loadSources(catalogue)
	if err != nil {
		return err
	}
	if o.watch {
		o.service = true
		return a.watchSources(ctx, o, f.Args())
	}
	asked, names := pick(known, f.Args())
	deliveries, payload, err := o.wanted(names, asked, known)
	if err != nil {
		return err
	}
	h, err := a.open(ctx, o.common)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	progress, end := a.progress(o)
	runner, err := h.runner(ingest.Options{DryRun: o.dryRun, MaxBytes: int64(o.maxBytes), MaxRejectShare: o.maxRejects, Progress: progress})
	if err != nil {
		return err
	}
	desk, err := a.desk(h, o.sourceFlags, runner, nil, progress)
	if err != nil {
		return err
	}
	var errs []error
	var sum summary
	one := func(d ingest.Delivery, take func() (ingest.Result, error)) error {
		if ctx.Err() != nil {
			return nil
		}
		result, err := take()
		end()
		if err != nil {
			errs = append(errs, err)
		}
		sum.add(result, err)
		return errors.Join(a.report(o, d, result, err), a.answerWorkbook(o.file, result, err))
	}
	for _, d := range deliveries {
		if err := one(d, func() (ingest.Result, error) { return runner.Run(ctx, d) }); err != nil {
			return err
		}
	}
	for _, s := range asked {
		if err := one(ingest.Delivery{Dataset: s.Dataset, Name: s.ID}, func() (ingest.Result, error) { return desk.take(ctx, s) }); err != nil {
			return err
		}
	}
	if payload != nil {
		if err := one(ingest.Delivery{Dataset: payload.Dataset, Name: o.file}, func() (ingest.Result, error) { return desk.takeFile(ctx, *payload, o.file) }); err != nil {
			return err
		}
	}
	if c := sum.counts; !o.dryRun && ctx.Err() == nil && c.New+c.Changed+c.Deleted > 0 {
		errs = append(errs, h.derive(ctx, runner, func(string, ingest.Result) {
			sum.derived++
		}))
	}
	if !o.json {
		fmt.Fprintln(a.stdout, sum.String())
	}
	return errors.Join(errs...)
}

// wanted gives what is to be taken in besides the sources that are asked: deliveries, or a source whose payload --file is.
func (o ingestFlags) wanted(names []string, asked, known []source.Source) ([]ingest.Delivery, *source.Source, error) {
	for _, s := range asked {
		if err := mayAsk(s); err != nil {
			return nil, nil, err
		}
	}
	if o.source != "" {
		picked, _ := pick(known, []string{o.source})
		switch {
		case len(picked) == 0:
			return nil, nil, usageError{fmt.Sprintf("there is no source %s", o.source)}
		case o.file == "" || o.dataset != "" || o.all || len(names)+len(asked) > 0:
			return nil, nil, usageError{"--source goes with --file PATH and nothing else"}
		}
		return nil, &picked[0], mayRead(picked[0])
	}
	if len(asked) > 0 && len(names) == 0 && !o.all && o.file == "" {
		return nil, nil, nil
	}
	deliveries, err := o.deliveries(names)
	return deliveries, nil, err
}

// mayRead tells whether a source's file says how its payloads are read, which some that are not enabled do.
func mayRead(s source.Source) error {
	if s.Format == "" {
		return mayAsk(s)
	}
	return nil
}

// watchSources runs until it is interrupted.
func (a app) watchSources(ctx context.Context, o ingestFlags, args []string) error {
	if len(args) > 0 || o.all || o.file != "" || o.dryRun {
		return usageError{"--watch takes --sources and --folder; leave out datasets, --all, --file and --dry-run"}
	}
	h, err := a.open(ctx, o.common)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	w, err := h.instruments(o.sourceFlags)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	run, err := a.serveSources(ctx, h, o.sourceFlags, requests{w.Metrics}, observed(w.Metrics))
	if err != nil {
		return err
	}
	if run == nil {
		return usageError{"--watch needs --sources or --folder: there is nothing to wait for"}
	}
	l, err := listen("metrics", o.opsAddr, "ops-addr", "listen.ops")
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if err := w.look(ctx); err != nil {
		return err
	}
	w.start(ctx, group, l, o.common)
	group.Go(run)
	h.log.Info("ready", "ops", l.Addr().String(), "version", version)
	return group.Wait()
}

// deliveries gives what the arguments name: one file, or datasets of the reference collection.
func (o ingestFlags) deliveries(names []string) ([]ingest.Delivery, error) {
	switch {
	case o.file != "" && (o.all || len(names) > 0):
		return nil, usageError{"--file delivers one dataset: leave out --all and the datasets' names"}
	case o.file == "" && (o.publishedBy != "" || o.afresh):
		return nil, usageError{"--published-by and --afresh go with --file"}
	case o.publishedBy != "" && o.afresh:
		return nil, usageError{"--afresh is for figures that nobody has published: leave out --published-by"}
	case o.file != "":
		deliveries, err := fileDelivery(o.file, o.dataset)
		for i := range deliveries {
			deliveries[i].Afresh = o.afresh
			if o.publishedBy != "" {
				deliveries[i].PublishedBy = o.publishedBy
				deliveries[i].Recipe = "published by " + o.publishedBy // the same file without is another delivery
				deliveries[i].Remark = fmt.Sprintf("small counts passed: %s has published them, says who delivered them", o.publishedBy)
			}
		}
		return deliveries, err
	case !o.all && len(names) == 0:
		return nil, usageError{"name datasets, or give --all or --file PATH"}
	}
	collection, err := reference.Datasets()
	if err != nil {
		return nil, err
	}
	var out []ingest.Delivery
	for _, d := range collection {
		if o.all || contains(names, d.Name) {
			out = append(out, embeddedDelivery(d.Name, d.Editions[len(d.Editions)-1]))
		}
	}
	if !o.all && len(out) < len(names) {
		return nil, usageError{fmt.Sprintf("not every dataset of %s is in the reference collection or an official table that is switched on; give figures of your own again with --file FILE --dataset NAME", strings.Join(names, ", "))}
	}
	return out, nil
}

func contains(names []string, dataset string) bool {
	for _, n := range names {
		if n == dataset || reference.Prefix+n == dataset {
			return true
		}
	}
	return false
}

func fileDelivery(path, dataset string) ([]ingest.Delivery, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	if dataset == "" {
		dataset = "file/" + strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if !datasetName(dataset) {
		return nil, usageError{fmt.Sprintf("%q cannot name a dataset: use letters a-z, digits and . _ - /; give --dataset", dataset)}
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	by := "" // a file is nobody's publication, unless it is a new edition of the collection of published figures
	if strings.HasPrefix(dataset, reference.Prefix) {
		by = reference.PublishedBy
	}
	if workbook(path) {
		return []ingest.Delivery{{Dataset: dataset, Name: path, PublishedBy: by, Parts: []ingest.Part{{Name: path, Size: info.Size(), Open: open}}, Decode: decodeWorkbook}}, nil
	}
	return []ingest.Delivery{{Dataset: dataset, Name: path, Size: info.Size(), PublishedBy: by, Open: open}}, nil
}

func datasetName(s string) bool {
	return s != "" && len(s) <= 200 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") == "" && !strings.Contains(s, "..")
}

func embeddedDelivery(dataset string, f reference.File) ingest.Delivery {
	return ingest.Delivery{Dataset: dataset, Name: f.Name, Size: int64(len(f.Content)), PublishedBy: reference.PublishedBy,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Content)), nil }}
}

// progress draws a bar on a terminal and nothing elsewhere.
func (a app) progress(o ingestFlags) (func(ingest.Progress), func()) {
	if o.json || !isTerminal(a.stderr) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	var step string
	draw := func(p ingest.Progress) {
		if p.Total < 1<<20 {
			return
		}
		if bar == nil {
			bar = progressbar.NewOptions64(p.Total, progressbar.OptionSetWriter(a.stderr), progressbar.OptionShowBytes(true),
				progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))
		}
		if p.Step != step {
			step = p.Step
			bar.Describe(p.Dataset + ": " + step)
		}
		_ = bar.Set64(p.Bytes)
	}
	return draw, func() {
		if bar != nil {
			_ = bar.Finish()
			bar = nil
		}
	}
}

// report prints what became of one delivery.
func (a app) report(o ingestFlags, d ingest.Delivery, r ingest.Result, fault error) error {
	if o.json {
		line := map[string]any{"dataset": d.Dataset, "file": d.Name, "release": r.Release.Seq, "outcome": r.Release.Outcome, "counts": r.Release.Counts,
			"reason": r.Release.Reason, "findings": r.Findings, "withheld": r.Withheld, "differences": r.Differences, "rejects": r.Rejects}
		if fault != nil {
			line["error"] = fault.Error()
		}
		return json.NewEncoder(a.stdout).Encode(line)
	}
	c := r.Release.Counts
	if fault == nil {
		fmt.Fprintf(a.stdout, "%s: %s: read %d, new %d, changed %d, deleted %d, unchanged %d, rejected %d\n", d.Dataset, outcome(o, r),
			c.Read, c.New, c.Changed, c.Deleted, c.Unchanged, c.Rejected)
	}
	if text := withheldText(r.Withheld); text != "" && fault == nil {
		fmt.Fprintln(a.stdout, "  "+text)
	}
	for _, x := range r.Findings {
		fmt.Fprintln(a.stderr, "  not as promised:", x)
	}
	for i, x := range r.Rejects {
		if i == 10 {
			fmt.Fprintf(a.stderr, "  … and %d more; `utfall release show %d` lists them\n", c.Rejected-10, r.Release.Seq)
			break
		}
		fmt.Fprintln(a.stderr, "  rejected:", ingest.Place(x))
	}
	return a.differences(r.Differences, c)
}

func outcome(o ingestFlags, r ingest.Result) string {
	if o.dryRun {
		return "dry run, nothing published"
	}
	if r.Release.Outcome == schema.Published {
		return fmt.Sprintf("published as release %d", r.Release.Seq)
	}
	if r.Release.Outcome == schema.Held {
		return fmt.Sprintf("held as release %d, nothing published; look at it with `utfall release show %d`", r.Release.Seq, r.Release.Seq)
	}
	return string(r.Release.Outcome)
}

// differences shows what a dry run would change, as a table.
func (a app) differences(list []schema.Difference, c schema.Counts) error {
	if len(list) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  \tindicator\tvariant\tarea\tperiod\tsex\tage\told\tnew")
	for _, d := range list {
		before, after := valueOr(d.Old, d.OldMissing), valueOr(d.New, d.NewMissing)
		if d.Kind == "new" {
			before = ""
		}
		if d.Kind == "deleted" {
			after = ""
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.Kind, d.Indicator, d.Variant, d.Area, d.Period, d.Sex, d.Age, before, after)
	}
	if all := c.New + c.Changed + c.Deleted; all > uint64(len(list)) {
		fmt.Fprintf(w, "  … and %d more\n", all-uint64(len(list)))
	}
	return w.Flush()
}

func valueOr(v float64, missing string) string {
	if missing != "" {
		return missing
	}
	return fmt.Sprintf("%g", v)
}

// summary adds deliveries up.
type summary struct {
	deliveries, failed int
	derived            int
	counts             schema.Counts
}

func (s *summary) add(r ingest.Result, err error) {
	s.deliveries++
	if err != nil {
		s.failed++
	}
	c := r.Release.Counts
	s.counts.Read += c.Read
	s.counts.New += c.New
	s.counts.Changed += c.Changed
	s.counts.Deleted += c.Deleted
	s.counts.Unchanged += c.Unchanged
	s.counts.Rejected += c.Rejected
}

// String gives the closing line.
func (s *summary) String() string {
	c := s.counts
	text := fmt.Sprintf("%s, %d not taken in: read %d, new %d, changed %d, deleted %d, unchanged %d, rejected %d",
		plural(s.deliveries, "delivery", "deliveries"), s.failed, c.Read, c.New, c.Changed, c.Deleted, c.Unchanged, c.Rejected)
	if s.derived > 0 {
		text += "; computed anew: " + plural(s.derived, "indicator", "indicators")
	}
	return text
}
