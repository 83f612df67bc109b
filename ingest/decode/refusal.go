package decode

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Refusal is the cause of an *Error where a service answered something else than data: an error body, a page for
// people, or word that the answer comes later. Find it with errors.As.
type Refusal struct {
	Status       int    // the HTTP status that the body names, 0 if it names none; the answer itself may still have been 200
	Code         string // the service's own code: "ERR_NOT_FOUND_4"
	Message      string
	HTML         bool // a web page
	Asynchronous bool // the query was too large for an answer at once (Eurostat's 413 inside a 200)
}

// Error gives the service's own words.
func (r *Refusal) Error() string {
	var b strings.Builder
	switch {
	case r.HTML:
		b.WriteString("the service answered a web page")
	case r.Asynchronous:
		b.WriteString("the service answers this query later, not now")
	default:
		b.WriteString("the service refused")
	}
	if r.Status != 0 {
		fmt.Fprintf(&b, ", status %d", r.Status)
	}
	if r.Code != "" {
		fmt.Fprintf(&b, ", %s", r.Code)
	}
	if r.Message != "" {
		fmt.Fprintf(&b, ": %s", r.Message)
	}
	return b.String()
}

// quoteRunes bounds what an error repeats of a payload.
const quoteRunes = 60

// Quote is text for the Got of an Error: quoted, and shortened where it is long.
func Quote(text string) string {
	cut, n := len(text), 0
	for i := range text {
		if n == quoteRunes {
			cut = i
			break
		}
		n++
	}
	for cut > 0 && cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	if cut < len(text) {
		return fmt.Sprintf("%q and more", text[:cut])
	}
	return fmt.Sprintf("%q", text)
}
