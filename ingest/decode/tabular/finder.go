package tabular

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
)

// maxColumns bounds the width of a table.
const maxColumns = 20_000

// finder looks columns up by their specifications and remembers the first that is not there.
type finder struct {
	*columns
	format string
	used   map[int]bool // columns that are neither dimensions nor values
	err    error
}

func (f *finder) fault(path, want string) error {
	return &decode.Error{Format: f.format, Offset: -1, Path: path, Want: want, Got: "the columns " + list(f.names), Fix: "correct the name in the options, or give skip where rows stand above the header"}
}

// see gives a column's position, -1 where it is not there.
func (f *finder) see(path, spec string) int {
	if spec == "" || f.err != nil {
		return -1
	}
	i, err := f.find(spec)
	if err != nil {
		f.err = f.fault(path, err.Error())
		return -1
	}
	return i
}

// take is see for a column that cannot be a dimension as well.
func (f *finder) take(path, spec string) int {
	i := f.see(path, spec)
	if i >= 0 {
		f.used[i] = true
	}
	return i
}

func (f *finder) each(path string, specs []string, find func(path, spec string) int) (at []int) {
	for i, s := range specs {
		if k := find(path+"["+strconv.Itoa(i)+"]", s); k >= 0 {
			at = append(at, k)
		}
	}
	return at
}

// find gives the column that a specification names, or -1 where it need not be there.
func (c *columns) find(spec string) (int, error) {
	if i := slices.Index(c.names, strings.TrimSpace(spec)); i >= 0 {
		return i, nil
	}
	names, optional := alternatives(spec)
	for _, n := range names {
		if i := slices.Index(c.names, n); i >= 0 {
			return i, nil
		}
	}
	for _, n := range names {
		if i := slices.IndexFunc(c.names, func(h string) bool { return strings.EqualFold(h, n) }); i >= 0 {
			return i, nil
		}
	}
	if optional {
		return -1, nil
	}
	return -1, fmt.Errorf("a column named %s", strings.Join(names, " or "))
}

// findValues sets the columns that hold values: the named one, the wide ones, or one recognised by its name.
func (f *finder) findValues(o Options, named []int) {
	free := func(i int) bool { return !f.used[i] && !slices.Contains(named, i) }
	switch {
	case f.err != nil:
	case o.Wide != nil:
		f.findWide(o.Wide, free, len(named) > 0)
	case o.Value != "":
		if i := f.see("value", strings.TrimSuffix(o.Value, "?")); i >= 0 {
			f.values = []int{i}
		}
	default:
		f.guessValue(free)
	}
}

// periodHeader is the header of a column that holds one period: 2017, 2017 Q1, 2017 / January to March.
var periodHeader = regexp.MustCompile(`^(19|20)\d\d([-/ ].*|[MQKWH]\d+)?$`)

// guessWide takes a table for wide where nothing says which column holds the values and several are named by a period.
func (f *finder) guessWide(o Options) Options {
	const several, id = 2, "period"
	if !o.Guessed() || slices.ContainsFunc(f.names, func(h string) bool { return slices.Contains(recognised, strings.ToLower(h)) || h == id }) {
		return o
	}
	var columns []string
	for i, h := range f.names {
		if periodHeader.MatchString(h) && !f.used[i] {
			columns = append(columns, h)
		}
	}
	if len(columns) < several {
		return o
	}
	f.notes = append(f.notes, fmt.Sprintf("%d columns are named by a period and are read as values, from %q to %q", len(columns), columns[0], columns[len(columns)-1]))
	o.Wide = &Wide{Columns: columns, Dimensions: []string{id}}
	if o.Time == "" {
		o.Time = id
	}
	return o
}

func (f *finder) guessValue(free func(int) bool) {
	for _, n := range recognised {
		for i, h := range f.names {
			if strings.EqualFold(h, n) && free(i) {
				f.values = []int{i}
				return
			}
		}
	}
	for i := len(f.names) - 1; i >= 0; i-- {
		if free(i) {
			f.values = []int{i}
			f.notes = append(f.notes, fmt.Sprintf("no column has a name that values usually have; the last one, %q, is read as the values", f.names[i]))
			return
		}
	}
	f.err = f.fault("value", "a column that holds the values")
}

func (f *finder) findWide(w *Wide, free func(int) bool, named bool) {
	switch {
	case len(w.Columns) > 0:
		for _, i := range f.each("wide.columns", w.Columns, f.see) {
			if !slices.Contains(f.values, i) {
				f.values = append(f.values, i)
			}
		}
	case w.From != "":
		for i := f.see("wide.from", strings.TrimSuffix(w.From, "?")); i >= 0 && i < len(f.names); i++ {
			if !f.used[i] {
				f.values = append(f.values, i)
			}
		}
	default:
		match := regexp.MustCompile(w.Match) // Check has compiled it once before
		for i, n := range f.names {
			if free(i) && (w.Match == "" && named || w.Match != "" && match.MatchString(n)) {
				f.values = append(f.values, i)
			}
		}
	}
	if len(f.values) == 0 && f.err == nil {
		f.err = f.fault("wide", "columns that hold values; name them, or name the dimensions")
	}
}
