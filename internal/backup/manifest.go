package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"utfall/schema"
)

// Names in a backup's folder.
const (
	manifestName = "utfall-backup.json"
	enginePart   = "clickhouse"
	payloadPart  = "artifacts"
)

// format is the version of the folder's layout that this program writes, and the newest that it reads.
const format = 1

// Manifest says what a backup holds.
type Manifest struct {
	Format     int                           `json:"format"`
	Program    string                        `json:"program"`    // version that made it
	ClickHouse string                        `json:"clickhouse"` // SELECT version() of the engine that wrote it
	Schema     int64                         `json:"schema"`     // version of the database's schema
	Made       time.Time                     `json:"made"`
	Tables     map[string]schema.Fingerprint `json:"tables"`
	Files      map[string]File               `json:"files"` // by their path in the folder, with slashes
}

// File is a file of a backup.
type File struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ErrRefused is wrapped by every error that says a backup or a data directory is not fit for what was asked; nothing was
// changed then.
var ErrRefused = errors.New("refused")

func refuse(text string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(text, args...))
}

// Read reads a backup's manifest and compares every file with it.
func Read(folder string) (Manifest, error) {
	var m Manifest
	content, err := os.ReadFile(filepath.Join(folder, manifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, serr := os.Stat(filepath.Join(folder, enginePart)); serr == nil {
			return m, refuse("%s is an incomplete backup: it has no %s, which is written last; take another backup", folder, manifestName)
		}
		return m, refuse("%s is not a backup: it has no %s; give a folder that `utfall backup` wrote", folder, manifestName)
	case err != nil:
		return m, fmt.Errorf("backup: %w", err)
	}
	if err := json.Unmarshal(content, &m); err != nil || m.Format < 1 {
		return m, refuse("%s is not the manifest of a backup (%v); give a folder that `utfall backup` wrote", filepath.Join(folder, manifestName), err)
	}
	if m.Format > format {
		return m, refuse("%s was made by a newer Utfall (%s, format %d; this one reads %d): restore it with that version or a later one", folder, m.Program, m.Format, format)
	}
	return m, m.compare(folder)
}

// compare tells which files are not as the manifest says, all of them.
func (m Manifest) compare(folder string) error {
	var errs []error
	have, err := listFiles(folder)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for _, name := range have {
		if _, ok := m.Files[name]; !ok && name != manifestName {
			errs = append(errs, refuse("%s is not part of the backup: take it away", filepath.Join(folder, name)))
		}
	}
	for _, name := range sorted(m.Files) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return refuse("%s names a file outside its folder: %s", filepath.Join(folder, manifestName), name)
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		is, err := describe(path, false)
		switch want := m.Files[name]; {
		case errors.Is(err, fs.ErrNotExist):
			errs = append(errs, refuse("%s is missing: the backup is torn; use another", path))
		case err != nil:
			errs = append(errs, fmt.Errorf("backup: %w", err))
		case is.Size != want.Size:
			errs = append(errs, refuse("%s has %d bytes and should have %d: the backup is torn; use another", path, is.Size, want.Size))
		case is != want:
			errs = append(errs, refuse("%s is not what was written (SHA-256 %s, should be %s): the backup is damaged; use another", path, is.SHA256, want.SHA256))
		}
	}
	return errors.Join(errs...)
}

// seal describes every file below the folder, each brought to the disk, and writes the manifest.
func (m *Manifest) seal(folder string) error {
	names, err := listFiles(folder)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	m.Files = map[string]File{}
	for _, name := range names {
		if m.Files[name], err = describe(filepath.Join(folder, filepath.FromSlash(name)), true); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	path := filepath.Join(folder, manifestName)
	if err := os.WriteFile(path+".part", append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := describe(path+".part", true); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return syncFolder(folder)
}

// listFiles gives the paths of all files below a folder, with slashes, sorted.
func listFiles(folder string) (names []string, err error) {
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// describe reads a file through; sync brings it to the disk as well.
func describe(path string, sync bool) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err == nil && sync {
		err = f.Sync()
	}
	return File{n, hex.EncodeToString(h.Sum(nil))}, err
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
