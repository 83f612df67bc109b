package briefing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"utfall/schema"
)

// Snapshot is a briefing with its figures, in both languages. Frozen, it is never rewritten: its hash says so.
type Snapshot struct {
	Format     int         `json:"format"` // of this structure, so that a later program can read an old one
	ID         string      `json:"id"`
	Title      schema.Text `json:"title"`
	Number     string      `json:"diarienummer"`
	Area       schema.Text `json:"area"`
	Period     string      `json:"period"`
	Version    int         `json:"version"`  // 1, 2, …; 0 is a draft
	Corrects   int         `json:"corrects"` // the version that this one corrects, 0 for none
	Correction schema.Text `json:"correction"`
	AsOf       time.Time   `json:"as_of"`
	Published  time.Time   `json:"published"` // zero for a draft
	Program    string      `json:"program"`
	Releases   []Release   `json:"releases"`
	Pins       []Pin       `json:"pins"`
	SV         Body        `json:"sv"`
	EN         Body        `json:"en"`
}

// CurrentFormat is the format that this program writes.
const CurrentFormat = 1

// Release is a release that figures of the briefing came from.
type Release struct {
	Seq      uint64    `json:"seq"`
	Dataset  string    `json:"dataset"`
	Released time.Time `json:"released"`
}

// Pin is a figure as it was.
type Pin struct {
	Indicator string         `json:"indicator"`
	Variant   string         `json:"variant"`
	Area      string         `json:"area"`
	Period    string         `json:"period"`
	Sex       schema.Sex     `json:"sex"`
	Age       string         `json:"age"`
	Breakdown string         `json:"breakdown"`
	Value     float64        `json:"value"`
	Missing   schema.Missing `json:"missing"`
	Flags     string         `json:"flags"`
	Release   uint64         `json:"release"`
}

// Body is a briefing in one language.
type Body struct {
	Sections []Filled `json:"sections"`
	Sources  []Source `json:"sources"`
	Glossary []Word   `json:"glossary"`
}

// In gives the body in a language.
func (s Snapshot) In(l schema.Lang) Body {
	if l == schema.EN {
		return s.EN
	}
	return s.SV
}

// Draft tells whether the briefing was not published.
func (s Snapshot) Draft() bool { return s.Version == 0 }

// Filled is a section with its figures.
type Filled struct {
	ID      SectionID `json:"id"`
	Heading string    `json:"heading"`
	Blocks  []Block   `json:"blocks"`
}

// Block is one thing in a section. HTML was made from checked Markdown or from figures, and is safe.
type Block struct {
	Heading string  `json:"heading,omitempty"`
	HTML    string  `json:"html,omitempty"`
	Points  []Point `json:"points,omitempty"`
	Figure  *Figure `json:"figure,omitempty"`
	Table   *Table  `json:"table,omitempty"`
	List    []Item  `json:"list,omitempty"`
}

// Point is a figure in a few sentences.
type Point struct {
	HTML string `json:"html"`
	Note []int  `json:"note"` // numbers of its sources
}

// Item is an entry of a list with a heading of its own.
type Item struct {
	Title string   `json:"title"`
	Tag   string   `json:"tag,omitempty"` // a verdict
	Text  []string `json:"text"`
	Link  string   `json:"link,omitempty"`
}

// Figure is a figure with its sentences, chart, table and sources.
type Figure struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Unit   string `json:"unit"`
	HTML   string `json:"html"` // the sentences
	Wide   string `json:"wide,omitempty"`
	Narrow string `json:"narrow,omitempty"`
	Paper  string `json:"paper,omitempty"`
	Alt    string `json:"alt,omitempty"`
	Table  Table  `json:"table"`
	Note   []int  `json:"note"`
	Link   string `json:"link"` // path and query of the page with the same figures, with the moment in it
}

// Table is a table with a header row; the first column of a row is its header.
type Table struct {
	Caption string     `json:"caption"`
	Head    []string   `json:"head"`
	Numeric []bool     `json:"numeric"`
	Rows    [][]string `json:"rows"`
	Turned  bool       `json:"-"`                // periods run to the right
	Legend  string     `json:"legend,omitempty"` // what the letters behind numbers mean
}

