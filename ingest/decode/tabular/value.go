package tabular

import (
	"strings"
	"unicode"

	"utfall/ingest/decode"
)

// value reads a value cell and the flags beside it.
func (r *Reader) value(row *decode.Row, column int) error {
	row.Value, row.Has, row.Status, row.Note = 0, false, "", ""
	for _, n := range r.columns.note {
		row.Note = join(row.Note, r.cell(n))
	}
	for _, s := range r.columns.status {
		row.Status = join(row.Status, r.flag(r.cell(s)))
	}
	row.Text = r.cell(column)
	if row.Text == "" {
		if row.Text = r.cell(r.columns.text); row.Text != "" {
			row.Status = join(row.Text, row.Status)
		}
		return nil
	}
	if r.merged != nil && r.merged.Merged(column) {
		return r.fault(column+1, "a value of its own", "a merged cell, whose value stands for several rows", "split the merged cells")
	}
	if v, ok := r.source.Float(column); ok {
		row.Value, row.Has = v, true
		return nil
	}
	if r.missing[row.Text] {
		row.Status, row.Text = join(row.Text, row.Status), ""
		return nil
	}
	bare, marks := r.unmark(row.Text)
	v, ok := r.number.parse(bare)
	switch {
	case ok:
		row.Value, row.Has, row.Status = v, true, join(marks, row.Status)
	case bare == "" && marks != "", r.missing[bare]:
		row.Status, row.Text = join(row.Text, row.Status), ""
	case r.o.Guessed():
		row.Status = join(row.Text, row.Status)
	default:
		return r.fault(column+1, r.wantNumber(), decode.Quote(row.Text), "list the sign under missing, or correct decimal, thousands or marks")
	}
	return nil
}

// flag gives a flag without its label, and remembers what it means.
func (r *Reader) flag(text string) string {
	const most = 1000
	if r.o.CodeLabel == "" || text == "" {
		return text
	}
	code, label, ok := strings.Cut(text, r.o.CodeLabel)
	if !ok {
		return text
	}
	if r.meta.Status == nil {
		r.meta.Status = map[string]string{}
	}
	if len(r.meta.Status) < most {
		r.meta.Status[code] = shorten(label)
	}
	return code
}

func (r *Reader) wantNumber() string {
	want := `a number with the decimal sign "` + string(rune(r.number.decimal)) + `"`
	if r.number.thousands == "" {
		want += " and nothing between thousands"
	}
	return want
}

// unmark takes flags that are glued to a number off its end.
func (r *Reader) unmark(s string) (bare, marks string) {
	for again := true; again && len(r.o.Marks) > 0; {
		again = false
		for _, m := range r.o.Marks {
			if rest, ok := strings.CutSuffix(s, m); ok {
				s, marks, again = strings.TrimRightFunc(rest, unicode.IsSpace), join(m, marks), true
			}
		}
	}
	return s, marks
}
