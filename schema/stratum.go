package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Sex is T (both), F or M.
type Sex string

// The sexes, with the total first.
const (
	BothSexes Sex = "T"
	Female    Sex = "F"
	Male      Sex = "M"
)

// ParseSex reads T, F or M.
func ParseSex(s string) (Sex, error) {
	switch Sex(s) {
	case BothSexes, Female, Male:
		return Sex(s), nil
	}
	return "", fmt.Errorf("sex %q is not known; write T (both), F or M", s)
}

// Age is a band of completed years, or all ages.
type Age struct {
	From, To int // To is -1 for an open band
	code     string
}

// AllAges is the code of the total over ages.
const AllAges = "TOT"

// String gives the canonical form: TOT, 15-64, 21+ or 18.
func (a Age) String() string { return a.code }

// ParseAge reads TOT, a band (15-64), an open band (21+) or a single year (18).
func ParseAge(s string) (Age, error) {
	const highest = 120
	bad := func() (Age, error) {
		return Age{}, fmt.Errorf("age %q is not a band; write TOT, 15-64, 21+ or 18", s)
	}
	if s == AllAges {
		return Age{From: 0, To: -1, code: s}, nil
	}
	num := func(t string) (int, bool) {
		n, ok := digits(t)
		return n, ok && t != "" && n <= highest && strconv.Itoa(n) == t
	}
	if open, ok := strings.CutSuffix(s, "+"); ok {
		n, ok := num(open)
		if !ok {
			return bad()
		}
		return Age{From: n, To: -1, code: s}, nil
	}
	if lo, hi, ok := strings.Cut(s, "-"); ok {
		a, okA := num(lo)
		b, okB := num(hi)
		if !okA || !okB || a >= b {
			return bad()
		}
		return Age{From: a, To: b, code: s}, nil
	}
	n, ok := num(s)
	if !ok {
		return bad()
	}
	return Age{From: n, To: n, code: s}, nil
}
