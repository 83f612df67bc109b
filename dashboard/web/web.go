// Package web holds what npm brings to the pages: the charts' script and the fonts, bundled by `make deps` into dist, with
// the hash of their content in the name.
package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files gives the bundled files and, by plain name, the name that carries the hash. Without a bundle the error says how
// to make one.
func Files() (fs.FS, map[string]string, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, nil, err
	}
	raw, err := fs.ReadFile(sub, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errors.New("the program was built without the pages' script and fonts; run `make deps build`")
	}
	if err != nil {
		return nil, nil, err
	}
	manifest := map[string]string{}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return nil, nil, fmt.Errorf("web: manifest.json: %w", err)
	}
	return sub, manifest, nil
}
