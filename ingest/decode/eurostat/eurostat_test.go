package eurostat

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// all gives every cell as "codes=value status".
func all(r io.Reader) (out []string, err error) {
	t, err := New(r, decode.Limits{})
	if err != nil {
		return nil, err
	}
	var row decode.Row
	for {
		err := t.Next(&row)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		v := ""
		if row.Has {
			v = fmt.Sprint(row.Value)
		}
		out = append(out, fmt.Sprintf("%s=%s[%s]%d:%d", strings.Join(row.Codes, ","), v, row.Status, row.Line, row.Column))
	}
}

const small = "freq,unit,geo\\TIME_PERIOD\t2020 \t2021 \t2022 \nA,NR,SE\t524 \t450 bd \t: c\nA,RT,EL\t-0.5 p\t: \t1.2E3 e\n"

func TestCells(t *testing.T) {
	want := "A,NR,SE,2020=524[]2:2|A,NR,SE,2021=450[bd]2:3|A,NR,SE,2022=[: c]2:4|A,RT,EL,2020=-0.5[p]3:2|A,RT,EL,2021=[:]3:3|A,RT,EL,2022=1200[e]3:4"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(small))
	_ = z.Close()
	for name, body := range map[string]string{"plain": small, "CRLF and BOM": "\ufeff" + strings.ReplaceAll(small, "\n", "\r\n"), "gzip that no header announced": zipped.String()} {
		got, err := all(strings.NewReader(body))
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %s, %v\nwant %s", name, strings.Join(got, "|"), err, want)
		}
	}
	r, _ := New(strings.NewReader(small), decode.Limits{})
	if d := r.Dimensions(); len(d) != 4 || d[2].Role != decode.RoleGeo || d[3].ID != "TIME_PERIOD" || d[3].Role != decode.RoleTime {
		t.Errorf("dimensions %+v", d)
	}
}

func TestFaults(t *testing.T) {
	head := "unit,geo\\time\t2020\t2021\n"
	for name, x := range map[string]struct{ text, says string }{
		"empty":             {"", "an empty payload"},
		"no dimensions":     {"a\tb\n", `line 1, column 1: expected dimensions joined by commas`},
		"a dimension twice": {"geo,geo\\time\t2020\n", "each once"},
		"no period":         {"unit,geo\\time\n", "at least one period"},
		"a period twice":    {"unit,geo\\time\t2020\t2020 \n", "line 1, column 3: expected each period once"},
		"a code missing":    {head + "SE\t1\t2\n", "line 2, column 1: expected 2 codes"},
		"a code too many":   {head + "NR,SE,X\t1\t2\n", "expected 2 codes"},
		"cut off":           {head + "NR,SE\t1\t2\nNR,DK\t1", "line 3: expected 3 columns, as in the header, found 2"},
		"no number":         {head + "NR,SE\t1\tx\n", "line 2, column 3: expected a number"},
		"decimal comma":     {head + "NR,SE\t1,5\t2\n", "line 2, column 2"},
		"NaN":               {head + "NR,SE\tNaN\t2\n", "column 2"},
		"two numbers":       {head + "NR,SE\t1 2\t2\n", "column 2"},
		"empty cell":        {head + "NR,SE\t\t2\n", "column 2"},
		"HTML":              {"<!DOCTYPE html><title>x</title>", "answered a web page"},
		"JSON":              {`{"error":[]}`, "found JSON"},
		"later":             {"123e4567-e89b-12d3-a456-426614174000\n", "later, not now"},
		"not UTF-8":         {head + "NR,S\xc5\t1\t2\n", "0xc5 is not UTF-8"},
		"UTF-16":            {"\xff\xfeu\x00", "utf-8, as declared, found utf-16le"},
		"damaged gzip":      {"\x1f\x8b\x08\x00\x00", "a whole gzip body"},
		"many dimensions":   {strings.Repeat("a", 1) + strings.Repeat(",b", 100) + "\\time\t2020\n", "at most 64 dimensions"},
	} {
		_, err := all(strings.NewReader(x.text))
		var e *decode.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
}

func TestShared(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "eurostat", "weekly_deaths_mock.tsv"))
	if err != nil {
		t.Skip("the shared payloads are not here:", err)
	}
	defer func() { _ = f.Close() }()
	got, err := all(f)
	want := "Y_LT5,F,NR,PL,2022W31=1[]2:2|Y_LT5,F,NR,PL,2022W30=2[]2:3|Y_LT5,F,NR,PL,2022W29=[:]2:4|" +
		"Y20-24,M,NR,DE,2022W31=100[p]3:2|Y20-24,M,NR,DE,2022W30=0[p]3:3|Y20-24,M,NR,DE,2022W29=[:]3:4|" +
		"TOTAL,T,NR,FR,2022W31=[:]4:2|TOTAL,T,NR,FR,2022W30=[:]4:3|TOTAL,T,NR,FR,2022W29=[:]4:4"
	if err != nil || strings.Join(got, "|") != want {
		t.Errorf("%s, %v", strings.Join(got, "|"), err)
	}
}

// Whatever the bytes: an end in bounded time, a *decode.Error, and every cell with as many codes as dimensions.
func FuzzReader(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("geo\\t\t1\nSE\t: "))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := New(bytes.NewReader(body), decode.Limits{MaxBytes: 1 << 20, MaxCells: 10_000})
		var row decode.Row
		for err == nil {
			if err = r.Next(&row); err == nil && len(row.Codes) != len(r.Dimensions()) {
				t.Errorf("%d codes", len(row.Codes))
			}
		}
		var e *decode.Error
		if !errors.Is(err, io.EOF) && !errors.As(err, &e) {
			t.Errorf("%T %v", err, err)
		}
	})
}
