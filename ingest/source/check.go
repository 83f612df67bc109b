package source

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"utfall/schema"
)

var (
	idPattern      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	datasetPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)
	placeholder    = regexp.MustCompile(`\{([a-z]+)\}`)
)

// ParseSchedule reads a cron line of five fields. A line that brings its own time zone is refused: every schedule is in
// Europe/Stockholm.
func ParseSchedule(line string) (cron.Schedule, error) {
	if strings.Contains(line, "TZ=") || strings.HasPrefix(line, "@every") {
		return nil, fmt.Errorf("schedule %q: five fields only, minute hour day month weekday, in the time of Europe/Stockholm", line)
	}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(line)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w; write minute hour day month weekday, such as 30 5 * * 1", line, err)
	}
	return s, nil
}

// checker collects the faults of one file.
type checker struct {
	Source
	catalogue *schema.Catalogue
	formats   []string
	errs      []error
}

func (c *checker) fault(keys []any, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: %s: %s", c.At(keys...), c.ID, fmt.Sprintf(format, args...)))
}

func at(keys ...any) []any { return keys }

func (c *checker) run() []error {
	if !idPattern.MatchString(c.ID) {
		c.fault(at("id"), "an id is written in small letters, digits and _")
	}
	if !datasetPattern.MatchString(c.Dataset) || strings.Contains(c.Dataset, "..") {
		c.fault(at("dataset"), "dataset %q is not a name such as kolada/N35001", c.Dataset)
	}
	if _, ok := c.catalogue.Publisher(c.Publisher); !ok {
		c.fault(at("publisher"), "publisher %q is not in publishers.yaml", c.Publisher)
	}
	c.needs("licence", c.Licence, `write "unknown" if it was not verified`)
	if c.Attribution.SV == "" || c.Attribution.EN == "" {
		c.fault(at("attribution"), "attribution needs a text in both sv and en")
	}
	if !c.Enabled {
		c.needs("reason", c.Reason, "say why the source is not enabled, and what is needed to enable it")
		if c.Format == "" && c.Request.URL == "" && c.Request.PxWeb1 == nil && c.Request.PxWeb2 == nil {
			return c.errs // described only: nobody knows yet how to ask
		}
	} else {
		if c.Reason != "" {
			c.fault(at("reason"), "an enabled source has no reason for not being enabled")
		}
		c.needs("verified", c.Verified, "say where the table's id and codes were seen")
	}
	c.needs("cite", c.Cite.Source, "give source and citation")
	c.needs("cite", c.Cite.Citation, "give source and citation")
	c.flags(c.Cite.Flags, "cite", "flags")
	if _, err := ParseSchedule(c.Schedule); err != nil {
		c.fault(at("schedule"), "%v", err)
	}
	c.calendar()
	c.request()
	if !slices.Contains(c.formats, c.Format) {
		c.fault(at("format"), "format %q is not one of %s", c.Format, strings.Join(c.formats, ", "))
	}
	c.mapping()
	c.figures()
	c.symbols()
	c.validation()
	return c.errs
}

func (c *checker) needs(key, value, what string) {
	if strings.TrimSpace(value) == "" {
		c.fault(at(key), "%s is empty; %s", key, what)
	}
}

func (c *checker) flags(list string, keys ...any) {
	if _, err := schema.ParseFlags(list); err != nil {
		c.fault(keys, "%v", err)
	}
}

func (c *checker) calendar() {
	if c.Calendar == nil {
		return
	}
	for n, d := range c.Calendar.Dates {
		if _, err := calendarDay(d, 2024, time.UTC); err != nil {
			c.fault(at("calendar", "dates", n), "%q is not a date; write MM-DD or YYYY-MM-DD", d)
		}
	}
	if c.Calendar.Basis == "" {
		c.fault(at("calendar"), "say in basis where the dates were seen")
	}
}

func (c *checker) request() {
	r := c.Request
	ways := 0
	for _, set := range []bool{r.URL != "", r.PxWeb1 != nil, r.PxWeb2 != nil} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		c.fault(at("request"), "exactly one of url, pxweb1 and pxweb2 says how to ask")
		return
	}
	if len(r.Hosts) == 0 {
		c.fault(at("request", "hosts"), "name the hosts that may be reached")
	}
	if r.Rate != nil && (r.Rate.Calls < 1 || r.Rate.Per <= 0) {
		c.fault(at("request", "rate"), "a rate is at least one call in a time above zero")
	}
	if r.Method != "" && r.Method != "GET" && r.Method != "POST" || r.Body != "" && r.Method != "POST" {
		c.fault(at("request", "method"), "method %q: GET, or POST where there is a body", r.Method)
	}
	address := r.URL
	for version, px := range map[string]*PxWeb{"pxweb1": r.PxWeb1, "pxweb2": r.PxWeb2} {
		if px != nil {
			address = px.Base
			c.pxweb(version, *px)
		}
	}
	c.address(address)
	used := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(r.URL+r.Body, -1) {
		used[m[1]] = true
		if _, ok := r.Expand[m[1]]; !ok {
			c.fault(at("request", "expand"), "{%s} stands in the address and expand does not say what for", m[1])
		}
	}
	for name, e := range r.Expand {
		if !used[name] {
			c.fault(at("request", "expand", name), "%s is expanded and {%s} does not stand in the address", name, name)
		}
		c.expand(name, e)
	}
}

