package source

import (
	"time"

	"utfall/ingest/decode/csvtab"
	"utfall/schema"
)

// Source is one YAML file: one table, one dataset.
type Source struct {
	ID      string `yaml:"id"`      // the file's name
	Dataset string `yaml:"dataset"` // name in the ledger: kolada/N35001
	Enabled bool   `yaml:"enabled"` // false: described, never fetched
	Reason  string `yaml:"reason"`  // why it is not enabled
	// Verified says where the table's id and its codes were seen. An id is never guessed.
	Verified string `yaml:"verified"`

	Publisher   string      `yaml:"publisher"`   // id in publishers.yaml
	Published   bool        `yaml:"published"`   // the publisher shows these figures to all: small counts in them are not hidden again
	Licence     string      `yaml:"licence"`     // SPDX id or the publisher's words; "unknown" if not verified
	Attribution schema.Text `yaml:"attribution"` // how the publisher wants to be named
	Cite        Cite        `yaml:"cite"`

	Schedule string    `yaml:"schedule"` // cron, five fields, Europe/Stockholm
	Calendar *Calendar `yaml:"calendar"`
	Request  Request   `yaml:"request"`
	Format   string    `yaml:"format"` // decoder: jsonstat, px, kolada, …
	Read     Read      `yaml:"read"`
	Map      Map       `yaml:"map"`
	Figures  []Figure  `yaml:"figures"`

	// Missing says what each of the source's symbols for "no value" means; "" is a cell without a symbol.
	Missing map[string]schema.Missing `yaml:"missing"`
	// Flags says what each of its flags on a value means; a flag that means nothing here stands with an empty text.
	Flags map[string]string `yaml:"flags"`
	// AbsenceMeansZero: a combination that Complete spans and the payload lacks is a count of zero, in periods of which
	// the payload holds anything at all. Never by default.
	AbsenceMeansZero bool                `yaml:"absence_means_zero"`
	Complete         map[string][]string `yaml:"complete"`

	Validate Validate `yaml:"validate"`

	doc *schema.Document
}

// Cite is what stands beside each figure.
type Cite struct {
	Source   string `yaml:"source"`   // the producing organisation
	Citation string `yaml:"citation"` // title, and place in it
	URL      string `yaml:"url"`      // where a person finds the table
	Note     string `yaml:"note"`     // what must be known to read the figures
	Flags    string `yaml:"flags"`    // flags that every figure carries
}

// Calendar says when new figures are expected, as far as the publisher has said so.
type Calendar struct {
	Dates []string `yaml:"dates"` // MM-DD, every year, or YYYY-MM-DD
	Basis string   `yaml:"basis"` // where the dates were seen
}

// Next gives the first expected date on or after a day, zero if none is known.
func (c *Calendar) Next(after time.Time) time.Time {
	var next time.Time
	if c == nil {
		return next
	}
	day := time.Date(after.Year(), after.Month(), after.Day(), 0, 0, 0, 0, after.Location())
	for _, s := range c.Dates {
		for _, year := range []int{day.Year(), day.Year() + 1} {
			d, err := calendarDay(s, year, after.Location())
			if err == nil && !d.Before(day) && (next.IsZero() || d.Before(next)) {
				next = d
			}
		}
	}
	return next
}

func calendarDay(s string, year int, zone *time.Location) (time.Time, error) {
	if len(s) == len("01-02") {
		d, err := time.ParseInLocation("01-02", s, zone)
		return time.Date(year, d.Month(), d.Day(), 0, 0, 0, 0, zone), err
	}
	return time.ParseInLocation(time.DateOnly, s, zone)
}

// Request says how to ask. One of URL, PxWeb1 and PxWeb2 is set.
type Request struct {
	Hosts  []string          `yaml:"hosts"` // that the request, its redirects and its next links may reach
	Rate   *Rate             `yaml:"rate"`
	Method string            `yaml:"method"` // GET, or POST with a body; default GET
	URL    string            `yaml:"url"`    // {name} stands for the values of Expand
	Header map[string]string `yaml:"header"`
	Body   string            `yaml:"body"`
	Expand map[string]Expand `yaml:"expand"`
	PxWeb1 *PxWeb            `yaml:"pxweb1"`
	PxWeb2 *PxWeb            `yaml:"pxweb2"`
	Pages  bool              `yaml:"pages"` // the payload names the address of a next page
}

// Rate is how many calls the publisher takes in a time.
type Rate struct {
	Calls int           `yaml:"calls"`
	Per   time.Duration `yaml:"per"`
}

// Expand is what takes the place of a {name} in an address: a list, a span of years or the areas of a level, joined by
// commas, at most Batch at a time. One request is made for each combination of batches.
type Expand struct {
	Values    []string     `yaml:"values"`
	From      int          `yaml:"from"`      // first year
	To        string       `yaml:"to"`        // last year, or "now"; default now
	Level     schema.Level `yaml:"level"`     // Swedish areas of a level, with Values before them
	Batch     int          `yaml:"batch"`     // default: all at a time
	Dimension string       `yaml:"dimension"` // of the payload, whose codes must then be among those asked for
}

