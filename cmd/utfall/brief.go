package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"utfall/dashboard"
	"utfall/dashboard/briefing"
	"utfall/internal/press"
	"utfall/schema"
)

// briefingFlags say where drafts lie and what makes files of briefings.
type briefingFlags struct{ drafts, key, chromium, pandoc string }

func (b *briefingFlags) define(f *flag.FlagSet) {
	f.StringVar(&b.drafts, "drafts-dir", "", "a folder with drafts of briefings beside those that the program ships")
	b.definePrograms(f)
}

func (b *briefingFlags) definePrograms(f *flag.FlagSet) {
	f.StringVar(&b.chromium, "chromium", "", "the Chromium that makes PDF files (default: chromium in PATH)")
	f.StringVar(&b.pandoc, "pandoc", "", "the pandoc that makes Word files (default: pandoc in PATH)")
}

func (b briefingFlags) press() *press.Press {
	return press.New(press.Options{Chromium: b.chromium, Pandoc: b.pandoc})
}

// briefings gives the dashboard its drafts, what was published, and the press.
func (h *house) briefings(b briefingFlags) (dashboard.BriefingConfig, error) {
	shelf, err := briefing.NewShelf(h.catalogue, b.drafts)
	if err != nil {
		return dashboard.BriefingConfig{}, err
	}
	return dashboard.BriefingConfig{Drafts: shelf, DraftKey: b.key, Archive: h.Store, Press: b.press()}, nil
}

type briefFlags struct {
	common
	briefingFlags
	out, version, asOf, lang   string
	correctionSV, correctionEN string
	asJSON                     bool
}

const briefUsage = "say list, check, publish ID, or ID --out FILE.pdf|FILE.docx|FILE.html"

func (a app) brief(ctx context.Context, args []string) error {
	var o briefFlags
	f := a.flags("brief", &o.common)
	o.define(f)
	f.StringVar(&o.out, "out", "", "the file to write; its ending says the kind: .pdf, .docx or .html")
	f.StringVar(&o.version, "version", "", "a published version by number, or draft (default: the newest published, or the draft if none is)")
	f.StringVar(&o.asOf, "as-of", "", "a date or moment: with publish, whose figures are pinned; otherwise, what was visible then (default: now)")
	f.StringVar(&o.lang, "lang", "sv", "language of the file: sv or en")
	f.StringVar(&o.correctionSV, "correction-sv", "", "with publish of a later version: what it corrects, in Swedish")
	f.StringVar(&o.correctionEN, "correction-en", "", "the same in English")
	f.BoolVar(&o.asJSON, "json", false, "with list, one JSON object a line")
	words, err := a.parseMixed(f, args)
	if err != nil {
		return err
	}
	switch {
	case len(words) == 1 && words[0] == "check":
		return a.briefCheck(o)
	case len(words) == 1 && words[0] == "list", len(words) == 2 && words[0] == "publish":
	case len(words) == 1 && words[0] != "publish":
		if err := o.checkFile(); err != nil {
			return err
		}
	default:
		return usageError{briefUsage}
	}
	h, err := a.open(ctx, o.common)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	config, err := h.briefings(o.briefingFlags)
	if err != nil {
		return err
	}
	server, err := dashboard.New(dashboard.Config{Reader: h.Store, Catalogue: h.catalogue, Logger: h.log, Version: version, BriefingConfig: config})
	if err != nil {
		return err
	}
	if words[0] == "list" {
		return a.briefList(ctx, h, config.Drafts, o)
	}
	if err := h.notEmpty(ctx); err != nil {
		return err
	}
	if words[0] == "publish" {
		return a.briefPublish(ctx, h, server, words[1], o)
	}
	return a.briefFile(ctx, server, words[0], o)
}

// notEmpty refuses to write a briefing about nothing: whoever asks for one has most likely pointed at another place than meant.
func (h *house) notEmpty(ctx context.Context) error {
	state, err := h.State(ctx, time.Time{})
	if err == nil && state.LastRelease == 0 {
		err = errors.New("there are no figures here yet: run `utfall up` or `utfall ingest` first, or point at them with --data-dir or --clickhouse")
	}
	return err
}

// parseMixed reads flags before, between and after the words.
func (a app) parseMixed(f *flag.FlagSet, args []string) ([]string, error) {
	var words, flags []string
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			break // told below
		}
		flags = append(flags, args[:len(args)-f.NArg()]...)
		if args = f.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, a.parse(f, append(flags, args...))
}

// fileKinds are the endings of the files that can be made.
var fileKinds = []string{"pdf", "docx", "html"}

func (o briefFlags) kind() string {
	return strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), ".")
}

