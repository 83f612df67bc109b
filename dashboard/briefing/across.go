package briefing

import (
	"regexp"
	"slices"
	"strings"
)

// mostAcross bounds the periods that stand side by side on a page of A4.
const mostAcross = 12

// Across gives a table of periods turned on its side, time running to the right, which takes less of a page. A table of many
// periods, or of another kind, stays as it is.
func (t Table) Across() Table {
	if len(t.Rows) < 3 || len(t.Rows) > mostAcross || len(t.Head) == 0 || !periodic(t.Rows) {
		return t
	}
	rows := slices.Clone(t.Rows)
	slices.Reverse(rows)
	day := sharedDay(rows)
	out := Table{Caption: t.Caption, Legend: t.Legend, Head: []string{t.Head[0]}, Numeric: []bool{false}, Turned: true}
	if day != "" {
		out.Head[0] = day
	}
	for _, r := range rows {
		out.Head, out.Numeric = append(out.Head, strings.TrimPrefix(r[0], day+" ")), append(out.Numeric, true)
	}
	for i := 1; i < len(t.Head); i++ {
		line := []string{t.Head[i]}
		for _, r := range rows {
			line = append(line, r[i])
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// Widths gives the columns' shares of the page in per cent, for a word processor.
func (t Table) Widths() []int {
	out := make([]int, len(t.Head))
	for i := range out {
		out[i] = 100 / len(out)
	}
	if t.Turned { // a name of a place, then numbers
		out[0] = 16
		for i := range out[1:] {
			out[i+1] = 84 / (len(out) - 1)
		}
	}
	return out
}

// mostShort bounds the rows of a table that is kept on one page.
const mostShort = 8

// Short tells whether the table is not to be split over pages.
func (t Table) Short() bool { return len(t.Rows) <= mostShort }

var endsInYear = regexp.MustCompile(`^(.*?) ?([12][0-9]{3})$`)

func periodic(rows [][]string) bool {
	return !slices.ContainsFunc(rows, func(r []string) bool { return !endsInYear.MatchString(r[0]) })
}

// sharedDay gives what stands before the year where that is the same in every row: 1 november.
func sharedDay(rows [][]string) string {
	first := endsInYear.FindStringSubmatch(rows[0][0])[1]
	if slices.ContainsFunc(rows, func(r []string) bool { return endsInYear.FindStringSubmatch(r[0])[1] != first }) {
		return ""
	}
	return first
}
