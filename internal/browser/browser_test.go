// Package browser holds the tests that use Utfall as its users do: the built program on the real engine with the
// reference collection, pages in a real Chromium.
package browser

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// program is a running `utfall up`.
type program struct {
	bin, dir, url, ops string
	cmd                *exec.Cmd
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "utfall")
	out, err := exec.Command("go", "build", "-o", bin, "utfall/cmd/utfall").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// up starts the program and waits for the line that says it is ready.
func up(t *testing.T, bin, dir string) *program {
	t.Helper()
	return begin(t, bin, dir, "up")
}

// begin starts a verb that serves, and waits as up does.
func begin(t *testing.T, bin, dir, verb string, more ...string) *program {
	t.Helper()
	args := append([]string{verb, "--data-dir", dir, "--addr", "127.0.0.1:0", "--ops-addr", "127.0.0.1:0"}, more...)
	p := &program{bin: bin, dir: dir, cmd: exec.Command(bin, args...)}
	p.cmd.Env = append(os.Environ(), "UTFALL_PANEL_WAIT=5s") // whole pages, however busy the machine is
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop(t) })
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "ready at") {
				ready <- lines.Text()
			}
		}
	}()
	select {
	case line := <-ready:
		f := strings.Fields(line)
		p.url, p.ops = f[4], strings.TrimSuffix(f[len(f)-1], "/metrics)")
	case <-time.After(2 * time.Minute):
		t.Fatal("the program did not get ready in two minutes")
	}
	return p
}

func (p *program) stop(t *testing.T) {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the program ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		t.Error("the program did not end on SIGTERM")
	}
}

func (p *program) get(t *testing.T, path string) (int, http.Header, string) {
	t.Helper()
	base := p.url
	if strings.HasPrefix(path, "http") {
		base = ""
	}
	res, err := http.Get(base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func (p *program) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(p.bin, append(args, "--data-dir", p.dir)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("the tests need Chromium: run `make tools`, or install it (Debian: apt-get install chromium)")
	return ""
}

// tab opens a browser whose console errors and policy violations fail the test.
func tab(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "sv-SE"))
	alloc, stopAlloc := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
				t.Errorf("console: %+v", *e.Args[0])
			}
		case *runtime.EventExceptionThrown:
			t.Errorf("script error: %+v", e.ExceptionDetails)
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == "error" {
				t.Errorf("browser log: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// axe runs the accessibility checker on the open page; every violation of WCAG 2.1 A or AA fails the test.
func axe(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	script, err := os.ReadFile("../../dashboard/web/dist/axe.js")
	if err != nil {
		t.Fatalf("the accessibility checker is missing: run `make deps` (%v)", err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](string(script)+";undefined")); err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html)}))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(out), &violations); err != nil {
		t.Fatal(err)
	}
	assessed(page, "", "")
	for _, v := range violations {
		assessed(page, v.ID, v.Help)
		t.Errorf("%s: %s: %s\n%s", page, v.ID, v.Help, strings.Join(v.Nodes, "\n"))
	}
}

func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("UTFALL_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

const deaths = "/indikator/drug_induced_deaths?area=SE,GB-SCT,DK,NO&also=drug_misuse_deaths,drug_related_deaths_police"

func TestBrowser(t *testing.T) {
	p := up(t, build(t), t.TempDir())
	t.Run("pages", func(t *testing.T) { pages(t, p) })
	t.Run("every page", func(t *testing.T) { everyPageIsAccessible(t, p) })
	t.Run("by keyboard", func(t *testing.T) { byKeyboard(t, p) })
	t.Run("claims", func(t *testing.T) { claimPages(t, p) })
	t.Run("compare", func(t *testing.T) { comparePages(t, p) })
	t.Run("ten questions", func(t *testing.T) { tenQuestions(t, p) })
	t.Run("weight", func(t *testing.T) { weight(t, p) })
	t.Run("forced colours", func(t *testing.T) { forcedColours(t, p) })
	t.Run("dark", func(t *testing.T) { dark(t, p) })
	t.Run("click to a download", func(t *testing.T) { clickThrough(t, p) })
	t.Run("downloads", func(t *testing.T) { downloads(t, p) })
	t.Run("pictures", func(t *testing.T) { pictures(t, p) })
	t.Run("framed", func(t *testing.T) { framed(t, p) })
	t.Run("without script", func(t *testing.T) { withoutScript(t, p) })
	t.Run("bad addresses", func(t *testing.T) { badAddresses(t, p) })
	t.Run("operator", func(t *testing.T) { operator(t, p) })
	t.Run("changed delivery", func(t *testing.T) { changedDelivery(t, p) })
	t.Run("verdict after it", func(t *testing.T) { verdictFollows(t, p) })
}

func pages(t *testing.T, p *program) {
	ctx := tab(t)
	for name, x := range map[string]struct {
		path  string
		width int64
		says  []string
	}{
		"overview":          {"/", 1280, []string{"Narkotikarelaterade dödsfall", "474", "Tvångsvård enligt LVM"}},
		"overview-goteborg": {"/?area=SE-1480", 1280, []string{"Göteborg", "1 406", "Riket"}},
		"overview-phone":    {"/", 390, []string{"Narkotikarelaterade dödsfall"}},
		"overview-320":      {"/en/?area=SE-14", 320, []string{"Reported drug offences"}},
		"deaths":            {deaths, 1280, []string{"Skottland", "Norge", "Danmark", "675", "661", "Revideringar"}},
		"deaths-phone":      {deaths, 390, []string{"Tabell"}},
		"cost-goteborg":     {"/indikator/cost_addiction_care_adults?area=SE-1480,SE", 1280, []string{"1998", "2022", "kronor per invånare"}},
		"english":           {"/en/indikator/lvm_in_care", 1280, []string{"Compulsory care under LVM", "1 November 2022", "No judgement"}},
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(x.width, 900), chromedp.Navigate(p.url+x.path)); err != nil {
			t.Fatal(err)
		}
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.textContent"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range x.says {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		over, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
		if err != nil || over > 0 {
			t.Errorf("%s scrolls sideways by %d px (%v)", name, over, err)
		}
		if strings.Contains(x.path, "indikator") {
			if err := chromedp.Do(ctx, reach, chromedp.WaitVisible(chromedp.CSS(".live-chart svg path"))); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			drawn, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.querySelectorAll('.live-chart svg path').length"))
			if err != nil || drawn < 2 {
				t.Errorf("%s: the live chart was not drawn (%d paths, %v)", name, drawn, err)
			}
		}
		axe(t, ctx, x.path)
		screenshot(t, ctx, name)
	}
}

