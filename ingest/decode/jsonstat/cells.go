package jsonstat

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// cells keeps values as they were written, in segments. Most segments are a piece of the payload itself, as it was read
// and cut at the cells' borders; what is less plain than numbers and nulls is written anew, a tag and then the text.
// Either way a cell's text is a part of a segment and costs nothing.
type cells struct {
	segments []segment
	open     strings.Builder // the tagged segment that is being written
	count    int64

	given  bool    // a value member was there
	sparse bool    // it was an object
	at     []int64 // of a sparse object: the position of each cell
	sorted bool    // at rises
}

type segment struct {
	text string
	raw  bool // ",1,2.5,null" or `,"0":1,"7":2.5` out of the payload; otherwise tagged cells
}

// Tags below tagLong are the length of a number's text.
const (
	tagLong byte = 253 + iota // a number of this many bytes or more: the length follows
	tagText                   // a string that is no number: the length follows
	tagNull
)

const blockBytes = 64 << 10

func (c *cells) put(tag byte, text string) {
	if c.open.Len()+len(text)+binary.MaxVarintLen64+1 > c.open.Cap() {
		c.close()
		c.open.Grow(min(max(blockBytes, len(text)+binary.MaxVarintLen64+1), max(1024, 2*len(text))<<min(len(c.segments), 6)))
	}
	c.open.WriteByte(tag)
	if tag == tagLong || tag == tagText {
		c.open.Write(binary.AppendUvarint(nil, uint64(len(text))))
	}
	c.open.WriteString(text)
	c.count++
}

func (c *cells) number(text string) {
	if len(text) < int(tagLong) {
		c.put(byte(len(text)), text)
		return
	}
	c.put(tagLong, text)
}

// close ends the tagged segment that is being written.
func (c *cells) close() {
	if c.open.Len() > 0 {
		c.segments = append(c.segments, segment{text: c.open.String()})
	}
	c.open = strings.Builder{}
}

// keep adds a piece of the payload with n cells. Such a segment holds on to the block that it is a piece of, so the
// cells of a short one are written anew.
func (c *cells) keep(text string, n int64) {
	const short = 1024
	if len(text) > short {
		c.close()
		c.segments = append(c.segments, segment{text: text, raw: true})
		c.count += n
		return
	}
	walk := cursor{cells: c}
	for range n {
		tag, text, _, _ := walk.raw(text)
		c.again(tag, text)
	}
}

// again writes a cell that a cursor took.
func (c *cells) again(tag byte, text string) {
	if tag <= tagLong {
		c.number(text)
		return
	}
	c.put(tag, text)
}

// read takes the value member: an array, or an object from position to value.
func (c *cells) read(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	c.given, c.sorted = true, true
	switch kind {
	case jsonscan.Array:
		if err = s.EnterArray(); err == nil {
			err = c.readArray(s)
		}
	case jsonscan.Object:
		c.sparse = true
		if err = s.EnterObject(); err == nil {
			err = c.readObject(s)
		}
	case jsonscan.Null:
		c.given = false
		err = s.Skip()
	default:
		return s.Mismatch("an array of values, or an object from position to value", kind)
	}
	c.close()
	return err
}

func (c *cells) readArray(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxCells
	for {
		more, err := s.More()
		if err != nil || !more {
			return err
		}
		if c.count >= limit {
			return tooMany(s, limit)
		}
		if err := c.cell(s); err != nil {
			return err
		}
		text := s.Window()
		n, count := run(text, limit-c.count)
		c.keep(text[:n], count)
		s.Advance(n)
	}
}

func (c *cells) readObject(s *jsonscan.Scanner) error {
	limit := s.Limits().MaxCells
	last := int64(-1)
	for {
		key, ok, err := s.NextKey()
		if err != nil || !ok {
			return err
		}
		if c.count >= limit {
			return tooMany(s, limit)
		}
		at, err := position(s, key)
		if err != nil {
			return err
		}
		if at == last {
			return s.Fault("each position once", fmt.Sprintf("position %d twice", at), "")
		}
		c.sorted = c.sorted && at > last
		last = at
		c.at = append(c.at, at)
		if err := c.cell(s); err != nil {
			return err
		}
		text := s.Window()
		n, count := c.sparseRun(text, limit-c.count, last)
		c.keep(text[:n], count)
		s.Advance(n)
		last = c.at[len(c.at)-1]
	}
}

func tooMany(s *jsonscan.Scanner, limit int64) error {
	return s.Fault(fmt.Sprintf("at most %d cells", limit), "more", "split the query")
}

// position reads the key of a sparse object: a whole number from 0, written in one way only.
func position(s *jsonscan.Scanner, key string) (int64, error) {
	var at int64
	for _, c := range []byte(key) {
		if c < '0' || c > '9' {
			at = -1
			break
		}
		at = at*10 + int64(c-'0')
	}
	if key == "" || len(key) > 18 || at < 0 || key[0] == '0' && len(key) > 1 {
		return 0, s.Fault("the position of a cell, counted from 0, as name", decode.Quote(key), "")
	}
	return at, nil
}

func (c *cells) cell(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case jsonscan.Number:
		text, err := s.Number()
		if err != nil {
			return err
		}
		if len(text) > 300 || strings.IndexByte(text, 'e') >= 0 || strings.IndexByte(text, 'E') >= 0 {
			if _, ok := decode.Number(text); !ok {
				return s.Fault("a number that a 64-bit float can hold", decode.Quote(text), "")
			}
		}
		c.number(text)
	case jsonscan.Null:
		if _, err := s.Literal(); err != nil {
			return err
		}
		c.put(tagNull, "")
	case jsonscan.String:
		text, err := s.Text()
		if err != nil {
			return err
		}
		if _, ok := decode.Number(text); ok {
			c.number(text)
		} else if decode.NotFinite(text) {
			return s.Fault("a number or null", decode.Quote(text), "not a number is no value; the source has to write null")
		} else {
			c.put(tagText, text)
		}
	default:
		return s.Mismatch("a number, a string or null", kind)
	}
	return nil
}

// check holds the values against the number of cells and puts a sparse object into order.
func (c *cells) check(total int64) error {
	if !c.sparse {
		if c.count != total {
			return &decode.Error{Format: format, Offset: -1, Path: "value", Want: fmt.Sprintf("%d values, the product of the sizes", total),
				Got: strconv.FormatInt(c.count, 10), Fix: "the payload is damaged or does not fit its dimensions; fetch it again"}
		}
		return nil
	}
	if !c.sorted {
		c.sort()
	}
	for i, at := range c.at {
		if at >= total {
			return &decode.Error{Format: format, Offset: -1, Path: "value", Want: fmt.Sprintf("positions below %d, the product of the sizes", total),
				Got: strconv.FormatInt(at, 10)}
		}
		if i > 0 && at == c.at[i-1] {
			return &decode.Error{Format: format, Offset: -1, Path: "value", Want: "each position once", Got: fmt.Sprintf("position %d twice", at)}
		}
	}
	return nil
}

// sort rewrites the cells in the order of their positions.
func (c *cells) sort() {
	type place struct {
		at   int64
		text string
		tag  byte
	}
	places := make([]place, 0, len(c.at))
	walk := cursor{cells: c}
	for _, at := range c.at {
		tag, text, _, _ := walk.take()
		places = append(places, place{at, text, tag})
	}
	slices.SortStableFunc(places, func(a, b place) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	c.segments, c.count = nil, 0
	for i, p := range places {
		c.at[i] = p.at
		c.again(p.tag, p.text)
	}
	c.close()
	c.sorted = true
}
