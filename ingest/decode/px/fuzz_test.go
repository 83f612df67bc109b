package px

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// FuzzOpen: whatever comes, there is either an *decode.Error or a row for each combination of values, once and in
// order, with finite numbers.
func FuzzOpen(f *testing.F) {
	for _, text := range []string{
		two("", "1 2\n3.50 -4e1;\n"), two(`DATASYMBOL1=":";DATANOTECELL("1","*")="p";CELLNOTE("*","2023")="n";`, `"." ".." "-" 4;`),
		`STUB="a","b";HEADING="c";VALUES("a")="x","y";VALUES("b")="1","2";VALUES("c")="1";KEYS("a")=CODES;KEYS("b")=VALUES;DATA="y","1",1 "x","2",".." ;`,
		`LANGUAGE="sv";LANGUAGES="sv","en";STUB="a";STUB[en]="b";VALUES("a")="x","y";VALUES[en]("b")="p","q";CODES[en]("b")="y","x";DATA=1 2;`,
		`STUB="a";VALUES("a")="x","y","z";TIMEVAL("a")=TLIST(M1,"202311"-"202401");HIERARCHIES("a")="x","x":"y";DATA=1 2 3;`,
		"CODEPAGE=\"850\";STUB=\"\x86\";VALUES(\"\x86\")=\"\x84\";DATA=1;", "\ufeffSTUB=\"å\";VALUES(\"å\")=\"ä\";DATA=1;",
		`CONTVARIABLE="a";STUB="a";VALUES("a")="x";UNITS("x")="n";PRECISION("a","x")=2;DATA=1;`,
	} {
		f.Add(text, "")
		f.Add(text, "en")
	}
	limits := decode.Limits{MaxCells: 10_000, MaxCategories: 1000, MaxDimensions: 8, MaxFieldBytes: 2000}
	f.Fuzz(func(t *testing.T, text, language string) {
		r, err := OpenLanguage(strings.NewReader(text), limits, language)
		fault := func(err error) {
			var e *decode.Error
			if !errors.As(err, &e) || e.Format != format || len(err.Error()) > 4000 {
				t.Fatalf("%v", err)
			}
		}
		if err != nil {
			fault(err)
			return
		}
		dims := r.Dimensions()
		total := int64(1)
		for _, d := range dims {
			total *= int64(len(d.Categories))
		}
		var row decode.Row
		for n := int64(0); ; n++ {
			err := r.Next(&row)
			if errors.Is(err, io.EOF) {
				if n != total {
					t.Fatalf("%d rows, want %d", n, total)
				}
				return
			}
			if err != nil {
				fault(err)
				if again := r.Next(&row); again == nil {
					t.Fatal("a row after an error")
				}
				return
			}
			if math.IsNaN(row.Value) || math.IsInf(row.Value, 0) || !row.Has && (row.Value != 0 || row.Status == "") {
				t.Fatalf("%+v", row)
			}
			rest := n
			for d := len(dims) - 1; d >= 0; d-- {
				size := int64(len(dims[d].Categories))
				if want := dims[d].Categories[rest%size].Code; row.Codes[d] != want {
					t.Fatalf("row %d: code %q, want %q", n, row.Codes[d], want)
				}
				rest /= size
			}
		}
	})
}
