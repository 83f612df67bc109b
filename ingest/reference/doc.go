// Package reference holds the reference collection: published figures with a citation each, as tidy CSV files, one
// per indicator, embedded in the program. A file NAME@1.csv is an earlier edition of NAME.csv: the whole delivery as it
// stood before a source revised it.
//
// It owns the figures and the rules by which they were carried over (carry). It imports the standard library only; the
// files are read, checked and published by package ingest like any other delivery.
package reference

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed figures/*.csv
var figures embed.FS

// File is one delivery.
type File struct {
	Name    string // the file's own name
	Content []byte
}

// Dataset is one indicator's deliveries, oldest edition first.
type Dataset struct {
	Name     string // reference/ and the indicator's id
	Editions []File
}

// Prefix begins the name of every dataset of the collection.
const Prefix = "reference/"

// PublishedBy says who has published the collection's figures: all of them were read in publications, which each cites.
const PublishedBy = "the sources that each figure cites"

// Datasets gives the collection in the order of names.
func Datasets() ([]Dataset, error) {
	entries, err := fs.ReadDir(figures, "figures")
	if err != nil {
		return nil, fmt.Errorf("reference collection: %w", err)
	}
	byName := map[string][]File{}
	for _, e := range entries {
		content, err := fs.ReadFile(figures, "figures/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("reference collection: %w", err)
		}
		id, _, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".csv"), "@")
		byName[id] = append(byName[id], File{Name: e.Name(), Content: content})
	}
	var out []Dataset
	for id, files := range byName {
		slices.SortFunc(files, func(a, b File) int { return strings.Compare(edition(a.Name), edition(b.Name)) })
		out = append(out, Dataset{Name: Prefix + id, Editions: files})
	}
	slices.SortFunc(out, func(a, b Dataset) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// edition gives what a file's name is sorted by: numbered editions first, the file without a number last.
func edition(name string) string {
	_, n, numbered := strings.Cut(strings.TrimSuffix(name, ".csv"), "@")
	if !numbered {
		return "~"
	}
	return n
}
