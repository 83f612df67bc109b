package px

import (
	"fmt"
	"strings"

	"utfall/ingest/decode"
)

// entry is one statement of the header: KEYWORD[language]("sub","sub")=items;
type entry struct {
	keyword  string
	language string
	subs     []string
	items    []item
	line     int
}

// item is one value of a statement: a quoted text (put together out of its lines), a bare word, or a pair "a"-"b" or
// "a":"b".
type item struct {
	text   string
	quoted bool
	joint  byte   // '-' or ':' between text and second, 0 without
	second string // of a pair
	inside []item // of a word with parentheses: TLIST(A1,"1994"-"1996")
}

// maxHeader bounds the bytes before DATA, maxEntries the statements in them.
const (
	maxHeader  = 256 << 20
	maxEntries = 1_000_000
)

// header reads the statements up to DATA= and stops behind it. Texts are still in the payload's own encoding.
func (in *input) header() ([]entry, error) {
	var out []entry
	var lists int // items in all
	for {
		c, ok := in.space()
		if !ok {
			return nil, in.ended("the keyword DATA")
		}
		if c == ';' {
			in.pass()
			continue
		}
		e, err := in.entry()
		if err != nil {
			return nil, err
		}
		if e.keyword == "DATA" {
			return out, nil
		}
		out = append(out, e)
		lists += len(e.items) + len(e.subs)
		if in.base > maxHeader || len(out) > maxEntries || lists > max(10_000, 2*in.limits.MaxCategories) {
			return nil, in.fault("DATA after a header of sensible size", fmt.Sprintf("%d statements with %d values", len(out), lists), "")
		}
	}
}

func (in *input) entry() (entry, error) {
	e := entry{line: in.line}
	word, err := in.word()
	if err != nil {
		return e, err
	}
	e.keyword = strings.ToUpper(word)
	c, _ := in.space()
	if c == '[' {
		in.pass()
		in.space()
		if e.language, err = in.word(); err != nil {
			return e, err
		}
		if c, _ = in.space(); c != ']' {
			return e, in.unexpected("the ] after a language")
		}
		in.pass()
		c, _ = in.space()
	}
	if c == '(' {
		in.pass()
		if e.subs, err = in.subs(); err != nil {
			return e, err
		}
		c, _ = in.space()
	}
	if c != '=' {
		return e, in.unexpected("an = after " + short(e.keyword))
	}
	in.pass()
	if e.keyword == "DATA" {
		return e, nil
	}
	e.items, err = in.items(';')
	return e, err
}

// word reads a keyword, a language or a bare value.
func (in *input) word() (string, error) {
	from := in.pos
	for {
		win, i := in.win, in.pos
		for i < len(win) && wordByte(win[i]) {
			i++
		}
		in.pos = i
		if i < len(win) || i-from > 1000 {
			break
		}
		if !in.fill(from) {
			break
		}
		from = 0
	}
	if in.pos == from {
		return "", in.unexpected("a keyword")
	}
	if in.pos-from > 1000 {
		return "", in.fault("a keyword", decode.Quote(in.win[from:in.pos]), "is this a PC-Axis file?")
	}
	return in.win[from:in.pos], nil
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '+' || c == '*' || c == '/'
}

// subs reads what stands in parentheses after a keyword.
func (in *input) subs() ([]string, error) {
	var out []string
	for {
		c, _ := in.space()
		var text string
		var err error
		if c == '"' {
			text, err = in.quoted()
		} else {
			text, err = in.word()
		}
		if err != nil {
			return nil, err
		}
		if len(out) > in.limits.MaxDimensions {
			return nil, in.fault(fmt.Sprintf("at most %d values in parentheses", in.limits.MaxDimensions), "more", "")
		}
		out = append(out, text)
		switch c, _ = in.space(); c {
		case ',':
			in.pass()
		case ')':
			in.pass()
			return out, nil
		default:
			return nil, in.unexpected("a comma or ) after a value in parentheses")
		}
	}
}

// items reads values up to end, which it passes.
func (in *input) items(end byte) ([]item, error) {
	var out []item
	for {
		c, ok := in.space()
		if ok && c == end && len(out) == 0 {
			in.pass() // KEYWORD=;
			return nil, nil
		}
		one, err := in.item()
		if err != nil {
			return nil, err
		}
		if len(out) >= in.limits.MaxCategories {
			return nil, in.fault(fmt.Sprintf("at most %d values", in.limits.MaxCategories), "more", "")
		}
		out = append(out, one)
		switch c, _ = in.space(); c {
		case ',':
			in.pass()
		case end:
			in.pass()
			return out, nil
		default:
			return nil, in.unexpected(fmt.Sprintf("a comma or %q after a value", string(end)))
		}
	}
}

func (in *input) item() (item, error) {
	c, _ := in.space()
	if c != '"' {
		word, err := in.word()
		if err != nil {
			return item{}, err
		}
		one := item{text: word}
		if c, _ = in.space(); c == '(' {
			in.pass()
			one.inside, err = in.arguments()
		}
		return one, err
	}
	text, err := in.lines()
	if err != nil {
		return item{}, err
	}
	one := item{text: text, quoted: true}
	if c, _ = in.space(); c == '-' || c == ':' {
		one.joint = c
		in.pass()
		if c, _ = in.space(); c != '"' {
			return one, in.unexpected("a quoted value after " + string(one.joint))
		}
		one.second, err = in.lines()
	}
	return one, err
}

// arguments reads the values of TLIST(…), which hold no parentheses themselves.
func (in *input) arguments() ([]item, error) {
	var out []item
	for {
		c, _ := in.space()
		var one item
		var err error
		if c == '"' {
			one, err = in.item()
		} else {
			one.text, err = in.word()
		}
		if err != nil {
			return nil, err
		}
		if len(out) >= in.limits.MaxCategories {
			return nil, in.fault(fmt.Sprintf("at most %d values", in.limits.MaxCategories), "more", "")
		}
		out = append(out, one)
		switch c, _ = in.space(); c {
		case ',':
			in.pass()
		case ')':
			in.pass()
			return out, nil
		default:
			return nil, in.unexpected("a comma or ) after a value in parentheses")
		}
	}
}

// lines reads a quoted text; one that is too long for a line goes on with further quotes, with nothing between them.
func (in *input) lines() (string, error) {
	text, err := in.quoted()
	if err != nil {
		return "", err
	}
	var parts []string
	size := len(text)
	for {
		if c, _ := in.space(); c != '"' {
			break
		}
		next, err := in.quoted()
		if err != nil {
			return "", err
		}
		if parts == nil {
			parts = append(parts, text)
		}
		parts = append(parts, next)
		if size += len(next); size > in.limits.MaxFieldBytes {
			return "", in.fault(fmt.Sprintf("a text of at most %d bytes", in.limits.MaxFieldBytes), "a longer one", "")
		}
	}
	if parts != nil {
		text = strings.Join(parts, "")
	}
	return text, nil
}

// short keeps a name of the payload from filling an error.
func short(text string) string {
	if len(text) > 80 {
		return strings.ToValidUTF8(text[:80], "") + "…"
	}
	return text
}
