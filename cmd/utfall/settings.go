package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel"

	"utfall/internal/config"
)

// parse reads a verb's flags. One that is not given is looked for in the environment (--data-dir is UTFALL_DATA_DIR), then in
// the configuration file.
func (a app) parse(f *flag.FlagSet, args []string) error {
	if err := parseWords(f, args); err != nil {
		return err
	}
	var errs []error
	set := map[string]bool{}
	f.Visit(func(x *flag.Flag) {
		set[x.Name] = true
		errs = append(errs, checkFlag("--"+x.Name, x.Name, x.Value.String()))
	})
	f.VisitAll(func(x *flag.Flag) {
		key := "UTFALL_" + strings.ToUpper(strings.ReplaceAll(x.Name, "-", "_"))
		if v := a.env(key); v != "" && !set[x.Name] {
			set[x.Name] = true
			if err := f.Set(x.Name, v); err != nil {
				errs = append(errs, usageError{fmt.Sprintf("%s=%q: %v", key, v, err)})
				return
			}
			errs = append(errs, checkFlag(key, x.Name, v))
		}
	})
	err, named := errors.Join(errs...), f.Lookup("config")
	if err != nil || named == nil {
		return err
	}
	common, ok := named.Value.(*configFlag)
	if !ok {
		return nil // check reads the file itself
	}
	c := common.common
	if c.traces == "" {
		c.traces = a.env("OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	if c.config == "" {
		return nil
	}
	if c.file, err = config.Read(c.config); err != nil {
		return err
	}
	for _, v := range c.file.Values {
		if f.Lookup(v.Flag) == nil || set[v.Flag] {
			continue
		}
		if err := f.Set(v.Flag, v.Text); err != nil {
			errs = append(errs, &config.Error{Path: c.config, Line: v.Line, Problem: fmt.Sprintf("%s: %q: %v", v.Key, v.Text, err), Remedy: v.Does})
		}
	}
	return errors.Join(errs...)
}

// parseWords reads flags wherever they stand among a verb's words.
func parseWords(f *flag.FlagSet, args []string) error {
	var words []string
	for rest := args; len(rest) > 0; {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return err
		} else if err != nil {
			return usageError{err.Error()}
		}
		read := len(rest) - f.NArg()
		if read > 0 && rest[read-1] == "--" || f.NArg() == 0 {
			words = append(words, f.Args()...)
			break
		}
		words, rest = append(words, f.Arg(0)), f.Args()[1:]
	}
	if err := f.Parse(append([]string{"--"}, words...)); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

// configFlag is the flag that names the configuration file of a verb's common flags.
type configFlag struct{ *common }

// Set keeps the file's name; parse reads it.
func (c *configFlag) Set(path string) error { c.config = path; return nil }

func (c *configFlag) String() string {
	if c.common == nil {
		return ""
	}
	return c.config
}

// checkFlag holds a value that was given by flag or environment to what the configuration's reference says of it.
func checkFlag(place, name, value string) error {
	for _, o := range config.Options() {
		if o.Flag != name || value == "" {
			continue
		}
		switch o.Kind {
		case config.Bytes, config.Server: // these say themselves what is wrong
		case config.Memory:
			var n size
			if err := n.Set(value); err == nil && n < config.LeastMemory {
				return usageError{fmt.Sprintf("%s: %s is too little for an engine; write %s", place, value, o.Kind.Like())}
			}
		default:
			if err := o.Kind.Check(value); err != nil {
				return usageError{fmt.Sprintf("%s: %q %v; write %s", place, value, err, o.Kind.Like())}
			}
		}
	}
	return nil
}

// size is a flag's number of bytes: 512MiB, 2GB or a plain number.
type size int64

func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }

// Set reads a size.
func (s *size) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		n, err = config.ParseBytes(text)
	}
	if err == nil && n < 0 {
		err = errors.New("is less than nothing")
	}
	if err != nil {
		return fmt.Errorf("it %w; write %s", err, config.Bytes.Like())
	}
	*s = size(n)
	return nil
}

// logging is how the log is written.
type logging struct {
	level, format string
	verbose       bool
}

// threshold is the level from which on lines are written.
func (c common) threshold() slog.Level {
	level := slog.LevelWarn
	if c.verbose || c.service {
		level = slog.LevelInfo
	}
	if c.level != "" {
		_ = level.UnmarshalText([]byte(c.level)) // it was checked
	}
	return level
}

// logger writes text for a person and JSON for the collector of a service's log.
func (a app) logger(c common) (*slog.Logger, *slog.LevelVar) {
	var level slog.LevelVar
	level.Set(c.threshold())
	o := &slog.HandlerOptions{Level: &level}
	var log *slog.Logger
	if c.format == "json" || c.format == "" && c.service && !isTerminal(a.stderr) {
		log = slog.New(slog.NewJSONHandler(a.stderr, o))
	} else {
		log = slog.New(slog.NewTextHandler(a.stderr, o))
	}
	if c.traces != "" {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not sent", "error", err) }))
	}
	return log, &level
}
