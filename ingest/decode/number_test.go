package decode

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestNumberAgreesWithStrconv(t *testing.T) {
	for _, text := range []string{"0", "-0", "1", "-1", "1.10", "111.757", "0.3", "123456789012345", "1234567890123456", "9007199254740993",
		"0.000000000000001", "1e5", "1E-5", "-2.5e+3", "99999999999999999999999999", "5e-324", "1.7976931348623157e308", "0.1234567890123456789"} {
		got, ok := Number(text)
		want, _ := strconv.ParseFloat(text, 64)
		if !ok || got != want {
			t.Errorf("Number(%q) = %v, %v; strconv gives %v", text, got, ok, want)
		}
	}
}

func TestNumberRefuses(t *testing.T) {
	for _, text := range []string{"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1,5", "1 000", "NaN", "Infinity", "-Inf", "0x10", "1_0", "1e999",
		"-1e999", "1.5.5", " 1", "1 ", "1e5x", "1\x00"} {
		if v, ok := Number(text); ok {
			t.Errorf("Number(%q) = %v, and it should be refused", text, v)
		}
	}
}

func TestNotFinite(t *testing.T) {
	for text, want := range map[string]bool{"NaN": true, "nan": true, "-Infinity": true, "+inf": true, "INF": true, "": false, "..": false, "-": false, "n": false, "1": false} {
		if got := NotFinite(text); got != want {
			t.Errorf("NotFinite(%q) = %v", text, got)
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("12.50")
	f.Add("-1e-7")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := Number(text)
		want, err := strconv.ParseFloat(text, 64)
		if ok && (err != nil || got != want || math.IsNaN(got) || math.IsInf(got, 0)) {
			t.Fatalf("Number(%q) = %v, strconv gives %v, %v", text, got, want, err)
		}
	})
}

func TestQuoteIsShort(t *testing.T) {
	long := Quote(strings.Repeat("å", 1000))
	if len(long) > 200 || !strings.HasSuffix(long, "and more") {
		t.Errorf("Quote gives %d bytes: %s", len(long), long)
	}
	if got := Quote("a\x00b"); got != `"a\x00b"` {
		t.Errorf("Quote = %s", got)
	}
	if got := Quote(strings.Repeat("\xff", 100)); !strings.HasSuffix(got, "and more") {
		t.Errorf("Quote of invalid UTF-8 = %s", got)
	}
}

func TestRefusalSpeaks(t *testing.T) {
	err := &Refusal{Status: 413, Code: "ASYNC", Message: "later", Asynchronous: true}
	if got := err.Error(); got != "the service answers this query later, not now, status 413, ASYNC: later" {
		t.Error(got)
	}
}
