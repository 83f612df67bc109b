package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"utfall/dashboard/export"
	"utfall/dashboard/interval"
	"utfall/ingest"
	"utfall/ingest/reference"
	"utfall/ingest/tidy"
	"utfall/internal/engine"
	"utfall/schema"
)

func (a app) export(ctx context.Context, args []string) error {
	var c common
	var indicator, area, asOf, format string
	f := a.flags("export", &c)
	f.StringVar(&indicator, "indicator", "", "ids, separated by commas")
	f.StringVar(&area, "area", "", "codes, separated by commas (default: all)")
	f.StringVar(&asOf, "as-of", "", "a date or moment: what was visible then (default: now)")
	f.StringVar(&format, "format", "csv", export.Names()+" (csv-sv: semicolon and decimal comma, for Excel)")
	if err := a.parse(f, args); err != nil {
		return err
	}
	at, err := parseMoment(asOf)
	if err != nil {
		return err
	}
	q := schema.Query{Indicators: list(indicator), Areas: list(area), AsOf: at}
	if len(q.Indicators) == 0 || f.NArg() > 0 {
		return usageError{"give --indicator ID; several are separated by commas"}
	}
	file, ok := export.Find(format)
	if !ok {
		return usageError{fmt.Sprintf("format %q is not one of %s", format, export.Names())}
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	for _, id := range q.Indicators {
		if _, ok := h.catalogue.Indicator(id); !ok {
			return fmt.Errorf("indicator %q is not in the catalogue", id)
		}
	}
	for _, code := range q.Areas {
		if _, ok := h.catalogue.Areas.Get(code); !ok {
			return fmt.Errorf("area %q is not known; write codes such as SE, SE-14, SE-1480 or DK", code)
		}
	}
	figures, err := h.Series(ctx, q)
	if err != nil {
		return err
	}
	interval.Add(h.catalogue, figures) // as the pages do: what is written equals what is shown
	out := bufio.NewWriter(a.stdout)
	if err := file.Write(out, export.About{Catalogue: h.catalogue, AsOf: at, Made: time.Now(), Lang: schema.SV}, figures); err != nil {
		return err
	}
	return out.Flush()
}

func (a app) release(ctx context.Context, args []string) error {
	var c common
	var dataset, reason string
	var asJSON bool
	f := a.flags("release", &c)
	f.StringVar(&dataset, "dataset", "", "of one dataset")
	f.StringVar(&reason, "reason", "", "why a release is withdrawn, or a held one published")
	f.BoolVar(&asJSON, "json", false, "one JSON object a line")
	if err := a.parse(f, args); err != nil {
		return err
	}
	action := f.Arg(0)
	if !slices.Contains([]string{"list", "show", "withdraw", "publish"}, action) {
		return usageError{"say list, show SEQ, withdraw SEQ or publish SEQ"}
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	lines, err := h.Ledger(ctx, 1_000_000, list(dataset)...)
	if err != nil {
		return err
	}
	if action == "list" {
		return a.printLedger(lines, asJSON)
	}
	if f.NArg() != 2 {
		return usageError{"name one release by its number"}
	}
	seq, err := strconv.ParseUint(f.Arg(1), 10, 64)
	if err != nil {
		return usageError{fmt.Sprintf("%q is not a release number", f.Arg(1))}
	}
	for _, l := range lines {
		if l.Seq != seq {
			continue
		}
		switch action {
		case "withdraw":
			return withdraw(ctx, h, l, reason)
		case "publish":
			return a.publish(ctx, h, l, reason)
		}
		return a.showRelease(ctx, h, l)
	}
	return fmt.Errorf("there is no release %d; `utfall release list` lists them", seq)
}

func withdraw(ctx context.Context, h *house, l schema.Release, reason string) error {
	switch {
	case reason == "":
		return usageError{"give --reason: it stands in the ledger"}
	case l.Outcome != schema.Published:
		return fmt.Errorf("release %d is %s, not published: there is nothing to withdraw", l.Seq, l.Outcome)
	case !l.WithdrawnAt.IsZero():
		return fmt.Errorf("release %d was withdrawn %s", l.Seq, l.WithdrawnAt.Format(time.RFC3339))
	}
	l.WithdrawnAt, l.Reason = time.Now(), reason
	if err := h.Record(ctx, l); err != nil {
		return err
	}
	runner, err := h.runner(ingest.Options{})
	if err != nil {
		return err
	}
	return h.derive(ctx, runner, func(string, ingest.Result) {})
}

// publish makes a held release visible.
func (a app) publish(ctx context.Context, h *house, l schema.Release, reason string) error {
	if reason == "" {
		return usageError{"give --reason: it stands in the ledger"}
	}
	runner, err := h.runner(ingest.Options{})
	if err != nil {
		return err
	}
	if l, err = runner.Publish(ctx, l.Seq, reason); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: published as release %d: new %d, changed %d, deleted %d\n", l.Dataset, l.Seq, l.Counts.New, l.Counts.Changed, l.Counts.Deleted)
	return h.derive(ctx, runner, func(string, ingest.Result) {})
}

func (a app) printLedger(lines []schema.Release, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(a.stdout)
		for _, l := range lines {
			if err := e.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "release\trecorded\tdataset\toutcome\tread\tnew\tchanged\tdeleted\tunchanged\trejected\treason")
	for _, l := range lines {
		c := l.Counts
		state := string(l.Outcome)
		if !l.WithdrawnAt.IsZero() {
			state = "withdrawn"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", l.Seq, l.Recorded.Format(time.DateTime), l.Dataset, state,
			c.Read, c.New, c.Changed, c.Deleted, c.Unchanged, c.Rejected, l.Reason)
	}
	return w.Flush()
}

func (a app) showRelease(ctx context.Context, h *house, l schema.Release) error {
	if err := a.printLedger([]schema.Release{l}, false); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "payload %s, fetched %s, by version %s\n", l.ContentHash, l.Fetched.Format(time.RFC3339), l.Program)
	withheld, err := h.Withheld(ctx, l.Seq)
	if err != nil {
		return err
	}
	if text := withheldText(withheld); text != "" {
		fmt.Fprintln(a.stdout, text)
	}
	rejects, err := h.Rejects(ctx, l.Seq, 1000)
	if err != nil {
		return err
	}
	for _, r := range rejects {
		fmt.Fprintf(a.stdout, "rejected (%s): %s\n", r.Reason, ingest.Place(r))
	}
	if l.Outcome == schema.Held {
		return a.showHeld(ctx, h, l)
	}
	revisions, err := h.ReleaseRevisions(ctx, l.Seq)
	if err != nil {
		return err
	}
	for _, r := range revisions {
		fmt.Fprintf(a.stdout, "revised: %s %s %s %s sex %s age %s: %s -> %s\n", r.Indicator, r.Variant, r.Area, r.Period, r.Sex, r.Age,
			valueOr(r.Old, string(r.OldMissing)), valueOr(r.New, string(r.NewMissing)))
	}
	return nil
}

// showHeld lists what a held release would change, and how to decide.
func (a app) showHeld(ctx context.Context, h *house, l schema.Release) error {
	fmt.Fprintf(a.stdout, "held, nothing is published: %s\n", l.Reason)
	differences, err := h.HeldDifferences(ctx, l, 1000)
	if err != nil {
		return err
	}
	if err := a.differences(differences, l.Counts); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "publish it all the same: utfall release publish --reason TEXT %d\n", l.Seq)
	return nil
}

