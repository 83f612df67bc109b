package jsonscan

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kind is what the next value begins with.
type Kind byte

// The kinds of a JSON value.
const (
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	True   Kind = 't'
	False  Kind = 'f'
	Null   Kind = 'n'
)

// String names a kind for an error.
func (k Kind) String() string {
	switch k {
	case Object:
		return "an object"
	case Array:
		return "an array"
	case String:
		return "a string"
	case Number:
		return "a number"
	case Null:
		return "null"
	}
	return "true or false"
}

// space passes white space. It is false at the end of the payload.
func (s *Scanner) space() bool {
	for {
		win, i := s.win, s.pos
		for i < len(win) && (win[i] == ' ' || win[i] == '\n' || win[i] == '\r' || win[i] == '\t') {
			i++
		}
		s.pos = i
		if i < len(win) {
			return true
		}
		if !s.fill(i) {
			return false
		}
	}
}

// Peek passes white space and tells what value comes next.
func (s *Scanner) Peek() (Kind, error) {
	if !s.space() {
		return 0, s.ended("a value")
	}
	switch c := s.win[s.pos]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return Kind(c), nil
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number, nil
	case 'N', 'I':
		return 0, s.unexpected("a JSON value; NaN and Infinity are none")
	}
	return 0, s.unexpected("a JSON value")
}

// EnterObject passes "{". Read the members with NextKey until it is false.
func (s *Scanner) EnterObject() error { return s.enter('{', "an object") }

// EnterArray passes "[". Read the elements after each More that is true.
func (s *Scanner) EnterArray() error { return s.enter('[', "an array") }

func (s *Scanner) enter(open byte, want string) error {
	if !s.space() || s.win[s.pos] != open {
		return s.unexpected(want)
	}
	s.depth++
	if s.depth > s.limits.MaxDepth {
		return s.Fault(fmt.Sprintf("at most %d objects and arrays inside one another", s.limits.MaxDepth), "one more", "")
	}
	s.pos++
	s.fresh = true
	return nil
}

// More tells whether the array has a further element and passes the comma, or the closing bracket.
func (s *Scanner) More() (bool, error) {
	if !s.space() {
		return false, s.ended("an element or the end of the array")
	}
	switch c := s.win[s.pos]; {
	case c == ']':
		s.pos++
		s.depth--
		s.fresh = false
		return false, nil
	case s.fresh:
		s.fresh = false
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.unexpected("a comma or the end of the array")
}

// NextKey gives the name of the object's next member and passes the colon; ok is false where the object ends.
func (s *Scanner) NextKey() (key string, ok bool, err error) {
	if !s.space() {
		return "", false, s.ended("a member or the end of the object")
	}
	switch c := s.win[s.pos]; {
	case c == '}':
		s.pos++
		s.depth--
		s.fresh = false
		return "", false, nil
	case s.fresh:
		s.fresh = false
	case c == ',':
		s.pos++
	default:
		return "", false, s.unexpected("a comma or the end of the object")
	}
	if !s.space() || s.win[s.pos] != '"' {
		return "", false, s.unexpected("the name of a member in quotes")
	}
	if key, err = s.Text(); err != nil {
		return "", false, err
	}
	if !s.space() || s.win[s.pos] != ':' {
		return "", false, s.unexpected("a colon after the name of a member")
	}
	s.pos++
	return key, true, nil
}

// Number gives the text of a number, unchanged. decode.Number turns it into a float64.
func (s *Scanner) Number() (string, error) {
	if !s.space() {
		return "", s.ended("a number")
	}
	start := s.pos
	for {
		win, i := s.win, s.pos
		for i < len(win) && numeric[win[i]] {
			i++
		}
		s.pos = i
		if i < len(win) {
			break
		}
		if i-start > s.limits.MaxFieldBytes {
			return "", s.Fault(fmt.Sprintf("a number of at most %d bytes", s.limits.MaxFieldBytes), "a longer one", "")
		}
		if !s.fill(start) {
			break
		}
		start = 0
	}
	text := s.win[start:s.pos]
	if !wellFormed(text) {
		s.pos = start
		return "", s.unexpected("a number")
	}
	return text, nil
}

// numeric marks the bytes that a number can hold.
var numeric = func() (set [256]bool) {
	for _, c := range []byte("+-.0123456789eE") {
		set[c] = true
	}
	return set
}()

// wellFormed checks text, which holds numeric bytes only, against the grammar of a JSON number.
func wellFormed(text string) bool {
	i := 0
	digits := func() int {
		from := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		return i - from
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	first := i
	if n := digits(); n == 0 || n > 1 && text[first] == '0' {
		return false
	}
	if i < len(text) && text[i] == '.' {
		i++
		if digits() == 0 {
			return false
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if digits() == 0 {
			return false
		}
	}
	return i == len(text)
}

// Literal passes true, false or null and gives it.
func (s *Scanner) Literal() (Kind, error) {
	kind, err := s.Peek()
	if err != nil {
		return 0, err
	}
	word := map[Kind]string{True: "true", False: "false", Null: "null"}[kind]
	if word == "" {
		return 0, s.unexpected("true, false or null")
	}
	for len(s.win)-s.pos < len(word) && s.fill(s.pos) {
		continue
	}
	if !strings.HasPrefix(s.win[s.pos:], word) {
		if strings.HasPrefix(word, s.win[s.pos:]) {
			return 0, s.ended(word)
		}
		return 0, s.unexpected(word)
	}
	s.pos += len(word)
	return kind, nil
}

// End checks that nothing follows the document.
func (s *Scanner) End() error {
	if s.space() {
		return s.unexpected("the end of the payload")
	}
	if s.err != nil && !errors.Is(s.err, io.EOF) {
		return s.ended("the end of the payload")
	}
	return nil
}
