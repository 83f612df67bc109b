package decode

import (
	"math"
	"strconv"
	"strings"
)

// Number reads a number written as JSON writes it (decimal point, no grouping). It is false for anything else and for
// what a float64 cannot hold, so NaN and the infinities never get in. The result is the nearest float64.
func Number(text string) (float64, bool) {
	i, negative := 0, false
	if i < len(text) && text[i] == '-' {
		negative = true
		i++
	}
	first := i
	var mantissa uint64
	for i < len(text) && text[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(text[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || digits > 1 && text[first] == '0' {
		return 0, false
	}
	decimals := 0
	if i < len(text) && text[i] == '.' {
		i++
		point := i
		for i < len(text) && text[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(text[i]-'0')
			i++
		}
		decimals = i - point
		if decimals == 0 {
			return 0, false
		}
	}
	if i < len(text) {
		return slowNumber(text, i)
	}
	// Up to 15 digits and the powers of ten to 22 are exact, so one division rounds once (Clinger 1990).
	if digits+decimals > 15 {
		return slowNumber(text, i)
	}
	value := float64(mantissa) / powersOfTen[decimals]
	if negative && value != 0 {
		value = -value
	}
	return value, true
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// slowNumber takes exponents and long mantissas; from is where the exponent begins, or the end.
func slowNumber(text string, from int) (float64, bool) {
	if i := from; i < len(text) {
		if text[i] != 'e' && text[i] != 'E' {
			return 0, false
		}
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		digits := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		if i == digits || i != len(text) {
			return 0, false
		}
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return 0, false
	}
	if value == 0 {
		return 0, true // "-0.0" is zero
	}
	return value, true
}

// NotFinite tells the words for not-a-number and infinity that programs write where a value should stand. Such a word is
// no missing symbol of a source but a fault of whoever wrote the payload.
func NotFinite(text string) bool {
	switch strings.ToLower(strings.TrimLeft(text, "+-")) {
	case "nan", "inf", "infinity":
		return true
	}
	return false
}
