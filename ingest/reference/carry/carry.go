package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"utfall/schema"
)

// collected is a row as it was collected.
type collected struct {
	line                                     int
	indicator, area, period, sex, age, value string
	unit, status, org, title, url, note      string
}

// carried is a row as we keep it, with what decides between several figures for one cell.
type carried struct {
	indicator, variant, area, period, sex, age string
	value, unit, missing, symbol, flags        string
	source, citation, url, note                string
	rank, line                                 int
}

func (c carried) cell() string {
	return strings.Join([]string{c.indicator, c.variant, c.area, c.period, c.sex, c.age}, "|")
}

type leftOut struct {
	collected
	reason string
}

type result struct {
	editions  map[string][][]carried // by indicator, oldest first
	out       []leftOut
	read      int
	kept      int // rows that stand in some edition
	collapsed int // rows that repeat a kept one with the same value
}

var collectedHeader = "indicator,geo_code,geo_name,period,sex,age,value,unit,status,source_org,source_title,source_url,retrieved_note"

func carryFile(path string) (*result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if got := strings.Join(head, ","); got != collectedHeader {
		return nil, fmt.Errorf("%s:1: columns are %s, expected %s", path, got, collectedHeader)
	}
	records, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rows := make([]collected, len(records))
	for i, x := range records {
		rows[i] = collected{i + 2, x[0], x[1], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12]}
	}
	return carry(rows)
}

func carry(rows []collected) (*result, error) {
	rules, err := loadRules()
	if err != nil {
		return nil, err
	}
	catalogue, err := schema.Load()
	if err != nil {
		return nil, err
	}
	res := &result{editions: map[string][][]carried{}, read: len(rows)}
	cells := map[string][]carried{}
	origin := map[int]collected{}
	for _, row := range rows {
		origin[row.line] = row
		c, why, err := rules.apply(row, catalogue)
		if err != nil {
			return nil, fmt.Errorf("line %d (%s, %s, %s): %w", row.line, row.indicator, row.area, row.period, err)
		}
		if why != "" {
			res.out = append(res.out, leftOut{row, why})
			continue
		}
		cells[c.cell()] = append(cells[c.cell()], c)
	}
	byIndicator := map[string][][]carried{}
	for _, found := range cells {
		chain, collapsed, conflict := vintages(found)
		if conflict {
			for _, c := range found {
				res.out = append(res.out, leftOut{origin[c.line], "two values for one cell, and no source says which replaced the other"})
			}
			continue
		}
		res.collapsed += collapsed
		res.kept += len(chain)
		byIndicator[chain[0].indicator] = append(byIndicator[chain[0].indicator], chain)
	}
	for id, chains := range byIndicator {
		res.editions[id] = editions(chains)
	}
	slices.SortFunc(res.out, func(a, b leftOut) int { return cmp.Compare(a.line, b.line) })
	return res, nil
}

// vintages orders the figures of one cell from the first published to the last, each value once.
func vintages(found []carried) (chain []carried, collapsed int, conflict bool) {
	slices.SortStableFunc(found, func(a, b carried) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), relay(a)-relay(b), cmp.Compare(a.line, b.line))
	})
	for _, c := range found {
		last := len(chain) - 1
		switch {
		case last >= 0 && slices.ContainsFunc(chain, func(o carried) bool { return o.value == c.value && o.missing == c.missing }):
			collapsed++
		case last >= 0 && chain[last].rank == c.rank && !schema.HasFlag(c.flags, schema.Revised):
			return nil, 0, true
		default:
			chain = append(chain, c)
		}
	}
	return chain, collapsed, false
}

// relay is 1 for a figure read in somebody else's copy: the producer's own publication goes first.
func relay(c carried) int {
	if schema.HasFlag(c.flags, schema.Secondary) || schema.HasFlag(c.flags, schema.Derived) {
		return 1
	}
	return 0
}

