package jsonscan

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text gives a string without its quotes and with its escapes resolved. It refuses what is not valid UTF-8, NUL and
// lone surrogates, so that no code changes on its way into the store.
func (s *Scanner) Text() (string, error) {
	if !s.space() || s.win[s.pos] != '"' {
		return "", s.unexpected("a string")
	}
	start, plain, ascii := s.pos, true, true
	i := start + 1
	for {
		win := s.win
		for i < len(win) {
			c := win[i]
			if c == '"' {
				break
			}
			switch {
			case c == '\\':
				plain = false
				i++
			case c < 0x20:
				s.pos = i
				return "", s.unexpected("no control character inside a string")
			case c >= 0x80:
				ascii = false
			}
			i++
		}
		if i < len(win) {
			break
		}
		if i-start > s.limits.MaxFieldBytes {
			return "", s.Fault(fmt.Sprintf("a string of at most %d bytes", s.limits.MaxFieldBytes), "a longer one", "a quote may be missing")
		}
		if !s.fill(start) {
			s.pos = min(i, len(s.win))
			return "", s.ended("the end of a string")
		}
		i -= start
		start = 0
	}
	raw := s.win[start+1 : i]
	if len(raw) > s.limits.MaxFieldBytes {
		return "", s.Fault(fmt.Sprintf("a string of at most %d bytes", s.limits.MaxFieldBytes), fmt.Sprintf("one of %d", len(raw)), "")
	}
	if !ascii && !utf8.ValidString(raw) {
		s.pos = start + 1 + invalidAt(raw)
		return "", s.Fault("UTF-8", fmt.Sprintf("the byte 0x%02x", s.win[s.pos]), "the payload is in another encoding; save it as UTF-8")
	}
	if plain {
		s.pos = i + 1
		return raw, nil
	}
	text, bad := unescape(raw)
	if bad >= 0 {
		s.pos = start + 1 + bad
		return "", s.unexpected("an escape that JSON knows and that stands for a character")
	}
	s.pos = i + 1
	return text, nil
}

func invalidAt(text string) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return 0
}

// unescape resolves the escapes of a JSON string. bad is the place of an escape that is none, or -1.
func unescape(raw string) (text string, bad int) {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		j := strings.IndexByte(raw[i:], '\\')
		if j < 0 {
			b.WriteString(raw[i:])
			break
		}
		b.WriteString(raw[i : i+j])
		i += j
		r, n := escape(raw[i:])
		if n == 0 {
			return "", i
		}
		b.WriteRune(r)
		i += n
	}
	return b.String(), -1
}

// escape reads one escape and gives its character and length; the length is 0 for one that is none.
func escape(text string) (rune, int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[1] {
	case '"', '\\', '/':
		return rune(text[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return unicodeEscape(text)
	}
	return 0, 0
}

func unicodeEscape(text string) (rune, int) {
	r, ok := hex4(text[2:])
	if !ok || r == 0 {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(text) < 12 || text[6] != '\\' || text[7] != 'u' {
		return 0, 0
	}
	low, ok := hex4(text[8:])
	if !ok {
		return 0, 0
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hex4(text string) (rune, bool) {
	if len(text) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(text[:4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
