// Command utfall follows up public-health outcomes for a municipality: one program with verbs. All wiring is here; what
// is worth a unit test lives in the rooms that it wires.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"utfall/internal/backup"
	"utfall/internal/config"
	"utfall/internal/engine"
	"utfall/internal/store"
)

// version is set when the program is built.
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes. Usage is also a configuration, or a data directory, that the program must not be started on: trying again does
// not help.
const (
	done   = 0
	failed = 1
	usage  = 2
)

// app is what every verb is given.
type app struct {
	env            func(string) string
	stdout, stderr io.Writer
}

type verb struct {
	name, args, does string
	run              func(app, context.Context, []string) error
}

func verbs() []verb {
	return []verb{
		{"up", "", "everything on this machine: engine, migrations, reference collection, dashboard", app.up},
		{"serve", "", "the dashboard alone, against --clickhouse", app.serve},
		{"ingest", "[DATASET…|--all|--file PATH]", "take figures in", app.ingest},
		{"preview", "FILE", "any payload as tidy CSV on standard output", app.preview},
		{"delivery", "template INDICATOR… --out FILE|check FILE", "Excel templates for what is counted locally", app.delivery},
		{"export", "--indicator ID", "figures as a file on standard output", app.export},
		{"brief", "list|check|publish ID|ID --out FILE", "briefings: as PDF, Word or HTML; freeze one for ever", app.brief},
		{"release", "list|show|withdraw|publish SEQ", "the ledger of what was published", app.release},
		{"status", "", "datasets: last run and next, latest period, rejects, held releases", app.status},
		{"check", "", "validate catalogue, area codes, official tables and reference collection", app.check},
		{"backup", "DIR", "everything into a new folder, while the program runs", app.backup},
		{"restore", "DIR", "a backup into an empty data directory", app.restore},
		{"verify", "", "read everything through and say what is not as it was written", app.verify},
		{"prune", "--older-than DAYS", "take payloads away that no release needs", app.prune},
		{"migrate", "", "bring the database's schema up to date", app.migrate},
		{"doctor", "", "tell what is installed and what is not", app.doctor},
		{"version", "", "print the version", func(a app, _ context.Context, _ []string) error {
			fmt.Fprintln(a.stdout, "utfall", version)
			return nil
		}},
	}
}

// usageError is a mistake in how the program was called.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// refusals are errors that say that what the program was pointed at is not fit for what was asked; nothing was changed.
var refusals = []error{backup.ErrRefused, store.ErrNewerSchema, store.ErrTopology, engine.ErrNewerData}

func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	a := app{env, stdout, stderr}
	if len(args) == 0 {
		a.help(stderr)
		return usage
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		a.help(stdout)
		return done
	}
	for _, v := range verbs() {
		if v.name != args[0] {
			continue
		}
		err := v.run(a, ctx, args[1:])
		var wrong usageError
		var setting *config.Error
		switch {
		case err == nil:
			return done
		case errors.Is(err, flag.ErrHelp):
			return done
		case errors.As(err, &wrong), errors.As(err, &setting), slices.ContainsFunc(refusals, func(e error) bool { return errors.Is(err, e) }):
			fmt.Fprintf(stderr, "utfall %s: %s\n", v.name, err)
			return usage
		}
		fmt.Fprintf(stderr, "utfall %s: %s\n", v.name, err)
		return failed
	}
	fmt.Fprintf(stderr, "utfall: there is no verb %q\n\n", args[0])
	a.help(stderr)
	return usage
}

func (a app) help(w io.Writer) {
	fmt.Fprintln(w, "usage: utfall VERB [flags]")
	column := 0
	for _, v := range verbs() {
		column = max(column, len([]rune(v.name+v.args)))
	}
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-*s  %s\n", column+1, v.name+" "+v.args, v.does)
	}
	fmt.Fprintln(w, "\nutfall VERB --help lists a verb's flags. Each flag can be set as UTFALL_… in the environment.")
}
