// Package briefing holds the briefings that a committee reads: their definitions as data, the checks that an author is
// told of, and the frozen form that is published once and never rewritten.
//
// It owns the YAML of briefings, their Markdown, the glossary, readability, and the snapshot with its hash. It may import
// schema, format, sentence, goldmark and the standard library. It reads no figures: package dashboard fills the parts with
// them.
package briefing

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"utfall/schema"
)

//go:embed *.yaml words/*.yaml all:pictures
var embedded embed.FS

// Definition is a briefing as its author wrote it: one YAML file.
type Definition struct {
	ID       string                `yaml:"id"`
	Title    schema.Text           `yaml:"title"`
	Number   string                `yaml:"diarienummer"` // of the matter that it belongs to, "" if it has none
	Area     string                `yaml:"area"`
	Period   string                `yaml:"period"` // what the briefing is about; figures before it are not shown
	Releases []uint64              `yaml:"releases"`
	Figures  map[string]FigureSpec `yaml:"figures"`
	Sections []Section             `yaml:"sections"`

	doc    *schema.Document
	fs     fs.FS
	source []byte
}

// FigureSpec says which series a figure shows.
type FigureSpec struct {
	Indicator string      `yaml:"indicator"`
	Variant   string      `yaml:"variant"`
	Area      string      `yaml:"area"` // the briefing's if not given
	Sex       schema.Sex  `yaml:"sex"`
	Age       string      `yaml:"age"`
	From      string      `yaml:"from"`   // the first period that is shown, the briefing's if not given
	Beside    []string    `yaml:"beside"` // areas to compare with
	Also      []string    `yaml:"also"`   // other indicators in the same unit, drawn in the same chart
	Chart     *bool       `yaml:"chart"`  // false: a table is enough
	Prices    schema.Text `yaml:"prices"` // of a cost
}

// SectionID names a section of a tjänsteutlåtande.
type SectionID string

// The sections, in the order in which they stand.
const (
	Summary     SectionID = "summary"
	Economic    SectionID = "economic"
	Ecological  SectionID = "ecological"
	Social      SectionID = "social"
	Children    SectionID = "children"
	Description SectionID = "description"
	Unknown     SectionID = "unknown"
	Assessment  SectionID = "assessment"
)

// SectionIDs lists the sections in their order. All of them must be there.
func SectionIDs() []SectionID {
	return []SectionID{Summary, Economic, Ecological, Social, Children, Description, Unknown, Assessment}
}

// Heading is a section's heading.
func (id SectionID) Heading() schema.Text { return headings[id] }

var headings = map[SectionID]schema.Text{
	Summary:     {SV: "Sammanfattning", EN: "Summary"},
	Economic:    {SV: "Bedömning ur ekonomisk dimension", EN: "Economic dimension"},
	Ecological:  {SV: "Bedömning ur ekologisk dimension", EN: "Ecological dimension"},
	Social:      {SV: "Bedömning ur social dimension", EN: "Social dimension"},
	Children:    {SV: "Bedömning utifrån barnrättsperspektivet", EN: "Rights of the child"},
	Description: {SV: "Beskrivning av ärendet", EN: "Description of the matter"},
	Unknown:     {SV: "Det här vet vi inte", EN: "What we do not know"},
	Assessment:  {SV: "Förvaltningens bedömning", EN: "Assessment of the administration"},
}

// NothingSpecial is what a section says that has no special aspects, which is a valid answer.
var NothingSpecial = schema.Text{SV: "Förvaltningen har inte funnit några särskilda aspekter på frågan utifrån detta perspektiv.",
	EN: "The administration has found no special aspects of the matter from this point of view."}

// Section is a section with its parts in order. None says that there are no special aspects; then it has no parts.
type Section struct {
	ID    SectionID `yaml:"id"`
	None  bool      `yaml:"none"`
	Parts []Part    `yaml:"parts"`
}

// Part is one thing in a section. Exactly one of its fields is set.
type Part struct {
	Heading  schema.Text `yaml:"heading"`
	Text     schema.Text `yaml:"text"`     // Markdown without HTML
	Points   []string    `yaml:"points"`   // figures, each as a few sentences
	Figure   string      `yaml:"figure"`   // a figure with sentences, chart, table and source
	Claims   *ClaimList  `yaml:"claims"`   // claims with their verdicts
	Events   []string    `yaml:"events"`   // events of the register
	Evidence []string    `yaml:"evidence"` // claims whose published findings are listed, unscored
	Costs    *Costs      `yaml:"costs"`
	Tally    bool        `yaml:"tally"` // how many of the briefing's claims got which verdict
	Gaps     bool        `yaml:"gaps"`  // what the figures and claims of the briefing do not tell, made from the gaps
}

// ClaimList names claims one by one, or all testable ones of some documents.
type ClaimList struct {
	IDs       []string `yaml:"ids"`
	Documents []string `yaml:"documents"`
}

// Costs sets a cost beside that of comparable areas.
type Costs struct {
	Figure string       `yaml:"figure"` // a figure of a cost
	Short  bool         `yaml:"short"`  // sentences only, without chart and table
	Among  schema.Level `yaml:"among"`  // the range is over every Swedish area of this level that has a figure
}

// Load reads the briefings that the program ships. The error joins every fault, each with file and line.
func Load(c *schema.Catalogue) ([]Definition, error) { return load(embedded, c) }

// load reads the *.yaml files of a folder, which may hold pictures/. Files with faults are left out.
func load(fsys fs.FS, c *schema.Catalogue) ([]Definition, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("briefings: %w", err)
	}
	var out []Definition
	var errs []error
	for _, name := range files {
		d, faults := read(fsys, name, c)
		if errs = append(errs, faults...); len(faults) == 0 {
			out = append(out, d)
		}
	}
	return out, errors.Join(errs...)
}

// read reads one file and gives every fault of it.
func read(fsys fs.FS, name string, c *schema.Catalogue) (Definition, []error) {
	d := Definition{fs: fsys}
	var err error
	if d.doc, err = schema.ReadDocument(fsys, name, &d); err != nil {
		return d, []error{err}
	}
	if d.source, err = fs.ReadFile(fsys, name); err != nil {
		return d, []error{err}
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); d.ID != want {
		return d, []error{&Fault{Keys: []any{"id"}, Place: d.doc.At("id"), ID: d.ID, Err: Wrong("id %q ska vara filens namn, %q", "id %q must be the file's name, %q", d.ID, want)}}
	}
	return d, d.check(c)
}

// At gives "file:line" of a key path, for faults that show only when figures are read.
func (d Definition) At(keys ...any) string { return d.doc.At(keys...) }

// AreaOf gives the area that a figure shows.
func (d Definition) AreaOf(f FigureSpec) string {
	if f.Area != "" {
		return f.Area
	}
	return d.Area
}

// Claims gives every claim that the briefing names or takes from its documents, each once, in the catalogue's order.
func (d Definition) Claims(c *schema.Catalogue) []schema.Claim {
	var out []schema.Claim
	for _, x := range c.Claims {
		if slices.ContainsFunc(d.claimLists(), func(l ClaimList) bool { return l.Holds(x) }) {
			out = append(out, x)
		}
	}
	return out
}

func (d Definition) claimLists() []ClaimList {
	var out []ClaimList
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			if p.Claims != nil {
				out = append(out, *p.Claims)
			}
		}
	}
	return out
}

// Holds tells whether a list names a claim, itself or by its document.
func (l ClaimList) Holds(x schema.Claim) bool {
	return slices.Contains(l.IDs, x.ID) || slices.ContainsFunc(x.Documents, func(id string) bool { return slices.Contains(l.Documents, id) })
}
