package schedule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folder takes in files that people put into a folder. A file that was dealt with is moved into a folder beside it, taken or
// refused, with the answer as a text file.
type Folder struct {
	Dir    string
	Every  time.Duration // between looks, default 10 seconds
	Accept []string      // endings of the files that are taken, such as .csv
	// Take takes one file in. The answer is for who delivered it; extra are further files of the answer by name. The error
	// is a fault of ours, not of the file: the file stays and is tried again.
	Take   func(ctx context.Context, path string) (Answer, error)
	Logger *slog.Logger
}

// Answer is what became of a file.
type Answer struct {
	Taken bool
	Text  string
	Files map[string][]byte
}

// The folders that files are moved into.
const (
	TakenDir   = "taken"
	RefusedDir = "refused"
)

// seen is a file as it looked last time.
type seen struct {
	size int64
	at   time.Time
}

// Watch looks until ctx ends. A file is taken once it has looked the same at two looks: one that is still being copied
// changes in between.
func (f Folder) Watch(ctx context.Context) error {
	if f.Every == 0 {
		f.Every = 10 * time.Second
	}
	if f.Logger == nil {
		f.Logger = slog.New(slog.DiscardHandler)
	}
	for _, d := range []string{f.Dir, filepath.Join(f.Dir, TakenDir), filepath.Join(f.Dir, RefusedDir)} {
		if err := os.MkdirAll(d, 0o750); err != nil {
			return fmt.Errorf("watched folder: %w", err)
		}
	}
	before := map[string]seen{}
	for {
		now, err := f.look(ctx, before)
		if err != nil {
			f.Logger.Error("the watched folder cannot be read", "folder", f.Dir, "error", err)
		} else {
			before = now
		}
		if !sleep(ctx, f.Every) {
			return nil
		}
	}
}

// look takes the files that look as they did before, and gives how the others look now.
func (f Folder) look(ctx context.Context, before map[string]seen) (map[string]seen, error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil, err
	}
	now := map[string]seen{}
	for _, e := range entries {
		if !f.accepts(e) || ctx.Err() != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s := seen{info.Size(), info.ModTime()}
		if before[e.Name()] != s {
			now[e.Name()] = s
			continue
		}
		if err := f.deal(ctx, e.Name()); err != nil {
			f.Logger.Error("a delivery could not be dealt with and is tried again", "file", e.Name(), "error", err)
			now[e.Name()] = s
		}
	}
	return now, nil
}

// accepts leaves out what is not a file of ours: folders, links, hidden files and the locks of office programs.
func (f Folder) accepts(e fs.DirEntry) bool {
	name := e.Name()
	return e.Type().IsRegular() && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "~$") &&
		slices.Contains(f.Accept, strings.ToLower(filepath.Ext(name)))
}

func (f Folder) deal(ctx context.Context, name string) error {
	path := filepath.Join(f.Dir, name)
	answer, err := f.Take(ctx, path)
	if err != nil {
		return err
	}
	where := RefusedDir
	if answer.Taken {
		where = TakenDir
	}
	// The time in the name keeps an earlier delivery of the same name.
	stamp := time.Now().UTC().Format("20060102-150405.000000000")
	base := filepath.Join(f.Dir, where, stamp+" ")
	for extra, content := range answer.Files {
		if err := os.WriteFile(base+filepath.Base(extra), content, 0o640); err != nil {
			return err
		}
	}
	if err := os.WriteFile(base+name+".txt", []byte(answer.Text+"\n"), 0o640); err != nil {
		return err
	}
	if err := os.Rename(path, base+name); err != nil {
		return err
	}
	f.Logger.Info("a delivery was dealt with", "file", name, "taken", answer.Taken)
	return nil
}
