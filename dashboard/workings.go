package dashboard

import (
	"regexp"
	"strconv"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
)

// What ingest writes beside a figure that the program has computed: every input with its indicator and release, and factors.
var (
	inputPattern  = regexp.MustCompile(`(-?[0-9]+(?:\.[0-9]+)?) \(([a-z0-9_]+), release ([0-9]+)\)`)
	factorPattern = regexp.MustCompile(`[×/] [0-9]{4,}\b`)
)

// workings writes how a figure was computed for a reader: numbers as the language writes them, and each indicator and release
// where it stands first. Programs get the text as it is kept. Other citations stay as they are.
func (s *Server) workings(citation string, lang schema.Lang) string {
	if !inputPattern.MatchString(citation) {
		return citation
	}
	seen := ""
	text := inputPattern.ReplaceAllStringFunc(citation, func(part string) string {
		m := inputPattern.FindStringSubmatch(part)
		number := inWords(m[1], lang)
		ind, ok := s.Catalogue.Indicator(m[2])
		from := m[2] + " " + m[3]
		if !ok || seen == from {
			return number
		}
		seen = from
		return number + " (" + lowerFirst(ind.Label.In(lang)) + schema.Text{SV: ", utgåva ", EN: ", release "}.In(lang) + m[3] + ")"
	})
	return factorPattern.ReplaceAllStringFunc(text, func(part string) string {
		sign, number, _ := strings.Cut(part, " ")
		return sign + " " + inWords(number, lang)
	})
}

// inWords writes a number that stands in a text with a point and without spaces; two decimals are enough to follow a sum.
func inWords(text string, lang schema.Lang) string {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	_, decimals, _ := strings.Cut(text, ".")
	return format.Number(v, min(len(decimals), 2), lang)
}
