package mapping

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"utfall/ingest/decode"
	"utfall/ingest/source"
	"utfall/schema"
)

// BatchSize is how many observations a batch holds.
const BatchSize = 1 << 14

// Part is one payload and what was asked for to get it.
type Part struct {
	Name  string
	Open  func() (io.ReadCloser, error)
	Asked map[string][]string // dimension: the only codes that may come; nil for dimensions that were not restricted
}

// Decoder opens a payload of a source's format.
type Decoder func(s source.Source, r io.Reader) (decode.Reader, error)

// Mapper reads the parts of a delivery one after the other.
type Mapper struct {
	source    source.Source
	catalogue *schema.Catalogue
	open      Decoder
	parts     []Part

	at       int // part being read
	payload  io.ReadCloser
	reader   decode.Reader
	plan     *plan
	empty    bool // the part has no dimensions, and so may have no rows
	row      decode.Row
	rows     uint64 // of the payloads, and zeros that their silence means
	taken    uint64
	rejected uint64
	updated  time.Time
	findings findings
	seen     *seen // combinations, for sources whose silence is a zero
	zeros    []decode.Row
	ended    bool

	texts map[string]string
}

// New makes a mapper. It reads nothing yet.
func New(s source.Source, catalogue *schema.Catalogue, open Decoder, parts []Part) *Mapper {
	m := &Mapper{source: s, catalogue: catalogue, open: open, parts: parts, at: -1, texts: map[string]string{}}
	if s.AbsenceMeansZero {
		m.seen = newSeen(s)
	}
	return m
}

// Read gives the number of rows so far that are about this source's figures: those taken in and those rejected. Rows that are
// left out on purpose are not counted.
func (m *Mapper) Read() uint64 { return m.taken + m.rejected }

// Updated gives the latest time of its figures that a part has named, zero if none has.
func (m *Mapper) Updated() time.Time { return m.updated }

// Findings gives what the payloads say otherwise than the mapping was written for.
func (m *Mapper) Findings() []string { return m.findings.list() }

// Next gives observations and rejects; io.EOF comes with the last of them. Any other error is a *decode.Error or that of
// a payload's reader.
func (m *Mapper) Next() (*schema.Batch, []schema.Reject, error) {
	b := schema.NewBatch("", BatchSize)
	var rejects []schema.Reject
	for b.Len() < BatchSize && len(rejects) < BatchSize {
		err := m.nextRow()
		if errors.Is(err, io.EOF) {
			if m.taken == 0 && len(rejects) == 0 {
				return nil, nil, m.fault("figures that this source maps", fmt.Sprintf("%d rows, none of them such a figure", m.rows),
					"an empty delivery would delete what is published; see whether the table has changed")
			}
			return b, rejects, io.EOF
		}
		if err != nil {
			return nil, nil, err
		}
		m.rows++
		f, err := m.take(b)
		if err != nil {
			return nil, nil, err
		}
		if f != nil {
			m.rejected++
			rejects = append(rejects, m.reject(f))
		}
	}
	return b, rejects, nil
}

// nextRow brings the next row of the next part into m.row.
func (m *Mapper) nextRow() error {
	for {
		if m.ended {
			if len(m.zeros) == 0 {
				return io.EOF
			}
			m.row, m.zeros = m.zeros[0], m.zeros[1:]
			return nil
		}
		if m.reader == nil {
			if m.at+1 == len(m.parts) {
				m.ended = true
				if m.seen != nil && m.plan != nil {
					m.zeros = m.seen.absent(m.plan)
				}
				continue
			}
			if err := m.openPart(); err != nil {
				return err
			}
		}
		err := m.reader.Next(&m.row)
		if err == nil && m.empty {
			return named(m.parts[m.at].Name, m.fault("rows with dimensions", "a row without any", ""))
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, io.EOF) {
			return named(m.parts[m.at].Name, err)
		}
		if err := m.endPart(); err != nil {
			return err
		}
	}
}

// named puts a part's name before a decoder's fault, which knows none.
func named(name string, err error) error { return fmt.Errorf("%s: %w", name, err) }

func (m *Mapper) openPart() error {
	m.at++
	p := m.parts[m.at]
	var err error
	if m.payload, err = p.Open(); err != nil {
		return err
	}
	if m.reader, err = m.open(m.source, m.payload); err != nil {
		return named(p.Name, err)
	}
	dims := m.reader.Dimensions()
	if m.empty = len(dims) == 0; m.empty {
		return nil // a page without rows says nothing of its shape
	}
	if m.plan, err = newPlan(m, dims, p.Asked); err != nil {
		return named(p.Name, err)
	}
	return nil
}

func (m *Mapper) endPart() error {
	meta := m.reader.Meta()
	m.reader = nil
	if meta != nil {
		if meta.MetadataOnly {
			return named(m.parts[m.at].Name, m.fault("figures", "a description of the table without any", "ask for the data, not the metadata"))
		}
		if meta.Updated != "" {
			at, ok := ParseUpdated(meta.Updated)
			if !ok {
				m.findings.add("updated", fmt.Sprintf("the source's own time %q cannot be read; it was written otherwise before", meta.Updated))
			}
			if at.After(m.updated) {
				m.updated = at
			}
		}
	}
	return m.payload.Close()
}

func (m *Mapper) fault(want, got, fix string) error {
	return &decode.Error{Format: m.source.Format, Offset: -1, Path: "mapping " + m.source.ID, Want: want, Got: got, Fix: fix}
}

// ParseUpdated reads the ways in which sources write when their figures were last changed. A time without a zone is
// Swedish.
func ParseUpdated(s string) (time.Time, bool) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		zone = time.UTC
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04",
		"2006-01-02 15:04", time.DateOnly, "20060102 15:04", "20060102", "02/01/06 15:04:05", "02/01/2006 15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(s), zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// keep gives a copy of a text, the same one for equal texts: a row's own are gone with the next row.
func (m *Mapper) keep(s string) string {
	if s == "" {
		return ""
	}
	if t, ok := m.texts[s]; ok {
		return t
	}
	t := strings.Clone(s)
	if len(m.texts) < maxTexts {
		m.texts[t] = t
	}
	return t
}

// maxTexts bounds what is remembered of the payload's texts.
const maxTexts = 200_000

// findings collects sentences, each kind of finding once with a count.
type findings struct {
	order []string
	first map[string]string
	n     map[string]int
}

// add notes a finding. key tells findings of one kind and cause apart from others.
func (f *findings) add(key, sentence string) {
	if f.first == nil {
		f.first, f.n = map[string]string{}, map[string]int{}
	}
	if _, ok := f.first[key]; !ok {
		if len(f.order) == maxFindings {
			return
		}
		f.order, f.first[strings.Clone(key)] = append(f.order, strings.Clone(key)), sentence
	}
	f.n[key]++
}

// maxFindings bounds what is told of one delivery.
const maxFindings = 20

func (f *findings) list() []string {
	out := make([]string, len(f.order))
	for i, k := range f.order {
		out[i] = f.first[k]
		if f.n[k] > 1 {
			out[i] += fmt.Sprintf(" (%d rows)", f.n[k])
		}
	}
	slices.Sort(out)
	return out
}