// check validates what is embedded, or with --catalogue a folder that has the same layout.
func (a app) check(ctx context.Context, args []string) error {
	var folder, settings string
	var own sourceFlags
	f := a.flags("check", nil)
	f.StringVar(&settings, "config", "", "a configuration file: say what a start with it would refuse")
	f.StringVar(&folder, "catalogue", "", "a folder with catalogue/ and area/ instead of the embedded one")
	f.StringVar(&own.dir, "sources-dir", "", "a folder with descriptions of official tables to check with the built-in ones")
	if err := a.parse(f, args); err != nil {
		return err
	}
	if settings != "" {
		o, err := a.serveFlags("up", []string{"--config", settings})
		if err != nil {
			return err
		}
		if err := a.checkConfig(ctx, o); err != nil {
			return err
		}
		if own.dir == "" {
			own.dir = o.dir
		}
	}
	catalogue, err := schema.Load()
	if folder != "" {
		catalogue, err = schema.LoadFS(os.DirFS(folder))
	}
	if err != nil {
		return err
	}
	tables, err := own.loadSources(catalogue)
	if err != nil {
		return err
	}
	collection, err := reference.Datasets()
	if err != nil {
		return err
	}
	rows, faults := uint64(0), 0
	for _, d := range collection {
		for _, e := range d.Editions {
			n, errs := checkFile(e, catalogue)
			rows += n
			faults += len(errs)
			for _, err := range errs {
				fmt.Fprintln(a.stderr, err)
			}
		}
	}
	if faults > 0 {
		return fmt.Errorf("%s in the reference collection", plural(faults, "fault", "faults"))
	}
	fmt.Fprintf(a.stdout, "%d indicators, %d areas, %d units, %d publishers, %d events, %d claims, %d official tables, %d rows of figures: no faults\n",
		len(catalogue.Indicators), len(catalogue.Areas.All()), len(catalogue.Units), len(catalogue.Publishers), len(catalogue.Events), len(catalogue.Claims), len(tables), rows)
	return nil
}

