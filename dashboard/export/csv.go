package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"utfall/schema"
)

// csvWriter writes CSV. The Swedish dialect has a byte order mark, semicolon and decimal comma, and its texts are guarded
// against being run as formulas.
type csvWriter struct {
	about    About
	columns  []column
	swedish  bool
	buffered *bufio.Writer
	out      *csv.Writer
}

func newMachineCSV(w io.Writer, a About) (Writer, error) { return newCSV(w, a, false) }
func newSwedishCSV(w io.Writer, a About) (Writer, error) { return newCSV(w, a, true) }

func newCSV(w io.Writer, a About, swedish bool) (Writer, error) {
	c := &csvWriter{about: a, columns: a.columns(), swedish: swedish, buffered: bufio.NewWriter(w)}
	c.out = csv.NewWriter(c.buffered)
	if swedish {
		if _, err := c.buffered.WriteString("\ufeff"); err != nil {
			return nil, err
		}
		c.out.Comma, c.out.UseCRLF = ';', true
	}
	header := make([]string, len(c.columns))
	for i, k := range c.columns {
		header[i] = k.name
	}
	return c, c.out.Write(header)
}

func (c *csvWriter) Write(figures []schema.Observation) error {
	row := make([]string, len(c.columns))
	for _, o := range figures {
		for i, k := range c.columns {
			row[i] = c.cell(k.kind, k.get(o, c.about))
		}
		if err := c.out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func (c *csvWriter) cell(k kind, v value) string {
	switch k {
	case number:
		if v.number == nil {
			return ""
		}
		s := strconv.FormatFloat(*v.number, 'f', -1, 64)
		if c.swedish {
			s = strings.Replace(s, ".", ",", 1)
		}
		return s
	case whole:
		return strconv.FormatUint(v.whole, 10)
	case moment:
		return v.moment.Format(momentLayout)
	}
	if c.swedish {
		return guard(v.text)
	}
	return v.text
}

func (c *csvWriter) Close() error {
	c.out.Flush()
	if err := c.out.Error(); err != nil {
		return err
	}
	return c.buffered.Flush()
}
