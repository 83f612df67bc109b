package payload

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"utfall/ingest/decode"
)

func TestKind(t *testing.T) {
	for text, want := range map[string]string{
		"<!DOCTYPE html>": "an HTML page", " \n<HTML><body>": "an HTML page", `<?xml version="1.0"?><html xmlns="x">`: "an HTML page", `<?xml version="1.0"?><a/>`: "XML",
		"<message:Error>": "XML", `{"a":1}`: "JSON", "[{\"a\":1}]": "JSON", "[]": "JSON", "PK\x03\x04": "a ZIP file, such as an XLSX workbook", "%PDF-1.7": "a PDF", "\ufeff{\"a\":1}": "JSON",
		"a,b\n": "", "<25,25-34\n": "", "[a],b\n": "", "": "", "kod;värde": "",
	} {
		if got := Kind([]byte(text)); got != want {
			t.Errorf("Kind(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIsUUID(t *testing.T) {
	for text, want := range map[string]bool{
		"123e4567-e89b-12d3-a456-426614174000": true, "\"123E4567-E89B-12D3-A456-426614174000\"\r\n": true, "123e4567-e89b-12d3-a456-42661417400": false,
		"123e4567-e89b-12d3-a456-42661417400g": false, "123e4567e-89b-12d3-a456-426614174000": false, "123e4567-e89b-12d3-a456-426614174000,1\n": false, "": false,
	} {
		if got := IsUUID([]byte(text)); got != want {
			t.Errorf("IsUUID(%q) = %v", text, got)
		}
	}
}

// The text is the same however the reader below hands the bytes out, and its errors keep their cause.
func TestOpenReadsInAnyPieces(t *testing.T) {
	const text = "ort;värde\nMalmö;1\nÅmål;2\n"
	single := strings.NewReplacer("ö", "\xf6", "ä", "\xe4", "Å", "\xc5", "å", "\xe5").Replace(text)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(single))
	_ = z.Close()
	for name, body := range map[string]string{"UTF-8": text, "windows-1252": single, "gzip": zipped.String()} {
		for _, in := range []io.Reader{strings.NewReader(body), iotest.OneByteReader(strings.NewReader(body)), iotest.DataErrReader(strings.NewReader(body))} {
			x, err := Open("x", in, "", 1<<20)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := io.ReadAll(x)
			if err != nil || string(got) != text || string(x.Head) != text {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	broken := errors.New("the line was cut")
	x, err := Open("x", io.MultiReader(strings.NewReader(strings.Repeat(single, 10_000)), iotest.ErrReader(broken)), "", 1<<30)
	if err == nil {
		_, err = io.Copy(io.Discard, x)
	}
	var own *decode.Error
	if !errors.Is(err, broken) || !errors.As(err, &own) {
		t.Errorf("%T %v", err, err)
	}
	if _, err := Open("x", strings.NewReader(strings.Repeat("a", 2000)), "", 1000); err == nil || !strings.Contains(err.Error(), "at most 1000 bytes") {
		t.Errorf("%v", err)
	}
}
