package schema

import (
	"strings"
	"testing"
)

func TestAges(t *testing.T) {
	for code, want := range map[string][2]int{"TOT": {0, -1}, "0": {0, 0}, "18": {18, 18}, "15-64": {15, 64}, "21+": {21, -1}, "0-14": {0, 14}} {
		a, err := ParseAge(code)
		if err != nil || a.From != want[0] || a.To != want[1] || a.String() != code {
			t.Errorf("%s: %+v, %v", code, a, err)
		}
	}
	for _, code := range []string{"", "tot", "64-15", "15-15", "15-", "-15", "015", "15–64", "+", "121", "15+ ", "1,5"} {
		if a, err := ParseAge(code); err == nil || !strings.Contains(err.Error(), "write TOT, 15-64, 21+ or 18") {
			t.Errorf("%q became %+v, %v", code, a, err)
		}
	}
}

func TestSex(t *testing.T) {
	for _, code := range []string{"T", "F", "M"} {
		if s, err := ParseSex(code); err != nil || string(s) != code {
			t.Errorf("%s: %v, %v", code, s, err)
		}
	}
	for _, code := range []string{"", "K", "t", "1+2"} {
		if _, err := ParseSex(code); err == nil {
			t.Errorf("%q was taken", code)
		}
	}
}

func TestFlags(t *testing.T) {
	got, err := ParseFlags("derived  provisional derived")
	if err != nil || got != "provisional derived" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ParseFlags("provisional guessed"); err == nil || !strings.Contains(err.Error(), `flag "guessed" is not known`) {
		t.Error(err)
	}
	if !HasFlag(got, Derived) || HasFlag(got, Rounded) || HasFlag("", Rounded) || HasFlag("provisionally", Provisional) {
		t.Error("HasFlag does not compare whole words")
	}
}

func TestMissing(t *testing.T) {
	for _, m := range append(MissingReasons(), Present) {
		if got, err := ParseMissing(string(m)); err != nil || got != m {
			t.Errorf("%s: %v, %v", m, got, err)
		}
	}
	if _, err := ParseMissing("n/a"); err == nil {
		t.Error("n/a was taken")
	}
}
