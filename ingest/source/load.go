package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"utfall/schema"
)

// Load reads every *.yaml of a folder. formats are the decoders that there are. The error joins every fault found, each
// with file and line; the sources come back sorted by id.
func Load(fsys fs.FS, catalogue *schema.Catalogue, formats []string) ([]Source, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	var list []Source
	var errs []error
	dataset := map[string]string{}
	for _, name := range names {
		s, err := read(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if other, ok := dataset[s.Dataset]; ok {
			errs = append(errs, fmt.Errorf("%s: dataset %s is %s's already", s.doc.At("dataset"), s.Dataset, other))
		}
		dataset[s.Dataset] = s.ID
		errs = append(errs, (&checker{s, catalogue, formats, nil}).run()...)
		list = append(list, s)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Source) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

func read(fsys fs.FS, name string) (Source, error) {
	var s Source
	doc, err := schema.ReadDocument(fsys, name, &s)
	if err != nil {
		return s, err
	}
	s.doc = doc
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); s.ID != want {
		return s, fmt.Errorf("%s: id %q must be the file's name, %q", doc.At("id"), s.ID, want)
	}
	return s, nil
}

// At gives "file:line" of a key path.
func (s Source) At(keys ...any) string {
	if s.doc == nil {
		return s.ID
	}
	return s.doc.At(keys...)
}

// Fingerprint identifies what a source's payloads are decoded and mapped by. What only says when and how to ask, and the
// checks on the result, are left out of it.
func (s Source) Fingerprint() string {
	raw, err := json.Marshal(struct {
		Format           string
		Read             Read
		Map              Map
		Figures          []Figure
		Cite             Cite
		Missing          map[string]schema.Missing
		Flags            map[string]string
		AbsenceMeansZero bool
		Complete         map[string][]string
	}{s.Format, s.Read, s.Map, s.Figures, s.Cite, s.Missing, s.Flags, s.AbsenceMeansZero, s.Complete})
	if err != nil {
		return s.ID // none of these types can fail to be written
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
