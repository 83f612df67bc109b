package jsonstat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// flags keeps the status of the cells. A status is one symbol of few, so a cell holds its number only.
type flags struct {
	names  []string
	number map[string]uint16
	all    string   // one status for every cell
	dense  []uint16 // one per cell
	sparse []flag   // by position
	labels map[string]string
}

type flag struct {
	at     int64
	symbol uint16
}

// read takes the status member: one string for all cells, an array, an object from position to status, or the object
// with value and category that Eurostat wrote in 2013.
func (f *flags) read(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case jsonscan.Null:
		return s.Skip()
	case jsonscan.String:
		text, err := s.Text()
		f.all = strings.Clone(text)
		return err
	case jsonscan.Array:
		return f.readArray(s)
	case jsonscan.Object:
		return f.readObject(s)
	}
	return s.Mismatch("a string, an array or an object", kind)
}

func (f *flags) readArray(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxCells
	return s.Array(func(int) error {
		if int64(len(f.dense)) >= limit {
			return tooMany(s, limit)
		}
		symbol, err := f.symbol(s)
		f.dense = append(f.dense, symbol)
		return err
	})
}

func (f *flags) readObject(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxCells
	return s.Members(func(key string) error {
		switch key {
		case "value":
			return f.readNested(s)
		case "category":
			return s.Object(func(key string) error {
				if key != "label" {
					return s.Skip()
				}
				return f.readLabels(s)
			})
		}
		if int64(len(f.sparse)) >= limit {
			return tooMany(s, limit)
		}
		at, err := position(s, key)
		if err != nil {
			return err
		}
		symbol, err := f.symbol(s)
		f.sparse = append(f.sparse, flag{at, symbol})
		return err
	})
}

// readNested takes status.value, which must not be nested once more.
func (f *flags) readNested(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind == jsonscan.Object {
		return s.Members(func(key string) error {
			at, err := position(s, key)
			if err != nil {
				return err
			}
			symbol, err := f.symbol(s)
			f.sparse = append(f.sparse, flag{at, symbol})
			return err
		})
	}
	return f.read(s)
}

// readLabels takes an object from symbol to meaning.
func (f *flags) readLabels(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return s.Skip()
	}
	return s.Object(func(key string) error {
		text, _, err := s.Scalar()
		if f.labels == nil {
			f.labels = map[string]string{}
		}
		f.labels[strings.Clone(key)] = strings.Clone(text)
		return err
	})
}

// symbol reads one status; null is none and has the number 0.
func (f *flags) symbol(s *jsonscan.Scanner) (uint16, error) {
	text, ok, err := s.Scalar()
	if err != nil || !ok || text == "" {
		return 0, err
	}
	if n, ok := f.number[text]; ok {
		return n, nil
	}
	if f.number == nil {
		f.number = map[string]uint16{}
		f.names = []string{""}
	}
	if len(f.names) > 1<<16-1 {
		return 0, s.Fault("at most 65535 different status symbols", "more", "")
	}
	text = strings.Clone(text)
	n := uint16(len(f.names))
	f.names = append(f.names, text)
	f.number[text] = n
	return n, nil
}

// check holds the flags against the number of cells.
func (f *flags) check(total int64) error {
	fault := func(want, got string) error {
		return &decode.Error{Format: format, Offset: -1, Path: "status", Want: want, Got: got}
	}
	switch n := int64(len(f.dense)); n {
	case 0, total:
	case 1:
		f.all, f.dense = f.name(f.dense[0]), nil
	default:
		return fault(fmt.Sprintf("1 or %d entries, as many as cells", total), strconv.FormatInt(n, 10))
	}
	slices.SortStableFunc(f.sparse, func(a, b flag) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	for i, one := range f.sparse {
		if one.at >= total {
			return fault(fmt.Sprintf("positions below %d, the number of cells", total), strconv.FormatInt(one.at, 10))
		}
		if i > 0 && one.at == f.sparse[i-1].at {
			return fault("each position once", fmt.Sprintf("position %d twice", one.at))
		}
	}
	return nil
}

func (f *flags) name(n uint16) string {
	if n == 0 {
		return ""
	}
	return f.names[n]
}

// flagCursor walks over flags from the first cell to the last.
type flagCursor struct {
	*flags
	next int
}

func (w *flagCursor) at(i int64) string {
	if w.dense != nil {
		return w.name(w.dense[i])
	}
	if w.next < len(w.sparse) && w.sparse[w.next].at == i {
		w.next++
		return w.name(w.sparse[w.next-1].symbol)
	}
	return w.all
}
