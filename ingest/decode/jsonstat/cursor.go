package jsonstat

import "utfall/ingest/decode"

// cursor walks over cells from the first to the last.
type cursor struct {
	cells   *cells
	segment int
	off     int
	next    int // index into cells.at
}

// at gives the value at position i; positions have to rise from call to call. number is false for a string that is
// none, and for no value at all, where text is empty.
func (w *cursor) at(i int64) (text string, value float64, number bool) {
	if w.cells.sparse {
		if w.next >= len(w.cells.at) || w.cells.at[w.next] != i {
			return "", 0, false
		}
		w.next++
	}
	tag, text, value, known := w.take()
	if tag > tagLong {
		return text, 0, false
	}
	if !known {
		value, _ = decode.Number(text)
	}
	return text, value, true
}

// take gives the next cell; known tells whether value is its number already.
func (w *cursor) take() (tag byte, text string, value float64, known bool) {
	for w.off >= len(w.cells.segments[w.segment].text) {
		w.segment++
		w.off = 0
	}
	s := &w.cells.segments[w.segment]
	if s.raw {
		return w.raw(s.text)
	}
	tag = s.text[w.off]
	w.off++
	n := int(tag)
	switch tag {
	case tagNull:
		return tag, "", 0, false
	case tagLong, tagText:
		n = w.length(s.text)
	}
	text = s.text[w.off : w.off+n]
	w.off += n
	return tag, text, 0, false
}

// raw takes a cell out of a piece of the payload. The loops of run.go have checked every byte of it.
func (w *cursor) raw(text string) (tag byte, number string, value float64, known bool) {
	i := space(text, w.off+1)
	if w.cells.sparse {
		for text[i] != ':' {
			i++
		}
		i = space(text, i+1)
	}
	if text[i] == 'n' {
		w.off = i + len("null")
		return tagNull, "", 0, false
	}
	from := i
	if text[i] == '-' {
		i++
	}
	var mantissa uint64
	first, point := i, -1
	for ; i < len(text); i++ {
		if d := text[i] - '0'; d <= 9 {
			mantissa = mantissa*10 + uint64(d)
		} else if text[i] == '.' {
			point = i
		} else {
			break
		}
	}
	w.off = i
	number = text[from:i]
	digits, decimals := i-first, 0
	if point >= 0 {
		digits--
		decimals = i - point - 1
	}
	if digits > 15 {
		return 0, number, 0, false
	}
	value = float64(mantissa) / powersOfTen[decimals] // both exact, so rounded once (Clinger 1990)
	if first > from && value != 0 {
		value = -value
	}
	return 0, number, value, true
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func (w *cursor) length(text string) int {
	n := 0
	for shift := 0; ; shift += 7 {
		b := text[w.off]
		w.off++
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
}
