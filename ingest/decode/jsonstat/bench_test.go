package jsonstat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"utfall/ingest/decode"
)

// large is a dataset of areas × 2 × 10 years with decimals and nulls, as SCB writes it.
func large(areas int, sparse bool) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString(`{"version":"2.0","class":"dataset","id":["Region","Kon","Tid"],"size":[` + strconv.Itoa(areas) + `,2,10],"dimension":{"Region":{"category":{"index":{`)
	for i := range areas {
		fmt.Fprintf(&b, `%s"%05d":%d`, comma(i), i, i)
	}
	b.WriteString(`}}},"Kon":{"category":{"index":["1","2"]}},"Tid":{"category":{"index":["2014","2015","2016","2017","2018","2019","2020","2021","2022","2023"]}}},"value":`)
	b.WriteString(map[bool]string{false: "[", true: "{"}[sparse])
	written := 0
	for i := range areas * 20 {
		text := strconv.FormatFloat(float64(random.IntN(1_000_000))/10, 'f', -1, 64)
		switch {
		case sparse && i%7 == 0:
			continue
		case sparse:
			fmt.Fprintf(&b, `%s"%d":%s`, comma(written), i, text)
		case i%11 == 0:
			b.WriteString(comma(i) + "null")
		default:
			b.WriteString(comma(i) + text)
		}
		written++
	}
	b.WriteString(map[bool]string{false: "]", true: "}"}[sparse] + `,"status":{"3":"p"}}`)
	return b.String()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func drain(text string) (rows int, sum float64, err error) {
	r, err := Open(strings.NewReader(text), decode.Limits{})
	if err != nil {
		return 0, 0, err
	}
	var row decode.Row
	for {
		switch err := r.Next(&row); {
		case errors.Is(err, io.EOF):
			return rows, sum, nil
		case err != nil:
			return rows, sum, err
		}
		rows++
		sum += row.Value
	}
}

// A payload of many blocks gives the values that encoding/json reads.
func TestLargeAgreesWithEncodingJSON(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		text := large(5000, sparse)
		rows, sum, err := drain(text)
		if err != nil || rows != 100_000 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		var all struct{ Value any }
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
		want := 0.0
		if list, ok := all.Value.([]any); ok {
			for _, v := range list {
				f, _ := v.(float64)
				want += f
			}
		} else {
			for i := range 100_000 {
				f, _ := all.Value.(map[string]any)[strconv.Itoa(i)].(float64)
				want += f
			}
		}
		if sum != want {
			t.Errorf("sparse %v: sum %v, want %v", sparse, sum, want)
		}
	}
}

func TestSparseFromTheEnd(t *testing.T) {
	const n = 50_000
	var b strings.Builder
	b.WriteString(`{"class":"dataset","id":["A"],"size":[` + strconv.Itoa(n) + `],"value":{`)
	for i := n - 1; i >= 0; i-- {
		fmt.Fprintf(&b, `%s"%d":%d.%s`, comma(n-1-i), i, i, strings.Repeat("0", 1+i%300))
	}
	b.WriteString(`},"dimension":{"A":{"category":{"index":[`)
	for i := range n {
		fmt.Fprintf(&b, `%s"%d"`, comma(i), i)
	}
	b.WriteString(`]}}}}`)
	for i, row := range all(t, mustOpen(t, b.String())) {
		if row.Value != float64(i) || row.Codes[0] != strconv.Itoa(i) || len(row.Text) != len(row.Codes[0])+2+i%300 {
			t.Fatalf("row %d: %+v", i, row)
		}
	}
}

// BenchmarkDecode prints how many times as fast the decoder is as encoding/json into any, both over the same bytes in
// this run, and the allocations per cell.
func BenchmarkDecode(b *testing.B) {
	for _, sparse := range []bool{false, true} {
		name := map[bool]string{false: "dense", true: "sparse"}[sparse]
		b.Run(name, func(b *testing.B) {
			text := large(50_000, sparse)
			body := []byte(text)
			b.SetBytes(int64(len(body)))
			var ours, theirs time.Duration
			var rows int
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				start := time.Now()
				n, _, err := drain(text)
				if err != nil {
					b.Fatal(err)
				}
				rows += n
				ours += time.Since(start)
			}
			runtime.ReadMemStats(&after)
			for i := 0; i < max(1, min(b.N, 5)); i++ {
				start := time.Now()
				var v any
				if err := json.Unmarshal(body, &v); err != nil {
					b.Fatal(err)
				}
				theirs += time.Since(start)
			}
			per := ours / time.Duration(b.N)
			b.ReportMetric(float64(theirs/time.Duration(max(1, min(b.N, 5))))/float64(per), "×encoding/json")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(rows), "allocs/cell")
			b.ReportMetric(float64(per.Nanoseconds())*float64(b.N)/float64(rows), "ns/cell")
		})
	}
}
