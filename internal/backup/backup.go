package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"utfall/schema"
)

// Source is the database that is backed up.
type Source interface {
	Backup(ctx context.Context, name string) error
	TryBackup(ctx context.Context, name string) (map[string]schema.Fingerprint, error)
	SchemaVersion(ctx context.Context) (int64, error)
}

// Target is the database that is restored into.
type Target interface {
	Restore(ctx context.Context, name string) error
	Fingerprints(ctx context.Context) (map[string]schema.Fingerprint, error)
	DropTables(ctx context.Context) error
	Migrate(ctx context.Context) error
	SchemaKnown() int64 // the newest schema that this program knows
}

// Place is a data directory whose engine runs.
type Place struct {
	DataDir    string
	Exchange   string // the folder that the engine writes backups to and reads them from
	ClickHouse string // its version
}

// prefix of what lies in the exchange folder while a backup is made or restored.
const prefix = "utfall-"

// Write makes a backup in a folder that is empty or not there. It may run while figures are taken in and pages served.
func Write(ctx context.Context, from Source, place Place, folder, program string) (m Manifest, err error) {
	m = Manifest{Format: format, Program: program, ClickHouse: place.ClickHouse, Made: time.Now().UTC()}
	if err := claim(folder); err != nil {
		return m, err
	}
	unlock, err := Lock(place.DataDir)
	if err != nil {
		return m, err
	}
	defer unlock()
	defer func() {
		if err != nil { // the folder was empty, and can be named again
			_ = os.RemoveAll(filepath.Join(folder, enginePart))
			_ = os.RemoveAll(filepath.Join(folder, payloadPart))
		}
	}()
	name, err := exchangeName(place)
	if err != nil {
		return m, err
	}
	defer func() { _ = os.RemoveAll(filepath.Join(place.Exchange, name)) }()
	if err := from.Backup(ctx, name); err != nil {
		return m, err
	}
	if m.Tables, err = from.TryBackup(ctx, name); err != nil {
		return m, err
	}
	if m.Schema, err = from.SchemaVersion(ctx); err != nil {
		return m, err
	}
	if err := move(filepath.Join(place.Exchange, name), filepath.Join(folder, enginePart)); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if err := copyPayloads(place.DataDir, folder); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, m.seal(folder)
}

// claim makes sure that the folder is there and holds nothing.
func claim(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	case errors.Is(err, syscall.ENOTDIR):
		return refuse("%s is a file: name a new folder", folder)
	case err != nil:
		return fmt.Errorf("backup: %w", err)
	case len(entries) > 0:
		return refuse("%s is not empty: a backup is written once; name a new folder, such as %s", folder, filepath.Join(folder, time.Now().Format("2006-01-02T1504")))
	}
	return nil
}

// exchangeName picks a name in the exchange folder, and clears away what backups that died have left there. The lock makes
// sure that none is under way.
func exchangeName(place Place) (string, error) {
	entries, err := os.ReadDir(place.Exchange)
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			if err := os.RemoveAll(filepath.Join(place.Exchange, e.Name())); err != nil {
				return "", fmt.Errorf("backup: %w", err)
			}
		}
	}
	return prefix + time.Now().UTC().Format("20060102T150405.000000000"), nil
}

// move renames a folder, or copies it where that cannot be.
func move(from, to string) error {
	if err := os.Rename(from, to); !errors.Is(err, syscall.EXDEV) {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

// copyPayloads copies every payload that is kept whole; a payload on its way in has no name of its own yet.
func copyPayloads(dataDir, folder string) error {
	from, to := filepath.Join(dataDir, payloadPart), filepath.Join(folder, payloadPart)
	names, err := listFiles(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.Contains(name, "/") {
			continue
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	// The time says how old a payload is, which retention goes by.
	return errors.Join(err, out.Sync(), out.Close(), os.Chtimes(to, time.Time{}, info.ModTime()))
}

// Lock keeps backups, and what takes payloads away, from running at the same time on one data directory. It is free again
// when the process ends.
func Lock(dataDir string) (unlock func(), err error) {
	dir := filepath.Join(dataDir, "locks")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "payloads.lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("backup: another backup, restore or prune runs on %s; wait for it to end", dataDir)
	}
	return func() { _ = f.Close() }, nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
