package payload

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"utfall/ingest/decode"
)

// The encodings, by the names that Text.Encoding gives.
const (
	UTF8        = "utf-8"
	Windows1252 = "windows-1252"
	Latin1      = "iso-8859-1"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	utf16       = "utf-16" // declared without an order: the byte-order mark or the pattern tells
)

func canonical(name string) (string, bool) {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "", UTF8, Windows1252, Latin1, utf16, UTF16LE, UTF16BE:
		return n, true
	case "utf8":
		return UTF8, true
	case "cp1252", "windows1252", "ansi":
		return Windows1252, true
	case "latin1", "latin-1", "iso8859-1":
		return Latin1, true
	}
	return "", false
}

// decode sets the reader that gives UTF-8.
func (t *Text) decode(format string, raw *bufio.Reader, declared string) error {
	head, err := raw.Peek(Window)
	if err != nil && !errors.Is(err, io.EOF) {
		return asError(format, err)
	}
	seen, mark := recognise(head)
	wrong := func(got string) error {
		return &decode.Error{Format: format, Offset: -1, Path: "encoding", Want: declared + ", as declared", Got: got, Fix: "correct the declared encoding, or leave it out"}
	}
	switch {
	case declared == "":
		t.Encoding, t.Detected = seen, true
	case strings.HasPrefix(declared, utf16):
		if !strings.HasPrefix(seen, utf16) || declared != utf16 && declared != seen {
			return wrong(seen)
		}
		t.Encoding = seen
	case strings.HasPrefix(seen, utf16) || mark > 0 && seen != declared:
		return wrong(seen)
	case declared != UTF8 && highUTF8(head):
		return wrong("UTF-8: its bytes above 0x7F form whole UTF-8 characters")
	default:
		t.Encoding = declared
	}
	if _, err := raw.Discard(mark); err != nil {
		return asError(format, err)
	}
	switch t.Encoding {
	case UTF8:
		t.Reader = raw
	case UTF16LE, UTF16BE:
		order := unicode.LittleEndian
		if t.Encoding == UTF16BE {
			order = unicode.BigEndian
		}
		t.Reader = &checked{r: decoded(unicode.UTF16(order, unicode.IgnoreBOM), raw), format: format, encoding: t.Encoding}
	default:
		var table encoding.Encoding = charmap.Windows1252
		if t.Encoding == Latin1 {
			table = charmap.ISO8859_1
		}
		t.Reader = &checked{r: decoded(table, &watch{r: raw, wrong: wrong}), format: format, encoding: t.Encoding}
	}
	return nil
}

func decoded(e encoding.Encoding, r io.Reader) io.Reader { return e.NewDecoder().Reader(r) }

// recognise gives the encoding that the beginning of a body shows and the length of its byte-order mark.
func recognise(head []byte) (name string, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, 2
	}
	// Text in UTF-16 without a mark: most characters of a table are ASCII, so every other byte is 0.
	var even, odd int
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	switch half := len(head) / 2; {
	case half > 3 && odd > half*3/4 && even == 0:
		return UTF16LE, 0
	case half > 3 && even > half*3/4 && odd == 0:
		return UTF16BE, 0
	case utf8.Valid(whole(head)):
		return UTF8, 0
	}
	return Windows1252, 0
}

// whole cuts off a character that the end of the window split.
func whole(head []byte) []byte {
	for i := 1; i <= 3 && i <= len(head); i++ {
		if c := head[len(head)-i]; utf8.RuneStart(c) {
			if c >= 0xc0 && !utf8.FullRune(head[len(head)-i:]) && len(head) >= Window {
				return head[:len(head)-i]
			}
			break
		}
	}
	return head
}

// highUTF8 tells whether a text has bytes above 0x7F and all of them form UTF-8 characters.
func highUTF8(head []byte) bool {
	return bytes.IndexFunc(head, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 && utf8.Valid(whole(head))
}

// watch lets bytes through and notices at the end that a body declared as one byte a character was UTF-8 all along.
// A letter such as å in windows-1252 is hardly ever followed by what would make it UTF-8, so one text is never both.
type watch struct {
	r         io.Reader
	wrong     func(string) error
	pending   []byte
	high, bad bool
}

func (w *watch) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if !w.bad {
		w.look(p[:n])
	}
	if errors.Is(err, io.EOF) && w.high && !w.bad && len(w.pending) == 0 {
		return n, w.wrong("UTF-8: its bytes above 0x7F form whole UTF-8 characters")
	}
	return n, err
}

func (w *watch) look(p []byte) {
	b := p
	if len(w.pending) > 0 {
		b = slices.Concat(w.pending, p)
	}
	w.pending = nil
	for len(b) > 0 {
		i := bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf })
		if i < 0 {
			return
		}
		b = b[i:]
		w.high = true
		if !utf8.FullRune(b) {
			w.pending = bytes.Clone(b)
			return
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			w.bad = true
			return
		}
		b = b[size:]
	}
}

// checked refuses what a table of characters does not define: the library writes U+FFFD for it, or a control character.
type checked struct {
	r        io.Reader
	format   string
	encoding string
	line     int
	last     [2]byte // the last two bytes given, so that a character split between two reads is seen
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	b := append(c.last[:len(c.last):len(c.last)], p[:n]...)
	if i := bytes.Index(b, []byte("\uFFFD")); i >= 0 {
		c.line += bytes.Count(b[2:max(i, 2)], []byte{'\n'})
		return 0, c.fault(fmt.Sprintf("bytes that are no character in %s", c.encoding))
	}
	if c.encoding == Latin1 {
		if i := control(b); i >= 0 {
			c.line += bytes.Count(b[2:max(i, 2)], []byte{'\n'})
			return 0, c.fault("a byte between 0x80 and 0x9F, which is a control character there and a letter or sign in windows-1252")
		}
	}
	c.line += bytes.Count(p[:n], []byte{'\n'})
	copy(c.last[:], b[len(b)-2:])
	var own *decode.Error
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &own) {
		err = asError(c.format, err)
	}
	return n, err
}

func control(b []byte) int {
	for i := 0; i+1 < len(b); i++ {
		if b[i] == 0xc2 && b[i+1] < 0xa0 {
			return i
		}
	}
	return -1
}

func (c *checked) fault(got string) error {
	return &decode.Error{Format: c.format, Line: c.line + 1, Offset: -1, Path: "encoding", Want: "text in " + c.encoding, Got: got, Fix: "declare the encoding that the file has"}
}
