package briefing

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"utfall/schema"
)

// Term is a word that a member need not know.
type Term struct {
	ID      string      `yaml:"id"`
	Forms   Forms       `yaml:"forms"`   // as it stands in texts, the first as the glossary has it
	Meaning schema.Text `yaml:"meaning"` // a sentence or two
	Source  string      `yaml:"source"`
}

// Forms are the forms of a term in each language.
type Forms struct {
	SV []string `yaml:"sv"`
	EN []string `yaml:"en"`
}

// In gives the forms in a language.
func (f Forms) In(l schema.Lang) []string {
	if l == schema.EN {
		return f.EN
	}
	return f.SV
}

// Glossary is every term that the program explains.
func Glossary() ([]Term, error) {
	var list []Term
	doc, err := schema.ReadDocument(embedded, "words/glossary.yaml", &list)
	if err != nil {
		return nil, err
	}
	for i, t := range list {
		if t.ID == "" || len(t.Forms.SV) == 0 || len(t.Forms.EN) == 0 || t.Meaning.SV == "" || t.Meaning.EN == "" {
			return nil, fmt.Errorf("%s: a term needs id, forms and meaning in sv and en", doc.At(i))
		}
	}
	return list, nil
}

// markup is what a term is not looked for in: tags, and everything inside headings, links, charts and tables.
var markup = regexp.MustCompile(`(?s)<(h[1-6]|a|svg|table|abbr)\b.*?</(?:h[1-6]|a|svg|table|abbr)>|<[^>]*>`)

// Explain marks the first use of each term in a run of HTML texts with a link to the glossary, and gives the terms that
// were used, in the order of the alphabet.
func Explain(texts []*string, terms []Term, lang schema.Lang) []Term {
	var used []Term
	for _, t := range terms {
		for _, text := range texts {
			marked, ok := mark(*text, t, lang)
			if ok {
				*text = marked
				used = append(used, t)
				break
			}
		}
	}
	slices.SortFunc(used, func(a, b Term) int {
		return cmp.Compare(strings.ToLower(a.Forms.In(lang)[0]), strings.ToLower(b.Forms.In(lang)[0]))
	})
	return used
}

// mark links the first form of a term that stands in the words of a text.
func mark(html string, t Term, lang schema.Lang) (string, bool) {
	from := 0
	for _, tag := range append(markup.FindAllStringIndex(html, -1), []int{len(html), len(html)}) {
		words := html[from:tag[0]]
		if i, n := firstForm(words, t.Forms.In(lang)); i >= 0 {
			i += from
			return html[:i] + `<a class="term" href="#ord-` + t.ID + `">` + html[i:i+n] + `</a>` + html[i+n:], true
		}
		from = tag[1]
	}
	return html, false
}

// firstForm finds the first place where a form stands as a whole word.
func firstForm(text string, forms []string) (at, length int) {
	at = -1
	lower := strings.Map(unicode.ToLower, text)
	if len(lower) != len(text) {
		lower = text
	}
	for _, form := range forms {
		want := strings.Map(unicode.ToLower, form)
		for start := 0; ; {
			i := strings.Index(lower[start:], want)
			if i < 0 {
				break
			}
			i += start
			if whole(lower, i, i+len(want)) {
				if at < 0 || i < at {
					at, length = i, len(want)
				}
				break
			}
			start = i + len(want)
		}
	}
	return at, length
}

func whole(s string, from, to int) bool {
	before, after := rune(' '), rune(' ')
	for _, r := range s[:from] {
		before = r
	}
	for _, r := range s[to:] {
		after = r
		break
	}
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return !letter(before) && !letter(after)
}
