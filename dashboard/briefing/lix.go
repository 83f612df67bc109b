package briefing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Readability is how hard a text is to read.
type Readability struct {
	Words, Sentences, Long int // Long are words of more than six letters
	LIX                    float64
}

// Read measures a plain text by läsbarhetsindex: words in a sentence, and long words in a hundred (Björnsson 1968). A text
// without words has index 0.
func Read(text string) Readability {
	var r Readability
	for line := range strings.Lines(text) {
		open := false
		for word := range strings.FieldsSeq(line) {
			bare := strings.TrimFunc(word, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
			if bare != "" {
				r.Words++
				open = true
				if utf8.RuneCountInString(bare) > 6 {
					r.Long++
				}
			}
			if open && strings.ContainsAny(lastOf(word), ".!?:") {
				r.Sentences++
				open = false
			}
		}
		if open {
			r.Sentences++ // a line of a list ends without a full stop
		}
	}
	if r.Words > 0 {
		r.LIX = float64(r.Words)/float64(max(r.Sentences, 1)) + 100*float64(r.Long)/float64(r.Words)
	}
	return r
}

func lastOf(word string) string {
	word = strings.TrimRight(word, `"”’)»`)
	if word == "" {
		return ""
	}
	c, _ := utf8.DecodeLastRuneInString(word)
	return string(c)
}
