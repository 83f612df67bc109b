package px

import (
	"slices"
	"strings"

	"utfall/ingest/decode"
)

// header finds statements by keyword, language and the values in parentheses.
type header struct {
	entries  []entry
	byKey    map[string]int
	language string          // that was asked for, "" for the file's own
	main     string          // LANGUAGE
	inOther  map[string]bool // keywords that have statements in the language that was asked for
}

// once are the keywords of which a second one with the same parentheses would change what the cells mean.
var once = []string{"STUB", "HEADING", "VALUES", "CODES", "KEYS", "CONTVARIABLE", "UNITS", "TIMEVAL", "VARIABLECODE", "LANGUAGE", "LANGUAGES", "CODEPAGE"}

func newHeader(entries []entry, language string) (*header, error) {
	h := &header{entries: entries, byKey: map[string]int{}, language: language, inOther: map[string]bool{}}
	for i, e := range entries {
		if e.keyword == "LANGUAGE" && len(e.items) > 0 {
			h.main = e.items[0].text
		}
		key := keyOf(e.keyword, e.language, e.subs)
		if _, double := h.byKey[key]; double && slices.Contains(once, e.keyword) {
			return nil, h.fault(e, e.keyword+" once", "it twice")
		}
		h.byKey[key] = i
		if e.language == language {
			h.inOther[e.keyword] = true
		}
	}
	if h.language == h.main {
		h.language = ""
	}
	if h.language == "" {
		return h, nil
	}
	var offered []string
	if e := h.find("LANGUAGES", ""); e != nil {
		for _, one := range e.items {
			offered = append(offered, one.text)
		}
	}
	if !slices.Contains(offered, h.language) {
		return nil, &decode.Error{Format: format, Offset: -1, Path: "LANGUAGES", Want: "the language " + decode.Quote(h.language), Got: decode.Quote(strings.Join(append([]string{h.main}, offered...), ", "))}
	}
	return h, nil
}

func keyOf(keyword, language string, subs []string) string {
	return keyword + "[" + language + "]" + strings.Join(subs, "\x1f")
}

// find gives the statement in one language; "" is the file's own, which may be named as well.
func (h *header) find(keyword, language string, subs ...string) *entry {
	if i, ok := h.byKey[keyOf(keyword, language, subs)]; ok {
		return &h.entries[i]
	}
	if language == "" && h.main != "" {
		if i, ok := h.byKey[keyOf(keyword, h.main, subs)]; ok {
			return &h.entries[i]
		}
	}
	return nil
}

// text gives the first value in the language that was asked for, else in the file's own.
func (h *header) text(keyword string, subs ...string) string {
	for _, language := range []string{h.language, ""} {
		if e := h.find(keyword, language, subs...); e != nil && len(e.items) > 0 {
			return e.items[0].text
		}
	}
	return ""
}

// list gives the texts of a statement.
func (h *header) list(keyword, language string, subs ...string) []string {
	e := h.find(keyword, language, subs...)
	if e == nil {
		return nil
	}
	out := make([]string, len(e.items))
	for i, one := range e.items {
		out[i] = one.text
	}
	return out
}

// lineOf is where a statement stands, 0 if it does not.
func (h *header) lineOf(keyword string, subs ...string) int {
	if e := h.find(keyword, "", subs...); e != nil {
		return e.line
	}
	return 0
}

func (h *header) fault(e entry, want, got string) error {
	path := short(e.keyword)
	if len(e.subs) > 0 {
		path += "(" + short(strings.Join(e.subs, ",")) + ")"
	}
	return &decode.Error{Format: format, Line: e.line, Offset: -1, Path: path, Want: want, Got: got}
}

// speaks tells whether a statement is one to use: it is in the language that was asked for, or in the file's own where
// the keyword has nothing in the other.
func (h *header) speaks(e entry) bool {
	if h.language != "" && h.inOther[e.keyword] {
		return e.language == h.language
	}
	return e.language == "" || e.language == h.main
}
