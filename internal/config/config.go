// Package config reads the program's configuration file: strict YAML in which an unknown key, a value without its unit or a
// secret that cannot be read is an error with file and line. It owns which keys there are and what their values look like; what
// they do is the flags' part, because every key is a flag written down. It may import the standard library and YAML.
//
// A flag comes before UTFALL_… in the environment, that before the file, and the file before the default.
package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Value is a key that the file sets, as text that its flag takes.
type Value struct {
	Option
	Text string
	Line int
}

// File is a configuration file that was read and found without fault.
type File struct {
	Path   string
	Values []Value
}

// Error is a fault of a configuration: where it is, what is wrong and what to do.
type Error struct {
	Path    string
	Line    int // 0 if it is about the file as a whole
	Problem string
	Remedy  string
}

// Error gives file, line, problem and remedy on one line.
func (e *Error) Error() string {
	place := e.Path
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.Path, e.Line)
	}
	return place + ": " + e.Problem + "; " + e.Remedy
}

// largest bounds a file: a configuration is written by hand.
const largest = 1 << 20

// Read reads a configuration file. The error joins an *Error for every fault that was found.
func Read(path string) (*File, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > largest {
		return nil, &Error{path, 0, "it is larger than 1 MB", "is it a configuration at all?"}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{path, 0, "it cannot be read: " + err.Error(), "give --config the name of a file that this user may read"}
	}
	return Parse(path, text)
}

// Parse reads a configuration's text; path stands in errors.
func Parse(path string, text []byte) (*File, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		line := 0
		_, _ = fmt.Sscanf(err.Error(), "yaml: line %d:", &line)
		return nil, &Error{path, line, "it is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: "), "correct the line; keys are indented by two spaces, tabs are not allowed"}
	}
	r := reader{file: &File{Path: path}}
	if len(document.Content) > 0 && document.Content[0].Tag != "!!null" {
		r.section(document.Content[0], "")
	}
	return r.file, errors.Join(r.faults...)
}

type reader struct {
	file   *File
	faults []error
}

func (r *reader) fault(n *yaml.Node, problem, remedy string) {
	r.faults = append(r.faults, &Error{r.file.Path, n.Line, problem, remedy})
}

// section reads a mapping whose keys begin with prefix.
func (r *reader) section(n *yaml.Node, prefix string) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, fmt.Sprintf("%s is not a section", orFile(strings.TrimSuffix(prefix, "."))), "write keys below it, as in deploy/CONFIG.md")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := prefix + key.Value
		if line, twice := seen[key.Value]; twice {
			r.fault(key, fmt.Sprintf("%s is set twice, first in line %d", name, line), "keep one")
			continue
		}
		seen[key.Value] = key.Line
		if o, ok := find(name); ok {
			r.value(value, o)
		} else if isSection(name) {
			r.section(value, name+".")
		} else {
			r.fault(key, fmt.Sprintf("there is no key %s", name), nearest(prefix, key.Value))
		}
	}
}

func (r *reader) value(n *yaml.Node, o Option) {
	var items []string
	switch {
	case n.Kind == yaml.AliasNode:
		r.fault(n, o.Key+" is an alias", "write the value out")
		return
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		r.fault(n, o.Key+" has no value", "write "+o.Kind.Like()+", or leave the key out")
		return
	case n.Kind == yaml.ScalarNode:
		items = []string{n.Value}
	case n.Kind == yaml.SequenceNode && o.Kind == List:
		for _, x := range n.Content {
			if x.Kind != yaml.ScalarNode || strings.ContainsAny(x.Value, ", ") {
				r.fault(x, o.Key+" holds something that is not a name", "write one name an item")
				return
			}
			items = append(items, x.Value)
		}
	default:
		r.fault(n, o.Key+" is not a single value", "write "+o.Kind.Like())
		return
	}
	text := strings.Join(items, ",")
	if err := o.Kind.Check(text); err != nil {
		r.fault(n, fmt.Sprintf("%s: %q %v", o.Key, text, err), "write "+o.Kind.Like())
		return
	}
	if o.Key == "clickhouse.address" && hasPassword(text) {
		r.fault(n, o.Key+" holds a password", "write it into a file that only this user can read, and name that in clickhouse.password_file")
		return
	}
	r.file.Values = append(r.file.Values, Value{o, text, n.Line})
}

// nearest proposes a key for one that does not exist.
func nearest(prefix, key string) string {
	var keys []string
	for _, o := range Options() {
		if rest, ok := strings.CutPrefix(o.Key, prefix); ok {
			first, _, _ := strings.Cut(rest, ".")
			keys = append(keys, first)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for _, o := range Options() { // right key, wrong section
		if strings.HasSuffix(o.Key, "."+key) || o.Flag == key || o.Flag == strings.ReplaceAll(key, "_", "-") {
			return "did you mean " + o.Key + "?"
		}
	}
	return "there are " + strings.Join(keys, ", ")
}

func orFile(s string) string {
	if s == "" {
		return "the file"
	}
	return s
}

// Get gives what the file sets for a flag.
func (f *File) Get(flag string) (Value, bool) {
	if f != nil {
		for _, v := range f.Values {
			if v.Flag == flag {
				return v, true
			}
		}
	}
	return Value{}, false
}

// Changed lists the keys whose values differ between two files, in the order of the reference.
func Changed(a, b *File) []Option {
	var out []Option
	for _, o := range Options() {
		x, inA := a.Get(o.Flag)
		y, inB := b.Get(o.Flag)
		if inA != inB || x.Text != y.Text {
			out = append(out, o)
		}
	}
	return out
}