// Source is a footnote.
type Source struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	URL    string `json:"url,omitempty"`
}

// Site is the source's site, which on paper stands for its whole address.
func (s Source) Site() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.URL
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// Word is an entry of the glossary.
type Word struct {
	ID      string `json:"id"`
	Word    string `json:"word"`
	Meaning string `json:"meaning"`
}

// Safe gives the block's HTML to a template: it was made from checked Markdown.
func (b Block) Safe() template.HTML { return template.HTML(b.HTML) }

// Safe gives the sentences: they are escaped words with links to the glossary.
func (p Point) Safe() template.HTML { return template.HTML(p.HTML) }

// Safe gives the sentences, as a Point does.
func (f Figure) Safe() template.HTML { return template.HTML(f.HTML) }

// SafeWide gives the chart's SVG, which package chart drew.
func (f Figure) SafeWide() template.HTML { return template.HTML(f.Wide) }

// SafeNarrow gives the chart's SVG for a phone.
func (f Figure) SafeNarrow() template.HTML { return template.HTML(f.Narrow) }

// SafePaper gives the chart's SVG for paper.
func (f Figure) SafePaper() template.HTML { return template.HTML(f.Paper) }

// Encode gives the bytes that are kept, and their SHA-256. The same snapshot gives the same bytes.
func (s Snapshot) Encode() (body []byte, hash string, err error) {
	body, err = json.Marshal(s)
	if err != nil {
		return nil, "", fmt.Errorf("briefing %s: %w", s.ID, err)
	}
	return body, Hash(body), nil
}

// Hash is the SHA-256 of kept bytes, in hexadecimal.
func Hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// ErrChanged says that kept bytes are not those that were published.
var ErrChanged = errors.New("the kept briefing is not the one that was published: its hash differs")

// Decode reads kept bytes back. The hash must be that of the publication.
func Decode(body []byte, hash string) (Snapshot, error) {
	var s Snapshot
	if Hash(body) != hash {
		return s, ErrChanged
	}
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("briefing: %w", err)
	}
	if s.Format != CurrentFormat {
		return s, fmt.Errorf("briefing %s: format %d is not known to this program, which knows %d; run a newer utfall", s.ID, s.Format, CurrentFormat)
	}
	return s, nil
}

// Difference is a pinned figure that is no longer what it was.
type Difference struct {
	Pin
	Now     float64
	Missing schema.Missing // now; Deleted if the figure is gone
	Release uint64         // that it stands in now
}

// Differences compares the pinned figures with those of another moment.
func (s Snapshot) Differences(figures []schema.Observation) []Difference {
	now := make(map[Pin]schema.Observation, len(figures))
	for _, o := range figures {
		now[cell(PinOf(o))] = o
	}
	var out []Difference
	for _, p := range s.Pins {
		o, ok := now[cell(p)]
		switch {
		case !ok:
			out = append(out, Difference{Pin: p, Missing: schema.Deleted})
		case o.Missing != p.Missing || o.Missing == schema.Present && o.Value != p.Value:
			out = append(out, Difference{Pin: p, Now: o.Value, Missing: o.Missing, Release: o.Release})
		}
	}
	return out
}

// PinOf pins an observation.
func PinOf(o schema.Observation) Pin {
	return Pin{Indicator: o.Indicator, Variant: o.Variant, Area: o.Area, Period: o.Period.String(), Sex: o.Sex, Age: o.Age, Breakdown: o.Breakdown,
		Value: o.Value, Missing: o.Missing, Flags: o.Flags, Release: o.Release}
}

// cell leaves only what a pin is about.
func cell(p Pin) Pin {
	p.Value, p.Missing, p.Flags, p.Release = 0, "", "", 0
	return p
}

// Kind says in one word what became of the figure: value, missing or gone.
func (d Difference) Kind() string {
	switch d.Missing {
	case schema.Present:
		return "value"
	case schema.Deleted:
		return "gone"
	}
	return "missing"
}
