package export

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"

	"utfall/schema"
)

// jsonWriter writes an array with one object per figure, its members in the order of the columns. An absent number is null.
type jsonWriter struct {
	about   About
	columns []column
	out     *bufio.Writer
	begun   bool
}

func newJSON(w io.Writer, a About) (Writer, error) {
	return &jsonWriter{about: a, columns: a.columns(), out: bufio.NewWriter(w)}, nil
}

func (j *jsonWriter) Write(figures []schema.Observation) error {
	for _, o := range figures {
		lead := ",\n "
		if !j.begun {
			lead, j.begun = "[\n ", true
		}
		object, err := j.object(o)
		if err != nil {
			return err
		}
		if _, err := j.out.WriteString(lead + string(object)); err != nil {
			return err
		}
	}
	return nil
}

// object writes a figure; what the page shows beside it stands together in the member comparison.
func (j *jsonWriter) object(o schema.Observation) ([]byte, error) {
	own := len(j.columns) - len(j.about.More)
	out, err := j.members(o, j.columns[:own])
	if err != nil || own == len(j.columns) {
		return out, err
	}
	more, err := j.members(o, j.columns[own:])
	return append(append(append(out[:len(out)-1], `,"comparison":`...), more...), '}'), err
}

func (j *jsonWriter) members(o schema.Observation, list []column) ([]byte, error) {
	out := []byte{'{'}
	for i, k := range list {
		if i > 0 {
			out = append(out, ',')
		}
		b, err := json.Marshal(k.json(k.get(o, j.about)))
		if err != nil {
			return nil, err
		}
		out = append(append(append(append(out, '"'), k.name...), `":`...), b...)
	}
	return append(out, '}'), nil
}

func (k column) json(v value) any {
	switch k.kind {
	case number:
		return v.number
	case whole:
		return v.whole
	case moment:
		return v.moment.Format(momentLayout)
	case list:
		return strings.Fields(v.text)
	}
	return v.text
}

func (j *jsonWriter) Close() error {
	end := "\n]\n"
	if !j.begun {
		end = "[]\n"
	}
	if _, err := j.out.WriteString(end); err != nil {
		return err
	}
	return j.out.Flush()
}

// Objects gives figures as JSON values with the members that the JSON file has, for answers that hold more than figures.
func Objects(figures []schema.Observation, a About) ([]json.RawMessage, error) {
	j := &jsonWriter{about: a, columns: a.columns()}
	out := make([]json.RawMessage, len(figures))
	for i, o := range figures {
		b, err := j.object(o)
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}
