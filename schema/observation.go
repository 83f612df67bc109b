package schema

import "time"

// Cell says what a value is about. Two values with equal cells are two vintages of one figure.
type Cell struct {
	Indicator string
	Variant   string // definition variant, "" for the indicator's only or main definition
	Area      string // code of an Area
	Period    Period
	Sex       Sex
	Age       string // canonical Age
	Breakdown string // a further split such as a substance or a setting, "" for the total
}

// Observation is a value, or the reason why there is none, as a release gave it.
type Observation struct {
	Cell
	Value    float64  // in the indicator's unit; meaningful only if Missing is Present
	Lower    *float64 // 95 % limits that the source printed or that came with the computing, nil if there are none
	Upper    *float64
	Missing  Missing
	Symbol   string // the source's own symbol for a missing value or a flag
	Flags    string // normalised flags, separated by spaces
	Source   string // the producing organisation, with its relay if there was one
	Citation string // title, and place in it
	URL      string // where the figure was read
	Note     string // what must be known to read the figure
	Dataset  string
	Release  uint64
	Released time.Time // when the release became visible
}

// Outcome is what became of a run of ingest.
type Outcome string

// The outcomes that the ledger knows. Only a published release makes rows visible.
const (
	Begun     Outcome = "begun"     // rows may be stored, none counts
	Published Outcome = "published" // visible from PublishAt on, until WithdrawnAt
	Held      Outcome = "held"      // stored whole but not as its source promised: a person decides, until then the old figures stay
	Unchanged Outcome = "unchanged" // the delivery held nothing new
	Refused   Outcome = "refused"   // too many rejects or a contradiction: the old figures stay
	Failed    Outcome = "failed"    // could not be read or stored
	Abandoned Outcome = "abandoned" // a run that died; its rows were cleared away
)

// Counts says what a delivery held, in rows.
type Counts struct {
	Read, New, Changed, Deleted, Unchanged, Rejected uint64
}

// Release is a line of the ledger.
type Release struct {
	Seq           uint64
	Dataset       string
	Outcome       Outcome
	ContentHash   string // SHA-256 of the payload, or over the names and hashes of several and of what they were mapped by
	Fetched       time.Time
	SourceUpdated time.Time // the source's own update time, zero if it gave none
	PublishAt     time.Time // zero unless published; in the future for an embargo
	WithdrawnAt   time.Time // zero unless withdrawn
	Reason        string    // why it was refused, held, failed or withdrawn
	Counts        Counts
	Program       string // version of the program that made it
	Recipe        string // what the payloads were decoded by, empty for plain files
	Recorded      time.Time
}

// Artifact is a payload file that a release was made from.
type Artifact struct {
	SHA256  string // of the bytes as received
	Size    int64  // bytes as received
	Stored  int64  // bytes as kept
	Path    string // where it is kept, below the artifact directory
	Name    string // the file's own name
	Release uint64
	Part    int // its place in the delivery, from 1; 0 where that was not written down
}

// Fingerprint says what a table holds, whatever order its rows lie in: how many rows there are and the sum, modulo 2^64, of
// a hash over each.
type Fingerprint struct {
	Rows uint64 `json:"rows"`
	Sum  uint64 `json:"sum"`
}

// Reject is a row that could not be taken in.
type Reject struct {
	Dataset string
	Release uint64
	File    string
	Line    int
	Column  int // 1-based field number, 0 for the whole line
	Raw     string
	Reason  string // one of the Reason… words
	Detail  string // a sentence: what was seen, what was expected, what to do
}

// Revision is a cell that a release changed.
type Revision struct {
	Cell
	Old, New               float64
	OldMissing, NewMissing Missing
	Release, OldRelease    uint64
	Released               time.Time
	OldReleased            time.Time
	Dataset                string
	OldSource, NewSource   string
}

// Duplicate is a cell that stands more than once in a delivery.
type Duplicate struct {
	Cell      string   // what the cell is about, in words
	Lines     []uint64 // at most ten
	Different bool     // the lines say different things
}

// Difference is a cell that a delivery would change, for a dry run.
type Difference struct {
	Indicator, Variant, Area, Period, Sex, Age, Breakdown string
	Kind                                                  string // new, changed or deleted
	Old, New                                              float64
	OldMissing, NewMissing                                string
}

// Withheld is how many cells of a release disclosure control looked at, or emptied for a reason.
type Withheld struct {
	Release uint64
	Dataset string
	Reason  string // a disclosure.Reason, or Examined
	Cells   uint64
}

// Examined is what a line of Withheld says that counts the cells that were looked at.
const Examined = "examined"
