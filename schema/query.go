package schema

import "time"

// Query asks for observations as they were visible at a moment.
type Query struct {
	Indicators []string  // ids; nil for all
	Areas      []string  // codes; nil for all
	AsOf       time.Time // zero for now
	Yearly     bool      // only years and reference days: what a year's rate or index is made from
}

// State is what the strip under the menu and the caches need to know of the ledger at a moment.
type State struct {
	LastRelease   uint64    // sequence number of the newest visible release, 0 if there is none
	LastReleased  time.Time // when it became visible
	FirstReleased time.Time // the earliest moment that can be asked for
	Withdrawn     uint64    // releases withdrawn up to the moment; changes when what is visible changes without a new release
	RevisedMonth  uint64    // figures that were revised in the 30 days before the moment, later than the first day of their dataset
}

// Coverage says how much of a dataset's indicator is there for one year.
type Coverage struct {
	Dataset, Indicator        string
	Year                      int
	Cells, Absent, Suppressed uint64   // figures; of them without a value; of those suppressed
	Latest                    string   // code of the last period in the year
	Countries                 []string // codes of the countries that its areas are or lie in, sorted; of a group of countries, the group's own
}
