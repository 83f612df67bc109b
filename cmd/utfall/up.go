package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"utfall/dashboard"
	"utfall/ingest"
	"utfall/ingest/reference"
	"utfall/internal/config"
	"utfall/internal/engine"
	"utfall/internal/ops"
	"utfall/schema"
)

type serveFlags struct {
	common
	sourceFlags
	briefingFlags
	addr, opsAddr string
	panelWait     time.Duration
	keyFile       string
	public        publicFlags
}

// defineServe makes the flags of a verb that serves, or that looks at what serving takes.
func (a app) defineServe(name string, o *serveFlags) *flag.FlagSet {
	o.service = name != "doctor"
	f := a.flags(name, &o.common)
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "address of the dashboard; port 0 picks a free one")
	f.StringVar(&o.opsAddr, "ops-addr", "127.0.0.1:9464", "address of /metrics, /healthz and /readyz")
	f.DurationVar(&o.panelWait, "panel-wait", 200*time.Millisecond, "how long a page waits for one of its panels before it is shown without it")
	o.briefingFlags.define(f)
	f.StringVar(&o.keyFile, "drafts-key-file", "", "a file that holds the --drafts-key")
	f.StringVar(&o.key, "drafts-key", "", "who gives it on a draft's page may save to --drafts-dir (at least 20 characters; better in UTFALL_DRAFTS_KEY)")
	o.public.define(f)
	if name != "serve" {
		o.defineSchedule(f)
	}
	return f
}

func (a app) serveFlags(name string, args []string) (serveFlags, error) {
	var o serveFlags
	f := a.defineServe(name, &o)
	if err := a.parse(f, args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, usageError{"takes flags only"}
	}
	if o.keyFile != "" && o.key == "" {
		var err error
		if o.key, err = config.Secret(o.keyFile); err != nil {
			return o, err
		}
	}
	return o, o.public.check()
}

func (a app) up(ctx context.Context, args []string) error {
	o, err := a.serveFlags("up", args)
	if err != nil {
		return err
	}
	return a.serveWith(ctx, o, true)
}

func (a app) serve(ctx context.Context, args []string) error {
	o, err := a.serveFlags("serve", args)
	if err != nil {
		return err
	}
	if o.clickhouse == "" {
		return usageError{"give --clickhouse URL, or run `utfall up` for the embedded engine"}
	}
	return a.serveWith(ctx, o, false)
}

// listen takes a port; one that is taken is a mistake in how the program was started.
func listen(what, addr, name, key string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, usageError{fmt.Sprintf("%s: %v; is another utfall running? give --%s or %s", what, err, name, key)}
	}
	return l, nil
}

// serveWith runs until ctx ends.
func (a app) serveWith(ctx context.Context, o serveFlags, load bool) (err error) {
	page, err := listen("dashboard", o.addr, "addr", "listen.pages")
	if err != nil {
		return err
	}
	defer func() { _ = page.Close() }()
	opsListener, err := listen("metrics", o.opsAddr, "ops-addr", "listen.ops")
	if err != nil {
		return err
	}
	defer func() { _ = opsListener.Close() }()
	h, err := a.open(ctx, o.common)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	w, err := h.instruments(o.sourceFlags)
	if err != nil {
		return err
	}
	if load {
		collection, err := reference.Datasets()
		if err != nil {
			return err
		}
		if err := a.loadCollection(ctx, h, collection); err != nil {
			return err
		}
	}
	if err := w.look(ctx); err != nil {
		return err
	}
	briefings, err := h.briefings(o.briefingFlags)
	if err != nil {
		return err
	}
	server, err := dashboard.New(dashboard.Config{Reader: h.Store, Catalogue: h.catalogue, Logger: h.log, Version: version,
		Observe: w.Request, PanelFailed: w.PanelFailed, Tracer: h.traces.Tracer(), Patience: o.panelWait, BriefingConfig: briefings,
		Public: o.public.public(page.Addr()), Organisation: o.public.organisation()})
	if err != nil {
		return err
	}
	w.Routes(server.Routes())
	w.Pages(server.Pages())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Serve(ctx, page) })
	w.start(ctx, group, opsListener, o.common)
	if load {
		watch, err := a.serveSources(ctx, h, o.sourceFlags, requests{w.Metrics}, observed(w.Metrics))
		if err != nil {
			return err
		}
		if watch != nil {
			group.Go(watch)
		}
	}
	h.log.Info("ready", "pages", page.Addr().String(), "ops", opsListener.Addr().String(), "version", version)
	fmt.Fprintf(a.stdout, "Utfall is ready at http://%s (metrics at http://%s/metrics)\n", page.Addr(), opsListener.Addr())
	return group.Wait()
}

// keepEngine starts the engine again whenever it has ended by itself. Pages that are kept are served meanwhile, and a run that
// was cut off is cleared away by the next one of its dataset.
func (h *house) keepEngine(ctx context.Context, metrics *ops.Metrics) {
	h.engine = engine.Keep(ctx, h.engine, func(err error) {
		metrics.EngineAway()
		h.log.Error("the engine ended and is started again", "error", err)
	}, func(e *engine.Engine) {
		h.log.Warn("the engine runs again", "engine", e.Connection())
		metrics.Look()
	})
}

// loadCollection takes in what the ledger does not know of the reference collection: everything in an empty data
// directory, nothing in a filled one, and what is new after an upgrade. A figure that was delivered since by hand is not
// overwritten, because a payload that was taken in once is not taken in again.
func (a app) loadCollection(ctx context.Context, h *house, collection []reference.Dataset) error {
	runner, err := h.runner(ingest.Options{})
	if err != nil {
		return err
	}
	known, err := h.knownPayloads(ctx)
	if err != nil {
		return err
	}
	started, taken := time.Now(), 0
	for _, d := range collection {
		for _, f := range d.Editions {
			sum := sha256.Sum256(f.Content)
			if known[d.Name+hex.EncodeToString(sum[:])] {
				continue
			}
			if taken == 0 {
				fmt.Fprintln(a.stdout, "Loading the reference collection")
			}
			taken++
			if _, err := runner.Run(ctx, embeddedDelivery(d.Name, f)); err != nil {
				return err
			}
		}
	}
	err = h.derive(ctx, runner, func(string, ingest.Result) { taken++ })
	if err != nil {
		return err
	}
	if taken > 0 {
		fmt.Fprintf(a.stdout, "Loaded %s in %.1f s\n", plural(taken, "delivery", "deliveries"), time.Since(started).Seconds())
	}
	return nil
}

// knownPayloads gives dataset and hash of every payload that was taken in.
func (h *house) knownPayloads(ctx context.Context) (map[string]bool, error) {
	lines, err := h.Ledger(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, l := range lines {
		switch l.Outcome {
		case schema.Published, schema.Unchanged, schema.Refused:
			known[l.Dataset+l.ContentHash] = true
		}
	}
	return known, nil
}
