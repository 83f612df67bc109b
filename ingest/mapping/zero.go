package mapping

import (
	"slices"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/source"
)

// seen remembers which combinations a payload holds, for a source whose silence is a zero. A period counts only if the
// payload holds anything of it: a year that was asked for and is not published yet is not a year of zeros.
type seen struct {
	dimensions []string // sorted, so that the zeros come in one order
	codes      map[string][]string
	period     string
	cells      map[string]bool
	periods    []string
}

func newSeen(s source.Source) *seen {
	out := &seen{codes: s.Complete, period: s.Map.Period.Dimension, cells: map[string]bool{}}
	for d := range s.Complete {
		out.dimensions = append(out.dimensions, d)
	}
	slices.Sort(out.dimensions)
	return out
}

func (s *seen) at(p *plan, name string) int {
	return slices.IndexFunc(p.dimensions, func(d decode.Dimension) bool { return strings.EqualFold(d.ID, name) })
}

func (s *seen) add(p *plan, row *decode.Row) {
	var key strings.Builder
	period := ""
	if i := s.at(p, s.period); i >= 0 {
		period = row.Codes[i]
	}
	if !slices.Contains(s.periods, period) {
		s.periods = append(s.periods, strings.Clone(period))
	}
	key.WriteString(period)
	for _, d := range s.dimensions {
		key.WriteByte(0)
		if i := s.at(p, d); i >= 0 {
			key.WriteString(row.Codes[i])
		}
	}
	s.cells[key.String()] = true
}

// absent gives a row with the value zero for each combination that was not seen. Dimensions that Complete does not span
// are fixed to one code, or the rows would not be told apart.
func (s *seen) absent(p *plan) []decode.Row {
	base := make([]string, len(p.dimensions))
	for _, f := range p.fixed {
		base[f.at] = f.code
	}
	var out []decode.Row
	var walk func(codes []string, key string, n int)
	walk = func(codes []string, key string, n int) {
		if n == len(s.dimensions) {
			if !s.cells[key] {
				labels := slices.Clone(codes)
				out = append(out, decode.Row{Codes: slices.Clone(codes), Labels: labels, Value: 0, Has: true})
			}
			return
		}
		at := s.at(p, s.dimensions[n])
		for _, c := range s.codes[s.dimensions[n]] {
			if at >= 0 {
				codes[at] = c
			}
			walk(codes, key+"\x00"+c, n+1)
		}
	}
	for _, period := range s.periods {
		codes := slices.Clone(base)
		if i := s.at(p, s.period); i >= 0 {
			codes[i] = period
		}
		walk(codes, period, 0)
	}
	return out
}
