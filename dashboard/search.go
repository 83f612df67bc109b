package dashboard

import (
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"utfall/schema"
)

// matches tells whether every word of a search stands in an indicator's label, definition or id, whatever its accents.
func matches(ind schema.Indicator, search string) bool {
	text := fold(ind.Label.SV + " " + ind.Label.EN + " " + ind.Definition.SV + " " + ind.Definition.EN + " " + ind.ID)
	for w := range strings.FieldsSeq(fold(search)) {
		if !strings.Contains(text, w) && !misspelt(text, w) {
			return false
		}
	}
	return true
}

// misspelt tells whether a word stands in a text but for a slip: one letter in a word of five or more, two in one of nine
// or more. Swedish compounds are long, so the beginning of a word is enough.
func misspelt(text, word string) bool {
	slips := len(word) / 5
	if slips > 2 {
		slips = 2
	}
	if slips == 0 {
		return false
	}
	for t := range strings.FieldsSeq(text) {
		for n := len(word) - slips; n <= len(word)+slips; n++ {
			if n <= len(t) && levenshtein.ComputeDistance(t[:n], word) <= slips {
				return true
			}
		}
	}
	return false
}

var folded = strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u", "ø", "o", "æ", "a", "-", " ", "_", " ")

func fold(s string) string {
	return folded.Replace(strings.Map(unicode.ToLower, s))
}