func (o briefFlags) checkFile() error {
	switch {
	case o.out == "":
		return usageError{"give --out FILE.pdf, FILE.docx or FILE.html; " + briefUsage}
	case !slices.Contains(fileKinds, o.kind()):
		return usageError{fmt.Sprintf("--out %q: the ending is none of .pdf, .docx and .html", o.out)}
	case o.lang != "sv" && o.lang != "en":
		return usageError{fmt.Sprintf("--lang %q is neither sv nor en", o.lang)}
	}
	_, err := o.wanted("")
	return err
}

// wanted reads --version and --as-of.
func (o briefFlags) wanted(id string) (dashboard.FileChoice, error) {
	x := dashboard.FileChoice{ID: id, Lang: schema.Lang(o.lang), Kind: o.kind(), Draft: o.version == "draft"}
	if o.version != "" && !x.Draft {
		if _, err := fmt.Sscanf(o.version+"\n", "%d\n", &x.Version); err != nil || x.Version < 1 {
			return x, usageError{fmt.Sprintf("--version %q is neither the number of a version nor draft", o.version)}
		}
	}
	var err error
	x.AsOf, err = parseMoment(o.asOf)
	return x, err
}

func (a app) briefFile(ctx context.Context, server *dashboard.Server, id string, o briefFlags) error {
	x, err := o.wanted(id)
	if err != nil {
		return err
	}
	content, _, err := server.BriefingFile(ctx, x)
	if err != nil {
		return err
	}
	if err := writeWhole(o.out, content); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: %d kB\n", o.out, (len(content)+1023)/1024)
	return nil
}

// writeWhole writes a file whole or not at all.
func writeWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".utfall-*")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func (a app) briefPublish(ctx context.Context, h *house, server *dashboard.Server, id string, o briefFlags) error {
	at, err := parseMoment(o.asOf)
	if err != nil {
		return err
	}
	b, err := server.Publish(ctx, h.Store, id, dashboard.Publication{AsOf: at, Correction: schema.Text{SV: o.correctionSV, EN: o.correctionEN}})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: published as version %d, figures as of %s\nSHA-256 %s\n", id, b.Version, b.AsOf.Format(time.RFC3339Nano), b.Hash)
	if b.Corrects > 0 {
		fmt.Fprintf(a.stdout, "it corrects version %d, which stays as it is\n", b.Corrects)
	}
	return nil
}

// briefCheck tells every fault of the drafts that shows without figures.
func (a app) briefCheck(o briefFlags) error {
	catalogue, err := schema.Load()
	if err != nil {
		return err
	}
	shelf, err := briefing.NewShelf(catalogue, o.drafts)
	if err != nil {
		return err
	}
	for _, fault := range shelf.Faults() {
		fmt.Fprintln(a.stderr, fault)
	}
	if n := len(shelf.Faults()); n > 0 {
		return fmt.Errorf("%s in the drafts of %s", plural(n, "fault", "faults"), o.drafts)
	}
	fmt.Fprintf(a.stdout, "%s: no faults\n", plural(len(shelf.List()), "draft", "drafts"))
	return nil
}

type listedBriefing struct {
	ID        string    `json:"id"`
	Version   int       `json:"version"` // 0: a draft that was never published
	Published time.Time `json:"published,omitzero"`
	AsOf      time.Time `json:"as_of,omitzero"`
	Hash      string    `json:"hash,omitempty"`
	Title     string    `json:"title"`
}

// briefList lists every published version, newest first, and the drafts that were never published.
func (a app) briefList(ctx context.Context, h *house, shelf *briefing.Shelf, o briefFlags) error {
	published, err := h.Briefings(ctx)
	if err != nil {
		return err
	}
	var rows []listedBriefing
	for _, b := range published {
		rows = append(rows, listedBriefing{b.ID, b.Version, b.Published, b.AsOf, b.Hash, b.Title.SV})
	}
	for _, d := range shelf.List() {
		if !slices.ContainsFunc(rows, func(r listedBriefing) bool { return r.ID == d.ID }) {
			rows = append(rows, listedBriefing{ID: d.ID, Title: d.Title.SV})
		}
	}
	if o.asJSON {
		e := json.NewEncoder(a.stdout)
		for _, r := range rows {
			if err := e.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "briefing\tversion\tpublished\tfigures as of\tsha-256\ttitle")
	for _, r := range rows {
		if r.Version == 0 {
			fmt.Fprintf(w, "%s\tdraft\t-\t-\t-\t%s\n", r.ID, r.Title)
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", r.ID, r.Version, r.Published.Format(time.DateTime), r.AsOf.Format(time.RFC3339), r.Hash[:16], r.Title)
	}
	return w.Flush()
}