// editions turns chains into whole deliveries: in edition k every cell has its k-th vintage, or its last.
func editions(chains [][]carried) [][]carried {
	n := 1
	for _, c := range chains {
		n = max(n, len(c))
	}
	out := make([][]carried, n)
	for k := range n {
		for _, c := range chains {
			out[k] = append(out[k], c[min(k, len(c)-1)])
		}
		slices.SortFunc(out[k], func(a, b carried) int {
			return cmp.Or(cmp.Compare(a.variant, b.variant), cmp.Compare(a.area, b.area), cmp.Compare(a.sex, b.sex),
				cmp.Compare(a.age, b.age), cmp.Compare(a.period, b.period))
		})
	}
	return out
}

var quarterForm = regexp.MustCompile(`-Q([1-4])`)

// apply turns a collected row into one of ours, or says why it is left out.
func (r *rules) apply(row collected, catalogue *schema.Catalogue) (carried, string, error) {
	status, ok := r.Status[row.status]
	if !ok {
		return carried{}, "", fmt.Errorf("no rule for status %q", row.status)
	}
	unit, ok := r.Units[row.unit]
	mapped, renamed := r.Indicators[row.indicator]
	if renamed && mapped.Out != "" {
		return carried{}, mapped.Out, nil
	}
	if !ok {
		return carried{}, "", fmt.Errorf("no rule for unit %q", row.unit)
	}
	if strings.HasPrefix(row.period, "~") {
		return carried{}, "the period that the figure is about is not certain", nil
	}
	if why := cmp.Or(status.Out, unit.Out); why != "" {
		return carried{}, why, nil
	}
	c := carried{indicator: cmp.Or(mapped.ID, row.indicator), variant: mapped.Variant, area: cmp.Or(r.Areas[row.area], row.area),
		sex: row.sex, age: row.age, value: row.value, unit: unit.Unit, missing: status.Missing,
		source: row.org, citation: row.title, line: row.line}
	// An address may be followed by words on how the page was read: those are a note, not part of the address.
	c.url, c.note, _ = strings.Cut(row.url, " ")
	c.note = strings.Trim(c.note, "()")
	c.note = cmp.Or(r.Notes[c.note], c.note)
	c.period = quarterForm.ReplaceAllString(row.period, "Q$1")
	for _, rule := range r.Rows {
		if rule.When.holds(row) {
			c.indicator = cmp.Or(rule.ID, c.indicator)
			c.variant = rule.Variant
		}
	}
	if c.missing != "" {
		c.symbol = row.status
	}
	if (c.value == "") != (c.missing != "") {
		if c.value != "" {
			return carried{}, "a value stands beside a word that says there is none", nil
		}
		return carried{}, "no value, and no reason for that", nil
	}
	var err error
	if c.flags, err = schema.ParseFlags(strings.TrimSpace(status.Flags + " " + unit.Flags + " " + mapped.Flags)); err != nil {
		return carried{}, "", err
	}
	c.rank = r.rank(row)
	return c, "", check(c, catalogue)
}

func (r *rules) rank(row collected) int {
	if slices.Contains(r.Vintage.EarlierIDs, row.indicator) {
		return 0
	}
	for _, w := range r.Vintage.Earlier {
		if w.holds(row) {
			return 0
		}
	}
	if n, ok := r.Vintage.Status[row.status]; ok {
		return n
	}
	return 1
}

// check holds a row against the vocabulary, so that nothing is written that ingest would refuse.
func check(c carried, catalogue *schema.Catalogue) error {
	ind, ok := catalogue.Indicator(c.indicator)
	if !ok {
		return fmt.Errorf("indicator %q is not in the catalogue", c.indicator)
	}
	if !ind.HasVariant(c.variant) {
		return fmt.Errorf("indicator %s has no variant %q", c.indicator, c.variant)
	}
	if ind.Unit != c.unit {
		return fmt.Errorf("indicator %s is measured in %s, not in %s", c.indicator, ind.Unit, c.unit)
	}
	if _, ok := catalogue.Areas.Get(c.area); !ok {
		return fmt.Errorf("area %q is not known", c.area)
	}
	if _, err := schema.ParsePeriod(c.period); err != nil {
		return err
	}
	if _, err := schema.ParseSex(c.sex); err != nil {
		return err
	}
	_, err := schema.ParseAge(c.age)
	return err
}
