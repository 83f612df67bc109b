// Package payload makes text of a body as it was received: it undoes gzip that no header announced, bounds the bytes,
// turns any declared or recognised encoding into UTF-8 and tells a page of HTML from a table. It serves the decoders,
// does no I/O of its own beyond the reader it is given, and imports decode, compression and text encodings only.
package payload

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"

	"utfall/ingest/decode"
)

// Window is how many bytes of a body are looked at before anything is read.
const Window = 64 << 10

// Text is a body as UTF-8 without a byte-order mark.
type Text struct {
	io.Reader
	Head     []byte // the first bytes of the text, at most Window
	Encoding string // utf-8, windows-1252, iso-8859-1, utf-16le or utf-16be
	Detected bool   // the encoding was recognised, not declared
	Gzipped  bool
}

// Open reads the beginning of a body. encoding is a declared one, or "" to have it recognised: by a byte-order mark, by
// the pattern of UTF-16, as UTF-8 where the beginning is valid UTF-8, else as windows-1252. A declared encoding that the
// bytes contradict is an error. format stands in errors, which are *decode.Error.
func Open(format string, body io.Reader, encoding string, maxBytes int64) (*Text, error) {
	name, ok := canonical(encoding)
	if !ok {
		return nil, &decode.Error{Format: format, Offset: -1, Path: "encoding", Want: "utf-8, windows-1252, iso-8859-1, utf-16, utf-16le or utf-16be", Got: decode.Quote(encoding)}
	}
	raw, gzipped, err := gunzip(format, limit(format, body, maxBytes), maxBytes)
	if err != nil {
		return nil, err
	}
	t := &Text{Gzipped: gzipped}
	if err := t.decode(format, raw, name); err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(t.Reader, Window)
	head, err := text.Peek(Window)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, asError(format, err)
	}
	t.Reader, t.Head = text, bytes.Clone(head)
	return t, nil
}

func gunzip(format string, body io.Reader, maxBytes int64) (*bufio.Reader, bool, error) {
	raw := bufio.NewReaderSize(body, Window)
	magic, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, asError(format, err)
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return raw, false, nil
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		return nil, true, damaged(format, err)
	}
	return bufio.NewReaderSize(limit(format, gzipReader{format, z}, maxBytes), Window), true, nil
}

type gzipReader struct {
	format string
	z      *gzip.Reader
}

func (g gzipReader) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	var own *decode.Error
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &own) {
		err = damaged(g.format, err)
	}
	return n, err
}

func damaged(format string, err error) error {
	return &decode.Error{Format: format, Offset: -1, Want: "a whole gzip body", Got: "a damaged one", Fix: "fetch the payload again", Err: err}
}

// limited ends with an error, not with io.EOF, where a body is larger than it may be.
type limited struct {
	r      io.Reader
	left   int64
	most   int64
	format string
}

func limit(format string, r io.Reader, most int64) io.Reader {
	return &limited{r: r, left: most, most: most, format: format}
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &decode.Error{Format: l.format, Offset: l.most, Want: fmt.Sprintf("at most %d bytes", l.most), Got: "more",
			Fix: "ask the source for less, or raise the limit"}
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		n--
		err = nil
	}
	return n, err
}

// asError gives every error of a body the shape that decoders promise.
func asError(format string, err error) error {
	var own *decode.Error
	if errors.As(err, &own) {
		return own
	}
	return &decode.Error{Format: format, Offset: -1, Want: "a body that can be read to its end", Fix: "fetch the payload again", Err: err}
}

// Kind names what a text plainly is, where it is something other than a delimited table: "an HTML page", "JSON". It gives
// "" for anything else. Decoders use it to say what came instead of what they expected.
func Kind(head []byte) string {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for _, k := range []struct{ prefix, is string }{
		{"PK\x03\x04", "a ZIP file, such as an XLSX workbook"}, {"%PDF-", "a PDF"}, {"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or an encrypted one"},
		{"PAR1", "a Parquet file"}, {"\x28\xb5\x2f\xfd", "a zstd file"}, {"\x1f\x8b", "a gzip file"},
	} {
		if bytes.HasPrefix(head, []byte(k.prefix)) {
			return k.is
		}
	}
	text := bytes.TrimLeft(head[:min(len(head), 4096)], " \t\r\n")
	lower := strings.ToLower(string(text[:min(len(text), 256)]))
	switch {
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"), strings.HasPrefix(lower, "<body"):
		return "an HTML page"
	case strings.HasPrefix(lower, "<?xml") && strings.Contains(lower, "<html"):
		return "an HTML page"
	case strings.HasPrefix(lower, "<?"), strings.HasPrefix(lower, "<!"), len(lower) > 1 && lower[0] == '<' && lower[1] >= 'a' && lower[1] <= 'z':
		return "XML"
	case strings.HasPrefix(lower, `{"`), strings.HasPrefix(lower, "[{"), strings.HasPrefix(lower, "{\n"), strings.HasPrefix(lower, "{ "), lower == "[]", lower == "{}":
		return "JSON"
	}
	return ""
}

// IsUUID tells whether a text is nothing but a UUID: how Eurostat says that the answer will come later.
func IsUUID(head []byte) bool {
	s := strings.ToLower(strings.Trim(string(head[:min(len(head), 64)]), " \t\r\n\""))
	if len(s) != 36 || len(head) > 64 {
		return false
	}
	for i, c := range s {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdef", c) {
			return false
		}
	}
	return true
}