// PxWeb is a query to a PxWeb server.
type PxWeb struct {
	Base  string `yaml:"base"`  // https://…/api/v2, or the address of the table for version 1
	Table string `yaml:"table"` // id, version 2 only
	Lang  string `yaml:"lang"`  // version 2 only; default sv
	// Select gives the wanted codes of every dimension of the table: codes, patterns with * and ?, from(a), to(b),
	// range(a,b) and last(n), the last ones in the codes' own order. They are looked up in the table's metadata, and what
	// is sent is codes. A dimension that is left out would be answered by its total, so none may be.
	Select    map[string][]string `yaml:"select"`
	Codelists map[string]string   `yaml:"codelists"`
	MaxCells  int                 `yaml:"max_cells"`
}

// Read is what a decoder must be told where the payload does not say it.
type Read struct {
	csvtab.Options `yaml:",inline"` // of formats that are tables of text
	Sheet          string           `yaml:"sheet"`   // of a workbook
	Range          string           `yaml:"range"`   // of a sheet: B7:K40, or a defined name
	Content        string           `yaml:"content"` // one of several datasets or contents in a payload
}

// Map says which dimension of the payload each part of a cell comes from.
type Map struct {
	Area      Target `yaml:"area"`
	Period    Target `yaml:"period"`
	Sex       Target `yaml:"sex"`
	Age       Target `yaml:"age"`
	Breakdown Target `yaml:"breakdown"`
	// Drop lists codes of dimensions whose rows are left out on purpose; "*" is every code that nothing maps.
	Drop map[string][]string `yaml:"drop"`
	// Fixed lists dimensions that hold one code only and name it; another code stops the delivery.
	Fixed map[string]string `yaml:"fixed"`
}

// Target is one part of a cell.
type Target struct {
	Is        string            `yaml:"is"`        // the same for every row
	Dimension string            `yaml:"dimension"` // or from this dimension
	Codes     map[string]string `yaml:"codes"`     // by this list,
	Scheme    string            `yaml:"scheme"`    // or by one of Schemes
	Others    string            `yaml:"others"`    // codes that neither knows: reject (default) or drop
	Only      string            `yaml:"only"`      // period: rows whose code does not end so are left out; the rest of the code counts
}

// Figure says which indicator a row belongs to. The first entry whose When all hold counts.
type Figure struct {
	When      map[string]string `yaml:"when"` // dimension: code
	Indicator string            `yaml:"indicator"`
	Variant   string            `yaml:"variant"`
	Breakdown string            `yaml:"breakdown"`
	Unit      string            `yaml:"unit"` // must be the indicator's
	Flags     string            `yaml:"flags"`
	// SourceUnit and Labels are what the payload said when the mapping was written. If it says something else the
	// release is held: a table that changes its unit or its codes' meaning keeps its id.
	SourceUnit string            `yaml:"source_unit"`
	Labels     map[string]string `yaml:"labels"`   // dimension: label of the code in When
	Multiply   float64           `yaml:"multiply"` // figures in thousands: 1000
	Round      *int              `yaml:"round"`    // decimals kept after multiplying
	Min        *float64          `yaml:"min"`      // smallest and largest believable value; beyond them a row is rejected
	Max        *float64          `yaml:"max"`
}

// Validate is what a delivery must be like to be published without a person looking at it.
type Validate struct {
	Rows     Rows       `yaml:"rows"`
	Required []Required `yaml:"required"`
	Totals   []Total    `yaml:"totals"`
	Jump     *Jump      `yaml:"jump"`
	// Updated: "moves" (default) holds figures that change while the source's own time stands still; "silent" is for
	// sources that are known to revise without saying so.
	Updated string `yaml:"updated"`
}

// Rows bounds the number of rows taken in.
type Rows struct {
	Min    uint64  `yaml:"min"`
	Max    uint64  `yaml:"max"`    // 0: no bound
	Change float64 `yaml:"change"` // largest share by which the number may differ from the last delivery's; default 0.2
}

// Required is a combination that must be there with a value in some period.
type Required struct {
	Indicator string `yaml:"indicator"`
	Area      string `yaml:"area"`
	Sex       string `yaml:"sex"`
	Age       string `yaml:"age"`
	Period    string `yaml:"period"`
}

// Total says which codes of a part of the cell add up to which.
type Total struct {
	Over      string   `yaml:"over"` // sex, age, area or breakdown
	Total     string   `yaml:"total"`
	Parts     []string `yaml:"parts"`
	Level     string   `yaml:"level"`     // instead of Parts: every area of this level below Total
	Tolerance float64  `yaml:"tolerance"` // share of the total
	Absolute  float64  `yaml:"absolute"`  // and this much more
}

// Jump is the largest believable change of a figure from one period to the next and from one release to the next.
type Jump struct {
	Factor float64 `yaml:"factor"` // 3: not above three times and not below a third
	Above  float64 `yaml:"above"`  // counts only where one of the two values is above this
}
