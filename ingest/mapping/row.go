package mapping

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"utfall/ingest/decode"
	"utfall/ingest/source"
	"utfall/ingest/tidy"
	"utfall/schema"
)

// StatusDeleted is the status of a row that the source has taken back. The delivery then lacks the cell, which is what
// makes it a deletion.
const StatusDeleted = "deleted"

// fault is why a row is rejected.
type fault struct{ reason, detail string }

func faultf(reason, format string, args ...any) *fault {
	return &fault{reason, fmt.Sprintf(format, args...)}
}

func (m *Mapper) reject(f *fault) schema.Reject {
	name := ""
	if m.at >= 0 && m.at < len(m.parts) {
		name = m.parts[m.at].Name
	}
	return schema.Reject{File: name, Line: m.line(), Column: m.row.Column, Reason: f.reason, Detail: f.detail, Raw: raw(m.plan.dimensions, &m.row)}
}

// line is where the row stands in a text, or which row it is where the payload has no lines.
func (m *Mapper) line() int {
	if m.row.Line > 0 && len(m.parts) == 1 {
		return m.row.Line
	}
	return int(m.rows)
}

// raw writes a row as dimension=code pairs and its value.
func raw(dims []decode.Dimension, row *decode.Row) string {
	var b strings.Builder
	for i, c := range row.Codes {
		fmt.Fprintf(&b, "%s=%s ", dims[i].ID, c)
	}
	if row.Has {
		b.WriteString("value=" + strconv.FormatFloat(row.Value, 'g', -1, 64))
	} else {
		b.WriteString("text=" + strconv.Quote(row.Text))
	}
	if row.Status != "" {
		b.WriteString(" status=" + row.Status)
	}
	const most = 400
	if b.Len() > most {
		return strings.ToValidUTF8(b.String()[:most], "") + "…"
	}
	return b.String()
}

// take adds the row to the batch, leaves it out, or says why it cannot be taken in. The error ends the delivery.
func (m *Mapper) take(b *schema.Batch) (*fault, error) {
	row, p := &m.row, m.plan
	if m.seen != nil {
		m.seen.add(p, row) // before anything can reject the row: what cannot be read is not a zero
	}
	if row.Status == StatusDeleted && !row.Has {
		return nil, nil
	}
	for _, f := range p.fixed {
		if row.Codes[f.at] != f.code {
			return nil, m.fault(fmt.Sprintf("%s to be %s throughout", f.name, f.code), decode.Quote(row.Codes[f.at]), "the table has changed; look at it with utfall preview")
		}
	}
	for _, a := range p.asked {
		if !a.codes[row.Codes[a.at]] {
			m.findings.add("asked "+a.name, fmt.Sprintf("the answer holds %s %s, which was not asked for; the publisher did not heed the request", a.name, decode.Quote(row.Codes[a.at])))
		}
	}
	for _, d := range p.drop {
		if d.codes[row.Codes[d.at]] {
			return nil, nil
		}
	}
	f := p.match(row)
	if f == nil {
		if p.otherFigures {
			return nil, nil
		}
		return faultf(tidy.ReasonIndicator, "no figure of source %s is about this row; add it to figures, or its codes to drop", m.source.ID), nil
	}
	return m.cell(b, f), nil
}

func (p *plan) match(row *decode.Row) *figure {
next:
	for _, f := range p.figures {
		for _, w := range f.when {
			if row.Codes[w.at] != w.code {
				continue next
			}
		}
		return f
	}
	return nil
}

func (m *Mapper) cell(b *schema.Batch, f *figure) *fault {
	row, p := &m.row, m.plan
	var part [5]meaning
	for i, c := range [...]*column{p.area, p.period, p.sex, p.age, p.breakdown} {
		part[i] = c.of(row)
		if part[i].drop {
			return nil
		}
	}
	for i, reason := range [...]string{tidy.ReasonArea, tidy.ReasonPeriod, tidy.ReasonSex, tidy.ReasonAge, tidy.ReasonFields} {
		if part[i].err != nil {
			return &fault{reason, part[i].err.Error()}
		}
	}
	period := part[1].period
	if !m.ended { // the zeros that follow the last part are ours and say nothing of units
		m.promises(f)
	}
	value, missing, bad := m.value(f)
	if bad != nil {
		return bad
	}
	flags, bad := m.flags(f)
	if bad != nil {
		return bad
	}
	breakdown := part[4].value
	if f.Breakdown != "" {
		breakdown = f.Breakdown
	}
	cite := m.source.Cite
	b.Indicator, b.Variant, b.Area = append(b.Indicator, f.Indicator), append(b.Variant, f.Variant), append(b.Area, part[0].value)
	b.Period, b.Start, b.End = append(b.Period, part[1].value), append(b.Start, period.Start), append(b.End, period.End)
	b.Sex, b.Age, b.Breakdown = append(b.Sex, part[2].value), append(b.Age, part[3].value), append(b.Breakdown, breakdown)
	b.Value, b.Missing, b.Flags = append(b.Value, value), append(b.Missing, string(missing)), append(b.Flags, flags)
	b.Lower, b.Upper = append(b.Lower, nil), append(b.Upper, nil)
	b.Symbol, b.Source, b.Citation = append(b.Symbol, m.keep(row.Status)), append(b.Source, cite.Source), append(b.Citation, cite.Citation)
	b.URL, b.Note, b.Line = append(b.URL, cite.URL), append(b.Note, m.note(row.Note)), append(b.Line, uint64(m.line()))
	m.taken++
	return nil
}