func (c *checker) address(address string) {
	u, err := url.Parse(placeholder.ReplaceAllString(address, "x"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		c.fault(at("request"), "%q is not an address", address)
		return
	}
	if !slices.ContainsFunc(c.Request.Hosts, func(h string) bool { return strings.EqualFold(h, u.Host) || strings.EqualFold(h, u.Hostname()) }) {
		c.fault(at("request", "hosts"), "the address's own host, %s, is not among hosts", u.Host)
	}
}

func (c *checker) expand(name string, e Expand) {
	keys := at("request", "expand", name)
	if len(e.Values) == 0 && e.From == 0 && e.Level == "" {
		c.fault(keys, "give values, from or level")
	}
	if e.From != 0 && (e.From < 1900 || e.From > 2100) {
		c.fault(keys, "from %d is not a year", e.From)
	}
	if e.To != "" && e.To != "now" && (len(e.To) != 4 || !numeric(e.To)) {
		c.fault(keys, `to %q is neither a year nor "now"`, e.To)
	}
	if e.Level != "" && e.Level != schema.Region && e.Level != schema.Municipality {
		c.fault(keys, "level %q is neither region nor municipality", e.Level)
	}
	if e.Batch < 0 {
		c.fault(keys, "batch %d is below zero", e.Batch)
	}
}

func (c *checker) pxweb(version string, px PxWeb) {
	keys := at("request", version)
	if version == "pxweb2" && px.Table == "" {
		c.fault(keys, "table is empty")
	}
	if len(px.Select) == 0 {
		c.fault(keys, "select says which codes of every dimension are wanted")
	}
	for d, values := range px.Select {
		if len(values) == 0 {
			c.fault(append(keys, "select", d), "%s selects nothing", d)
		}
	}
	if version == "pxweb1" && px.MaxCells == 0 {
		c.fault(keys, "max_cells is not given: version 1 says its limit on a page for people")
	}
	if px.MaxCells < 0 {
		c.fault(keys, "max_cells %d is below zero", px.MaxCells)
	}
}

func (c *checker) symbols() {
	for symbol, m := range c.Missing {
		if _, err := schema.ParseMissing(string(m)); err != nil || m == schema.Present || m == schema.Deleted {
			c.fault(at("missing", symbol), "missing %q: %q is not a reason that a source can have", symbol, m)
		}
	}
	for f, list := range c.Flags {
		c.flags(list, "flags", f)
	}
	if c.AbsenceMeansZero != (len(c.Complete) > 0) {
		c.fault(at("complete"), "absence_means_zero and complete go together: complete says which combinations there are")
	}
	cells := 1.0
	for d, codes := range c.Complete {
		cells *= float64(len(codes))
		if len(codes) == 0 {
			c.fault(at("complete", d), "%s has no codes", d)
		}
	}
	if cells > MaxComplete {
		c.fault(at("complete"), "complete spans %.0f combinations, more than %d", cells, int(MaxComplete))
	}
	if c.AbsenceMeansZero {
		c.spanned()
	}
	if d := c.Map.Period.Dimension; c.AbsenceMeansZero && d != "" {
		if _, ok := c.Complete[d]; ok {
			c.fault(at("complete", d), "periods are those that the payload holds, leave %s out: a year without a row is not published yet, not zero", d)
		}
	}
}

// spanned checks that the zeros of an absent combination can be told apart: each dimension that means something is spanned
// by complete or fixed to one code.
func (c *checker) spanned() {
	need := map[string]bool{}
	for _, t := range []Target{c.Map.Area, c.Map.Sex, c.Map.Age, c.Map.Breakdown} {
		need[t.Dimension] = t.Dimension != ""
	}
	for _, f := range c.Source.Figures {
		for d := range f.When {
			need[d] = true
		}
	}
	for d, ok := range need {
		_, spanned := c.Complete[d]
		_, fixed := c.Map.Fixed[d]
		if ok && !spanned && !fixed {
			c.fault(at("complete"), "%s is neither in complete nor fixed", d)
		}
	}
}

// MaxComplete bounds the combinations that are looked for in each period.
const MaxComplete = 1_000_000

func (c *checker) validation() {
	v := c.Validate
	if v.Rows.Max != 0 && v.Rows.Max < v.Rows.Min || v.Rows.Change < 0 {
		c.fault(at("validate", "rows"), "rows: max is below min, or change below zero")
	}
	if v.Updated != "" && v.Updated != "moves" && v.Updated != "silent" {
		c.fault(at("validate", "updated"), "updated %q is neither moves nor silent", v.Updated)
	}
	if v.Jump != nil && v.Jump.Factor <= 1 {
		c.fault(at("validate", "jump"), "a jump's factor is above 1")
	}
	for n, t := range v.Totals {
		keys := at("validate", "totals", n)
		if !slices.Contains([]string{"sex", "age", "area", "breakdown"}, t.Over) {
			c.fault(keys, "over %q is not sex, age, area or breakdown", t.Over)
		}
		if t.Total == "" && t.Over != "breakdown" || (len(t.Parts) == 0) == (t.Level == "") || t.Level != "" && t.Over != "area" {
			c.fault(keys, "a total needs its code and either parts or, for areas, a level")
		}
		if t.Tolerance < 0 || t.Tolerance >= 1 || t.Absolute < 0 || math.IsNaN(t.Tolerance) {
			c.fault(keys, "tolerance is a share from 0 to below 1, absolute is not below zero")
		}
	}
	for n, r := range v.Required {
		if _, ok := c.catalogue.Areas.Get(r.Area); !ok && r.Area != "" {
			c.fault(at("validate", "required", n), "area %q is not known", r.Area)
		}
		if r.Indicator != "" && !slices.ContainsFunc(c.Source.Figures, func(f Figure) bool { return f.Indicator == r.Indicator }) {
			c.fault(at("validate", "required", n), "indicator %q is not one of this source's", r.Indicator)
		}
	}
}
