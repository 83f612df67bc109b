package px

import (
	"fmt"
	"strconv"
	"time"

	"utfall/ingest/decode"
)

// times reads TIMEVAL: TLIST(A1),"2004","2005" or TLIST(A1,"1994"-"1996"). The scale is A, H, T, Q, M, W or D and the
// number of them to a period.
func (h *header) times(dim *decode.Dimension, name string) error {
	e := h.find("TIMEVAL", "", name)
	if e == nil {
		return nil
	}
	if len(e.items) == 0 || e.items[0].text != "TLIST" || len(e.items[0].inside) == 0 {
		return h.fault(*e, `TLIST(scale) and the periods`, "something else")
	}
	arguments := e.items[0].inside
	var periods []string
	for _, one := range append(append([]item(nil), arguments[1:]...), e.items[1:]...) {
		if one.joint != '-' {
			periods = append(periods, one.text)
			continue
		}
		span, ok := periodsBetween(arguments[0].text, one.text, one.second, len(dim.Categories))
		if !ok {
			return nil // a scale whose periods cannot be counted; the codes stand for themselves
		}
		periods = append(periods, span...)
	}
	if len(periods) == 0 {
		return nil // the scale alone
	}
	if len(periods) != len(dim.Categories) {
		return h.fault(*e, fmt.Sprintf("%d periods, as many as the variable has values", len(dim.Categories)), strconv.Itoa(len(periods)))
	}
	for i, period := range periods {
		dim.Categories[i].Time = period
	}
	return nil
}

// periodsBetween writes out "1994Q1"-style ranges as PC-Axis writes periods: the year, then the half, quarter, month or
// week. It gives up beyond limit+1, for then the count is wrong anyhow.
func periodsBetween(scale, from, to string, limit int) ([]string, bool) {
	if scale == "" || len(from) < 4 || len(to) < 4 {
		return nil, false
	}
	first, err1 := strconv.Atoi(from[:4])
	last, err2 := strconv.Atoi(to[:4])
	if err1 != nil || err2 != nil || first < 0 || last < first {
		return nil, false
	}
	width := 1
	perYear := func(int) int { return 1 }
	switch scale[0] {
	case 'A':
		width = 0
	case 'H':
		perYear = func(int) int { return 2 }
	case 'T':
		perYear = func(int) int { return 3 }
	case 'Q':
		perYear = func(int) int { return 4 }
	case 'M':
		width, perYear = 2, func(int) int { return 12 }
	case 'W':
		width, perYear = 2, weeks
	default:
		return nil, false
	}
	if len(from) != 4+width || len(to) != 4+width {
		return nil, false
	}
	var out []string
	inside := false
	for year := first; year <= last; year++ {
		for part := 1; part <= perYear(year); part++ {
			period := fmt.Sprintf("%04d", year)
			if width > 0 {
				period += fmt.Sprintf("%0*d", width, part)
			}
			inside = inside || period == from
			if inside {
				out = append(out, period)
			}
			if period == to || len(out) > limit {
				return out, inside
			}
		}
	}
	return nil, false
}

// weeks is the number of ISO weeks of a year; 28 December is always in the last.
func weeks(year int) int {
	_, week := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return week
}
