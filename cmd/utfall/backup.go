package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"utfall/ingest"
	"utfall/internal/backup"
)

// ownServer tells what to do where ClickHouse is not the program's own engine: its folders cannot be reached from here.
func ownServer(c common) error {
	if c.clickhouse == "" {
		return nil
	}
	return usageError{"works on the embedded engine's data directory; back a ClickHouse server or cluster up with its own BACKUP and RESTORE statements, " +
		"and copy the folder artifacts of the data directory beside it"}
}

func (a app) folderArgument(name string, args []string) (c common, folder string, err error) {
	f := a.flags(name, &c)
	if err := a.parse(f, args); err != nil {
		return c, "", err
	}
	if f.NArg() != 1 {
		return c, "", usageError{"name one folder"}
	}
	if folder, err = filepath.Abs(f.Arg(0)); err != nil {
		return c, "", err
	}
	return c, folder, ownServer(c)
}

func (h *house) place() backup.Place {
	return backup.Place{DataDir: h.dataDir, Exchange: h.engine.Backups(), ClickHouse: h.engine.Connection().Version}
}

func (a app) backup(ctx context.Context, args []string) error {
	c, folder, err := a.folderArgument("backup", args)
	if err != nil {
		return err
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	started := time.Now()
	m, err := backup.Write(ctx, h.Store, h.place(), folder, version)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Backed up and tried: %s, %s, %s, in %.1f s. Restore it with: utfall restore --data-dir NEW %s\n",
		plural(int(m.Tables["release"].Rows), "line of the ledger", "lines of the ledger"), plural(int(m.Tables["observation"].Rows), "row of figures", "rows of figures"),
		plural(len(m.Files), "file", "files"), time.Since(started).Seconds(), folder)
	return nil
}

func (a app) restore(ctx context.Context, args []string) error {
	c, folder, err := a.folderArgument("restore", args)
	if err != nil {
		return err
	}
	dir, err := a.dataDir(c)
	if err != nil {
		return err
	}
	started := time.Now()
	m, unlock, err := backup.Prepare(folder, dir)
	if err != nil {
		return err
	}
	defer unlock()
	h, err := a.reach(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	if err := backup.Restore(ctx, h.Store, h.place(), folder, m); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Restored and compared: %s, %s, as of %s, in %.1f s.\n", plural(int(m.Tables["release"].Rows), "line of the ledger", "lines of the ledger"),
		plural(int(m.Tables["observation"].Rows), "row of figures", "rows of figures"), m.Made.Format(time.RFC3339), time.Since(started).Seconds())
	return nil
}

func (a app) verify(ctx context.Context, args []string) error {
	var c common
	f := a.flags("verify", &c)
	if err := a.parse(f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return usageError{"takes flags only"}
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	faults, err := h.Verify(ctx)
	if err != nil {
		return err
	}
	artifacts, err := h.Artifacts(ctx)
	if err != nil {
		return err
	}
	ledger, err := h.Ledger(ctx, 1_000_000)
	if err != nil {
		return err
	}
	kept, older, err := ingest.VerifyKept(ctx, h.dataDir, artifacts, ledger)
	if err != nil {
		return err
	}
	faults = append(faults, kept...)
	for _, x := range faults {
		fmt.Fprintln(a.stderr, x)
	}
	if older > 0 {
		fmt.Fprintf(a.stdout, "Of %s from an earlier version the content hash cannot be computed anew; their payloads were read.\n", plural(older, "release", "releases"))
	}
	if len(faults) > 0 {
		return errors.New(plural(len(faults), "fault", "faults") + "; see above")
	}
	fmt.Fprintf(a.stdout, "Every row, briefing and payload is as it was written: %s, %s.\n", plural(len(ledger), "line of the ledger", "lines of the ledger"),
		plural(len(artifacts), "payload of a release", "payloads of releases"))
	return nil
}

func (a app) prune(ctx context.Context, args []string) error {
	var c common
	var days int
	var dry bool
	f := a.flags("prune", &c)
	f.IntVar(&days, "older-than", 0, "days that a payload which no release needs is kept, at least 1")
	f.BoolVar(&dry, "dry-run", false, "list what would go and take nothing away")
	if err := a.parse(f, args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return usageError{"takes flags only"}
	case time.Duration(days)*24*time.Hour < ingest.LeastKept:
		return usageError{"give --older-than DAYS, at least 1: a run that is under way needs its payloads"}
	}
	h, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	unlock, err := backup.Lock(h.dataDir)
	if err != nil {
		return err
	}
	defer unlock()
	artifacts, err := h.Artifacts(ctx)
	if err != nil {
		return err
	}
	ledger, err := h.Ledger(ctx, 1_000_000)
	if err != nil {
		return err
	}
	paths, bytes, err := ingest.Dispensable(h.dataDir, artifacts, ledger, time.Now().AddDate(0, 0, -days))
	if err != nil {
		return err
	}
	for _, p := range paths {
		fmt.Fprintln(a.stdout, p)
	}
	what := fmt.Sprintf("%s that no release needs, %d bytes", plural(len(paths), "payload", "payloads"), bytes)
	if dry {
		fmt.Fprintln(a.stdout, "Would take away "+what+".")
		return nil
	}
	if err := ingest.Remove(h.dataDir, paths); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "Took away "+what+".")
	return nil
}
