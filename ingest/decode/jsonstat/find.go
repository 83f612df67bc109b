package jsonstat

import (
	"fmt"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// finder keeps the dataset that was asked for and drops the others as they pass.
type finder struct {
	choice Select
	kept   *dataset
	count  int
	names  []string // of the first datasets, for an error
	refs   []string // of the first items that are addresses only
	refer  int
}

// namesShown bounds how many names an error lists.
const namesShown = 12

// bundled reads a member of the root that may be a dataset of a bundle.
func (f *finder) bundled(s *jsonscan.Scanner, key string) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return s.Skip()
	}
	d := &dataset{name: strings.Clone(key)}
	if err := d.read(s, f, false); err != nil {
		return err
	}
	if d.isDataset() {
		f.add(d)
	}
	return nil
}

// links reads the link member of a collection.
func (f *finder) links(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return s.Skip()
	}
	return s.Object(func(key string) error {
		kind, err := s.Peek()
		if err != nil {
			return err
		}
		if key != "item" || kind != jsonscan.Array {
			return s.Skip()
		}
		return s.Array(func(int) error { return f.item(s) })
	})
}

func (f *finder) item(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return s.Skip()
	}
	d := &dataset{}
	if err := d.read(s, f, false); err != nil {
		return err
	}
	switch {
	case d.class == "collection", d.class == "dimension":
	case d.described || d.values.given:
		f.add(d)
	default:
		f.refer++
		if len(f.refs) < namesShown {
			f.refs = append(f.refs, decode.Quote(first(d.href, d.label)))
		}
	}
	return nil
}

func (f *finder) add(d *dataset) {
	f.count++
	if len(f.names) < namesShown {
		f.names = append(f.names, fmt.Sprintf("%d %s", f.count, decode.Quote(first(d.name, d.label, d.href))))
	}
	var want bool
	switch {
	case f.choice.Number != 0:
		want = f.choice.Number == f.count
	case f.choice.Name != "":
		want = f.kept == nil && d.answers(f.choice.Name)
	default:
		want = f.kept == nil
	}
	if want {
		f.kept = d
	}
}

// result is the dataset that was asked for, or an error that says what the payload is instead.
func (f *finder) result(s *jsonscan.Scanner, root *dataset) (*dataset, error) {
	if refusal := root.problem.Failed(); refusal != nil {
		return nil, s.Refuse(refusal, "a dataset")
	}
	fault := func(want, got, fix string) error {
		return &decode.Error{Format: format, Offset: -1, Want: want, Got: got, Fix: fix}
	}
	switch {
	case root.class == "dimension":
		return nil, fault("a dataset", "a single dimension (class dimension)", "fetch the dataset that the dimension belongs to")
	case root.class == "collection" && f.count == 0:
		return nil, fault("a collection with datasets in it", fmt.Sprintf("%d addresses: %s", f.refer, strings.Join(f.refs, ", ")),
			"fetch the address of the one that is wanted")
	case root.class != "collection" && root.isDataset():
		if warning := root.problem.Warning(); warning != "" {
			if !root.values.given {
				return nil, s.Refuse(root.problem.Instead(), "a dataset")
			}
			root.notes = append(root.notes, warning)
		}
		f.kept, f.count, f.names = nil, 0, nil
		f.add(root)
	case f.count == 0:
		if refusal := root.problem.Instead(); refusal != nil {
			return nil, s.Refuse(refusal, "a dataset")
		}
		return nil, fault("JSON-stat: a dataset, a bundle or a collection", "an object with "+members(root.keys), "choose the format of the payload")
	}
	return f.chosen(fault)
}

func (f *finder) chosen(fault func(want, got, fix string) error) (*dataset, error) {
	names := strings.Join(f.names, ", ")
	if f.count > len(f.names) {
		names += fmt.Sprintf(" and %d more", f.count-len(f.names))
	}
	switch {
	case f.kept == nil && f.choice.Name != "":
		return nil, fault("a dataset named "+decode.Quote(f.choice.Name), names, "")
	case f.kept == nil:
		return nil, fault("dataset number "+strconv.Itoa(f.choice.Number), strconv.Itoa(f.count)+" datasets: "+names, "")
	case f.count > 1 && f.choice == (Select{}):
		return nil, fault("one dataset", strconv.Itoa(f.count)+" datasets: "+names, "choose one by name or number")
	}
	return f.kept, nil
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func members(keys []string) string {
	if len(keys) == 0 {
		return "no members"
	}
	quoted := make([]string, len(keys))
	for i, key := range keys {
		quoted[i] = decode.Quote(key)
	}
	return "the members " + strings.Join(quoted, ", ")
}
