package source

import (
	"fmt"
	"slices"
	"strings"

	"utfall/schema"
)

// Schemes names the ways of writing areas, sexes and ages that need no list of codes.
func Schemes() []string { return []string{"se", "kolada", "iso", "eurostat", "own", "se_sex", "age"} }

// Area turns a source's code into an area's. It is false for a code that the scheme does not know; whether the area exists
// is the catalogue's business.
//
//	se        00 and 0000 the country, 14 a county, 1480 a municipality (SCB, Socialstyrelsen)
//	kolada    as se, but the country is 0000 and a region 0001 to 0025
//	iso       ISO 3166-1 alpha-2
//	eurostat  as iso, but EL is Greece, UK the United Kingdom and EU27_2020 the union
//	own       the program's own codes
func Area(scheme, code string) (string, bool) {
	switch scheme {
	case "own":
		return code, true
	case "iso":
		return code, len(code) == 2
	case "eurostat":
		switch code {
		case "EL":
			return "GR", true
		case "UK":
			return "GB", true
		case "EU27_2020":
			return "EU", true
		}
		return code, len(code) == 2
	case "kolada":
		if rest, ok := strings.CutPrefix(code, "00"); ok && len(code) == 4 && rest != "00" {
			return Area("se", rest)
		}
		return Area("se", code)
	case "se":
		switch {
		case !numeric(code):
			return "", false
		case strings.Trim(code, "0") == "":
			return "SE", true
		case len(code) == 2 || len(code) == 4:
			return "SE-" + code, true
		}
	}
	return "", false
}

// Sex turns a source's code into T, F or M by scheme se_sex: the ways in which Swedish authorities write it where 1 is men
// and 2 is women.
func Sex(scheme, code string) (string, bool) {
	if scheme != "se_sex" {
		return "", false
	}
	switch strings.ToLower(code) {
	case "1", "01", "m", "män":
		return "M", true
	case "2", "02", "k", "kvinnor":
		return "F", true
	case "1+2", "00", "3", "t", "tot", "totsa", "totalt":
		return "T", true
	}
	return "", false
}

// AgeCode turns a source's code into a band by scheme age: 15-64, 85+, 100+10 (SCB: open from 100, ten-year classes), -4,
// Y15-64, Y_GE85, Y_LT5 (Eurostat), tot, TOTAL.
func AgeCode(scheme, code string) (string, bool) {
	if scheme != "age" {
		return "", false
	}
	c := strings.TrimSuffix(strings.TrimSuffix(code, " år"), " years")
	switch strings.ToLower(c) {
	case "tot", "total", "totsa", "totalt":
		return schema.AllAges, true
	}
	if rest, ok := strings.CutPrefix(c, "Y_GE"); ok {
		c = rest + "+"
	} else if rest, ok := strings.CutPrefix(c, "Y"); ok && !strings.HasPrefix(rest, "_") {
		c = rest
	}
	if rest, ok := strings.CutPrefix(c, "-"); ok {
		c = "0-" + rest
	}
	if low, _, ok := strings.Cut(c, "+"); ok {
		c = low + "+"
	}
	_, err := schema.ParseAge(c)
	return c, err == nil
}

// Period turns the ways in which sources write time into ours: 2022, 2022M05, 2022-05, 2022K3, 2022Q3, 2022-Q3, 2022H1,
// 2022-S1, 2022-B1, 2022V07, 2022U07, 2022W07, 2022-W07, 2016-2020, 2016/2020, 2022-11-01.
func Period(code string) (string, error) {
	c := strings.TrimSpace(code)
	if len(c) == len("2016-2020") && c[4] == '-' && numeric(c[:4]) && numeric(c[5:]) {
		c = c[:4] + "/" + c[5:]
	} else if len(c) > 5 && numeric(c[:4]) {
		kind, n := c[4:5], c[5:]
		if kind == "-" && strings.Contains("QSBW", n[:1]) {
			kind, n = n[:1], n[1:]
		}
		switch {
		case strings.Contains("KQ", kind) && numeric(n):
			c = c[:4] + "Q" + n
		case strings.Contains("HSB", kind) && numeric(n):
			c = c[:4] + "H" + n
		case kind == "M" && len(n) == 2 && numeric(n):
			c = c[:4] + "-" + n
		case strings.Contains("VUW", kind) && len(n) == 2 && numeric(n):
			c = c[:4] + "-W" + n
		}
	}
	p, err := schema.ParsePeriod(c)
	if err != nil {
		return "", fmt.Errorf("period %q: %w", code, err)
	}
	return p.String(), nil
}

func numeric(s string) bool {
	return s != "" && !slices.ContainsFunc([]byte(s), func(b byte) bool { return b < '0' || b > '9' })
}
