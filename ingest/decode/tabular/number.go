package tabular

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number is how numbers are written.
type number struct {
	decimal   byte
	thousands string // every sign that may stand between groups of three digits
}

const (
	noBreakSpace     = "\u00a0"
	narrowNoBreak    = "\u202f"
	anySpace         = " \u00a0\u202f\u2009"
	apostrophes      = "'\u2019"
	longestNumber    = 60 // bytes; what is longer is no number
	exactInFloat     = 15 // decimal digits that a float64 holds exactly
	maxExactExponent = 22 // 10^22 is the largest power of ten that a float64 holds exactly
)

func (o Options) number() (number, error) {
	n := number{decimal: '.'}
	switch o.Decimal {
	case "", ".", "point":
	case ",", "comma":
		n.decimal = ','
	default:
		return n, fmt.Errorf(`decimal is %q; expected "." or ","`, o.Decimal)
	}
	switch o.Thousands {
	case "":
	case "space", " ":
		n.thousands = anySpace
	case "nbsp", noBreakSpace:
		n.thousands = noBreakSpace
	case "narrow", narrowNoBreak:
		n.thousands = narrowNoBreak
	case ".", "point":
		n.thousands = "."
	case ",", "comma":
		n.thousands = ","
	case "'", "apostrophe", "\u2019":
		n.thousands = apostrophes
	default:
		return n, fmt.Errorf(`thousands is %q; expected space, nbsp, narrow, ".", "," or "'"`, o.Thousands)
	}
	return n, nil
}

// parse reads a number. Groups must be of three digits: "1 23" is no number where spaces part thousands.
func (n number) parse(s string) (float64, bool) {
	s, negative := sign(s)
	if len(s) == 0 || len(s) > longestNumber {
		return 0, false
	}
	var clean [longestNumber]byte
	length, decimals, group, groups := 0, -1, 0, 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			clean[length] = c
			length++
			if decimals >= 0 {
				decimals++
			} else {
				group++
			}
			i++
		case c == n.decimal && decimals < 0 && (group > 0 || i == 0):
			if groups > 0 && group != 3 {
				return 0, false
			}
			decimals = 0
			i++
		case (c == 'e' || c == 'E') && group > 0 && groups == 0 && decimals != 0:
			return n.exponent(s, negative)
		default:
			width := n.separator(s[i:])
			if width == 0 || decimals >= 0 || group == 0 || groups == 0 && group > 3 || groups > 0 && group != 3 {
				return 0, false
			}
			groups, group = groups+1, 0
			i += width
		}
	}
	if length == 0 || decimals == 0 || groups > 0 && group != 3 {
		return 0, false
	}
	return assemble(clean[:length], max(decimals, 0), negative)
}

func sign(s string) (rest string, negative bool) {
	if len(s) > 1 && s[0] == '+' {
		return s[1:], false
	}
	for _, minus := range []string{"-", "\u2212"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			return rest, true
		}
	}
	return s, false
}

// separator gives the length of the sign between thousands that s begins with, 0 if it begins with none.
func (n number) separator(s string) int {
	if n.thousands == "" {
		return 0
	}
	r, width := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError || !strings.ContainsRune(n.thousands, r) {
		return 0
	}
	return width
}

// assemble makes a number of digits. Where digits and power of ten are both exact their quotient is the nearest float64.
func assemble(digits []byte, decimals int, negative bool) (float64, bool) {
	var v float64
	if len(digits) <= exactInFloat && decimals <= maxExactExponent {
		var whole uint64
		for _, c := range digits {
			whole = whole*10 + uint64(c-'0')
		}
		v = float64(whole)
		if decimals > 0 {
			v /= math.Pow10(decimals)
		}
	} else {
		text := string(digits[:len(digits)-decimals]) + "." + string(digits[len(digits)-decimals:])
		var err error
		if v, err = strconv.ParseFloat(text, 64); err != nil || math.IsInf(v, 0) {
			return 0, false
		}
	}
	if negative && v != 0 {
		v = -v
	}
	return v, true
}

// exponent reads a number such as 1.2E-4, which spreadsheets and some services write.
func (n number) exponent(s string, negative bool) (float64, bool) {
	mantissa, power, _ := strings.Cut(strings.ToLower(s), "e")
	if strings.Trim(power, "+-0123456789") != "" || strings.Trim(mantissa, "0123456789"+string(rune(n.decimal))) != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.Replace(mantissa, string(rune(n.decimal)), ".", 1)+"e"+power, 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, false
	}
	if negative && v != 0 {
		v = -v
	}
	return v, true
}
