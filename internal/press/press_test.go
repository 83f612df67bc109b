package press

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/schema"
)

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatalf("the test needs %s: run `make tools`", p)
		}
	}
}

// job is a small page with all that a briefing has: headings, a table, a chart, lines over and under each page.
func job() dashboard.PrintJob {
	const chart = `<svg class="chart" width="300" height="100" viewBox="0 0 300 100" role="img" aria-label="Linjediagram som faller"><rect width="300" height="100" fill="COLOUR"/></svg>`
	const body = `<h1>Rubrik med å, ä och ö</h1><p>Första stycket.</p><h2>Två</h2><p>Andra stycket.</p>`
	const table = `<table><caption>Dödsfall</caption><thead><tr><th>År</th><th>Antal</th></tr></thead><tbody><tr><td>2023</td><td>474</td></tr></tbody></table>`
	coloured := func(c string) string { return strings.Replace(chart, "COLOUR", c, 1) }
	return dashboard.PrintJob{Title: "Prov & <prov>", Number: "Diarienummer SLK-2024-00743", Sources: "Källor: 1.", Stamp: "SHA-256 abc", Lang: schema.SV,
		HTML: []byte(`<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Prov</title><style>@page { size: A4; margin: 20mm; @bottom-right { content: "Sida " counter(page) " av " counter(pages) } } h2 { break-before: page }</style></head><body>` +
			body + coloured("#000") + table + `</body></html>`),
		Word: []byte(`<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Prov</title></head><body>` + body +
			`<p><img src="a.png" alt="Linjediagram som faller" width="300"></p><p><img src="b.png" alt="Ett till" width="300"></p>` + table + `</body></html>`),
		ChartPage: []byte(`<!doctype html><html lang="sv"><head><style>body { margin: 0 } svg { display: block }</style></head><body>` + coloured("#ff0000") + coloured("#0000ff") + `</body></html>`),
		Charts:    []dashboard.PrintedChart{{Name: "a.png", Width: 300, Height: 100}, {Name: "b.png", Width: 300, Height: 100}}}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	b, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, b)
	}
	return string(b)
}

func keep(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A PDF is tagged, says its language, has an outline and page numbers, and is read in the order of the page.
func TestPDF(t *testing.T) {
	need(t, "chromium", "pdfinfo", "pdftotext")
	p := New(Options{})
	b, err := p.PDF(t.Context(), job())
	if err != nil {
		t.Fatal(err)
	}
	path := keep(t, "x.pdf", b)
	info := output(t, "pdfinfo", path)
	for _, want := range []string{"Tagged:          yes", "Pages:           2", "Title:           Prov", "JavaScript:      no", "(A4)"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo lacks %q:\n%s", want, info)
		}
	}
	for _, want := range []string{"/Lang (sv)", "/Outlines", "/StructTreeRoot"} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("the file lacks %s", want)
		}
	}
	order(t, output(t, "pdftotext", "-layout", path, "-"), "Rubrik med å, ä och ö", "Första stycket.", "Sida 1 av 2", "Två", "Andra stycket.", "474", "Sida 2 av 2")
	tags := output(t, "pdfinfo", "-struct-text", path)
	order(t, tags, "H1", "Rubrik", "H2", "Figure", "Table", "474")
	if strings.Contains(tags, "Sida 1") {
		t.Error("the page number is read aloud")
	}
	nothingLeft(t)
}

func order(t *testing.T, text string, words ...string) {
	t.Helper()
	rest := text
	for _, w := range words {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("%q is not there, or out of order, in\n%s", w, text)
			return
		}
		rest = after
	}
}

// A Word file has headings, tables and texts for its pictures; LibreOffice opens it.
func TestDOCX(t *testing.T) {
	need(t, "chromium", "pandoc", "soffice", "pdftotext", "unzip")
	p := New(Options{})
	b, err := p.DOCX(t.Context(), job())
	if err != nil {
		t.Fatal(err)
	}
	path := keep(t, "x.docx", b)
	document := output(t, "unzip", "-p", path, "word/document.xml")
	for _, want := range []string{`w:val="Heading1"`, `w:val="Heading2"`, `w:val="Title"`, "<w:tblHeader", `descr="Linjediagram som faller"`, `descr="Ett till"`, "headerReference", `w:h="16838"`} {
		if !strings.Contains(document, want) {
			t.Errorf("the document lacks %s", want)
		}
	}
	if styles := output(t, "unzip", "-p", path, "word/styles.xml"); !regexp.MustCompile(`<w:lang [^>]*w:val="sv-SE"`).MatchString(styles) {
		t.Error("the language is not Swedish")
	}
	out := t.TempDir()
	output(t, "soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", out, path)
	order(t, output(t, "pdftotext", "-layout", filepath.Join(out, "x.pdf"), "-"), "Prov & <prov>", "Diarienummer SLK-2024-00743", "Rubrik med å, ä och ö", "474", "Källor: 1.", "Sida 1 av 1", "SHA-256 abc")
	nothingLeft(t)
}

