package csvtab

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// benchSize is how large a file the benchmark makes: UTFALL_BENCH_CSV_MB, 128 by default. The bound on memory is shown
// with 1024.
func benchSize(b *testing.B) int64 {
	b.Helper()
	text := os.Getenv("UTFALL_BENCH_CSV_MB")
	if text == "" {
		return 128 << 20
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		b.Fatalf("UTFALL_BENCH_CSV_MB=%q: expected a number of megabytes", text)
	}
	return n << 20
}

// generate writes an SDMX-CSV file of at least size bytes and gives its number of rows.
func generate(b *testing.B, path string, size int64) (rows int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var n int64
	put := func(s string) {
		k, err := w.WriteString(s)
		if n += int64(k); err != nil {
			b.Fatal(err)
		}
	}
	put("DATAFLOW,LAST UPDATE,freq,unit,sex,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n")
	for ; n < size; rows++ {
		flag := ""
		if rows%7 == 0 {
			flag = "p"
		}
		put(fmt.Sprintf("ESTAT:DEMO(1.0),11/06/26 23:00:00,W,NR,%c,Y%d-%d,SE%03d,%d-W%02d,%d.%d,%s,\n", "TFM"[rows%3], rows%18*5, rows%18*5+4, rows%312, 2000+rows%26, 1+rows%52, rows, rows%10, flag))
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return rows
}

// peak gives the most memory that the process has held since reset, in MiB; 0 where the system does not tell.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}

func reset() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// A large file is decoded in memory that does not grow with it: prints the peak, and the ratio to encoding/csv.
func BenchmarkLargeFile(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.csv")
	size := benchSize(b)
	rows := generate(b, path, size)
	each := func(b *testing.B, read func(io.Reader) int) {
		b.SetBytes(size)
		reset()
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if n := read(f); n != rows {
				b.Fatalf("%d rows of %d", n, rows)
			}
			_ = f.Close()
		}
		b.ReportMetric(peak(), "peak-MiB")
	}
	b.Run("csvtab", func(b *testing.B) {
		each(b, func(f io.Reader) int {
			r, err := New(f, Options{Dialect: "sdmx-csv"}, decode.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			var row decode.Row
			n := 0
			for ; err == nil; n++ {
				err = r.Next(&row)
			}
			if !errors.Is(err, io.EOF) {
				b.Fatal(err)
			}
			return n - 1
		})
	})
	b.Run("baseline: encoding/csv and ParseFloat", func(b *testing.B) {
		each(b, func(f io.Reader) int {
			r := csv.NewReader(bufio.NewReaderSize(f, 256<<10))
			r.ReuseRecord = true
			n := -1 // the header
			for ; ; n++ {
				fields, err := r.Read()
				if errors.Is(err, io.EOF) {
					return n
				}
				if err != nil {
					b.Fatal(err)
				}
				if n >= 0 {
					if _, err := strconv.ParseFloat(fields[8], 64); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	})
}
