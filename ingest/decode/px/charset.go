package px

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"

	"utfall/ingest/decode"
)

// charset turns the payload's bytes into UTF-8. A nil table is UTF-8 itself.
type charset struct {
	name  string
	table encoding.Encoding
	note  string // what had to be concluded, "" where the file says it
}

// charsetOf finds the encoding: what CODEPAGE says; else UTF-8 if the bytes above 0x7F form UTF-8 characters, which text
// in windows-1252 does not; else the old DOS code page 850 if there are bytes that are its Swedish letters and only
// control signs or punctuation in windows-1252, while none is a letter there; else windows-1252.
func charsetOf(entries []entry, mark bool) (charset, error) {
	declared, line := "", 0
	for _, e := range entries {
		if e.keyword == "CODEPAGE" && len(e.items) > 0 {
			declared, line = e.items[0].text, e.line
		}
	}
	high, valid, dos, letters := survey(entries)
	if declared == "" {
		switch {
		case mark, high && valid:
			return charset{name: "utf-8", note: "The file names no code page; its letters are read as UTF-8."}, nil
		case dos && !letters:
			return charset{name: "cp850", table: charmap.CodePage850, note: "The file names no code page; its letters are read as code page 850."}, nil
		}
		return charset{name: "windows-1252", table: charmap.Windows1252}, nil
	}
	fault := func(want, got, fix string) error {
		return &decode.Error{Format: format, Line: line, Offset: -1, Path: "CODEPAGE", Want: want, Got: got, Fix: fix}
	}
	cs, ok := named(declared)
	switch {
	case !ok:
		return cs, fault("a code page of one byte a character, or utf-8", decode.Quote(declared), "save the file as UTF-8 and say so")
	case cs.table == nil && high && !valid:
		return cs, fault("UTF-8, as declared", "bytes that are no UTF-8", "the file is in another encoding than it says")
	case cs.table != nil && (mark || high && valid):
		return cs, fault(cs.name+", as declared", "UTF-8: its bytes above 0x7F form whole UTF-8 characters", "correct CODEPAGE")
	}
	return cs, nil
}

// named finds a code page by its name or number. iso-8859-1 is read as windows-1252, which has letters and signs where
// the former has control characters: that is what producers mean by it.
func named(name string) (charset, bool) {
	n := strings.ToLower(strings.TrimSpace(name))
	if number, ok := map[string]string{"1252": "windows-1252", "28591": "iso-8859-1", "28605": "iso-8859-15", "65001": "utf-8", "850": "ibm850",
		"437": "ibm437", "865": "ibm865", "cp850": "ibm850", "cp437": "ibm437", "cp865": "ibm865", "cp1252": "windows-1252", "utf8": "utf-8", "ansi": "windows-1252"}[n]; ok {
		n = number
	}
	if n == "utf-8" {
		return charset{name: n}, true
	}
	table, err := htmlindex.Get(n)
	if err != nil {
		if table, err = ianaindex.IANA.Encoding(n); err != nil || table == nil {
			return charset{}, false
		}
	}
	if _, single := table.(*charmap.Charmap); !single {
		return charset{}, false
	}
	return charset{name: n, table: table}, true
}

// survey looks at every byte above 0x7F of the header: whether there are any, whether they form UTF-8, whether any is
// åäöÅÄÖé of code page 850, and whether any is a letter of windows-1252.
func survey(entries []entry) (high, valid, dos, letters bool) {
	valid = true
	look := func(text string) {
		ascii := true
		for i := 0; i < len(text); i++ {
			c := text[i]
			if c < 0x80 {
				continue
			}
			ascii = false
			dos = dos || strings.IndexByte("\x86\x84\x94\x8f\x8e\x99\x82", c) >= 0
			letters = letters || c >= 0xc0
		}
		if !ascii {
			high = true
			valid = valid && utf8.ValidString(text)
		}
	}
	for _, e := range entries {
		for _, text := range e.subs {
			look(text)
		}
		for _, one := range e.items {
			look(one.text)
			look(one.second)
		}
	}
	return high, valid, dos, letters
}

// text decodes one text and refuses what the encoding does not define.
func (cs charset) text(raw string) (string, error) {
	plain := true
	for i := 0; i < len(raw); i++ {
		if raw[i] >= 0x80 || raw[i] == 0 {
			plain = false
			break
		}
	}
	if plain {
		return raw, nil
	}
	if strings.IndexByte(raw, 0) >= 0 {
		return "", fmt.Errorf("a NUL byte in %s", decode.Quote(raw))
	}
	if cs.table == nil {
		if !utf8.ValidString(raw) {
			return "", fmt.Errorf("bytes that are no UTF-8 in %s", decode.Quote(raw))
		}
		return raw, nil
	}
	out, err := cs.table.NewDecoder().String(raw)
	if err == nil && strings.Contains(out, "\uFFFD") {
		err = fmt.Errorf("a byte that is no character of %s in %s", cs.name, decode.Quote(raw))
	}
	return out, err
}

// decodeAll turns every text of the header into UTF-8.
func (cs charset) decodeAll(entries []entry) error {
	for i := range entries {
		e := &entries[i]
		err := each(e, func(text *string) (err error) {
			*text, err = cs.text(*text)
			return err
		})
		if err != nil {
			return &decode.Error{Format: format, Line: e.line, Offset: -1, Path: short(e.keyword), Want: "text in " + cs.name, Err: err,
				Fix: "the file is damaged, or in another encoding than it says"}
		}
	}
	return nil
}

func each(e *entry, do func(*string) error) error {
	for i := range e.subs {
		if err := do(&e.subs[i]); err != nil {
			return err
		}
	}
	for i := range e.items {
		if err := do(&e.items[i].text); err != nil {
			return err
		}
		if err := do(&e.items[i].second); err != nil {
			return err
		}
		for j := range e.items[i].inside {
			if err := do(&e.items[i].inside[j].text); err != nil {
				return err
			}
			if err := do(&e.items[i].inside[j].second); err != nil {
				return err
			}
		}
	}
	return nil
}
