package mapping

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"utfall/ingest/decode"
)

// Mapping beside the decoder that feeds it, over the same table: what the meaning of the codes costs.
func BenchmarkMapper(b *testing.B) {
	s, c := load(b, base)
	var table strings.Builder
	table.WriteString(header)
	for i := range 200_000 {
		fmt.Fprintf(&table, "%s;%d;%d;A;SV;%d;r\n", []string{"00", "14", "1480", "0180"}[i%4], 1950+i%70, 1+i%3, i%5000)
	}
	body := table.String()
	part := Part{Name: "t", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }}
	for b.Loop() {
		start := time.Now()
		r, err := open(s, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		var row decode.Row
		for err == nil {
			err = r.Next(&row)
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		alone := time.Since(start)
		start = time.Now()
		m := New(s, c, open, []Part{part})
		err = nil
		for err == nil {
			_, _, err = m.Next()
		}
		if !errors.Is(err, io.EOF) || m.Read() != 200_000 {
			b.Fatal(m.Read(), err)
		}
		b.ReportMetric(float64(time.Since(start))/float64(alone), "times-decoding-alone")
		b.ReportMetric(200_000/time.Since(start).Seconds(), "rows/s")
	}
}
