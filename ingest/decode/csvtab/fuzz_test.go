package csvtab

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"utfall/ingest/decode"
	"utfall/ingest/decode/tabular"
)

// Whatever the bytes and the options: an end in bounded time, a *decode.Error, every cell with as many codes and labels as
// dimensions, and no value that is no number.
func FuzzReader(f *testing.F) {
	f.Add([]byte("kod;value;flag\nMalm\xf6;1 234,5;p\nb;..;\n"), uint16(0), ";", ",", "space", "")
	f.Add([]byte("a,,b,\n,x,,y\n1,2,3,4\n\nKälla: x\n"), uint16(0x155), "", "", "", "")
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00"), uint16(3), "", "", "", "utf-16")
	f.Add([]byte("GHO,YEAR,Numeric,Display Value\nX,2010,,<0.1\n"), uint16(0x200), "", "", "", "")
	f.Add([]byte("\"Notes\"\t\"State\"\tDeaths\n\t\"A\"\t5\n\"---\"\nx\n"), uint16(0x400), "tab", "", "", "")
	f.Add([]byte("123e4567-e89b-12d3-a456-426614174000"), uint16(0x600), "", "", "", "")
	f.Fuzz(func(t *testing.T, body []byte, bits uint16, delimiter, decimal, thousands, encoding string) {
		o := Options{Delimiter: delimiter, Encoding: encoding, Options: tabular.Options{Decimal: decimal, Thousands: thousands, Skip: int(bits & 3), HeaderRows: int(bits >> 2 & 3),
			GluedDigits: bits>>4&1 == 1, FooterShort: bits>>5&1 == 1, Missing: []string{".."}, Marks: []string{"*", "%"}}}
		if bits>>6&1 == 1 {
			o.Wide = &tabular.Wide{From: "b"}
		}
		if bits>>7&1 == 1 {
			o.CodeLabel = ": "
		}
		if n := int(bits >> 9 & 7); n > 0 {
			o.Dialect = Dialects()[n%len(Dialects())]
		}
		r, err := New(bytes.NewReader(body), o, decode.Limits{MaxBytes: 1 << 20, MaxCells: 10_000})
		var row decode.Row
		for err == nil {
			if err = r.Next(&row); err != nil {
				break
			}
			if n := len(r.Dimensions()); len(row.Codes) != n || len(row.Labels) != n || row.Line < 1 || row.Column < 1 {
				t.Errorf("%+v for %d dimensions", row, n)
			}
			if row.Has && (math.IsNaN(row.Value) || math.IsInf(row.Value, 0)) {
				t.Errorf("value %v of %q", row.Value, row.Text)
			}
		}
		var e *decode.Error
		if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
			t.Errorf("%T %v", err, err)
		}
	})
}
