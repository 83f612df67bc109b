package briefing

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"utfall/schema"
)

// Shelf holds the drafts: those that the program ships, and those of a folder of the operator's, where a file with the id of
// a shipped one takes its place. The folder is read again when something in it has changed. A file with a fault is left out,
// or stays as it was when it was last sound.
type Shelf struct {
	catalogue *schema.Catalogue
	dir       string // "" for no folder

	shipped []Definition

	mu     sync.Mutex
	stamp  string
	own    map[string]Definition // the folder's, by id
	faults []error
}

// NewShelf reads the drafts. A shipped draft with a fault, or a folder that is not there, is an error; faults of the
// folder's files are told by Faults.
func NewShelf(c *schema.Catalogue, dir string) (*Shelf, error) {
	shipped, err := Load(c)
	if err != nil {
		return nil, err
	}
	s := &Shelf{catalogue: c, dir: dir, shipped: shipped}
	if dir == "" {
		return s, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the folder of drafts %s is not there; make it, or leave --drafts-dir out", dir)
	}
	return s, s.Refresh()
}

// Dir is the folder, "" if there is none.
func (s *Shelf) Dir() string { return s.dir }

// List gives the sound drafts, those of the folder last.
func (s *Shelf) List() []Definition {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.DeleteFunc(slices.Clone(s.shipped), func(d Definition) bool { _, ok := s.own[d.ID]; return ok })
	for _, id := range slices.Sorted(maps.Keys(s.own)) {
		out = append(out, s.own[id])
	}
	return out
}

// Get gives a draft by its id.
func (s *Shelf) Get(id string) (Definition, bool) {
	list := s.List()
	i := slices.IndexFunc(list, func(d Definition) bool { return d.ID == id })
	if i < 0 {
		return Definition{}, false
	}
	return list[i], true
}

// Faults gives what was wrong with files of the folder when it was last read, each with file and line.
func (s *Shelf) Faults() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// Stamp changes when a draft does.
func (s *Shelf) Stamp() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stamp
}

// Refresh reads the folder again if something in it has changed.
func (s *Shelf) Refresh() error {
	if s.dir == "" {
		return nil
	}
	fsys := os.DirFS(s.dir)
	stamp, err := stampOf(fsys)
	if err != nil {
		return fmt.Errorf("drafts: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stamp == s.stamp {
		return nil
	}
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return fmt.Errorf("drafts: %w", err)
	}
	before := s.own
	s.stamp, s.own, s.faults = stamp, map[string]Definition{}, nil
	for _, name := range files {
		d, faults := read(fsys, name, s.catalogue)
		id := strings.TrimSuffix(name, ".yaml")
		if s.faults = append(s.faults, faults...); len(faults) == 0 {
			s.own[id] = d
		} else if last, ok := before[id]; ok {
			s.own[id] = last
		}
	}
	return nil
}

// stampOf tells the folder's files, their sizes and times.
func stampOf(fsys fs.FS) (string, error) {
	var b strings.Builder
	for _, pattern := range []string{"*.yaml", "pictures/*"} {
		files, err := fs.Glob(fsys, pattern)
		if err != nil {
			return "", err
		}
		for _, name := range files {
			info, err := fs.Stat(fsys, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // taken away meanwhile
			}
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String(), nil
}

// Check reads a draft's text as if it stood in the folder, pictures included. It gives every fault, and the definition where
// there is none.
func (s *Shelf) Check(id string, text []byte) (Definition, []error) {
	var pictures fs.FS = embedded
	if s.dir != "" {
		pictures = os.DirFS(s.dir)
	}
	return read(overlay{pictures, id + ".yaml", text}, id+".yaml", s.catalogue)
}

// ErrNoFolder says that drafts cannot be saved because the operator has named no folder for them.
var ErrNoFolder = errors.New("no folder for drafts was given: start utfall with --drafts-dir DIR")

// Save writes a sound draft into the folder, whole or not at all.
func (s *Shelf) Save(id string, text []byte) error {
	if s.dir == "" {
		return ErrNoFolder
	}
	if !idPattern.MatchString(id) {
		return fmt.Errorf("id %q: an id is written in small letters, digits and -, at most 60 of them", id)
	}
	if _, faults := s.Check(id, text); len(faults) > 0 {
		return errors.Join(faults...)
	}
	f, err := os.CreateTemp(s.dir, ".draft-*")
	if err != nil {
		return fmt.Errorf("drafts: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o640), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(s.dir, id+".yaml"))
	}
	if err != nil {
		return fmt.Errorf("drafts: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return s.Refresh()
}

// overlay is a file system in which one file has another content.
type overlay struct {
	fs.FS
	name string
	text []byte
}

// ReadFile gives the other content of the one file.
func (o overlay) ReadFile(name string) ([]byte, error) {
	if name == o.name {
		return o.text, nil
	}
	return fs.ReadFile(o.FS, name)
}