func checkFile(e reference.File, catalogue *schema.Catalogue) (uint64, []error) {
	in, err := embeddedDelivery("", e).Open()
	if err != nil {
		return 0, []error{err}
	}
	r, err := tidy.New(e.Name, in, catalogue)
	if err != nil {
		return 0, []error{err}
	}
	var errs []error
	for {
		_, rejects, err := r.Next()
		for _, x := range rejects {
			errs = append(errs, errors.New(ingest.Place(x)))
		}
		if err != nil {
			var fault *tidy.FileError
			if errors.As(err, &fault) {
				errs = append(errs, err)
			}
			return r.Read(), errs
		}
	}
}

func (a app) migrate(ctx context.Context, args []string) error {
	var c common
	if err := a.parse(a.flags("migrate", &c), args); err != nil {
		return err
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "The schema is up to date.")
	return h.close()
}

func (a app) doctor(ctx context.Context, args []string) error {
	var o serveFlags
	var asJSON bool
	f := a.defineServe("doctor", &o)
	f.BoolVar(&asJSON, "json", false, "as JSON")
	if err := a.parse(f, args); err != nil {
		return err
	}
	dir, err := a.dataDir(o.common)
	if err != nil {
		return err
	}
	report := engine.Examine(ctx, a.env, dir, nil)
	report.Checks = append(append(report.Checks, assetCheck()), pressChecks(ctx, o.briefingFlags.press())...)
	checks, err := a.preflight(ctx, o)
	if err != nil {
		return err
	}
	report.Checks = append(report.Checks, checks...)
	if asJSON {
		if err := json.NewEncoder(a.stdout).Encode(report); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.stdout, "utfall %s on %s, data in %s\n", version, report.System, report.DataDir)
		for _, x := range report.Checks {
			mark := "ok     "
			if !x.OK {
				mark = "MISSING"
			}
			fmt.Fprintf(a.stdout, "%s  %s: %s\n", mark, x.Name, x.Found)
			if x.Remedy != "" && !x.OK {
				fmt.Fprintf(a.stdout, "         %s\n", x.Remedy)
			}
		}
	}
	if !report.OK() {
		return errors.New("something is missing; see above")
	}
	return nil
}
