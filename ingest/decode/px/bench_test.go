package px

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"utfall/ingest/decode"
)

// large is a file of areas × 2 × 100 ages in the stub and 10 years in the heading.
func large(areas int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("CHARSET=\"ANSI\";\nSTUB=\"region\",\"sex\",\"age\";\nHEADING=\"year\";\nVALUES(\"sex\")=\"men\",\"women\";\n")
	list := func(name string, n int, layout string) {
		fmt.Fprintf(&b, "VALUES(%q)=", name)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, layout, i)
		}
		b.WriteString(";\n")
	}
	list("region", areas, `"%04d"`)
	list("age", 100, `"%d"`)
	list("year", 10, `"20%02d"`)
	b.WriteString("DATA=\n")
	for range areas * 200 {
		for range 10 {
			if random.IntN(20) == 0 {
				b.WriteString(`".." `)
			} else {
				fmt.Fprintf(&b, "%d ", random.IntN(100_000))
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString(";\n")
	return b.String()
}

// BenchmarkDecode prints the decoder's speed and, beside it, that of bufio.Scanner over the same bytes in this run, by
// words (the same tokens, without making numbers of them) and by lines.
func BenchmarkDecode(b *testing.B) {
	text := large(500)
	b.SetBytes(int64(len(text)))
	var ours time.Duration
	var before, after runtime.MemStats
	cells := 0
	runtime.ReadMemStats(&before)
	for b.Loop() {
		start := time.Now()
		r, err := Open(strings.NewReader(text), decode.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		var row decode.Row
		for err = r.Next(&row); err == nil; err = r.Next(&row) {
			cells++
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		ours += time.Since(start)
	}
	runtime.ReadMemStats(&after)
	speed := func(took time.Duration, runs int) float64 {
		return float64(len(text)) * float64(runs) / took.Seconds() / 1e6
	}
	scan := func(split bufio.SplitFunc) float64 {
		runs := max(1, min(b.N, 10))
		start := time.Now()
		for range runs {
			s := bufio.NewScanner(strings.NewReader(text))
			s.Buffer(nil, 1<<20)
			s.Split(split)
			for s.Scan() {
				_ = s.Bytes()
			}
		}
		return speed(time.Since(start), runs)
	}
	words := scan(bufio.ScanWords)
	b.ReportMetric(speed(ours, b.N), "decode-MB/s")
	b.ReportMetric(words, "words-MB/s")
	b.ReportMetric(scan(bufio.ScanLines), "lines-MB/s")
	b.ReportMetric(speed(ours, b.N)/words, "×bufio.ScanWords")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(cells), "allocs/cell")
}