// Each chart is cut out of the common picture at its place.
func TestPictures(t *testing.T) {
	need(t, "chromium")
	dir := t.TempDir()
	if err := New(Options{}).pictures(t.Context(), dir, job()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]color.RGBA{"a.png": {R: 255, A: 255}, "b.png": {B: 255, A: 255}} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(f)
		_ = f.Close()
		if err != nil || picture.Bounds() != image.Rect(0, 0, 600, 200) || color.RGBAModel.Convert(picture.At(5, 195)) != want {
			t.Errorf("%s: %v, colour %v, want %v (%v)", name, picture.Bounds(), picture.At(5, 195), want, err)
		}
	}
}

// What is absent is named, with what to do.
func TestAbsent(t *testing.T) {
	p := New(Options{Chromium: "/nowhere/chromium", Pandoc: "/nowhere/pandoc"})
	for name, x := range map[string]struct {
		make func(context.Context, dashboard.PrintJob) ([]byte, error)
		want string
	}{"pdf": {p.PDF, "apt-get install chromium"}, "docx": {p.DOCX, "apt-get install pandoc"}} {
		_, err := x.make(t.Context(), job())
		var absent dashboard.ErrNoPress
		if !errors.As(err, &absent) || !strings.Contains(absent.Text.EN, x.want) || !strings.Contains(absent.Text.SV, x.want) {
			t.Errorf("%s: %v", name, err)
		}
		if !errors.As(p.Can(name), &absent) {
			t.Errorf("%s can be made by nothing", name)
		}
	}
}

// stubborn writes a program that starts another, says so, and ends at nothing but a kill.
func stubborn(t *testing.T) (path, said string) {
	t.Helper()
	dir := t.TempDir()
	path, said = filepath.Join(dir, "chromium"), filepath.Join(dir, "pid")
	script := "#!/bin/sh\ntrap '' TERM INT HUP\nsleep 300 &\necho $! > " + said + ".new\nmv " + said + ".new " + said + "\necho 'no display' >&2\nwait\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path, said
}

// A program that hangs is killed with all that it started, when its time is over and when who asked has gone.
func TestHangs(t *testing.T) {
	for name, x := range map[string]struct{ own, caller time.Duration }{"its time is over": {2 * time.Second, time.Minute}, "the caller goes": {time.Minute, 2 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			path, said := stubborn(t)
			ctx, cancel := context.WithTimeout(t.Context(), x.caller)
			defer cancel()
			_, err := New(Options{Chromium: path, Time: x.own}).PDF(ctx, job())
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			b, err := os.ReadFile(said)
			if err != nil {
				t.Fatal(err)
			}
			pid := strings.TrimSpace(string(b))
			for range 50 {
				if state, err := os.ReadFile("/proc/" + pid + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Errorf("process %s, which the program started, is alive", pid)
		})
	}
	nothingLeft(t)
}

// A program that fails is quoted.
func TestFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chromium")
	for script, want := range map[string]string{"#!/bin/sh\necho 'cannot open display' >&2\nexit 3\n": "exit status 3: cannot open display", "#!/bin/sh\nexit 0\n": "left no PDF"} {
		if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{Chromium: path}).PDF(t.Context(), job()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A temporary folder that Chromium would abort on is refused with a word.
func TestLongFolder(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 80))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	if _, _, err := folder(); err == nil || !strings.Contains(err.Error(), "set TMPDIR to a shorter one") {
		t.Error(err)
	}
	if left, _ := os.ReadDir(long); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// One file is made at a time; a crowd is refused, and who waits too long is told.
func TestTurns(t *testing.T) {
	path, _ := stubborn(t)
	p := New(Options{Chromium: path, Time: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, mostWaiting)
	for range mostWaiting {
		go func() { _, err := p.PDF(ctx, job()); ended <- err }()
	}
	for len(p.queue) < mostWaiting {
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := p.PDF(t.Context(), job()); !errors.Is(err, dashboard.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	if len(p.turn) != 1 {
		t.Errorf("%d files are made at once", len(p.turn))
	}
	cancel()
	for range mostWaiting {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if len(p.queue) != 0 || len(p.turn) != 0 {
		t.Error("the press was not freed")
	}
}

// The same job gives the same reference document.
func TestReference(t *testing.T) {
	a, err := reference(job())
	if err != nil {
		t.Fatal(err)
	}
	b, err := reference(job())
	if err != nil || !bytes.Equal(a, b) {
		t.Error("two documents differ", err)
	}
}

// nothingLeft finds folders and processes of this test that outlived their files. Processes name their folder on their
// command line, and their folder lies in this process's temporary folder.
func nothingLeft(t *testing.T) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "utfall-press-*")); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range lines {
		pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
		line, err := os.ReadFile(path)
		if err == nil && pid != os.Getpid() && bytes.Contains(line, []byte(filepath.Join(os.TempDir(), "utfall-press-"))) {
			t.Errorf("process %d lives: %s", pid, bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
		}
	}
}

// TestMain gives the tests a temporary folder of their own, so that what another run leaves is not taken for theirs.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "press-test-")
	if err != nil {
		panic(err)
	}
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// A few files in a row leave no process, no folder and no goroutine. The long form is `make bench`.
func TestInARow(t *testing.T) {
	need(t, "chromium")
	p := New(Options{})
	for range 3 {
		if _, err := p.PDF(t.Context(), job()); err != nil {
			t.Fatal(err)
		}
		nothingLeft(t)
	}
}
