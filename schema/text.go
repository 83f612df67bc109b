package schema

import "fmt"

// Lang is a language that pages and files are written in.
type Lang string

// The languages of the program, Swedish first.
const (
	SV Lang = "sv"
	EN Lang = "en"
)

// Text is a text in Swedish and English.
type Text struct {
	SV string `yaml:"sv"`
	EN string `yaml:"en"`
}

// In gives the text in a language.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.SV
}

func (t Text) check(what string) error {
	if t.SV == "" || t.EN == "" {
		return fmt.Errorf("%s needs a text in both sv and en", what)
	}
	return nil
}