// reach moves a pointer over the chart: only then is the live one fetched.
var reach = chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
	_, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "document.querySelector('script[data-chart]').closest('figure').dispatchEvent(new PointerEvent('pointerenter'))"})
	return err
})

// emulate opens pages as a reader with other settings, or a printer, has them.
func emulate(media emulation.SetEmulatedMediaParams) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
		return err
	})
}

func dark(t *testing.T, p *program) {
	ctx := tab(t)
	scheme := emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	if err := chromedp.Do(ctx, scheme, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+deaths)); err != nil {
		t.Fatal(err)
	}
	axe(t, ctx, deaths)
	screenshot(t, ctx, "deaths-dark")
}

// In forced colours the lines and the text of a chart still stand out from the page.
func forcedColours(t *testing.T, p *program) {
	ctx := tab(t)
	forced := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
	if err := chromedp.Do(ctx, forced, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+deaths)); err != nil {
		t.Fatal(err)
	}
	hidden, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const paper = getComputedStyle(document.documentElement).backgroundColor
		return ['.chart .line:stroke', '.chart .axis:stroke', '.chart .name:fill', '.chart .event-name:fill', '.chart .tick:fill'].filter(x => { const [s, p] = x.split(':')
			const e = [...document.querySelectorAll(s)].find(e => e.getClientRects().length); return e && getComputedStyle(e)[p] === paper }).join() })()`))
	if err != nil || hidden != "" {
		t.Errorf("hidden in forced colours: %s (%v)", hidden, err)
	}
	moves, err := chromedp.Run(ctx, chromedp.Evaluate[string]("getComputedStyle(document.documentElement).scrollBehavior"))
	if err != nil || moves != "auto" {
		t.Errorf("the page scrolls %s for a reader who asked for less motion (%v)", moves, err)
	}
	screenshot(t, ctx, "deaths-forced-colours")
}

// From the overview to a citable file, by clicks alone.
func clickThrough(t *testing.T, p *program) {
	ctx := tab(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+"/"),
		chromedp.Click(chromedp.CSS(`a[href^="/indikator/lvm_in_care?"]`)), chromedp.WaitVisible(chromedp.CSS(".downloads"))); err != nil {
		t.Fatal(err)
	}
	where, err := chromedp.Run(ctx, chromedp.Evaluate[string]("[...document.querySelectorAll('.downloads a')].find(a => /[.]csv[?]/.test(a.href) && !a.href.includes('dialekt')).getAttribute('href')"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("fetch(%q).then(r => r.text())", where), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cells, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.querySelectorAll('.figures tbody tr').length"))
	if err != nil || cells != len(rows)-1 {
		t.Errorf("the page shows %d figures, the file holds %d (%v)", cells, len(rows)-1, err)
	}
	out, err := p.run(t, "export", "--indicator", "lvm_in_care", "--area", "SE")
	if err != nil || !strings.Contains(out, "lvm_in_care,,SE,2022-11-01,T,18+,,325,") {
		t.Errorf("export: %v\n%s", err, out)
	}
}

func withoutScript(t *testing.T, p *program) {
	ctx := tab(t)
	off := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
	if err := chromedp.Do(ctx, off,
		chromedp.Navigate(p.url+deaths), chromedp.WaitVisible(chromedp.CSS("svg.chart")), chromedp.WaitVisible(chromedp.CSS("table.figures"))); err != nil {
		t.Fatal(err)
	}
	screenshot(t, ctx, "deaths-without-script")
	// Every other kind of page says what it says with its tables and, where it has them, charts.
	for path, wait := range map[string]string{
		"/jamfor/cost_addiction_care_adults?area=SE-1480": "svg.chart rect.bar", "/vardkedja": "svg.chart", "/insatser/gbg_nsp_open?indikator=reported_drug_offences": "svg.chart",
		"/pastaenden/c03": "table.ways", "/genomgang/brukarrum": "table.plain", "/kvalitet": "table", "/data": "table", "/": "table.overview svg.spark",
	} {
		soon, stop := context.WithTimeout(ctx, time.Minute)
		if err := chromedp.Do(soon, chromedp.Navigate(p.url+path), chromedp.WaitVisible(chromedp.CSS(wait))); err != nil {
			t.Errorf("%s without script: %v", path, err)
		}
		stop()
	}
}

func badAddresses(t *testing.T, p *program) {
	for path, want := range map[string]int{
		"/indikator/nope": 404, "/indikator/drug_induced_deaths?area=XX": 404, "/?area=</script>": 404, "/?as_of=yesterday": 400, "/?as_of=1999-01-01": 404,
		"/indikator/drug_induced_deaths?variant=nope": 400, "/indikator/drug_induced_deaths?sex=Q": 400, "/nope": 404,
		"/indikator/nope.csv": 404, "/indikator/drug_induced_deaths.csv?dialekt=no": 400,
		"/indikator/drug_induced_deaths?area=" + strings.Repeat("SE-1480,", 2200): 431, "/data/allt.csv?as_of=1999-01-01": 404, "/inbaddad/nope": 404,
		"/indikator/drug_induced_deaths.parquet?area=" + strings.Repeat("SE-1480,", 10_000): 431, "/api/v1/observations?indicator=" + strings.Repeat("x", 100_000): 431,
	} {
		status, header, body := p.get(t, path)
		name := path[:min(len(path), 60)]
		if status != want {
			t.Errorf("%s: status %d, want %d", name, status, want)
		}
		if strings.Contains(body, "clickhouse") || strings.Contains(body, "goroutine") || strings.Contains(body, "</script>") {
			t.Errorf("%s shows something internal, or a script: %s", name, body)
		}
		if strings.Contains(path, ".csv") && status != 431 && header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: content type %q", name, header.Get("Content-Type"))
		}
	}
}

func operator(t *testing.T, p *program) {
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": `utfall_ingest_runs_total{dataset="reference/population",outcome="published"} 1`} {
		if status, _, body := p.get(t, p.ops+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, without %q", path, status, want)
		}
	}
	if out, err := p.run(t, "status"); err != nil || !strings.Contains(out, "reference/drug_induced_deaths") {
		t.Errorf("status: %v\n%s", err, out)
	}
}

// An export before and after a changed delivery: the page shows the new figure and the first, the past stays as it was.
func changedDelivery(t *testing.T, p *program) {
	before := time.Now().UTC().Format(time.RFC3339Nano)
	text, err := os.ReadFile("../../ingest/reference/figures/lvm_in_care.csv")
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "changed.csv")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), "2022-11-01,T,18+,325,", "2022-11-01,T,18+,326,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := p.run(t, "ingest", "--file", changed, "--dataset", "reference/lvm_in_care")
	if err != nil || !strings.Contains(out, "changed 1, deleted 0") {
		t.Fatalf("%v\n%s", err, out)
	}
	if now, err := p.run(t, "export", "--indicator", "lvm_in_care"); err != nil || !strings.Contains(now, "18+,,326,") {
		t.Errorf("%v\n%s", err, now)
	}
	if then, err := p.run(t, "export", "--indicator", "lvm_in_care", "--as-of", before); err != nil || !strings.Contains(then, "18+,,325,") {
		t.Errorf("%v\n%s", err, then)
	}
	time.Sleep(1100 * time.Millisecond) // the ledger's state is asked for once a second
	_, _, page := p.get(t, "/indikator/lvm_in_care")
	if !strings.Contains(page, "326") || !strings.Contains(page, "Först publicerat") {
		t.Error("the page does not show the revision")
	}
	_, _, page = p.get(t, "/indikator/lvm_in_care?as_of="+before)
	if strings.Contains(page, ">326<") || !strings.Contains(page, ">325<") {
		t.Error("the page of the past shows the new figure")
	}
	if out, err := p.run(t, "ingest", "--file", "/dev/null"); err == nil {
		t.Errorf("a device was taken in: %s", out)
	}
}
