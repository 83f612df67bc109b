package main

import (
	"fmt"
	"strings"

	"utfall/schema"
	"utfall/stats/disclosure"
)

// reasonWords say to an operator why cells were emptied. They stand on no page.
var reasonWords = map[disclosure.Reason]string{
	disclosure.Small:       "too small",
	disclosure.SmallGroup:  "of too small a group",
	disclosure.WholeGroup:  "of nearly all of a group",
	disclosure.Dominated:   "dominated by one contributor",
	disclosure.Revision:    "revised by a small number",
	disclosure.Before:      "hidden in an earlier release",
	disclosure.Complement:  "would give another back",
	disclosure.WithDerived: "computed from a hidden count",
}

// withheldText sums up what disclosure control did to a release, on one line; nothing for figures that it did not look at.
func withheldText(lines []schema.Withheld) string {
	examined, hidden := tallyWithheld(lines)
	var reasons []string
	for _, l := range lines {
		if l.Reason != schema.Examined {
			reasons = append(reasons, fmt.Sprintf("%d %s", l.Cells, reasonWords[disclosure.Reason(l.Reason)]))
		}
	}
	switch {
	case len(lines) == 0:
		return ""
	case hidden == 0:
		return fmt.Sprintf("disclosure control: %d counts, none hidden", examined)
	}
	return fmt.Sprintf("disclosure control: %d counts, %s hidden: %s", examined, plural(int(hidden), "cell", "cells"), strings.Join(reasons, ", "))
}

// tallyWithheld counts the cells that were looked at and those that were hidden.
func tallyWithheld(lines []schema.Withheld) (examined, hidden uint64) {
	for _, l := range lines {
		if l.Reason == schema.Examined {
			examined += l.Cells
		} else {
			hidden += l.Cells
		}
	}
	return examined, hidden
}
