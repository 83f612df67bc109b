package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"utfall/schema"
)

// unfinished marks a data directory whose restore has begun and not ended. Whatever lies in it came from that restore.
const unfinished = "restoring"

// Unfinished says whether a restore into the data directory was cut off.
func Unfinished(dataDir string) bool {
	_, err := os.Stat(filepath.Join(dataDir, unfinished))
	return err == nil
}

// Prepare reads and checks the backup and marks the data directory, which must be empty or hold only what a restore that
// was cut off has left. The function that it gives back lets others restore there.
func Prepare(folder, dataDir string) (m Manifest, unlock func(), err error) {
	if m, err = Read(folder); err != nil {
		return m, nil, err
	}
	entries, err := os.ReadDir(dataDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	if len(entries) > 0 && !Unfinished(dataDir) {
		return m, nil, refuse("%s is not empty, and a restore never writes over figures: give an empty or new folder as --data-dir, or move this one aside first", dataDir)
	}
	if err := os.MkdirAll(dataDir, 0o750); err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dataDir, unfinished), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return m, nil, refuse("another restore into %s is under way; wait for it to end", dataDir)
	}
	return m, func() { _ = f.Close() }, nil
}

// Restore fills a prepared data directory from the backup and compares what is then there with what the manifest says.
func Restore(ctx context.Context, to Target, place Place, folder string, m Manifest) error {
	if err := m.readable(to, place); err != nil {
		return err
	}
	// Whatever is there came from a restore that was cut off.
	if err := to.DropTables(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(place.DataDir, payloadPart)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	name, err := exchangeName(place)
	if err != nil {
		return err
	}
	inside := filepath.Join(place.Exchange, name)
	defer func() { _ = os.RemoveAll(inside) }()
	if err := os.CopyFS(inside, os.DirFS(filepath.Join(folder, enginePart))); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := to.Restore(ctx, name); err != nil {
		return err
	}
	have, err := to.Fingerprints(ctx)
	if err != nil {
		return err
	}
	if err := m.sameTables(have); err != nil {
		return err
	}
	if err := copyPayloads(folder, place.DataDir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := to.Migrate(ctx); err != nil {
		return err
	}
	return os.Remove(filepath.Join(place.DataDir, unfinished))
}

// readable refuses what a newer program or engine wrote.
func (m Manifest) readable(to Target, place Place) error {
	if known := to.SchemaKnown(); m.Schema > known {
		return refuse("the backup has schema version %d and this program knows %d: restore it with Utfall %s or a later one", m.Schema, known, m.Program)
	}
	if newer(m.ClickHouse, place.ClickHouse) {
		return refuse("the backup was written by ClickHouse %s and %s is installed: restore it with Utfall %s or a later one", m.ClickHouse, place.ClickHouse, m.Program)
	}
	return nil
}

// sameTables compares tables with what the backup held when it was tried.
func (m Manifest) sameTables(have map[string]schema.Fingerprint) error {
	var errs []error
	for _, name := range sorted(m.Tables) {
		if got, want := have[name], m.Tables[name]; got != want {
			errs = append(errs, fmt.Errorf("restore: table %s has %d rows (sum %016x), the backup %d (sum %016x)", name, got.Rows, got.Sum, want.Rows, want.Sum))
		}
	}
	for _, name := range sorted(have) {
		if _, ok := m.Tables[name]; !ok {
			errs = append(errs, fmt.Errorf("restore: table %s is not in the backup's manifest", name))
		}
	}
	return errors.Join(errs...)
}

// newer compares dotted versions by their first two numbers: within one release of ClickHouse backups go both ways.
func newer(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range 2 {
		if i >= len(x) || i >= len(y) {
			return false
		}
		p, perr := strconv.Atoi(x[i])
		q, qerr := strconv.Atoi(y[i])
		if perr != nil || qerr != nil {
			return false
		}
		if p != q {
			return p > q
		}
	}
	return false
}
