package socialstyrelsen

import (
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// read takes varde: text in most topics, "1 176,7"; a number or null elsewhere.
func (c *cell) read(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case jsonscan.Null:
		return s.Skip()
	case jsonscan.Number:
		if c.text, err = s.Number(); err != nil {
			return err
		}
		if c.number, c.has = decode.Number(c.text); !c.has {
			return s.Fault("a number that a 64-bit float can hold", decode.Quote(c.text), "")
		}
		return nil
	case jsonscan.String:
		text, err := s.Text()
		if err != nil {
			return err
		}
		if c.number, c.has = Number(text); c.has {
			c.text = text
			return nil
		}
		if decode.NotFinite(text) || strings.ContainsAny(text, "0123456789") {
			return s.Fault("a number with decimal comma, or a missing symbol", decode.Quote(text), "")
		}
		c.status = text
		return nil
	}
	return s.Mismatch("a number or a string", kind)
}

// Number reads a number as the database writes it: decimal comma, and a space of any kind before each three digits or
// none at all. A decimal point is refused, for it could as well group thousands.
func Number(text string) (float64, bool) {
	plain := make([]byte, 0, len(text))
	group, decimals := -1, false // digits since a space; -1 before the first space
	for i, r := range strings.TrimSpace(text) {
		switch {
		case r >= '0' && r <= '9':
			plain = append(plain, byte(r))
			if group >= 0 && !decimals {
				group++
			}
		case (r == '-' || r == '\u2212') && i == 0:
			plain = append(plain, '-')
		case r == ',' && !decimals && (group == -1 || group == 3):
			plain = append(plain, '.')
			decimals = true
		case (r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009') && !decimals && (group == 3 || group == -1 && startsGroup(plain)):
			group = 0
		default:
			return 0, false
		}
	}
	if group >= 0 && group != 3 {
		return 0, false
	}
	return decode.Number(string(plain))
}

// startsGroup tells whether plain, a sign and digits, can stand before the first group of three.
func startsGroup(plain []byte) bool {
	digits := len(plain)
	if digits > 0 && plain[0] == '-' {
		digits--
	}
	return digits >= 1 && digits <= 3
}
