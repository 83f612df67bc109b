// Package bench measures what was promised, as ratios against a baseline run beside each on the same machine.
package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/internal/engine"
	"utfall/internal/freeport"
	"utfall/schema"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const program = "../../bin/utfall"

// generate writes a tidy delivery of n rows, every cell once, and gives its path.
func generate(b testing.TB, dir string, n int) string {
	b.Helper()
	c, err := schema.Load()
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, "generated.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "indicator,variant,area,period,sex,age,value,unit,missing,flags,source,citation")
	var areas []string
	for _, a := range c.Areas.All() {
		if strings.HasPrefix(a.Code, "SE") {
			areas = append(areas, a.Code)
		}
	}
	row := make([]byte, 0, 200)
	for i := 0; i < n; {
		for _, area := range areas {
			for month := 0; month < 360 && i < n; month++ {
				for _, sex := range []string{"T", "F", "M"} {
					row = append(row[:0], "homicide_victims,,"...)
					row = append(append(row, area...), ',')
					row = strconv.AppendInt(row, int64(1990+month/12), 10)
					row = append(row, '-', byte('0'+(month%12+1)/10), byte('0'+(month%12+1)%10), ',')
					row = append(append(row, sex...), ',')
					row = strconv.AppendInt(row, int64(15+i/(len(areas)*360*3)), 10)
					row = append(row, ',')
					row = strconv.AppendInt(row, int64(i*7919%1000), 10)
					row = append(row, ",deaths,,,Producer,Generated for the benchmark\n"...)
					if _, err := w.Write(row); err != nil {
						b.Fatal(err)
					}
					if i++; i == n {
						break
					}
				}
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func rows() int {
	if n, err := strconv.Atoi(os.Getenv("UTFALL_BENCH_ROWS")); err == nil {
		return n
	}
	return 5_000_000
}

// BenchmarkIngest takes a generated delivery in with the program, and has the engine insert the same file into a table
// with the same columns. ratio is the program's rows per second over the engine's.
func BenchmarkIngest(b *testing.B) {
	dir := b.TempDir()
	e, err := engine.Start(context.Background(), engine.Options{DataDir: dir, FileAccess: true, MemoryLimit: 4 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = e.Stop(context.Background()) }()
	n := rows()
	path := generate(b, e.Files(), n)
	for b.Loop() {
		started := time.Now()
		cmd := exec.Command(program, "ingest", "--verbose", "--data-dir", dir, "--file", path, "--published-by", "nobody, generated", "--dataset", "bench/generated")
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		ours := time.Since(started)
		b.Logf("%s", out)
		if want := fmt.Sprintf("read %d, new %d,", n, n); !strings.Contains(string(out), want) {
			b.Fatalf("%s\nwant %s", out, want)
		}
		memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
		theirs := baseline(b, e, path, n)
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
		b.ReportMetric(float64(n)/ours.Seconds(), "rows/s")
		b.ReportMetric(float64(n)/theirs.Seconds(), "baseline-rows/s")
		b.ReportMetric(float64(memory), "MiB-resident")
	}
}

// baseline is the engine's own way: INSERT … SELECT … FROM file().
func baseline(b *testing.B, e *engine.Engine, path string, n int) time.Duration {
	b.Helper()
	options, err := clickhouse.ParseDSN(e.Connection().URL())
	if err != nil {
		b.Fatal(err)
	}
	options.ReadTimeout = 10 * time.Minute
	conn, err := clickhouse.Open(options)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx := context.Background()
	if err := conn.Exec(ctx, "CREATE OR REPLACE TABLE baseline AS observation"); err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	if err := conn.Exec(ctx, `INSERT INTO baseline (dataset, release, indicator, variant, area, period, period_start, period_end, sex, age, value, missing, flags, source, citation)
		SELECT 'bench', 1, indicator, variant, area, period, toDate32(concat(period, '-01')), toLastDayOfMonth(toDate32(concat(period, '-01'))), sex, age, value, missing, flags, source, citation
		FROM file('`+path+`', 'CSVWithNames', 'indicator String, variant String, area String, period String, sex String, age String, value Float64, unit String, missing String, flags String, source String, citation String')`); err != nil {
		b.Fatal(err)
	}
	took := time.Since(started)
	var got uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM baseline").Scan(&got); err != nil || got != uint64(n) {
		b.Fatalf("the baseline holds %d rows, want %d (%v)", got, n, err)
	}
	return took
}

// BenchmarkFirstPage measures from the program's start, with engine and collection in place, to the first page.
func BenchmarkFirstPage(b *testing.B) {
	dir := b.TempDir()
	firstPage(b, dir) // loads the collection
	for b.Loop() {
		b.ReportMetric(firstPage(b, dir).Seconds(), "s-to-first-page")
	}
}

func firstPage(b *testing.B, dir string) time.Duration {
	b.Helper()
	addr := freeport.Address(freeport.Take(b))
	cmd := exec.Command(program, "up", "--data-dir", dir, "--addr", addr, "--ops-addr", "127.0.0.1:0")
	started := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	for time.Since(started) < 2*time.Minute {
		res, err := http.Get("http://" + addr + "/")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(started)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.Fatal("no page in two minutes")
	return 0
}
