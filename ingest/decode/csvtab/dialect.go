package csvtab

import (
	"bytes"
	_ "embed"
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"utfall/ingest/decode"
)

//go:embed dialects.yaml
var dialectFile []byte

func dialects() (map[string]Options, error) {
	var list map[string]Options
	d := yaml.NewDecoder(bytes.NewReader(dialectFile))
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	return list, nil
}

// Dialects names the ready-made dialects, sorted.
func Dialects() []string {
	list, err := dialects()
	if err != nil {
		return nil // a test reads the file, which is part of the program
	}
	var names []string
	for n := range list {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func dialect(name string) (Options, error) {
	list, err := dialects()
	if err != nil {
		return Options{}, &decode.Error{Format: format, Offset: -1, Path: "dialects.yaml", Err: err}
	}
	o, ok := list[name]
	if !ok {
		return Options{}, &decode.Error{Format: format, Offset: -1, Path: "dialect", Want: "one of " + strings.Join(Dialects(), ", "), Got: decode.Quote(name)}
	}
	if o.Dialect != "" {
		return Options{}, &decode.Error{Format: format, Offset: -1, Path: "dialects.yaml", Err: errors.New("a dialect cannot be made of another")}
	}
	return o, nil
}
