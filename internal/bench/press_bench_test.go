package bench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/internal/press"
	"utfall/schema"
)

// briefingHTML lets the program make a shipped briefing of four pages out of the reference collection.
func briefingHTML(b *testing.B) []byte {
	b.Helper()
	dir := b.TempDir()
	out := filepath.Join(dir, "briefing.html")
	for _, args := range [][]string{{"ingest", "--all"}, {"brief", "narkotikadodlighet", "--out", out}} {
		if said, err := exec.Command(program, append(args, "--data-dir", filepath.Join(dir, "data"))...).CombinedOutput(); err != nil {
			b.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
	page, err := os.ReadFile(out)
	if err != nil {
		b.Fatal(err)
	}
	return page
}

// files is how many are printed in a row: UTFALL_BENCH_PDFS, or a hundred.
func files() int {
	if n, err := strconv.Atoi(os.Getenv("UTFALL_BENCH_PDFS")); err == nil && n >= 10 {
		return n
	}
	return 100
}

// BenchmarkHundredPDFs prints a briefing of four pages a hundred times in a row, and an empty page beside every tenth.
// ratio is the empty page's time over the briefing's: what is left is Chromium's own start. Memory is this process's at the
// end over its own after ten files; strays are processes that name a folder of the press on their command line.
func BenchmarkHundredPDFs(b *testing.B) {
	own, err := os.MkdirTemp("", "bench-") // so that strays of others are not taken for ours; short, for Chromium's sake
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(own) }()
	b.Setenv("TMPDIR", own)
	job, empty := dashboard.PrintJob{Lang: schema.SV, HTML: briefingHTML(b)}, dashboard.PrintJob{Lang: schema.SV, HTML: []byte("<!doctype html><title>x</title>")}
	p := press.New(press.Options{})
	pdf := func(j dashboard.PrintJob) time.Duration {
		started := time.Now()
		if _, err := p.PDF(b.Context(), j); err != nil {
			b.Fatal(err)
		}
		return time.Since(started)
	}
	for b.Loop() {
		var ours, theirs, longest time.Duration
		var after10 int
		for i := range files() {
			took := pdf(job)
			ours, longest = ours+took, max(longest, took)
			if i%10 == 9 {
				theirs += 10 * pdf(empty)
			}
			if i == 9 {
				after10 = resident(b)
			}
		}
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
		b.ReportMetric(ours.Seconds()/float64(files()), "s/PDF")
		b.ReportMetric(longest.Seconds(), "s-longest")
		b.ReportMetric(float64(resident(b)-after10)/1024, "MB-grown")
		b.ReportMetric(float64(strays(b)), "strays")
	}
}

// resident gives this process's memory in kB.
func resident(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	fields := bytes.Fields(rest)
	n, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func strays(b *testing.B) int {
	b.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, path := range lines {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, []byte(filepath.Join(os.TempDir(), "utfall-press-"))) {
			n++
		}
	}
	return n
}
