package schema

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed catalogue area
var embedded embed.FS

// Catalogue is everything that the program knows before it has read a figure.
type Catalogue struct {
	Indicators   []Indicator // in the order of themes, then of files
	Themes       []Theme
	Units        []Unit
	Publishers   []Publisher
	Areas        *Areas
	Events       []Event       // in the order of time
	Claims       []Claim       // in the order of their ids
	ClaimSources []ClaimSource // the documents that the claims stand in
	Chain        CareChain     // what the page on the care chain sets side by side
	Peers        []PeerRule    // by what areas are called alike

	byID map[string]int
}

// Load reads the catalogue that is embedded in the program.
func Load() (*Catalogue, error) { return LoadFS(embedded) }

// LoadFS reads a catalogue from a tree with the folders catalogue and area. The error joins every fault found, each
// with file and line.
func LoadFS(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{byID: map[string]int{}}
	var errs []error
	var err error
	if c.Areas, err = loadAreas(fsys, "area/areas.csv"); err != nil {
		return nil, err
	}
	errs = append(errs,
		decodeFile(fsys, "catalogue/themes.yaml", &c.Themes),
		decodeFile(fsys, "catalogue/units.yaml", &c.Units),
		decodeFile(fsys, "catalogue/publishers.yaml", &c.Publishers))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "catalogue/indicator/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	sources := make(map[string]*source)
	for _, list := range []string{"themes", "units", "publishers"} {
		src, err := remember(fsys, "catalogue/"+list+".yaml")
		if err != nil {
			return nil, err
		}
		sources[list] = src
	}
	for _, name := range files {
		src, err := c.addFile(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sources[src.id] = src
	}
	c.sort()
	errs = append(errs, c.checkLists(sources)...)
	for _, ind := range c.Indicators {
		errs = append(errs, c.check(ind, sources[ind.ID])...)
	}
	errs = append(errs, c.loadEvents(fsys)...)
	errs = append(errs, c.loadClaims(fsys)...)
	errs = append(errs, c.loadCareChain(fsys)...)
	errs = append(errs, c.loadPeers(fsys)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// Indicator gives an entry by its id.
func (c *Catalogue) Indicator(id string) (Indicator, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Indicator{}, false
	}
	return c.Indicators[i], true
}

// Unit gives a unit by its id.
func (c *Catalogue) Unit(id string) (Unit, bool) {
	return find(c.Units, func(u Unit) bool { return u.ID == id })
}

// Theme gives a theme by its id.
func (c *Catalogue) Theme(id string) (Theme, bool) {
	return find(c.Themes, func(t Theme) bool { return t.ID == id })
}

// Publisher gives a publisher by its id.
func (c *Catalogue) Publisher(id string) (Publisher, bool) {
	return find(c.Publishers, func(p Publisher) bool { return p.ID == id })
}

func find[T any](list []T, ok func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, ok); i >= 0 {
		return list[i], true
	}
	var zero T
	return zero, false
}

// source remembers where an entry was read, so that a fault found later can name its line.
type source struct {
	id, file string
	root     *yaml.Node
}

// at gives "file:line" of a key path such as ("breaks", 0, "period"), or of the nearest part of it that exists.
func (s *source) at(keys ...any) string {
	n := s.root
	line := n.Line
	for _, k := range keys {
		next := step(n, k)
		if next == nil {
			break
		}
		n, line = next, next.Line
	}
	return fmt.Sprintf("%s:%d", s.file, line)
}

func step(n *yaml.Node, key any) *yaml.Node {
	switch k := key.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && k < len(n.Content) {
			return n.Content[k]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == k {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func (c *Catalogue) addFile(fsys fs.FS, name string) (*source, error) {
	var ind Indicator
	if err := decodeFile(fsys, name, &ind); err != nil {
		return nil, err
	}
	src, err := remember(fsys, name)
	if err != nil {
		return nil, err
	}
	src.id = ind.ID
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); ind.ID != want {
		return nil, fmt.Errorf("%s: id %q must be the file's name, %q", src.at("id"), ind.ID, want)
	}
	c.Indicators = append(c.Indicators, ind)
	return src, nil
}

// remember reads a file's nodes, each of which knows its line.
func remember(fsys fs.FS, name string) (*source, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &source{file: name, root: doc.Content[0]}, nil
}

// decodeFile reads one YAML document; an unknown key, a second document or an empty file is an error with its line.
func decodeFile(fsys fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s:1: the file is empty", name)
		}
		return fmt.Errorf("%s: %s", name, yamlMessage(err))
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:%d: a second document in one file; keep one", name, more.Line)
	}
	return nil
}

// yamlMessage puts the decoder's faults on one line: "line 3: field foo not found in type schema.Indicator" becomes
// "line 3: unknown key foo".
func yamlMessage(err error) string {
	var te *yaml.TypeError
	if !errors.As(err, &te) {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	var out []string
	for _, m := range te.Errors {
		if before, rest, ok := strings.Cut(m, "field "); ok {
			if key, _, ok := strings.Cut(rest, " not found in type"); ok {
				m = before + "unknown key " + key
			}
		}
		out = append(out, m)
	}
	return strings.Join(out, "; ")
}

func (c *Catalogue) sort() {
	order := func(theme string) int {
		return slices.IndexFunc(c.Themes, func(t Theme) bool { return t.ID == theme })
	}
	slices.SortStableFunc(c.Indicators, func(a, b Indicator) int { return order(a.Theme) - order(b.Theme) })
	for i, ind := range c.Indicators {
		c.byID[ind.ID] = i
	}
}