func (m *Mapper) note(own string) string {
	switch {
	case own == "":
		return m.source.Cite.Note
	case m.source.Cite.Note == "":
		return m.keep(own)
	}
	return m.keep(m.source.Cite.Note + " " + own)
}

// promises compares unit and labels with what they were when the mapping was written.
func (m *Mapper) promises(f *figure) {
	if f.SourceUnit != "" && m.row.Unit != f.SourceUnit {
		m.findings.add("unit "+f.Indicator+m.row.Unit, fmt.Sprintf("%s: the source's unit is %s, it was %q when the mapping was written", f.Indicator, decode.Quote(m.row.Unit), f.SourceUnit))
	}
	for _, l := range f.labels {
		if got := m.row.Labels[l.at]; got != l.code {
			m.findings.add("label "+l.name+got, fmt.Sprintf("code %s of %s is now called %s, it was %q when the mapping was written",
				m.row.Codes[l.at], l.name, decode.Quote(got), l.code))
		}
	}
}

// value gives the value in the indicator's unit, or the reason for having none.
func (m *Mapper) value(f *figure) (float64, schema.Missing, *fault) {
	row := &m.row
	if !row.Has {
		symbol := row.Status
		if symbol == "" {
			symbol = row.Text
		}
		reason, ok := m.source.Missing[symbol]
		if !ok {
			return 0, "", faultf(tidy.ReasonMissing, "no value, and the source's file does not say what the symbol %s means; add it to missing", decode.Quote(symbol))
		}
		return 0, reason, nil
	}
	v := row.Value
	if f.Multiply != 0 {
		v *= f.Multiply
	}
	if f.Round != nil {
		scale := math.Pow10(*f.Round)
		v = math.Round(v*scale) / scale
	}
	u := f.unit
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, "", faultf(tidy.ReasonValue, "%g is not a number", v)
	case v < 0 && !u.Negative:
		return 0, "", faultf(tidy.ReasonValue, "%g is below zero, which %s cannot be", v, u.ID)
	case !u.Fraction && v != math.Trunc(v):
		return 0, "", faultf(tidy.ReasonValue, "%g is not whole, but %s are counted in whole numbers", v, u.ID)
	case u.Max > 0 && v > u.Max:
		return 0, "", faultf(tidy.ReasonValue, "%g is above %g, the most that %s can be", v, u.Max, u.ID)
	case f.Min != nil && v < *f.Min, f.Max != nil && v > *f.Max:
		return 0, "", faultf(tidy.ReasonValue, "%g is outside what is believable for %s (%s)", v, f.Indicator, span(f.Min, f.Max))
	}
	return v, schema.Present, nil
}

func span(lo, hi *float64) string {
	switch {
	case lo == nil:
		return fmt.Sprintf("at most %g", *hi)
	case hi == nil:
		return fmt.Sprintf("at least %g", *lo)
	}
	return fmt.Sprintf("%g to %g", *lo, *hi)
}

// flags reads the source's flags on a value: one symbol, or several letters written together.
func (m *Mapper) flags(f *figure) (string, *fault) {
	s := m.row.Status
	if s == "" || !m.row.Has {
		return f.flags, nil
	}
	if known, ok := f.known[s]; ok {
		return known, nil
	}
	all := f.flags
	if own, ok := m.source.Flags[s]; ok {
		all += " " + own
	} else {
		for _, r := range s {
			own, ok := m.source.Flags[string(r)]
			if !ok || utf8.RuneCountInString(s) == 1 {
				return "", faultf(tidy.ReasonFlags, "the source's file does not say what the flag %s means; add it to flags", decode.Quote(s))
			}
			all += " " + own
		}
	}
	out, err := schema.ParseFlags(strings.TrimSpace(all))
	if err != nil {
		return "", &fault{tidy.ReasonFlags, err.Error()}
	}
	if len(f.known) < maxTexts {
		f.known[strings.Clone(s)] = out
	}
	return out, nil
}

func (m *Mapper) areaOf(code string) (string, error) {
	v, ok := source.Area(m.source.Map.Area.Scheme, code)
	if ok {
		_, ok = m.catalogue.Areas.Get(v)
	}
	if !ok {
		return "", fmt.Errorf("%s %q is no area that is known under scheme %q", m.source.Map.Area.Dimension, code, m.source.Map.Area.Scheme)
	}
	return v, nil
}

func (m *Mapper) sexOf(code string) (string, error) {
	v, ok := source.Sex(m.source.Map.Sex.Scheme, code)
	if !ok {
		return "", fmt.Errorf("%s %q is no sex that is known under scheme %q", m.source.Map.Sex.Dimension, code, m.source.Map.Sex.Scheme)
	}
	return v, nil
}

func (m *Mapper) ageOf(code string) (string, error) {
	v, ok := source.AgeCode(m.source.Map.Age.Scheme, code)
	if !ok {
		return "", fmt.Errorf("%s %q is no age that is known under scheme %q", m.source.Map.Age.Dimension, code, m.source.Map.Age.Scheme)
	}
	return v, nil
}
